#include "journal/tally.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static samme_tally *tally;
static Samme__Sale *sale;
static size_t branch_count, rule_count, till_count;

static samme_status entry(void *observer, const samme_position *position, samme_span bytes) {
    return samme_tally_entry(observer, position, bytes);
}
static samme_status line(void *observer, const samme_audited_line *audited) {
    return samme_tally_line(observer, audited);
}

static void setup(void) {
    branch_count = rule_count = till_count = 0;
    chain_start(&c, true);
    tally = samme_tally_new();
    cr_assert_not_null(tally);
    c.options.entry = entry;
    c.options.line = line;
    c.options.observer = tally;
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK);
    chain_take_release(&c, 1);
    chain_take_release(&c, 2);
    sale = fixture_sale(&c.f.arena, 1, "1");
    fixture_line(&c.f.arena, sale, 1, 2000, 1000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
}
static void teardown(void) {
    samme_tally_free(tally);
    chain_free(&c);
}
TestSuite(tally, .init = setup, .fini = teardown);

static void open_case(uint32_t branch, const char *code, Samme__Condition condition, int attempts) {
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
    opened->condition = condition;
    if (attempts >= 0) {
        opened->has_repair_attempts_case =
            SAMME__RETURN_OPENED__HAS_REPAIR_ATTEMPTS_REPAIR_ATTEMPTS;
        opened->repair_attempts = (uint32_t)attempts;
    }
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_opened, opened);
}

static samme_branch_tally branches[4];
static void keep_branch(void *context, const samme_branch_tally *one) {
    (void)context;
    branches[branch_count++] = *one;
}
static unsigned value_of(samme_asserted fact, const char *name) {
    for (unsigned value = 0; samme_asserted_value(fact, value) != NULL; value++)
        if (strcmp(samme_asserted_value(fact, value), name) == 0)
            return value;
    cr_assert_fail("no value %s", name);
    return 0;
}
static uint64_t asserted(size_t at, samme_asserted fact, const char *name) {
    return branches[at].asserted[fact][value_of(fact, name)];
}

Test(tally, what_was_asserted_is_counted_by_branch_once_a_case) {
    open_case(1, "C1", SAMME__CONDITION__unopened, -1);
    open_case(1, "C2", SAMME__CONDITION__damaged, 2);
    open_case(2, "C3", SAMME__CONDITION__damaged, 9);
    open_case(2, "C4", (Samme__Condition)99, 0);
    samme_tally_branches(tally, keep_branch, NULL);
    cr_assert_eq(branch_count, 2);
    cr_assert_eq(branches[0].branch, 1);
    cr_assert_eq(branches[0].cases, 2);
    cr_assert_eq(asserted(0, SAMME_ASSERTED_CONDITION, "unopened"), 1);
    cr_assert_eq(asserted(0, SAMME_ASSERTED_CONDITION, "damaged"), 1);
    cr_assert_eq(asserted(0, SAMME_ASSERTED_REPAIR_ATTEMPTS, "absent"), 1);
    cr_assert_eq(asserted(0, SAMME_ASSERTED_REPAIR_ATTEMPTS, "2"), 1);
    cr_assert_eq(asserted(1, SAMME_ASSERTED_CONDITION, "other"), 1);
    cr_assert_eq(asserted(1, SAMME_ASSERTED_REPAIR_ATTEMPTS, "0"), 1);
    cr_assert_eq(asserted(1, SAMME_ASSERTED_REPAIR_ATTEMPTS, "4 or more"), 1);
    for (unsigned fact = 0; fact < SAMME_ASSERTED_COUNT; fact++) { /* nobody is left out */
        uint64_t sum = 0;
        for (unsigned value = 0; value < SAMME_ASSERTED_VALUES; value++)
            sum += branches[0].asserted[fact][value];
        cr_assert_eq(sum, 2);
        cr_assert_lt(
            value_of((samme_asserted)fact, fact == SAMME_ASSERTED_REPAIR_ATTEMPTS  ? "4 or more"
                                           : fact == SAMME_ASSERTED_RECORDED_LATER ? "yes"
                                                                                   : "other"),
            SAMME_ASSERTED_VALUES);
    }
}

