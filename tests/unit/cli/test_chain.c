#include <sys/stat.h>

#include "chain_fixture.h"

static unsigned mode_of(const char *folder, const char *name) {
    char path[SAMME_FILE_PATH_MAX];
    struct stat info;
    cr_assert_eq(samme_path_in(folder, name, path, NULL), SAMME_OK);
    cr_assert_eq(stat(path, &info), 0, "%s", path);
    return info.st_mode & 07777;
}

static bool same_file(const char *a, const char *b, const char *name) {
    samme_buffer x = read_text(a, name), y = read_text(b, name);
    bool same = samme_span_equal(samme_buffer_span(&x), samme_buffer_span(&y));
    samme_buffer_free(&x);
    samme_buffer_free(&y);
    return same;
}

Test(chain, init_makes_keys_root_roster_hub_and_operator) {
    chain_place place = place_make();
    static const char *const secrets[] = {"keys/root.seed",     "keys/roster.seed",
                                          "keys/release.seed",  "hub/hub.log.seed",
                                          "hub/hub.curve.seed", "operator/curve.secret"};
    cr_assert_eq(mode_of(place.chain, "keys"), 0700);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        cr_assert_eq(mode_of(place.chain, secrets[i]), 0600, "%s", secrets[i]);

    samme_chain_folder folder = open_chain(&place);
    cr_assert_str_eq(folder.root.chain, CHAIN);
    cr_assert_eq(folder.root.version, 1);
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        cr_assert_eq(folder.root.roles[role].threshold, 1);
        cr_assert_eq(folder.root.roles[role].count, 1);
    }
    cr_assert_eq(folder.roster.version, 1);
    cr_assert_eq(folder.roster.branch_count, 0);
    cr_assert_eq(folder.roster.peer_count, 1);
    cr_assert_str_eq(folder.roster.peers[0].name, "head-office");
    cr_assert_eq(folder.roster.peers[0].role, SAMME_PEER_OPERATOR);

    samme_hub_keys hub;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_load_hub(place_path(&place, "chain/hub"), &hub, &error), SAMME_OK,
                 "%s", error.text);
    cr_assert(samme_span_equal(samme_buffer_span(&hub.roster_note),
                               samme_buffer_span(&folder.roster_note)));
    samme_enrolment operator;
    cr_assert_eq(samme_enrol_load(place_path(&place, "chain/operator"), &operator, & error),
                 SAMME_OK, "%s", error.text);
    cr_assert_eq(operator.role, SAMME_ENROL_OPERATOR);
    cr_assert_str_eq(operator.hub, "tcp://hub:4500");
    cr_assert_eq(operator.lowest_release, 0);
    samme_peer_key key = samme_curve_public(operator.curve_secret);
    cr_assert_not_null(samme_roster_peer_by_curve(&folder.roster, &key));
    samme_enrol_free(&operator);
    samme_enrol_free_hub(&hub);
    samme_chain_close(&folder);
    place_remove(&place);
}

Test(chain, init_refuses_a_folder_that_is_in_use) {
    chain_place place = place_make();
    samme_buffer before = read_text(place.chain, "root.note");
    cr_assert_eq(run(samme_cli_chain_init, place.chain, "--chain", CHAIN, NULL), SAMME_EXIT_INPUT);
    samme_buffer after = read_text(place.chain, "root.note");
    cr_assert(samme_span_equal(samme_buffer_span(&before), samme_buffer_span(&after)));
    samme_buffer_free(&before);
    samme_buffer_free(&after);
    place_remove(&place);
}

