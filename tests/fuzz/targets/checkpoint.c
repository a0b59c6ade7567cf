/* Target: samme_checkpoint_open, samme_checkpoint_sign, samme_log_head_open. The input is the text
 * of a checkpoint; it is signed here, so that more than its signature is looked at. */
#include "tlog/checkpoint.h"
#include "fuzz/fuzz.h"
#include "samme/limits.h"

static const char origin[] = "fuzz.example/b/1/e1";
static const samme_seed seed = {.bytes = {1}};

/* Ours are among anybody's: what opens as one of ours opens as that, and as nothing stranger. What
 * opens as anybody's has as many lines as it says. */
static void check_head(samme_span note, samme_span text, const samme_vkey *key,
                       const samme_checkpoint *ours) {
    samme_log_head head;
    if (samme_log_head_open(note, key, &head, NULL) != SAMME_OK) {
        FUZZ_MUST(ours == NULL);
        return;
    }
    size_t lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    const bool same = strcmp(head.origin, key->name) == 0;
    FUZZ_MUST(lines == 3 + (size_t)head.extensions && head.origin[0] != 0);
    FUZZ_MUST((ours != NULL) == (same && head.extensions == 0));
    FUZZ_MUST(ours == NULL ||
              (ours->size == head.size && samme_hash_equal(&ours->root, &head.root)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_error error = {0};
    FUZZ_MUST_OK(samme_crypto_init(&error), &error);
    samme_public_key public_key = samme_sign_public(&seed);
    samme_vkey key;
    FUZZ_MUST_OK(samme_vkey_make(origin, &public_key, &key, &error), &error);
    samme_span text = SAMME_SPAN(data, size);
    samme_checkpoint checkpoint;
    FUZZ_MUST(samme_checkpoint_open(text, &key, &checkpoint, &error) != SAMME_OK);
    samme_buffer note, again;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
    if (samme_note_sign(text, origin, &seed, &note) == SAMME_OK) {
        const samme_span bytes = samme_buffer_span(&note);
        const bool ours = samme_checkpoint_open(bytes, &key, &checkpoint, &error) == SAMME_OK;
        check_head(bytes, text, &key, ours ? &checkpoint : NULL);
        if (ours) {
            FUZZ_MUST(samme_checkpoint_sign(origin, &seed, &checkpoint, &again) == SAMME_OK);
            FUZZ_MUST(fuzz_buffers_equal(&note, &again)); /* a checkpoint has one text */
        }
    }
    samme_buffer_free(&note);
    samme_buffer_free(&again);
    return 0;
}
