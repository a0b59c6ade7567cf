#include "fixture.h"

static samme_buffer text_of(const samme_root *root) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(root, &text, &error), SAMME_OK, "%s", error.text);
    return text;
}

static samme_status open_signed(samme_span text, const char *signers, samme_root *out,
                                samme_error *error) {
    samme_buffer note = signed_note(text, SAMME_ROLE_ROOT, signers);
    samme_status status = samme_root_open(samme_buffer_span(&note), out, error);
    samme_buffer_free(&note);
    return status;
}

Test(root, is_written_as_documented) {
    samme_root root = make_root();
    samme_buffer text = text_of(&root);
    const char *start = CHAIN "/root\nversion 1\n"
                              "previous AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                              "threshold root 2\nkey root " CHAIN "/key/root-1+";
    cr_assert_eq(strncmp(samme_buffer_text(&text), start, strlen(start)), 0, "%s",
                 samme_buffer_text(&text));
    cr_assert_not_null(strstr(samme_buffer_text(&text), "\nthreshold roster 1\nkey roster "));
    cr_assert_not_null(strstr(samme_buffer_text(&text), "\nthreshold release 2\nkey release "));
    samme_buffer_free(&text);
}

Test(root, opens_as_it_was_written) {
    samme_root root = make_root(), opened;
    samme_buffer text = text_of(&root), again;
    samme_error error = {.text = ""};
    cr_assert_eq(open_signed(samme_buffer_span(&text), "13", &opened, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_str_eq(opened.chain, CHAIN);
    cr_assert_eq(opened.version, 1);
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        cr_assert_eq(opened.roles[role].threshold, root.roles[role].threshold);
        cr_assert_eq(opened.roles[role].count, root.roles[role].count);
        for (unsigned i = 0; i < root.roles[role].count; i++)
            cr_assert(samme_vkey_equal(&opened.roles[role].keys[i], &root.roles[role].keys[i]));
    }
    again = text_of(&opened);
    cr_assert(samme_span_equal(samme_buffer_span(&text), samme_buffer_span(&again)));
    samme_buffer_free(&text);
    samme_buffer_free(&again);
}

Test(root, is_refused_below_its_own_threshold) {
    samme_root root = make_root(), opened = {.version = 99};
    samme_buffer text = text_of(&root);
    samme_error error;
    cr_assert_eq(open_signed(samme_buffer_span(&text), "2", &opened, &error), SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "1 of the 2"), "%s", error.text);
    cr_assert_eq(opened.version, 99, "written although refused");
    samme_buffer_free(&text);
}

Test(root, keys_of_other_roles_do_not_count) {
    samme_root root = make_root(), opened;
    samme_buffer text = text_of(&root);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_RELEASE, "123");
    cr_assert_eq(samme_root_open(samme_buffer_span(&note), &opened, NULL), SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
}

/* The same signature line twice, and the same key under two signature lines: one key is one
 * signature. */
Test(root, one_key_twice_is_one_signature) {
    samme_root root = make_root(), opened;
    samme_buffer text = text_of(&root);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROOT, "1");
    size_t line = text.length + 1;
    samme_buffer doubled;
    samme_buffer_init(&doubled, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append(&doubled, samme_buffer_span(&note));
    samme_buffer_append(&doubled, SAMME_SPAN(note.data + line, note.length - line));
    cr_assert_neq(samme_root_open(samme_buffer_span(&doubled), &opened, NULL), SAMME_OK);
    samme_buffer_free(&doubled);
    samme_buffer_free(&note);
    samme_buffer_free(&text);
}

static void assert_not_written(const samme_root *root, const char *why) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append_text(&text, "before");
    cr_assert_eq(samme_root_text(root, &text, &error), SAMME_MALFORMED, "%s", why);
    cr_assert_neq(error.text[0], 0);
    cr_assert_str_eq(samme_buffer_text(&text), "before");
    samme_buffer_free(&text);
}

