/* Target: what a hub does with messages of peers: samme_hub_hello, _push, the pulls, _put_document,
 * _put_release, and samme_hub_fold. Input: framed.h; the low bits of the byte name the peer. After
 * it a node, which checks what the hub did not, must arrive at the same state. */
#include "fuzz/framed.h"
#include "fuzz/fuzz.h"

enum { MESSAGES_MAX = 6, WITNESS = 3 };

static unsigned speaker(uint8_t how) {
    static const unsigned peers[8] = {1, 1, 1, 2, 2, FUZZ_OPERATOR, FUZZ_OPERATOR, FUZZ_STRANGER};
    return peers[how & 7];
}

static void tell(fuzz_world *world, uint8_t how, samme_span message, samme_range *logs) {
    samme_hub_view before, after;
    const samme_test_chain *chain = &world->base->chain;
    unsigned peer = speaker(how);
    samme_hub_look(world->hub, &before);
    uint64_t journal_size = before.journal_size, refused = before.refused_messages;
    if ((how & FUZZ_SIGN) == 0 || peer == FUZZ_STRANGER) {
        fuzz_tell_hub(world, peer, message);
    } else {
        samme_buffer bytes;
        samme_range extended = peer == FUZZ_OPERATOR ? logs[0] : logs[peer];
        if (peer == FUZZ_OPERATOR)
            fuzz_sign_release(chain, message, &bytes);
        else
            fuzz_sign_push(chain, peer, (how & FUZZ_FIT) != 0, message, &extended, &bytes);
        fuzz_tell_hub(world, peer, samme_buffer_span(&bytes));
        samme_buffer_free(&bytes);
        samme_hub_look(world->hub, &after);
        if (peer != FUZZ_OPERATOR && after.journal_size > journal_size)
            logs[peer] = extended;
    }
    samme_hub_look(world->hub, &after);
    FUZZ_MUST(!after.store_failed && after.trouble[0] == 0);
    FUZZ_MUST(after.journal_size >= journal_size && after.refused_messages >= refused);
    FUZZ_MUST(peer != FUZZ_STRANGER || after.journal_size == journal_size);
}

/* A node that follows from here folds what the hub folded, digest for digest; so does a hub that
 * starts anew. */
static void check_agreement(fuzz_world *world) {
    samme_hub_view hub, again;
    samme_node_view node;
    fuzz_start_node(world, WITNESS);
    FUZZ_MUST(fuzz_settle(world));
    samme_hub_look(world->hub, &hub);
    samme_node_look(world->nodes[WITNESS].node, &node);
    FUZZ_MUST(node.trouble[0] == 0 && node.refused_messages == 0);
    FUZZ_MUST(samme_hash_equal(&hub.state_digest, &node.state_digest));
    fuzz_restart_hub(world);
    samme_hub_look(world->hub, &again);
    FUZZ_MUST(again.journal_size == hub.journal_size);
    FUZZ_MUST(samme_hash_equal(&hub.state_digest, &again.state_digest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_world *world = fuzz_world_open();
    samme_range logs[3];
    samme_range_init(&logs[0]);
    fuzz_branch_range(1, &logs[1]);
    fuzz_branch_range(2, &logs[2]);
    fuzz_start_hub(world);
    fuzz_input input = fuzz_open(data, size);
    for (unsigned i = 0; i < MESSAGES_MAX && input.rest.length > 0; i++) {
        uint8_t how = fuzz_u8(&input);
        size_t length = fuzz_u16(&input);
        tell(world, how, fuzz_take(&input, length), logs);
    }
    check_agreement(world);
    fuzz_world_close(world);
    return 0;
}
