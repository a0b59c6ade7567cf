/* Target: samme_root_open, samme_root_text, samme_root_read, samme_root_follow. The input is a
 * text; it is signed with a key that the root in the corpus names. */
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

/* What follows the chain's root is the next one of it, and nothing else. */
static void check_follow(samme_span note) {
    static samme_root root; /* large */
    const samme_root *held = &fuzz_chain()->root;
    samme_error error = {0};
    if (samme_root_follow(held, note, &root, &error) != SAMME_OK)
        return;
    samme_hash hash = samme_sha256(note);
    FUZZ_MUST(root.version == held->version + 1);
    FUZZ_MUST(strcmp(root.chain, held->chain) == 0);
    FUZZ_MUST(samme_hash_equal(&root.previous, &held->note_hash));
    FUZZ_MUST(samme_hash_equal(&root.note_hash, &hash));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_buffer note;
    if (fuzz_signed(SAMME_ROLE_ROOT, SAMME_SPAN(data, size), &note)) {
        check(samme_buffer_span(&note));
        check_follow(samme_buffer_span(&note));
    }
    check(SAMME_SPAN(data, size));
    samme_buffer_free(&note);
    return 0;
}
