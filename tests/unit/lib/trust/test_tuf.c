/* The list of theupdateframework/tuf-conformance as cases for root, roster and release; those that
 * need a journal stand in lib/journal/test_tuf_replay.c. Our roles: root = root; release = targets
 * and snapshot in one note, so that sets cannot be mixed; roster has no counterpart. The newest
 * journal head, signed by the hub, does what timestamp does, and is lib/sync's to check.
 *
 * Not applicable, because there is no such thing here:
 *   basic      timestamp changed without a new version (heads are compared by root); unknown fields
 * are kept (a text with an unknown line is refused: it has one form) expiry     of root, timestamp
 * and snapshot: only releases expire, and that changes the mode rollback   a role removed from
 * snapshot; fast-forward recovery: versions follow by one, so there is nothing to recover from
 *   rotation   of timestamp and snapshot
 *   files      other hash algorithms: a hash has one form
 *   delegation all of it      quoting   names of roles in URLs */
#include "fixture.h"

/* A root by its keys: numbers of seeds, per role; all names are by role and place. */
typedef struct plan {
    unsigned threshold;
    unsigned count;
    unsigned seeds[4];
} plan;

static samme_root root_of(uint64_t version, const samme_root *before, const plan *root_role,
                          const plan *release_role) {
    samme_root root = make_root();
    const plan *plans[] = {root_role, NULL, release_role};
    root.version = version;
    if (before != NULL)
        root.previous = before->note_hash;
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        if (plans[role] == NULL)
            continue;
        root.roles[role].threshold = plans[role]->threshold;
        root.roles[role].count = plans[role]->count;
        for (unsigned i = 0; i < plans[role]->count; i++) {
            char name[SAMME_NOTE_NAME_MAX + 1];
            snprintf(name, sizeof name, CHAIN "/key/k-%03u", plans[role]->seeds[i]);
            root.roles[role].keys[i] = vkey_of(name, plans[role]->seeds[i]);
        }
    }
    return root;
}

/* A text signed by keys named as in root_of. */
static samme_buffer signed_by(samme_span text, const unsigned *seeds, size_t count) {
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        char name[SAMME_NOTE_NAME_MAX + 1];
        snprintf(name, sizeof name, CHAIN "/key/k-%03u", seeds[i]);
        samme_seed seed = seed_of(seeds[i]);
        cr_assert_eq(i == 0 ? samme_note_sign(text, name, &seed, &note)
                            : samme_note_cosign(&note, name, &seed, NULL),
                     SAMME_OK);
    }
    return note;
}

static samme_buffer root_note(const samme_root *root, const unsigned *seeds, size_t count) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(root, &text, &error), SAMME_OK, "%s", error.text);
    samme_buffer note = signed_by(samme_buffer_span(&text), seeds, count);
    samme_buffer_free(&text);
    return note;
}

static const plan release_keys = {2, 3, {60, 61, 62}};

static samme_root opened_root(uint64_t version, const samme_root *before, const plan *keys) {
    samme_root root = root_of(version, before, keys, &release_keys), opened;
    samme_buffer note = root_note(&root, keys->seeds, keys->count);
    samme_error error = {.text = ""};
    cr_assert_eq(samme_root_open(samme_buffer_span(&note), &opened, &error), SAMME_OK, "%s",
                 error.text);
    samme_buffer_free(&note);
    return opened;
}

