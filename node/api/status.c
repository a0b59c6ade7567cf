#include <stdio.h>

#include "base/calendar.h"
#include "node/alarms.h"
#include "node/api/api.h"

void samme_api_status(samme_call *call) {
    samme_node *node = call->node;
    samme_node_view view;
    samme_node_look(node, &view);
    char name[SAMME_NAME_MAX + 1], trouble[sizeof node->trouble], stopped[sizeof node->trouble];
    snprintf(name, sizeof name, "%s", node->setup.name);
    snprintf(trouble, sizeof trouble, "%s", node->trouble);
    Samme__NodeStatus status = SAMME__NODE_STATUS__INIT;
    status.branch = node->setup.branch;
    status.name = name;
    status.epoch = node->setup.epoch;
    status.recovery = node->recovery.text;
    status.own_size = view.own_size;
    status.acked_size = view.acked_size;
    status.journal_size = view.journal_size;
    status.folded_size = view.folded_size;
    status.state_digest = samme_bytes_of_span(samme_span_of_hash(&view.state_digest));
    status.trouble = trouble;
    status.notice = node->notice;
    snprintf(stopped, sizeof stopped, "%s", node->follow.stopped ? node->follow.trouble.text : "");
    status.stopped = stopped;
    status.access = samme_tokens_wanted(node) ? SAMME__ACCESS__access_tokens
                                              : SAMME__ACCESS__access_open;
    status.quarantined = samme_quarantine_count(&node->follow.replay.rows);
    char oldest[32] = "";
    samme_alarm_figures alarms;
    if (samme_alarm_figures_read(node, &alarms) == SAMME_OK) {
        status.alarms = alarms.pending;
        status.alarms_owned = alarms.owned;
        if (alarms.oldest_ms != 0)
            samme_time_format(alarms.oldest_ms, oldest);
    }
    status.alarm_oldest = oldest;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_STATUS;
    answer.status = &status;
    samme_answer(call, 200, &answer);
}

/* Alive: the step that writes this is the proof. */
void samme_api_live(samme_call *call) {
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    samme_answer(call, 200, &answer);
}

void samme_api_ready(samme_call *call) {
    samme_node *node = call->node;
    if (node->trouble[0] != 0)
        samme_problem(call, 503, "read_only", "%s", node->trouble);
    else if (node->policy == NULL)
        samme_problem(call, 503, "no_release", "this branch has not taken a release yet");
    else
        samme_api_live(call);
}
