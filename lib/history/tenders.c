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

void samme_paid_by_tender(const Samme__Sale *sale, int64_t out[static SAMME_TENDER_KINDS]) {
    memset(out, 0, SAMME_TENDER_KINDS * sizeof *out);
    for (size_t i = 0; i < sale->n_tenders; i++) {
        const Samme__Tender *tender = sale->tenders[i];
        if (tender->amount > 0)
            out[kind_of(tender)] = samme_add_up(out[kind_of(tender)], tender->amount);
    }
}

static void set_tender(const int64_t *paid, Samme__Facts *facts) {
    unsigned most = 0;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++)
        if (paid[kind] > (most == 0 ? 0 : paid[most]))
            most = kind;
    facts->tender = (Samme__TenderKind)most;
}

/* Under a loan a tender takes back no more than was lent of it: the rest is not this case's. */
static int64_t refunded_of(const samme_sale_view *sale, const Samme__Facts *facts, unsigned kind,
                           int64_t paid) {
    const int64_t refunded = sale->refunded[kind];
    if (facts->claim != SAMME__CLAIM__lent || paid - refunded <= sale->lent[kind])
        return refunded;
    return paid - sale->lent[kind];
}

samme_status samme_tender_facts(const samme_asking *asking, const samme_sale_view *sale,
                                samme_arena *arena, Samme__Facts *facts) {
    int64_t paid[SAMME_TENDER_KINDS], before[SAMME_TENDER_KINDS] = {0};
    add_before(asking, before);
    samme_paid_by_tender(sale->row->sale, paid);
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
        item->refunded = samme_add_up(refunded_of(sale, facts, kind, paid[kind]), before[kind]);
        list[facts->n_tenders++] = item;
    }
    return SAMME_OK;
}
