/* Roster and release records. */
#include <criterion/criterion.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static void setup(void) {
    chain_start(&c, false);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(replay_notes, .init = setup, .fini = teardown);

/* The record is taken into the journal, but what it points at is not adopted. */
static void quarantined(samme_record_kind kind, uint64_t version, const samme_hash *hash,
                        const char *reason) {
    samme_error error = {.text = ""};
    const uint64_t index = c.replay.range.size;
    const size_t findings = c.finding_count;
    cr_assert_eq(chain_replay_note(&c, kind, version, hash, &error), SAMME_OK, "%s", error.text);
    const Samme__QuarantineRow *row;
    cr_assert_eq(samme_find_quarantined(&c.f.rows, 0, 0, index, &c.f.arena, &row), SAMME_OK);
    cr_assert_str_eq(row->reason, reason);
    cr_assert_eq(c.finding_count, findings + 1);
    cr_assert_eq(c.findings[findings].kind, SAMME_FINDING_QUARANTINED);
    cr_assert_eq(c.findings[findings].position.branch, 0);
    cr_assert_eq(c.findings[findings].position.index, index);
    cr_assert_eq(c.replay.range.size, index + 1);
    cr_assert_eq(c.replay.roster.version, 1);
    cr_assert(samme_hash_equal(&c.replay.roster_hash, &c.roster_hash));
    cr_assert_eq(c.replay.release.version, 1);
    cr_assert(samme_hash_equal(&c.replay.release_hash, &c.release_hash));
    samme_hash found;
    cr_assert_eq(samme_replay_release_hash(&c.replay, 2, &found), SAMME_NOT_FOUND);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(c.replay.release.version, 1);
}

Test(replay_notes, a_release_follows_the_one_held) {
    samme_hash second = chain_release_note(&c, 2, &c.release_hash, 0);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &second, NULL), SAMME_OK);
    cr_assert_eq(c.replay.release.version, 2);
    samme_hash found;
    cr_assert_eq(samme_replay_release_hash(&c.replay, 2, &found), SAMME_OK);
    cr_assert(samme_hash_equal(&found, &second));
    cr_assert_eq(samme_replay_release_hash(&c.replay, 1, &found), SAMME_OK);
    cr_assert(samme_hash_equal(&found, &c.release_hash));
    cr_assert_eq(c.finding_count, 0);
}

Test(replay_notes, a_forged_release_is_quarantined) {
    samme_hash forged = chain_release_note(&c, 2, &c.release_hash, 201); /* by the roster's key */
    quarantined(SAMME_RECORD_RELEASE, 2, &forged, "release note does not verify");
    samme_hash noise = chain_store(&c, SAMME_LITERAL("not a note"));
    quarantined(SAMME_RECORD_RELEASE, 2, &noise, "release note does not verify");
    quarantined(SAMME_RECORD_RELEASE, 2, &c.roster_hash, "release note does not verify");
    cr_assert_eq(samme_quarantine_count(&c.f.rows), 3);
}

Test(replay_notes, a_release_that_does_not_follow_is_quarantined) {
    const samme_hash nothing = {{0}};
    samme_hash hash = chain_release_note(&c, 3, &c.release_hash, 0);
    quarantined(SAMME_RECORD_RELEASE, 3, &hash, "release does not follow the one held");
    hash = chain_release_note(&c, 2, &nothing, 0);
    quarantined(SAMME_RECORD_RELEASE, 2, &hash, "release does not follow the one held");
    quarantined(SAMME_RECORD_RELEASE, 1, &c.release_hash, "release does not follow the one held");
    hash = chain_release_note(&c, 2, &c.release_hash, 0);
    quarantined(SAMME_RECORD_RELEASE, 3, &hash, "release note is of another version");
}

Test(replay_notes, a_release_that_lies_about_a_length_is_quarantined) {
    samme_release_document documents[2];
    chain_documents(&c, documents);
    documents[1].length++;
    samme_hash hash = chain_release_of(&c, 2, &c.release_hash, 0, documents, 2);
    quarantined(SAMME_RECORD_RELEASE, 2, &hash, "release states another length of a document");
}

Test(replay_notes, a_release_waits_for_its_note_and_all_its_documents) {
    samme_release_document documents[3];
    samme_error error = {.text = ""};
    chain_documents(&c, documents);
    documents[2] = (samme_release_document){.path = "sop/returns.yaml", .length = 4};
    documents[2].hash = samme_sha256(SAMME_LITERAL("sop!"));
    samme_hash hash = chain_release_of(&c, 2, &c.release_hash, 0, documents, 3);
    samme_map_entry entry;
    cr_assert(samme_map_get(c.documents, samme_span_of_hash(&hash), &entry));
    samme_span note = samme_arena_copy(&c.f.arena, entry.value);
    chain_forget(&c, &hash);
    samme_hash before = chain_rows_hash(&c);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_LATER);
    chain_store(&c, note);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_LATER);
    samme_span wrong = SAMME_LITERAL("sop?");
    cr_assert_eq(samme_map_put(c.documents, samme_span_of_hash(&documents[2].hash), wrong, 0),
                 SAMME_OK);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_MISMATCH);
    samme_hash after = chain_rows_hash(&c);
    cr_assert(samme_hash_equal(&before, &after));
    cr_assert_eq(c.replay.release.version, 1);
    chain_store(&c, SAMME_LITERAL("sop!"));
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_OK);
    cr_assert_eq(c.replay.release.version, 2);
    cr_assert_eq(c.replay.release.document_count, 3);
}

