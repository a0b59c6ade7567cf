/* Alarms: raised with the entry that takes a line beyond what was sold, taken, resolved, raised
 * again, gone. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/prng.h"
#include "history/alarms.h"
#include "tests/unit/lib/history/brute_alarms.h"
#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale;
static uint8_t CLERK[16] = {1}, BOSS[16] = {2}, OTHER_BOSS[16] = {3}, HASH[32] = {4};

static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 1000, 500);
    fixture_line(&f.arena, sale, 2, 1000, 700);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(fold_alarm, .init = setup, .fini = teardown);

static void sell(void) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
}

/* Refunds without having seen the refunds of others. */
static void refund_blind(uint32_t branch, const char *code, uint32_t line, int64_t refund) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, line, 1000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(CLERK, sizeof CLERK));
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    const samme_horizon then = {.branch = branch, .epoch = 1, .journal_size = 1};
    Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &then, SAMME__VERDICT__authorise);
    decided->lines[0]->answer->refund = refund;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided));
}

static void give_back(uint32_t branch, const char *code) {
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_done,
                                fixture_done(&f.arena, code, SAMME__RETURN_OUTCOME__failed)));
}

static const Samme__AlarmRow *alarm_of(uint32_t line) {
    const Samme__AlarmRow *row;
    cr_assert_eq(samme_find_alarm(&f.rows, sale->receipt, line, &f.arena, &row), SAMME_OK);
    return row;
}

static Samme__AlarmTaken taking(uint32_t raised) {
    Samme__AlarmTaken taken = SAMME__ALARM_TAKEN__INIT;
    taken.receipt = sale->receipt;
    taken.no = 1;
    taken.raised = raised;
    taken.by = samme_bytes_of_span(SAMME_SPAN(BOSS, sizeof BOSS));
    taken.role = SAMME__PERSON_ROLE__supervisor;
    return taken;
}

static Samme__AlarmResolved resolving(uint32_t raised) {
    Samme__AlarmResolved resolved = SAMME__ALARM_RESOLVED__INIT;
    resolved.receipt = sale->receipt;
    resolved.no = 1;
    resolved.raised = raised;
    resolved.by = samme_bytes_of_span(SAMME_SPAN(OTHER_BOSS, sizeof OTHER_BOSS));
    resolved.role = SAMME__PERSON_ROLE__manager;
    resolved.code = SAMME__ALARM_CODE__customer_repaid;
    return resolved;
}

static const char *take(uint32_t branch, const Samme__AlarmTaken *taken) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__alarm_taken, taken);
}
static const char *resolve(uint32_t branch, const Samme__AlarmResolved *resolved) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__alarm_resolved, resolved);
}

/* Sold at 1, refunded at 3 and then at 2, both without asking. */
static void raise_alarm(void) {
    sell();
    refund_blind(3, "C3", 1, 500);
    refund_blind(2, "C2", 1, 500);
}

Test(fold_alarm, the_entry_that_takes_a_line_beyond_raises_it) {
    sell();
    refund_blind(3, "C3", 1, 500);
    const Samme__AlarmRow *row;
    cr_assert_eq(samme_find_alarm(&f.rows, sale->receipt, 1, &f.arena, &row), SAMME_NOT_FOUND);
    refund_blind(2, "C2", 1, 500);
    row = alarm_of(1);
    cr_assert_eq(row->state, SAMME__ALARM_STATE__excess_open);
    cr_assert_eq(row->raised, 1);
    cr_assert_eq(row->raised_branch, 2);
    cr_assert_eq(row->raised_index, 1, "the decision, behind the opening");
    cr_assert_eq(row->raised_journal_index, f.journal_index - 1);
    cr_assert_eq(row->owner, 2, "who refunded without asking, last");
    cr_assert_eq(row->owner_subject.len, 0);
    cr_assert_eq(row->n_branches, 2);
    cr_assert_eq(row->branches[0], 3);
    cr_assert_eq(row->branches[1], 2);
    cr_assert_str_eq(row->currency, sale->currency);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1);
}

Test(fold_alarm, its_owner_refunded_unconfirmed_though_the_branch_that_sold_came_last) {
    sell();
    refund_blind(3, "C3", 1, 500);
    refund_blind(1, "C1", 1, 500);
    cr_assert_eq(alarm_of(1)->raised_branch, 1);
    cr_assert_eq(alarm_of(1)->owner, 3);
}

Test(fold_alarm, a_sale_that_comes_last_raises_it) {
    refund_blind(3, "C3", 1, 500);
    refund_blind(2, "C2", 1, 500);
    refund_blind(2, "C9", 9, 5);
    sell();
    cr_assert_eq(alarm_of(1)->raised_branch, 1);
    cr_assert_eq(alarm_of(1)->owner, 2);
    cr_assert_eq(alarm_of(9)->sold, 0);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 2);
}

