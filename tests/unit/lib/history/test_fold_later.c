/* Goods that come after the return was opened, returns recorded after they were paid, sales keyed
 * from paper; and where cases stand meanwhile. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "history/alarms.h"
#include "history/cases.h"
#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale;
static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 3000, 1000);
    fixture_line(&f.arena, sale, 2, 1000, 500);
}
static void teardown(void) {
    samme_hash kept = fixture_digest_sum(&f.rows), counted = fixture_recount(&f.rows);
    cr_assert(samme_hash_equal(&kept, &counted));
    fixture_free(&f);
}
TestSuite(fold_later, .init = setup, .fini = teardown);

static void record_sale(void) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
}
static const char *decide(uint32_t branch, const Samme__ReturnDecided *decided) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided);
}
static Samme__ReturnDecided *decision(uint32_t branch, const Samme__ReturnOpened *opened,
                                      Samme__Verdict verdict) {
    const samme_horizon present = fixture_present(branch);
    return fixture_decided(&f.arena, &f.rows, opened, &present, verdict);
}
static const char *finish(uint32_t branch, const char *code, Samme__ReturnOutcome outcome) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_done,
                        fixture_done(&f.arena, code, outcome));
}
static const Samme__CaseRow *find(const char *code) {
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&f.rows, code, &f.arena, &row), SAMME_OK);
    return row;
}
static const Samme__ReturnOpened *asked(const char *code) {
    const Samme__ReturnOpened *out;
    cr_assert_eq(samme_case_asked(find(code), &f.arena, &out), SAMME_OK);
    return out;
}
static samme_line_sum refunded(uint32_t line) {
    return fixture_sum(&f, sale->receipt, line, fixture_present(1));
}

/* Goods */

static Samme__ReturnOpened *await(uint32_t branch, const char *code) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 2000);
    fixture_open_line(&f.arena, opened, 2, 1000);
    opened->awaiting = true;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    return opened;
}
static Samme__GoodsReceived *arrival(const char *code, uint32_t no, int64_t quantity,
                                     Samme__Condition condition) {
    Samme__ReturnOpened *lines =
        fixture_opened(&f.arena, code, NULL, no, quantity); /* for its lines */
    Samme__GoodsReceived *goods = samme_arena_alloc(&f.arena, sizeof *goods);
    *goods = (Samme__GoodsReceived)SAMME__GOODS_RECEIVED__INIT;
    goods->case_code = lines->case_code;
    goods->n_lines = 1;
    goods->lines = lines->lines;
    goods->lines[0]->condition = condition;
    return goods;
}
static const char *receive(uint32_t branch, const Samme__GoodsReceived *goods) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__goods_received, goods);
}

Test(fold_later, while_goods_are_awaited_a_decision_promises_and_pays_nothing) {
    record_sale();
    Samme__ReturnOpened *opened = await(1, "C1");
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_AWAITS);
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert(find("C1")->promise);
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_AWAITS);
    cr_assert_eq(refunded(1).slices, 0, "who brings the goods to a store is not sent away");
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "case has no authorised line");
    Samme__ReturnApproved approved = SAMME__RETURN_APPROVED__INIT;
    approved.case_code = opened->case_code;
    approved.decided_epoch = find("C1")->decided_epoch;
    approved.decided_index = find("C1")->decided_index;
    cr_assert_str_eq(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_approved, &approved),
                     "goods have not come");
}

Test(fold_later, what_came_is_decided_and_paid_in_the_condition_it_came_in) {
    record_sale();
    Samme__ReturnOpened *opened = await(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_null(receive(1, arrival("C1", 1, 1000, SAMME__CONDITION__used)));
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_CAME);
    cr_assert_str_eq(decide(1, decision(1, opened, SAMME__VERDICT__authorise)),
                     "lines are not the case's", "only of what has come");
    const Samme__ReturnOpened *came = asked("C1");
    cr_assert_eq(came->n_lines, 1);
    cr_assert_eq(came->lines[0]->quantity, 1000);
    Samme__ReturnDecided *decided = decision(1, came, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->facts->condition, SAMME__CONDITION__used);
    cr_assert_eq(decided->lines[0]->facts->line_paid, 333);
    cr_assert_null(decide(1, decided));
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_PAYABLE);
    cr_assert_eq(refunded(1).quantity, 1000);
    cr_assert_eq(refunded(2).quantity, 0);
    cr_assert_str_eq(receive(1, arrival("C1", 2, 1000, SAMME__CONDITION__unopened)),
                     "case has authorised lines");
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__paid));
    cr_assert_eq(refunded(1).refund, 333);
}

