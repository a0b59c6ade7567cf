/* What the Merkle tree costs beside the bare hashing of the same entries. */
#include <string.h>

#include "bench/bench.h"
#include "crypto/hash.h"
#include "tlog/tree.h"

enum { ENTRIES = 4096, ENTRY_BYTES = 300 };

static uint64_t append(void *context) {
    const uint8_t *entry = context;
    samme_range range;
    samme_range_init(&range);
    for (unsigned i = 0; i < ENTRIES; i++) {
        samme_hash leaf = samme_leaf_hash(SAMME_SPAN(entry, ENTRY_BYTES));
        if (samme_range_append(&range, &leaf) != SAMME_OK)
            return 0;
    }
    samme_hash root = samme_range_root(&range);
    return samme_hash_equal(&root, &(samme_hash){{0}}) ? 0 : ENTRIES;
}

static uint64_t hash_only(void *context) {
    const uint8_t *entry = context;
    unsigned sum = 0;
    for (unsigned i = 0; i < ENTRIES; i++)
        sum += samme_sha256(SAMME_SPAN(entry, ENTRY_BYTES)).bytes[0];
    return sum == 1 ? 0 : ENTRIES;
}

void bench_tree(void) {
    static uint8_t entry[ENTRY_BYTES];
    memset(entry, 5, sizeof entry);
    bench_case one = {.name = "tree append, 300 B entries",
                      .unit = "entry",
                      .work = append,
                      .limit_name = "SHA-256 of each",
                      .limit = hash_only,
                      .context = entry};
    bench_run(&one);
}
