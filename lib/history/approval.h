/* What may be approved of a decision, and by whom: the same for the fold and for who asks it. Pure.
 */
#ifndef SAMME_HISTORY_APPROVAL_H
#define SAMME_HISTORY_APPROVAL_H

#include "history/fold.h"

/* A contingent line, or one that is denied and may be overridden; not what is denied by law. */
bool samme_line_approvable(const Samme__LineDecision *line);
/* Whether a loan of a line of the receipt lives on behind the decision that names it: the line may
 * be approved; or it is no line of the return, but the rest of a group of one that may. */
bool samme_loan_awaits_approval(const Samme__ReturnDecided *decided, uint32_t no);
/* What an approval of it may pay, minor units: a contingent line that says an amount pays that;
 * another whatever the approver says, up to what was paid for it. */
bool samme_approval_fixed(const Samme__LineDecision *line);
int64_t samme_approval_most(const Samme__LineDecision *line);
/* Roles stand in the order of the enumeration. A decision that asks for none asks for a supervisor;
 * a role that is not known wants a manager. */
bool samme_role_enough(Samme__PersonRole role, const char *asked);
/* The line of an approval (NULL: none) with this number; NULL when it is not approved. */
const Samme__ApprovedLine *samme_approved_line(const Samme__ReturnApproved *approved, uint32_t no);

#endif
