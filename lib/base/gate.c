#include "base/gate.h"

#include <stdlib.h>

#include "base/writes.h"

static samme_status open_snapshot(void *self, samme_reader *out) {
    samme_gate *gate = self;
    return gate->below->open_snapshot(gate->below->self, out);
}

static void close_snapshot(void *self) {
    samme_gate *gate = self;
    gate->below->close_snapshot(gate->below->self);
}

static samme_status commit(void *self, samme_commit what) {
    samme_gate *gate = self;
    if (gate->broken)
        return SAMME_IO;
    if (gate->count == 0 && gate->need <= gate->durable)
        return gate->below->commit(gate->below->self, what);
    if (gate->count == SAMME_STORE_QUEUE_MAX)
        return SAMME_FULL;
    gate->held[(gate->first + gate->count++) % SAMME_STORE_QUEUE_MAX] =
        (struct samme_gated){.commit = what, .need = gate->need};
    return SAMME_OK;
}

static size_t completions(void *self, samme_completion *out, size_t maximum) {
    samme_gate *gate = self;
    size_t count = gate->below->completions(gate->below->self, out, maximum);
    if (gate->tell && count < maximum) {
        out[count++] = gate->failed;
        gate->tell = false;
    }
    return count;
}

static uint64_t head(void *self) {
    samme_gate *gate = self;
    return gate->below->head(gate->below->self);
}

static uint64_t term(void *self) {
    samme_gate *gate = self;
    return gate->below->term(gate->below->self);
}

static int wake_fd(void *self) {
    samme_gate *gate = self;
    return gate->below->wake_fd(gate->below->self);
}

samme_status samme_gate_init(samme_gate *gate, samme_store *below) {
    *gate = (samme_gate){.below = below, .held = calloc(SAMME_STORE_QUEUE_MAX, sizeof *gate->held)};
    gate->port = (samme_store){.self = gate,
                               .open_snapshot = open_snapshot,
                               .close_snapshot = close_snapshot,
                               .commit = commit,
                               .completions = completions,
                               .head = head,
                               .term = term,
                               .wake_fd = wake_fd};
    return gate->held != NULL ? SAMME_OK : SAMME_NO_MEMORY;
}

static void drop_held(samme_gate *gate) {
    for (; gate->count > 0; gate->count--) {
        samme_writes_free(gate->held[gate->first].commit.writes);
        gate->first = (gate->first + 1) % SAMME_STORE_QUEUE_MAX;
    }
}

void samme_gate_fini(samme_gate *gate) {
    if (gate->held != NULL)
        drop_held(gate);
    free(gate->held);
    gate->held = NULL;
}

void samme_gate_need(samme_gate *gate, uint64_t needed) {
    if (needed > gate->need)
        gate->need = needed;
}

void samme_gate_open(samme_gate *gate, uint64_t durable_head) {
    gate->durable = durable_head;
    while (gate->count > 0 && gate->held[gate->first].need <= durable_head) {
        const samme_commit next = gate->held[gate->first].commit;
        const samme_status status = gate->below->commit(gate->below->self, next);
        if (status == SAMME_FULL)
            return;
        if (status != SAMME_OK) {
            gate->broken = gate->tell = true;
            gate->failed =
                (samme_completion){.head = next.expected_head + 1, .outcome = SAMME_COMMIT_FAILED};
            samme_fail(&gate->failed.error, status, "the store refused a commit that waited: %s",
                       samme_status_name(status));
            drop_held(gate);
            return;
        }
        gate->first = (gate->first + 1) % SAMME_STORE_QUEUE_MAX;
        gate->count--;
    }
}
