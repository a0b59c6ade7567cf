#include <criterion/criterion.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static Samme__Sale *sale;

/* Records 0 and 1: roster, release; 2 and 3: both branches take it; 4: branch 1 sells. */
static void setup(void) {
    chain_start(&c, true);
    chain_take_release(&c, 1);
    chain_take_release(&c, 2);
    sale = fixture_sale(&c.f.arena, 1, "1");
    fixture_line(&c.f.arena, sale, 1, 2000, 1000);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    cr_assert_eq(c.finding_count, 0);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(audit, .init = setup, .fini = teardown);

static Samme__ReturnOpened *open_case(uint32_t branch, const char *code) {
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_opened, opened);
    return opened;
}

static Samme__ReturnDecided *decide(uint32_t branch, const char *code) {
    const Samme__ReturnOpened *opened = open_case(branch, code);
    return chain_decide(&c, branch, opened, c.journal.size);
}

static void push(uint32_t branch, const Samme__ReturnDecided *decided) {
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_decided, decided);
}

/* Exactly one finding, of this kind, that names this. */
static void found(samme_finding_kind kind, const char *text) {
    cr_assert_eq(c.finding_count, 1, "%zu findings, the last: %s", c.finding_count,
                 c.finding_count > 0 ? c.findings[c.finding_count - 1].text : "");
    cr_assert_eq(c.findings[0].kind, kind, "%s: %s", samme_finding_name(c.findings[0].kind),
                 c.findings[0].text);
    cr_assert_not_null(strstr(c.findings[0].text, text), "%s", c.findings[0].text);
    cr_assert_eq(c.findings[0].position.journal_index, c.journal.size - 1);
}

Test(audit, honest_branches_have_no_findings) {
    push(1, decide(1, "C1"));
    push(2, decide(2, "C2")); /* taken: denied */
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_done,
                     fixture_done(&c.f.arena, "C1", SAMME__RETURN_OUTCOME__failed));
    Samme__ReturnDecided *decided = decide(2, "C3");
    cr_assert_eq(decided->lines[0]->answer->verdict, SAMME__VERDICT__authorise);
    cr_assert_eq(decided->lines[0]->answer->refund, 900);
    push(2, decided);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(c.replay.decisions, 3);
}

Test(audit, a_basis_of_the_past_stays_right) {
    const Samme__ReturnOpened *away = open_case(2, "C2");
    Samme__ReturnDecided *blind = chain_decide(&c, 2, away, c.journal.size);
    push(1, decide(1, "C1")); /* merged before the other branch is heard again */
    cr_assert_eq(blind->lines[0]->facts->claim, SAMME__CLAIM__unconfirmed);
    push(2, blind);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    samme_line_sum sum = fixture_sum(&c.f, sale->receipt, 1, fixture_present(1));
    cr_assert_eq(sum.quantity, 4000);
    cr_assert_eq(sum.branches[0], 1);
    cr_assert_eq(sum.branches[1], 2);
}

Test(audit, a_tampered_answer_is_found) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->answer->refund += 100;
    push(1, decided);
    found(SAMME_FINDING_DECISION, "case C1 line 1: refund is 900, the entry says 1000");
    cr_assert_eq(c.findings[0].position.branch, 1);
    cr_assert_eq(c.findings[0].position.index, 3);
}

