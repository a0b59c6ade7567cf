/* Borrowing and lending, as tills and logs see it. The trace of the whole: tests/scenario. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static pair p;
static samme_arena arena;
static void setup(void) {
    samme_arena_init(&arena, 8 << 20);
    pair_open(&p, 3);
    pair_publish(&p, 30);
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
    samme_arena_free(&arena);
}
TestSuite(node_claims, .init = setup, .fini = teardown);

static void sell(const char *receipt, unsigned thousandths, unsigned paid) {
    cr_assert_eq(pair_sell(&p, 1, receipt, thousandths, paid), 201);
    pair_quiet(&p);
    pair_forget(&p);
}

static const Samme__ReturnView *the_case(void) {
    cr_assert_not_null(p.answer.answer, "the till was refused");
    return p.answer.answer->return_case;
}

static Samme__Claim claim(void) {
    return the_case()->decided->lines[0]->facts->claim;
}

/* How many entries of a kind a node's log holds. */
static unsigned entries_of(unsigned number, Samme__EventKind kind) {
    unsigned count = 0;
    for (uint64_t i = 0;; i++) {
        samme_arena_reset(&arena);
        const samme_entry *entry = own_entry(&p, number, i, &arena);
        if (entry == NULL)
            return count;
        count += entry->event->kind == kind ? 1 : 0;
    }
}

static unsigned lent(unsigned number) {
    return entries_of(number, SAMME__EVENT_KIND__line_lent);
}
static unsigned given_back(unsigned number) {
    return entries_of(number, SAMME__EVENT_KIND__given_back);
}

/* Opens only; the code is good until the next call. */
static const char *open_case(unsigned number, const char *receipt, const char *key) {
    static char code[48];
    char body[400];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"unopened\",\"receiptKind\":\"receipt\"}",
             receipt);
    cr_assert_eq(pair_ask(&p, number, "/v1/returns", key, body, 0), 201);
    snprintf(code, sizeof code, "%s", the_case()->case_code);
    return code;
}

static unsigned ask_to_decide(unsigned number, const char *code, const char *key,
                              int64_t patience_ms) {
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%.47s/decide", code);
    return pair_ask(&p, number, path, key, "", patience_ms);
}

static unsigned decide(unsigned number, const char *code, const char *key) {
    return ask_to_decide(number, code, key, PAIR_CLAIM_WAIT_MS + 1);
}

static unsigned complete(unsigned number, const char *body) {
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/complete", the_case()->case_code);
    return pair_ask(&p, number, path, "done", body, 0);
}

