#include "fixture.h"

static samme_peer_key curve_of(unsigned number) {
    samme_seed secret = seed_of(number);
    return samme_curve_public(secret.bytes);
}

static samme_roster make_roster(size_t branches, size_t peers) {
    samme_roster roster = {
        .version = 1, .journal_epoch = 1, .branch_count = branches, .peer_count = peers};
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(CHAIN, 1, name);
    roster.hub_log = vkey_of(name, 100);
    roster.hub_curve = curve_of(100);
    roster.branches = calloc(branches + 1, sizeof *roster.branches);
    roster.peers = calloc(peers + 1, sizeof *roster.peers);
    for (unsigned i = 0; i < branches; i++) {
        samme_roster_branch *branch = &roster.branches[i];
        branch->number = 3 * i + 1;
        branch->region = 1 + i % 2;
        branch->epoch = 1 + i % 3;
        snprintf(branch->name, sizeof branch->name, "Troms\xc3\xb8-%u", i);
        samme_branch_origin(CHAIN, branch->number, branch->epoch, name);
        branch->log_key = vkey_of(name, 110 + i);
        branch->curve = curve_of(110 + i);
    }
    for (unsigned i = 0; i < peers; i++) {
        samme_roster_peer *peer = &roster.peers[i];
        peer->role = i % 2 == 0 ? SAMME_PEER_OPERATOR : SAMME_PEER_AUDITOR;
        snprintf(peer->name, sizeof peer->name, "peer-%02u", i);
        peer->curve = curve_of(200 + i);
    }
    return roster;
}

static samme_buffer text_of(const samme_root *root, const samme_roster *roster) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(root, roster, &text, &error), SAMME_OK, "%s", error.text);
    return text;
}

static void assert_equal(const samme_roster *a, const samme_roster *b) {
    cr_assert_eq(a->version, b->version);
    cr_assert_eq(a->journal_epoch, b->journal_epoch);
    cr_assert(samme_hash_equal(&a->previous, &b->previous));
    cr_assert(samme_vkey_equal(&a->hub_log, &b->hub_log));
    cr_assert_eq(memcmp(&a->hub_curve, &b->hub_curve, sizeof a->hub_curve), 0);
    cr_assert_eq(a->branch_count, b->branch_count);
    cr_assert_eq(a->peer_count, b->peer_count);
    for (size_t i = 0; i < a->branch_count; i++) {
        const samme_roster_branch *x = &a->branches[i], *y = &b->branches[i];
        cr_assert_eq(x->number, y->number);
        cr_assert_eq(x->region, y->region);
        cr_assert_eq(x->epoch, y->epoch);
        cr_assert_str_eq(x->name, y->name);
        cr_assert(samme_vkey_equal(&x->log_key, &y->log_key));
        cr_assert_eq(memcmp(&x->curve, &y->curve, sizeof x->curve), 0);
    }
    for (size_t i = 0; i < a->peer_count; i++) {
        cr_assert_eq(a->peers[i].role, b->peers[i].role);
        cr_assert_str_eq(a->peers[i].name, b->peers[i].name);
        cr_assert_eq(memcmp(&a->peers[i].curve, &b->peers[i].curve, sizeof a->peers[i].curve), 0);
    }
}

Test(roster, opens_as_it_was_written) {
    samme_root root = make_root();
    for (unsigned size = 0; size < 6; size++) {
        samme_roster roster = make_roster(size, size / 2), opened;
        roster.version = 1 + size;
        if (size > 0)
            roster.previous = samme_sha256(SAMME_LITERAL("the one before"));
        samme_buffer text = text_of(&root, &roster);
        samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "2");
        samme_error error = {.text = ""};
        cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, &error), SAMME_OK,
                     "%s", error.text);
        assert_equal(&roster, &opened);
        samme_roster_free(&opened);
        samme_roster_free(&roster);
        samme_buffer_free(&note);
        samme_buffer_free(&text);
    }
}

