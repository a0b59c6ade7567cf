/* Who may say what: root, roster and release notes. Texts are lines, signed verbatim as C2SP notes;
 * the first line names chain and type, so that no text can be taken for one of another type.
 * Formats: docs/FORMATS.md. Pure.
 *
 * - root: roles with their keys and thresholds; signed by a threshold of its own `root` keys, and
 * of those of the root before it
 * - roster: the hub, the branches with region, epoch and keys, other peers; signed by role roster
 * - release: the complete numbered list of documents; signed by role release
 * - halt: waves of a release that are held back; signed by any one key of role release
 *
 * A key counts once and stands in one role only. A threshold is at least 1 and at most the number
 * of distinct keys. */
#ifndef SAMME_TRUST_TRUST_H
#define SAMME_TRUST_TRUST_H

#include "crypto/hash.h"
#include "samme/limits.h"
#include "tlog/note.h"

#define SAMME_ROLE_KEYS_MAX       16u
#define SAMME_ROSTER_BRANCHES_MAX 4096u
#define SAMME_ROSTER_PEERS_MAX    256u
#define SAMME_NAME_MAX            63u
#define SAMME_CHAIN_NAME_MAX      60u
#define SAMME_PATH_MAX            200u
#define SAMME_RELEASE_LINE_MAX    200u /* bytes of a reason or waiver */
#define SAMME_RELEASE_KEEPS_MAX   1024u
#define SAMME_RELEASE_WAIVERS_MAX 1024u
#define SAMME_RELEASE_WAVES_MAX   64u

typedef enum samme_role {
    SAMME_ROLE_ROOT,
    SAMME_ROLE_ROSTER,
    SAMME_ROLE_RELEASE,
    SAMME_ROLE_COUNT
} samme_role;
const char *samme_role_name(samme_role role); /* "root" ... */

typedef struct samme_root {
    char chain[SAMME_CHAIN_NAME_MAX + 1];
    uint64_t version;
    samme_hash previous;  /* of the previous root note; zero for version 1 */
    samme_hash note_hash; /* of the note it was opened from; no part of the text */
    struct samme_role_keys {
        unsigned threshold;
        unsigned count;
        samme_vkey keys[SAMME_ROLE_KEYS_MAX];
    } roles[SAMME_ROLE_COUNT];
} samme_root;

/* What a machine knew of the chain when it was enrolled; zeros: nothing. Who shows it less, or
 * something else, is not followed. */
typedef struct samme_known {
    uint64_t root_version; /* the newest root */
    samme_hash root_hash;
    uint64_t journal_size; /* a head of the journal */
    samme_hash journal_root;
} samme_known;

typedef struct samme_roster_branch {
    uint32_t number;
    char name[SAMME_NAME_MAX + 1];
    uint32_t region;
    uint32_t epoch;
    samme_vkey log_key; /* name "<chain>/b/<number>/e<epoch>" */
    samme_peer_key curve;
} samme_roster_branch;

typedef enum samme_peer_role { SAMME_PEER_AUDITOR, SAMME_PEER_OPERATOR } samme_peer_role;
typedef struct samme_roster_peer {
    samme_peer_role role;
    char name[SAMME_NAME_MAX + 1];
    samme_peer_key curve;
} samme_roster_peer;

/* branches in order of number, peers in order of name. Owns its arrays: samme_roster_free. */
typedef struct samme_roster {
    uint64_t version;
    uint32_t journal_epoch;
    samme_vkey hub_log; /* name "<chain>/hub/j<journal epoch>" */
    samme_peer_key hub_curve;
    samme_hash previous; /* of the previous roster note; zero for version 1 */
    size_t branch_count;
    samme_roster_branch *branches;
    size_t peer_count;
    samme_roster_peer *peers;
} samme_roster;

typedef struct samme_release_document {
    char path[SAMME_PATH_MAX + 1]; /* relative, '/'-separated, no "." or ".." part */
    uint32_t length;
    samme_hash hash;
} samme_release_document;

