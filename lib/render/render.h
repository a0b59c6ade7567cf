/* A policy as prose that a shop can hang on the wall: for customers, or for staff. Pure and
 * deterministic: the same release and request give the same bytes. */
#ifndef SAMME_RENDER_RENDER_H
#define SAMME_RENDER_RENDER_H

#include "policy/policy.h"
#include "sop/documents.h"

/* For the buffer of the text. A rule takes about half a KiB; texts of
 * reasons, categories and procedures come on top, each time they are said. */
#define SAMME_RENDER_MAX_BYTES (16u * 1024u * 1024u)

typedef enum samme_readers {
    SAMME_READERS_CUSTOMERS, /* by verdict; nothing that only staff know */
    SAMME_READERS_STAFF,     /* rule by rule, with ids, roles and procedures */
} samme_readers;

typedef struct samme_render_request {
    const samme_policy *policy;
    const samme_documents *documents; /* texts of reasons and procedures; NULL: there are none */
    const char *language;             /* BCP 47; words are those of en, da, nb (no), sv, hi */
    const char *country;              /* of sale, "NO"; NULL: all that the chain sells in */
    samme_readers readers;
    bool markdown; /* else plain text, wrapped at 80 columns */
} samme_render_request;

/* Appends the document to *out. A language without words gives those of the first of its fallbacks
 * in chain.yaml that has them. A category is called by its text in the language or the first of the
 * fallbacks, else by `text`, else by its code; in quotes unless it is in the language asked for or
 * that of the words. SAMME_UNSUPPORTED (no words for the language), SAMME_NOT_FOUND (no policy for
 * the country), SAMME_MALFORMED (country is not two capital letters), SAMME_TOO_LARGE
 * (out->maximum, or a list of conditions over 32 MiB), SAMME_NO_MEMORY. */
samme_status samme_render(const samme_render_request *request, samme_buffer *out,
                          samme_error *error) SAMME_CHECKED;

#endif
