/* Rollout: waves in a release's text, and halts of them. */
#include "fixture.h"

#define HOUR_MS  3600000
#define FIRST_MS 1769904000000 /* 2026-02-01T00:00:00Z */

static samme_release_wave waves[3];
static samme_release_early early[3];

static samme_release in_waves(void) {
    for (unsigned i = 0; i < 3; i++)
        waves[i].at_ms = FIRST_MS + i * 24 * HOUR_MS;
    early[0] = (samme_release_early){.branch = 2, .wave = 2};
    early[1] = (samme_release_early){.branch = 7, .wave = 1};
    early[2] = (samme_release_early){.branch = 4000, .wave = 2};
    return (samme_release){.version = 1,
                           .decide_version = 1,
                           .issued_ms = FIRST_MS,
                           .author = "Kari",
                           .reason = "why",
                           .wave_count = 3,
                           .waves = waves,
                           .early_count = 3,
                           .early = early};
}

static samme_status write(const samme_release *release, samme_buffer *out, samme_error *error) {
    static samme_root root;
    root = make_root();
    samme_buffer_init(out, SAMME_DOCUMENT_MAX_BYTES);
    return samme_release_text(&root, release, out, error);
}

static samme_status read(samme_span text, samme_release *out, samme_error *error) {
    static samme_root root;
    root = make_root();
    samme_buffer note = signed_note(text, SAMME_ROLE_RELEASE, "12");
    samme_status status = samme_release_open(&root, samme_buffer_span(&note), out, error);
    samme_buffer_free(&note);
    return status;
}

Test(waves, are_written_as_documented_and_read_again) {
    const samme_release release = in_waves();
    samme_release opened;
    samme_buffer text;
    samme_error error = {.text = ""};
    cr_assert_eq(write(&release, &text, &error), SAMME_OK, "%s", error.text);
    cr_assert_not_null(strstr(samme_buffer_text(&text), "diff none\n"
                                                        "wave 1 2026-02-01T00:00:00Z\n"
                                                        "wave 2 2026-02-02T00:00:00Z\n"
                                                        "wave 3 2026-02-03T00:00:00Z\n"
                                                        "early 2 2\nearly 7 1\nearly 4000 2\n"),
                       "%s", samme_buffer_text(&text));
    cr_assert_eq(read(samme_buffer_span(&text), &opened, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(opened.wave_count, 3);
    cr_assert_eq(opened.early_count, 3);
    cr_assert_eq(opened.waves[2].at_ms, waves[2].at_ms);
    cr_assert_eq(opened.early[2].branch, 4000);
    cr_assert_eq(opened.early[2].wave, 2);
    samme_release_free(&opened);
    samme_buffer_free(&text);
}

Test(waves, every_branch_that_is_not_early_is_of_the_last) {
    const samme_release release = in_waves();
    static const struct {
        uint32_t branch, wave;
    } expected[] = {{1, 3}, {2, 2}, {3, 3}, {7, 1}, {8, 3}, {4000, 2}, {4001, 3}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const uint32_t branch = expected[i].branch;
        const int64_t due = FIRST_MS + (expected[i].wave - 1) * 24 * HOUR_MS;
        cr_assert_eq(samme_release_wave_of(&release, branch), expected[i].wave, "%u", branch);
        cr_assert_eq(samme_release_due_ms(&release, branch), due);
        cr_assert(!samme_release_due(&release, branch, due - 1));
        cr_assert(samme_release_due(&release, branch, due));
    }
}

Test(waves, without_them_all_wait_for_the_same_time) {
    samme_release release = {.at_ms = 0};
    cr_assert_eq(samme_release_wave_of(&release, 5), 1);
    cr_assert(samme_release_due(&release, 5, 0), "at once");
    release.at_ms = FIRST_MS;
    cr_assert(!samme_release_due(&release, 5, FIRST_MS - 1));
    cr_assert(samme_release_due(&release, 5, FIRST_MS));
}

static void must_refuse(const samme_release *release, const char *words) {
    samme_buffer text;
    samme_error error = {.text = ""};
    cr_assert_eq(write(release, &text, &error), SAMME_MALFORMED, "%s", words);
    cr_assert_not_null(strstr(error.text, words), "%s", error.text);
    samme_buffer_free(&text);
}

Test(waves, what_is_not_a_rollout_is_refused) {
    samme_release release = in_waves();
    release.at_ms = FIRST_MS;
    must_refuse(&release, "no at beside them");
    release = in_waves();
    release.wave_count = 1;
    release.early_count = 0;
    must_refuse(&release, "at least two waves");
    release = in_waves();
    release.wave_count = 0;
    must_refuse(&release, "at least two waves");
    release = in_waves();
    waves[1].at_ms = FIRST_MS;
    must_refuse(&release, "wave 2: expected a time after 1970, later than");
    release = in_waves();
    waves[0].at_ms = 0;
    must_refuse(&release, "wave 1: expected a time after 1970");
    release = in_waves();
    early[1].branch = 2;
    must_refuse(&release, "early 2: expected branches in order, each once");
    release = in_waves();
    early[2].wave = 3;
    must_refuse(&release, "early 4000: expected a wave before the last, found 3");
    release = in_waves();
    early[0].wave = 0;
    must_refuse(&release, "early 2: expected a wave before the last, found 0");
    release = in_waves();
    release.expires_ms = waves[2].at_ms;
    must_refuse(&release, "the last wave before expires");
}

/* Another number, order or place of the lines is another text: none of them is one. */
Test(waves, have_one_form) {
    static const char *const changes[][2] = {{"wave 2 ", "wave 3 "},
                                             {"wave 1 ", "wave 01 "},
                                             {"early 7 1", "early 7 3"},
                                             {"early 7 1", "early 07 1"},
                                             {"early 7 1", "early 7 1 "},
                                             {"early 7 1", "early 7"},
                                             {"early 4000 2", "early 6 2"},
                                             {"wave 1 2026-02-01T00:00:00Z", "wave 1 2026-02-01"},
                                             {"wave 3 2026-02-03T00:00:00Z\n", ""},
                                             {"wave 2 2026-02-02T00:00:00Z\n", ""}};
    const samme_release release = in_waves();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        samme_buffer text, changed;
        samme_release opened;
        cr_assert_eq(write(&release, &text, NULL), SAMME_OK);
        changed = replaced(samme_buffer_text(&text), changes[i][0], changes[i][1]);
        cr_assert_eq(read(samme_buffer_span(&changed), &opened, NULL), SAMME_MALFORMED, "%zu", i);
        samme_buffer_free(&changed);
        samme_buffer_free(&text);
    }
}

static samme_halt make_halt(void) {
    return (samme_halt){.version = 4,
                        .release_hash = samme_sha256(SAMME_LITERAL("")),
                        .wave = 2,
                        .issued_ms = FIRST_MS + 1,
                        .author = "Kari",
                        .reason = "prices are wrong"};
}

static samme_buffer halt_text(const samme_halt *halt) {
    samme_root root = make_root();
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_halt_text(&root, halt, &text, &error), SAMME_OK, "%s", error.text);
    return text;
}

