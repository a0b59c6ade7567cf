#include "tlog/keys.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "samme/limits.h"

enum { TYPED_KEY_BYTES = 1 + sizeof(samme_public_key) };

static samme_span from(samme_span bytes, size_t start) {
    return SAMME_SPAN(bytes.data + start, bytes.length - start);
}

static bool starts_with(samme_span bytes, samme_span start) {
    return bytes.length >= start.length && memcmp(bytes.data, start.data, start.length) == 0;
}

/* Whether a character with the property White_Space begins the rest of a UTF-8 text. */
static bool space_at(samme_span rest) {
    const uint8_t *at = rest.data;
    if (at[0] < 0x80)
        return at[0] == ' ' || (at[0] >= 0x09 && at[0] <= 0x0D);
    if (at[0] == 0xE2 && at[1] == 0x80) /* U+2000 to U+200A, U+2028, U+2029, U+202F */
        return at[2] <= 0x8A || at[2] == 0xA8 || at[2] == 0xA9 || at[2] == 0xAF;
    return starts_with(rest, SAMME_LITERAL("\xC2\x85")) ||     /* U+0085 */
           starts_with(rest, SAMME_LITERAL("\xC2\xA0")) ||     /* U+00A0 */
           starts_with(rest, SAMME_LITERAL("\xE1\x9A\x80")) || /* U+1680 */
           starts_with(rest, SAMME_LITERAL("\xE2\x81\x9F")) || /* U+205F */
           starts_with(rest, SAMME_LITERAL("\xE3\x80\x80"));   /* U+3000 */
}

bool samme_key_name_well_formed(samme_span name) {
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] == '+' || space_at(from(name, i)))
            return false;
    return name.length > 0;
}

/* C0, DEL and C1. Strangers may have the latter two in their names, but ours are read by people. */
static bool has_control(samme_span text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7F ||
            (text.data[i] == 0xC2 && text.data[i + 1] < 0xA0))
            return true;
    return false;
}

static uint32_t key_id(samme_key_type type, samme_span name, const samme_public_key *key) {
    const uint8_t separator[] = {'\n', (uint8_t)type};
    samme_hash hash = samme_sha256_of(name, SAMME_SPAN(separator, sizeof separator),
                                      SAMME_SPAN(key->bytes, sizeof key->bytes));
    return samme_get_u32(hash.bytes);
}

samme_status samme_key_make(samme_key_type type, samme_span name, const samme_public_key *key,
                            samme_vkey *out, samme_error *error) {
    if (name.length > SAMME_NOTE_NAME_MAX)
        return samme_fail(error, SAMME_MALFORMED, "key name of %zu bytes: at most %u are allowed",
                          name.length, SAMME_NOTE_NAME_MAX);
    if (!samme_utf8_valid(name) || has_control(name))
        return samme_fail(error, SAMME_MALFORMED,
                          "key name: expected UTF-8 without control characters");
    if (!samme_key_name_well_formed(name))
        return samme_fail(error, SAMME_MALFORMED,
                          "key name \"%.*s\": must not be empty nor have white space or '+'",
                          (int)name.length, (const char *)name.data);
    samme_vkey vkey = {.id = key_id(type, name, key), .key = *key};
    memcpy(vkey.name, name.data, name.length);
    *out = vkey;
    return SAMME_OK;
}

/* The id as vkeys are written: eight lower-case digits. */
static bool parse_key_id(samme_span text, uint32_t *out) {
    uint8_t id[SAMME_KEY_ID_BYTES];
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    if (samme_hex_parse(text, id, sizeof id) != SAMME_OK)
        return false;
    *out = samme_get_u32(id);
    return true;
}

static bool parse_typed_key(samme_key_type type, samme_span text, samme_public_key *out) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_VKEY_TEXT_MAX);
    bool good = samme_base64_parse(text, &bytes) == SAMME_OK && bytes.length == TYPED_KEY_BYTES &&
                bytes.data[0] == type;
    if (good)
        memcpy(out->bytes, bytes.data + 1, sizeof out->bytes);
    samme_buffer_free(&bytes);
    return good;
}