Test(fold_alarm, a_sale_in_parts_raises_it_when_the_last_part_is_there) {
    refund_blind(3, "C3", 1, 500);
    refund_blind(2, "C2", 1, 500);
    sale->parts = 2;
    sale->part = 1;
    sell();
    const Samme__AlarmRow *row;
    cr_assert_eq(samme_find_alarm(&f.rows, sale->receipt, 1, &f.arena, &row), SAMME_NOT_FOUND);
    sale->part = 2;
    sale->lines[0]->no = 3;
    sale->lines[1]->no = 4;
    sell();
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_open);
}

Test(fold_alarm, it_is_taken_handed_over_and_resolved) {
    raise_alarm();
    Samme__AlarmTaken taken = taking(1);
    cr_assert_null(take(3, &taken));
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_taken);
    cr_assert_eq(alarm_of(1)->owner, 3);
    cr_assert_eq(memcmp(alarm_of(1)->owner_subject.data, BOSS, sizeof BOSS), 0);
    cr_assert_null(take(1, &taken), "the branch that sold takes it over");
    cr_assert_eq(alarm_of(1)->owner, 1);
    Samme__AlarmResolved resolved = resolving(1);
    resolved.note_hash = samme_bytes_of_span(SAMME_SPAN(HASH, sizeof HASH));
    cr_assert_null(resolve(2, &resolved));
    const Samme__AlarmRow *row = alarm_of(1);
    cr_assert_eq(row->state, SAMME__ALARM_STATE__excess_resolved);
    cr_assert_eq(row->code, SAMME__ALARM_CODE__customer_repaid);
    cr_assert_eq(row->owner, 1);
    cr_assert_eq(memcmp(row->resolved_by.data, OTHER_BOSS, sizeof OTHER_BOSS), 0);
    cr_assert_eq(memcmp(row->note_hash.data, HASH, sizeof HASH), 0);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1, "it is still beyond what was sold");
}

Test(fold_alarm, it_is_resolved_without_being_taken) {
    raise_alarm();
    Samme__AlarmResolved resolved = resolving(1);
    cr_assert_null(resolve(2, &resolved));
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_resolved);
}

Test(fold_alarm, what_is_given_back_in_time_ends_it) {
    raise_alarm();
    give_back(3, "C3");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_gone);
    cr_assert_eq(alarm_of(1)->refunded, 1000);
    cr_assert_eq(alarm_of(1)->changed_branch, 3);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 0);
}

Test(fold_alarm, what_is_given_back_of_a_larger_excess_changes_its_numbers_only) {
    raise_alarm();
    refund_blind(4, "C4", 1, 500);
    Samme__AlarmTaken taken = taking(2);
    cr_assert_null(take(4, &taken));
    give_back(3, "C3");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_taken);
    cr_assert_eq(alarm_of(1)->raised, 2);
    cr_assert_eq(alarm_of(1)->refunded, 2000);
    cr_assert_eq(alarm_of(1)->n_branches, 2);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1);
}

Test(fold_alarm, a_further_refund_opens_a_resolved_one_again) {
    raise_alarm();
    Samme__AlarmResolved resolved = resolving(1);
    cr_assert_null(resolve(2, &resolved));
    refund_blind(4, "C4", 1, 500);
    const Samme__AlarmRow *row = alarm_of(1);
    cr_assert_eq(row->state, SAMME__ALARM_STATE__excess_open);
    cr_assert_eq(row->raised, 2);
    cr_assert_eq(row->owner, 4);
    cr_assert_eq(row->code, SAMME__ALARM_CODE__alarm_code_unset);
    cr_assert_eq(row->resolved_by.len, 0);
    cr_assert_eq(row->number, 2, "it stands at the end of the list again");
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1);
}

Test(fold_alarm, one_that_was_gone_is_raised_again) {
    raise_alarm();
    give_back(3, "C3");
    refund_blind(4, "C4", 1, 500);
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_open);
    cr_assert_eq(alarm_of(1)->raised, 2);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1);
}

Test(fold_alarm, a_further_refund_leaves_it_with_whoever_has_taken_it) {
    raise_alarm();
    Samme__AlarmTaken taken = taking(1);
    cr_assert_null(take(3, &taken));
    refund_blind(4, "C4", 1, 500);
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_taken);
    cr_assert_eq(alarm_of(1)->owner, 3);
    cr_assert_eq(alarm_of(1)->raised, 2);
}