Test(audit, every_field_of_an_answer_counts) {
    enum { FIELDS = 10 };
    const char *expected[FIELDS] = {
        "verdict is authorise, the entry says contingent",
        "fee is 0, the entry says 1",
        "refund_to is credit, the entry says original_tender",
        "rule is \"month\", the entry says \"other\"",
        "reason is \"MONTH\", the entry says \"\"",
        "legal is false, the entry says true",
        "policy is \"returns\", the entry says \"\"",
        "release is 1, the entry says 2",
        "deadline is \"\", the entry says \"2011-01-01\"",
        "refunds is {\"tender\":\"store_credit\",\"amount\":\"900\"}, the entry says none"};
    for (int i = 0; i < FIELDS; i++) {
        char code[3] = {'C', (char)('0' + i), 0};
        Samme__ReturnDecided *decided = decide(1, code);
        Samme__Answer *answer = decided->lines[0]->answer;
        if (i == 0)
            answer->verdict = SAMME__VERDICT__contingent;
        else if (i == 1)
            answer->fee = 1;
        else if (i == 2)
            answer->refund_to = SAMME__REFUND_TO__original_tender;
        else if (i == 3)
            answer->rule = samme_arena_text(&c.f.arena, "other");
        else if (i == 4)
            answer->reason = samme_arena_text(&c.f.arena, "");
        else if (i == 5)
            answer->legal = true;
        else if (i == 6)
            answer->policy = samme_arena_text(&c.f.arena, "");
        else if (i == 7)
            answer->release = 2;
        else if (i == 8)
            answer->deadline = samme_arena_text(&c.f.arena, "2011-01-01");
        else
            answer->n_refunds = 0;
        c.finding_count = 0;
        push(1, decided);
        found(SAMME_FINDING_DECISION, expected[i]);
        if (i > 0)
            chain_push_event(&c, 1, SAMME__EVENT_KIND__return_done,
                             fixture_done(&c.f.arena, code, SAMME__RETURN_OUTCOME__failed));
    }
}

/* Tampers with one fact; the answer is decided anew, so that only the fact is wrong. */
static void push_with_facts(Samme__ReturnDecided *decided) {
    const samme_policy *policy;
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &policy, NULL), SAMME_OK);
    samme_decision *decision = samme_arena_alloc(&c.f.arena, sizeof *decision);
    const samme_releases releases = {.today = policy, .today_number = 1};
    cr_assert_eq(samme_policy_decide_at(&releases, decided->lines[0]->facts, decision, NULL),
                 SAMME_OK);
    decided->lines[0]->answer = &decision->answer;
    push(1, decided);
}

Test(audit, a_tampered_derived_fact_is_found) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->facts->line_paid = 5000;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "case C1 line 1: line_paid is 1000, the entry says 5000");
}

Test(audit, a_claim_made_up_is_found) {
    push(1, decide(1, "C1"));
    Samme__ReturnDecided *decided = decide(1, "C2");
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__taken);
    decided->lines[0]->facts->claim = SAMME__CLAIM__own;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "claim is taken, the entry says own");
}

Test(audit, a_day_count_too_small_or_left_out_is_found) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->facts->days_since_purchase = 3;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "days_since_purchase is 10, the entry says 3");
    c.finding_count = 0;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_done,
                     fixture_done(&c.f.arena, "C1", SAMME__RETURN_OUTCOME__failed));
    decided = decide(1, "C2");
    decided->lines[0]->facts->has_quantity_left_case = 0;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "quantity_left is 2000, the entry says absent");
}

