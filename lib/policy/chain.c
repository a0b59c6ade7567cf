/* chain.yaml: the checks that its form alone does not give. */
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "policy/compiled.h"
#include "policy/place.h"

static bool country_valid(const char *code) {
    return strlen(code) == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' &&
           code[1] <= 'Z';
}

static samme_status check_branch(const Samme__Branch *branch, samme_error *error) {
    if (branch->number == 0)
        return samme_fail(error, SAMME_MALFORMED, "branch: number: expected 1 or more");
    if (branch->country[0] != 0 && !country_valid(branch->country))
        return samme_fail(error, SAMME_MALFORMED,
                          "branch %u: country: expected two capital letters (ISO 3166-1), found "
                          "\"%.20s\"",
                          branch->number, branch->country);
    if (branch->currency[0] != 0 && !samme_currency_valid(branch->currency))
        return samme_fail(error, SAMME_MALFORMED,
                          "branch %u: currency: expected three capital letters (ISO 4217), found "
                          "\"%.20s\"",
                          branch->number, branch->currency);
    if (branch->utc_offset_minutes < -12 * 60 || branch->utc_offset_minutes > 14 * 60)
        return samme_fail(error, SAMME_MALFORMED,
                          "branch %u: utc_offset_minutes: expected -720 to 840, found %d",
                          branch->number, branch->utc_offset_minutes);
    return SAMME_OK;
}

static int by_number(const void *a, const void *b) {
    const Samme__Branch *const *left = a;
    const Samme__Branch *const *right = b;
    return ((*left)->number > (*right)->number) - ((*left)->number < (*right)->number);
}

static samme_status fail_branch(const Samme__Branch *branch, size_t nth, samme_status status,
                                const samme_document *document, samme_error *error) {
    char number[12];
    snprintf(number, sizeof number, "%u", branch->number);
    return samme_place_fail(error, status, document, "number", number, nth);
}

/* Checks each, and sorts them by number for samme_policy_branch. */
static samme_status build_branches(samme_policy *policy, const samme_document *document,
                                   samme_error *error) {
    const Samme__Chain *chain = policy->chain;
    for (size_t i = 0; i < chain->n_branches; i++) {
        samme_status status = check_branch(chain->branches[i], error);
        if (status != SAMME_OK)
            return fail_branch(chain->branches[i], 0, status, document, error);
    }
    size_t bytes = chain->n_branches * sizeof *policy->branches;
    policy->branches = samme_arena_alloc(&policy->arena, bytes);
    if (policy->branches == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the branches");
    if (chain->n_branches > 0) {
        memcpy(policy->branches, chain->branches, bytes);
        qsort(policy->branches, chain->n_branches, sizeof *policy->branches, by_number);
    }
    for (size_t i = 1; i < chain->n_branches; i++) {
        const Samme__Branch *branch = policy->branches[i];
        if (policy->branches[i - 1]->number != branch->number)
            continue;
        samme_fail(error, SAMME_MALFORMED, "branch %u: expected each number once, found it twice",
                   branch->number);
        return fail_branch(branch, 1, SAMME_MALFORMED, document, error);
    }
    return SAMME_OK;
}

static samme_status check_freshness(const Samme__Chain *chain, samme_error *error) {
    const Samme__Freshness *freshness = chain->freshness;
    if (freshness != NULL && freshness->conservative_after_hours != 0 &&
        freshness->conservative_after_hours < freshness->cautious_after_hours)
        return samme_fail(
            error, SAMME_MALFORMED,
            "freshness: conservative_after_hours: expected at least cautious_after_hours "
            "(%u), found %u",
            freshness->cautious_after_hours, freshness->conservative_after_hours);
    return SAMME_OK;
}

static samme_status build_categories(samme_policy *policy, const samme_document *document,
                                     samme_error *error) {
    const Samme__Chain *chain = policy->chain;
    size_t at = 0;
    samme_status status =
        samme_categories_build(chain, &policy->arena, &policy->categories, &at, error);
    if (status != SAMME_MALFORMED)
        return status == SAMME_OK ? status
                                  : samme_place_fail(error, status, document, NULL, NULL, 0);
    size_t earlier = 0;
    for (size_t i = 0; i < at; i++)
        if (strcmp(chain->categories[i]->code, chain->categories[at]->code) == 0)
            earlier++;
    return samme_place_fail(error, status, document, "code", chain->categories[at]->code, earlier);
}

samme_status samme_chain_compile(samme_policy *policy, const samme_document *document,
                                 samme_error *error) {
    const Samme__Chain *chain =
        SAMME_FROM_YAML(Chain, chain, document->content, document->path, &policy->arena, error);
    if (chain == NULL)
        return error->status;
    policy->chain = chain;
    if (chain->chain[0] == 0) {
        samme_fail(error, SAMME_MALFORMED,
                   "chain: expected the name of the chain, a domain it owns");
        return samme_place_fail(error, SAMME_MALFORMED, document, "chain", NULL, 0);
    }
    samme_status status = build_branches(policy, document, error);
    if (status != SAMME_OK)
        return status;
    status = check_freshness(chain, error);
    if (status != SAMME_OK)
        return samme_place_fail(error, status, document, "conservative_after_hours", NULL, 0);
    return build_categories(policy, document, error);
}

const Samme__Chain *samme_policy_chain(const samme_policy *policy) {
    return policy->chain;
}

const Samme__Branch *samme_policy_branch(const samme_policy *policy, uint32_t number) {
    const Samme__Branch wanted = {.number = number};
    const Samme__Branch *key = &wanted;
    const Samme__Branch *const *found = bsearch(&key, policy->branches, policy->chain->n_branches,
                                                sizeof *policy->branches, by_number);
    return found != NULL ? *found : NULL;
}

bool samme_policy_has_category(const samme_policy *policy, const char *code) {
    return samme_categories_find(&policy->categories, samme_span_of_text(code)) != NULL;
}
