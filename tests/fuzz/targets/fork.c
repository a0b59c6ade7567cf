/* Target: samme_fork_parse, _format, _check. The input is the text of a proof. */
#include "tlog/fork.h"
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span text = SAMME_SPAN(data, size);
    samme_fork fork;
    samme_error error = {0};
    if (samme_fork_parse(text, &fork, &error) != SAMME_OK)
        return 0;
    samme_buffer again;
    samme_buffer_init(&again, SAMME_FORK_TEXT_MAX);
    samme_fork_format(&fork, &again);
    FUZZ_MUST(samme_buffer_status(&again) == SAMME_OK);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text)); /* a proof has one text */
    if (samme_fork_check(&fork, &fuzz_chain()->hub_log, &error) == SAMME_OK)
        FUZZ_MUST(!samme_span_equal(fork.note_a, fork.note_b));
    samme_buffer_free(&again);
    return 0;
}
