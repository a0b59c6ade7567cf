/* Epochs of branch logs in the journal: how they end, and how what is carried over is audited. */
#include <criterion/criterion.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static Samme__Sale *sale;

/* Records 0 and 1: roster, release; 2: branch 1 takes it; 3: it sells. */
static void setup(void) {
    chain_start(&c, true);
    chain_take_release(&c, 1);
    sale = fixture_sale(&c.f.arena, 1, "1");
    fixture_line(&c.f.arena, sale, 1, 2000, 1000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    cr_assert_eq(c.finding_count, 0);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(epochs, .init = setup, .fini = teardown);

static void next_roster(void) {
    const uint64_t version = c.roster_version + 1;
    const samme_hash hash = chain_roster_note(&c, version, &c.roster_hash, 0);
    samme_error error = {.text = ""};
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROSTER, version, &hash, &error), SAMME_OK, "%s",
                 error.text);
    c.roster_version = c.replay.roster.version;
    c.roster_hash = c.replay.roster_hash;
}

/* A roster in which branch 1 is at that epoch. */
static void begin_epoch(uint32_t epoch) {
    c.epochs[1] = epoch;
    next_roster();
    samme_range_init(&c.logs[1]);
}

static bool has_ended(uint32_t epoch) {
    const Samme__EpochRow *row;
    return samme_find_epoch(&c.f.rows, 1, epoch, &c.f.arena, &row) == SAMME_OK;
}

static const Samme__EpochRow *ended(uint32_t epoch) {
    const Samme__EpochRow *row;
    cr_assert_eq(samme_find_epoch(&c.f.rows, 1, epoch, &c.f.arena, &row), SAMME_OK);
    return row;
}

Test(epochs, an_epoch_ends_at_what_the_journal_holds) {
    cr_assert_not(has_ended(1));
    begin_epoch(2);
    cr_assert_eq(ended(1)->size, 2);
    cr_assert_eq(ended(1)->journal_index, c.journal.size - 1);
    cr_assert_not(has_ended(2));
    samme_range log;
    cr_assert_eq(samme_replay_branch(&c.replay, 1, 1, &log), SAMME_OK);
    cr_assert_eq(log.size, 0, "it is over");
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&c.f.rows, 1, &c.f.arena, &row), SAMME_OK);
    cr_assert_eq(row->epoch, 2, "also before its first batch");
    cr_assert_eq(row->size, 0);
    cr_assert_eq(row->release, 1);
    begin_epoch(5); /* nothing came of the second */
    cr_assert_eq(ended(2)->size, 0);
    cr_assert_not(has_ended(3));
    cr_assert_eq(c.finding_count, 0);
}

Test(epochs, others_stay_as_they_are) {
    const samme_hash before = chain_rows_hash(&c);
    c.epochs[2] = 2; /* a branch of which nothing has come */
    next_roster();
    const Samme__EpochRow *row;
    cr_assert_not(has_ended(1));
    cr_assert_eq(samme_find_epoch(&c.f.rows, 2, 1, &c.f.arena, &row), SAMME_OK);
    cr_assert_eq(row->size, 0);
    const samme_hash after = chain_rows_hash(&c);
    cr_assert(!samme_hash_equal(&before, &after));
}

Test(epochs, none_begins_again) {
    begin_epoch(3);
    c.epochs[1] = 2;
    next_roster();
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_QUARANTINED);
    cr_assert_not_null(strstr(c.findings[0].text, "roster takes an epoch back"), "%s",
                       c.findings[0].text);
    cr_assert_eq(c.replay.roster.version, 2, "it is not adopted");
}

/* An event as branch 1 wrote it in epoch 1, beyond what was merged; carried in the epoch at hand.
 */
static samme_span carried(Samme__EventKind kind, const void *body, uint64_t index) {
    const samme_span event = fixture_entry(&c.f.arena, kind, body);
    Samme__Carried what = SAMME__CARRIED__INIT;
    what.epoch = 1;
    what.index = index;
    what.common = 2;
    what.event = samme_bytes_of_span(event);
    const samme_entry_head head = {.kind = SAMME__EVENT_KIND__carried,
                                   .region = 1,
                                   .event_class = kind == SAMME__EVENT_KIND__sale
                                                      ? SAMME__EVENT_CLASS__sales
                                                      : SAMME__EVENT_CLASS__service};
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_entry_build(&head, &what, &out), SAMME_OK);
    samme_span bytes = samme_arena_copy(&c.f.arena, samme_buffer_span(&out));
    samme_buffer_free(&out);
    return bytes;
}

static void push_carried(Samme__EventKind kind, const void *body, uint64_t index) {
    const samme_span entry = carried(kind, body, index);
    chain_push_entries(&c, 1, &entry, 1);
}

static Samme__ReturnOpened *opened_by(const char *code) {
    return fixture_opened(&c.f.arena, code, sale->receipt, 1, 1000);
}

