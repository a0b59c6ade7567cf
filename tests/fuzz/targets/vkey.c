/* Target: samme_vkey_parse, samme_vkey_make, samme_vkey_format. */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "tlog/note.h"

/* A key has one text. */
static void check_parse(samme_span text) {
    samme_vkey key;
    samme_error error = {0};
    if (samme_vkey_parse(text, &key, &error) != SAMME_OK)
        return;
    samme_buffer again;
    samme_buffer_init(&again, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&key, &again);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), text));
    FUZZ_MUST(samme_public_key_sound(&key.key));
    samme_buffer_free(&again);
}

/* A key made under any name it may have is read again from its text. */
static void check_make(samme_span bytes) {
    static const samme_seed seed = {.bytes = {1}};
    char *name = fuzz_text(bytes);
    samme_public_key key = samme_sign_public(&seed);
    samme_vkey made, parsed;
    samme_error error = {0};
    if (samme_vkey_make(name, &key, &made, &error) == SAMME_OK) {
        samme_buffer text;
        samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
        samme_vkey_format(&made, &text);
        FUZZ_MUST_OK(samme_vkey_parse(samme_buffer_span(&text), &parsed, &error), &error);
        FUZZ_MUST(samme_vkey_equal(&made, &parsed));
        samme_buffer_free(&text);
    }
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_error error = {0};
    FUZZ_MUST_OK(samme_crypto_init(&error), &error);
    check_parse(SAMME_SPAN(data, size));
    check_make(SAMME_SPAN(data, size));
    return 0;
}
