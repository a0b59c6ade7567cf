/* Which release counts: of a sale, of a case, of the day of purchase, of a wave. Two branches; the
 * first day is 2026-09-21. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

enum { SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR };

static pair p;
static samme_arena arena;
static samme_hash hashes[8]; /* of the releases published, by version */

static void setup(void) {
    samme_arena_init(&arena, 64 * 1024 * 1024);
    pair_open(&p, 2);
}
static void teardown(void) {
    pair_close(&p);
    samme_arena_free(&arena);
}
TestSuite(in_force, .init = setup, .fini = teardown);

static void hand_in(Samme__Message__WhatCase what, samme_span bytes) {
    Samme__PutDocument document = SAMME__PUT_DOCUMENT__INIT;
    Samme__PutRelease release = SAMME__PUT_RELEASE__INIT;
    Samme__PutHalt halt = SAMME__PUT_HALT__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    document.document = release.note = halt.note = samme_bytes_of_span(bytes);
    message.what_case = what;
    if (what == SAMME__MESSAGE__WHAT_PUT_DOCUMENT)
        message.put_document = &document;
    else if (what == SAMME__MESSAGE__WHAT_PUT_RELEASE)
        message.put_release = &release;
    else
        message.put_halt = &halt;
    pair_send_as_operator(&p, &message);
}

static samme_buffer signed_by_role(samme_buffer *text) {
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_note_sign(samme_buffer_span(text),
                                 p.chain.root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                 &p.chain.role_seeds[SAMME_ROLE_RELEASE], &note),
                 SAMME_OK);
    samme_buffer_free(text);
    return note;
}

typedef struct plan {
    unsigned days; /* after the purchase, within which everything is taken back */
    const char *basis;
    uint64_t baseline, drop;
    int64_t second_wave_ms; /* not 0: branch 1 at once, all others then */
} plan;

static void publish(const plan *of) {
    samme_buffer contents[2], text;
    samme_release_document documents[2] = {{.path = "chain.yaml"}, {.path = "policy/returns.yaml"}};
    samme_release_kept keeps[8];
    const int64_t now = (PAIR_WALL_MS + p.now_ms) / 1000 * 1000;
    samme_release_wave waves[2] = {{now}, {of->second_wave_ms}};
    samme_release_early early = {.branch = 1, .wave = 1};
    samme_buffer_init(&contents[0], SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&contents[1], SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_chain_yaml(&p.chain, &contents[0]);
    samme_buffer_printf(
        &contents[1],
        "policy: returns\nhit: first\nbasis: %s\ninputs: [claim, days_left]\n"
        "windows: [{ id: usual, days: %u, from: purchase }]\nrules:\n"
        "  - { id: taken, when: { claim: taken }, then: { verdict: deny, reason: TAKEN } }\n"
        "  - { id: late, when: { days_left: '< 0' }, then: { verdict: deny, reason: LATE } }\n"
        "  - { id: fine, then: { verdict: authorise, reason: FINE } }\n",
        of->basis, of->days);
    for (unsigned i = 0; i < 2; i++) {
        documents[i].length = (uint32_t)contents[i].length;
        documents[i].hash = samme_sha256(samme_buffer_span(&contents[i]));
        hand_in(SAMME__MESSAGE__WHAT_PUT_DOCUMENT, samme_buffer_span(&contents[i]));
        samme_buffer_free(&contents[i]);
    }
    samme_release release = {.version = p.releases + 1,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .previous = p.release_hash,
                             .baseline = of->baseline,
                             .author = "tests",
                             .reason = "later",
                             .keeps = keeps,
                             .document_count = 2,
                             .documents = documents};
    for (uint64_t version = 1; version <= p.releases; version++)
        if (version != of->drop)
            keeps[release.keep_count++] =
                (samme_release_kept){.version = version, .note_hash = hashes[version]};
    if (of->second_wave_ms != 0) {
        release.wave_count = 2;
        release.waves = waves;
        release.early_count = 1;
        release.early = &early;
    }
    samme_error error = {.text = ""};
    cr_assert_eq(samme_release_text(&p.chain.root, &release, &text, &error), SAMME_OK, "%s",
                 error.text);
    samme_buffer note = signed_by_role(&text);
    hand_in(SAMME__MESSAGE__WHAT_PUT_RELEASE, samme_buffer_span(&note));
    p.releases++;
    p.release_hash = hashes[p.releases] = samme_sha256(samme_buffer_span(&note));
    samme_buffer_free(&note);
    pair_quiet(&p);
    cr_assert_eq(pair_look_hub(&p).release, p.releases);
}

static void halt(uint64_t version, uint32_t wave) {
    const samme_halt made = {.version = version,
                             .release_hash = hashes[version],
                             .wave = wave,
                             .author = "tests",
                             .reason = "stop"};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_halt_text(&p.chain.root, &made, &text, NULL), SAMME_OK);
    samme_buffer note = signed_by_role(&text);
    pair_forget(&p);
    hand_in(SAMME__MESSAGE__WHAT_PUT_HALT, samme_buffer_span(&note));
    samme_buffer_free(&note);
    pair_quiet(&p);
}

