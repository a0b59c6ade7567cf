/* Loans of the right to refund: who may lend what, and how a loan ends. */
#include <criterion/criterion.h>

#include "history/loans.h"
#include "history/row.h"
#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale; /* at branch 1: three of line 1 for 1.00, one of line 2 for 7.00 */
static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 3000, 100);
    fixture_line(&f.arena, sale, 2, 1000, 700);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
}
static void teardown(void) {
    const samme_hash counted = fixture_recount(&f.rows), kept = fixture_digest_sum(&f.rows);
    cr_assert(samme_hash_equal(&counted, &kept), "the digest is not that of the rows");
    fixture_free(&f);
}
TestSuite(fold_claim, .init = setup, .fini = teardown);

static Samme__LineLent *lent(const char *code, uint32_t borrower, uint32_t no, int64_t from,
                             int64_t to, int64_t amount) {
    Samme__LineLent *made = samme_arena_alloc(&f.arena, sizeof *made);
    *made = (Samme__LineLent)SAMME__LINE_LENT__INIT;
    made->case_code = samme_arena_text(&f.arena, code);
    made->borrower = borrower;
    made->receipt = sale->receipt;
    made->no = no;
    made->from = from;
    made->to = to;
    made->amount = amount;
    return made;
}

static const char *lend(const Samme__LineLent *made) {
    return fixture_fold(&f, 1, SAMME__EVENT_KIND__line_lent, made);
}

/* The loan that branch 1's entry made. */
static const Samme__LoanRow *loan_at(uint32_t no, uint64_t index) {
    samme_row_key receipt_key, prefix, key;
    const ProtobufCMessage *row;
    cr_assert_eq(samme_receipt_key(sale->receipt, &receipt_key), SAMME_OK);
    samme_loan_prefix(&receipt_key, no, &prefix);
    samme_slice_key(&prefix, 1, 1, index, &key);
    return samme_row_read(&f.rows, samme_row_key_span(&key), &samme__loan_row__descriptor, &f.arena,
                          &row) == SAMME_OK
               ? SAMME_ROW(LoanRow, row)
               : NULL;
}

static const char *give_back(uint32_t branch, const char *code, uint32_t no, uint64_t index) {
    Samme__GivenBack given = SAMME__GIVEN_BACK__INIT;
    Samme__LentRef ref = SAMME__LENT_REF__INIT;
    given.case_code = samme_arena_text(&f.arena, code);
    given.receipt = sale->receipt;
    given.lent = &ref;
    ref.no = no;
    ref.epoch = 1;
    ref.index = index;
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__given_back, &given);
}

static Samme__ReturnOpened *open_case(uint32_t branch, const char *code, uint32_t no,
                                      int64_t quantity) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, no, quantity);
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    return opened;
}

/* Everything this branch could know; the basis of what it decides next. */
static samme_horizon now(uint32_t branch) {
    return (samme_horizon){.branch = branch,
                           .epoch = 1,
                           .journal_size = f.journal_index,
                           .own_size = f.next_index[branch]};
}

static Samme__ReturnDecided *decide(uint32_t branch, const Samme__ReturnOpened *opened,
                                    Samme__Verdict verdict) {
    const samme_horizon horizon = now(branch);
    return fixture_decided(&f.arena, &f.rows, opened, &horizon, verdict);
}

Test(fold_claim, a_loan_is_spent_by_the_decision_that_names_it) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    Samme__ReturnDecided *decided = decide(2, opened, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
    cr_assert_eq(decided->lines[0]->facts->line_paid, 33);
    cr_assert_eq(decided->lines[0]->facts->quantity_left, 3000, "its own loan is not in its way");
    cr_assert_eq(decided->n_lent, 1);
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_spent);
    const samme_line_sum sum = fixture_sum(&f, sale->receipt, 1, fixture_present(1));
    cr_assert_eq(sum.quantity, 1000);
    cr_assert_eq(sum.confirmed, 1000);
    cr_assert_eq(sum.confirmed_refund, 33);
}