/* rotation: n of m to n of m, and who signed. */
Test(tuf, root_rotation) {
    static const struct {
        const char *name;
        plan before, after;
        unsigned signers[6];
        size_t signer_count;
        samme_status expected;
    } cases[] = {
        {"1-of-1 to 1-of-1, by both", {1, 1, {1}}, {1, 1, {2}}, {1, 2}, 2, SAMME_OK},
        {"1-of-1 to 1-of-1, not by the old", {1, 1, {1}}, {1, 1, {2}}, {2}, 1, SAMME_BAD_SIGNATURE},
        {"1-of-1 to 1-of-1, not by the new", {1, 1, {1}}, {1, 1, {2}}, {1}, 1, SAMME_BAD_SIGNATURE},
        {"1-of-2 to 1-of-2, by one of both", {1, 2, {1, 2}}, {1, 2, {2, 3}}, {2}, 1, SAMME_OK},
        {"1-of-2 to 1-of-2, by an old one only",
         {1, 2, {1, 2}},
         {1, 2, {2, 3}},
         {1},
         1,
         SAMME_BAD_SIGNATURE},
        {"2-of-2 to 2-of-2", {2, 2, {1, 2}}, {2, 2, {3, 4}}, {1, 2, 3, 4}, 4, SAMME_OK},
        {"2-of-2 to 2-of-2, one old one missing",
         {2, 2, {1, 2}},
         {2, 2, {3, 4}},
         {1, 3, 4},
         3,
         SAMME_BAD_SIGNATURE},
        {"2-of-2 to 2-of-2, one new one missing",
         {2, 2, {1, 2}},
         {2, 2, {3, 4}},
         {1, 2, 3},
         3,
         SAMME_BAD_SIGNATURE},
        {"1-of-2 to 2-of-2, threshold raised", {1, 2, {1, 2}}, {2, 2, {1, 2}}, {1, 2}, 2, SAMME_OK},
        {"1-of-2 to 2-of-2, by one", {1, 2, {1, 2}}, {2, 2, {1, 2}}, {1}, 1, SAMME_BAD_SIGNATURE},
        {"2-of-2 to 1-of-2, threshold lowered",
         {2, 2, {1, 2}},
         {1, 2, {1, 2}},
         {1, 2},
         2,
         SAMME_OK},
        {"2-of-2 to 1-of-2, by one", {2, 2, {1, 2}}, {1, 2, {1, 2}}, {1}, 1, SAMME_BAD_SIGNATURE},
        {"1-of-3 to 2-of-3", {1, 3, {1, 2, 3}}, {2, 3, {1, 2, 3}}, {1, 3}, 2, SAMME_OK},
        {"2-of-3 to 2-of-4, a key more",
         {2, 3, {1, 2, 3}},
         {2, 4, {1, 2, 3, 4}},
         {1, 4},
         2,
         SAMME_BAD_SIGNATURE},
        {"3-of-3 to 1-of-1, keys less", {3, 3, {1, 2, 3}}, {1, 1, {3}}, {1, 2, 3}, 3, SAMME_OK},
        {"by strangers", {1, 1, {1}}, {1, 1, {2}}, {3, 4}, 2, SAMME_BAD_SIGNATURE},
    };
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        samme_root held = opened_root(1, NULL, &cases[i].before);
        samme_root next = root_of(2, &held, &cases[i].after, &release_keys);
        samme_root out = {.version = 99};
        samme_buffer note = root_note(&next, cases[i].signers, cases[i].signer_count);
        samme_status status = samme_root_follow(&held, samme_buffer_span(&note), &out, NULL);
        cr_assert_eq(status, cases[i].expected, "%s: %s", cases[i].name, samme_status_name(status));
        cr_assert_eq(out.version, status == SAMME_OK ? 2 : 99, "%s", cases[i].name);
        samme_buffer_free(&note);
    }
}

static samme_status follow_with(const samme_root *held, samme_root *next) {
    static const unsigned both[] = {1, 2};
    samme_buffer note = root_note(next, both, 2);
    samme_root out;
    samme_status status = samme_root_follow(held, samme_buffer_span(&note), &out, NULL);
    samme_buffer_free(&note);
    return status;
}

