#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale;
static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 3000, 1000);
    fixture_line(&f.arena, sale, 2, 1000, 500);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
}
static void teardown(void) {
    samme_hash kept = fixture_digest_sum(&f.rows), counted = fixture_recount(&f.rows);
    cr_assert(samme_hash_equal(&kept, &counted));
    fixture_free(&f);
}
TestSuite(fold_return, .init = setup, .fini = teardown);

static const char *open_case(uint32_t branch, const Samme__ReturnOpened *opened) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened);
}
static const char *decide(uint32_t branch, const Samme__ReturnDecided *decided) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided);
}
static const char *finish(uint32_t branch, const char *code, Samme__ReturnOutcome outcome) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_done,
                        fixture_done(&f.arena, code, outcome));
}
static Samme__ReturnDecided *decision(uint32_t branch, const Samme__ReturnOpened *opened,
                                      Samme__Verdict verdict) {
    const samme_horizon present = fixture_present(branch);
    return fixture_decided(&f.arena, &f.rows, opened, &present, verdict);
}
static Samme__ReturnOpened *opened_case(uint32_t branch, const char *code) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 2000);
    cr_assert_null(open_case(branch, opened));
    return opened;
}
static samme_line_sum refunded(uint32_t line) {
    return fixture_sum(&f, sale->receipt, line, fixture_present(1));
}

Test(fold_return, a_case_is_opened_once) {
    opened_case(1, "C1");
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->branch, 1);
    cr_assert_eq(row->opened_index, 1);
    cr_assert_str_eq(row->opened->today, "2010-12-11");
    cr_assert_null(row->decided);
    Samme__ReturnOpened *second = fixture_opened(&f.arena, "C1", sale->receipt, 2, 1000);
    cr_assert_str_eq(open_case(2, second), "second case under one code");
    cr_assert_str_eq(open_case(1, second), "second case under one code");
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->opened->lines[0]->no, 1);
    cr_assert_eq(samme_find_case(&f.rows, "C2", &f.arena, &row), SAMME_NOT_FOUND);
    cr_assert_eq(samme_find_case(&f.rows, "", &f.arena, &row), SAMME_NOT_FOUND);
}

Test(fold_return, a_case_must_be_of_its_form) {
    cr_assert_str_eq(open_case(1, fixture_opened(&f.arena, "", sale->receipt, 1, 1)),
                     "case code not of its form");
    cr_assert_str_eq(
        open_case(1, fixture_opened(&f.arena, "12345678901234567890123456789012345678901",
                                    sale->receipt, 1, 1)),
        "case code not of its form");
    cr_assert_str_eq(open_case(1, fixture_opened(&f.arena, "C", sale->receipt, 1, 0)),
                     "line quantity not above zero");
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 1);
    fixture_open_line(&f.arena, opened, 1, 2);
    cr_assert_str_eq(open_case(1, opened), "line number used twice");
    opened->n_lines = 0;
    cr_assert_str_eq(open_case(1, opened), "return without lines");
    opened = fixture_opened(&f.arena, "C", fixture_receipt(&f.arena, 1, ""), 1, 1);
    cr_assert_str_eq(open_case(1, opened), "receipt not named");
    opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 1);
    for (uint32_t no = 2; no <= SAMME_RETURN_LINES_MAX + 1; no++)
        fixture_open_line(&f.arena, opened, no, 1);
    cr_assert_str_eq(open_case(1, opened), "more lines than a return may have");
    opened->n_lines--;
    cr_assert_null(open_case(1, opened));
}

