#include "tests/unit/hub/fixture.h"

#include <stdio.h>

#include "history/entry.h"

static void *new_message(hub_test *t, const ProtobufCMessageDescriptor *type) {
    void *message = samme_arena_alloc(&t->arena, type->sizeof_message);
    cr_assert_not_null(message);
    type->message_init(message);
    return message;
}
#define NEW(t, type) new_message(t, &samme__##type##__descriptor)

static samme_span keep(hub_test *t, samme_buffer *bytes) {
    cr_assert_eq(samme_buffer_status(bytes), SAMME_OK);
    samme_span copy = samme_arena_copy(&t->arena, samme_buffer_span(bytes));
    cr_assert_not_null(copy.data);
    samme_buffer_free(bytes);
    return copy;
}

void hub_open(hub_test *t) {
    memset(t, 0, sizeof *t);
    samme_arena_init(&t->arena, 256u << 20);
    pair_open(&t->p, HUB_BRANCHES);
    for (unsigned i = 0; i <= HUB_BRANCHES; i++)
        samme_range_init(&t->logs[i]);
    t->roster_hash = samme_sha256(samme_buffer_span(&t->p.chain.roster_note));
    pair_tick_hub(&t->p);
    greet(t, 1);
    greet(t, 2);
    pair_forget(&t->p);
}

void hub_close(hub_test *t) {
    pair_close(&t->p);
    samme_arena_free(&t->arena);
}

const samme_peer_key *branch_key(hub_test *t, uint32_t branch) {
    return &t->p.chain.branches[branch - 1].curve;
}

const samme_peer_key *operator_key(hub_test *t) {
    return &t->p.chain.operator_curve;
}

samme_peer_key auditor_key(void) {
    uint8_t secret[32];
    memset(secret, 'A', sizeof secret);
    return samme_curve_public(secret);
}

void say(hub_test *t, const samme_peer_key *as, const Samme__Message *message) {
    pair_forget(&t->p);
    pair_tell_hub(&t->p, as, message);
}

const Samme__Ack *acked(hub_test *t) {
    const Samme__Message *message = pair_newest(&t->p, true, SAMME__MESSAGE__WHAT_ACK);
    return message == NULL ? NULL : message->ack;
}

const char *refusal(hub_test *t) {
    const Samme__Message *message = pair_newest(&t->p, true, SAMME__MESSAGE__WHAT_REFUSED);
    return message == NULL ? "" : message->refused->status;
}

uint64_t journal_size(hub_test *t) {
    return pair_look_hub(&t->p).journal_size;
}

uint64_t hub_commits(hub_test *t) {
    samme_store *store = &t->p.hub_stores.log;
    return store->head(store->self);
}

void hub_crash(hub_test *t) {
    pair_stop_hub(&t->p);
    pair_start_hub(&t->p);
    pair_tick_hub(&t->p);
    greet(t, 1);
    greet(t, 2);
}

void greet(hub_test *t, uint32_t branch) {
    pair_tell_hub(&t->p, branch_key(t, branch), make_hello(t, branch));
}

samme_span make_sale_to(hub_test *t, uint32_t branch, const samme_subject *customer) {
    char texts[2][20] = {"1", ""}, date[] = "2026-09-01", currency[] = "GBP";
    snprintf(texts[1], sizeof texts[1], "%u", ++t->sales);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = branch;
    receipt.till = texts[0];
    receipt.number = texts[1];
    receipt.business_date = date;
    Samme__SaleLine line = SAMME__SALE_LINE__INIT, *lines[1] = {&line};
    line.no = 1;
    line.quantity = 1000;
    line.paid = 500;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.currency = currency;
    sale.n_lines = 1;
    sale.lines = lines;
    if (customer != NULL)
        sale.subject = samme_bytes_of_span(SAMME_SPAN(customer->bytes, sizeof customer->bytes));
    samme_entry_head head = {.kind = SAMME__EVENT_KIND__sale, .region = 1, .id = {1}};
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_entry_build(&head, &sale, &packed), SAMME_OK);
    return keep(t, &packed);
}

samme_span make_sale(hub_test *t, uint32_t branch) {
    return make_sale_to(t, branch, NULL);
}

Samme__Message *make_push_of(hub_test *t, uint32_t branch, const samme_span *entries, size_t count,
                             const samme_seed *seed) {
    Samme__Push *what = NEW(t, push);
    Samme__Message *message = NEW(t, message);
    samme_range range = t->logs[branch];
    what->epoch = 1;
    what->old_size = range.size;
    what->n_items = count;
    what->items = samme_arena_alloc(&t->arena, (count + 1) * sizeof *what->items);
    for (size_t i = 0; i < count; i++) {
        samme_hash leaf = samme_leaf_hash(entries[i]);
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
        what->items[i] = NEW(t, item);
        what->items[i]->what_case = SAMME__ITEM__WHAT_ENTRY;
        what->items[i]->entry = samme_bytes_of_span(entries[i]);
    }
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(t->p.chain.root.chain, branch, 1, origin);
    samme_checkpoint checkpoint = {.size = range.size, .root = samme_range_root(&range)};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(origin, seed, &checkpoint, &note), SAMME_OK);
    what->note = samme_bytes_of_span(keep(t, &note));
    message->what_case = SAMME__MESSAGE__WHAT_PUSH;
    message->push = what;
    return message;
}

Samme__Message *make_push(hub_test *t, uint32_t branch, size_t count) {
    samme_span *entries = samme_arena_alloc(&t->arena, (count + 1) * sizeof *entries);
    cr_assert_not_null(entries);
    for (size_t i = 0; i < count; i++)
        entries[i] = make_sale(t, branch);
    return make_push_of(t, branch, entries, count, &t->p.chain.branches[branch - 1].log_seed);
}