Test(node_claims, what_was_lent_at_opening_is_there_when_it_is_decided) {
    sell("A1", 1000, 500);
    const char *code = open_case(2, "A1", "open");
    pair_quiet(&p);
    int64_t before = p.now_ms;
    cr_assert_eq(decide(2, code, "decide"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__lent);
    cr_assert_eq(p.now_ms, before, "nobody waited");
    cr_assert_eq(lent(1), 1);
}

Test(node_claims, own_lines_are_not_asked_for) {
    sell("A1", 1000, 500);
    cr_assert_eq(pair_return(&p, 1, 1, "A1", 1000, "r"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__own);
    cr_assert_eq(lines_with(&p, "claim"), 0);
}

Test(node_claims, what_is_known_to_be_gone_is_not_asked_for) {
    sell("A1", 1000, 500);
    cr_assert_eq(pair_return(&p, 1, 1, "A1", 1000, "r"), 200);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 2, 1, "A1", 1000, "s"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__taken);
    cr_assert_eq(lines_with(&p, "claim"), 0);
}

Test(node_claims, a_key_that_comes_again_while_it_waits_gets_the_one_answer) {
    sell("A1", 1000, 500);
    pair_cut(&p, 1, true, true); /* nobody answers */
    const char *code = open_case(2, "A1", "open");
    cr_assert_eq(ask_to_decide(2, code, "k", 100), 0, "it waits");
    cr_assert_eq(decide(2, code, "k"), 200);
    cr_assert(the_case()->recorded->repeated, "the first of the two has written the entry");
    cr_assert_eq(claim(), SAMME__CLAIM__unconfirmed);
    cr_assert_eq(entries_of(2, SAMME__EVENT_KIND__return_decided), 1);
}

Test(node_claims, at_most_so_many_wait_and_the_next_is_decided_at_once) {
    enum { MOST = 256 };
    sell("A1", 1000000, 500000);
    pair_cut(&p, 2, false, true); /* it speaks, and nobody answers */
    static char codes[MOST + 1][48];
    char key[20];
    for (unsigned i = 0; i <= MOST; i++) {
        snprintf(key, sizeof key, "open-%u", i);
        snprintf(codes[i], sizeof codes[i], "%s", open_case(2, "A1", key));
    }
    for (unsigned i = 0; i <= MOST; i++) {
        snprintf(key, sizeof key, "decide-%u", i);
        unsigned status = ask_to_decide(2, codes[i], key, 0);
        cr_assert_eq(status, i < MOST ? 0 : 200, "%u: %u", i, status);
    }
    cr_assert_eq(claim(), SAMME__CLAIM__unconfirmed);
    pair_run(&p, PAIR_CLAIM_WAIT_MS + 1);
    cr_assert_eq(lines_with(&p, "200, too late"), MOST);
    cr_assert_eq(entries_of(2, SAMME__EVENT_KIND__return_decided), MOST + 1);
}

Test(node_claims, who_waits_is_told_when_the_disk_fails) {
    sell("A1", 1000, 500);
    pair_cut(&p, 2, false, true);
    const char *code = open_case(2, "A1", "open");
    cr_assert_eq(ask_to_decide(2, code, "k", 0), 0);
    cr_assert(!samme_node_idle(p.nodes[1].node), "an answer is owed");
    samme_memory_store_fail_next(p.nodes[1].stores.log_memory, SAMME_COMMIT_FAILED);
    pair_run(&p, PAIR_PUSH_AFTER_MS + 1); /* it signs its tail, and cannot keep it */
    cr_assert(pair_look(&p, 2).store_failed);
    cr_assert_eq(lines_with(&p, "node 2 > till  503, too late"), 1);
}

Test(node_claims, a_case_nobody_decides_gives_its_loan_back_and_asks_again_later) {
    sell("A1", 1000, 500);
    char code[48];
    snprintf(code, sizeof code, "%s", open_case(2, "A1", "open"));
    pair_run(&p, 10 * MINUTE);
    cr_assert_eq(given_back(2), 0);
    pair_run(&p, 6 * MINUTE);
    cr_assert_eq(given_back(2), 1);
    pair_quiet(&p);
    cr_assert_eq(decide(2, code, "late"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__lent);
    cr_assert_eq(lent(1), 2);
}

Test(node_claims, a_loan_from_before_a_crash_is_given_back_too) {
    sell("A1", 1000, 500);
    open_case(2, "A1", "open");
    pair_quiet(&p);
    pair_crash_node(&p, 2);
    pair_run(&p, 16 * MINUTE);
    cr_assert_eq(given_back(2), 1);
}

Test(node_claims, a_doubled_question_makes_one_loan) {
    sell("A1", 2000, 500);
    open_case(2, "A1", "open");
    pair_run(&p, 15);
    const Samme__Message *asked = pair_newest(&p, true, SAMME__MESSAGE__WHAT_CLAIM_ASK);
    pair_tell_node(&p, 1, asked);
    pair_quiet(&p);
    cr_assert_eq(lent(1), 1);
}

/* The loan has been used and ended meanwhile: the copy asks for what was given already. */
Test(node_claims, a_late_copy_of_a_question_makes_no_loan) {
    sell("A1", 2000, 500);
    const char *code = open_case(2, "A1", "open");
    pair_quiet(&p);
    samme_buffer kept;
    samme_buffer_init(&kept, 4096);
    samme_pack(pair_newest(&p, true, SAMME__MESSAGE__WHAT_CLAIM_ASK), &kept);
    cr_assert_eq(decide(2, code, "d"), 200);
    cr_assert_eq(complete(2, "{\"outcome\":\"cancelled\"}"), 200);
    pair_quiet(&p);
    const Samme__Message *copy =
        SAMME_UNPACK(Message, message, samme_buffer_span(&kept), &arena, NULL);
    pair_tell_node(&p, 1, copy);
    samme_buffer_free(&kept);
    pair_quiet(&p);
    cr_assert_eq(lent(1), 1);
}

Test(node_claims, malformed_questions_are_counted_and_lend_nothing) {
    sell("A1", 2000, 500);
    char code[] = "0002-0000001-01", till[] = "1", number[] = "A1", date[] = "2026-09-01",
         no[] = "";
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    Samme__ClaimLine one = SAMME__CLAIM_LINE__INIT, two = SAMME__CLAIM_LINE__INIT,
                     *lines[61] = {&one, &two};
    Samme__ClaimAsk ask = SAMME__CLAIM_ASK__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ASK;
    message.claim_ask = &ask;
    for (unsigned fault = 0; fault < 9; fault++) {
        receipt.branch = fault == 1 ? 2 : 1;
        receipt.till = till;
        receipt.number = fault == 2 ? no : number;
        receipt.business_date = date;
        one.no = two.no = 1;
        one.quantity = two.quantity = 1000;
        for (unsigned i = 2; i < 61; i++)
            lines[i] = &two;
        ask.case_code = fault == 3 ? no : code;
        ask.receipt = fault == 4 ? NULL : &receipt;
        ask.borrower = fault == 5 ? 0 : fault == 6 ? 1 : 2;
        ask.n_lines = fault == 7 ? 0 : fault == 8 ? 2 : fault == 0 ? 61 : 1;
        ask.lines = lines;
        uint64_t before = pair_look(&p, 1).refused_messages;
        pair_tell_node(&p, 1, &message);
        cr_assert_eq(pair_look(&p, 1).refused_messages, before + 1, "fault %u", fault);
    }
    cr_assert_eq(lent(1), 0);
    receipt.number = number;
    ask.case_code = code;
    ask.receipt = &receipt;
    ask.borrower = 2;
    ask.n_lines = 1;
    one.quantity = INT64_MIN;
    pair_tell_node(&p, 1, &message);
    one.quantity = INT64_MAX;
    pair_tell_node(&p, 1, &message);
    one.quantity = 2001;
    pair_tell_node(&p, 1, &message);
    cr_assert_eq(lent(1), 0);
    cr_assert_geq(lines_with(&p, "claim answer: not_left"), 3);
    one.no = 9;
    pair_tell_node(&p, 1, &message);
    cr_assert_eq(lent(1), 0);
}

Test(node_claims, an_answer_that_nobody_waits_for_changes_nothing) {
    sell("A1", 1000, 500);
    char code[] = "0002-0000001-01";
    Samme__ClaimAnswer answer = SAMME__CLAIM_ANSWER__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &answer;
    answer.case_code = code;
    answer.outcome = SAMME__CLAIM_OUTCOME__granted;
    answer.home = 1;
    uint64_t size = pair_look(&p, 2).own_size;
    pair_tell_node(&p, 2, &message);
    cr_assert_eq(pair_look(&p, 2).own_size, size);
}

/* A hub, or a branch, that lies about a loan: only what is folded counts. */
Test(node_claims, a_granted_claim_without_a_loan_is_unconfirmed) {
    sell("A1", 1000, 500);
    pair_cut(&p, 1, true, true);
    const char *code = open_case(2, "A1", "open");
    Samme__ClaimAnswer answer = SAMME__CLAIM_ANSWER__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    char copy[48];
    snprintf(copy, sizeof copy, "%s", code);
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &answer;
    answer.case_code = copy;
    answer.outcome = SAMME__CLAIM_OUTCOME__granted;
    answer.home = 1;
    answer.home_epoch = 1;
    pair_tell_node(&p, 2, &message);
    int64_t before = p.now_ms;
    cr_assert_eq(decide(2, copy, "d"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__unconfirmed);
    cr_assert_eq(p.now_ms, before, "what it rests on is folded, and shows no loan");
}

/* Sells three things of one group for 20.00 at branch 1. */
static void sell_group(void) {
    cr_assert_eq(
        pair_ask(&p, 1, "/v1/sales", "group",
                 "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"G1\",\"businessDate\":"
                 "\"2026-09-01\"},\"channel\":\"store\",\"currency\":\"GBP\",\"kind\":\"ordinary\","
                 "\"tenders\":[{\"kind\":\"cash\",\"amount\":\"2000\"}],\"lines\":["
                 "{\"no\":1,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"500\","
                 "\"listPrice\":\"1000\",\"promoGroup\":\"g\"},"
                 "{\"no\":2,\"category\":\"goods\",\"quantity\":\"2000\",\"paid\":\"1500\","
                 "\"listPrice\":\"2000\",\"promoGroup\":\"g\"},"
                 "{\"no\":3,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"100\"}]}",
                 0),
        201);
    pair_quiet(&p);
    pair_forget(&p);
}

Test(node_claims, lines_of_one_group_are_lent_together) {
    sell_group();
    const char *code = open_case(2, "G1", "open");
    char copy[48];
    snprintf(copy, sizeof copy, "%s", code);
    pair_quiet(&p);
    cr_assert_eq(lent(1), 2, "line 1, and with it all of line 2");
    cr_assert_eq(pair_return(&p, 1, 1, "G1", 1000, "home"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__taken);
    cr_assert_eq(decide(2, copy, "d"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__lent);
    cr_assert_eq(the_case()->decided->n_lent, 2);
    cr_assert_eq(complete(2, "{\"outcome\":\"paid\",\"paid\":\"500\"}"), 200);
    pair_quiet(&p);
    cr_assert_eq(given_back(2), 0, "the decision has ended both");
    pair_ask(&p, 3, "/v1/returns", "rest",
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"G1\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":2,\"quantity\":\"2000\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"unopened\",\"receiptKind\":\"receipt\"}",
             0);
    snprintf(copy, sizeof copy, "%s", the_case()->case_code);
    cr_assert_eq(decide(3, copy, "d3"), 200);
    cr_assert_eq(claim(), SAMME__CLAIM__lent);
}

Test(node_claims, a_lent_line_pays_the_tenders_it_was_lent) {
    sell_group();
    const char *code = open_case(2, "G1", "open");
    cr_assert_eq(decide(2, code, "d"), 200);
    const Samme__LineDecision *line = the_case()->decided->lines[0];
    cr_assert_eq(line->facts->claim, SAMME__CLAIM__lent);
    cr_assert_eq(line->facts->line_paid, 500);
    cr_assert_eq(line->answer->n_refunds, 1);
    cr_assert_eq(line->answer->refunds[0]->tender, SAMME__TENDER_KIND__cash);
}
