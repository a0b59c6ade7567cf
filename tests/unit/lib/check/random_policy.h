/* Small random folders, and all facts that matter to them. */
#ifndef TESTS_CHECK_RANDOM_POLICY_H
#define TESTS_CHECK_RANDOM_POLICY_H

#include "base/prng.h"
#include "fixture.h"
#include "where.h"

enum { INPUTS = 8, RULES = 6, WINDOWS = 3, TABLES = 3, TEXT = 64 };

typedef struct random_outcome {
    int verdict, percent, fee, fee_percent, reason;
    bool credit, exchange;
} random_outcome;

typedef struct random_rule {
    char tests[INPUTS][TEXT]; /* "" : not in `when` */
    random_outcome then;
} random_rule;

typedef struct random_window {
    int base; /* purchase, receipt, until */
    int days; /* or of the month */
    bool roll;
    char claim[TEXT], bought[TEXT]; /* tests of claim_type and purchase_date, or "" */
} random_window;

typedef struct random_table {
    const char *name, *path, *countries; /* "" : none */
    bool floor, unique, missing, reprice;
    int order; /* of tenders; 0: not given */
    bool listed[INPUTS];
    int rules, windows;
    random_rule list[RULES];
    random_window window[WINDOWS];
    random_outcome otherwise;
} random_table;

typedef struct random_folder {
    int tables;
    bool money, yen; /* random_folder_pay was called; one branch takes them */
    random_table table[TABLES];
    char text[TABLES][8192], chain[2048];
} random_folder;

void random_folder_make(samme_prng *prng, random_folder *out);
/* Adds what only money turns on: terms that are nearly the same, bundles, orders of tenders. Some
 * changes then are of money alone. */
void random_folder_pay(samme_prng *prng, random_folder *folder);
/* Changes a little, or writes the same in another way (then it says so). */
bool random_folder_change(samme_prng *prng, random_folder *folder);
/* Texts of the tables, and the chain. */
void random_folder_write(random_folder *folder, files *out);

enum { AMOUNTS = 24 };

/* The facts that one or two folders turn on, one by one: all, or `most` of them at random. */
typedef struct grid {
    bool used[INPUTS];
    bool windows, money, yen;
    long long amounts[AMOUNTS];
    unsigned long long size, most, at;
    samme_prng *prng;
    Samme__Facts facts;
    char today[24], purchase[24], receipt[24];
    int day, bought, got; /* of the month; 0: absent */
    Samme__TenderFact tender[3];
    Samme__TenderFact *tenders[3];
} grid;
grid grid_of(const random_folder *a, const random_folder *b, unsigned long long most,
             samme_prng *prng);
bool grid_next(grid *self);

/* days_left and deadline of the policy for these facts, by plain reckoning. */
void reckon(const random_folder *folder, const grid *at, bool *given, long *days, long *deadline);
/* Whether refund, fee and tenders are the same; whether all is but the names of rule and policy. */
bool same_money(const Samme__Answer *a, const Samme__Answer *b);
bool same_answer(const Samme__Answer *a, const Samme__Answer *b);

#endif