Test(chain, two_chains_share_no_key) {
    chain_place place = place_make();
    cr_assert_eq(run(samme_cli_chain_init, place_path(&place, "other"), "--chain", CHAIN, NULL),
                 SAMME_EXIT_OK);
    static const char *const files[] = {"keys/root.seed",     "keys/roster.seed",
                                        "keys/release.seed",  "hub/hub.log.seed",
                                        "hub/hub.curve.seed", "operator/curve.secret"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        cr_assert_not(same_file(place.chain, place_path(&place, "other"), files[i]), "%s",
                      files[i]);
    place_remove(&place);
}

Test(chain, branches_enter_the_roster_in_order_and_history) {
    chain_place place = place_make();
    static const char *const numbers[] = {"20", "3", "4294967295", "7"};
    samme_buffer before = read_text(place.chain, "roster.note");
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, numbers[i], "Troms\xc3\xb8",
                         "--region", "2", NULL),
                     SAMME_EXIT_OK);
        samme_chain_folder folder = open_chain(&place);
        cr_assert_eq(folder.roster.version, 2 + i);
        cr_assert_eq(folder.roster.branch_count, 1 + i);
        samme_hash previous = samme_sha256(samme_buffer_span(&before));
        cr_assert(samme_hash_equal(&folder.roster.previous, &previous));
        cr_assert(same_file(place.chain, place_path(&place, "chain/hub"), "roster.note"));
        samme_chain_close(&folder);
        samme_buffer_free(&before);
        before = read_text(place.chain, "roster.note");
    }
    samme_chain_folder folder = open_chain(&place);
    cr_assert_eq(folder.roster.branches[0].number, 3);
    cr_assert_eq(folder.roster.branches[0].region, 2);
    cr_assert_eq(folder.roster.branches[0].epoch, 1);
    cr_assert_str_eq(folder.roster.branches[0].name, "Troms\xc3\xb8");
    cr_assert_eq(folder.roster.branches[3].number, 4294967295u);
    samme_chain_close(&folder);
    /* the same number again changes nothing */
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "3", "Other", NULL),
                 SAMME_EXIT_INPUT);
    samme_buffer after = read_text(place.chain, "roster.note");
    cr_assert(samme_span_equal(samme_buffer_span(&before), samme_buffer_span(&after)));
    samme_buffer_free(&after);
    samme_buffer_free(&before);
    place_remove(&place);
}

Test(chain, enrolling_a_branch_again_gives_the_same_keys) {
    chain_place place = place_make();
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "42", "Oslo", NULL), SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:42", place_path(&place, "a"), NULL),
        SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:42", place_path(&place, "b"), NULL),
        SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:42", place_path(&place, "b"), NULL),
        SAMME_EXIT_OK);
    static const char *const files[] = {"enrolment.json", "root.note", "log.seed", "curve.secret"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        cr_assert(same_file(place_path(&place, "a"), place_path(&place, "b"), files[i]), "%s",
                  files[i]);

    samme_enrolment enrolment;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_load(place_path(&place, "a"), &enrolment, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(enrolment.branch, 42);
    cr_assert_eq(enrolment.epoch, 1);
    cr_assert_str_eq(enrolment.name, "Oslo");
    samme_chain_folder folder = open_chain(&place);
    cr_assert_eq(folder.roster.version, 2, "enrolling a branch changes no roster");
    samme_peer_key curve = samme_curve_public(enrolment.curve_secret);
    const samme_roster_branch *branch = samme_roster_branch_by_curve(&folder.roster, &curve);
    cr_assert_not_null(branch);
    samme_public_key log = samme_sign_public(&enrolment.log_seed);
    cr_assert_eq(memcmp(&branch->log_key.key, &log, sizeof log), 0);
    cr_assert(samme_vkey_equal(&folder.roster.hub_log, &enrolment.hub_log));
    samme_chain_close(&folder);
    samme_enrol_free(&enrolment);
    place_remove(&place);
}

Test(chain, a_branch_begins_a_new_epoch_under_other_keys) {
    chain_place place = place_make();
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "42", "Oslo", NULL), SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:42", place_path(&place, "old"), NULL),
        SAMME_EXIT_OK);
    cr_assert_neq(run(samme_cli_chain_rotate, place.chain, "branch:43", NULL), SAMME_EXIT_OK,
                  "there is none");
    cr_assert_neq(
        run(samme_cli_chain_rotate, place.chain, "branch:42", place_path(&place, "old"), NULL),
        SAMME_EXIT_OK, "a folder in use is left alone");
    cr_assert_eq(
        run(samme_cli_chain_rotate, place.chain, "branch:42", place_path(&place, "new"), NULL),
        SAMME_EXIT_OK);
    samme_enrolment old, new;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_load(place_path(&place, "old"), &old, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(samme_enrol_load(place_path(&place, "new"), &new, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(old.epoch, 1);
    cr_assert_eq(new.epoch, 2);
    cr_assert_str_eq(new.name, "Oslo");
    cr_assert_neq(memcmp(&old.log_seed, &new.log_seed, sizeof new.log_seed), 0);
    cr_assert_neq(memcmp(old.curve_secret, new.curve_secret, sizeof new.curve_secret), 0);
    samme_chain_folder folder = open_chain(&place);
    cr_assert_eq(folder.roster.version, 3);
    const samme_peer_key gone = samme_curve_public(old.curve_secret),
                         there = samme_curve_public(new.curve_secret);
    cr_assert_null(samme_roster_branch_by_curve(&folder.roster, &gone));
    const samme_roster_branch *branch = samme_roster_branch_by_curve(&folder.roster, &there);
    cr_assert_not_null(branch);
    cr_assert_eq(branch->epoch, 2);
    samme_chain_close(&folder);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:42", place_path(&place, "again"), NULL),
        SAMME_EXIT_OK);
    cr_assert(same_file(place_path(&place, "new"), place_path(&place, "again"), "log.seed"));
    samme_enrol_free(&old);
    samme_enrol_free(&new);
    place_remove(&place);
}

Test(chain, enrolling_an_auditor_adds_it_once) {
    chain_place place = place_make();
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "auditor:ann", place_path(&place, "a"), NULL),
        SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "auditor:ann", place_path(&place, "b"), NULL),
        SAMME_EXIT_OK);
    cr_assert(same_file(place_path(&place, "a"), place_path(&place, "b"), "curve.secret"));
    cr_assert_not(exists(place_path(&place, "a"), "log.seed"));
    samme_chain_folder folder = open_chain(&place);
    cr_assert_eq(folder.roster.version, 2);
    cr_assert_eq(folder.roster.peer_count, 2);
    cr_assert_str_eq(folder.roster.peers[0].name, "ann");
    cr_assert_eq(folder.roster.peers[0].role, SAMME_PEER_AUDITOR);
    samme_chain_close(&folder);
    cr_assert(same_file(place.chain, place_path(&place, "chain/hub"), "roster.note"));
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "operator:ann", place_path(&place, "c"), NULL),
        SAMME_EXIT_INPUT);
    place_remove(&place);
}