static samme_rule_tally rules[4];
static char rule_texts[4][2][100];
static void keep_rule(void *context, const samme_rule_tally *one) {
    (void)context;
    rules[rule_count] = *one;
    snprintf(rule_texts[rule_count][0], 100, "%s", one->rule);
    snprintf(rule_texts[rule_count][1], 100, "%s", one->cases);
    rule_count++;
}

Test(tally, divergence_is_named_by_branch_rule_and_case) {
    for (unsigned i = 0; i < 6; i++) {
        char code[8];
        snprintf(code, sizeof code, "C%u", i);
        const Samme__ReturnOpened *opened =
            fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
        chain_push_event(&c, 2, SAMME__EVENT_KIND__return_opened, opened);
        Samme__ReturnDecided *decided = chain_decide(&c, 2, opened, c.journal.size);
        if (i > 0) /* generous: 50 more than the policy gives */
            decided->lines[0]->answer->refund += 50;
        chain_push_event(&c, 2, SAMME__EVENT_KIND__return_decided, decided);
        chain_push_event(&c, 2, SAMME__EVENT_KIND__return_done,
                         fixture_done(&c.f.arena, code, SAMME__RETURN_OUTCOME__failed));
    }
    samme_tally_rules(tally, keep_rule, NULL);
    cr_assert_eq(rule_count, 1);
    cr_assert_eq(rules[0].branch, 2);
    cr_assert_str_eq(rule_texts[0][0], "returns/month");
    cr_assert_eq(rules[0].lines, 6);
    cr_assert_eq(rules[0].differing, 5);
    cr_assert_eq(rules[0].refund_due, 5 * 900);
    cr_assert_eq(rules[0].refund_said, 5 * 950);
    cr_assert_str_eq(rule_texts[0][1], "C1 C2 C3 C4");
    samme_tally_branches(tally, keep_branch, NULL);
    cr_assert_eq(branches[0].lines, 6);
    cr_assert_eq(branches[0].differing, 5);
    cr_assert_eq(c.finding_count, 5);
    cr_assert_str_eq(c.findings[0].case_code, "C1");
    cr_assert_eq(c.findings[0].line, 1);
    cr_assert_str_eq(c.findings[0].field, "refund");
    cr_assert_str_eq(c.findings[0].expected, "900");
    cr_assert_str_eq(c.findings[0].found, "950");
}

Test(tally, an_answer_that_fits_a_lie_still_differs_from_what_the_log_gives) {
    const Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", sale->receipt, 1, 2000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, opened);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    decided->lines[0]->facts->line_paid = 5000; /* said; 1000 were paid */
    decided->lines[0]->answer->refund = 4500;   /* 90 %, as the policy has it */
    decided->lines[0]->answer->refunds[0]->amount = 4500;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_decided, decided);
    samme_tally_rules(tally, keep_rule, NULL);
    cr_assert_eq(rules[0].differing, 1);
    cr_assert_eq(rules[0].refund_due, 900);
    cr_assert_eq(rules[0].refund_said, 4500);
    cr_assert_eq(c.finding_count, 1, "%s", c.findings[1].text);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_FACT);
    cr_assert_not_null(strstr(c.findings[0].text,
                              "line_paid is 1000, the entry says 5000; decided by "
                              "what the log gives, refund is 900, the entry "
                              "says 4500"),
                       "%s", c.findings[0].text);
}

static samme_till_tally tills[4];
static char till_names[4][40];
static void keep_till(void *context, const samme_till_tally *one) {
    (void)context;
    tills[till_count] = *one;
    snprintf(till_names[till_count++], 40, "%s", one->till);
}

static void sell(uint32_t branch, const char *till, unsigned seq, Samme__SaleKind kind) {
    static unsigned number = 100;
    char text[16], till_text[8];
    snprintf(text, sizeof text, "%u", number++);
    snprintf(till_text, sizeof till_text, "%s", till);
    Samme__Sale *one = fixture_sale(&c.f.arena, branch, text);
    fixture_line(&c.f.arena, one, 1, 1000, 10);
    one->receipt->till = samme_arena_text(&c.f.arena, till_text);
    one->till_seq = seq;
    one->kind = kind;
    chain_push_event(&c, branch, SAMME__EVENT_KIND__sale, one);
}