/* Two stores that do not hear of each other resolve it: the first in the journal has done it. */
Test(fold_alarm, who_could_not_know_comes_late_without_fault) {
    raise_alarm();
    Samme__AlarmResolved resolved = resolving(1), late = resolving(1);
    Samme__AlarmTaken taken = taking(1);
    late.code = SAMME__ALARM_CODE__written_off;
    cr_assert_null(resolve(2, &resolved));
    cr_assert_null(resolve(3, &late));
    cr_assert_null(take(3, &taken));
    cr_assert_eq(alarm_of(1)->code, SAMME__ALARM_CODE__customer_repaid);
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_resolved);
    refund_blind(4, "C4", 1, 500);
    cr_assert_null(resolve(3, &late), "it has seen the first excess only");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_open);
}

Test(fold_alarm, who_could_know_does_not) {
    raise_alarm();
    Samme__AlarmResolved resolved = resolving(1);
    Samme__AlarmTaken taken = taking(1);
    cr_assert_null(resolve(2, &resolved));
    cr_assert_str_eq(resolve(2, &resolved), "alarm is over, or was raised again");
    cr_assert_str_eq(take(2, &taken), "alarm is over, or was raised again");
    refund_blind(2, "C5", 1, 500);
    cr_assert_str_eq(take(2, &taken), "alarm is over, or was raised again");
    taken.raised = 2;
    cr_assert_null(take(2, &taken));
}

Test(fold_alarm, what_no_version_may_accept_is_quarantined) {
    raise_alarm();
    Samme__AlarmTaken taken = taking(1);
    cr_assert_str_eq(take(4, &taken), "alarm of other branches");
    taken.raised = 2;
    cr_assert_str_eq(take(2, &taken), "no such alarm");
    taken.raised = 0;
    cr_assert_str_eq(take(2, &taken), "no such alarm");
    taken = taking(1);
    taken.no = 2;
    cr_assert_str_eq(take(2, &taken), "no such alarm");
    taken = taking(1);
    taken.role = SAMME__PERSON_ROLE__clerk;
    cr_assert_str_eq(take(2, &taken), "role of who answers for the alarm does not do");
    taken.role = (Samme__PersonRole)9;
    cr_assert_str_eq(take(2, &taken), "role of who answers for the alarm does not do");
    taken = taking(1);
    taken.by.len = 15;
    cr_assert_str_eq(take(2, &taken), "who answers for the alarm is not named");
    taken = taking(1);
    taken.receipt = NULL;
    cr_assert_str_eq(take(2, &taken), "receipt not named");
    Samme__AlarmResolved resolved = resolving(1);
    resolved.code = SAMME__ALARM_CODE__alarm_code_unset;
    cr_assert_str_eq(resolve(2, &resolved), "resolution code not known");
    resolved.code = (Samme__AlarmCode)99;
    cr_assert_str_eq(resolve(2, &resolved), "resolution code not known");
    resolved = resolving(1);
    resolved.note_hash = samme_bytes_of_span(SAMME_SPAN(HASH, 31));
    cr_assert_str_eq(resolve(2, &resolved), "hash of a note is no hash");
    resolved = resolving(1);
    resolved.by = samme_bytes_of_span(SAMME_SPAN(CLERK, sizeof CLERK));
    cr_assert_str_eq(resolve(2, &resolved),
                     "who refunded the line here does not resolve its alarm");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_open);
}

/* The money of a group counts together: a refund of one line may raise the alarm of another. */
Test(fold_alarm, a_refund_raises_the_alarm_of_another_line_of_its_group) {
    sale->lines[0]->promo_group = sale->lines[1]->promo_group = samme_arena_text(&f.arena, "both");
    sell();
    refund_blind(1, "C1", 1, 600);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 0, "600 of 1200");
    refund_blind(1, "C2", 2, 601);
    cr_assert_eq(brute_check_alarms(&f.rows, 0), 1, "1201 of 1200");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_open);
    cr_assert_eq(alarm_of(1)->owner, 1, "nothing was refunded unconfirmed");
    give_back(1, "C2");
    cr_assert_eq(alarm_of(1)->state, SAMME__ALARM_STATE__excess_gone);
}

/* An own entry that was accepted when it was written, over views that are folded from their start.
 */
Test(fold_alarm, folded_again_it_may_rest_on_what_lies_ahead) {
    Samme__AlarmTaken taken = taking(1);
    const samme_position at = {.branch = 2, .epoch = 1, .own_layer = true, .again = true};
    bool quarantined = true;
    cr_assert_eq(samme_fold(&f.rows, &at,
                            fixture_entry(&f.arena, SAMME__EVENT_KIND__alarm_taken, &taken),
                            &f.scratch, &quarantined, NULL),
                 SAMME_OK);
    cr_assert_not(quarantined);
    cr_assert_str_eq(take(2, &taken), "no such alarm");
}

/* Sales of three receipts with groups, refunds of any amount by any branch before and after, given
 * back or not, alarms taken and resolved: after each entry the rows are what brute force says. */
enum { STEPS = 120, SEEDS = 60, RECEIPTS = 3, LINES = 4, BRANCHES = 4 };

