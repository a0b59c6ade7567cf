/* Most of what two policies hold is the same in both. Where a table of A and one of B have the same
 * shapes left, the same one decides in both: only what these two say need be compared, not each
 * with each. */
#include "boxes/explore.h"

enum { QUESTIONS_MAX = 64, QUESTIONS_ALIKE_MAX = 4096 };

/* One table, or two that are alike. */
typedef struct group {
    uint32_t table, twin; /* twin == table: none */
    samme_box_choices choices;
    uint32_t at; /* of the choices */
} group;

typedef struct groups {
    group list[SAMME_BOX_TABLES_MAX];
    uint32_t count;
    uint64_t questions;
    bool all_alike;
} groups;

static uint32_t twin_of(const samme_box_explorer *self, const samme_box_region *region, uint32_t a,
                        uint32_t taken, const samme_box_option **odd) {
    for (uint32_t b = self->of_a; b < self->tables; b++) {
        const samme_box_option *found = NULL;
        if ((taken >> b & 1) != 0)
            continue;
        if (samme_box_options_alike(&region->tables[a], &region->tables[b], &found))
            return b;
        if (*odd == NULL && self->tables == 2 * self->of_a && b - self->of_a == a)
            *odd = found;
    }
    return a;
}

static void make_groups(const samme_box_explorer *self, const samme_box_region *region, groups *out,
                        const samme_box_option **odd) {
    uint32_t taken = 0; /* tables with a twin, as bits */
    *out = (groups){.questions = 1, .all_alike = true};
    for (uint32_t t = 0; t < self->tables; t++) {
        if ((taken >> t & 1) != 0)
            continue;
        const uint32_t twin = t < self->of_a ? twin_of(self, region, t, taken, odd) : t;
        taken |= UINT32_C(1) << t | UINT32_C(1) << twin;
        group *one = &out->list[out->count++];
        *one = (group){t, twin, samme_box_options_choices(&region->tables[t]), 0};
        const uint32_t choices = samme_box_choices_count(one->choices);
        out->all_alike &= twin != t || choices == 1;
        if (out->questions <= QUESTIONS_ALIKE_MAX)
            out->questions *= choices;
    }
}

/* The next combination of choices; false: that was the last. */
static bool next(groups *all) {
    for (uint32_t g = 0; g < all->count; g++) {
        if (++all->list[g].at < samme_box_choices_count(all->list[g].choices))
            return true;
        all->list[g].at = 0;
    }
    return false;
}

/* Of the winners asked about, an option that is there in part. */
static const samme_box_option *asked_about(const samme_box_region *region, const groups *all) {
    for (uint32_t g = 0; g < all->count; g++) {
        const group *one = &all->list[g];
        if (one->at < one->choices.rules && region->tables[one->table].list[one->at].missing != 0)
            return &region->tables[one->table].list[one->at];
    }
    return NULL;
}

samme_status samme_box_all_same(samme_box_explorer *self, const samme_box_region *region,
                                bool *out_same, const samme_box_option **out_odd) {
    groups all;
    *out_same = false;
    *out_odd = NULL;
    make_groups(self, region, &all, out_odd);
    if (all.questions > (all.all_alike ? QUESTIONS_ALIKE_MAX : QUESTIONS_MAX))
        return SAMME_OK;
    do {
        uint32_t winners[SAMME_BOX_TABLES_MAX];
        for (uint32_t g = 0; g < all.count; g++) {
            const group *one = &all.list[g];
            const uint32_t tables[] = {one->table, one->twin};
            for (unsigned i = 0; i < 2; i++)
                winners[tables[i]] =
                    samme_box_options_winner(&region->tables[tables[i]], one->choices, one->at);
        }
        if (samme_box_spend(self->work, 8 + 2 * (uint64_t)self->tables) != SAMME_OK)
            return SAMME_FULL;
        if (self->classify(self->context, winners, region->sides).says != SAMME_BOX_SAME) {
            if (all.all_alike)
                *out_odd = asked_about(region, &all);
            return SAMME_OK;
        }
    } while (next(&all));
    *out_same = true;
    return SAMME_OK;
}
