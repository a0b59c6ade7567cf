/* The layer of own entries that the journal does not hold yet. When the journal grows it is folded
 * again, on the side and some entries a step, and serves when it has caught up: a branch that comes
 * back with a long tail goes on answering its tills. Until then the older layer serves, on top of
 * the journal as it is now. That is right: of one own entry both say the same, and of the rows that
 * answers come from only a loan is changed by two branches (drop_lent). An alarm may be shown late.
 */
#include "history/keys.h"
#include "node/core.h"

enum {
    AGAIN_MS = 1000, /* when one step does not do it: no sooner behind the one before */
};

static uint64_t entries_a_step(const samme_node *node) {
    return node->setup.layer_entries_a_step > 0 ? node->setup.layer_entries_a_step
                                                : SAMME_FOLLOW_ENTRIES_A_STEP;
}

static samme_status fold_from(samme_node *node, samme_layer *layer, uint64_t from, uint64_t to,
                              samme_error *error) {
    const samme_rows rows = samme_layer_rows(layer);
    samme_fold_run run;
    samme_status status = SAMME_OK;
    samme_fold_begin(&run, &rows, node->setup.branch, &node->follow.arena);
    for (uint64_t i = from; i < to && status == SAMME_OK; i++) {
        const samme_key8 key = samme_key_u64(i);
        const samme_position at = {.branch = node->setup.branch,
                                   .epoch = node->setup.epoch,
                                   .index = i,
                                   .own_layer = true,
                                   .again = true};
        samme_span entry;
        status = samme_space_get(&node->log, SAMME_TABLE_OWN,
                                 SAMME_SPAN(key.bytes, sizeof key.bytes), &entry);
        if (status == SAMME_OK)
            status = samme_fold_next(&run, &at, entry, NULL, error);
        else
            samme_fail(error, SAMME_CORRUPT, "log store: own entry %llu cannot be read",
                       (unsigned long long)i);
    }
    return samme_fold_end(&run, status);
}

static samme_status merged_size(samme_node *node, uint64_t *out, samme_error *error) {
    samme_range merged;
    samme_status status =
        samme_replay_branch(&node->follow.replay, node->setup.branch, node->setup.epoch, &merged);
    *out = merged.size;
    return status == SAMME_OK
               ? status
               : samme_fail(error, status, "views: the own branch's row cannot be read");
}

samme_status samme_own_layer(samme_node *node, samme_error *error) {
    samme_own_layers *layers = &node->layers;
    layers->under_way = layers->touched = false;
    samme_layer_clear(&node->layer);
    samme_layer_clear(&layers->next);
    samme_status status = merged_size(node, &layers->first, error);
    if (status == SAMME_OK)
        status = fold_from(node, &node->layer, layers->first, node->own.size, error);
    layers->prefix = node->follow.replay.range.size;
    if (layers->prefix < node->follow.held.size && layers->ahead < node->follow.held.size)
        layers->ahead = node->follow.held.size;
    layers->done_ms = node->monotonic_ms;
    return status;
}

samme_status samme_own_layer_undone(samme_node *node, samme_error *error) {
    if (node->layers.touched)
        return samme_own_layer(node, error);
    node->layers.under_way = false; /* it may have seen rows that are gone */
    return SAMME_OK;
}

/* Takes the loans out that this branch made by entries which the journal holds now: below they are
 * as whoever borrowed has left them. */
static bool drop_lent(const samme_node *node, samme_layer *layer, uint64_t merged) {
    samme_map_entry row;
    samme_row_key key = {.bytes = {'m'}, .length = 1};
    bool dropped = false;
    while (samme_map_at_or_after(layer->map, samme_row_key_span(&key), &row) &&
           row.key.data[0] == 'm') {
        samme_position lent;
        memcpy(key.bytes, row.key.data, row.key.length);
        key.length = row.key.length;
        if (samme_slice_key_entry(row.key, &lent) == SAMME_OK &&
            lent.branch == node->setup.branch && lent.epoch == node->setup.epoch &&
            lent.index < merged) {
            samme_map_remove(layer->map, samme_row_key_span(&key));
            dropped = true;
        }
        samme_key_after(&key);
    }
    return dropped;
}

