#include "cli/starting/starting.h"

static const char *const tags[SAMME_STARTING_LANGUAGES] = {"en", "da", "nb", "sv", "hi"};

bool samme_starting_language_of(const char *tag, samme_starting_language *out) {
    for (unsigned i = 0; i < SAMME_STARTING_LANGUAGES; i++)
        if (strcmp(tags[i], tag) == 0) {
            *out = (samme_starting_language)i;
            return true;
        }
    return false;
}

static const char *text_of(const samme_starting *start, samme_span key) {
    for (const samme_starting_text *at = samme_starting_texts; at->key != NULL; at++)
        if (samme_span_equal(samme_span_of_text(at->key), key))
            return at->text[start->language];
    return NULL;
}

/* False: it is no place of ours, but a sign of a test. */
static bool fill_place(const samme_starting *start, samme_span key, samme_buffer *out) {
    if (samme_span_equal(key, SAMME_LITERAL("chain"))) {
        samme_buffer_append_text(out, start->chain);
    } else if (samme_span_equal(key, SAMME_LITERAL("country"))) {
        samme_buffer_append_text(out, start->place->country);
    } else if (samme_span_equal(key, SAMME_LITERAL("currency"))) {
        samme_buffer_append_text(out, start->place->currency);
    } else if (samme_span_equal(key, SAMME_LITERAL("offset"))) {
        samme_buffer_printf(out, "%d", start->place->utc_offset_minutes);
    } else if (samme_span_equal(key, SAMME_LITERAL("language"))) {
        samme_buffer_append_text(out, tags[start->language]);
    } else {
        const char *text = text_of(start, key);
        if (text == NULL)
            return false;
        samme_buffer_append_text(out, text);
    }
    return true;
}

static void fill_line(const samme_starting *start, const char *line, samme_buffer *out) {
    while (*line != 0) {
        const char *end = *line == '<' ? strchr(line, '>') : NULL;
        if (end != NULL && fill_place(start, SAMME_SPAN(line + 1, (size_t)(end - line) - 1), out))
            line = end + 1;
        else
            samme_buffer_u8(out, (uint8_t)*line++);
    }
    samme_buffer_u8(out, '\n');
}

void samme_starting_fill(const samme_starting *start, const char *const *lines, samme_buffer *out) {
    for (; *lines != NULL; lines++)
        fill_line(start, *lines, out);
}