Test(fold_later, parcels_come_one_by_one_until_it_is_decided) {
    record_sale();
    await(1, "C1");
    cr_assert_null(receive(1, arrival("C1", 2, 1000, SAMME__CONDITION__condition_unset)));
    cr_assert_null(decide(1, decision(1, asked("C1"), SAMME__VERDICT__contingent)));
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_ASKS);
    cr_assert_null(receive(1, arrival("C1", 1, 2000, SAMME__CONDITION__opened)));
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_CAME, "it did not know of these");
    const Samme__ReturnOpened *came = asked("C1");
    cr_assert_eq(came->n_lines, 2);
    cr_assert_eq(came->lines[0]->no, 1, "in the order of the case");
    cr_assert_eq(came->lines[1]->no, 2);
    cr_assert_null(decide(1, decision(1, came, SAMME__VERDICT__authorise)));
    cr_assert_eq(refunded(1).quantity, 2000);
    cr_assert_eq(refunded(2).quantity, 1000);
}

Test(fold_later, an_arrival_must_be_of_its_case) {
    record_sale();
    Samme__ReturnOpened *plain = fixture_opened(&f.arena, "C0", sale->receipt, 1, 1000);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, plain));
    cr_assert_str_eq(receive(1, arrival("C0", 1, 1000, SAMME__CONDITION__used)),
                     "case awaits no goods");
    await(1, "C1");
    cr_assert_str_eq(receive(2, arrival("C1", 1, 1000, SAMME__CONDITION__used)),
                     "case of another branch");
    cr_assert_str_eq(receive(1, arrival("C2", 1, 1000, SAMME__CONDITION__used)), "no such case");
    cr_assert_str_eq(receive(1, arrival("C1", 3, 1000, SAMME__CONDITION__used)),
                     "lines are not the case's");
    cr_assert_str_eq(receive(1, arrival("C1", 1, 0, SAMME__CONDITION__used)),
                     "line quantity not above zero");
    cr_assert_str_eq(receive(1, arrival("C1", 1, 2001, SAMME__CONDITION__used)),
                     "more has come than the case awaits");
    Samme__GoodsReceived *twice = arrival("C1", 1, 1000, SAMME__CONDITION__used);
    Samme__ReturnLine *lines[2] = {twice->lines[0], twice->lines[0]};
    twice->lines = lines;
    twice->n_lines = 2;
    cr_assert_str_eq(receive(1, twice), "line number used twice");
    twice->n_lines = 0;
    cr_assert_str_eq(receive(1, twice), "arrival without lines");
    cr_assert_null(receive(1, arrival("C1", 1, 500, SAMME__CONDITION__used)));
    cr_assert_str_eq(receive(1, arrival("C1", 1, 500, SAMME__CONDITION__used)),
                     "line has come before");
}

Test(fold_later, goods_that_never_come_are_called_off) {
    record_sale();
    Samme__ReturnOpened *opened = await(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__failed), "case has no authorised line");
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__cancelled));
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_NONE);
    cr_assert_str_eq(receive(1, arrival("C1", 1, 1000, SAMME__CONDITION__used)), "case is done");
    Samme__ReturnOpened *plain = fixture_opened(&f.arena, "C2", sale->receipt, 1, 1000);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, plain));
    cr_assert_str_eq(finish(1, "C2", SAMME__RETURN_OUTCOME__cancelled),
                     "case has no authorised line", "as it always was");
}

/* Recorded later */

