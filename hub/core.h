/* Inside the hub core; nobody outside hub/ includes this. */
#ifndef SAMME_HUB_CORE_H
#define SAMME_HUB_CORE_H

#include "hub/hub.h"
#include "hub/keys.h"
#include "hub/metrics.h"
#include "hub/refill.h"
#include "probes/probes.h"
#include "sync/follow.h"
#include "sync/outbox.h"

#define SAMME_HUB_COMMITS_IN_FLIGHT_MAX 128u
#define SAMME_HUB_CLOCK_JUMP_MS                                                                    \
    300000                      /* more: append nothing until an operator restarts the hub         \
                                 */
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
    uint64_t route; /* heard over last; 0: that connection is gone */
    bool welcomed;  /* over welcomed_route: only then a push is taken */
    uint64_t welcomed_route;
    int64_t heard_ms; /* hub time */
    uint64_t folded_size;
    samme_hash state_digest;
    samme_hub_answers answers;
    uint64_t signed_size; /* of its log, by its newest hello */
    uint64_t keys_size;   /* of the key map, that it has pulled */
    samme_hub_said said;
} samme_hub_peer;

struct samme_hub {
    samme_hub_setup setup;
    samme_vkey log_key;
    samme_space log, views;
    samme_hub_keymap keys;
    samme_follow follow; /* of our own journal: in service it holds what was appended */
    samme_outbox outbox;
    samme_arena arena;