static void begin(samme_node *node, uint64_t merged) {
    samme_own_layers *layers = &node->layers;
    samme_layer_clear(&layers->next);
    layers->under_way = true;
    layers->next_prefix = node->follow.replay.range.size;
    layers->next_first = layers->next_at = merged;
    layers->seen = node->own.size;
}

static void serve_next(samme_node *node) {
    samme_own_layers *layers = &node->layers;
    samme_map *map = node->layer.map;
    node->layer.map = layers->next.map; /* both stand on the same rows */
    layers->next.map = map;
    samme_map_clear(map);
    layers->under_way = false;
    layers->touched = true;
    layers->prefix = layers->next_prefix;
    layers->first = layers->next_first;
    layers->done_ms = node->monotonic_ms;
}

static samme_status go_on(samme_node *node, uint64_t merged, samme_error *error) {
    samme_own_layers *layers = &node->layers;
    /* An entry must not be left to the rows below behind one whose rows are in here: with both it
     * would be missing. */
    if (layers->next_at < merged)
        begin(node, merged);
    const uint64_t from = layers->next_at;
    /* and as many as came in meanwhile: else it would not end while a till imports */
    const uint64_t most =
        entries_a_step(node) + (node->own.size > layers->seen ? node->own.size - layers->seen : 0);
    const uint64_t left = node->own.size > from ? node->own.size - from : 0;
    const uint64_t to = from + (left < most ? left : most);
    samme_status status = fold_from(node, &layers->next, from, to, error);
    layers->next_at = to;
    layers->seen = node->own.size;
    if (status != SAMME_OK)
        layers->touched = true; /* an entry that cannot be read: the layer is not to be trusted */
    else if (left <= most)
        serve_next(node);
    return status;
}

/* Own entries that the layer lacks, or that may rest on records that lie ahead once more. */
static bool only_whole(const samme_own_layers *layers, uint64_t prefix, uint64_t merged) {
    return prefix < layers->prefix || merged < layers->first || prefix <= layers->ahead ||
           (layers->under_way && (prefix < layers->next_prefix || merged < layers->next_first));
}

samme_status samme_own_layer_work(samme_node *node, bool behind, samme_error *error) {
    samme_own_layers *layers = &node->layers;
    const uint64_t prefix = node->follow.replay.range.size;
    uint64_t merged;
    if (!layers->under_way && prefix == layers->prefix)
        return SAMME_OK;
    samme_status status = merged_size(node, &merged, error);
    if (status != SAMME_OK)
        return status;
    if (only_whole(layers, prefix, merged)) {
        const bool back = prefix < layers->prefix || merged < layers->first;
        if (prefix < layers->prefix && layers->ahead < layers->prefix)
            layers->ahead = layers->prefix;
        if (behind && !back)
            return SAMME_OK; /* once, when all is folded that is held */
        status = samme_own_layer(node, error);
        layers->touched = true; /* it rests on what this step has folded */
        return status;
    }
    layers->touched = drop_lent(node, &node->layer, merged) || layers->touched;
    if (!layers->under_way) {
        if (node->own.size - merged > entries_a_step(node) &&
            node->monotonic_ms - layers->done_ms < AGAIN_MS)
            return SAMME_OK;
        begin(node, merged);
    }
    (void)drop_lent(node, &layers->next, merged);
    return go_on(node, merged, error);
}

int64_t samme_own_layer_next_ms(const samme_node *node) {
    const samme_own_layers *layers = &node->layers;
    if (layers->under_way)
        return node->monotonic_ms;
    return layers->prefix == node->follow.replay.range.size ? INT64_MAX
                                                            : layers->done_ms + AGAIN_MS;
}
