/* How a machine that makes its own keys is enrolled: an invitation (enrol.h) carries a one-time
 * secret to it, its request carries the public keys back. Head office takes a request once, so that
 * a copy of the invitation made on the way shows itself: the second request is refused. */
#ifndef SAMME_ENROL_REQUEST_H
#define SAMME_ENROL_REQUEST_H

#include "enrol/enrol.h"

#define SAMME_ENROL_REQUEST_MAX_BYTES 4096u

typedef struct samme_enrol_request {
    char chain[SAMME_CHAIN_NAME_MAX + 1];
    samme_enrol_role role;
    uint32_t branch; /* 0 unless a branch */
    uint32_t epoch;  /* 0 unless a branch */
    char name[SAMME_NAME_MAX + 1];
    samme_vkey log_key; /* of a branch */
    samme_peer_key curve;
    samme_signature signature; /* of a branch: whoever asks has the log key */
    samme_hash proof;          /* by the one-time secret, over all of the above */
} samme_enrol_request;

/* Appends the request of a machine with these keys, as a line of JSON. SAMME_NO_MEMORY,
 * SAMME_MALFORMED. */
samme_status samme_enrol_request_make(const samme_enrolment *enrolment,
                                      const uint8_t secret[static 32], samme_buffer *out,
                                      samme_error *error) SAMME_CHECKED;
/* SAMME_MALFORMED (also keys of small order, or of another name than the branch's),
 * SAMME_BAD_SIGNATURE. `place` starts the text. The proof is not looked at. */
samme_status samme_enrol_request_open(samme_span json, const char *place, samme_enrol_request *out,
                                      samme_error *error) SAMME_CHECKED;
/* Whether it answers this invitation. SAMME_MISMATCH (it is of another machine), SAMME_DENIED (made
 * without the secret). */
samme_status samme_enrol_request_answers(const samme_enrol_request *request,
                                         const samme_enrolment *invitation,
                                         const uint8_t secret[static 32],
                                         samme_error *error) SAMME_CHECKED;

#endif