typedef struct trial {
    samme_prng prng;
    unsigned cases, beyond;
    uint32_t branch_of[STEPS];
    bool sold[RECEIPTS];
} trial;

static Samme__ReceiptRef *receipt_of(unsigned number) {
    char text[4];
    snprintf(text, sizeof text, "R%u", number);
    return fixture_receipt(&f.arena, 1 + number % 2, text);
}

static void sell_one(trial *t) {
    const unsigned number = (unsigned)samme_prng_below(&t->prng, RECEIPTS);
    static const char *const groups[] = {"", "", "x", "y"};
    Samme__ReceiptRef *receipt = receipt_of(number);
    Samme__Sale *one = fixture_sale(&f.arena, receipt->branch, receipt->number);
    if (t->sold[number])
        return;
    t->sold[number] = true;
    for (uint32_t no = 1; no <= LINES; no++) {
        Samme__SaleLine *line =
            fixture_line(&f.arena, one, no, 1000 * (1 + (int64_t)samme_prng_below(&t->prng, 3)),
                         (int64_t)samme_prng_below(&t->prng, 1000));
        line->promo_group = samme_arena_text(&f.arena, groups[samme_prng_below(&t->prng, 4)]);
    }
    if (samme_prng_chance(&t->prng, 100))
        one->kind = SAMME__SALE_KIND__void;
    cr_assert_null(fixture_fold(&f, receipt->branch, SAMME__EVENT_KIND__sale, one));
}

static void refund_some(trial *t) {
    char code[16];
    const uint32_t branch = 1 + (uint32_t)samme_prng_below(&t->prng, BRANCHES);
    snprintf(code, sizeof code, "C%u", t->cases);
    t->branch_of[t->cases++] = branch;
    const uint32_t first = 1 + (uint32_t)samme_prng_below(&t->prng, LINES);
    Samme__ReturnOpened *opened =
        fixture_opened(&f.arena, code, receipt_of((unsigned)samme_prng_below(&t->prng, RECEIPTS)),
                       first, 500 * (1 + (int64_t)samme_prng_below(&t->prng, 4)));
    if (samme_prng_chance(&t->prng, 400))
        fixture_open_line(&f.arena, opened, first + 1, 1000); /* may stand on no sale */
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    const samme_horizon present = fixture_present(branch);
    Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &present, SAMME__VERDICT__authorise);
    for (size_t i = 0; i < decided->n_lines; i++)
        decided->lines[i]->answer->refund = (int64_t)samme_prng_below(&t->prng, 700);
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided));
}

static void settle_one(trial *t) {
    if (t->cases == 0)
        return;
    char code[16];
    const unsigned which = (unsigned)samme_prng_below(&t->prng, t->cases);
    snprintf(code, sizeof code, "C%u", which);
    const char *why = fixture_fold(
        &f, t->branch_of[which], SAMME__EVENT_KIND__return_done,
        fixture_done(&f.arena, code, (Samme__ReturnOutcome)(1 + samme_prng_below(&t->prng, 3))));
    cr_assert(why == NULL || strcmp(why, "case is done") == 0, "%s", why);
}

static void answer_one(trial *t) {
    const Samme__AlarmRow *page[8];
    size_t count;
    uint64_t next;
    cr_assert_eq(samme_pending_alarms(&f.rows, 0, &f.arena, page, 8, &count, &next), SAMME_OK);
    if (count == 0)
        return;
    const Samme__AlarmRow *row = page[samme_prng_below(&t->prng, count)];
    Samme__AlarmTaken taken = taking(row->raised);
    Samme__AlarmResolved resolved = resolving(row->raised);
    taken.receipt = resolved.receipt = row->receipt;
    taken.no = resolved.no = row->no;
    const char *why = samme_prng_chance(&t->prng, 500) ? take(row->branches[0], &taken)
                                                       : resolve(row->receipt->branch, &resolved);
    cr_assert_null(why, "%s", why);
}

Test(fold_alarm, rows_are_what_brute_force_says, .timeout = 300) {
    unsigned beyond = 0;
    fixture_free(&f);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        trial t = {.cases = 0};
        samme_prng_seed(&t.prng, seed);
        setup();
        for (unsigned i = 0; i < STEPS; i++) {
            const uint64_t what = samme_prng_below(&t.prng, 8);
            if (what == 0)
                sell_one(&t);
            else if (what < 4)
                refund_some(&t);
            else if (what < 6)
                settle_one(&t);
            else
                answer_one(&t);
            beyond += (unsigned)brute_check_alarms(&f.rows, seed);
        }
        const samme_hash kept = fixture_digest_sum(&f.rows), counted = fixture_recount(&f.rows);
        cr_assert(samme_hash_equal(&kept, &counted), "seed %u", seed);
        fixture_free(&f);
    }
    setup();
    cr_assert_gt(beyond, 1000, "found %u", beyond);
}
