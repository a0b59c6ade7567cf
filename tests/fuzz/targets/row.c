/* Target: samme_row_parse, samme_unpack, samme_pack of the rows of proto/view.proto and
 * the states of proto/state.proto. The first byte says which. */
#include "history/row.h"
#include "fuzz/fuzz.h"
#include "fuzz/wired.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const ProtobufCMessageDescriptor *const types[] = {
        &samme__receipt_row__descriptor,      &samme__refund_slice__descriptor,
        &samme__case_row__descriptor,         &samme__quarantine_row__descriptor,
        &samme__branch_row__descriptor,       &samme__cursor_row__descriptor,
        &samme__own_state__descriptor,        &samme__held_state__descriptor,
        &samme__hub_branch_state__descriptor, &samme__hub_state__descriptor,
        &samme__loan_row__descriptor,         &samme__borrowed_row__descriptor,
        &samme__alarm_row__descriptor,
    };
    if (size == 0)
        return 0;
    const ProtobufCMessageDescriptor *type = types[data[0] % (sizeof types / sizeof types[0])];
    samme_span bytes = SAMME_SPAN(data + 1, size - 1);
    fuzz_packed(type, bytes);
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024 * 1024);
    const ProtobufCMessage *row;
    samme_status status = samme_row_parse(bytes, type, &arena, &row);
    FUZZ_MUST(status == SAMME_OK || status == SAMME_CORRUPT);
    samme_arena_free(&arena);
    return 0;
}
