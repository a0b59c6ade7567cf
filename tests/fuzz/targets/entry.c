/* Target: samme_entry_open, samme_fold. The input is any number of entries: a byte for the branch,
 * two for the length, the bytes of an Event. */
#include "fuzz/folded.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_folded folded;
    fuzz_folded_open(&folded);
    fuzz_input input = fuzz_open(data, size);
    while (input.rest.length > 0) {
        uint32_t branch = fuzz_u8(&input) % FUZZ_BRANCHES + 1;
        size_t length = fuzz_u16(&input);
        fuzz_fold(&folded, branch, fuzz_take(&input, length));
    }
    fuzz_check_digests(&folded);
    fuzz_folded_close(&folded);
    return 0;
}
