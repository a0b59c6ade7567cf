/* Everything the hub holds, to whoever is enrolled, in bounded parts. */
#include "tests/unit/hub/fixture.h"

static hub_test t;
static void setup(void) {
    hub_open(&t);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(pulls, .init = setup, .fini = teardown);

static const Samme__JournalPart *pull_journal(uint64_t from) {
    say(&t, branch_key(&t, 2), make_pull_journal(&t, from));
    const Samme__Message *message = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART);
    cr_assert_not_null(message);
    return message->journal_part;
}

static const Samme__EntriesPart *pull_entries(uint64_t index) {
    say(&t, branch_key(&t, 2), make_pull_entries(&t, index));
    const Samme__Message *message = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_ENTRIES_PART);
    cr_assert_not_null(message);
    return message->entries_part;
}

static const Samme__DocumentsPart *pull_documents(const samme_hash *hashes, size_t count) {
    ProtobufCBinaryData asked[200];
    Samme__PullDocuments pull = SAMME__PULL_DOCUMENTS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    cr_assert_leq(count, 200);
    for (size_t i = 0; i < count; i++)
        asked[i] = samme_bytes_of_span(samme_span_of_hash(&hashes[i]));
    pull.n_hashes = count;
    pull.hashes = asked;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_DOCUMENTS;
    message.pull_documents = &pull;
    say(&t, branch_key(&t, 2), &message);
    const Samme__Message *answer = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_DOCUMENTS_PART);
    cr_assert_not_null(answer);
    return answer->documents_part;
}

/* The head that a part names is over all records before it and its own. */
static void check_head(const Samme__JournalPart *part, const samme_range *range) {
    samme_checkpoint head;
    samme_error error = {.text = ""};
    cr_assert_eq(
        samme_checkpoint_open(samme_span_of_bytes(part->note), &t.p.chain.hub_log, &head, &error),
        SAMME_OK, "%s", error.text);
    samme_hash root = samme_range_root(range);
    cr_assert_eq(head.size, range->size);
    cr_assert(samme_hash_equal(&head.root, &root));
}

Test(pulls, a_long_journal_comes_in_parts_each_with_its_head) {
    for (unsigned i = 0; i < 2100; i++)
        push(&t, 1, 1);
    samme_range range;
    samme_range_init(&range);
    unsigned parts = 0;
    while (range.size < journal_size(&t)) {
        const Samme__JournalPart *part = pull_journal(range.size);
        cr_assert_eq(part->from, range.size);
        cr_assert_eq(part->journal_size, 2101);
        cr_assert_gt(part->n_records, 0);
        cr_assert_leq(part->n_records, 2048);
        for (size_t i = 0; i < part->n_records; i++) {
            samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(part->records[i]));
            cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
        }
        check_head(part, &range);
        parts++;
    }
    cr_assert_eq(parts, 2);
}

/* But the head: who is up to date sees whether it is still the same journal. */
Test(pulls, at_and_beyond_the_end_there_is_nothing) {
    push(&t, 1, 1);
    samme_checkpoint head;
    const uint64_t places[] = {2, 3, UINT64_MAX};
    for (size_t i = 0; i < 3; i++) {
        const Samme__JournalPart *part = pull_journal(places[i]);
        cr_assert_eq(part->from, places[i]);
        cr_assert_eq(part->n_records, 0);
        cr_assert_eq(samme_checkpoint_open(samme_span_of_bytes(part->note), &t.p.chain.hub_log,
                                           &head, NULL),
                     SAMME_OK);
        cr_assert_eq(head.size, 2);
        cr_assert_eq(part->journal_size, 2);
        cr_assert_gt(part->hub_time_ms, PAIR_WALL_MS - 1);
        cr_assert_eq(pull_entries(places[i])->n_batches, 0);
    }
}

Test(pulls, the_first_pull_after_nothing_is_the_empty_journal_of_a_new_hub) {
    const Samme__JournalPart *part = pull_journal(0);
    cr_assert_eq(part->n_records, 1, "the roster");
}

Test(pulls, batches_follow_each_other_up_to_a_record_that_is_none) {
    push(&t, 1, 2);
    push(&t, 2, 1);
    put_roster(&t, make_roster(&t, &(roster_change){.with_auditor = true}));
    push(&t, 1, 1);
    const Samme__EntriesPart *part = pull_entries(1);
    cr_assert_eq(part->n_batches, 2);
    cr_assert_eq(part->batches[0]->journal_index, 1);
    cr_assert_eq(part->batches[0]->n_items, 2);
    cr_assert_eq(part->batches[1]->journal_index, 2);
    cr_assert_eq(part->batches[1]->n_items, 1);
    cr_assert_eq(pull_entries(0)->n_batches, 0);
    cr_assert_eq(pull_entries(3)->n_batches, 0);
    cr_assert_eq(pull_entries(4)->n_batches, 1);
}

