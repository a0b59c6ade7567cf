/* Regions of random small folders, one made from the other, against deciding all facts that matter
 * to them: a fact that is answered otherwise lies in one region, every other fact in none. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "random_policy.h"

enum { FOLDERS = 1000, FACTS_MOST = 2500, WORDS = 256 };

typedef struct compared {
    random_folder folders[2];
    files files[2];
    samme_policy *policies[2];
    samme_diff_report report;
    unsigned long long seed;
} compared;

static bool differ(const compared *self, const Samme__Facts *facts) {
    char words[2][WORDS];
    samme_decision decisions[2];
    for (int s = 0; s < 2; s++) {
        cr_assert_eq(samme_policy_decide(self->policies[s], facts, &decisions[s], NULL), SAMME_OK);
        answer_words(&self->folders[s], &decisions[s].answer, words[s]);
    }
    return strcmp(words[0], words[1]) != 0 ||
           strcmp(decisions[0].answer.deadline, decisions[1].answer.deadline) != 0;
}

static size_t regions_with(const compared *self, const grid *at) {
    clocks made;
    long deadlines[2];
    size_t count = 0;
    for (int s = 0; s < 2; s++)
        reckon(&self->folders[s], at, &made.given[s], &made.days[s], &deadlines[s]);
    made.same_deadline = deadlines[0] == deadlines[1];
    for (size_t i = 0; i < samme_diff_count(&self->report); i++)
        count += where_holds(samme_diff_at(&self->report, i)->where, &at->facts, &made);
    return count;
}

static void judge_regions(const compared *self) {
    for (size_t i = 0; i < samme_diff_count(&self->report); i++) {
        samme_arena arena;
        samme_arena_init(&arena, 1u << 20);
        const samme_diff_region *region = samme_diff_at(&self->report, i);
        cr_assert(differ(self, facts_of(region->facts, &arena)), "seed %llu: %s\n%s", self->seed,
                  region->where, region->facts);
        samme_arena_free(&arena);
    }
}

static bool make(compared *self, samme_prng *prng, bool *out_same) {
    random_folder_make(prng, &self->folders[0]);
    self->folders[1] = self->folders[0];
    *out_same = random_folder_change(prng, &self->folders[1]);
    for (int s = 0; s < 2; s++) {
        samme_error error = {.text = ""};
        random_folder_write(&self->folders[s], &self->files[s]);
        if (samme_policy_compile(self->files[s].documents, self->files[s].count, &self->policies[s],
                                 &error) == SAMME_OK)
            continue;
        cr_assert_not_null(strstr(error.text, "some value passes"), "seed %llu: %s", self->seed,
                           error.text);
        if (s == 1)
            samme_policy_free(self->policies[0]);
        return false;
    }
    return true;
}

Test(diff_property, regions_are_exactly_what_differs) {
    size_t different = 0, alike = 0, rewritten = 0, unproved = 0;
    for (unsigned long long seed = 1; seed <= FOLDERS; seed++) {
        static compared self;
        samme_prng prng;
        bool same = false;
        memset(&self, 0, sizeof self);
        self.seed = seed;
        samme_prng_seed(&prng, seed * 7919);
        if (!make(&self, &prng, &same))
            continue;
        samme_error error = {.text = ""};
        const samme_check_folder a = files_folder(&self.files[0]), b = files_folder(&self.files[1]);
        cr_assert_eq(samme_diff(&a, &b, &self.report, &error), SAMME_OK, "seed %llu: %s", seed,
                     error.text);
        judge_regions(&self);
        if (samme_diff_unproved_count(&self.report) > 0) { /* 90 % beside 100 % less 10 % */
            cr_assert_not_null(strstr(samme_diff_unproved_at(&self.report, 0), "alternate"),
                               "seed %llu: %s", seed, samme_diff_unproved_at(&self.report, 0));
            unproved++;
        } else if (same) {
            rewritten++;
            cr_assert_eq(samme_diff_count(&self.report), 0,
                         "seed %llu: the same, written otherwise", seed);
        }
        grid all = grid_of(&self.folders[0], &self.folders[1], FACTS_MOST, &prng);
        while (samme_diff_unproved_count(&self.report) == 0 && grid_next(&all)) {
            const bool wanted = differ(&self, &all.facts);
            const size_t found = regions_with(&self, &all);
            cr_assert_eq(found, wanted ? 1 : 0, "seed %llu: in %zu regions, %s", seed, found,
                         wanted ? "differs" : "does not differ");
        }
        different += samme_diff_count(&self.report) > 0;
        alike += samme_diff_count(&self.report) == 0;
        samme_diff_report_free(&self.report);
        for (int s = 0; s < 2; s++)
            samme_policy_free(self.policies[s]);
    }
    cr_assert_gt(different, 200, "%zu", different);
    cr_assert_gt(alike, 200, "%zu", alike);
    cr_assert_gt(rewritten, 100, "%zu", rewritten);
    cr_assert_lt(unproved, FOLDERS / 20, "%zu", unproved);
}
