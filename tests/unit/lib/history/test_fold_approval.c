/* An approval: of the newest decision, by somebody else, within what may be approved. */
#include <criterion/criterion.h>

#include "fixture.h"
#include "history/approval.h"

static fixture f;
static Samme__Sale *sale;
static Samme__ReturnOpened *opened;
static Samme__ReturnDecided *decided;
static uint8_t CLERK[16] = {1}, BOSS[16] = {2};

static const char *fold(Samme__EventKind kind, const void *body) {
    return fixture_fold(&f, 1, kind, body);
}

static void decide(Samme__Verdict verdict, int64_t refund, const char *role) {
    const samme_horizon present = fixture_present(1);
    decided = fixture_decided(&f.arena, &f.rows, opened, &present, verdict);
    decided->lines[0]->answer->refund = refund;
    decided->lines[0]->answer->approval = samme_arena_text(&f.arena, role);
    cr_assert_null(fold(SAMME__EVENT_KIND__return_decided, decided));
}

static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "R");
    sale->n_lines = 0;
    fixture_line(&f.arena, sale, 1, 2000, 1000);
    cr_assert_null(fold(SAMME__EVENT_KIND__sale, sale));
    opened = fixture_opened(&f.arena, "C1", sale->receipt, 1, 1000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(CLERK, sizeof CLERK));
    cr_assert_null(fold(SAMME__EVENT_KIND__return_opened, opened));
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(fold_approval, .init = setup, .fini = teardown);

/* Of the newest decision, for its one line. */
static Samme__ReturnApproved *approval(int64_t amount) {
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    Samme__ReturnApproved *approved = samme_arena_alloc(&f.arena, sizeof *approved);
    Samme__ApprovedLine *line = samme_arena_alloc(&f.arena, sizeof *line);
    Samme__Refund *refund = samme_arena_alloc(&f.arena, sizeof *refund);
    *approved = (Samme__ReturnApproved)SAMME__RETURN_APPROVED__INIT;
    *line = (Samme__ApprovedLine)SAMME__APPROVED_LINE__INIT;
    *refund = (Samme__Refund)SAMME__REFUND__INIT;
    approved->case_code = samme_arena_text(&f.arena, "C1");
    approved->decided_epoch = row->decided_epoch;
    approved->decided_index = row->decided_index;
    approved->approver = samme_bytes_of_span(SAMME_SPAN(BOSS, sizeof BOSS));
    approved->role = SAMME__PERSON_ROLE__supervisor;
    approved->lines = samme_arena_alloc(&f.arena, sizeof *approved->lines);
    approved->lines[0] = line;
    approved->n_lines = 1;
    line->no = 1;
    line->refund = amount;
    line->refunds = samme_arena_alloc(&f.arena, sizeof *line->refunds);
    line->refunds[0] = refund;
    line->n_refunds = 1;
    refund->tender = SAMME__TENDER_KIND__cash;
    refund->amount = amount;
    return approved;
}

static const char *approve(const Samme__ReturnApproved *approved) {
    const char *reason = fold(SAMME__EVENT_KIND__return_approved, approved);
    samme_hash counted = fixture_recount(&f.rows), kept = fixture_digest_sum(&f.rows);
    cr_assert(samme_hash_equal(&counted, &kept));
    return reason;
}

static samme_line_sum refunded(void) {
    return fixture_sum(&f, sale->receipt, 1, fixture_present(1));
}

Test(fold_approval, counts_as_refunded_from_then_on) {
    decide(SAMME__VERDICT__contingent, 400, "supervisor");
    cr_assert_eq(refunded().quantity, 0);
    cr_assert_null(approve(approval(400)));
    cr_assert_eq(refunded().quantity, 1000);
    cr_assert_eq(refunded().refund, 400);
    cr_assert_eq(refunded().by_tender[SAMME__TENDER_KIND__cash], 400);
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C1", &f.arena, &row), SAMME_OK);
    cr_assert_eq(row->approved_index, 3);
    const samme_horizon before = {
        .branch = 1, .epoch = 1, .journal_size = row->approved_index, .own_size = 0};
    cr_assert_eq(fixture_sum(&f, sale->receipt, 1, before).quantity, 0, "a past decision's view");
    cr_assert_str_eq(approve(approval(400)), "case is approved");
    cr_assert_str_eq(fold(SAMME__EVENT_KIND__return_decided, decided), "case has authorised lines");
}

Test(fold_approval, is_settled_by_what_the_till_did) {
    decide(SAMME__VERDICT__contingent, 400, "");
    cr_assert_str_eq(fold(SAMME__EVENT_KIND__return_done,
                          fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__paid)),
                     "case has no authorised line");
    cr_assert_null(approve(approval(400)));
    cr_assert_null(fold(SAMME__EVENT_KIND__return_done,
                        fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__failed)));
    cr_assert_eq(refunded().quantity, 0);
    cr_assert_eq(refunded().slices, 1);
    cr_assert_str_eq(approve(approval(400)), "case is done");
}

Test(fold_approval, is_of_the_newest_decision) {
    cr_assert_str_eq(approve(approval(400)), "approves no decision of the case");
    decide(SAMME__VERDICT__contingent, 300, "");
    Samme__ReturnApproved *old = approval(300);
    decide(SAMME__VERDICT__contingent, 400, "");
    cr_assert_str_eq(approve(old), "approves no decision of the case");
    old = approval(400);
    old->case_code = samme_arena_text(&f.arena, "C2");
    cr_assert_str_eq(approve(old), "no such case");
    cr_assert_str_eq(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_approved, approval(400)),
                     "case of another branch");
}

