#include "tlog/cosignature.h"

#include <inttypes.h>

#include "base/text.h"
#include "samme/limits.h"
#include "tlog/keys.h"

enum {
    SIGNATURE_BYTES = sizeof(uint64_t) + sizeof(samme_signature),
    HEADER_MAX_BYTES = 64, /* two lines, 20 digits */
};

samme_status samme_cosigner_make(const char *name, const samme_public_key *key, samme_cosigner *out,
                                 samme_error *error) {
    return samme_key_make(SAMME_KEY_COSIGNATURE, samme_span_of_text(name), key, &out->key, error);
}

samme_status samme_cosigner_parse(samme_span text, samme_cosigner *out, samme_error *error) {
    return samme_key_parse(SAMME_KEY_COSIGNATURE, text, &out->key, error);
}

void samme_cosigner_format(const samme_cosigner *cosigner, samme_buffer *out) {
    samme_key_format(SAMME_KEY_COSIGNATURE, &cosigner->key, out);
}

/* What is signed; `out` is empty. */
static void build_message(samme_span text, uint64_t time_s, samme_buffer *out) {
    samme_buffer_printf(out, "cosignature/v1\ntime %" PRIu64 "\n", time_s);
    samme_buffer_append(out, text);
}

/* The signed text is copied into the message before the note's buffer grows. */
static samme_status append_line(samme_span text, const samme_vkey *key, const samme_seed *seed,
                                uint64_t time_s, samme_buffer *note) {
    samme_buffer message;
    samme_buffer_init(&message, HEADER_MAX_BYTES + SAMME_DOCUMENT_MAX_BYTES);
    build_message(text, time_s, &message);
    samme_status status = samme_buffer_status(&message);
    if (status == SAMME_OK) {
        samme_signature signature = samme_sign(seed, samme_buffer_span(&message));
        uint8_t timed[SIGNATURE_BYTES];
        samme_put_u64(timed, time_s);
        memcpy(timed + sizeof time_s, signature.bytes, sizeof signature.bytes);
        samme_line_append(key, SAMME_SPAN(timed, sizeof timed), note);
        status = samme_buffer_status(note);
    }
    samme_buffer_free(&message);
    return status;
}

samme_status samme_cosignature_add(samme_buffer *note, const samme_vkey *log, const char *name,
                                   const samme_seed *seed, uint64_t time_s, samme_error *error) {
    if (time_s > SAMME_COSIGNATURE_TIME_MAX)
        return samme_fail(error, SAMME_MALFORMED, "cosignature: a time over 2^63-1 seconds");
    const samme_public_key public = samme_sign_public(seed);
    samme_cosigner cosigner;
    samme_checkpoint ignored;
    samme_note parsed;
    samme_status status = samme_cosigner_make(name, &public, &cosigner, error);
    if (status == SAMME_OK)
        status = samme_checkpoint_open(samme_buffer_span(note), log, &ignored, error);
    if (status == SAMME_OK)
        status = samme_note_parse(samme_buffer_span(note), &parsed, error);
    if (status == SAMME_OK)
        status = samme_line_room(&parsed, note->length,
                                 samme_line_length(&cosigner.key, SIGNATURE_BYTES), error);
    if (status != SAMME_OK)
        return status;
    status = append_line(parsed.text, &cosigner.key, seed, time_s, note);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "note: no room for one more signature");
}

static bool line_verifies(const samme_note *note, const struct samme_note_signature *line,
                          const samme_vkey *key, samme_buffer *message) {
    if (!line->timed || line->time_s > SAMME_COSIGNATURE_TIME_MAX)
        return false;
    samme_buffer_clear(message);
    build_message(note->text, line->time_s, message);
    return samme_buffer_status(message) == SAMME_OK &&
           samme_sign_verify(&key->key, samme_buffer_span(message), &line->signature);
}

/* The cosigner behind a line; all are tried, since two keys can share name and id. */
static samme_status find_cosigner(const samme_note *note, const struct samme_note_signature *line,
                                  const samme_cosigner *cosigners, size_t count,
                                  samme_buffer *message, size_t *out_index) {
    bool named = false;
    for (size_t i = 0; i < count; i++) {
        if (!samme_key_named(&cosigners[i].key, line))
            continue;
        named = true;
        if (line_verifies(note, line, &cosigners[i].key, message)) {
            *out_index = i;
            return SAMME_OK;
        }
    }
    return named ? SAMME_BAD_SIGNATURE : SAMME_NOT_FOUND;
}

static samme_status count_cosigners(const samme_note *note, const samme_cosigner *cosigners,
                                    size_t count, uint64_t *out_times, samme_buffer *message,
                                    unsigned *out_valid, samme_error *error) {
    const samme_vkey *signers[SAMME_NOTE_SIGNATURES_MAX];
    unsigned valid = 0;
    for (size_t i = 0; out_times != NULL && i < count; i++)
        out_times[i] = 0;
    for (unsigned i = 0; i < note->count; i++) {
        const struct samme_note_signature *line = &note->signatures[i];
        size_t index = 0;
        samme_status status = find_cosigner(note, line, cosigners, count, message, &index);
        if (status == SAMME_BAD_SIGNATURE)
            return samme_fail(error, status, "note: the cosignature of \"%.*s\" does not verify",
                              (int)line->name.length, (const char *)line->name.data);
        if (status != SAMME_OK)
            continue;
        if (!samme_key_among(&cosigners[index].key, signers, valid))
            signers[valid++] = &cosigners[index].key;
        if (out_times != NULL && line->time_s > out_times[index])
            out_times[index] = line->time_s;
    }
    *out_valid = valid;
    return SAMME_OK;
}

samme_status samme_cosignatures_verify(const samme_note *note, const samme_cosigner *cosigners,
                                       size_t count, uint64_t *out_times, unsigned *out_valid,
                                       samme_error *error) {
    samme_buffer message;
    samme_buffer_init(&message, HEADER_MAX_BYTES + SAMME_DOCUMENT_MAX_BYTES);
    samme_status status =
        count_cosigners(note, cosigners, count, out_times, &message, out_valid, error);
    samme_buffer_free(&message);
    return status;
}