/* The branch's log grows by what the push holds. */
static void grow(hub_test *t, uint32_t branch, const Samme__Push *what) {
    for (size_t i = 0; i < what->n_items; i++) {
        samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(what->items[i]->entry));
        cr_assert_eq(samme_range_append(&t->logs[branch], &leaf), SAMME_OK);
    }
}

void push(hub_test *t, uint32_t branch, size_t count) {
    Samme__Message *message = make_push(t, branch, count);
    say(t, branch_key(t, branch), message);
    grow(t, branch, message->push);
    const Samme__Ack *ack = acked(t);
    cr_assert_not_null(ack, "%s", pair_trace(&t->p));
    cr_assert_eq(ack->size, t->logs[branch].size);
}

Samme__Message *make_hello(hub_test *t, uint32_t branch) {
    Samme__Hello *hello = NEW(t, hello);
    Samme__Message *message = NEW(t, message);
    samme_range empty;
    samme_range_init(&empty);
    samme_hash root = samme_range_root(&empty);
    hello->protocol = 1;
    hello->branch = branch;
    hello->epoch = 1;
    hello->journal_root =
        samme_bytes_of_span(samme_arena_copy(&t->arena, samme_span_of_hash(&root)));
    message->what_case = SAMME__MESSAGE__WHAT_HELLO;
    message->hello = hello;
    return message;
}

Samme__Message *make_pull_journal(hub_test *t, uint64_t from) {
    Samme__PullJournal *pull = NEW(t, pull_journal);
    Samme__Message *message = NEW(t, message);
    pull->from = from;
    message->what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    message->pull_journal = pull;
    return message;
}

Samme__Message *make_pull_entries(hub_test *t, uint64_t index) {
    Samme__PullEntries *pull = NEW(t, pull_entries);
    Samme__Message *message = NEW(t, message);
    pull->journal_index = index;
    message->what_case = SAMME__MESSAGE__WHAT_PULL_ENTRIES;
    message->pull_entries = pull;
    return message;
}

Samme__Message *make_put_document(hub_test *t, samme_span document) {
    Samme__PutDocument *put = NEW(t, put_document);
    Samme__Message *message = NEW(t, message);
    put->document = samme_bytes_of_span(document);
    message->what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    message->put_document = put;
    return message;
}

Samme__Message *make_put_release(hub_test *t, samme_span note) {
    Samme__PutRelease *put = NEW(t, put_release);
    Samme__Message *message = NEW(t, message);
    put->note = samme_bytes_of_span(note);
    message->what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    message->put_release = put;
    return message;
}

samme_span make_roster(hub_test *t, const roster_change *change) {
    samme_error error = {.text = ""};
    samme_roster roster;
    cr_assert_eq(samme_roster_open(&t->p.chain.root, samme_buffer_span(&t->p.chain.roster_note),
                                   &roster, &error),
                 SAMME_OK, "%s", error.text);
    samme_roster_peer peers[2] = {{.role = SAMME_PEER_AUDITOR, .name = "auditor"}, roster.peers[0]};
    samme_roster_peer *held = roster.peers;
    peers[0].curve = auditor_key();
    if (change->with_auditor) {
        roster.peers = peers;
        roster.peer_count = 2;
    }
    if (change->without_branch_2)
        roster.branch_count = 1;
    if (change->branch_1_in_epoch_2) {
        char origin[SAMME_NOTE_NAME_MAX + 1];
        samme_public_key key = samme_sign_public(&t->p.chain.branches[0].log_seed);
        samme_branch_origin(t->p.chain.root.chain, 1, 2, origin);
        roster.branches[0].epoch = 2;
        cr_assert_eq(samme_vkey_make(origin, &key, &roster.branches[0].log_key, NULL), SAMME_OK);
    }
    if (change->other_hub) {
        samme_public_key key = samme_sign_public(&(samme_seed){.bytes = {1, 2, 3}});
        cr_assert_eq(samme_vkey_make(roster.hub_log.name, &key, &roster.hub_log, NULL), SAMME_OK);
    }
    roster.version = change->version == 0 ? 2 : change->version;
    roster.previous = change->other_previous ? change->previous : t->roster_hash;
    samme_buffer text, note;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(&t->p.chain.root, &roster, &text, &error), SAMME_OK, "%s",
                 error.text);
    const samme_role signer = change->forged ? SAMME_ROLE_RELEASE : SAMME_ROLE_ROSTER;
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 t->p.chain.root.roles[signer].keys[0].name,
                                 &t->p.chain.role_seeds[signer], &note),
                 SAMME_OK);
    samme_buffer_free(&text);
    roster.peers = held;
    samme_roster_free(&roster);
    return keep(t, &note);
}

void put_roster(hub_test *t, samme_span note) {
    samme_hub_event event = {.kind = SAMME_HUB_ROSTER,
                             .wall_ms = PAIR_WALL_MS + t->p.now_ms,
                             .monotonic_ms = t->p.now_ms,
                             .message = note};
    samme_hub_step(t->p.hub, &event);
    pair_tick_hub(&t->p);
}

samme_record pull_record(hub_test *t, uint64_t index) {
    say(t, operator_key(t), make_pull_journal(t, index));
    const Samme__Message *part = pair_newest(&t->p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART);
    cr_assert_gt(part->journal_part->n_records, 0);
    samme_record record;
    cr_assert_eq(samme_record_open(samme_span_of_bytes(part->journal_part->records[0]), &t->arena,
                                   &record, NULL),
                 SAMME_OK);
    return record;
}
