/* Keys of note lines, of either type: what samme_vkey and samme_cosigner have in common. For the
 * files of this folder only. */
#ifndef SAMME_TLOG_KEYS_H
#define SAMME_TLOG_KEYS_H

#include "tlog/note.h"

typedef enum samme_key_type {
    SAMME_KEY_ED25519 = 0x01,     /* signs the text of a note */
    SAMME_KEY_COSIGNATURE = 0x04, /* signs the text of a checkpoint and a time */
} samme_key_type;

enum { SAMME_KEY_ID_BYTES = 4 };

/* How a signature line begins: an em dash and a space. */
#define SAMME_SIGNATURE_MARK SAMME_LITERAL("\xE2\x80\x94 ")

/* As samme_vkey_make(), _parse() and _format(), with the type that goes into id and text. */
samme_status samme_key_make(samme_key_type type, samme_span name, const samme_public_key *key,
                            samme_vkey *out, samme_error *error) SAMME_CHECKED;
samme_status samme_key_parse(samme_key_type type, samme_span text, samme_vkey *out,
                             samme_error *error) SAMME_CHECKED;
void samme_key_format(samme_key_type type, const samme_vkey *key, samme_buffer *out);

/* What signed-note asks of a name, besides what holds for every byte of a note: not empty, no white
 * space, no '+'. The name must be UTF-8. */
bool samme_key_name_well_formed(samme_span name) SAMME_CHECKED;
/* Whether a line names the key, by name and id. */
bool samme_key_named(const samme_vkey *key, const struct samme_note_signature *line);
/* Whether a key, by its public half, is among others. */
bool samme_key_among(const samme_vkey *key, const samme_vkey *const *keys, unsigned count);

/* Appends the line of a signature, which is what follows the id in the blob. */
void samme_line_append(const samme_vkey *key, samme_span signature, samme_buffer *out);
/* How many bytes that will be. */
size_t samme_line_length(const samme_vkey *key, size_t signature_bytes);
/* SAMME_TOO_LARGE when the note, as parsed, has no room for a line of that many bytes more. */
samme_status samme_line_room(const samme_note *note, size_t note_bytes, size_t line_bytes,
                             samme_error *error) SAMME_CHECKED;

#endif