Test(fold_claim, what_is_lent_is_not_left_to_others) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 3000, 100)));
    Samme__ReturnOpened *home = open_case(1, "C1", 1, 1000), *other = open_case(3, "C3", 1, 1000);
    cr_assert_eq(decide(1, home, SAMME__VERDICT__deny)->lines[0]->facts->claim,
                 SAMME__CLAIM__taken);
    cr_assert_eq(decide(3, other, SAMME__VERDICT__deny)->lines[0]->facts->claim,
                 SAMME__CLAIM__taken);
}

Test(fold_claim, an_answer_that_pays_nothing_gives_the_loan_back) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 3000);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 3000, 100)));
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided,
                                decide(2, opened, SAMME__VERDICT__deny)));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_given_back);
    cr_assert_null(lend(lent("C3", 3, 1, 0, 3000, 100)), "it may be lent again");
}

Test(fold_claim, a_basis_from_before_the_loan_knows_nothing_of_it) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    const samme_horizon before = now(2);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    const Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &before, SAMME__VERDICT__deny);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__unconfirmed);
    cr_assert_eq(decided->n_lent, 0);
}

Test(fold_claim, a_basis_from_before_the_end_still_has_the_loan) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    const samme_horizon before = now(2);
    cr_assert_null(give_back(2, "C2", 1, 1));
    cr_assert_eq(fixture_decided(&f.arena, &f.rows, opened, &before, SAMME__VERDICT__deny)
                     ->lines[0]
                     ->facts->claim,
                 SAMME__CLAIM__lent);
    cr_assert_eq(decide(2, opened, SAMME__VERDICT__deny)->lines[0]->facts->claim,
                 SAMME__CLAIM__unconfirmed);
}

Test(fold_claim, only_the_branch_that_sold_lends) {
    cr_assert_str_eq(
        fixture_fold(&f, 3, SAMME__EVENT_KIND__line_lent, lent("C2", 2, 1, 0, 1000, 33)),
        "receipt of another branch");
    cr_assert_str_eq(lend(lent("C1", 1, 1, 0, 1000, 33)), "lent to no other branch");
    cr_assert_str_eq(lend(lent("C1", 0, 1, 0, 1000, 33)), "lent to no other branch");
    cr_assert_str_eq(lend(lent("", 2, 1, 0, 1000, 33)), "case code not of its form");
    cr_assert_str_eq(lend(lent("C2", 2, 9, 0, 1000, 33)), "no such line");
    Samme__LineLent *unknown = lent("C2", 2, 1, 0, 1000, 33);
    unknown->receipt = fixture_receipt(&f.arena, 1, "other");
    cr_assert_str_eq(lend(unknown), "no such receipt");
    unknown->receipt = NULL;
    cr_assert_str_eq(lend(unknown), "receipt not named");
}

Test(fold_claim, a_loan_is_of_a_part_of_the_line_and_its_price) {
    cr_assert_str_eq(lend(lent("C2", 2, 1, 1000, 1000, 0)), "lent quantity is not within the line");
    cr_assert_str_eq(lend(lent("C2", 2, 1, -1, 1000, 0)), "lent quantity is not within the line");
    cr_assert_str_eq(lend(lent("C2", 2, 1, 0, 3001, 0)), "lent quantity is not within the line");
    cr_assert_str_eq(lend(lent("C2", 2, 1, 0, 1000, 34)), "lent amount is not of the quantity");
    cr_assert_str_eq(lend(lent("C2", 2, 1, 0, 1000, -1)), "lent amount is not of the quantity");
    cr_assert_null(lend(lent("C2", 2, 1, 2000, 3000, 34)), "the last third is dearer");
}

