/* Taking a release: whole, newer, usable, or not at all. Taking is an entry; later decisions of
 * this log are under it. */
#include <stdio.h>

#include "node/core.h"

samme_status samme_release_load(samme_node *node, samme_error *error) {
    node->policy = NULL;
    if (node->release == 0)
        return SAMME_OK;
    samme_status status =
        samme_replay_policy(&node->follow.replay, node->release, &node->policy, error);
    /* while views are folded again, the release's record may still lie ahead */
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* The replay adopts a release only with all its documents, so what is asked here is whether this
 * branch may and can. */
samme_status samme_take_release(samme_node *node, samme_error *error) {
    const samme_release *newest = &node->follow.replay.release;
    if (newest->version <= node->release || newest->version < node->setup.lowest_release ||
        newest->version == node->unusable_release)
        return SAMME_OK;
    const samme_policy *policy;
    samme_error why = {0};
    samme_status status =
        newest->decide_version > SAMME_DECIDE_VERSION
            ? SAMME_UNSUPPORTED
            : samme_replay_policy(&node->follow.replay, newest->version, &policy, &why);
    if (status == SAMME_LATER || status == SAMME_IO || status == SAMME_NO_MEMORY)
        return SAMME_OK; /* it may pass */
    if (status != SAMME_OK) {
        snprintf(node->notice, sizeof node->notice, "release %llu cannot be taken: %s: %.300s",
                 (unsigned long long)newest->version, samme_status_name(status), why.text);
        node->unusable_release = newest->version;
        return SAMME_OK;
    }
    Samme__ReleaseRef reference = SAMME__RELEASE_REF__INIT;
    reference.version = newest->version;
    reference.note_hash =
        samme_bytes_of_span(samme_span_of_hash(&node->follow.replay.release_hash));
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &reference;
    samme_new_entry entry = {.kind = SAMME__EVENT_KIND__release_taken, .body = &taken};
    uint64_t index;
    status = samme_own_append(node, &entry, 1, &index, error);
    if (status != SAMME_OK)
        return status;
    node->release = newest->version;
    node->release_hash = node->follow.replay.release_hash;
    node->release_taken_ms = samme_node_time(node);
    node->policy = policy;
    return SAMME_OK;
}
