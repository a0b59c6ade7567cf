/* Target: samme_sealed_parse, samme_sealed_format. */
#include "enrol/sealed_key.h"
#include "fuzz/fuzz.h"

/* A sealed key has one text, and asks for no more than the bounds allow. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_sealed sealed;
    if (samme_sealed_parse(SAMME_SPAN(data, size), &sealed) != SAMME_OK)
        return 0;
    samme_buffer again;
    samme_buffer_init(&again, 1024);
    samme_sealed_format(&sealed, &again);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), SAMME_SPAN(data, size)));
    FUZZ_MUST(sealed.cost.passes <= SAMME_SEAL_PASSES_MAX && sealed.cost.kib <= SAMME_SEAL_KIB_MAX);
    samme_buffer_free(&again);
    return 0;
}
