/* Waves and halts in the journal: who may take a release when, and what the audit says of others.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/journal/chain.h"

/* Entries of the fixture say they are of this moment. */
#define ENTRY_MS INT64_C(1292054400000)

static chain c;

static void setup(void) {
    chain_start(&c, true);
    c.hub_time_ms = ENTRY_MS;
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(rollout, .init = setup, .fini = teardown);

/* Branch 1 in the first wave, all others in the second. */
static void publish(int64_t first_ms, int64_t second_ms) {
    samme_release_document documents[2];
    samme_release_wave waves[] = {{first_ms}, {second_ms}};
    samme_release_early early[] = {{.branch = 1, .wave = 1}};
    chain_documents(&c, documents);
    const samme_release release = {.version = c.release_version + 1,
                                   .decide_version = SAMME_DECIDE_VERSION,
                                   .previous = c.release_hash,
                                   .author = "Kari",
                                   .reason = "in two waves",
                                   .wave_count = 2,
                                   .waves = waves,
                                   .early_count = 1,
                                   .early = early,
                                   .document_count = 2,
                                   .documents = documents};
    samme_error error = {.text = ""};
    c.release_hash = chain_release_signed(&c, &release, 0);
    c.release_version++;
    cr_assert_eq(
        chain_replay_note(&c, SAMME_RECORD_RELEASE, c.release_version, &c.release_hash, &error),
        SAMME_OK, "%s", error.text);
}

static samme_halt make_halt(uint32_t wave) {
    return (samme_halt){.version = c.release_version,
                        .release_hash = c.release_hash,
                        .wave = wave,
                        .author = "Kari",
                        .reason = "prices are wrong"};
}

static samme_status put(const samme_halt *halt, uint64_t version, unsigned key) {
    samme_error error = {.text = ""};
    const samme_hash hash = chain_halt_signed(&c, halt, key);
    return chain_replay_note(&c, SAMME_RECORD_HALT, version, &hash, &error);
}

static void halt(uint32_t wave) {
    const samme_halt made = make_halt(wave);
    cr_assert_eq(put(&made, c.release_version, 0), SAMME_OK);
}

static samme_release_standing standing(uint32_t branch, int64_t time_ms, uint64_t journal_size) {
    const samme_release_asked asked = {
        .branch = branch, .time_ms = time_ms, .journal_size = journal_size};
    samme_release_standing out = SAMME_RELEASE_DUE;
    int64_t due_ms = 0;
    cr_assert_eq(samme_replay_release_standing(&c.replay, c.release_version, &asked, &out, &due_ms),
                 SAMME_OK);
    return out;
}

static uint64_t due(uint32_t branch, int64_t time_ms) {
    uint64_t version = 0;
    samme_hash hash;
    cr_assert_eq(samme_replay_release_due(&c.replay, 0, branch, time_ms, &version, &hash),
                 SAMME_OK);
    return version;
}

Test(rollout, each_branch_waits_for_its_wave) {
    publish(5000, 9000);
    cr_assert_eq(due(1, 4999), 1);
    cr_assert_eq(due(1, 5000), 2);
    cr_assert_eq(due(2, 5000), 1);
    cr_assert_eq(due(2, 8999), 1);
    cr_assert_eq(due(2, 9000), 2);
    cr_assert_eq(standing(2, 8999, UINT64_MAX), SAMME_RELEASE_AHEAD);
    samme_error error = {.text = ""};
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(due(2, 8999), 1, "it is in the rows");
}

Test(rollout, a_halt_holds_its_wave_and_later_ones_from_its_record_on) {
    uint32_t wave = 9;
    uint64_t index;
    publish(5000, 9000);
    cr_assert_eq(samme_replay_release_halted(&c.replay, 2, &wave, &index), SAMME_OK);
    cr_assert_eq(wave, 0);
    const uint64_t record = c.journal.size;
    halt(2);
    cr_assert_eq(samme_replay_release_halted(&c.replay, 2, &wave, &index), SAMME_OK);
    cr_assert_eq(wave, 2);
    cr_assert_eq(index, record);
    cr_assert_eq(due(1, 9000), 2);
    cr_assert_eq(due(2, 9000), 1);
    cr_assert_eq(standing(2, 9000, UINT64_MAX), SAMME_RELEASE_HALTED);
    cr_assert_eq(standing(2, 9000, record), SAMME_RELEASE_DUE, "who has not heard of it");
    halt(1);
    cr_assert_eq(due(1, 9000), 1);
    cr_assert_eq(standing(1, 9000, record + 1), SAMME_RELEASE_DUE);
    cr_assert_eq(standing(1, 9000, record + 2), SAMME_RELEASE_HALTED);
    cr_assert_eq(standing(2, 9000, record + 1), SAMME_RELEASE_HALTED);
    publish(5000, 9000);
    cr_assert_eq(due(1, 5000), 3, "the next release goes on");
    cr_assert_eq(due(2, 9000), 3);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

static void quarantined(samme_status status, const char *reason) {
    cr_assert_eq(status, SAMME_OK);
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_QUARANTINED);
    cr_assert_not_null(strstr(c.findings[0].text, reason), "%s", c.findings[0].text);
    c.finding_count = 0;
    uint32_t wave;
    uint64_t index;
    cr_assert_eq(samme_replay_release_halted(&c.replay, c.release_version, &wave, &index),
                 SAMME_OK);
    cr_assert_neq(wave, 1);
}

Test(rollout, a_halt_that_does_not_hold_is_quarantined) {
    publish(5000, 9000);
    samme_halt wrong = make_halt(1);
    quarantined(put(&wrong, 2, 77), "halt note does not verify");
    quarantined(put(&wrong, 1, 0), "halt note is of another release");
    wrong.release_hash.bytes[0] ^= 1;
    quarantined(put(&wrong, 2, 0), "halt of a release that is not in the journal");
    wrong = make_halt(1);
    wrong.version = 3;
    quarantined(put(&wrong, 3, 0), "halt of a release that is not in the journal");
    halt(2);
    wrong = make_halt(2);
    wrong.reason[0] = 'P';
    quarantined(put(&wrong, 2, 0), "halt holds nothing more back");
    const samme_hash release = c.release_hash;
    quarantined(chain_replay_note(&c, SAMME_RECORD_HALT, 2, &release, NULL),
                "halt note does not verify");
    const samme_hash missing = {{3}};
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_HALT, 2, &missing, NULL), SAMME_LATER);
}

