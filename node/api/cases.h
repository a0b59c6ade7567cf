/* What the handlers of returns share. */
#ifndef SAMME_NODE_API_CASES_H
#define SAMME_NODE_API_CASES_H

#include "history/cases.h"
#include "node/api/api.h"

#define SAMME_CASE_LINES_MAX                                                                       \
    60u /* a decision of so many, all texts at their longest, is an entry */

/* case_view.c: a case as it stands now, in the step's arena; in short: without its decision. A gift
 * return never shows what paid, nor who. */
Samme__ReturnState samme_case_state(samme_node *node, const Samme__CaseRow *row);
int64_t samme_case_refund(const Samme__CaseRow *row); /* what the till may pay, or has paid */
samme_status samme_case_view(samme_node *node, const Samme__CaseRow *row, bool in_short,
                             Samme__ReturnView *out) SAMME_CHECKED;
/* Answers with the case; index: the entry this request wrote or found, or UINT64_MAX. */
void samme_case_answer(samme_call *call, const char *case_code, unsigned status_code,
                       uint64_t index, bool repeated);
samme_status samme_case_find(samme_call *call, const char *case_code, const Samme__CaseRow **out,
                             samme_error *error) SAMME_CHECKED;

/* returns.c: what an opening says, made ready to be recorded: day, sale (known, asserted or none),
 * opener, code. */
samme_status samme_opening_fill(samme_call *call, Samme__ReturnOpened *opened,
                                samme_error *error) SAMME_CHECKED;
/* The subject of ?person=NUMBER; empty when nobody is named. SAMME_NOT_FOUND. */
samme_status samme_person_named(samme_call *call, ProtobufCBinaryData *out,
                                samme_error *error) SAMME_CHECKED;
/* The local day here and now, and as text in the step's arena (NULL: no memory). */
int32_t samme_local_today(samme_node *node);
char *samme_date_in(samme_arena *arena, int32_t day) SAMME_CHECKED;

/* deciding.c: the policy's answer for a return, as an entry to be recorded. */
typedef struct samme_deciding {
    Samme__ReturnDecided decided;
    Samme__Basis basis;
    samme_in_force in_force; /* the releases that answer it */
} samme_deciding;
/* pays: loans are named, and the till has until then; else the answer is only said. Points into
 * the step's arena, the policy and *out. */
samme_status samme_decide_return(samme_node *node, const Samme__ReturnOpened *asked, bool pays,
                                 samme_deciding *out, samme_error *error) SAMME_CHECKED;
/* return_lists.c: the cases of this branch in a state as ?state= names it, as they stand at this
 * moment; SAMME_NOT_FOUND: there is no such word. */
samme_status samme_cases_in(samme_node *node, const char *state,
                            samme_case_list *out) SAMME_CHECKED;
/* Until when a till may pay what it is told to now, UTC ms. */
int64_t samme_valid_until(samme_node *node);

#endif
