#include "cli/release_waves.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"

/* A file on its way into a release. */
typedef struct reading {
    const char *path;
    const Samme__Chain *chain;
    const Samme__Waves *waves;
    samme_release *release;
    samme_error *error;
} reading;

static samme_status read_times(const reading *in, int64_t now_ms) {
    samme_release *release = in->release;
    for (size_t i = 0; i < in->waves->n_waves; i++) {
        const char *at = in->waves->waves[i]->at;
        int64_t ms = now_ms;
        int32_t offset;
        char written[SAMME_TIME_TEXT_BYTES] = "";
        if ((at[0] == 0 && i == 0) || samme_time_parse(at, &ms, &offset) == SAMME_OK)
            samme_time_format(ms, written); /* an offset may lead out of the years there are */
        if (written[0] == 0 || ms < 1000)
            return samme_fail(in->error, SAMME_MALFORMED,
                              "%s: waves[%zu].at: expected a time as 2026-01-31T08:00:00Z, found "
                              "\"%.40s\"",
                              in->path, i, at);
        release->waves[i].at_ms = ms / 1000 * 1000;
        if (i > 0 && release->waves[i].at_ms <= release->waves[i - 1].at_ms)
            return samme_fail(in->error, SAMME_MALFORMED,
                              "%s: waves[%zu].at: expected a time later than the wave before has",
                              in->path, i);
    }
    return SAMME_OK;
}

/* A branch named twice, by itself and by its group, is of the wave all the same; of two waves it
 * cannot be. */
static samme_status add_branch(const reading *in, uint32_t branch, size_t wave) {
    samme_release *release = in->release;
    for (size_t i = 0; i < release->early_count; i++) {
        if (release->early[i].branch != branch)
            continue;
        if (release->early[i].wave == wave + 1)
            return SAMME_OK;
        return samme_fail(in->error, SAMME_MALFORMED,
                          "%s: waves[%zu]: branch %u is of waves[%u] already", in->path, wave,
                          branch, release->early[i].wave - 1);
    }
    release->early[release->early_count++] =
        (samme_release_early){.branch = branch, .wave = (uint32_t)wave + 1};
    return SAMME_OK;
}

static samme_status add_number(const reading *in, uint32_t number, size_t wave) {
    for (size_t i = 0; i < in->chain->n_branches; i++)
        if (in->chain->branches[i]->number == number)
            return add_branch(in, number, wave);
    return samme_fail(in->error, SAMME_MALFORMED,
                      "%s: waves[%zu].branches: chain.yaml has no branch %u", in->path, wave,
                      number);
}

static samme_status add_group(const reading *in, const char *group, size_t wave) {
    bool some = false;
    for (size_t i = 0; i < in->chain->n_branches; i++) {
        const Samme__Branch *branch = in->chain->branches[i];
        for (size_t g = 0; g < branch->n_groups; g++) {
            if (strcmp(branch->groups[g], group) != 0)
                continue;
            some = true;
            samme_status status = add_branch(in, branch->number, wave);
            if (status != SAMME_OK)
                return status;
        }
    }
    return some ? SAMME_OK
                : samme_fail(in->error, SAMME_MALFORMED,
                             "%s: waves[%zu].groups: no branch of chain.yaml is in \"%.60s\"",
                             in->path, wave, group);
}

static samme_status read_branches(const reading *in) {
    for (size_t w = 0; w < in->waves->n_waves; w++) {
        const Samme__Wave *wave = in->waves->waves[w];
        const bool names = wave->n_branches > 0 || wave->n_groups > 0;
        const bool last = w + 1 == in->waves->n_waves;
        if (names == last)
            return samme_fail(in->error, SAMME_MALFORMED, "%s: waves[%zu]: expected %s", in->path,
                              w,
                              last ? "no branches and groups: the last wave is everybody else"
                                   : "branches or groups");
        samme_status status = SAMME_OK;
        for (size_t i = 0; i < wave->n_branches && status == SAMME_OK; i++)
            status = add_number(in, wave->branches[i], w);
        for (size_t i = 0; i < wave->n_groups && status == SAMME_OK; i++)
            status = add_group(in, wave->groups[i], w);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

static int by_branch(const void *a, const void *b) {
    const uint32_t left = ((const samme_release_early *)a)->branch;
    const uint32_t right = ((const samme_release_early *)b)->branch;
    return (left > right) - (left < right);
}

static samme_status fill(const reading *in, int64_t now_ms) {
    samme_release *release = in->release;
    const size_t count = in->waves->n_waves;
    if (count < 2 || count > SAMME_RELEASE_WAVES_MAX)
        return samme_fail(in->error, SAMME_MALFORMED, "%s: waves: expected 2 to %u", in->path,
                          SAMME_RELEASE_WAVES_MAX);
    release->waves = calloc(count, sizeof *release->waves);
    release->early = calloc(in->chain->n_branches + 1, sizeof *release->early);
    if (release->waves == NULL || release->early == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for the waves");
    release->wave_count = count;
    samme_status status = read_times(in, now_ms);
    if (status == SAMME_OK)
        status = read_branches(in);
    if (status == SAMME_OK)
        qsort(release->early, release->early_count, sizeof *release->early, by_branch);
    return status;
}

samme_status samme_release_waves_read(samme_span text, const char *path, const Samme__Chain *chain,
                                      int64_t now_ms, samme_release *release, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 32 * SAMME_DOCUMENT_MAX_BYTES);
    reading in = {.path = path, .chain = chain, .release = release, .error = error};
    in.waves = SAMME_FROM_YAML(Waves, waves, text, path, &arena, error);
    samme_status status = in.waves == NULL ? SAMME_MALFORMED : fill(&in, now_ms);
    samme_arena_free(&arena);
    return status;
}