typedef struct samme_release_waiver {
    char text[SAMME_RELEASE_LINE_MAX + 1]; /* one line */
} samme_release_waiver;

/* A release before this one that receipts are still decided by. */
typedef struct samme_release_kept {
    uint64_t version;
    samme_hash note_hash;
} samme_release_kept;

/* When the branches of a wave may take a release, and a branch that does not wait for the last. */
typedef struct samme_release_wave {
    int64_t at_ms;
} samme_release_wave;
typedef struct samme_release_early {
    uint32_t branch;
    uint32_t wave; /* from 1, not the last */
} samme_release_early;

/* waivers and documents in bytewise order of text and path, keeps in order of version, early in
 * order of branch, each once. Waves are none or at least two, each later than the one before; with
 * them there is no at_ms. Owns its arrays: samme_release_free. */
typedef struct samme_release {
    uint64_t version;
    uint32_t decide_version;
    int64_t issued_ms;  /* information */
    int64_t at_ms;      /* not taken before; 0: at once */
    int64_t expires_ms; /* from then on decided under with caution; 0: never */
    uint64_t from;      /* the earlier release whose documents these are; 0: none */
    uint64_t
        baseline; /* receipts older than Samme fall under it: this one or a kept one; 0: none */
    samme_hash previous; /* of the previous release note; zero for version 1 */
    char author[SAMME_NAME_MAX + 1];
    char reason[SAMME_RELEASE_LINE_MAX + 1]; /* one line */
    samme_hash check;                        /* of what samme check found, as JSON */
    bool compared; /* diff is of what samme diff found against the release before */
    samme_hash diff;
    size_t waiver_count;
    samme_release_waiver *waivers;
    size_t wave_count;
    samme_release_wave *waves;
    size_t early_count;
    samme_release_early *early; /* every other branch is of the last wave */
    size_t keep_count;
    samme_release_kept *keeps;
    size_t document_count;
    samme_release_document *documents;
} samme_release;

/* Appends a text, ready to be signed. The structs must be valid (names, order): SAMME_MALFORMED
 * names what is not, SAMME_TOO_LARGE when the note would be over SAMME_DOCUMENT_MAX_BYTES. */
samme_status samme_root_text(const samme_root *root, samme_buffer *out,
                             samme_error *error) SAMME_CHECKED;
samme_status samme_roster_text(const samme_root *root, const samme_roster *roster,
                               samme_buffer *out, samme_error *error) SAMME_CHECKED;
samme_status samme_release_text(const samme_root *root, const samme_release *release,
                                samme_buffer *out, samme_error *error) SAMME_CHECKED;

/* Open a signed note: form, signatures against the threshold, then the text, strictly. *out is
 * written only on success. SAMME_MALFORMED, SAMME_BAD_SIGNATURE (says how many of how many),
 * SAMME_TOO_LARGE, SAMME_NO_MEMORY. */
samme_status samme_root_open(samme_span note, samme_root *out, samme_error *error) SAMME_CHECKED;
/* What a root's text says, nobody having signed it yet. SAMME_MALFORMED. */
samme_status samme_root_read(samme_span text, samme_root *out, samme_error *error) SAMME_CHECKED;
/* As samme_root_open of the root that replaces `held`, which was opened: signed by thresholds of
 * both its own and the held one's root keys, of the same chain, and its successor (else as
 * samme_successor_check). */
samme_status samme_root_follow(const samme_root *held, samme_span note, samme_root *out,
                               samme_error *error) SAMME_CHECKED;
samme_status samme_roster_open(const samme_root *root, samme_span note, samme_roster *out,
                               samme_error *error) SAMME_CHECKED;
samme_status samme_release_open(const samme_root *root, samme_span note, samme_release *out,
                                samme_error *error) SAMME_CHECKED;
