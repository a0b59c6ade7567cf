/* Target: samme_tlog_proof_parse, _append, _check. The input is the text of a proof. */
#include "tlog/tlog_proof.h"
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span text = SAMME_SPAN(data, size);
    const samme_vkey *log = &fuzz_chain()->hub_log;
    samme_tlog_proof proof;
    samme_checkpoint head;
    samme_error error = {0};
    if (samme_tlog_proof_parse(text, &proof, &error) != SAMME_OK)
        return 0;
    samme_buffer again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST(samme_tlog_proof_append(&proof, &again) == SAMME_OK);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text)); /* a proof has one text */
    samme_hash leaf = samme_leaf_hash(SAMME_LITERAL("entry")), other = {{0}};
    if (samme_tlog_proof_check(&proof, log, &leaf, &head, &error) == SAMME_OK) {
        FUZZ_MUST(proof.index < head.size);
        FUZZ_MUST(samme_tlog_proof_check(&proof, log, &other, &head, &error) == SAMME_MISMATCH);
    }
    samme_buffer_free(&again);
    return 0;
}