Test(root, refuses_to_write_what_is_not_valid) {
    samme_root root = make_root();
    root.roles[SAMME_ROLE_RELEASE].threshold = 0;
    assert_not_written(&root, "threshold 0");
    root = make_root();
    root.roles[SAMME_ROLE_RELEASE].threshold = 4;
    assert_not_written(&root, "threshold above the number of keys");
    root = make_root();
    root.roles[SAMME_ROLE_ROSTER].count = 0;
    root.roles[SAMME_ROLE_ROSTER].threshold = 0;
    assert_not_written(&root, "a role without keys");
    root = make_root();
    root.roles[SAMME_ROLE_ROSTER].count = SAMME_ROLE_KEYS_MAX + 1;
    assert_not_written(&root, "too many keys");
    root = make_root();
    samme_vkey first = root.roles[SAMME_ROLE_ROOT].keys[0];
    root.roles[SAMME_ROLE_ROOT].keys[0] = root.roles[SAMME_ROLE_ROOT].keys[1];
    root.roles[SAMME_ROLE_ROOT].keys[1] = first;
    assert_not_written(&root, "keys out of order");
    root = make_root();
    root.roles[SAMME_ROLE_ROOT].keys[1] =
        vkey_of(CHAIN "/key/root-2", role_seed(SAMME_ROLE_ROOT, 1));
    assert_not_written(&root, "one public key under two names");
    root = make_root();
    root.roles[SAMME_ROLE_RELEASE].keys[0] =
        vkey_of(CHAIN "/key/release-1", role_seed(SAMME_ROLE_ROSTER, 1));
    assert_not_written(&root, "one public key in two roles");
    root = make_root();
    root.roles[SAMME_ROLE_ROOT].keys[0] = vkey_of("other.example/key/root-1", 90);
    assert_not_written(&root, "a key of another chain");
    root = make_root();
    root.roles[SAMME_ROLE_ROOT].keys[0].id++;
    assert_not_written(&root, "an id that is not the key's");
    root = make_root();
    root.version = 0;
    assert_not_written(&root, "version 0");
}

Test(root, refuses_keys_of_small_order) {
    samme_root root = make_root();
    samme_public_key neutral = {{1}}; /* y = 1: every message has a signature under it */
    samme_vkey weak;
    cr_assert_eq(samme_vkey_make(CHAIN "/key/root-1", &neutral, &weak, NULL), SAMME_OK);
    root.roles[SAMME_ROLE_ROOT].keys[0] = weak;
    assert_not_written(&root, "small order");

    root = make_root();
    samme_buffer text = text_of(&root), sound, small, changed;
    samme_buffer_init(&sound, SAMME_VKEY_TEXT_MAX);
    samme_buffer_init(&small, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&root.roles[SAMME_ROLE_ROOT].keys[0], &sound);
    samme_vkey_format(&weak, &small);
    changed =
        replaced(samme_buffer_text(&text), samme_buffer_text(&sound), samme_buffer_text(&small));
    samme_error error = {.text = ""};
    cr_assert_eq(open_signed(samme_buffer_span(&changed), "23", &root, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "root line 5"), "%s", error.text);
    samme_buffer_free(&text);
    samme_buffer_free(&sound);
    samme_buffer_free(&small);
    samme_buffer_free(&changed);
}

