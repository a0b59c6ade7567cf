
#include <stdio.h>
#include <stdlib.h>

#include "cli/auditing_run.h"
#include "os/clock.h"
#include "os/files.h"

enum { SILENCE_MAX_MS = 30000, WAIT_MS = 100 };

typedef samme_audit_run run;

/* What comes out of logs is shown on terminals: control characters do not. */
static void clean(char *text) {
    for (; *text != 0; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

static void keep_finding(void *context, const samme_finding *finding) {
    samme_audit *audit = context;
    audit->findings_total++;
    if (audit->finding_count == SAMME_FINDINGS_MAX)
        return;
    audit->findings[audit->finding_count] = *finding;
    clean(audit->findings[audit->finding_count++].text);
}

/* Whether the branch sold or refunded it; 0 is every branch. */
static bool concerns(const Samme__ExcessRow *excess, uint32_t branch) {
    bool any = branch == 0 || excess->receipt->branch == branch;
    for (size_t i = 0; i < excess->n_branches; i++)
        any = any || excess->branches[i] == branch;
    return any;
}

/* The row lives in the audit's arena. */
static void keep_excess(void *context, const Samme__ExcessRow *excess) {
    run *self = context;
    samme_audit *audit = self->audit;
    if (!concerns(excess, self->options->only_branch))
        return;
    audit->excess_total++;
    if (audit->excess_count == SAMME_FINDINGS_MAX)
        return;
    clean(excess->receipt->till);
    clean(excess->receipt->number);
    clean(excess->receipt->business_date);
    audit->excess[audit->excess_count++] = excess;
}

static samme_kept_note *find_note(run *self, uint32_t branch, uint32_t epoch) {
    for (size_t i = 0; i < self->note_count; i++)
        if (self->notes[i].branch == branch && self->notes[i].epoch == epoch)
            return &self->notes[i];
    samme_kept_note *grown = reallocarray(self->notes, self->note_count + 1, sizeof *grown);
    if (grown == NULL)
        return NULL;
    self->notes = grown;
    samme_kept_note *added = &grown[self->note_count++];
    *added = (samme_kept_note){.branch = branch, .epoch = epoch};
    samme_buffer_init(&added->note, SAMME_DOCUMENT_MAX_BYTES);
    return added;
}

static samme_status keep_note(void *context, const samme_unsigned_note *note) {
    run *self = context;
    samme_kept_note *kept = find_note(self, note->branch, note->epoch);
    if (kept == NULL)
        return SAMME_NO_MEMORY;
    self->audit->notes++;
    kept->journal_index = note->journal_index;
    kept->log_key = *note->log_key;
    samme_buffer_clear(&kept->note);
    samme_buffer_append(&kept->note, note->note);
    samme_status status = samme_buffer_status(&kept->note);
    if (status != SAMME_OK || !self->options->every_signature)
        return status;
    samme_checkpoint ignored;
    self->audit->signatures++;
    return samme_checkpoint_open(note->note, note->log_key, &ignored, NULL);
}

/* What the audit stands on: the newest note of every log. */
static samme_status check_notes(run *self, samme_error *error) {
    samme_status status = SAMME_OK;
    for (size_t i = 0;
         i < self->note_count && status == SAMME_OK && !self->options->every_signature; i++) {
        const samme_kept_note *kept = &self->notes[i];
        samme_checkpoint ignored;
        status =
            samme_checkpoint_open(samme_buffer_span(&kept->note), &kept->log_key, &ignored, error);
        self->audit->signatures++;
        if (status != SAMME_OK)
            return samme_fail_in(
                error, status, "the newest note of branch %u epoch %u (journal record %llu)",
                kept->branch, kept->epoch, (unsigned long long)kept->journal_index);
    }
    return status;
}

static samme_status observe_entry(void *observer, const samme_position *position,
                                  samme_span bytes) {
    run *self = observer;
    samme_status status = samme_tally_entry(self->audit->tally, position, bytes);
    return status == SAMME_OK && self->options->entry != NULL
               ? self->options->entry(self->options->observer, position, bytes)
               : status;
}

static samme_status observe_line(void *observer, const samme_audited_line *line) {
    run *self = observer;
    samme_status status = samme_tally_line(self->audit->tally, line);
    return status == SAMME_OK && self->options->line != NULL
               ? self->options->line(self->options->observer, line)
               : status;
}

static samme_status start_following(run *self, samme_error *error) {
    const samme_audit_options *options = self->options;
    const uint64_t since =
        options->since_index > self->before.size ? options->since_index : self->before.size;
    samme_follow_setup setup = {.root = &self->as->root,
                                .hub_log = self->as->hub_log,
                                .log = &self->log,
                                .views = &self->views,
                                .replay = {.check_content = true,
                                           .known = self->as->known,
                                           .decide_again = true,
                                           .since_index = since,
                                           .since_ms = options->since_ms,
                                           .only_branch = options->only_branch,
                                           .entry = observe_entry,
                                           .line = observe_line,
                                           .observer = self,
                                           .unsigned_note = keep_note,
                                           .unsigned_note_context = self,
                                           .finding = keep_finding,
                                           .finding_context = self->audit}};
    samme_status status = samme_follow_init(&self->follow, &setup, error);
    self->following = self->audit->began = status == SAMME_OK;
    if (status == SAMME_MISMATCH && self->before.size > 0)
        return samme_fail_in(error, status, "%s does not fit what is audited now",
                             options->state_file);
    return status;
}

/* An audit that was cut off has folded further than the state file says, and what it found there
 * nobody may have seen: folded anew, silently up to there. */
static samme_status fold_anew(run *self, samme_error *error) {
    samme_follow_fini(&self->follow);
    self->following = false;
    samme_status status = samme_audit_empty_views(self, error);
    return status == SAMME_OK ? start_following(self, error) : status;
}

/* `folder`: NULL for a hub, from which all comes. */
static samme_status start(run *self, const samme_enrolment *as, const char *folder,
                          const samme_audit_options *options, samme_audit *audit,
                          samme_error *error) {
    *self = (run){.options = options, .as = as, .audit = audit};
    const bool exported = folder != NULL && samme_audit_is_export(folder);
    samme_status status = samme_audit_open(self, exported ? NULL : folder, error);
    if (status == SAMME_OK && exported)
        status = samme_audit_load_export(self, folder, error);
    if (status == SAMME_OK)
        status = samme_audit_begin(self, error);
    if (status == SAMME_OK)
        status = start_following(self, error);
    if (status == SAMME_OK && self->follow.replay.range.size > self->before.size)
        status = fold_anew(self, error);
    if (status == SAMME_OK)
        status = samme_audit_resume(self, error);
    audit->from_record = self->before.size;
    audit->findings_before = self->before.findings;
    return status == SAMME_OK ? samme_audit_end(self, error) : status;
}

/* The journal's key at the cursor. */
static const samme_vkey *hub_log_key(const run *self) {
    const samme_roster *roster = &self->follow.replay.roster;
    return roster->version != 0 ? &roster->hub_log : &self->as->hub_log;
}

/* Whether the newest note is the hub's, over the records that were folded. */
static samme_status check_head(run *self, samme_error *error) {
    samme_checkpoint head;
    const samme_range *range = &self->follow.replay.range;
    if (self->head_note.length == 0)
        return SAMME_OK;
    samme_status status =
        samme_checkpoint_open(samme_buffer_span(&self->head_note), hub_log_key(self), &head, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "the journal's newest head");
    if (head.size != range->size)
        return samme_fail(error, SAMME_MISMATCH,
                          "the journal's newest head is of size %llu, expected %llu",
                          (unsigned long long)head.size, (unsigned long long)range->size);
    const samme_hash root = samme_range_root(range);
    if (!samme_hash_equal(&head.root, &root))
        return samme_fail(error, SAMME_MISMATCH,
                          "the journal's newest head, of size %llu, has another root than the "
                          "records have: two histories",
                          (unsigned long long)head.size);
    self->audit->head_signed = true;
    return SAMME_OK;
}

static samme_status keep_state(const run *self, samme_error *error) {
    const samme_audit *audit = self->audit;
    samme_audit_state state = {.size = audit->journal_size,
                               .root = audit->journal_root,
                               .state_digest = audit->state_digest,
                               .findings = audit->findings_before + audit->findings_total};
    snprintf(state.chain, sizeof state.chain, "%s", self->as->chain);
    return self->options->state_file == NULL
               ? SAMME_OK
               : samme_audit_state_write(self->options->state_file, &state, error);
}

/* What others want to see of the state and of the log, while both can be read. */
static samme_status show_state(run *self, samme_error *error) {
    const samme_audit_options *options = self->options;
    const samme_replay *replay = &self->follow.replay;
    samme_status status = options->end != NULL ? options->end(options->observer, replay) : SAMME_OK;
    if (status == SAMME_OK && options->held != NULL)
        status = options->held(options->observer, &self->log, replay,
                               samme_buffer_span(&self->head_note));
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "what was audited cannot be shown");
}

static samme_status conclude(run *self, samme_error *error) {
    samme_audit *audit = self->audit;
    samme_replay *replay = &self->follow.replay;
    audit->entries = replay->entries;
    audit->decisions = replay->decisions;
    bool dropped = samme_audit_drop(self);
    samme_status status = samme_audit_begin(self, error);
    if (status == SAMME_OK && dropped) {
        status = samme_follow_reload(&self->follow, error);
        self->following = status == SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    audit->journal_size = replay->range.size;
    audit->journal_root = samme_range_root(&replay->range);
    audit->release = replay->release.version;
    status = samme_state_digest(&replay->rows, &audit->state_digest);
    if (status == SAMME_OK)
        status = samme_visit_excess(&replay->rows, &audit->arena, keep_excess, self);
    if (status != SAMME_OK)
        status = samme_fail(error, status, "the state cannot be summed up");
    else
        status = show_state(self, error);
    samme_space_abandon(&self->log);
    samme_space_abandon(&self->views);
    return status == SAMME_OK ? check_notes(self, error) : status;
}

static void finish(run *self) {
    samme_audit_drop(self);
    for (size_t i = 0; i < self->note_count; i++)
        samme_buffer_free(&self->notes[i].note);
    free(self->notes);
    if (self->following)
        samme_follow_fini(&self->follow);
    samme_audit_close(self);
}

static samme_status init_audit(samme_audit *audit, samme_error *error) {
    *audit = (samme_audit){.findings = calloc(SAMME_FINDINGS_MAX, sizeof *audit->findings),
                           .excess = calloc(SAMME_FINDINGS_MAX, sizeof *audit->excess),
                           .tally = samme_tally_new()};
    samme_arena_init(&audit->arena, 1024u * 1024u * 1024u);
    return audit->findings == NULL || audit->excess == NULL || audit->tally == NULL
               ? samme_fail(error, SAMME_NO_MEMORY, "no memory for findings")
               : SAMME_OK;
}

void samme_audit_free(samme_audit *audit) {
    free(audit->findings);
    free(audit->excess);
    samme_tally_free(audit->tally);
    samme_arena_free(&audit->arena);
    *audit = (samme_audit){0};
}

/* One step: takes a message if there is one, folds, asks for what is next. */
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
    status =
        samme_checkpoint_open(samme_span_of_bytes(part->note), hub_log_key(self), &head, error);
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
        answered |= status == SAMME_OK;
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

/* Sums up what there is, also of an audit that stopped at something that does not verify. */
static samme_status sum_up(run *self, samme_status status, samme_error *error) {
    if (self->following && status != SAMME_LATER) {
        samme_error ignored;
        samme_status summed = conclude(self, status == SAMME_OK ? error : &ignored);
        status = status == SAMME_OK ? summed : status;
    }
    if (status == SAMME_OK)
        status = check_head(self, error);
    return status == SAMME_OK ? keep_state(self, error) : status;
}

samme_status samme_audit_hub(samme_peer *peer, const samme_audit_options *options, samme_audit *out,
                             samme_error *error) {
    run self;
    samme_status status = init_audit(out, error);
    if (status != SAMME_OK)
        return status;
    status = start(&self, &peer->enrolment, NULL, options, out, error);
    if (status == SAMME_OK)
        status = pull_all(&self, peer, error);
    if (status == SAMME_OK)
        status = ask_newest(&self, peer, error);
    status = sum_up(&self, status, error);
    finish(&self);
    return status;
}

samme_status samme_audit_folder(const samme_enrolment *as, const char *folder,
                                const samme_audit_options *options, samme_audit *out,
                                samme_error *error) {
    run self;
    samme_status status = init_audit(out, error);
    if (status != SAMME_OK)
        return status;
    status = start(&self, as, folder, options, out, error);
    bool more = true;
    while (status == SAMME_OK && more) {
        status = samme_audit_begin(&self, error);
        if (status == SAMME_OK)
            status = samme_follow_fold(&self.follow, &more, error);
        if (status == SAMME_OK)
            status = samme_audit_end(&self, error);
    }
    if (status == SAMME_OK && self.follow.replay.range.size < self.follow.held.size)
        status = samme_fail(error, SAMME_NOT_FOUND,
                            "%s: the content of journal record %llu is not held there", folder,
                            (unsigned long long)self.follow.replay.range.size);
    status = sum_up(&self, status, error);
    finish(&self);
    return status;
}
