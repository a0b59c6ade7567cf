#include "base/text.h"

#include <criterion/criterion.h>

#include "base/prng.h"

static samme_span span(const char *text) {
    return samme_span_of_text(text);
}

Test(hex, prints_lower_case_and_reads_both) {
    samme_buffer out;
    samme_buffer_init(&out, 100);
    samme_hex_append(&out, SAMME_SPAN("\x00\x7f\xff\xa5", 4));
    cr_assert_str_eq(samme_buffer_text(&out), "007fffa5");
    uint8_t bytes[4] = {1, 1, 1, 1};
    cr_assert_eq(samme_hex_parse(span("007FffA5"), bytes, 4), SAMME_OK);
    cr_assert_eq(memcmp(bytes, "\x00\x7f\xff\xa5", 4), 0);
    samme_buffer_free(&out);
}

Test(hex, refuses_everything_else_and_writes_nothing) {
    static const char *const bad[] = {"",         "0",        "007fff",   "007fffa5a", "007fffa5aa",
                                      "007fffg5", "007fff 5", "0x7fffa5", "007fff-5"};
    uint8_t bytes[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(samme_hex_parse(span(bad[i]), bytes, 4), SAMME_MALFORMED, "'%s'", bad[i]);
        cr_assert_eq(memcmp(bytes, "\1\2\3\4", 4), 0);
    }
    cr_assert_eq(samme_hex_parse(span(""), bytes, 0), SAMME_OK);
}

/* RFC 4648, section 10. */
Test(base64, follows_the_vectors) {
    static const char *const vectors[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        samme_buffer out;
        samme_buffer_init(&out, 100);
        samme_base64_append(&out, span(vectors[i][0]));
        cr_assert_str_eq(samme_buffer_text(&out), vectors[i][1]);
        samme_buffer_clear(&out);
        cr_assert_eq(samme_base64_parse(span(vectors[i][1]), &out), SAMME_OK);
        cr_assert_str_eq(samme_buffer_text(&out), vectors[i][0]);
        samme_buffer_free(&out);
    }
}

Test(base64, any_bytes_survive) {
    samme_prng prng;
    samme_prng_seed(&prng, 21);
    samme_random random = samme_prng_as_random(&prng);
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t bytes[70];
        size_t length = (size_t)samme_prng_below(&prng, sizeof bytes + 1);
        random.fill(random.self, bytes, length);
        samme_buffer text, back;
        samme_buffer_init(&text, 200);
        samme_buffer_init(&back, 200);
        samme_base64_append(&text, SAMME_SPAN(bytes, length));
        cr_assert_eq(samme_base64_parse(samme_buffer_span(&text), &back), SAMME_OK, "round %u",
                     round);
        cr_assert(samme_span_equal(samme_buffer_span(&back), SAMME_SPAN(bytes, length)));
        samme_buffer_free(&text);
        samme_buffer_free(&back);
    }
}

Test(base64, one_text_for_the_same_bytes) {
    static const char *const bad[] = {
        "Z",        "Zg",       "Zg=",  "Zh==",     "Zm9=",  "Zm9v\n", "====", "Z===",      "=g==",
        "Zg==Zg==", "Zm9vZ===", "Zm-_", "Zm 9v===", " Zg==", "Zg=a",   "Z=g=", "Zm9vYg==\n"};
    samme_buffer out;
    samme_buffer_init(&out, 100);
    samme_buffer_append_text(&out, "kept");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(samme_base64_parse(span(bad[i]), &out), SAMME_MALFORMED, "'%s'", bad[i]);
        cr_assert(samme_span_equal(samme_buffer_span(&out), SAMME_LITERAL("kept")), "'%s'", bad[i]);
    }
    samme_buffer_free(&out);
}

/* Of all texts of four digits and signs exactly those are read that the writer writes. */
Test(base64, reads_exactly_what_it_writes) {
    static const char digits[] = "AQgw/+9b=";
    enum { DIGITS = sizeof digits - 1 };
    for (unsigned n = 0; n < DIGITS * DIGITS * DIGITS * DIGITS; n++) {
        char text[5] = {digits[n % DIGITS], digits[n / DIGITS % DIGITS],
                        digits[n / DIGITS / DIGITS % DIGITS], digits[n / DIGITS / DIGITS / DIGITS],
                        0};
        samme_buffer bytes, again;
        samme_buffer_init(&bytes, 10);
        samme_buffer_init(&again, 10);
        size_t padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
        if (samme_base64_parse(span(text), &bytes) == SAMME_OK) {
            samme_base64_append(&again, samme_buffer_span(&bytes));
            cr_assert_str_eq(samme_buffer_text(&again), text);
            cr_assert_eq(bytes.length, 3 - padding);
        } else if (padding == 0) {
            cr_assert_not_null(strchr(text, '='), "'%s' was refused", text);
        }
        samme_buffer_free(&bytes);
        samme_buffer_free(&again);
    }
}

Test(base64, says_when_the_buffer_is_too_small) {
    samme_buffer out;
    samme_buffer_init(&out, 2);
    cr_assert_eq(samme_base64_parse(span("Zm9v"), &out), SAMME_TOO_LARGE);
    samme_buffer_free(&out);
}

