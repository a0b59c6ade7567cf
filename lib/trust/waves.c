/* Rollout by waves: which branches may take a release when. */
#include "trust/lines.h"
#include "trust/rules.h"

static samme_status check_times(const samme_release *release, samme_error *error) {
    if (release->wave_count > SAMME_RELEASE_WAVES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "release: %zu waves: at most %u are allowed",
                          release->wave_count, SAMME_RELEASE_WAVES_MAX);
    if (release->wave_count < 2 || release->at_ms != 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "release: expected at least two waves, and no at beside them");
    for (size_t i = 0; i < release->wave_count; i++)
        if (release->waves[i].at_ms <= (i > 0 ? release->waves[i - 1].at_ms : 0))
            return samme_fail(error, SAMME_MALFORMED,
                              "release: wave %zu: expected a time after 1970, later than that of "
                              "the wave before",
                              i + 1);
    if (release->expires_ms != 0 &&
        release->expires_ms <= release->waves[release->wave_count - 1].at_ms)
        return samme_fail(error, SAMME_MALFORMED, "release: expected the last wave before expires");
    return SAMME_OK;
}

samme_status samme_waves_check(const samme_release *release, samme_error *error) {
    if (release->wave_count == 0 && release->early_count == 0)
        return SAMME_OK;
    samme_status status = check_times(release, error);
    if (status != SAMME_OK)
        return status;
    if (release->early_count > SAMME_ROSTER_BRANCHES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE,
                          "release: %zu branches in waves: at most %u are allowed",
                          release->early_count, SAMME_ROSTER_BRANCHES_MAX);
    for (size_t i = 0; i < release->early_count; i++) {
        const samme_release_early *early = &release->early[i];
        if (early->branch < 1 || (i > 0 && early[-1].branch >= early->branch))
            return samme_fail(error, SAMME_MALFORMED,
                              "release: early %u: expected branches in order, each once",
                              early->branch);
        if (early->wave < 1 || early->wave >= release->wave_count)
            return samme_fail(error, SAMME_MALFORMED,
                              "release: early %u: expected a wave before the last, found %u",
                              early->branch, early->wave);
    }
    return SAMME_OK;
}

bool samme_waves_append(const samme_release *release, samme_buffer *out) {
    bool timely = true;
    for (size_t i = 0; i < release->wave_count; i++) {
        samme_buffer_printf(out, "wave %zu", i + 1);
        timely = samme_text_time(out, "", release->waves[i].at_ms) && timely;
    }
    for (size_t i = 0; i < release->early_count; i++)
        samme_buffer_printf(out, "early %u %u\n", release->early[i].branch, release->early[i].wave);
    return timely;
}

void samme_waves_read(samme_lines *lines, samme_release *out) {
    out->waves = samme_lines_room(lines, "wave", SAMME_RELEASE_WAVES_MAX, sizeof *out->waves,
                                  &out->wave_count);
    for (size_t i = 0; i < out->wave_count; i++) {
        samme_lines_next(lines, "wave");
        (void)samme_lines_u64(lines, i + 1, i + 1);
        out->waves[i].at_ms = samme_lines_time(lines);
    }
    out->early = samme_lines_room(lines, "early", SAMME_ROSTER_BRANCHES_MAX, sizeof *out->early,
                                  &out->early_count);
    for (size_t i = 0; i < out->early_count; i++) {
        samme_lines_next(lines, "early");
        out->early[i].branch = samme_lines_u32(lines, 1);
        out->early[i].wave = samme_lines_u32(lines, 1);
    }
}

uint32_t samme_release_wave_of(const samme_release *release, uint32_t branch) {
    size_t first = 0, last = release->early_count; /* in order of branch */
    while (first < last) {
        const size_t middle = first + (last - first) / 2;
        if (release->early[middle].branch == branch)
            return release->early[middle].wave;
        if (release->early[middle].branch < branch)
            first = middle + 1;
        else
            last = middle;
    }
    return release->wave_count > 0 ? (uint32_t)release->wave_count : 1;
}

int64_t samme_release_due_ms(const samme_release *release, uint32_t branch) {
    return release->wave_count > 0
               ? release->waves[samme_release_wave_of(release, branch) - 1].at_ms
               : release->at_ms;
}

bool samme_release_due(const samme_release *release, uint32_t branch, int64_t time_ms) {
    return samme_release_due_ms(release, branch) <= time_ms;
}
