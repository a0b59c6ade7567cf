#include "tests/unit/lib/tlog/notes.h"

static samme_note parse(samme_span bytes) {
    samme_note note;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_note_parse(bytes, &note, &error), SAMME_OK, "%s", error.text);
    return note;
}

static void expect_refused(samme_span bytes, samme_status wanted) {
    static samme_note out, before;
    memset(&out, 0x5A, sizeof out);
    memset(&before, 0x5A, sizeof before);
    samme_error error = {.text = ""};
    cr_assert_eq(samme_note_parse(bytes, &out, &error), wanted, "%s", error.text);
    cr_assert_eq(error.status, wanted);
    cr_assert_neq(error.text[0], 0);
    cr_assert_arr_eq(&out, &before, sizeof out);
}

#define EXPECT_MALFORMED(bytes) expect_refused(SAMME_LITERAL(bytes), SAMME_MALFORMED)
#define WITH_NAME(name)         TEXT "\n— " name " " PETER_BASE64 "\n"
#define WITH_BASE64(base64)     TEXT "\n— PeterNeumann " base64 "\n"

Test(note_parse, parts_point_into_what_was_given) {
    samme_span bytes = SAMME_LITERAL(TEXT "\n" PETER_LINE ENOCH_LINE);
    samme_note note = parse(bytes);
    cr_assert_eq(note.text.data, bytes.data);
    cr_assert_eq(note.text.length, sizeof TEXT - 1);
    cr_assert_eq(note.count, 2);
    cr_assert(samme_span_equal(note.signatures[0].name, SAMME_LITERAL("PeterNeumann")));
    cr_assert(samme_span_equal(note.signatures[1].name, SAMME_LITERAL("EnochRoot")));
    cr_assert_eq(note.signatures[0].id, 0xc74f20a3);
    cr_assert_eq(note.signatures[1].id, 0xaf0cfe78);
    cr_assert(note.signatures[0].ed25519 && note.signatures[1].ed25519);
    cr_assert_eq(note.signatures[0].signature.bytes[0], 0xf6);
}

/* What comes before the last blank line is text, even when it looks like signatures. */
Test(note_parse, splits_at_the_last_blank_line) {
    samme_span bytes = SAMME_LITERAL(TEXT "\n" PETER_LINE "\n" ENOCH_LINE);
    samme_note note = parse(bytes);
    cr_assert(samme_span_equal(note.text, SAMME_LITERAL(TEXT "\n" PETER_LINE)));
    cr_assert_eq(note.count, 1);
    cr_assert(samme_span_equal(note.signatures[0].name, SAMME_LITERAL("EnochRoot")));
}

Test(note_parse, text_may_have_blank_lines) {
    cr_assert(samme_span_equal(parse(SAMME_LITERAL("a\n\n\nb\n\n" PETER_LINE)).text,
                               SAMME_LITERAL("a\n\n\nb\n")));
    cr_assert(
        samme_span_equal(parse(SAMME_LITERAL("\na\n\n" PETER_LINE)).text, SAMME_LITERAL("\na\n")));
}

Test(note_parse, text_may_have_any_printable_utf8) {
    parse(SAMME_LITERAL("Byttegaver på ny: 50 €, \xF0\x9F\x8E\x81\n\n" PETER_LINE));
    parse(SAMME_LITERAL("\x7F\n\n" PETER_LINE));
}

/* Of these lengths only 68 bytes can be a key id and an Ed25519 signature. */
Test(note_parse, blobs_of_other_lengths_are_signatures_of_other_kinds) {
    samme_note five = parse(SAMME_LITERAL(WITH_BASE64("AAAAAQI=")));
    cr_assert_eq(five.count, 1);
    cr_assert_eq(five.signatures[0].id, 1);
    cr_assert_not(five.signatures[0].ed25519);
    samme_note cosignature = parse(SAMME_LITERAL(
        WITH_BASE64("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
                    "6KE6RyyBwJnAMAAAAAAAAAAA==")));
    cr_assert_eq(cosignature.signatures[0].id, 0xc74f20a3);
    cr_assert_not(cosignature.signatures[0].ed25519);
    samme_note one_less = parse(SAMME_LITERAL(
        WITH_BASE64("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb"
                    "6KE6RyyBwJnA==")));
    cr_assert_not(one_less.signatures[0].ed25519);
}

