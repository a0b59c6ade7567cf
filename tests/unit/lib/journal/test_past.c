/* Policy of the day of purchase: which releases answer, and what the audit says of other ones. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static samme_hash hashes[8]; /* of the releases, by version */

/* Release 1, which both branches have, takes everything back within 30 days (10 % kept); `basis` is
 * not said. */
static void setup(void) {
    chain_start(&c, true);
    hashes[1] = c.release_hash;
    chain_take_release(&c, 1);
    chain_take_release(&c, 2);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(past, .init = setup, .fini = teardown);

typedef struct next_release {
    unsigned days, percent;
    const char *basis, *not_held;
    uint64_t baseline;
    uint64_t keeps[4]; /* up to the first 0 */
} next_release;

/* Publishes the next release: within so many days so much is paid back. */
static void publish(const next_release *of) {
    samme_release_document documents[2];
    samme_release_kept keeps[4];
    samme_buffer policy;
    const uint64_t version = c.release_version + 1;
    samme_buffer_init(&policy, SAMME_DOCUMENT_MAX_BYTES);
    chain_documents(&c, documents);
    samme_buffer_printf(
        &policy,
        "policy: returns\nhit: first\nbasis: %s\nnot_held: %s\n"
        "inputs: [claim, days_left]\n"
        "windows: [{ id: usual, days: %u }]\n"
        "rules:\n"
        "  - { id: late, when: { days_left: '< 0' }, then: { verdict: deny, reason: LATE } }\n"
        "  - { id: fine, then: { verdict: authorise, refund_percent: '%u', reason: FINE } }\n",
        of->basis, of->not_held == NULL ? "today" : of->not_held, of->days, of->percent);
    documents[1].length = (uint32_t)policy.length;
    documents[1].hash = chain_store(&c, samme_buffer_span(&policy));
    samme_release release = {.version = version,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .previous = c.release_hash,
                             .baseline = of->baseline,
                             .author = "Kari",
                             .reason = "because",
                             .keeps = keeps,
                             .document_count = 2,
                             .documents = documents};
    while (release.keep_count < 4 && of->keeps[release.keep_count] != 0) {
        const uint64_t kept = of->keeps[release.keep_count];
        keeps[release.keep_count++] =
            (samme_release_kept){.version = kept, .note_hash = hashes[kept]};
    }
    samme_error error = {.text = ""};
    c.release_hash = hashes[version] = chain_release_signed(&c, &release, 0);
    c.release_version = version;
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, version, &c.release_hash, &error),
                 SAMME_OK, "%s", error.text);
    cr_assert_eq(c.replay.release.version, version);
    samme_buffer_free(&policy);
}

static Samme__ReleaseRef *reference(uint64_t version) {
    Samme__ReleaseRef *out = samme_arena_alloc(&c.f.arena, sizeof *out);
    samme__release_ref__init(out);
    out->version = version;
    out->note_hash =
        samme_bytes_of_span(samme_arena_copy(&c.f.arena, samme_span_of_hash(&hashes[version])));
    return out;
}

static Samme__Sale *make_sale(uint32_t branch, const char *number, uint64_t release) {
    Samme__Sale *sale = fixture_sale(&c.f.arena, branch, number);
    fixture_line(&c.f.arena, sale, 1, 1000, 1000);
    sale->release = release == 0 ? NULL : reference(release);
    return sale;
}

/* Sells one thing for 10.00 on 2010-12-01, ten days before every return here. */
static Samme__Sale *sell(uint32_t branch, const char *number, uint64_t release) {
    Samme__Sale *sale = make_sale(branch, number, release);
    chain_push_event(&c, branch, SAMME__EVENT_KIND__sale, sale);
    return sale;
}

static Samme__ReturnOpened *open_case(uint32_t branch, const char *code, const Samme__Sale *sale,
                                      uint64_t release) {
    Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, code, sale->receipt, 1, 1000);
    opened->release = release == 0 ? NULL : reference(release);
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_opened, opened);
    return opened;
}

static Samme__ReturnDecided *decide(uint32_t branch, const char *code, const Samme__Sale *sale) {
    return chain_decide(&c, branch, open_case(branch, code, sale, 0), c.journal.size);
}

static void push(uint32_t branch, const Samme__ReturnDecided *decided) {
    chain_push_event(&c, branch, SAMME__EVENT_KIND__return_decided, decided);
}

static void answered(const Samme__ReturnDecided *decided, uint64_t release, int64_t refund,
                     Samme__PastChoice choice, uint64_t past) {
    const Samme__Basis *basis = decided->basis;
    const Samme__Answer *answer = decided->lines[0]->answer;
    cr_assert_eq(answer->release, release, "release %llu answered",
                 (unsigned long long)answer->release);
    cr_assert_eq(answer->refund, refund, "%lld", (long long)answer->refund);
    cr_assert_eq(basis->past_choice, choice, "%d", (int)basis->past_choice);
    cr_assert_eq(basis->past == NULL ? 0 : basis->past->version, past);
}