static void tamper(Samme__Facts *facts, const char *field) {
    static Samme__TenderFact cash = SAMME__TENDER_FACT__INIT, *tenders[] = {&cash};
    cash.kind = SAMME__TENDER_KIND__cash;
    cash.paid = 5;
#define TEXT(name, text)                                                                           \
    if (strcmp(field, #name) == 0)                                                                 \
    facts->name = samme_arena_text(&c.f.arena, text)
#define VALUE(name, value)                                                                         \
    if (strcmp(field, #name) == 0)                                                                 \
    facts->name = (value)
#define NUMBER(name, number, value)                                                                \
    if (strcmp(field, #name) == 0) {                                                               \
        facts->has_##name##_case = (number);                                                       \
        facts->name = (value);                                                                     \
    }
    TEXT(receipt_date, "2010-12-02");
    TEXT(sale_country, "SE");
    TEXT(return_country, "SE");
    TEXT(return_currency, "SEK");
    TEXT(member_tier, "gold");
    VALUE(channel, SAMME__CHANNEL__web);
    VALUE(tender, SAMME__TENDER_KIND__cash);
    VALUE(home_branch, SAMME__YES_NO__no);
    VALUE(bundle_broken, SAMME__YES_NO__yes);
    VALUE(employee_discount, SAMME__YES_NO__yes);
    VALUE(wish, SAMME__WISH__repair);
    NUMBER(days_since_receipt, 27, 9)
    NUMBER(bundle_paid, 39, 5)
    NUMBER(bundle_rest, 40, 5)
    NUMBER(repair_attempts, 6, 5)
    NUMBER(customer_returns, 34, 5)
    NUMBER(closed_before, 0, 0)
    if (strcmp(field, "tenders") == 0) {
        facts->tenders = tenders;
        facts->n_tenders = 1;
    }
#undef TEXT
#undef VALUE
#undef NUMBER
}

/* Each fact that the logs or chain.yaml give is derived again. */
Test(audit, every_derived_fact_counts) {
    static const struct {
        const char *field, *found;
    } rows[] = {
        {"receipt_date", "receipt_date is \"2010-12-01\", the entry says \"2010-12-02\""},
        {"days_since_receipt", "days_since_receipt is 10, the entry says 9"},
        {"channel", "channel is channel_unset, the entry says web"},
        {"tender", "tender is tender_kind_unset, the entry says cash"},
        {"tenders", "tenders is none, the entry says {\"kind\":\"cash\",\"paid\":\"5\"}"},
        {"sale_country", "sale_country is \"DK\", the entry says \"SE\""},
        {"return_country", "return_country is \"DK\", the entry says \"SE\""},
        {"return_currency", "return_currency is \"EUR\", the entry says \"SEK\""},
        {"home_branch", "home_branch is yes, the entry says no"},
        {"bundle_broken", "bundle_broken is no, the entry says yes"},
        {"bundle_paid", "bundle_paid is absent, the entry says 5"},
        {"bundle_rest", "bundle_rest is absent, the entry says 5"},
        {"employee_discount", "employee_discount is no, the entry says yes"},
        {"closed_before", "closed_before is 0, the entry says absent"},
        {"wish", "wish is wish_unset, the entry says repair"},
        {"repair_attempts", "repair_attempts is absent, the entry says 5"},
        {"member_tier", "member_tier is \"\", the entry says \"gold\""},
        {"customer_returns", "customer_returns is absent, the entry says 5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char code[4] = {'C', (char)('0' + i / 10), (char)('0' + i % 10), 0};
        Samme__ReturnDecided *decided = decide(1, code);
        tamper(decided->lines[0]->facts, rows[i].field);
        c.finding_count = 0;
        push_with_facts(decided);
        found(SAMME_FINDING_FACT, rows[i].found);
        chain_push_event(&c, 1, SAMME__EVENT_KIND__return_done,
                         fixture_done(&c.f.arena, code, SAMME__RETURN_OUTCOME__failed));
    }
}

Test(audit, nothing_paid_is_not_the_same_as_not_known) {
    Samme__Sale *gift = fixture_sale(&c.f.arena, 1, "2");
    fixture_line(&c.f.arena, gift, 1, 2000, 0);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, gift);
    sale = gift;
    Samme__ReturnDecided *decided = decide(1, "C1");
    cr_assert_eq(decided->lines[0]->facts->line_paid, 0);
    decided->lines[0]->facts->has_line_paid_case = 0;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "line_paid is 0, the entry says absent");
}

Test(audit, facts_are_those_of_the_case) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->facts->condition = SAMME__CONDITION__damaged;
    push_with_facts(decided);
    found(SAMME_FINDING_FACT, "condition is unopened, the entry says damaged");
}

Test(audit, the_sale_used_is_named_rightly) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->basis->sale_index = 9;
    push(1, decided);
    found(SAMME_FINDING_FACT, "the sale is entry 1 of branch 1 epoch 1, the basis names entry 9");
}

Test(audit, a_basis_cannot_lie_in_the_future) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->basis->journal_size = c.journal.size + 1;
    push(1, decided);
    found(SAMME_FINDING_FACT, "basis of 7 records and 3 own entries, expected at most 6 and 3");
    c.finding_count = 0;
    decided = decide(2, "C2");
    decided->basis->own_size++;
    push(2, decided);
    found(SAMME_FINDING_FACT, "basis of 8 records and 3 own entries, expected at most 8 and 2");
}

/* Release 2 is in the journal, but branch 1 has not taken it. */
static void publish_second(void) {
    c.release_hash = chain_release_note(&c, 2, &c.release_hash, 0);
    c.release_version = 2;
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &c.release_hash, NULL), SAMME_OK);
}