Test(roster, is_written_as_documented) {
    samme_root root = make_root();
    samme_roster roster = make_roster(1, 1);
    samme_buffer text = text_of(&root, &roster);
    const char *lines = samme_buffer_text(&text);
    const char *start =
        CHAIN "/roster\nversion 1\nprevious AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
              "journal 1\nhub " CHAIN "/hub/j1+";
    cr_assert_eq(strncmp(lines, start, strlen(start)), 0, "%s", lines);
    cr_assert_not_null(strstr(lines, "\nbranch 1 1 1 Troms\xc3\xb8-0 " CHAIN "/b/0001/e1+"), "%s",
                       lines);
    cr_assert_not_null(strstr(lines, "\npeer operator peer-00 "), "%s", lines);
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

Test(roster, origins_are_as_documented) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, 42, 3, name);
    cr_assert_str_eq(name, CHAIN "/b/0042/e3");
    samme_branch_origin(CHAIN, 4294967295u, 4294967295u, name);
    cr_assert_str_eq(name, CHAIN "/b/4294967295/e4294967295");
    samme_hub_origin(CHAIN, 2, name);
    cr_assert_str_eq(name, CHAIN "/hub/j2");
}

Test(roster, only_the_roster_role_signs_it) {
    samme_root root = make_root();
    samme_roster roster = make_roster(2, 1), opened;
    samme_buffer text = text_of(&root, &roster);
    samme_error error = {.text = ""};
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_RELEASE, "123");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, &error),
                 SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "0 of the 1"), "%s", error.text);
    samme_buffer_free(&note);
    note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROOT, "123");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, &error),
                 SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

/* The right key under a text of another type or chain: the first line tells. */
Test(roster, a_text_of_another_type_or_chain_is_refused) {
    samme_root root = make_root();
    samme_roster roster = make_roster(1, 1), opened;
    samme_release release = {.version = 1, .decide_version = 1, .author = "a", .reason = "r"};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_OK);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    samme_error error = {.text = ""};
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, &error),
                 SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "line 1"), "%s", error.text);
    samme_buffer_free(&note);
    samme_buffer_free(&text);

    text = text_of(&root, &roster);
    samme_buffer other =
        replaced(samme_buffer_text(&text), CHAIN "/roster", "shop2.example/roster");
    note = signed_note(samme_buffer_span(&other), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_MALFORMED);
    samme_buffer_free(&note);
    samme_buffer_free(&other);
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

typedef void change_function(samme_roster *roster);

static void branches_out_of_order(samme_roster *roster) {
    samme_roster_branch first = roster->branches[0];
    roster->branches[0] = roster->branches[1];
    roster->branches[1] = first;
}
static void number_twice(samme_roster *roster) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, 1, 1, name);
    roster->branches[1].number = 1;
    roster->branches[1].epoch = 1;
    roster->branches[1].log_key = vkey_of(name, 111);
}
static void number_zero(samme_roster *roster) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, 0, 1, name);
    roster->branches[0].number = 0;
    roster->branches[0].log_key = vkey_of(name, 110);
}
static void log_key_twice(samme_roster *roster) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, roster->branches[1].number, roster->branches[1].epoch, name);
    roster->branches[1].log_key = vkey_of(name, 110);
}
static void log_key_of_the_hub(samme_roster *roster) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, roster->branches[1].number, roster->branches[1].epoch, name);
    roster->branches[1].log_key = vkey_of(name, 100);
}
static void log_key_of_the_root(samme_roster *roster) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(CHAIN, roster->branches[1].number, roster->branches[1].epoch, name);
    roster->branches[1].log_key = vkey_of(name, role_seed(SAMME_ROLE_RELEASE, 1));
}
static void log_key_of_another_epoch(samme_roster *roster) {
    roster->branches[0].epoch = 2;
}
static void log_key_of_small_order(samme_roster *roster) {
    samme_public_key neutral = {{1}};
    cr_assert_eq(samme_vkey_make(roster->branches[0].log_key.name, &neutral,
                                 &roster->branches[0].log_key, NULL),
                 SAMME_OK);
}
static void hub_key_of_another_journal(samme_roster *roster) {
    roster->journal_epoch = 2;
}
static void curve_twice(samme_roster *roster) {
    roster->branches[1].curve = roster->branches[0].curve;
}
static void curve_of_a_peer(samme_roster *roster) {
    roster->branches[1].curve = roster->peers[0].curve;
}
static void curve_of_the_hub(samme_roster *roster) {
    roster->peers[0].curve = roster->hub_curve;
}
static void curve_of_small_order(samme_roster *roster) {
    memset(&roster->branches[0].curve, 0, sizeof roster->branches[0].curve);
}
static void curve_of_order_two(samme_roster *roster) {
    memset(&roster->peers[0].curve, 0xff, sizeof roster->peers[0].curve);
    roster->peers[0].curve.bytes[0] = 0xec; /* p - 1, with the bit that X25519 ignores set */
}
static void peers_out_of_order(samme_roster *roster) {
    strcpy(roster->peers[0].name, "z");
}
static void peer_name_twice(samme_roster *roster) {
    strcpy(roster->peers[1].name, roster->peers[0].name);
}
static void name_with_space(samme_roster *roster) {
    strcpy(roster->branches[0].name, "Oslo S");
}
static void name_with_newline(samme_roster *roster) {
    strcpy(roster->branches[0].name, "Oslo\nbranch");
}
static void name_empty(samme_roster *roster) {
    roster->branches[0].name[0] = 0;
}
static void name_that_leaves_a_folder(samme_roster *roster) {
    strcpy(roster->peers[0].name, "../keys");
}
static void name_with_hidden_character(samme_roster *roster) {
    strcpy(roster->branches[0].name, "Oslo\xe2\x80\xae");
}
static void name_that_is_not_utf8(samme_roster *roster) {
    strcpy(roster->branches[0].name, "Oslo\xff");
}
static void version_one_with_previous(samme_roster *roster) {
    roster->previous.bytes[0] = 1;
}
static void version_zero(samme_roster *roster) {
    roster->version = 0;
}

