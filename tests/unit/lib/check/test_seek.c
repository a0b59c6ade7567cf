/* Real facts for what windows make of them, against plain reckoning: a box that is one point of
 * facts has them exactly when its days_left is right, and a wider one has at least that point. */
#include <criterion/criterion.h>

#include "check/seek.h"
#include "random_policy.h"

enum { FOLDERS = 1200, POINTS = 200 };

static const uint32_t measures[] = {SAMME_INPUT_CLAIM_TYPE, SAMME_INPUT_TODAY,
                                    SAMME_INPUT_PURCHASE_DATE, SAMME_INPUT_RECEIPT_DATE,
                                    SAMME_INPUT_CLOSED_BEFORE};
enum { MEASURES = sizeof measures / sizeof *measures };

typedef struct sought {
    random_folder folder;
    samme_policy *policy;
    samme_arena arena;
    samme_frame frame;
    samme_seeker seeker;
    uint32_t clock;
    samme_box_range pins[MEASURES + 1];
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    size_t seen[2]; /* one point: with facts, without */
} sought;

static void set_up(sought *self) {
    samme_error error = {.text = ""};
    const samme_policy *policy = self->policy;
    const samme_table *table = samme_policy_table_for(policy, SAMME_ABSENT);
    samme_arena_init(&self->arena, 64u << 20);
    cr_assert_eq(samme_frame_init(&self->frame, &self->arena, &policy, 1, &error), SAMME_OK);
    cr_assert_eq(samme_frame_clock(&self->frame, 0, table, &self->clock), SAMME_OK);
    samme_frame_need(&self->frame, SAMME_CLOCK + self->clock);
    for (size_t i = 0; i < MEASURES; i++)
        samme_frame_need(&self->frame, measures[i]);
    cr_assert_eq(samme_frame_build(&self->frame, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_seeker_init(&self->seeker, &self->frame, &error), SAMME_OK, "%s",
                 error.text);
}

static void tear_down(sought *self) {
    samme_seeker_free(&self->seeker);
    samme_arena_free(&self->arena);
}

static int64_t date(const char *text) {
    int32_t day = 0;
    return samme_date_parse(text, &day) == SAMME_OK ? day : SAMME_ABSENT;
}

static void pin(sought *self, size_t at, uint32_t measure, int64_t low, int64_t high) {
    self->pins[at] = (samme_box_range){low, high};
    self->sides[self->frame.dimension[measure]] = (samme_box_set){&self->pins[at], 1};
}

/* The point of the grid as a box; some sides are left whole. True: none is. */
static bool pin_facts(sought *self, const grid *at, samme_prng *prng, unsigned loose) {
    const Samme__Facts *facts = &at->facts;
    const int64_t values[MEASURES] = {facts->claim_type, date(facts->today),
                                      date(facts->purchase_date), date(facts->receipt_date),
                                      facts->has_closed_before_case != 0 ? facts->closed_before
                                                                         : SAMME_ABSENT};
    bool all = true;
    for (uint32_t d = 0; d < self->frame.world.dimensions; d++)
        self->sides[d] = self->frame.domains[d];
    for (size_t i = 0; i < MEASURES; i++) {
        if (samme_prng_chance(prng, loose))
            all = false;
        else
            pin(self, i, measures[i], values[i], values[i]);
    }
    return all;
}

static void check_found(sought *self, const int64_t *values, int64_t low, int64_t high) {
    const Samme__Facts *facts = samme_seeker_facts(&self->seeker, values);
    cr_assert_not_null(facts);
    grid at = {.facts = *facts};
    /* the reckoning counts days of one month: put all dates on its scale */
    const int64_t first = date("2026-03-01") - 1;
    const int64_t bought = date(facts->purchase_date), got = date(facts->receipt_date);
    bool given = false;
    long days = 0, deadline = 0;
    at.day = (int)(date(facts->today) - first);
    at.bought = bought == SAMME_ABSENT ? 0 : (int)(bought - first);
    at.got = got == SAMME_ABSENT ? 0 : (int)(got - first);
    if (bought == first || got == first)
        return; /* 0 is absent there */
    reckon(&self->folder, &at, &given, &days, &deadline);
    cr_assert_eq(given, low != SAMME_ABSENT);
    cr_assert(!given || (days >= low && days <= high), "%ld, expected %lld to %lld", days,
              (long long)low, (long long)high);
}

static void try_point(sought *self, const grid *at, samme_prng *prng, unsigned loose) {
    int64_t values[SAMME_BOX_DIMENSIONS_MAX];
    bool given = false;
    long days = 0, deadline = 0;
    reckon(&self->folder, at, &given, &days, &deadline);
    const bool all = pin_facts(self, at, prng, loose);
    int64_t low = (int64_t)samme_prng_below(prng, 12) - 8;
    int64_t high = low + (int64_t)samme_prng_below(prng, 3);
    if (samme_prng_chance(prng, 100))
        low = high = SAMME_ABSENT;
    pin(self, MEASURES, SAMME_CLOCK + self->clock, low, high);
    const bool right = given ? days >= low && days <= high : low == SAMME_ABSENT;
    const samme_sought found = samme_seek(&self->seeker, self->sides, values);
    cr_assert_neq(found, SAMME_SOUGHT_UNKNOWN);
    cr_assert(!right || found == SAMME_SOUGHT_FOUND, "missed %ld days", days);
    cr_assert(right || !all || found == SAMME_SOUGHT_NONE, "found %lld to %lld, reckoned %ld",
              (long long)low, (long long)high, days);
    if (found == SAMME_SOUGHT_FOUND)
        check_found(self, values, low, high);
    if (all)
        self->seen[found == SAMME_SOUGHT_NONE]++;
}

Test(seek, finds_facts_exactly_where_windows_make_them) {
    size_t seen[2] = {0, 0};
    for (unsigned long long seed = 1; seed <= FOLDERS; seed++) {
        static sought self;
        samme_prng prng;
        files folder;
        memset(&self, 0, sizeof self);
        samme_prng_seed(&prng, seed);
        random_folder_make(&prng, &self.folder);
        self.folder.tables = 1;
        random_folder_write(&self.folder, &folder);
        if (self.folder.table[0].windows == 0 ||
            samme_policy_compile(folder.documents, folder.count, &self.policy, NULL) != SAMME_OK)
            continue;
        set_up(&self);
        grid all = grid_of(&self.folder, NULL, POINTS, &prng);
        while (grid_next(&all)) {
            if (all.facts.sale_country[0] != 0)
                continue;
            try_point(&self, &all, &prng, 0);
            try_point(&self, &all, &prng, 300);
        }
        seen[0] += self.seen[0];
        seen[1] += self.seen[1];
        tear_down(&self);
        samme_policy_free(self.policy);
    }
    cr_assert(seen[0] > 1000 && seen[1] > 1000, "%zu, %zu", seen[0], seen[1]);
}
