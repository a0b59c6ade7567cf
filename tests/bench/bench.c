#include "bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct spread {
    double min, low, median, high, max; /* low and high: quartiles */
} spread;

/* How often each side is called in a slice, for the same number of units. */
typedef struct plan {
    uint64_t work_calls, limit_calls, units;
} plan;

static int json;
static clockid_t measured = CLOCK_THREAD_CPUTIME_ID;

static double now_s(void) {
    struct timespec now;
    clock_gettime(measured, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double time_calls(const bench_case *one, bench_work work, uint64_t calls) {
    double start = now_s();
    for (uint64_t i = 0; i < calls; i++) {
        if (work(one->context) == 0) {
            fprintf(stderr, "bench: %s: the work failed\n", one->name);
            exit(74);
        }
    }
    return now_s() - start;
}

/* Warms both sides up, and doubles the calls until the slower one fills a slice. */
static plan plan_of(const bench_case *one) {
    uint64_t work_units = one->work(one->context), limit_units = one->limit(one->context);
    uint64_t units = work_units > limit_units ? work_units : limit_units;
    if (work_units == 0 || limit_units == 0 || units % work_units != 0 ||
        units % limit_units != 0) {
        fprintf(stderr, "bench: %s: calls of %llu and %llu units\n", one->name,
                (unsigned long long)work_units, (unsigned long long)limit_units);
        exit(74);
    }
    plan planned = {units / work_units, units / limit_units, units};
    for (;;) {
        double work_s = time_calls(one, one->work, planned.work_calls);
        double limit_s = time_calls(one, one->limit, planned.limit_calls);
        if ((work_s > limit_s ? work_s : limit_s) * 1000 >= BENCH_SLICE_MS)
            return planned;
        planned.work_calls *= 2;
        planned.limit_calls *= 2;
        planned.units *= 2;
    }
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static spread spread_of(double values[BENCH_ROUNDS]) {
    const unsigned last = BENCH_ROUNDS - 1;
    qsort(values, BENCH_ROUNDS, sizeof *values, by_value);
    return (spread){values[0], values[last / 4], values[last / 2], values[last - last / 4],
                    values[last]};
}

static void print_json(const bench_case *one, spread rate, spread limit, spread ratio) {
    static const char form[] =
        "\"%s\":{\"median\":%.*f,\"q1\":%.*f,\"q3\":%.*f,\"min\":%.*f,\"max\":%.*f},";
    printf("{\"case\":\"%s\",\"unit\":\"%s\",\"limit\":\"%s\",", one->name, one->unit,
           one->limit_name);
    const struct {
        const char *name;
        spread is;
        int digits;
    } all[] = {{"rate", rate, 0}, {"limitRate", limit, 0}, {"ratio", ratio, 3}};
    for (unsigned i = 0; i < 3; i++)
        printf(form, all[i].name, all[i].digits, all[i].is.median, all[i].digits, all[i].is.low,
               all[i].digits, all[i].is.high, all[i].digits, all[i].is.min, all[i].digits,
               all[i].is.max);
    if (one->wanted > 0)
        printf("\"wanted\":%.2f,\"met\":%s}\n", one->wanted,
               ratio.median >= one->wanted ? "true" : "false");
    else
        printf("\"wanted\":null}\n");
}

static void print_row(const bench_case *one, spread rate, spread limit, spread ratio) {
    printf("%-36s %10.0f %5.1f%%  %-26s %10.0f %5.1f%%  %7.2f [%.2f..%.2f]", one->name, rate.median,
           (rate.high - rate.low) / rate.median * 50, one->limit_name, limit.median,
           (limit.high - limit.low) / limit.median * 50, ratio.median, ratio.low, ratio.high);
    if (one->wanted > 0)
        printf("  wanted %.2f: %s", one->wanted, ratio.median >= one->wanted ? "met" : "MISSED");
    printf("\n");
}

void bench_start(int as_json, const char *machine) {
    json = as_json;
    if (json) {
        printf("{\"build\":\"%s\",\"machine\":\"%s\",\"rounds\":%d}\n", BENCH_BUILD, machine,
               BENCH_ROUNDS);
        return;
    }
    printf("build: %s\nmachine: %s\n", BENCH_BUILD, machine);
    printf("%d rounds; a rate is the median of units a second, +- half its quartiles' distance; a "
           "ratio is the median [quartiles] of the rounds' ratios\n\n",
           BENCH_ROUNDS);
    printf("%-36s %10s %6s  %-26s %10s %6s  %7s\n", "", "rate", "+-", "beside", "rate", "+-",
           "ratio");
}

void bench_run(const bench_case *one) {
    double rate[BENCH_ROUNDS], limit[BENCH_ROUNDS], ratio[BENCH_ROUNDS];
    const plan planned = plan_of(one);
    for (unsigned round = 0; round < BENCH_ROUNDS; round++) {
        double work_s = 0, limit_s = 0;
        for (unsigned slice = 0; slice < BENCH_SLICES; slice++) {
            if (slice % 2 == 0)
                work_s += time_calls(one, one->work, planned.work_calls);
            limit_s += time_calls(one, one->limit, planned.limit_calls);
            if (slice % 2 != 0)
                work_s += time_calls(one, one->work, planned.work_calls);
        }
        const double units = (double)planned.units * BENCH_SLICES;
        rate[round] = units / work_s;
        limit[round] = units / limit_s;
        ratio[round] = limit_s / work_s;
    }
    (json ? print_json : print_row)(one, spread_of(rate), spread_of(limit), spread_of(ratio));
    fflush(stdout);
}

void bench_run_waiting(const bench_case *one) {
    measured = CLOCK_MONOTONIC;
    bench_run(one);
    measured = CLOCK_THREAD_CPUTIME_ID;
}