Test(note_parse, strangers_may_have_long_names) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append_text(&bytes, TEXT "\n— ");
    memset(samme_buffer_extend(&bytes, 5000), 'n', 5000);
    samme_buffer_append_text(&bytes, " " PETER_BASE64 "\n");
    cr_assert_eq(parse(samme_buffer_span(&bytes)).signatures[0].name.length, 5000);
    samme_buffer_free(&bytes);
}

Test(note_parse, empty) {
    EXPECT_MALFORMED("");
    expect_refused(SAMME_SPAN(NULL, 0), SAMME_MALFORMED);
    EXPECT_MALFORMED("\n");
    EXPECT_MALFORMED("\n\n");
    EXPECT_MALFORMED("\n\n\n");
}

Test(note_parse, text_alone) {
    EXPECT_MALFORMED(TEXT);
}

Test(note_parse, no_signature) {
    EXPECT_MALFORMED(TEXT "\n");
}

Test(note_parse, no_text) {
    EXPECT_MALFORMED(PETER_LINE);
    EXPECT_MALFORMED("\n" PETER_LINE);
    EXPECT_MALFORMED("\n\n" PETER_LINE);
}

Test(note_parse, no_blank_line) {
    EXPECT_MALFORMED(TEXT PETER_LINE);
}

Test(note_parse, two_blank_lines) {
    EXPECT_MALFORMED(TEXT "\n\n" PETER_LINE);
}

Test(note_parse, blank_line_behind_the_signatures) {
    EXPECT_MALFORMED(TEXT "\n" PETER_LINE "\n");
}

Test(note_parse, no_newline_at_the_end) {
    EXPECT_MALFORMED(TEXT "\n— PeterNeumann " PETER_BASE64);
}

Test(note_parse, unexpected_line) {
    EXPECT_MALFORMED(TEXT "\n" PETER_LINE "Unexpected line.\n");
    EXPECT_MALFORMED(TEXT "\nUnexpected line.\n" PETER_LINE);
}

Test(note_parse, carriage_returns) {
    EXPECT_MALFORMED("a\r\n\r\n— PeterNeumann " PETER_BASE64 "\r\n");
    EXPECT_MALFORMED("a\r\n\n" PETER_LINE);
    EXPECT_MALFORMED(TEXT "\n— PeterNeumann " PETER_BASE64 "\r\n");
}

Test(note_parse, control_characters) {
    for (uint8_t c = 0; c < 0x20; c++) {
        uint8_t bytes[] = "?" TEXT "\n" PETER_LINE;
        bytes[0] = c;
        if (c != '\n')
            expect_refused(SAMME_SPAN(bytes, sizeof bytes - 1), SAMME_MALFORMED);
    }
}

Test(note_parse, not_utf8) {
    EXPECT_MALFORMED("\xFF" TEXT "\n" PETER_LINE);
    EXPECT_MALFORMED("\xC0\xAF" TEXT "\n" PETER_LINE);
    EXPECT_MALFORMED("\xED\xA0\x80" TEXT "\n" PETER_LINE);
    EXPECT_MALFORMED(WITH_NAME("Peter\xFF"));
}

Test(note_parse, wrong_dash) {
    EXPECT_MALFORMED(TEXT "\n- PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n-- PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n– PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n― PeterNeumann " PETER_BASE64 "\n");
}

