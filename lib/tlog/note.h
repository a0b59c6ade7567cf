/* C2SP signed notes (c2sp.org/signed-note): a text, a blank line, and lines "— name base64(keyid ||
 * signature)". Pure; the parser is strict and never changes what it was given. */
#ifndef SAMME_TLOG_NOTE_H
#define SAMME_TLOG_NOTE_H

#include "base/buffer.h"
#include "crypto/sign.h"

#define SAMME_NOTE_NAME_MAX       100u /* bytes of a key name */
#define SAMME_NOTE_SIGNATURES_MAX 100u
#define SAMME_VKEY_TEXT_MAX       (SAMME_NOTE_NAME_MAX + 64u)

/* A verifier key of type 0x01 (Ed25519). */
typedef struct samme_vkey {
    char name[SAMME_NOTE_NAME_MAX + 1];
    uint32_t id; /* first four bytes of SHA256(name || 0x0A || 0x01 || key), big-endian */
    samme_public_key key;
} samme_vkey;

/* SAMME_MALFORMED when the name is empty, too long, has white space, '+' or control characters, or
 * is not UTF-8. White space is all of Unicode's. */
samme_status samme_vkey_make(const char *name, const samme_public_key *key, samme_vkey *out,
                             samme_error *error) SAMME_CHECKED;
/* "name+hex8+base64(0x01||key)", hex in lower case; the id must be right, the key sound (not of
 * small order). SAMME_MALFORMED. */
samme_status samme_vkey_parse(samme_span text, samme_vkey *out, samme_error *error) SAMME_CHECKED;
void samme_vkey_format(const samme_vkey *vkey, samme_buffer *out);
bool samme_vkey_equal(const samme_vkey *a, const samme_vkey *b);

/* A parsed note; spans point into the text that was given. */
typedef struct samme_note {
    samme_span text; /* what was signed, its last newline included */
    unsigned count;
    struct samme_note_signature {
        samme_span name;
        uint32_t id;
        bool ed25519;              /* 64 bytes behind the id: a signature */
        bool timed;                /* 72: a time and a signature (tlog/cosignature.h) */
        uint64_t time_s;           /* when `timed` */
        samme_signature signature; /* when `ed25519` or `timed` */
    } signatures[SAMME_NOTE_SIGNATURES_MAX];
} samme_note;

/* Reads the form only; checks no signature. The text may have blank lines, but not at its end; a
 * signature line may have a name of any length and a blob of any length over 4. SAMME_MALFORMED,
 * SAMME_TOO_LARGE (over SAMME_DOCUMENT_MAX_BYTES or SAMME_NOTE_SIGNATURES_MAX). */
samme_status samme_note_parse(samme_span bytes, samme_note *out, samme_error *error) SAMME_CHECKED;

/* How many distinct ones of the given keys (by public key) signed this note. A line that names (by
 * name and id) one of the keys but does not verify makes the whole note SAMME_BAD_SIGNATURE; lines
 * of others are passed over. *out_valid may be 0: the caller has a threshold. */
samme_status samme_note_verify(const samme_note *note, const samme_vkey *keys, size_t key_count,
                               unsigned *out_valid, samme_error *error) SAMME_CHECKED;

/* Appends text (which must end in a newline and have no blank line at its end) and one signature
 * line. SAMME_MALFORMED (text or name), SAMME_TOO_LARGE, or the buffer's status. */
samme_status samme_note_sign(samme_span text, const char *name, const samme_seed *seed,
                             samme_buffer *out) SAMME_CHECKED;
/* Appends one more signature line to an existing note, in place. A key that has signed already
 * signs again: it counts once. SAMME_MALFORMED, SAMME_TOO_LARGE (no line more fits), or the
 * buffer's status. */
samme_status samme_note_cosign(samme_buffer *note, const char *name, const samme_seed *seed,
                               samme_error *error) SAMME_CHECKED;

#endif
