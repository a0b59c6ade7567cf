/* Decision tables: one policy, one answer. decide() is pure: no clock, no I/O, no locale, no float;
 * the same release and facts give the same answer on every machine.
 *
 * Every input is one int64: an enumeration's number, a count, thousandths, an amount, a day number,
 * or a category's place in the tree. Every unary test is a set of closed intervals over it; a
 * category is the interval of its subtree. */
#ifndef SAMME_POLICY_POLICY_H
#define SAMME_POLICY_POLICY_H

#include "wire/mapping.h"

#define SAMME_DECIDE_VERSION    1u
#define SAMME_POLICY_RULES_MAX  4096u
#define SAMME_POLICY_INPUTS_MAX 16u
#define SAMME_CATEGORIES_MAX    4096u

typedef struct samme_policy samme_policy;

/* A document of a release, as handed to compile. */
typedef struct samme_document {
    const char *path;
    samme_span content;
} samme_document;

/* Compiles chain.yaml and the one policy/ *.yaml among the documents. Errors are "path:line:col:
 * text" (the line of the rule when a test is wrong): SAMME_MALFORMED (form, types, unknown input,
 * unknown category, doubled rule id, cycle in the category tree, hit policy), SAMME_NOT_FOUND (no
 * chain.yaml or no policy), SAMME_TOO_LARGE, SAMME_NO_MEMORY. The documents need not outlive the
 * call. */
samme_status samme_policy_compile(const samme_document *documents, size_t count, samme_policy **out,
                                  samme_error *error) SAMME_CHECKED;
void samme_policy_free(samme_policy *policy); /* accepts NULL */

/* The chain.yaml this policy came with; lives as long as the policy. */
const Samme__Chain *samme_policy_chain(const samme_policy *policy);
const Samme__Branch *samme_policy_branch(const samme_policy *policy,
                                         uint32_t number); /* NULL: not listed */
/* Whether a category code stands in the tree. "" does not. */
bool samme_policy_has_category(const samme_policy *policy, const char *code);

/* The answer for one line. Strings in *out point into the policy. Under UNIQUE two matching rules,
 * and under either no matching rule, are an answer too: verdict deny with reason "POLICY_OVERLAP"
 * or "POLICY_GAP" and no rule id (a sound release has neither). SAMME_MALFORMED when facts hold a
 * text that is no date, an enumeration number without a name, or a negative line_paid; an unknown
 * category is an absent input. refund = floor(line_paid * percent) - fee, at least 0, and the
 * answer's fee is what was taken off; both 0 unless the verdict is authorise or contingent. */
samme_status samme_policy_decide(const samme_policy *policy, const Samme__Facts *facts,
                                 Samme__Answer *out, samme_error *error) SAMME_CHECKED;

#endif