/* rotation: version exactly one higher, and of this history. */
Test(tuf, a_root_follows_by_one) {
    static const plan before = {1, 1, {1}}, after = {1, 1, {2}};
    samme_root held = opened_root(1, NULL, &before);
    samme_root next = root_of(2, &held, &after, &release_keys);
    cr_assert_eq(follow_with(&held, &next), SAMME_OK);
    next.version = 3;
    cr_assert_eq(follow_with(&held, &next), SAMME_MISMATCH, "root 3 skips root 2");
    next.version = 1;
    next.previous = (samme_hash){{0}};
    cr_assert_eq(follow_with(&held, &next), SAMME_STALE, "rollback");
    next.version = 2;
    next.previous = (samme_hash){{7}};
    cr_assert_eq(follow_with(&held, &next), SAMME_MISMATCH, "another history");
    next.previous = held.note_hash;
    held.version = UINT64_MAX;
    cr_assert_eq(follow_with(&held, &next), SAMME_STALE);
}

/* The same keys under the names of another chain, signed under both names. */
Test(tuf, a_root_of_another_chain_does_not_follow) {
    static const plan before = {1, 1, {1}};
    samme_root held = opened_root(1, NULL, &before), next = held, out;
    strcpy(next.chain, "other.example");
    next.version = 2;
    next.previous = held.note_hash;
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++)
        for (unsigned i = 0; i < next.roles[role].count; i++) {
            char name[SAMME_NOTE_NAME_MAX + 1];
            samme_vkey *key = &next.roles[role].keys[i];
            samme_public_key public_key = key->key;
            snprintf(name, sizeof name, "other.example%s", strchr(key->name, '/'));
            cr_assert_eq(samme_vkey_make(name, &public_key, key, NULL), SAMME_OK);
        }
    samme_buffer text, note;
    samme_error error = {.text = ""};
    samme_seed seed = seed_of(1);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(&next, &text, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text), "other.example/key/k-001", &seed, &note),
                 SAMME_OK);
    cr_assert_eq(samme_note_cosign(&note, CHAIN "/key/k-001", &seed, NULL), SAMME_OK);
    cr_assert_eq(samme_root_open(samme_buffer_span(&note), &out, NULL), SAMME_OK);
    cr_assert_eq(samme_root_follow(&held, samme_buffer_span(&note), &out, &error), SAMME_MISMATCH);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

/* basic: the initial root. */
Test(tuf, an_initial_root_must_be_signed_by_its_own_threshold) {
    static const plan two = {2, 2, {1, 2}};
    static const unsigned one[] = {1}, other[] = {8, 9}, enough[] = {1, 2};
    samme_root root = root_of(1, NULL, &two, &release_keys), out;
    samme_buffer unsigned_text;
    samme_buffer_init(&unsigned_text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(&root, &unsigned_text, NULL), SAMME_OK);
    cr_assert_eq(samme_root_open(samme_buffer_span(&unsigned_text), &out, NULL), SAMME_MALFORMED);
    cr_assert_eq(samme_root_open(SAMME_LITERAL("{\"signed\": {}}"), &out, NULL), SAMME_MALFORMED);
    samme_buffer few = root_note(&root, one, 1), strange = root_note(&root, other, 2),
                 good = root_note(&root, enough, 2);
    cr_assert_eq(samme_root_open(samme_buffer_span(&few), &out, NULL), SAMME_BAD_SIGNATURE);
    cr_assert_eq(samme_root_open(samme_buffer_span(&strange), &out, NULL), SAMME_BAD_SIGNATURE);
    cr_assert_eq(samme_root_open(samme_buffer_span(&good), &out, NULL), SAMME_OK);
    samme_buffer_free(&unsigned_text);
    samme_buffer_free(&few);
    samme_buffer_free(&strange);
    samme_buffer_free(&good);
}

static samme_buffer release_text(const samme_root *root) {
    samme_release release = {.version = 1, .decide_version = 1, .author = "a", .reason = "r"};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(root, &release, &text, NULL), SAMME_OK);
    return text;
}