Test(integers, are_read_strictly) {
    uint64_t u = 7;
    int64_t i = 7;
    cr_assert_eq(samme_u64_parse(span("0"), &u), SAMME_OK);
    cr_assert_eq(u, 0);
    cr_assert_eq(samme_u64_parse(span("18446744073709551615"), &u), SAMME_OK);
    cr_assert_eq(u, UINT64_MAX);
    cr_assert_eq(samme_u64_parse(span("18446744073709551616"), &u), SAMME_TOO_LARGE);
    cr_assert_eq(samme_u64_parse(span("99999999999999999999999"), &u), SAMME_TOO_LARGE);
    cr_assert_eq(samme_u64_parse(span("9999999999999999999999x"), &u), SAMME_MALFORMED);
    cr_assert_eq(u, UINT64_MAX);
    cr_assert_eq(samme_i64_parse(span("9223372036854775807"), &i), SAMME_OK);
    cr_assert_eq(i, INT64_MAX);
    cr_assert_eq(samme_i64_parse(span("-9223372036854775808"), &i), SAMME_OK);
    cr_assert_eq(i, INT64_MIN);
    cr_assert_eq(samme_i64_parse(span("-1"), &i), SAMME_OK);
    cr_assert_eq(i, -1);
    cr_assert_eq(samme_i64_parse(span("9223372036854775808"), &i), SAMME_TOO_LARGE);
    cr_assert_eq(samme_i64_parse(span("-9223372036854775809"), &i), SAMME_TOO_LARGE);
    cr_assert_eq(i, -1);
}

Test(integers, refuse_what_is_no_integer) {
    static const char *const bad[] = {"",    "-",   "+1",  " 1",  "1 ", "01", "00",
                                      "1.0", "1e3", "0x1", "--1", "-0", "-01"};
    uint64_t u = 7;
    int64_t i = 7;
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        cr_assert_eq(samme_u64_parse(span(bad[n]), &u), SAMME_MALFORMED, "'%s'", bad[n]);
        cr_assert_eq(samme_i64_parse(span(bad[n]), &i), SAMME_MALFORMED, "'%s'", bad[n]);
    }
    cr_assert_eq(samme_u64_parse(span("-1"), &u), SAMME_MALFORMED);
    cr_assert_eq(samme_u64_parse(SAMME_SPAN("1\0", 2), &u), SAMME_MALFORMED);
    cr_assert_eq(u, 7);
    cr_assert_eq(i, 7);
}

Test(integers, big_endian_places) {
    static const uint8_t bytes[8] = {0x81, 2, 3, 4, 5, 6, 7, 0x88};
    cr_assert_eq(samme_get_u16(bytes), 0x8102);
    cr_assert_eq(samme_get_u32(bytes), 0x81020304);
    cr_assert_eq(samme_get_u64(bytes), 0x8102030405060788);
    uint8_t out[10] = {0};
    samme_put_u64(out + 1, 0x8102030405060788);
    cr_assert_eq(memcmp(out + 1, bytes, 8), 0);
    cr_assert_eq(out[0] + out[9], 0);
    samme_put_u32(out, 0x81020304);
    cr_assert_eq(memcmp(out, bytes, 4), 0);
}

/* What Unicode says, the slow way: decode, then look at the number and at the shortest length. */
static bool reference_valid(const uint8_t *at, size_t length) {
    size_t i = 0;
    while (i < length) {
        unsigned more = at[i] < 0x80       ? 0
                        : at[i] >> 5 == 6  ? 1
                        : at[i] >> 4 == 14 ? 2
                        : at[i] >> 3 == 30 ? 3
                                           : 9;
        if (more == 9 || i + more >= length)
            return false;
        uint32_t code = more == 0 ? at[i] : at[i] & (0x3fu >> more);
        for (unsigned j = 1; j <= more; j++) {
            if (at[i + j] >> 6 != 2)
                return false;
            code = code << 6 | (at[i + j] & 0x3f);
        }
        unsigned shortest = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        if (more != shortest || code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
            return false;
        i += more + 1;
    }
    return true;
}

Test(utf8, agrees_with_the_definition_on_all_short_sequences) {
    for (uint32_t n = 0; n < 0x1000000; n++) {
        uint8_t bytes[3] = {(uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
        if (samme_utf8_valid(SAMME_SPAN(bytes, 3)) != reference_valid(bytes, 3))
            cr_assert_fail("%06x", n);
    }
}

Test(utf8, agrees_with_the_definition_on_sequences_of_four) {
    static const uint8_t edges[] = {0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    for (unsigned first = 0xe8; first <= 0xff; first++)
        for (unsigned second = 0; second < 256; second++)
            for (size_t n = 0; n < sizeof edges * sizeof edges; n++) {
                uint8_t bytes[4] = {(uint8_t)first, (uint8_t)second, edges[n % sizeof edges],
                                    edges[n / sizeof edges]};
                for (size_t length = 1; length <= 4; length++)
                    if (samme_utf8_valid(SAMME_SPAN(bytes, length)) !=
                        reference_valid(bytes, length))
                        cr_assert_fail("%02x %02x %02x %02x, %zu", bytes[0], bytes[1], bytes[2],
                                       bytes[3], length);
            }
}

Test(utf8, accepts_what_people_write) {
    cr_assert(samme_utf8_valid(span("Blåbærsyltetøy, Straße, 日本, 😀")));
    cr_assert(samme_utf8_valid(span("")));
    cr_assert_not(samme_utf8_valid(SAMME_SPAN("a\0b", 3)));
}