Test(fold_claim, tenders_of_a_loan_stand_once_each_in_order) {
    Samme__Refund cash = SAMME__REFUND__INIT, card = SAMME__REFUND__INIT;
    cash.tender = SAMME__TENDER_KIND__cash;
    card.tender = SAMME__TENDER_KIND__card;
    cash.amount = card.amount = 33;
    Samme__Refund *turned[] = {&card, &cash}, *twice[] = {&cash, &cash}, *good[] = {&cash, &card};
    Samme__LineLent *made = lent("C2", 2, 1, 0, 1000, 33);
    made->n_tenders = 2;
    made->tenders = turned;
    cr_assert_str_eq(lend(made), "lent tenders are not well-formed");
    made->tenders = twice;
    cr_assert_str_eq(lend(made), "lent tenders are not well-formed");
    made->tenders = good;
    cr_assert_null(lend(made));
}

Test(fold_claim, no_more_is_lent_than_the_branch_has) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 2000, 66)));
    cr_assert_str_eq(lend(lent("C3", 3, 1, 1000, 3000, 67)), "lends more than is left");
    cr_assert_null(lend(lent("C3", 3, 1, 2000, 3000, 34)));
    Samme__Sale *nothing = fixture_sale(&f.arena, 1, "void");
    nothing->kind = SAMME__SALE_KIND__void;
    fixture_line(&f.arena, nothing, 1, 1000, 100);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, nothing));
    Samme__LineLent *made = lent("C4", 2, 1, 0, 1000, 100);
    made->receipt = nothing->receipt;
    cr_assert_str_eq(lend(made), "lends more than is left");
}

/* The lender need not have seen it, and its own order of things decides. */
Test(fold_claim, what_others_refunded_unconfirmed_does_not_stop_a_loan) {
    Samme__ReturnOpened *opened = open_case(3, "C3", 2, 1000);
    cr_assert_null(fixture_fold(&f, 3, SAMME__EVENT_KIND__return_decided,
                                decide(3, opened, SAMME__VERDICT__authorise)));
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    Samme__ReturnOpened *late = open_case(2, "C2", 2, 1000);
    cr_assert_eq(decide(2, late, SAMME__VERDICT__deny)->lines[0]->facts->claim, SAMME__CLAIM__taken,
                 "who sees both does not pay again");
}

Test(fold_claim, only_the_borrower_gives_back_and_once) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_str_eq(give_back(3, "C2", 1, 1), "loan of another case");
    cr_assert_str_eq(give_back(2, "C9", 1, 1), "loan of another case");
    cr_assert_str_eq(give_back(2, "C2", 1, 7), "no such loan");
    cr_assert_str_eq(give_back(2, "C2", 2, 1), "no such loan");
    cr_assert_null(give_back(2, "C2", 1, 1));
    cr_assert_str_eq(give_back(2, "C2", 1, 1), "loan has ended");
    cr_assert_eq(loan_at(1, 1)->end_index, 3, "the first time counts, behind three refusals");
}

/* Decides line 1 of a new case of a branch as if it had this loan. */
static const char *decide_with(uint32_t branch, const char *code, int64_t quantity, int64_t refund,
                               uint64_t index) {
    Samme__ReturnDecided *decided =
        decide(branch, open_case(branch, code, 1, quantity), SAMME__VERDICT__authorise);
    Samme__LentRef ref = SAMME__LENT_REF__INIT, *refs[] = {&ref};
    ref.no = 1;
    ref.epoch = 1;
    ref.index = index;
    decided->n_lent = 1;
    decided->lent = refs;
    decided->lines[0]->answer->refund = refund;
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided);
}

Test(fold_claim, a_decision_spends_its_own_loan_and_no_more) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_str_eq(decide_with(3, "C2-of-3", 1000, 33, 1), "loan of another case");
    cr_assert_str_eq(decide_with(2, "C9", 1000, 33, 1), "loan of another case");
    cr_assert_str_eq(decide_with(2, "C2", 2000, 33, 1), "refunds more than was lent");
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_live, "refused entries end nothing");
    cr_assert_null(lend(lent("C4", 2, 1, 1000, 2000, 33)));
    cr_assert_str_eq(decide_with(2, "C4", 1000, 34, 2), "refunds more than was lent");
    cr_assert_null(lend(lent("C5", 2, 1, 2000, 3000, 34)));
    cr_assert_null(give_back(2, "C5", 1, 3));
    cr_assert_str_eq(decide_with(2, "C5", 1000, 34, 3), "loan has ended");
    cr_assert_str_eq(decide_with(2, "C6", 1000, 34, 9), "no such loan");
}

