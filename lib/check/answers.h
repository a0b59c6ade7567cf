/* What a side answers in a box, floors included, as a number: the same for the same answer, its
 * deadline aside. Which release answers (basis) is no part of it. Inside of this folder. */
#ifndef SAMME_CHECK_ANSWERS_H
#define SAMME_CHECK_ANSWERS_H

#include "base/map.h"
#include "check/ask.h"

/* The tables of one side that speak in a country: its policy, then its floors. */
typedef struct samme_speakers {
    samme_asked policy;
    samme_asked floors[SAMME_BOX_TABLES_MAX];
    size_t floor_count;
} samme_speakers;

typedef struct samme_answered {
    samme_ruled ruled;
    bool floor; /* the floor's answer stands in for the policy's */
    const char *sop;
    Samme__RefundTo refund_to;  /* as the rule says; a gift receipt's goes to credit */
    uint32_t clock;             /* of its deadline; SAMME_FRAME_NONE: it has none */
    bool bundle;                /* a bundle is repriced */
    const samme_table *speaker; /* the policy, whose order of tenders holds; or NULL */
} samme_answered;

/* All answers met so far; numbers from 0. */
typedef struct samme_answers {
    samme_arena *arena;
    samme_map *numbers;
    samme_buffer items; /* by number */
} samme_answers;

/* All kinds of tender in the order in which they get money back. */
enum { SAMME_TENDER_KINDS = SAMME__TENDER_KIND__other };
/* `policy` may be NULL. */
void samme_tender_order(const samme_table *policy, Samme__TenderKind out[SAMME_TENDER_KINDS]);
bool samme_other_tender_order(const samme_table *a, const samme_table *b);
/* Whether two answers are the same but for money: what is paid back, kept, and in which order of
 * tenders. Deadlines aside. */
bool samme_answered_alike(const samme_answered *a, const samme_answered *b);
/* Whether both pay back to the tenders, in different orders. */
bool samme_answered_other_order(const samme_answered *sides);

samme_status samme_answers_init(samme_answers *answers, samme_arena *arena) SAMME_CHECKED;
void samme_answers_fini(samme_answers *answers);

/* winners: of the policy, then of the floors. YES when told. */
samme_told samme_ask_answer(samme_ask *ask, size_t side, const samme_speakers *speakers,
                            const uint32_t *winners, samme_answered *out);
/* SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_answer_number(samme_answers *answers, const samme_frame *frame,
                                 const samme_answered *answered, uint64_t *out) SAMME_CHECKED;
const char *samme_answer_text(const samme_answers *answers, uint64_t number);
/* One that has the number. */
const samme_answered *samme_answer_at(const samme_answers *answers, uint64_t number);

#endif
