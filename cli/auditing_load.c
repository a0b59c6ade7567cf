/* What samme log export wrote becomes a log as a follower holds it; the audit of it does not know
 * the difference, and checks everything. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/auditing_run.h"
#include "os/files.h"
#include "tlog/tile.h"

enum {
    PATH_BYTES = 4400,
    FILE_MAX_BYTES = SAMME_TILE_WIDTH * (2 + SAMME_ENTRY_MAX_BYTES),
    STEP_BYTES = 4 * 1024 * 1024,
    SCRATCH_BYTES = 1024 * 1024,
};

bool samme_audit_is_export(const char *folder) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.4000s/tile/entries", folder);
    return access(path, F_OK) == 0;
}

/* The bundles of a log's entries or notes, one after the other. */
typedef struct bundles {
    const char *folder;
    uint32_t branch, epoch; /* 0: the journal */
    bool notes;
    uint64_t size;  /* entries of the log; UINT64_MAX: not known, a file says itself */
    uint64_t index; /* of the next file */
    samme_buffer file;
    samme_span rest; /* of it */
} bundles;

typedef struct loading {
    samme_audit_run *run;
    const char *folder;
    bundles *branches; /* entries and notes, in turn */
    size_t count;
    samme_arena scratch;
    samme_range held;
} loading;

static void name_folder(const bundles *of, char out[static PATH_BYTES]) {
    if (of->branch == 0)
        snprintf(out, PATH_BYTES, "%.4000s", of->folder);
    else if (of->epoch == 1)
        snprintf(out, PATH_BYTES, "%.4000s/branch-%u", of->folder, of->branch);
    else
        snprintf(out, PATH_BYTES, "%.4000s/branch-%u-e%u", of->folder, of->branch, of->epoch);
}

static void name_file(const bundles *of, char out[static PATH_BYTES]) {
    char tile[SAMME_TILE_PATH_MAX + 1], folder[PATH_BYTES];
    const uint64_t left = of->size - of->index * SAMME_TILE_WIDTH;
    const samme_tile at = {.entries = true,
                           .index = of->index,
                           .width = of->notes || left > SAMME_TILE_WIDTH ? SAMME_TILE_WIDTH
                                                                         : (unsigned)left};
    samme_tile_path(&at, tile);
    name_folder(of, folder);
    snprintf(out, PATH_BYTES, "%.4100s/%s%s", folder, of->notes ? "notes" : "",
             tile + (of->notes ? strlen("tile/entries") : 0));
}

/* The next entry or note; lives until the next call. */
static samme_status next(bundles *of, samme_span *out, samme_error *error) {
    char path[PATH_BYTES];
    if (of->rest.length == 0) {
        name_file(of, path);
        samme_buffer_clear(&of->file);
        samme_status status = samme_file_read(path, &of->file, error);
        if (status != SAMME_OK)
            return status;
        of->rest = samme_buffer_span(&of->file);
        of->index++;
    }
    const size_t length = of->rest.length < 2 ? 0 : samme_get_u16(of->rest.data);
    if (of->rest.length < 2 + length)
        return samme_fail(error, SAMME_MALFORMED, "%s: entries of branch %u end in the middle",
                          of->folder, of->branch);
    *out = SAMME_SPAN(of->rest.data + 2, length);
    of->rest = SAMME_SPAN(of->rest.data + 2 + length, of->rest.length - 2 - length);
    return SAMME_OK;
}

static samme_status put(loading *self, uint8_t table, samme_span key, samme_span value,
                        samme_error *error) {
    samme_status status = samme_space_put(&self->run->log, table, key, value);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "%s: cannot be taken into %s",
                                           self->folder, self->run->folder);
}

/* Steps end now and then: a commit has a maximum. */
static samme_status breathe(loading *self, samme_error *error) {
    if (self->run->log.writes == NULL || self->run->log.writes->bytes.length < STEP_BYTES)
        return SAMME_OK;
    samme_status status = samme_audit_end(self->run, error);
    return status == SAMME_OK ? samme_audit_begin(self->run, error) : status;
}

/* The size that a log's checkpoint states; whoever signed it, the replay finds out. */
static samme_status read_size(const bundles *of, const samme_vkey *key, samme_buffer *note,
                              uint64_t *out, samme_error *error) {
    char path[PATH_BYTES + 20], folder[PATH_BYTES];
    name_folder(of, folder);
    snprintf(path, sizeof path, "%s/checkpoint", folder);
    samme_buffer_clear(note);
    samme_checkpoint head;
    samme_status status = samme_file_read(path, note, error);
    if (status == SAMME_OK) {
        status = samme_checkpoint_read(samme_buffer_span(note), key, &head, error);
        if (status != SAMME_OK)
            return samme_fail_in(error, status, "%s", path);
        *out = head.size;
    }
    return status;
}

