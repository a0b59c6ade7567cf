#include "tlog/note.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "samme/limits.h"

enum {
    KEY_TYPE_ED25519 = 0x01,
    KEY_ID_BYTES = 4,
    BLOB_BYTES = KEY_ID_BYTES + sizeof(samme_signature),
    TYPED_KEY_BYTES = 1 + sizeof(samme_public_key)
};

/* An em dash and a space. */
#define SIGNATURE_MARK SAMME_LITERAL("\xE2\x80\x94 ")

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

/* What signed-note asks of a name, besides what holds for every byte of a note. */
static bool name_well_formed(samme_span name) {
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

static uint32_t key_id(samme_span name, const samme_public_key *key) {
    static const uint8_t separator[] = {'\n', KEY_TYPE_ED25519};
    samme_hash hash = samme_sha256_of(name, SAMME_SPAN(separator, sizeof separator),
                                      SAMME_SPAN(key->bytes, sizeof key->bytes));
    return samme_get_u32(hash.bytes);
}

static samme_status make_vkey(samme_span name, const samme_public_key *key, samme_vkey *out,
                              samme_error *error) {
    if (name.length > SAMME_NOTE_NAME_MAX)
        return samme_fail(error, SAMME_MALFORMED, "key name of %zu bytes: at most %u are allowed",
                          name.length, SAMME_NOTE_NAME_MAX);
    if (!samme_utf8_valid(name) || has_control(name))
        return samme_fail(error, SAMME_MALFORMED,
                          "key name: expected UTF-8 without control characters");
    if (!name_well_formed(name))
        return samme_fail(error, SAMME_MALFORMED,
                          "key name \"%.*s\": must not be empty nor have white space or '+'",
                          (int)name.length, (const char *)name.data);
    samme_vkey vkey = {.id = key_id(name, key), .key = *key};
    memcpy(vkey.name, name.data, name.length);
    *out = vkey;
    return SAMME_OK;
}

samme_status samme_vkey_make(const char *name, const samme_public_key *key, samme_vkey *out,
                             samme_error *error) {
    return make_vkey(samme_span_of_text(name), key, out, error);
}

/* The id as vkeys are written: eight lower-case digits. */
static bool parse_key_id(samme_span text, uint32_t *out) {
    uint8_t id[KEY_ID_BYTES];
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] >= 'A' && text.data[i] <= 'F')
            return false;
    if (samme_hex_parse(text, id, sizeof id) != SAMME_OK)
        return false;
    *out = samme_get_u32(id);
    return true;
}

static bool parse_typed_key(samme_span text, samme_public_key *out) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_VKEY_TEXT_MAX);
    bool good = samme_base64_parse(text, &bytes) == SAMME_OK && bytes.length == TYPED_KEY_BYTES &&
                bytes.data[0] == KEY_TYPE_ED25519;
    if (good)
        memcpy(out->bytes, bytes.data + 1, sizeof out->bytes);
    samme_buffer_free(&bytes);
    return good;
}

