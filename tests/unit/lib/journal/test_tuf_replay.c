/* Roots that replace each other, what releases keep, and when they are due: what of the list in
 * lib/trust/test_tuf.c needs a journal. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static void setup(void) {
    chain_start(&c, true);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(tuf_replay, .init = setup, .fini = teardown);

enum { ROOT_SEED = 200, ROSTER_SEED = 201, RELEASE_SEED = 202 }; /* of the chain's first root */

static samme_seed seed_of(unsigned number) {
    samme_seed seed;
    memset(seed.bytes, (int)number, sizeof seed.bytes);
    return seed;
}

static void set_key(samme_root *root, samme_role role, unsigned number) {
    char name[64];
    samme_seed seed = seed_of(number);
    samme_public_key key = samme_sign_public(&seed);
    snprintf(name, sizeof name, "shop.example/key/%s-%u", samme_role_name(role), number);
    cr_assert_eq(samme_vkey_make(name, &key, &root->roles[role].keys[0], NULL), SAMME_OK);
}

/* Signed by the keys of these seeds, each under the name that one of the two roots gives it. */
static samme_hash root_note(const samme_root *held, const samme_root *next, const unsigned *seeds,
                            size_t count) {
    samme_buffer text, note;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(next, &text, &error), SAMME_OK, "%s", error.text);
    for (size_t i = 0; i < count; i++) {
        samme_seed seed = seed_of(seeds[i]);
        samme_public_key key = samme_sign_public(&seed);
        const samme_vkey *old = &held->roles[SAMME_ROLE_ROOT].keys[0];
        const samme_vkey *new = &next->roles[SAMME_ROLE_ROOT].keys[0];
        const char *name = memcmp(&old->key, &key, sizeof key) == 0 ? old->name : new->name;
        cr_assert_eq(i == 0 ? samme_note_sign(samme_buffer_span(&text), name, &seed, &note)
                            : samme_note_cosign(&note, name, &seed, &error),
                     SAMME_OK);
    }
    samme_hash hash = chain_store(&c, samme_buffer_span(&note));
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return hash;
}

static samme_root next_root(const samme_root *held) {
    samme_root next = *held;
    next.version++;
    next.previous = held->note_hash;
    return next;
}

static void root_taken(const samme_root *next, const unsigned *seeds, size_t count) {
    samme_error error = {.text = ""};
    samme_hash hash = root_note(&c.replay.root, next, seeds, count);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROOT, next->version, &hash, &error), SAMME_OK,
                 "%s", error.text);
    cr_assert_eq(c.replay.root.version, next->version);
    cr_assert(samme_hash_equal(&c.replay.root.note_hash, &hash));
}

static void quarantined(samme_record_kind kind, uint64_t version, const samme_hash *hash,
                        const char *reason) {
    samme_error error = {.text = ""};
    const uint64_t index = c.replay.range.size, root = c.replay.root.version;
    cr_assert_eq(chain_replay_note(&c, kind, version, hash, &error), SAMME_OK, "%s", error.text);
    const Samme__QuarantineRow *row;
    cr_assert_eq(samme_find_quarantined(&c.f.rows, 0, 0, index, &c.f.arena, &row), SAMME_OK);
    cr_assert_str_eq(row->reason, reason);
    cr_assert_eq(c.replay.root.version, root);
}

/* rotation: a root record puts the next root in force, and a restart finds it again. */
Test(tuf_replay, a_root_record_replaces_the_root) {
    static const unsigned both[] = {ROOT_SEED, 210};
    samme_root second = next_root(&c.root);
    set_key(&second, SAMME_ROLE_ROOT, 210);
    root_taken(&second, both, 2);
    samme_error error = {.text = ""};
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(c.replay.root.version, 2);
    cr_assert_eq(c.replay.roster.version, 1, "what was in force stays");
    cr_assert_eq(c.replay.release.version, 1);
    static const unsigned then[] = {210};
    samme_root third = next_root(&c.replay.root);
    root_taken(&third, then, 1);
    cr_assert_eq(c.finding_count, 0);
}

Test(tuf_replay, a_root_that_does_not_verify_or_follow_is_quarantined) {
    static const unsigned old[] = {ROOT_SEED}, new[] = {210}, both[] = {ROOT_SEED, 210};
    samme_root second = next_root(&c.root);
    set_key(&second, SAMME_ROLE_ROOT, 210);
    samme_hash hash = root_note(&c.root, &second, old, 1);
    quarantined(SAMME_RECORD_ROOT, 2, &hash, "root note does not verify");
    hash = root_note(&c.root, &second, new, 1);
    quarantined(SAMME_RECORD_ROOT, 2, &hash, "root note does not verify");
    quarantined(SAMME_RECORD_ROOT, 2, &c.release_hash, "root note does not verify");
    samme_root skipping = second;
    skipping.version = 3;
    hash = root_note(&c.root, &skipping, both, 2);
    quarantined(SAMME_RECORD_ROOT, 3, &hash, "root does not follow the one in force");
    samme_root other = second;
    other.previous = (samme_hash){{1}};
    hash = root_note(&c.root, &other, both, 2);
    quarantined(SAMME_RECORD_ROOT, 2, &hash, "root does not follow the one in force");
    hash = root_note(&c.root, &second, both, 2);
    quarantined(SAMME_RECORD_ROOT, 3, &hash, "root note is of another version");
    samme_hash missing = {{1}};
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROOT, 2, &missing, NULL), SAMME_LATER);
    root_taken(&second, both, 2);
    hash = root_note(&c.root, &second, both, 2);
    quarantined(SAMME_RECORD_ROOT, 2, &hash, "root does not follow the one in force");
}

