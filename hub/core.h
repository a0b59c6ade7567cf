/* Inside the hub core; nobody outside hub/ includes this. */
#ifndef SAMME_HUB_CORE_H
#define SAMME_HUB_CORE_H

#include "hub/hub.h"
#include "hub/metrics.h"
#include "probes/probes.h"
#include "sync/follow.h"
#include "sync/outbox.h"

#define SAMME_HUB_COMMITS_IN_FLIGHT_MAX 128u
#define SAMME_HUB_CLOCK_JUMP_MS                                                                    \
    300000 /* more: append nothing until an operator restarts the hub                              \
            */
#define SAMME_HUB_PART_BYTES (1024u * 1024u) /* about this much in one answer */

#define SAMME_HUB_REFERENCES 4u /* releases whose probes the hub keeps its own answers to */

/* What a branch answered to its release's probes; release 0: nothing yet. */
typedef struct samme_hub_answers {
    uint64_t release;
    uint32_t count;
    samme_hash digest;
    bool compared;
    samme_probes_different different;
} samme_hub_answers;

typedef struct samme_hub_peer {
    samme_peer_key key;
    uint64_t route;
    bool welcomed; /* over welcomed_route: only then a push is taken */
    uint64_t welcomed_route;
    int64_t heard_ms; /* hub time */
    uint64_t folded_size;
    samme_hash state_digest;
    samme_hub_answers answers;
} samme_hub_peer;

struct samme_hub {
    samme_hub_setup setup;
    samme_vkey log_key;
    samme_space log, views;
    samme_space_table rows_binding;
    samme_replay replay; /* of our own journal; its roster says who may speak */
    samme_outbox outbox;
    samme_arena arena;

    samme_range journal; /* state "hub" in the store */
    int64_t hub_time_ms; /* of the newest record */
    uint64_t roster_version, release_version;
    samme_hash roster_hash, release_hash;
    samme_root root; /* newest in the journal: what comes in is judged by it */
    bool state_changed;

    samme_hub_peer
        *peers; /* heard in this run, at most SAMME_ROSTER_BRANCHES_MAX + SAMME_ROSTER_PEERS_MAX */
    size_t peer_count;
    uint64_t rung_size; /* journal size the doorbell was last rung for */

    int64_t wall_ms, monotonic_ms;
    int64_t first_wall_ms, first_monotonic_ms;
    bool clock_jumped;
    bool work_at_hand;
    bool store_failed;
    uint64_t refused_messages;
    uint64_t transport_refused;
    samme_hub_counts counts;
    samme_probes references[SAMME_HUB_REFERENCES];
    char trouble[sizeof(((samme_error *)0)->text)];
};

/* Who sent the message at hand. */
typedef struct samme_hub_call {
    samme_hub *hub;
    samme_hub_peer *peer;
    const samme_roster_branch *branch; /* one of the two is not NULL */
    const samme_roster_peer *other;
    uint64_t route;
} samme_hub_call;

/* core.c */
void samme_hub_reply(samme_hub *hub, uint64_t route, const Samme__Message *message);
void samme_hub_refuse(samme_hub_call *call, const char *what, samme_status status, const char *text,
                      const samme_hash *about);
int64_t samme_hub_time(const samme_hub *hub); /* never under that of the newest record */
samme_hub_peer *samme_hub_heard_peer(samme_hub *hub,
                                     const samme_peer_key *key) SAMME_CHECKED; /* or NULL */

/* journal.c */
samme_status samme_hub_load(samme_hub *hub, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_store(samme_hub *hub) SAMME_CHECKED;
samme_status samme_hub_append(samme_hub *hub, samme_record *record,
                              samme_error *error) SAMME_CHECKED;
samme_status samme_hub_root_at(samme_hub *hub, uint64_t size, samme_hash *out) SAMME_CHECKED;
/* The signed head at a size the journal has had. */
samme_status samme_hub_head(samme_hub *hub, uint64_t size, samme_buffer *out) SAMME_CHECKED;
/* Folds own records, bounded; *out_more: there is more. */
samme_status samme_hub_fold(samme_hub *hub, bool *out_more, samme_error *error) SAMME_CHECKED;

/* batches.c, pulls.c, publish.c: one function a request */
samme_status samme_hub_hello(samme_hub_call *call, const Samme__Hello *hello,
                             samme_error *error) SAMME_CHECKED;
samme_status samme_hub_push(samme_hub_call *call, const Samme__Push *push,
                            samme_error *error) SAMME_CHECKED;
samme_status samme_hub_branch_range(samme_hub *hub, uint32_t branch, uint32_t epoch,
                                    samme_range *out) SAMME_CHECKED;
samme_status samme_hub_pull_journal(samme_hub_call *call,
                                    const Samme__PullJournal *pull) SAMME_CHECKED;
samme_status samme_hub_pull_entries(samme_hub_call *call,
                                    const Samme__PullEntries *pull) SAMME_CHECKED;
samme_status samme_hub_pull_documents(samme_hub_call *call,
                                      const Samme__PullDocuments *pull) SAMME_CHECKED;
void samme_hub_claim_ask(samme_hub_call *call, const Samme__ClaimAsk *ask); /* claims.c */
void samme_hub_claim_answer(samme_hub_call *call, const Samme__ClaimAnswer *answer);
samme_status samme_hub_put_root(samme_hub *hub, samme_span note, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_document(samme_hub_call *call, const Samme__PutDocument *put,
                                    samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_release(samme_hub_call *call, const Samme__PutRelease *put,
                                   samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_roster(samme_hub *hub, samme_span note,
                                  samme_error *error) SAMME_CHECKED;

/* status.c */
samme_status samme_hub_pull_status(samme_hub_call *call) SAMME_CHECKED;

/* probes.c */
samme_status samme_hub_probe_answers(samme_hub_call *call, const Samme__ProbeAnswers *said,
                                     samme_error *error) SAMME_CHECKED;
/* Fills what it knows of a peer's probes; texts live in the step's arena. At most *names_left
 * probes are named, and taken from it: a status is one message. */
samme_status samme_hub_probe_status(samme_hub *hub, const samme_hub_peer *peer, size_t *names_left,
                                    Samme__PeerStatus *out) SAMME_CHECKED;

#endif