/* Decided before its epoch ended, with what is in the journal and nothing else. */
static Samme__ReturnDecided *decided_before(const Samme__ReturnOpened *opened) {
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__own);
    cr_assert_eq(decided->lines[0]->answer->verdict, SAMME__VERDICT__authorise);
    return decided;
}

Test(epochs, a_decision_carried_over_is_asked_again_and_good) {
    const Samme__ReturnOpened *first = opened_by("C1"), *second = opened_by("C2");
    Samme__ReturnDecided *one = decided_before(first), *two = decided_before(second);
    one->basis->own_size = 3;
    /* the second knew of the first: 1000 thousandths for what is left of the line's money */
    begin_epoch(2);
    push_carried(SAMME__EVENT_KIND__return_opened, first, 2);
    push_carried(SAMME__EVENT_KIND__return_decided, one, 3);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(c.replay.decisions, 1);
    two->basis->own_size = 5;
    push_carried(SAMME__EVENT_KIND__return_opened, second, 4);
    push_carried(SAMME__EVENT_KIND__return_decided, two, 5);
    cr_assert_eq(c.finding_count, 1, "it counted nothing as refunded, and should have");
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_BASIS_LOST, "%s", c.findings[0].text);
    cr_assert_str_eq(c.findings[0].field, "quantity_left");
}

Test(epochs, of_one_carried_over_an_answer_that_is_wrong_is_wrong) {
    const Samme__ReturnOpened *opened = opened_by("C1");
    Samme__ReturnDecided *decided = decided_before(opened);
    decided->basis->own_size = 3;
    decided->lines[0]->answer->refund++;
    begin_epoch(2);
    push_carried(SAMME__EVENT_KIND__return_opened, opened, 2);
    push_carried(SAMME__EVENT_KIND__return_decided, decided, 3);
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_DECISION, "%s", c.findings[0].text);
}

Test(epochs, a_sale_may_be_carried_over_with_its_return) {
    Samme__Sale *late = fixture_sale(&c.f.arena, 1, "2");
    fixture_line(&c.f.arena, late, 1, 1000, 500);
    const Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", late->receipt, 1, 1000);
    samme_layer own;
    cr_assert_eq(samme_layer_init(&own, c.f.rows), SAMME_OK);
    samme_rows below = c.f.rows, above = samme_layer_rows(&own);
    const samme_position at = {.branch = 1, .epoch = 1, .index = 2, .own_layer = true};
    cr_assert_eq(samme_fold(&above, &at, fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, late),
                            &c.f.scratch, NULL, NULL),
                 SAMME_OK);
    c.f.rows = above;
    const uint64_t merged = c.logs[1].size;
    c.logs[1].size = 4;
    Samme__ReturnDecided *decided = decided_before(opened);
    c.logs[1].size = merged;
    c.f.rows = below;
    samme_layer_fini(&own);
    cr_assert_eq(decided->basis->sale_index, 2);
    begin_epoch(2);
    push_carried(SAMME__EVENT_KIND__sale, late, 2);
    push_carried(SAMME__EVENT_KIND__return_opened, opened, 3);
    push_carried(SAMME__EVENT_KIND__return_decided, decided, 4);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(c.replay.decisions, 1);
}

/* What was decided in the new epoch counts what was carried into it. */
Test(epochs, a_branch_goes_on_with_what_it_carried_over) {
    const Samme__ReturnOpened *first = opened_by("C1"), *second = opened_by("C2");
    Samme__ReturnDecided *one = decided_before(first);
    one->basis->own_size = 3;
    begin_epoch(2);
    push_carried(SAMME__EVENT_KIND__return_opened, first, 2);
    push_carried(SAMME__EVENT_KIND__return_decided, one, 3);
    chain_take_release(&c, 1);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, second);
    Samme__ReturnDecided *two = chain_decide(&c, 1, second, c.journal.size);
    cr_assert_eq(two->lines[0]->facts->quantity_left, 1000);
    cr_assert_eq(two->lines[0]->facts->claim, SAMME__CLAIM__own);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_decided, two);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

Test(epochs, a_branch_that_came_back_without_its_disk_is_sure_of_nothing_it_sold_before) {
    begin_epoch(2);
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    samme_hash root;
    cr_assert_eq(samme_replay_root_at(&c.replay, c.journal.size, &root), SAMME_OK);
    anchor.journal_epoch = 1;
    anchor.journal_size = c.journal.size;
    anchor.root = samme_bytes_of_span(samme_span_of_hash(&root));
    anchor.lost_epoch = 1;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__anchor, &anchor);
    chain_take_release(&c, 1);
    const Samme__ReturnOpened *opened = opened_by("C1");
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, opened);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__unconfirmed);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_decided, decided);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    Samme__Sale *new = fixture_sale(&c.f.arena, 1, "2");
    fixture_line(&c.f.arena, new, 1, 1000, 500);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, new);
    opened = fixture_opened(&c.f.arena, "C2", new->receipt, 1, 1000);
    decided = chain_decide(&c, 1, opened, c.journal.size);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__own, "what it sells now it knows");
}