Test(note_parse, wrong_spaces_in_a_line) {
    EXPECT_MALFORMED(TEXT "\n—PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n —  PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n—  PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n—\xC2\xA0PeterNeumann " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n— PeterNeumann  " PETER_BASE64 "\n");
    EXPECT_MALFORMED(TEXT "\n— PeterNeumann " PETER_BASE64 " \n");
    EXPECT_MALFORMED(TEXT "\n— PeterNeumann\n");
    EXPECT_MALFORMED(TEXT "\n— \n");
    EXPECT_MALFORMED(TEXT "\n—\n");
}

Test(note_parse, name_empty) {
    EXPECT_MALFORMED(WITH_NAME(""));
}

Test(note_parse, name_with_space) {
    EXPECT_MALFORMED(WITH_NAME("Peter Neumann"));
}

Test(note_parse, name_with_unicode_space) {
    EXPECT_MALFORMED(WITH_NAME("Peter\xC2\xA0Neumann"));         /* U+00A0 */
    EXPECT_MALFORMED(WITH_NAME("Peter\xC2\x85Neumann"));         /* U+0085 */
    EXPECT_MALFORMED(WITH_NAME("Peter\xE1\x9A\x80Neumann"));     /* U+1680 */
    EXPECT_MALFORMED(WITH_NAME("Peter\xE2\x80\x83Neumann"));     /* U+2003 */
    EXPECT_MALFORMED(WITH_NAME("Peter\xE2\x80\xA8Neumann"));     /* U+2028 */
    EXPECT_MALFORMED(WITH_NAME("Peter\xE2\x80\xAFNeumann"));     /* U+202F */
    EXPECT_MALFORMED(WITH_NAME("Peter\xE2\x81\x9FNeumann"));     /* U+205F */
    EXPECT_MALFORMED(WITH_NAME("PeterNeumann\xE3\x80\x80"));     /* U+3000 */
    parse(SAMME_LITERAL(WITH_NAME("Peter\xE2\x80\x8BNeumann"))); /* U+200B is no white space */
}

Test(note_parse, name_with_plus) {
    EXPECT_MALFORMED(WITH_NAME("Peter+Neumann"));
}

Test(note_parse, base64_without_padding) {
    EXPECT_MALFORMED(WITH_BASE64("AAAAAQI"));
}

/* "AAAAAQJ=" would decode to the bytes of "AAAAAQI=" if its last two bits were dropped. */
Test(note_parse, base64_trailing_bits) {
    EXPECT_MALFORMED(WITH_BASE64("AAAAAQJ="));
}

Test(note_parse, base64_of_another_alphabet) {
    EXPECT_MALFORMED(WITH_BASE64("AAAAA-__"));
    parse(SAMME_LITERAL(WITH_BASE64("AAAAA+//")));
}

Test(note_parse, base64_with_something_behind) {
    EXPECT_MALFORMED(WITH_BASE64("AAAAAQI=xx"));
    EXPECT_MALFORMED(WITH_BASE64("AAAAAQI=AAAA"));
    EXPECT_MALFORMED(WITH_BASE64(PETER_BASE64 "="));
}

Test(note_parse, blob_empty_or_of_an_id_alone) {
    EXPECT_MALFORMED(WITH_BASE64(""));
    EXPECT_MALFORMED(WITH_BASE64("AAAA"));
    EXPECT_MALFORMED(WITH_BASE64("AAAAAQ=="));
}

static void append_signatures(samme_buffer *bytes, unsigned count) {
    samme_buffer_append_text(bytes, TEXT "\n");
    for (unsigned i = 0; i < count; i++)
        samme_buffer_append_text(bytes, PETER_LINE);
}

Test(note_parse, hundred_signatures_and_no_more) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_DOCUMENT_MAX_BYTES);
    append_signatures(&bytes, 100);
    cr_assert_eq(parse(samme_buffer_span(&bytes)).count, 100);
    samme_buffer_clear(&bytes);
    append_signatures(&bytes, 101);
    expect_refused(samme_buffer_span(&bytes), SAMME_TOO_LARGE);
    samme_buffer_free(&bytes);
}

/* A note of `length` bytes whose text is filled up. */
static void fill_note(samme_buffer *bytes, size_t length) {
    static const char end[] = "\n\n" PETER_LINE;
    size_t filling = length - (sizeof end - 1);
    samme_buffer_init(bytes, length);
    memset(samme_buffer_extend(bytes, filling), 'x', filling);
    samme_buffer_append_text(bytes, end);
    cr_assert_eq(bytes->length, length);
}

Test(note_parse, size_of_a_document_and_no_more) {
    samme_buffer bytes;
    fill_note(&bytes, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(parse(samme_buffer_span(&bytes)).count, 1);
    samme_buffer_free(&bytes);
    fill_note(&bytes, SAMME_DOCUMENT_MAX_BYTES + 1);
    expect_refused(samme_buffer_span(&bytes), SAMME_TOO_LARGE);
    samme_buffer_free(&bytes);
    fill_note(&bytes, 10u * 1024 * 1024);
    expect_refused(samme_buffer_span(&bytes), SAMME_TOO_LARGE);
    samme_buffer_free(&bytes);
}
