#include "fuzz/trusted.h"

enum { BRANCHES = 2 };

const samme_test_chain *fuzz_chain(void) {
    static samme_test_chain chain;
    if (chain.branch_count == 0)
        samme_test_chain_make(&chain, 1, BRANCHES);
    return &chain;
}

bool fuzz_signed(samme_role role, samme_span text, samme_buffer *out) {
    const samme_test_chain *chain = fuzz_chain();
    samme_buffer_init(out, SAMME_DOCUMENT_MAX_BYTES);
    return samme_note_sign(text, chain->root.roles[role].keys[0].name, &chain->role_seeds[role],
                           out) == SAMME_OK;
}