Test(roster, refuses_to_write_what_is_not_valid) {
    static const struct {
        const char *name;
        change_function *change;
    } cases[] = {
        {"branches out of order", branches_out_of_order},
        {"number twice", number_twice},
        {"number zero", number_zero},
        {"log key twice", log_key_twice},
        {"log key of the hub", log_key_of_the_hub},
        {"log key of the root", log_key_of_the_root},
        {"log key of another epoch", log_key_of_another_epoch},
        {"log key of small order", log_key_of_small_order},
        {"hub key of another journal", hub_key_of_another_journal},
        {"curve twice", curve_twice},
        {"curve of a peer", curve_of_a_peer},
        {"curve of the hub", curve_of_the_hub},
        {"curve of small order", curve_of_small_order},
        {"curve of order two", curve_of_order_two},
        {"peers out of order", peers_out_of_order},
        {"peer name twice", peer_name_twice},
        {"name with space", name_with_space},
        {"name with newline", name_with_newline},
        {"name empty", name_empty},
        {"name that leaves a folder", name_that_leaves_a_folder},
        {"name with a hidden character", name_with_hidden_character},
        {"name that is not UTF-8", name_that_is_not_utf8},
        {"version one with previous", version_one_with_previous},
        {"version zero", version_zero},
    };
    samme_root root = make_root();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        samme_roster roster = make_roster(3, 2);
        samme_buffer text;
        samme_error error = {.text = ""};
        samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
        cases[i].change(&roster);
        cr_assert_eq(samme_roster_text(&root, &roster, &text, &error), SAMME_MALFORMED, "%s",
                     cases[i].name);
        cr_assert_neq(error.text[0], 0, "%s", cases[i].name);
        cr_assert_eq(text.length, 0, "%s", cases[i].name);
        samme_buffer_free(&text);
        samme_roster_free(&roster);
    }
}

Test(roster, other_texts_are_malformed) {
    static const char *const changes[][2] = {
        {"version 1\n", "version 1\nexpires 2030\n"},
        {"version 1\n", ""},
        {"journal 1\n", "journal 01\n"},
        {"journal 1\n", "journal 0\n"},
        {"journal 1\n", "journal 4294967296\n"},
        {"journal 1\n", "journal 2\n"},
        {"previous A", "previous B"},
        {"previous AA", "previous "},
        {"AAA=\n", "AAB=\n"},
        {"AAA=\n", "AAA\n"},
        {"branch 1 1 1 ", "branch 1 1 1  "},
        {"branch 1 1 1 ", "branch 0001 1 1 "},
        {"branch 1 1 1 ", "branch 1 0 1 "},
        {"branch 1 1 1 ", "branch 1 1 2 "},
        {"branch 1 1 1 ", "branch 2 1 1 "},
        {"branch 4 ", "branch 1 "},
        {"/b/0001/e1", "/b/1/e1"},
        {"peer operator ", "peer publisher "},
        {"peer operator ", "peer "},
        {"peer-00", "peer\xc2\xa0"
                    "00"},
        {"\npeer ", " \npeer "},
        {"\npeer ", "\nbranch "},
    };
    samme_root root = make_root();
    samme_roster roster = make_roster(2, 2), opened;
    samme_buffer text = text_of(&root, &roster);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        samme_buffer changed = replaced(samme_buffer_text(&text), changes[i][0], changes[i][1]);
        samme_buffer note = signed_note(samme_buffer_span(&changed), SAMME_ROLE_ROSTER, "1");
        samme_error error = {.text = ""};
        samme_status status = samme_roster_open(&root, samme_buffer_span(&note), &opened, &error);
        cr_assert_eq(status, SAMME_MALFORMED, "\"%s\" gave %s", changes[i][1],
                     samme_status_name(status));
        cr_assert_neq(error.text[0], 0);
        samme_buffer_free(&note);
        samme_buffer_free(&changed);
    }
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

