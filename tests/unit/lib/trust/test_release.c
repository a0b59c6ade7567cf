#include "fixture.h"

#define ISSUED_MS 1769846400000 /* 2026-01-31T08:00:00Z */

static samme_release make_release(size_t documents) {
    samme_release release = {.version = 1,
                             .decide_version = 1,
                             .issued_ms = ISSUED_MS,
                             .author = "Kari Nordmann",
                             .reason = "Longer time for gifts \xe2\x80\x93 before Christmas",
                             .document_count = documents};
    release.documents = calloc(documents + 1, sizeof *release.documents);
    for (unsigned i = 0; i < documents; i++) {
        samme_release_document *document = &release.documents[i];
        snprintf(document->path, sizeof document->path, "sop/%04u-retur-p\xc3\xa5-nett.yaml", i);
        document->length = i * 1000 % (SAMME_DOCUMENT_MAX_BYTES + 1);
        document->hash = samme_sha256(samme_span_of_text(document->path));
    }
    return release;
}

static samme_buffer text_of(const samme_root *root, const samme_release *release) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(root, release, &text, &error), SAMME_OK, "%s", error.text);
    return text;
}

static samme_status open_signed(const samme_root *root, samme_span text, samme_role role,
                                const char *signers, samme_release *out, samme_error *error) {
    samme_buffer note = signed_note(text, role, signers);
    samme_status status = samme_release_open(root, samme_buffer_span(&note), out, error);
    samme_buffer_free(&note);
    return status;
}

Test(release, opens_as_it_was_written) {
    static const size_t sizes[] = {0, 1, 2, 100, SAMME_RELEASE_MAX_DOCUMENTS};
    samme_root root = make_root();
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        samme_release release = make_release(sizes[s]), opened;
        samme_buffer text = text_of(&root, &release);
        samme_error error = {.text = ""};
        cr_assert_eq(
            open_signed(&root, samme_buffer_span(&text), SAMME_ROLE_RELEASE, "23", &opened, &error),
            SAMME_OK, "%s", error.text);
        cr_assert_eq(opened.version, 1);
        cr_assert_eq(opened.decide_version, 1);
        cr_assert_eq(opened.issued_ms, ISSUED_MS);
        cr_assert_str_eq(opened.author, release.author);
        cr_assert_str_eq(opened.reason, release.reason);
        cr_assert_eq(opened.document_count, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i++) {
            cr_assert_str_eq(opened.documents[i].path, release.documents[i].path);
            cr_assert_eq(opened.documents[i].length, release.documents[i].length);
            cr_assert(samme_hash_equal(&opened.documents[i].hash, &release.documents[i].hash));
        }
        samme_release_free(&opened);
        samme_release_free(&release);
        samme_buffer_free(&text);
    }
}

Test(release, is_written_as_documented) {
    samme_root root = make_root();
    samme_release release = make_release(1);
    release.version = 2;
    release.issued_ms += 999; /* less than a second is left out */
    release.previous = release.check = release.diff = samme_sha256(SAMME_LITERAL(""));
    release.compared = true;
    release.at_ms = 1769904000000;
    release.expires_ms = 1772323200000;
    release.from = release.baseline = 1;
    samme_release_waiver waivers[] = {{"gap policy/a.yaml: rare"}, {"overlap: wanted"}};
    samme_release_kept kept = {.version = 1, .note_hash = release.previous};
    release.waivers = waivers;
    release.waiver_count = 2;
    release.keeps = &kept;
    release.keep_count = 1;
    strcpy(release.reason, "why");
    release.documents[0] = (samme_release_document){.path = "chain.yaml", .length = 0};
    release.documents[0].hash = samme_sha256(SAMME_LITERAL(""));
    samme_buffer text = text_of(&root, &release);
    cr_assert_str_eq(samme_buffer_text(&text),
                     CHAIN "/release\nversion 2\n"
                           "previous 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                           "decide 1\nissued 2026-01-31T08:00:00Z\nat 2026-02-01T00:00:00Z\n"
                           "expires 2026-03-01T00:00:00Z\nfrom 1\nbaseline 1\n"
                           "author Kari Nordmann\nreason why\n"
                           "check 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                           "diff 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                           "waiver gap policy/a.yaml: rare\n"
                           "waiver overlap: wanted\n"
                           "keeps 1 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                           "doc chain.yaml 0 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    samme_buffer_free(&text);
    release.waivers = NULL;
    release.keeps = NULL;
    samme_release_free(&release);
}

Test(release, needs_its_threshold_of_distinct_keys) {
    samme_root root = make_root();
    samme_release release = make_release(3), opened = {.version = 99};
    samme_buffer text = text_of(&root, &release);
    samme_span span = samme_buffer_span(&text);
    samme_error error = {.text = ""};
    cr_assert_eq(open_signed(&root, span, SAMME_ROLE_RELEASE, "1", &opened, &error),
                 SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "1 of the 2"), "%s", error.text);
    cr_assert_eq(open_signed(&root, span, SAMME_ROLE_ROSTER, "12", &opened, &error),
                 SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "0 of the 2"), "%s", error.text);
    cr_assert_eq(open_signed(&root, span, SAMME_ROLE_ROOT, "123", &opened, &error),
                 SAMME_BAD_SIGNATURE);

    samme_buffer note = signed_note(span, SAMME_ROLE_RELEASE, "1"), twice;
    samme_buffer_init(&twice, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append(&twice, samme_buffer_span(&note));
    samme_buffer_append(&twice,
                        SAMME_SPAN(note.data + text.length + 1, note.length - text.length - 1));
    cr_assert_neq(samme_release_open(&root, samme_buffer_span(&twice), &opened, NULL), SAMME_OK);
    cr_assert_eq(opened.version, 99, "written although refused");
    samme_buffer_free(&twice);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

/* Signatures by strangers neither count nor harm; a false one in the name of a known key spoils the
 * note. */
Test(release, strangers_signatures_do_not_count) {
    samme_root root = make_root();
    samme_release release = make_release(1), opened;
    samme_buffer text = text_of(&root, &release);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_RELEASE, "1");
    samme_seed stranger = seed_of(250);
    cr_assert_eq(samme_note_cosign(&note, "stranger.example/key/release-2", &stranger, NULL),
                 SAMME_OK);
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_BAD_SIGNATURE);
    samme_seed second = seed_of(role_seed(SAMME_ROLE_RELEASE, 2));
    cr_assert_eq(samme_note_cosign(&note, CHAIN "/key/release-2", &second, NULL), SAMME_OK);
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &opened, NULL), SAMME_OK);
    samme_release_free(&opened);
    note.data[text.length / 2] ^= 1;
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