Test(fold_return, an_authorised_line_uses_the_right_to_its_refund) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", sale->receipt, 1, 2000);
    fixture_open_line(&f.arena, opened, 2, 1000);
    cr_assert_null(open_case(2, opened));
    Samme__ReturnDecided *decided = decision(2, opened, SAMME__VERDICT__authorise);
    decided->lines[1]->answer->verdict = SAMME__VERDICT__contingent;
    cr_assert_null(decide(2, decided));
    samme_line_sum sum = refunded(1);
    cr_assert_eq(sum.quantity, 2000);
    cr_assert_eq(sum.refund, 666);
    cr_assert_eq(sum.slices, 1);
    cr_assert_eq(sum.branch_count, 1);
    cr_assert_eq(sum.branches[0], 2);
    cr_assert_eq(refunded(2).slices, 0);
    cr_assert_eq(refunded(3).slices, 0);
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->decided->n_lines, 2);
    cr_assert_eq(row->decided_epoch, 1);
    cr_assert_eq(row->decided_index, 1);
}

Test(fold_return, only_the_branch_that_opened_goes_on) {
    Samme__ReturnOpened *opened = opened_case(2, "C1");
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__authorise)),
                     "case of another branch");
    cr_assert_eq(refunded(1).slices, 0);
    cr_assert_null(decide(2, decision(2, opened, SAMME__VERDICT__authorise)));
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__cancelled), "case of another branch");
    cr_assert_eq(refunded(1).quantity, 2000);
}

Test(fold_return, a_decision_needs_its_case) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", sale->receipt, 1, 2000);
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__authorise)), "no such case");
    cr_assert_eq(refunded(1).slices, 0);
}

Test(fold_return, a_decision_is_of_the_cases_lines_and_receipt) {
    Samme__ReturnOpened *opened = opened_case(1, "C1");
    Samme__ReturnDecided *decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->lines[0]->quantity = 3000;
    cr_assert_str_eq(decide(1, decided), "lines are not the case's");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->lines[0]->no = 2;
    cr_assert_str_eq(decide(1, decided), "lines are not the case's");
    decided->n_lines = 0;
    cr_assert_str_eq(decide(1, decided), "lines are not the case's");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->receipt = fixture_receipt(&f.arena, 1, "2");
    cr_assert_str_eq(decide(1, decided), "receipt is not the case's");
    decided->receipt = NULL;
    cr_assert_str_eq(decide(1, decided), "receipt is not the case's");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->lines[0]->facts = NULL;
    cr_assert_str_eq(decide(1, decided), "line without facts or answer");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->lines[0]->answer = NULL;
    cr_assert_str_eq(decide(1, decided), "line without facts or answer");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->lines[0]->answer->refund = -1;
    cr_assert_str_eq(decide(1, decided), "refund or fee below zero");
    decided = decision(1, opened, SAMME__VERDICT__authorise);
    decided->basis = NULL;
    cr_assert_str_eq(decide(1, decided), "decision without a basis");
    cr_assert_eq(refunded(1).slices, 0);
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
}

Test(fold_return, it_may_be_decided_again_until_a_line_is_authorised) {
    Samme__ReturnOpened *opened = opened_case(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__deny)));
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__contingent)));
    cr_assert_eq(refunded(1).slices, 0);
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__authorise)),
                     "case has authorised lines");
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__deny)),
                     "case has authorised lines");
    cr_assert_eq(refunded(1).slices, 1);
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->decided_index, 4);
}

Test(fold_return, paid_closes_the_case_and_keeps_the_right_used) {
    Samme__ReturnOpened *opened = opened_case(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__paid));
    cr_assert_eq(refunded(1).quantity, 2000);
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__cancelled), "case is done");
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "case is done");
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__deny)), "case is done");
    cr_assert_eq(refunded(1).quantity, 2000);
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->done->outcome, SAMME__RETURN_OUTCOME__paid);
}

Test(fold_return, failed_and_cancelled_give_the_right_back) {
    const Samme__ReturnOutcome outcomes[] = {SAMME__RETURN_OUTCOME__failed,
                                             SAMME__RETURN_OUTCOME__cancelled};
    const char *codes[] = {"C1", "C2"};
    for (size_t i = 0; i < 2; i++) {
        Samme__ReturnOpened *opened = opened_case(1, codes[i]);
        cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
        cr_assert_eq(refunded(1).quantity, 2000);
        cr_assert_null(finish(1, codes[i], outcomes[i]));
        samme_line_sum sum = refunded(1);
        cr_assert_eq(sum.quantity, 0);
        cr_assert_eq(sum.refund, 0);
        cr_assert_eq(sum.branch_count, 0);
        cr_assert_eq(sum.slices, i + 1);
    }
}

