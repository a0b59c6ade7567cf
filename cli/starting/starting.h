/* A sound start of two files, chain.yaml and policy/returns.yaml. Pure. */
#ifndef SAMME_CLI_STARTING_H
#define SAMME_CLI_STARTING_H

#include "base/buffer.h"

#define SAMME_STARTING_MAX_BYTES (64u * 1024u) /* of each file */

/* What is usual in a country. */
typedef struct samme_starting_place {
    const char *country; /* ISO 3166-1 alpha-2 */
    const char *currency;
    int utc_offset_minutes; /* without summer time, at its capital */
    const char *language;   /* of its customers, of those that texts are in; else "en" */
} samme_starting_place;

/* NULL: not listed. */
const samme_starting_place *samme_starting_place_of(const char *country);
/* The country to begin with when only the language is known; NULL for another language. */
const samme_starting_place *samme_starting_place_for(const char *language);
/* Appends all countries, separated by ", ". */
void samme_starting_countries(samme_buffer *out);

/* What customers are told, and names for what is sold; one column a language. */
typedef enum samme_starting_language {
    SAMME_STARTING_EN,
    SAMME_STARTING_DA,
    SAMME_STARTING_NB,
    SAMME_STARTING_SV,
    SAMME_STARTING_HI,
    SAMME_STARTING_LANGUAGES
} samme_starting_language;

typedef struct samme_starting_text {
    const char *key; /* of its place in a template; NULL ends the list */
    const char *text[SAMME_STARTING_LANGUAGES];
} samme_starting_text;

extern const samme_starting_text samme_starting_texts[];
/* Templates: lines, up to NULL. */
extern const char *const samme_starting_chain[];  /* of chain.yaml */
extern const char *const samme_starting_policy[]; /* of policy/returns.yaml */

typedef struct samme_starting {
    const char *chain;
    const samme_starting_place *place;
    samme_starting_language language;
} samme_starting;

/* False: texts are not in it. */
bool samme_starting_language_of(const char *tag, samme_starting_language *out);
/* Appends the template with its places filled. */
void samme_starting_fill(const samme_starting *start, const char *const *lines, samme_buffer *out);

#endif
