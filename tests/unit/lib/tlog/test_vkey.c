#include "base/text.h"
#include "tests/unit/lib/tlog/notes.h"

TestSuite(vkey, .init = start_crypto);

static void expect_malformed(samme_span text) {
    samme_vkey out = {.name = "before"}, before = out;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_vkey_parse(text, &out, &error), SAMME_MALFORMED, "%.*s", (int)text.length,
                 (const char *)text.data);
    cr_assert_neq(error.text[0], 0);
    cr_assert_arr_eq(&out, &before, sizeof out);
}

static void expect_format(const samme_vkey *vkey, const char *wanted) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(vkey, &text);
    cr_assert_str_eq(samme_buffer_text(&text), wanted);
    samme_buffer_free(&text);
}

Test(vkey, known_keys) {
    samme_vkey peter = vkey_of_text(PETER_VKEY), enoch = vkey_of_text(ENOCH_VKEY);
    cr_assert_str_eq(peter.name, "PeterNeumann");
    cr_assert_eq(peter.id, 0xc74f20a3);
    cr_assert_eq(enoch.id, 0xaf0cfe78);
    expect_format(&peter, PETER_VKEY);
    expect_format(&enoch, ENOCH_VKEY);
}

Test(vkey, made_key_is_the_parsed_one) {
    samme_vkey peter = vkey_of_text(PETER_VKEY), made;
    cr_assert_eq(samme_vkey_make("PeterNeumann", &peter.key, &made, NULL), SAMME_OK);
    cr_assert(samme_vkey_equal(&made, &peter));
}

Test(vkey, equal_is_name_and_key) {
    samme_vkey a = vkey_of("a", 1), same = vkey_of("a", 1);
    samme_vkey other_name = vkey_of("b", 1), other_key = vkey_of("a", 2);
    cr_assert(samme_vkey_equal(&a, &same));
    cr_assert_not(samme_vkey_equal(&a, &other_name));
    cr_assert_not(samme_vkey_equal(&a, &other_key));
    other_key.id = a.id;
    cr_assert_not(samme_vkey_equal(&a, &other_key), "equal ids are not equal keys");
}

Test(vkey, no_part_of_a_key_is_a_key) {
    samme_span whole = samme_span_of_text(PETER_VKEY);
    for (size_t start = 0; start <= whole.length; start++)
        for (size_t end = start; end <= whole.length; end++)
            if (start != 0 || end != whole.length)
                expect_malformed(SAMME_SPAN(whole.data + start, end - start));
}

Test(vkey, no_changed_byte_passes) {
    uint8_t text[] = PETER_VKEY;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            text[i] ^= (uint8_t)(1u << bit);
            expect_malformed(SAMME_SPAN(text, sizeof text - 1));
            text[i] ^= (uint8_t)(1u << bit);
        }
    }
}

/* The ids of these two are right for their bytes. */
Test(vkey, key_of_wrong_length) {
    expect_malformed(SAMME_LITERAL(
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="));
}

Test(vkey, unknown_algorithm) {
    expect_malformed(
        SAMME_LITERAL("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

Test(vkey, id_in_capitals) {
    expect_malformed(
        SAMME_LITERAL("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

Test(vkey, something_behind_the_key) {
    expect_malformed(SAMME_LITERAL(PETER_VKEY "\n"));
    expect_malformed(SAMME_LITERAL(PETER_VKEY " "));
    expect_malformed(SAMME_LITERAL(PETER_VKEY "+"));
    expect_malformed(SAMME_LITERAL(PETER_VKEY "="));
    expect_malformed(SAMME_LITERAL(PETER_VKEY "AAAA"));
}

Test(vkey, small_order_key_with_its_right_id) {
    samme_public_key point_of_order_four = {{0}};
    samme_vkey vkey;
    samme_buffer text;
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    cr_assert_eq(samme_vkey_make("branch", &point_of_order_four, &vkey, NULL), SAMME_OK);
    samme_vkey_format(&vkey, &text);
    expect_malformed(samme_buffer_span(&text));
    samme_buffer_free(&text);
}

static samme_status make(const char *name) {
    samme_public_key key = vkey_of("any", 1).key;
    samme_vkey out = {.name = "before"};
    samme_error error = {.text = ""};
    samme_status status = samme_vkey_make(name, &key, &out, &error);
    if (status != SAMME_OK) {
        cr_assert_neq(error.text[0], 0);
        cr_assert_str_eq(out.name, "before");
    }
    return status;
}

Test(vkey, names_of_ours_are_fine) {
    cr_assert_eq(make("chain.example/b/0042/e3"), SAMME_OK);
    cr_assert_eq(make("kæde.example/forretning/Århus"), SAMME_OK);
    cr_assert_eq(make("x"), SAMME_OK);
}

Test(vkey, name_empty) {
    cr_assert_eq(make(""), SAMME_MALFORMED);
}

Test(vkey, name_with_plus) {
    cr_assert_eq(make("a+b"), SAMME_MALFORMED);
}

Test(vkey, name_not_utf8) {
    cr_assert_eq(make("a\xFF"), SAMME_MALFORMED);
    cr_assert_eq(make("a\xC2"), SAMME_MALFORMED);
}

Test(vkey, name_with_control_characters) {
    cr_assert_eq(make("a\nb"), SAMME_MALFORMED);
    cr_assert_eq(make("a\x01"), SAMME_MALFORMED);
    cr_assert_eq(make("a\x1B[2J"), SAMME_MALFORMED);
    cr_assert_eq(make("a\x7F"), SAMME_MALFORMED);
    cr_assert_eq(make("a\xC2\x80"), SAMME_MALFORMED);
    cr_assert_eq(make("a\xC2\x9F"), SAMME_MALFORMED);
    cr_assert_eq(make("a\xC2\xA1"), SAMME_OK);
}

/* Every character with the property White_Space, and its neighbours that have it not. */
Test(vkey, name_with_white_space) {
    for (uint32_t c = 1; c <= 0x3100; c++) {
        char name[] = {'a', 0, 0, 0, 'b', 0};
        size_t length = 1;
        if (c < 0x80) {
            name[length++] = (char)c;
        } else if (c < 0x800) {
            name[length++] = (char)(0xC0 | c >> 6);
            name[length++] = (char)(0x80 | (c & 63));
        } else {
            name[length++] = (char)(0xE0 | c >> 12);
            name[length++] = (char)(0x80 | (c >> 6 & 63));
            name[length++] = (char)(0x80 | (c & 63));
        }
        name[length++] = 'b';
        name[length] = 0;
        bool space = c == 0x20 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
                     c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
        bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
        samme_status wanted = space || control || c == '+' ? SAMME_MALFORMED : SAMME_OK;
        cr_assert_eq(make(name), wanted, "U+%04X", c);
    }
}

Test(vkey, name_of_maximal_length) {
    char name[SAMME_NOTE_NAME_MAX + 2];
    memset(name, 'n', sizeof name);
    name[SAMME_NOTE_NAME_MAX + 1] = 0;
    cr_assert_eq(make(name), SAMME_MALFORMED);
    name[SAMME_NOTE_NAME_MAX] = 0;
    cr_assert_eq(make(name), SAMME_OK);
    samme_vkey vkey = vkey_of(name, 1);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&vkey, &text);
    samme_vkey parsed = vkey_of_text(samme_buffer_text(&text));
    cr_assert(samme_vkey_equal(&parsed, &vkey));
    samme_buffer_free(&text);
}