static void anchor(uint32_t branch) {
    samme_hash root = samme_range_root(&c.journal);
    Samme__Anchor body = SAMME__ANCHOR__INIT;
    body.journal_epoch = 1;
    body.journal_size = c.journal.size;
    body.root = samme_bytes_of_span(samme_span_of_hash(&root));
    chain_push_event(&c, branch, SAMME__EVENT_KIND__anchor, &body);
}

Test(rollout, a_release_taken_in_its_wave_is_right) {
    publish(ENTRY_MS - 1000, ENTRY_MS);
    anchor(1);
    chain_take_release(&c, 1);
    anchor(2);
    chain_take_release(&c, 2);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
}

Test(rollout, a_release_taken_before_its_wave_is_found) {
    publish(ENTRY_MS - 1000, ENTRY_MS + 1000);
    chain_take_release(&c, 1);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    chain_take_release(&c, 2);
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_RELEASE);
    cr_assert_not_null(strstr(c.findings[0].text, "release 2 was taken before"), "%s",
                       c.findings[0].text);
}

/* Who had not heard of the halt did right. */
Test(rollout, a_release_taken_in_spite_of_a_halt_is_found) {
    publish(ENTRY_MS - 2000, ENTRY_MS - 1000);
    anchor(1);
    halt(1);
    chain_take_release(&c, 1);
    cr_assert_eq(c.finding_count, 0, "%s", c.findings[0].text);
    anchor(2);
    chain_take_release(&c, 2);
    cr_assert_eq(c.finding_count, 1);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_RELEASE);
    cr_assert_not_null(strstr(c.findings[0].text, "held back"), "%s", c.findings[0].text);
}