Test(fold_claim, loans_are_named_in_order_and_once) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C2", sale->receipt, 1, 1000);
    fixture_open_line(&f.arena, opened, 2, 1000);
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided = decide(2, opened, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->n_lent, 2);
    Samme__LentRef *turned[] = {decided->lent[1], decided->lent[0]},
                   *twice[] = {decided->lent[0], decided->lent[0]}, **right = decided->lent;
    decided->lent = turned;
    cr_assert_str_eq(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided),
                     "loans are not in order");
    decided->lent = twice;
    cr_assert_str_eq(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided),
                     "loans are not in order");
    decided->lent = right;
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided));
}

/* In a layer over rows that are folded again from the start, the loan may lie ahead. */
Test(fold_claim, own_entries_not_merged_stay_although_their_loan_is_not_folded_yet) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    Samme__ReturnDecided *decided = decide(2, opened, SAMME__VERDICT__authorise);
    Samme__LentRef ref = SAMME__LENT_REF__INIT, *refs[] = {&ref};
    ref.no = ref.epoch = 1;
    ref.index = 77;
    decided->n_lent = 1;
    decided->lent = refs;
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, f.rows), SAMME_OK);
    const samme_rows above = samme_layer_rows(&layer);
    const samme_position at = {.branch = 2, .epoch = 1, .index = 5, .own_layer = true};
    samme_position again = at;
    again.again = true;
    bool quarantined;
    const samme_span entry = fixture_entry(&f.arena, SAMME__EVENT_KIND__return_decided, decided);
    cr_assert_eq(samme_fold(&above, &at, entry, &f.scratch, &quarantined, NULL), SAMME_OK);
    cr_assert(quarantined, "nobody writes it so");
    samme_layer_clear(&layer);
    cr_assert_eq(samme_fold(&above, &again, entry, &f.scratch, &quarantined, NULL), SAMME_OK);
    cr_assert(!quarantined, "what was written stays");
    samme_layer_fini(&layer);
}

Test(fold_claim, a_line_that_may_be_approved_keeps_its_loan) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    Samme__ReturnDecided *decided = decide(2, opened, SAMME__VERDICT__contingent);
    cr_assert_eq(decided->n_lent, 1);
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_live);
    cr_assert_str_eq(lend(lent("C3", 3, 1, 0, 3000, 100)), "lends more than is left");
}

/* An approval of line `no` of the newest decision of a case of branch `branch`. */
static const char *approve(uint32_t branch, const char *code, uint32_t no, int64_t refund) {
    static uint8_t boss[16] = {2};
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, code, &f.arena, &row), SAMME_OK);
    Samme__ReturnApproved approved = SAMME__RETURN_APPROVED__INIT;
    Samme__ApprovedLine line = SAMME__APPROVED_LINE__INIT, *lines[] = {&line};
    Samme__Refund cash = SAMME__REFUND__INIT, *refunds[] = {&cash};
    approved.case_code = row->opened->case_code;
    approved.decided_epoch = row->decided_epoch;
    approved.decided_index = row->decided_index;
    approved.approver = samme_bytes_of_span(SAMME_SPAN(boss, sizeof boss));
    approved.role = SAMME__PERSON_ROLE__manager;
    approved.n_lines = 1;
    approved.lines = lines;
    line.no = no;
    line.refund = refund;
    line.n_refunds = 1;
    line.refunds = refunds;
    cash.tender = SAMME__TENDER_KIND__cash;
    cash.amount = refund;
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_approved, &approved);
}

