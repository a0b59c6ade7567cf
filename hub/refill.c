/* Whether the hub is in service, and what it waits for when it is not. */
#include "hub/core.h"

#include <stdio.h>
#include <stdlib.h>

bool samme_hub_serves(const samme_hub *hub) {
    return hub->refill.stage == SAMME_HUB_SERVING;
}

const samme_roster *samme_hub_roster(const samme_hub *hub) {
    const samme_roster *folded = &hub->follow.replay.roster, *waiting = &hub->refill.waiting;
    return waiting->version > folded->version ? waiting : folded;
}

void samme_hub_refill_free(samme_hub *hub) {
    samme_roster_free(&hub->refill.waiting);
    hub->refill.waiting = (samme_roster){0};
}

/* Is waited for: it says that it holds more than this hub. */
static bool is_awaited(const samme_hub *hub, const samme_hub_said *said) {
    return said->asked && !said->disbelieved && said->journal_size > hub->journal.size;
}

void samme_hub_set_stage(samme_hub *hub) {
    samme_hub_refill *refill = &hub->refill;
    bool asking = false;
    for (size_t i = 0; refill->asking && i < hub->peer_count && !asking; i++)
        asking = is_awaited(hub, &hub->peers[i].said);
    refill->stage = refill->other.length > 0   ? SAMME_HUB_FORKED
                    : samme_hub_is_behind(hub) ? SAMME_HUB_FILLING
                    : asking                   ? SAMME_HUB_ASKING
                    : refill->gathering        ? SAMME_HUB_GATHERING
                    : refill->clock_wrong      ? SAMME_HUB_CLOCK
                                               : SAMME_HUB_SERVING;
}

static samme_status keep_head(samme_hub *hub, samme_hub_own_head *kept, samme_span note,
                              const samme_checkpoint *head) {
    if (note.length > sizeof kept->note)
        return SAMME_TOO_LARGE;
    memcpy(kept->note, note.data, note.length);
    kept->length = note.length;
    kept->head = *head;
    hub->state_changed = true;
    return SAMME_OK;
}

static samme_status load_head(const samme_hub *hub, samme_span note, samme_hub_own_head *out,
                              samme_error *error) {
    out->length = 0;
    if (note.length == 0)
        return SAMME_OK;
    samme_status status = note.length > sizeof out->note
                              ? SAMME_CORRUPT
                              : samme_checkpoint_open(note, &hub->log_key, &out->head, error);
    if (status != SAMME_OK)
        return samme_fail(error, SAMME_CORRUPT, "log store: a head of this hub's own is damaged");
    memcpy(out->note, note.data, note.length);
    out->length = note.length;
    return SAMME_OK;
}

samme_status samme_hub_refill_load(samme_hub *hub, const Samme__HubState *state,
                                   samme_error *error) {
    samme_hub_refill *refill = &hub->refill;
    samme_status status =
        load_head(hub, samme_span_of_bytes(state->ahead_note), &refill->ahead, error);
    if (status == SAMME_OK)
        status = load_head(hub, samme_span_of_bytes(state->other_note), &refill->other, error);
    return status;
}

void samme_hub_ask_head(samme_hub *hub, samme_hub_peer *peer) {
    samme_hub_said *said = &peer->said;
    if (!said->asked) {
        said->asked_ms = hub->monotonic_ms;
        said->claimed_size = 0;
    }
    if (said->journal_size > said->claimed_size)
        said->claimed_size = said->journal_size;
    said->asked = hub->refill.asking = true;
    said->asked_again_ms = hub->monotonic_ms;
    Samme__AskHead ask = SAMME__ASK_HEAD__INIT;
    ask.journal_epoch = samme_replay_journal_epoch(&hub->follow.replay);
    ask.journal_size = hub->journal.size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ASK_HEAD;
    message.ask_head = &ask;
    samme_hub_reply(hub, peer->route, &message);
    samme_hub_set_stage(hub);
}

/* Not by a status: with that the question would be undone, too. */
static void refuse_hello(samme_hub_call *call) {
    char text[120];
    snprintf(text, sizeof text, "your journal of %llu records is not the beginning of this one",
             (unsigned long long)call->peer->said.journal_size);
    call->peer->said.waits = false;
    call->hub->refused_messages++;
    samme_hub_refuse(call, "hello", SAMME_MISMATCH, text, NULL);
}

