/* Target: samme_hex_parse, samme_base64_parse, samme_utf8_valid, samme_json_string. */
#include <ctype.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "wire/mapping.h"

enum { LONGEST = 1024 * 1024 };

static void check_hex(samme_span text) {
    uint8_t bytes[512];
    size_t length = text.length / 2;
    if (length > sizeof bytes || samme_hex_parse(text, bytes, length) != SAMME_OK)
        return;
    samme_buffer again;
    samme_buffer_init(&again, LONGEST);
    samme_hex_append(&again, SAMME_SPAN(bytes, length));
    FUZZ_MUST(again.length == text.length);
    for (size_t i = 0; i < text.length; i++)
        FUZZ_MUST(again.data[i] == tolower(text.data[i]));
    samme_buffer_free(&again);
}

/* There is one text for each run of bytes, and any bytes have one. */
static void check_base64(samme_span input) {
    samme_buffer bytes, text;
    samme_buffer_init(&bytes, LONGEST);
    samme_buffer_init(&text, LONGEST);
    if (samme_base64_parse(input, &bytes) == SAMME_OK) {
        samme_base64_append(&text, samme_buffer_span(&bytes));
        FUZZ_MUST(samme_span_equal(samme_buffer_span(&text), input));
    }
    samme_buffer_clear(&bytes);
    samme_buffer_clear(&text);
    samme_base64_append(&text, input);
    FUZZ_MUST(samme_base64_parse(samme_buffer_span(&text), &bytes) == SAMME_OK);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&bytes), input));
    samme_buffer_free(&bytes);
    samme_buffer_free(&text);
}

/* UTF-8 decoded by the book. */
static bool utf8_by_the_book(samme_span text) {
    for (size_t i = 0; i < text.length;) {
        uint32_t lead = text.data[i++];
        unsigned more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
        if (lead == 0 || (lead >= 0x80 && lead < 0xc0) || lead >= 0xf8)
            return false;
        for (unsigned k = 0; k < more; k++) {
            if (i == text.length || (text.data[i] & 0xc0) != 0x80)
                return false;
            point = point << 6 | (text.data[i++] & 0x3fu);
        }
        static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
    }
    return true;
}

/* Any bytes become a JSON string; a text becomes one that reads as the same text. */
static void check_json(samme_span text) {
    bool valid = samme_utf8_valid(text);
    FUZZ_MUST(valid == utf8_by_the_book(text));
    samme_buffer json;
    samme_buffer_init(&json, LONGEST);
    samme_buffer_append_text(&json, "{\"detail\":");
    samme_json_string(&json, text);
    samme_buffer_append_text(&json, "}");
    samme_arena arena;
    samme_arena_init(&arena, LONGEST);
    samme_error error = {0};
    const Samme__Problem *problem =
        SAMME_FROM_JSON(Problem, problem, samme_buffer_span(&json), "json", &arena, &error);
    FUZZ_MUST(problem != NULL || (text.length > 0 && memchr(text.data, 0, text.length) != NULL));
    if (valid)
        FUZZ_MUST(samme_span_equal(samme_span_of_text(problem->detail), text));
    samme_arena_free(&arena);
    samme_buffer_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span input = SAMME_SPAN(data, size);
    check_hex(input);
    check_base64(input);
    check_json(input);
    return 0;
}