Test(replay_notes, a_forged_roster_is_quarantined) {
    samme_hash forged = chain_roster_note(&c, 2, &c.roster_hash, 202);
    quarantined(SAMME_RECORD_ROSTER, 2, &forged, "roster note does not verify");
    samme_hash hash = chain_roster_note(&c, 3, &c.roster_hash, 0);
    quarantined(SAMME_RECORD_ROSTER, 3, &hash, "roster does not follow the one held");
    hash = chain_roster_note(&c, 2, &c.roster_hash, 0);
    quarantined(SAMME_RECORD_ROSTER, 4, &hash, "roster note is of another version");
    samme_hash missing = {{1}};
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROSTER, 2, &missing, NULL), SAMME_LATER);
}

Test(replay_notes, a_roster_opens_a_new_epoch_of_a_log) {
    Samme__Sale *sale = fixture_sale(&c.f.arena, 1, "1");
    chain_take_release(&c, 1);
    chain_push_event(&c, 1, SAMME__EVENT_KIND__sale, sale);
    sale->receipt->number = samme_arena_text(&c.f.arena, "2");
    samme_span entry = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale);
    chain_push old = chain_make_push(&c, 1, &entry, 1);
    c.epochs[1] = 2;
    samme_hash second = chain_roster_note(&c, 2, &c.roster_hash, 0);
    chain_push early = chain_make_push(&c, 1, &entry, 1);
    cr_assert_eq(chain_replay(&c, &early.record, &early.batch, NULL), SAMME_DENIED);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROSTER, 2, &second, NULL), SAMME_OK);
    cr_assert_eq(c.replay.roster.version, 2);
    cr_assert_eq(chain_replay(&c, &old.record, &old.batch, NULL), SAMME_DENIED, "retired epoch");
    cr_assert_eq(chain_replay(&c, &early.record, &early.batch, NULL), SAMME_MISMATCH,
                 "the new epoch begins at 0");
    samme_range_init(&c.logs[1]);
    chain_push_entries(&c, 1, &entry, 1);
    samme_range log;
    cr_assert_eq(samme_replay_branch(&c.replay, 1, 2, &log), SAMME_OK);
    cr_assert_eq(log.size, 1);
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&c.f.rows, 1, &c.f.arena, &row), SAMME_OK);
    cr_assert_eq(row->epoch, 2);
    cr_assert_eq(row->size, 1);
    cr_assert_eq(row->release, 1, "what it has taken stays taken");
    const samme_horizon present = {
        .branch = 1, .epoch = 2, .journal_size = UINT64_MAX, .own_size = UINT64_MAX};
    const Samme__ReceiptRow *receipt;
    cr_assert_eq(samme_find_receipt(&c.f.rows, sale->receipt, &present, &c.f.arena, &receipt),
                 SAMME_OK);
    cr_assert_eq(receipt->epoch, 2);
}

Test(replay_notes, policies_are_compiled_once_from_what_the_release_lists) {
    const samme_policy *policy, *again;
    samme_error error = {.text = ""};
    samme_release_document documents[2];
    chain_documents(&c, documents);
    cr_assert_eq(samme_replay_policy(&c.replay, 2, &policy, &error), SAMME_NOT_FOUND);
    chain_forget(&c, &documents[1].hash);
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &policy, &error), SAMME_LATER);
    chain_documents(&c, documents);
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &policy, &error), SAMME_OK, "%s", error.text);
    cr_assert(samme_policy_has_category(policy, "books"));
    chain_forget(&c, &documents[1].hash);
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &again, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(again, policy);
    chain_documents(&c, documents);
    c.replay.in_force = 1; /* so it outlives any number of others */
    for (uint64_t version = 2; version <= 2 * SAMME_POLICIES_KEPT; version++) {
        c.release_hash = chain_release_note(&c, version, &c.release_hash, 0);
        cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, version, &c.release_hash, NULL),
                     SAMME_OK);
        cr_assert_eq(samme_replay_policy(&c.replay, version, &again, &error), SAMME_OK);
        cr_assert_neq(again, policy);
    }
    chain_forget(&c, &documents[1].hash); /* what was asked for last is still here */
    for (uint64_t version = SAMME_POLICIES_KEPT + 1; version <= 2 * SAMME_POLICIES_KEPT; version++)
        cr_assert_eq(samme_replay_policy(&c.replay, version, &again, &error), SAMME_OK);
    cr_assert_eq(samme_replay_policy(&c.replay, SAMME_POLICIES_KEPT, &again, &error), SAMME_LATER);
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &again, &error), SAMME_OK);
    cr_assert_eq(again, policy);
}
