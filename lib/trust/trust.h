/* Who may say what: root, roster and release notes. Texts are lines, signed verbatim as C2SP notes;
 * the first line names chain and type, so that no text can be taken for one of another type.
 * Formats: docs/FORMATS.md. Pure.
 *
 *   root     roles with their keys and thresholds; signed by a threshold of its own `root` keys
 *   roster   the hub, the branches with region, epoch and keys, other peers; signed by role roster
 *   release  the complete numbered list of documents; signed by role release
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
    struct samme_role_keys {
        unsigned threshold;
        unsigned count;
        samme_vkey keys[SAMME_ROLE_KEYS_MAX];
    } roles[SAMME_ROLE_COUNT];
} samme_root;

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

/* documents in bytewise order of path, each once. Owns its array: samme_release_free. */
typedef struct samme_release {
    uint64_t version;
    uint32_t decide_version;
    int64_t issued_ms;   /* information */
    samme_hash previous; /* of the previous release note; zero for version 1 */
    char author[SAMME_NAME_MAX + 1];
    char reason[201]; /* one line */
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
samme_status samme_roster_open(const samme_root *root, samme_span note, samme_roster *out,
                               samme_error *error) SAMME_CHECKED;
samme_status samme_release_open(const samme_root *root, samme_span note, samme_release *out,
                                samme_error *error) SAMME_CHECKED;
/* What a following note must satisfy: the version exactly one higher and `previous` the hash of the
 * held note. SAMME_STALE (not newer), SAMME_MISMATCH (skips a version, or another history). `held`
 * NULL: version 1, zero hash. */
samme_status samme_successor_check(const char *what, uint64_t held_version,
                                   const samme_hash *held_note_hash, uint64_t version,
                                   const samme_hash *previous, samme_error *error) SAMME_CHECKED;

void samme_roster_free(samme_roster *roster);
void samme_release_free(samme_release *release);
const samme_roster_branch *samme_roster_branch_by_number(const samme_roster *roster,
                                                         uint32_t number);
const samme_roster_branch *samme_roster_branch_by_curve(const samme_roster *roster,
                                                        const samme_peer_key *key);
const samme_roster_peer *samme_roster_peer_by_curve(const samme_roster *roster,
                                                    const samme_peer_key *key);

/* What may stand as the chain's name, as the name of a branch or peer (no white space, no '/', so
 * that it can also name a file), and as the path of a document. */
bool samme_chain_name_valid(const char *name);
bool samme_peer_name_valid(const char *name);
bool samme_document_path_valid(const char *path);

/* Key and origin names. The keys of roles are named "<chain>/key/...". */
void samme_branch_origin(const char *chain, uint32_t number, uint32_t epoch,
                         char out[static SAMME_NOTE_NAME_MAX + 1]);
void samme_hub_origin(const char *chain, uint32_t journal_epoch,
                      char out[static SAMME_NOTE_NAME_MAX + 1]);

#endif