Test(audit, a_decision_under_a_release_not_taken_is_found) {
    publish_second();
    push(1, decide(1, "C1"));
    found(SAMME_FINDING_RELEASE, "case C1: decided under release 2, the branch had taken 1");
    c.finding_count = 0;
    chain_take_release(&c, 2);
    push(2, decide(2, "C2"));
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

Test(audit, a_decision_under_another_note_of_the_release_is_found) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->basis->release->note_hash = samme_bytes_of_span(samme_span_of_hash(&c.roster_hash));
    push(1, decided);
    found(SAMME_FINDING_RELEASE, "release 1 is named by another note than the journal's");
}

Test(audit, taking_a_release_that_is_not_there_or_another_one_is_found) {
    const samme_hash kept = c.release_hash;
    c.release_version = 2;
    chain_take_release(&c, 1);
    found(SAMME_FINDING_RELEASE, "release 2 was not in the journal then");
    c.finding_count = 0;
    c.release_hash = kept;
    publish_second();
    c.release_hash = kept; /* the hash of release 1 */
    chain_take_release(&c, 2);
    found(SAMME_FINDING_RELEASE, "release 2 is named by another note than the journal's");
}

static void push_anchor(uint64_t size, const samme_hash *root) {
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    anchor.journal_epoch = 1;
    anchor.journal_size = size;
    anchor.root = samme_bytes_of_span(samme_span_of_hash(root));
    chain_push_event(&c, 2, SAMME__EVENT_KIND__anchor, &anchor);
}

Test(audit, anchors_must_be_of_this_journal) {
    samme_hash root = samme_range_root(&c.journal);
    const uint64_t size = c.journal.size;
    push_anchor(size, &root);
    push_anchor(size, &root);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    root.bytes[31] ^= 1;
    push_anchor(size, &root);
    found(SAMME_FINDING_ANCHOR, "anchor at journal size 5: the branch saw another root there");
    c.finding_count = 0;
    push_anchor(c.journal.size + 1, &root);
    found(SAMME_FINDING_ANCHOR, "anchor at journal size 9, expected at most 8");
}

Test(audit, what_cannot_be_decided_again_is_said) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->decide_version = 2;
    push(1, decided);
    found(SAMME_FINDING_UNDECIDABLE, "decided by version 2 of the decision, this code knows 1");
    cr_assert_eq(c.replay.decisions, 0);
    c.finding_count = 0;
    decided = decide(2, "C2");
    samme_release_document documents[2];
    chain_documents(&c, documents);
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK); /* no policy compiled yet */
    chain_forget(&c, &documents[1].hash);
    push(2, decided);
    found(SAMME_FINDING_UNDECIDABLE, "is not held");
}

Test(audit, facts_that_are_none_are_undecidable) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->facts->claim = (Samme__Claim)77;
    push(1, decided);
    cr_assert_eq(c.finding_count, 2);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_FACT);
    cr_assert_eq(c.findings[1].kind, SAMME_FINDING_UNDECIDABLE);
}

