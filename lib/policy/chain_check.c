/* What chain.yaml says beside branches' clocks and categories: each list by
 * itself. */
#include "base/money.h"
#include "base/near.h"
#include "policy/chain.h"

/* Two texts of the chain against each other, where a list must name each once:
 * lists are short, so this is a plain walk; the maximum keeps it so. */
enum { LIST_MAX = 1000 };

typedef struct checking {
    const Samme__Chain *chain;
    const samme_categories *categories;
    const samme_placed *placed;
    samme_error *error;
} checking;

static samme_status fail_at(const checking *in, const void *value, const void *otherwise) {
    return samme_placed_fail(in->placed, in->error, SAMME_MALFORMED, value, otherwise);
}

static size_t letters(const char *text, char from, char to) {
    size_t count = 0;
    while (text[count] >= from && text[count] <= to)
        count++;
    return count;
}

bool samme_language_form(const char *tag) {
    size_t language = letters(tag, 'a', 'z');
    if (language < 2 || language > 3)
        return false;
    tag += language;
    if (tag[0] == '-' && letters(tag + 1, 'A', 'Z') == 1 && letters(tag + 2, 'a', 'z') == 3)
        tag += 5;
    if (tag[0] == '-' && letters(tag + 1, 'A', 'Z') == 2)
        tag += 3;
    else if (tag[0] == '-' && letters(tag + 1, '0', '9') == 3)
        tag += 4;
    return tag[0] == 0;
}

static samme_status check_language(const checking *in, const char *tag, const void *otherwise) {
    if (samme_language_form(tag))
        return SAMME_OK;
    samme_fail(in->error, SAMME_MALFORMED,
               "languages: expected a BCP 47 tag as da, pt-BR or sr-Latn, found "
               "\"%.40s\"",
               tag);
    return fail_at(in, tag, otherwise);
}

static samme_status check_branch(const checking *in, const Samme__Branch *branch) {
    static const char *const kinds[] = {"", "store", "web", "call_centre", "head_office"};
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known = known || strcmp(branch->kind, kinds[i]) == 0;
    if (!known) {
        samme_near near = samme_near_to(samme_span_of_text(branch->kind));
        for (size_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
            samme_near_try(&near, kinds[i]);
        samme_fail(in->error, SAMME_MALFORMED,
                   "branch %u: kind: expected store, web, call_centre or "
                   "head_office, found "
                   "\"%.40s\"%s%s%s",
                   branch->number, branch->kind, near.best != NULL ? ", did you mean \"" : "",
                   near.best != NULL ? near.best : "", near.best != NULL ? "\"?" : "");
        return fail_at(in, branch->kind, branch);
    }
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < branch->n_languages; i++)
        status = check_language(in, branch->languages[i], branch);
    return status;
}

static samme_status check_regions(const checking *in) {
    const Samme__Chain *chain = in->chain;
    for (size_t i = 0; i < chain->n_regions; i++) {
        const Samme__Region *region = chain->regions[i];
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice = twice || chain->regions[k]->number == region->number;
        if (region->number != 0 && region->name[0] != 0 && !twice)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "regions: expected each number, from 1, once and with a name; "
                   "found %u%s",
                   region->number,
                   twice                  ? " twice"
                   : region->name[0] == 0 ? " without one"
                                          : "");
        return fail_at(in, &region->number, region);
    }
    for (size_t i = 0; chain->n_regions > 0 && i < chain->n_branches; i++) {
        const Samme__Branch *branch = chain->branches[i];
        uint32_t wanted = branch->region == 0 ? 1 : branch->region;
        size_t at = 0;
        while (at < chain->n_regions && chain->regions[at]->number != wanted)
            at++;
        if (at < chain->n_regions)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "branch %u: region: expected one of `regions`, found %u", branch->number,
                   wanted);
        return fail_at(in, &branch->region, branch);
    }
    return SAMME_OK;
}

/* Languages of the category's texts, and that each says something. */
static samme_status check_category_texts(const checking *in, const Samme__Category *category) {
    for (size_t i = 0; i < category->n_texts; i++) {
        const Samme__Text *text = category->texts[i];
        samme_status status = check_language(in, text->key, text);
        if (status != SAMME_OK)
            return status;
        if (text->value[0] != 0)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "category \"%s\": texts: expected a text in %s, found none", category->code,
                   text->key);
        return fail_at(in, text->value, text);
    }
    return SAMME_OK;
}