/* The same without the signatures, for notes that were opened and adopted before and are named by
 * their hash: the root in force may know other keys by now. */
samme_status samme_roster_reopen(const samme_root *root, samme_span note, samme_roster *out,
                                 samme_error *error) SAMME_CHECKED;
samme_status samme_release_reopen(const samme_root *root, samme_span note, samme_release *out,
                                  samme_error *error) SAMME_CHECKED;
/* What a following note must satisfy: the version exactly one higher and `previous` the hash of the
 * held note. SAMME_STALE (not newer), SAMME_MISMATCH (skips a version, or another history). `held`
 * NULL: version 1, zero hash. */
samme_status samme_successor_check(const char *what, uint64_t held_version,
                                   const samme_hash *held_note_hash, uint64_t version,
                                   const samme_hash *previous, samme_error *error) SAMME_CHECKED;

/* How many distinct keys of the role signed a note. SAMME_MALFORMED, SAMME_BAD_SIGNATURE (one that
 * names such a key and is false). */
samme_status samme_role_signatures(const samme_root *root, samme_role role, samme_span note,
                                   unsigned *out_valid, samme_error *error) SAMME_CHECKED;

void samme_roster_free(samme_roster *roster);
void samme_release_free(samme_release *release);

/* The wave of a branch, from 1; 1 where there are none. */
uint32_t samme_release_wave_of(const samme_release *release, uint32_t branch);
/* From when a branch may take the release, in ms UTC; 0: at once. A halt may hold it back for good
 * (journal/replay.h). And: whether that time has come. */
int64_t samme_release_due_ms(const samme_release *release, uint32_t branch);
bool samme_release_due(const samme_release *release, uint32_t branch, int64_t time_ms);

/* Branches of a wave and of those after it that have not taken the release do not take it any more;
 * the next release goes on. It can only delay, so one signature is enough. */
typedef struct samme_halt {
    uint64_t version;        /* of the release */
    samme_hash release_hash; /* of its note */
    uint32_t wave;           /* the first that is held back, from 1 */
    int64_t issued_ms;       /* information */
    char author[SAMME_NAME_MAX + 1];
    char reason[SAMME_RELEASE_LINE_MAX + 1]; /* one line */
} samme_halt;
/* As samme_release_text and samme_release_open. */
samme_status samme_halt_text(const samme_root *root, const samme_halt *halt, samme_buffer *out,
                             samme_error *error) SAMME_CHECKED;
samme_status samme_halt_open(const samme_root *root, samme_span note, samme_halt *out,
                             samme_error *error) SAMME_CHECKED;
const samme_roster_branch *samme_roster_branch_by_number(const samme_roster *roster,
                                                         uint32_t number);
const samme_roster_branch *samme_roster_branch_by_curve(const samme_roster *roster,
                                                        const samme_peer_key *key);
const samme_roster_peer *samme_roster_peer_by_curve(const samme_roster *roster,
                                                    const samme_peer_key *key);

/* What may stand as the chain's name, as the name of a branch or peer (no white space, no '/', so
 * that it can also name a file), and as the path of a document. */
bool samme_chain_name_valid(const char *name) SAMME_CHECKED;
bool samme_peer_name_valid(const char *name) SAMME_CHECKED;
bool samme_document_path_valid(const char *path) SAMME_CHECKED;

/* A CURVE key with which a shared secret is not known to everyone (X25519 point not of small
 * order). */
bool samme_curve_sound(const samme_peer_key *key) SAMME_CHECKED;

/* Key and origin names. The keys of roles are named "<chain>/key/...". */
void samme_branch_origin(const char *chain, uint32_t number, uint32_t epoch,
                         char out[static SAMME_NOTE_NAME_MAX + 1]);
void samme_hub_origin(const char *chain, uint32_t journal_epoch,
                      char out[static SAMME_NOTE_NAME_MAX + 1]);

#endif
