/* samme log export --as ENROLMENT [tcp://HUB | DATA-FOLDER] DIR: the journal, and the log of every
 * branch, as tlog-tiles files that strangers' tools can check, and beside them what an audit needs
 * more: the branches' notes and the documents. Everything is checked on the way. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/exporting.h"
#include "crypto/hash.h"
#include "os/files.h"
#include "tlog/tile.h"
#include "tlog/writer.h"

enum {
    PATH_BYTES = 4096,
    ARENA_BYTES = 64 * 1024 * 1024,
    FILE_MODE = 0644, /* it is for others */
};

typedef struct options {
    const char *enrolment, *hub_keys;
    const char *from, *folder; /* `from` NULL: the enrolment's hub */
} options;

/* A log as it grows in its folder. */
typedef struct exported {
    uint32_t branch, epoch; /* 0: the journal */
    char folder[PATH_BYTES];
    samme_vkey key;
    samme_log_writer writer;
    samme_buffer checkpoint; /* newest; empty: nobody has signed one */
    samme_buffer notes;      /* of its batches, that are not written yet */
    uint64_t note_count;     /* written, and those */
} exported;

typedef struct exporter {
    samme_export_source source;
    const char *folder;
    exported *journal;
    exported **branches; /* in order of branch and epoch */
    size_t branch_count;
    samme_root root;     /* in force at the record at hand */
    samme_roster roster; /* version 0: none yet */
    samme_hash roster_hash;
    samme_arena scratch;
} exporter;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == 'k')
        given->hub_keys = value;
    else if (key == ARGP_KEY_ARG && state->arg_num == 0)
        given->folder = value;
    else if (key == ARGP_KEY_ARG && state->arg_num == 1) {
        given->from = given->folder;
        given->folder = value;
    } else if (key == ARGP_KEY_ARG)
        argp_error(state, "expected tcp://HUB:PORT or a data folder, and the folder to write to");
    else if (key == ARGP_KEY_END && given->folder != NULL &&
             strncmp(given->folder, "tcp://", 6) == 0)
        argp_error(state, "expected the folder to write to");
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
    samme_buffer_init(&log->notes, SAMME_TILE_WIDTH * (2 + SAMME_ENTRY_MAX_BYTES));
    *out = log;
    return SAMME_OK;
}

static void close_log(exported *log) {
    if (log == NULL)
        return;
    samme_log_writer_free(&log->writer);
    samme_buffer_free(&log->checkpoint);
    samme_buffer_free(&log->notes);
    free(log);
}

static samme_status keep_checkpoint(exported *log, samme_span note, samme_error *error) {
    samme_buffer_clear(&log->checkpoint);
    samme_buffer_append(&log->checkpoint, note);
    samme_status status = samme_buffer_status(&log->checkpoint);
    return status == SAMME_OK ? SAMME_OK : samme_fail(error, status, "no memory for a checkpoint");
}

/* Writes the notes that wait: up to 256 in a file, as a bundle of entries has them. */
static samme_status write_notes(exported *log, samme_error *error) {
    char path[SAMME_TILE_PATH_MAX + 1];
    const size_t cut = strlen("tile/entries") - strlen("notes");
    const samme_tile tile = {.entries = true,
                             .index = (log->note_count - 1) / SAMME_TILE_WIDTH,
                             .width = SAMME_TILE_WIDTH};
    samme_tile_path(&tile, path);
    memcpy(path + cut, "notes", strlen("notes"));
    samme_status status = write_log_file(log, path + cut, samme_buffer_span(&log->notes), error);
    samme_buffer_clear(&log->notes);
    return status;
}

static samme_status keep_note(exported *log, samme_span note, samme_error *error) {
    samme_status status = samme_bundle_append(&log->notes, note);
    if (status != SAMME_OK)
        return samme_fail(error, status, "a note of branch %u is too long", log->branch);
    return ++log->note_count % SAMME_TILE_WIDTH == 0 ? write_notes(log, error) : SAMME_OK;
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

static samme_status take_batch(exporter *self, uint64_t index, const samme_record *record,
                               samme_error *error) {
    const struct samme_batch_record *what = &record->batch;
    const samme_roster_branch *branch = samme_roster_branch_by_number(&self->roster, what->branch);
    if (branch == NULL || branch->epoch != what->epoch)
        return samme_fail(error, SAMME_DENIED, "branch %u epoch %u is not in the roster",
                          what->branch, what->epoch);
    samme_batch batch;
    exported *log = NULL;
    samme_status status =
        samme_export_batch(&self->source, index, record, &self->scratch, &batch, error);
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
                          "what is given of branch %u is not what the record states", what->branch);
    for (size_t i = 0; i < batch.count && status == SAMME_OK; i++)
        status = samme_log_writer_append(&log->writer, batch.entries[i], error);
    log->key = branch->log_key;
    if (status == SAMME_OK)
        status = keep_note(log, batch.note, error);
    return status == SAMME_OK ? keep_checkpoint(log, batch.note, error) : status;
}

