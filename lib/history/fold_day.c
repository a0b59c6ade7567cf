/* What a till counted in a day: said once, kept beside the sales, compared by the audit. */
#include "base/calendar.h"
#include "base/money.h"
#include "history/folding.h"

static const char *totals_fault(const Samme__DayClosed *day) {
    for (size_t i = 0; i < day->n_tenders; i++)
        if (day->tenders[i]->kind == SAMME__TENDER_KIND__tender_kind_unset ||
            (i > 0 && day->tenders[i]->kind <= day->tenders[i - 1]->kind))
            return "tenders of a day not in order";
    return NULL;
}

static const char *day_fault(const Samme__DayClosed *day, uint32_t branch) {
    if (day->branch != branch)
        return "day of another branch";
    if (!samme_currency_valid(day->currency))
        return "currency not valid";
    if (day->returned < 0)
        return "paid below zero";
    if (day->first_till_seq > day->last_till_seq)
        return "till sequence goes back";
    return totals_fault(day);
}

samme_status samme_fold_day_closed(samme_folding *folding, const Samme__DayClosed *day) {
    const samme_position *at = folding->position;
    samme_row_key key;
    if (samme_day_key(day->branch, day->till, day->business_date, &key) != SAMME_OK)
        return samme_fold_refuse(folding, "till or day not named");
    const char *fault = day_fault(day, at->branch);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    samme_span held;
    samme_status status = folding->rows->get(folding->rows->self, samme_row_key_span(&key), &held);
    if (status == SAMME_OK)
        return samme_fold_refuse(folding, "day is closed");
    if (status != SAMME_NOT_FOUND)
        return status;
    Samme__DayRow row = SAMME__DAY_ROW__INIT;
    row.day = (Samme__DayClosed *)(uintptr_t)day; /* packing does not change it */
    row.epoch = at->epoch;
    row.index = at->index;
    row.journal_index = at->own_layer ? 0 : at->journal_index;
    row.own_layer = at->own_layer;
    return samme_fold_put(folding, SAMME_DIGEST_SALES, &key, &row);
}
