/* Which releases count for what happens at this branch: for a sale the one in force when it was
 * sold, for a case the one it was opened under, for a decision that of the day of purchase too. */
#include "base/calendar.h"
#include "node/core.h"

static samme_status make_reference(samme_node *node, uint64_t version, const samme_hash *hash,
                                   Samme__ReleaseRef **out) {
    Samme__ReleaseRef *reference = samme_arena_alloc(&node->arena, sizeof *reference);
    samme_span copy = samme_arena_copy(&node->arena, samme_span_of_hash(hash));
    if (reference == NULL || copy.data == NULL)
        return SAMME_NO_MEMORY;
    samme__release_ref__init(reference);
    reference->version = version;
    reference->note_hash = samme_bytes_of_span(copy);
    *out = reference;
    return SAMME_OK;
}

/* When it was sold, as the till says; of a day alone its end, at the branch's clock. A moment that
 * cannot be told, or lies ahead, is now. */
static int64_t sold_ms(samme_node *node, const Samme__Sale *sale) {
    const int64_t now = samme_node_time(node);
    const int64_t day_ms = 24 * 3600 * 1000, minute_ms = 60 * 1000;
    int64_t moment = now;
    int32_t offset, day;
    if (sale->sold_at[0] != 0 && samme_time_parse(sale->sold_at, &moment, &offset) == SAMME_OK)
        return moment < now ? moment : now;
    if (samme_date_parse(sale->receipt->business_date, &day) != SAMME_OK)
        return now;
    offset = node->policy == NULL ? 0 : samme_chain_offset(node->policy, node->setup.branch, now);
    moment = ((int64_t)day + 1) * day_ms - offset * minute_ms - 1;
    return moment < now ? moment : now;
}

samme_status samme_sale_release(samme_node *node, const Samme__Sale *sale,
                                Samme__ReleaseRef **out) {
    const samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__BranchRow *row = NULL;
    *out = NULL;
    if (node->release == 0)
        return SAMME_OK;
    samme_status status = samme_find_branch(&rows, node->setup.branch, &node->arena, &row);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    const uint64_t version =
        status == SAMME_NOT_FOUND ? node->release : samme_taken_at(row, sold_ms(node, sale), NULL);
    samme_hash hash = node->release_hash;
    if (version == 0) /* sold before this branch had any */
        return SAMME_OK;
    if (version != node->release)
        status = samme_replay_release_hash(&node->follow.replay, version, &hash);
    else
        status = SAMME_OK;
    return status == SAMME_OK ? make_reference(node, version, &hash, out) : status;
}

samme_status samme_case_release(samme_node *node, Samme__ReturnOpened *opened) {
    opened->release = NULL; /* it is not the till's to say */
    return node->release == 0
               ? SAMME_OK
               : make_reference(node, node->release, &node->release_hash, &opened->release);
}

samme_status samme_in_force_for(samme_node *node, const Samme__ReturnOpened *opened,
                                const Samme__Sale *sale, samme_in_force *out, samme_error *error) {
    samme_replay *replay = &node->follow.replay;
    const samme_rows rows = samme_layer_rows(&node->layer);
    const samme_horizon present = samme_node_present(node);
    *out = (samme_in_force){.release = opened->release};
    samme_status status = SAMME_OK;
    if (out->release == NULL)
        status = make_reference(node, node->release, &node->release_hash, &out->release);
    if (status != SAMME_OK)
        return status;
    const samme_past_asked asked = {.today = out->release->version,
                                    .opened = opened,
                                    .sale = sale,
                                    .rows = &rows,
                                    .horizon = &present,
                                    .journal_size = replay->range.size};
    return samme_choose_past(replay, &asked, &node->arena, &out->past, error);
}

void samme_in_force_basis(samme_in_force *in_force, Samme__Basis *basis) {
    basis->release = in_force->release;
    samme_past_basis(&in_force->past, basis, &in_force->past_release);
}