/* A note or document into DIR/documents, named by its hash. */
static samme_status take_document(exporter *self, const samme_hash *hash, samme_span *out,
                                  samme_error *error) {
    char path[100];
    samme_buffer hex;
    samme_buffer_init(&hex, 2 * sizeof hash->bytes);
    samme_hex_append(&hex, samme_span_of_hash(hash));
    snprintf(path, sizeof path, "documents/%s", samme_buffer_text(&hex));
    samme_buffer_free(&hex);
    samme_status status = samme_export_document(&self->source, hash, &self->scratch, out, error);
    return status == SAMME_OK ? write_log_file(self->journal, path, *out, error) : status;
}

/* Adopted as a replay would: one that does not verify or follow is passed over. */
static void adopt_roster(exporter *self, const samme_record *record, samme_span note) {
    samme_roster roster;
    if (samme_roster_open(&self->root, note, &roster, NULL) != SAMME_OK)
        return;
    const samme_hash *held = self->roster.version != 0 ? &self->roster_hash : NULL;
    if (roster.version != record->version ||
        samme_successor_check("roster", self->roster.version, held, roster.version,
                              &roster.previous, NULL) != SAMME_OK) {
        samme_roster_free(&roster);
        return;
    }
    samme_roster_free(&self->roster);
    self->roster = roster;
    self->roster_hash = record->note_hash;
}

static void adopt_root(exporter *self, const samme_record *record, samme_span note) {
    samme_root root;
    if (samme_root_follow(&self->root, note, &root, NULL) == SAMME_OK &&
        root.version == record->version)
        self->root = root;
}

/* What a release lists; of one that no release key signed, nothing is wanted. */
static samme_status take_release(exporter *self, samme_span note, samme_error *error) {
    samme_release release;
    samme_status status = SAMME_OK;
    if (samme_release_open(&self->root, note, &release, NULL) != SAMME_OK)
        return SAMME_OK;
    for (size_t i = 0; i < release.document_count && status == SAMME_OK; i++) {
        samme_span ignored;
        samme_arena_reset(&self->scratch);
        status = take_document(self, &release.documents[i].hash, &ignored, error);
    }
    samme_release_free(&release);
    return status;
}

static samme_status take_note(exporter *self, const samme_record *record, samme_error *error) {
    samme_span note;
    samme_status status = take_document(self, &record->note_hash, &note, error);
    if (status == SAMME_OK && record->kind == SAMME_RECORD_ROSTER)
        adopt_roster(self, record, note);
    if (status == SAMME_OK && record->kind == SAMME_RECORD_ROOT)
        adopt_root(self, record, note);
    return status == SAMME_OK && record->kind == SAMME_RECORD_RELEASE
               ? take_release(self, note, error)
               : status;
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
    if (status == SAMME_OK && record.kind != SAMME_RECORD_BATCH)
        status = take_note(self, &record, error);
    return status == SAMME_OK || status == SAMME_LATER
               ? status
               : samme_fail_in(error, status, "journal record %llu", (unsigned long long)index);
}

/* Whether the records lead to the head that the hub signed; *log is the journal as it is before. */
static samme_status check_part(const exported *log, const samme_export_part *part,
                               samme_error *error) {
    samme_range range = log->writer.range;
    samme_checkpoint head;
    if (part->note.length == 0)
        return SAMME_OK;
    samme_status status = samme_checkpoint_open(part->note, &log->key, &head, error);
    for (size_t i = 0; i < part->count && status == SAMME_OK; i++) {
        samme_hash leaf = samme_leaf_hash(part->records[i]);
        status = samme_range_append(&range, &leaf);
    }
    const samme_hash root = samme_range_root(&range);
    if (status == SAMME_OK && (head.size != range.size || !samme_hash_equal(&head.root, &root)))
        status = samme_fail(error, SAMME_MISMATCH,
                            "the records do not lead to the head it signed, of size %llu",
                            (unsigned long long)head.size);
    return status == SAMME_OK ? SAMME_OK : samme_fail_in(error, status, "the hub's journal");
}

static const samme_vkey *hub_log_key(const exporter *self) {
    return self->roster.version != 0 ? &self->roster.hub_log : &self->source.peer.enrolment.hub_log;
}