static Samme__ReturnOpened *open_recorded(uint32_t branch, const char *code) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 2000);
    opened->recorded = true;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    return opened;
}
static Samme__ReturnRecorded *recorded(const char *code, uint32_t no, int64_t refund) {
    Samme__ReturnRecorded *out = samme_arena_alloc(&f.arena, sizeof *out);
    Samme__RecordedLine *line = samme_arena_alloc(&f.arena, sizeof *line);
    Samme__Refund *paid = samme_arena_alloc(&f.arena, sizeof *paid);
    *out = (Samme__ReturnRecorded)SAMME__RETURN_RECORDED__INIT;
    *line = (Samme__RecordedLine)SAMME__RECORDED_LINE__INIT;
    *paid = (Samme__Refund)SAMME__REFUND__INIT;
    paid->tender = SAMME__TENDER_KIND__cash;
    paid->amount = refund;
    line->no = no;
    line->refund = refund;
    line->n_refunds = 1;
    line->refunds = samme_arena_alloc(&f.arena, sizeof(Samme__Refund *));
    line->refunds[0] = paid;
    out->case_code = samme_arena_text(&f.arena, code);
    out->n_lines = 1;
    out->lines = samme_arena_alloc(&f.arena, sizeof(Samme__RecordedLine *));
    out->lines[0] = line;
    return out;
}
static const char *record(uint32_t branch, const Samme__ReturnRecorded *body) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__return_recorded, body);
}

Test(fold_later, what_was_paid_counts_whatever_the_policy_says) {
    record_sale();
    Samme__ReturnOpened *opened = open_recorded(1, "C1");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__deny)));
    cr_assert_eq(refunded(1).slices, 0);
    cr_assert_null(record(1, recorded("C1", 1, 700)));
    const samme_line_sum sum = refunded(1);
    cr_assert_eq(sum.quantity, 2000);
    cr_assert_eq(sum.refund, 700);
    cr_assert_eq(sum.by_tender[SAMME__TENDER_KIND__cash], 700);
    cr_assert_eq(sum.confirmed, 0, "nobody confirmed it, also where it was sold");
    cr_assert_eq(find("C1")->done->outcome, SAMME__RETURN_OUTCOME__paid);
    cr_assert_eq(find("C1")->done->paid, 700);
    cr_assert_str_eq(record(1, recorded("C1", 1, 700)), "case is done");
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__cancelled), "case is done");
}

Test(fold_later, it_counts_without_a_decision_and_before_the_sale_is_known) {
    Samme__ReturnOpened *opened = open_recorded(2, "C1");
    cr_assert_eq(samme_case_stage(find("C1")), SAMME_STAGE_OPEN);
    cr_assert_null(record(2, recorded("C1", 1, 700)));
    record_sale();
    cr_assert_eq(refunded(1).refund, 700);
    opened = fixture_opened(&f.arena, "C2", sale->receipt, 1, 2000);
    Samme__ReturnDecided *decided = decision(1, opened, SAMME__VERDICT__deny);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__taken, "1,000 are left");
}

Test(fold_later, what_is_recorded_must_be_of_its_case) {
    record_sale();
    Samme__ReturnOpened *plain = fixture_opened(&f.arena, "C0", sale->receipt, 1, 1000);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, plain));
    cr_assert_str_eq(record(1, recorded("C0", 1, 1)), "case is not recorded later");
    Samme__ReturnOpened *opened = open_recorded(1, "C1");
    cr_assert_str_eq(record(2, recorded("C1", 1, 1)), "case of another branch");
    cr_assert_str_eq(record(1, recorded("C1", 2, 1)), "lines are not the case's");
    cr_assert_str_eq(record(1, recorded("C1", 1, -1)), "refund or fee below zero");
    Samme__ReturnRecorded *odd = recorded("C1", 1, 5);
    odd->lines[0]->refund = 6;
    cr_assert_str_eq(record(1, odd), "refunds do not sum up");
    odd->n_lines = 0;
    cr_assert_str_eq(record(1, odd), "lines are not the case's");
    cr_assert_null(decide(1, decision(1, opened, SAMME__VERDICT__authorise)));
    cr_assert_str_eq(finish(1, "C1", SAMME__RETURN_OUTCOME__paid), "case has no authorised line");
    cr_assert_eq(refunded(1).slices, 0, "the decision is noted beside");
    opened = fixture_opened(&f.arena, "C2", sale->receipt, 1, 1000);
    opened->recorded = opened->awaiting = true;
    cr_assert_str_eq(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, opened),
                     "recorded return awaits goods");
}

Test(fold_later, a_refund_recorded_without_a_receipt_uses_no_line) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", NULL, 1, 1000);
    opened->recorded = true;
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, opened));
    cr_assert_null(record(1, recorded("C1", 1, 700)));
    cr_assert_eq(find("C1")->done->paid, 700);
}

/* Keyed from paper */

