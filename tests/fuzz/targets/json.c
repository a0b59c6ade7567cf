/* Target: samme_from_json, samme_to_json. The first byte says of which type. */
#include <stdio.h>

#include "fuzz/fuzz.h"
#include "fuzz/wired.h"

/* What is malformed is so at a line and column that the text has; column 0: at the end of a line.
 */
static void check_refused(samme_span text, const samme_error *error) {
    unsigned line, column;
    FUZZ_MUST(error->status != SAMME_OK && error->text[0] != 0);
    if (error->status != SAMME_MALFORMED)
        return;
    FUZZ_MUST(sscanf(error->text, "body:%u:%u: ", &line, &column) == 2);
    unsigned lines = 1;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    FUZZ_MUST(line >= 1 && line <= lines && column <= text.length + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const ProtobufCMessageDescriptor *const types[] = {
        &samme__sale__descriptor,       &samme__return_opened__descriptor,
        &samme__facts__descriptor,      &samme__return_done__descriptor,
        &samme__sale_batch__descriptor, &samme__policy__descriptor,
        &samme__api_answer__descriptor, &samme__import_return__descriptor,
    };
    if (size == 0)
        return 0;
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, 64 * 1024 * 1024);
    const ProtobufCMessage *message =
        samme_from_json(types[data[0] % (sizeof types / sizeof types[0])],
                        SAMME_SPAN(data + 1, size - 1), "body", &arena, &error);
    if (message != NULL)
        fuzz_mapped(message);
    else
        check_refused(SAMME_SPAN(data + 1, size - 1), &error);
    samme_arena_free(&arena);
    return 0;
}
