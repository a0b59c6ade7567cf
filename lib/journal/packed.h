/* Single fields of a packed message, read without unpacking it: there are millions of sales, and
 * two fields of each are wanted. For messages that the fold has just walked, so that they are known
 * to be well-formed. Pure. */
#ifndef SAMME_JOURNAL_PACKED_H
#define SAMME_JOURNAL_PACKED_H

#include "samme/span.h"
#include "samme/status.h"

#include <stdbool.h>

typedef struct samme_packed_field {
    uint32_t number;
    uint64_t value;   /* of a varint */
    samme_span bytes; /* of a length and bytes */
} samme_packed_field;

/* The next field of *rest; false at the end, or where it is not one of the two forms our messages
 * have. */
bool samme_packed_next(samme_span *rest, samme_packed_field *out) SAMME_CHECKED;
/* The first field of that number that is bytes; empty when there is none. */
samme_span samme_packed_bytes(samme_span message, uint32_t number);
/* The first field of that number that is a varint; 0 when there is none. */
uint64_t samme_packed_varint(samme_span message, uint32_t number);

#endif
