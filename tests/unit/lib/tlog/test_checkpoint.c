#include "tests/unit/lib/tlog/notes.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

TestSuite(checkpoint, .init = start_crypto);

#define ORIGIN "chain.example/b/0042/e3"
#define ROOT   "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static samme_checkpoint checkpoint_of(uint64_t size) {
    samme_checkpoint checkpoint = {.size = size};
    memset(checkpoint.root.bytes, 1, sizeof checkpoint.root.bytes);
    return checkpoint;
}

static samme_status open_note(samme_span note, const samme_vkey *key, samme_checkpoint *out) {
    samme_error error = {.text = ""};
    *out = checkpoint_of(4711);
    samme_status status = samme_checkpoint_open(note, key, out, &error);
    if (status != SAMME_OK) {
        cr_assert_eq(out->size, 4711);
        cr_assert_neq(error.text[0], 0);
    }
    return status;
}

/* Signs a text that need not be a checkpoint and opens it as one. */
static samme_status open_text(const char *text, samme_checkpoint *out) {
    const samme_vkey key = vkey_of(ORIGIN, 1);
    samme_buffer note;
    sign(&note, text, ORIGIN, 1);
    samme_status status = open_note(samme_buffer_span(&note), &key, out);
    samme_buffer_free(&note);
    return status;
}

static void expect_malformed(const char *text) {
    samme_checkpoint out;
    cr_assert_eq(open_text(text, &out), SAMME_MALFORMED, "%s", text);
}

/* From the tests of filippo.io/torchwood, signed by the public test key of
 * transparency-dev/tessera. */
Test(checkpoint, of_a_log_of_others) {
    const samme_vkey key = vkey_of_text(
        "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
    samme_checkpoint out;
    cr_assert_eq(
        open_note(SAMME_LITERAL("example.com/log/testdata\n"
                                "100270\n"
                                "GRV1O0dCqmjjPvYi7CtOT79zb/fPwLNsMFWsynwU8Ac=\n"
                                "\n"
                                "— example.com/log/testdata M9e0lkcvy5bAe7rrC8tCyAP+my+CLzswA91zOpB"
                                "NWVU7qCojkUOHnfdQzDImoYeYH8G8PJSwOqsx0RkSa261OmKVwwM=\n"),
                  &key, &out),
        SAMME_OK);
    cr_assert_eq(out.size, 100270);
    cr_assert_eq(out.root.bytes[0], 0x19);
    cr_assert_eq(out.root.bytes[31], 0x07);
}

Test(checkpoint, its_text) {
    const samme_seed seed = seed_of(1);
    const samme_checkpoint checkpoint = checkpoint_of(1048576);
    static const char wanted[] = ORIGIN "\n1048576\n" ROOT "\n\n— " ORIGIN " ";
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_checkpoint_sign(ORIGIN, &seed, &checkpoint, &note), SAMME_OK);
    cr_assert_eq(strncmp(samme_buffer_text(&note), wanted, strlen(wanted)), 0, "%s",
                 samme_buffer_text(&note));
    samme_buffer_free(&note);
}

Test(checkpoint, round_trip_of_sizes) {
    static const uint64_t sizes[] = {0,     1,     9,        10,         255,
                                     65536, 70000, 1u << 31, UINT32_MAX, SAMME_TREE_MAX_LEAVES};
    const samme_seed seed = seed_of(1);
    const samme_vkey key = vkey_of(ORIGIN, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        samme_checkpoint checkpoint = checkpoint_of(sizes[i]), out;
        samme_buffer note;
        samme_buffer_init(&note, 1024);
        cr_assert_eq(samme_checkpoint_sign(ORIGIN, &seed, &checkpoint, &note), SAMME_OK);
        cr_assert_eq(open_note(samme_buffer_span(&note), &key, &out), SAMME_OK);
        cr_assert_eq(out.size, sizes[i]);
        cr_assert(samme_hash_equal(&out.root, &checkpoint.root));
        samme_buffer_free(&note);
    }
}

