/* Bugs that a hostile review found; each test is named after its bug. */
#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "history/entry.h"
#include "hub/hub.h"
#include "store/memory.h"
#include "support/chain.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

/* A hub alone, and branch 1 as somebody with its key would be: free to sign what it likes. */
typedef struct bench {
    samme_test_chain chain;
    samme_memory_store *log, *views;
    samme_store log_port, views_port;
    samme_hub *hub;
    samme_range range;     /* of the branch's log */
    uint64_t acknowledged; /* the largest size the hub said it holds */
    unsigned later;        /* times it was told to come later */
    int64_t now_ms;
    samme_arena arena;
} bench;

static samme_status hear(void *output, uint64_t route, samme_span bytes) {
    bench *b = output;
    (void)route;
    samme_arena arena;
    samme_arena_init(&arena, 8u << 20);
    const Samme__Message *message = SAMME_UNPACK(Message, message, bytes, &arena, NULL);
    cr_assert_not_null(message);
    if (message->what_case == SAMME__MESSAGE__WHAT_ACK)
        b->acknowledged = message->ack->size;
    b->later += message->what_case == SAMME__MESSAGE__WHAT_LATER;
    samme_arena_free(&arena);
    return SAMME_OK;
}

static void start(bench *b) {
    const samme_hub_setup setup = {.root = &b->chain.root,
                                   .log_seed = b->chain.hub_seed,
                                   .log = &b->log_port,
                                   .views = &b->views_port,
                                   .output = b,
                                   .send = hear};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_hub_new(&setup, &b->hub, &error), SAMME_OK, "%s", error.text);
}

static void empty_views(bench *b) {
    samme_memory_store_free(b->views);
    b->views = samme_memory_store_new();
    b->views_port = samme_memory_store_port(b->views);
}

static void step(bench *b, samme_hub_event event) {
    b->now_ms += 10;
    event.wall_ms = 1790000000000 + b->now_ms;
    event.monotonic_ms = b->now_ms;
    event.peer = b->chain.branches[0].curve;
    samme_hub_step(b->hub, &event);
    samme_memory_store_sync(b->log, SIZE_MAX);
    samme_memory_store_sync(b->views, SIZE_MAX);
}

static void settle(bench *b) {
    for (unsigned i = 0; i < 8; i++)
        step(b, (samme_hub_event){.kind = SAMME_HUB_TICK});
}

static void setup(bench *b) {
    *b = (bench){.log = samme_memory_store_new()};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_test_chain_make(&b->chain, 7, 2);
    samme_arena_init(&b->arena, 64u << 20);
    samme_range_init(&b->range);
    b->log_port = samme_memory_store_port(b->log);
    empty_views(b);
    start(b);
    step(b, (samme_hub_event){.kind = SAMME_HUB_ROSTER,
                              .message = samme_buffer_span(&b->chain.roster_note)});
    settle(b);
}

static void teardown(bench *b) {
    samme_hub_free(b->hub);
    samme_memory_store_free(b->log);
    samme_memory_store_free(b->views);
    samme_test_chain_free(&b->chain);
    samme_arena_free(&b->arena);
}

static samme_span entry_of(bench *b, const Samme__Sale *sale) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    const samme_entry_head head = {.kind = SAMME__EVENT_KIND__sale, .region = 1, .time_ms = 1};
    cr_assert_eq(samme_entry_build(&head, sale, &packed), SAMME_OK);
    samme_span copy = samme_arena_copy(&b->arena, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return copy;
}

/* One part of a sale of so many lines, with texts of so many bytes. */
static samme_span sale_part(bench *b, uint32_t part, size_t lines, size_t text_bytes) {
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = 1;
    receipt.number = samme_arena_text(&b->arena, "long");
    receipt.business_date = samme_arena_text(&b->arena, "2026-09-01");
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.currency = samme_arena_text(&b->arena, "GBP");
    sale.part = part;
    sale.parts = 1000000;
    char *text = samme_arena_alloc(&b->arena, text_bytes + 1);
    memset(text, 'x', text_bytes);
    text[text_bytes] = 0;
    sale.lines = samme_arena_alloc(&b->arena, (lines + 1) * sizeof *sale.lines);
    for (size_t i = 0; i < lines; i++) {
        sale.lines[i] = samme_arena_alloc(&b->arena, sizeof *sale.lines[i]);
        *sale.lines[i] = (Samme__SaleLine)SAMME__SALE_LINE__INIT;
        sale.lines[i]->no = (uint32_t)(part * 100 + i);
        sale.lines[i]->quantity = 1000;
        sale.lines[i]->text = text;
    }
    sale.n_lines = lines;
    return entry_of(b, &sale);
}

