#include <stdlib.h>

#include "policy/compiled.h"
#include "samme/limits.h"

/* Both documents as messages, categories and rules: some tens of times their text. */
#define ARENA_MAX_BYTES (64u * 1024u * 1024u)

/* "policy/NAME.yaml", not deeper, not hidden. */
static bool is_policy(const char *path) {
    static const char folder[] = "policy/";
    static const char ending[] = ".yaml";
    size_t length = strlen(path);
    if (strncmp(path, folder, sizeof folder - 1) != 0)
        return false;
    const char *name = path + sizeof folder - 1;
    return name[0] != '.' && strchr(name, '/') == NULL && strlen(name) > sizeof ending - 1 &&
           strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

static samme_status take(const samme_document *document, const samme_document **slot,
                         const char *what, samme_error *error) {
    if (*slot != NULL)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected one %s, found %s too",
                          document->path, what, (*slot)->path);
    if (document->content.length > SAMME_DOCUMENT_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: expected at most %u bytes, found %zu",
                          document->path, SAMME_DOCUMENT_MAX_BYTES, document->content.length);
    *slot = document;
    return SAMME_OK;
}

static samme_status find_documents(const samme_document *documents, size_t count,
                                   const samme_document **out_chain,
                                   const samme_document **out_policy, samme_error *error) {
    for (size_t i = 0; i < count; i++) {
        samme_status status = SAMME_OK;
        if (strcmp(documents[i].path, "chain.yaml") == 0)
            status = take(&documents[i], out_chain, "chain.yaml", error);
        else if (is_policy(documents[i].path))
            status = take(&documents[i], out_policy, "policy", error);
        if (status != SAMME_OK)
            return status;
    }
    if (*out_chain == NULL)
        return samme_fail(error, SAMME_NOT_FOUND, "expected a document chain.yaml, found none");
    if (*out_policy == NULL)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "expected a document policy/NAME.yaml, found none");
    return SAMME_OK;
}

samme_status samme_policy_compile(const samme_document *documents, size_t count, samme_policy **out,
                                  samme_error *error) {
    samme_error unread;
    if (error == NULL)
        error = &unread;
    const samme_document *chain = NULL;
    const samme_document *table = NULL;
    samme_status status = find_documents(documents, count, &chain, &table, error);
    if (status != SAMME_OK)
        return status;
    samme_policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a policy");
    samme_arena_init(&policy->arena, ARENA_MAX_BYTES);
    status = samme_chain_compile(policy, chain, error);
    if (status == SAMME_OK)
        status = samme_table_compile(policy, table, error);
    if (status == SAMME_OK)
        *out = policy;
    else
        samme_policy_free(policy);
    return status;
}

void samme_policy_free(samme_policy *policy) {
    if (policy == NULL)
        return;
    samme_buffer_free(&policy->table.cells);
    samme_buffer_free(&policy->table.intervals);
    samme_arena_free(&policy->arena);
    free(policy);
}