static samme_status take_part(exporter *self, const samme_export_part *part, samme_error *error) {
    exported *log = self->journal;
    log->key = *hub_log_key(self);
    samme_status status = check_part(log, part, error);
    for (size_t i = 0; i < part->count && status == SAMME_OK; i++)
        status = take_record(self, part->records[i], error);
    return status == SAMME_OK && part->note.length > 0 ? keep_checkpoint(log, part->note, error)
                                                       : status;
}

static samme_status take_journal(exporter *self, samme_error *error) {
    samme_export_part part = {.last = false};
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && !part.last) {
        status = samme_export_next(&self->source, self->journal->writer.range.size, &part, error);
        if (status == SAMME_OK)
            status = take_part(self, &part, error);
    }
    return status;
}

/* In a data folder nobody has signed the journal's head; who has the hub's keys can. */
static samme_status sign_head(exporter *self, const char *hub_keys, samme_error *error) {
    exported *log = self->journal;
    samme_hub_keys keys;
    samme_status status = samme_enrol_load_hub(hub_keys, &keys, error);
    if (status != SAMME_OK)
        return status;
    log->key = *hub_log_key(self);
    const samme_checkpoint head = {.size = log->writer.range.size,
                                   .root = samme_range_root(&log->writer.range)};
    samme_checkpoint ignored;
    samme_buffer_clear(&log->checkpoint);
    status = samme_checkpoint_sign(log->key.name, &keys.log_seed, &head, &log->checkpoint);
    if (status == SAMME_OK)
        status =
            samme_checkpoint_open(samme_buffer_span(&log->checkpoint), &log->key, &ignored, error);
    samme_enrol_free_hub(&keys);
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail_in(error, status, "%s does not hold the journal's key", hub_keys);
}

static samme_status finish_log(exported *log, samme_error *error) {
    samme_status status = log->notes.length > 0 ? write_notes(log, error) : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_log_writer_finish(&log->writer, samme_buffer_span(&log->checkpoint), error);
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

static samme_status export(exporter *self, const char *hub_keys, samme_error *error) {
    samme_arena_init(&self->scratch, ARENA_BYTES);
    self->root = self->source.peer.enrolment.root;
    samme_status status = make_folder(self->folder, error);
    if (status == SAMME_OK)
        status = open_log(self, 0, 0, &self->journal, error);
    if (status == SAMME_OK)
        status = take_journal(self, error);
    if (status == SAMME_OK && hub_keys != NULL)
        status = sign_head(self, hub_keys, error);
    for (size_t i = 0; i < self->branch_count && status == SAMME_OK; i++)
        status = finish_log(self->branches[i], error);
    if (status == SAMME_OK)
        status = finish_log(self->journal, error);
    for (size_t i = 0; i < self->branch_count; i++)
        close_log(self->branches[i]);
    free(self->branches);
    close_log(self->journal);
    samme_roster_free(&self->roster);
    samme_arena_free(&self->scratch);
    return status;
}

static samme_status check_options(const options *given, const exporter *self, samme_error *error) {
    if (self->source.peer.enrolment.role == SAMME_ENROL_BRANCH)
        return samme_fail(error, SAMME_DENIED,
                          "%s is a branch's, whose place in the journal the hub keeps: expected "
                          "an auditor's or operator's",
                          given->enrolment);
    if (self->source.folder != NULL && given->hub_keys == NULL)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "%s: nobody has signed the journal's head in a data folder. Expected "
                          "--hub-keys HUB-FOLDER, which samme chain made",
                          self->source.folder);
    return SAMME_OK;
}

int samme_cli_log_export(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "folder of an enrolled auditor or operator", 0},
        {"hub-keys", 'k', "HUB-FOLDER", 0,
         "the hub's folder, whose key signs the head of a journal that is read from a data folder",
         0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "[tcp://HUB:PORT | DATA-FOLDER] DIR",
        "Writes the journal into DIR and the log of every branch into DIR/branch-N, as C2SP "
        "tlog-tiles files, and beside them the notes and documents that samme audit DIR needs.\v"
        "Without a source the hub named in the enrolment is asked. A DATA-FOLDER is a hub's or "
        "node's, or a copy of one, that no process writes to. DIR must be new or empty. "
        "Prints a line for each log: the key that signs it, its size, its folder; "
        "samme log verify checks them, and so do others' tools.",
        NULL,
        NULL,
        NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    exporter self = {.folder = given.folder};
    samme_error error = {.text = ""};
    samme_status status = samme_export_open(given.enrolment, given.from, &self.source, &error);
    if (status == SAMME_OK)
        status = check_options(&given, &self, &error);
    if (status == SAMME_OK)
        status = export(&self, given.hub_keys, &error);
    samme_export_close(&self.source);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
