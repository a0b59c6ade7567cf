/* Target: samme_keks_parse, samme_keks_format. */
#include "fuzz/fuzz.h"
#include "keymap/keks.h"

/* The file of a machine's keys has one text, and two keys at most. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_keks keks;
    if (samme_keks_parse(SAMME_SPAN(data, size), &keks) != SAMME_OK)
        return 0;
    FUZZ_MUST(keks.current.number != 0);
    FUZZ_MUST(keks.next.number == 0 || keks.next.number == keks.current.number + 1);
    samme_buffer again;
    samme_buffer_init(&again, SAMME_KEKS_MAX_BYTES);
    samme_keks_format(&keks, &again);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), SAMME_SPAN(data, size)));
    samme_buffer_free(&again);
    return 0;
}
