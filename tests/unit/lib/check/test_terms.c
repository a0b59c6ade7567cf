/* Where one rule begins to pay more than another: against looking at every amount. */
#include <criterion/criterion.h>

#include "base/prng.h"
#include "check/terms.h"

static samme_terms random_terms(samme_prng *prng) {
    static const int64_t percents[] = {10000, 10000, 9999, 9000, 5000, 3333, 1, 0};
    return (samme_terms){
        .percent = percents[samme_prng_below(prng, 8)],
        .fee_percent = samme_prng_chance(prng, 300) ? percents[samme_prng_below(prng, 8)] : 0,
        .fee = samme_prng_chance(prng, 500) ? (int64_t)samme_prng_below(prng, 40) : 0};
}

Test(terms, a_change_is_found_at_its_first_amount) {
    size_t found = 0, none = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        const samme_terms a = random_terms(&prng), b = random_terms(&prng);
        const int64_t from = (int64_t)samme_prng_below(&prng, 300);
        const int64_t to = from + (int64_t)samme_prng_below(&prng, 12000);
        int64_t first = from + 1, at = 0;
        while (first <= to &&
               samme_terms_compare(&a, &b, first) == samme_terms_compare(&a, &b, from))
            first++;
        const samme_change change = samme_terms_change(&a, &b, from, to, &at);
        cr_assert_eq(change, first <= to ? SAMME_CHANGE_FOUND : SAMME_CHANGE_NONE, "seed %llu",
                     (unsigned long long)seed);
        cr_assert(change == SAMME_CHANGE_NONE || at == first, "seed %llu: %lld, expected %lld",
                  (unsigned long long)seed, (long long)at, (long long)first);
        found += change == SAMME_CHANGE_FOUND;
        none += change == SAMME_CHANGE_NONE;
    }
    cr_assert(found > 200 && none > 200, "%zu, %zu", found, none);
}

/* Decide's own sum, written again. */
static bool pay_alike(const samme_terms *a, const samme_terms *b, int64_t base, bool tenders) {
    const samme_terms *both[2] = {a, b};
    int64_t part[2], fee[2];
    for (int s = 0; s < 2; s++) {
        part[s] = base * both[s]->percent / 10000;
        fee[s] = both[s]->fee + base * both[s]->fee_percent / 10000;
        fee[s] = fee[s] < part[s] ? fee[s] : part[s];
    }
    return part[0] == part[1] && fee[0] == fee[1] && (!tenders || part[0] == fee[0]);
}

Test(terms, a_turn_of_what_is_paid_or_kept_is_found_at_its_first_amount) {
    size_t found = 0, none = 0;
    for (uint64_t seed = 1; seed <= 6000; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        samme_terms a = random_terms(&prng), b = random_terms(&prng);
        const bool tenders = samme_prng_chance(&prng, 300);
        if (samme_prng_chance(&prng, 400))
            b.percent = a.percent;
        const int64_t from = (int64_t)samme_prng_below(&prng, 40);
        const int64_t to = from + (int64_t)samme_prng_below(&prng, 12000);
        int64_t first = from + 1, at = 0;
        while (first <= to && pay_alike(&a, &b, first, tenders) == pay_alike(&a, &b, from, tenders))
            first++;
        const samme_change change = samme_terms_turn(&a, &b, tenders, from, to, &at);
        cr_assert_eq(change, first <= to ? SAMME_CHANGE_FOUND : SAMME_CHANGE_NONE, "seed %llu",
                     (unsigned long long)seed);
        cr_assert(change == SAMME_CHANGE_NONE || at == first, "seed %llu: %lld, expected %lld",
                  (unsigned long long)seed, (long long)at, (long long)first);
        found += change == SAMME_CHANGE_FOUND;
        none += change == SAMME_CHANGE_NONE;
    }
    cr_assert(found > 200 && none > 200, "%zu, %zu", found, none);
}

Test(terms, large_amounts_do_not_overflow) {
    const samme_terms whole = {.percent = 10000}, less = {.percent = 10000, .fee = 5};
    int64_t at = 0;
    cr_assert_eq(samme_terms_refund(&whole, INT64_MAX), INT64_MAX);
    cr_assert_eq(samme_terms_change(&whole, &less, 1, INT64_MAX, &at), SAMME_CHANGE_NONE);
    cr_assert_eq(samme_terms_change(&whole, &less, 0, INT64_MAX, &at), SAMME_CHANGE_FOUND);
    cr_assert_eq(at, 1);
}
