/* A hub that has lost something of its journal: what it waits for, what it believes, and that it
 * ends with what it had. The test speaks for the branches. */
#include "tests/unit/hub/fixture.h"

#include <stdio.h>

static hub_test t;

static void setup(void) {
    hub_open(&t);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(refill, .init = setup, .fini = teardown);

/* What branches pulled before the hub lost it. */
typedef struct pulled {
    samme_checkpoint head;
    const Samme__Message *journal, *entries;
    samme_hash digest;
} pulled;

static Samme__Message *keep(const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &packed);
    Samme__Message *copy =
        SAMME_UNPACK(Message, message, samme_buffer_span(&packed), &t.arena, NULL);
    samme_buffer_free(&packed);
    cr_assert_not_null(copy);
    return copy;
}

static const Samme__Message *from_hub(Samme__Message__WhatCase what) {
    return pair_newest(&t.p, true, what);
}

/* Records from `from` on, and the entries of the batches among them. */
static pulled pull(uint64_t from) {
    pulled out = {.digest = pair_look_hub(&t.p).state_digest};
    say(&t, operator_key(&t), make_pull_journal(&t, from));
    out.journal = keep(from_hub(SAMME__MESSAGE__WHAT_JOURNAL_PART));
    cr_assert_eq(samme_checkpoint_open(samme_span_of_bytes(out.journal->journal_part->note),
                                       &t.p.chain.hub_log, &out.head, NULL),
                 SAMME_OK);
    say(&t, operator_key(&t), make_pull_entries(&t, from));
    out.entries = keep(from_hub(SAMME__MESSAGE__WHAT_ENTRIES_PART));
    return out;
}

/* The test's branch says that it holds the journal up to this head. */
static void greet_with(uint32_t branch, const samme_checkpoint *head) {
    Samme__Message *message = make_hello(&t, branch);
    message->hello->journal_size = head->size;
    message->hello->journal_root =
        samme_bytes_of_span(samme_arena_copy(&t.arena, samme_span_of_hash(&head->root)));
    say(&t, branch_key(&t, branch), message);
}

static samme_span signed_head(const samme_checkpoint *head, const samme_seed *seed) {
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(t.p.chain.hub_log.name, seed, head, &note), SAMME_OK);
    samme_span copy = samme_arena_copy(&t.arena, samme_buffer_span(&note));
    samme_buffer_free(&note);
    return copy;
}

static void show(uint32_t branch, uint64_t size, samme_span note) {
    Samme__Head head = SAMME__HEAD__INIT;
    head.journal_epoch = 1;
    head.journal_size = size;
    head.note = samme_bytes_of_span(note);
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HEAD;
    message.head = &head;
    say(&t, branch_key(&t, branch), &message);
}

static void show_head(uint32_t branch, const samme_checkpoint *head) {
    show(branch, head->size, signed_head(head, &t.p.chain.hub_seed));
}

static bool said(Samme__Message__WhatCase what) {
    return from_hub(what) != NULL;
}

static void let_pass(int64_t ms) {
    t.p.now_ms += ms;
    pair_forget(&t.p);
    pair_tick_hub(&t.p);
}

static samme_hub_view look(void) {
    return pair_look_hub(&t.p);
}

static bool is_later(void) {
    return said(SAMME__MESSAGE__WHAT_LATER) && refusal(&t)[0] == 0;
}

/* Three batches; the first is in the backup that the hub comes back from. */
static pulled lose_two_batches(void) {
    push(&t, 1, 2);
    pair_back_up_hub(&t.p);
    const uint64_t from = journal_size(&t);
    push(&t, 1, 3);
    push(&t, 2, 1);
    const pulled had = pull(from);
    cr_assert_eq(had.head.size, from + 2);
    pair_restore_hub(&t.p);
    pair_tick_hub(&t.p);
    cr_assert_eq(journal_size(&t), from);
    return had;
}

static void filled(const pulled *had) {
    const samme_hub_view view = look();
    cr_assert(view.serves, "%s", view.waits_for);
    cr_assert_eq(view.journal_size, had->head.size);
    cr_assert_eq(view.folded_size, had->head.size);
    cr_assert(samme_hash_equal(&view.state_digest, &had->digest));
    push(&t, 1, 1); /* goes on where the log ended */
    push(&t, 2, 1);
}