static samme_status check_tiers(const checking *in) {
    const Samme__Chain *chain = in->chain;
    for (size_t i = 0; i < chain->n_member_tiers; i++) {
        const char *tier = chain->member_tiers[i];
        bool fine = tier[0] != 0 && strlen(tier) <= SAMME_CATEGORY_CODE_MAX_BYTES &&
                    strcmp(tier, "none") != 0 &&
                    strspn(tier, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                                 "XYZ0123456789_") == strlen(tier);
        for (size_t k = 0; k < i; k++)
            fine = fine && strcmp(chain->member_tiers[k], tier) != 0;
        if (fine)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "member_tiers: expected names of 1 to %u of a-z A-Z 0-9 _, each "
                   "once and not "
                   "\"none\", found \"%.80s\"",
                   SAMME_CATEGORY_CODE_MAX_BYTES, tier);
        return fail_at(in, tier, NULL);
    }
    return SAMME_OK;
}

static samme_status check_ranks(const checking *in) {
    const Samme__Chain *chain = in->chain;
    unsigned seen = 0;
    for (size_t i = 0; i < chain->n_tender_ranks; i++) {
        unsigned bit = 1u << (unsigned)chain->tender_ranks[i];
        if (chain->tender_ranks[i] != SAMME__REFUND_TO__refund_to_unset && (seen & bit) == 0) {
            seen |= bit;
            continue;
        }
        samme_fail(in->error, SAMME_MALFORMED,
                   "tender_ranks: expected original_tender and credit, each once");
        return fail_at(in, &chain->tender_ranks[i], NULL);
    }
    return SAMME_OK;
}

static bool lists_branch(const Samme__Chain *chain, uint32_t number) {
    for (size_t i = 0; i < chain->n_branches; i++)
        if (chain->branches[i]->number == number)
            return true;
    return false;
}

static samme_status check_closed(const checking *in, const Samme__Closed *closed) {
    for (size_t i = 0; i < closed->n_countries; i++) {
        if (samme_country_value(closed->countries[i]) != SAMME_ABSENT)
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "closed: countries: expected two capital letters (ISO 3166-1), "
                   "found \"%.20s\"",
                   closed->countries[i]);
        return fail_at(in, closed->countries[i], closed);
    }
    for (size_t i = 0; i < closed->n_branches; i++) {
        if (lists_branch(in->chain, closed->branches[i]))
            continue;
        samme_fail(in->error, SAMME_MALFORMED,
                   "closed: branches: expected a branch of this file, found %u",
                   closed->branches[i]);
        return fail_at(in, &closed->branches[i], closed);
    }
    return SAMME_OK;
}

static const Samme__Fallback *fallback_of(const Samme__Chain *chain, const char *language) {
    for (size_t i = 0; i < chain->n_fallbacks; i++)
        if (strcmp(chain->fallbacks[i]->language, language) == 0)
            return chain->fallbacks[i];
    return NULL;
}

/* Whether a walk along fallbacks from `at` comes to `wanted`; `steps` bounds
 * it. */
static bool leads_to(const Samme__Chain *chain, const Samme__Fallback *at, const char *wanted,
                     unsigned *steps) {
    for (size_t i = 0; at != NULL && i<at->n_then && * steps> 0; i++) {
        --*steps;
        if (strcmp(at->then[i], wanted) == 0 ||
            leads_to(chain, fallback_of(chain, at->then[i]), wanted, steps))
            return true;
    }
    return at != NULL && *steps == 0;
}

static samme_status check_fallback(const checking *in, const Samme__Fallback *fallback) {
    enum { STEPS_MAX = 256 };
    unsigned steps = STEPS_MAX;
    samme_status status = check_language(in, fallback->language, fallback);
    for (size_t i = 0; status == SAMME_OK && i < fallback->n_then; i++)
        status = check_language(in, fallback->then[i], fallback);
    if (status != SAMME_OK)
        return status;
    if (fallback_of(in->chain, fallback->language) != fallback || fallback->n_then == 0)
        samme_fail(in->error, SAMME_MALFORMED,
                   "fallbacks: expected %s once, with at least one language in `then`",
                   fallback->language);
    else if (leads_to(in->chain, fallback, fallback->language, &steps))
        samme_fail(in->error, SAMME_MALFORMED,
                   "fallbacks: expected no way back, found that %s leads to itself",
                   fallback->language);
    else
        return SAMME_OK;
    return fail_at(in, fallback->language, fallback);
}

