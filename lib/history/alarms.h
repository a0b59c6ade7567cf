/* Alarms: receipt lines refunded beyond what was sold, as the fold keeps them, and the list of
 * those that are open or taken. Rows: 'a' RECEIPT line u32 -> AlarmRow (digested); the list,
 * outside the digest: 'A' number u64 -> the key of an alarm's row, empty once it is over; 'A' alone
 * -> first (u64, none below it is open), next (u64, from 1) and how many are open (u64). An alarm
 * gets a new number each time it is opened, so that the list is in the order of the journal. Pure.
 */
#ifndef SAMME_HISTORY_ALARMS_H
#define SAMME_HISTORY_ALARMS_H

#include "history/keys.h"

#define SAMME_ALARMS_SCANNED_MAX 4096u /* places of the list looked at for one answer */

typedef struct samme_alarm_list {
    uint64_t first, next, open;
} samme_alarm_list;

/* An empty list when there is none. SAMME_CORRUPT: a row that is none. */
samme_status samme_alarm_list_read(const samme_rows *rows, samme_alarm_list *out) SAMME_CHECKED;
samme_status samme_alarm_list_write(const samme_rows *rows,
                                    const samme_alarm_list *list) SAMME_CHECKED;

/* Whether somebody still has to look at it: open or taken. */
bool samme_alarm_pending(const Samme__AlarmRow *row);

/* SAMME_NOT_FOUND: the line has never been beyond what was sold. */
samme_status samme_find_alarm(const samme_rows *rows, const Samme__ReceiptRef *receipt, uint32_t no,
                              samme_arena *arena, const Samme__AlarmRow **out) SAMME_CHECKED;

/* Open and taken alarms from this number on (0: all), oldest first: up to `maximum`. *out_next:
 * where to go on, also when nothing was found among SAMME_ALARMS_SCANNED_MAX places; 0: those were
 * all. */
samme_status samme_pending_alarms(const samme_rows *rows, uint64_t from, samme_arena *arena,
                                  const Samme__AlarmRow **out, size_t maximum, size_t *out_count,
                                  uint64_t *out_next) SAMME_CHECKED;

/* Alarms of any state, in key order, from this key on (empty: all): up to `maximum`. *out_next: the
 * key where to go on; its length is 0 when those were all. */
samme_status samme_list_alarms(const samme_rows *rows, samme_span from, samme_arena *arena,
                               const Samme__AlarmRow **out, size_t maximum, size_t *out_count,
                               samme_row_key *out_next) SAMME_CHECKED;

/* What a branch answers for. */
typedef struct samme_alarm_count {
    uint32_t branch;
    uint64_t pending;
    uint64_t
        oldest; /* journal index of the record that raised the oldest; UINT64_MAX: none merged */
} samme_alarm_count;
/* Counts open and taken alarms by owner; branches are set, the rest is filled. *out_more: there are
 * more than SAMME_ALARMS_SCANNED_MAX places to look at. */
samme_status samme_count_alarms(const samme_rows *rows, samme_alarm_count *counts, size_t count,
                                bool *out_more) SAMME_CHECKED;

/* The branch sold the line, refunded it, or answers for its alarm: it may take and resolve it. */
bool samme_alarm_involves(const Samme__AlarmRow *row, uint32_t branch);

/* Whether that person opened or approved a return whose refund of the line stands, at this branch
 * (0: at any): such a person does not resolve its alarm. */
samme_status samme_alarm_refunded_by(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                     uint32_t no, uint32_t branch, samme_span subject,
                                     bool *out) SAMME_CHECKED;

/* Calls visit for each line that is beyond what was sold (open, taken, resolved; not gone), in key
 * order; the rows live in the arena. */
samme_status samme_visit_alarms(const samme_rows *rows, samme_arena *arena,
                                void (*visit)(void *context, const Samme__AlarmRow *alarm),
                                void *context) SAMME_CHECKED;

#endif
