/* Hello and push, as honest and as other peers say them. */
#include "tests/unit/hub/fixture.h"

#include <stdio.h>

enum { SECOND = 1000 };

static hub_test t;
static void setup(void) {
    hub_open(&t);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(batches, .init = setup, .fini = teardown);

Test(batches, a_push_becomes_one_record_and_is_acknowledged) {
    cr_assert_eq(journal_size(&t), 1, "the roster");
    push(&t, 1, 3);
    cr_assert_eq(journal_size(&t), 2);
    const Samme__Ack *ack = acked(&t);
    samme_hash root = samme_range_root(&t.logs[1]);
    cr_assert(samme_span_equal(samme_span_of_bytes(ack->root), samme_span_of_hash(&root)));
    cr_assert_eq(ack->journal_size, 2);
    samme_record record = pull_record(&t, 1);
    cr_assert_eq(record.kind, SAMME_RECORD_BATCH);
    cr_assert_eq(record.batch.branch, 1);
    cr_assert_eq(record.batch.epoch, 1);
    cr_assert_eq(record.batch.old_size, 0);
    cr_assert_eq(record.batch.new_size, 3);
    cr_assert(samme_hash_equal(&record.batch.root, &root));
    push(&t, 2, 1);
    push(&t, 1, 2);
    record = pull_record(&t, 3);
    cr_assert_eq(record.batch.old_size, 3);
    cr_assert_eq(record.batch.new_size, 5);
}

Test(batches, a_push_rings_for_everybody_heard_of) {
    say(&t, branch_key(&t, 2), make_hello(&t, 2));
    push(&t, 1, 1);
    cr_assert_not_null(strstr(pair_trace(&t.p), "hub > node 2  doorbell 2"), "%s",
                       pair_trace(&t.p));
}

Test(batches, a_doubled_push_is_acknowledged_again_and_recorded_once) {
    Samme__Message *message = make_push(&t, 1, 2);
    say(&t, branch_key(&t, 1), message);
    uint64_t commits = hub_commits(&t);
    say(&t, branch_key(&t, 1), message);
    cr_assert_eq(acked(&t)->size, 2);
    cr_assert_eq(journal_size(&t), 2);
    cr_assert_eq(hub_commits(&t), commits, "and nothing is written");
    cr_assert_str_eq(refusal(&t), "");
}

/* Refused with this word, and nothing has changed but a counter. */
static void refused(const samme_peer_key *as, const Samme__Message *message, const char *word) {
    uint64_t size = journal_size(&t), commits = hub_commits(&t);
    uint64_t counted = pair_look_hub(&t.p).refused_messages;
    say(&t, as, message);
    cr_assert_str_eq(refusal(&t), word, "%s", pair_trace(&t.p));
    cr_assert_null(acked(&t));
    cr_assert_eq(journal_size(&t), size);
    cr_assert_eq(hub_commits(&t), commits);
    cr_assert_eq(pair_look_hub(&t.p).refused_messages, counted + 1);
    push(&t, 2, 1); /* and everybody else is served */
}

Test(batches, a_gap_is_refused) {
    push(&t, 1, 2);
    Samme__Message *first = make_push(&t, 1, 2);
    first->push->old_size = 3;
    refused(branch_key(&t, 1), first, "mismatch");
}

Test(batches, another_epoch_is_refused) {
    Samme__Message *message = make_push(&t, 1, 1);
    message->push->epoch = 2;
    refused(branch_key(&t, 1), message, "denied");
}

Test(batches, an_altered_entry_is_refused) {
    Samme__Message *message = make_push(&t, 1, 3);
    message->push->items[1]->entry.data[5] ^= 1;
    refused(branch_key(&t, 1), message, "mismatch");
}

Test(batches, entries_in_another_order_are_refused) {
    Samme__Message *message = make_push(&t, 1, 3);
    Samme__Item *item = message->push->items[0];
    message->push->items[0] = message->push->items[1];
    message->push->items[1] = item;
    refused(branch_key(&t, 1), message, "mismatch");
}

Test(batches, a_note_at_another_size_is_refused) {
    Samme__Message *message = make_push(&t, 1, 3);
    message->push->n_items = 2;
    refused(branch_key(&t, 1), message, "mismatch");
}

Test(batches, a_note_by_another_key_is_refused) {
    samme_span entry = make_sale(&t, 1);
    refused(branch_key(&t, 1), make_push_of(&t, 1, &entry, 1, &t.p.chain.branches[1].log_seed),
            "bad signature");
}

Test(batches, another_branchs_push_is_refused) {
    refused(branch_key(&t, 2), make_push(&t, 1, 1), "bad signature");
}

Test(batches, a_push_without_a_note_is_refused) {
    Samme__Message *message = make_push(&t, 1, 1);
    message->push->note.len = 0;
    refused(branch_key(&t, 1), message, "malformed");
}

Test(batches, a_push_of_nothing_is_refused) {
    refused(branch_key(&t, 1), make_push(&t, 1, 0), "malformed");
}

Test(batches, more_entries_than_a_batch_may_hold_are_refused) {
    refused(branch_key(&t, 1), make_push(&t, 1, SAMME_BATCH_MAX_ENTRIES + 1), "too large");
    push(&t, 1, SAMME_BATCH_MAX_ENTRIES);
}

static samme_span bytes_of(size_t length) {
    uint8_t *bytes = samme_arena_alloc(&t.arena, length);
    cr_assert_not_null(bytes);
    memset(bytes, 0xee, length);
    return SAMME_SPAN(bytes, length);
}

Test(batches, an_entry_of_65536_bytes_is_refused_and_one_of_65535_taken) {
    samme_span entry = bytes_of(65536);
    refused(branch_key(&t, 1), make_push_of(&t, 1, &entry, 1, &t.p.chain.branches[0].log_seed),
            "too large");
    entry.length = 65535;
    say(&t, branch_key(&t, 1), make_push_of(&t, 1, &entry, 1, &t.p.chain.branches[0].log_seed));
    cr_assert_not_null(acked(&t), "accepting bytes is not understanding them");
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_eq(view.folded_size, view.journal_size, "a bad entry stops nothing");
    cr_assert_eq(view.trouble[0], 0);
}

Test(batches, more_bytes_than_a_batch_may_hold_are_refused) {
    samme_span entries[65];
    for (size_t i = 0; i < 65; i++)
        entries[i] = bytes_of(65535);
    refused(branch_key(&t, 1), make_push_of(&t, 1, entries, 65, &t.p.chain.branches[0].log_seed),
            "too large");
}

Test(batches, an_item_that_is_a_hash_is_refused) {
    Samme__Message *message = make_push(&t, 1, 2);
    Samme__Subtree subtree = SAMME__SUBTREE__INIT;
    message->push->items[0]->what_case = SAMME__ITEM__WHAT_SUBTREE;
    message->push->items[0]->subtree = &subtree;
    refused(branch_key(&t, 1), message, "unsupported");
}

Test(batches, only_branches_push) {
    refused(operator_key(&t), make_push(&t, 1, 1), "denied");
    put_roster(&t, make_roster(&t, &(roster_change){.with_auditor = true}));
    samme_peer_key auditor = auditor_key();
    refused(&auditor, make_push(&t, 1, 1), "denied");
}

/* Hello */

/* A hub that came back from a backup must see the branch's journal before it grows its own. */
Test(batches, a_push_before_a_hello_is_refused) {
    Samme__Message *message = make_push(&t, 1, 1);
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    greet(&t, 2);
    refused(branch_key(&t, 1), message, "denied");
    greet(&t, 1);
    say(&t, branch_key(&t, 1), message);
    cr_assert_eq(acked(&t)->size, 1);
}

static bool welcomed(void) {
    return pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_WELCOME) != NULL;
}