static void nothing_found(void) {
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

static void found(samme_finding_kind kind, const char *text) {
    cr_assert_eq(c.finding_count, 1, "%zu findings, the last: %s", c.finding_count,
                 c.finding_count > 0 ? c.findings[c.finding_count - 1].text : "");
    cr_assert_eq(c.findings[0].kind, kind, "%s: %s", samme_finding_name(c.findings[0].kind),
                 c.findings[0].text);
    cr_assert_not_null(strstr(c.findings[0].text, text), "%s", c.findings[0].text);
}

Test(past, today_answers_where_the_policy_says_so) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "today", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 1));
    answered(decided, 2, 0, SAMME__PAST_CHOICE__sold_under_past, 1);
    push(1, decided);
    nothing_found();
}

Test(past, the_release_that_the_receipt_names_answers_for_the_day_of_purchase) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 1));
    answered(decided, 1, 900, SAMME__PAST_CHOICE__sold_under_past, 1);
    push(1, decided);
    Samme__ReturnDecided *today = decide(1, "C2", sell(1, "2", 2));
    answered(today, 2, 0, SAMME__PAST_CHOICE__sold_under_it, 0);
    push(1, today);
    nothing_found();
    cr_assert_eq(c.replay.decisions, 2);
}

Test(past, the_better_of_both_answers_and_the_other_comes_along) {
    publish(&(next_release){.days = 60, .percent = 50, .basis = "better", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 1));
    answered(decided, 1, 900, SAMME__PAST_CHOICE__sold_under_past, 1);
    const Samme__Alternative *other = decided->lines[0]->answer->alternative;
    cr_assert_not_null(other, "release 2 gives longer: not worse in all");
    cr_assert_eq(other->release, 2);
    cr_assert_eq(other->refund, 500);
    push(1, decided);
    nothing_found();
}

Test(past, what_is_older_than_samme_falls_under_the_baseline) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    publish(&(next_release){
        .days = 4, .percent = 100, .basis = "purchase_day", .baseline = 1, .keeps = {1, 2}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 0));
    answered(decided, 1, 900, SAMME__PAST_CHOICE__by_baseline, 1);
    push(1, decided);
    publish(&(next_release){.days = 4, .percent = 80, .basis = "purchase_day", .baseline = 4});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *own = decide(1, "C2", sell(1, "2", 0));
    answered(own, 4, 0, SAMME__PAST_CHOICE__by_baseline, 0);
    push(1, own);
    publish(&(next_release){.days = 4, .percent = 80, .basis = "purchase_day"});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *none = decide(1, "C3", sell(1, "3", 0));
    answered(none, 5, 0, SAMME__PAST_CHOICE__no_past, 0);
    push(1, none);
    nothing_found();
}

Test(past, one_that_is_not_held_falls_under_what_the_policy_says) {
    publish(&(next_release){.days = 20, .percent = 50, .basis = "purchase_day", .keeps = {1}});
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {2}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 1));
    answered(decided, 3, 0, SAMME__PAST_CHOICE__not_held, 0);
    cr_assert_eq(decided->basis->not_held, 1);
    push(1, decided);
    publish(&(next_release){.days = 5,
                            .percent = 100,
                            .basis = "purchase_day",
                            .not_held = "baseline",
                            .baseline = 2,
                            .keeps = {2}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *stands_in = decide(1, "C2", sell(1, "2", 1));
    answered(stands_in, 2, 500, SAMME__PAST_CHOICE__not_held, 2);
    cr_assert_eq(stands_in->basis->not_held, 1);
    push(1, stands_in);
    nothing_found();
}

/* Of a name that the journal does not know, or knows by another note, nothing is held. */
Test(past, a_release_made_up_by_a_receipt_is_not_held) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__Sale *sale = make_sale(1, "1", 1);
    sale->release->note_hash =
        samme_bytes_of_span(samme_arena_copy(&c.f.arena, samme_span_of_hash(&(samme_hash){{7}})));
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    answered(decide(1, "C1", sale), 2, 0, SAMME__PAST_CHOICE__not_held, 0);
    sale = make_sale(1, "2", 1);
    sale->release->version = 9;
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    answered(decide(1, "C2", sale), 2, 0, SAMME__PAST_CHOICE__not_held, 0);
}

/* Branch 2 has it already, branch 1 does not. */
Test(past, a_receipt_of_a_newer_release_is_decided_by_it) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    publish(&(next_release){.days = 40, .percent = 70, .basis = "today", .keeps = {1, 2}});
    chain_take_release(&c, 2);
    const Samme__Sale *sale = sell(2, "1", 3);
    c.release_version = 2; /* what branch 1 decides under */
    c.release_hash = hashes[2];
    Samme__ReturnDecided *decided = decide(1, "C1", sale);
    answered(decided, 3, 700, SAMME__PAST_CHOICE__sold_under_past, 3);
    push(1, decided);
    nothing_found();
}

