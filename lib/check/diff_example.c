#include "check/diff_example.h"

#include "boxes/set.h"
#include "check/facts.h"

#define SEARCH_MAX_BYTES ((size_t)16 << 20)

/* One search. */
typedef struct exampling {
    samme_comparing *self;
    const samme_region *region;
    samme_answered sides[SAMME_FRAME_SIDES_MAX];
    samme_diff_example *out;
    samme_arena arena; /* of the search */
} exampling;

static bool same_text(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static bool same_refunds(const Samme__Answer *a, const Samme__Answer *b) {
    bool same = a->n_refunds == b->n_refunds;
    for (size_t i = 0; same && i < a->n_refunds; i++)
        same = a->refunds[i]->tender == b->refunds[i]->tender &&
               a->refunds[i]->amount == b->refunds[i]->amount;
    return same;
}

/* Whole answers but for the names of rule and policy. */
static bool decided_otherwise(const samme_comparing *self, const Samme__Facts *facts) {
    samme_decision decisions[SAMME_FRAME_SIDES_MAX];
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        if (samme_policy_decide(self->policies[s], facts, &decisions[s], NULL) != SAMME_OK)
            return false;
    const Samme__Answer *a = &decisions[0].answer, *b = &decisions[1].answer;
    return !(a->verdict == b->verdict && a->refund == b->refund && a->fee == b->fee &&
             a->refund_to == b->refund_to && same_text(a->reason, b->reason) &&
             same_refunds(a, b) && a->legal == b->legal && a->exchange == b->exchange &&
             a->repair == b->repair && same_text(a->disposition, b->disposition) &&
             same_text(a->approval, b->approval) && same_text(a->sop, b->sop) &&
             same_text(a->deadline, b->deadline));
}

static samme_sought seek(exampling *all, const samme_box_set *sides, Samme__Facts **out) {
    int64_t values[SAMME_BOX_DIMENSIONS_MAX] = {0};
    const samme_sought found = samme_seek(&all->self->seeker, sides, values);
    if (found != SAMME_SOUGHT_FOUND)
        return found;
    *out = samme_seeker_facts(&all->self->seeker, values);
    return *out != NULL ? found : SAMME_SOUGHT_UNKNOWN;
}

/* Two tenders that gave enough, of which each side pays back another first. */
static bool add_tenders(exampling *all, Samme__Facts *facts) {
    Samme__TenderKind order[SAMME_FRAME_SIDES_MAX][SAMME_TENDER_KINDS];
    samme_arena *arena = &all->self->arena;
    Samme__TenderFact *tenders = samme_arena_alloc(arena, 2 * sizeof *tenders);
    Samme__TenderFact **list = samme_arena_alloc(arena, 2 * sizeof *list);
    if (tenders == NULL || list == NULL)
        return false;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        samme_tender_order(all->sides[s].speaker, order[s]);
    size_t at = 0;
    while (order[0][at] == order[1][at])
        at++;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        tenders[s] = (Samme__TenderFact)SAMME__TENDER_FACT__INIT;
        tenders[s].kind = order[s][at];
        tenders[s].paid =
            facts->bundle_paid > facts->line_paid ? facts->bundle_paid : facts->line_paid;
        list[s] = &tenders[s];
    }
    facts->tenders = list;
    facts->n_tenders = SAMME_FRAME_SIDES_MAX;
    return true;
}

static bool differ_by_tenders(exampling *all, Samme__Facts *facts) {
    if (decided_otherwise(all->self, facts))
        return true;
    return samme_answered_other_order(all->sides) && add_tenders(all, facts) &&
           decided_otherwise(all->self, facts);
}

/* What a bundle was paid is no input, so that any amount may be it. */
static bool differ_by_bundle(exampling *all, Samme__Facts *facts) {
    facts->has_bundle_paid_case = SAMME__FACTS__HAS_BUNDLE_PAID_BUNDLE_PAID;
    facts->has_bundle_rest_case = SAMME__FACTS__HAS_BUNDLE_REST_BUNDLE_REST;
    facts->bundle_rest = 0;
    for (facts->bundle_paid = 1; facts->bundle_paid < INT64_MAX / 100; facts->bundle_paid *= 100)
        if (differ_by_tenders(all, facts))
            return true;
    return false;
}