/* The newest welcome; there must be one. */
static const Samme__Welcome *welcome(void) {
    const Samme__Message *message = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_WELCOME);
    cr_assert_not_null(message, "%s", pair_trace(&t.p));
    return message->welcome;
}

Test(batches, a_welcome_shows_what_the_hub_holds_of_the_branch) {
    push(&t, 1, 3);
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    const Samme__Welcome *said = welcome();
    cr_assert_eq(said->branch_size, 3);
    cr_assert_eq(said->journal_size, 2);
    cr_assert_gt(said->credit_bytes, 0);
    cr_assert_leq(said->credit_bytes, SAMME_BATCH_MAX_BYTES);
    samme_hash root = samme_range_root(&t.logs[1]);
    cr_assert(samme_span_equal(samme_span_of_bytes(said->branch_root), samme_span_of_hash(&root)));
    say(&t, branch_key(&t, 2), make_hello(&t, 2));
    cr_assert_eq(welcome()->branch_size, 0);
}

static void hello_refused(const samme_peer_key *as, const Samme__Message *message,
                          const char *word) {
    say(&t, as, message);
    cr_assert_str_eq(refusal(&t), word, "%s", pair_trace(&t.p));
    cr_assert(!welcomed());
}

Test(batches, who_speaks_is_the_key_and_not_what_it_says) {
    hello_refused(branch_key(&t, 1), make_hello(&t, 2), "denied");
    hello_refused(branch_key(&t, 1), make_hello(&t, 0), "denied");
    Samme__Message *epoch = make_hello(&t, 1);
    epoch->hello->epoch = 2;
    hello_refused(branch_key(&t, 1), epoch, "denied");
    Samme__Message *journal = make_hello(&t, 1);
    journal->hello->journal_epoch = 2;
    hello_refused(branch_key(&t, 1), journal, "mismatch");
}

