#include "cli/importing/place.h"

static bool among(uint8_t byte, const char *set) {
    return byte != 0 && strchr(set, byte) != NULL;
}

/* A cursor within one line. */
typedef struct cursor {
    samme_span line;
    size_t at;
} cursor;

static bool skip_text(cursor *in, const char *text) {
    size_t length = strlen(text);
    if (length > in->line.length - in->at || memcmp(in->line.data + in->at, text, length) != 0)
        return false;
    in->at += length;
    return true;
}

static void skip_any(cursor *in, const char *set) {
    while (in->at < in->line.length && among(in->line.data[in->at], set))
        in->at++;
}

static void skip_quote(cursor *in) {
    if (in->at < in->line.length && among(in->line.data[in->at], "\"'"))
        in->at++;
}

/* Whether `key: value` stands here, as a whole word each, quoted or not. */
static bool stands_at(samme_span line, size_t at, const char *key, const char *value) {
    cursor in = {line, at};
    if (at > 0 && !among(line.data[at - 1], " \t{,-\"'"))
        return false;
    if (!skip_text(&in, key))
        return false;
    skip_quote(&in);
    skip_any(&in, " \t");
    if (!skip_text(&in, ":"))
        return false;
    if (value == NULL)
        return true;
    skip_any(&in, " \t");
    skip_quote(&in);
    if (!skip_text(&in, value))
        return false;
    return in.at == line.length || among(line.data[in.at], " \t\r\"',}");
}

static bool comment(samme_span line) {
    cursor in = {line, 0};
    skip_any(&in, " \t");
    return in.at < line.length && line.data[in.at] == '#';
}

static bool find(samme_span text, const char *key, const char *value, size_t nth,
                 unsigned *out_line, unsigned *out_column) {
    unsigned number = 1;
    for (size_t start = 0; start < text.length; number++) {
        const uint8_t *end = memchr(text.data + start, '\n', text.length - start);
        size_t length = end != NULL ? (size_t)(end - (text.data + start)) : text.length - start;
        samme_span line = SAMME_SPAN(text.data + start, length);
        for (size_t at = 0; at < length && !comment(line); at++) {
            if (line.data[at] != (uint8_t)key[0] || !stands_at(line, at, key, value) || nth-- > 0)
                continue;
            *out_line = number;
            *out_column = (unsigned)at + 1;
            return true;
        }
        start += length + 1;
    }
    return false;
}

samme_status samme_place_fail(samme_error *error, samme_status status,
                              const samme_document *document, const char *key, const char *value,
                              size_t nth) {
    unsigned line = 0;
    unsigned column = 0;
    if (key != NULL && find(document->content, key, value, nth, &line, &column))
        return samme_fail_in(error, status, "%s:%u:%u", document->path, line, column);
    return samme_fail_in(error, status, "%s", document->path);
}
