/* What a side answers in a box, floors included, as a number: the same for the same answer, its
 * deadline aside. Inside of this folder. */
#ifndef SAMME_CHECK_ANSWERS_H
#define SAMME_CHECK_ANSWERS_H

#include "base/map.h"
#include "check/ask.h"

/* All answers met so far; numbers from 0. */
typedef struct samme_answers {
    samme_arena *arena;
    samme_map *numbers;
    samme_buffer texts; /* of const char *, by number */
} samme_answers;

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
    const samme_table *speaker; /* the policy, whose basis and order of tenders hold; or NULL */
} samme_answered;

samme_status samme_answers_init(samme_answers *answers, samme_arena *arena) SAMME_CHECKED;
void samme_answers_fini(samme_answers *answers);

/* winners: of the policy, then of the floors. YES when told. */
samme_told samme_ask_answer(samme_ask *ask, size_t side, const samme_speakers *speakers,
                            const uint32_t *winners, samme_answered *out);
/* SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_answer_number(samme_answers *answers, const samme_frame *frame,
                                 const samme_answered *answered, uint64_t *out) SAMME_CHECKED;
const char *samme_answer_text(const samme_answers *answers, uint64_t number);

#endif
