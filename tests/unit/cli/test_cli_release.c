#include "base/prng.h"
#include "chain_fixture.h"
#include "cli/release_folder.h"
#include "os/files.h"

static const char chain_yaml[] = "chain: " CHAIN "\n"
                                 "branches:\n"
                                 "  - { number: 1, name: One, country: DK, currency: DKK }\n"
                                 "categories:\n"
                                 "  - { code: tools }\n";
static const char policy_yaml[] = "policy: returns\n"
                                  "hit: first\n"
                                  "inputs: [claim_type]\n"
                                  "rules:\n"
                                  "  - { id: all, then: { verdict: deny, reason: NO } }\n";

static const char probes_yaml[] = "probes:\n"
                                  "  - id: mind\n"
                                  "    facts: { claim_type: changed_mind, sale_country: DK }\n"
                                  "    expect: { verdict: deny }\n";

static const char *make_documents(const chain_place *place) {
    const char *folder = place_path(place, "docs");
    write_text(folder, "chain.yaml", chain_yaml);
    write_text(folder, "policy/returns.yaml", policy_yaml);
    write_text(folder, "probes/some.yaml", probes_yaml);
    write_text(folder, ".git/HEAD", "not a document");
    return folder;
}

static samme_release open_release(const chain_place *place, const char *name,
                                  samme_hash *out_hash) {
    samme_chain_folder folder = open_chain(place);
    samme_buffer note = read_text(place->chain, name);
    samme_release release;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_release_open(&folder.root, samme_buffer_span(&note), &release, &error),
                 SAMME_OK, "%s", error.text);
    *out_hash = samme_sha256(samme_buffer_span(&note));
    samme_buffer_free(&note);
    samme_chain_close(&folder);
    return release;
}

#define BUILD(place, docs, ...)                                                                    \
    run(samme_cli_release_build, (place).chain, docs, "--reason", __VA_ARGS__, NULL)

Test(release, builds_and_signs_all_documents) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "the first", "--author", "Kari Nordmann"), SAMME_EXIT_OK);
    cr_assert_not(exists(place.chain, "releases/1/release.note"));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    samme_hash hash;
    samme_release release = open_release(&place, "releases/1/release.note", &hash);
    cr_assert_eq(release.version, 1);
    cr_assert_eq(release.decide_version, 1);
    cr_assert_str_eq(release.author, "Kari Nordmann");
    cr_assert_str_eq(release.reason, "the first");
    static const char *const paths[] = {"chain.yaml", "policy/returns.yaml", "probes/some.yaml"};
    cr_assert_eq(release.document_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_str_eq(release.documents[i].path, paths[i]);
        samme_buffer source = read_text(docs, paths[i]);
        samme_buffer copy = read_text(place_path(&place, "chain/releases/1/docs"), paths[i]);
        samme_hash content = samme_sha256(samme_buffer_span(&copy));
        cr_assert(samme_span_equal(samme_buffer_span(&source), samme_buffer_span(&copy)));
        cr_assert(samme_hash_equal(&content, &release.documents[i].hash));
        cr_assert_eq(copy.length, release.documents[i].length);
        samme_buffer_free(&source);
        samme_buffer_free(&copy);
    }
    samme_release_free(&release);
    place_remove(&place);
}

Test(release, follows_the_one_signed_before) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    samme_hash before = {{0}};
    for (unsigned version = 1; version <= 11; version++) { /* past 9, where names sort otherwise */
        char name[64];
        cr_assert_eq(BUILD(place, docs, "again"), SAMME_EXIT_OK);
        cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
        snprintf(name, sizeof name, "releases/%u/release.note", version);
        samme_hash hash;
        samme_release release = open_release(&place, name, &hash);
        cr_assert_eq(release.version, version);
        cr_assert(samme_hash_equal(&release.previous, &before));
        before = hash;
        samme_release_free(&release);
    }
    place_remove(&place);
}