/* rotation of roles that are not root: a retired key is worth nothing from that record on, and what
 * it signed before stays good. */
Test(tuf_replay, notes_count_under_the_root_at_their_record) {
    static const unsigned root_key[] = {ROOT_SEED};
    samme_error error = {.text = ""};
    samme_root second = next_root(&c.root);
    set_key(&second, SAMME_ROLE_RELEASE, 212);
    set_key(&second, SAMME_ROLE_ROSTER, 211);
    root_taken(&second, root_key, 1);
    samme_hash stale = chain_release_note(&c, 2, &c.release_hash, 0);
    quarantined(SAMME_RECORD_RELEASE, 2, &stale, "release note does not verify");
    stale = chain_roster_note(&c, 2, &c.roster_hash, 0);
    quarantined(SAMME_RECORD_ROSTER, 2, &stale, "roster note does not verify");
    c.root = c.replay.root; /* the fixture signs by it from now on */
    samme_hash good = chain_release_note(&c, 2, &c.release_hash, 212);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &good, &error), SAMME_OK);
    cr_assert_eq(c.replay.release.version, 2);
    good = chain_roster_note(&c, 2, &c.roster_hash, 211);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROSTER, 2, &good, &error), SAMME_OK);
    cr_assert_eq(c.replay.roster.version, 2);
    const samme_policy *policy;
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &policy, &error), SAMME_OK,
                 "release 1, by the retired key: %s", error.text);
}

/* The same from its rows: what was adopted under the first root is opened again under the second.
 */
Test(tuf_replay, a_restart_after_a_rotation_holds_the_old_notes) {
    static const unsigned root_key[] = {ROOT_SEED};
    samme_error error = {.text = ""};
    samme_root second = next_root(&c.root);
    set_key(&second, SAMME_ROLE_RELEASE, 212);
    set_key(&second, SAMME_ROLE_ROSTER, 211);
    root_taken(&second, root_key, 1);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(c.replay.roster.version, 1);
    cr_assert_eq(c.replay.release.version, 1);
    const samme_policy *policy;
    cr_assert_eq(samme_replay_policy(&c.replay, 1, &policy, &error), SAMME_OK, "%s", error.text);
}

/* A history made with the keys of a root that was replaced: who was enrolled later knows better. */
Test(tuf_replay, the_root_enrolled_with_must_come) {
    static const unsigned root_key[] = {ROOT_SEED};
    samme_error error = {.text = ""};
    samme_root second = next_root(&c.root), forged = second;
    samme_hash known = root_note(&c.root, &second, root_key, 1);
    set_key(&forged, SAMME_ROLE_RELEASE, 250);
    samme_hash other = root_note(&c.root, &forged, root_key, 1);
    c.options.known = (samme_known){.root_version = 2, .root_hash = known};
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_not(samme_replay_known_reached(&c.replay));
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROOT, 2, &other, &error), SAMME_MISMATCH);
    cr_assert_eq(c.replay.root.version, 1);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_ROOT, 2, &known, &error), SAMME_OK);
    cr_assert(samme_replay_known_reached(&c.replay));
}

static samme_hash release_with(uint64_t version, const samme_hash *previous,
                               const samme_release_kept *keeps, size_t count, int64_t at_ms,
                               int64_t expires_ms) {
    samme_release_document documents[2];
    chain_documents(&c, documents);
    samme_release release = {.version = version,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .previous = *previous,
                             .author = "Kari",
                             .reason = "because",
                             .at_ms = at_ms,
                             .expires_ms = expires_ms,
                             .keep_count = count,
                             .keeps = (samme_release_kept *)(uintptr_t)keeps,
                             .document_count = 2,
                             .documents = documents};
    samme_buffer text, note;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&c.root, &release, &text, &error), SAMME_OK, "%s", error.text);
    samme_seed seed = seed_of(RELEASE_SEED);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 c.root.roles[SAMME_ROLE_RELEASE].keys[0].name, &seed, &note),
                 SAMME_OK);
    samme_hash hash = chain_store(&c, samme_buffer_span(&note));
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return hash;
}

static samme_hash release_taken(uint64_t version, const samme_hash *previous,
                                const samme_release_kept *keeps, size_t count, int64_t at_ms,
                                int64_t expires_ms) {
    samme_error error = {.text = ""};
    samme_hash hash = release_with(version, previous, keeps, count, at_ms, expires_ms);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, version, &hash, &error), SAMME_OK,
                 "%s", error.text);
    cr_assert_eq(c.replay.release.version, version);
    return hash;
}

