/* Claims: how this branch borrows the right to refund what another one sold, and lends its own.
 * Inside the node core.
 *
 * A branch asks when a return is opened, and again when it is decided without a loan. Nothing that
 * is said in answer decides: a claim is lent when the loan is folded, and an answer only says how
 * long waiting for that makes sense. A loan that its case's decision did not use is given back. */
#ifndef SAMME_NODE_CLAIMS_H
#define SAMME_NODE_CLAIMS_H

#include "history/keys.h"
#include "node/api/api.h"

#define SAMME_CLAIM_LINES_MAX    60u    /* of one asking; more make it malformed */
#define SAMME_CLAIMS_WAITING_MAX 256u   /* decisions held back; more are decided at once */
#define SAMME_CLAIMS_ASKED_MAX   1024u  /* cases remembered; the oldest is forgotten */
#define SAMME_CLAIM_REPEAT_MS    250    /* while somebody waits and no answer came */
#define SAMME_LOAN_IDLE_MS       900000 /* of a case nobody decides: then it is given back */
#define SAMME_LOANS_LOOKED_AT    256u   /* in one step */

samme_status samme_claims_new(struct samme_claims **out) SAMME_CHECKED;
void samme_claims_free(struct samme_claims *claims); /* accepts NULL */

/* A return was opened: asks for those of its lines that other branches sold, if the hub is there.
 */
samme_status samme_claims_opened(samme_node *node, const Samme__ReturnOpened *opened) SAMME_CHECKED;
/* Whether the decision asked for is held back until the loan is folded or claim_wait_ms have passed
 * since asking. Then the call is made again, once, whatever came. */
samme_status samme_claims_hold(samme_call *call, const Samme__CaseRow *row,
                               bool *out_held) SAMME_CHECKED;
size_t samme_claims_waiting(const samme_node *node);
/* The request of somebody who waits, who is then forgotten; false: nobody does. */
bool samme_claims_take_waiting(samme_node *node, uint64_t *out_request);

/* What the hub passed on. */
samme_status samme_claims_message(samme_node *node, const Samme__Message *message) SAMME_CHECKED;
/* Repeats questions, gives back what was not used, and makes at most one held call again. Only with
 * everything folded that is held. */
samme_status samme_claims_work(samme_node *node, samme_error *error) SAMME_CHECKED;
int64_t samme_claims_next_ms(const samme_node *node); /* when it has something to do again */

/* For giving_back.c: whether a decision of the case is held back; and when its lines were asked
 * for, monotonic (now, when that is not remembered). */
bool samme_claims_hold_case(const samme_node *node, const char *case_code);
int64_t samme_claims_asked_ms(samme_node *node, const Samme__BorrowedRow *loan);

/* giving_back.c: where the search for loans to give back stands. */
typedef struct samme_giving {
    uint64_t from_record; /* before it none lives */
    samme_row_key at;     /* of a pass under way; empty: none is */
    uint64_t lowest;      /* record of a living loan met in this pass */
    uint64_t pass_prefix, pass_own;
    int64_t idle_ms; /* when the next one falls due that nobody decides */
} samme_giving;
void samme_giving_begin(samme_giving *giving);
/* Gives back what no case of this branch has a use for; at most SAMME_LOANS_LOOKED_AT in a step. */
samme_status samme_give_back(samme_node *node, samme_giving *giving,
                             samme_error *error) SAMME_CHECKED;

/* lending.c: appends the loans that an asking is due, and says so or why not. */
samme_status samme_lend(samme_node *node, const Samme__ClaimAsk *ask) SAMME_CHECKED;

#endif