Test(release, a_roster_signed_by_the_release_role_is_no_release) {
    samme_root root = make_root();
    samme_roster roster = {.version = 1, .journal_epoch = 1};
    samme_release opened;
    samme_seed secret = seed_of(100);
    roster.hub_log = vkey_of(CHAIN "/hub/j1", 100);
    roster.hub_curve = samme_curve_public(secret.bytes);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(&root, &roster, &text, NULL), SAMME_OK);
    cr_assert_eq(
        open_signed(&root, samme_buffer_span(&text), SAMME_ROLE_RELEASE, "123", &opened, NULL),
        SAMME_MALFORMED);
    samme_buffer_free(&text);
}

Test(release, refuses_to_write_what_is_not_valid) {
    static const char *const paths[] = {
        "",    "/a",   "a/",    "a//b", "a/./b",     "a/../b",        "..",  ".", "a b",
        "a\n", "a\\b", "a\x7f", "\xff", "a\xc2\xa0", "a\xe2\x80\x8b", "../a"};
    static const char *const lines[] = {"",
                                        " a",
                                        "a ",
                                        "a\nb",
                                        "a\tb",
                                        "\xff",
                                        "a\xe2\x80\xa8"
                                        "b",
                                        "\xe2\x80\xae"
                                        "a"};
    samme_root root = make_root();
    samme_release release = make_release(2);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        strcpy(release.documents[0].path, paths[i]);
        cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED, "path %zu",
                     i);
        cr_assert_not(samme_document_path_valid(paths[i]));
    }
    strcpy(release.documents[0].path, "a");
    strcpy(release.documents[1].path, "a");
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED, "a path twice");
    strcpy(release.documents[0].path, "b");
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED, "out of order");
    strcpy(release.documents[1].path, "b.c");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        strcpy(release.reason, lines[i]);
        cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED,
                     "reason %zu", i);
        strcpy(release.reason, "r");
        strcpy(release.author, lines[i]);
        cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED,
                     "author %zu", i);
        strcpy(release.author, "a");
    }
    release.documents[0].length = SAMME_DOCUMENT_MAX_BYTES + 1;
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_TOO_LARGE);
    release.documents[0].length = SAMME_DOCUMENT_MAX_BYTES;
    release.decide_version = 0;
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED);
    release.decide_version = 1;
    release.previous.bytes[31] = 1;
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED);
    release.version = 2;
    release.issued_ms = INT64_MAX;
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_MALFORMED);
    cr_assert_eq(text.length, 0);
    release.issued_ms = 0;
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_OK);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