Test(audit, quarantined_decisions_are_not_decided_again) {
    push(1, decide(1, "C1"));
    const Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", sale->receipt, 1, 2000);
    push(1, chain_decide(&c, 1, opened, c.journal.size));
    found(SAMME_FINDING_QUARANTINED, "entry 4: case has authorised lines");
    cr_assert_eq(c.replay.decisions, 1);
}

Test(audit, without_deciding_again_only_quarantine_is_told) {
    c.options.decide_again = false;
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK);
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->lines[0]->answer->refund += 100;
    push(1, decided);
    cr_assert_eq(c.finding_count, 0);
    cr_assert_eq(c.replay.decisions, 0);
}

Test(audit, findings_have_names) {
    for (int kind = 0; kind < SAMME_FINDING_KIND_COUNT; kind++) {
        for (int other = 0; other < kind; other++)
            cr_assert_str_neq(samme_finding_name((samme_finding_kind)kind),
                              samme_finding_name((samme_finding_kind)other));
    }
    cr_assert_str_eq(samme_finding_name(SAMME_FINDING_ANCHOR), "anchor");
}

/* Branch 1 lends the whole line to a case of branch 2. */
static Samme__ReturnOpened *lend(const char *code) {
    Samme__ReturnOpened *opened = open_case(2, code);
    Samme__LineLent lent = SAMME__LINE_LENT__INIT;
    lent.case_code = opened->case_code;
    lent.borrower = 2;
    lent.receipt = sale->receipt;
    lent.no = 1;
    lent.to = opened->lines[0]->quantity;
    lent.amount = 900;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__line_lent, &lent);
    return opened;
}

