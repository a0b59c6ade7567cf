/* Keys of several holders: made, put into roles, signing one after the other. */
#include "chain_fixture.h"
#include "cli/pending.h"

#include <sys/stat.h>

/* A holder's key in the place; its vkey as the command prints it is in *out. */
static const char *make_key(const chain_place *place, const char *name, samme_buffer *out) {
    const char *path = place_path(place, name);
    samme_public_key key;
    samme_vkey vkey;
    samme_seed seed;
    char full[SAMME_NOTE_NAME_MAX + 1];
    cr_assert_eq(run(samme_cli_chain_key, path, "--chain", CHAIN, "--name", name, NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(samme_key_file_read(place->root, name, seed.bytes, NULL), SAMME_OK);
    key = samme_sign_public(&seed);
    snprintf(full, sizeof full, CHAIN "/key/%s", name);
    cr_assert_eq(samme_vkey_make(full, &key, &vkey, NULL), SAMME_OK);
    samme_buffer_init(out, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&vkey, out);
    return path;
}

static uint64_t roster_version(const chain_place *place) {
    samme_chain_folder folder = open_chain(place);
    uint64_t version = folder.roster.version;
    samme_chain_close(&folder);
    return version;
}
static uint64_t root_version(const chain_place *place) {
    samme_chain_folder folder = open_chain(place);
    uint64_t version = folder.root.version;
    samme_chain_close(&folder);
    return version;
}

Test(holders, a_key_is_its_owners_alone) {
    chain_place place = place_make();
    samme_buffer vkey;
    struct stat info;
    const char *path = make_key(&place, "kari", &vkey);
    cr_assert_eq(stat(path, &info), 0);
    cr_assert_eq(info.st_mode & 07777, 0600);
    cr_assert_eq(run(samme_cli_chain_key, path, "--chain", CHAIN, "--name", "kari", NULL),
                 SAMME_EXIT_INPUT, "there is one already");
    samme_buffer_free(&vkey);
    place_remove(&place);
}

/* A roster of two holders waits for both, and what it would change is not there before. */
Test(holders, a_roster_waits_for_its_threshold) {
    chain_place place = place_make();
    samme_buffer kari, ola;
    make_key(&place, "kari", &kari);
    make_key(&place, "ola", &ola);
    const char *kari_key = place_path(&place, "kari"), *ola_key = place_path(&place, "ola");
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "roster", "--add",
                     samme_buffer_text(&kari), "--add", samme_buffer_text(&ola), "--remove",
                     "roster-1", "--threshold", "2", NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(root_version(&place), 2);
    cr_assert(exists(place.chain, "hub/roots/2.note"));
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_DENIED,
                 "keys/roster.seed is no key of the role any more");
    cr_assert_not(exists(place.chain, "roster.txt"));
    char seed[256];
    snprintf(seed, sizeof seed, "%s/keys/roster.seed", place.chain);
    cr_assert_eq(unlink(seed), 0);
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_OK);
    cr_assert(exists(place.chain, "roster.txt"));
    cr_assert_eq(roster_version(&place), 1);
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "2", "Two", NULL), SAMME_EXIT_INPUT,
                 "one at a time");
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", kari_key, NULL), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", kari_key, NULL), SAMME_EXIT_INPUT,
                 "the same key twice");
    cr_assert_eq(roster_version(&place), 1);
    cr_assert_not(exists(place.chain, "hub/rosters/2.note"));
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", ola_key, NULL), SAMME_EXIT_OK);
    cr_assert_eq(roster_version(&place), 2);
    cr_assert(exists(place.chain, "hub/rosters/2.note"));
    cr_assert_not(exists(place.chain, "roster.txt"));
    cr_assert_not(exists(place.chain, "roster.part"));
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", ola_key, NULL), SAMME_EXIT_INPUT,
                 "nothing waits");
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:1", place_path(&place, "one"), NULL),
        SAMME_EXIT_OK);
    samme_hub_keys hub;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_load_hub(place_path(&place, "chain/hub"), &hub, &error), SAMME_OK,
                 "%s", error.text);
    samme_enrol_free_hub(&hub);
    samme_buffer_free(&kari);
    samme_buffer_free(&ola);
    place_remove(&place);
}

