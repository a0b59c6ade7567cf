/* The answers of a release's probes, as hashes, with the probes' ids. Pure. */
#ifndef SAMME_PROBES_PROBES_H
#define SAMME_PROBES_PROBES_H

#include "journal/replay.h"

#define SAMME_PROBES_MAX           4096u /* further ones are left out */
#define SAMME_PROBE_ID_MAX         63u   /* bytes; longer ones are cut */
#define SAMME_PROBES_DIFFERENT_MAX 16u   /* named one by one; the rest are counted */

typedef struct samme_probes {
    uint64_t release; /* 0: none begun */
    samme_hash note_hash;
    bool complete;
    size_t count;
    samme_buffer answers; /* a samme_hash each, in order */
    samme_buffer ids;     /* SAMME_PROBE_ID_MAX + 1 bytes each */
    samme_hash digest;    /* samme_probes_digest of it, once complete */
    samme_release note;   /* until complete */
    size_t next_document;
} samme_probes;

void samme_probes_init(samme_probes *probes);
void samme_probes_free(samme_probes *probes); /* then as after init */

/* Forgets what there is and begins with a release that the journal holds. SAMME_NOT_FOUND: it does
 * not; SAMME_LATER: its note is not held; SAMME_NO_MEMORY, and others of the rows. */
samme_status samme_probes_begin(samme_probes *probes, samme_replay *replay, uint64_t release,
                                samme_error *error) SAMME_CHECKED;
/* Answers the probes of the next document that has some, or says that it is complete. SAMME_LATER:
 * it is not held; SAMME_NO_MEMORY, and others of samme_replay_policy: begin again. */
samme_status samme_probes_next(samme_probes *probes, samme_replay *replay,
                               samme_error *error) SAMME_CHECKED;

const char *samme_probes_id(const samme_probes *probes, size_t index);
/* Of any list of answers: SHA-256 of the release as 8 bytes and the hashes. */
samme_hash samme_probes_digest(uint64_t release, samme_span answers);

/* Where others answered otherwise than `probes`, which is complete. */
typedef struct samme_probes_different {
    size_t count;
    uint16_t first[SAMME_PROBES_DIFFERENT_MAX]; /* the first of them */
} samme_probes_different;
/* `answers` are a hash each; when they are not as many, those too few or too many count as well. */
void samme_probes_compare(const samme_probes *probes, samme_span answers,
                          samme_probes_different *out);

#endif
