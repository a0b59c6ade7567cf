/* test_sim [--seeds N | --restore N] [--seed S]: simulates chains in trouble and out of it; with
 * --restore the hub's disk is lost, too. Prints the seed of a
 * run that went wrong; exit codes: 1 wrong result, 2 no progress, 3 not deterministic. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sim/world.h"

typedef struct tally {
    unsigned restored;
    unsigned answers, refusals, crashes, partitions, loans, loans_given_back, alarms;
    unsigned keys, keys_set_aside, erasures, renewals;
    unsigned epochs, disks_lost, carried, basis_lost;
    uint64_t virtual_ms;
} tally;

static int run(uint64_t seed, bool restores, tally *sum, samme_hash *out_trace) {
    static sim_world world; /* large */
    sim_world_make(&world, seed, restores);
    int code = 0;
    while (code == 0 && world.now_ms < SIM_CHAOS_MS) {
        sim_chaos(&world);
        sim_tick(&world);
        if (!sim_check_always(&world))
            code = 1;
    }
    sim_heal(&world);
    int64_t healed_ms = world.now_ms, calm_ms = world.now_ms;
    while (code == 0 && world.now_ms - calm_ms < SIM_CALM_MS) {
        sim_tick(&world);
        if (!sim_converged(&world))
            calm_ms = world.now_ms;
        if (!sim_check_always(&world))
            code = 1;
        else if (world.now_ms - healed_ms > SIM_HEAL_MAX_MS) {
            fprintf(stderr, "seed %llu: no convergence within %d ms after the faults ended\n",
                    (unsigned long long)seed, SIM_HEAL_MAX_MS);
            sim_explain(&world);
            code = 2;
        }
    }
    if (code == 0 && !sim_check_end(&world))
        code = 1;
    sum->answers += world.answers;
    sum->refusals += world.refusals;
    sum->crashes += world.crashes;
    sum->partitions += world.partitions;
    sum->restored += world.restored;
    sum->loans += world.loans;
    sum->loans_given_back += world.loans_given_back;
    sum->alarms += world.alarms;
    sum->epochs += world.epochs;
    sum->disks_lost += world.disks_lost;
    sum->carried += world.carried;
    sum->basis_lost += world.basis_lost;
    sum->keys += world.keys;
    sum->keys_set_aside += world.keys_set_aside;
    sum->erasures += world.erasures;
    sum->renewals += world.renewals;
    sum->virtual_ms += (uint64_t)world.now_ms;
    *out_trace = world.trace;
    sim_world_free(&world);
    return code;
}

int main(int argc, char **argv) {
    uint64_t seeds = 20, first = 1;
    bool restores = false;
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t value = 0;
        if (samme_u64_parse(samme_span_of_text(argv[i + 1]), &value) != SAMME_OK)
            return 64;
        if (strcmp(argv[i], "--seeds") == 0)
            seeds = value;
        else if (strcmp(argv[i], "--restore") == 0)
            seeds = value, restores = true;
        else if (strcmp(argv[i], "--seed") == 0)
            first = value, seeds = 1;
        else
            return 64;
    }
    tally sum = {0};
    samme_hash trace, again;
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        int code = run(seed, restores, &sum, &trace);
        if (code != 0)
            return code;
        if (seed == first) { /* the same seed gives the same trace, or nothing can be replayed */
            tally ignored = {0};
            if (run(seed, restores, &ignored, &again) != 0 || !samme_hash_equal(&trace, &again)) {
                fprintf(stderr, "seed %llu: two runs differ\n", (unsigned long long)seed);
                return 3;
            }
        }
    }
    printf("%llu seeds converged: %.1f virtual minutes, %u answers (%u refusals), %u crashes, %u "
           "partitions, %u loans (%u given back), %u alarms, %u keys (%u set aside), %u erasures, "
           "%u renewals, %u epochs begun (%u without the disk before), "
           "%u entries carried over (%u with a basis lost)\n",
           (unsigned long long)seeds, (double)sum.virtual_ms / 60000.0, sum.answers, sum.refusals,
           sum.crashes, sum.partitions, sum.loans, sum.loans_given_back, sum.alarms, sum.keys,
           sum.keys_set_aside, sum.erasures, sum.renewals, sum.epochs, sum.disks_lost, sum.carried,
           sum.basis_lost);
    if (restores) {
        printf("the hub's disk came back from a copy, or empty, %u times\n", sum.restored);
        return sum.restored > 0 ? 0 : 1;
    }
    /* a simulator in which nothing goes wrong shows nothing */
    return sum.crashes > 0 && sum.partitions > 0 && sum.answers > 100 && sum.refusals > 0 &&
                   sum.loans > sum.loans_given_back && sum.loans_given_back > 0 && sum.keys > 0 &&
                   sum.alarms > 0 && sum.keys_set_aside > 0 && sum.erasures > 0 &&
                   sum.renewals > 0 && sum.epochs > sum.disks_lost && sum.disks_lost > 0 &&
                   sum.carried > 0
               ? 0
               : 1;
}