Test(refill, a_hub_is_filled_up_from_a_branch_that_shows_its_own_signature) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    cr_assert(said(SAMME__MESSAGE__WHAT_ASK_HEAD) && is_later(), "%s", pair_trace(&t.p));
    cr_assert(!look().serves);
    show_head(1, &had.head);
    const Samme__Message *ask = from_hub(SAMME__MESSAGE__WHAT_PULL_JOURNAL);
    cr_assert(ask != NULL && ask->pull_journal->from == had.head.size - 2);
    say(&t, branch_key(&t, 1), had.journal);
    ask = from_hub(SAMME__MESSAGE__WHAT_PULL_ENTRIES);
    cr_assert(ask != NULL && ask->pull_entries->journal_index == had.head.size - 2);
    cr_assert_eq(ask->pull_entries->branch, 1, "the branch that wrote it can find it in its log");
    cr_assert_eq(ask->pull_entries->old_size, 2);
    cr_assert_eq(ask->pull_entries->new_size, 5);
    say(&t, branch_key(&t, 1), had.entries);
    const Samme__Message *welcome = from_hub(SAMME__MESSAGE__WHAT_WELCOME);
    cr_assert_not_null(welcome, "who waits is welcomed at once: %s", pair_trace(&t.p));
    cr_assert_eq(welcome->welcome->branch_size, 5);
    greet_with(2, &had.head);
    filled(&had);
}

Test(refill, an_empty_folder_is_filled_up_from_the_first_record_on) {
    push(&t, 1, 2);
    push(&t, 2, 2);
    const pulled had = pull(0);
    say(&t, operator_key(&t), make_pull_entries(&t, 1));
    const Samme__Message *entries = keep(from_hub(SAMME__MESSAGE__WHAT_ENTRIES_PART));
    t.p.hub_gather_ms = 3000;
    pair_lose_disk(&t.p, 0);
    pair_tick_hub(&t.p);
    cr_assert_eq(journal_size(&t), 0, "the roster waits");
    cr_assert_eq(look().newest_roster, 1);
    greet_with(1, &had.head);
    show_head(1, &had.head);
    say(&t, branch_key(&t, 1), had.journal);
    cr_assert(!said(SAMME__MESSAGE__WHAT_PULL_DOCUMENTS), "the operator's folder has the roster");
    cr_assert(said(SAMME__MESSAGE__WHAT_PULL_ENTRIES), "%s", pair_trace(&t.p));
    say(&t, branch_key(&t, 1), entries);
    greet_with(2, &had.head);
    filled(&had);
}

Test(refill, nothing_is_appended_until_all_branches_have_said_hello) {
    t.p.hub_gather_ms = 3000;
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    pair_tick_hub(&t.p);
    const uint64_t size = journal_size(&t);
    cr_assert_not_null(strstr(look().waits_for, "branches 1, 2"), "%s", look().waits_for);
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert_str_eq(refusal(&t), "denied", "who has not said hello is told so");
    greet(&t, 1);
    cr_assert(said(SAMME__MESSAGE__WHAT_LATER) && !said(SAMME__MESSAGE__WHAT_WELCOME));
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert(is_later());
    say(&t, operator_key(&t), make_put_document(&t, SAMME_LITERAL("x")));
    cr_assert(is_later());
    say(&t, operator_key(&t), make_pull_journal(&t, 0));
    cr_assert(is_later(), "nothing is signed either");
    put_roster(&t, make_roster(&t, &(roster_change){0}));
    cr_assert_eq(journal_size(&t), size);
    cr_assert_eq(look().newest_roster, 2, "it waits");
    pair_forget(&t.p);
    greet(&t, 2);
    cr_assert_eq(look().newest_roster, 1, "and is to be brought again");
    cr_assert(said(SAMME__MESSAGE__WHAT_LATER) && !said(SAMME__MESSAGE__WHAT_WELCOME),
              "that roster comes first");
    put_roster(&t, make_roster(&t, &(roster_change){0}));
    cr_assert(said(SAMME__MESSAGE__WHAT_WELCOME), "%s", pair_trace(&t.p));
    cr_assert_eq(journal_size(&t), size + 1);
    push(&t, 1, 1);
    push(&t, 2, 1);
}

