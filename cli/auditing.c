
#include <stdio.h>
#include <stdlib.h>

#include "cli/auditing_run.h"
#include "history/alarms.h"
#include "os/files.h"

typedef samme_audit_run run;

/* What comes out of logs is shown on terminals: control characters do not. */
void samme_audit_clean(char *text) {
    for (; *text != 0; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

void samme_audit_keep_finding(samme_audit *audit, const samme_finding *finding) {
    audit->findings_total++;
    if (audit->finding_count == SAMME_FINDINGS_MAX)
        return;
    audit->findings[audit->finding_count] = *finding;
    samme_audit_clean(audit->findings[audit->finding_count++].text);
}

static void keep_finding(void *context, const samme_finding *finding) {
    samme_audit_keep_finding(context, finding);
}

/* Whether the branch sold or refunded it; 0 is every branch. */
static bool concerns(const Samme__AlarmRow *excess, uint32_t branch) {
    bool any = branch == 0 || excess->receipt->branch == branch;
    for (size_t i = 0; i < excess->n_branches; i++)
        any = any || excess->branches[i] == branch;
    return any;
}

/* The row lives in the audit's arena. */
static void keep_excess(void *context, const Samme__AlarmRow *excess) {
    run *self = context;
    samme_audit *audit = self->audit;
    if (!concerns(excess, self->options->only_branch))
        return;
    audit->excess_total++;
    audit->excess_pending += samme_alarm_pending(excess) ? 1 : 0;
    if (audit->excess_count == SAMME_FINDINGS_MAX)
        return;
    samme_audit_clean(excess->receipt->till);
    samme_audit_clean(excess->receipt->number);
    samme_audit_clean(excess->receipt->business_date);
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
    if (status == SAMME_OK)
        status =
            samme_times_entry(&self->audit->times, position, self->follow.replay.record_ms, bytes);
    if (status == SAMME_OK && self->before.size > 0)
        status = samme_audit_touch_day(self, position, bytes);
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

const samme_vkey *samme_audit_hub_key(const samme_audit_run *self) {
    const samme_roster *roster = &self->follow.replay.roster;
    return roster->version != 0 ? &roster->hub_log : &self->as->hub_log;
}

/* Whether the newest note is the hub's, over the records that were folded. */
static samme_status check_head(run *self, samme_error *error) {
    samme_checkpoint head;
    const samme_range *range = &self->follow.replay.range;
    if (self->head_note.length == 0)
        return SAMME_OK;
    samme_status status = samme_checkpoint_open(samme_buffer_span(&self->head_note),
                                                samme_audit_hub_key(self), &head, error);
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
    samme_replay *replay = &self->follow.replay;
    samme_status status = options->end != NULL ? options->end(options->observer, replay) : SAMME_OK;
    if (status == SAMME_OK && options->held != NULL)
        status = options->held(options->observer, &self->log, replay,
                               samme_buffer_span(&self->head_note));
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "what was audited cannot be shown");
}

/* What was known when the auditor was enrolled is part of every journal that is the chain's. */
static samme_status check_known(run *self) {
    const samme_replay *replay = &self->follow.replay;
    const samme_known *known = &self->as->known;
    samme_finding finding = {.kind = SAMME_FINDING_KNOWN,
                             .position = {.journal_index = replay->range.size}};
    if (!samme_replay_known_reached(replay)) {
        snprintf(finding.text, sizeof finding.text,
                 "the journal has %llu records and root version %llu, what was known at enrolment "
                 "is %llu records and root version %llu: it never comes to that",
                 (unsigned long long)replay->range.size, (unsigned long long)replay->root.version,
                 (unsigned long long)known->journal_size, (unsigned long long)known->root_version);
        samme_audit_keep_finding(self->audit, &finding);
        return SAMME_OK;
    }
    samme_hash root;
    samme_status status = samme_replay_root_at(replay, known->journal_size, &root);
    if (status != SAMME_OK || known->journal_size == 0 ||
        samme_hash_equal(&root, &known->journal_root))
        return status;
    snprintf(finding.text, sizeof finding.text,
             "the journal has another root at size %llu than was known at enrolment: two histories",
             (unsigned long long)known->journal_size);
    samme_audit_keep_finding(self->audit, &finding);
    return SAMME_OK;
}

/* `complete`: nothing stopped it. */
static samme_status conclude(run *self, bool complete, samme_error *error) {
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
        status = samme_visit_alarms(&replay->rows, &audit->arena, keep_excess, self);
    if (status == SAMME_OK)
        status = samme_audit_sum_rows(self);
    if (status == SAMME_OK && complete)
        status = check_known(self);
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
    samme_map_free(self->touched);
    if (self->following)
        samme_follow_fini(&self->follow);
    samme_audit_close(self);
}

static samme_status init_audit(samme_audit *audit, samme_error *error) {
    *audit = (samme_audit){.findings = calloc(SAMME_FINDINGS_MAX, sizeof *audit->findings),
                           .excess = calloc(SAMME_FINDINGS_MAX, sizeof *audit->excess),
                           .tally = samme_tally_new(),
                           .unresolved = calloc(SAMME_UNRESOLVED_MAX, sizeof *audit->unresolved)};
    audit->days.late = calloc(SAMME_LATE_DAYS_MAX, sizeof *audit->days.late);
    samme_arena_init(&audit->arena, 1024u * 1024u * 1024u);
    return samme_times_init(&audit->times) != SAMME_OK || audit->findings == NULL ||
                   audit->excess == NULL || audit->tally == NULL || audit->unresolved == NULL ||
                   audit->days.late == NULL
               ? samme_fail(error, SAMME_NO_MEMORY, "no memory for findings")
               : SAMME_OK;
}

void samme_audit_free(samme_audit *audit) {
    free(audit->findings);
    free(audit->excess);
    samme_tally_free(audit->tally);
    samme_times_free(&audit->times);
    free(audit->unresolved);
    free(audit->days.late);
    samme_arena_free(&audit->arena);
    *audit = (samme_audit){0};
}

/* Sums up what there is, also of an audit that stopped at something that does not verify. */
static samme_status sum_up(run *self, samme_status status, samme_error *error) {
    if (self->following && status != SAMME_LATER) {
        samme_error ignored;
        samme_status summed =
            conclude(self, status == SAMME_OK, status == SAMME_OK ? error : &ignored);
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
        status = samme_audit_pull(&self, peer, error);
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
