#include "cli/auditing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/files.h"

enum { SILENCE_MAX_MS = 30000, WAIT_MS = 100 };

/* A follower over a scratch folder that goes when the audit ends. */
typedef struct run {
    char folder[600];
    samme_stores stores;    /* scratch: log (when pulling) and views */
    samme_lmdb_store *copy; /* a data folder's log, read only */
    samme_store copy_port;
    samme_space log, views;
    samme_follow follow;
    bool following;
    samme_audit *audit;
} run;

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

/* The row lives in the audit's arena. */
static void keep_excess(void *context, const Samme__ExcessRow *excess) {
    samme_audit *audit = context;
    audit->excess_total++;
    if (audit->excess_count == SAMME_FINDINGS_MAX)
        return;
    clean(excess->receipt->till);
    clean(excess->receipt->number);
    clean(excess->receipt->business_date);
    audit->excess[audit->excess_count++] = excess;
}

static samme_status begin(run *self, samme_error *error) {
    samme_status status = samme_space_begin(&self->log, error);
    return status == SAMME_OK ? samme_space_begin(&self->views, error) : status;
}

/* What a step that failed has written does not count. True when there was such a step. */
static bool drop_step(run *self) {
    bool open = self->log.open || self->views.open;
    if (self->log.open)
        samme_space_abandon(&self->log);
    if (self->views.open)
        samme_space_abandon(&self->views);
    return open;
}

/* Ends a step and waits until it is on disk: an audit is not in a hurry to write. */
static samme_status end(run *self, samme_error *error) {
    uint64_t log_head = 0, views_head = 0;
    samme_status status = samme_space_end(&self->log, &log_head, error);
    if (status == SAMME_OK)
        status = samme_space_end(&self->views, &views_head, error);
    while (status == SAMME_OK &&
           (self->log.durable_head < log_head || self->views.durable_head < views_head)) {
        int fds[2];
        size_t count = 0;
        bool ready[2];
        int log_fd = self->log.store->wake_fd(self->log.store->self);
        fds[count++] = self->views.store->wake_fd(self->views.store->self);
        if (log_fd >= 0)
            fds[count++] = log_fd;
        status = samme_net_wait(NULL, fds, count, ready, WAIT_MS, error);
        if (status == SAMME_OK)
            status = samme_space_collect(&self->log, error);
        if (status == SAMME_OK)
            status = samme_space_collect(&self->views, error);
    }
    return status;
}

static samme_status start(run *self, const samme_enrolment *as, const char *copy_folder,
                          samme_audit *audit, samme_error *error) {
    *self = (run){.stores = {.owner_fd = -1}, .audit = audit};
    const char *base = getenv("TMPDIR");
    snprintf(self->folder, sizeof self->folder, "%s/samme-audit-XXXXXX",
             base != NULL && base[0] == '/' ? base : "/tmp");
    if (mkdtemp(self->folder) == NULL)
        return samme_fail(error, SAMME_IO, "no scratch folder %s can be made", self->folder);
    samme_status status = samme_stores_open(self->folder, &self->stores, error);
    samme_store *log = &self->stores.log;
    char path[1200];
    if (status == SAMME_OK && copy_folder != NULL) {
        snprintf(path, sizeof path, "%s/log", copy_folder);
        samme_lmdb_options options = {.folder = path, .kind = "log", .read_only = true};
        status = samme_lmdb_open(&options, &self->copy, error);
        if (status == SAMME_OK) {
            self->copy_port = samme_lmdb_port(self->copy);
            log = &self->copy_port;
        }
    }
    if (status == SAMME_OK)
        status = samme_space_init(&self->log, log);
    if (status == SAMME_OK)
        status = samme_space_init(&self->views, &self->stores.views);
    if (status == SAMME_OK)
        status = begin(self, error);
    if (status != SAMME_OK)
        return status;
    samme_follow_setup setup = {.root = &as->root,
                                .hub_log = as->hub_log,
                                .log = &self->log,
                                .views = &self->views,
                                .replay = {.check_content = true,
                                           .decide_again = true,
                                           .finding = keep_finding,
                                           .finding_context = audit}};
    status = samme_follow_init(&self->follow, &setup, error);
    self->following = status == SAMME_OK;
    return status == SAMME_OK ? end(self, error) : status;
}