Test(root, chain_names) {
    const char *good[] = {"a", "shop.example", "0-9.x",
                          "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"};
    const char *bad[] = {"",
                         "Shop.example",
                         "a b",
                         "a/b",
                         ".a",
                         "a.",
                         "a..b",
                         "\xc3\xb8.example",
                         "a+b",
                         "a_b",
                         "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijx"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(samme_chain_name_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(samme_chain_name_valid(bad[i]), "%s", bad[i]);
}

Test(root, other_texts_are_malformed) {
    static const char *const changes[][2] = {
        {"version 1", "version 01"},
        {"version 1", "version 0"},
        {"version 1", "version 1 "},
        {"version 1", "version  1"},
        {"version 1", "version 18446744073709551616"},
        {"version 1\n", "version 1\nversion 1\n"},
        {"version 1\n", ""},
        {"version 1\n", "version 1\n\n"},
        {"version 1\n", "version 1\r\n"},
        {"previous AAAA", "previous AAAB"}, /* version 1 has none */
        {"previous AAAA", "previous AAA"},
        {"previous ", "previously "},
        {"/root\n", "/roster\n"},
        {"/root\n", "/root \n"},
        {"/root\n", "\n"},
        {CHAIN "/root\n", "/root\n"},
        {CHAIN "/root\n", "Shop.example/root\n"},
        {"threshold root 2", "threshold root 0"},
        {"threshold root 2", "threshold root 4"},
        {"threshold root 2", "threshold root 02"},
        {"threshold root 2", "threshold roster 2"},
        {"threshold root 2", "threshold root 2 2"},
        {"threshold roster 1", "expires 2030-01-01\nthreshold roster 1"},
        {"key roster ", "key release "},
    };
    samme_root root = make_root(), opened;
    samme_buffer text = text_of(&root);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        samme_buffer changed = replaced(samme_buffer_text(&text), changes[i][0], changes[i][1]);
        samme_status status;
        samme_buffer note = signed_note(samme_buffer_span(&changed), SAMME_ROLE_ROOT, "123");
        samme_error error = {.text = ""};
        status = samme_root_open(samme_buffer_span(&note), &opened, &error);
        cr_assert_eq(status, SAMME_MALFORMED, "\"%s\" gave %s", changes[i][1],
                     samme_status_name(status));
        cr_assert_neq(error.text[0], 0);
        samme_buffer_free(&note);
        samme_buffer_free(&changed);
    }
    samme_buffer_free(&text);
}

static bool rewrite_root(samme_span note, samme_buffer *out_text) {
    samme_root root;
    if (samme_root_open(note, &root, NULL) != SAMME_OK)
        return false;
    cr_assert_eq(samme_root_text(&root, out_text, NULL), SAMME_OK);
    return true;
}

Test(root, has_one_form) {
    samme_root root = make_root();
    root.version = 10020;
    samme_buffer text = text_of(&root);
    unsigned opened =
        check_one_form(samme_buffer_span(&text), SAMME_ROLE_ROOT, "123", rewrite_root, 7, 3000);
    cr_assert_gt(opened, 0, "no change was harmless: the check checks nothing");
    samme_buffer_free(&text);
}

Test(root, truncated_notes_do_not_open) {
    samme_root root = make_root(), opened;
    samme_buffer text = text_of(&root);
    samme_buffer note = signed_note(samme_buffer_span(&text), SAMME_ROLE_ROOT, "12");
    for (size_t length = 0; length < note.length; length++) {
        uint8_t *cut = malloc(length + 1); /* of its own, so that a read behind it is seen */
        memcpy(cut, note.data, length);
        uint8_t *exact = realloc(cut, length == 0 ? 1 : length);
        cr_assert_neq(samme_root_open(SAMME_SPAN(exact, length), &opened, NULL), SAMME_OK,
                      "%zu bytes", length);
        free(exact);
    }
    samme_buffer_free(&note);
    samme_buffer_free(&text);
}

Test(successor, follows_by_one_and_by_hash) {
    samme_hash held = {{1}}, other = {{2}}, none = {{0}};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_successor_check("release", 3, &held, 4, &held, NULL), SAMME_OK);
    cr_assert_eq(samme_successor_check("release", 3, &held, 3, &held, &error), SAMME_STALE);
    cr_assert_eq(samme_successor_check("release", 3, &held, 1, &none, &error), SAMME_STALE);
    cr_assert_eq(samme_successor_check("release", 3, &held, 5, &held, &error), SAMME_MISMATCH);
    cr_assert_not_null(strstr(error.text, "release version 5 skips"), "%s", error.text);
    cr_assert_eq(samme_successor_check("roster", 3, &held, 4, &other, &error), SAMME_MISMATCH);
    cr_assert_not_null(strstr(error.text, "another history"), "%s", error.text);
    cr_assert_eq(samme_successor_check("roster", 3, &held, UINT64_MAX, &held, NULL),
                 SAMME_MISMATCH);
    cr_assert_eq(samme_successor_check("roster", UINT64_MAX, &held, UINT64_MAX, &held, NULL),
                 SAMME_STALE);
    cr_assert_eq(samme_successor_check("roster", UINT64_MAX, &held, 0, &held, NULL), SAMME_STALE);
}

Test(successor, the_first_is_version_one) {
    samme_hash other = {{2}}, none = {{0}};
    cr_assert_eq(samme_successor_check("roster", 0, NULL, 1, &none, NULL), SAMME_OK);
    cr_assert_eq(samme_successor_check("roster", 0, NULL, 2, &none, NULL), SAMME_MISMATCH);
    cr_assert_eq(samme_successor_check("roster", 0, NULL, 1, &other, NULL), SAMME_MISMATCH);
}