/* The next root is in force when keys of both have signed. */
Test(holders, a_root_waits_for_the_keys_of_both) {
    chain_place place = place_make();
    samme_buffer kari, ola;
    make_key(&place, "kari", &kari);
    make_key(&place, "ola", &ola);
    const char *kari_key = place_path(&place, "kari"), *ola_key = place_path(&place, "ola");
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "root", "--add", samme_buffer_text(&kari),
                     "--add", samme_buffer_text(&ola), "--remove", "root-1", "--threshold", "2",
                     "--key", kari_key, NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(root_version(&place), 1);
    cr_assert(exists(place.chain, "root.part"));
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "root", "--threshold", "1", NULL),
                 SAMME_EXIT_INPUT, "one at a time");
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_INPUT,
                 "no roster while a root waits");
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", ola_key, NULL), SAMME_EXIT_OK);
    cr_assert_eq(root_version(&place), 2);
    cr_assert_not(exists(place.chain, "root.txt"));
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--renew", NULL),
                 SAMME_EXIT_OK, "waits, the folder has no root key any more");
    cr_assert_eq(root_version(&place), 2);
    cr_assert_eq(run(samme_cli_chain_sign, place.chain, "--key", kari_key, "--key", ola_key, NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(root_version(&place), 3);
    cr_assert(exists(place.chain, "keys/release.seed.old"));
    samme_enrolment enrolment;
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:1", place_path(&place, "one"), NULL),
        SAMME_EXIT_OK);
    cr_assert_eq(samme_enrol_load(place_path(&place, "one"), &enrolment, NULL), SAMME_OK);
    cr_assert_eq(enrolment.root.version, 1, "with which the journal begins");
    cr_assert_eq(enrolment.known.root_version, 3);
    samme_enrol_free(&enrolment);
    samme_buffer_free(&kari);
    samme_buffer_free(&ola);
    place_remove(&place);
}

static const char *make_documents(const chain_place *place) {
    const char *docs = place_path(place, "docs");
    write_text(docs, "chain.yaml",
               "chain: " CHAIN "\nbranches:\n"
               "  - { number: 1, name: One, country: DK, currency: DKK }\n");
    write_text(docs, "policy/returns.yaml",
               "policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
               "  - { id: all, then: { verdict: deny, reason: NO } }\n");
    return docs;
}

/* One signature of two: it is kept, counted, and enough for nothing. */
Test(holders, a_release_waits_for_its_threshold) {
    chain_place place = place_make();
    samme_buffer kari;
    make_key(&place, "kari", &kari);
    const char *docs = make_documents(&place);
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--add",
                     samme_buffer_text(&kari), "--threshold", "2", NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_build, place.chain, docs, "--reason", "r", NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    cr_assert(exists(place.chain, "releases/1/release.part"));
    cr_assert_not(exists(place.chain, "releases/1/release.note"));
    cr_assert_eq(run(samme_cli_release_publish, place.chain, "--hub", "tcp://127.0.0.1:9", NULL),
                 SAMME_EXIT_BAD, "before anybody is asked");
    cr_assert_eq(run(samme_cli_release_build, place.chain, docs, "--reason", "again", NULL),
                 SAMME_EXIT_INPUT, "a signature is not thrown away");
    cr_assert_eq(
        run(samme_cli_release_sign, place.chain, "--key", place_path(&place, "kari"), NULL),
        SAMME_EXIT_OK);
    cr_assert(exists(place.chain, "releases/1/release.note"));
    cr_assert_not(exists(place.chain, "releases/1/release.part"));
    samme_chain_folder folder = open_chain(&place);
    samme_buffer note = read_text(place.chain, "releases/1/release.note");
    unsigned valid = 0;
    cr_assert_eq(samme_role_signatures(&folder.root, SAMME_ROLE_RELEASE, samme_buffer_span(&note),
                                       &valid, NULL),
                 SAMME_OK);
    cr_assert_eq(valid, 2);
    samme_buffer_free(&note);
    samme_buffer_free(&kari);
    samme_chain_close(&folder);
    place_remove(&place);
}

