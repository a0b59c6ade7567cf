/* Coming back in a new epoch: what the logs of older epochs hold beyond the journal follows in this
 * one, before the branch takes its first request. DESIGN 9.3, docs/decisions/0018-epochs.md.
 *
 * Which log: setup.older, read only, newest epoch first. How far it has come is a row of the log
 * store, committed with what it has written, so that a node killed at any moment goes on. */
#ifndef SAMME_NODE_RECOVERY_H
#define SAMME_NODE_RECOVERY_H

#include "node/node.h"

/* One older log, and what became of it. */
typedef struct samme_old_log {
    uint32_t epoch;
    uint64_t size;
    uint64_t common; /* entries at its beginning that the journal holds too; once `compared` */
    bool compared;
    uint64_t next; /* entries before it are dealt with */
    uint64_t carried, anchors, loans, refused;
    int64_t last_time_ms; /* of its newest entry; kept in that log */
} samme_old_log;

typedef struct samme_recovery {
    bool active;    /* no request is taken */
    bool recovered; /* this log began so */
    bool changed;   /* since it was stored */
    bool compared;  /* all logs are: `lost_epoch` is known */
    size_t log_count;
    samme_old_log logs[SAMME_OLDER_LOGS_MAX];
    uint32_t lost_epoch; /* the newest ended epoch, when more of it may be gone than is known; 0 */
    uint64_t record;     /* comparing: the next journal record to look at */
    char refused[200];   /* why the newest entry that was not carried was not */
    char text[sizeof(((samme_error *)0)->text)]; /* what became of it, for people; "" */
} samme_recovery;

#endif