samme_status samme_vkey_parse(samme_span text, samme_vkey *out, samme_error *error) {
    if (text.length == 0 || text.length > SAMME_VKEY_TEXT_MAX)
        return samme_fail(error, SAMME_MALFORMED, "verifier key of %zu bytes: expected 1 to %u",
                          text.length, SAMME_VKEY_TEXT_MAX);
    /* Base64 has a '+' of its own, names and ids have none. */
    const uint8_t *first = memchr(text.data, '+', text.length);
    size_t name_length = first != NULL ? (size_t)(first - text.data) : text.length;
    size_t key_start = name_length + 1 + 2 * (size_t)KEY_ID_BYTES + 1;
    if (text.length < key_start || text.data[key_start - 1] != '+')
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: expected name+id+key with an id of eight hex digits");
    uint32_t id;
    samme_public_key key;
    samme_vkey vkey;
    if (!parse_key_id(SAMME_SPAN(text.data + name_length + 1, 2 * (size_t)KEY_ID_BYTES), &id))
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: the id must be eight lower-case hex digits");
    if (!parse_typed_key(from(text, key_start), &key))
        return samme_fail(error, SAMME_MALFORMED,
                          "verifier key: expected an Ed25519 key (type 1, 32 bytes) in base64");
    samme_status status = make_vkey(SAMME_SPAN(text.data, name_length), &key, &vkey, error);
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

void samme_vkey_format(const samme_vkey *vkey, samme_buffer *out) {
    uint8_t typed[TYPED_KEY_BYTES] = {KEY_TYPE_ED25519};
    memcpy(typed + 1, vkey->key.bytes, sizeof vkey->key.bytes);
    samme_buffer_printf(out, "%s+%08x+", vkey->name, vkey->id);
    samme_base64_append(out, SAMME_SPAN(typed, sizeof typed));
}

bool samme_vkey_equal(const samme_vkey *a, const samme_vkey *b) {
    return strcmp(a->name, b->name) == 0 && a->id == b->id &&
           memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

static samme_status check_characters(samme_span bytes, samme_error *error) {
    if (!samme_utf8_valid(bytes))
        return samme_fail(error, SAMME_MALFORMED, "note: not UTF-8");
    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.data[i] < 0x20 && bytes.data[i] != '\n')
            return samme_fail(error, SAMME_MALFORMED,
                              "note: control character 0x%02x at byte %zu, only newlines are "
                              "allowed",
                              bytes.data[i], i);
    return SAMME_OK;
}

/* A text that ends in a line which is not blank: the blank line behind it is then the only place to
 * split. */
static bool text_well_formed(samme_span text) {
    return text.length >= 2 && text.data[text.length - 1] == '\n' &&
           text.data[text.length - 2] != '\n';
}

/* Splits at the last blank line, since the text may have blank lines of its own. */
static bool split(samme_span bytes, samme_span *out_text, samme_span *out_lines) {
    for (size_t i = bytes.length; i-- > 1;) {
        if (bytes.data[i] == '\n' && bytes.data[i - 1] == '\n') {
            *out_text = SAMME_SPAN(bytes.data, i);
            *out_lines = from(bytes, i + 1);
            return true;
        }
    }
    return false;
}

/* One line without its newline; `blob` is working memory. */
static samme_status parse_line(samme_span line, samme_buffer *blob,
                               struct samme_note_signature *out) {
    if (!starts_with(line, SIGNATURE_MARK))
        return SAMME_MALFORMED;
    samme_span rest = from(line, SIGNATURE_MARK.length);
    const uint8_t *space = rest.length > 0 ? memchr(rest.data, ' ', rest.length) : NULL;
    if (space == NULL)
        return SAMME_MALFORMED;
    size_t name_length = (size_t)(space - rest.data);
    *out = (struct samme_note_signature){.name = SAMME_SPAN(rest.data, name_length)};
    samme_buffer_clear(blob);
    samme_status status = samme_base64_parse(from(rest, name_length + 1), blob);
    if (status != SAMME_OK)
        return status;
    if (!name_well_formed(out->name) || blob->length <= KEY_ID_BYTES)
        return SAMME_MALFORMED;
    out->id = samme_get_u32(blob->data);
    out->ed25519 = blob->length == BLOB_BYTES;
    if (out->ed25519)
        memcpy(out->signature.bytes, blob->data + KEY_ID_BYTES, sizeof out->signature.bytes);
    return SAMME_OK;
}

static samme_status parse_lines(samme_span lines, samme_note *note, samme_error *error) {
    samme_status status = SAMME_OK;
    samme_buffer blob;
    samme_buffer_init(&blob, SAMME_DOCUMENT_MAX_BYTES);
    while (lines.length > 0 && status == SAMME_OK) {
        const uint8_t *end = memchr(lines.data, '\n', lines.length);
        if (note->count == SAMME_NOTE_SIGNATURES_MAX) {
            status = samme_fail(error, SAMME_TOO_LARGE, "note: more than %u signatures",
                                SAMME_NOTE_SIGNATURES_MAX);
        } else if (end == NULL) {
            status = samme_fail(error, SAMME_MALFORMED, "note: does not end in a newline");
        } else {
            size_t length = (size_t)(end - lines.data);
            status =
                parse_line(SAMME_SPAN(lines.data, length), &blob, &note->signatures[note->count]);
            note->count++;
            lines = from(lines, length + 1);
            if (status != SAMME_OK)
                samme_fail(error, status,
                           "note: signature line %u is %s: expected an em dash, a key name and "
                           "base64, with one space between",
                           note->count, samme_status_name(status));
        }
    }
    samme_buffer_free(&blob);
    return status;
}

samme_status samme_note_parse(samme_span bytes, samme_note *out, samme_error *error) {
    if (bytes.length > SAMME_DOCUMENT_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "note of %zu bytes: at most %u are allowed",
                          bytes.length, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = check_characters(bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_note note = {.count = 0};
    samme_span lines;
    if (!split(bytes, &note.text, &lines))
        return samme_fail(error, SAMME_MALFORMED,
                          "note: no blank line between text and signatures");
    if (!text_well_formed(note.text))
        return samme_fail(error, SAMME_MALFORMED, "note: the text is empty or ends blank");
    if (lines.length == 0)
        return samme_fail(error, SAMME_MALFORMED, "note: no signature line");
    status = parse_lines(lines, &note, error);
    if (status == SAMME_OK)
        *out = note;
    return status;
}

/* The key behind a line. Two keys can share name and id by accident or by design, so all are tried.
 */
static samme_status find_signer(const samme_note *note, const struct samme_note_signature *line,
                                const samme_vkey *keys, size_t key_count,
                                const samme_vkey **out_signer) {
    bool named = false;
    for (size_t i = 0; i < key_count; i++) {
        const samme_vkey *key = &keys[i];
        if (key->id != line->id || !samme_span_equal(samme_span_of_text(key->name), line->name))
            continue;
        named = true;
        if (line->ed25519 && samme_sign_verify(&key->key, note->text, &line->signature)) {
            *out_signer = key;
            return SAMME_OK;
        }
    }
    return named ? SAMME_BAD_SIGNATURE : SAMME_NOT_FOUND;
}

static bool is_among(const samme_vkey *key, const samme_vkey *const *keys, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        if (memcmp(keys[i]->key.bytes, key->key.bytes, sizeof key->key.bytes) == 0)
            return true;
    return false;
}

samme_status samme_note_verify(const samme_note *note, const samme_vkey *keys, size_t key_count,
                               unsigned *out_valid, samme_error *error) {
    const samme_vkey *signers[SAMME_NOTE_SIGNATURES_MAX];
    unsigned valid = 0;
    for (unsigned i = 0; i < note->count; i++) {
        const struct samme_note_signature *line = &note->signatures[i];
        const samme_vkey *signer = NULL;
        samme_status status = find_signer(note, line, keys, key_count, &signer);
        if (status == SAMME_BAD_SIGNATURE)
            return samme_fail(error, status, "note: the signature of \"%.*s\" does not verify",
                              (int)line->name.length, (const char *)line->name.data);
        if (status == SAMME_OK && !is_among(signer, signers, valid))
            signers[valid++] = signer;
    }
    *out_valid = valid;
    return SAMME_OK;
}

static void append_signature(samme_span text, const samme_vkey *vkey, const samme_seed *seed,
                             samme_buffer *out) {
    samme_signature signature = samme_sign(seed, text);
    uint8_t blob[BLOB_BYTES];
    samme_put_u32(blob, vkey->id);
    memcpy(blob + KEY_ID_BYTES, signature.bytes, sizeof signature.bytes);
    samme_buffer_append(out, SIGNATURE_MARK);
    samme_buffer_append_text(out, vkey->name);
    samme_buffer_u8(out, ' ');
    samme_base64_append(out, SAMME_SPAN(blob, sizeof blob));
    samme_buffer_u8(out, '\n');
}

/* Bytes that append_signature() writes. */
static size_t signature_line_length(const samme_vkey *vkey) {
    size_t base64 = (BLOB_BYTES + 2) / 3 * 4;
    return SIGNATURE_MARK.length + strlen(vkey->name) + 1 + base64 + 1;
}

samme_status samme_note_sign(samme_span text, const char *name, const samme_seed *seed,
                             samme_buffer *out) {
    samme_public_key key = samme_sign_public(seed);
    samme_vkey vkey;
    samme_status status = samme_vkey_make(name, &key, &vkey, NULL);
    if (status != SAMME_OK)
        return status;
    if (text.length > SAMME_DOCUMENT_MAX_BYTES - 1 - signature_line_length(&vkey))
        return SAMME_TOO_LARGE;
    if (!text_well_formed(text) || check_characters(text, NULL) != SAMME_OK)
        return SAMME_MALFORMED;
    samme_buffer_append(out, text);
    samme_buffer_u8(out, '\n');
    append_signature(text, &vkey, seed, out);
    return samme_buffer_status(out);
}

samme_status samme_note_cosign(samme_buffer *note, const char *name, const samme_seed *seed,
                               samme_error *error) {
    samme_public_key key = samme_sign_public(seed);
    samme_vkey vkey;
    samme_note parsed;
    samme_status status = samme_vkey_make(name, &key, &vkey, error);
    if (status == SAMME_OK)
        status = samme_note_parse(samme_buffer_span(note), &parsed, error);
    if (status != SAMME_OK)
        return status;
    if (parsed.count == SAMME_NOTE_SIGNATURES_MAX ||
        note->length > SAMME_DOCUMENT_MAX_BYTES - signature_line_length(&vkey))
        return samme_fail(error, SAMME_TOO_LARGE,
                          "note: no room for one more signature: at most %u, and %u bytes",
                          SAMME_NOTE_SIGNATURES_MAX, SAMME_DOCUMENT_MAX_BYTES);
    /* Signed bytes and the appended line share the buffer: the line is made before it is appended.
     */
    append_signature(parsed.text, &vkey, seed, note);
    if (samme_buffer_status(note) != SAMME_OK)
        return samme_fail(error, samme_buffer_status(note),
                          "note: its buffer has no room for one more line");
    return SAMME_OK;
}