static Samme__Sale *paper(int64_t quantity, int64_t paid) {
    Samme__Sale *keyed = fixture_sale(&f.arena, 1, "1");
    keyed->receipt = NULL;
    fixture_line(&f.arena, keyed, 1, quantity, paid);
    return keyed;
}
static Samme__ReturnOpened *open_keyed(uint32_t branch, const char *code, Samme__Sale *keyed) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 2000);
    opened->keyed = keyed;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    return opened;
}

Test(fold_later, a_sale_on_paper_gives_facts_and_its_claim_is_unconfirmed) {
    Samme__ReturnOpened *opened = open_keyed(2, "C1", paper(3000, 900));
    const Samme__Facts *facts = decision(2, opened, SAMME__VERDICT__authorise)->lines[0]->facts;
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__keyed);
    cr_assert_eq(facts->claim, SAMME__CLAIM__unconfirmed);
    cr_assert_str_eq(facts->purchase_date, "2010-12-01");
    cr_assert_eq(facts->days_since_purchase, 10);
    cr_assert_eq(facts->line_paid, 600);
    cr_assert_eq(facts->quantity_left, 3000);
    cr_assert_str_eq(facts->category, "books");
    cr_assert_str_eq(facts->currency, "EUR");
    cr_assert_eq(facts->home_branch, SAMME__YES_NO__no);
    facts = decision(1, opened, SAMME__VERDICT__deny)->lines[0]->facts;
    cr_assert_eq(facts->home_branch, SAMME__YES_NO__yes);
    cr_assert_eq(facts->claim, SAMME__CLAIM__unconfirmed, "its own branch does not know it either");
}

Test(fold_later, facts_of_older_rules_see_no_paper) {
    Samme__ReturnOpened *opened = open_keyed(2, "C1", paper(3000, 900));
    opened->lines[0]->condition = SAMME__CONDITION__used;
    const samme_horizon present = fixture_present(2);
    samme_asking asking = {
        .opened = opened, .line = opened->lines[0], .horizon = &present, .version = 2};
    samme_sale_view view;
    Samme__Facts *facts;
    cr_assert_eq(samme_find_sale(&f.rows, opened, &present, &f.arena, &view), SAMME_OK);
    cr_assert_null(view.row);
    cr_assert_eq(samme_sale_branch(&view), 1);
    cr_assert_eq(samme_line_facts(&f.rows, &asking, &view, &f.arena, &facts), SAMME_OK);
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__no_receipt);
    cr_assert_eq(facts->condition, SAMME__CONDITION__unopened);
    asking.version = 3;
    cr_assert_eq(samme_line_facts(&f.rows, &asking, &view, &f.arena, &facts), SAMME_OK);
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__keyed);
    cr_assert_eq(facts->condition, SAMME__CONDITION__used);
}

Test(fold_later, the_sale_itself_stands_before_what_was_keyed) {
    Samme__ReturnOpened *opened = open_keyed(1, "C1", paper(9000, 9000));
    record_sale();
    const Samme__Facts *facts = decision(1, opened, SAMME__VERDICT__deny)->lines[0]->facts;
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__node);
    cr_assert_eq(facts->claim, SAMME__CLAIM__own);
    cr_assert_eq(facts->line_paid, 666);
}

Test(fold_later, a_second_refund_of_the_same_paper_is_taken_and_the_sale_shows_what_is_too_much) {
    Samme__ReturnOpened *opened = open_keyed(2, "C1", paper(3000, 900));
    cr_assert_null(decide(2, decision(2, opened, SAMME__VERDICT__authorise)));
    Samme__ReturnOpened *second = open_keyed(1, "C2", paper(4000, 1200));
    Samme__ReturnDecided *decided = decision(1, second, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->facts->quantity_left, 2000, "by what this paper says");
    cr_assert_null(decide(1, decided));
    Samme__ReturnOpened *third = open_keyed(2, "C3", paper(4000, 1200));
    cr_assert_eq(decision(2, third, SAMME__VERDICT__deny)->lines[0]->facts->claim,
                 SAMME__CLAIM__taken);
    const Samme__AlarmRow *alarm;
    cr_assert_eq(samme_find_alarm(&f.rows, sale->receipt, 1, &f.arena, &alarm), SAMME_NOT_FOUND);
    record_sale(); /* merged at last: found by its identity */
    cr_assert_eq(samme_find_alarm(&f.rows, sale->receipt, 1, &f.arena, &alarm), SAMME_OK);
    cr_assert_eq(alarm->sold, 3000);
    cr_assert_eq(alarm->refunded, 4000);
    cr_assert_eq(alarm->confirmed, 0, "an own branch that keyed it does not confirm it");
}

