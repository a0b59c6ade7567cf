/* What a release's note says about its documents: what samme check found in them, and how their
 * answers differ from those of the release before. Whoever signs finds it out again. */
#ifndef SAMME_CLI_RELEASE_EXAMINE_H
#define SAMME_CLI_RELEASE_EXAMINE_H

#include "check/check.h"
#include "trust/trust.h"

typedef struct samme_examined {
    size_t blocking;    /* findings that nobody waived: 0 is sound */
    samme_buffer text;  /* the report for people */
    samme_buffer check; /* what `samme check --json` prints */
    bool compared; /* false: there is none before, or they are too large to be compared */
    samme_buffer diff; /* what `samme diff --json` prints; empty unless sound and compared */
} samme_examined;

/* `before` (NULL: none) is the release before; `after` says whether the check may hold its codes
 * against it, which it may not when an earlier release comes back. SAMME_OK also when it is not
 * sound; SAMME_NOT_FOUND (no chain.yaml or no policy), SAMME_NO_MEMORY, or why the documents cannot
 * be compared. To be freed on SAMME_OK. */
samme_status samme_release_examine(const samme_check_folder *documents,
                                   const samme_check_folder *before, bool after,
                                   samme_examined *out, samme_error *error) SAMME_CHECKED;
void samme_examined_free(samme_examined *examined);

/* Puts the digests into the release. */
void samme_examined_note(const samme_examined *examined, samme_release *release);
/* The waivers of the documents' chain.yaml as lines of the release: "finding table rule: why",
 * white space made one space each, cut at SAMME_RELEASE_LINE_MAX bytes. */
samme_status samme_release_waivers(const samme_check_folder *documents, samme_release *release,
                                   samme_error *error) SAMME_CHECKED;

#endif
