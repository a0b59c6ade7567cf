/* Target: samme_inclusion_make, _check, samme_consistency_make, _check. The input gives a tree of
 * at most 255 leaves, places in it, and a change to the proof: sound ones are accepted, changed
 * ones are not. Then it is itself a proof, in trees of any size. */
#include "tlog/proof.h"
#include "fuzz/fuzz.h"

enum { LEAVES_MAX = 255 };

static samme_hash leaf_at(uint64_t index) {
    const uint8_t entry = (uint8_t)index;
    return samme_leaf_hash(SAMME_SPAN(&entry, 1));
}

static samme_hash root_of(uint64_t start, uint64_t size) {
    samme_range range;
    samme_range_init(&range);
    for (uint64_t i = 0; i < size; i++) {
        samme_hash leaf = leaf_at(start + i);
        FUZZ_MUST(samme_range_append(&range, &leaf) == SAMME_OK);
    }
    return samme_range_root(&range);
}

/* Only what lies within the tree may be asked for. */
static samme_status read_node(void *self, unsigned level, uint64_t index, samme_hash *out) {
    const uint64_t *size = self;
    FUZZ_MUST(level < 8 && (index + 1) << level <= *size);
    *out = root_of(index << level, UINT64_C(1) << level);
    return SAMME_OK;
}

/* False when nothing changed. */
static bool change(fuzz_input *input, samme_proof *proof) {
    uint8_t how = fuzz_u8(input), where = fuzz_u8(input);
    if (how % 4 == 0 || (proof->count == 0 && how % 4 < 3))
        return false;
    if (how % 4 == 1)
        proof->hashes[where % proof->count].bytes[how / 8] ^= (uint8_t)(1u << (where % 8));
    else if (how % 4 == 2)
        proof->count--;
    else if (proof->count < SAMME_PROOF_MAX_HASHES)
        proof->hashes[proof->count++] = (samme_hash){{where}};
    return true;
}

static void check_made(fuzz_input *input) {
    uint64_t size = fuzz_u8(input), place = fuzz_u8(input);
    samme_nodes nodes = {.self = &size, .read = read_node};
    samme_proof inclusion = {.count = 0}, consistency = {.count = 0};
    samme_hash root = root_of(0, size), leaf = leaf_at(place), old_root = root_of(0, place);
    samme_status made = samme_inclusion_make(&nodes, place, size, &inclusion);
    FUZZ_MUST(made == (place < size ? SAMME_OK : SAMME_MALFORMED));
    if (made == SAMME_OK) {
        samme_status wanted = change(input, &inclusion) ? SAMME_MISMATCH : SAMME_OK;
        FUZZ_MUST(samme_inclusion_check(&inclusion, place, size, &leaf, &root) == wanted);
    }
    made = samme_consistency_make(&nodes, place, size, &consistency);
    FUZZ_MUST(made == (place > 0 && place <= size ? SAMME_OK : SAMME_MALFORMED));
    if (made == SAMME_OK) {
        samme_status wanted = change(input, &consistency) ? SAMME_MISMATCH : SAMME_OK;
        FUZZ_MUST(samme_consistency_check(&consistency, place, &old_root, size, &root) == wanted);
    }
}

static void check_any(fuzz_input *input) {
    uint64_t size = fuzz_u64(input), place = fuzz_u64(input);
    samme_hash root = {{1}}, leaf = {{2}};
    samme_proof proof = {.count = 0};
    while (input->rest.length > 0 && proof.count < SAMME_PROOF_MAX_HASHES)
        if (samme_proof_add(&proof, fuzz_take(input, 32)) != SAMME_OK)
            FUZZ_MUST(input->rest.length == 0);
    FUZZ_MUST(samme_inclusion_check(&proof, place, size, &leaf, &root) != SAMME_OK);
    FUZZ_MUST(samme_consistency_check(&proof, place, &leaf, size, &root) != SAMME_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    check_made(&input);
    input = fuzz_open(data, size);
    check_any(&input);
    return 0;
}
