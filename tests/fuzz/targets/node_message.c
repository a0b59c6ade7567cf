/* Target: what a node does with messages in the hub's name: samme_session_message,
 * samme_follow_receive, samme_follow_fold, samme_take_release. Input: framed.h. */
#include "fuzz/framed.h"
#include "fuzz/fuzz.h"

enum { MESSAGES_MAX = 24 };

/* Nothing that is said makes a node forget, or makes it act on an older release. */
static void check_forward(const samme_node_view *before, const samme_node_view *after) {
    FUZZ_MUST(!after->store_failed);
    FUZZ_MUST(after->own_size >= before->own_size && after->signed_size >= before->signed_size);
    FUZZ_MUST(after->journal_size >= before->journal_size);
    FUZZ_MUST(after->folded_size >= before->folded_size);
    FUZZ_MUST(after->folded_size <= after->journal_size);
    FUZZ_MUST(after->release >= before->release);
}

static void tell(fuzz_world *world, uint8_t how, samme_span message, samme_range *journal) {
    samme_node_view before, after;
    samme_buffer bytes;
    samme_range extended = *journal;
    samme_node *node = world->nodes[1].node;
    samme_node_look(node, &before);
    if ((how & FUZZ_SIGN) != 0) {
        fuzz_sign_journal(&world->base->chain, (how & FUZZ_FIT) != 0, message, &extended, &bytes);
        fuzz_tell_node(world, 1, samme_buffer_span(&bytes));
        samme_buffer_free(&bytes);
    } else {
        fuzz_tell_node(world, 1, message);
    }
    samme_node_look(node, &after);
    check_forward(&before, &after);
    if (after.journal_size == extended.size)
        *journal = extended;
    world->now_ms += 1000;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_world *world = fuzz_world_open();
    samme_range journal;
    fuzz_journal_range(&journal);
    fuzz_start_node(world, 1);
    fuzz_input input = fuzz_open(data, size);
    for (unsigned i = 0; i < MESSAGES_MAX && input.rest.length > 0; i++) {
        uint8_t how = fuzz_u8(&input);
        size_t length = fuzz_u16(&input);
        tell(world, how, fuzz_take(&input, length), &journal);
    }
    samme_node_view before, after;
    samme_node_look(world->nodes[1].node, &before);
    fuzz_restart_node(world, 1);
    samme_node_look(world->nodes[1].node, &after);
    check_forward(&before, &after);
    fuzz_world_close(world);
    return 0;
}