Test(pulls, what_was_pushed_is_relayed_byte_for_byte) {
    Samme__Message *message = make_push(&t, 1, 3);
    say(&t, branch_key(&t, 1), message);
    const Samme__Batch *batch = pull_entries(1)->batches[0];
    cr_assert_eq(batch->n_items, 3);
    cr_assert(samme_span_equal(samme_span_of_bytes(batch->note),
                               samme_span_of_bytes(message->push->note)));
    for (size_t i = 0; i < 3; i++)
        cr_assert(samme_span_equal(samme_span_of_bytes(batch->items[i]->entry),
                                   samme_span_of_bytes(message->push->items[i]->entry)));
}

/* Batches of about 300 KiB: a part holds some, and the next goes on behind it. */
Test(pulls, a_part_of_entries_is_bounded_in_bytes) {
    static uint8_t filler[60000];
    samme_span entries[5];
    for (size_t i = 0; i < 5; i++)
        entries[i] = SAMME_SPAN(filler, sizeof filler);
    const samme_seed *seed = &t.p.chain.branches[0].log_seed;
    for (unsigned i = 0; i < 10; i++) {
        Samme__Message *message = make_push_of(&t, 1, entries, 5, seed);
        say(&t, branch_key(&t, 1), message);
        cr_assert_not_null(acked(&t), "%s", pair_trace(&t.p));
        for (unsigned e = 0; e < 5; e++) {
            samme_hash leaf = samme_leaf_hash(entries[e]);
            cr_assert_eq(samme_range_append(&t.logs[1], &leaf), SAMME_OK);
        }
    }
    uint64_t next = 1;
    unsigned parts = 0;
    for (; next < journal_size(&t); parts++) {
        const Samme__EntriesPart *part = pull_entries(next);
        cr_assert_gt(part->n_batches, 0);
        cr_assert_leq(part->n_batches, 5);
        cr_assert_eq(part->batches[0]->journal_index, next);
        next += part->n_batches;
    }
    cr_assert_geq(parts, 2);
}

Test(pulls, the_largest_batch_can_be_pulled) {
    static uint8_t filler[65535];
    samme_span entries[64];
    for (size_t i = 0; i < 64; i++)
        entries[i] = SAMME_SPAN(filler, sizeof filler);
    say(&t, branch_key(&t, 1), make_push_of(&t, 1, entries, 64, &t.p.chain.branches[0].log_seed));
    cr_assert_not_null(acked(&t), "%s", pair_trace(&t.p));
    cr_assert_eq(pull_entries(1)->batches[0]->n_items, 64);
}

Test(pulls, documents_are_found_by_hash_in_the_order_asked) {
    samme_span texts[3] = {SAMME_LITERAL("one"), SAMME_LITERAL("two"), SAMME_LITERAL("three")};
    samme_hash asked[4];
    for (size_t i = 0; i < 3; i++) {
        say(&t, operator_key(&t), make_put_document(&t, texts[i]));
        asked[2 - i] = samme_sha256(texts[i]);
    }
    asked[3] = asked[0];
    asked[1] = samme_sha256(SAMME_LITERAL("nobody has it"));
    const Samme__DocumentsPart *part = pull_documents(asked, 4);
    cr_assert_eq(part->n_documents, 3);
    cr_assert(samme_span_equal(samme_span_of_bytes(part->documents[0]), texts[2]));
    cr_assert(samme_span_equal(samme_span_of_bytes(part->documents[1]), texts[0]));
    cr_assert(samme_span_equal(samme_span_of_bytes(part->documents[2]), texts[2]));
    cr_assert_eq(pull_documents(asked, 0)->n_documents, 0);
}

Test(pulls, the_rosters_note_is_a_document) {
    const Samme__DocumentsPart *part = pull_documents(&t.roster_hash, 1);
    cr_assert_eq(part->n_documents, 1);
    cr_assert(samme_span_equal(samme_span_of_bytes(part->documents[0]),
                               samme_buffer_span(&t.p.chain.roster_note)));
}