/* So much time passes at once, as if all machines had slept. */
static void wait_ms(int64_t ms) {
    p.now_ms += ms - 5 * SECOND;
    pair_run(&p, 5 * SECOND);
}

/* A sale of one thing, at a moment ("" is said by its day alone), and its release as recorded. */
static uint64_t sell(unsigned branch, const char *number, const char *day, const char *sold_at) {
    char body[500];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"till\":\"1\",\"number\":\"%s\",\"businessDate\":\"%s\"},\"soldAt\":"
             "\"%s\",\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"paid\":"
             "\"500\"}]}",
             number, day, sold_at);
    cr_assert_eq(pair_ask(&p, branch, "/v1/sales", number, body, 0), 201);
    pair_quiet(&p);
    const samme_entry *entry = NULL;
    for (uint64_t i = pair_look(&p, branch).own_size; i-- > 0;) {
        entry = own_entry(&p, branch, i, &arena);
        if (entry->event->kind == SAMME__EVENT_KIND__sale)
            break;
    }
    cr_assert_str_eq(entry->body.sale->receipt->number, number);
    return entry->body.sale->release == NULL ? 0 : entry->body.sale->release->version;
}

static void open_at(unsigned branch, uint32_t sold_at, const char *number, const char *day,
                    char out_case[static 64]) {
    char body[500], key[40];
    snprintf(
        body, sizeof body,
        "{\"receipt\":{\"branch\":%u,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":\"%s\"},"
        "\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":\"changed_mind\","
        "\"condition\":\"unopened\",\"receiptKind\":\"receipt\",\"wish\":\"refund\","
        "\"release\":{\"version\":\"77\"}}", /* not the till's to say */
        sold_at, number, day);
    snprintf(key, sizeof key, "open-%s-%u", number, branch);
    cr_assert_eq(pair_ask(&p, branch, "/v1/returns", key, body, 0), 201);
    snprintf(out_case, 64, "%s", p.answer.answer->return_case->case_code);
}

static const Samme__ReturnDecided *decide(unsigned branch, const char *case_code) {
    char path[120];
    snprintf(path, sizeof path, "/v1/returns/%s/decide", case_code);
    cr_assert_eq(pair_ask(&p, branch, path, case_code, "", PAIR_CLAIM_WAIT_MS + 1), 200);
    return p.answer.answer->return_case->decided;
}

/* Opened and decided at once; which release answered, and what it said, in short. */
static const char *answer(unsigned branch, uint32_t sold_at, const char *number, const char *day) {
    static char words[120];
    char case_code[64];
    open_at(branch, sold_at, number, day, case_code);
    const Samme__ReturnDecided *decided = decide(branch, case_code);
    const Samme__Basis *basis = decided->basis;
    const Samme__Answer *said = decided->lines[0]->answer;
    snprintf(words, sizeof words, "%s by %llu, under %llu, past %llu %s", said->reason,
             (unsigned long long)said->release, (unsigned long long)basis->release->version,
             (unsigned long long)(basis->past == NULL ? 0 : basis->past->version),
             samme_enum_name(&samme__past_choice__descriptor, (int)basis->past_choice));
    return words;
}

