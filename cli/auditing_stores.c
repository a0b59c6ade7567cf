#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/auditing_run.h"
#include "os/files.h"

enum { WAIT_MS = 100, AHEAD_BYTES = 32 * 1024 * 1024 };

samme_status samme_audit_begin(samme_audit_run *run, samme_error *error) {
    samme_status status = samme_space_begin(&run->log, error);
    return status == SAMME_OK ? samme_space_begin(&run->views, error) : status;
}

bool samme_audit_drop(samme_audit_run *run) {
    bool open = run->log.open || run->views.open;
    if (run->log.open)
        samme_space_abandon(&run->log);
    if (run->views.open)
        samme_space_abandon(&run->views);
    return open;
}

/* Whether the next step is to wait. */
static bool too_far_ahead(const samme_audit_run *run, uint64_t log_head, uint64_t views_head) {
    if (!run->stores.scratch)
        return run->log.durable_head < log_head || run->views.durable_head < views_head;
    return run->log.overlay_bytes + run->views.overlay_bytes > AHEAD_BYTES;
}

samme_status samme_audit_end(samme_audit_run *run, samme_error *error) {
    uint64_t log_head = 0, views_head = 0;
    samme_status status = samme_space_end(&run->log, &log_head, error);
    if (status == SAMME_OK)
        status = samme_space_end(&run->views, &views_head, error);
    if (status == SAMME_OK)
        status = samme_space_collect(&run->log, error);
    if (status == SAMME_OK)
        status = samme_space_collect(&run->views, error);
    while (status == SAMME_OK && too_far_ahead(run, log_head, views_head)) {
        int fds[2];
        size_t count = 0;
        bool ready[2];
        int log_fd = run->log.store->wake_fd(run->log.store->self);
        fds[count++] = run->views.store->wake_fd(run->views.store->self);
        if (log_fd >= 0)
            fds[count++] = log_fd;
        status = samme_net_wait(NULL, fds, count, ready, WAIT_MS, error);
        if (status == SAMME_OK)
            status = samme_space_collect(&run->log, error);
        if (status == SAMME_OK)
            status = samme_space_collect(&run->views, error);
    }
    return status;
}

static samme_status make_scratch(samme_audit_run *run, samme_error *error) {
    const char *base = getenv("TMPDIR");
    snprintf(run->folder, sizeof run->folder, "%.600s/samme-audit-XXXXXX",
             base != NULL && base[0] == '/' ? base : "/tmp");
    return mkdtemp(run->folder) != NULL
               ? SAMME_OK
               : samme_fail(error, SAMME_IO, "no scratch folder %s can be made", run->folder);
}

/* The folder beside the state file; without that file what lies there is not known to be right. */
static samme_status find_state(samme_audit_run *run, samme_error *error) {
    const char *file = run->options->state_file;
    int length = snprintf(run->folder, sizeof run->folder, "%.1000s.data", file);
    if (length < 0 || strlen(file) > 1000)
        return samme_fail(error, SAMME_TOO_LARGE, "%.80s...: the path is too long", file);
    samme_status status = samme_audit_state_read(file, &run->before, error);
    if (status == SAMME_NOT_FOUND)
        status = SAMME_OK;
    else if (status == SAMME_OK && strcmp(run->before.chain, run->as->chain) != 0)
        status = samme_fail(error, SAMME_MISMATCH, "%s is about chain %s, expected %s", file,
                            run->before.chain, run->as->chain);
    return status == SAMME_OK ? samme_folder_make(run->folder, error) : status;
}

