#include "sop/characters.h"

#include <stdio.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#include "sop/documents.h"

static bool is_control(UChar32 c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c <= 0x9f) ||
           c == 0x2028 || c == 0x2029;
}

/* Joiners shape Indic letters and emoji, selectors choose their look. */
static bool is_hidden(UChar32 c) {
    bool allowed = c == 0x200c || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f);
    return !allowed && u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

static bool is_mark(UChar32 c) {
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

static const char *fault_of(UChar32 c) {
    if (c >= 0x20 && c < 0x7f)
        return NULL;
    if (is_control(c))
        return "control_character";
    if (u_hasBinaryProperty(c, UCHAR_BIDI_CONTROL))
        return "bidi_control";
    if ((U_GET_GC_MASK(c) & (U_GC_CN_MASK | U_GC_CO_MASK | U_GC_CS_MASK)) != 0)
        return "unassigned_character";
    return is_hidden(c) ? "invisible_character" : NULL;
}

static void describe(UChar32 c, samme_character_fault *out) {
    char name[80] = "";
    UErrorCode code = U_ZERO_ERROR;
    u_charName(c, U_EXTENDED_CHAR_NAME, name, sizeof name, &code);
    snprintf(out->text, sizeof out->text, "U+%04X %s", (unsigned)c, U_FAILURE(code) ? "" : name);
}

bool samme_characters_next(samme_span text, size_t *at, samme_character_fault *out) {
    int32_t length = text.length > INT32_MAX ? INT32_MAX : (int32_t)text.length;
    int32_t next = *at > (size_t)length ? length : (int32_t)*at;
    unsigned marks = 0;
    while (next < length) {
        int32_t start = next;
        UChar32 c;
        U8_NEXT(text.data, next, length, c);
        out->offset = (size_t)start;
        *at = (size_t)next;
        if (c < 0) {
            *at = text.length;
            out->code = "invalid_utf8";
            snprintf(out->text, sizeof out->text, "byte 0x%02X is no UTF-8 here", text.data[start]);
            return true;
        }
        out->code = fault_of(c);
        marks = is_mark(c) ? marks + 1 : 0;
        if (out->code == NULL && marks == SAMME_SOP_MARKS_IN_ROW_MAX + 1)
            out->code = "mark_flood";
        if (out->code != NULL) {
            describe(c, out);
            return true;
        }
    }
    *at = text.length;
    return false;
}

bool samme_characters_nfc(samme_span text) {
    UChar wide[SAMME_SOP_TEXT_MAX_BYTES + 1];
    int32_t length = 0;
    UErrorCode code = U_ZERO_ERROR;
    if (text.length > SAMME_SOP_TEXT_MAX_BYTES)
        return false;
    u_strFromUTF8(wide, SAMME_SOP_TEXT_MAX_BYTES + 1, &length, (const char *)text.data,
                  (int32_t)text.length, &code);
    const UNormalizer2 *form = unorm2_getNFCInstance(&code);
    return U_SUCCESS(code) && unorm2_isNormalized(form, wide, length, &code) && U_SUCCESS(code);
}