static samme_status open_release(const samme_root *root, const unsigned *seeds, size_t count) {
    samme_buffer text = release_text(root),
                 note = signed_by(samme_buffer_span(&text), seeds, count);
    samme_release release;
    samme_status status = samme_release_open(root, samme_buffer_span(&note), &release, NULL);
    if (status == SAMME_OK)
        samme_release_free(&release);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return status;
}

/* keys, and rotation of a role that is not root: only current threshold of current keys counts. */
Test(tuf, a_release_counts_under_the_keys_in_force) {
    static const plan root_keys = {1, 1, {1}};
    static const plan moved = {2, 3, {61, 62, 63}}, raised = {3, 3, {60, 61, 62}},
                      lowered = {1, 3, {60, 61, 62}};
    static const unsigned old_two[] = {60, 61}, kept_two[] = {61, 62}, new_two[] = {62, 63},
                          one[] = {61}, three[] = {60, 61, 62}, four[] = {60, 61, 62, 63};
    samme_root first = root_of(1, NULL, &root_keys, &release_keys);
    cr_assert_eq(open_release(&first, old_two, 2), SAMME_OK);
    cr_assert_eq(open_release(&first, one, 1), SAMME_BAD_SIGNATURE, "below the threshold");
    cr_assert_eq(open_release(&first, four, 4), SAMME_OK, "a stranger beside enough");
    samme_root second = root_of(2, &first, &root_keys, &moved);
    cr_assert_eq(open_release(&second, old_two, 2), SAMME_BAD_SIGNATURE, "a retired key");
    cr_assert_eq(open_release(&second, kept_two, 2), SAMME_OK);
    cr_assert_eq(open_release(&second, new_two, 2), SAMME_OK);
    samme_root strict = root_of(2, &first, &root_keys, &raised);
    cr_assert_eq(open_release(&strict, old_two, 2), SAMME_BAD_SIGNATURE);
    cr_assert_eq(open_release(&strict, three, 3), SAMME_OK);
    samme_root easy = root_of(2, &first, &root_keys, &lowered);
    cr_assert_eq(open_release(&easy, one, 1), SAMME_OK);
}

/* keys: what makes a role's list bad. */
Test(tuf, thresholds_and_keys_of_a_role) {
    static const plan root_keys = {1, 1, {1}};
    static const plan none = {0, 3, {60, 61, 62}}, many = {4, 3, {60, 61, 62}},
                      twice = {2, 2, {60, 60}}, empty = {1, 0, {0}}, shared = {1, 2, {1, 60}};
    static const plan *const bad[] = {&none, &many, &twice, &empty, &shared};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        samme_root root = root_of(1, NULL, &root_keys, bad[i]);
        samme_buffer text;
        samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
        cr_assert_eq(samme_root_text(&root, &text, NULL), SAMME_MALFORMED, "list %zu", i);
        samme_buffer_free(&text);
    }
}

/* keys: threshold 2 met by one key under two names. */
Test(tuf, one_key_under_two_names_is_one) {
    static const plan root_keys = {1, 1, {1}};
    samme_root root = root_of(1, NULL, &root_keys, &release_keys);
    root.roles[SAMME_ROLE_RELEASE].keys[1] = vkey_of(CHAIN "/key/k-061", 60);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(&root, &text, NULL), SAMME_MALFORMED);
    samme_buffer_free(&text);
    samme_buffer release = release_text(&root), note; /* and where a root came to hold it anyway */
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_seed seed = seed_of(60);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&release), CHAIN "/key/k-060", &seed, &note),
                 SAMME_OK);
    cr_assert_eq(samme_note_cosign(&note, CHAIN "/key/k-061", &seed, NULL), SAMME_OK);
    samme_release out;
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &out, NULL),
                 SAMME_BAD_SIGNATURE);
    samme_buffer_free(&release);
    samme_buffer_free(&note);
}

/* keys: the same signature twice counts once. A false one in the name of a known key spoils the
 * note, where TUF passes over it: docs/FORMATS.md, Signed notes. */