Test(batches, another_protocol_is_refused) {
    Samme__Message *message = make_hello(&t, 1);
    message->hello->protocol = 2;
    hello_refused(branch_key(&t, 1), message, "unsupported");
}

Test(batches, a_hello_with_another_journal_is_refused) {
    push(&t, 1, 1);
    Samme__Message *message = make_hello(&t, 1);
    message->hello->journal_root.data[0] ^= 1;
    hello_refused(branch_key(&t, 1), message, "mismatch");
    message->hello->journal_root.data[0] ^= 1;
    message->hello->journal_size = 1; /* with the root of the empty one */
    hello_refused(branch_key(&t, 1), message, "mismatch");
    message->hello->journal_size = 0;
    message->hello->journal_root.len = 0;
    hello_refused(branch_key(&t, 1), message, "mismatch");
}

/* Durability */

Test(batches, an_acknowledgement_waits_for_the_disk) {
    t.p.hub_stores.stuck = true;
    Samme__Message *message = make_push(&t, 1, 2);
    say(&t, branch_key(&t, 1), message);
    pair_tick_hub(&t.p);
    cr_assert_null(acked(&t));
    say(&t, branch_key(&t, 1), message);
    cr_assert_null(acked(&t), "nor is it said to one who asks again");
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    cr_assert(!welcomed(), "nor shown in a welcome");
    t.p.hub_stores.stuck = false;
    pair_tick_hub(&t.p);
    cr_assert_eq(acked(&t)->size, 2);
    cr_assert_eq(welcome()->branch_size, 2);
    cr_assert_eq(journal_size(&t), 2);
}

Test(batches, a_crash_loses_nothing_that_was_acknowledged) {
    push(&t, 1, 2);
    t.p.hub_stores.stuck = true;
    Samme__Message *second = make_push(&t, 1, 3);
    say(&t, branch_key(&t, 1), second);
    cr_assert_eq(journal_size(&t), 3);
    hub_crash(&t);
    cr_assert_eq(journal_size(&t), 2);
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    cr_assert_eq(welcome()->branch_size, 2);
    say(&t, branch_key(&t, 1), second);
    cr_assert_eq(acked(&t)->size, 5);
    hub_crash(&t);
    cr_assert_eq(journal_size(&t), 3);
}

Test(batches, of_a_failed_commit_nothing_is_said) {
    samme_memory_store_fail_next(t.p.hub_stores.log_memory, SAMME_COMMIT_FAILED);
    Samme__Message *message = make_push(&t, 1, 2);
    say(&t, branch_key(&t, 1), message);
    cr_assert_null(acked(&t));
    cr_assert(pair_look_hub(&t.p).store_failed);
    say(&t, branch_key(&t, 1), message);
    cr_assert_str_eq(pair_trace(&t.p), "");
    hub_crash(&t);
    cr_assert_eq(journal_size(&t), 1);
    say(&t, branch_key(&t, 1), message);
    cr_assert_eq(acked(&t)->size, 2);
}

