#include "trust/rules.h"

#include <assert.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/text.h"

/* One code point of well-formed UTF-8. */
static uint32_t next_code(const char **at) {
    const unsigned char *bytes = (const unsigned char *)*at;
    unsigned more = bytes[0] >= 0xF0 ? 3 : bytes[0] >= 0xE0 ? 2 : bytes[0] >= 0xC0 ? 1 : 0;
    uint32_t code = more == 0 ? bytes[0] : bytes[0] & (0x3Fu >> more);
    for (unsigned i = 1; i <= more; i++)
        code = code << 6 | (bytes[i] & 0x3Fu);
    *at += more + 1;
    return code;
}

typedef struct code_range {
    uint32_t first, last;
} code_range;

static bool in_ranges(uint32_t code, const code_range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Control, zero-width and direction-changing characters: a text that people sign by reading it must
 * be what it looks like. */
static bool invisible(uint32_t code) {
    static const code_range ranges[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x200B, 0x200F},
                                        {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF}};
    return in_ranges(code, ranges, sizeof ranges / sizeof *ranges);
}

static bool white(uint32_t code) {
    static const code_range ranges[] = {{0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                        {0x2000, 0x200A}, {0x202F, 0x202F}, {0x205F, 0x205F},
                                        {0x3000, 0x3000}};
    return in_ranges(code, ranges, sizeof ranges / sizeof *ranges);
}

bool samme_one_line_valid(const char *text) {
    size_t length = strlen(text);
    if (length == 0 || text[0] == ' ' || text[length - 1] == ' ' ||
        !samme_utf8_valid(SAMME_SPAN(text, length)))
        return false;
    while (*text != 0)
        if (invisible(next_code(&text)))
            return false;
    return true;
}

/* A line without white space or backslash. */
static bool word_valid(const char *text) {
    if (!samme_one_line_valid(text))
        return false;
    while (*text != 0) {
        uint32_t code = next_code(&text);
        if (white(code) || code == '\\')
            return false;
    }
    return true;
}

bool samme_peer_name_valid(const char *name) {
    return strlen(name) <= SAMME_NAME_MAX && name[0] != '.' && strchr(name, '/') == NULL &&
           word_valid(name);
}

bool samme_document_path_valid(const char *path) {
    if (strlen(path) > SAMME_PATH_MAX || !word_valid(path))
        return false;
    for (const char *part = path;;) {
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (part[length] == 0)
            return true;
        part += length + 1;
    }
}

bool samme_chain_name_valid(const char *name) {
    size_t length = strlen(name);
    if (length == 0 || length > SAMME_CHAIN_NAME_MAX)
        return false;
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != length)
        return false;
    return name[0] != '.' && name[length - 1] != '.' && strstr(name, "..") == NULL;
}

bool samme_curve_sound(const samme_peer_key *key) {
    /* u of the points of order 1, 2, 4 and 8 of Curve25519 and its twist, each also as u + p where
     * that fits in 255 bits. X25519 ignores the highest bit. */
    static const uint8_t weak[][32] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
         0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
         0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    uint8_t masked[32];
    memcpy(masked, key->bytes, sizeof masked);
    masked[31] &= 0x7F;
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++)
        if (memcmp(masked, weak[i], sizeof masked) == 0)
            return false;
    return true;
}

samme_status samme_key_list_init(samme_key_list *list, size_t capacity) {
    *list = (samme_key_list){.keys = calloc(capacity, 32), .capacity = capacity};
    return list->keys == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_key_list_free(samme_key_list *list) {
    free(list->keys);
    *list = (samme_key_list){0};
}

void samme_key_list_add(samme_key_list *list, const uint8_t key[static 32]) {
    assert(list->count < list->capacity);
    memcpy(list->keys[list->count++], key, 32);
}

static int compare_keys(const void *a, const void *b) {
    return memcmp(a, b, 32);
}

bool samme_key_list_distinct(samme_key_list *list) {
    qsort(list->keys, list->count, 32, compare_keys);
    for (size_t i = 1; i < list->count; i++)
        if (memcmp(list->keys[i - 1], list->keys[i], 32) == 0)
            return false;
    return true;
}

samme_status samme_text_finish(const char *what, samme_buffer *out, size_t start,
                               samme_error *error) {
    samme_status status = samme_buffer_status(out);
    if (status == SAMME_OK && out->length - start > SAMME_TRUST_TEXT_MAX)
        status = SAMME_TOO_LARGE;
    if (status == SAMME_OK)
        return SAMME_OK;
    out->length = start;
    return samme_fail(error, status, "%s: the text does not fit in %u bytes", what,
                      SAMME_TRUST_TEXT_MAX);
}

void samme_text_hash(samme_buffer *out, const char *key, const samme_hash *hash) {
    samme_buffer_printf(out, "%s ", key);
    samme_base64_append(out, samme_span_of_hash(hash));
    samme_buffer_u8(out, '\n');
}

bool samme_text_time(samme_buffer *out, const char *key, int64_t ms) {
    char text[SAMME_TIME_TEXT_BYTES];
    samme_time_format(ms, text);
    samme_buffer_printf(out, "%s %s\n", key, text);
    return text[0] != 0;
}

samme_status samme_role_signed(const samme_root *root, samme_role role, const samme_note *note,
                               samme_error *error) {
    const struct samme_role_keys *keys = &root->roles[role];
    const char *name = samme_role_name(role);
    unsigned valid = 0;
    samme_status status = samme_note_verify(note, keys->keys, keys->count, &valid, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s note", name);
    if (valid < keys->threshold)
        return samme_fail(error, SAMME_BAD_SIGNATURE,
                          "%s note: %u of the %u signatures needed by keys of role %s of %s", name,
                          valid, keys->threshold, name, root->chain);
    return SAMME_OK;
}

samme_status samme_role_signatures(const samme_root *root, samme_role role, samme_span bytes,
                                   unsigned *out_valid, samme_error *error) {
    const struct samme_role_keys *keys = &root->roles[role];
    samme_note note;
    samme_status status = samme_note_parse(bytes, &note, error);
    if (status == SAMME_OK)
        status = samme_note_verify(&note, keys->keys, keys->count, out_valid, error);
    return status == SAMME_OK ? status
                              : samme_fail_in(error, status, "%s note", samme_role_name(role));
}

samme_status samme_role_note(const samme_root *root, samme_role role, samme_span bytes,
                             samme_span *out_text, samme_error *error) {
    samme_note note;
    samme_status status = samme_note_parse(bytes, &note, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s note", samme_role_name(role));
    status = samme_role_signed(root, role, &note, error);
    if (status == SAMME_OK)
        *out_text = note.text;
    return status;
}