samme_status samme_key_parse(samme_key_type type, samme_span text, samme_vkey *out,
                             samme_error *error) {
    if (text.length == 0 || text.length > SAMME_VKEY_TEXT_MAX)
        return samme_fail(error, SAMME_MALFORMED, "verifier key of %zu bytes: expected 1 to %u",
                          text.length, SAMME_VKEY_TEXT_MAX);
    /* Base64 has a '+' of its own, names and ids have none. */
    const uint8_t *first = memchr(text.data, '+', text.length);
    size_t name_length = first != NULL ? (size_t)(first - text.data) : text.length;
    size_t key_start = name_length + 1 + 2 * (size_t)SAMME_KEY_ID_BYTES + 1;
    if (text.length < key_start || text.data[key_start - 1] != '+')
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: expected name+id+key with an id of eight hex digits");
    uint32_t id;
    samme_public_key key;
    samme_vkey vkey;
    if (!parse_key_id(SAMME_SPAN(text.data + name_length + 1, 2 * (size_t)SAMME_KEY_ID_BYTES), &id))
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: the id must be eight lower-case hex digits");
    if (!parse_typed_key(type, from(text, key_start), &key))
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: expected an Ed25519 key (type %d, 32 bytes) in base64",
                          type);
    samme_status status =
        samme_key_make(type, SAMME_SPAN(text.data, name_length), &key, &vkey, error);
    if (status != SAMME_OK)
        return status;
    if (vkey.id != id)
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key \"%s\": its id is %08x, but name and key give %08x",
                          vkey.name, id, vkey.id);
    if (!samme_public_key_sound(&key))
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key \"%s\": not a point of the main subgroup of Ed25519",
                          vkey.name);
    *out = vkey;
    return SAMME_OK;
}

void samme_key_format(samme_key_type type, const samme_vkey *key, samme_buffer *out) {
    uint8_t typed[TYPED_KEY_BYTES] = {(uint8_t)type};
    memcpy(typed + 1, key->key.bytes, sizeof key->key.bytes);
    samme_buffer_printf(out, "%s+%08x+", key->name, key->id);
    samme_base64_append(out, SAMME_SPAN(typed, sizeof typed));
}

samme_status samme_vkey_make(const char *name, const samme_public_key *key, samme_vkey *out,
                             samme_error *error) {
    return samme_key_make(SAMME_KEY_ED25519, samme_span_of_text(name), key, out, error);
}

samme_status samme_vkey_parse(samme_span text, samme_vkey *out, samme_error *error) {
    return samme_key_parse(SAMME_KEY_ED25519, text, out, error);
}

void samme_vkey_format(const samme_vkey *vkey, samme_buffer *out) {
    samme_key_format(SAMME_KEY_ED25519, vkey, out);
}

bool samme_vkey_equal(const samme_vkey *a, const samme_vkey *b) {
    return strcmp(a->name, b->name) == 0 && a->id == b->id &&
           memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

bool samme_key_named(const samme_vkey *key, const struct samme_note_signature *line) {
    return key->id == line->id && samme_span_equal(samme_span_of_text(key->name), line->name);
}

bool samme_key_among(const samme_vkey *key, const samme_vkey *const *keys, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (memcmp(keys[i]->key.bytes, key->key.bytes, sizeof key->key.bytes) == 0)
            return true;
    return false;
}

void samme_line_append(const samme_vkey *key, samme_span signature, samme_buffer *out) {
    uint8_t blob[SAMME_KEY_ID_BYTES + sizeof(uint64_t) + sizeof(samme_signature)];
    samme_put_u32(blob, key->id);
    memcpy(blob + SAMME_KEY_ID_BYTES, signature.data, signature.length);
    samme_buffer_append(out, SAMME_SIGNATURE_MARK);
    samme_buffer_append_text(out, key->name);
    samme_buffer_u8(out, ' ');
    samme_base64_append(out, SAMME_SPAN(blob, SAMME_KEY_ID_BYTES + signature.length));
    samme_buffer_u8(out, '\n');
}

size_t samme_line_length(const samme_vkey *key, size_t signature_bytes) {
    size_t base64 = (SAMME_KEY_ID_BYTES + signature_bytes + 2) / 3 * 4;
    return SAMME_SIGNATURE_MARK.length + strlen(key->name) + 1 + base64 + 1;
}

samme_status samme_line_room(const samme_note *note, size_t note_bytes, size_t line_bytes,
                             samme_error *error) {
    if (note->count == SAMME_NOTE_SIGNATURES_MAX ||
        note_bytes > SAMME_DOCUMENT_MAX_BYTES - line_bytes)
        return samme_fail(error, SAMME_TOO_LARGE,
                          "note: no room for one more signature: at most %u, and %u bytes",
                          SAMME_NOTE_SIGNATURES_MAX, SAMME_DOCUMENT_MAX_BYTES);
    return SAMME_OK;
}
