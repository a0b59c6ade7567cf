/* Random releases with every feature of a policy, and what they mean, told slowly and plainly: the
 * model knows no intervals and no index. Its inputs have a handful of values each, a test is the
 * set of those it lets pass. For the property tests. */
#ifndef SAMME_TESTS_POLICY_MODEL_H
#define SAMME_TESTS_POLICY_MODEL_H

#include "base/prng.h"
#include "policy/policy.h"

enum {
    MODEL_INPUTS = 9, /* the last is days_left */
    MODEL_DAYS_LEFT = MODEL_INPUTS - 1,
    MODEL_RULES = 6,
    MODEL_WINDOWS = 4,
    MODEL_TABLES = 5,
    MODEL_COUNTRIES = 4,
    MODEL_TENDERS = 7,
    MODEL_ABSENT = -1000000,
};

typedef struct model_test {
    bool any;
    unsigned allowed; /* bit of each value that passes; of days_left: low and high instead */
    int low, high;
} model_test;

typedef struct model_outcome {
    const char *verdict, *percent, *fee, *fee_percent, *refund_to;
    bool legal, exchange, repair;
    const char *approval, *sop, *disposition;
    char reason[16];
} model_outcome;

typedef struct model_rule {
    model_test tests[MODEL_INPUTS];
    model_outcome outcome;
} model_rule;

typedef struct model_window {
    model_test tests[MODEL_INPUTS];
    int kind; /* 0 days from purchase, 1 days from receipt, 2 days, 3 until, 4 unlimited */
    int days;
    bool roll;
} model_window;

typedef struct model_table {
    bool floor, unique, has_missing, reprice;
    unsigned countries; /* bits; 0: all others */
    bool listed[MODEL_INPUTS];
    int rules, windows;
    model_rule rule[MODEL_RULES];
    model_window window[MODEL_WINDOWS];
    model_outcome missing;
    int tender_order[3], tenders;
    int basis; /* 0 today, 1 purchase_day, 2 better */
} model_table;

typedef struct model_release {
    int tables;
    model_table table[MODEL_TABLES];
    int ranks; /* of tender_ranks: 0 none, 1 credit first, 2 original_tender only */
} model_release;

/* Facts of a return: numbers of values, MODEL_ABSENT when not given. Dates are days from
 * 2026-03-01. */
typedef struct model_facts {
    int values[MODEL_INPUTS];
    int today, purchase, receipt, closed_before, paid, bundle_paid, bundle_rest;
    bool broken;
    int tenders;
    struct model_tender {
        int kind, paid, refunded;
    } tender[4];
} model_facts;

typedef struct model_answer {
    char verdict[24], rule[24], reason[24], policy[24], refund_to[24], approval[24], sop[24],
        disposition[24];
    int refund, fee, deadline;
    bool legal, exchange, repair;
    int lines, line_kind[MODEL_TENDERS + 1], line_amount[MODEL_TENDERS + 1];
    int release, alternative; /* number of the other release, 0 none */
} model_answer;

void model_draw_release(samme_prng *prng, model_release *out);
void model_draw_facts(samme_prng *prng, model_facts *out);
/* Compiles the release as YAML, or with its rules as CSV; aborts the test when it is not sound. */
samme_policy *model_compile(const model_release *release);
samme_policy *model_compile_csv(const model_release *release);
/* The message lives in the arena. */
Samme__Facts *model_message(const model_facts *facts, samme_arena *arena);

void model_decide(const model_release *release, const model_facts *facts, model_answer *out);
void model_decide_at(const model_release *today, const model_release *past,
                     const model_facts *facts, model_answer *out);
/* An answer as one line of text, of the model and of the real thing. */
void model_show(const model_answer *answer, char *out, size_t size);
void model_show_answer(const Samme__Answer *answer, char *out, size_t size);

#endif
