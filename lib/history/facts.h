/* Parts of deriving facts. */
#ifndef SAMME_HISTORY_FACTS_H
#define SAMME_HISTORY_FACTS_H

#include "history/slices.h"

/* What is used of a line: refunded, or lent to another case than the one asking. */
samme_status samme_used(const samme_rows *rows, const samme_row_key *receipt_key, uint32_t line,
                        const samme_asking *asking, samme_line_sum *out) SAMME_CHECKED;
/* What was paid for `quantity` behind what is used; capped: at most what is left of the line's
 * money. False when so much was not sold. */
bool samme_line_money(const Samme__SaleLine *sold, const samme_line_sum *used, int64_t quantity,
                      bool capped, int64_t *out);
/* What paid for it, by kind; a kind that this version does not know is other. */
void samme_paid_by_tender(const Samme__Sale *sale, int64_t out[static SAMME_TENDER_KINDS]);
/* tenders and tender: what paid for the receipt, and what went back. SAMME_NO_MEMORY. */
samme_status samme_tender_facts(const samme_asking *asking, const samme_sale_view *sale,
                                samme_arena *arena, Samme__Facts *facts) SAMME_CHECKED;
/* bundle_broken, bundle_paid, bundle_rest of a line that was sold. */
samme_status samme_bundle_facts(const samme_rows *rows, const samme_asking *asking,
                                const Samme__Sale *sale, const Samme__SaleLine *sold,
                                Samme__Facts *facts) SAMME_CHECKED;

#endif
