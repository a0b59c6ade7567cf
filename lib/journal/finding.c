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
        return "fact";
    case SAMME_FINDING_RELEASE:
        return "release";
    case SAMME_FINDING_ANCHOR:
        return "anchor";
    case SAMME_FINDING_UNDECIDABLE:
        return "undecidable";
    case SAMME_FINDING_KIND_COUNT:
        break;
    }
    return "?";
}

void samme_report(const samme_replay *replay, samme_finding_kind kind,
                  const samme_position *position, const char *format, ...) {
    if (replay->options.finding == NULL)
        return;
    samme_finding finding = {.kind = kind, .position = *position};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding.text, sizeof finding.text, format, arguments);
    va_end(arguments);
    replay->options.finding(replay->options.finding_context, &finding);
}