/* Opens and decides lines 1 and 2, one of each, contingent on an approval. */
static void decide_contingent(uint32_t branch, const char *code, int64_t refund_1,
                              int64_t refund_2) {
    static uint8_t clerk[16] = {1};
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 1000);
    fixture_open_line(&f.arena, opened, 2, 1000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(clerk, sizeof clerk));
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided = decide(branch, opened, SAMME__VERDICT__contingent);
    decided->lines[0]->answer->refund = refund_1;
    decided->lines[1]->answer->refund = refund_2;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided));
}

Test(fold_claim, an_approval_spends_the_loans_of_its_lines_and_gives_back_the_others) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    decide_contingent(2, "C2", 33, 700);
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_live);
    cr_assert_null(approve(2, "C2", 1, 33));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_spent);
    cr_assert_eq(loan_at(2, 2)->end, SAMME__LOAN_END__loan_given_back);
    cr_assert_eq(fixture_sum(&f, sale->receipt, 1, fixture_present(1)).confirmed, 1000);
}

Test(fold_claim, an_approval_comes_too_late_for_a_loan_that_was_given_back) {
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    decide_contingent(2, "C2", 33, 700);
    cr_assert_null(give_back(2, "C2", 2, 2));
    cr_assert_str_eq(approve(2, "C2", 2, 700), "loan has ended");
    cr_assert_null(approve(2, "C2", 1, 33));
}

/* What the policy takes off the price of the rest may be more than the line's share. */
Test(fold_claim, the_rest_of_a_group_waits_for_the_approval_with_its_line) {
    static uint8_t clerk[16] = {1};
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C2", sale->receipt, 1, 1000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(clerk, sizeof clerk));
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided = decide(2, opened, SAMME__VERDICT__contingent);
    decided->lines[0]->answer->refund = 50;
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided));
    cr_assert_eq(loan_at(2, 2)->end, SAMME__LOAN_END__loan_live);
    cr_assert_null(approve(2, "C2", 1, 50));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_spent);
    cr_assert_eq(loan_at(2, 2)->end, SAMME__LOAN_END__loan_given_back);
}

/* Both would be on claims that nobody doubts. */
Test(fold_claim, an_own_line_that_was_lent_since_is_not_approved) {
    decide_contingent(1, "C1", 33, 700);
    cr_assert_null(lend(lent("C2", 2, 2, 0, 1000, 700)));
    cr_assert_str_eq(approve(1, "C1", 2, 700), "line is not left any more");
    cr_assert_null(approve(1, "C1", 1, 33));
}

Test(fold_claim, an_own_line_whose_money_went_back_since_is_not_approved) {
    decide_contingent(1, "C1", 34, 700);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 2000, 66)));
    cr_assert_null(approve(1, "C1", 1, 34), "66 and 34 are 100");
    decide_contingent(1, "C3", 35, 700);
    cr_assert_str_eq(approve(1, "C3", 1, 35), "line is not left any more");
}

Test(fold_claim, two_loans_of_one_line_to_one_case_are_spent_once) {
    Samme__ReturnOpened *opened = open_case(2, "C2", 1, 1000);
    cr_assert_null(lend(lent("C2", 2, 1, 0, 1000, 33)));
    cr_assert_null(lend(lent("C2", 2, 1, 1000, 2000, 33)));
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided,
                                decide(2, opened, SAMME__VERDICT__authorise)));
    cr_assert_eq(loan_at(1, 1)->end, SAMME__LOAN_END__loan_spent);
    cr_assert_eq(loan_at(1, 2)->end, SAMME__LOAN_END__loan_given_back);
}