Test(release, a_build_that_was_not_signed_is_replaced) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "with a mistake"), SAMME_EXIT_OK);
    char path[256];
    snprintf(path, sizeof path, "%s/probes/some.yaml", docs);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(BUILD(place, docs, "without"), SAMME_EXIT_OK);
    cr_assert_not(exists(place.chain, "releases/2"));
    cr_assert_not(exists(place.chain, "releases/1/docs/probes/some.yaml"));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, "--version", "1", NULL), SAMME_EXIT_OK);
    samme_hash hash;
    samme_release release = open_release(&place, "releases/1/release.note", &hash);
    cr_assert_eq(release.document_count, 2);
    cr_assert_str_eq(release.reason, "without");
    samme_release_free(&release);
    place_remove(&place);
}

Test(release, one_key_signs_once) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    samme_buffer first = read_text(place.chain, "releases/1/release.note");
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_INPUT);
    samme_buffer second = read_text(place.chain, "releases/1/release.note");
    cr_assert(samme_span_equal(samme_buffer_span(&first), samme_buffer_span(&second)));
    samme_buffer_free(&first);
    samme_buffer_free(&second);
    place_remove(&place);
}

Test(release, an_unsound_policy_is_not_built) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    write_text(docs, "policy/returns.yaml", "policy: returns\nhit: sometimes\n");
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_BAD);
    write_text(docs, "policy/returns.yaml", policy_yaml);
    write_text(docs, "chain.yaml",
               "chain: other.example\nbranches:\n"
               "  - { number: 1, name: One, country: DK, currency: DKK }\n");
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_BAD, "a policy of another chain");
    cr_assert_not(exists(place.chain, "releases"));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_INPUT);
    place_remove(&place);
}

Test(release, documents_that_cannot_be_listed_are_refused) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    write_text(docs, "probes/with space.yaml", "x");
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_INPUT);
    char path[256];
    snprintf(path, sizeof path, "%s/probes/with space.yaml", docs);
    cr_assert_eq(unlink(path), 0);
    char *large = malloc(SAMME_DOCUMENT_MAX_BYTES + 2);
    memset(large, '#', SAMME_DOCUMENT_MAX_BYTES + 1);
    memcpy(large, probes_yaml, sizeof probes_yaml - 1);
    large[SAMME_DOCUMENT_MAX_BYTES + 1] = 0;
    write_text(docs, "probes/some.yaml", large);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_INPUT);
    large[SAMME_DOCUMENT_MAX_BYTES] = 0;
    write_text(docs, "probes/some.yaml", large);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    free(large);
    cr_assert_eq(BUILD(place, place_path(&place, "nowhere"), "r"), SAMME_EXIT_INPUT);
    cr_assert_eq(BUILD(place, docs, "two\nlines"), SAMME_EXIT_INPUT);
    cr_assert_eq(BUILD(place, docs, ""), SAMME_EXIT_INPUT);
    place_remove(&place);
}

Test(release, more_documents_than_a_release_holds_are_refused) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    char folder[256], path[320];
    snprintf(folder, sizeof folder, "%s/many", docs);
    cr_assert_eq(samme_folder_make(folder, NULL), SAMME_OK);
    for (unsigned i = 0; i < SAMME_RELEASE_MAX_DOCUMENTS; i++) {
        snprintf(path, sizeof path, "%s/%u", folder, i);
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file);
        fclose(file);
    }
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_INPUT);
    cr_assert_not(exists(place.chain, "releases"));
    place_remove(&place);
}

Test(release, only_what_was_built_is_signed) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    write_text(place.chain, "releases/1/docs/probes/some.yaml", "changed");
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_BAD);
    write_text(place.chain, "releases/1/docs/probes/some.yaml", probes_yaml);
    samme_buffer text = read_text(place.chain, "releases/1/release.txt");
    char *version = strstr((char *)text.data, "version 1");
    version[strlen("version ")] = '2';
    write_text(place.chain, "releases/1/release.txt", samme_buffer_text(&text));
    cr_assert_neq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK,
                  "another version than its folder");
    version[strlen("version ")] = '0';
    write_text(place.chain, "releases/1/release.txt", samme_buffer_text(&text));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_INPUT,
                 "no release text");
    cr_assert_not(exists(place.chain, "releases/1/release.note"));
    version[strlen("version ")] = '1';
    write_text(place.chain, "releases/1/release.txt", samme_buffer_text(&text));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    samme_buffer_free(&text);
    place_remove(&place);
}

