/* Target: samme_unpack, samme_pack, samme_to_json, samme_from_json of Message. */
#include "fuzz/fuzz.h"
#include "fuzz/wired.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_packed(&samme__message__descriptor, SAMME_SPAN(data, size));
    return 0;
}