/* It was published after that branch had last heard of the journal. */
Test(past, a_newer_release_counts_from_its_record_on) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__Sale *sale = make_sale(1, "1", 1);
    hashes[3] = (samme_hash){{0}};
    const uint64_t before = c.journal.size;
    publish(&(next_release){.days = 40, .percent = 70, .basis = "today", .keeps = {1, 2}});
    sale->release = reference(3); /* as nobody could have known it then */
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    c.release_version = 2;
    c.release_hash = hashes[2];
    const Samme__ReturnOpened *opened = open_case(1, "C1", sale, 0);
    answered(chain_decide(&c, 1, opened, before), 2, 0, SAMME__PAST_CHOICE__not_held, 0);
    answered(chain_decide(&c, 1, opened, c.journal.size), 3, 700,
             SAMME__PAST_CHOICE__sold_under_past, 3);
}

Test(past, a_case_finishes_under_the_release_it_was_opened_under) {
    const Samme__Sale *sale = sell(1, "1", 1);
    const Samme__ReturnOpened *opened = open_case(1, "C1", sale, 1);
    publish(&(next_release){.days = 5, .percent = 100, .basis = "today", .keeps = {1}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = chain_decide(&c, 1, opened, c.journal.size);
    cr_assert_eq(decided->basis->release->version, 1);
    answered(decided, 1, 900, SAMME__PAST_CHOICE__sold_under_it, 0);
    push(1, decided);
    nothing_found();
    const Samme__ReturnOpened *late = open_case(1, "C2", sell(1, "2", 1), 1);
    found(SAMME_FINDING_RELEASE, "case C2: opened under release 1, the branch had taken 2");
    c.finding_count = 0;
    Samme__ReturnDecided *other = chain_decide(&c, 1, late, c.journal.size);
    other->basis->release = reference(2);
    other->basis->past_choice = SAMME__PAST_CHOICE__sold_under_past;
    other->basis->past = reference(1);
    other->lines[0]->answer->release = 2;
    push(1, other);
    cr_assert_str_eq(c.findings[0].text, "case C2: decided under release 2, it was opened under 1");
}

static Samme__ReturnDecided *honest(void) {
    publish(&(next_release){.days = 20, .percent = 50, .basis = "purchase_day", .keeps = {1}});
    publish(&(next_release){
        .days = 15, .percent = 100, .basis = "purchase_day", .baseline = 2, .keeps = {1, 2}});
    chain_take_release(&c, 1);
    Samme__ReturnDecided *decided = decide(1, "C1", sell(1, "1", 1));
    answered(decided, 1, 900, SAMME__PAST_CHOICE__sold_under_past, 1);
    return decided;
}

/* The answer is that of the release named: only the choice is wrong. */
Test(past, another_release_than_the_receipts_is_found) {
    Samme__ReturnDecided *decided = honest();
    decided->basis->past = reference(2);
    push(1, decided);
    found(SAMME_FINDING_RELEASE, "past is sold_under_past, release 1, not held 0; the basis says "
                                 "sold_under_past, release 2");
}

Test(past, a_release_that_is_held_and_said_not_to_be_is_found) {
    Samme__ReturnDecided *decided = honest();
    decided->basis->past = NULL;
    decided->basis->past_choice = SAMME__PAST_CHOICE__not_held;
    decided->basis->not_held = 1;
    push(1, decided);
    found(SAMME_FINDING_RELEASE, "the basis says not_held, release 0, not held 1");
}

Test(past, a_basis_that_keeps_the_choice_back_is_found) {
    Samme__ReturnDecided *decided = honest();
    decided->basis->past = NULL;
    decided->basis->past_choice = SAMME__PAST_CHOICE__past_choice_unset;
    push(1, decided);
    found(SAMME_FINDING_RELEASE, "the basis says past_choice_unset");
}

Test(past, an_answer_by_another_release_is_found) {
    Samme__ReturnDecided *decided = honest();
    decided->lines[0]->answer->release = 3;
    decided->lines[0]->answer->refund = 1000;
    push(1, decided);
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_DECISION, "%s", c.findings[0].text);
    cr_assert_not_null(strstr(c.findings[0].text, "refund is 900, the entry says 1000"), "%s",
                       c.findings[0].text);
}

/* A branch that waits for its wave sells under what it has. */
Test(past, a_receipt_of_a_release_its_branch_had_not_taken_is_found) {
    publish(&(next_release){.days = 20, .percent = 50, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    push(1, decide(1, "C1", sell(2, "1", 2)));
    found(SAMME_FINDING_RELEASE,
          "case C1: its receipt names release 2, which branch 2 had not taken");
}

/* What was decided before releases of the past were looked for keeps its meaning. */
Test(past, entries_of_older_facts_were_decided_by_today_alone) {
    Samme__ReturnDecided *decided = honest();
    decided->basis->past = NULL;
    decided->basis->past_choice = SAMME__PAST_CHOICE__past_choice_unset;
    decided->basis->facts_version = 2;
    const samme_policy *policy;
    samme_decision *decision = samme_arena_alloc(&c.f.arena, sizeof *decision);
    cr_assert_eq(samme_replay_policy(&c.replay, 3, &policy, NULL), SAMME_OK);
    const samme_releases alone = {.today = policy, .today_number = 3};
    cr_assert_eq(samme_policy_decide_at(&alone, decided->lines[0]->facts, decision, NULL),
                 SAMME_OK);
    decided->lines[0]->answer = &decision->answer;
    cr_assert_eq(decision->answer.refund, 1000);
    push(1, decided);
    nothing_found();
}

static uint64_t taken_at(const Samme__BranchRow *row, int64_t moment_ms) {
    return samme_taken_at(row, moment_ms, NULL);
}

Test(past, a_branch_had_the_release_it_had_taken_by_then) {
    Samme__BranchTaken first = SAMME__BRANCH_TAKEN__INIT, second = SAMME__BRANCH_TAKEN__INIT;
    Samme__BranchTaken *taken[] = {&first, &second};
    Samme__BranchRow row = SAMME__BRANCH_ROW__INIT;
    row.branch = 2;
    row.release = 4;
    cr_assert_eq(taken_at(&row, 0), 4, "a row of older code knows no moments");
    first.release = 1;
    first.time_ms = 1000;
    first.journal_index = 5;
    second.release = 4;
    second.time_ms = 2000;
    second.journal_index = 9;
    row.n_taken = 2;
    row.taken = taken;
    cr_assert_eq(taken_at(&row, 999), 0, "older than its first");
    cr_assert_eq(taken_at(&row, 1000), 1);
    cr_assert_eq(taken_at(&row, 1999), 1);
    cr_assert_eq(taken_at(&row, 2000), 4);
    const samme_horizon early = {.branch = 1, .journal_size = 9};
    cr_assert_eq(samme_taken_at(&row, 2000, &early), 1, "nobody had heard of it yet");
}

static samme_past choose_keyed(const char *day, const samme_rows *rows) {
    const Samme__Sale *sale = make_sale(1, "77", 0);
    sale->receipt->business_date = samme_arena_text(&c.f.arena, day);
    const Samme__ReturnOpened *opened = fixture_opened(&c.f.arena, "C1", sale->receipt, 1, 1000);
    const samme_horizon horizon = {.branch = 2, .epoch = 1, .journal_size = c.journal.size};
    const samme_past_asked asked = {.today = 1,
                                    .opened = opened,
                                    .rows = rows,
                                    .horizon = &horizon,
                                    .journal_size = c.journal.size};
    samme_past past;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_choose_past(&c.replay, &asked, &c.f.arena, &past, &error), SAMME_OK, "%s",
                 error.text);
    return past;
}

/* Nobody knows more of paper than branch and day; entries here are of 2010-12-11. */
Test(past, a_receipt_keyed_from_paper_is_of_what_its_branch_had_that_day) {
    publish(&(next_release){.days = 5, .percent = 100, .basis = "purchase_day", .keeps = {1}});
    chain_take_release(&c, 1);
    cr_assert_eq(choose_keyed("2010-12-10", &c.f.rows).choice, SAMME__PAST_CHOICE__no_past,
                 "older than all, and release 1 has no baseline");
    samme_past past = choose_keyed("2010-12-11", &c.f.rows);
    cr_assert_eq(past.choice, SAMME__PAST_CHOICE__sold_under_past);
    cr_assert_eq(past.version, 2);
}

/* The list of what a branch took has an end; what is older than all stays known. */
Test(past, of_many_releases_the_first_and_the_newest_are_remembered) {
    const Samme__BranchRow *row;
    for (uint64_t version = 2; version <= 71; version++) {
        Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
        release.version = version;
        release.note_hash = samme_bytes_of_span(samme_span_of_hash(&hashes[1]));
        Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
        taken.release = &release;
        cr_assert_null(fixture_fold(&c.f, 1, SAMME__EVENT_KIND__release_taken, &taken));
    }
    cr_assert_eq(samme_find_branch(&c.f.rows, 1, &c.f.arena, &row), SAMME_OK);
    cr_assert_eq(row->n_taken, 64);
    cr_assert_eq(row->taken[0]->release, 1);
    cr_assert_eq(row->taken[1]->release, 9);
    cr_assert_eq(row->taken[63]->release, 71);
}
