/* The probes of the release taken, answered with the policy this branch holds, so that head office
 * sees who answers otherwise. Nothing depends on it: what fails here is said and left. */
#include <stdio.h>

#include "node/core.h"

static void send_answers(samme_node *node) {
    samme_probes *probes = &node->probes;
    Samme__ProbeAnswers say = SAMME__PROBE_ANSWERS__INIT;
    say.release = probes->release;
    say.note_hash = samme_bytes_of_span(samme_span_of_hash(&probes->note_hash));
    say.answers = samme_bytes_of_span(samme_buffer_span(&probes->answers));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PROBE_ANSWERS;
    message.probe_answers = &say;
    samme_node_send(node, &message);
    node->probes_hub = probes->digest; /* a lost one shows in the next welcome */
}

static samme_status answer_some(samme_node *node, samme_error *error) {
    samme_replay *replay = &node->follow.replay;
    if (node->probes.release != node->release)
        return samme_probes_begin(&node->probes, replay, node->release, error);
    return samme_probes_next(&node->probes, replay, error);
}

bool samme_probes_work(samme_node *node) {
    samme_probes *probes = &node->probes;
    samme_error error = {.text = ""};
    if (node->warming || node->policy == NULL || node->release == node->unanswerable_release)
        return false;
    if (probes->release == node->release && probes->complete) {
        if (node->in_session && probes->count > 0 &&
            memcmp(node->probes_hub.bytes, probes->digest.bytes, sizeof probes->digest.bytes) != 0)
            send_answers(node);
        return false;
    }
    samme_status status = answer_some(node, &error);
    if (status == SAMME_OK)
        return true;
    samme_probes_free(probes);
    if (status != SAMME_NOT_FOUND && status != SAMME_LATER) {
        snprintf(node->notice, sizeof node->notice,
                 "the probes of release %llu cannot be answered: %.300s",
                 (unsigned long long)node->release, error.text);
        node->unanswerable_release = node->release;
    }
    return false;
}
