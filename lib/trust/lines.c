#include "trust/lines.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/text.h"

void samme_lines_open(samme_lines *lines, const char *what, samme_span text, samme_error *error) {
    *lines = (samme_lines){.what = what, .rest = text, .status = SAMME_OK, .error = error};
    samme_buffer_init(&lines->scratch, sizeof(samme_hash));
}

void samme_lines_refuse(samme_lines *lines, samme_status status, const char *expected) {
    if (lines->status != SAMME_OK)
        return;
    lines->status = samme_fail(lines->error, status, "%s line %u: expected %s", lines->what,
                               lines->number, expected);
    lines->rest = lines->line = (samme_span){0};
    lines->between = false;
}

/* Everything of the current line must have been read. */
static bool line_done(samme_lines *lines) {
    if (lines->between || lines->line.length > 0)
        samme_lines_refuse(lines, SAMME_MALFORMED, "the end of the line");
    return lines->status == SAMME_OK;
}

static void next_line(samme_lines *lines, const char *expected) {
    if (!line_done(lines))
        return;
    lines->number++;
    const uint8_t *end =
        lines->rest.length > 0 ? memchr(lines->rest.data, '\n', lines->rest.length) : NULL;
    if (end == NULL) {
        samme_lines_refuse(lines, SAMME_MALFORMED, expected);
        return;
    }
    size_t length = (size_t)(end - lines->rest.data);
    lines->line = SAMME_SPAN(lines->rest.data, length);
    lines->rest = SAMME_SPAN(end + 1, lines->rest.length - length - 1);
}

samme_span samme_lines_chain(samme_lines *lines) {
    next_line(lines, "\"<chain>/<type>\"");
    samme_span line = lines->line;
    lines->line = (samme_span){0};
    size_t type = strlen(lines->what);
    if (lines->status == SAMME_OK && line.length > type + 1) {
        size_t chain = line.length - type - 1;
        if (line.data[chain] == '/' && memcmp(line.data + chain + 1, lines->what, type) == 0)
            return SAMME_SPAN(line.data, chain);
    }
    char expected[64];
    snprintf(expected, sizeof expected, "\"<chain>/%s\"", lines->what);
    samme_lines_refuse(lines, SAMME_MALFORMED, expected);
    return (samme_span){0};
}

static bool begins_with_key(samme_span line, const char *key) {
    size_t length = strlen(key);
    return line.length > length && memcmp(line.data, key, length) == 0 && line.data[length] == ' ';
}

void samme_lines_next(samme_lines *lines, const char *key) {
    char expected[64];
    snprintf(expected, sizeof expected, "\"%s\"", key);
    next_line(lines, expected);
    if (lines->status != SAMME_OK)
        return;
    if (!begins_with_key(lines->line, key)) {
        samme_lines_refuse(lines, SAMME_MALFORMED, expected);
        return;
    }
    size_t length = strlen(key) + 1;
    lines->line = SAMME_SPAN(lines->line.data + length, lines->line.length - length);
    lines->between = true;
}

size_t samme_lines_count(samme_lines *lines, const char *key, size_t maximum) {
    samme_span rest = lines->rest;
    size_t count = 0;
    while (begins_with_key(rest, key)) {
        if (++count > maximum) {
            char expected[64];
            snprintf(expected, sizeof expected, "at most %zu \"%s\" lines", maximum, key);
            samme_lines_refuse(lines, SAMME_TOO_LARGE, expected);
            return 0;
        }
        const uint8_t *end = memchr(rest.data, '\n', rest.length);
        if (end == NULL)
            break;
        rest = SAMME_SPAN(end + 1, rest.length - (size_t)(end + 1 - rest.data));
    }
    return count;
}

void *samme_lines_room(samme_lines *lines, const char *key, size_t maximum, size_t size,
                       size_t *out_count) {
    size_t count = samme_lines_count(lines, key, maximum);
    void *room = count == 0 ? NULL : calloc(count, size);
    if (count > 0 && room == NULL)
        samme_lines_refuse(lines, SAMME_NO_MEMORY, "memory");
    *out_count = room == NULL ? 0 : count;
    return room;
}

bool samme_lines_optional(samme_lines *lines, const char *key) {
    if (samme_lines_count(lines, key, 1) == 0)
        return false;
    samme_lines_next(lines, key);
    return true;
}

samme_status samme_lines_close(samme_lines *lines) {
    if (line_done(lines) && lines->rest.length > 0) {
        lines->number++;
        samme_lines_refuse(lines, SAMME_MALFORMED, "the end of the text");
    }
    samme_buffer_free(&lines->scratch);
    return lines->status;
}

