/* The state of coming back in a new epoch: how it begins, how it is kept, and what people are
 * told. */
#include <stdarg.h>
#include <stdio.h>

#include "node/core.h"

static const samme_span STATE_KEY = {(const uint8_t *)"recovery", 8};

static samme_status read_state(samme_reader *reader, const char *key, samme_span *out) {
    return reader->get(reader->self, SAMME_TABLE_STATE, samme_span_of_text(key), out);
}

static samme_status log_held(samme_reader *reader, samme_arena *arena, samme_log_held *out,
                             Samme__OwnState **out_own, samme_error *error) {
    samme_span stored;
    *out = (samme_log_held){.branch = 0};
    *out_own = NULL;
    samme_status status = read_state(reader, "own", &stored);
    if (status == SAMME_OK) {
        *out_own = SAMME_UNPACK(OwnState, own_state, stored, arena, error);
        if (*out_own == NULL)
            return samme_fail_in(error, SAMME_CORRUPT, "log store: state of the own log");
        out->branch = (*out_own)->branch;
        out->epoch = (*out_own)->epoch;
    } else if (status != SAMME_NOT_FOUND) {
        return samme_fail(error, status, "log store: the own log's state cannot be read");
    }
    status = read_state(reader, "recovery", &stored);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    const Samme__RecoveryState *state =
        status == SAMME_OK ? SAMME_UNPACK(RecoveryState, recovery_state, stored, arena, error)
                           : NULL;
    if (state == NULL)
        return samme_fail(error, SAMME_CORRUPT, "log store: the recovery's state cannot be read");
    out->recovering = !state->done;
    return SAMME_OK;
}

enum { STATE_ARENA_BYTES = 256 * 1024 };

samme_status samme_node_log_held(const samme_store *log, samme_log_held *out, samme_error *error) {
    samme_reader reader;
    samme_status status = log->open_snapshot(log->self, &reader);
    if (status != SAMME_OK)
        return samme_fail(error, status, "log store: it cannot be read");
    samme_arena arena;
    samme_arena_init(&arena, STATE_ARENA_BYTES);
    Samme__OwnState *own;
    status = log_held(&reader, &arena, out, &own, error);
    samme_arena_free(&arena);
    log->close_snapshot(log->self);
    return status;
}