Test(fold_approval, is_by_a_third_person) {
    decide(SAMME__VERDICT__contingent, 400, "");
    Samme__ReturnApproved *approved = approval(400);
    approved->approver = opened->opened_by;
    cr_assert_str_eq(approve(approved), "opener and approver are one");
    approved->approver.len = 0;
    cr_assert_str_eq(approve(approved), "opener or approver not named");
}

Test(fold_approval, is_not_by_the_customer) {
    Samme__Sale *bought = fixture_sale(&f.arena, 1, "B");
    bought->n_lines = 0;
    fixture_line(&f.arena, bought, 1, 1000, 500);
    bought->subject = samme_bytes_of_span(SAMME_SPAN(BOSS, sizeof BOSS));
    cr_assert_null(fold(SAMME__EVENT_KIND__sale, bought));
    Samme__ReturnOpened *other = fixture_opened(&f.arena, "C9", bought->receipt, 1, 1000);
    other->opened_by = opened->opened_by;
    cr_assert_null(fold(SAMME__EVENT_KIND__return_opened, other));
    opened = other;
    decide(SAMME__VERDICT__contingent, 500, "");
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C9", &f.arena, &row), SAMME_OK);
    Samme__ReturnApproved *approved = approval(500);
    approved->case_code = samme_arena_text(&f.arena, "C9");
    approved->decided_epoch = row->decided_epoch;
    approved->decided_index = row->decided_index;
    cr_assert_str_eq(approve(approved), "customer and approver are one");
}

Test(fold_approval, without_an_opener_there_is_none) {
    Samme__ReturnOpened *other = fixture_opened(&f.arena, "C9", sale->receipt, 1, 1000);
    cr_assert_null(fold(SAMME__EVENT_KIND__return_opened, other));
    opened = other;
    decide(SAMME__VERDICT__contingent, 500, "");
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, "C9", &f.arena, &row), SAMME_OK);
    Samme__ReturnApproved *approved = approval(500);
    approved->case_code = samme_arena_text(&f.arena, "C9");
    approved->decided_epoch = row->decided_epoch;
    approved->decided_index = row->decided_index;
    cr_assert_str_eq(approve(approved), "opener or approver not named");
}

Test(fold_approval, role_lines_and_amounts) {
    decide(SAMME__VERDICT__contingent, 400, "manager");
    cr_assert_str_eq(approve(approval(400)), "role of the approver does not do");
    Samme__ReturnApproved *approved = approval(400);
    approved->role = SAMME__PERSON_ROLE__manager;
    approved->lines[0]->refund = 399;
    cr_assert_str_eq(approve(approved), "refund is not what may be approved");
    approved->lines[0]->refunds[0]->amount = 399;
    cr_assert_str_eq(approve(approved), "refund is not what may be approved");
    approved = approval(400);
    approved->role = SAMME__PERSON_ROLE__manager;
    approved->lines[0]->no = 7;
    cr_assert_str_eq(approve(approved), "lines are not the case's");
    approved->n_lines = 0;
    cr_assert_str_eq(approve(approved), "approval without lines");
    approved = approval(400);
    approved->role = (Samme__PersonRole)4;
    cr_assert_str_eq(approve(approved), "role of the approver does not do");
    Samme__ApprovedLine *twice[2] = {approved->lines[0], approved->lines[0]};
    approved->role = SAMME__PERSON_ROLE__manager;
    approved->lines = twice;
    approved->n_lines = 2;
    cr_assert_str_eq(approve(approved), "line number used twice");
    approved->n_lines = 1;
    cr_assert_null(approve(approved));
}

Test(fold_approval, an_overridden_line_pays_up_to_what_was_paid) {
    decide(SAMME__VERDICT__deny_overridable, 0, "supervisor");
    cr_assert_str_eq(approve(approval(501)), "refund is not what may be approved");
    cr_assert_str_eq(approve(approval(-1)), "refund is not what may be approved");
    cr_assert_null(approve(approval(500)));
    cr_assert_eq(refunded().refund, 500);
}

Test(fold_approval, what_is_denied_or_authorised_is_not_approved) {
    decide(SAMME__VERDICT__deny, 0, "");
    cr_assert_str_eq(approve(approval(0)), "line may not be approved");
    const samme_horizon present = fixture_present(1);
    decided =
        fixture_decided(&f.arena, &f.rows, opened, &present, SAMME__VERDICT__deny_overridable);
    decided->lines[0]->answer->legal = true;
    cr_assert_null(fold(SAMME__EVENT_KIND__return_decided, decided));
    cr_assert_str_eq(approve(approval(0)), "line may not be approved");
    decide(SAMME__VERDICT__authorise, 500, "");
    cr_assert_str_eq(approve(approval(500)), "line may not be approved");
}

Test(fold_approval, roles_stand_in_their_order) {
    const Samme__PersonRole clerk = SAMME__PERSON_ROLE__clerk,
                            supervisor = SAMME__PERSON_ROLE__supervisor,
                            manager = SAMME__PERSON_ROLE__manager;
    cr_assert(samme_role_enough(clerk, "clerk") && samme_role_enough(manager, "clerk"));
    cr_assert(!samme_role_enough(clerk, "supervisor") && !samme_role_enough(clerk, ""));
    cr_assert(samme_role_enough(supervisor, "supervisor") && samme_role_enough(supervisor, ""));
    cr_assert(!samme_role_enough(supervisor, "manager") && samme_role_enough(manager, "manager"));
    cr_assert(!samme_role_enough(supervisor, "director") && samme_role_enough(manager, "director"));
    cr_assert(!samme_role_enough(SAMME__PERSON_ROLE__person_role_unset, "clerk"));
}
