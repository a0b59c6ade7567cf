/* Findings about random small folders against deciding all facts that matter to them. Regions are
 * read by their words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "random_policy.h"

enum { FOLDERS = 1500, FACTS_MOST = 3000 };

typedef struct judged {
    random_folder folder;
    samme_policy *policy, *bare;
    samme_check_report report;
    unsigned long long seed;
    bool fired[TABLES][RULES];
    size_t gaps, overlaps, floors, hidden; /* seen */
} judged;

static const random_table *table_named(const judged *self, const char *name, int *out_number) {
    for (int t = 0; t < self->folder.tables; t++)
        if (strcmp(self->folder.table[t].name, name) == 0) {
            *out_number = t;
            return &self->folder.table[t];
        }
    return NULL;
}

/* How many findings of the code about this table have the facts in their region. */
static size_t covering(const judged *self, const char *code, const char *after,
                       const random_table *table, const grid *at) {
    size_t count = 0;
    clocks made = {.same_deadline = true};
    long deadline;
    reckon(&self->folder, at, &made.given[0], &made.days[0], &deadline);
    for (size_t i = 0; i < samme_check_finding_count(&self->report); i++) {
        const samme_check_finding *finding = samme_check_finding_at(&self->report, i);
        if (strcmp(finding->code, code) != 0 || strcmp(finding->table, table->path) != 0)
            continue;
        const char *where = strstr(finding->text, after);
        cr_assert_not_null(where, "%s", finding->text);
        count += where_holds(where + strlen(after), &at->facts, &made);
    }
    return count;
}

static bool has_floor_finding(const judged *self, const char *rule, const char *floor) {
    for (size_t i = 0; i < samme_check_finding_count(&self->report); i++) {
        const samme_check_finding *finding = samme_check_finding_at(&self->report, i);
        if (strcmp(finding->code, "under_floor") == 0 && strcmp(finding->rule, rule) == 0 &&
            strcmp(finding->other, floor) == 0)
            return true;
    }
    return false;
}

static void judge_facts(judged *self, const grid *at) {
    samme_decision off, on;
    int number = 0;
    cr_assert_eq(samme_policy_decide(self->bare, &at->facts, &off, NULL), SAMME_OK);
    cr_assert_eq(samme_policy_decide(self->policy, &at->facts, &on, NULL), SAMME_OK);
    const random_table *table = table_named(self, off.answer.policy, &number);
    cr_assert_not_null(table);
    const bool gap = strcmp(off.answer.reason, "POLICY_GAP") == 0;
    const bool overlap = strcmp(off.answer.reason, "POLICY_OVERLAP") == 0;
    cr_assert_eq(covering(self, "gap", "no rule answers ", table, at) > 0, gap, "seed %llu",
                 self->seed);
    cr_assert_eq(covering(self, "overlap", " both answer ", table, at) > 0, overlap, "seed %llu",
                 self->seed);
    self->gaps += gap;
    self->overlaps += overlap;
    if (off.answer.rule[0] == 'r')
        self->fired[number][atoi(off.answer.rule + 1)] = true;
    if (strcmp(on.answer.policy, "law") != 0)
        return;
    self->fired[self->folder.tables - 1][atoi(on.answer.rule + 1)] = true;
    if (gap || overlap)
        return;
    self->floors++;
    cr_assert(has_floor_finding(self, off.answer.rule, on.answer.rule), "seed %llu: %s %s",
              self->seed, off.answer.rule, on.answer.rule);
}

/* Each example is what its finding says. */
static void judge_example(judged *self, const samme_check_finding *finding) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    samme_decision off, on;
    const Samme__Facts *facts = facts_of(finding->facts, &arena);
    cr_assert_eq(samme_policy_decide(self->bare, facts, &off, NULL), SAMME_OK);
    cr_assert_eq(samme_policy_decide(self->policy, facts, &on, NULL), SAMME_OK);
    if (strcmp(finding->code, "gap") == 0)
        cr_assert_str_eq(off.answer.reason, "POLICY_GAP", "seed %llu: %s", self->seed,
                         finding->facts);
    if (strcmp(finding->code, "overlap") == 0)
        cr_assert_str_eq(off.answer.reason, "POLICY_OVERLAP", "seed %llu: %s", self->seed,
                         finding->facts);
    if (strcmp(finding->code, "unreachable") == 0 && finding->table[0] == 'p')
        cr_assert_str_neq(off.answer.rule, finding->rule, "seed %llu: %s", self->seed,
                          finding->facts);
    if (strcmp(finding->code, "under_floor") == 0) {
        cr_assert_str_eq(off.answer.rule, finding->rule, "seed %llu: %s", self->seed,
                         finding->facts);
        cr_assert(strcmp(on.answer.policy, "law") == 0 && on.answer.legal &&
                      strcmp(on.answer.rule, finding->other) == 0,
                  "seed %llu: %s %s %s", self->seed, finding->text, finding->facts, on.answer.rule);
    }
    samme_arena_free(&arena);
}