Test(fold_claim, tenders_that_are_with_another_case_are_not_given_twice) {
    Samme__Sale *mixed = fixture_sale(&f.arena, 1, "mixed");
    fixture_line(&f.arena, mixed, 1, 1000, 500);
    fixture_line(&f.arena, mixed, 2, 1000, 500);
    Samme__Tender cash = SAMME__TENDER__INIT, card = SAMME__TENDER__INIT;
    Samme__Tender *tenders[] = {&cash, &card};
    cash.kind = SAMME__TENDER_KIND__cash;
    cash.amount = 300;
    card.kind = SAMME__TENDER_KIND__card;
    card.amount = 700;
    mixed->n_tenders = 2;
    mixed->tenders = tenders;
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, mixed));
    Samme__Refund room[] = {SAMME__REFUND__INIT, SAMME__REFUND__INIT};
    Samme__Refund *rooms[] = {&room[0], &room[1]};
    room[0].tender = SAMME__TENDER_KIND__cash;
    room[0].amount = 300;
    room[1].tender = SAMME__TENDER_KIND__card;
    room[1].amount = 200;
    Samme__LineLent *made = lent("C2", 2, 1, 0, 1000, 500);
    made->receipt = mixed->receipt;
    made->n_tenders = 2;
    made->tenders = rooms;
    cr_assert_null(lend(made));
    Samme__ReturnOpened *home = fixture_opened(&f.arena, "C1", mixed->receipt, 2, 1000);
    const samme_horizon here = now(1), there = now(2);
    const Samme__Facts *own =
        fixture_decided(&f.arena, &f.rows, home, &here, SAMME__VERDICT__deny)->lines[0]->facts;
    cr_assert_eq(own->tenders[0]->refunded, 300, "the cash is with the other case");
    cr_assert_eq(own->tenders[1]->refunded, 200);
    Samme__ReturnOpened *away = fixture_opened(&f.arena, "C2", mixed->receipt, 1, 1000);
    const Samme__Facts *borrowed =
        fixture_decided(&f.arena, &f.rows, away, &there, SAMME__VERDICT__deny)->lines[0]->facts;
    cr_assert_eq(borrowed->claim, SAMME__CLAIM__lent);
    cr_assert_eq(borrowed->tenders[0]->refunded, 0);
    cr_assert_eq(borrowed->tenders[1]->refunded, 500, "of 700, only 200 were lent");
}

/* Slices that were given back let later ones overlap; each rounds another way. Together they paid
 * 101 of 100. */
Test(fold_claim, regress_parts_do_not_sum_to_more_than_was_paid) {
    int64_t paid = 0;
    for (unsigned i = 0; i < 4; i++) {
        char code[8] = {'O', (char)('0' + i), 0};
        Samme__ReturnDecided *decided =
            decide(1, open_case(1, code, 1, 1000), SAMME__VERDICT__authorise);
        paid += i == 0 ? 0 : decided->lines[0]->facts->line_paid;
        cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_decided, decided));
        if (i == 2)
            cr_assert_null(
                fixture_fold(&f, 1, SAMME__EVENT_KIND__return_done,
                             fixture_done(&f.arena, "O0", SAMME__RETURN_OUTCOME__cancelled)));
    }
    cr_assert_eq(paid, 100, "%lld", (long long)paid);
}

Test(fold_claim, facts_of_an_older_version_stay_as_they_were) {
    for (unsigned i = 0; i < 3; i++) {
        char code[8] = {'O', (char)('0' + i), 0};
        cr_assert_null(
            fixture_fold(&f, 1, SAMME__EVENT_KIND__return_decided,
                         decide(1, open_case(1, code, 1, 1000), SAMME__VERDICT__authorise)));
    }
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_done,
                                fixture_done(&f.arena, "O0", SAMME__RETURN_OUTCOME__cancelled)));
    Samme__ReturnOpened *opened = open_case(1, "O3", 1, 1000);
    const samme_horizon horizon = now(1);
    samme_sale_view view;
    cr_assert_eq(samme_find_sale(&f.rows, opened, &horizon, &f.arena, &view), SAMME_OK);
    for (uint32_t version = 0; version <= 2; version++) {
        const samme_asking asking = {
            .opened = opened, .line = opened->lines[0], .horizon = &horizon, .version = version};
        Samme__Facts *facts;
        cr_assert_eq(samme_line_facts(&f.rows, &asking, &view, &f.arena, &facts), SAMME_OK);
        cr_assert_eq(facts->line_paid, version == 2 ? 33 : 34);
    }
}
