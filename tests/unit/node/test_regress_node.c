/* Bugs that a hostile review found; each test is named after its bug. */
#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "journal/record.h"
#include "node/node.h"
#include "store/memory.h"
#include "support/chain.h"
#include "sync/follow.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

/* Node 1 alone, and a hub as somebody with its key would be: free to say what it likes. */
typedef struct bench {
    samme_test_chain chain;
    samme_memory_store *log, *views;
    samme_store log_port, views_port;
    samme_node *node;
    samme_prng random;
    int64_t now_ms;
    unsigned heard[32]; /* messages by kind */
    uint64_t push_bytes, push_items;
    unsigned answer;
} bench;

static void hear(void *output, samme_span bytes) {
    bench *b = output;
    samme_arena arena;
    samme_arena_init(&arena, 16u << 20);
    const Samme__Message *message = SAMME_UNPACK(Message, message, bytes, &arena, NULL);
    cr_assert_not_null(message);
    b->heard[message->what_case]++;
    if (message->what_case == SAMME__MESSAGE__WHAT_PUSH) {
        b->push_items = message->push->n_items;
        b->push_bytes = 0;
        for (size_t i = 0; i < message->push->n_items; i++)
            b->push_bytes += message->push->items[i]->entry.len;
    }
    samme_arena_free(&arena);
}

static void answered(void *output, uint64_t request_id, const samme_response *response) {
    (void)request_id;
    ((bench *)output)->answer = response->status;
}

static void setup(bench *b) {
    *b = (bench){.log = samme_memory_store_new(), .views = samme_memory_store_new(), .now_ms = 1};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_test_chain_make(&b->chain, 7, 2);
    samme_prng_seed(&b->random, 7);
    b->log_port = samme_memory_store_port(b->log);
    b->views_port = samme_memory_store_port(b->views);
    const samme_node_setup node = {.root = &b->chain.root,
                                   .branch = 1,
                                   .epoch = 1,
                                   .region = 1,
                                   .name = "alone",
                                   .hub_log = b->chain.hub_log,
                                   .log_seed = b->chain.branches[0].log_seed,
                                   .push_after_ms = 100,
                                   .poll_every_ms = 60000,
                                   .log = &b->log_port,
                                   .views = &b->views_port,
                                   .random = samme_prng_as_random(&b->random),
                                   .output = b,
                                   .send = hear,
                                   .answer = answered};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_node_new(&node, &b->node, &error), SAMME_OK, "%s", error.text);
}

static void teardown(bench *b) {
    samme_node_free(b->node);
    samme_memory_store_free(b->log);
    samme_memory_store_free(b->views);
    samme_test_chain_free(&b->chain);
}

static void step(bench *b, samme_node_event event) {
    event.wall_ms = 1790000000000 + b->now_ms;
    event.monotonic_ms = b->now_ms;
    samme_node_step(b->node, &event);
    samme_memory_store_sync(b->log, SIZE_MAX);
    samme_memory_store_sync(b->views, SIZE_MAX);
}

static void pass(bench *b, int64_t ms) {
    for (int64_t end = b->now_ms + ms; b->now_ms < end; b->now_ms += 10)
        step(b, (samme_node_event){.kind = SAMME_NODE_TICK});
}

static void tell(bench *b, const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &packed);
    step(b, (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = samme_buffer_span(&packed)});
    step(b, (samme_node_event){.kind = SAMME_NODE_TICK});
    samme_buffer_free(&packed);
}

static void welcome(bench *b, uint64_t credit_bytes) {
    samme_range empty;
    samme_range_init(&empty);
    samme_hash root = samme_range_root(&empty);
    Samme__Welcome say = SAMME__WELCOME__INIT;
    say.protocol = SAMME_PROTOCOL_VERSION;
    say.branch_root = samme_bytes_of_span(samme_span_of_hash(&root));
    say.credit_bytes = credit_bytes;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_WELCOME;
    message.welcome = &say;
    tell(b, &message);
}

static void sell(bench *b, unsigned number, unsigned lines) {
    samme_buffer body, key;
    samme_buffer_init(&body, 1u << 20);
    samme_buffer_init(&key, 100);
    samme_buffer_printf(&key, "sale-%u", number);
    samme_buffer_printf(&body,
                        "{\"receipt\":{\"number\":\"N%u\",\"businessDate\":\"2026-09-01\"},"
                        "\"currency\":\"GBP\",\"lines\":[",
                        number);
    for (unsigned i = 1; i <= lines; i++)
        samme_buffer_printf(&body,
                            "%s{\"no\":%u,\"quantity\":\"1000\",\"paid\":\"5\",\"text\":\"%0*d\"}",
                            i > 1 ? "," : "", i, lines > 1 ? 900 : 1, 7);
    samme_buffer_append_text(&body, "]}");
    const samme_request request = {.id = number,
                                   .method = SAMME_POST,
                                   .path = SAMME_LITERAL("/v1/sales"),
                                   .idempotency_key = samme_buffer_span(&key),
                                   .body = samme_buffer_span(&body)};
    b->answer = 0;
    step(b, (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = &request});
    step(b, (samme_node_event){.kind = SAMME_NODE_TICK});
    cr_assert_eq(b->answer, 201);
    samme_buffer_free(&body);
    samme_buffer_free(&key);
}

