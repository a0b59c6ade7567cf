/* bench [--json] [crypto|tree|store]...: see tests/bench/run. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "crypto/sign.h"

static bool json;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Units per second; the work is repeated until it has taken a tenth of a second. */
static double rate(bench_work work, void *context) {
    uint64_t units = 0;
    double start = seconds(), end;
    do {
        units += work(context);
        end = seconds();
    } while (end - start < 0.1);
    return (double)units / (end - start);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void sort(double *values) {
    qsort(values, BENCH_ROUNDS, sizeof *values, by_value);
}

void bench_run(const bench_case *one) {
    double got[BENCH_ROUNDS], limit[BENCH_ROUNDS], ratio[BENCH_ROUNDS];
    for (unsigned round = 0; round < BENCH_ROUNDS; round++) {
        got[round] = rate(one->work, one->context);
        limit[round] = rate(one->limit, one->context);
        ratio[round] = got[round] / limit[round];
    }
    sort(got);
    sort(limit);
    sort(ratio);
    const unsigned middle = BENCH_ROUNDS / 2, last = BENCH_ROUNDS - 1;
    if (json)
        printf("{\"case\":\"%s\",\"unit\":\"%s\",\"rate\":%.0f,\"min\":%.0f,\"max\":%.0f,\"limit\":"
               "\"%s\","
               "\"limitRate\":%.0f,\"ratio\":%.3f,\"ratioMin\":%.3f,\"ratioMax\":%.3f}\n",
               one->name, one->unit, got[middle], got[0], got[last], one->limit_name, limit[middle],
               ratio[middle], ratio[0], ratio[last]);
    else
        printf("%-34s %12.0f %s/s  %7.2f of %s  [%.2f..%.2f]%s%s\n", one->name, got[middle],
               one->unit, ratio[middle], one->limit_name, ratio[0], ratio[last],
               one->claim == NULL ? "" : "  claim: ", one->claim == NULL ? "" : one->claim);
    fflush(stdout);
}

static bool wanted(int argc, char **argv, const char *name) {
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
        any |= argv[i][0] != '-';
    }
    return !any;
}

int main(int argc, char **argv) {
    samme_error error;
    if (samme_crypto_init(&error) != SAMME_OK)
        return 74;
    for (int i = 1; i < argc; i++)
        json |= strcmp(argv[i], "--json") == 0;
    if (wanted(argc, argv, "crypto"))
        bench_crypto();
    if (wanted(argc, argv, "tree"))
        bench_tree();
    if (wanted(argc, argv, "store")) {
        char folder[] = "/tmp/samme-bench-XXXXXX";
        if (mkdtemp(folder) == NULL)
            return 74;
        bench_store(folder);
        remove(folder);
    }
    return 0;
}
