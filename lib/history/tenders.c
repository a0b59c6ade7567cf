/* How a receipt was paid, by kind of tender. */
#include "history/facts.h"
#include "history/slices.h"

/* Adds what the lines before this one of the same return pay. */
static void add_before(const samme_asking *asking, int64_t *refunded) {
    for (size_t i = 0; i < asking->before_count; i++) {
        const Samme__Answer *answer = asking->before[i]->answer;
        for (size_t k = 0; answer != NULL && k < answer->n_refunds; k++) {
            const Samme__Refund *refund = answer->refunds[k];
            const unsigned kind = (unsigned)refund->tender;
            if (kind > 0 && kind < SAMME_TENDER_KINDS && refund->amount > 0)
                refunded[kind] = samme_add_up(refunded[kind], refund->amount);
        }
    }
}

/* A kind that this version does not know is other. */
static unsigned kind_of(const Samme__Tender *tender) {
    const unsigned kind = (unsigned)tender->kind;
    return kind > 0 && kind < SAMME_TENDER_KINDS ? kind : (unsigned)SAMME__TENDER_KIND__other;
}

static void set_tender(const int64_t *paid, Samme__Facts *facts) {
    unsigned most = 0;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++)
        if (paid[kind] > (most == 0 ? 0 : paid[most]))
            most = kind;
    facts->tender = (Samme__TenderKind)most;
}

samme_status samme_tender_facts(const samme_asking *asking, const samme_sale_view *sale,
                                samme_arena *arena, Samme__Facts *facts) {
    int64_t paid[SAMME_TENDER_KINDS] = {0}, refunded[SAMME_TENDER_KINDS];
    memcpy(refunded, sale->refunded, sizeof refunded);
    add_before(asking, refunded);
    const Samme__Sale *sold = sale->row->sale;
    for (size_t i = 0; i < sold->n_tenders; i++)
        if (sold->tenders[i]->amount > 0)
            paid[kind_of(sold->tenders[i])] =
                samme_add_up(paid[kind_of(sold->tenders[i])], sold->tenders[i]->amount);
    set_tender(paid, facts);
    Samme__TenderFact **list = samme_arena_alloc(arena, SAMME_TENDER_KINDS * sizeof *list);
    Samme__TenderFact *items = samme_arena_alloc(arena, SAMME_TENDER_KINDS * sizeof *items);
    if (list == NULL || items == NULL)
        return SAMME_NO_MEMORY;
    facts->tenders = list;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++) {
        if (paid[kind] == 0)
            continue;
        Samme__TenderFact *item = &items[facts->n_tenders];
        *item = (Samme__TenderFact)SAMME__TENDER_FACT__INIT;
        item->kind = (Samme__TenderKind)kind;
        item->paid = paid[kind];
        item->refunded = refunded[kind];
        list[facts->n_tenders++] = item;
    }
    return SAMME_OK;
}
