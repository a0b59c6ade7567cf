/* Records of the journal as plain values: what the hub writes and replay reads. Pure. */
#ifndef SAMME_JOURNAL_RECORD_H
#define SAMME_JOURNAL_RECORD_H

#include "wire/pack.h"

typedef enum samme_record_kind {
    SAMME_RECORD_BATCH,
    SAMME_RECORD_RELEASE,
    SAMME_RECORD_ROSTER,
    SAMME_RECORD_ROOT,
    SAMME_RECORD_HALT
} samme_record_kind;

typedef struct samme_record {
    int64_t hub_time_ms;
    uint32_t journal_epoch; /* of the roster in force; building, 0 is 1 */
    samme_record_kind kind;
    struct samme_batch_record { /* kind batch */
        uint32_t branch;
        uint32_t epoch;
        uint64_t old_size;
        uint64_t new_size;
        samme_hash root;
    } batch;
    uint64_t version;     /* of a release, roster or root; the release's of a halt */
    samme_hash note_hash; /* of its note, or of the batch's checkpoint */
} samme_record;

/* Appends the leaf. */
samme_status samme_record_build(const samme_record *record, samme_buffer *out) SAMME_CHECKED;
/* `scratch` holds what is unpacked on the way. SAMME_MALFORMED, SAMME_TOO_LARGE (more entries than
 * a batch may have), SAMME_UNSUPPORTED (a kind that this version does not act on). */
samme_status samme_record_open(samme_span bytes, samme_arena *scratch, samme_record *out,
                               samme_error *error) SAMME_CHECKED;

#endif
