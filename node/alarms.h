/* Alarms as this branch sees them: of the folded journal, own entries left out. Within a step. */
#ifndef SAMME_NODE_ALARMS_H
#define SAMME_NODE_ALARMS_H

#include "history/alarms.h"
#include "node/core.h"

typedef struct samme_alarm_figures {
    uint64_t pending;  /* open or taken, of all branches that this one folds */
    uint64_t owned;    /* that this branch answers for, among the first SAMME_ALARMS_SCANNED_MAX */
    int64_t oldest_ms; /* hub time of the record that raised the oldest of these; 0: none */
} samme_alarm_figures;

samme_status samme_alarm_figures_read(samme_node *node, samme_alarm_figures *out) SAMME_CHECKED;
/* Hub time of a record held. */
samme_status samme_journal_time(samme_node *node, uint64_t index, int64_t *out) SAMME_CHECKED;

#endif