Test(in_force, a_sale_names_the_release_of_the_moment_it_was_sold) {
    publish(&(plan){.days = 30, .basis = "today"});
    cr_assert_eq(sell(1, "1", "2026-09-01", ""), 0, "older than all of this branch's");
    cr_assert_eq(sell(1, "2", "2026-09-21", ""), 1, "by the end of its day");
    cr_assert_eq(sell(1, "3", "2026-09-21", "2026-09-21T08:00:00Z"), 0);
    cr_assert_eq(sell(1, "4", "2026-09-21", "2027-01-01T08:00:00Z"), 1, "no sale lies ahead");
    cr_assert_eq(sell(1, "5", "2026-09-21", "at noon"), 1, "what cannot be read is passed over");
    wait_ms(2 * DAY);
    publish(&(plan){.days = 30, .basis = "today"});
    cr_assert_eq(sell(1, "6", "2026-09-22", ""), 1, "posted late");
    cr_assert_eq(sell(1, "7", "2026-09-22", "2026-09-22T23:00:00+02:00"), 1);
    cr_assert_eq(sell(1, "8", "2026-09-23", ""), 2);
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(sell(1, "9", "2026-09-22", ""), 1, "it is in the rows");
    pair_lose_views(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(sell(1, "10", "2026-09-22", ""), 1, "and in the log");
}

Test(in_force, what_was_sold_under_the_longer_window_is_still_taken_back_everywhere) {
    publish(&(plan){.days = 30, .basis = "purchase_day"});
    sell(1, "1", "2026-09-21", "");
    wait_ms(DAY);
    publish(&(plan){.days = 2, .basis = "purchase_day"});
    sell(1, "2", "2026-09-22", "");
    wait_ms(5 * DAY);
    cr_assert_str_eq(answer(1, 1, "1", "2026-09-21"), "FINE by 1, under 2, past 1 sold_under_past");
    cr_assert_str_eq(answer(2, 1, "2", "2026-09-22"), "LATE by 2, under 2, past 0 sold_under_it");
    sell(1, "3", "2026-09-21", "");
    cr_assert_str_eq(answer(2, 1, "3", "2026-09-21"), "FINE by 1, under 2, past 1 sold_under_past");
}

Test(in_force, the_better_of_both_answers) {
    publish(&(plan){.days = 2, .basis = "today"});
    sell(1, "1", "2026-09-21", "");
    publish(&(plan){.days = 30, .basis = "better"});
    wait_ms(5 * DAY);
    cr_assert_str_eq(answer(1, 1, "1", "2026-09-21"), "FINE by 2, under 2, past 1 sold_under_past");
    publish(&(plan){.days = 1, .basis = "better"});
    sell(1, "2", "2026-09-26", "2026-09-26T14:00:00Z");
    cr_assert_str_eq(answer(1, 1, "2", "2026-09-26"), "FINE by 2, under 3, past 2 sold_under_past");
}

Test(in_force, what_is_older_than_samme_falls_under_the_baseline) {
    publish(&(plan){.days = 30, .basis = "purchase_day", .baseline = 1});
    publish(&(plan){.days = 2, .basis = "purchase_day", .baseline = 1});
    sell(1, "1", "2026-09-10", "");
    cr_assert_str_eq(answer(1, 1, "1", "2026-09-10"), "FINE by 1, under 2, past 1 by_baseline");
}

Test(in_force, one_that_is_kept_no_more_is_not_held) {
    publish(&(plan){.days = 30, .basis = "purchase_day"});
    sell(1, "1", "2026-09-21", "");
    publish(&(plan){.days = 2, .basis = "purchase_day", .drop = 1});
    wait_ms(5 * DAY);
    cr_assert_str_eq(answer(1, 1, "1", "2026-09-21"), "LATE by 2, under 2, past 0 not_held");
    cr_assert_eq(p.answer.answer->return_case->decided->basis->not_held, 1);
}

Test(in_force, a_case_ends_under_the_release_it_was_opened_under) {
    char first[64], second[64];
    publish(&(plan){.days = 30, .basis = "today"});
    sell(1, "1", "2026-09-11", "");
    open_at(1, 1, "1", "2026-09-11", first);
    publish(&(plan){.days = 2, .basis = "today"});
    cr_assert_eq(pair_look(&p, 1).release, 2);
    const Samme__ReturnDecided *decided = decide(1, first);
    cr_assert_eq(decided->basis->release->version, 1);
    cr_assert_eq(decided->lines[0]->answer->release, 1);
    cr_assert_str_eq(decided->lines[0]->answer->reason, "FINE");
    sell(1, "2", "2026-09-11", "");
    open_at(1, 1, "2", "2026-09-11", second);
    cr_assert_str_eq(decide(1, second)->lines[0]->answer->reason, "LATE");
}

Test(in_force, a_wave_takes_its_release_in_time_and_not_before) {
    publish(&(plan){.days = 30, .basis = "purchase_day"});
    const int64_t second = PAIR_WALL_MS / 1000 * 1000 + 2 * DAY;
    publish(&(plan){.days = 60, .basis = "purchase_day", .second_wave_ms = second});
    cr_assert_eq(pair_look(&p, 1).release, 2);
    cr_assert_eq(pair_look(&p, 2).release, 1);
    cr_assert_eq(pair_look(&p, 2).folded_size, pair_look(&p, 2).journal_size, "it is held");
    cr_assert_eq(sell(1, "1", "2026-09-21", "2026-09-21T14:14:00Z"), 2);
    cr_assert_str_eq(answer(2, 1, "1", "2026-09-21"), "FINE by 2, under 1, past 2 sold_under_past");
    wait_ms(second - PAIR_WALL_MS - p.now_ms - 60 * SECOND);
    cr_assert_eq(pair_look(&p, 2).release, 1);
    pair_crash_node(&p, 2);
    pair_run(&p, 120 * SECOND);
    cr_assert_eq(pair_look(&p, 2).release, 2);
}

static const Samme__PeerStatus *status_of(unsigned branch) {
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    message.pull_status = &pull;
    pair_send_as_operator(&p, &message);
    pair_quiet(&p);
    const Samme__Message *said = pair_newest(&p, true, SAMME__MESSAGE__WHAT_STATUS_PART);
    cr_assert_not_null(said);
    return said->status_part->peers[branch - 1];
}

Test(in_force, the_status_says_what_is_planned_and_what_is_due) {
    publish(&(plan){.days = 30, .basis = "today"});
    cr_assert_eq(status_of(2)->due_release, 1);
    cr_assert_eq(status_of(2)->waiting_release, 0);
    const int64_t second = PAIR_WALL_MS / 1000 * 1000 + 2 * DAY;
    publish(&(plan){.days = 60, .basis = "today", .second_wave_ms = second});
    cr_assert_eq(status_of(1)->due_release, 2);
    cr_assert_eq(status_of(1)->waiting_release, 0);
    cr_assert_eq(status_of(2)->release, 1);
    cr_assert_eq(status_of(2)->due_release, 1);
    cr_assert_eq(status_of(2)->waiting_release, 2);
    cr_assert_eq(status_of(2)->waiting_until_ms, second);
    pair_cut(&p, 2, true, true);
    wait_ms(3 * DAY);
    cr_assert_eq(status_of(2)->due_release, 2, "it should have it by now");
    cr_assert_eq(status_of(2)->waiting_release, 0);
    cr_assert_eq(status_of(2)->release, 1);
}

Test(in_force, a_halted_wave_does_not_take_it_and_the_next_release_goes_on) {
    publish(&(plan){.days = 30, .basis = "today"});
    const int64_t second = PAIR_WALL_MS / 1000 * 1000 + 2 * DAY;
    publish(&(plan){.days = 60, .basis = "today", .second_wave_ms = second});
    halt(2, 2);
    cr_assert_not_null(pair_newest(&p, true, SAMME__MESSAGE__WHAT_PUT_DONE), "%s", pair_trace(&p));
    const Samme__PeerStatus *status = status_of(2);
    cr_assert_eq(status->waiting_release, 2);
    cr_assert_eq(status->waiting_until_ms, 0, "for good");
    wait_ms(3 * DAY);
    cr_assert_eq(pair_look(&p, 1).release, 2, "who has it keeps it");
    cr_assert_eq(pair_look(&p, 2).release, 1);
    cr_assert_eq(status_of(2)->due_release, 1);
    pair_lose_views(&p, 2);
    pair_quiet(&p);
    cr_assert_eq(pair_look(&p, 2).release, 1);
    publish(&(plan){.days = 60, .basis = "today"});
    cr_assert_eq(pair_look(&p, 2).release, 3);
}

/* Of what is verified and not folded a halt may be part: its documents may be on their way. */
Test(in_force, nothing_is_taken_before_what_is_verified_is_folded) {
    publish(&(plan){.days = 30, .basis = "today"});
    const int64_t second = PAIR_WALL_MS / 1000 * 1000 + DAY;
    publish(&(plan){.days = 60, .basis = "today", .second_wave_ms = second});
    pair_forget(&p);
    pair_publish(&p, 5); /* its documents do not arrive, the halt behind it is not folded */
    while (lines_with(&p, "node 2 > hub  pull documents") < 2)
        pair_run(&p, 10);
    pair_cut(&p, 2, false, true);
    wait_ms(2 * DAY);
    samme_node_view view = pair_look(&p, 2);
    cr_assert_lt(view.folded_size, view.journal_size);
    cr_assert_eq(view.release, 1);
    pair_cut(&p, 2, false, false);
    pair_run(&p, 120 * SECOND);
    cr_assert_eq(pair_look(&p, 2).release, 3);
}

static void refused(const char *words) {
    const Samme__Message *said = pair_newest(&p, true, SAMME__MESSAGE__WHAT_REFUSED);
    cr_assert_not_null(said, "%s", pair_trace(&p));
    cr_assert_not_null(strstr(said->refused->text, words), "%s", said->refused->text);
}

Test(in_force, a_halt_is_refused_that_holds_nothing_back) {
    publish(&(plan){.days = 30, .basis = "today"});
    const uint64_t size = pair_look_hub(&p).journal_size;
    hashes[5] = hashes[1];
    halt(5, 1);
    refused("halt of release 5: the journal does not hold that note");
    hashes[1].bytes[0] ^= 1;
    halt(1, 1);
    refused("halt of release 1: the journal does not hold that note");
    hashes[1].bytes[0] ^= 1;
    cr_assert_eq(pair_look_hub(&p).journal_size, size);
    halt(1, 2);
    cr_assert_eq(pair_look_hub(&p).journal_size, size + 1);
    halt(1, 2); /* repeated: not written twice */
    const Samme__Message *again = pair_newest(&p, true, SAMME__MESSAGE__WHAT_PUT_DONE);
    cr_assert_not_null(again);
    cr_assert_eq(again->put_done->journal_index, size, "the record that there is");
    halt(1, 3);
    refused("release 1: wave 2 and later are held back already");
    cr_assert_eq(pair_look_hub(&p).journal_size, size + 1);
    halt(1, 1);
    cr_assert_eq(pair_look_hub(&p).journal_size, size + 2);
}

Test(in_force, only_an_operator_hands_in_a_halt) {
    publish(&(plan){.days = 30, .basis = "today"});
    const uint64_t size = pair_look_hub(&p).journal_size;
    Samme__PutHalt put = SAMME__PUT_HALT__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_HALT;
    message.put_halt = &put;
    pair_forget(&p);
    pair_tell_hub(&p, &p.chain.branches[0].curve, &message);
    pair_quiet(&p);
    refused("only an operator may publish");
    pair_send_as_operator(&p, &message);
    pair_quiet(&p);
    cr_assert_eq(pair_look_hub(&p).journal_size, size, "an empty note is none");
}
