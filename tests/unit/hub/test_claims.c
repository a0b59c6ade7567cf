/* Claims pass through the hub to whom they concern, in the name of who sent them. */
#include "tests/unit/hub/fixture.h"

static hub_test t;
static Samme__ReceiptRef receipt;
static Samme__ClaimLine line, *lines[] = {&line};
static char code[] = "0002-0000001-01", till[] = "1", number[] = "A1", date[] = "2026-09-01";

static void setup(void) {
    hub_open(&t);
    receipt = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    receipt.branch = 1;
    receipt.till = till;
    receipt.number = number;
    receipt.business_date = date;
    line = (Samme__ClaimLine)SAMME__CLAIM_LINE__INIT;
    line.no = 1;
    line.quantity = 1000;
    pair_forget(&t.p);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(hub_claims, .init = setup, .fini = teardown);

static void ask(const samme_peer_key *as, uint32_t borrower) {
    Samme__ClaimAsk ask = SAMME__CLAIM_ASK__INIT;
    ask.case_code = code;
    ask.receipt = &receipt;
    ask.n_lines = 1;
    ask.lines = lines;
    ask.borrower = borrower;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ASK;
    message.claim_ask = &ask;
    say(&t, as, &message);
}

static void answer(const samme_peer_key *as, uint32_t borrower) {
    Samme__ClaimAnswer answer = SAMME__CLAIM_ANSWER__INIT;
    answer.case_code = code;
    answer.outcome = SAMME__CLAIM_OUTCOME__granted;
    answer.borrower = borrower;
    answer.home = 77;
    answer.home_size = 5;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &answer;
    say(&t, as, &message);
}

static bool said(const char *words) {
    return strstr(pair_trace(&t.p), words) != NULL;
}

Test(hub_claims, a_question_reaches_who_sold_in_the_name_of_who_asked) {
    ask(branch_key(&t, 2), 99);
    cr_assert(said("hub > node 1  claim ask: lines 1 for 2"), "%s", pair_trace(&t.p));
    const Samme__ClaimAsk *passed =
        pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_CLAIM_ASK)->claim_ask;
    cr_assert_str_eq(passed->case_code, code);
    cr_assert_eq(passed->lines[0]->quantity, 1000);
}

Test(hub_claims, an_answer_reaches_the_borrower_in_the_name_of_who_gave_it) {
    answer(branch_key(&t, 1), 2);
    cr_assert(said("hub > node 2  claim answer: granted"), "%s", pair_trace(&t.p));
    const Samme__ClaimAnswer *passed =
        pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_CLAIM_ANSWER)->claim_answer;
    cr_assert_eq(passed->home, 1);
    cr_assert_eq(passed->home_size, 5);
}

Test(hub_claims, a_branch_that_is_not_there_is_silent) {
    receipt.branch = 9;
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
}

Test(hub_claims, a_branch_not_heard_of_for_long_is_silent) {
    t.p.now_ms += 60000;
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 1  claim ask"), "%s", pair_trace(&t.p));
    pair_forget(&t.p);
    t.p.now_ms += 31000;
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
}

Test(hub_claims, an_answer_for_nobody_is_dropped) {
    answer(branch_key(&t, 1), 9);
    answer(branch_key(&t, 1), 0);
    cr_assert(!said("hub > node"), "%s", pair_trace(&t.p));
}

Test(hub_claims, only_branches_in_session_speak) {
    ask(&t.p.chain.operator_curve, 0);
    cr_assert(said("hub > operator  refused claim: denied"), "%s", pair_trace(&t.p));
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    pair_forget(&t.p);
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 2  refused claim: denied"), "%s", pair_trace(&t.p));
    answer(branch_key(&t, 1), 2);
    cr_assert(said("hub > node 1  refused claim: denied"), "%s", pair_trace(&t.p));
}

Test(hub_claims, a_question_about_ones_own_receipt_is_not_of_the_protocol) {
    uint64_t before = pair_look_hub(&t.p).refused_messages;
    ask(branch_key(&t, 1), 0);
    cr_assert(!said("hub > node"), "%s", pair_trace(&t.p));
    cr_assert_eq(pair_look_hub(&t.p).refused_messages, before + 1);
}

Test(hub_claims, nothing_of_it_is_kept) {
    uint64_t journal = pair_look_hub(&t.p).journal_size;
    ask(branch_key(&t, 2), 0);
    answer(branch_key(&t, 1), 2);
    cr_assert_eq(pair_look_hub(&t.p).journal_size, journal);
}

/* Branch 1 comes in over the network, so that its connection can end. */
static void greet_over_the_network(void) {
    const samme_node_event event = {.kind = SAMME_NODE_CONNECTED,
                                    .wall_ms = PAIR_WALL_MS + t.p.now_ms,
                                    .monotonic_ms = t.p.now_ms};
    samme_node_step(t.p.nodes[0].node, &event);
    pair_run(&t.p, 2 * PAIR_WAY_MS + 250);
    cr_assert(said("hub > node 1  welcome"), "%s", pair_trace(&t.p));
    greet(&t, 2); /* past it, as the test speaks for it */
}

Test(hub_claims, a_branch_whose_connection_is_gone_is_silent_from_the_first_question_on) {
    greet_over_the_network();
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 1  claim ask"), "%s", pair_trace(&t.p));
    cr_assert(!said("silent"), "%s", pair_trace(&t.p));
    samme_network_disconnect(t.p.network, branch_key(&t, 1));
    ask(branch_key(&t, 2), 99);
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
    const Samme__ClaimAnswer *told =
        pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_CLAIM_ANSWER)->claim_answer;
    cr_assert_str_eq(told->case_code, code);
    cr_assert_eq(told->home, 1);
    cr_assert_eq(told->borrower, 2);
    ask(branch_key(&t, 2), 0);
    cr_assert(!said("hub > node 1"), "it is not tried again: %s", pair_trace(&t.p));
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
}

Test(hub_claims, whose_connection_was_gone_is_asked_again_once_it_has_said_hello) {
    greet_over_the_network();
    samme_network_disconnect(t.p.network, branch_key(&t, 1));
    ask(branch_key(&t, 2), 0);
    say(&t, branch_key(&t, 1), make_pull_journal(&t, 0)); /* heard, but not welcomed */
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
    samme_network_reconnect(t.p.network, branch_key(&t, 1));
    greet_over_the_network();
    ask(branch_key(&t, 2), 0);
    cr_assert(said("hub > node 1  claim ask: lines 1 for 2"), "%s", pair_trace(&t.p));
    cr_assert(!said("silent"), "%s", pair_trace(&t.p));
}

/* The news is for those who are there; any message that finds nobody shows that a branch is away.
 */
Test(hub_claims, a_doorbell_that_finds_nobody_shows_it_too) {
    greet_over_the_network();
    samme_network_disconnect(t.p.network, branch_key(&t, 1));
    push(&t, 2, 1);
    cr_assert(said("hub > node 1  doorbell"), "%s", pair_trace(&t.p));
    push(&t, 2, 1);
    cr_assert(!said("hub > node 1"), "%s", pair_trace(&t.p));
    ask(branch_key(&t, 2), 0);
    cr_assert(!said("hub > node 1"), "%s", pair_trace(&t.p));
    cr_assert(said("hub > node 2  claim answer: silent"), "%s", pair_trace(&t.p));
}
