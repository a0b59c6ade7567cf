/* Decision tables made from a seed, for measuring their analysis: over ten of a policy's inputs, as
 * numbers for lib/boxes and as the texts a person would write. */
#ifndef SAMME_BENCH_TABLES_H
#define SAMME_BENCH_TABLES_H

#include "base/buffer.h"
#include "base/prng.h"
#include "boxes/boxes.h"

enum {
    TABLE_INPUTS = 10,
    TABLE_TODAY = 10,
    TABLE_DIMENSIONS,
    TABLE_CATEGORIES_MAX = 512,
    TABLE_ITEMS_MAX = 24
};

typedef enum table_family {
    TABLE_PARTED,  /* unique: the space cut in two again and again, each time along any input */
    TABLE_CARVED,  /* unique: with pinwheels, which no straight cut parts */
    TABLE_WIDENED, /* first: carved, most rules made larger, shuffled */
    TABLE_LOOSE,   /* first: boxes that owe each other nothing, and a last rule for all else */
    TABLE_FAMILIES
} table_family;

typedef enum table_planted {
    TABLE_NOTHING,
    TABLE_GAP,     /* `point` has no rule */
    TABLE_OVERLAP, /* rules a and b both match `point` */
    TABLE_HIDDEN,  /* rule a can never fire */
} table_planted;

/* One cell, by the kind of its input: names as bits, categories as subtrees, or from low to high.
 */
typedef struct table_cell {
    bool any;
    bool negated; /* categories: all but these */
    uint32_t names;
    int64_t low, high;
    uint32_t items[TABLE_ITEMS_MAX]; /* places of categories */
    uint32_t item_count;
} table_cell;

typedef struct table_rule {
    table_cell cells[TABLE_INPUTS];
} table_rule;

typedef struct table_case {
    uint64_t seed;
    table_family family;
    samme_prng prng;
    samme_arena arena;
    table_rule *rules;
    uint32_t rule_count, rule_room;
    uint32_t category_count;
    uint32_t category_last[TABLE_CATEGORIES_MAX];  /* by place: of the last under it */
    uint32_t category_above[TABLE_CATEGORIES_MAX]; /* UINT32_MAX: top */
    table_planted planted;
    uint32_t a, b;
    int64_t point[TABLE_INPUTS];
    samme_box_world world; /* the inputs, and the day, which no rule tests */
    samme_box_table table;
} table_case;

/* days_since_purchase is what it is called; else it is a number like another. */
void table_link_days(table_case *self);
/* Every second seed has something planted. */
void table_make(table_case *self, table_family family, uint64_t seed, uint32_t rules);
void table_free(table_case *self);

/* In thousandths: cells that are "-", and rules that share values with some other rule on 8 inputs
 * at least, though not on all. */
uint32_t table_any_share(const table_case *self);
uint32_t table_near_share(const table_case *self);

/* The policy and its chain as authored files. */
void table_policy_yaml(const table_case *self, samme_buffer *out);
void table_chain_yaml(const table_case *self, samme_buffer *out);

void table_cell_text(const table_case *self, uint32_t input, const table_cell *cell,
                     samme_buffer *out);

/* The values of a cell within the domain of its input. */
samme_box_set table_cell_values(const table_case *self, uint32_t input, const table_cell *cell);

typedef enum table_kind {
    KIND_NAMES,
    KIND_CATEGORY,
    KIND_DATE,
    KIND_COUNT,
    KIND_MONEY,
    KIND_QUANTITY
} table_kind;
typedef struct table_input {
    const char *name;
    table_kind kind;
    int64_t low, high; /* of the domain; names: of 1 to high; categories: set by the tree */
    int64_t grain;     /* cuts fall on multiples */
    const char *names[8];
} table_input;
extern const table_input table_inputs[TABLE_INPUTS];

/* Prints a row for each family and question; false: something was wrong or a target missed. */
bool bench_tables(bool json);

#endif
