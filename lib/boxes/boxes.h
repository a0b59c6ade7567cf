/* Exact analysis of decision tables: where no rule matches, where two do, which rules can never
 * fire, where two sets of tables differ. No I/O, no clock; one thread per call; the same input and
 * budget give the same report everywhere.
 *
 * A point has a value in each dimension. Every finding holds a box (a product of sets) and an
 * example, a point of the box that is real: it obeys all relations. A report that is `proved` has
 * missed nothing; when the budget runs out it is not proved and says why, and what it lists is
 * still true. */
#ifndef SAMME_BOXES_BOXES_H
#define SAMME_BOXES_BOXES_H

#include "base/arena.h"

#define SAMME_BOX_DIMENSIONS_MAX 32u
#define SAMME_BOX_RELATIONS_MAX  32u
#define SAMME_BOX_SHAPES_MAX     16384u /* of all tables of a call */
#define SAMME_BOX_TABLES_MAX     32u    /* of both sides of a difference */
#define SAMME_BOX_RANGES_MAX     4096u  /* of a set */
#define SAMME_BOX_FINDINGS_MAX   1000u
#define SAMME_BOX_MEMORY_BYTES   ((size_t)512 << 20)  /* more: not proved */
#define SAMME_BOX_STEPS          UINT64_C(2000000000) /* a budget of some seconds */

/* The fact is not given. Below all other values. */
#define SAMME_BOX_ABSENT INT64_MIN

/* Winners that are no rule. */
#define SAMME_BOX_NONE    UINT32_MAX
#define SAMME_BOX_OVERLAP (UINT32_MAX - 1)

/* Closed: low <= high. */
typedef struct samme_box_range {
    int64_t low;
    int64_t high;
} samme_box_range;

/* Ranges ascend and share no value. As a cell: no ranges (NULL, 0) is "any", the whole domain with
 * ABSENT; a cell with ranges never holds for ABSENT, also when a range reaches it. */
typedef struct samme_box_set {
    const samme_box_range *ranges;
    size_t count;
} samme_box_set;

/* When all three are present, difference = minuend - subtrahend. Three different dimensions. A
 * dimension that is the difference of one relation stands in no other. */
typedef struct samme_box_relation {
    uint32_t minuend;
    uint32_t subtrahend;
    uint32_t difference;
} samme_box_relation;

typedef struct samme_box_world {
    uint32_t dimensions;
    const samme_box_set *domains; /* one a dimension, none empty; ABSENT is [INT64_MIN,INT64_MIN],
                                     or the low end of its first range */
    const samme_box_relation *relations;
    size_t relation_count;
    uint64_t steps;       /* budget; 0: SAMME_BOX_STEPS */
    size_t findings_most; /* a report lists at most so many; 0: SAMME_BOX_FINDINGS_MAX */
} samme_box_world;

/* A union of shapes; a shape is one cell a dimension. No shapes: never matches. */
typedef struct samme_box_rule {
    const samme_box_set *cells; /* shape_count rows of world->dimensions cells */
    size_t shape_count;
} samme_box_rule;

typedef struct samme_box_table {
    bool unique; /* two that match: OVERLAP; else the first that matches */
    const samme_box_rule *rules;
    size_t rule_count;
} samme_box_table;

/* What is not said of a function below is 0 or NULL. */
typedef struct samme_box_finding {
    const samme_box_set *sides; /* one a dimension, as ranges within the domain, ABSENT included */
    const int64_t *example;     /* one value a dimension; NULL: a rule without a real point */
    uint32_t rule;              /* overlaps: the earlier; hidden: the rule */
    uint32_t other;             /* overlaps: the later */
    const uint32_t *by;         /* hidden: ascending */
    size_t by_count;
    uint64_t label[2];       /* difference */
    const uint32_t *winners; /* difference: at the example, of A's tables, then of B's */
} samme_box_finding;

typedef struct samme_box_report {
    samme_arena arena; /* of everything below */
    bool proved;
    bool more;        /* there are findings that are not listed */
    char reason[120]; /* why not proved */
    uint64_t steps;   /* taken */
    samme_box_finding *findings;
    size_t count;
} samme_box_report;

void samme_box_report_free(samme_box_report *report); /* accepts one that is all 0 */

/* Whether a side of a finding is the whole domain of its dimension. */
bool samme_box_side_is_any(const samme_box_world *world, uint32_t dimension, samme_box_set side);

/* All of these: *out is written on SAMME_OK only, and is the caller's to free. SAMME_MALFORMED (a
 * set out of order, a relation of another form, a dimension that is not there), SAMME_TOO_LARGE,
 * SAMME_NO_MEMORY. */

/* Boxes that no rule meets, each of which no value can be added to; together, when proved and not
 * `more`, they hold every real point without a rule. They may share points; the example of each
 * lies in none that is listed before it. */
samme_status samme_box_gaps(const samme_box_world *world, const samme_box_table *table,
                            samme_box_report *out, samme_error *error) SAMME_CHECKED;

/* Pairs of rules that both match a real point, each pair once, by rule, then other; sides: what two
 * shapes of theirs have in common. For a table that is not unique there are none. */
samme_status samme_box_overlaps(const samme_box_world *world, const samme_box_table *table,
                                samme_box_report *out, samme_error *error) SAMME_CHECKED;

/* Rules that never fire, by number. First: those whose real points earlier rules take; `by` are
 * rules that do so together, and the example is a point of the rule. Either policy: those without a
 * real point; `by`, example and sides are then empty. */
samme_status samme_box_hidden(const samme_box_world *world, const samme_box_table *table,
                              samme_box_report *out, samme_error *error) SAMME_CHECKED;

typedef enum samme_box_says {
    SAMME_BOX_SAME,
    SAMME_BOX_DIFFERS, /* everywhere in the box, with the label */
    SAMME_BOX_SPLIT,   /* ask again for the values below `value`, and for those from it on; both
                          must be there, else the difference is SAMME_MALFORMED */
} samme_box_says;

typedef struct samme_box_answer {
    samme_box_says says;
    uint64_t label[2];
    uint32_t dimension;
    int64_t value;
} samme_box_answer;

/* What is to be said of the box were these the winners (rule, NONE or OVERLAP; of A's tables, then
 * of B's) at each of its points. A function of its arguments; it is also asked about winners that
 * no point of the box has. Sides are as those of a finding. */
typedef samme_box_answer (*samme_box_classify)(void *context, const uint32_t *winners,
                                               const samme_box_set *sides);

typedef struct samme_box_tables {
    const samme_box_table *tables;
    size_t count;
} samme_box_tables;

/* Where the tables of A and those of B, all asked about the same point, differ by what classify
 * says: boxes without a common point, by label. When proved, no two with one label are together a
 * box; when also not `more`, they hold every real point that differs, and no real point that does
 * not. */
samme_status samme_box_difference(const samme_box_world *world, samme_box_tables a,
                                  samme_box_tables b, samme_box_classify classify, void *context,
                                  samme_box_report *out, samme_error *error) SAMME_CHECKED;

#endif
