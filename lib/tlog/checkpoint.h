/* C2SP tlog-checkpoint: "origin\nsize\nbase64(root)\n", signed as a note by a key whose name is the
 * origin. */
#ifndef SAMME_TLOG_CHECKPOINT_H
#define SAMME_TLOG_CHECKPOINT_H

#include "tlog/note.h"

typedef struct samme_checkpoint {
    uint64_t size;
    samme_hash root;
} samme_checkpoint;

/* Appends the signed checkpoint note. origin = key name. SAMME_MALFORMED (origin), SAMME_TOO_LARGE
 * (a size over SAMME_TREE_MAX_LEAVES), or the buffer's status. */
samme_status samme_checkpoint_sign(const char *origin, const samme_seed *seed,
                                   const samme_checkpoint *checkpoint,
                                   samme_buffer *out) SAMME_CHECKED;
/* Opens a note that must be a checkpoint of origin key->name, signed by key. Extension lines are
 * refused. SAMME_BAD_SIGNATURE when key has not signed it; whatever else is wrong is
 * SAMME_MALFORMED, or SAMME_TOO_LARGE as in samme_note_parse(). */
samme_status samme_checkpoint_open(samme_span note, const samme_vkey *key, samme_checkpoint *out,
                                   samme_error *error) SAMME_CHECKED;
/* What a checkpoint of origin key->name says, whoever signed it: for one who looks at the signature
 * later, or at that of a newer one. Refuses the form as samme_checkpoint_open() does. */
samme_status samme_checkpoint_read(samme_span note, const samme_vkey *key, samme_checkpoint *out,
                                   samme_error *error) SAMME_CHECKED;

/* A checkpoint of anybody's log: its origin need not be the name of the key, and lines that only
 * its readers understand may follow the root. */
#define SAMME_ORIGIN_MAX 255u /* bytes of such an origin */
typedef struct samme_log_head {
    uint64_t size;
    samme_hash root;
    unsigned extensions; /* how many lines follow the root */
    char origin[SAMME_ORIGIN_MAX + 1];
} samme_log_head;

/* Opens a note that must be a checkpoint of some log, signed by key: for logs that are not ours;
 * everything else is as strict as in samme_checkpoint_open(). An extension line is not empty. */
samme_status samme_log_head_open(samme_span note, const samme_vkey *key, samme_log_head *out,
                                 samme_error *error) SAMME_CHECKED;

#endif