Test(refill, gathering_ends_when_its_time_is_over) {
    t.p.hub_gather_ms = 3000;
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    greet(&t, 1);
    let_pass(2999);
    cr_assert(!look().serves);
    let_pass(1);
    cr_assert(look().serves && said(SAMME__MESSAGE__WHAT_WELCOME));
    push(&t, 1, 1);
}

Test(refill, a_hub_that_recovers_waits_for_every_branch_however_long) {
    t.p.hub_recovers = true;
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    greet(&t, 1);
    let_pass(86400000);
    cr_assert(!look().serves);
    cr_assert_not_null(strstr(look().waits_for, "branches 2 "), "%s", look().waits_for);
    cr_assert_not_null(strstr(look().waits_for, "without --recover"));
    greet(&t, 2);
    cr_assert(look().serves);
}

Test(refill, a_head_that_this_hub_has_not_signed_is_not_believed) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show(1, had.head.size, signed_head(&had.head, &(samme_seed){.bytes = {1}}));
    cr_assert_str_eq(refusal(&t), "bad signature");
    cr_assert(look().serves, "the others are not held up by it");
    greet_with(1, &had.head);
    show(1, had.head.size, SAMME_LITERAL(""));
    cr_assert_neq(refusal(&t)[0], 0);
    greet_with(1, &had.head);
    show(1, had.head.size + 1, signed_head(&had.head, &t.p.chain.hub_seed));
    cr_assert_str_eq(refusal(&t), "mismatch");
    greet_with(1, &had.head);
    cr_assert_str_eq(refusal(&t), "mismatch", "from now on it is told so at once");
    cr_assert(look().serves && !said(SAMME__MESSAGE__WHAT_PULL_JOURNAL));
    show_head(1, &had.head);
    cr_assert(!look().serves, "but it may show a good one any time");
}

Test(refill, who_says_that_it_holds_more_and_then_nothing_is_waited_for_half_a_minute) {
    const pulled had = lose_two_batches();
    greet(&t, 2);
    greet_with(1, &had.head);
    for (int i = 0; i < 29; i++) {
        let_pass(1000);
        cr_assert(said(SAMME__MESSAGE__WHAT_ASK_HEAD) && !look().serves, "after %d s", i + 1);
        cr_assert_not_null(strstr(look().waits_for, "branches 1 "));
    }
    say(&t, branch_key(&t, 2), make_push(&t, 2, 1));
    cr_assert(is_later());
    let_pass(1000);
    cr_assert(look().serves && !said(SAMME__MESSAGE__WHAT_ASK_HEAD));
}

Test(refill, what_does_not_lead_to_the_head_is_refused_and_somebody_else_is_asked) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show_head(1, &had.head);
    greet_with(2, &had.head);
    show_head(2, &had.head);
    Samme__Message *false_part = keep(had.journal);
    false_part->journal_part->records[1] = false_part->journal_part->records[0];
    say(&t, branch_key(&t, 1), false_part);
    cr_assert_str_eq(refusal(&t), "mismatch");
    cr_assert_not_null(strstr(pair_trace(&t.p), "hub > node 2  pull journal"), "%s",
                       pair_trace(&t.p));
    let_pass(1000);
    cr_assert_not_null(strstr(look().waits_for, "branch 1 handed up"), "%s", look().waits_for);
    say(&t, branch_key(&t, 1), had.journal);
    cr_assert_eq(look().journal_size, had.head.size - 2);
    say(&t, branch_key(&t, 2), had.journal);
    Samme__Message *false_entries = keep(had.entries);
    false_entries->entries_part->batches[0]->items[0]->entry =
        false_entries->entries_part->batches[0]->items[1]->entry;
    say(&t, branch_key(&t, 2), false_entries);
    cr_assert_str_eq(refusal(&t), "mismatch");
    cr_assert_eq(look().journal_size, had.head.size - 2);
    greet_with(1, &had.head);
    let_pass(3000);
    say(&t, branch_key(&t, 1), had.entries);
    filled(&had);
}