Test(chain, enrol_leaves_a_foreign_folder_alone) {
    chain_place place = place_make();
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_OK);
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "2", "Two", NULL), SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:1", place_path(&place, "one"), NULL),
        SAMME_EXIT_OK);
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:2", place_path(&place, "one"), NULL),
        SAMME_EXIT_INPUT);
    write_text(place_path(&place, "letters"), "to.txt", "mother");
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:2", place_path(&place, "letters"), NULL),
        SAMME_EXIT_INPUT);
    cr_assert_not(exists(place_path(&place, "letters"), "enrolment.json"));
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:3", place_path(&place, "three"), NULL),
        SAMME_EXIT_INPUT);
    cr_assert_not(exists(place_path(&place, "three"), ""));
    place_remove(&place);
}

/* A machine with other keys than the roster's would never be let in: that is said here, not at the
 * shop. */
Test(chain, enrol_notices_keys_that_are_not_the_rosters) {
    chain_place place = place_make();
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_OK);
    static const char *const files[] = {"keys/branch-1/log.seed", "keys/branch-1/curve.secret"};
    for (unsigned i = 0; i < 2; i++) {
        samme_buffer key = read_text(place.chain, files[i]);
        write_text(place.chain, files[i],
                   "0101010101010101010101010101010101010101010101010101010101010101\n");
        cr_assert_eq(
            run(samme_cli_chain_enrol, place.chain, "branch:1", place_path(&place, "one"), NULL),
            SAMME_EXIT_BAD);
        cr_assert_not(exists(place_path(&place, "one"), ""));
        write_text(place.chain, files[i], samme_buffer_text(&key));
        samme_buffer_free(&key);
    }
    cr_assert_eq(
        run(samme_cli_chain_enrol, place.chain, "branch:1", place_path(&place, "one"), NULL),
        SAMME_EXIT_OK);
    place_remove(&place);
}

Test(chain, another_key_than_the_roots_signs_nothing) {
    chain_place place = place_make();
    samme_buffer before = read_text(place.chain, "roster.note");
    samme_buffer release = read_text(place.chain, "keys/release.seed");
    write_text(place.chain, "keys/roster.seed", samme_buffer_text(&release));
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_DENIED);
    samme_buffer after = read_text(place.chain, "roster.note");
    cr_assert(samme_span_equal(samme_buffer_span(&before), samme_buffer_span(&after)));
    samme_buffer_free(&before);
    samme_buffer_free(&release);
    samme_buffer_free(&after);
    place_remove(&place);
}

Test(chain, a_changed_roster_note_is_noticed) {
    chain_place place = place_make();
    samme_buffer note = read_text(place.chain, "roster.note");
    char *journal = strstr((char *)note.data, "journal 1");
    journal[strlen("journal ")] = '2';
    write_text(place.chain, "roster.note", samme_buffer_text(&note));
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_BAD);
    samme_buffer_free(&note);
    place_remove(&place);
}

Test(chain, one_command_at_a_time) {
    chain_place place = place_make();
    samme_chain_folder folder = open_chain(&place);
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_INPUT);
    samme_chain_close(&folder);
    cr_assert_eq(run(samme_cli_chain_add_branch, place.chain, "1", "One", NULL), SAMME_EXIT_OK);
    place_remove(&place);
}
