/* Where in an authored file a thing stands, for errors found after reading. */
#ifndef SAMME_POLICY_PLACE_H
#define SAMME_POLICY_PLACE_H

#include "policy/tables.h"
#include "wire/places.h"

/* A document and where its values stand. */
typedef struct samme_placed {
    const char *path;
    const samme_places *places;
} samme_placed;

/* The place of a value, else of `otherwise` (either may be NULL), else 0:0. */
samme_spot samme_spot_of(const samme_placed *in, const void *value, const void *otherwise);

/* Puts "path:line:column: ", or "path: ", in front of the text of the error. */
samme_status samme_placed_fail(const samme_placed *in, samme_error *error, samme_status status,
                               const void *value, const void *otherwise);

#endif