/* A hub that granted more than a batch may hold made the branch sign what nobody can take, for
 * ever: what is signed is pushed whole. */
Test(regress_node, no_credit_makes_a_batch_larger_than_one_may_be) {
    static bench b;
    setup(&b);
    for (unsigned i = 1; i <= 25; i++)
        sell(&b, i, 220);
    welcome(&b, UINT64_MAX);
    pass(&b, 300);
    cr_assert_gt(b.heard[SAMME__MESSAGE__WHAT_PUSH], 0, "signed more than a message can hold");
    cr_assert_leq(b.push_bytes, SAMME_BATCH_MAX_BYTES);
    cr_assert_gt(b.push_bytes, SAMME_BATCH_MAX_BYTES / 2);
    teardown(&b);
}

/* A hub that refuses pushes (its clock jumped, say) was greeted and pushed to again at once: the
 * whole batch, as fast as the wire carries it. */
Test(regress_node, a_refused_push_is_not_repeated_at_once) {
    static bench b;
    setup(&b);
    sell(&b, 1, 1);
    char what[] = "push", word[] = "later", text[] = "not now";
    Samme__Refused say = SAMME__REFUSED__INIT;
    say.what = what;
    say.status = word;
    say.text = text;
    Samme__Message refused = SAMME__MESSAGE__INIT;
    refused.what_case = SAMME__MESSAGE__WHAT_REFUSED;
    refused.refused = &say;
    unsigned hellos = b.heard[SAMME__MESSAGE__WHAT_HELLO], pushes = 0;
    welcome(&b, 1u << 20);
    for (unsigned ms = 0; ms < 10000;
         ms += 10) { /* every word of the node is answered within 10 ms */
        pass(&b, 10);
        if (b.heard[SAMME__MESSAGE__WHAT_PUSH] > pushes) {
            pushes = b.heard[SAMME__MESSAGE__WHAT_PUSH];
            tell(&b, &refused);
        }
        if (b.heard[SAMME__MESSAGE__WHAT_HELLO] > hellos) {
            hellos = b.heard[SAMME__MESSAGE__WHAT_HELLO];
            welcome(&b, 1u << 20);
        }
    }
    cr_assert_gt(pushes, 3, "it does try again");
    cr_assert_leq(pushes, 12, "%u pushes in 10 seconds", pushes);
    teardown(&b);
}

/* What the hub signs is the journal, whatever it is. */
static void journal_part(bench *b, const samme_span *records, size_t count) {
    samme_range range;
    samme_range_init(&range);
    ProtobufCBinaryData bytes[4];
    for (size_t i = 0; i < count; i++) {
        samme_hash leaf = samme_leaf_hash(records[i]);
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
        bytes[i] = samme_bytes_of_span(records[i]);
    }
    const samme_checkpoint head = {.size = range.size, .root = samme_range_root(&range)};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(b->chain.hub_log.name, &b->chain.hub_seed, &head, &note),
                 SAMME_OK);
    Samme__JournalPart part = SAMME__JOURNAL_PART__INIT;
    part.n_records = count;
    part.records = bytes;
    part.note = samme_bytes_of_span(samme_buffer_span(&note));
    part.journal_size = count;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_JOURNAL_PART;
    message.journal_part = &part;
    tell(b, &message);
    samme_buffer_free(&note);
}

/* A record that cannot be folded took those before it along, each time anew, and with them the
 * session: the branch never pushed again. */
Test(regress_node, a_bad_record_keeps_neither_those_before_it_nor_the_session) {
    static bench b;
    setup(&b);
    const samme_span note = samme_buffer_span(&b.chain.roster_note);
    const samme_record roster = {.hub_time_ms = 1790000000000,
                                 .kind = SAMME_RECORD_ROSTER,
                                 .version = 1,
                                 .note_hash = samme_sha256(note)};
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_record_build(&roster, &packed), SAMME_OK);
    const samme_span records[] = {samme_buffer_span(&packed), SAMME_LITERAL("no record")};
    welcome(&b, 1u << 20);
    journal_part(&b, records, 2);
    ProtobufCBinaryData document = samme_bytes_of_span(note);
    Samme__DocumentsPart part = SAMME__DOCUMENTS_PART__INIT;
    part.n_documents = 1;
    part.documents = &document;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOCUMENTS_PART;
    message.documents_part = &part;
    for (unsigned i = 0; i < 3; i++) { /* lost with the first step, asked for again */
        tell(&b, &message);
        pass(&b, SAMME_FOLLOW_RETRY_MS + 100);
    }
    samme_node_view view;
    samme_node_look(b.node, &view);
    cr_assert_eq(view.folded_size, 1, "folded %llu", (unsigned long long)view.folded_size);
    sell(&b, 1, 1);
    pass(&b, 300);
    cr_assert_gt(b.heard[SAMME__MESSAGE__WHAT_PUSH], 0);
    samme_buffer_free(&packed);
    teardown(&b);
}