Test(refill, who_signs_for_a_branch_is_checked_though_the_records_are_the_hubs) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show_head(1, &had.head);
    say(&t, branch_key(&t, 1), had.journal);
    Samme__Message *unsigned_entries = keep(had.entries);
    uint8_t *note = unsigned_entries->entries_part->batches[0]->note.data;
    const size_t length = unsigned_entries->entries_part->batches[0]->note.len;
    note[length - 3] = note[length - 3] == 'A' ? 'B' : 'A';
    say(&t, branch_key(&t, 1), unsigned_entries);
    cr_assert_neq(refusal(&t)[0], 0);
    cr_assert_eq(look().journal_size, had.head.size - 2);
}

Test(refill, parts_that_nobody_was_asked_for_are_dropped) {
    const pulled had = lose_two_batches();
    say(&t, branch_key(&t, 1), had.journal);
    cr_assert_eq(look().refused_messages, 1);
    greet_with(1, &had.head);
    show_head(1, &had.head);
    greet(&t, 2);
    say(&t, branch_key(&t, 2), had.journal);
    cr_assert_eq(look().refused_messages, 2);
    cr_assert(!said(SAMME__MESSAGE__WHAT_PULL_ENTRIES));
}

Test(refill, a_giver_that_falls_silent_is_left_for_the_next) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show_head(1, &had.head);
    greet_with(2, &had.head);
    show_head(2, &had.head);
    let_pass(3000);
    cr_assert_not_null(strstr(pair_trace(&t.p), "hub > node 2  pull journal"), "%s",
                       pair_trace(&t.p));
    say(&t, branch_key(&t, 2), had.journal);
    let_pass(3000);
    let_pass(3000);
    say(&t, branch_key(&t, 1), had.entries);
    filled(&had);
}

Test(refill, kill_in_the_middle_goes_on_where_it_was_and_does_not_forget_what_it_signed) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show_head(1, &had.head);
    say(&t, branch_key(&t, 1), had.journal);
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    pair_tick_hub(&t.p);
    cr_assert(!look().serves, "though nobody has said hello yet");
    greet(&t, 1);
    greet(&t, 2);
    const Samme__Message *ask = from_hub(SAMME__MESSAGE__WHAT_PULL_ENTRIES);
    cr_assert(ask != NULL && ask->pull_entries->journal_index == had.head.size - 2,
              "the records are there: %s", pair_trace(&t.p));
    Samme__Message *first = keep(had.entries);
    first->entries_part->n_batches = 1;
    say(&t, branch_key(&t, ask->pull_entries->branch), first);
    cr_assert_eq(look().journal_size, had.head.size - 1);
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    pair_tick_hub(&t.p);
    cr_assert(!look().serves);
    cr_assert_eq(look().journal_size, had.head.size - 1);
    greet_with(2, &had.head);
    ask = from_hub(SAMME__MESSAGE__WHAT_PULL_ENTRIES);
    cr_assert(ask != NULL && ask->pull_entries->journal_index == had.head.size - 1);
    first = keep(had.entries);
    first->entries_part->n_batches = 1;
    first->entries_part->batches[0] = first->entries_part->batches[1];
    say(&t, branch_key(&t, 2), first);
    greet_with(1, &had.head);
    filled(&had);
}

Test(refill, views_that_are_lost_in_the_middle_are_folded_again) {
    const pulled had = lose_two_batches();
    greet_with(1, &had.head);
    show_head(1, &had.head);
    say(&t, branch_key(&t, 1), had.journal);
    pair_lose_views(&t.p, 0);
    pair_tick_hub(&t.p);
    greet_with(1, &had.head);
    greet(&t, 2);
    say(&t, branch_key(&t, 1), had.entries);
    say(&t, branch_key(&t, 2), had.entries);
    greet_with(2, &had.head);
    filled(&had);
}

Test(refill, two_heads_of_one_size_are_a_fork_for_good) {
    const pulled had = lose_two_batches();
    samme_checkpoint other = had.head;
    other.root.bytes[0] ^= 1;
    greet_with(1, &had.head);
    show_head(1, &had.head);
    greet_with(2, &other);
    show_head(2, &other);
    let_pass(1000);
    cr_assert_not_null(strstr(look().trouble, "two journals"), "%s", look().trouble);
    cr_assert_not_null(strstr(look().trouble, "branches 2;"), "%s", look().trouble);
    const uint64_t size = journal_size(&t);
    for (int restarts = 0; restarts < 2; restarts++) {
        greet(&t, 1);
        say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
        cr_assert(is_later());
        say(&t, operator_key(&t), make_pull_journal(&t, 0));
        cr_assert(is_later(), "it signs nothing");
        cr_assert_eq(journal_size(&t), size);
        pair_stop_hub(&t.p);
        pair_start_hub(&t.p);
        pair_tick_hub(&t.p);
        cr_assert_not_null(strstr(look().trouble, "two journals"), "%s", look().trouble);
    }
}