static samme_status conclude(run *self, samme_error *error) {
    samme_audit *audit = self->audit;
    samme_replay *replay = &self->follow.replay;
    audit->entries = replay->entries;
    audit->decisions = replay->decisions;
    bool dropped = drop_step(self);
    samme_status status = begin(self, error);
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
        status = samme_visit_excess(&replay->rows, &audit->arena, keep_excess, audit);
    samme_space_abandon(&self->log);
    samme_space_abandon(&self->views);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "the state cannot be summed up");
}

static void finish(run *self) {
    drop_step(self);
    if (self->following)
        samme_follow_fini(&self->follow);
    samme_space_fini(&self->views);
    samme_space_fini(&self->log);
    if (self->copy != NULL)
        samme_lmdb_close(self->copy);
    samme_stores_close(&self->stores);
    static const char *const files[] = {"log/data.mdb",   "log/lock.mdb", "log",   "views/data.mdb",
                                        "views/lock.mdb", "views",        "owner", ""};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[sizeof self->folder + 32];
        snprintf(path, sizeof path, "%s/%s", self->folder, files[i]);
        if (remove(path) != 0 && files[i][0] == 0)
            fprintf(stderr, "samme: scratch folder %s stays\n", self->folder);
    }
}

static samme_status init_audit(samme_audit *audit, samme_error *error) {
    *audit = (samme_audit){.findings = calloc(SAMME_FINDINGS_MAX, sizeof *audit->findings),
                           .excess = calloc(SAMME_FINDINGS_MAX, sizeof *audit->excess)};
    samme_arena_init(&audit->arena, 1024u * 1024u * 1024u);
    return audit->findings == NULL || audit->excess == NULL
               ? samme_fail(error, SAMME_NO_MEMORY, "no memory for findings")
               : SAMME_OK;
}

void samme_audit_free(samme_audit *audit) {
    free(audit->findings);
    free(audit->excess);
    samme_arena_free(&audit->arena);
    *audit = (samme_audit){0};
}

/* One step: takes a message if there is one, folds, asks for what is next. */
static samme_status pull_step(run *self, samme_peer *peer, const Samme__Message *message,
                              bool *out_more, samme_buffer *request, samme_error *error) {
    int64_t now_ms = samme_clock_monotonic_ms();
    samme_status status = begin(self, error);
    if (status == SAMME_OK && message != NULL)
        status = samme_follow_receive(&self->follow, message, now_ms, error);
    if (status == SAMME_OK)
        status = samme_follow_fold(&self->follow, out_more, error);
    if (status == SAMME_OK && self->follow.stopped)
        status = samme_fail(error, SAMME_UNSUPPORTED, "%s", self->follow.trouble.text);
    bool ask = status == SAMME_OK && samme_follow_request(&self->follow, now_ms, request);
    if (status == SAMME_OK)
        status = end(self, error);
    if (ask && status == SAMME_OK && !samme_peer_send(peer, samme_buffer_span(request)))
        self->follow.requested = false; /* not connected yet */
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

samme_status samme_audit_hub(samme_peer *peer, samme_audit *out, samme_error *error) {
    run self;
    samme_status status = init_audit(out, error);
    if (status == SAMME_OK)
        status = start(&self, &peer->enrolment, NULL, out, error);
    else
        return status;
    if (status == SAMME_OK)
        status = pull_all(&self, peer, error);
    if (self.following && status != SAMME_LATER) {
        samme_error ignored;
        samme_status summed = conclude(&self, status == SAMME_OK ? error : &ignored);
        status = status == SAMME_OK ? summed : status;
    }
    out->head_signed = status == SAMME_OK;
    finish(&self);
    return status;
}

samme_status samme_audit_folder(const samme_enrolment *as, const char *folder, samme_audit *out,
                                samme_error *error) {
    run self;
    samme_status status = init_audit(out, error);
    if (status != SAMME_OK)
        return status;
    status = start(&self, as, folder, out, error);
    bool more = true;
    while (status == SAMME_OK && more) {
        status = begin(&self, error);
        if (status == SAMME_OK)
            status = samme_follow_fold(&self.follow, &more, error);
        if (status == SAMME_OK)
            status = end(&self, error);
    }
    if (status == SAMME_OK && self.follow.replay.range.size < self.follow.held.size)
        status = samme_fail(error, SAMME_NOT_FOUND,
                            "%s: the content of journal record %llu is not held there", folder,
                            (unsigned long long)self.follow.replay.range.size);
    if (self.following) {
        samme_error ignored;
        samme_status summed = conclude(&self, status == SAMME_OK ? error : &ignored);
        status = status == SAMME_OK ? summed : status;
    }
    finish(&self);
    return status;
}