Test(release, over_a_mebibyte_is_too_large) {
    samme_root root = make_root();
    samme_release release = make_release(SAMME_RELEASE_MAX_DOCUMENTS);
    samme_buffer text;
    samme_buffer_init(&text, 16 * SAMME_DOCUMENT_MAX_BYTES);
    for (unsigned i = 0; i < SAMME_RELEASE_MAX_DOCUMENTS; i++) {
        memset(release.documents[i].path, 'x', SAMME_PATH_MAX);
        snprintf(release.documents[i].path + SAMME_PATH_MAX - 4, 5, "%04u", i);
    }
    cr_assert_eq(samme_release_text(&root, &release, &text, NULL), SAMME_TOO_LARGE);
    cr_assert_eq(text.length, 0);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

Test(release, other_texts_are_malformed) {
    static const char *const changes[][2] = {
        {"version 1\n", "version 1\nroot 1\n"},
        {"version 1\n", "version 2 \n"},
        {"decide 1\n", "decide 0\n"},
        {"decide 1\n", "decide 1\ndecide 1\n"},
        {"08:00:00Z", "08:00:00"},
        {"08:00:00Z", "08:00:00+00:00"},
        {"08:00:00Z", "08:00:60Z"},
        {"T08:00:00Z", " 08:00:00Z"},
        {"2026-01-31", "2026-02-31"},
        {"08:00:00Z\n", "08:00:00Z\nat 2026-02-31T00:00:00Z\n"},
        {"08:00:00Z\n", "08:00:00Z\nat 1970-01-01T00:00:00Z\n"},
        {"08:00:00Z\n", "08:00:00Z\nat none\n"},
        {"08:00:00Z\n", "08:00:00Z\nexpires 2027-01-01T00:00:00Z\nat 2026-02-01T00:00:00Z\n"},
        {"08:00:00Z\n", "08:00:00Z\nat 2027-01-01T00:00:00Z\nexpires 2027-01-01T00:00:00Z\n"},
        {"08:00:00Z\n", "08:00:00Z\nfrom 0\n"},
        {"08:00:00Z\n", "08:00:00Z\nfrom 1\n"}, /* not an earlier one */
        {"08:00:00Z\n", "08:00:00Z\nbaseline 0\n"},
        {"08:00:00Z\n", "08:00:00Z\nbaseline 2\n"}, /* not kept */
        {"08:00:00Z\n", "08:00:00Z\nbaseline 1\nfrom 1\n"},
        {"diff none\n", ""},
        {"diff none\n", "diff\n"},
        {"diff none\n", "diff none none\n"},
        {"diff none\n", "diff None\n"},
        {"diff none\n", "diff none\nwaiver\n"},
        {"diff none\n", "diff none\nwaiver  a\n"},
        {"diff none\n", "diff none\nwaiver b\nwaiver a\n"},
        {"diff none\n", "diff none\nwaiver a\nwaiver a\n"},
        {"diff none\n", "diff none\nkeeps 1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"},
        {"diff none\n", "diff none\nkeeps 0 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"},
        {"check AAAA", "check AAA"},
        {"author Kari", "author  Kari"},
        {"author Kari Nordmann", "author"},
        {"author Kari Nordmann", "author "},
        {"reason Longer", "reason \tLonger"},
        {"Christmas\n", "Christmas \n"},
        {"Christmas\n", "Christmas\n "},
        {"doc sop/0000-", "doc sop/../"},
        {"doc sop/0000-", "doc /sop/0000-"},
        {"doc sop/0000-", "doc sop/0001-"},
        {"doc sop/0000-", "doc sop/0002-"},
        {".yaml 1000 ", ".yaml 01000 "},
        {".yaml 1000 ", ".yaml 1048577 "},
        {".yaml 1000 ", ".yaml -1 "},
        {".yaml 1000 ", ".yaml 1000 1000 "},
        {"=\ndoc ", "\ndoc "},
        {"\ndoc ", "\ndocument "},
    };
    samme_root root = make_root();
    samme_release release = make_release(2), opened;
    samme_buffer text = text_of(&root, &release);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        samme_buffer changed = replaced(samme_buffer_text(&text), changes[i][0], changes[i][1]);
        samme_error error = {.text = ""};
        samme_status status = open_signed(&root, samme_buffer_span(&changed), SAMME_ROLE_RELEASE,
                                          "12", &opened, &error);
        cr_assert_eq(status, SAMME_MALFORMED, "\"%s\" gave %s", changes[i][1],
                     samme_status_name(status));
        cr_assert_neq(error.text[0], 0);
        samme_buffer_free(&changed);
    }
    samme_buffer_free(&text);
    samme_release_free(&release);
}

Test(release, optional_lines_stand_once) {
    static const char *const twice[][2] = {
        {"08:00:00Z\n", "08:00:00Z\nbaseline 1\nbaseline 1\n"},
        {"08:00:00Z\n", "08:00:00Z\nat 2026-02-01T00:00:00Z\nat 2026-02-01T00:00:00Z\n"},
    };
    samme_root root = make_root();
    samme_release release = make_release(1), opened;
    samme_buffer text = text_of(&root, &release);
    for (size_t i = 0; i < sizeof twice / sizeof *twice; i++) {
        samme_buffer changed = replaced(samme_buffer_text(&text), twice[i][0], twice[i][1]);
        cr_assert_neq(open_signed(&root, samme_buffer_span(&changed), SAMME_ROLE_RELEASE, "12",
                                  &opened, NULL),
                      SAMME_OK);
        samme_buffer_free(&changed);
    }
    samme_buffer_free(&text);
    samme_release_free(&release);
}

