#include "base/prng.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "tests/unit/lib/tlog/notes.h"

TestSuite(note_verify, .init = start_crypto);
TestSuite(note_sign, .init = start_crypto);
TestSuite(note_cosign, .init = start_crypto);

/* The seed of PETER_VKEY is public: golang.org/x/mod/sumdb/note signs its example with it. */
static samme_seed peter_seed(void) {
    samme_seed seed;
    samme_buffer bytes;
    samme_buffer_init(&bytes, 64);
    cr_assert_eq(
        samme_base64_parse(SAMME_LITERAL("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), &bytes),
        SAMME_OK);
    cr_assert_eq(bytes.length, 33);
    memcpy(seed.bytes, bytes.data + 1, sizeof seed.bytes);
    samme_buffer_free(&bytes);
    return seed;
}

static void expect_valid(samme_span bytes, const samme_vkey *keys, size_t count, unsigned wanted) {
    unsigned valid = 77;
    cr_assert_eq(verify(bytes, keys, count, &valid), SAMME_OK);
    cr_assert_eq(valid, wanted, "%u valid, expected %u", valid, wanted);
}

static void expect_bad(samme_span bytes, const samme_vkey *keys, size_t count) {
    unsigned valid = 77;
    cr_assert_eq(verify(bytes, keys, count, &valid), SAMME_BAD_SIGNATURE);
    cr_assert_eq(valid, 77);
}

Test(note_verify, known_note) {
    const samme_vkey keys[] = {vkey_of_text(PETER_VKEY), vkey_of_text(ENOCH_VKEY)};
    samme_span by_peter = SAMME_LITERAL(TEXT "\n" PETER_LINE);
    samme_span by_both = SAMME_LITERAL(TEXT "\n" PETER_LINE ENOCH_LINE);
    expect_valid(by_peter, keys, 1, 1);
    expect_valid(by_peter, keys, 2, 1);
    expect_valid(by_peter, keys + 1, 1, 0);
    expect_valid(by_both, keys, 2, 2);
    expect_valid(by_both, keys + 1, 1, 1);
    expect_valid(by_both, NULL, 0, 0);
}

Test(note_sign, known_note_byte_by_byte) {
    samme_seed seed = peter_seed();
    samme_buffer note;
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_note_sign(SAMME_LITERAL(TEXT), "PeterNeumann", &seed, &note), SAMME_OK);
    cr_assert_str_eq(samme_buffer_text(&note), TEXT "\n" PETER_LINE);
    samme_buffer_free(&note);
}

Test(note_verify, changed_text) {
    const samme_vkey peter = vkey_of_text(PETER_VKEY);
    expect_bad(SAMME_LITERAL("If" TEXT "\n" PETER_LINE), &peter, 1);
    expect_bad(SAMME_LITERAL(TEXT "P.S.\n\n" PETER_LINE), &peter, 1);
}

/* A signature covers all text before it: one moved behind another blank line no longer fits. */
Test(note_verify, signature_moved_behind_a_second_blank_line) {
    const samme_vkey keys[] = {vkey_of_text(PETER_VKEY), vkey_of_text(ENOCH_VKEY)};
    expect_bad(SAMME_LITERAL(TEXT "\n" PETER_LINE "\n" ENOCH_LINE), keys, 2);
    expect_valid(SAMME_LITERAL(TEXT "\n" PETER_LINE "\n" ENOCH_LINE), keys, 1, 0);
}

/* Whichever bit of a note is flipped, it is refused or signed by nobody known. */
Test(note_verify, no_flipped_bit_passes) {
    const samme_vkey key = vkey_of("chain.example/b/0042/e3", 1);
    samme_buffer note;
    sign(&note, "name Åse\namount 12.50\n", key.name, 1);
    expect_valid(samme_buffer_span(&note), &key, 1, 1);
    for (size_t bit = 0; bit < 8 * note.length; bit++) {
        samme_note parsed;
        unsigned valid = 0;
        note.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (samme_note_parse(samme_buffer_span(&note), &parsed, NULL) == SAMME_OK &&
            samme_note_verify(&parsed, &key, 1, &valid, NULL) == SAMME_OK)
            cr_assert_eq(valid, 0, "bit %zu", bit);
        note.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    samme_buffer_free(&note);
}

Test(note_verify, same_key_twice_counts_once) {
    const samme_vkey peter = vkey_of_text(PETER_VKEY);
    const samme_vkey twice[] = {peter, peter};
    expect_valid(SAMME_LITERAL(TEXT "\n" PETER_LINE PETER_LINE), &peter, 1, 1);
    expect_valid(SAMME_LITERAL(TEXT "\n" PETER_LINE), twice, 2, 1);
    expect_valid(SAMME_LITERAL(TEXT "\n" PETER_LINE PETER_LINE), twice, 2, 1);
}

Test(note_verify, one_key_under_two_names_counts_once) {
    const samme_vkey keys[] = {vkey_of("anna", 1), vkey_of("annas-other-name", 1),
                               vkey_of("bo", 2)};
    samme_buffer note;
    sign(&note, TEXT, "anna", 1);
    cosign(&note, "annas-other-name", 1);
    expect_valid(samme_buffer_span(&note), keys, 3, 1);
    cosign(&note, "bo", 2);
    expect_valid(samme_buffer_span(&note), keys, 3, 2);
    samme_buffer_free(&note);
}

Test(note_verify, a_bad_signature_beside_a_good_one) {
    const samme_vkey keys[] = {vkey_of_text(PETER_VKEY), vkey_of_text(ENOCH_VKEY)};
#define BAD_ENOCH_LINE                                                                             \
    "— EnochRoot "                                                                               \
    "rwz+eAzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=" \
    "\n"
    expect_bad(SAMME_LITERAL(TEXT "\n" PETER_LINE BAD_ENOCH_LINE), keys, 2);
    expect_bad(SAMME_LITERAL(TEXT "\n" BAD_ENOCH_LINE PETER_LINE), keys, 2);
    expect_bad(SAMME_LITERAL(TEXT "\n" PETER_LINE ENOCH_LINE BAD_ENOCH_LINE), keys, 2);
    expect_valid(SAMME_LITERAL(TEXT "\n" PETER_LINE BAD_ENOCH_LINE), keys, 1, 1);
}

/* Name and id together name a key; one of them alone is a stranger's. */
Test(note_verify, strangers_that_share_a_name_or_an_id) {
    const samme_vkey peter = vkey_of_text(PETER_VKEY);
    expect_valid(SAMME_LITERAL(TEXT "\n— CarmenSandiego " PETER_BASE64 "\n" PETER_LINE), &peter, 1,
                 1);
    expect_valid(SAMME_LITERAL(TEXT "\n— PeterNeumann AAAAAQI=\n" PETER_LINE), &peter, 1, 1);
    expect_valid(SAMME_LITERAL(TEXT "\n— PeterNeuman " PETER_BASE64 "\n"), &peter, 1, 0);
    expect_valid(SAMME_LITERAL(TEXT "\n— PeterNeumannn " PETER_BASE64 "\n"), &peter, 1, 0);
}

Test(note_verify, known_name_and_id_with_a_blob_of_another_kind) {
    const samme_vkey peter = vkey_of_text(PETER_VKEY);
    expect_bad(SAMME_LITERAL(TEXT "\n— PeterNeumann x08gowE=\n" PETER_LINE), &peter, 1);
}

/* A cosignature (type 4) has another id than the same key's Ed25519 signature: a stranger's line.
 */
Test(note_verify, cosignature_of_the_same_name_and_key) {
    const samme_vkey key = vkey_of("witness", 1);
    samme_buffer note;
    uint8_t blob[76] = {0};
    samme_hash id = samme_sha256_of(SAMME_LITERAL("witness"), SAMME_LITERAL("\n\x04"),
                                    SAMME_SPAN(key.key.bytes, sizeof key.key.bytes));
    memcpy(blob, id.bytes, 4);
    sign(&note, TEXT, "witness", 1);
    samme_buffer_append_text(&note, "— witness ");
    samme_base64_append(&note, SAMME_SPAN(blob, sizeof blob));
    samme_buffer_append_text(&note, "\n");
    expect_valid(samme_buffer_span(&note), &key, 1, 1);
    samme_buffer_free(&note);
}

/* Ids are short: two keys of one name can share one. */
Test(note_verify, two_keys_with_one_name_and_id) {
    samme_vkey keys[] = {vkey_of("publisher", 1), vkey_of("publisher", 2), vkey_of("publisher", 3)};
    samme_buffer by_second, by_stranger;
    sign(&by_second, TEXT, "publisher", 2);
    sign(&by_stranger, TEXT, "publisher", 4);
    keys[0].id = keys[1].id;
    expect_valid(samme_buffer_span(&by_second), keys, 3, 1);
    keys[0].id = keys[1].id = vkey_of("publisher", 4).id;
    expect_bad(samme_buffer_span(&by_stranger), keys, 3);
    samme_buffer_free(&by_second);
    samme_buffer_free(&by_stranger);
}

static void expect_sign_refused(samme_span text, const char *name, samme_status wanted) {
    samme_seed seed = seed_of(1);
    samme_buffer out;
    samme_buffer_init(&out, 2 * SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_note_sign(text, name, &seed, &out), wanted);
    cr_assert_eq(out.length, 0);
    samme_buffer_free(&out);
}

Test(note_sign, text_that_is_no_text) {
    expect_sign_refused(SAMME_SPAN(NULL, 0), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("abc"), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("\n"), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("abc\n\n"), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("a\tb\n"), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("a\r\n"), "a", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("a\xFF\n"), "a", SAMME_MALFORMED);
}

Test(note_sign, name_that_is_no_name) {
    expect_sign_refused(SAMME_LITERAL("abc\n"), "", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("abc\n"), "a b", SAMME_MALFORMED);
    expect_sign_refused(SAMME_LITERAL("abc\n"), "a+b", SAMME_MALFORMED);
}

Test(note_sign, behind_what_the_buffer_holds) {
    samme_seed seed = peter_seed();
    samme_buffer out;
    samme_buffer_init(&out, 1024);
    samme_buffer_append_text(&out, "before");
    cr_assert_eq(samme_note_sign(SAMME_LITERAL(TEXT), "PeterNeumann", &seed, &out), SAMME_OK);
    cr_assert_str_eq(samme_buffer_text(&out), "before" TEXT "\n" PETER_LINE);
    samme_buffer_free(&out);
}

Test(note_sign, buffer_without_room) {
    samme_seed seed = seed_of(1);
    samme_buffer out;
    samme_buffer_init(&out, 100);
    cr_assert_eq(samme_note_sign(SAMME_LITERAL(TEXT), "a", &seed, &out), SAMME_TOO_LARGE);
    samme_buffer_free(&out);
}

/* Whatever can be signed can be parsed. */
Test(note_sign, largest_text) {
    const samme_seed seed = seed_of(1);
    const size_t largest = SAMME_DOCUMENT_MAX_BYTES - strlen("\n— a \n") - strlen(PETER_BASE64);
    samme_buffer text, note;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, 2 * SAMME_DOCUMENT_MAX_BYTES);
    memset(samme_buffer_extend(&text, largest), 'x', largest);
    text.data[largest - 1] = '\n';
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text), "a", &seed, &note), SAMME_OK);
    cr_assert_eq(note.length, SAMME_DOCUMENT_MAX_BYTES);
    const samme_vkey key = vkey_of("a", 1);
    expect_valid(samme_buffer_span(&note), &key, 1, 1);
    cr_assert_eq(samme_note_cosign(&note, "b", &seed, NULL), SAMME_TOO_LARGE);
    cr_assert_eq(note.length, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_u8(&text, '\n');
    text.data[largest - 1] = 'x';
    expect_sign_refused(samme_buffer_span(&text), "a", SAMME_TOO_LARGE);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

Test(note_cosign, adds_a_line_and_keeps_the_rest) {
    const samme_vkey keys[] = {vkey_of("anna", 1), vkey_of("bo", 2)};
    samme_buffer note, first;
    sign(&note, TEXT, "anna", 1);
    sign(&first, TEXT, "anna", 1);
    cosign(&note, "bo", 2);
    cr_assert_eq(strncmp(samme_buffer_text(&note), samme_buffer_text(&first), first.length), 0);
    expect_valid(samme_buffer_span(&note), keys, 2, 2);
    expect_valid(samme_buffer_span(&note), keys + 1, 1, 1);
    samme_buffer_free(&note);
    samme_buffer_free(&first);
}

Test(note_cosign, until_a_hundred) {
    const samme_seed seed = seed_of(101);
    samme_vkey keys[100];
    samme_buffer note;
    samme_error error = {.text = ""};
    for (uint8_t i = 0; i < 100; i++) {
        char name[8];
        snprintf(name, sizeof name, "key%u", i);
        keys[i] = vkey_of(name, i);
        if (i == 0)
            sign(&note, TEXT, name, i);
        else
            cosign(&note, name, i);
    }
    expect_valid(samme_buffer_span(&note), keys, 100, 100);
    size_t before = note.length;
    cr_assert_eq(samme_note_cosign(&note, "one-more", &seed, &error), SAMME_TOO_LARGE);
    cr_assert_neq(error.text[0], 0);
    cr_assert_eq(note.length, before);
    samme_buffer_free(&note);
}

Test(note_cosign, what_is_no_note_stays_as_it_is) {
    const samme_seed seed = seed_of(1);
    samme_buffer note;
    samme_error error = {.text = ""};
    samme_buffer_init(&note, 1024);
    cr_assert_eq(samme_note_cosign(&note, "a", &seed, &error), SAMME_MALFORMED);
    samme_buffer_append_text(&note, TEXT);
    cr_assert_eq(samme_note_cosign(&note, "a", &seed, &error), SAMME_MALFORMED);
    cr_assert_str_eq(samme_buffer_text(&note), TEXT);
    samme_buffer_append_text(&note, "\n" PETER_LINE);
    cr_assert_eq(samme_note_cosign(&note, "no name", &seed, &error), SAMME_MALFORMED);
    cr_assert_str_eq(samme_buffer_text(&note), TEXT "\n" PETER_LINE);
    samme_buffer_free(&note);
}

/* Lines of letters, dashes, blank lines and spaces; the last one is not blank. */
static void random_text(samme_prng *prng, samme_buffer *out) {
    static const char *const pieces[] = {"a", "\n", "— ", " ", "ø", "+", "\n\n", PETER_LINE, "="};
    uint64_t count = samme_prng_below(prng, 30);
    samme_buffer_clear(out);
    for (uint64_t i = 0; i < count; i++)
        samme_buffer_append_text(out,
                                 pieces[samme_prng_below(prng, sizeof pieces / sizeof pieces[0])]);
    samme_buffer_append_text(out, "end\n");
}

Test(note_sign, any_text_comes_back) {
    enum { SEED = 31, ROUNDS = 500 };
    const samme_vkey keys[] = {vkey_of("anna", 1), vkey_of("bo", 2)};
    samme_prng prng;
    samme_buffer text, note;
    samme_prng_seed(&prng, SEED);
    samme_buffer_init(&text, 8192);
    for (int round = 0; round < ROUNDS; round++) {
        samme_note parsed;
        unsigned valid;
        random_text(&prng, &text);
        sign(&note, samme_buffer_text(&text), "anna", 1);
        cosign(&note, "bo", 2);
        cr_assert_eq(samme_note_parse(samme_buffer_span(&note), &parsed, NULL), SAMME_OK,
                     "seed %d round %d", SEED, round);
        cr_assert(samme_span_equal(parsed.text, samme_buffer_span(&text)), "seed %d round %d", SEED,
                  round);
        cr_assert_eq(samme_note_verify(&parsed, keys, 2, &valid, NULL), SAMME_OK);
        cr_assert_eq(valid, 2, "seed %d round %d", SEED, round);
        samme_buffer_free(&note);
    }
    samme_buffer_free(&text);
}
