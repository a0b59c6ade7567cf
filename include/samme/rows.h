/* The rows port: the table of rows that folds read and write. Over a space (base/space.h), or over
 * a layer (base/layer.h) of rows not merged yet on top of another. Ordered bytewise by key; keys
 * and values are as long as samme/store.h allows.
 *
 * Other statuses are those of the store below, passed on. One thread; whoever made `self` owns
 * it. */
#ifndef SAMME_ROWS_H
#define SAMME_ROWS_H

#include "samme/span.h"
#include "samme/status.h"

typedef struct samme_rows {
    void *self;
    /* SAMME_NOT_FOUND when absent. Spans are valid until the next put. */
    samme_status (*get)(void *self, samme_span key, samme_span *out_value) SAMME_CHECKED;
    /* First row at or after `from` (empty: the first of all); SAMME_NOT_FOUND at the end. */
    samme_status (*seek)(void *self, samme_span from, samme_span *out_key,
                         samme_span *out_value) SAMME_CHECKED;
    /* Adds or replaces; copies both. SAMME_MALFORMED: an empty key; SAMME_TOO_LARGE; SAMME_FULL and
     * SAMME_NO_MEMORY: no room. */
    samme_status (*put)(void *self, samme_span key, samme_span value) SAMME_CHECKED;
} samme_rows;

#endif
