/* Target: samme_documents_load, samme_lint_documents, samme_texts_missing, samme_lint_denials. The
 * input is documents, with a line "%%" between them; the first line of each is its path. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "sop/lint.h"

enum { DOCUMENTS_MAX = 8 };

typedef struct fuzz_folder {
    samme_document documents[DOCUMENTS_MAX];
    size_t count;
} fuzz_folder;

static void take_folder(fuzz_input *input, fuzz_folder *out) {
    samme_span part;
    while (out->count < DOCUMENTS_MAX && fuzz_part(input, &part)) {
        fuzz_input one = fuzz_open(part.data, part.length);
        out->documents[out->count].path = fuzz_text(fuzz_line(&one));
        out->documents[out->count++].content = fuzz_rest(&one);
    }
}

static size_t lines_of(const fuzz_folder *folder, const char *path) {
    size_t most = 0;
    for (size_t i = 0; i < folder->count; i++) {
        size_t lines = 1;
        for (size_t k = 0; k < folder->documents[i].content.length; k++) {
            /* YAML ends lines at U+0085 and U+2028 too. */
            uint8_t byte = folder->documents[i].content.data[k];
            lines += byte == '\n' || byte == '\r' || byte == 0x85 || byte == 0xa8 || byte == 0xa9;
        }
        if (strcmp(folder->documents[i].path, path) == 0 && lines > most)
            most = lines;
    }
    return most;
}

/* A finding says where, and what. */
static void check_findings(const fuzz_folder *folder, const samme_document_findings *findings) {
    for (size_t i = 0; i < samme_document_findings_count(findings); i++) {
        const samme_document_finding *finding = samme_document_findings_at(findings, i);
        FUZZ_MUST(finding->code[0] != 0 && finding->text[0] != 0);
        FUZZ_MUST(finding->line <= lines_of(folder, finding->path) + 1);
        FUZZ_MUST((finding->line == 0) == (finding->column == 0));
    }
}

/* From every step of a sound procedure some way leads to the end. */
static void check_procedure(const Samme__Procedure *procedure) {
    bool ends[SAMME_SOP_STEPS_MAX] = {false};
    for (size_t round = 0; round < procedure->n_steps; round++)
        for (size_t i = 0; i < procedure->n_steps; i++)
            for (size_t way = 0; way <= procedure->steps[i]->n_choices; way++) {
                bool taken = way < procedure->steps[i]->n_choices;
                if (!taken && way > 0)
                    break;
                size_t to = samme_procedure_next(procedure, i, taken ? way : SAMME_NO_CHOICE);
                FUZZ_MUST(to == SAMME_STEP_END || to < procedure->n_steps);
                ends[i] = ends[i] || to == SAMME_STEP_END || ends[to];
            }
    for (size_t i = 0; i < procedure->n_steps; i++)
        FUZZ_MUST(ends[i]);
}

static void check_documents(const samme_documents *documents) {
    for (size_t i = 0; i < samme_documents_count(documents); i++) {
        const samme_authored *authored = samme_documents_at(documents, i);
        FUZZ_MUST(samme_documents_find(documents, authored->kind, authored->name) != NULL);
        if (authored->kind == SAMME_DOCUMENT_PROCEDURE && authored->sound)
            check_procedure((const void *)authored->message);
    }
}

static void look_at_language(const samme_documents *documents, samme_document_findings *findings) {
    static const char *const needed[] = {"da-DK", "hi", "en"};
    static const char *const codes[] = {"LATE", "A"};
    const samme_languages languages = {.needed = needed, .needed_count = 3};
    samme_error error = {0};
    FUZZ_MUST_OK(samme_lint_documents(documents, findings, &error), &error);
    samme_texts_missing(documents, &languages, findings);
    samme_lint_denials(documents, codes, 2, &languages, findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    fuzz_folder folder = {.count = 0};
    take_folder(&input, &folder);
    samme_document_findings findings;
    samme_documents *documents = NULL;
    samme_error error = {0};
    samme_document_findings_init(&findings);
    FUZZ_MUST_OK(
        samme_documents_load(folder.documents, folder.count, &documents, &findings, &error),
        &error);
    check_documents(documents);
    look_at_language(documents, &findings);
    samme_document_findings_sort(&findings);
    check_findings(&folder, &findings);
    samme_document_findings_free(&findings);
    samme_documents_free(documents);
    for (size_t i = 0; i < folder.count; i++)
        free((void *)(uintptr_t)folder.documents[i].path);
    return 0;
}
