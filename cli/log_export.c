/* samme log export --as ENROLMENT [tcp://HUB] DIR: the journal, and the log of every branch, as
 * tlog-tiles files that strangers' tools can check. Everything is checked on the way. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/peer.h"
#include "crypto/hash.h"
#include "journal/batch.h"
#include "journal/record.h"
#include "os/files.h"
#include "tlog/writer.h"

enum {
    PATH_BYTES = 4096,
    ASK_MS = 30000,
    LATE_ANSWERS_MAX = 16, /* to questions that were repeated */
    ARENA_BYTES = 64 * 1024 * 1024,
    FILE_MODE = 0644, /* it is for others */
};

typedef struct options {
    const char *enrolment, *hub, *folder;
} options;

/* A log as it grows in its folder. */
typedef struct exported {
    uint32_t branch, epoch; /* 0: the journal */
    char folder[PATH_BYTES];
    samme_vkey key;
    samme_log_writer writer;
    samme_buffer checkpoint; /* newest */
} exported;

typedef struct exporter {
    samme_peer peer;
    const char *folder;
    exported *journal;
    exported **branches; /* in order of branch and epoch */
    size_t branch_count;
    samme_roster roster; /* version 0: none yet */
    samme_hash roster_hash;
    samme_arena part_arena, entries_arena, scratch;
    const Samme__EntriesPart *entries; /* newest answer: often several batches */
} exporter;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == ARGP_KEY_ARG && given->hub == NULL && strncmp(value, "tcp://", 6) == 0)
        given->hub = value;
    else if (key == ARGP_KEY_ARG && given->folder == NULL)
        given->folder = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "expected tcp://HUB:PORT and a folder");
    else if (key == ARGP_KEY_END && given->enrolment == NULL)
        argp_error(state, "expected --as ENROLMENT");
    else if (key == ARGP_KEY_END && given->folder == NULL)
        argp_error(state, "expected the folder to write to");
    return 0;
}

static samme_status write_log_file(void *self, const char *path, samme_span content,
                                   samme_error *error) {
    const exported *log = self;
    char full[PATH_BYTES + SAMME_TILE_PATH_MAX + 2];
    snprintf(full, sizeof full, "%s/%s", log->folder, path);
    char *slash = strrchr(full, '/');
    *slash = 0;
    samme_status status = samme_folder_make(full, error);
    *slash = '/';
    return status == SAMME_OK ? samme_file_write(full, content, FILE_MODE, error) : status;
}

