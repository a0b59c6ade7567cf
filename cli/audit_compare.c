#include "cli/audit_compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/auditing_run.h"

enum { SCRATCH_BYTES = 64 * 1024 * 1024 };

/* Two logs that lie in stores, and what is compared of them. */
typedef struct comparing {
    samme_audit_comparison *out;
    samme_audit_source *source;
    samme_replay *replay;
    samme_space *ours, *theirs;
    samme_span our_head, their_head;
    samme_arena scratch;
} comparing;

static samme_status get_record(samme_space *log, uint64_t index, samme_span *out) {
    const samme_key8 key = samme_key_u64(index);
    return samme_space_get(log, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes), out);
}

static samme_status add_fork(comparing *self, const char *origin, uint64_t from,
                             samme_audit_fork **out) {
    if (self->out->fork_count == SAMME_COMPARED_MAX)
        return SAMME_FULL;
    samme_audit_fork *fork = &self->out->forks[self->out->fork_count++];
    *fork = (samme_audit_fork){.from = from};
    snprintf(fork->log, sizeof fork->log, "%s", origin);
    snprintf(fork->other, sizeof fork->other, "%s", self->source->who);
    samme_buffer_init(&fork->proof, SAMME_FORK_TEXT_MAX);
    self->source->forked = true;
    *out = fork;
    return SAMME_OK;
}

/* Both notes into the fork, and the proof when the key has signed both. */
static void prove(samme_audit_fork *fork, const samme_vkey *key, samme_span ours, samme_span theirs,
                  const samme_hash *leaves, uint64_t count) {
    samme_fork proof;
    samme_error why;
    samme_buffer vkey;
    snprintf(fork->notes[0], sizeof fork->notes[0], "%.*s", (int)ours.length,
             ours.length > 0 ? (const char *)ours.data : "");
    snprintf(fork->notes[1], sizeof fork->notes[1], "%.*s", (int)theirs.length,
             theirs.length > 0 ? (const char *)theirs.data : "");
    if (ours.length == 0 || theirs.length == 0 || leaves == NULL ||
        samme_fork_make(key, ours, theirs, leaves, count, &proof, &why) != SAMME_OK)
        return;
    samme_fork_format(&proof, &fork->proof);
    samme_buffer_init(&vkey, sizeof fork->vkey);
    samme_vkey_format(key, &vkey);
    snprintf(fork->vkey, sizeof fork->vkey, "%s", samme_buffer_text(&vkey));
    samme_buffer_free(&vkey);
}

static uint64_t size_of(samme_span note, const samme_vkey *key) {
    samme_checkpoint head;
    return note.length > 0 && samme_checkpoint_read(note, key, &head, NULL) == SAMME_OK ? head.size
                                                                                        : 0;
}

/* --- the journal */
static samme_status journal_leaves(samme_space *log, uint64_t size, samme_hash **out) {
    samme_hash *leaves = reallocarray(NULL, (size_t)size + 1, sizeof *leaves);
    samme_status status = leaves == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    for (uint64_t i = 0; i < size && status == SAMME_OK; i++) {
        samme_span record;
        status = get_record(log, i, &record);
        if (status == SAMME_OK)
            leaves[i] = samme_leaf_hash(record);
    }
    *out = leaves;
    return status;
}

