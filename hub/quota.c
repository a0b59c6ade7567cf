/* What a branch may hand over in a day of the hub (UTC): one that writes without end fills its own
 * day, not everybody's disk. Counted with the batch, in the same commit. The batch that reaches the
 * quota is still taken, so that the overshoot is one batch; then there is no credit, and a push is
 * refused, until the next day. */
#include "base/text.h"
#include "hub/core.h"

enum { ROW_BYTES = 12, MS_A_DAY = 24 * 60 * 60 * 1000 };

static uint32_t today(const samme_hub *hub) {
    return (uint32_t)(samme_hub_time(hub) / MS_A_DAY);
}

samme_status samme_hub_quota_used(samme_hub *hub, uint32_t branch, uint64_t *out) {
    uint8_t key[4];
    samme_span row;
    samme_put_u32(key, branch);
    samme_status status =
        samme_space_get(&hub->log, SAMME_TABLE_QUOTA, SAMME_SPAN(key, sizeof key), &row);
    *out = 0;
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    if (row.length != ROW_BYTES)
        return SAMME_CORRUPT;
    if (samme_get_u32(row.data) == today(hub))
        *out = samme_get_u64(row.data + 4);
    return SAMME_OK;
}

uint64_t samme_hub_quota_credit(samme_hub *hub, uint32_t branch, uint64_t most) {
    uint64_t used;
    return hub->setup.branch_quota_bytes == 0 || branch == 0 ||
                   (samme_hub_quota_used(hub, branch, &used) == SAMME_OK &&
                    used < hub->setup.branch_quota_bytes)
               ? most
               : 0;
}

samme_status samme_hub_quota_take(samme_hub *hub, uint32_t branch, const samme_batch *batch,
                                  samme_error *error) {
    const uint64_t quota = hub->setup.branch_quota_bytes;
    uint8_t key[4], row[ROW_BYTES];
    uint64_t used;
    samme_status status = samme_hub_quota_used(hub, branch, &used);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the quota of branch %u cannot be read", branch);
    if (quota != 0 && used >= quota)
        return samme_fail(error, SAMME_FULL,
                          "branch %u has used its %llu MiB of the day: the rest is taken from "
                          "midnight UTC on",
                          branch, (unsigned long long)(quota >> 20));
    for (size_t i = 0; i < batch->count; i++)
        used += batch->entries[i].length;
    samme_put_u32(key, branch);
    samme_put_u32(row, today(hub));
    samme_put_u64(row + 4, used);
    return samme_space_put(&hub->log, SAMME_TABLE_QUOTA, SAMME_SPAN(key, sizeof key),
                           SAMME_SPAN(row, sizeof row));
}