/* Hex has two cases, the text one; and what follows the last line is refused. */
Test(roster, upper_case_hex_and_lines_behind_are_malformed) {
    samme_root root = make_root();
    samme_roster roster = make_roster(0, 1), opened;
    samme_buffer text = text_of(&root, &roster);
    uint8_t *last = text.data + text.length - 2;
    while (!(*last >= 'a' && *last <= 'f'))
        last--;
    *last = (uint8_t)(*last - 'a' + 'A');
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_MALFORMED);
    samme_buffer_free(&note);
    *last = (uint8_t)(*last - 'A' + 'a');
    note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, NULL), SAMME_OK);
    samme_roster_free(&opened);
    samme_buffer_free(&note);
    samme_buffer_append_text(&text, "branch\n");
    note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_MALFORMED);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

Test(roster, too_many_peers_are_too_large) {
    samme_root root = make_root();
    samme_roster roster = make_roster(0, 0), opened;
    samme_buffer text = text_of(&root, &roster);
    for (unsigned i = 0; i <= SAMME_ROSTER_PEERS_MAX; i++)
        samme_buffer_append_text(&text, "peer x\n");
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_roster_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_TOO_LARGE);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

static bool rewrite_roster(samme_span note, samme_buffer *out_text) {
    samme_root root = make_root();
    samme_roster roster;
    if (samme_roster_open(&root, note, &roster, NULL) != SAMME_OK)
        return false;
    cr_assert_eq(samme_roster_text(&root, &roster, out_text, NULL), SAMME_OK);
    samme_roster_free(&roster);
    return true;
}

Test(roster, has_one_form) {
    samme_root root = make_root();
    samme_roster roster = make_roster(2, 2);
    roster.version = 7;
    roster.previous = samme_sha256(SAMME_LITERAL("x"));
    samme_buffer text = text_of(&root, &roster);
    unsigned opened =
        check_one_form(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1", rewrite_roster, 11, 3000);
    cr_assert_gt(opened, 0, "no change was harmless: the check checks nothing");
    samme_buffer_free(&text);
    samme_roster_free(&roster);
}

Test(roster, finds_by_number_and_by_curve_as_a_scan_does) {
    samme_root root = make_root();
    (void)root;
    samme_roster roster = make_roster(20, 7);
    for (uint32_t number = 0; number < 70; number++) {
        const samme_roster_branch *expected = NULL;
        for (size_t i = 0; i < roster.branch_count; i++)
            if (roster.branches[i].number == number)
                expected = &roster.branches[i];
        cr_assert_eq(samme_roster_branch_by_number(&roster, number), expected, "number %u", number);
    }
    for (size_t i = 0; i < roster.branch_count; i++)
        cr_assert_eq(samme_roster_branch_by_curve(&roster, &roster.branches[i].curve),
                     &roster.branches[i]);
    for (size_t i = 0; i < roster.peer_count; i++)
        cr_assert_eq(samme_roster_peer_by_curve(&roster, &roster.peers[i].curve), &roster.peers[i]);
    cr_assert_null(samme_roster_branch_by_curve(&roster, &roster.peers[0].curve));
    cr_assert_null(samme_roster_peer_by_curve(&roster, &roster.hub_curve));
    samme_roster_free(&roster);
    cr_assert_null(samme_roster_branch_by_number(&roster, 1));
}

Test(roster, names) {
    char longest[SAMME_NAME_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    cr_assert_not(samme_peer_name_valid(longest));
    longest[SAMME_NAME_MAX] = 0;
    cr_assert(samme_peer_name_valid(longest));
    cr_assert(samme_peer_name_valid("K\xc3\xb8"
                                    "benhavn_1.a-b"));
    const char *bad[] = {"",
                         ".",
                         "..",
                         ".x",
                         "a/b",
                         "a\\b",
                         "a b",
                         " a",
                         "a\t",
                         "a\x7f",
                         "\xc2\x85",
                         "\xe2\x80\x8b"
                         "a",
                         "a\xe3\x80\x80",
                         "\xef\xbb\xbf"
                         "a",
                         "\xc0\xaf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(samme_peer_name_valid(bad[i]), "case %zu", i);
}