/* The branch signs and pushes these as its next entries. */
static void push(bench *b, const samme_span *entries, size_t count) {
    Samme__Item *items = samme_arena_alloc(&b->arena, count * sizeof *items);
    Samme__Item **pointers = samme_arena_alloc(&b->arena, count * sizeof *pointers);
    Samme__Push what = SAMME__PUSH__INIT;
    what.epoch = 1;
    what.old_size = b->range.size;
    for (size_t i = 0; i < count; i++) {
        samme__item__init(&items[i]);
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(entries[i]);
        pointers[i] = &items[i];
        samme_hash leaf = samme_leaf_hash(entries[i]);
        cr_assert_eq(samme_range_append(&b->range, &leaf), SAMME_OK);
    }
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(b->chain.root.chain, 1, 1, origin);
    const samme_checkpoint checkpoint = {.size = b->range.size,
                                         .root = samme_range_root(&b->range)};
    samme_buffer note, packed;
    samme_buffer_init(&note, 4096);
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    cr_assert_eq(samme_checkpoint_sign(origin, &b->chain.branches[0].log_seed, &checkpoint, &note),
                 SAMME_OK);
    what.n_items = count;
    what.items = pointers;
    what.note = samme_bytes_of_span(samme_buffer_span(&note));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUSH;
    message.push = &what;
    samme_pack(&message, &packed);
    step(b, (samme_hub_event){.kind = SAMME_HUB_MESSAGE, .message = samme_buffer_span(&packed)});
    settle(b);
    samme_buffer_free(&note);
    samme_buffer_free(&packed);
}

static samme_hub_view look(bench *b) {
    samme_hub_view view;
    samme_hub_look(b->hub, &view);
    return view;
}

/* A batch that the hub could store but not fold was acknowledged, and thrown away with the fold;
 * from then on nothing of anybody was taken. */
Test(regress_hub, what_is_acknowledged_is_held_whatever_the_fold_makes_of_it) {
    enum { FILLING = 100, SMALL = 400 };
    static bench b;
    setup(&b);
    samme_span entries[SMALL];
    for (uint32_t part = 1; part <= FILLING; part++) {
        samme_arena_reset(&b.arena);
        entries[0] = sale_part(&b, part, 60, 1000);
        push(&b, entries, 1);
    }
    samme_arena_reset(&b.arena);
    for (uint32_t i = 0; i < SMALL; i++)
        entries[i] = sale_part(&b, FILLING + 1 + i, 0, 0);
    const uint64_t before = look(&b).journal_size;
    push(&b, entries, SMALL);
    cr_assert_eq(b.acknowledged, FILLING + SMALL);
    cr_assert_eq(look(&b).journal_size, before + 1, "acknowledged, but not in the journal");
    cr_assert_eq(look(&b).folded_size, before + 1, "%s", look(&b).trouble);
    teardown(&b);
}

/* Roster 2 changes nothing, but it is another roster. */
static void second_roster(bench *b) {
    const samme_span first = samme_buffer_span(&b->chain.roster_note);
    const samme_root *root = &b->chain.root;
    samme_roster roster;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_roster_open(root, first, &roster, &error), SAMME_OK, "%s", error.text);
    roster.version = 2;
    roster.previous = samme_sha256(first);
    samme_buffer text, note;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(root, &roster, &text, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 root->roles[SAMME_ROLE_ROSTER].keys[0].name,
                                 &b->chain.role_seeds[SAMME_ROLE_ROSTER], &note),
                 SAMME_OK);
    step(b, (samme_hub_event){.kind = SAMME_HUB_ROSTER, .message = samme_buffer_span(&note)});
    samme_roster_free(&roster);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

/* A hub that folds its views anew judged pushes by the roster it had come to: a retired key could
 * append what no reader, this hub among them, would ever fold. */
Test(regress_hub, nobody_pushes_while_the_newest_roster_is_not_folded) {
    static bench b;
    setup(&b);
    samme_span entries[SAMME_BATCH_MAX_ENTRIES];
    for (unsigned i = 0; i < SAMME_BATCH_MAX_ENTRIES; i++)
        entries[i] = SAMME_LITERAL("x"); /* quarantined, one by one */
    for (unsigned i = 0; i < 4; i++)
        push(&b, entries, SAMME_BATCH_MAX_ENTRIES);
    second_roster(&b);
    settle(&b);
    cr_assert_eq(look(&b).roster->version, 2, "%s", look(&b).trouble);
    samme_hub_free(b.hub);
    empty_views(&b);
    start(&b);
    cr_assert_eq(look(&b).newest_roster, 2, "known before it is folded");
    step(&b, (samme_hub_event){.kind = SAMME_HUB_TICK});
    cr_assert_eq(look(&b).roster->version, 1, "this test wants a hub that is behind");
    const uint64_t before = look(&b).journal_size;
    push(&b, entries, 1);
    cr_assert_eq(b.later, 1);
    cr_assert_eq(look(&b).journal_size, before);
    cr_assert_eq(look(&b).roster->version, 2);
    teardown(&b);
}
