/* The name that was probably meant: within two edits of what was written. */
#ifndef SAMME_BASE_NEAR_H
#define SAMME_BASE_NEAR_H

#include "samme/span.h"

#define SAMME_NEAR_BYTES 64 /* names of so many bytes or more are far from everything */

typedef struct samme_near {
    samme_span written;
    const char *best; /* NULL: none yet */
    unsigned edits;
} samme_near;

samme_near samme_near_to(samme_span written);
/* Keeps `known` when it is nearer than what is kept; says so. A short word is not guessed from
 * another short word. The text must outlive the use of `best`. */
bool samme_near_try(samme_near *near, const char *known);

#endif
