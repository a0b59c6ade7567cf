/* What the Merkle tree and its proofs cost beside the bare reading and hashing that they
 * are made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "crypto/hash.h"
#include "tlog/proof.h"

enum { ENTRY_BYTES = 300, ENTRIES = 4096, LEAVES = 100003, LEVELS = 17, PROOFS = 256 };

typedef struct proofs {
    samme_proof made[PROOFS];
    uint64_t reads[PROOFS]; /* of nodes, when it was made */
} proofs;

/* A tree as arrays of the roots of its full subtrees, and proofs of places all over it. */
typedef struct tree {
    uint8_t entry[ENTRY_BYTES];
    samme_hash *levels[LEVELS];
    samme_nodes nodes;
    samme_hash root;
    uint64_t places[PROOFS]; /* of a leaf; the older tree ends behind it */
    samme_hash old_roots[PROOFS];
    uint64_t reads; /* so far */
    proofs inclusions, consistencies;
} tree;

static uint64_t append(void *context) {
    const tree *self = context;
    samme_range range;
    samme_range_init(&range);
    for (unsigned i = 0; i < ENTRIES; i++) {
        samme_hash leaf = samme_leaf_hash(SAMME_SPAN(self->entry, ENTRY_BYTES));
        if (samme_range_append(&range, &leaf) != SAMME_OK)
            return 0;
    }
    samme_hash root = samme_range_root(&range);
    return samme_hash_equal(&root, &(samme_hash){{0}}) ? 0 : ENTRIES;
}

static uint64_t hash_only(void *context) {
    const tree *self = context;
    unsigned sum = 0;
    for (unsigned i = 0; i < ENTRIES; i++)
        sum += samme_sha256(SAMME_SPAN(self->entry, ENTRY_BYTES)).bytes[0];
    return sum == 1 ? 0 : ENTRIES;
}

static samme_status read_node(void *context, unsigned level, uint64_t index, samme_hash *out) {
    tree *self = context;
    self->reads++;
    *out = self->levels[level][index];
    return SAMME_OK;
}

static uint64_t make_inclusions(void *context) {
    tree *self = context;
    for (unsigned i = 0; i < PROOFS; i++) {
        uint64_t before = self->reads;
        if (samme_inclusion_make(&self->nodes, self->places[i], LEAVES,
                                 &self->inclusions.made[i]) != SAMME_OK)
            return 0;
        self->inclusions.reads[i] = self->reads - before;
    }
    return PROOFS;
}

static uint64_t make_consistencies(void *context) {
    tree *self = context;
    for (unsigned i = 0; i < PROOFS; i++) {
        uint64_t before = self->reads;
        if (samme_consistency_make(&self->nodes, self->places[i] + 1, LEAVES,
                                   &self->consistencies.made[i]) != SAMME_OK)
            return 0;
        self->consistencies.reads[i] = self->reads - before;
    }
    return PROOFS;
}

static uint64_t check_inclusions(void *context) {
    const tree *self = context;
    for (unsigned i = 0; i < PROOFS; i++) {
        if (samme_inclusion_check(&self->inclusions.made[i], self->places[i], LEAVES,
                                  &self->levels[0][self->places[i]], &self->root) != SAMME_OK)
            return 0;
    }
    return PROOFS;
}

static uint64_t check_consistencies(void *context) {
    const tree *self = context;
    for (unsigned i = 0; i < PROOFS; i++) {
        if (samme_consistency_check(&self->consistencies.made[i], self->places[i] + 1,
                                    &self->old_roots[i], LEAVES, &self->root) != SAMME_OK)
            return 0;
    }
    return PROOFS;
}

/* The same number of reads as the proofs took, and the hashing that joins what was read: each pair
 * joined leaves one hash less, and the proof's are left over. */
