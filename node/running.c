/* What a shell asks of a node that runs: other times, an end in good order. */
#include "node/claims.h"
#include "node/core.h"
#include "node/waits.h"

void samme_node_set_times(samme_node *node, int64_t push_after_ms, int64_t poll_every_ms,
                          int64_t claim_wait_ms) {
    node->setup.push_after_ms = push_after_ms;
    node->setup.poll_every_ms = poll_every_ms;
    node->setup.claim_wait_ms = claim_wait_ms;
}

static bool durable(const samme_space *space) {
    return space->durable_head + 1 == space->next_head;
}

bool samme_node_at_rest(const samme_node *node) {
    return node->store_failed || (durable(&node->log) && durable(&node->views) &&
                                  (!node->access.present || durable(&node->access.keys)) &&
                                  samme_claims_waiting(node) == 0 && samme_waits_count(node) == 0);
}

bool samme_node_merged(const samme_node *node) {
    return !node->in_session || node->trouble[0] != 0 || node->acked_size == node->own.size;
}

void samme_node_say(samme_node *node, uint64_t request_id, const samme_response *response) {
    samme_said *said = &node->said;
    size_t i = 0;
    while (i < said->count && said->codes[i] != response->status)
        i++;
    if (i == said->count && said->count < SAMME_SAID_CODES_MAX) {
        said->codes[i] = i + 1 < SAMME_SAID_CODES_MAX ? response->status : 0;
        said->count++;
    }
    said->times[i < said->count ? i : said->count - 1]++;
    node->setup.answer(node->setup.output, request_id, response);
}
