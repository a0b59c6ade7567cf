/* Target: samme_root_open, samme_root_text. The input is a text; it is signed with a key that the
 * root in the corpus names. */
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

/* A root that can be opened has one text, and it is the one that was signed. */
static void check(samme_span note) {
    static samme_root root; /* large */
    samme_note parsed;
    samme_error error = {0};
    if (samme_root_open(note, &root, &error) != SAMME_OK)
        return;
    samme_buffer again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    FUZZ_MUST_OK(samme_note_parse(note, &parsed, &error), &error);
    FUZZ_MUST_OK(samme_root_text(&root, &again, &error), &error);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), parsed.text));
    FUZZ_MUST(samme_chain_name_valid(root.chain));
    samme_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_buffer note;
    if (fuzz_signed(SAMME_ROLE_ROOT, SAMME_SPAN(data, size), &note))
        check(samme_buffer_span(&note));
    check(SAMME_SPAN(data, size));
    samme_buffer_free(&note);
    return 0;
}
