/* A document of a release or of an authored folder, as handed to those who read it. Owns nothing:
 * path and content belong to whoever made it, and stay for as long as the function that takes it
 * says. */
#ifndef SAMME_DOCUMENT_H
#define SAMME_DOCUMENT_H

#include "samme/span.h"

typedef struct samme_document {
    const char *path;   /* within the folder, "sop/return.yaml" */
    samme_span content; /* at most SAMME_DOCUMENT_MAX_BYTES (samme/limits.h) */
} samme_document;

#endif
