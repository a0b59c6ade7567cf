/* Target: nothing. It breaks for the four bytes that stand in its corpus, to show that a broken
 * target is noticed. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    FUZZ_MUST(!samme_span_equal(SAMME_SPAN(data, size), SAMME_LITERAL("sing")));
    return 0;
}
