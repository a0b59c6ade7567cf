/* Target: samme_unpack, samme_pack of Event and of the bodies; samme_entry_open. */
#include "fuzz/fuzz.h"
#include "fuzz/wired.h"
#include "history/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span bytes = SAMME_SPAN(data, size);
    fuzz_packed(&samme__event__descriptor, bytes);
    samme_arena arena;
    samme_error error = {0};
    samme_entry entry;
    samme_arena_init(&arena, 16 * 1024 * 1024);
    samme_status status = samme_entry_open(bytes, &arena, &entry, &error);
    FUZZ_MUST(status == SAMME_OK || status == SAMME_MALFORMED || status == SAMME_UNSUPPORTED ||
              status == SAMME_TOO_LARGE);
    if (status == SAMME_OK)
        fuzz_packed(entry.body.any->descriptor, samme_span_of_bytes(entry.event->clear));
    samme_arena_free(&arena);
    return 0;
}