static samme_status report_journals(comparing *self, uint64_t from) {
    const samme_vkey *key = &self->replay->roster.hub_log;
    samme_audit_fork *fork;
    samme_hash *leaves = NULL;
    samme_status status = add_fork(self, key->name, from, &fork);
    if (status != SAMME_OK)
        return status;
    const uint64_t ours = size_of(self->our_head, key), theirs = size_of(self->their_head, key);
    if (ours > from && theirs > from)
        status = journal_leaves(ours >= theirs ? self->ours : self->theirs,
                                ours >= theirs ? ours : theirs, &leaves);
    prove(fork, key, self->our_head, self->their_head, status == SAMME_OK ? leaves : NULL,
          ours >= theirs ? ours : theirs);
    free(leaves);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status compare_journals(comparing *self) {
    bool differ = false;
    for (uint64_t i = 0;; i++) {
        samme_span ours, theirs;
        samme_status status = get_record(self->theirs, i, &theirs);
        if (status != SAMME_OK)
            return status == SAMME_NOT_FOUND ? SAMME_OK : status;
        self->source->journal_size = i + 1;
        if (differ || i >= self->replay->range.size)
            continue;
        status = get_record(self->ours, i, &ours);
        if (status != SAMME_OK)
            return status;
        differ = !samme_span_equal(ours, theirs);
        if (differ && (status = report_journals(self, i)) != SAMME_OK)
            return status;
    }
}

/* --- the log of its own */
typedef struct own_log {
    Samme__OwnState *state;
    samme_vkey key;
    samme_span newest;  /* note of the audited journal's batches */
    samme_buffer note;  /* a copy of it */
    uint64_t merged;    /* entries in these batches */
    uint64_t differ;    /* the first that differs; UINT64_MAX: none */
    samme_hash *leaves; /* of the merged */
} own_log;

static samme_status own_entry(samme_space *log, uint64_t index, samme_span *out) {
    const samme_key8 key = samme_key_u64(index);
    return samme_space_get(log, SAMME_TABLE_OWN, SAMME_SPAN(key.bytes, sizeof key.bytes), out);
}

static samme_status take_merged(comparing *self, own_log *own, const samme_batch *batch) {
    samme_hash *grown =
        reallocarray(own->leaves, (size_t)own->merged + batch->count, sizeof *grown);
    if (grown == NULL)
        return SAMME_NO_MEMORY;
    own->leaves = grown;
    for (size_t i = 0; i < batch->count; i++) {
        samme_span theirs;
        samme_status status = own_entry(self->theirs, own->merged, &theirs);
        if (status != SAMME_OK && status != SAMME_NOT_FOUND)
            return status;
        if (status == SAMME_OK && own->differ == UINT64_MAX &&
            !samme_span_equal(theirs, batch->entries[i]))
            own->differ = own->merged;
        own->leaves[own->merged++] = samme_leaf_hash(batch->entries[i]);
    }
    samme_buffer_clear(&own->note);
    samme_buffer_append(&own->note, batch->note);
    return samme_buffer_status(&own->note);
}

/* Walks what the audited journal holds of that log. */
static samme_status walk_merged(comparing *self, own_log *own) {
    for (uint64_t i = 0; i < self->replay->range.size; i++) {
        samme_span bytes;
        samme_record record;
        samme_batch batch;
        samme_arena_reset(&self->scratch);
        samme_status status = get_record(self->ours, i, &bytes);
        if (status == SAMME_OK)
            status = samme_record_open(bytes, &self->scratch, &record, NULL);
        if (status != SAMME_OK)
            return status;
        if (record.kind != SAMME_RECORD_BATCH || record.batch.branch != own->state->branch ||
            record.batch.epoch != own->state->epoch)
            continue;
        status = samme_held_batch(self->ours, i, &record, &self->scratch, &batch);
        if (status == SAMME_OK)
            status = take_merged(self, own, &batch);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

/* Leaves of the source's own log, behind the caller's. */
static samme_status own_leaves(comparing *self, uint64_t size, samme_hash **out) {
    samme_hash *leaves = reallocarray(NULL, (size_t)size + 1, sizeof *leaves);
    samme_status status = leaves == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    for (uint64_t i = 0; i < size && status == SAMME_OK; i++) {
        samme_span entry;
        status = own_entry(self->theirs, i, &entry);
        if (status == SAMME_OK)
            leaves[i] = samme_leaf_hash(entry);
    }
    *out = leaves;
    return status;
}

static samme_status report_own(comparing *self, own_log *own) {
    samme_audit_fork *fork;
    samme_span at, signed_note = {0};
    samme_hash *leaves = NULL;
    samme_status status = add_fork(self, own->key.name, own->differ, &fork);
    if (status != SAMME_OK)
        return status;
    status = samme_space_last(self->theirs, SAMME_TABLE_SIGNED, &at, &signed_note);
    const uint64_t theirs = status == SAMME_OK ? size_of(signed_note, &own->key) : 0;
    if (status == SAMME_OK && theirs > own->merged)
        status = own_leaves(self, theirs, &leaves);
    prove(fork, &own->key, samme_buffer_span(&own->note), signed_note,
          leaves != NULL ? leaves : own->leaves, leaves != NULL ? theirs : own->merged);
    free(leaves);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static uint64_t newest_signed(samme_space *log, const samme_vkey *key) {
    samme_span at, note;
    return samme_space_last(log, SAMME_TABLE_SIGNED, &at, &note) == SAMME_OK ? size_of(note, key)
                                                                             : 0;
}

/* Decisions behind what is merged stand on the journal that their branch had: as far as ours goes.
 */
static samme_status look_at_tail(comparing *self) {
    samme_audit_source *source = self->source;
    const samme_tail_asked asked = {.branch = source->own_branch,
                                    .epoch = source->own_epoch,
                                    .merged = source->own_merged,
                                    .newest_signed = source->own_signed,
                                    .size = source->own_size};
    if (source->forked || source->journal_size > self->replay->range.size) {
        source->tail.left_out = source->forked ? "its journal is another"
                                               : "its journal goes on behind what was audited";
        return SAMME_OK;
    }
    return samme_audit_look_at_tail(&source->tail, self->replay, self->theirs, &asked);
}

/* A node's own log beside what the journal holds of it: who cloned a disk or a key has two. */
static samme_status compare_own(comparing *self) {
    samme_span stored;
    samme_error ignored;
    samme_arena arena;
    samme_arena_init(&arena, 1024 * 1024);
    own_log own = {.differ = UINT64_MAX};
    samme_buffer_init(&own.note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status =
        samme_space_get(self->theirs, SAMME_TABLE_STATE, SAMME_LITERAL("own"), &stored);
    if (status == SAMME_OK)
        own.state = SAMME_UNPACK(OwnState, own_state, stored, &arena, &ignored);
    samme_range range;
    const samme_roster_branch *branch =
        own.state == NULL ? NULL
                          : samme_roster_branch_by_number(&self->replay->roster, own.state->branch);
    if (branch != NULL && branch->epoch == own.state->epoch &&
        samme_range_decode(samme_span_of_bytes(own.state->range), &range) == SAMME_OK) {
        own.key = branch->log_key;
        status = walk_merged(self, &own);
        self->source->own_branch = branch->number;
        self->source->own_epoch = branch->epoch;
        self->source->own_size = range.size;
        self->source->own_signed = newest_signed(self->theirs, &own.key);
        self->source->own_merged = own.merged;
        if (status == SAMME_OK && own.differ != UINT64_MAX)
            status = report_own(self, &own);
        else if (status == SAMME_OK)
            status = look_at_tail(self);
    }
    free(own.leaves);
    samme_buffer_free(&own.note);
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* --- one source */
static bool is_hub(const char *source) {
    return strncmp(source, "tcp://", 6) == 0;
}

static samme_status pull(samme_audit_run *run, const samme_audit_held *held, const char *source,
                         samme_error *error) {
    samme_peer peer = {0};
    samme_status status = samme_peer_open(held->enrolment, source, &peer, error);
    if (status != SAMME_OK)
        return status;
    const samme_roster *roster = &held->replay->roster;
    status = samme_audit_pull_records(
        run, &peer, roster->version != 0 ? &roster->hub_log : &held->as->hub_log, error);
    samme_peer_close(&peer);
    return status;
}

static samme_status open_source(samme_audit_run *run, const samme_audit_held *held,
                                const char *source, samme_error *error) {
    const bool hub = is_hub(source), exported = !hub && samme_audit_is_export(source);
    samme_status status = samme_audit_open(run, hub || exported ? NULL : source, error);
    if (status == SAMME_OK && exported)
        status = samme_audit_load_export(run, source, error);
    if (status == SAMME_OK && hub)
        status = pull(run, held, source, error);
    return status == SAMME_OK ? samme_audit_begin(run, error) : status;
}

static samme_audit_source *add_source(samme_audit_comparison *comparison, const char *who) {
    if (comparison->source_count == SAMME_COMPARED_MAX)
        return NULL;
    samme_audit_source *source = &comparison->sources[comparison->source_count++];
    *source = (samme_audit_source){.status = SAMME_OK};
    snprintf(source->who, sizeof source->who, "%s", who);
    return source;
}

static void close_source(samme_audit_source *source, samme_status status, samme_error *error) {
    source->status = status;
    if (status != SAMME_OK)
        snprintf(source->text, sizeof source->text, "%s", error->text);
}

samme_status samme_audit_compare(samme_audit_comparison *comparison, const samme_audit_held *held,
                                 const char *source) {
    samme_audit_source *added = add_source(comparison, source);
    if (added == NULL)
        return SAMME_FULL;
    const samme_audit_options options = {.every_signature = false};
    samme_audit_run run = {.options = &options, .as = held->as};
    samme_error error = {.text = ""};
    samme_status status = open_source(&run, held, source, &error);
    if (status == SAMME_OK) {
        comparing self = {.out = comparison,
                          .source = added,
                          .replay = held->replay,
                          .ours = held->log,
                          .theirs = &run.log,
                          .our_head = held->head_note,
                          .their_head = samme_buffer_span(&run.head_note)};
        samme_arena_init(&self.scratch, SCRATCH_BYTES);
        status = compare_journals(&self);
        if (status == SAMME_OK)
            status = compare_own(&self);
        samme_arena_free(&self.scratch);
        if (status != SAMME_OK)
            status = samme_fail(&error, status, "%s: what it holds cannot be read: %s", source,
                                samme_status_name(status));
    }
    close_source(added, status, &error);
    samme_audit_close(&run);
    return status == SAMME_NO_MEMORY ? status : SAMME_OK;
}

samme_status samme_audit_compare_own(samme_audit_comparison *comparison,
                                     const samme_audit_held *held, const char *folder) {
    samme_span ignored;
    samme_error error = {.text = ""};
    samme_status status =
        samme_space_get(held->log, SAMME_TABLE_STATE, SAMME_LITERAL("own"), &ignored);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status; /* a hub's, or an export */
    samme_audit_source *added = add_source(comparison, folder);
    if (added == NULL)
        return SAMME_FULL;
    added->journal_size = held->replay->range.size;
    comparing self = {.out = comparison,
                      .source = added,
                      .replay = held->replay,
                      .ours = held->log,
                      .theirs = held->log,
                      .our_head = held->head_note};
    samme_arena_init(&self.scratch, SCRATCH_BYTES);
    status = compare_own(&self);
    samme_arena_free(&self.scratch);
    if (status != SAMME_OK)
        status = samme_fail(&error, status, "%s: its own log cannot be read: %s", folder,
                            samme_status_name(status));
    close_source(added, status, &error);
    return status == SAMME_NO_MEMORY ? status : SAMME_OK;
}

void samme_audit_comparison_free(samme_audit_comparison *comparison) {
    for (size_t i = 0; i < comparison->fork_count; i++)
        samme_buffer_free(&comparison->forks[i].proof);
    for (size_t i = 0; i < comparison->source_count; i++)
        samme_audit_tail_free(&comparison->sources[i].tail);
    comparison->fork_count = comparison->source_count = 0;
}