Test(fold_later, an_article_without_a_receipt_has_a_price_and_no_claim) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", NULL, 1, 500);
    opened->keyed = paper(1000, 400);
    opened->receipt_kind = SAMME__RECEIPT_KIND__nothing;
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided = decision(1, opened, SAMME__VERDICT__authorise);
    const Samme__Facts *facts = decided->lines[0]->facts;
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__no_receipt);
    cr_assert_eq(facts->claim, SAMME__CLAIM__no_claim);
    cr_assert_str_eq(facts->category, "books");
    cr_assert_str_eq(facts->currency, "EUR");
    cr_assert_eq(facts->line_paid, 200);
    cr_assert_eq(facts->has_quantity_left_case, 0);
    cr_assert_eq(facts->home_branch, SAMME__YES_NO__yes_no_unset);
    cr_assert_null(decide(1, decided));
    cr_assert_null(finish(1, "C1", SAMME__RETURN_OUTCOME__paid));
}

Test(fold_later, paper_must_be_such_that_a_till_could_have_printed_it) {
    Samme__Sale *keyed = paper(1000, 400);
    cr_assert_null(samme_keyed_fault(keyed));
    keyed->receipt = sale->receipt;
    cr_assert_str_eq(samme_keyed_fault(keyed), "keyed sale names a receipt of its own");
    keyed->receipt = NULL;
    keyed->currency = samme_arena_text(&f.arena, "euro");
    cr_assert_str_eq(samme_keyed_fault(keyed), "currency not valid");
    keyed = paper(0, 400);
    cr_assert_str_eq(samme_keyed_fault(keyed), "line quantity not above zero");
    keyed = paper(1000, -1);
    cr_assert_str_eq(samme_keyed_fault(keyed), "line paid below zero");
    keyed = paper(1000, 1);
    fixture_line(&f.arena, keyed, 1, 1000, 1);
    cr_assert_str_eq(samme_keyed_fault(keyed), "line number used twice");
    keyed->n_lines = 0;
    cr_assert_str_eq(samme_keyed_fault(keyed), "keyed sale without lines");
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", sale->receipt, 1, 1000);
    opened->keyed = keyed;
    cr_assert_str_eq(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, opened),
                     "keyed sale without lines");
}

/* Lists */

static size_t listed(uint32_t branch, samme_stage stage, uint64_t below, const char *expected) {
    const samme_case_list list = {.branch = branch, .stage = stage, .below = below};
    samme_case_listed found[40];
    size_t count;
    uint64_t counted;
    char codes[400] = "";
    cr_assert_eq(samme_list_cases(&f.rows, &list, &f.arena, found, 40, &count), SAMME_OK);
    cr_assert_eq(samme_count_cases(&f.rows, &list, &counted), SAMME_OK);
    cr_assert_eq(counted, count);
    for (size_t i = 0; i < count; i++)
        snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%s%s", i > 0 ? " " : "",
                 found[i].row->opened->case_code);
    if (expected != NULL)
        cr_assert_str_eq(codes, expected);
    return count;
}

static void open_plain(uint32_t branch, const char *code, Samme__Verdict verdict, int64_t until) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 10);
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    if (verdict == SAMME__VERDICT__verdict_unset)
        return;
    Samme__ReturnDecided *decided = decision(branch, opened, verdict);
    decided->valid_until_ms = until;
    cr_assert_null(decide(branch, decided));
}

