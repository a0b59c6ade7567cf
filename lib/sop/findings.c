#include "sop/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES = 400 };

void samme_document_findings_init(samme_document_findings *findings) {
    *findings = (samme_document_findings){0};
    /* Path, id, language and text of each. */
    samme_arena_init(&findings->arena, SAMME_DOCUMENT_FINDINGS_MAX * (2 * TEXT_BYTES + 512));
    samme_buffer_init(&findings->items,
                      SAMME_DOCUMENT_FINDINGS_MAX * sizeof(samme_document_finding));
}

void samme_document_findings_free(samme_document_findings *findings) {
    samme_arena_free(&findings->arena);
    samme_buffer_free(&findings->items);
    findings->left_out = 0;
}

/* A list that outlives its documents keeps its own copies. */
static const char *keep(samme_document_findings *findings, const char *text) {
    return text == NULL || text[0] == 0 ? "" : samme_arena_text(&findings->arena, text);
}

void samme_document_findings_add(samme_document_findings *findings, samme_severity severity,
                                 const char *code, const samme_document_place *place,
                                 const char *format, ...) {
    char text[TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const samme_document_finding finding = {
        .code = code,
        .severity = severity,
        .path = keep(findings, place->path),
        .line = place->line,
        .column = place->column,
        .id = keep(findings, place->id),
        .language = keep(findings, place->language),
        .text = keep(findings, text),
    };
    bool kept = finding.path != NULL && finding.id != NULL && finding.language != NULL &&
                finding.text != NULL;
    if (kept)
        samme_buffer_append(&findings->items, SAMME_SPAN(&finding, sizeof finding));
    if (!kept || samme_buffer_status(&findings->items) != SAMME_OK)
        findings->left_out++;
}

static samme_document_finding *items(const samme_document_findings *findings) {
    return (void *)findings->items.data;
}

size_t samme_document_findings_count(const samme_document_findings *findings) {
    return findings->items.length / sizeof(samme_document_finding);
}

const samme_document_finding *samme_document_findings_at(const samme_document_findings *findings,
                                                         size_t index) {
    return &items(findings)[index];
}

size_t samme_document_findings_blocking(const samme_document_findings *findings) {
    size_t blocking = findings->left_out;
    for (size_t i = 0; i < samme_document_findings_count(findings); i++) {
        const samme_document_finding *finding = &items(findings)[i];
        if (finding->severity == SAMME_SEVERITY_ERROR ||
            (finding->severity == SAMME_SEVERITY_WAIVABLE && !finding->waived))
            blocking++;
    }
    return blocking;
}

static int order_of(const samme_document_finding *a, const samme_document_finding *b) {
    int order = strcmp(a->path, b->path);
    if (order != 0)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static void merge(const samme_document_finding *from, size_t middle, size_t count,
                  samme_document_finding *to) {
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool takes_left =
            left < middle && (right == count || order_of(&from[left], &from[right]) <= 0);
        to[i] = takes_left ? from[left++] : from[right++];
    }
}

/* Merge sort, since qsort keeps no order among equals; `room` is as large. Recurses log2 deep. */
static void sort(samme_document_finding *list, size_t count, samme_document_finding *room) {
    if (count < 2)
        return;
    size_t middle = count / 2;
    sort(list, middle, room);
    sort(list + middle, count - middle, room);
    merge(list, middle, count, room);
    memcpy(list, room, count * sizeof *list);
}

void samme_document_findings_sort(samme_document_findings *findings) {
    size_t count = samme_document_findings_count(findings);
    samme_document_finding *room = calloc(count + 1, sizeof *room);
    if (room == NULL)
        return; /* unsorted is still complete */
    sort(items(findings), count, room);
    free(room);
}

size_t samme_document_findings_waive(samme_document_findings *findings, const char *code,
                                     const char *path, const char *id) {
    size_t waived = 0;
    for (size_t i = 0; i < samme_document_findings_count(findings); i++) {
        samme_document_finding *finding = &items(findings)[i];
        if (finding->severity != SAMME_SEVERITY_WAIVABLE || strcmp(finding->code, code) != 0 ||
            strcmp(finding->path, path) != 0 || strcmp(finding->id, id) != 0)
            continue;
        finding->waived = true;
        waived++;
    }
    return waived;
}

void samme_document_finding_print(const samme_document_finding *finding, samme_buffer *out) {
    samme_buffer_append_text(out, finding->path);
    if (finding->line > 0)
        samme_buffer_printf(out, ":%u:%u", finding->line, finding->column);
    samme_buffer_printf(out, ": %s: ", finding->code);
    samme_buffer_append_text(out, finding->text);
}
