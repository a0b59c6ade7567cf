/* Decision tables: one policy, one answer. decide() is pure: no clock, no I/O,
 * no locale, no float; the same release and facts give the same answer on every
 * machine. What each field means: docs/AUTHORING.md.
 *
 * Every input is one int64: an enumeration's number, a count, thousandths, an
 * amount, a day number, letters, or a place in a list or tree of chain.yaml.
 * Every unary test is a set of closed intervals over it; a category is the
 * interval of its subtree. The compiled tables: tables.h. */
#ifndef SAMME_POLICY_POLICY_H
#define SAMME_POLICY_POLICY_H

#include "base/calendar.h"
#include "samme/document.h"
#include "wire/mapping.h"

#define SAMME_DECIDE_VERSION         1u
#define SAMME_POLICY_TABLES_MAX      256u  /* policies and floors */
#define SAMME_POLICY_RULES_MAX       4096u /* of a table */
#define SAMME_POLICY_INPUTS_MAX      16u   /* listed by a table */
#define SAMME_POLICY_WINDOWS_MAX     64u   /* of a table */
#define SAMME_CATEGORIES_MAX         4096u
#define SAMME_TIERS_MAX              64u
#define SAMME_CLOSED_DAYS_MAX        14  /* closed_before counts no further */
#define SAMME_AUTHORISED_MINUTES     15u /* where chain.yaml says nothing */
#define SAMME_AUTHORISED_MINUTES_MAX 10080u

typedef struct samme_policy samme_policy;

/* Whether a document of that path decides: chain.yaml, what lies in policy/ and
 * floors/. Others are passed over by compile. */
bool samme_policy_reads(const char *path);

/* Whether it is FOLDER/NAME.yaml, not deeper, not hidden; folder is "policy/" or "floors/". */
bool samme_policy_is_table(const char *path, const char *folder);

/* Compiles chain.yaml and the policy/ *.yaml and floors/ *.yaml among the
 * documents, with their CSV tables. Errors are "path:line:col: text":
 * SAMME_MALFORMED (form, types, unknown or doubled names, cycles, two policies
 * for one country), SAMME_NOT_FOUND (no chain.yaml, no policy, no such CSV),
 * SAMME_TOO_LARGE, SAMME_NO_MEMORY. The documents need not outlive the call. */
samme_status samme_policy_compile(const samme_document *documents, size_t count, samme_policy **out,
                                  samme_error *error) SAMME_CHECKED;
void samme_policy_free(samme_policy *policy); /* accepts NULL */

/* The chain.yaml this policy came with; lives as long as the policy. */
const Samme__Chain *samme_policy_chain(const samme_policy *policy);
const Samme__Branch *samme_policy_branch(const samme_policy *policy,
                                         uint32_t number); /* NULL: not listed */
/* Whether a category code stands in the tree. "" does not. */
bool samme_policy_has_category(const samme_policy *policy, const char *code);

/* How many days in a row before `day` the branch was closed, at most
 * SAMME_CLOSED_DAYS_MAX; 0 for a branch that is not listed. */
unsigned samme_chain_closed_before(const samme_policy *policy, uint32_t branch, int32_t day);
/* Minutes from UTC at the branch at that moment: of its last offset change not
 * after it, else its utc_offset_minutes; 0 for a branch that is not listed. */
int32_t samme_chain_offset(const samme_policy *policy, uint32_t branch, int64_t utc_ms);

/* Fills the facts that chain.yaml gives: country of the branch that sold (0: none is known),
 * country and currency of the one that decides, and closed_before its `today`. Texts are the
 * policy's. */
void samme_chain_facts(const samme_policy *policy, uint32_t sale_branch, uint32_t return_branch,
                       Samme__Facts *facts);

/* A kind of tender each, and what they cannot take. */
#define SAMME_REFUNDS_MAX 8u

/* An answer with room for what it points to. Its texts point into here and into
 * the policies, so it is not copied, and lives no longer than they. */
typedef struct samme_decision {
    Samme__Answer answer;
    Samme__Refund refunds[SAMME_REFUNDS_MAX];
    Samme__Refund *refund_list[SAMME_REFUNDS_MAX];
    Samme__Alternative alternative;
    char deadline[SAMME_DATE_TEXT_BYTES];
    char alternative_deadline[SAMME_DATE_TEXT_BYTES];
} samme_decision;

/* The answer for one line under one release; answer.release is 0. Where no rule
 * holds, or two do under UNIQUE, or no policy is for the country of sale, that
 * is an answer too: deny with reason "POLICY_GAP" or "POLICY_OVERLAP" and no
 * rule (a sound release has none of them). SAMME_MALFORMED, and *out not to be
 * used, when facts hold a text that is no date, country or currency, an
 * enumeration number without a name, or a negative amount. */
samme_status samme_policy_decide(const samme_policy *policy, const Samme__Facts *facts,
                                 samme_decision *out, samme_error *error) SAMME_CHECKED;

/* The releases that may answer. */
typedef struct samme_releases {
    const samme_policy *today; /* in force where and when it is decided */
    uint64_t today_number;
    const samme_policy *past; /* in force on the day and in the country of
                                 purchase; NULL: not held, today's is taken */
    uint64_t past_number;
} samme_releases;

/* The answer by the `basis` of today's policy for the country of sale;
 * answer.release is the number of the release that gave it. */
samme_status samme_policy_decide_at(const samme_releases *releases, const Samme__Facts *facts,
                                    samme_decision *out, samme_error *error) SAMME_CHECKED;

/* Which answer is better for the customer: above 0 when a is, 0 when neither is
 * in anything of verdict, refund, tender (by the chain's ranks), deadline (""
 * is the earliest), newer release, in this order. A total order. */
int samme_answer_compare(const Samme__Chain *chain, const Samme__Answer *a, const Samme__Answer *b);

/* Why the rules before the one that gave `answer` did not (all rules of the
 * table when none did): calls `skipped` for each, in order, with the first
 * test, in the order of the table's inputs, that failed. The message lives for
 * the call. `policy` is the release that answered. A rule that held is not told
 * of. */
samme_status samme_policy_explain(const samme_policy *policy, const Samme__Facts *facts,
                                  const Samme__Answer *answer,
                                  void (*skipped)(void *context, const Samme__Skipped *rule),
                                  void *context, samme_error *error) SAMME_CHECKED;

#endif