samme_span samme_lines_field(samme_lines *lines) {
    samme_span line = lines->line;
    const uint8_t *space = line.length > 0 ? memchr(line.data, ' ', line.length) : NULL;
    size_t length = space == NULL ? line.length : (size_t)(space - line.data);
    if (length == 0) {
        samme_lines_refuse(lines, SAMME_MALFORMED, "a field after one space");
        return (samme_span){0};
    }
    lines->between = space != NULL;
    size_t taken = space == NULL ? length : length + 1;
    lines->line = SAMME_SPAN(line.data + taken, line.length - taken);
    return SAMME_SPAN(line.data, length);
}

void samme_lines_word(samme_lines *lines, const char *word) {
    if (!samme_span_equal(samme_lines_field(lines), samme_span_of_text(word)))
        samme_lines_refuse(lines, SAMME_MALFORMED, word);
}

uint64_t samme_lines_u64(samme_lines *lines, uint64_t least, uint64_t most) {
    uint64_t value = 0;
    samme_span field = samme_lines_field(lines);
    if (samme_u64_parse(field, &value) == SAMME_OK && value >= least && value <= most)
        return value;
    char expected[80];
    snprintf(expected, sizeof expected, "a number from %llu to %llu", (unsigned long long)least,
             (unsigned long long)most);
    samme_lines_refuse(lines, SAMME_MALFORMED, expected);
    return least;
}

uint32_t samme_lines_u32(samme_lines *lines, uint32_t least) {
    return (uint32_t)samme_lines_u64(lines, least, UINT32_MAX);
}

samme_hash samme_lines_hash(samme_lines *lines) {
    samme_hash hash = {{0}};
    samme_span field = samme_lines_field(lines);
    samme_buffer *bytes = &lines->scratch;
    samme_buffer_clear(bytes);
    samme_status parsed = samme_base64_parse(field, bytes);
    if (parsed == SAMME_OK && bytes->length == sizeof hash.bytes)
        memcpy(hash.bytes, bytes->data, sizeof hash.bytes);
    else /* running out of memory must not be taken for a bad text */
        samme_lines_refuse(lines, parsed == SAMME_NO_MEMORY ? parsed : SAMME_MALFORMED,
                           "a SHA-256 value in base64");
    return hash;
}

/* samme_time_parse takes several forms; the text has one. */
int64_t samme_lines_time(samme_lines *lines) {
    char text[40], again[SAMME_TIME_TEXT_BYTES];
    int64_t ms = 0;
    int32_t offset = 0;
    samme_lines_text(lines, text, sizeof text);
    if (samme_time_parse(text, &ms, &offset) == SAMME_OK) {
        samme_time_format(ms, again);
        if (strcmp(text, again) == 0)
            return ms;
    }
    samme_lines_refuse(lines, SAMME_MALFORMED, "a time as YYYY-MM-DDThh:mm:ssZ");
    return 0;
}

samme_peer_key samme_lines_curve(samme_lines *lines) {
    samme_peer_key key = {{0}};
    samme_span field = samme_lines_field(lines);
    bool lower = true; /* samme_hex_parse takes either case; a text has one form only */
    for (size_t i = 0; i < field.length; i++)
        lower = lower && !(field.data[i] >= 'A' && field.data[i] <= 'F');
    if (!lower || samme_hex_parse(field, key.bytes, sizeof key.bytes) != SAMME_OK)
        samme_lines_refuse(lines, SAMME_MALFORMED, "a CURVE key of 64 lower case hex digits");
    return key;
}

void samme_lines_vkey(samme_lines *lines, samme_vkey *out) {
    samme_span field = samme_lines_field(lines);
    samme_error why = {.text = ""};
    if (lines->status != SAMME_OK)
        return;
    samme_status parsed = samme_vkey_parse(field, out, &why);
    if (parsed != SAMME_OK) {
        char expected[200];
        snprintf(expected, sizeof expected, "a verifier key (%.160s)", why.text);
        samme_lines_refuse(lines, parsed, expected);
    }
}

static void copy_text(samme_lines *lines, samme_span field, char *out, size_t size) {
    out[0] = 0;
    if (field.length >= size) {
        char expected[64];
        snprintf(expected, sizeof expected, "at most %zu bytes", size - 1);
        samme_lines_refuse(lines, SAMME_TOO_LARGE, expected);
    } else if (field.length > 0) {
        memcpy(out, field.data, field.length);
        out[field.length] = 0;
    }
}

void samme_lines_text(samme_lines *lines, char *out, size_t size) {
    samme_span field = samme_lines_field(lines);
    if (field.length > 0 && memchr(field.data, 0, field.length) != NULL)
        samme_lines_refuse(lines, SAMME_MALFORMED, "text");
    copy_text(lines, field, out, size);
}

void samme_lines_remainder(samme_lines *lines, char *out, size_t size) {
    samme_span field = lines->line;
    lines->line = (samme_span){0};
    lines->between = false;
    if (field.length == 0)
        samme_lines_refuse(lines, SAMME_MALFORMED, "a text");
    else if (memchr(field.data, 0, field.length) != NULL)
        samme_lines_refuse(lines, SAMME_MALFORMED, "text without U+0000");
    copy_text(lines, field, out, size);
}