Test(checkpoint, longest_origin) {
    char origin[SAMME_NOTE_NAME_MAX + 2];
    const samme_seed seed = seed_of(1);
    const samme_checkpoint checkpoint = checkpoint_of(SAMME_TREE_MAX_LEAVES);
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    memset(origin, 'o', sizeof origin);
    origin[SAMME_NOTE_NAME_MAX + 1] = 0;
    cr_assert_eq(samme_checkpoint_sign(origin, &seed, &checkpoint, &note), SAMME_MALFORMED);
    cr_assert_eq(note.length, 0);
    origin[SAMME_NOTE_NAME_MAX] = 0;
    cr_assert_eq(samme_checkpoint_sign(origin, &seed, &checkpoint, &note), SAMME_OK);
    const samme_vkey key = vkey_of(origin, 1);
    samme_checkpoint out;
    cr_assert_eq(open_note(samme_buffer_span(&note), &key, &out), SAMME_OK);
    samme_buffer_free(&note);
}

Test(checkpoint, signing_refuses_what_no_log_has) {
    const samme_seed seed = seed_of(1);
    const samme_checkpoint fine = checkpoint_of(1);
    const samme_checkpoint too_large = checkpoint_of(SAMME_TREE_MAX_LEAVES + 1);
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_checkpoint_sign(ORIGIN, &seed, &too_large, &note), SAMME_TOO_LARGE);
    cr_assert_eq(samme_checkpoint_sign("", &seed, &fine, &note), SAMME_MALFORMED);
    cr_assert_eq(samme_checkpoint_sign("two\nlines", &seed, &fine, &note), SAMME_MALFORMED);
    cr_assert_eq(samme_checkpoint_sign("two words", &seed, &fine, &note), SAMME_MALFORMED);
    cr_assert_eq(note.length, 0);
    samme_buffer_free(&note);
}

Test(checkpoint, text_that_is_right) {
    samme_checkpoint out;
    cr_assert_eq(open_text(ORIGIN "\n7\n" ROOT "\n", &out), SAMME_OK);
    cr_assert_eq(out.size, 7);
}

Test(checkpoint, extension_lines) {
    expect_malformed(ORIGIN "\n7\n" ROOT "\nmore\n");
    expect_malformed(ORIGIN "\n7\n" ROOT "\n\nmore\n");
}

Test(checkpoint, too_few_lines) {
    expect_malformed(ORIGIN "\n");
    expect_malformed(ORIGIN "\n7\n");
    expect_malformed("7\n" ROOT "\n");
    expect_malformed(ORIGIN "\n\n" ROOT "\n");
}

Test(checkpoint, size_not_written_the_one_way) {
    static const char *const sizes[] = {
        "07", "00", "+5", "-1", "0x5", "5 ", " 5", "5.0", "1e3", "٥", "1_000", "",
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, ORIGIN "\n%s\n" ROOT "\n", sizes[i]);
        expect_malformed(text);
    }
}

Test(checkpoint, size_that_no_tree_has) {
    samme_checkpoint out;
    cr_assert_eq(open_text(ORIGIN "\n9223372036854775807\n" ROOT "\n", &out), SAMME_OK);
    expect_malformed(ORIGIN "\n9223372036854775808\n" ROOT "\n");
    expect_malformed(ORIGIN "\n18446744073709551616\n" ROOT "\n");
    expect_malformed(ORIGIN "\n99999999999999999999999999\n" ROOT "\n");
}

Test(checkpoint, root_of_another_length) {
    expect_malformed(ORIGIN "\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ==\n");
    expect_malformed(ORIGIN "\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n");
    expect_malformed(ORIGIN "\n7\nAQ==\n");
}

Test(checkpoint, root_in_loose_base64) {
    expect_malformed(ORIGIN "\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQF=\n");
    expect_malformed(ORIGIN "\n7\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\n");
    expect_malformed(ORIGIN "\n7\n" ROOT " \n");
}

Test(checkpoint, another_origin_under_this_key) {
    expect_malformed("chain.example/b/0042/e4\n7\n" ROOT "\n");
    expect_malformed("chain.example/b/0042/e33\n7\n" ROOT "\n");
    expect_malformed("\n7\n" ROOT "\n");
}

static samme_status open_signed_by(const char *name, uint8_t number) {
    const samme_vkey key = vkey_of(ORIGIN, 1);
    samme_checkpoint out;
    samme_buffer note;
    sign(&note, ORIGIN "\n7\n" ROOT "\n", name, number);
    samme_status status = open_note(samme_buffer_span(&note), &key, &out);
    samme_buffer_free(&note);
    return status;
}

Test(checkpoint, signed_by_others) {
    cr_assert_eq(open_signed_by(ORIGIN, 1), SAMME_OK);
    cr_assert_eq(open_signed_by(ORIGIN, 2), SAMME_BAD_SIGNATURE);
    cr_assert_eq(open_signed_by("chain.example/b/0043/e1", 2), SAMME_BAD_SIGNATURE);
    cr_assert_eq(open_signed_by("chain.example/b/0042/e4", 1), SAMME_BAD_SIGNATURE);
}