samme_status samme_hub_stand(samme_hub_call *call) {
    samme_hub *hub = call->hub;
    samme_hub_said *said = &call->peer->said;
    const bool longer = said->journal_size > hub->journal.size;
    bool beginning = false;
    if (!longer) {
        samme_hash root;
        samme_status status = samme_hub_root_at(hub, said->journal_size, &root);
        if (status != SAMME_OK)
            return status;
        beginning = samme_hash_equal(&root, &said->journal_root);
    }
    said->waits = false;
    if (!beginning && call->branch != NULL)
        samme_hub_ask_head(hub, call->peer);
    if (!beginning && !(longer && call->branch != NULL && !said->disbelieved)) {
        refuse_hello(call);
        return SAMME_OK;
    }
    if (longer || !samme_hub_serves(hub)) {
        said->waits = hub->refill.waiters = true;
        call->peer->welcomed = false;
        samme_hub_later(call, "hello");
        return SAMME_OK;
    }
    samme_range range;
    samme_range_init(&range);
    samme_status status = SAMME_OK;
    if (call->branch != NULL)
        status = samme_hub_branch_range(hub, call->branch->number, call->branch->epoch, &range);
    if (status == SAMME_OK)
        samme_hub_welcome(hub, call->peer, &range);
    return status;
}

samme_status samme_hub_contradicted(samme_hub *hub, samme_hub_peer *peer, samme_span note,
                                    const samme_checkpoint *head) {
    peer->said.contradicts = true;
    samme_status status =
        hub->refill.other.length > 0 ? SAMME_OK : keep_head(hub, &hub->refill.other, note, head);
    samme_hub_set_stage(hub);
    return status;
}

/* A head of our own, beyond what we hold. */
static samme_status take_ahead(samme_hub *hub, samme_hub_peer *peer, samme_span note,
                               const samme_checkpoint *head) {
    samme_hub_own_head *ahead = &hub->refill.ahead;
    peer->said.head = *head;
    peer->said.disbelieved = false;
    if (ahead->length > 0 && ahead->head.size == head->size &&
        !samme_hash_equal(&ahead->head.root, &head->root))
        return samme_hub_contradicted(hub, peer, note, head);
    samme_status status = ahead->length == 0 || ahead->head.size < head->size
                              ? keep_head(hub, ahead, note, head)
                              : SAMME_OK;
    if (ahead->head.size > hub->follow.hub_size)
        hub->follow.hub_size = ahead->head.size;
    hub->refill.fruitless = 0;
    samme_hub_set_stage(hub);
    return status;
}

samme_status samme_hub_take_head(samme_hub_call *call, const Samme__Head *said_head,
                                 samme_error *error) {
    samme_hub *hub = call->hub;
    samme_hub_said *said = &call->peer->said;
    if (!said->asked) /* doubled */
        return SAMME_OK;
    said->asked = false;
    const samme_span note = samme_span_of_bytes(said_head->note);
    samme_checkpoint head;
    samme_status status = samme_checkpoint_open(note, &hub->log_key, &head, error);
    if (status == SAMME_OK && head.size != said_head->journal_size)
        status = SAMME_MISMATCH;
    if (status == SAMME_OK && note.length > SAMME_HUB_NOTE_BYTES)
        status = SAMME_TOO_LARGE;
    if (status != SAMME_OK) {
        said->disbelieved = true;
        said->waits = false;
        samme_hub_set_stage(hub);
        return samme_fail(error, status,
                          "you say that you hold %llu records of this journal, and show no head of "
                          "them that this hub has signed",
                          (unsigned long long)said->journal_size);
    }
    if (head.size > hub->journal.size)
        return take_ahead(hub, call->peer, note, &head);
    samme_hash root;
    status = samme_hub_root_at(hub, head.size, &root);
    /* once a run: else who says more, then less, then more again would keep the hub waiting */
    said->disbelieved = said->disbelieved || head.size < said->claimed_size;
    samme_hub_set_stage(hub);
    if (status == SAMME_OK && !samme_hash_equal(&root, &head.root))
        status = samme_hub_contradicted(hub, call->peer, note, &head);
    return status;
}

