/* How long the exact analysis of a table takes: 20 tables of 1,500 rules over 10 inputs of each
 * family. A table with something planted in which it is not found, or one without in which
 * something is, ends the run with an error: so does a family of which fewer than 18 are proved. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/tables.h"

enum { SEEDS = 20, PROVED_WANTED = 18, RULES = 1500, FINDINGS = 100 };

typedef samme_status (*question)(const samme_box_world *world, const samme_box_table *table,
                                 samme_box_report *out, samme_error *error);

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool has_point(const samme_box_report *report, const int64_t *point) {
    for (size_t f = 0; f < report->count; f++) {
        uint32_t inside = 0;
        for (uint32_t i = 0; i < TABLE_INPUTS; i++)
            for (size_t r = 0; r < report->findings[f].sides[i].count; r++)
                inside += report->findings[f].sides[i].ranges[r].low <= point[i] &&
                          point[i] <= report->findings[f].sides[i].ranges[r].high;
        if (inside == TABLE_INPUTS)
            return true;
    }
    return false;
}

static bool has_rules(const samme_box_report *report, uint32_t a, uint32_t b) {
    for (size_t f = 0; f < report->count; f++) {
        const samme_box_finding *one = &report->findings[f];
        if ((one->rule == a && one->other == b) || (one->rule == b && one->other == a))
            return true;
    }
    return false;
}

/* Whether what was planted is there, and nothing else where nothing else can be. */
static bool right(const table_case *table, question asked, const samme_box_report *report) {
    if (table->planted != TABLE_NOTHING && table->world.relation_count > 0)
        return true;
    if (asked == samme_box_gaps) {
        if (table->planted != TABLE_GAP)
            return report->count == 0;
        return has_point(report, table->point) || (report->more && report->count > 0);
    }
    if (asked == samme_box_overlaps)
        return table->planted == TABLE_OVERLAP ? has_rules(report, table->a, table->b)
                                               : report->count == 0;
    return table->planted != TABLE_HIDDEN || has_rules(report, table->a, 0) || report->more;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

typedef struct row {
    const char *name;
    question asked;
    table_family family;
    double wanted; /* median seconds; 0: nothing is claimed */
    bool linked;   /* what is planted may be no real point then */
} row;

typedef struct tally {
    double times[SEEDS];
    unsigned proved, planted;
    size_t findings;
    uint32_t any, near; /* thousandths, of all tables */
} tally;

static bool take(const row *one, uint64_t seed, tally *sum) {
    static table_case table; /* large */
    samme_box_report report;
    samme_error error = {.text = ""};
    table_make(&table, one->family, seed, RULES);
    table.world.findings_most = FINDINGS;
    if (one->linked)
        table_link_days(&table);
    const double start = seconds();
    const samme_status status = one->asked(&table.world, &table.table, &report, &error);
    sum->times[seed] = seconds() - start;
    bool good = status == SAMME_OK;
    if (good) {
        sum->proved += report.proved;
        sum->planted += table.planted != TABLE_NOTHING;
        sum->findings += report.count;
        good = !report.proved || right(&table, one->asked, &report);
        samme_box_report_free(&report);
    }
    const uint32_t any = table_any_share(&table), near = table_near_share(&table);
    sum->any += any / SEEDS;
    sum->near += near / SEEDS;
    good = good && any <= 500 && near >= 500;
    if (!good)
        fprintf(stderr, "bench: %s, seed %llu: not right %s\n", one->name, (unsigned long long)seed,
                error.text);
    table_free(&table);
    return good;
}

static bool measure(const row *one, bool json) {
    tally sum = {.proved = 0};
    bool good = true;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        good = take(one, seed, &sum) && good;
    qsort(sum.times, SEEDS, sizeof *sum.times, by_value);
    const double median = (sum.times[SEEDS / 2 - 1] + sum.times[SEEDS / 2]) / 2;
    const bool met = one->wanted == 0 || (sum.proved >= PROVED_WANTED && median < one->wanted);
    if (json)
        printf("{\"case\":\"%s\",\"rules\":%d,\"inputs\":%d,\"tables\":%d,\"proved\":%u,"
               "\"findings\":%zu,\"median\":%.4f,\"min\":%.4f,\"max\":%.4f,\"wanted\":%.1f}\n",
               one->name, RULES, TABLE_INPUTS, SEEDS, sum.proved, sum.findings, median,
               sum.times[0], sum.times[SEEDS - 1], one->wanted);
    else
        printf("%-37s %8.3f s  [%.3f..%.3f]  proved %u of %d, findings %zu, \"-\" %u %%%s\n",
               one->name, median, sum.times[0], sum.times[SEEDS - 1], sum.proved, SEEDS,
               sum.findings, sum.any / 10, met ? "" : "  MISSED");
    fflush(stdout);
    return good && met;
}

bool bench_tables(bool json) {
    static const row rows[] = {
        {"gaps, unique, straight cuts", samme_box_gaps, TABLE_PARTED, 2, false},
        {"overlaps, unique, straight cuts", samme_box_overlaps, TABLE_PARTED, 2, false},
        {"gaps, unique, pinwheels", samme_box_gaps, TABLE_CARVED, 2, false},
        {"overlaps, unique, pinwheels", samme_box_overlaps, TABLE_CARVED, 2, false},
        {"gaps, unique, pinwheels, days linked", samme_box_gaps, TABLE_CARVED, 2, true},
        {"overlaps, the same", samme_box_overlaps, TABLE_CARVED, 2, true},
        {"gaps, first, widened rules", samme_box_gaps, TABLE_WIDENED, 2, false},
        {"gaps, the same, days linked", samme_box_gaps, TABLE_WIDENED, 0, true},
        {"hidden, first, widened rules", samme_box_hidden, TABLE_WIDENED, 0, false},
        {"gaps, first, loose rules", samme_box_gaps, TABLE_LOOSE, 2, false},
        {"hidden, first, loose rules", samme_box_hidden, TABLE_LOOSE, 0, false},
    };
    bool good = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        good = measure(&rows[i], json) && good;
    return good;
}
