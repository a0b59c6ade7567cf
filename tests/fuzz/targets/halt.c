/* Target: samme_halt_open, samme_halt_text. The input is a text; it is signed here. */
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span text = SAMME_SPAN(data, size);
    const samme_root *root = &fuzz_chain()->root;
    samme_halt halt;
    samme_error error = {0};
    samme_buffer note, again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    if (fuzz_signed(SAMME_ROLE_RELEASE, text, &note) &&
        samme_halt_open(root, samme_buffer_span(&note), &halt, &error) == SAMME_OK) {
        FUZZ_MUST(halt.wave >= 1 && halt.wave <= SAMME_RELEASE_WAVES_MAX);
        FUZZ_MUST_OK(samme_halt_text(root, &halt, &again, &error), &error);
        FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text)); /* a halt has one text */
    }
    samme_buffer_free(&note);
    samme_buffer_free(&again);
    return 0;
}
