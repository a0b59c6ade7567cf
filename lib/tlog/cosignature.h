/* C2SP tlog-cosignature, cosignature/v1 (Ed25519): a witness says that a checkpoint is the largest
 * consistent tree of that log it has seen at that time. What is signed is "cosignature/v1\ntime
 * <seconds>\n" and then the whole text of the checkpoint. The name of the witness is not signed, so
 * a key must stand under one name only. */
#ifndef SAMME_TLOG_COSIGNATURE_H
#define SAMME_TLOG_COSIGNATURE_H

#include "tlog/checkpoint.h"

#define SAMME_COSIGNATURE_TIME_MAX ((uint64_t)INT64_MAX) /* seconds since 1970 */

/* A verifier key of type 0x04: name, id and text as of a samme_vkey, but for the type. One field,
 * so that a log's key cannot be passed for a witness's. */
typedef struct samme_cosigner {
    samme_vkey key;
} samme_cosigner;

/* As samme_vkey_make(), _parse(), _format(). */
samme_status samme_cosigner_make(const char *name, const samme_public_key *key, samme_cosigner *out,
                                 samme_error *error) SAMME_CHECKED;
samme_status samme_cosigner_parse(samme_span text, samme_cosigner *out,
                                  samme_error *error) SAMME_CHECKED;
void samme_cosigner_format(const samme_cosigner *cosigner, samme_buffer *out);

/* Appends a cosignature to a checkpoint, in place, after checking that it is one of this log and
 * that the log has signed it; that it continues what the witness has seen is the caller's to check.
 * SAMME_MALFORMED (also a time over the maximum), SAMME_BAD_SIGNATURE, SAMME_TOO_LARGE (no line
 * more fits), or the buffer's status. */
samme_status samme_cosignature_add(samme_buffer *note, const samme_vkey *log, const char *name,
                                   const samme_seed *seed, uint64_t time_s,
                                   samme_error *error) SAMME_CHECKED;

/* How many distinct ones of the given cosigners (by public key) signed this note. As in
 * samme_note_verify(), a line that names one of them but does not verify makes the whole note
 * SAMME_BAD_SIGNATURE, and lines of others are passed over. out_times (may be NULL) has room for
 * `count` times: of the newest cosignature of each, 0 when there is none. */
samme_status samme_cosignatures_verify(const samme_note *note, const samme_cosigner *cosigners,
                                       size_t count, uint64_t *out_times, unsigned *out_valid,
                                       samme_error *error) SAMME_CHECKED;

#endif
