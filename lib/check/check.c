#include "check/check.h"

#include <stdlib.h>

#include "check/parts.h"
#include "check/tables.h"

const samme_document *samme_folder_find(const samme_check_folder *folder, const char *path) {
    for (size_t i = 0; i < folder->count; i++)
        if (strcmp(folder->documents[i].path, path) == 0)
            return &folder->documents[i];
    return NULL;
}

/* The floor's answer is told from the policy's by asking a policy that has none. */
static samme_status compile_bare(const samme_check_folder *folder, samme_policy **out,
                                 samme_error *error) {
    samme_document *documents = calloc(folder->count + 1, sizeof *documents);
    size_t count = 0;
    if (documents == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %zu documents", folder->count);
    for (size_t i = 0; i < folder->count; i++)
        if (strncmp(folder->documents[i].path, "floors/", strlen("floors/")) != 0)
            documents[count++] = folder->documents[i];
    samme_status status = samme_policy_compile(documents, count, out, error);
    free(documents);
    return status;
}

static samme_status compile(const samme_check_folder *folder, samme_check_report *report,
                            samme_checked *out, samme_error *error) {
    if (samme_folder_find(folder, "chain.yaml") == NULL)
        return samme_fail(error, SAMME_NOT_FOUND, "expected a document chain.yaml, found none");
    samme_status status =
        samme_policy_compile(folder->documents, folder->count, &out->policy, error);
    if (status == SAMME_OK)
        return compile_bare(folder, &out->bare, error);
    if (status == SAMME_NO_MEMORY || report == NULL)
        return status;
    return samme_check_each_table(folder, report, error);
}

static bool listed(const char *const *list, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

/* The languages of all branches, each once. */
static samme_status find_languages(samme_checked *out, samme_error *error) {
    if (out->policy == NULL)
        return SAMME_OK;
    const Samme__Chain *chain = samme_policy_chain(out->policy);
    size_t room = 0, count = 0;
    for (size_t i = 0; i < chain->n_branches; i++)
        room += chain->branches[i]->n_languages;
    const char **needed = calloc(room + 1, sizeof *needed);
    if (needed == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the languages");
    for (size_t i = 0; i < chain->n_branches; i++)
        for (size_t k = 0; k < chain->branches[i]->n_languages; k++)
            if (!listed(needed, count, chain->branches[i]->languages[k]))
                needed[count++] = chain->branches[i]->languages[k];
    out->languages = (samme_languages){.needed = needed,
                                       .needed_count = count,
                                       .fallbacks = chain->fallbacks,
                                       .fallback_count = chain->n_fallbacks};
    return SAMME_OK;
}

samme_status samme_checked_read(const samme_check_folder *folder, samme_check_report *report,
                                samme_checked *out, samme_error *error) {
    *out = (samme_checked){.folder = folder};
    samme_document_findings findings;
    samme_status status = compile(folder, report, out, error);
    if (status == SAMME_OK)
        status = find_languages(out, error);
    if (status != SAMME_OK)
        return status;
    samme_document_findings_init(&findings);
    status =
        samme_documents_load(folder->documents, folder->count, &out->documents, &findings, error);
    if (status == SAMME_OK && report != NULL)
        samme_check_take(report, &findings);
    samme_document_findings_free(&findings);
    return status;
}

void samme_checked_release(samme_checked *checked) {
    samme_policy_free(checked->policy);
    samme_policy_free(checked->bare);
    samme_documents_free(checked->documents);
    free((void *)(uintptr_t)checked->languages.needed);
}

static void check_tables(const samme_checked *checked, samme_check_report *report) {
    for (size_t i = 0; i < samme_policy_table_count(checked->policy); i++) {
        samme_table_work work = {.policy = checked->policy,
                                 .bare = checked->bare,
                                 .table = samme_policy_table_at(checked->policy, i),
                                 .report = report,
                                 .proved = true};
        samme_check_table(&work);
        if (!work.table->floor)
            samme_check_floors(&work);
        report->tables++;
        report->rules += work.table->rule_count;
        report->proved_tables += work.proved;
        report->proved_rules += work.proved ? work.table->rule_count : 0;
    }
}

static void count_steps(const samme_checked *checked, samme_check_report *report) {
    for (size_t i = 0; i < samme_documents_count(checked->documents); i++) {
        const samme_authored *document = samme_documents_at(checked->documents, i);
        if (document->kind != SAMME_DOCUMENT_PROCEDURE)
            continue;
        const Samme__Procedure *procedure = (const void *)document->message;
        report->procedures++;
        report->steps += procedure->n_steps;
    }
}

static samme_status check_all(const samme_checked *now, const samme_check_folder *after,
                              samme_check_report *report, samme_error *error) {
    count_steps(now, report);
    if (now->policy == NULL)
        return SAMME_OK;
    check_tables(now, report);
    samme_check_loose_ends(now, report);
    samme_status status = samme_check_texts(now, report, error);
    if (status == SAMME_OK)
        status = samme_check_probes(now, report, error);
    if (status == SAMME_OK && after != NULL) {
        samme_checked before;
        status = samme_checked_read(after, NULL, &before, error);
        if (status == SAMME_OK)
            status = samme_check_after(now, &before, report, error);
        else
            samme_fail_in(error, status, "--after");
        samme_checked_release(&before);
    }
    return status == SAMME_OK ? samme_check_waivers(now, report, error) : status;
}

samme_status samme_check(const samme_check_folder *folder, const samme_check_folder *after,
                         samme_check_report *out, samme_error *error) {
    samme_error unread;
    samme_check_report report;
    samme_checked now;
    if (error == NULL)
        error = &unread;
    samme_check_report_init(&report);
    samme_status status = samme_checked_read(folder, &report, &now, error);
    if (status == SAMME_OK)
        status = check_all(&now, after, &report, error);
    samme_checked_release(&now);
    if (status != SAMME_OK) {
        samme_check_report_free(&report);
        return status;
    }
    samme_check_sort(&report);
    *out = report;
    return SAMME_OK;
}