Test(holders, what_cannot_be_a_root_is_refused) {
    chain_place place = place_make();
    samme_buffer kari;
    make_key(&place, "kari", &kari);
    const char *vkey = samme_buffer_text(&kari);
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--threshold", "2", NULL),
                 SAMME_EXIT_INPUT, "above the number of keys");
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--remove", "release-1", NULL),
                 SAMME_EXIT_INPUT, "a role without keys");
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--remove", "nobody", NULL),
                 SAMME_EXIT_INPUT);
    cr_assert_eq(
        run(samme_cli_chain_rotate, place.chain, "release", "--add", vkey, "--add", vkey, NULL),
        SAMME_EXIT_INPUT, "a key twice");
    cr_assert_eq(
        run(samme_cli_chain_rotate, place.chain, "release", "--renew", "--threshold", "9", NULL),
        SAMME_EXIT_INPUT);
    cr_assert_not(exists(place.chain, "keys/release.seed.new"));
    const samme_public_key neutral = {{1}}; /* small order */
    samme_vkey weak;
    samme_buffer text;
    cr_assert_eq(samme_vkey_make(CHAIN "/key/weak", &neutral, &weak, NULL), SAMME_OK);
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&weak, &text);
    cr_assert_eq(run(samme_cli_chain_rotate, place.chain, "release", "--add",
                     samme_buffer_text(&text), NULL),
                 SAMME_EXIT_INPUT);
    cr_assert_eq(root_version(&place), 1);
    cr_assert_not(exists(place.chain, "root.txt"));
    samme_buffer_free(&text);
    samme_buffer_free(&kari);
    place_remove(&place);
}

/* Signatures of another text are not carried over. */
Test(holders, parts_belong_to_their_text) {
    chain_place place = place_make();
    samme_pending pending;
    samme_error error = {.text = ""};
    write_text(place.chain, "roster.txt", CHAIN "/roster\nversion 2\n");
    samme_buffer note = read_text(place.chain, "roster.note");
    write_text(place.chain, "roster.part", samme_buffer_text(&note));
    cr_assert_eq(samme_pending_load(place.chain, "roster", &pending, &error), SAMME_MISMATCH);
    cr_assert_not_null(strstr(error.text, "another text"), "%s", error.text);
    samme_buffer_free(&note);
    place_remove(&place);
}

Test(holders, keys_of_the_folder_may_be_sealed) {
    chain_place place = place_make();
    const char *folder = place_path(&place, "sealed");
    char wrong[256], right[256], seed[256];
    snprintf(right, sizeof right, "%s/right", place.root);
    snprintf(wrong, sizeof wrong, "%s/wrong", place.root);
    snprintf(seed, sizeof seed, "%s/keys/roster.seed", folder);
    write_text(place.root, "right", "correct horse\nsecond line\n");
    write_text(place.root, "wrong", "incorrect horse\n");
    cr_assert_eq(setenv("SAMME_PASSPHRASE_FILE", right, 1), 0);
    cr_assert_eq(run(samme_cli_chain_init, folder, "--chain", CHAIN, "--seal", NULL),
                 SAMME_EXIT_OK);
    samme_buffer text = read_text(folder, "keys/roster.seed");
    cr_assert_eq(strncmp(samme_buffer_text(&text), "samme-sealed-key-1 ", 19), 0);
    samme_buffer_free(&text);
    cr_assert_eq(setenv("SAMME_PASSPHRASE_FILE", wrong, 1), 0);
    cr_assert_eq(run(samme_cli_chain_add_branch, folder, "1", "One", NULL), SAMME_EXIT_DENIED);
    cr_assert_eq(setenv("SAMME_PASSPHRASE_FILE", right, 1), 0);
    cr_assert_eq(run(samme_cli_chain_add_branch, folder, "1", "One", NULL), SAMME_EXIT_OK);
    write_text(place.root, "right", "short\n");
    cr_assert_eq(run(samme_cli_chain_key, place_path(&place, "k"), "--chain", CHAIN, "--name", "k",
                     "--seal", NULL),
                 SAMME_EXIT_DENIED, "under 8 bytes");
    cr_assert_eq(unsetenv("SAMME_PASSPHRASE_FILE"), 0);
    place_remove(&place);
}
