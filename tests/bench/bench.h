/* Figures as ratios: each case is measured beside its limit, in one run, and reported as medians
 * with their quartiles. Machines are noisy; a ratio of two things measured side by side is less so.
 *
 * A round does the same number of units on both sides, in slices that take turns, the first side
 * first and then the second side first. What came of a round is one rate for each side and one
 * ratio. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdint.h>

#define BENCH_ROUNDS   13   /* so that quartiles are rounds */
#define BENCH_SLICES   8    /* of each side, a round */
#define BENCH_SLICE_MS 20.0 /* of the slower side; longer where one call is */

/* Does the work once and says how many units it did: always the same number, of which one side's is
 * a multiple of the other's. 0: it failed, and the run ends. `context` is the case's own. */
typedef uint64_t (*bench_work)(void *context);

typedef struct bench_case {
    const char *name;
    const char *unit; /* "event", "entry": rates are per second of these */
    bench_work work;
    const char *limit_name; /* what it is measured beside */
    bench_work limit;
    void *context;
    double wanted; /* of the ratio (work's rate to the limit's), at least; 0: nothing is claimed */
} bench_case;

void bench_start(int as_json, const char *machine); /* says what is measured how */

/* Prints a row for people, or a line of JSON. The time is the CPU's, so that what else the machine
 * does counts less. */
void bench_run(const bench_case *one);
/* The same for work that waits, for a disk or a thread: the time is what passes. */
void bench_run_waiting(const bench_case *one);

void bench_crypto(void); /* signing and verifying batches */
void bench_tree(void);   /* Merkle trees and proofs */
void bench_decide(void); /* decisions by tables of several sizes */
void bench_store(const char *folder);
void bench_audit(int json, const char *folder); /* replaying a whole journal */
void bench_offline(int json);                   /* a branch comes back after long */

#endif
