/* Policies and facts from text, for the tests of lib/policy. */
#ifndef SAMME_TESTS_POLICY_FIXTURE_H
#define SAMME_TESTS_POLICY_FIXTURE_H

#include "policy/policy.h"

/* A chain "t.example" with branches 7 and 3 and categories food (fresh (fish), dry), tools. */
extern const char fixture_chain[];

samme_status fixture_compile(const char *chain, const char *table, samme_policy **out,
                             samme_error *error);
/* Compiles against fixture_chain; aborts the test when it is not sound. */
samme_policy *fixture_policy(const char *table);
/* The answer to facts written as JSON, as one line of JSON in a static buffer; or "error: ...". */
const char *fixture_answer(const samme_policy *policy, const char *facts);

/* A text for a field of a message: protobuf-c has no const texts. */
static inline char *fixture_text(const char *text) {
    return (char *)(uintptr_t)text;
}

#endif