Test(tally, numbers_a_till_left_out_or_gave_twice_are_named) {
    static const unsigned given[] = {5, 6, 7, 10, 300, 11, 8, 6};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        sell(1, "A", given[i], SAMME__SALE_KIND__ordinary);
    sell(1, "A", 301, SAMME__SALE_KIND__training); /* leaves no row, but it was given */
    sell(1, "A", 302, SAMME__SALE_KIND__void);
    sell(1, "A", 0, SAMME__SALE_KIND__ordinary); /* the till has no numbers */
    for (unsigned seq = 1; seq <= 5; seq++)
        sell(2, "A", seq, SAMME__SALE_KIND__ordinary);
    sell(2, "B", 7, SAMME__SALE_KIND__ordinary);
    samme_tally_tills(tally, keep_till, NULL);
    cr_assert_eq(till_count, 3);
    cr_assert_str_eq(till_names[0], "A");
    cr_assert_eq(tills[0].branch, 1);
    cr_assert_eq(tills[0].first, 5);
    cr_assert_eq(tills[0].last, 302);
    cr_assert_eq(tills[0].seen, 9);
    cr_assert_eq(tills[0].twice, 1);
    cr_assert_eq(tills[0].gaps, 2);
    cr_assert_eq(tills[0].gap_from, 9);
    cr_assert_eq(tills[0].gap_to, 9);
    cr_assert_eq(tills[0].missing, 1 + 288);
    cr_assert_eq(tills[1].branch, 2);
    cr_assert_eq(tills[1].missing, 0);
    cr_assert_eq(tills[1].seen, 5);
    cr_assert_eq(tills[2].first, 7);
    cr_assert_not(samme_tally_full(tally));
}

Test(tally, the_largest_number_and_the_order_do_not_matter) {
    samme_till_numbers numbers;
    cr_assert_eq(samme_till_numbers_init(&numbers), SAMME_OK);
    for (unsigned round = 0; round < 64;
         round++) { /* 0..63 in a scattered order, and the largest */
        Samme__Sale one = SAMME__SALE__INIT;
        Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
        char till[] = "1";
        receipt.till = till;
        one.receipt = &receipt;
        one.till_seq = round == 0 ? UINT64_MAX : round * 37 % 64;
        samme_buffer packed;
        samme_buffer_init(&packed, 4096);
        samme_pack(&one, &packed);
        cr_assert_eq(samme_till_numbers_sale(&numbers, 3, samme_buffer_span(&packed)), SAMME_OK);
        samme_buffer_free(&packed);
    }
    samme_till_numbers_visit(&numbers, keep_till, NULL);
    cr_assert_eq(till_count, 1);
    cr_assert_eq(tills[0].first, 1);
    cr_assert_eq(tills[0].last, UINT64_MAX);
    cr_assert_eq(tills[0].seen, 64);
    cr_assert_eq(tills[0].gaps, 1);
    cr_assert_eq(tills[0].gap_from, 64);
    cr_assert_eq(tills[0].gap_to, UINT64_MAX - 1);
    samme_till_numbers_free(&numbers);
}

Test(tally, only_what_is_looked_at_is_found) {
    c.options.only_branch = 2;
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK);
    const Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", sale->receipt, 1, 2000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, opened);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    decided->lines[0]->answer->refund += 50;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_decided, decided);
    cr_assert_eq(c.finding_count, 0);
    cr_assert_eq(c.replay.decisions, 0);
    c.options.only_branch = 0;
    c.options.since_index = c.journal.size + 2;
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK);
    for (unsigned i = 0; i < 2; i++) { /* the second decision stands in the record looked at */
        char code[8];
        snprintf(code, sizeof code, "D%u", i);
        const Samme__ReturnOpened *again = fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
        chain_push_event(&c, 2, SAMME__EVENT_KIND__return_opened, again);
        Samme__ReturnDecided *wrong = chain_decide(&c, 2, again, c.journal.size);
        wrong->lines[0]->answer->refund += 50;
        chain_push_event(&c, 2, SAMME__EVENT_KIND__return_decided, wrong);
    }
    cr_assert_eq(c.finding_count, 1);
    cr_assert_str_eq(c.findings[0].case_code, "D1");
}
