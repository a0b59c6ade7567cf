#include <inttypes.h>
#include <stdio.h>

#include "boxes/work.h"

void samme_box_report_free(samme_box_report *report) {
    samme_arena_free(&report->arena);
    *report = (samme_box_report){.proved = false};
}

bool samme_box_side_is_any(const samme_box_world *world, uint32_t dimension, samme_box_set side) {
    return side.count > 0 &&
           samme_box_set_meet(side, world->domains[dimension]) == SAMME_BOX_COVERS;
}

samme_status samme_box_report_begin(samme_box_work *work, samme_box_report *report) {
    *report = (samme_box_report){.proved = false};
    samme_arena_init(&report->arena, SAMME_BOX_MEMORY_BYTES);
    report->findings =
        samme_arena_alloc(&report->arena, work->findings_most * sizeof *report->findings);
    return report->findings == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

static samme_status copy_sides(samme_arena *arena, const samme_box_set *sides, uint32_t count,
                               const samme_box_set **out) {
    samme_box_set *copies = samme_arena_alloc(arena, count * sizeof *copies);
    if (copies == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < count; d++) {
        samme_status status = samme_box_set_normal(arena, sides[d], &copies[d]);
        if (status != SAMME_OK)
            return status;
    }
    *out = copies;
    return SAMME_OK;
}

samme_status samme_box_report_add(samme_box_work *work, samme_box_report *report,
                                  const samme_box_set *sides, const int64_t *example,
                                  samme_box_finding **out) {
    *out = NULL;
    if (report->count == work->findings_most) {
        report->more = true;
        return SAMME_OK;
    }
    samme_box_finding finding = {.sides = NULL};
    if (sides != NULL) {
        samme_status status = copy_sides(&report->arena, sides, work->dimensions, &finding.sides);
        if (status != SAMME_OK)
            return status;
    }
    if (example != NULL) {
        const size_t bytes = work->dimensions * sizeof *example;
        int64_t *copy = samme_arena_alloc(&report->arena, bytes);
        if (copy == NULL)
            return SAMME_NO_MEMORY;
        memcpy(copy, example, bytes);
        finding.example = copy;
    }
    report->findings[report->count] = finding;
    *out = &report->findings[report->count++];
    return SAMME_OK;
}

samme_status samme_box_report_end(samme_box_work *work, samme_box_report *report,
                                  samme_status status, samme_box_report *out) {
    report->proved = status == SAMME_OK;
    report->steps = work->steps - work->steps_left;
    if (status == SAMME_FULL)
        snprintf(report->reason, sizeof report->reason, "the budget of %" PRIu64 " steps ran out",
                 work->steps);
    else if (status == SAMME_NO_MEMORY)
        snprintf(report->reason, sizeof report->reason, "it needs more memory than %zu MiB",
                 SAMME_BOX_MEMORY_BYTES >> 20);
    else if (status != SAMME_OK) {
        samme_box_report_free(report);
        return status;
    }
    *out = *report;
    return SAMME_OK;
}
