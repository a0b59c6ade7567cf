/* The two folders that `samme chain` hands out, read whole and checked: the enrolment of a branch,
 * auditor or operator, and the hub's. Reads and writes files, so only shells, mains and `samme` use
 * it. Formats: README.md. */
#ifndef SAMME_ENROL_ENROL_H
#define SAMME_ENROL_ENROL_H

#include "trust/trust.h"

#define SAMME_HUB_ADDRESS_MAX 255u

typedef enum samme_enrol_role {
    SAMME_ENROL_BRANCH,
    SAMME_ENROL_AUDITOR,
    SAMME_ENROL_OPERATOR
} samme_enrol_role;
const char *samme_enrol_role_name(samme_enrol_role role); /* "branch" ... */

/* Owns root_note and holds secrets: samme_enrol_free. */
typedef struct samme_enrolment {
    char chain[SAMME_CHAIN_NAME_MAX + 1];
    samme_enrol_role role;
    uint32_t branch; /* 0 unless a branch */
    uint32_t epoch;  /* 0 unless a branch */
    uint32_t region; /* home region; 0 unless a branch */
    char name[SAMME_NAME_MAX + 1];
    samme_buffer root_note; /* with which the journal begins */
    samme_root root;
    samme_peer_key hub_curve;
    samme_vkey hub_log;
    char hub[SAMME_HUB_ADDRESS_MAX + 1]; /* tcp://host:port, or "" */
    uint64_t lowest_release;
    samme_known known;
    samme_seed log_seed; /* zero unless a branch */
    uint8_t curve_secret[SAMME_CURVE_KEY_BYTES];
} samme_enrolment;

/* SAMME_NOT_FOUND (a file is missing), SAMME_MALFORMED, SAMME_MISMATCH (the root note is not the
 * one enrolled with), SAMME_BAD_SIGNATURE, SAMME_IO, SAMME_TOO_LARGE, SAMME_NO_MEMORY; the text
 * names the file. */
samme_status samme_enrol_load(const char *folder, samme_enrolment *out,
                              samme_error *error) SAMME_CHECKED;
/* Makes the folder where needed; enrolment.json is written last. `root` is not looked at. */
samme_status samme_enrol_write(const char *folder, const samme_enrolment *enrolment,
                               samme_error *error) SAMME_CHECKED;
/* Only the machine's keys, into a folder that is there. */
samme_status samme_enrol_write_keys(const char *folder, const samme_enrolment *enrolment,
                                    samme_error *error) SAMME_CHECKED;
void samme_enrol_free(samme_enrolment *enrolment); /* wipes */

/* An invitation: the enrolment folder of a machine that makes its keys itself. Instead of keys it
 * has a secret that proves one request (enrol/request.h). Statuses as above; the keys of *out are
 * zero. */
samme_status samme_enrol_load_invitation(const char *folder, samme_enrolment *out,
                                         uint8_t secret[static 32],
                                         samme_error *error) SAMME_CHECKED;
samme_status samme_enrol_write_invitation(const char *folder, const samme_enrolment *enrolment,
                                          const uint8_t secret[static 32],
                                          samme_error *error) SAMME_CHECKED;

/* Owns the notes and holds secrets: samme_enrol_free_hub. */
typedef struct samme_hub_keys {
    samme_buffer root_note; /* with which the journal begins; later ones: samme_enrol_add_root */
    samme_root root;
    samme_buffer roster_note; /* the newest; checked against root, or one that replaced it */
    samme_seed log_seed;      /* signs the journal; the roster's hub_log belongs to it */
    uint8_t curve_secret[SAMME_CURVE_KEY_BYTES];
} samme_hub_keys;

/* As samme_enrol_load; SAMME_MISMATCH when the roster names other hub keys, or the folder another
 * chain. */
samme_status samme_enrol_load_hub(const char *folder, samme_hub_keys *out,
                                  samme_error *error) SAMME_CHECKED;
/* root.chain must be set, the rest of `root` is not looked at. */
samme_status samme_enrol_write_hub(const char *folder, const samme_hub_keys *keys,
                                   samme_error *error) SAMME_CHECKED;
/* Puts a roster note into the hub's folder: rosters/VERSION.note, from which the hub takes them one
 * by one, and roster.note, the newest. */
samme_status samme_enrol_add_roster(const char *folder, uint64_t version, samme_span note,
                                    samme_error *error) SAMME_CHECKED;
/* The same of a root: roots/VERSION.note. root.note stays what the journal began with. */
samme_status samme_enrol_add_root(const char *folder, uint64_t version, samme_span note,
                                  samme_error *error) SAMME_CHECKED;
void samme_enrol_free_hub(samme_hub_keys *keys); /* wipes */

/* tcp://host:port with a port from 1 to 65535. */
bool samme_hub_address_valid(const char *address) SAMME_CHECKED;

#endif
