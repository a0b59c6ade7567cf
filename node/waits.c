#include "node/waits.h"

#include <stdlib.h>

typedef struct waiter {
    uint64_t request_id;
    char case_code[SAMME_CASE_CODE_MAX_BYTES + 1];
    Samme__ReturnState seen;
    int64_t until_ms; /* monotonic */
} waiter;

struct samme_waits {
    waiter list[SAMME_WAITS_MAX];
    size_t count;
    uint64_t own_size, prefix; /* as they were when all were looked at */
};

samme_status samme_waits_new(struct samme_waits **out) {
    *out = calloc(1, sizeof **out);
    return *out == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_waits_free(struct samme_waits *waits) {
    free(waits);
}

bool samme_wait(samme_call *call, const Samme__CaseRow *row, int64_t ms) {
    samme_node *node = call->node;
    struct samme_waits *waits = node->waits;
    if (row->done != NULL || node->stopping || waits->count == SAMME_WAITS_MAX)
        return false;
    if (waits->count == 0) {
        waits->own_size = node->own.size;
        waits->prefix = node->follow.replay.range.size;
    }
    waiter *one = &waits->list[waits->count++];
    *one = (waiter){.request_id = call->request->id,
                    .seen = samme_case_state(node, row),
                    .until_ms = node->monotonic_ms + ms};
    memcpy(one->case_code, row->opened->case_code, strlen(row->opened->case_code) + 1);
    /* what becomes unresolved changes by the clock alone */
    const int64_t valid_ms = samme_case_valid_until(row) - samme_node_time(node);
    if (samme_case_stage(row) == SAMME_STAGE_PAYABLE && valid_ms > 0 && valid_ms < ms)
        one->until_ms = node->monotonic_ms + valid_ms;
    return true;
}

size_t samme_waits_count(const samme_node *node) {
    return node->waits->count;
}

static waiter take(struct samme_waits *waits, size_t at) {
    waiter one = waits->list[at];
    waits->count--;
    memmove(&waits->list[at], &waits->list[at + 1], (waits->count - at) * sizeof waits->list[0]);
    return one;
}

bool samme_waits_take(samme_node *node, uint64_t *out_request) {
    if (node->waits->count == 0)
        return false;
    *out_request = take(node->waits, 0).request_id;
    return true;
}

static bool changed(const samme_node *node) {
    const struct samme_waits *waits = node->waits;
    return waits->own_size != node->own.size || waits->prefix != node->follow.replay.range.size;
}

/* Who asked for what cannot be read is told so. */
static bool is_over(samme_node *node, const waiter *one) {
    const Samme__CaseRow *row;
    samme_rows rows = samme_layer_rows(&node->layer);
    if (node->stopping || node->monotonic_ms >= one->until_ms)
        return true;
    return changed(node) &&
           (samme_find_case(&rows, one->case_code, &node->arena, &row) != SAMME_OK ||
            samme_case_state(node, row) != one->seen);
}

static void answer(samme_node *node, size_t at) {
    const waiter one = take(node->waits, at);
    const samme_request request = {.id = one.request_id, .method = SAMME_GET};
    samme_call call = {.node = node, .request = &request};
    samme_case_answer(&call, one.case_code, 200, UINT64_MAX, false);
}

void samme_waits_work(samme_node *node) {
    struct samme_waits *waits = node->waits;
    for (size_t i = 0; i < waits->count;) {
        if (is_over(node, &waits->list[i]))
            answer(node, i);
        else
            i++;
    }
    waits->own_size = node->own.size;
    waits->prefix = node->follow.replay.range.size;
}

int64_t samme_waits_next_ms(const samme_node *node) {
    const struct samme_waits *waits = node->waits;
    int64_t next = INT64_MAX;
    if (waits->count > 0 && changed(node))
        return node->monotonic_ms;
    for (size_t i = 0; i < waits->count; i++)
        next = waits->list[i].until_ms < next ? waits->list[i].until_ms : next;
    return next;
}