samme_status samme_audit_open(samme_audit_run *run, const char *data_folder, samme_error *error) {
    run->stores.owner_fd = -1;
    samme_buffer_init(&run->head_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status =
        run->options->state_file != NULL ? find_state(run, error) : make_scratch(run, error);
    if (status == SAMME_OK)
        status = run->options->state_file != NULL
                     ? samme_stores_open(run->folder, &run->stores, error)
                     : samme_stores_open_scratch(run->folder, &run->stores, error);
    if (status == SAMME_OK && run->options->state_file != NULL && run->before.size == 0)
        status = samme_stores_reset_views(&run->stores, error);
    samme_store *log = &run->stores.log;
    char path[4200];
    if (status == SAMME_OK && data_folder != NULL) {
        snprintf(path, sizeof path, "%.4000s/log", data_folder);
        samme_lmdb_options copied = {.folder = path, .kind = "log", .read_only = true};
        status = samme_lmdb_open(&copied, &run->copy, error);
        if (status == SAMME_OK) {
            run->copy_port = samme_lmdb_port(run->copy);
            log = &run->copy_port;
        }
    }
    if (status == SAMME_OK)
        status = samme_space_init(&run->log, log);
    if (status == SAMME_OK)
        status = samme_space_init(&run->views, &run->stores.views);
    return status;
}

void samme_audit_close(samme_audit_run *run) {
    samme_audit_drop(run);
    samme_space_fini(&run->views);
    samme_space_fini(&run->log);
    if (run->copy != NULL)
        samme_lmdb_close(run->copy);
    samme_stores_close(&run->stores);
    samme_buffer_free(&run->head_note);
    if (run->options->state_file != NULL)
        return;
    static const char *const files[] = {"log/data.mdb",   "log/lock.mdb", "log",   "views/data.mdb",
                                        "views/lock.mdb", "views",        "owner", ""};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[sizeof run->folder + 32];
        snprintf(path, sizeof path, "%s/%s", run->folder, files[i]);
        if (remove(path) != 0 && files[i][0] == 0)
            fprintf(stderr, "samme: scratch folder %s stays\n", run->folder);
    }
}

samme_status samme_audit_empty_views(samme_audit_run *run, samme_error *error) {
    samme_audit_drop(run);
    samme_space_fini(&run->views);
    samme_status status = samme_stores_reset_views(&run->stores, error);
    if (status == SAMME_OK)
        status = samme_space_init(&run->views, &run->stores.views);
    return status == SAMME_OK ? samme_audit_begin(run, error) : status;
}

/* Root of the first `size` records of the log at hand. */
static samme_status root_of_log(samme_audit_run *run, uint64_t size, samme_hash *out,
                                samme_error *error) {
    samme_range range;
    samme_range_init(&range);
    while (range.size < size) {
        samme_key8 key = samme_key_u64(range.size);
        samme_span record;
        samme_status status = samme_space_get(&run->log, SAMME_TABLE_JOURNAL,
                                              SAMME_SPAN(key.bytes, sizeof key.bytes), &record);
        if (status == SAMME_NOT_FOUND)
            return samme_fail(error, SAMME_MISMATCH,
                              "%s: %llu records of the journal were verified, what is audited now "
                              "holds %llu",
                              run->options->state_file, (unsigned long long)size,
                              (unsigned long long)range.size);
        if (status != SAMME_OK)
            return samme_fail(error, status, "journal record %llu cannot be read",
                              (unsigned long long)range.size);
        samme_hash leaf = samme_leaf_hash(record);
        status = samme_range_append(&range, &leaf);
        if (status != SAMME_OK)
            return status;
    }
    *out = samme_range_root(&range);
    return SAMME_OK;
}

samme_status samme_audit_resume(samme_audit_run *run, samme_error *error) {
    const samme_audit_state *before = &run->before;
    const char *file = run->options->state_file;
    samme_hash root, digest;
    if (before->size == 0)
        return SAMME_OK;
    samme_status status = root_of_log(run, before->size, &root, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_hash_equal(&root, &before->root))
        return samme_fail(error, SAMME_MISMATCH,
                          "%s does not fit this journal: another root at size %llu. One of the two "
                          "was rewritten since the audit before, or is another chain's",
                          file, (unsigned long long)before->size);
    if (run->follow.replay.range.size == 0)
        return SAMME_OK;
    status = samme_state_digest(&run->follow.replay.rows, &digest);
    if (status == SAMME_OK && (run->follow.replay.range.size != before->size ||
                               !samme_hash_equal(&digest, &before->state_digest)))
        status = samme_fail(error, SAMME_MISMATCH,
                            "%s does not fit the state in %s: remove both and begin anew", file,
                            run->folder);
    return status;
}
