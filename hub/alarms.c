/* What each branch answers for among the lines refunded beyond what was sold: figures for status
 * and metrics. */
#include "history/alarms.h"

#include <stdlib.h>

#include "hub/core.h"

static int64_t age_of(samme_hub *hub, uint64_t journal_index) {
    const samme_key8 key = samme_key_u64(journal_index);
    samme_span stored;
    samme_record record;
    if (samme_space_get(&hub->log, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes),
                        &stored) != SAMME_OK ||
        samme_record_open(stored, &hub->arena, &record, NULL) != SAMME_OK)
        return 0;
    return samme_hub_time(hub) - record.hub_time_ms;
}

samme_status samme_hub_alarms_read(samme_hub *hub, samme_hub_alarms *out) {
    const samme_rows *rows = &hub->follow.replay.rows;
    const samme_roster *roster = &hub->follow.replay.roster;
    samme_alarm_list list;
    *out = (samme_hub_alarms){.pending = 0};
    samme_alarm_count *counts = calloc(roster->branch_count + 1, sizeof *counts);
    out->of = calloc(roster->branch_count + 1, sizeof *out->of);
    samme_status status =
        counts == NULL || out->of == NULL ? SAMME_NO_MEMORY : samme_alarm_list_read(rows, &list);
    for (size_t i = 0; status == SAMME_OK && i < roster->branch_count; i++)
        counts[i].branch = roster->branches[i].number;
    if (status == SAMME_OK)
        status = samme_count_alarms(rows, counts, roster->branch_count, &out->more);
    for (size_t i = 0; status == SAMME_OK && i < roster->branch_count; i++) {
        out->of[i].pending = counts[i].pending;
        out->of[i].oldest_ms = counts[i].oldest == UINT64_MAX ? 0 : age_of(hub, counts[i].oldest);
    }
    if (status == SAMME_OK)
        out->pending = list.open;
    else
        samme_hub_alarms_free(out);
    free(counts);
    return status;
}

void samme_hub_alarms_free(samme_hub_alarms *alarms) {
    free(alarms->of);
    *alarms = (samme_hub_alarms){.pending = 0};
}