static samme_status check_code_maps(const checking *in) {
    const Samme__Chain *chain = in->chain;
    for (size_t i = 0; i < chain->n_code_maps; i++) {
        const Samme__CodeMap *map = chain->code_maps[i];
        bool twice = map->code[0] == 0;
        for (size_t k = 0; k < i; k++)
            twice = twice || strcmp(chain->code_maps[k]->code, map->code) == 0;
        if (twice) {
            samme_fail(in->error, SAMME_MALFORMED,
                       "code_maps: code: expected each code once and not empty, "
                       "found \"%.80s\"",
                       map->code);
            return fail_at(in, map->code, map);
        }
        samme_span category = samme_span_of_text(map->category);
        if (samme_categories_find(in->categories, category) != NULL)
            continue;
        const char *near = samme_categories_meant(in->categories, category);
        samme_fail(in->error, SAMME_MALFORMED,
                   "code_maps: category: expected a category of this file, found "
                   "\"%.80s\"%s%s%s",
                   map->category, near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
                   near != NULL ? "\"?" : "");
        return fail_at(in, map->category, map);
    }
    return SAMME_OK;
}

static samme_status check_single(const checking *in) {
    const Samme__Chain *chain = in->chain;
    const Samme__Freshness *freshness = chain->freshness;
    if (freshness != NULL && freshness->conservative_after_hours != 0 &&
        freshness->conservative_after_hours < freshness->cautious_after_hours) {
        samme_fail(in->error, SAMME_MALFORMED,
                   "freshness: conservative_after_hours: expected at least "
                   "cautious_after_hours "
                   "(%u), found %u",
                   freshness->cautious_after_hours, freshness->conservative_after_hours);
        return fail_at(in, &freshness->conservative_after_hours, freshness);
    }
    if (chain->authorised_minutes > SAMME_AUTHORISED_MINUTES_MAX) {
        samme_fail(in->error, SAMME_MALFORMED,
                   "authorised_minutes: expected at most %u (a week), found %u",
                   SAMME_AUTHORISED_MINUTES_MAX, chain->authorised_minutes);
        return fail_at(in, &chain->authorised_minutes, NULL);
    }
    if (chain->hold[0] != 0 && strcmp(chain->hold, "all") != 0 &&
        strcmp(chain->hold, "on_demand") != 0) {
        samme_fail(in->error, SAMME_MALFORMED, "hold: expected all or on_demand, found \"%.40s\"",
                   chain->hold);
        return fail_at(in, chain->hold, NULL);
    }
    return SAMME_OK;
}

static samme_status check_lengths(const checking *in) {
    const struct {
        const char *name;
        size_t count, most;
    } lists[] = {
        {"regions", in->chain->n_regions, LIST_MAX},
        {"member_tiers", in->chain->n_member_tiers, SAMME_TIERS_MAX},
        {"fallbacks", in->chain->n_fallbacks, LIST_MAX},
        {"code_maps", in->chain->n_code_maps, 4 * LIST_MAX},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i].count > lists[i].most)
            return samme_fail(in->error, SAMME_TOO_LARGE, "%s: %s: expected at most %zu, found %zu",
                              in->placed->path, lists[i].name, lists[i].most, lists[i].count);
    return SAMME_OK;
}

samme_status samme_chain_check(const Samme__Chain *chain, const samme_categories *categories,
                               const samme_placed *placed, samme_error *error) {
    const checking in = {chain, categories, placed, error};
    samme_status status = check_lengths(&in);
    if (status == SAMME_OK)
        status = check_single(&in);
    for (size_t i = 0; status == SAMME_OK && i < chain->n_branches; i++)
        status = check_branch(&in, chain->branches[i]);
    if (status == SAMME_OK)
        status = check_regions(&in);
    for (size_t i = 0; status == SAMME_OK && i < chain->n_categories; i++)
        status = check_category_texts(&in, chain->categories[i]);
    if (status == SAMME_OK)
        status = check_tiers(&in);
    if (status == SAMME_OK)
        status = check_ranks(&in);
    for (size_t i = 0; status == SAMME_OK && i < chain->n_closed; i++)
        status = check_closed(&in, chain->closed[i]);
    for (size_t i = 0; status == SAMME_OK && i < chain->n_fallbacks; i++)
        status = check_fallback(&in, chain->fallbacks[i]);
    if (status == SAMME_OK)
        status = check_code_maps(&in);
    return status;
}