Test(checkpoint, signed_by_others_too) {
    const samme_seed seed = seed_of(1);
    const samme_checkpoint checkpoint = checkpoint_of(7);
    const samme_vkey key = vkey_of(ORIGIN, 1);
    samme_checkpoint out;
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_checkpoint_sign(ORIGIN, &seed, &checkpoint, &note), SAMME_OK);
    cosign(&note, "chain.example/w/0042/e3", 9);
    cr_assert_eq(open_note(samme_buffer_span(&note), &key, &out), SAMME_OK);
    samme_buffer_free(&note);
}

Test(checkpoint, changed_after_signing) {
    const samme_seed seed = seed_of(1);
    const samme_checkpoint checkpoint = checkpoint_of(7);
    const samme_vkey key = vkey_of(ORIGIN, 1);
    samme_checkpoint out;
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_checkpoint_sign(ORIGIN, &seed, &checkpoint, &note), SAMME_OK);
    note.data[strlen(ORIGIN) + 1] = '8';
    cr_assert_eq(open_note(samme_buffer_span(&note), &key, &out), SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
}

Test(checkpoint, what_is_no_note) {
    const samme_vkey key = vkey_of(ORIGIN, 1);
    samme_checkpoint out;
    cr_assert_eq(open_note(SAMME_LITERAL(ORIGIN "\n7\n" ROOT "\n"), &key, &out), SAMME_MALFORMED);
    cr_assert_eq(open_note(SAMME_SPAN(NULL, 0), &key, &out), SAMME_MALFORMED);
}

/* Signed by tests/oracle/tlog.py: make_checkpoint() with another origin, and with lines behind the
 * root. */
#define STRANGER_VKEY "key.example+b6ed9294+AeDGRQy7wm7cpHpwfKOCvV3D0c8Qiub7J9sz8cm+9YVJ"
#define STRANGE_ROOT  "ULMS9cvHFnWfViDXOnzBFBVwc0n0Gwzgt897eAfsMdo="
#define STRANGE_LINES "strange.example/2026\n70000\n" STRANGE_ROOT "\n"
static const char strange_both[] =
    STRANGE_LINES "first more\n2\n\n— key.example "
                  "tu2SlMqm6t/G5F6+YN5HrHpytUOjWb7OHhEJq1sO1y9fbtKQ7DFZad/"
                  "9YiXGE3poIhvC3/ARz0+shN38q4/z2cvBpgs=\n";
static const char strange_line[] =
    "key.example\n70000\n" STRANGE_ROOT "\none\n\n— key.example "
    "tu2SlOVTcvhr7haROFL2G5OmTIAL+sAFlKsxuFS6mFIFn159ZiQXEcZTOKw3GPMU9o9p04ELqMHyPy0Tka49wB4K8gA="
    "\n";
static const char strange_origin[] =
    STRANGE_LINES "\n— key.example "
                  "tu2SlPG50FsBgFxz1FpjkZv81QXHQEFy6PBIrxyK2OffN5SJsj9iTVCq0UNhpYI1vFKLDKirzEeI+"
                  "IbsBwowyJIlowg=\n";

static samme_status open_any(samme_span note, const samme_vkey *key, samme_log_head *out) {
    samme_error error = {.text = ""};
    *out = (samme_log_head){.size = 4711};
    samme_status status = samme_log_head_open(note, key, out, &error);
    cr_assert(status == SAMME_OK || (out->size == 4711 && error.text[0] != 0));
    return status;
}

/* Legal, so taken as anybody's; ours are never so, and are not taken as ours. */
Test(checkpoint, of_strangers) {
    static const struct {
        const char *note, *origin;
        unsigned extensions;
    } cases[] = {{strange_both, "strange.example/2026", 2},
                 {strange_line, "key.example", 1},
                 {strange_origin, "strange.example/2026", 0}};
    const samme_vkey key = vkey_of_text(STRANGER_VKEY);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const samme_span note = samme_span_of_text(cases[i].note);
        samme_log_head head;
        samme_checkpoint ours;
        cr_assert_eq(open_any(note, &key, &head), SAMME_OK, "%s", cases[i].note);
        cr_assert_str_eq(head.origin, cases[i].origin);
        cr_assert_eq(head.size, 70000);
        cr_assert_eq(head.root.bytes[0], 0x50);
        cr_assert_eq(head.extensions, cases[i].extensions);
        cr_assert_eq(open_note(note, &key, &ours), SAMME_MALFORMED, "%s", cases[i].note);
        cr_assert_eq(samme_checkpoint_read(note, &key, &ours, NULL), SAMME_MALFORMED);
    }
}