static samme_status find_branch(loading *self, uint32_t branch, uint32_t epoch, bundles **out,
                                samme_error *error) {
    for (size_t i = 0; i < self->count; i += 2)
        if (self->branches[i].branch == branch && self->branches[i].epoch == epoch) {
            *out = &self->branches[i];
            return SAMME_OK;
        }
    bundles *grown = reallocarray(self->branches, self->count + 2, sizeof *grown);
    if (grown == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for one more log");
    self->branches = grown;
    bundles *added = &grown[self->count];
    for (unsigned i = 0; i < 2; i++) {
        added[i] = (bundles){.folder = self->folder,
                             .branch = branch,
                             .epoch = epoch,
                             .notes = i == 1,
                             .size = UINT64_MAX};
        samme_buffer_init(&added[i].file, FILE_MAX_BYTES);
    }
    self->count += 2;
    samme_vkey key = {.name = ""};
    samme_branch_origin(self->run->as->chain, branch, epoch, key.name);
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = read_size(added, &key, &note, &added->size, error);
    samme_buffer_free(&note);
    *out = added;
    return status;
}

static samme_status take_batch(loading *self, uint64_t index, const samme_record *record,
                               samme_error *error) {
    const struct samme_batch_record *what = &record->batch;
    bundles *log = NULL;
    samme_span bytes;
    samme_status status = find_branch(self, what->branch, what->epoch, &log, error);
    for (uint64_t i = 0; i < what->new_size - what->old_size && status == SAMME_OK; i++) {
        const samme_key12 key = samme_key_u64_u32(index, (uint32_t)i);
        status = next(log, &bytes, error);
        if (status == SAMME_OK)
            status =
                put(self, SAMME_TABLE_ENTRY, SAMME_SPAN(key.bytes, sizeof key.bytes), bytes, error);
    }
    const samme_key8 key = samme_key_u64(index);
    if (status == SAMME_OK)
        status = next(log + 1, &bytes, error);
    return status == SAMME_OK
               ? put(self, SAMME_TABLE_NOTE, SAMME_SPAN(key.bytes, sizeof key.bytes), bytes, error)
               : status;
}

static samme_status take_record(loading *self, samme_span bytes, samme_error *error) {
    const uint64_t index = self->held.size;
    const samme_key8 key = samme_key_u64(index);
    const samme_hash leaf = samme_leaf_hash(bytes);
    samme_record record;
    samme_status status =
        put(self, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes), bytes, error);
    if (status == SAMME_OK && samme_range_append(&self->held, &leaf) != SAMME_OK)
        status = samme_fail(error, SAMME_FULL, "the journal is full");
    if (status != SAMME_OK)
        return status;
    samme_arena_reset(&self->scratch);
    status = samme_record_open(bytes, &self->scratch, &record, error);
    if (status == SAMME_UNSUPPORTED)
        return SAMME_OK; /* the replay stops in front of it */
    if (status == SAMME_OK && record.kind == SAMME_RECORD_BATCH)
        status = take_batch(self, index, &record, error);
    return status == SAMME_OK ? breathe(self, error)
                              : samme_fail_in(error, status, "%s: journal record %llu",
                                              self->folder, (unsigned long long)index);
}

static samme_status take_document(void *context, const char *relative_path) {
    loading *self = context;
    char path[PATH_BYTES + 200];
    samme_hash hash;
    samme_error ignored;
    if (strlen(relative_path) != 2 * sizeof hash.bytes ||
        samme_hex_parse(samme_span_of_text(relative_path), hash.bytes, sizeof hash.bytes) !=
            SAMME_OK)
        return SAMME_OK; /* somebody else's */
    snprintf(path, sizeof path, "%.4000s/documents/%s", self->folder, relative_path);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &content, &ignored);
    if (status == SAMME_OK)
        status = put(self, SAMME_TABLE_DOCUMENT, samme_span_of_hash(&hash),
                     samme_buffer_span(&content), &ignored);
    samme_buffer_free(&content);
    return status == SAMME_OK ? breathe(self, &ignored) : status;
}

static samme_status put_held(loading *self, samme_error *error) {
    samme_buffer range, packed;
    samme_buffer_init(&range, 4096);
    samme_buffer_init(&packed, 4096);
    samme_range_encode(&self->held, &range);
    Samme__HeldState state = SAMME__HELD_STATE__INIT;
    state.range = samme_bytes_of_span(samme_buffer_span(&range));
    samme_pack(&state, &packed);
    samme_status status =
        put(self, SAMME_TABLE_STATE, SAMME_LITERAL("held"), samme_buffer_span(&packed), error);
    samme_buffer_free(&range);
    samme_buffer_free(&packed);
    return status;
}

static samme_status load(loading *self, samme_error *error) {
    bundles journal = {.folder = self->folder};
    samme_span record;
    samme_status status =
        read_size(&journal, &self->run->as->hub_log, &self->run->head_note, &journal.size, error);
    samme_buffer_init(&journal.file, FILE_MAX_BYTES);
    while (status == SAMME_OK && self->held.size < journal.size) {
        status = next(&journal, &record, error);
        if (status == SAMME_OK)
            status = take_record(self, record, error);
    }
    samme_buffer_free(&journal.file);
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.4000s/documents", self->folder);
    if (status == SAMME_OK)
        status = samme_folder_walk(path, take_document, self, error);
    return status == SAMME_OK ? put_held(self, error) : status;
}

samme_status samme_audit_load_export(samme_audit_run *run, const char *folder, samme_error *error) {
    loading self = {.run = run, .folder = folder};
    samme_arena_init(&self.scratch, SCRATCH_BYTES);
    samme_range_init(&self.held);
    samme_status status = samme_audit_begin(run, error);
    if (status == SAMME_OK)
        status = load(&self, error);
    if (status == SAMME_OK)
        status = samme_audit_end(run, error);
    for (size_t i = 0; i < self.count; i++)
        samme_buffer_free(&self.branches[i].file);
    free(self.branches);
    samme_arena_free(&self.scratch);
    return status;
}
