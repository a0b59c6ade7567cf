/* chain.yaml, read and checked, with what is asked of it often in a form for
 * that. */
#ifndef SAMME_POLICY_CHAIN_H
#define SAMME_POLICY_CHAIN_H

#include "policy/place.h"

#define SAMME_ALL_DAYS 0x7fu

/* A branch's days and clock, worked out. */
typedef struct samme_branch_days {
    const Samme__Branch *branch;
    unsigned open_days;     /* bit 0 is Monday */
    const int64_t *changes; /* moments of its offset_changes, UTC ms */
} samme_branch_days;

typedef struct samme_chain_form {
    const Samme__Chain *chain;
    samme_branch_days *branches; /* by number */
    const int32_t *closed;       /* days of chain->closed */
    samme_vocabulary vocabulary;
} samme_chain_form;

/* Everything lives in the arena. */
samme_status samme_chain_read(const samme_document *document, samme_arena *arena,
                              samme_chain_form *out, samme_error *error) SAMME_CHECKED;

/* The checks of chain_check.c: what stands by itself, and does not go into the
 * form. */
samme_status samme_chain_check(const Samme__Chain *chain, const samme_categories *categories,
                               const samme_placed *placed, samme_error *error) SAMME_CHECKED;
/* Form of a BCP 47 tag: language[-Script][-REGION] in the usual case of
 * letters. */
bool samme_language_form(const char *tag);
/* Fills open_days; checks hours. */
samme_status samme_hours_read(const Samme__Branch *branch, const samme_placed *placed,
                              unsigned *out_open_days, samme_error *error) SAMME_CHECKED;

#endif
