/* Target: samme_checkpoint_open, samme_checkpoint_sign. The input is the text of a checkpoint; it
 * is signed here, so that more than its signature is looked at. */
#include "tlog/checkpoint.h"
#include "fuzz/fuzz.h"
#include "samme/limits.h"

static const char origin[] = "fuzz.example/b/1/e1";
static const samme_seed seed = {.bytes = {1}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_error error = {0};
    FUZZ_MUST_OK(samme_crypto_init(&error), &error);
    samme_public_key public_key = samme_sign_public(&seed);
    samme_vkey key;
    FUZZ_MUST_OK(samme_vkey_make(origin, &public_key, &key, &error), &error);
    samme_span text = SAMME_SPAN(data, size);
    samme_checkpoint checkpoint;
    FUZZ_MUST(samme_checkpoint_open(text, &key, &checkpoint, &error) != SAMME_OK);
    samme_buffer note, again;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    if (samme_note_sign(text, origin, &seed, &note) == SAMME_OK &&
        samme_checkpoint_open(samme_buffer_span(&note), &key, &checkpoint, &error) == SAMME_OK) {
        FUZZ_MUST(samme_checkpoint_sign(origin, &seed, &checkpoint, &again) == SAMME_OK);
        FUZZ_MUST(fuzz_buffers_equal(&note, &again)); /* a checkpoint has one text */
    }
    samme_buffer_free(&note);
    samme_buffer_free(&again);
    return 0;
}