static samme_status open_halt(samme_span text, samme_role role, const char *signers,
                              samme_halt *out, samme_error *error) {
    samme_root root = make_root();
    samme_buffer note = signed_note(text, role, signers);
    samme_status status = samme_halt_open(&root, samme_buffer_span(&note), out, error);
    samme_buffer_free(&note);
    return status;
}

Test(halt, is_written_as_documented_and_needs_one_key_of_the_role) {
    const samme_halt halt = make_halt();
    samme_halt opened = {.version = 99};
    samme_error error = {.text = ""};
    samme_buffer text = halt_text(&halt);
    cr_assert_str_eq(samme_buffer_text(&text),
                     CHAIN "/halt\n"
                           "release 4 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
                           "wave 2\nissued 2026-02-01T00:00:00Z\nauthor Kari\n"
                           "reason prices are wrong\n");
    const samme_span span = samme_buffer_span(&text);
    cr_assert_eq(open_halt(span, SAMME_ROLE_ROSTER, "1", &opened, &error), SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "signed by no key of role release"), "%s", error.text);
    cr_assert_eq(open_halt(span, SAMME_ROLE_ROOT, "123", &opened, &error), SAMME_BAD_SIGNATURE);
    cr_assert_eq(opened.version, 99, "written although refused");
    static const char *const keys[] = {"1", "2", "3"}; /* a release needs two of them */
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(open_halt(span, SAMME_ROLE_RELEASE, keys[i], &opened, &error), SAMME_OK, "%s",
                     error.text);
    cr_assert_eq(opened.version, 4);
    cr_assert_eq(opened.wave, 2);
    cr_assert(samme_hash_equal(&opened.release_hash, &halt.release_hash));
    cr_assert_str_eq(opened.reason, halt.reason);
    samme_buffer_free(&text);
}

/* A halt is no release and a release no halt, whoever signed it. */
Test(halt, other_texts_are_malformed) {
    const samme_halt halt = make_halt();
    const samme_release release = in_waves();
    samme_halt opened;
    samme_release none;
    samme_buffer text = halt_text(&halt), other;
    cr_assert_eq(read(samme_buffer_span(&text), &none, NULL), SAMME_MALFORMED);
    cr_assert_eq(write(&release, &other, NULL), SAMME_OK);
    cr_assert_eq(open_halt(samme_buffer_span(&other), SAMME_ROLE_RELEASE, "12", &opened, NULL),
                 SAMME_MALFORMED);
    samme_buffer_free(&other);
    samme_buffer_free(&text);
    samme_root root = make_root();
    samme_halt wrong = make_halt();
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    wrong.wave = SAMME_RELEASE_WAVES_MAX + 1;
    cr_assert_eq(samme_halt_text(&root, &wrong, &text, NULL), SAMME_MALFORMED);
    wrong = make_halt();
    strcpy(wrong.reason, "two\nlines");
    cr_assert_eq(samme_halt_text(&root, &wrong, &text, NULL), SAMME_MALFORMED);
    wrong = make_halt();
    wrong.issued_ms = INT64_MAX;
    cr_assert_eq(samme_halt_text(&root, &wrong, &text, NULL), SAMME_MALFORMED);
    cr_assert_eq(text.length, 0);
    samme_buffer_free(&text);
}

static bool rewrite_halt(samme_span note, samme_buffer *out_text) {
    samme_root root = make_root();
    samme_halt halt;
    return samme_halt_open(&root, note, &halt, NULL) == SAMME_OK &&
           samme_halt_text(&root, &halt, out_text, NULL) == SAMME_OK;
}

Test(halt, every_changed_byte_is_refused_or_read_as_it_stands) {
    const samme_halt halt = make_halt();
    samme_buffer text = halt_text(&halt);
    unsigned opened =
        check_one_form(samme_buffer_span(&text), SAMME_ROLE_RELEASE, "1", rewrite_halt, 17, 2000);
    cr_assert_gt(opened, 0, "or this test shows nothing");
    samme_buffer_free(&text);
}
