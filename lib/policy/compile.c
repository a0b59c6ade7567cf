/* The documents of a release to a policy: which they are, and which table is
 * for which country. */
#include <stdlib.h>

#include "policy/compiled.h"
#include "samme/limits.h"

/* Documents as messages, categories, rules and their indexes. */
#define ARENA_MAX_BYTES (256u * 1024u * 1024u)

bool samme_policy_is_table(const char *path, const char *folder) {
    static const char ending[] = ".yaml";
    size_t length = strlen(path), before = strlen(folder);
    if (strncmp(path, folder, before) != 0)
        return false;
    const char *name = path + before;
    return name[0] != '.' && strchr(name, '/') == NULL && strlen(name) > sizeof ending - 1 &&
           strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

bool samme_policy_reads(const char *path) {
    return strcmp(path, "chain.yaml") == 0 || strncmp(path, "policy/", strlen("policy/")) == 0 ||
           strncmp(path, "floors/", strlen("floors/")) == 0;
}

/* What was found among the documents; policies and floors each in the order of
 * their paths. */
typedef struct found {
    samme_documents_given given;
    const samme_document *chain;
    const samme_document *tables[SAMME_POLICY_TABLES_MAX];
    size_t policies;
    size_t count;
} found;

static int by_path(const void *a, const void *b) {
    const samme_document *const *left = a, *const *right = b;
    return strcmp((*left)->path, (*right)->path);
}

static samme_status add_tables(found *out, const char *folder, samme_error *error) {
    size_t first = out->count;
    for (size_t i = 0; i < out->given.count; i++) {
        const samme_document *document = &out->given.documents[i];
        if (!samme_policy_is_table(document->path, folder))
            continue;
        if (out->count == SAMME_POLICY_TABLES_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u policies and floors",
                              SAMME_POLICY_TABLES_MAX);
        out->tables[out->count++] = document;
    }
    qsort(out->tables + first, out->count - first, sizeof(const samme_document *), by_path);
    for (size_t i = first + 1; i < out->count; i++)
        if (strcmp(out->tables[i - 1]->path, out->tables[i]->path) == 0)
            return samme_fail(error, SAMME_MALFORMED, "%s: expected it once, found it twice",
                              out->tables[i]->path);
    return SAMME_OK;
}

static samme_status find_documents(found *out, samme_error *error) {
    for (size_t i = 0; i < out->given.count; i++) {
        const samme_document *document = &out->given.documents[i];
        if (samme_policy_reads(document->path) &&
            document->content.length > SAMME_DOCUMENT_MAX_BYTES)
            return samme_fail(error, SAMME_TOO_LARGE, "%s: expected at most %u bytes, found %zu",
                              document->path, SAMME_DOCUMENT_MAX_BYTES, document->content.length);
        if (strcmp(document->path, "chain.yaml") != 0)
            continue;
        if (out->chain != NULL)
            return samme_fail(error, SAMME_MALFORMED,
                              "chain.yaml: expected it once, found it twice");
        out->chain = document;
    }
    if (out->chain == NULL)
        return samme_fail(error, SAMME_NOT_FOUND, "expected a document chain.yaml, found none");
    samme_status status = add_tables(out, "policy/", error);
    out->policies = out->count;
    if (status == SAMME_OK && out->policies == 0)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "expected a document policy/NAME.yaml, found none");
    return status == SAMME_OK ? add_tables(out, "floors/", error) : status;
}

static samme_status check_names(const samme_policy *policy, samme_error *error) {
    for (size_t i = 1; i < policy->table_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(policy->tables[i].name, policy->tables[k].name) == 0)
                return samme_fail(error, SAMME_MALFORMED,
                                  "%s: policy: expected a name of its own, %s is \"%s\" too",
                                  policy->tables[i].path, policy->tables[k].path,
                                  policy->tables[i].name);
    return SAMME_OK;
}

/* Puts table number `at` where the country's is to be; two are an error. */
static samme_status claim(samme_policy *policy, size_t at, size_t country, const char *what,
                          samme_error *error) {
    uint16_t *slot = &policy->by_country[country];
    if (*slot != 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "%s: countries: expected one policy for %s, %s is",
                          policy->tables[at].path, what, policy->tables[*slot - 1].path);
    *slot = (uint16_t)(at + 1);
    return SAMME_OK;
}

static samme_status map_countries(samme_policy *policy, samme_error *error) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < policy->policy_count && status == SAMME_OK; i++) {
        const samme_table *table = &policy->tables[i];
        if (table->country_count == 0)
            status = claim(policy, i, SAMME_COUNTRIES, "all countries that no other names", error);
        for (size_t k = 0; k < table->country_count && status == SAMME_OK; k++)
            status =
                claim(policy, i, (size_t)table->countries[k], table->source->countries[k], error);
    }
    for (size_t i = 0; i < SAMME_COUNTRIES; i++)
        if (policy->by_country[i] == 0)
            policy->by_country[i] = policy->by_country[SAMME_COUNTRIES];
    return status;
}

static bool names_country(const samme_table *table, size_t country) {
    for (size_t i = 0; i < table->country_count; i++)
        if (table->countries[i] == (int64_t)country)
            return true;
    return false;
}

static samme_status map_floors(samme_policy *policy, samme_error *error) {
    size_t room = 0, count = 0;
    for (size_t i = policy->policy_count; i < policy->table_count; i++)
        room += policy->tables[i].country_count;
    policy->floors = samme_arena_alloc(&policy->arena, (room + 1) * sizeof(const samme_table *));
    if (policy->floors == NULL || room > UINT16_MAX)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the floors");
    for (size_t country = 0; room > 0 && country < SAMME_COUNTRIES; country++) {
        samme_floor_run *run = &policy->floor_runs[country];
        run->first = (uint16_t)count;
        for (size_t i = policy->policy_count; i < policy->table_count; i++)
            if (names_country(&policy->tables[i], country))
                policy->floors[count++] = &policy->tables[i];
        run->count = (uint16_t)(count - run->first);
    }
    return SAMME_OK;
}

static samme_status compile(samme_policy *policy, const found *in, samme_error *error) {
    samme_status status = samme_chain_read(in->chain, &policy->arena, &policy->form, error);
    if (status != SAMME_OK)
        return status;
    policy->tables = samme_arena_alloc(&policy->arena, in->count * sizeof *policy->tables);
    if (policy->tables == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a policy");
    policy->policy_count = in->policies;
    for (size_t i = 0; i < in->count && status == SAMME_OK; i++) {
        policy->tables[i] = (samme_table){.floor = i >= in->policies};
        status = samme_table_compile(policy, &in->given, in->tables[i], &policy->tables[i], error);
        policy->table_count = i + 1;
    }
    if (status == SAMME_OK)
        status = check_names(policy, error);
    if (status == SAMME_OK)
        status = map_countries(policy, error);
    return status == SAMME_OK ? map_floors(policy, error) : status;
}

samme_status samme_policy_compile(const samme_document *documents, size_t count, samme_policy **out,
                                  samme_error *error) {
    samme_error unread;
    if (error == NULL)
        error = &unread;
    found in = {.given = {documents, count}};
    samme_status status = find_documents(&in, error);
    if (status != SAMME_OK)
        return status;
    samme_policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a policy");
    samme_arena_init(&policy->arena, ARENA_MAX_BYTES);
    status = compile(policy, &in, error);
    if (status == SAMME_OK)
        *out = policy;
    else
        samme_policy_free(policy);
    return status;
}

void samme_policy_free(samme_policy *policy) {
    if (policy == NULL)
        return;
    samme_arena_free(&policy->arena);
    free(policy);
}
