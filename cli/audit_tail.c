#include "cli/audit_tail.h"

#include <stdlib.h>

#include "base/layer.h"

typedef struct looking {
    samme_audit_tail *tail;
    uint64_t newest_signed;
} looking;

static void keep(void *context, const samme_finding *finding) {
    const looking *self = context;
    samme_audit_tail *tail = self->tail;
    const bool is_signed = finding->position.index < self->newest_signed;
    tail->findings_total++;
    tail->signed_findings += is_signed;
    if (tail->findings == NULL || tail->finding_count == SAMME_TAIL_FINDINGS_MAX)
        return;
    tail->findings[tail->finding_count++] =
        (samme_tail_finding){.is_signed = is_signed, .finding = *finding};
    samme_audit_clean(tail->findings[tail->finding_count - 1].finding.text);
}

static samme_status look(samme_audit_tail *tail, samme_replay *replay, samme_space *log,
                         const samme_tail_asked *asked) {
    samme_status status = SAMME_OK;
    for (uint64_t i = asked->merged; status == SAMME_OK && i < asked->size; i++) {
        const samme_key8 key = samme_key_u64(i);
        const samme_position at = {.branch = asked->branch, .epoch = asked->epoch, .index = i};
        samme_span entry;
        if (tail->entries == SAMME_TAIL_ENTRIES_MAX) {
            tail->left_out = "more than an audit looks at";
            return SAMME_OK;
        }
        status =
            samme_space_get(log, SAMME_TABLE_OWN, SAMME_SPAN(key.bytes, sizeof key.bytes), &entry);
        if (status == SAMME_NOT_FOUND) {
            tail->left_out = "not all of it lies there";
            return SAMME_OK;
        }
        if (status == SAMME_OK)
            status = samme_replay_tail(replay, &at, entry, NULL);
        tail->entries += status == SAMME_OK;
    }
    return status;
}

samme_status samme_audit_look_at_tail(samme_audit_tail *tail, samme_replay *replay,
                                      samme_space *log, const samme_tail_asked *asked) {
    samme_layer layer;
    if (asked->size <= asked->merged)
        return SAMME_OK;
    samme_status status = samme_layer_init(&layer, replay->rows);
    if (status != SAMME_OK)
        return status;
    looking self = {.tail = tail, .newest_signed = asked->newest_signed};
    const samme_replay kept = *replay;
    tail->findings = calloc(SAMME_TAIL_FINDINGS_MAX, sizeof *tail->findings);
    replay->rows = samme_layer_rows(&layer);
    replay->options.entry = NULL;
    replay->options.line = NULL;
    replay->options.finding = keep;
    replay->options.finding_context = &self;
    status = tail->findings == NULL ? SAMME_NO_MEMORY : look(tail, replay, log, asked);
    tail->decisions = replay->decisions - kept.decisions;
    replay->rows = kept.rows;
    replay->options = kept.options;
    replay->decisions = kept.decisions;
    replay->entries = kept.entries;
    replay->looking = kept.looking;
    samme_layer_fini(&layer);
    return status;
}

void samme_audit_tail_free(samme_audit_tail *tail) {
    free(tail->findings);
    *tail = (samme_audit_tail){0};
}
