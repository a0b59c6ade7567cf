/* What operators bring: documents, release notes, rosters, roots. The hub relays; the signatures
 * decide.
 */
#include "hub/core.h"

#include "crypto/hash.h"

static samme_status operators_only(samme_hub_call *call, samme_error *error) {
    if (call->other != NULL && call->other->role == SAMME_PEER_OPERATOR)
        return SAMME_OK;
    return samme_fail(error, SAMME_DENIED, "only an operator may publish");
}

static void done(samme_hub_call *call, const samme_hash *hash, uint64_t journal_index) {
    Samme__PutDone say = SAMME__PUT_DONE__INIT;
    say.hash = samme_bytes_of_span(samme_span_of_hash(hash));
    say.journal_index = journal_index;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUT_DONE;
    message.put_done = &say;
    samme_hub_reply(call->hub, call->route, &message);
}

samme_status samme_hub_put_document(samme_hub_call *call, const Samme__PutDocument *put,
                                    samme_error *error) {
    samme_status status = operators_only(call, error);
    if (status != SAMME_OK)
        return status;
    samme_span document = samme_span_of_bytes(put->document);
    if (document.length > SAMME_DOCUMENT_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "a document has at most %u bytes",
                          SAMME_DOCUMENT_MAX_BYTES);
    samme_hash hash = samme_sha256(document);
    status =
        samme_space_put(&call->hub->log, SAMME_TABLE_DOCUMENT, samme_span_of_hash(&hash), document);
    if (status == SAMME_OK)
        done(call, &hash, 0);
    return status;
}

static samme_status all_held(samme_hub *hub, const samme_release *release, samme_error *error) {
    for (size_t i = 0; i < release->document_count; i++) {
        samme_span held;
        samme_status status =
            samme_space_get(&hub->log, SAMME_TABLE_DOCUMENT,
                            samme_span_of_hash(&release->documents[i].hash), &held);
        if (status != SAMME_OK)
            return samme_fail(error, status, "release %llu: document %s is not at the hub",
                              (unsigned long long)release->version, release->documents[i].path);
        if (held.length != release->documents[i].length) /* every replay would quarantine it */
            return samme_fail(error, SAMME_MISMATCH,
                              "release %llu: document %s has %zu bytes, the note states %u",
                              (unsigned long long)release->version, release->documents[i].path,
                              held.length, release->documents[i].length);
    }
    return SAMME_OK;
}

/* What a release keeps must be in the journal, or every replay would quarantine it. */
static samme_status all_kept(samme_hub *hub, const samme_release *release, samme_error *error) {
    for (size_t i = 0; i < release->keep_count; i++) {
        samme_hash held;
        const samme_release_kept *kept = &release->keeps[i];
        samme_status status = samme_replay_release_hash(&hub->follow.replay, kept->version, &held);
        if (status == SAMME_OK && !samme_hash_equal(&held, &kept->note_hash))
            status = SAMME_MISMATCH;
        if (status != SAMME_OK)
            return samme_fail(
                error, status,
                "release %llu keeps release %llu: the journal does not hold that note",
                (unsigned long long)release->version, (unsigned long long)kept->version);
    }
    return SAMME_OK;
}

static samme_status append_note(samme_hub *hub, samme_record_kind kind, uint64_t version,
                                samme_span note, const samme_hash *hash, samme_error *error) {
    samme_status status =
        samme_space_put(&hub->log, SAMME_TABLE_DOCUMENT, samme_span_of_hash(hash), note);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the note cannot be stored");
    samme_record record = {.kind = kind, .version = version, .note_hash = *hash};
    return samme_hub_append(hub, &record, error);
}

/* Out of service a note is no record. One that a record of this journal is about, and that no node
 * has, is taken all the same. */
static samme_status bring_again(samme_hub_call *call, samme_span note, const samme_hash *hash,
                                const char *what) {
    samme_follow *follow = &call->hub->follow;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < follow->wanted_count && status == SAMME_OK; i++)
        if (samme_hash_equal(&follow->wanted[i], hash))
            status = samme_space_put(&call->hub->log, SAMME_TABLE_DOCUMENT,
                                     samme_span_of_hash(hash), note);
    samme_hub_later(call, what);
    return status;
}

samme_status samme_hub_put_release(samme_hub_call *call, const Samme__PutRelease *put,
                                   samme_error *error) {
    samme_hub *hub = call->hub;
    samme_span note = samme_span_of_bytes(put->note);
    samme_hash hash = samme_sha256(note);
    samme_status status = operators_only(call, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_hub_serves(hub))
        return bring_again(call, note, &hash, "put_release");
    if (hub->release_version > 0 && samme_hash_equal(&hash, &hub->release_hash)) { /* repeated */
        uint64_t record;
        status = samme_replay_release_record(&hub->follow.replay, hub->release_version, &record);
        if (status == SAMME_OK)
            done(call, &hash, record);
        else if (status == SAMME_NOT_FOUND) /* it is not folded yet */
            samme_hub_later(call, "put_release");
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    }
    samme_release release;
    status = samme_release_open(&hub->root, note, &release, error);
    if (status != SAMME_OK)
        return status;
    status = samme_successor_check("release", hub->release_version,
                                   hub->release_version > 0 ? &hub->release_hash : NULL,
                                   release.version, &release.previous, error);
    if (status == SAMME_OK)
        status = all_held(hub, &release, error);
    if (status == SAMME_OK)
        status = all_kept(hub, &release, error);
    uint64_t index = hub->journal.size;
    if (status == SAMME_OK)
        status = append_note(hub, SAMME_RECORD_RELEASE, release.version, note, &hash, error);
    if (status == SAMME_OK) {
        hub->release_version = release.version;
        hub->release_hash = hash;
        done(call, &hash, index);
    }
    samme_release_free(&release);
    return status;
}