/* Which branches have said hello, by their place in the roster; NULL: no memory. */
static bool *heard_branches(samme_hub *hub, const samme_roster *roster, size_t *out_count) {
    bool *heard = samme_arena_alloc(&hub->arena, roster->branch_count + 1);
    if (heard == NULL)
        return NULL;
    memset(heard, 0, roster->branch_count + 1);
    *out_count = 0;
    for (size_t i = 0; i < hub->peer_count; i++) {
        const samme_hub_peer *peer = &hub->peers[i];
        const samme_roster_branch *branch =
            peer->said.hello && peer->said.branch != 0
                ? samme_roster_branch_by_number(roster, peer->said.branch)
                : NULL;
        if (branch == NULL ||
            memcmp(branch->curve.bytes, peer->key.bytes, sizeof peer->key.bytes) != 0)
            continue;
        *out_count += !heard[branch - roster->branches];
        heard[branch - roster->branches] = true;
    }
    return heard;
}

static int by_size(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* Once after a start, when enough nodes have said what their clocks show. */
static void compare_clock(samme_hub *hub) {
    samme_hub_refill *refill = &hub->refill;
    int64_t *ahead = samme_arena_alloc(&hub->arena, (hub->peer_count + 1) * sizeof *ahead);
    size_t count = 0;
    for (size_t i = 0; i < hub->peer_count && ahead != NULL; i++)
        if (hub->peers[i].said.clock_known && hub->peers[i].said.branch != 0)
            ahead[count++] = hub->peers[i].said.clock_ahead_ms;
    if (count < SAMME_HUB_CLOCKS_MIN)
        return;
    qsort(ahead, count, sizeof *ahead, by_size);
    refill->clock_compared = true;
    refill->clock_ms = ahead[count / 2];
    refill->clock_wrong =
        refill->clock_ms > SAMME_HUB_CLOCK_MS || refill->clock_ms < -SAMME_HUB_CLOCK_MS;
}

/* Asks again who has not answered; who never does is not waited for. */
static void ask_again(samme_hub *hub) {
    bool asking = false;
    for (size_t i = 0; hub->refill.asking && i < hub->peer_count; i++) {
        samme_hub_said *said = &hub->peers[i].said;
        if (!said->asked)
            continue;
        asking = true;
        if (hub->monotonic_ms - said->asked_ms >= SAMME_HUB_ASK_MS) {
            said->asked = false;
            said->disbelieved = true;
        } else if (!said->disbelieved &&
                   hub->monotonic_ms - said->asked_again_ms >= SAMME_HUB_ASK_AGAIN_MS) {
            samme_hub_ask_head(hub, &hub->peers[i]);
        }
    }
    hub->refill.asking = asking;
}

static void end_gathering(samme_hub *hub) {
    const samme_roster *roster = samme_hub_roster(hub);
    const bool over =
        !hub->setup.recover && hub->monotonic_ms - hub->first_monotonic_ms >= hub->setup.gather_ms;
    size_t count;
    if (hub->refill.stage == SAMME_HUB_GATHERING &&
        (over || (heard_branches(hub, roster, &count) != NULL && count == roster->branch_count)))
        hub->refill.gathering = false;
}

/* In service everybody who waits is answered as if they said hello now. A roster that waited comes
 * first: before it nobody could push. */
static samme_status answer_waiting(samme_hub *hub) {
    samme_status status = SAMME_OK;
    if (!hub->refill.waiters)
        return SAMME_OK;
    hub->refill.waiters = false;
    for (size_t i = 0; i < hub->peer_count && status == SAMME_OK; i++) {
        samme_hub_peer *peer = &hub->peers[i];
        if (!peer->said.waits)
            continue;
        samme_hub_call call = {.hub = hub, .peer = peer, .route = peer->route};
        call.branch = samme_roster_branch_by_curve(samme_hub_roster(hub), &peer->key);
        call.other = samme_roster_peer_by_curve(samme_hub_roster(hub), &peer->key);
        peer->said.waits = false;
        if (call.branch == NULL && call.other == NULL)
            continue;
        if (peer->said.disbelieved && peer->said.journal_size > hub->journal.size)
            refuse_hello(&call); /* it has been asked */
        else
            status = samme_hub_stand(&call);
    }
    return status;
}

static size_t add_branches(const samme_hub *hub, bool (*which)(const samme_hub_said *said),
                           char *out, size_t size) {
    size_t length = 0;
    for (size_t i = 0; i < hub->peer_count && length + 16 < size; i++)
        if (which(&hub->peers[i].said))
            length += (size_t)snprintf(out + length, size - length, "%s%u", length > 0 ? ", " : "",
                                       hub->peers[i].said.branch);
    return length;
}
static bool contradicts(const samme_hub_said *said) {
    return said->contradicts;
}
static bool is_asked(const samme_hub_said *said) {
    return said->asked && !said->disbelieved;
}

static void say_missing(samme_hub *hub, char *out, size_t size) {
    const samme_roster *roster = samme_hub_roster(hub);
    size_t count, length = 0;
    const bool *heard = heard_branches(hub, roster, &count);
    for (size_t i = 0; heard != NULL && i < roster->branch_count && length + 16 < size; i++)
        if (!heard[i])
            length += (size_t)snprintf(out + length, size - length, "%s%u", length > 0 ? ", " : "",
                                       roster->branches[i].number);
}

static void say_stage(samme_hub *hub) {
    samme_hub_refill *refill = &hub->refill;
    char branches[120] = "", *words = refill->words;
    const size_t size = sizeof refill->words;
    switch (refill->stage) {
    case SAMME_HUB_SERVING:
        words[0] = 0;
        break;
    case SAMME_HUB_GATHERING:
        say_missing(hub, branches, sizeof branches);
        snprintf(words, size, "gathering: waits for branches %s to say hello%s", branches,
                 hub->setup.recover
                     ? "; if they cannot, an operator restarts the hub without --recover"
                     : "");
        break;
    case SAMME_HUB_ASKING:
        add_branches(hub, is_asked, branches, sizeof branches);
        snprintf(words, size,
                 "branches %s say that they hold more of this journal: asked for proof", branches);
        break;
    case SAMME_HUB_FILLING:
        snprintf(words, size,
                 "filling up: this hub has signed a journal of %llu records and holds %llu%s%s",
                 (unsigned long long)(hub->journal.size + samme_hub_missing(hub)),
                 (unsigned long long)hub->journal.size, refill->failure[0] != 0 ? "; " : "",
                 refill->failure);
        break;
    case SAMME_HUB_FORKED:
        add_branches(hub, contradicts, branches, sizeof branches);
        snprintf(words, size,
                 "this hub has signed two journals: at size %llu it has another root than here, "
                 "held by branches %s; nothing is signed or appended any more",
                 (unsigned long long)refill->other.head.size,
                 branches[0] != 0 ? branches : "not heard since the start");
        break;
    case SAMME_HUB_CLOCK:
        snprintf(words, size,
                 "the nodes' clocks are ahead of this one by %lld s in the middle: nothing is "
                 "appended until it is put right and the hub restarted, or restarted with "
                 "clock_confirmed: true by an operator who has checked it",
                 (long long)(refill->clock_ms / 1000));
        break;
    }
}

samme_status samme_hub_refill_work(samme_hub *hub, bool tick, samme_error *error) {
    samme_hub_refill *refill = &hub->refill;
    if (refill->waiting.version != 0 &&
        refill->waiting.version <= hub->follow.replay.roster.version)
        samme_hub_refill_free(hub);
    ask_again(hub);
    samme_hub_set_stage(hub);
    if (refill->stage == SAMME_HUB_FILLING)
        samme_hub_pull_more(hub);
    if (tick) /* what the operator's folder holds has been brought by then */
        end_gathering(hub);
    if (!refill->gathering && !refill->clock_compared)
        compare_clock(hub);
    samme_hub_set_stage(hub);
    samme_status status = SAMME_OK;
    if (samme_hub_serves(hub) && samme_hub_roster(hub) == &hub->follow.replay.roster &&
        hub->follow.replay.roster.version >= hub->roster_version)
        status = answer_waiting(hub);
    if (tick || refill->stage == SAMME_HUB_SERVING)
        say_stage(hub);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "who waits cannot be answered: %s",
                                           samme_status_name(status));
}

int64_t samme_hub_refill_next_ms(const samme_hub *hub) {
    const int64_t next = hub->monotonic_ms + SAMME_HUB_ASK_AGAIN_MS,
                  end = hub->first_monotonic_ms + hub->setup.gather_ms;
    return hub->refill.stage == SAMME_HUB_GATHERING && end > hub->monotonic_ms && end < next ? end
                                                                                             : next;
}