static samme_status open_log(const exporter *self, uint32_t branch, uint32_t epoch, exported **out,
                             samme_error *error) {
    exported *log = calloc(1, sizeof *log);
    if (log == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for one more log");
    log->branch = branch;
    log->epoch = epoch;
    int length =
        branch == 0 ? snprintf(log->folder, PATH_BYTES, "%s", self->folder)
        : epoch == 1
            ? snprintf(log->folder, PATH_BYTES, "%s/branch-%u", self->folder, branch)
            : snprintf(log->folder, PATH_BYTES, "%s/branch-%u-e%u", self->folder, branch, epoch);
    if (length < 0 || length >= PATH_BYTES) {
        free(log);
        return samme_fail(error, SAMME_TOO_LARGE, "%.80s...: the path is too long", self->folder);
    }
    samme_log_writer_init(&log->writer, (samme_log_sink){log, write_log_file});
    samme_buffer_init(&log->checkpoint, SAMME_DOCUMENT_MAX_BYTES);
    *out = log;
    return SAMME_OK;
}

static void close_log(exported *log) {
    if (log == NULL)
        return;
    samme_log_writer_free(&log->writer);
    samme_buffer_free(&log->checkpoint);
    free(log);
}

static samme_status keep_checkpoint(exported *log, samme_span note, samme_error *error) {
    samme_buffer_clear(&log->checkpoint);
    samme_buffer_append(&log->checkpoint, note);
    samme_status status = samme_buffer_status(&log->checkpoint);
    return status == SAMME_OK ? SAMME_OK : samme_fail(error, status, "no memory for a checkpoint");
}

/* The log of a branch in an epoch; it begins when its first batch comes. */
static samme_status branch_log(exporter *self, uint32_t branch, uint32_t epoch, exported **out,
                               samme_error *error) {
    size_t low = 0, high = self->branch_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const exported *log = self->branches[middle];
        if (log->branch < branch || (log->branch == branch && log->epoch < epoch))
            low = middle + 1;
        else
            high = middle;
    }
    if (low < self->branch_count && self->branches[low]->branch == branch &&
        self->branches[low]->epoch == epoch) {
        *out = self->branches[low];
        return SAMME_OK;
    }
    exported **grown = realloc(self->branches, (self->branch_count + 1) * sizeof *grown);
    if (grown == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for one more log");
    self->branches = grown;
    samme_status status = open_log(self, branch, epoch, out, error);
    if (status != SAMME_OK)
        return status;
    memmove(&grown[low + 1], &grown[low], (self->branch_count - low) * sizeof *grown);
    grown[low] = *out;
    self->branch_count++;
    return SAMME_OK;
}

/* A batch of the answer at hand, or of the next one. */
static samme_status pull_batch(exporter *self, uint64_t index, samme_batch *out,
                               samme_error *error) {
    for (unsigned asked = 0;; asked++) {
        for (size_t i = 0; self->entries != NULL && i < self->entries->n_batches; i++) {
            const Samme__Batch *batch = self->entries->batches[i];
            if (batch->journal_index == index)
                return samme_batch_from_items(batch->items, batch->n_items,
                                              samme_span_of_bytes(batch->note), &self->scratch, out,
                                              error);
        }
        if (asked == LATE_ANSWERS_MAX)
            return samme_fail(error, SAMME_NOT_FOUND, "the hub does not give its entries");
        self->entries = NULL;
        samme_arena_reset(&self->entries_arena);
        Samme__PullEntries pull = SAMME__PULL_ENTRIES__INIT;
        Samme__Message request = SAMME__MESSAGE__INIT, *answer;
        pull.journal_index = index;
        request.what_case = SAMME__MESSAGE__WHAT_PULL_ENTRIES;
        request.pull_entries = &pull;
        samme_status status =
            samme_peer_ask(&self->peer, &request, SAMME__MESSAGE__WHAT_ENTRIES_PART, ASK_MS,
                           &self->entries_arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        self->entries = answer->entries_part;
    }
}

static samme_status take_batch(exporter *self, uint64_t index, const samme_record *record,
                               samme_error *error) {
    const struct samme_batch_record *what = &record->batch;
    const samme_roster_branch *branch = samme_roster_branch_by_number(&self->roster, what->branch);
    if (branch == NULL || branch->epoch != what->epoch)
        return samme_fail(error, SAMME_DENIED, "branch %u epoch %u is not in the roster",
                          what->branch, what->epoch);
    samme_batch batch;
    exported *log = NULL;
    samme_status status = pull_batch(self, index, &batch, error);
    if (status == SAMME_OK)
        status = branch_log(self, what->branch, what->epoch, &log, error);
    if (status != SAMME_OK)
        return status;
    samme_range range = log->writer.range;
    status = samme_batch_check(&batch, &branch->log_key, &range, error);
    if (status != SAMME_OK)
        return status;
    const samme_hash root = samme_range_root(&range), note = samme_sha256(batch.note);
    if (log->writer.range.size != what->old_size || range.size != what->new_size ||
        !samme_hash_equal(&root, &what->root) || !samme_hash_equal(&note, &record->note_hash))
        return samme_fail(error, SAMME_MISMATCH,
                          "what the hub gives of branch %u is not what the record states",
                          what->branch);
    for (size_t i = 0; i < batch.count && status == SAMME_OK; i++)
        status = samme_log_writer_append(&log->writer, batch.entries[i], error);
    log->key = branch->log_key;
    return status == SAMME_OK ? keep_checkpoint(log, batch.note, error) : status;
}

static samme_status pull_note(exporter *self, const samme_hash *hash, samme_span *out,
                              samme_error *error) {
    Samme__PullDocuments pull = SAMME__PULL_DOCUMENTS__INIT;
    ProtobufCBinaryData wanted = samme_bytes_of_span(samme_span_of_hash(hash));
    pull.n_hashes = 1;
    pull.hashes = &wanted;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_DOCUMENTS;
    request.pull_documents = &pull;
    for (unsigned asked = 0; asked <= LATE_ANSWERS_MAX; asked++) {
        samme_status status =
            samme_peer_ask(&self->peer, &request, SAMME__MESSAGE__WHAT_DOCUMENTS_PART, ASK_MS,
                           &self->scratch, &answer, error);
        if (status != SAMME_OK)
            return status;
        for (size_t i = 0; i < answer->documents_part->n_documents; i++) {
            *out = samme_span_of_bytes(answer->documents_part->documents[i]);
            const samme_hash found = samme_sha256(*out);
            if (samme_hash_equal(&found, hash))
                return SAMME_OK;
        }
    }
    return samme_fail(error, SAMME_NOT_FOUND, "the hub does not give the note of a roster");
}

/* Adopted as a replay would: one that does not verify or follow is passed over. */
static samme_status take_roster(exporter *self, const samme_record *record, samme_error *error) {
    samme_span note;
    samme_roster roster;
    samme_status status = pull_note(self, &record->note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    if (samme_roster_open(&self->peer.enrolment.root, note, &roster, NULL) != SAMME_OK)
        return SAMME_OK;
    const samme_hash *held = self->roster.version != 0 ? &self->roster_hash : NULL;
    if (roster.version != record->version ||
        samme_successor_check("roster", self->roster.version, held, roster.version,
                              &roster.previous, NULL) != SAMME_OK) {
        samme_roster_free(&roster);
        return SAMME_OK;
    }
    samme_roster_free(&self->roster);
    self->roster = roster;
    self->roster_hash = record->note_hash;
    return SAMME_OK;
}

static samme_status take_record(exporter *self, samme_span bytes, samme_error *error) {
    const uint64_t index = self->journal->writer.range.size;
    samme_arena_reset(&self->scratch);
    samme_record record;
    samme_status status = samme_log_writer_append(&self->journal->writer, bytes, error);
    if (status != SAMME_OK)
        return status;
    status = samme_record_open(bytes, &self->scratch, &record, error);
    if (status == SAMME_UNSUPPORTED)
        return SAMME_OK; /* of a later version: in the journal, but without entries */
    if (status == SAMME_OK && record.kind == SAMME_RECORD_BATCH)
        status = take_batch(self, index, &record, error);
    if (status == SAMME_OK && record.kind == SAMME_RECORD_ROSTER)
        status = take_roster(self, &record, error);
    return status == SAMME_OK || status == SAMME_LATER
               ? status
               : samme_fail_in(error, status, "journal record %llu", (unsigned long long)index);
}

/* Whether the records lead to the head that the hub signed; *log is the journal as it is before. */
static samme_status check_part(const exported *log, const Samme__JournalPart *part,
                               samme_error *error) {
    samme_range range = log->writer.range;
    samme_checkpoint head;
    samme_status status =
        samme_checkpoint_open(samme_span_of_bytes(part->note), &log->key, &head, error);
    for (size_t i = 0; i < part->n_records && status == SAMME_OK; i++) {
        samme_hash leaf = samme_leaf_hash(samme_span_of_bytes(part->records[i]));
        status = samme_range_append(&range, &leaf);
    }
    const samme_hash root = samme_range_root(&range);
    if (status == SAMME_OK && (head.size != range.size || !samme_hash_equal(&head.root, &root)))
        status = samme_fail(error, SAMME_MISMATCH,
                            "the records do not lead to the head it signed, of size %llu",
                            (unsigned long long)head.size);
    return status == SAMME_OK ? SAMME_OK : samme_fail_in(error, status, "the hub's journal");
}

static samme_status take_part(exporter *self, const Samme__JournalPart *part, samme_error *error) {
    exported *log = self->journal;
    log->key = self->roster.version != 0 ? self->roster.hub_log : self->peer.enrolment.hub_log;
    samme_status status = check_part(log, part, error);
    for (size_t i = 0; i < part->n_records && status == SAMME_OK; i++)
        status = take_record(self, samme_span_of_bytes(part->records[i]), error);
    return status == SAMME_OK ? keep_checkpoint(log, samme_span_of_bytes(part->note), error)
                              : status;
}

static samme_status pull_journal(exporter *self, samme_error *error) {
    unsigned late = 0;
    for (;;) {
        const uint64_t from = self->journal->writer.range.size;
        Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
        Samme__Message request = SAMME__MESSAGE__INIT, *answer;
        pull.from = from;
        request.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
        request.pull_journal = &pull;
        samme_arena_reset(&self->part_arena);
        samme_status status =
            samme_peer_ask(&self->peer, &request, SAMME__MESSAGE__WHAT_JOURNAL_PART, ASK_MS,
                           &self->part_arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        const Samme__JournalPart *part = answer->journal_part;
        if (part->from != from && late++ < LATE_ANSWERS_MAX)
            continue;
        if (part->from != from || part->n_records == 0)
            return samme_fail(error, SAMME_NOT_FOUND, "the hub gives no journal from record %llu",
                              (unsigned long long)from);
        status = take_part(self, part, error);
        if (status != SAMME_OK || self->journal->writer.range.size >= part->journal_size)
            return status;
    }
}

static samme_status finish_log(exported *log, samme_error *error) {
    samme_status status =
        samme_log_writer_finish(&log->writer, samme_buffer_span(&log->checkpoint), error);
    if (status != SAMME_OK)
        return status;
    samme_buffer vkey;
    samme_buffer_init(&vkey, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&log->key, &vkey);
    printf("%s %llu %s\n", samme_buffer_text(&vkey), (unsigned long long)log->writer.range.size,
           log->folder);
    samme_buffer_free(&vkey);
    return SAMME_OK;
}

static samme_status found_file(void *context, const char *relative_path) {
    (void)context;
    (void)relative_path;
    return SAMME_CONFLICT;
}

/* Files of two logs in one folder would be no log. */
static samme_status make_folder(const char *folder, samme_error *error) {
    samme_status status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = samme_folder_walk(folder, found_file, NULL, error);
    return status == SAMME_CONFLICT
               ? samme_fail(error, status, "%s is not empty: expected a new folder", folder)
               : status;
}

static samme_status export(exporter *self, samme_error *error) {
    samme_arena_init(&self->part_arena, ARENA_BYTES);
    samme_arena_init(&self->entries_arena, ARENA_BYTES);
    samme_arena_init(&self->scratch, ARENA_BYTES);
    samme_status status = make_folder(self->folder, error);
    if (status == SAMME_OK)
        status = open_log(self, 0, 0, &self->journal, error);
    if (status == SAMME_OK)
        status = pull_journal(self, error);
    for (size_t i = 0; i < self->branch_count && status == SAMME_OK; i++)
        status = finish_log(self->branches[i], error);
    if (status == SAMME_OK)
        status = finish_log(self->journal, error);
    for (size_t i = 0; i < self->branch_count; i++)
        close_log(self->branches[i]);
    free(self->branches);
    close_log(self->journal);
    samme_roster_free(&self->roster);
    samme_arena_free(&self->part_arena);
    samme_arena_free(&self->entries_arena);
    samme_arena_free(&self->scratch);
    return status;
}

int samme_cli_log_export(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "folder of an enrolled auditor or operator", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "[tcp://HUB:PORT] DIR",
        "Writes the journal into DIR and the log of every branch into DIR/branch-N, as C2SP "
        "tlog-tiles files.\v"
        "Without an address the hub named in the enrolment is asked. DIR must be new or empty. "
        "Prints a line for each log: the key that signs it, its size, its folder; "
        "samme log verify checks them, and so do others' tools.",
        NULL,
        NULL,
        NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    exporter self = {.folder = given.folder};
    samme_error error = {.text = ""};
    samme_status status = samme_peer_open(given.enrolment, given.hub, &self.peer, &error);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    if (self.peer.enrolment.role == SAMME_ENROL_BRANCH)
        status = samme_fail(&error, SAMME_DENIED,
                            "%s is a branch's, whose place in the journal the hub keeps: expected "
                            "an auditor's or operator's",
                            given.enrolment);
    else
        status = export(&self, &error);
    samme_peer_close(&self.peer);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
