/* What the one replay does in a second of one core: a journal of honest branches, checked, folded
 * and decided again, in memory and as `samme audit` does it from disk. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/journal.h"
#include "cli/auditing.h"
#include "history/query.h"

enum { ENTRIES = 300000, ROUNDS = 5, WANTED = 250000 };

static const uint64_t SEED = 20261122;

typedef struct measured {
    double cpu[ROUNDS], wall[ROUNDS]; /* seconds */
} measured;

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(bool json, const char *name, uint64_t units, const char *unit, measured *took,
                   double wanted) {
    qsort(took->cpu, ROUNDS, sizeof *took->cpu, by_value);
    qsort(took->wall, ROUNDS, sizeof *took->wall, by_value);
    const double rate = (double)units / took->cpu[ROUNDS / 2];
    if (json) {
        printf("{\"case\":\"%s\",\"unit\":\"%s\",\"perCore\":{\"median\":%.0f,\"min\":%.0f,"
               "\"max\":%.0f},\"perSecond\":%.0f,",
               name, unit, rate, (double)units / took->cpu[ROUNDS - 1],
               (double)units / took->cpu[0], (double)units / took->wall[ROUNDS / 2]);
        if (wanted > 0)
            printf("\"wanted\":%.0f,\"met\":%s}\n", wanted, rate >= wanted ? "true" : "false");
        else
            printf("\"wanted\":null}\n");
        return;
    }
    printf("%-44s %9.0f %ss/s a core [%.0f..%.0f], %9.0f by the clock", name, rate, unit,
           (double)units / took->cpu[ROUNDS - 1], (double)units / took->cpu[0],
           (double)units / took->wall[ROUNDS / 2]);
    if (wanted > 0)
        printf("  wanted %.0f: %s", wanted, rate >= wanted ? "met" : "MISSED");
    printf("\n");
}

static samme_status nothing_get(void *self, samme_span key, samme_span *out) {
    (void)self, (void)key, (void)out;
    return SAMME_NOT_FOUND;
}
static samme_status nothing_seek(void *self, samme_span from, samme_span *key, samme_span *value) {
    (void)self, (void)from, (void)key, (void)value;
    return SAMME_NOT_FOUND;
}

static void count_finding(void *context, const samme_finding *finding) {
    uint64_t *count = context;
    if ((*count)++ == 0)
        fprintf(stderr, "bench: finding: %s\n", finding->text);
}

/* All records into empty rows in memory. */
static void replay_once(bench_journal *journal, samme_replay_options options) {
    const samme_rows none = {.get = nothing_get, .seek = nothing_seek};
    samme_layer table;
    samme_replay replay;
    samme_error error = {.text = ""};
    uint64_t findings = 0;
    options.finding = count_finding;
    options.finding_context = &findings;
    bench_must(samme_layer_init(&table, none), "rows", NULL);
    bench_must(samme_replay_init(&replay, &journal->chain.root, samme_layer_rows(&table),
                                 bench_journal_documents(journal), &options, &error),
               "the replay", &error);
    for (size_t i = 0; i < journal->record_count; i++) {
        const bench_record *record = &journal->records[i];
        bench_must(samme_replay_record(&replay, record->record,
                                       record->batch.count > 0 ? &record->batch : NULL, &error),
                   "the replay", &error);
    }
    samme_hash digest;
    bench_must(samme_state_digest(&replay.rows, &digest), "the digest", NULL);
    if (!samme_hash_equal(&digest, &journal->state_digest) || findings > 0 ||
        replay.entries != journal->entries ||
        (options.decide_again && replay.decisions != journal->decisions))
        bench_must(SAMME_MISMATCH, "the replay", NULL);
    samme_replay_fini(&replay);
    samme_layer_fini(&table);
}

static samme_status pass_note(void *context, const samme_unsigned_note *note) {
    (void)context, (void)note;
    return SAMME_OK;
}

static void bench_replay(bool json, bench_journal *journal, const char *name,
                         samme_replay_options options, double wanted) {
    measured took;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double cpu = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        replay_once(journal, options);
        took.cpu[round] = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
        took.wall[round] = seconds(CLOCK_MONOTONIC) - wall;
    }
    report(json, name, journal->entries, "event", &took, wanted);
}

static void audit_once(const bench_journal *journal, const samme_enrolment *as, const char *folder,
                       bool every_signature) {
    const samme_audit_options options = {.every_signature = every_signature};
    samme_audit audit;
    samme_error error = {.text = ""};
    bench_must(samme_audit_folder(as, folder, &options, &audit, &error), "the audit", &error);
    if (audit.findings_total > 0 || audit.entries != journal->entries ||
        audit.decisions != journal->decisions ||
        !samme_hash_equal(&audit.state_digest, &journal->state_digest))
        bench_must(SAMME_MISMATCH, "the audit", NULL);
    samme_audit_free(&audit);
}

/* The CPU's time is that of all threads: the store's writer is one of them. */
static void bench_folder(bool json, bench_journal *journal, const char *folder) {
    bench_journal_write(journal, folder);
    const samme_enrolment as = {.role = SAMME_ENROL_AUDITOR,
                                .root = journal->chain.root,
                                .hub_log = journal->chain.hub_log};
    measured took;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
        audit_once(journal, &as, folder, false);
        took.cpu[round] = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        took.wall[round] = seconds(CLOCK_MONOTONIC) - wall;
    }
    report(json, "samme audit of a folder on disk", journal->entries, "event", &took, 0);
    static const char *const files[] = {"log/data.mdb", "log/lock.mdb", "log"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        remove(path);
    }
}

void bench_audit(int json, const char *folder) {
    const bench_shape shape = {
        .seed = SEED, .entries = ENTRIES, .batch = 256, .decisions = 50, .lines_max = 3};
    bench_journal journal;
    bench_journal_make(&journal, &shape);
    if (!json)
        printf("\n%llu events of %llu bytes on average in batches of %zu, %llu of them decisions; "
               "medians of %d rounds\n",
               (unsigned long long)journal.entries,
               (unsigned long long)(journal.bytes / journal.entries), shape.batch,
               (unsigned long long)journal.decisions, ROUNDS);
    bench_replay(json, &journal, "fold only", (samme_replay_options){.check_content = false}, 0);
    bench_replay(json, &journal, "fold and roots",
                 (samme_replay_options){.check_content = true, .unsigned_note = pass_note}, 0);
    bench_replay(json, &journal, "audit: roots, facts, decisions",
                 (samme_replay_options){
                     .check_content = true, .decide_again = true, .unsigned_note = pass_note},
                 WANTED);
    bench_replay(json, &journal, "audit: every signature too",
                 (samme_replay_options){.check_content = true, .decide_again = true}, 0);
    bench_folder(json, &journal, folder);
    bench_journal_free(&journal);
}
