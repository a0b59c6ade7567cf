/* The rows port: the table of rows that folds read and write. Over a space (base/space.h), or over
 * a layer (base/layer.h) of rows not merged yet on top of another. Keys 1..SAMME_STORE_KEY_MAX
 * bytes. */
#ifndef SAMME_ROWS_H
#define SAMME_ROWS_H

#include "samme/span.h"
#include "samme/status.h"

typedef struct samme_rows {
    void *self;
    /* SAMME_NOT_FOUND when absent. Spans are valid until the next put. */
    samme_status (*get)(void *self, samme_span key, samme_span *out_value);
    /* First row at or after `from`; SAMME_NOT_FOUND at the end. */
    samme_status (*seek)(void *self, samme_span from, samme_span *out_key, samme_span *out_value);
    samme_status (*put)(void *self, samme_span key, samme_span value);
} samme_rows;

#endif
