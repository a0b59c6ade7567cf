/* C2SP tlog-proof: one text that shows offline that an entry is in a log. The proof of inclusion
 * and the signed checkpoint it leads to; format "c2sp.org/tlog-proof@v1". */
#ifndef SAMME_TLOG_TLOG_PROOF_H
#define SAMME_TLOG_TLOG_PROOF_H

#include "tlog/checkpoint.h"
#include "tlog/proof.h"

/* Spans point into what was parsed. */
typedef struct samme_tlog_proof {
    samme_span extra; /* base64 as it stands in the text; empty: no such line. Nobody signed it. */
    uint64_t index;
    samme_proof inclusion;
    samme_span checkpoint; /* the signed note, verbatim */
} samme_tlog_proof;

/* Appends the text. SAMME_MALFORMED (extra is not base64, the checkpoint is not a note),
 * SAMME_TOO_LARGE, or the buffer's status. */
samme_status samme_tlog_proof_append(const samme_tlog_proof *proof,
                                     samme_buffer *out) SAMME_CHECKED;
/* Reads the form; checks neither hashes nor signatures. SAMME_MALFORMED, SAMME_TOO_LARGE (over
 * SAMME_DOCUMENT_MAX_BYTES, or more hashes than a proof may have). */
samme_status samme_tlog_proof_parse(samme_span text, samme_tlog_proof *out,
                                    samme_error *error) SAMME_CHECKED;
/* Whether the leaf is in the log whose key this is: checks the checkpoint as
 * samme_checkpoint_open(), then the inclusion (samme_inclusion_check()). *out_head is the
 * checkpoint. */
samme_status samme_tlog_proof_check(const samme_tlog_proof *proof, const samme_vkey *log,
                                    const samme_hash *leaf_hash, samme_checkpoint *out_head,
                                    samme_error *error) SAMME_CHECKED;

#endif