/* What an older log says of itself. */
static samme_status look_at_log(const samme_node *node, const samme_store *log, samme_old_log *out,
                                samme_error *error) {
    samme_reader reader;
    samme_status status = log->open_snapshot(log->self, &reader);
    if (status != SAMME_OK)
        return samme_fail(error, status, "an older log cannot be read");
    samme_arena arena;
    samme_arena_init(&arena, STATE_ARENA_BYTES);
    samme_log_held held;
    Samme__OwnState *own;
    samme_range range;
    status = log_held(&reader, &arena, &held, &own, error);
    samme_range_init(&range);
    if (status == SAMME_OK && own == NULL) { /* nothing was ever written to it */
        *out = (samme_old_log){.epoch = 0};
        status = SAMME_NOT_FOUND;
    }
    if (status == SAMME_OK && own->range.len > 0 &&
        samme_range_decode(samme_span_of_bytes(own->range), &range) != SAMME_OK)
        status = samme_fail(error, SAMME_CORRUPT, "an older log's state is damaged");
    if (status == SAMME_OK &&
        (held.branch != node->setup.branch || held.epoch >= node->setup.epoch))
        status = samme_fail(error, SAMME_CONFLICT,
                            "the older log is of branch %u in epoch %u, expected branch %u in an "
                            "epoch before %u",
                            held.branch, held.epoch, node->setup.branch, node->setup.epoch);
    if (status == SAMME_OK)
        *out = (samme_old_log){
            .epoch = held.epoch, .size = range.size, .last_time_ms = own->last_time_ms};
    samme_arena_free(&arena);
    log->close_snapshot(log->self);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* Whether this is the first start in the epoch. */
static samme_status is_new(samme_node *node, bool *out) {
    samme_span stored;
    samme_status status =
        samme_space_get(&node->log, SAMME_TABLE_STATE, SAMME_LITERAL("own"), &stored);
    *out = status == SAMME_NOT_FOUND;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status begin(samme_node *node, samme_error *error) {
    samme_recovery *self = &node->recovery;
    bool new;
    samme_status status = is_new(node, &new);
    if (status != SAMME_OK || !new || node->setup.epoch < 2)
        return status;
    if (!node->setup.recover)
        return samme_fail(error, SAMME_CONFLICT,
                          "the enrolment is of epoch %u and there is no log of it yet: when no "
                          "other machine runs as this branch, start samme-node once with --recover",
                          node->setup.epoch);
    *self = (samme_recovery){
        .active = true, .recovered = true, .changed = true, .log_count = node->setup.older_count};
    for (size_t i = 0; status == SAMME_OK && i < self->log_count; i++)
        status = look_at_log(node, node->setup.older[i], &self->logs[i], error);
    return status;
}

/* The logs that were begun with must be there again. */
static samme_status match_logs(const samme_node *node, const samme_recovery *self,
                               samme_error *error) {
    bool same = self->log_count == node->setup.older_count;
    for (size_t i = 0; same && i < self->log_count; i++) {
        samme_old_log there;
        samme_status status = look_at_log(node, node->setup.older[i], &there, error);
        if (status != SAMME_OK)
            return status;
        same = there.epoch == self->logs[i].epoch && there.size == self->logs[i].size;
    }
    return same ? SAMME_OK
                : samme_fail(error, SAMME_CONFLICT,
                             "the older logs in the data folder are not those that were being "
                             "taken over: put them back");
}

static void take_state(const Samme__RecoveryState *state, samme_recovery *self) {
    *self = (samme_recovery){.active = !state->done, .recovered = true};
    self->lost_epoch = state->lost_epoch;
    for (size_t i = 0; i < state->n_logs && i < SAMME_OLDER_LOGS_MAX; i++) {
        const Samme__OldLogState *log = state->logs[i];
        self->logs[self->log_count++] = (samme_old_log){.epoch = log->epoch,
                                                        .size = log->size,
                                                        .common = log->common,
                                                        .compared = log->compared,
                                                        .next = log->next,
                                                        .carried = log->carried,
                                                        .anchors = log->anchors,
                                                        .loans = log->loans,
                                                        .refused = log->refused,
                                                        .last_time_ms = log->last_time_ms};
    }
}

static void add_text(samme_recovery *self, const char *format, ...) SAMME_PRINTF(2, 3);
static void add_text(samme_recovery *self, const char *format, ...) {
    const size_t length = strlen(self->text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(self->text + length, sizeof self->text - length, format, arguments);
    va_end(arguments);
}

static void say_log(samme_recovery *self, const samme_old_log *log) {
    if (!log->compared || log->common == log->size) {
        add_text(self, "; its log of epoch %u held nothing beyond the journal", log->epoch);
        return;
    }
    add_text(self, "; entries %llu..%llu of epoch %u were never merged: carried %llu",
             (unsigned long long)log->common, (unsigned long long)log->size - 1, log->epoch,
             (unsigned long long)log->carried);
    if (log->anchors > 0)
        add_text(self, ", left %llu anchor%s", (unsigned long long)log->anchors,
                 log->anchors == 1 ? "" : "s");
    if (log->loans > 0)
        add_text(self, ", left %llu loan%s", (unsigned long long)log->loans,
                 log->loans == 1 ? "" : "s");
    if (log->refused > 0)
        add_text(self, ", refused %llu%s%s", (unsigned long long)log->refused,
                 self->refused[0] != 0 ? ": " : "", self->refused);
}

static void say(samme_node *node) {
    samme_recovery *self = &node->recovery;
    self->text[0] = 0;
    if (!self->recovered)
        return;
    if (self->active) {
        add_text(self,
                 "recovering in epoch %u: takes no request before the journal is folded and "
                 "the older logs are taken over",
                 node->setup.epoch);
        return;
    }
    add_text(self, "recovered in epoch %u", node->setup.epoch);
    for (size_t i = 0; i < self->log_count; i++)
        say_log(self, &self->logs[i]);
    if (self->lost_epoch != 0)
        add_text(self, "; what epoch %u held beyond the journal elsewhere is lost",
                 self->lost_epoch);
}

samme_status samme_recovery_load(samme_node *node, samme_error *error) {
    samme_recovery *self = &node->recovery;
    samme_span stored;
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_STATE, STATE_KEY, &stored);
    *self = (samme_recovery){.active = false};
    if (status == SAMME_NOT_FOUND) {
        status = begin(node, error);
    } else if (status == SAMME_OK) {
        const Samme__RecoveryState *state =
            SAMME_UNPACK(RecoveryState, recovery_state, stored, &node->arena, error);
        if (state == NULL)
            return samme_fail_in(error, SAMME_CORRUPT, "log store: state of the recovery");
        take_state(state, self);
        if (self->active)
            status = match_logs(node, self, error);
    }
    say(node);
    return status;
}

samme_status samme_recovery_store(samme_node *node) {
    samme_recovery *self = &node->recovery;
    Samme__OldLogState logs[SAMME_OLDER_LOGS_MAX], *pointers[SAMME_OLDER_LOGS_MAX];
    for (size_t i = 0; i < self->log_count; i++) {
        const samme_old_log *log = &self->logs[i];
        samme__old_log_state__init(&logs[i]);
        logs[i].epoch = log->epoch;
        logs[i].size = log->size;
        logs[i].common = log->common;
        logs[i].compared = log->compared;
        logs[i].next = log->next;
        logs[i].carried = log->carried;
        logs[i].anchors = log->anchors;
        logs[i].loans = log->loans;
        logs[i].refused = log->refused;
        logs[i].last_time_ms = log->last_time_ms;
        pointers[i] = &logs[i];
    }
    Samme__RecoveryState state = SAMME__RECOVERY_STATE__INIT;
    state.done = !self->active;
    state.lost_epoch = self->lost_epoch;
    state.n_logs = self->log_count;
    state.logs = pointers;
    samme_buffer packed;
    samme_buffer_init(&packed, 4096);
    samme_pack(&state, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status =
            samme_space_put(&node->log, SAMME_TABLE_STATE, STATE_KEY, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    self->changed = status != SAMME_OK;
    say(node);
    return status;
}