static uint64_t parts_only(tree *self, const proofs *of) {
    samme_hash read = {{0}};
    unsigned sum = 0;
    for (unsigned i = 0; i < PROOFS; i++) {
        for (uint64_t at = 0; at < of->reads[i]; at++) {
            unsigned level = (unsigned)(at % LEVELS);
            if (self->nodes.read(self, level, self->places[i] >> level, &read) != SAMME_OK)
                return 0;
            if (at >= of->made[i].count)
                read = samme_node_hash(&read, &read);
            sum += read.bytes[0];
        }
    }
    return sum == 1 ? 0 : PROOFS;
}

/* Hashes as many pairs as the proofs have hashes. */
static uint64_t pairs_only(const proofs *of) {
    unsigned sum = 0;
    for (unsigned i = 0; i < PROOFS; i++) {
        for (unsigned at = 0; at < of->made[i].count; at++)
            sum += samme_node_hash(&of->made[i].hashes[at], &of->made[i].hashes[0]).bytes[0];
    }
    return sum == 1 ? 0 : PROOFS;
}

static uint64_t parts_of_inclusions(void *context) {
    tree *self = context;
    return parts_only(self, &self->inclusions);
}

static uint64_t parts_of_consistencies(void *context) {
    tree *self = context;
    return parts_only(self, &self->consistencies);
}

static uint64_t pairs_of_inclusions(void *context) {
    return pairs_only(&((const tree *)context)->inclusions);
}

static uint64_t pairs_of_consistencies(void *context) {
    return pairs_only(&((const tree *)context)->consistencies);
}

static void must(int holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "bench: tree: %s\n", what);
        exit(74);
    }
}

/* Leaves that differ, and every full subtree above them. */
static void grow(tree *self) {
    memset(self->entry, 5, sizeof self->entry);
    samme_range range;
    samme_range_init(&range);
    for (unsigned i = 0; i < PROOFS; i++)
        self->places[i] = ((uint64_t)LEAVES * i + LEAVES / 2) / PROOFS;
    for (unsigned level = 0; level < LEVELS; level++) {
        self->levels[level] = calloc((LEAVES >> level) + 1u, sizeof(samme_hash));
        must(self->levels[level] != NULL, "no memory");
    }
    unsigned proof = 0;
    for (uint64_t leaf = 0; leaf < LEAVES; leaf++) {
        self->levels[0][leaf] = samme_leaf_hash(SAMME_SPAN(&leaf, sizeof leaf));
        for (unsigned level = 1; level < LEVELS && (leaf + 1) % (1u << level) == 0; level++) {
            const samme_hash *below = &self->levels[level - 1][(leaf >> level) * 2];
            self->levels[level][leaf >> level] = samme_node_hash(&below[0], &below[1]);
        }
        must(samme_range_append(&range, &self->levels[0][leaf]) == SAMME_OK, "append");
        if (proof < PROOFS && leaf == self->places[proof])
            self->old_roots[proof++] = samme_range_root(&range);
    }
    self->root = samme_range_root(&range);
    self->nodes = (samme_nodes){.self = self, .read = read_node};
    must(make_inclusions(self) != 0 && check_inclusions(self) != 0, "inclusion");
    must(make_consistencies(self) != 0 && check_consistencies(self) != 0, "consistency");
}

void bench_tree(void) {
    static tree self; /* large */
    grow(&self);
    const bench_case cases[] = {
        {"tree append, 300 B", "entry", append, "SHA-256 of each entry", hash_only, &self, 0},
        {"inclusion proof of 100,003, made", "proof", make_inclusions, "its reads and joins",
         parts_of_inclusions, &self, 0},
        {"inclusion proof of 100,003, checked", "proof", check_inclusions, "SHA-256 of its pairs",
         pairs_of_inclusions, &self, 0},
        {"consistency proof to 100,003, made", "proof", make_consistencies, "its reads and joins",
         parts_of_consistencies, &self, 0},
        {"consistency proof to 100,003, checked", "proof", check_consistencies,
         "SHA-256 of its pairs", pairs_of_consistencies, &self, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        bench_run(&cases[i]);
    for (unsigned level = 0; level < LEVELS; level++)
        free(self.levels[level]);
}
