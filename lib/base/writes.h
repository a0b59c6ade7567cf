/* The writes of one commit: puts and deletes in one flat run of bytes, cheap to hand to another
 * thread. */
#ifndef SAMME_BASE_WRITES_H
#define SAMME_BASE_WRITES_H

#include "base/buffer.h"
#include "samme/store.h"

#define SAMME_WRITES_MAX_BYTES (64u * 1024u * 1024u)

typedef struct samme_writes {
    samme_buffer bytes;
    size_t count;
} samme_writes;

typedef struct samme_write {
    uint8_t table;
    bool removes;
    samme_span key;
    samme_span value; /* empty when it removes */
} samme_write;

samme_writes *samme_writes_new(void) SAMME_CHECKED; /* NULL: no memory */
void samme_writes_free(samme_writes *writes);
/* SAMME_TOO_LARGE: key, value or the whole over its maximum; SAMME_MALFORMED: an empty key. What
 * fails changes nothing. Later writes of a key win. */
samme_status samme_writes_put(samme_writes *writes, uint8_t table, samme_span key,
                              samme_span value) SAMME_CHECKED;
samme_status samme_writes_remove(samme_writes *writes, uint8_t table, samme_span key) SAMME_CHECKED;
/* Walks from *offset = 0; false at the end. */
bool samme_writes_next(const samme_writes *writes, size_t *offset, samme_write *out) SAMME_CHECKED;

#endif
