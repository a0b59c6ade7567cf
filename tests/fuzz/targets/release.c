/* Target: samme_release_open, samme_release_text, samme_document_path_valid. The input is a text;
 * it is signed here. */
#include "fuzz/fuzz.h"
#include "fuzz/trusted.h"

/* No path leaves its folder, and none stands there twice. */
static void check_paths(const samme_release *release) {
    for (size_t i = 0; i < release->document_count; i++) {
        const char *path = release->documents[i].path;
        FUZZ_MUST(path[0] != '/' && path[0] != 0 && strncmp(path, "../", 3) != 0);
        FUZZ_MUST(strstr(path, "/../") == NULL && strstr(path, "//") == NULL);
        FUZZ_MUST(i == 0 || strcmp(release->documents[i - 1].path, path) < 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_span text = SAMME_SPAN(data, size);
    const samme_root *root = &fuzz_chain()->root;
    samme_release release;
    samme_error error = {0};
    samme_buffer note, again;
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    if (fuzz_signed(SAMME_ROLE_RELEASE, text, &note) &&
        samme_release_open(root, samme_buffer_span(&note), &release, &error) == SAMME_OK) {
        FUZZ_MUST_OK(samme_release_text(root, &release, &again, &error), &error);
        FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text)); /* a release has one text */
        check_paths(&release);
        samme_release_free(&release);
    }
    samme_buffer_free(&note);
    samme_buffer_free(&again);
    return 0;
}