/* What it would hold back must be in the journal, and not be held back already. *out_index: of the
 * record that does, when this one is repeated. */
static samme_status check_halt(samme_hub *hub, const samme_halt *halt, bool *out_repeated,
                               uint64_t *out_index, samme_error *error) {
    samme_hash held;
    uint32_t halted = 0;
    samme_status status = samme_replay_release_hash(&hub->follow.replay, halt->version, &held);
    if (status == SAMME_OK && !samme_hash_equal(&held, &halt->release_hash))
        status = SAMME_MISMATCH;
    if (status != SAMME_OK)
        return samme_fail(error, status,
                          "halt of release %llu: the journal does not hold that note",
                          (unsigned long long)halt->version);
    status = samme_replay_release_halted(&hub->follow.replay, halt->version, &halted, out_index);
    *out_repeated = status == SAMME_OK && halted == halt->wave;
    if (status == SAMME_OK && halted != 0 && halted < halt->wave)
        return samme_fail(error, SAMME_STALE,
                          "release %llu: wave %u and later are held back already",
                          (unsigned long long)halt->version, halted);
    return status;
}

samme_status samme_hub_put_halt(samme_hub_call *call, const Samme__PutHalt *put,
                                samme_error *error) {
    samme_hub *hub = call->hub;
    samme_span note = samme_span_of_bytes(put->note);
    samme_hash hash = samme_sha256(note);
    samme_halt halt;
    uint64_t index = 0;
    bool repeated = false;
    samme_status status = operators_only(call, error);
    if (status == SAMME_OK && !samme_hub_serves(hub))
        return bring_again(call, note, &hash, "put_halt");
    if (status == SAMME_OK && hub->follow.replay.range.size < hub->journal.size) {
        samme_hub_later(call, "put_halt"); /* what is held back already must be folded */
        return SAMME_OK;
    }
    if (status == SAMME_OK)
        status = samme_halt_open(&hub->root, note, &halt, error);
    if (status == SAMME_OK)
        status = check_halt(hub, &halt, &repeated, &index, error);
    if (status == SAMME_OK && !repeated) {
        index = hub->journal.size;
        status = append_note(hub, SAMME_RECORD_HALT, halt.version, note, &hash, error);
    }
    if (status == SAMME_OK)
        done(call, &hash, index);
    return status;
}

/* Out of service nothing is appended: who may speak is known all the same, and the note is held for
 * the record that it may have in the journal. */
static samme_status keep_waiting(samme_hub *hub, samme_span note, const samme_hash *hash,
                                 samme_error *error) {
    samme_status status =
        samme_space_put(&hub->log, SAMME_TABLE_DOCUMENT, samme_span_of_hash(hash), note);
    return status == SAMME_OK ? status : samme_fail(error, status, "the note cannot be stored");
}

static const samme_root *newest_root(const samme_hub *hub) {
    const samme_root *waiting = &hub->refill.waiting_root;
    return !samme_hub_serves(hub) && waiting->version > hub->root.version ? waiting : &hub->root;
}

samme_status samme_hub_put_roster(samme_hub *hub, samme_span note, samme_error *error) {
    const samme_hash hash = samme_sha256(note);
    samme_hub_refill *refill = &hub->refill;
    const bool serves = samme_hub_serves(hub);
    const bool beyond = !serves && refill->waiting.version > hub->roster_version;
    const uint64_t newest = beyond ? refill->waiting.version : hub->roster_version;
    const samme_hash *newest_hash = beyond ? &refill->waiting_hash : &hub->roster_hash;
    samme_roster roster;
    samme_status status = samme_roster_open(newest_root(hub), note, &roster, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "roster");
    if (roster.version > newest) { /* older ones are in the journal */
        status = samme_successor_check("roster", newest, newest > 0 ? newest_hash : NULL,
                                       roster.version, &roster.previous, error);
        if (status == SAMME_OK && !samme_vkey_equal(&roster.hub_log, &hub->log_key))
            status =
                samme_fail(error, SAMME_DENIED, "the roster names another hub key than this hub's");
        if (status == SAMME_OK && serves)
            status = append_note(hub, SAMME_RECORD_ROSTER, roster.version, note, &hash, error);
        else if (status == SAMME_OK)
            status = keep_waiting(hub, note, &hash, error);
        if (status == SAMME_OK && serves) {
            hub->roster_version = roster.version;
            hub->roster_hash = hash;
        } else if (status == SAMME_OK) {
            samme_roster_free(&refill->waiting);
            refill->waiting = roster;
            refill->waiting_hash = hash;
            return SAMME_OK;
        }
    }
    samme_roster_free(&roster);
    return status;
}

samme_status samme_hub_put_root(samme_hub *hub, samme_span note, samme_error *error) {
    samme_root root;
    samme_status status = samme_root_follow(newest_root(hub), note, &root, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_hub_serves(hub)) {
        status = keep_waiting(hub, note, &root.note_hash, error);
        if (status == SAMME_OK)
            hub->refill.waiting_root = root;
        return status;
    }
    status = append_note(hub, SAMME_RECORD_ROOT, root.version, note, &root.note_hash, error);
    if (status == SAMME_OK)
        hub->root = root;
    return status;
}
