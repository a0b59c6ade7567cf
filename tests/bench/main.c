/* bench [--json] [crypto|tree|decide|tables|store|audit|offline]...: see tests/bench/run. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/tables.h"
#include "crypto/sign.h"

static bool wanted(int argc, char **argv, const char *name) {
    bool any = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return true;
        any |= argv[i][0] != '-';
    }
    return !any;
}

static const char *or_else(const char *name, const char *value) {
    const char *given = getenv(name);
    return given == NULL || given[0] == 0 ? value : given;
}

int main(int argc, char **argv) {
    samme_error error;
    bool json = false;
    for (int i = 1; i < argc; i++)
        json |= strcmp(argv[i], "--json") == 0;
    if (samme_crypto_init(&error) != SAMME_OK)
        return 74;
    bench_start(json, or_else("BENCH_MACHINE", "unknown"));
    if (wanted(argc, argv, "crypto"))
        bench_crypto();
    if (wanted(argc, argv, "tree"))
        bench_tree();
    if (wanted(argc, argv, "decide"))
        bench_decide();
    if (wanted(argc, argv, "tables") && !bench_tables(json))
        return 1;
    char folder[200];
    snprintf(folder, sizeof folder, "%s/samme-bench-XXXXXX", or_else("TMPDIR", "/tmp"));
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        return 74;
    }
    if (wanted(argc, argv, "store"))
        bench_store(folder);
    if (wanted(argc, argv, "audit"))
        bench_audit(json, folder);
    if (wanted(argc, argv, "offline"))
        bench_offline(json);
    remove(folder);
    return 0;
}
