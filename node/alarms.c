#include "node/alarms.h"

#include <stdio.h>

#include "journal/record.h"

enum { PLACES_A_CALL = 64, TOLD_BYTES = 256 * 1024 };

samme_status samme_journal_time(samme_node *node, uint64_t index, int64_t *out) {
    const samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_record record;
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status == SAMME_OK)
        status = samme_record_open(stored, &node->arena, &record, NULL);
    if (status == SAMME_OK)
        *out = record.hub_time_ms;
    return status == SAMME_OK ? SAMME_OK : SAMME_CORRUPT;
}

samme_status samme_alarm_figures_read(samme_node *node, samme_alarm_figures *out) {
    const samme_rows *rows = &node->follow.replay.rows;
    samme_alarm_list list;
    samme_alarm_count own = {.branch = node->setup.branch};
    bool more;
    samme_status status = samme_alarm_list_read(rows, &list);
    if (status == SAMME_OK)
        status = samme_count_alarms(rows, &own, 1, &more);
    if (status != SAMME_OK)
        return status;
    *out = (samme_alarm_figures){.pending = list.open, .owned = own.pending};
    return own.oldest == UINT64_MAX ? SAMME_OK
                                    : samme_journal_time(node, own.oldest, &out->oldest_ms);
}

static void tell(const Samme__AlarmRow *row, char *text, size_t size) {
    int length =
        snprintf(text, size,
                 "alarm: receipt %s of branch %u, till %s, %s, line %u is refunded beyond "
                 "what was sold: %lld/1000 of %lld/1000 for %lld of %lld, by branches",
                 row->receipt->number, row->receipt->branch, row->receipt->till,
                 row->receipt->business_date, row->no, (long long)row->refunded,
                 (long long)row->sold, (long long)row->refunded_amount, (long long)row->paid);
    for (size_t i = 0; i < row->n_branches && length > 0 && (size_t)length < size; i++)
        length += snprintf(text + length, size - (size_t)length, " %u", row->branches[i]);
    if (length > 0 && (size_t)length < size)
        snprintf(text + length, size - (size_t)length, "; branch %u answers for it", row->owner);
}

/* Places of the list from alarms_told on, one alarm a page, so that none is passed over. */
static bool next_alarm(samme_node *node, char *text, size_t size) {
    const samme_rows *rows = &node->follow.replay.rows;
    samme_alarm_list list;
    if (samme_alarm_list_read(rows, &list) != SAMME_OK)
        return false;
    if (node->alarms_told == 0 || node->alarms_told > list.next) /* before it began is no news */
        node->alarms_told = list.next;
    bool found = false;
    samme_arena arena;
    samme_arena_init(&arena, TOLD_BYTES);
    for (unsigned i = 0; i < PLACES_A_CALL && !found && node->alarms_told < list.next; i++) {
        const Samme__AlarmRow *row;
        size_t count = 0;
        uint64_t next = 0;
        samme_arena_reset(&arena);
        if (samme_pending_alarms(rows, node->alarms_told, &arena, &row, 1, &count, &next) !=
            SAMME_OK)
            break; /* said when the rows can be read */
        found = count == 1 && samme_alarm_involves(row, node->setup.branch);
        if (found)
            tell(row, text, size);
        node->alarms_told = next == 0 ? list.next : next;
    }
    samme_arena_free(&arena);
    return found;
}

bool samme_node_next_alarm(samme_node *node, char *text, size_t size) {
    samme_error error;
    const bool opened = !node->views.open;
    if (opened && samme_space_begin(&node->views, &error) != SAMME_OK)
        return false;
    const bool found = next_alarm(node, text, size);
    if (opened)
        samme_space_abandon(&node->views);
    return found;
}
