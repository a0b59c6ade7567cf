/* What is behind a samme_policy, and how its parts are made. */
#ifndef SAMME_POLICY_COMPILED_H
#define SAMME_POLICY_COMPILED_H

#include "policy/chain.h"
#include "policy/tables.h"

/* Floors of a country: a run of policy->floors. */
typedef struct samme_floor_run {
    uint16_t first;
    uint16_t count;
} samme_floor_run;

struct samme_policy {
    samme_arena arena; /* everything below */
    samme_chain_form form;
    size_t table_count;
    size_t policy_count; /* tables before the floors */
    samme_table *tables;
    uint16_t by_country[SAMME_COUNTRIES + 1]; /* number of the table and 1; 0: none. The last is for
                                                 an absent sale_country */
    samme_floor_run floor_runs[SAMME_COUNTRIES];
    const samme_table **floors;
};

/* All documents of a release, for the CSV beside a table. */
typedef struct samme_documents_given {
    const samme_document *documents;
    size_t count;
} samme_documents_given;

/* Compiles one policy or floor into *table (its `floor` is set). The error is
 * never NULL. */
samme_status samme_table_compile(samme_policy *policy, const samme_documents_given *given,
                                 const samme_document *document, samme_table *table,
                                 samme_error *error) SAMME_CHECKED;

/* What compiling one table needs at hand. */
typedef struct samme_compiling {
    samme_arena *arena;
    const samme_vocabulary *vocabulary;
    Samme__Policy *source;
    samme_table *table;
    samme_placed head;  /* the YAML */
    samme_placed rules; /* the same, or the CSV */
    bool listed[SAMME_INPUT_COUNT];
    samme_input_id order[SAMME_INPUT_COUNT]; /* listed inputs first, as listed */
    samme_buffer cells;                      /* of samme_cell */
    samme_buffer intervals;                  /* of samme_interval */
    const void *wrong; /* the value that an error is about, for its place; NULL:
                          not set */
    samme_error *error;
} samme_compiling;

/* A fault of the value: fails with it as in->wrong. */
#define SAMME_WRONG(in, value, ...)                                                                \
    ((in)->wrong = (value), samme_fail((in)->error, SAMME_MALFORMED, __VA_ARGS__))

/* `name: test` as it stands in the `when` of a rule or window. */
typedef struct samme_tested {
    const char *name;
    const char *test;
} samme_tested;

/* Fills in->listed and in->order, and the table's inputs, from source->inputs.
 */
samme_status samme_inputs_compile(samme_compiling *in) SAMME_CHECKED;
/* Appends the cells of a rule, or of a window (which may test what is not
 * listed). */
samme_status samme_when_compile(samme_compiling *in, const samme_tested *tests, size_t count,
                                bool window, const samme_placed *placed,
                                samme_when *out) SAMME_CHECKED;
samme_status samme_outcome_compile(samme_compiling *in, const Samme__Outcome *then,
                                   samme_outcome *out) SAMME_CHECKED;
samme_status samme_windows_compile(samme_compiling *in) SAMME_CHECKED;
/* 1 to 64 of a-z A-Z 0-9 _ - . */
bool samme_code_valid(const char *id) SAMME_CHECKED;
/* 1 to 64 of A-Z 0-9 _ */
bool samme_reason_valid(const char *reason) SAMME_CHECKED;

/* Reads source->table, a CSV, into source->inputs and source->rules, and their
 * places. */
samme_status samme_csv_rules(samme_compiling *in, const samme_document *document,
                             samme_places *places) SAMME_CHECKED;

#endif
