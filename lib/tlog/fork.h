/* Proof that the owner of a key has signed two histories of one log: two checkpoints that cannot
 * both be true. Anybody who has the key can check it, and nobody can make one up. Pure.
 *
 * As text (docs/FORMATS.md):
 *   samme fork proof 1
 *   a <bytes of note a>
 *   b <bytes of note b>
 *   root <base64>    only when b is larger: the root of a's size under note b, which is not a's,
 *   <base64> ..      and the RFC 9162 proof that b continues that root, a hash a line
 *   (blank line), note a, note b */
#ifndef SAMME_TLOG_FORK_H
#define SAMME_TLOG_FORK_H

#include "tlog/checkpoint.h"
#include "tlog/proof.h"

#define SAMME_FORK_TEXT_MAX (2u * 1024u * 1024u + 16u * 1024u)

typedef struct samme_fork {
    samme_span note_a, note_b; /* a is not the larger */
    bool continued;            /* the sizes differ: root and proof are there */
    samme_hash root;
    samme_proof proof;
} samme_fork;

/* From two notes and the leaf hashes of the log under the larger one (of b, or of any when the
 * sizes are equal). Orders the notes; they stay the caller's. SAMME_MISMATCH: they do not
 * contradict each other, or the leaves are not those of the larger; else as samme_checkpoint_open()
 * and samme_consistency_make(). */
samme_status samme_fork_make(const samme_vkey *key, samme_span one, samme_span other,
                             const samme_hash *leaves, uint64_t leaf_count, samme_fork *out,
                             samme_error *error) SAMME_CHECKED;
/* SAMME_OK: it is proved. SAMME_BAD_SIGNATURE or SAMME_MALFORMED: a note is not one of the key;
 * SAMME_MISMATCH: the notes can both be true, or the proof does not lead to them. */
samme_status samme_fork_check(const samme_fork *fork, const samme_vkey *key,
                              samme_error *error) SAMME_CHECKED;

void samme_fork_format(const samme_fork *fork, samme_buffer *out);
/* Strict; the notes point into the text. SAMME_MALFORMED, SAMME_TOO_LARGE. */
samme_status samme_fork_parse(samme_span text, samme_fork *out, samme_error *error) SAMME_CHECKED;

#endif
