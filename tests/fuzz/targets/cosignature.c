/* Target: samme_cosigner_parse, samme_cosignature_add, samme_cosignatures_verify. The input is
 * eight bytes of time and a note. */
#include "tlog/cosignature.h"
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

static const char witness_name[] = "witness.example/w";
static const samme_seed witness_seed = {.bytes = {9}};

static void check_key(samme_span text) {
    samme_cosigner cosigner;
    samme_vkey vkey;
    samme_error error = {0};
    if (samme_cosigner_parse(text, &cosigner, &error) != SAMME_OK)
        return;
    FUZZ_MUST(samme_vkey_parse(text, &vkey, &error) != SAMME_OK); /* a key is of one kind */
    samme_buffer again;
    samme_buffer_init(&again, SAMME_VKEY_TEXT_MAX);
    samme_cosigner_format(&cosigner, &again);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text));
    samme_buffer_free(&again);
}

/* What is added to a checkpoint is found in it, and leaves it what it was. */
static void check_add(const samme_cosigner *witness, uint64_t time_s, samme_span bytes) {
    const samme_vkey *log = &fuzz_chain()->hub_log;
    samme_checkpoint before, after;
    samme_note parsed;
    samme_error error = {0};
    uint64_t newest = 0;
    unsigned valid = 0;
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append(&note, bytes);
    if (samme_cosignature_add(&note, log, witness_name, &witness_seed, time_s, &error) ==
        SAMME_OK) {
        FUZZ_MUST_OK(samme_checkpoint_open(bytes, log, &before, &error), &error);
        FUZZ_MUST_OK(samme_checkpoint_open(samme_buffer_span(&note), log, &after, &error), &error);
        FUZZ_MUST(before.size == after.size && samme_hash_equal(&before.root, &after.root));
        FUZZ_MUST_OK(samme_note_parse(samme_buffer_span(&note), &parsed, &error), &error);
        samme_status status =
            samme_cosignatures_verify(&parsed, witness, 1, &newest, &valid, &error);
        FUZZ_MUST(status == SAMME_BAD_SIGNATURE || /* of a line that was there before */
                  (status == SAMME_OK && valid == 1 && newest >= time_s));
    } else {
        FUZZ_MUST(samme_span_equal(samme_buffer_span(&note), bytes));
    }
    samme_buffer_free(&note);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    (void)fuzz_chain(); /* makes sure that keys can be made */
    samme_public_key key = samme_sign_public(&witness_seed);
    samme_cosigner witness;
    samme_note note;
    samme_error error = {0};
    unsigned valid = 0;
    FUZZ_MUST_OK(samme_cosigner_make(witness_name, &key, &witness, &error), &error);
    check_key(SAMME_SPAN(data, size));
    fuzz_input input = fuzz_open(data, size);
    uint64_t time_s = fuzz_u64(&input);
    if (samme_note_parse(input.rest, &note, &error) == SAMME_OK) {
        samme_status status = samme_cosignatures_verify(&note, &witness, 1, NULL, &valid, &error);
        FUZZ_MUST(status == SAMME_BAD_SIGNATURE || (status == SAMME_OK && valid <= 1));
    }
    check_add(&witness, time_s, input.rest);
    return 0;
}