/* The currencies of the side that have these digits. */
static samme_status of_digits(samme_box_set side, unsigned digits, samme_arena *arena,
                              samme_box_set *out) {
    samme_box_range *ranges = samme_arena_alloc(arena, SAMME_BOX_RANGES_MAX * sizeof *ranges);
    size_t count = 0;
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < side.count; i++)
        for (int64_t c = side.ranges[i].low;; c++) {
            const bool fits = samme_currency_value_digits(c) == digits;
            if (fits && count > 0 && ranges[count - 1].high == c - 1)
                ranges[count - 1].high = c;
            else if (fits && count < SAMME_BOX_RANGES_MAX)
                ranges[count++] = (samme_box_range){c, c};
            if (c == side.ranges[i].high)
                break;
        }
    return samme_box_set_normal(arena, (samme_box_set){ranges, count}, out);
}

/* Where in the box, for currencies of these digits, money differs: what is there of it, and whether
 * there is something else. */
static samme_status narrow(exampling *all, unsigned digits, samme_box_set *sides, bool *out_any) {
    const samme_frame *frame = all->region->frame;
    const uint32_t currency = frame->dimension[SAMME_INPUT_CURRENCY];
    const uint32_t paid = frame->dimension[SAMME_INPUT_LINE_PAID];
    samme_arena *arena = &all->arena;
    samme_status status = SAMME_OK;
    *out_any = currency != SAMME_FRAME_NONE || digits == samme_frame_digits(frame);
    if (currency != SAMME_FRAME_NONE) {
        status = of_digits(sides[currency], digits, arena, &sides[currency]);
        *out_any = sides[currency].count > 0;
    }
    if (status != SAMME_OK || !*out_any)
        return status;
    if (paid == SAMME_FRAME_NONE || samme_paid_of_bundle(all->sides)) {
        all->out->open = true;
        return SAMME_OK;
    }
    samme_paid pair = samme_paid_of(all->sides, digits);
    samme_box_set differs = {NULL, 0};
    const samme_amounts scale = samme_amounts_of(frame, digits);
    status = samme_paid_differs(&pair, scale, sides[paid], arena, &differs);
    all->out->open = all->out->open || pair.tenders ||
                     samme_box_set_meet(differs, sides[paid]) != SAMME_BOX_COVERS;
    sides[paid] = differs;
    *out_any = differs.count > 0;
    return status;
}

static samme_sought find_of_digits(exampling *all, unsigned digits) {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    Samme__Facts *facts = NULL;
    bool any = false;
    memcpy(sides, all->region->sides, all->region->frame->world.dimensions * sizeof *sides);
    if (narrow(all, digits, sides, &any) != SAMME_OK)
        return SAMME_SOUGHT_UNKNOWN;
    if (!any || all->out->facts != NULL)
        return SAMME_SOUGHT_NONE;
    const samme_sought found = seek(all, sides, &facts);
    if (found != SAMME_SOUGHT_FOUND)
        return found;
    if (!(samme_paid_of_bundle(all->sides) ? differ_by_bundle : differ_by_tenders)(all, facts))
        return SAMME_SOUGHT_UNKNOWN;
    all->out->facts = facts;
    return found;
}

static samme_sought find_money(exampling *all) {
    samme_sought sought = SAMME_SOUGHT_NONE;
    samme_arena_init(&all->arena, SEARCH_MAX_BYTES);
    for (unsigned digits = 0; digits <= SAMME_MONEY_DIGITS; digits++)
        if (find_of_digits(all, digits) == SAMME_SOUGHT_UNKNOWN)
            sought = SAMME_SOUGHT_UNKNOWN;
    samme_arena_free(&all->arena);
    return all->out->facts != NULL ? SAMME_SOUGHT_FOUND : sought;
}

samme_sought samme_find_example(samme_comparing *self, const samme_region *region,
                                samme_diff_example *out) {
    exampling all = {.self = self, .region = region, .out = out};
    Samme__Facts *facts = NULL;
    *out = (samme_diff_example){.facts = NULL};
    if (samme_label_is_money(self, region->label, all.sides))
        return find_money(&all);
    const samme_sought found = seek(&all, region->sides, &facts);
    if (found != SAMME_SOUGHT_FOUND)
        return found;
    out->facts = facts;
    return decided_otherwise(self, facts) ? found : SAMME_SOUGHT_UNKNOWN;
}
