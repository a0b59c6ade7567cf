/* Figures as ratios: each case is measured beside its limit, round by round in one run, and
 * reported as medians with the spread between rounds. Machines are noisy; a ratio of two things
 * measured side by side is less so. */
#ifndef SAMME_BENCH_BENCH_H
#define SAMME_BENCH_BENCH_H

#include <stdint.h>

#define BENCH_ROUNDS 7

/* Does the work once and says how many units it did. `context` is the case's own. */
typedef uint64_t (*bench_work)(void *context);

typedef struct bench_case {
    const char *name;
    const char *unit; /* "event", "entry": rates are per second of these */
    bench_work work;
    const char *limit_name; /* what it is measured beside */
    bench_work limit;
    void *context;
    const char *claim; /* what is claimed of the ratio, or NULL */
} bench_case;

void bench_run(const bench_case *one); /* prints a row for people, or a line of JSON */

void bench_crypto(void); /* signing and verifying batches */
void bench_tree(void);
void bench_store(const char *folder);

#endif
