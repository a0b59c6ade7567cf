/* Random small worlds and tables, and what they are by brute force over every point. */
#ifndef SAMME_TESTS_BOXES_FIXTURE_H
#define SAMME_TESTS_BOXES_FIXTURE_H

#include "base/prng.h"
#include "boxes/boxes.h"

enum { SAMPLE_DIMENSIONS = 5, SAMPLE_VALUES = 9 };

typedef struct sample {
    uint64_t seed;
    samme_prng prng;
    samme_arena arena;
    samme_box_world world;
    int64_t values[SAMPLE_DIMENSIONS][SAMPLE_VALUES]; /* of each domain */
    uint32_t value_count[SAMPLE_DIMENSIONS];
    size_t points;
} sample;

void sample_make(sample *self, uint64_t seed);
void sample_free(sample *self);
samme_box_table sample_table(sample *self, size_t rules, bool unique);
/* A copy in which some rules are changed, new, gone or at another place. */
samme_box_table sample_change(sample *self, const samme_box_table *table);

void sample_point(const sample *self, size_t index, int64_t *point);
bool sample_is_real(const sample *self, const int64_t *point);
bool sample_in_box(const sample *self, const samme_box_set *sides, const int64_t *point);
bool sample_matches(const sample *self, const samme_box_rule *rule, const int64_t *point);
/* Rule, NONE or OVERLAP. */
uint32_t sample_winner(const sample *self, const samme_box_table *table, const int64_t *point);

#endif
