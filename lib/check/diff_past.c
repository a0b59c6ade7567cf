/* What no answer of one release shows: which release answers when there are two. */
#include <stdio.h>

#include "check/compare.h"

enum { TEXT_BYTES = 512 };

static void say(samme_comparing *self, const char *text) {
    for (size_t i = 0; i < samme_diff_past_count(self->report); i++)
        if (strcmp(samme_diff_past_at(self->report, i), text) == 0)
            return;
    const char *kept = samme_arena_text(&self->report->arena, text);
    samme_buffer_append(&self->report->past, SAMME_SPAN(&kept, sizeof kept));
}

/* Whether customers rather have money back as they paid. */
static int rank_order(const samme_policy *policy) {
    const Samme__Chain *chain = samme_policy_chain(policy);
    const unsigned tender = samme_tender_rank(chain, SAMME__REFUND_TO__original_tender);
    const unsigned credit = samme_tender_rank(chain, SAMME__REFUND_TO__credit);
    return (tender < credit) - (tender > credit);
}

void samme_compare_basis(samme_comparing *self, const samme_voices *group) {
    static const char *const bases[] = {"today", "purchase_day", "better"};
    static const char *const stand_ins[] = {"today", "baseline"};
    const samme_table *tables[SAMME_FRAME_SIDES_MAX];
    samme_basis basis[SAMME_FRAME_SIDES_MAX];
    char text[TEXT_BYTES];
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        const uint16_t number = group->tables[s][0];
        tables[s] = number != 0 ? self->made[s][number - 1].asked.table : NULL;
        basis[s] = tables[s] != NULL ? tables[s]->basis : SAMME_BASIS_TODAY;
    }
    const char *names[] = {tables[0] != NULL ? tables[0]->name : "none",
                           tables[1] != NULL ? tables[1]->name : "none"};
    if (basis[0] == basis[1] && basis[0] != SAMME_BASIS_TODAY &&
        tables[0]->baseline_stands_in != tables[1]->baseline_stands_in) {
        snprintf(text, sizeof text, "not_held is %s in A (policy %s), %s in B (policy %s)",
                 stand_ins[tables[0]->baseline_stands_in], names[0],
                 stand_ins[tables[1]->baseline_stands_in], names[1]);
        say(self, text);
    }
    if (basis[0] != basis[1]) {
        snprintf(text, sizeof text, "basis is %s in A (policy %s), %s in B (policy %s)",
                 bases[basis[0]], names[0], bases[basis[1]], names[1]);
        say(self, text);
    } else if (basis[0] == SAMME_BASIS_BETTER &&
               rank_order(self->policies[0]) != rank_order(self->policies[1])) {
        snprintf(text, sizeof text,
                 "basis is better (policy %s in A, %s in B), and tender_ranks are not the same",
                 names[0], names[1]);
        say(self, text);
    }
}