Test(checkpoint, of_strangers_is_signed_whole) {
    const samme_vkey key = vkey_of_text(STRANGER_VKEY), other = vkey_of(ORIGIN, 1);
    samme_log_head head;
    char note[sizeof strange_both];
    memcpy(note, strange_both, sizeof note);
    *strstr(note, "more") = 'M';
    cr_assert_eq(open_any(samme_span_of_text(note), &key, &head), SAMME_BAD_SIGNATURE);
    memcpy(note, strange_both, sizeof note);
    note[0] = 'S';
    cr_assert_eq(open_any(samme_span_of_text(note), &key, &head), SAMME_BAD_SIGNATURE);
    cr_assert_eq(open_any(samme_span_of_text(strange_both), &other, &head), SAMME_BAD_SIGNATURE);
}

Test(checkpoint, of_strangers_has_a_form) {
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"o\n7\n" ROOT "\n", true},
        {"o p\n7\n" ROOT "\nx\n", true},
        {"\n7\n" ROOT "\n", false},
        {"o\n07\n" ROOT "\n", false},
        {"o\n7\n" ROOT "\n\nx\n", false},
        {"o\n7\n" ROOT "\nx\n\ny\n", false},
        {"o\n7\nAQ==\nx\n", false},
        {"o\n7\n", false},
        {"o\n9223372036854775808\n" ROOT "\n", false},
    };
    const samme_vkey key = vkey_of(ORIGIN, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        samme_buffer note;
        samme_log_head head;
        sign(&note, cases[i].text, ORIGIN, 1);
        cr_assert_eq(open_any(samme_buffer_span(&note), &key, &head),
                     cases[i].good ? SAMME_OK : SAMME_MALFORMED, "%s", cases[i].text);
        samme_buffer_free(&note);
    }
}

Test(checkpoint, of_strangers_longest_origin) {
    char text[SAMME_ORIGIN_MAX + 100];
    for (unsigned length = SAMME_ORIGIN_MAX; length <= SAMME_ORIGIN_MAX + 1; length++) {
        const samme_vkey key = vkey_of(ORIGIN, 1);
        samme_buffer note;
        samme_log_head head;
        memset(text, 'o', length);
        snprintf(text + length, sizeof text - length, "\n7\n" ROOT "\n");
        sign(&note, text, ORIGIN, 1);
        const bool fits = length == SAMME_ORIGIN_MAX;
        cr_assert_eq(open_any(samme_buffer_span(&note), &key, &head),
                     fits ? SAMME_OK : SAMME_MALFORMED);
        cr_assert(!fits || strlen(head.origin) == SAMME_ORIGIN_MAX);
        samme_buffer_free(&note);
    }
}

/* Read without its signature: the same form, and nothing more is promised. */
Test(checkpoint, read_for_whoever_verifies_later) {
    const samme_vkey key = vkey_of(ORIGIN, 1), other = vkey_of("chain.example/b/0043/e1", 1);
    samme_buffer note;
    sign(&note, ORIGIN "\n12\n" ROOT "\n", ORIGIN, 1);
    samme_span bytes = samme_buffer_span(&note);
    samme_checkpoint out = checkpoint_of(4711);
    cr_assert_eq(samme_checkpoint_read(bytes, &key, &out, NULL), SAMME_OK);
    cr_assert_eq(out.size, 12);
    out.size = 4711;
    cr_assert_eq(samme_checkpoint_read(bytes, &other, &out, NULL), SAMME_MALFORMED);
    cr_assert_eq(samme_checkpoint_read(SAMME_SPAN(bytes.data, 20), &key, &out, NULL),
                 SAMME_MALFORMED);
    cr_assert_eq(out.size, 4711);
    uint8_t *signature = note.data + note.length - 10;
    *signature = *signature == 'A' ? 'B' : 'A';
    cr_assert_eq(samme_checkpoint_read(bytes, &key, &out, NULL), SAMME_OK);
    cr_assert_eq(open_note(bytes, &key, &out), SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
}
