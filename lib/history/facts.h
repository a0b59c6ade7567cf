/* Parts of deriving facts. */
#ifndef SAMME_HISTORY_FACTS_H
#define SAMME_HISTORY_FACTS_H

#include "history/query.h"

/* tenders and tender: what paid for the receipt, and what went back. SAMME_NO_MEMORY. */
samme_status samme_tender_facts(const samme_asking *asking, const samme_sale_view *sale,
                                samme_arena *arena, Samme__Facts *facts) SAMME_CHECKED;
/* bundle_broken, bundle_paid, bundle_rest of a line that was sold. */
samme_status samme_bundle_facts(const samme_rows *rows, const samme_asking *asking,
                                const Samme__Sale *sale, const Samme__SaleLine *sold,
                                Samme__Facts *facts) SAMME_CHECKED;

#endif
