/* Cases by where they stand: what somebody still has to do something about, and all of a receipt.
 * Rows beside the case, outside the digest (README.md). Pure. */
#ifndef SAMME_HISTORY_CASES_H
#define SAMME_HISTORY_CASES_H

#include "history/folding.h"

/* What a case waits for. The letters stand in keys. */
typedef enum samme_stage {
    SAMME_STAGE_NONE = 0,      /* nothing: it is done, or denied */
    SAMME_STAGE_OPEN = 'o',    /* a decision */
    SAMME_STAGE_ASKS = 'd',    /* an approval */
    SAMME_STAGE_PAYABLE = 'a', /* what the till did: the money counts as refunded */
    SAMME_STAGE_AWAITS = 'g',  /* goods */
    SAMME_STAGE_CAME = 'r',    /* a decision on the goods that came */
} samme_stage;

samme_stage samme_case_stage(const Samme__CaseRow *row);
/* Whether lines of its newest decision may be paid as that says: not while goods are awaited, and
 * not of a return that was recorded later. */
bool samme_case_pays(const Samme__CaseRow *row);
/* Until when the till may pay, UTC ms; 0: not said. Of SAMME_STAGE_PAYABLE. */
int64_t samme_case_valid_until(const Samme__CaseRow *row);
/* The return as it is decided: of one that awaits goods, once some have come, these lines, in the
 * condition they came in. SAMME_NO_MEMORY. */
samme_status samme_case_asked(const Samme__CaseRow *row, samme_arena *arena,
                              const Samme__ReturnOpened **out) SAMME_CHECKED;

/* Its line of that number; NULL: none. */
const Samme__ReturnLine *samme_asked_line(const Samme__ReturnOpened *opened, uint32_t no);

/* What is wrong with a sale that was asserted, or NULL; one of the reasons of the fold. */
const char *samme_keyed_fault(const Samme__Sale *keyed);

/* Of the fold: the rows beside a case that was put; held: as it was before, NULL when it is new. */
samme_status samme_fold_case_index(samme_folding *folding, const Samme__CaseRow *held,
                                   const Samme__CaseRow *row) SAMME_CHECKED;

/* Where a case stands among those of its branch and stage: those that may be paid by
 * samme_case_valid_until, others by when they were opened. */
typedef struct samme_case_listed {
    uint64_t order;
    const Samme__CaseRow *row;
} samme_case_listed;
typedef struct samme_case_list {
    uint32_t branch;
    samme_stage stage;
    uint64_t below;         /* only those of a lower order; UINT64_MAX: all */
    uint64_t after;         /* behind this order and case; */
    const char *after_case; /* NULL: from the first */
} samme_case_list;
/* The first `maximum` of them, in order. */
samme_status samme_list_cases(const samme_rows *rows, const samme_case_list *list,
                              samme_arena *arena, samme_case_listed *out, size_t maximum,
                              size_t *out_count) SAMME_CHECKED;
samme_status samme_count_cases(const samme_rows *rows, const samme_case_list *list,
                               uint64_t *out) SAMME_CHECKED;
/* Cases of a receipt, of whichever branch, behind after_case ("": from the first) in the order of
 * their codes. SAMME_MALFORMED: the receipt is not named. */
samme_status samme_list_cases_of_receipt(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                         const char *after_case, samme_arena *arena,
                                         const Samme__CaseRow **out, size_t maximum,
                                         size_t *out_count) SAMME_CHECKED;

#endif
