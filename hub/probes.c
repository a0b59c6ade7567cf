/* What branches answer to their release's probes, compared with what the hub answers to them by the
 * same documents. Kept in memory: after a start the welcome asks for it again. */
#include <stdio.h>

#include "hub/core.h"

/* The hub's own answers by a release, which must be in the journal; NULL when they cannot be had.
 * Of the newest few releases asked for: branches go forward, so that an older one is not made again
 * for somebody who asks in turns. */
static const samme_probes *reference(samme_hub *hub, uint64_t release) {
    samme_probes *lowest = &hub->references[0];
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++) {
        if (hub->references[i].release == release)
            return hub->references[i].complete ? &hub->references[i] : NULL;
        if (hub->references[i].release < lowest->release)
            lowest = &hub->references[i];
    }
    if (release < lowest->release)
        return NULL;
    samme_status status = samme_probes_begin(lowest, &hub->follow.replay, release, NULL);
    while (status == SAMME_OK && !lowest->complete)
        status = samme_probes_next(lowest, &hub->follow.replay, NULL);
    if (status == SAMME_OK)
        return lowest;
    samme_probes_free(lowest);
    return NULL;
}

samme_status samme_hub_probe_answers(samme_hub_call *call, const Samme__ProbeAnswers *said,
                                     samme_error *error) {
    samme_hub *hub = call->hub;
    const samme_span answers = samme_span_of_bytes(said->answers);
    samme_hash note_hash;
    if (call->branch == NULL)
        return samme_fail(error, SAMME_DENIED, "probes are answered by branches");
    if (answers.length % sizeof(samme_hash) != 0 ||
        answers.length > SAMME_PROBES_MAX * sizeof(samme_hash))
        return samme_fail(error, SAMME_MALFORMED,
                          "expected at most %u answers of 32 bytes, found %zu bytes",
                          SAMME_PROBES_MAX, answers.length);
    samme_status status = samme_replay_release_hash(&hub->follow.replay, said->release, &note_hash);
    if (status == SAMME_NOT_FOUND && said->release > 0 && said->release <= hub->release_version)
        return SAMME_OK; /* not folded yet: the next welcome asks again */
    if (status != SAMME_OK)
        return samme_fail(error, status, "release %llu is not in the journal",
                          (unsigned long long)said->release);
    if (!samme_span_equal(samme_span_of_hash(&note_hash), samme_span_of_bytes(said->note_hash)))
        return samme_fail(error, SAMME_MISMATCH, "release %llu has another note",
                          (unsigned long long)said->release);
    samme_hub_answers *held = &call->peer->answers;
    const samme_probes *own = reference(hub, said->release);
    *held = (samme_hub_answers){.release = said->release,
                                .count = (uint32_t)(answers.length / sizeof(samme_hash)),
                                .digest = samme_probes_digest(said->release, answers),
                                .compared = own != NULL};
    if (own != NULL)
        samme_probes_compare(own, answers, &held->different);
    return SAMME_OK;
}

/* Index of a probe as people know it. A reference that has gone leaves the number. */
static char *probe_name(samme_hub *hub, uint64_t release, uint16_t index) {
    char number[32];
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++)
        if (hub->references[i].release == release && index < hub->references[i].count)
            return samme_arena_text(&hub->arena, samme_probes_id(&hub->references[i], index));
    snprintf(number, sizeof number, "probe %u", index);
    return samme_arena_text(&hub->arena, number);
}

samme_status samme_hub_probe_status(samme_hub *hub, const samme_hub_peer *peer, size_t *names_left,
                                    Samme__PeerStatus *out) {
    const samme_hub_answers *held = &peer->answers;
    size_t named = held->different.count < SAMME_PROBES_DIFFERENT_MAX ? held->different.count
                                                                      : SAMME_PROBES_DIFFERENT_MAX;
    if (named > *names_left)
        named = *names_left;
    *names_left -= named;
    out->probes_release = held->release;
    out->probes = held->count;
    out->probes_compared = held->compared;
    out->probes_different = (uint32_t)held->different.count;
    out->different = samme_arena_alloc(&hub->arena, (named + 1) * sizeof *out->different);
    if (out->different == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < named; i++) {
        out->different[i] = probe_name(hub, held->release, held->different.first[i]);
        if (out->different[i] == NULL)
            return SAMME_NO_MEMORY;
    }
    out->n_different = named;
    return SAMME_OK;
}