Test(batches, of_a_commit_with_unknown_outcome_the_restart_finds_out) {
    samme_memory_store_fail_next(t.p.hub_stores.log_memory, SAMME_COMMIT_UNKNOWN);
    Samme__Message *message = make_push(&t, 1, 2);
    say(&t, branch_key(&t, 1), message);
    cr_assert_null(acked(&t));
    hub_crash(&t);
    cr_assert_eq(journal_size(&t), 2);
    say(&t, branch_key(&t, 1), message);
    cr_assert_eq(acked(&t)->size, 2);
    cr_assert_eq(journal_size(&t), 2);
}

Test(batches, with_the_disk_far_behind_branches_are_told_to_come_later) {
    t.p.hub_stores.stuck = true;
    unsigned sent = 0;
    for (; sent < 300; sent++) {
        Samme__Message *message = make_push(&t, 1, 1);
        pair_tell_hub(&t.p, branch_key(&t, 1), message);
        samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(message->push->items[0]->entry));
        cr_assert_eq(samme_range_append(&t.logs[1], &leaf), SAMME_OK);
    }
    t.p.hub_stores.stuck = false;
    pair_forget(&t.p);
    pair_tick_hub(&t.p);
    cr_assert_not_null(strstr(pair_trace(&t.p), "hub > node 1  later: push"));
    cr_assert(!pair_look_hub(&t.p).store_failed);
    uint64_t taken = journal_size(&t) - 1;
    cr_assert_lt(taken, 200);
    cr_assert_gt(taken, 100);
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    cr_assert_eq(welcome()->branch_size, taken);
}

/* Time */

Test(batches, a_clock_that_jumps_stops_appending) {
    push(&t, 1, 1);
    t.p.now_ms += 60 * SECOND;
    t.p.hub_clock_offset_ms = 300 * SECOND;
    push(&t, 1, 1);
    t.p.hub_clock_offset_ms = 301 * SECOND;
    Samme__Message *message = make_push(&t, 1, 1);
    uint64_t size = journal_size(&t);
    say(&t, branch_key(&t, 1), message);
    cr_assert_str_eq(refusal(&t), "later");
    const Samme__Message *said = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_REFUSED);
    cr_assert_not_null(strstr(said->refused->text, "the clock jumped by 301 s"), "%s",
                       said->refused->text);
    cr_assert_not_null(strstr(pair_look_hub(&t.p).trouble, "clock jumped"));
    cr_assert_eq(journal_size(&t), size);
    t.p.hub_clock_offset_ms = 0;
    say(&t, branch_key(&t, 1), message);
    cr_assert_str_eq(refusal(&t), "later", "an operator decides, not a clock that is right again");
    say(&t, branch_key(&t, 2), make_hello(&t, 2));
    cr_assert(welcomed(), "who wants to read is served");
    hub_crash(&t);
    say(&t, branch_key(&t, 1), message);
    cr_assert_not_null(acked(&t));
}

Test(batches, a_clock_that_jumps_back_stops_appending_too) {
    push(&t, 1, 1);
    t.p.hub_clock_offset_ms = -301 * SECOND;
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert_str_eq(refusal(&t), "later");
}

Test(batches, hub_time_never_decreases) {
    samme_prng prng;
    samme_prng_seed(&prng, 3);
    for (unsigned i = 0; i < 40; i++) {
        t.p.now_ms += (int64_t)samme_prng_below(&prng, 1000);
        t.p.hub_clock_offset_ms = (int64_t)samme_prng_below(&prng, 400 * SECOND) - 200 * SECOND;
        push(&t, 1, 1);
    }
    int64_t last = 0;
    unsigned same = 0;
    for (uint64_t i = 0; i < journal_size(&t); i++) {
        samme_record record = pull_record(&t, i);
        cr_assert_geq(record.hub_time_ms, last, "record %llu", (unsigned long long)i);
        same += record.hub_time_ms == last;
        last = record.hub_time_ms;
    }
    cr_assert_gt(same, 5, "the clock went back and time stood");
    say(&t, branch_key(&t, 1), make_hello(&t, 1));
    cr_assert_geq(welcome()->hub_time_ms, last);
    hub_crash(&t);
    t.p.hub_clock_offset_ms = -200 * SECOND;
    hub_crash(&t);
    push(&t, 1, 1);
    cr_assert_geq(pull_record(&t, journal_size(&t) - 1).hub_time_ms, last, "after a restart too");
}

