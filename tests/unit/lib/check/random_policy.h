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
    bool floor, unique, missing;
    bool listed[INPUTS];
    int rules, windows;
    random_rule list[RULES];
    random_window window[WINDOWS];
    random_outcome otherwise;
} random_table;

typedef struct random_folder {
    int tables;
    random_table table[TABLES];
    char text[TABLES][8192];
} random_folder;

void random_folder_make(samme_prng *prng, random_folder *out);
/* Changes a little, or writes the same in another way (then it says so). */
bool random_folder_change(samme_prng *prng, random_folder *folder);
/* Texts of the tables, and the chain. */
void random_folder_write(random_folder *folder, files *out);

/* The facts that one or two folders turn on, one by one: all, or `most` of them at random. */
typedef struct grid {
    bool used[INPUTS];
    bool windows;
    unsigned long long size, most, at;
    samme_prng *prng;
    Samme__Facts facts;
    char today[24], purchase[24], receipt[24];
    int day, bought, got; /* of the month; 0: absent */
} grid;
grid grid_of(const random_folder *a, const random_folder *b, unsigned long long most,
             samme_prng *prng);
bool grid_next(grid *self);

/* days_left and deadline of the policy for these facts, by plain reckoning. */
void reckon(const random_folder *folder, const grid *at, bool *given, long *days, long *deadline);
/* What an answer says but for its deadline, as a text; its rule is found in the folder. */
void answer_words(const random_folder *folder, const Samme__Answer *answer, char *out);

#endif
