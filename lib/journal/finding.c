#include <stdarg.h>
#include <stdio.h>

#include "journal/replaying.h"

const char *samme_finding_name(samme_finding_kind kind) {
    switch (kind) {
    case SAMME_FINDING_QUARANTINED:
        return "quarantined";
    case SAMME_FINDING_DECISION:
        return "decision";
    case SAMME_FINDING_FACT:
        return "fact_mismatch";
    case SAMME_FINDING_RELEASE:
        return "release";
    case SAMME_FINDING_ANCHOR:
        return "anchor";
    case SAMME_FINDING_UNDECIDABLE:
        return "undecidable";
    case SAMME_FINDING_APPROVAL:
        return "approval";
    case SAMME_FINDING_TIME:
        return "time";
    case SAMME_FINDING_DAY_TOTAL:
        return "day_total";
    case SAMME_FINDING_KNOWN:
        return "known";
    case SAMME_FINDING_BASIS_LOST:
        return "basis_lost";
    case SAMME_FINDING_KIND_COUNT:
        break;
    }
    return "?";
}

static void say(const samme_replay *replay, samme_finding *finding, const char *format,
                va_list arguments) {
    const uint32_t only = replay->options.only_branch;
    if (replay->options.finding == NULL || !replay->looking ||
        (only != 0 && finding->position.branch != 0 && finding->position.branch != only))
        return;
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    replay->options.finding(replay->options.finding_context, finding);
}

void samme_report(const samme_replay *replay, samme_finding_kind kind,
                  const samme_position *position, const char *format, ...) {
    samme_finding finding = {.kind = kind, .position = *position};
    va_list arguments;
    va_start(arguments, format);
    say(replay, &finding, format, arguments);
    va_end(arguments);
}

void samme_report_line(const samme_replay *replay, samme_finding_kind kind,
                       const samme_position *position, const char *case_code, uint32_t line,
                       const samme_difference *difference, const char *format, ...) {
    samme_finding finding = {.kind = kind, .position = *position, .line = line};
    snprintf(finding.case_code, sizeof finding.case_code, "%s", case_code);
    if (difference != NULL) {
        finding.field = difference->field;
        memcpy(finding.expected, difference->expected, sizeof finding.expected);
        memcpy(finding.found, difference->found, sizeof finding.found);
    }
    va_list arguments;
    va_start(arguments, format);
    say(replay, &finding, format, arguments);
    va_end(arguments);
}