/* I6: whole or not at all, and what it keeps is part of it. */
Test(tuf_replay, a_release_keeps_what_the_journal_holds) {
    const samme_release_kept wrong = {.version = 1, .note_hash = {{5}}};
    const samme_release_kept right = {.version = 1, .note_hash = c.release_hash};
    samme_hash hash = release_with(2, &c.release_hash, &wrong, 1, 0, 0);
    quarantined(SAMME_RECORD_RELEASE, 2, &hash, "release keeps one that is not in the journal");
    samme_hash second = release_taken(2, &c.release_hash, &right, 1, 0, 0);
    samme_error error = {.text = ""};
    cr_assert_eq(samme_replay_keeps_held(&c.replay, 2, &error), SAMME_OK, "%s", error.text);
    samme_release_document documents[2];
    chain_documents(&c, documents);
    chain_forget(&c, &documents[1].hash);
    cr_assert_eq(samme_replay_keeps_held(&c.replay, 2, &error), SAMME_LATER);
    cr_assert_not_null(strstr(error.text, "release 1, which release 2 keeps"), "%s", error.text);
    chain_documents(&c, documents);
    chain_forget(&c, &c.release_hash);
    cr_assert_eq(samme_replay_keeps_held(&c.replay, 2, &error), SAMME_LATER);
    (void)second;
}

/* expiry: it changes the mode; versions go on from there as ever. */
Test(tuf_replay, an_expired_release_still_guards_against_an_older_one) {
    bool expired = true;
    samme_hash second = release_taken(2, &c.release_hash, NULL, 0, 0, 5000);
    cr_assert_eq(samme_replay_release_expired(&c.replay, 2, 4999, &expired), SAMME_OK);
    cr_assert_not(expired);
    cr_assert_eq(samme_replay_release_expired(&c.replay, 2, 5000, &expired), SAMME_OK);
    cr_assert(expired);
    cr_assert_eq(samme_replay_release_expired(&c.replay, 1, INT64_MAX, &expired), SAMME_OK);
    cr_assert_not(expired, "it never expires");
    cr_assert_eq(samme_replay_release_expired(&c.replay, 3, 0, &expired), SAMME_NOT_FOUND);
    quarantined(SAMME_RECORD_RELEASE, 1, &c.release_hash, "release does not follow the one held");
    release_taken(3, &second, NULL, 0, 0, 0);
}

Test(tuf_replay, the_newest_release_whose_time_has_come_is_due) {
    uint64_t version = 0;
    samme_hash hash;
    samme_hash second = release_taken(2, &c.release_hash, NULL, 0, 7000, 0);
    samme_hash third = release_taken(3, &second, NULL, 0, 9000, 0);
    cr_assert_eq(samme_replay_release_due(&c.replay, 0, 1, 6999, &version, &hash), SAMME_OK);
    cr_assert_eq(version, 1, "both others wait");
    cr_assert(samme_hash_equal(&hash, &c.release_hash));
    cr_assert_eq(samme_replay_release_due(&c.replay, 1, 1, 6999, &version, &hash), SAMME_NOT_FOUND);
    cr_assert_eq(samme_replay_release_due(&c.replay, 1, 1, 7000, &version, &hash), SAMME_OK);
    cr_assert_eq(version, 2);
    cr_assert(samme_hash_equal(&hash, &second));
    cr_assert_eq(samme_replay_release_due(&c.replay, 2, 1, 8999, &version, &hash), SAMME_NOT_FOUND);
    cr_assert_eq(samme_replay_release_due(&c.replay, 2, 1, 9000, &version, &hash), SAMME_OK);
    cr_assert_eq(version, 3);
    cr_assert_eq(samme_replay_release_due(&c.replay, 3, 1, 9000, &version, &hash), SAMME_NOT_FOUND);
    cr_assert_eq(samme_replay_release_due(&c.replay, 9, 1, INT64_MAX, &version, &hash),
                 SAMME_NOT_FOUND);
    release_taken(4, &third, NULL, 0, 0, 0);
    cr_assert_eq(samme_replay_release_due(&c.replay, 1, 1, 0, &version, &hash), SAMME_OK);
    cr_assert_eq(version, 4, "a later one without a time passes those that wait");
}

/* files: a document that is not what the note lists; stored bytes are served bytes. */
Test(tuf_replay, substituted_documents_are_found) {
    samme_release_document documents[2];
    samme_error error = {.text = ""};
    chain_documents(&c, documents);
    samme_hash hash = chain_release_note(&c, 2, &c.release_hash, 0);
    samme_span wrong = SAMME_LITERAL("policy: other\n");
    cr_assert_eq(samme_map_put(c.documents, samme_span_of_hash(&documents[1].hash), wrong, 0),
                 SAMME_OK);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_MISMATCH);
    cr_assert_eq(c.replay.release.version, 1);
    chain_documents(&c, documents);
    cr_assert_eq(chain_replay_note(&c, SAMME_RECORD_RELEASE, 2, &hash, &error), SAMME_OK);
    samme_hash found;
    cr_assert_eq(samme_replay_release_hash(&c.replay, 2, &found), SAMME_OK);
    cr_assert(samme_hash_equal(&found, &hash));
}