/* Noise */

static void noise(const samme_peer_key *as, samme_span bytes) {
    uint64_t size = journal_size(&t), commits = hub_commits(&t);
    uint64_t counted = pair_look_hub(&t.p).refused_messages;
    pair_forget(&t.p);
    samme_hub_event event = {.kind = SAMME_HUB_MESSAGE,
                             .wall_ms = PAIR_WALL_MS + t.p.now_ms,
                             .monotonic_ms = t.p.now_ms,
                             .peer = *as,
                             .route = 77,
                             .message = bytes};
    samme_hub_step(t.p.hub, &event);
    pair_tick_hub(&t.p);
    cr_assert_eq(pair_look_hub(&t.p).refused_messages, counted + 1);
    cr_assert_str_eq(pair_trace(&t.p), "", "noise is not answered");
    cr_assert_eq(journal_size(&t), size);
    cr_assert_eq(hub_commits(&t), commits);
}

static samme_span packed(const Samme__Message *message) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &bytes);
    samme_span copy = samme_arena_copy(&t.arena, samme_buffer_span(&bytes));
    samme_buffer_free(&bytes);
    return copy;
}

Test(batches, noise_changes_a_counter_and_nothing_else) {
    samme_peer_key stranger = auditor_key();
    noise(&stranger, packed(make_hello(&t, 1)));
    noise(&stranger, packed(make_push(&t, 1, 1)));
    noise(&stranger, SAMME_LITERAL(""));
    noise(branch_key(&t, 1), SAMME_LITERAL("\xff\xff\xff"));
    noise(branch_key(&t, 1), SAMME_LITERAL(""));
    Samme__Message words = SAMME__MESSAGE__INIT;
    Samme__Ack ack = SAMME__ACK__INIT;
    Samme__Welcome greeting = SAMME__WELCOME__INIT;
    Samme__Doorbell doorbell = SAMME__DOORBELL__INIT;
    words.what_case = SAMME__MESSAGE__WHAT_ACK;
    words.ack = &ack;
    noise(branch_key(&t, 1), packed(&words));
    words.what_case = SAMME__MESSAGE__WHAT_WELCOME;
    words.welcome = &greeting;
    noise(branch_key(&t, 1), packed(&words));
    words.what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    words.doorbell = &doorbell;
    noise(operator_key(&t), packed(&words));
    push(&t, 1, 1);
}

Test(batches, random_bytes_from_an_enrolled_peer_are_noise) {
    enum { SEED = 5 };
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    samme_random random = samme_prng_as_random(&prng);
    samme_span good = packed(make_push(&t, 1, 2));
    uint64_t size = journal_size(&t);
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t bytes[600];
        size_t length = samme_prng_below(&prng, sizeof bytes);
        random.fill(random.self, bytes, sizeof bytes);
        if (i % 2 == 0 && good.length < sizeof bytes) { /* a push with a few bytes changed */
            length = good.length;
            memcpy(bytes, good.data, length);
            bytes[samme_prng_below(&prng, length)] ^= (uint8_t)(1 + samme_prng_below(&prng, 255));
        }
        samme_hub_event event = {.kind = SAMME_HUB_MESSAGE,
                                 .wall_ms = PAIR_WALL_MS + t.p.now_ms,
                                 .monotonic_ms = t.p.now_ms,
                                 .peer = *branch_key(&t, 1),
                                 .route = 77,
                                 .message = SAMME_SPAN(bytes, length)};
        samme_hub_step(t.p.hub, &event);
        cr_assert_eq(journal_size(&t), size, "seed %d, round %u", SEED, i);
        if (i % 50 == 0)
            pair_tick_hub(&t.p);
    }
    pair_forget(&t.p);
    cr_assert(!pair_look_hub(&t.p).store_failed);
    push(&t, 1, 1);
}
