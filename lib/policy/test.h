/* Unary tests: the text in a cell of a decision table, as a set of closed
 * intervals. The language: README.md. */
#ifndef SAMME_POLICY_TEST_H
#define SAMME_POLICY_TEST_H

#include "policy/inputs.h"

#define SAMME_TEST_VALUES_MAX 256u

/* Intervals ascend and leave room between each other. `any` (then count is 0)
 * also holds for an absent input; a test with intervals does not. */
typedef struct samme_test {
    bool any;
    size_t count;
    samme_interval intervals[SAMME_TEST_VALUES_MAX + 1];
} samme_test;

/* SAMME_MALFORMED (form, unknown value, empty set), SAMME_TOO_LARGE (values);
 * the text says what was expected and found. */
samme_status samme_test_parse(const samme_input *input, const samme_vocabulary *vocabulary,
                              const char *text, samme_test *out, samme_error *error) SAMME_CHECKED;

#endif
