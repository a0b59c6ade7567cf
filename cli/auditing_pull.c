/* Pulling a journal from a hub: all of it, with what it points at, into an audit; or its records
 * alone, for one to be compared with. */
#include "cli/auditing_run.h"
#include "os/clock.h"

enum { SILENCE_MAX_MS = 30000, WAIT_MS = 100, IDLE_MAX = 30 };

typedef samme_audit_run run;

/* The newest head that the hub signed over what is held. */
static samme_status keep_head(run *self, const Samme__Message *message, samme_error *error) {
    if (message == NULL || message->what_case != SAMME__MESSAGE__WHAT_JOURNAL_PART)
        return SAMME_OK;
    const Samme__JournalPart *part = message->journal_part;
    if (part->journal_size < self->before.size)
        return samme_fail(
            error, SAMME_MISMATCH,
            "%s: %llu records of the journal were verified, the hub now has %llu: its "
            "journal went back",
            self->options->state_file, (unsigned long long)self->before.size,
            (unsigned long long)part->journal_size);
    if (part->n_records == 0 || part->from + part->n_records != self->follow.held.size)
        return SAMME_OK; /* nothing new, or a late or doubled answer */
    samme_buffer_clear(&self->head_note);
    samme_buffer_append(&self->head_note, samme_span_of_bytes(part->note));
    samme_status status = samme_buffer_status(&self->head_note);
    return status == SAMME_OK ? SAMME_OK : samme_fail(error, status, "the hub's head is too long");
}

/* One step: takes a message if there is one, folds, asks for what is next. */
static samme_status pull_step(run *self, samme_peer *peer, const Samme__Message *message,
                              bool *out_more, samme_buffer *request, samme_error *error) {
    int64_t now_ms = samme_clock_monotonic_ms();
    samme_status status = samme_audit_begin(self, error);
    if (status == SAMME_OK && message != NULL)
        status = samme_follow_receive(&self->follow, message, now_ms, error);
    if (status == SAMME_OK)
        status = keep_head(self, message, error);
    if (status == SAMME_OK)
        status = samme_follow_fold(&self->follow, out_more, error);
    if (status == SAMME_OK && self->follow.stopped)
        status = samme_fail(error, SAMME_UNSUPPORTED, "%s", self->follow.trouble.text);
    bool ask = status == SAMME_OK && samme_follow_request(&self->follow, now_ms, request);
    if (status == SAMME_OK)
        status = samme_audit_end(self, error);
    if (ask && status == SAMME_OK && !samme_peer_send(peer, samme_buffer_span(request)))
        self->follow.requested = false; /* not connected yet */
    return status;
}

/* The journal as it was before its newest record. */
static samme_status range_before_newest(run *self, samme_range *out, samme_span *out_newest) {
    samme_range_init(out);
    for (uint64_t i = 0;; i++) {
        const samme_key8 key = samme_key_u64(i);
        samme_status status = samme_space_get(&self->log, SAMME_TABLE_JOURNAL,
                                              SAMME_SPAN(key.bytes, sizeof key.bytes), out_newest);
        if (status != SAMME_OK || i + 1 == self->follow.held.size)
            return status;
        const samme_hash leaf = samme_leaf_hash(*out_newest);
        status = samme_range_append(out, &leaf);
        if (status != SAMME_OK)
            return status;
    }
}

/* Whether the part, from our newest record on, begins with that and leads to a head of the hub's.
 */
static samme_status check_newest(run *self, const Samme__JournalPart *part, samme_error *error) {
    samme_range range;
    samme_span newest;
    samme_checkpoint head;
    samme_status status = range_before_newest(self, &range, &newest);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the journal's records cannot be read");
    status = samme_checkpoint_open(samme_span_of_bytes(part->note), samme_audit_hub_key(self),
                                   &head, error);
    for (size_t i = 0; i < part->n_records && status == SAMME_OK; i++) {
        const samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(part->records[i]));
        status = samme_range_append(&range, &leaf);
    }
    if (status != SAMME_OK)
        return status;
    const samme_hash root = samme_range_root(&range);
    if (part->n_records == 0 || head.size != range.size || !samme_hash_equal(&head.root, &root) ||
        !samme_span_equal(newest, samme_span_of_bytes(part->records[0])))
        return samme_fail(error, SAMME_MISMATCH,
                          "the hub shows another journal than the one verified before: two "
                          "histories of %llu records",
                          (unsigned long long)self->follow.held.size);
    self->audit->head_signed = true;
    return SAMME_OK;
}

/* When nothing has come since the audit before, no head has either: the hub is asked for one, so
 * that it cannot pass off another journal of the same size. */
static samme_status ask_newest(run *self, samme_peer *peer, samme_error *error) {
    enum { ARENA_BYTES = 64 * 1024 * 1024, ANSWER_MS = 30000 };
    samme_arena arena;
    if (self->head_note.length > 0 || self->follow.held.size == 0)
        return SAMME_OK;
    Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    pull.from = self->follow.held.size - 1;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    request.pull_journal = &pull;
    samme_arena_init(&arena, ARENA_BYTES);
    samme_status status = samme_peer_ask(peer, &request, SAMME__MESSAGE__WHAT_JOURNAL_PART,
                                         ANSWER_MS, &arena, &answer, error);
    if (status == SAMME_OK && answer->journal_part->from != pull.from)
        status = samme_fail(error, SAMME_LATER, "%s: a late answer", peer->address);
    if (status == SAMME_OK)
        status = samme_audit_begin(self, error);
    if (status == SAMME_OK) {
        status = check_newest(self, answer->journal_part, error);
        samme_audit_drop(self);
    }
    samme_arena_free(&arena);
    return status;
}