Test(tuf, doubled_and_false_signatures) {
    static const plan root_keys = {1, 1, {1}};
    static const unsigned one[] = {60}, enough[] = {60, 61, 62};
    samme_root root = root_of(1, NULL, &root_keys, &release_keys);
    samme_buffer text = release_text(&root);
    samme_buffer note = signed_by(samme_buffer_span(&text), one, 1);
    size_t line = text.length + 1, length = note.length - line;
    uint8_t copy[512];
    cr_assert_leq(length, sizeof copy);
    memcpy(copy, note.data + line, length);
    samme_buffer_append(&note, SAMME_SPAN(copy, length));
    samme_release out;
    cr_assert_neq(samme_release_open(&root, samme_buffer_span(&note), &out, NULL), SAMME_OK);
    samme_buffer_free(&note);
    note = signed_by(samme_buffer_span(&text), enough, 3);
    note.data[note.length - 10] = note.data[note.length - 10] == 'A' ? 'B' : 'A';
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &out, NULL),
                 SAMME_BAD_SIGNATURE, "one of three is false");
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

/* basic: a wrong type, signed by the right keys, for every pair of types. */
Test(tuf, a_note_of_another_type_is_refused) {
    static const plan root_keys = {1, 1, {1}};
    static const unsigned releasers[] = {60, 61}, rooters[] = {1};
    samme_root root = root_of(1, NULL, &root_keys, &release_keys), out_root;
    samme_buffer root_text, release = release_text(&root);
    samme_buffer_init(&root_text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(&root, &root_text, NULL), SAMME_OK);
    samme_buffer note = signed_by(samme_buffer_span(&root_text), releasers, 2);
    samme_release out;
    samme_roster roster;
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &out, NULL), SAMME_MALFORMED);
    samme_buffer_free(&note);
    note = signed_by(samme_buffer_span(&release), rooters, 1);
    cr_assert_eq(samme_root_open(samme_buffer_span(&note), &out_root, NULL), SAMME_MALFORMED);
    samme_buffer_free(&note);
    note = signed_note(samme_buffer_span(&release), SAMME_ROLE_ROSTER, "12");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &roster, NULL),
                 SAMME_MALFORMED);
    samme_buffer_free(&note);
    samme_buffer_free(&root_text);
    samme_buffer_free(&release);
}

/* quoting, and what a release may list: names that would leave its folder, or stand twice. */
Test(tuf, paths_of_a_release) {
    static const char *const good[] = {"?", "#", "a?b#c", "..a", "a/..b"};
    static const char *const bad[] = {"", "/x", "../x", "x/../y", "x/", "x//y", ".", "x\\y"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(samme_document_path_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(samme_document_path_valid(bad[i]), "%s", bad[i]);
}

Test(tuf, signatures_are_counted_for_holders) {
    static const plan root_keys = {1, 1, {1}};
    static const unsigned one[] = {60, 99}, two[] = {60, 62};
    samme_root root = root_of(1, NULL, &root_keys, &release_keys);
    samme_buffer text = release_text(&root);
    samme_buffer first = signed_by(samme_buffer_span(&text), one, 2),
                 second = signed_by(samme_buffer_span(&text), two, 2);
    unsigned valid = 9;
    cr_assert_eq(
        samme_role_signatures(&root, SAMME_ROLE_RELEASE, samme_buffer_span(&first), &valid, NULL),
        SAMME_OK);
    cr_assert_eq(valid, 1);
    cr_assert_eq(
        samme_role_signatures(&root, SAMME_ROLE_RELEASE, samme_buffer_span(&second), &valid, NULL),
        SAMME_OK);
    cr_assert_eq(valid, 2);
    cr_assert_eq(
        samme_role_signatures(&root, SAMME_ROLE_ROOT, samme_buffer_span(&second), &valid, NULL),
        SAMME_OK);
    cr_assert_eq(valid, 0);
    samme_buffer_free(&text);
    samme_buffer_free(&first);
    samme_buffer_free(&second);
}