static void fill_lists(samme_release *release) {
    release->waiver_count = 2;
    release->waivers = calloc(2, sizeof *release->waivers);
    strcpy(release->waivers[0].text, "gap policy/a.yaml: r\xc3\xa5t");
    strcpy(release->waivers[1].text, "overlap: b");
    release->keep_count = 3;
    release->keeps = calloc(3, sizeof *release->keeps);
    for (unsigned i = 0; i < 3; i++) {
        release->keeps[i].version = 2 + 9 * i;
        release->keeps[i].note_hash = samme_sha256(SAMME_SPAN((const uint8_t *)&i, sizeof i));
    }
    release->at_ms = ISSUED_MS + 60000;
    release->expires_ms = ISSUED_MS + 120000;
    release->from = 3;
    release->baseline = 11;
    release->compared = true;
    release->check = samme_sha256(SAMME_LITERAL("check"));
    release->diff = samme_sha256(SAMME_LITERAL("diff"));
}

Test(release, reopens_without_signatures_when_adopted_before) {
    samme_root root = make_root();
    samme_release release = make_release(1), opened;
    release.version = 30;
    release.previous = samme_sha256(SAMME_LITERAL("x"));
    fill_lists(&release);
    samme_buffer text = text_of(&root, &release);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROSTER, "1");
    cr_assert_eq(samme_release_open(&root, samme_buffer_span(&note), &opened, NULL),
                 SAMME_BAD_SIGNATURE);
    cr_assert_eq(samme_release_reopen(&root, samme_buffer_span(&note), &opened, NULL), SAMME_OK);
    cr_assert_eq(opened.at_ms, release.at_ms);
    cr_assert_eq(opened.expires_ms, release.expires_ms);
    cr_assert_eq(opened.from, 3);
    cr_assert_eq(opened.baseline, 11);
    cr_assert_eq(opened.waiver_count, 2);
    cr_assert_str_eq(opened.waivers[0].text, release.waivers[0].text);
    cr_assert_eq(opened.keep_count, 3);
    cr_assert_eq(opened.keeps[2].version, 20);
    cr_assert(samme_hash_equal(&opened.keeps[2].note_hash, &release.keeps[2].note_hash));
    cr_assert(opened.compared && samme_hash_equal(&opened.diff, &release.diff));
    samme_release_free(&opened);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

Test(release, long_lines_and_many_documents_are_too_large) {
    samme_root root = make_root();
    samme_release release = make_release(0), opened;
    samme_buffer text = text_of(&root, &release), changed;
    char reason[300];
    memset(reason, 'r', sizeof reason - 1);
    memcpy(reason, "reason ", 7);
    reason[7 + 201] = 0;
    changed = replaced(samme_buffer_text(&text),
                       "reason Longer time for gifts \xe2\x80\x93 before Christmas", reason);
    cr_assert_eq(
        open_signed(&root, samme_buffer_span(&changed), SAMME_ROLE_RELEASE, "12", &opened, NULL),
        SAMME_TOO_LARGE);
    samme_buffer_free(&changed);
    for (unsigned i = 0; i <= SAMME_RELEASE_MAX_DOCUMENTS; i++)
        samme_buffer_append_text(&text, "doc x\n");
    cr_assert_eq(
        open_signed(&root, samme_buffer_span(&text), SAMME_ROLE_RELEASE, "12", &opened, NULL),
        SAMME_TOO_LARGE);
    samme_buffer_free(&text);
    samme_release_free(&release);
}

static bool rewrite_release(samme_span note, samme_buffer *out_text) {
    samme_root root = make_root();
    samme_release release;
    if (samme_release_open(&root, note, &release, NULL) != SAMME_OK)
        return false;
    cr_assert_eq(samme_release_text(&root, &release, out_text, NULL), SAMME_OK);
    samme_release_free(&release);
    return true;
}

Test(release, has_one_form) {
    samme_root root = make_root();
    samme_release release = make_release(4);
    release.version = 30;
    release.previous = samme_sha256(SAMME_LITERAL("x"));
    fill_lists(&release);
    samme_buffer text = text_of(&root, &release);
    unsigned opened = check_one_form(samme_buffer_span(&text), SAMME_ROLE_RELEASE, "12",
                                     rewrite_release, 13, 4000);
    cr_assert_gt(opened, 0, "no change was harmless: the check checks nothing");
    samme_buffer_free(&text);
    samme_release_free(&release);
}