/* A release built on one that was never the next in this history is of another history. */
Test(release, another_history_is_not_signed) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    samme_buffer text = read_text(place.chain, "releases/2/release.txt");
    char *previous = strstr((char *)text.data, "previous ") + strlen("previous ");
    previous[0] = previous[0] == 'A' ? 'B' : 'A';
    write_text(place.chain, "releases/2/release.txt", samme_buffer_text(&text));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_BAD);
    samme_buffer_free(&text);
    place_remove(&place);
}

Test(release, an_enrolment_names_the_release_published_last) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
        cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    }
    samme_buffer note = read_text(place.chain, "releases/2/release.note");
    write_text(place.chain, "release.note", samme_buffer_text(&note));
    samme_buffer_free(&note);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "auditor:ann", place_path(&place, "ann"), NULL),
        SAMME_EXIT_OK);
    samme_enrolment enrolment;
    cr_assert_eq(samme_enrol_load(place_path(&place, "ann"), &enrolment, NULL), SAMME_OK);
    cr_assert_eq(enrolment.lowest_release, 2);
    samme_enrol_free(&enrolment);
    place_remove(&place);
}

static samme_buffer built_text(const chain_place *place, unsigned version) {
    char name[64];
    snprintf(name, sizeof name, "releases/%u/release.txt", version);
    return read_text(place->chain, name);
}

static bool says(const chain_place *place, unsigned version, const char *line) {
    samme_buffer text = built_text(place, version);
    bool found = strstr(samme_buffer_text(&text), line) != NULL;
    samme_buffer_free(&text);
    return found;
}

static void publish_here(const chain_place *place, unsigned version) {
    char name[64];
    snprintf(name, sizeof name, "releases/%u/release.note", version);
    samme_buffer note = read_text(place->chain, name);
    write_text(place->chain, "release.note", samme_buffer_text(&note));
    samme_buffer_free(&note);
}

Test(release, what_samme_check_finds_is_not_built_unless_waived) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    char waived[1024];
    write_text(
        docs, "policy/returns.yaml",
        "policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
        "  - { id: some, when: { claim_type: defect }, then: { verdict: deny, reason: NO } }\n"
        "  - { id: all, then: { verdict: deny, reason: NO } }\n"
        "  - { id: never, then: { verdict: deny, reason: NO } }\n");
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_BAD);
    cr_assert_not(exists(place.chain, "releases/1"));
    snprintf(waived, sizeof waived,
             "%swaivers:\n  - { finding: unreachable, table: policy/returns.yaml, rule: never,\n"
             "      why: \"it is\n      for   later\" }\n",
             chain_yaml);
    write_text(docs, "chain.yaml", waived);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert(says(&place, 1, "\nwaiver unreachable policy/returns.yaml never: it is for later\n"));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    place_remove(&place);
}

Test(release, says_what_was_found_and_what_it_changes) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    cr_assert(says(&place, 1, "\ndiff none\n"));
    cr_assert(says(&place, 1, "\nbaseline 1\n"));
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    samme_hash hash;
    samme_release release = open_release(&place, "releases/2/release.note", &hash);
    cr_assert(release.compared);
    samme_buffer check = read_text(place.chain, "releases/2/check.json");
    samme_buffer diff = read_text(place.chain, "releases/2/diff.json");
    samme_hash of_check = samme_sha256(samme_buffer_span(&check));
    samme_hash of_diff = samme_sha256(samme_buffer_span(&diff));
    cr_assert(samme_hash_equal(&of_check, &release.check));
    cr_assert(samme_hash_equal(&of_diff, &release.diff));
    cr_assert_eq(release.keep_count, 1);
    cr_assert_eq(release.keeps[0].version, 1);
    cr_assert(samme_hash_equal(&release.keeps[0].note_hash, &release.previous));
    cr_assert_eq(release.baseline, 1);
    samme_buffer_free(&check);
    samme_buffer_free(&diff);
    samme_release_free(&release);
    place_remove(&place);
}

