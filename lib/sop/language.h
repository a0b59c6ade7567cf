/* Language tags, and which of our lint languages a tag means. */
#ifndef SAMME_SOP_LANGUAGE_H
#define SAMME_SOP_LANGUAGE_H

#include <stdbool.h>

#define SAMME_LANGUAGE_TAG_MAX_BYTES 11u /* "sr-Latn-419" */

typedef enum samme_tongue {
    SAMME_TONGUE_EN,
    SAMME_TONGUE_DA,
    SAMME_TONGUE_NB,
    SAMME_TONGUE_SV,
    SAMME_TONGUE_HI,
    SAMME_TONGUE_OTHER, /* no lint */
} samme_tongue;
#define SAMME_TONGUE_COUNT SAMME_TONGUE_OTHER

typedef enum samme_language_fault {
    SAMME_LANGUAGE_FINE,
    SAMME_LANGUAGE_FORM,           /* not language[-Script][-REGION] in the usual case of letters */
    SAMME_LANGUAGE_UNKNOWN,        /* no such language in ISO 639 as ICU knows it */
    SAMME_LANGUAGE_REGION_UNKNOWN, /* no such country */
} samme_language_fault;

samme_language_fault samme_language_check(const char *tag);
/* By the first subtag; "no" is read as nb. */
samme_tongue samme_language_tongue(const char *tag);
const char *samme_tongue_tag(samme_tongue tongue); /* "en" ...; "" of other */

#endif