static void judge_findings(judged *self) {
    for (size_t i = 0; i < samme_check_finding_count(&self->report); i++) {
        const samme_check_finding *finding = samme_check_finding_at(&self->report, i);
        cr_assert_str_neq(finding->code, "unproved", "seed %llu: %s", self->seed, finding->text);
        if (finding->facts[0] != 0)
            judge_example(self, finding);
        else
            cr_assert_str_eq(finding->code, "unreachable", "seed %llu: %s", self->seed,
                             finding->text);
    }
}

/* A rule that is said to be dead did not fire; when all facts were decided, the others did. A floor
 * answers only where the policy is under it, so of its rules only the first is known. */
static void judge_rules(judged *self, bool all) {
    for (int t = 0; t < self->folder.tables; t++)
        for (int r = 0; r < self->folder.table[t].rules; r++) {
            char id[16];
            bool dead = false;
            sprintf(id, "r%d", r);
            for (size_t i = 0; i < samme_check_finding_count(&self->report); i++) {
                const samme_check_finding *finding = samme_check_finding_at(&self->report, i);
                dead = dead || (strcmp(finding->code, "unreachable") == 0 &&
                                strcmp(finding->rule, id) == 0 &&
                                strcmp(finding->table, self->folder.table[t].path) == 0);
            }
            self->hidden += dead;
            cr_assert_not(dead && self->fired[t][r], "seed %llu: %s %s", self->seed,
                          self->folder.table[t].name, id);
            bool overlaps = self->folder.table[t].unique; /* may hold, and never alone */
            cr_assert(!all || dead || overlaps || self->folder.table[t].floor || self->fired[t][r],
                      "seed %llu: %s %s never fires", self->seed, self->folder.table[t].name, id);
        }
}

Test(check_property, findings_are_true_and_none_is_missed) {
    size_t gaps = 0, overlaps = 0, floors = 0, hidden = 0, exhaustive = 0;
    for (unsigned long long seed = 1; seed <= FOLDERS; seed++) {
        static judged self;
        samme_prng prng;
        files folder;
        memset(&self, 0, sizeof self);
        self.seed = seed;
        samme_prng_seed(&prng, seed);
        random_folder_make(&prng, &self.folder);
        random_folder_write(&self.folder, &folder);
        samme_error error = {.text = ""};
        if (samme_policy_compile(folder.documents, folder.count, &self.policy, &error) !=
            SAMME_OK) {
            cr_assert_not_null(strstr(error.text, "some value passes"), "seed %llu: %s", seed,
                               error.text);
            continue;
        }
        const files without = files_without(&folder, "floors/");
        self.bare = files_compile(&without);
        self.report = check(&folder);
        judge_findings(&self);
        grid all = grid_of(&self.folder, NULL, FACTS_MOST, &prng);
        while (grid_next(&all))
            judge_facts(&self, &all);
        judge_rules(&self, all.size <= all.most && !all.windows);
        exhaustive += all.size <= all.most;
        gaps += self.gaps > 0;
        overlaps += self.overlaps > 0;
        floors += self.floors > 0;
        hidden += self.hidden > 0;
        samme_check_report_free(&self.report);
        samme_policy_free(self.bare);
        samme_policy_free(self.policy);
    }
    /* The generator is worth nothing if one outcome is hardly ever seen. */
    cr_assert_gt(gaps, 200, "%zu", gaps);
    cr_assert_gt(overlaps, 100, "%zu", overlaps);
    cr_assert_gt(floors, 100, "%zu", floors);
    cr_assert_gt(hidden, 100, "%zu", hidden);
    cr_assert_gt(exhaustive, 200, "%zu", exhaustive);
}