Test(audit, a_lent_claim_is_derived_again) {
    const Samme__ReturnOpened *opened = lend("C2");
    Samme__ReturnDecided *decided = chain_decide(&c, 2, opened, c.journal.size);
    cr_assert_eq(decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
    cr_assert_eq(decided->n_lent, 1);
    push(2, decided);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

Test(audit, a_claim_that_is_called_lent_and_is_not_is_found) {
    Samme__ReturnDecided *decided = decide(2, "C2");
    decided->lines[0]->facts->claim = SAMME__CLAIM__lent;
    push(2, decided);
    found(SAMME_FINDING_FACT, "claim is unconfirmed, the entry says lent");
}

Test(audit, a_claim_that_was_lent_and_is_called_own_is_found) {
    const Samme__ReturnOpened *opened = lend("C2");
    Samme__ReturnDecided *decided = chain_decide(&c, 2, opened, c.journal.size);
    decided->lines[0]->facts->claim = SAMME__CLAIM__own;
    push(2, decided);
    found(SAMME_FINDING_FACT, "claim is lent, the entry says own");
}

/* Then it would spend the right and keep it. */
Test(audit, a_decision_that_does_not_name_its_loan_is_found) {
    const Samme__ReturnOpened *opened = lend("C2");
    Samme__ReturnDecided *decided = chain_decide(&c, 2, opened, c.journal.size);
    decided->n_lent = 0;
    push(2, decided);
    found(SAMME_FINDING_FACT, "names 0 loans, expected the 1 that its basis holds");
}

Test(audit, facts_of_a_later_version_are_not_judged) {
    Samme__ReturnDecided *decided = decide(1, "C1");
    decided->basis->facts_version = SAMME_FACTS_VERSION + 1;
    push(1, decided);
    found(SAMME_FINDING_UNDECIDABLE, "of their rules, this code knows up to");
}

/* --- days and times */
static Samme__ReturnOpened *open_on(const char *code, const char *today, bool later) {
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
    opened->today = samme_arena_text(&c.f.arena, today);
    opened->recorded_later = later;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__return_opened, opened);
    return opened;
}

/* Entries of the fixture are written on 2010-12-11. */
Test(audit, a_day_that_is_not_the_entrys_own_is_found) {
    open_on("C1", "2010-12-10", false); /* a day beside it may be a clock's or an offset's */
    open_on("C2", "2010-12-12", false);
    open_on("C3", "2010-11-20", true); /* said to be recorded later */
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    open_on("C4", "2010-12-01", false);
    found(SAMME_FINDING_TIME, "case C4: today is 2010-12-01, the entry was written on 2010-12-11");
    c.finding_count = 0;
    open_on("C5", "2010-12-14", true); /* what lies ahead was not recorded later */
    found(SAMME_FINDING_TIME, "case C5: today is 2010-12-14");
}

static samme_status see_undated(void *observer, const samme_audited_line *line) {
    Samme__Verdict *seen = observer;
    *seen = line->undated == NULL ? SAMME__VERDICT__verdict_unset : line->undated->verdict;
    return SAMME_OK;
}

/* 40 days after the sale nothing is authorised any more; 20 days after it was. */
Test(audit, a_return_recorded_later_is_also_decided_on_the_day_of_recording) {
    Samme__Verdict undated;
    sale = fixture_sale(&c.f.arena, 1, "2");
    fixture_line(&c.f.arena, sale, 1, 2000, 1000);
    sale->receipt->business_date = samme_arena_text(&c.f.arena, "2010-11-01");
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    c.options.line = see_undated;
    c.options.observer = &undated;
    cr_assert_eq(chain_reopen(&c, NULL), SAMME_OK);
    Samme__ReturnDecided *decided =
        chain_decide(&c, 1, open_on("C1", "2010-11-21", true), c.journal.size);
    cr_assert_eq(decided->lines[0]->answer->verdict, SAMME__VERDICT__authorise);
    push(1, decided);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(undated, SAMME__VERDICT__contingent);
    push(1, decide(1, "C2")); /* on its day */
    cr_assert_eq(undated, SAMME__VERDICT__verdict_unset);
}

/* --- approvals, at the branch that sold and at another, which alone knows what it did not borrow
 */
static Samme__ReturnDecided *decide_late(uint32_t branch, const char *code) {
    static uint8_t clerk[16] = {1};
    sale = fixture_sale(&c.f.arena, 1, code);
    fixture_line(&c.f.arena, sale, 1, 2000, 1000);
    sale->receipt->business_date = samme_arena_text(&c.f.arena, "2010-10-01");
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, code, sale->receipt, 1, 2000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(clerk, sizeof clerk));
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_opened, opened);
    return chain_decide(&c, branch, opened, c.journal.size);
}

static void approve(uint32_t branch, const char *code, Samme__PersonRole role, int64_t amount) {
    static uint8_t boss[16] = {2};
    const Samme__CaseRow *row;
    cr_assert_eq(samme_find_case(&c.f.rows, code, &c.f.arena, &row), SAMME_OK);
    Samme__Refund refund = SAMME__REFUND__INIT, *refunds[] = {&refund};
    Samme__ApprovedLine line = SAMME__APPROVED_LINE__INIT, *lines[] = {&line};
    Samme__ReturnApproved approved = SAMME__RETURN_APPROVED__INIT;
    refund.tender = SAMME__TENDER_KIND__cash;
    refund.amount = line.refund = amount;
    line.no = 1;
    line.n_refunds = 1;
    line.refunds = refunds;
    approved.case_code = samme_arena_text(&c.f.arena, code);
    approved.decided_epoch = row->decided_epoch;
    approved.decided_index = row->decided_index;
    approved.approver = samme_bytes_of_span(SAMME_SPAN(boss, sizeof boss));
    approved.role = role;
    approved.n_lines = 1;
    approved.lines = lines;
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_approved, &approved);
}

Test(audit, an_approval_within_what_the_log_gives_is_good) {
    push(1, decide_late(1, "C1"));
    approve(1, "C1", SAMME__PERSON_ROLE__supervisor, 1000);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    cr_assert_eq(fixture_sum(&c.f, sale->receipt, 1, fixture_present(1)).refund, 1000);
}

