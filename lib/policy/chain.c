/* chain.yaml: branches, categories and days, to the form that decisions and
 * nodes ask. */
#include "policy/chain.h"

#include <stdlib.h>

#include "base/money.h"

/* What reading has at hand. The error is never NULL. */
typedef struct reading {
    samme_arena *arena;
    samme_chain_form *form;
    const samme_placed *placed;
    samme_error *error;
} reading;

static samme_status fail_memory(const reading *in) {
    return samme_fail(in->error, SAMME_NO_MEMORY, "%s: no memory", in->placed->path);
}

static samme_status check_branch(const reading *in, const Samme__Branch *branch) {
    samme_error *error = in->error;
    if (branch->number == 0) {
        samme_fail(error, SAMME_MALFORMED, "branch: number: expected 1 or more");
        return samme_placed_fail(in->placed, error, SAMME_MALFORMED, &branch->number, branch);
    }
    if (branch->country[0] != 0 && samme_country_value(branch->country) == SAMME_ABSENT) {
        samme_fail(error, SAMME_MALFORMED,
                   "branch %u: country: expected two capital letters (ISO 3166-1), "
                   "found \"%.20s\"",
                   branch->number, branch->country);
        return samme_placed_fail(in->placed, error, SAMME_MALFORMED, branch->country, branch);
    }
    if (branch->currency[0] != 0 && !samme_currency_valid(branch->currency)) {
        samme_fail(error, SAMME_MALFORMED,
                   "branch %u: currency: expected three capital letters (ISO 4217), found "
                   "\"%.20s\"",
                   branch->number, branch->currency);
        return samme_placed_fail(in->placed, error, SAMME_MALFORMED, branch->currency, branch);
    }
    return SAMME_OK;
}

static samme_status check_offset(const reading *in, const Samme__Branch *branch,
                                 const int32_t *minutes) {
    if (*minutes >= -12 * 60 && *minutes <= 14 * 60)
        return SAMME_OK;
    samme_fail(in->error, SAMME_MALFORMED,
               "branch %u: utc_offset_minutes: expected -720 to 840, found %d", branch->number,
               *minutes);
    return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, minutes, branch);
}

static bool moment_read(const char *text, int64_t *out) {
    int32_t offset = 0;
    size_t length = strlen(text);
    return length == SAMME_TIME_TEXT_BYTES - 1 && text[length - 1] == 'Z' &&
           samme_time_parse(text, out, &offset) == SAMME_OK;
}

static samme_status read_changes(const reading *in, samme_branch_days *out) {
    const Samme__Branch *branch = out->branch;
    int64_t *moments =
        samme_arena_alloc(in->arena, (branch->n_offset_changes + 1) * sizeof *moments);
    if (moments == NULL)
        return fail_memory(in);
    for (size_t i = 0; i < branch->n_offset_changes; i++) {
        const Samme__OffsetChange *change = branch->offset_changes[i];
        samme_status status = check_offset(in, branch, &change->utc_offset_minutes);
        if (status != SAMME_OK)
            return status;
        if (!moment_read(change->at, &moments[i]) || (i > 0 && moments[i] <= moments[i - 1])) {
            samme_fail(in->error, SAMME_MALFORMED,
                       "branch %u: offset_changes: at: expected a UTC moment as "
                       "2026-03-29T01:00:00Z, each later than the one before, found "
                       "\"%.40s\"",
                       branch->number, change->at);
            return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, change->at, change);
        }
    }
    out->changes = moments;
    return SAMME_OK;
}

static int by_number(const void *a, const void *b) {
    const samme_branch_days *left = a;
    const samme_branch_days *right = b;
    return (left->branch->number > right->branch->number) -
           (left->branch->number < right->branch->number);
}

static samme_status read_branches(const reading *in) {
    const Samme__Chain *chain = in->form->chain;
    samme_branch_days *branches =
        samme_arena_alloc(in->arena, (chain->n_branches + 1) * sizeof *branches);
    if (branches == NULL)
        return fail_memory(in);
    for (size_t i = 0; i < chain->n_branches; i++) {
        branches[i] = (samme_branch_days){.branch = chain->branches[i]};
        samme_status status = check_branch(in, chain->branches[i]);
        if (status == SAMME_OK)
            status = check_offset(in, chain->branches[i], &chain->branches[i]->utc_offset_minutes);
        if (status == SAMME_OK)
            status =
                samme_hours_read(chain->branches[i], in->placed, &branches[i].open_days, in->error);
        if (status == SAMME_OK)
            status = read_changes(in, &branches[i]);
        if (status != SAMME_OK)
            return status;
    }
    qsort(branches, chain->n_branches, sizeof *branches, by_number);
    for (size_t i = 1; i < chain->n_branches; i++) {
        const Samme__Branch *branch = branches[i].branch;
        if (branches[i - 1].branch->number != branch->number)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "branch %u: expected each number once, found it twice", branch->number);
        return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, &branch->number, branch);
    }
    in->form->branches = branches;
    return SAMME_OK;
}

static samme_status read_closed(const reading *in) {
    const Samme__Chain *chain = in->form->chain;
    int32_t *days = samme_arena_alloc(in->arena, (chain->n_closed + 1) * sizeof *days);
    if (days == NULL)
        return fail_memory(in);
    for (size_t i = 0; i < chain->n_closed; i++) {
        if (samme_date_parse(chain->closed[i]->date, &days[i]) == SAMME_OK)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "closed: date: expected a date as YYYY-MM-DD, found \"%.40s\"",
                   chain->closed[i]->date);
        return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, chain->closed[i]->date,
                                 chain->closed[i]);
    }
    in->form->closed = days;
    return SAMME_OK;
}

static samme_status read_categories(const reading *in) {
    const Samme__Chain *chain = in->form->chain;
    size_t at = 0;
    samme_status status =
        samme_categories_build(chain, in->arena, &in->form->vocabulary.categories, &at, in->error);
    if (status == SAMME_OK)
        return status;
    const Samme__Category *wrong = chain->categories[at];
    return samme_placed_fail(in->placed, in->error, status, wrong->code, wrong);
}

static samme_status read_form(const reading *in) {
    const Samme__Chain *chain = in->form->chain;
    if (chain->chain[0] == 0) {
        samme_fail(in->error, SAMME_MALFORMED,
                   "chain: expected the name of the chain, a domain it owns");
        return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, chain->chain, NULL);
    }
    in->form->vocabulary.tiers = chain->member_tiers;
    in->form->vocabulary.tier_count = chain->n_member_tiers;
    samme_status status = read_branches(in);
    if (status == SAMME_OK)
        status = read_closed(in);
    if (status == SAMME_OK)
        status = read_categories(in);
    if (status == SAMME_OK)
        status = samme_chain_check(chain, &in->form->vocabulary.categories, in->placed, in->error);
    return status;
}

samme_status samme_chain_read(const samme_document *document, samme_arena *arena,
                              samme_chain_form *out, samme_error *error) {
    samme_places places;
    samme_places_init(&places);
    const samme_placed placed = {.path = document->path, .places = &places};
    const reading in = {.arena = arena, .form = out, .placed = &placed, .error = error};
    *out = (samme_chain_form){.chain = NULL};
    out->chain = (const Samme__Chain *)(const void *)samme_from_yaml_placed(
        &samme__chain__descriptor, document->content, document->path, arena, &places, error);
    samme_status status = out->chain == NULL ? error->status : read_form(&in);
    samme_places_free(&places);
    return status;
}