Test(pulls, a_hash_of_another_length_is_no_hash) {
    ProtobufCBinaryData asked[2];
    Samme__PullDocuments pull = SAMME__PULL_DOCUMENTS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    asked[0] = samme_bytes_of_span(SAMME_SPAN(t.roster_hash.bytes, 31));
    asked[1] = samme_bytes_of_span(SAMME_SPAN(NULL, 0));
    pull.n_hashes = 2;
    pull.hashes = asked;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_DOCUMENTS;
    message.pull_documents = &pull;
    say(&t, branch_key(&t, 1), &message);
    const Samme__Message *answer = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_DOCUMENTS_PART);
    cr_assert_not_null(answer, "%s", pair_trace(&t.p));
    cr_assert_eq(answer->documents_part->n_documents, 0);
}

Test(pulls, a_part_of_documents_is_bounded_in_bytes_and_number) {
    static uint8_t large[SAMME_DOCUMENT_MAX_BYTES];
    samme_hash asked[200];
    for (unsigned i = 0; i < 4; i++) {
        large[0] = (uint8_t)i;
        say(&t, operator_key(&t), make_put_document(&t, SAMME_SPAN(large, sizeof large)));
        asked[i] = samme_sha256(SAMME_SPAN(large, sizeof large));
    }
    const Samme__DocumentsPart *part = pull_documents(asked, 4);
    cr_assert_geq(part->n_documents, 1);
    cr_assert_leq(part->n_documents, 2);
    for (unsigned i = 0; i < 200; i++)
        asked[i] = t.roster_hash;
    cr_assert_leq(pull_documents(asked, 200)->n_documents, 64);
}

/* Status */

static const Samme__StatusPart *pull_status(void) {
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    message.pull_status = &pull;
    say(&t, operator_key(&t), &message);
    const Samme__Message *answer = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_STATUS_PART);
    cr_assert_not_null(answer);
    return answer->status_part;
}

Test(pulls, the_status_shows_every_branch_as_it_was_last_heard) {
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    t.p.now_ms = 5000;
    greet(&t, 1);
    push(&t, 1, 3);
    uint8_t digest[32] = {9, 9};
    Samme__Message *pull = make_pull_journal(&t, 2);
    pull->pull_journal->folded_size = 2;
    pull->pull_journal->state_digest = samme_bytes_of_span(SAMME_SPAN(digest, sizeof digest));
    say(&t, branch_key(&t, 1), pull);
    const Samme__StatusPart *status = pull_status();
    cr_assert_eq(status->journal_size, 2);
    cr_assert_eq(status->folded_size, 2);
    cr_assert_eq(status->state_digest.len, 32);
    cr_assert_eq(status->n_peers, 2);
    const Samme__PeerStatus *one = status->peers[0], *two = status->peers[1];
    cr_assert_eq(one->branch, 1);
    cr_assert_str_eq(one->name, "branch-1");
    cr_assert_eq(one->branch_size, 3);
    cr_assert_eq(one->folded_size, 2);
    cr_assert(samme_span_equal(samme_span_of_bytes(one->state_digest),
                               SAMME_SPAN(digest, sizeof digest)));
    cr_assert_eq(one->heard_ms, PAIR_WALL_MS + 5000);
    cr_assert_eq(two->branch, 2);
    cr_assert_eq(two->branch_size, 0);
    cr_assert_eq(two->heard_ms, 0, "never");
    cr_assert_eq(two->state_digest.len, 0);
}

Test(pulls, nobody_unenrolled_is_answered) {
    samme_peer_key stranger = auditor_key();
    uint64_t counted = pair_look_hub(&t.p).refused_messages;
    say(&t, &stranger, make_pull_journal(&t, 0));
    cr_assert_str_eq(pair_trace(&t.p), "");
    say(&t, &stranger, make_pull_entries(&t, 0));
    cr_assert_str_eq(pair_trace(&t.p), "");
    cr_assert_eq(pair_look_hub(&t.p).refused_messages, counted + 2);
    put_roster(&t, make_roster(&t, &(roster_change){.with_auditor = true}));
    say(&t, &stranger, make_pull_journal(&t, 0));
    cr_assert_not_null(pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART),
                       "now it is an auditor");
}

Test(pulls, a_pull_waits_for_what_it_saw) {
    t.p.hub_stores.stuck = true;
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    say(&t, branch_key(&t, 2), make_pull_journal(&t, 0));
    cr_assert_str_eq(pair_trace(&t.p), "", "a head over what a crash may lose is not shown");
    t.p.hub_stores.stuck = false;
    pair_tick_hub(&t.p);
    const Samme__Message *answer = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART);
    cr_assert_eq(answer->journal_part->n_records, 2);
}