Test(audit, an_approval_of_what_was_never_paid_is_found) {
    Samme__ReturnDecided *decided = decide_late(2, "C1");
    decided->lines[0]->facts->line_paid = 100000;
    decided->lines[0]->answer->refund = 100000;
    push(2, decided);
    cr_assert_gt(c.finding_count, 0);
    c.finding_count = 0;
    approve(2, "C1", SAMME__PERSON_ROLE__supervisor, 100000);
    found(SAMME_FINDING_APPROVAL, "case C1 line 1: approved 100000, decided by what the log gives "
                                  "another refund may be approved: verdict contingent, refund at "
                                  "most 1000");
    cr_assert_str_eq(c.findings[0].field, "refund");
    cr_assert_str_eq(c.findings[0].expected, "1000");
}

Test(audit, an_approval_of_a_line_that_may_not_be_approved_is_found) {
    Samme__ReturnDecided *decided = decide_late(2, "C1");
    decided->lines[0]->answer->approval = samme_arena_text(&c.f.arena, "clerk");
    push(2, decided);
    c.finding_count = 0;
    approve(2, "C1", SAMME__PERSON_ROLE__clerk, 1000); /* the policy asks for a supervisor */
    found(SAMME_FINDING_APPROVAL, "the role of the approver does not do");
}

/* Nothing is due, so nobody may approve anything, though the entry says that they may. */
Test(audit, an_approval_of_a_line_that_was_never_sold_is_found) {
    static uint8_t clerk[16] = {1};
    push(1, decide(1, "C1"));
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C2", sale->receipt, 1, 2000);
    opened->opened_by = samme_bytes_of_span(SAMME_SPAN(clerk, sizeof clerk));
    chain_push_event(&c, 2, SAMME__EVENT_KIND__return_opened, opened);
    Samme__ReturnDecided *again = chain_decide(&c, 2, opened, c.journal.size);
    cr_assert_eq(again->lines[0]->answer->verdict, SAMME__VERDICT__deny);
    again->lines[0]->answer->verdict = SAMME__VERDICT__contingent;
    again->lines[0]->answer->refund = 500;
    push(2, again);
    c.finding_count = 0;
    approve(2, "C2", SAMME__PERSON_ROLE__manager, 500);
    found(SAMME_FINDING_APPROVAL, "the line may not be approved: verdict deny, refund at most 0");
}

/* --- what no record holds yet */
Test(audit, a_tail_is_judged_on_top_of_the_journal_and_leaves_nothing_behind) {
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", sale->receipt, 1, 2000);
    const samme_hash before = chain_rows_hash(&c);
    const uint64_t size = c.logs[1].size;
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, c.f.rows), SAMME_OK);
    c.replay.rows = samme_layer_rows(&layer);
    samme_position at = {.branch = 1, .epoch = 1, .index = size};
    samme_span entry = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__return_opened, opened);
    cr_assert_eq(samme_replay_tail(&c.replay, &at, entry, NULL), SAMME_OK);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    decided->basis->own_size = ++at.index;
    decided->lines[0]->answer->refund += 1;
    entry = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__return_decided, decided);
    cr_assert_eq(samme_replay_tail(&c.replay, &at, entry, NULL), SAMME_OK);
    at.index++; /* decided twice: everybody would refuse it */
    cr_assert_eq(samme_replay_tail(&c.replay, &at, entry, NULL), SAMME_OK);
    cr_assert_eq(c.finding_count, 2);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_DECISION, "%s", c.findings[0].text);
    cr_assert_eq(c.findings[0].position.index, size + 1);
    cr_assert_eq(c.findings[1].kind, SAMME_FINDING_QUARANTINED, "%s", c.findings[1].text);
    cr_assert_eq(c.replay.decisions, 1);
    c.replay.rows = c.f.rows;
    samme_layer_fini(&layer);
    const samme_hash after = chain_rows_hash(&c);
    cr_assert(samme_hash_equal(&before, &after));
}