Test(fold_later, cases_that_wait_are_listed_by_what_they_wait_for) {
    record_sale();
    open_plain(1, "X", SAMME__VERDICT__verdict_unset, 0);
    open_plain(1, "B", SAMME__VERDICT__authorise, 1790000900000);
    open_plain(1, "A", SAMME__VERDICT__authorise, 1790000000000);
    open_plain(1, "C", SAMME__VERDICT__contingent, 0);
    open_plain(1, "D", SAMME__VERDICT__deny, 0);
    open_plain(2, "E", SAMME__VERDICT__authorise, 1790000000000);
    await(1, "G");
    (void)listed(1, SAMME_STAGE_OPEN, UINT64_MAX, "X");
    (void)listed(1, SAMME_STAGE_ASKS, UINT64_MAX, "C");
    (void)listed(1, SAMME_STAGE_PAYABLE, UINT64_MAX, "A B");
    (void)listed(1, SAMME_STAGE_PAYABLE, 1790000900000, "A");
    (void)listed(1, SAMME_STAGE_PAYABLE, 1790000000000, "");
    (void)listed(2, SAMME_STAGE_PAYABLE, UINT64_MAX, "E");
    (void)listed(1, SAMME_STAGE_AWAITS, UINT64_MAX, "G");
    (void)listed(3, SAMME_STAGE_PAYABLE, UINT64_MAX, "");
    cr_assert_null(finish(1, "A", SAMME__RETURN_OUTCOME__paid));
    cr_assert_null(receive(1, arrival("G", 1, 2000, SAMME__CONDITION__unopened)));
    (void)listed(1, SAMME_STAGE_PAYABLE, UINT64_MAX, "B");
    (void)listed(1, SAMME_STAGE_AWAITS, UINT64_MAX, "");
    (void)listed(1, SAMME_STAGE_CAME, UINT64_MAX, "G");
}

Test(fold_later, a_list_goes_on_where_a_page_ended) {
    enum { CASES = 100, PAGE = 7 };
    record_sale();
    for (unsigned i = 0; i < CASES; i++) { /* over many buckets, some alike, some done */
        char code[20];
        snprintf(code, sizeof code, "C%03u", (i * 37) % CASES);
        open_plain(1, code, SAMME__VERDICT__authorise, 1790000000000 + (int64_t)(i / 3) * 50000000);
        if (i % 4 == 1)
            cr_assert_null(finish(1, code, SAMME__RETURN_OUTCOME__cancelled));
    }
    samme_case_list list = {.branch = 1, .stage = SAMME_STAGE_PAYABLE, .below = UINT64_MAX};
    uint64_t all, last = 0;
    unsigned seen = 0;
    cr_assert_eq(samme_count_cases(&f.rows, &list, &all), SAMME_OK);
    cr_assert_eq(all, CASES - CASES / 4);
    for (;;) {
        samme_case_listed found[PAGE];
        size_t count;
        cr_assert_eq(samme_list_cases(&f.rows, &list, &f.arena, found, PAGE, &count), SAMME_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert_geq(found[i].order, last);
            cr_assert_null(found[i].row->done);
            last = found[i].order;
            seen++;
        }
        if (count < PAGE)
            break;
        list.after = found[PAGE - 1].order;
        list.after_case = found[PAGE - 1].row->opened->case_code;
    }
    cr_assert_eq(seen, all);
    list.after_case = NULL;
    list.below = 1790000000000 + 9 * 50000000; /* in the middle of a bucket */
    unsigned below = 0;
    for (unsigned i = 0; i < 27; i++)
        below += i % 4 != 1;
    cr_assert_eq(samme_count_cases(&f.rows, &list, &all), SAMME_OK);
    cr_assert_eq(all, below);
}

Test(fold_later, cases_of_a_receipt_are_found_whoever_opened_them) {
    record_sale();
    open_plain(2, "B", SAMME__VERDICT__authorise, 1);
    open_plain(1, "A", SAMME__VERDICT__deny, 0);
    Samme__ReceiptRef *other = fixture_receipt(&f.arena, 1, "12");
    Samme__ReturnOpened *longer = fixture_opened(&f.arena, "Z", other, 1, 10);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__return_opened, longer));
    const Samme__CaseRow *found[4];
    size_t count;
    cr_assert_eq(
        samme_list_cases_of_receipt(&f.rows, sale->receipt, "", &f.arena, found, 4, &count),
        SAMME_OK);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(found[0]->opened->case_code, "A");
    cr_assert_str_eq(found[1]->opened->case_code, "B");
    cr_assert_eq(
        samme_list_cases_of_receipt(&f.rows, sale->receipt, "A", &f.arena, found, 4, &count),
        SAMME_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(found[0]->opened->case_code, "B");
    cr_assert_eq(samme_list_cases_of_receipt(&f.rows, other, "", &f.arena, found, 4, &count),
                 SAMME_OK);
    cr_assert_eq(count, 1);
    cr_assert_eq(samme_list_cases_of_receipt(&f.rows, NULL, "", &f.arena, found, 4, &count),
                 SAMME_MALFORMED);
}