/* A signer finds out again what the text says was found. */
Test(release, false_digests_are_not_signed) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    samme_buffer text = built_text(&place, 1);
    char *digest = strstr((char *)text.data, "\ncheck ") + strlen("\ncheck ");
    digest[0] = digest[0] == 'A' ? 'B' : 'A';
    write_text(place.chain, "releases/1/release.txt", samme_buffer_text(&text));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_BAD);
    cr_assert_not(exists(place.chain, "releases/1/release.note"));
    cr_assert_not(exists(place.chain, "releases/1/release.part"));
    samme_buffer_free(&text);
    place_remove(&place);
}

Test(release, keeps_all_earlier_ones_but_those_dropped) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    for (unsigned i = 0; i < 3; i++) {
        cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
        cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    }
    cr_assert_eq(BUILD(place, docs, "r", "--drop", "1"), SAMME_EXIT_INPUT, "it is the baseline");
    cr_assert_eq(BUILD(place, docs, "r", "--drop", "1", "--drop", "3", "--baseline", "2"),
                 SAMME_EXIT_OK);
    cr_assert_not(says(&place, 4, "\nkeeps 1 "));
    cr_assert(says(&place, 4, "\nkeeps 2 "));
    cr_assert_not(says(&place, 4, "\nkeeps 3 "));
    cr_assert(says(&place, 4, "\nbaseline 2\n"));
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    place_remove(&place);
}

Test(release, may_say_when) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r", "--at", "2027-01-01T06:00:00+01:00", "--expires",
                       "2027-06-01T00:00:00Z"),
                 SAMME_EXIT_OK);
    cr_assert(says(&place, 1, "\nat 2027-01-01T05:00:00Z\nexpires 2027-06-01T00:00:00Z\n"));
    cr_assert_eq(BUILD(place, docs, "r", "--at", "2027-01-01T00:00:00Z", "--expires",
                       "2027-01-01T00:00:00Z"),
                 SAMME_EXIT_INPUT, "over before it begins");
    place_remove(&place);
}

/* Going back: the old documents under a new number, also where the check against the release
 * between would complain of codes that changed. */
Test(release, goes_back_to_the_documents_of_an_earlier_one) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    write_text(docs, "policy/returns.yaml",
               "policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
               "  - { id: everybody, then: { verdict: deny, reason: NEVER } }\n");
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_build, place.chain, "--from", "1", "--reason", "back", NULL),
                 SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    samme_hash hash;
    samme_release first = open_release(&place, "releases/1/release.note", &hash);
    samme_release third = open_release(&place, "releases/3/release.note", &hash);
    cr_assert_eq(third.version, 3);
    cr_assert_eq(third.from, 1);
    cr_assert(samme_release_same_documents(&first, &third));
    samme_release_free(&first);
    samme_release_free(&third);
    cr_assert_eq(run(samme_cli_release_build, place.chain, "--from", "9", "--reason", "r", NULL),
                 SAMME_EXIT_INPUT);
    write_text(place.chain, "releases/1/docs/policy/returns.yaml", "policy: returns\n");
    cr_assert_eq(run(samme_cli_release_build, place.chain, "--from", "1", "--reason", "r", NULL),
                 SAMME_EXIT_BAD, "not what was signed as release 1");
    place_remove(&place);
}

Test(release, a_published_note_is_not_signed_again) {
    chain_place place = place_make();
    const char *docs = make_documents(&place);
    cr_assert_eq(BUILD(place, docs, "r"), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, NULL), SAMME_EXIT_OK);
    publish_here(&place, 1);
    cr_assert_eq(run(samme_cli_release_sign, place.chain, "--version", "1", NULL),
                 SAMME_EXIT_INPUT);
    place_remove(&place);
}