static samme_status pull_all(run *self, samme_peer *peer, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024 * 1024);
    samme_buffer request;
    samme_buffer_init(&request, SAMME_MESSAGE_MAX_BYTES);
    samme_status status = SAMME_OK;
    /* a hub that answers and gives nothing is as good as a silent one */
    int64_t progress_ms = samme_clock_monotonic_ms();
    uint64_t progress = 0;
    bool answered = false, more = false;
    while (status == SAMME_OK && !(answered && !more && samme_follow_complete(&self->follow))) {
        Samme__Message *message = NULL;
        samme_arena_reset(&arena);
        status = samme_peer_receive(peer, more ? 0 : WAIT_MS, &arena, &message, error);
        /* a hub that is not in service yet says only `later` */
        answered |= status == SAMME_OK && message->what_case == SAMME__MESSAGE__WHAT_JOURNAL_PART;
        if (status == SAMME_LATER)
            status = SAMME_OK;
        if (status == SAMME_OK)
            status = pull_step(self, peer, message, &more, &request, error);
        uint64_t now =
            self->follow.held.size + self->follow.replay.range.size + self->follow.documents_taken;
        if (now != progress)
            progress_ms = samme_clock_monotonic_ms();
        progress = now;
        if (status == SAMME_OK && samme_clock_monotonic_ms() - progress_ms > SILENCE_MAX_MS)
            status = samme_fail(
                error, SAMME_LATER, "%s gave nothing new for %d s (%llu of %llu records held)",
                peer->address, SILENCE_MAX_MS / 1000, (unsigned long long)self->follow.held.size,
                (unsigned long long)self->follow.hub_size);
    }
    samme_buffer_free(&request);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_audit_pull(samme_audit_run *self, samme_peer *peer, samme_error *error) {
    samme_status status = pull_all(self, peer, error);
    return status == SAMME_OK ? ask_newest(self, peer, error) : status;
}

/* --- the records alone, of a hub beside the one that is audited */

/* Takes a part whose records lead to the head it brings. */
static samme_status take_part(run *self, const Samme__JournalPart *part, const samme_vkey *key,
                              samme_range *held, samme_error *error) {
    samme_checkpoint head;
    samme_status status = samme_checkpoint_open(samme_span_of_bytes(part->note), key, &head, error);
    for (size_t i = 0; i < part->n_records && status == SAMME_OK; i++) {
        const samme_span record = samme_span_of_bytes(part->records[i]);
        const samme_key8 at = samme_key_u64(held->size);
        const samme_hash leaf = samme_leaf_hash(record);
        status = samme_range_append(held, &leaf);
        if (status == SAMME_OK)
            status = samme_space_put(&self->log, SAMME_TABLE_JOURNAL,
                                     SAMME_SPAN(at.bytes, sizeof at.bytes), record);
        if (status != SAMME_OK)
            return samme_fail(error, status, "its journal records cannot be kept");
    }
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "its journal's head");
    const samme_hash root = samme_range_root(held);
    if (head.size != held->size || !samme_hash_equal(&head.root, &root))
        return samme_fail(error, SAMME_MISMATCH,
                          "its records do not lead to the head that it signed, of size %llu",
                          (unsigned long long)head.size);
    samme_buffer_clear(&self->head_note);
    samme_buffer_append(&self->head_note, samme_span_of_bytes(part->note));
    return samme_buffer_status(&self->head_note);
}

static samme_status ask_records(run *self, samme_peer *peer, const samme_vkey *key,
                                samme_range *held, uint64_t *out_size, samme_arena *arena,
                                samme_error *error) {
    Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    pull.from = held->size;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    request.pull_journal = &pull;
    samme_arena_reset(arena);
    samme_status status = samme_peer_ask(peer, &request, SAMME__MESSAGE__WHAT_JOURNAL_PART,
                                         SILENCE_MAX_MS, arena, &answer, error);
    if (status != SAMME_OK)
        return status;
    const Samme__JournalPart *part = answer->journal_part;
    if (*out_size == UINT64_MAX) /* what comes later is of no concern */
        *out_size = part->journal_size;
    if (part->from != held->size)
        return SAMME_OK;      /* a late or doubled answer */
    if (part->n_records == 0) /* it promised more than it gives, or has nothing */
        return part->journal_size > held->size
                   ? samme_fail(error, SAMME_LATER, "it gives no record behind %llu of %llu",
                                (unsigned long long)held->size,
                                (unsigned long long)part->journal_size)
                   : SAMME_OK;
    status = samme_audit_begin(self, error);
    if (status == SAMME_OK)
        status = take_part(self, part, key, held, error);
    if (status == SAMME_OK)
        return samme_audit_end(self, error);
    samme_audit_drop(self);
    return status;
}

samme_status samme_audit_pull_records(samme_audit_run *self, samme_peer *peer,
                                      const samme_vkey *hub_log, samme_error *error) {
    samme_arena arena;
    samme_range held;
    uint64_t size = UINT64_MAX, before = 0;
    unsigned idle = 0; /* answers that brought nothing */
    samme_status status = SAMME_OK;
    samme_arena_init(&arena, 64 * 1024 * 1024);
    samme_range_init(&held);
    while (status == SAMME_OK && held.size < size && idle < IDLE_MAX) {
        status = ask_records(self, peer, hub_log, &held, &size, &arena, error);
        idle = held.size > before ? 0 : idle + 1;
        before = held.size;
    }
    if (status == SAMME_OK && held.size < size)
        status = samme_fail(error, SAMME_LATER, "%s gives nothing behind record %llu",
                            peer->address, (unsigned long long)held.size);
    samme_arena_free(&arena);
    return status;
}