Test(refill, a_hub_that_went_on_without_what_it_had_lost_has_forked) {
    const pulled had = lose_two_batches();
    greet(&t, 2);
    t.logs[2].size = 0; /* as it was then */
    samme_range_init(&t.logs[2]);
    push(&t, 2, 1);
    push(&t, 2, 1);
    cr_assert_eq(journal_size(&t), had.head.size);
    greet_with(1, &had.head);
    cr_assert_str_eq(refusal(&t), "mismatch");
    cr_assert(said(SAMME__MESSAGE__WHAT_ASK_HEAD));
    cr_assert(look().serves, "by a hello alone nothing is proved");
    show_head(1, &had.head);
    let_pass(1000);
    cr_assert(!look().serves);
    cr_assert_not_null(strstr(look().trouble, "branches 1;"), "%s", look().trouble);
}

static void greet_at(uint32_t branch, int64_t ahead_ms) {
    Samme__Message *message = make_hello(&t, branch);
    message->hello->wall_ms = PAIR_WALL_MS + t.p.now_ms + ahead_ms;
    say(&t, branch_key(&t, branch), message);
}

Test(refill, of_two_clocks_nothing_is_concluded) {
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    greet_at(1, 86400000);
    greet_at(2, 86400000);
    cr_assert(look().serves);
}

/* docs/SECURITY.md: once a run. A branch that says more, then the truth, then more again. */
Test(refill, regress_a_branch_that_takes_back_what_it_claimed_is_not_waited_for_again) {
    push(&t, 1, 2);
    const pulled now = pull(0);
    samme_checkpoint more = now.head;
    more.size++;
    greet_with(1, &more);
    cr_assert(said(SAMME__MESSAGE__WHAT_ASK_HEAD) && !look().serves);
    greet_with(1, &now.head);
    show_head(1, &now.head);
    cr_assert(look().serves, "it showed less than it had claimed");
    greet_with(1, &more);
    cr_assert_str_eq(refusal(&t), "mismatch");
    cr_assert(look().serves, "%s", look().waits_for);
    samme_checkpoint other = now.head;
    other.root.bytes[0] ^= 1;
    greet_with(1, &other);
    show_head(1, &now.head);
    greet_with(1, &more);
    cr_assert(look().serves, "nor after a good head of less: %s", look().waits_for);
}

Test(refill, regress_a_clock_at_the_end_of_time_is_of_no_use_for_comparing) {
    Samme__Message *message = make_hello(&t, 1);
    message->hello->wall_ms = INT64_MIN;
    say(&t, branch_key(&t, 1), message);
    message->hello->wall_ms = INT64_MAX;
    say(&t, branch_key(&t, 1), message);
    cr_assert(look().serves);
}

/* It has forked, and cannot prove it: what follows its own record leads nowhere. */
Test(refill, a_hub_that_went_on_and_has_lost_more_than_that_serves_no_more) {
    pulled had = lose_two_batches();
    greet(&t, 2);
    t.logs[2].size = 0;
    samme_range_init(&t.logs[2]);
    push(&t, 2, 1);
    const uint64_t size = journal_size(&t);
    cr_assert_eq(size, had.head.size - 1);
    greet_with(1, &had.head);
    show_head(1, &had.head);
    Samme__Message *rest = keep(had.journal);
    rest->journal_part->from = size;
    rest->journal_part->n_records = 1;
    rest->journal_part->records[0] = rest->journal_part->records[1];
    for (int i = 0; i < 3; i++) {
        say(&t, branch_key(&t, 1), rest);
        let_pass(5000);
        cr_assert_not_null(strstr(look().waits_for, "do not lead to the head"), "%s",
                           look().waits_for);
        say(&t, branch_key(&t, 2), make_push(&t, 2, 1));
        cr_assert(is_later());
        greet_with(1, &had.head);
        show_head(1, &had.head);
    }
    cr_assert_eq(journal_size(&t), size);
}
