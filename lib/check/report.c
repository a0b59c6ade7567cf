#include "check/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define ARENA_MAX_BYTES ((size_t)512 << 20)
#define JSON_MAX_BYTES  (1u << 20)
enum { TEXT_BYTES = 1024 };

void samme_check_report_init(samme_check_report *report) {
    *report = (samme_check_report){.left_out = 0};
    samme_arena_init(&report->arena, ARENA_MAX_BYTES);
    samme_buffer_init(&report->items, SAMME_CHECK_FINDINGS_MAX * sizeof(samme_check_finding));
}

void samme_check_report_free(samme_check_report *report) {
    samme_arena_free(&report->arena);
    samme_buffer_free(&report->items);
}

static samme_check_finding *items(const samme_check_report *report) {
    return (void *)report->items.data;
}

size_t samme_check_finding_count(const samme_check_report *report) {
    return report->items.length / sizeof(samme_check_finding);
}

const samme_check_finding *samme_check_finding_at(const samme_check_report *report, size_t index) {
    return &items(report)[index];
}

size_t samme_check_blocking(const samme_check_report *report) {
    size_t blocking = report->left_out;
    for (size_t i = 0; i < samme_check_finding_count(report); i++) {
        const samme_check_finding *finding = &items(report)[i];
        blocking += finding->severity == SAMME_SEVERITY_ERROR ||
                    (finding->severity == SAMME_SEVERITY_WAIVABLE && finding->why == NULL);
    }
    return blocking;
}

static bool keep(samme_check_report *report, const char **text) {
    if (*text == NULL || (*text)[0] == 0) {
        *text = "";
        return true;
    }
    *text = samme_arena_text(&report->arena, *text);
    return *text != NULL;
}

void samme_check_add(samme_check_report *report, const samme_check_finding *finding) {
    samme_check_finding copy = *finding;
    const bool kept =
        keep(report, &copy.path) && keep(report, &copy.table) && keep(report, &copy.rule) &&
        keep(report, &copy.other) && keep(report, &copy.language) && keep(report, &copy.text) &&
        keep(report, &copy.facts) && keep(report, &copy.answer) && keep(report, &copy.floor);
    if (kept && samme_buffer_status(&report->items) == SAMME_OK)
        samme_buffer_append(&report->items, SAMME_SPAN(&copy, sizeof copy));
    if (!kept || samme_buffer_status(&report->items) != SAMME_OK)
        report->left_out++;
}

void samme_check_say(samme_check_report *report, samme_severity severity, const char *code,
                     const char *path, samme_spot spot, const char *id, const char *format, ...) {
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    samme_check_add(report, &(samme_check_finding){.code = code,
                                                   .severity = severity,
                                                   .path = path,
                                                   .line = spot.line,
                                                   .column = spot.column,
                                                   .table = path,
                                                   .rule = id,
                                                   .text = text});
}

void samme_check_take(samme_check_report *report, const samme_document_findings *findings) {
    report->left_out += findings->left_out;
    for (size_t i = 0; i < samme_document_findings_count(findings); i++) {
        const samme_document_finding *finding = samme_document_findings_at(findings, i);
        samme_check_add(report, &(samme_check_finding){.code = finding->code,
                                                       .severity = finding->severity,
                                                       .path = finding->path,
                                                       .line = finding->line,
                                                       .column = finding->column,
                                                       .table = finding->path,
                                                       .rule = finding->id,
                                                       .language = finding->language,
                                                       .text = finding->text});
    }
}

/* Takes "12:" off the front. */
static bool take_number(const char **text, unsigned *out) {
    const size_t digits = strspn(*text, "0123456789");
    uint64_t value = 0;
    if ((*text)[digits] != ':' || samme_u64_parse(SAMME_SPAN(*text, digits), &value) != SAMME_OK ||
        value > UINT32_MAX)
        return false;
    *out = (unsigned)value;
    *text += digits + 1;
    return true;
}

void samme_check_say_error(samme_check_report *report, const char *text) {
    const size_t length = strcspn(text, ":");
    char path[TEXT_BYTES];
    samme_spot spot = {0, 0};
    if (text[length] == 0 || length >= sizeof path) {
        samme_check_say(report, SAMME_SEVERITY_ERROR, "schema", "chain.yaml", spot, "", "%s", text);
        return;
    }
    memcpy(path, text, length);
    path[length] = 0;
    const char *rest = text + length + 1;
    if (!take_number(&rest, &spot.line) || !take_number(&rest, &spot.column)) {
        spot = (samme_spot){0, 0};
        rest = text + length + 1;
    }
    samme_check_say(report, SAMME_SEVERITY_ERROR, "schema", path, spot, "", "%s",
                    rest + strspn(rest, " "));
}

static int order(const void *a, const void *b) {
    const samme_check_finding *left = a, *right = b;
    int by = strcmp(left->path, right->path);
    if (by == 0)
        by = (left->line > right->line) - (left->line < right->line);
    if (by == 0)
        by = (left->column > right->column) - (left->column < right->column);
    if (by == 0)
        by = strcmp(left->code, right->code);
    if (by == 0)
        by = strcmp(left->rule, right->rule);
    if (by == 0)
        by = strcmp(left->other, right->other);
    if (by == 0)
        by = strcmp(left->language, right->language);
    return by != 0 ? by : strcmp(left->text, right->text);
}

void samme_check_sort(samme_check_report *report) {
    const size_t count = samme_check_finding_count(report);
    if (count > 0)
        qsort(items(report), count, sizeof(samme_check_finding), order);
}

size_t samme_check_waive(samme_check_report *report, const char *code, const char *table,
                         const char *rule, const char *why) {
    size_t waived = 0;
    for (size_t i = 0; i < samme_check_finding_count(report); i++) {
        samme_check_finding *finding = &items(report)[i];
        if (finding->severity != SAMME_SEVERITY_WAIVABLE || strcmp(finding->code, code) != 0 ||
            strcmp(finding->table, table) != 0 || strcmp(finding->rule, rule) != 0)
            continue;
        const char *kept = samme_arena_text(&report->arena, why);
        finding->why = kept != NULL ? kept : "";
        waived++;
    }
    return waived;
}

const char *samme_facts_json(samme_arena *arena, const Samme__Facts *facts) {
    samme_buffer text;
    samme_buffer_init(&text, JSON_MAX_BYTES);
    samme_to_json(facts, &text);
    const char *copy = samme_arena_text(arena, samme_buffer_text(&text));
    samme_buffer_free(&text);
    return copy != NULL ? copy : "";
}

const char *samme_answer_json(samme_arena *arena, const samme_policy *policy,
                              const Samme__Facts *facts) {
    samme_decision decision;
    samme_buffer text;
    samme_buffer_init(&text, JSON_MAX_BYTES);
    if (samme_policy_decide(policy, facts, &decision, NULL) == SAMME_OK)
        samme_to_json(&decision.answer, &text);
    const char *copy = samme_arena_text(arena, samme_buffer_text(&text));
    samme_buffer_free(&text);
    return copy != NULL ? copy : "";
}
