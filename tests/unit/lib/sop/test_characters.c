#include "sop/characters.h"

#include <criterion/criterion.h>

static void expect(const char *text, const char *code, size_t offset, const char *what) {
    size_t at = 0;
    samme_character_fault fault;
    cr_assert(samme_characters_next(samme_span_of_text(text), &at, &fault), "%s", what);
    cr_expect_str_eq(fault.code, code);
    cr_expect_eq(fault.offset, offset, "%zu", fault.offset);
    cr_expect_str_eq(fault.text, what);
    cr_expect(at > offset);
}

static void expect_fine(const char *text) {
    size_t at = 0;
    samme_character_fault fault;
    cr_expect_not(samme_characters_next(samme_span_of_text(text), &at, &fault), "%s: %s", text,
                  fault.text);
    cr_expect_eq(at, strlen(text));
}

Test(characters, that_people_write_are_fine) {
    expect_fine("");
    expect_fine("Tag kvitteringen, og spørg: \"Hvorfor?\"\r\n\tEn Ångström\n");
    expect_fine("कृपया रसीद दिखाइए। क्\xe2\x80\x8dष क्\xe2\x80\x8cष");
    expect_fine("👩‍💼 ✔️ 500 €");
}

Test(characters, that_mislead_are_named) {
    expect("ab\xe2\x80\xae", "bidi_control", 2, "U+202E RIGHT-TO-LEFT OVERRIDE");
    expect("\xe2\x81\xa9", "bidi_control", 0, "U+2069 POP DIRECTIONAL ISOLATE");
    expect("\xe2\x80\x8f", "bidi_control", 0, "U+200F RIGHT-TO-LEFT MARK");
    expect("a\xc2\xad", "invisible_character", 1, "U+00AD SOFT HYPHEN");
    expect("\xef\xbb\xbf", "invisible_character", 0, "U+FEFF ZERO WIDTH NO-BREAK SPACE");
    expect("\xf3\xa0\x81\x81", "invisible_character", 0, "U+E0041 TAG LATIN CAPITAL LETTER A");
    expect("a\x1b", "control_character", 1, "U+001B <control-001B>");
    expect("\xe2\x80\xa8", "control_character", 0, "U+2028 LINE SEPARATOR");
    expect("\xef\xbf\xbf", "unassigned_character", 0, "U+FFFF <noncharacter-FFFF>");
    expect("\xcd\xb8", "unassigned_character", 0, "U+0378 <unassigned-0378>");
    expect("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "mark_flood", 13,
           "U+0301 COMBINING ACUTE ACCENT");
    expect("a\xc3", "invalid_utf8", 1, "byte 0xC3 is no UTF-8 here");
    expect("\xed\xa0\x80", "invalid_utf8", 0, "byte 0xED is no UTF-8 here");
}

Test(characters, all_faults_are_found_one_after_the_other) {
    const samme_span text = samme_span_of_text("a\x01"
                                               "b\x02"
                                               "c\xff\x03");
    const size_t offsets[] = {1, 3, 5};
    size_t at = 0;
    samme_character_fault fault;
    for (size_t i = 0; i < 3; i++) {
        cr_assert(samme_characters_next(text, &at, &fault));
        cr_assert_eq(fault.offset, offsets[i]);
    }
    cr_assert_not(samme_characters_next(text, &at, &fault), "nothing is read behind no UTF-8");
}

Test(characters, normal_form) {
    cr_assert(samme_characters_nfc(SAMME_LITERAL("é å ø")));
    cr_assert(samme_characters_nfc(SAMME_LITERAL("")));
    cr_assert_not(samme_characters_nfc(SAMME_LITERAL("e\xcc\x81")));
    cr_assert_not(samme_characters_nfc(SAMME_LITERAL("a\xcc\x8a")), "a and a ring: å");
    cr_assert(samme_characters_nfc(SAMME_LITERAL("लड़का")), "composed forms that NFC excludes");
}
