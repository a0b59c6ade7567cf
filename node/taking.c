/* Taking a release: whole, newer, usable, or not at all. Taking is an entry; later decisions of
 * this log are under it. */
#include <stdio.h>

#include "node/core.h"

samme_status samme_release_load(samme_node *node, samme_error *error) {
    node->policy = NULL;
    node->follow.replay.in_force = node->release;
    if (node->release == 0)
        return SAMME_OK;
    samme_status status =
        samme_replay_policy(&node->follow.replay, node->release, &node->policy, error);
    /* while views are folded again, the release's record may still lie ahead */
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* The replay adopts a release only with all its documents, so what is asked here is whether this
 * branch may by its wave, and can, and whether all that it keeps is here too: it takes effect whole
 * or not at all. */
samme_status samme_take_release(samme_node *node, samme_error *error) {
    samme_replay *replay = &node->follow.replay;
    uint64_t version = 0;
    samme_hash hash;
    if (!samme_replay_known_reached(replay)) {
        if (samme_follow_complete(&node->follow))
            snprintf(node->notice, sizeof node->notice,
                     "no release is taken before the journal has come to root %llu and %llu "
                     "records, which this machine was enrolled with",
                     (unsigned long long)replay->options.known.root_version,
                     (unsigned long long)replay->options.known.journal_size);
        return SAMME_OK;
    }
    if (replay->range.size < node->follow.held.size)
        return SAMME_OK; /* a halt may be among what is not folded yet */
    samme_status status = samme_replay_release_due(replay, node->release, node->setup.branch,
                                                   samme_node_time(node), &version, &hash);
    if (status == SAMME_NOT_FOUND || (status == SAMME_OK && (version < node->setup.lowest_release ||
                                                             version == node->unusable_release)))
        return SAMME_OK;
    if (status != SAMME_OK)
        return samme_fail(error, status, "rows of releases: %s", samme_status_name(status));
    const samme_policy *policy;
    samme_error why = {0};
    status = samme_replay_keeps_held(replay, version, &why);
    if (status == SAMME_OK)
        status = samme_replay_policy(replay, version, &policy, &why);
    if (status == SAMME_LATER || status == SAMME_IO || status == SAMME_NO_MEMORY)
        return SAMME_OK; /* it may pass */
    if (status != SAMME_OK) {
        snprintf(node->notice, sizeof node->notice, "release %llu cannot be taken: %s: %.300s",
                 (unsigned long long)version, samme_status_name(status), why.text);
        node->unusable_release = version;
        return SAMME_OK;
    }
    Samme__ReleaseRef reference = SAMME__RELEASE_REF__INIT;
    reference.version = version;
    reference.note_hash = samme_bytes_of_span(samme_span_of_hash(&hash));
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &reference;
    samme_new_entry entry = {.kind = SAMME__EVENT_KIND__release_taken, .body = &taken};
    uint64_t index;
    status = samme_own_append(node, &entry, 1, &index, error);
    if (status != SAMME_OK)
        return status;
    node->release = version;
    node->release_hash = hash;
    node->release_taken_ms = samme_node_time(node);
    node->policy = policy;
    replay->in_force = version;
    return SAMME_OK;
}
