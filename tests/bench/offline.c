/* A branch that was offline for long comes back, while another one goes on selling: both cores, the
 * hub's and stores in memory, so that what counts is the work of the control thread. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"
#include "bench/journal.h"
#include "support/pair.h"

enum {
    SALES_A_REQUEST = 250,
    AWAY = 1, /* the branch that comes back */
    OTHER = 2,
    SELLS_EVERY_MS = 100, /* the other one; of virtual time, in which a message takes 10 */
    PATIENCE_MS = 3600 * 1000,
};

static const unsigned TAILS[] = {1000, 10000, 100000};

/* Seconds of CPU in steps of the branch that comes back. */
typedef struct stepped {
    double began, longest, all;
    unsigned count;
} stepped;

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void watch(void *context, unsigned number, bool ended) {
    stepped *steps = context;
    if (number != AWAY)
        return;
    if (!ended) {
        steps->began = cpu_seconds();
        return;
    }
    const double took = cpu_seconds() - steps->began;
    steps->longest = took > steps->longest ? took : steps->longest;
    steps->all += took;
    steps->count++;
}

static void sell_offline(pair *p, unsigned from, unsigned count) {
    static char body[SALES_A_REQUEST * 400];
    char key[40];
    size_t length = (size_t)snprintf(body, sizeof body, "{\"sales\":[");
    for (unsigned i = from; i < from + count; i++)
        length += (size_t)snprintf(
            body + length, sizeof body - length,
            "%s{\"idempotencyKey\":\"k%u\",\"sale\":{\"receipt\":{\"till\":\"1\",\"number\":\"A%"
            "u\","
            "\"businessDate\":\"2026-09-01\"},\"currency\":\"GBP\",\"tenders\":[{\"kind\":\"card\","
            "\"amount\":\"%u\"}],\"lines\":[{\"no\":1,\"sku\":\"S%u\",\"category\":\"goods\","
            "\"quantity\":\"1000\",\"paid\":\"%u\"}]}}",
            i > from ? "," : "", i, i, 500 + i % 1000, i % 5000, 500 + i % 1000);
    snprintf(body + length, sizeof body - length, "]}");
    snprintf(key, sizeof key, "batch-%u", from);
    if (pair_ask(p, AWAY, "/v1/sales:batch", key, body, 0) != 200)
        bench_must(SAMME_CONFLICT, "sales of a branch that is offline", NULL);
    pair_forget(p);
}

static bool is_back(pair *p) {
    const samme_node_view node = pair_look(p, AWAY);
    return node.acked_size == node.own_size && node.folded_size == pair_look_hub(p).journal_size &&
           samme_node_next_ms(p->nodes[AWAY - 1].node) > p->now_ms;
}

static void come_back(pair *p, unsigned tail, stepped *steps) {
    char number[20];
    pair_open(p, 2);
    pair_publish(p, 30);
    pair_quiet(p);
    pair_cut(p, AWAY, true, true);
    pair_run(p, 100 * 1000); /* the session is over */
    for (unsigned from = 0; from < tail; from += SALES_A_REQUEST)
        sell_offline(p, from, tail - from < SALES_A_REQUEST ? tail - from : SALES_A_REQUEST);
    p->watch = watch;
    p->watch_context = steps;
    pair_cut(p, AWAY, false, false);
    const int64_t start = p->now_ms;
    for (unsigned sold = 0; !is_back(p); sold++) {
        if (p->now_ms - start > PATIENCE_MS)
            bench_must(SAMME_LATER, "coming back", NULL);
        snprintf(number, sizeof number, "B%u", sold);
        pair_sell(p, OTHER, number, 1000, 500);
        pair_run(p, SELLS_EVERY_MS);
        pair_forget(p);
    }
    p->watch = NULL;
    pair_close(p);
}

void bench_offline(int json) {
    if (!json)
        printf("\na branch comes back with so many sales unmerged, another one sells meanwhile\n");
    for (size_t i = 0; i < sizeof TAILS / sizeof *TAILS; i++) {
        static pair p;
        stepped steps = {0};
        come_back(&p, TAILS[i], &steps);
        if (json)
            printf("{\"case\":\"offline\",\"entries\":%u,\"seconds\":%.3f,\"steps\":%u,"
                   "\"longestStepMs\":%.1f}\n",
                   TAILS[i], steps.all, steps.count, steps.longest * 1e3);
        else
            printf("%7u entries %9.3f s in %6u steps, the longest %8.1f ms\n", TAILS[i], steps.all,
                   steps.count, steps.longest * 1e3);
        fflush(stdout);
    }
}