    samme_range journal; /* state "hub" in the store: records whose content is held */
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
    samme_hub_refill refill;
    samme_hub_own_head newest_head; /* signed last, over the end of the journal */
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
void samme_hub_later(samme_hub_call *call, const char *what);
/* Who may speak: the roster in force, or one that waits while nothing is appended. */
const samme_roster *samme_hub_roster(const samme_hub *hub);

/* journal.c */
samme_status samme_hub_load(samme_hub *hub, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_store(samme_hub *hub) SAMME_CHECKED;
samme_status samme_hub_append(samme_hub *hub, samme_record *record,
                              samme_error *error) SAMME_CHECKED;
samme_status samme_hub_root_at(samme_hub *hub, uint64_t size, samme_hash *out) SAMME_CHECKED;
/* The signed head at a size the journal has had. */
/* SAMME_NOT_FOUND beyond it. In the step's arena. */
samme_status samme_hub_head(samme_hub *hub, uint64_t size, samme_span *out) SAMME_CHECKED;
/* Its state in the store changes with the step. */
samme_status samme_hub_store_branch(samme_hub *hub, const struct samme_batch_record *batch,
                                    const samme_range *range, const samme_hash *note_hash,
                                    uint64_t journal_index) SAMME_CHECKED;
/* A record whose content is held becomes the journal's next, with all that follows from it but the
 * newest versions, which are the caller's. */
samme_status samme_hub_put_record(samme_hub *hub, samme_span record) SAMME_CHECKED;

/* requests.c */
const char *samme_hub_request_name(const Samme__Message *message);
/* A status that is not SAMME_OK: the step is begun again, and the asker is refused. */
samme_status samme_hub_answer(samme_hub_call *call, const Samme__Message *message, bool busy,
                              samme_error *error) SAMME_CHECKED;

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
/* keys.c: those that come with a batch; and a part of the map */
samme_status samme_hub_take_keys(samme_hub_call *call, const Samme__Push *push,
                                 const samme_batch *batch, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_pull_keys(samme_hub_call *call, const Samme__PullKeys *pull,
                                 samme_error *error) SAMME_CHECKED;
/* keys_wanted.c */
samme_status samme_hub_hand_keys(samme_hub_call *call, const Samme__HandKeys *hand,
                                 samme_error *error) SAMME_CHECKED;
void samme_hub_claim_ask(samme_hub_call *call, const Samme__ClaimAsk *ask); /* claims.c */
void samme_hub_claim_answer(samme_hub_call *call, const Samme__ClaimAnswer *answer);
/* A question (the whole message) that was passed on could not be: who asked is told. */
void samme_hub_claim_undelivered(samme_hub *hub, samme_span message);
samme_status samme_hub_put_root(samme_hub *hub, samme_span note, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_document(samme_hub_call *call, const Samme__PutDocument *put,
                                    samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_halt(samme_hub_call *call, const Samme__PutHalt *put,
                                samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_release(samme_hub_call *call, const Samme__PutRelease *put,
                                   samme_error *error) SAMME_CHECKED;
samme_status samme_hub_put_roster(samme_hub *hub, samme_span note,
                                  samme_error *error) SAMME_CHECKED;

/* refill.c: whether it is in service, and what for not */
bool samme_hub_serves(const samme_hub *hub);
/* Again whenever something that it hangs on has changed. */
void samme_hub_set_stage(samme_hub *hub);
/* The heads kept; those in memory are none before. */
samme_status samme_hub_refill_load(samme_hub *hub, const Samme__HubState *state,
                                   samme_error *error) SAMME_CHECKED;
/* A hello that is in order: welcomes, lets wait, asks for the head, or refuses. */
samme_status samme_hub_stand(samme_hub_call *call) SAMME_CHECKED;
samme_status samme_hub_take_head(samme_hub_call *call, const Samme__Head *head,
                                 samme_error *error) SAMME_CHECKED;
/* A head of our own beyond, or beside, what we hold: which of the two decides what follows. */
samme_status samme_hub_contradicted(samme_hub *hub, samme_hub_peer *peer, samme_span note,
                                    const samme_checkpoint *head) SAMME_CHECKED;
void samme_hub_ask_head(samme_hub *hub, samme_hub_peer *peer);
/* Each step, last: goes on asking, pulling, waiting, and into service. */
samme_status samme_hub_refill_work(samme_hub *hub, bool tick, samme_error *error) SAMME_CHECKED;
void samme_hub_refill_free(samme_hub *hub);
int64_t samme_hub_refill_next_ms(const samme_hub *hub);

/* filling.c: from whom, and what becomes of it */
bool samme_hub_is_behind(const samme_hub *hub);   /* itself */
uint64_t samme_hub_missing(const samme_hub *hub); /* records of its journal, as far as it knows */
/* A part that was asked for; others are dropped and counted. */
samme_status samme_hub_take_part(samme_hub_call *call, const Samme__Message *message,
                                 samme_error *error) SAMME_CHECKED;
void samme_hub_pull_more(samme_hub *hub);
/* Somebody has come who may have what nobody had. */
void samme_hub_pull_at_once(samme_hub *hub);
/* What is folded and was not in the journal is, from now on. */
samme_status samme_hub_take_over(samme_hub *hub, samme_error *error) SAMME_CHECKED;

/* batches.c */
void samme_hub_welcome(samme_hub *hub, samme_hub_peer *peer, const samme_range *range);

/* quota.c: bytes of entries taken from the branch today; the credit of a welcome, 0 when it may
 * hand over no more today; and the batch counted, or SAMME_FULL. */
samme_status samme_hub_quota_used(samme_hub *hub, uint32_t branch, uint64_t *out) SAMME_CHECKED;
uint64_t samme_hub_quota_credit(samme_hub *hub, uint32_t branch, uint64_t most) SAMME_CHECKED;
samme_status samme_hub_quota_take(samme_hub *hub, uint32_t branch, const samme_batch *batch,
                                  samme_error *error) SAMME_CHECKED;

/* alarms.c: of the journal folded; the spaces are open. Free what was read. */
typedef struct samme_hub_alarms {
    uint64_t pending; /* open or taken */
    bool more;        /* than were looked at for the figures below */
    struct samme_hub_alarms_of {
        uint64_t pending;
        int64_t oldest_ms; /* since the oldest was raised; 0: none */
    } * of;                /* the branches of the roster, in its order */
} samme_hub_alarms;
samme_status samme_hub_alarms_read(samme_hub *hub, samme_hub_alarms *out) SAMME_CHECKED;
void samme_hub_alarms_free(samme_hub_alarms *alarms);

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
