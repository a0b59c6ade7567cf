#include "tlog/note.h"

#include "base/text.h"
#include "samme/limits.h"
#include "tlog/keys.h"

enum {
    ED25519_BYTES = SAMME_KEY_ID_BYTES + sizeof(samme_signature),
    COSIGNATURE_BYTES = SAMME_KEY_ID_BYTES + sizeof(uint64_t) + sizeof(samme_signature)
};

static samme_span from(samme_span bytes, size_t start) {
    return SAMME_SPAN(bytes.data + start, bytes.length - start);
}

static bool starts_with(samme_span bytes, samme_span start) {
    return bytes.length >= start.length && memcmp(bytes.data, start.data, start.length) == 0;
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
    if (!starts_with(line, SAMME_SIGNATURE_MARK))
        return SAMME_MALFORMED;
    samme_span rest = from(line, SAMME_SIGNATURE_MARK.length);
    const uint8_t *space = rest.length > 0 ? memchr(rest.data, ' ', rest.length) : NULL;
    if (space == NULL)
        return SAMME_MALFORMED;
    size_t name_length = (size_t)(space - rest.data);
    *out = (struct samme_note_signature){.name = SAMME_SPAN(rest.data, name_length)};
    samme_buffer_clear(blob);
    samme_status status = samme_base64_parse(from(rest, name_length + 1), blob);
    if (status != SAMME_OK)
        return status;
    if (!samme_key_name_well_formed(out->name) || blob->length <= SAMME_KEY_ID_BYTES)
        return SAMME_MALFORMED;
    out->id = samme_get_u32(blob->data);
    out->ed25519 = blob->length == ED25519_BYTES;
    out->timed = blob->length == COSIGNATURE_BYTES;
    if (out->timed)
        out->time_s = samme_get_u64(blob->data + SAMME_KEY_ID_BYTES);
    if (out->ed25519 || out->timed)
        memcpy(out->signature.bytes, blob->data + blob->length - sizeof out->signature.bytes,
               sizeof out->signature.bytes);
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
        if (!samme_key_named(key, line))
            continue;
        named = true;
        if (line->ed25519 && samme_sign_verify(&key->key, note->text, &line->signature)) {
            *out_signer = key;
            return SAMME_OK;
        }
    }
    return named ? SAMME_BAD_SIGNATURE : SAMME_NOT_FOUND;
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
        if (status == SAMME_OK && !samme_key_among(signer, signers, valid))
            signers[valid++] = signer;
    }
    *out_valid = valid;
    return SAMME_OK;
}

static void append_signature(samme_span text, const samme_vkey *vkey, const samme_seed *seed,
                             samme_buffer *out) {
    samme_signature signature = samme_sign(seed, text);
    samme_line_append(vkey, SAMME_SPAN(signature.bytes, sizeof signature.bytes), out);
}

samme_status samme_note_sign(samme_span text, const char *name, const samme_seed *seed,
                             samme_buffer *out) {
    samme_public_key key = samme_sign_public(seed);
    samme_vkey vkey;
    samme_status status = samme_vkey_make(name, &key, &vkey, NULL);
    if (status != SAMME_OK)
        return status;
    if (text.length >
        SAMME_DOCUMENT_MAX_BYTES - 1 - samme_line_length(&vkey, sizeof(samme_signature)))
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
    status = samme_line_room(&parsed, note->length,
                             samme_line_length(&vkey, sizeof(samme_signature)), error);
    if (status != SAMME_OK)
        return status;
    /* Signed bytes and the appended line share the buffer: the line is made before it is appended.
     */
    append_signature(parsed.text, &vkey, seed, note);
    if (samme_buffer_status(note) != SAMME_OK)
        return samme_fail(error, samme_buffer_status(note),
                          "note: its buffer has no room for one more line");
    return SAMME_OK;
}