Test(fold_return, an_outcome_needs_an_authorised_line) {
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "no such case");
    Samme__ReturnOpened *opened = opened_case(1, "C1");
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "case has no authorised line");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__deny)));
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "case has no authorised line");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__return_outcome_unset),
                     "outcome not known");
    cr_assert_str_eq(finish(1, "C1", (Samme__ReturnOutcome)9), "outcome not known");
    Samme__ReturnDone *done = fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__paid);
    done->paid = -1;
    cr_assert_str_eq(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_done, done), "paid below zero");
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__paid));
}

Test(fold_return, without_a_receipt_no_right_is_used) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", NULL, 1, 1000);
    cr_assert_null(open_case(1, opened));
    Samme__ReturnDecided *decided = decision(1, opened, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__no_claim);
    Samme__ReceiptRef empty = SAMME__RECEIPT_REF__INIT;
    decided->receipt = &empty; /* the same as none */
    cr_assert_null(decide(1, decided));
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__cancelled));
    samme_span key, value;
    cr_assert_eq(f.rows.seek(f.rows.self, SAMME_LITERAL("f"), &key, &value), SAMME_OK);
    cr_assert_neq(key.data[0], 'f', "no slice was written");
}

Test(fold_return, a_line_has_a_maximum_of_slices) {
    for (uint32_t i = 0; i <= SAMME_SLICES_PER_LINE_MAX; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%u", i);
        Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 1);
        cr_assert_null(open_case(1, opened));
        const char *why = decide(1, decision(1, opened, SAMME__VERDICT__authorise));
        if (i < SAMME_SLICES_PER_LINE_MAX)
            cr_assert_null(why);
        else
            cr_assert_str_eq(why, "line was refunded too often");
    }
    cr_assert_eq(refunded(1).slices, SAMME_SLICES_PER_LINE_MAX);
}

Test(fold_return, an_outcome_in_a_later_epoch_finds_its_slices) {
    Samme__ReturnOpened *opened = opened_case(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    const samme_position at = {.branch = 1, .epoch = 2, .index = 0, .journal_index = 50};
    bool quarantined = true;
    samme_span entry = fixture_entry(&f.arena, SAMME__EVENT_KIND__return_done,
                                     fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__failed));
    cr_assert_eq(samme_fold(&f.rows, &at, entry, &f.scratch, &quarantined, NULL), SAMME_OK);
    cr_assert(!quarantined);
    cr_assert_eq(refunded(1).quantity, 0);
    /* A basis in the first epoch, of before, still counts it as used: index 0 there is another
     * entry. */
    const samme_horizon before = {.branch = 1, .epoch = 1, .journal_size = 0, .own_size = 3};
    cr_assert_eq(fixture_sum(&f, sale->receipt, 1, before).quantity, 2000);
}

Test(fold_return, the_first_branches_to_refund_are_listed_in_journal_order) {
    const uint32_t order[] = {9, 3, 12, 7, 5, 11, 2, 8, 1, 4};
    for (size_t i = 0; i < 20; i++) {
        char code[16];
        snprintf(code, sizeof code, "C%zu", i);
        const uint32_t branch = order[i % 10];
        Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 100);
        cr_assert_null(open_case(branch, opened));
        cr_assert_null(decide(branch, decision(branch, opened, SAMME__VERDICT__authorise)));
    }
    samme_line_sum sum = refunded(1);
    cr_assert_eq(sum.slices, 20);
    cr_assert_eq(sum.branch_count, 8);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(sum.branches[i], order[i], "at %zu", i);
}
