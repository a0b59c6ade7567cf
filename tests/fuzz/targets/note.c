/* Target: samme_note_parse, samme_note_verify, samme_note_sign, samme_note_cosign. The input is a
 * note, and then a text to be signed. */
#include "tlog/note.h"
#include "fuzz/fuzz.h"
#include "samme/limits.h"

enum { KEYS = 2 };

static const samme_seed seeds[KEYS] = {{.bytes = {1}}, {.bytes = {2}}};
static const char *const names[KEYS] = {"fuzz.example/one", "fuzz.example/two"};

static void make_keys(samme_vkey keys[static KEYS]) {
    samme_error error = {0};
    FUZZ_MUST_OK(samme_crypto_init(&error), &error);
    for (unsigned i = 0; i < KEYS; i++) {
        samme_public_key key = samme_sign_public(&seeds[i]);
        FUZZ_MUST_OK(samme_vkey_make(names[i], &key, &keys[i], &error), &error);
    }
}

static bool within(samme_span part, samme_span whole) {
    return part.data >= whole.data && part.data + part.length <= whole.data + whole.length;
}

/* One more signature is added; what was signed before stays as it was. */
static void check_cosign(samme_span bytes, const samme_note *note, const samme_vkey *keys) {
    samme_buffer more;
    samme_buffer_init(&more, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append(&more, bytes);
    samme_error error = {0};
    samme_status status = samme_note_cosign(&more, names[1], &seeds[1], &error);
    FUZZ_MUST(status == SAMME_OK ||
              (status == SAMME_TOO_LARGE && (note->count == SAMME_NOTE_SIGNATURES_MAX ||
                                             bytes.length > SAMME_DOCUMENT_MAX_BYTES - 256)));
    samme_note again;
    unsigned valid = 0;
    if (status == SAMME_OK) {
        FUZZ_MUST_OK(samme_note_parse(samme_buffer_span(&more), &again, &error), &error);
        FUZZ_MUST(again.count == note->count + 1 && samme_span_equal(again.text, note->text));
        FUZZ_MUST_OK(samme_note_verify(&again, &keys[1], 1, &valid, &error), &error);
        FUZZ_MUST(valid == 1);
    }
    samme_buffer_free(&more);
}

static void check_note(samme_span bytes, const samme_vkey *keys) {
    samme_note note;
    samme_error error = {0};
    if (samme_note_parse(bytes, &note, &error) != SAMME_OK)
        return;
    FUZZ_MUST(note.count > 0 && note.count <= SAMME_NOTE_SIGNATURES_MAX);
    FUZZ_MUST(note.text.data == bytes.data && within(note.text, bytes));
    for (unsigned i = 0; i < note.count; i++)
        FUZZ_MUST(within(note.signatures[i].name, bytes));
    unsigned valid = 0;
    if (samme_note_verify(&note, keys, KEYS, &valid, &error) != SAMME_OK)
        return;
    FUZZ_MUST(valid <= KEYS && valid <= note.count);
    check_cosign(bytes, &note, keys);
}

static void check_sign(samme_span text, const samme_vkey *keys) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, SAMME_DOCUMENT_MAX_BYTES);
    samme_error error = {0};
    samme_note note;
    unsigned valid = 0;
    if (samme_note_sign(text, names[0], &seeds[0], &bytes) == SAMME_OK) {
        FUZZ_MUST_OK(samme_note_parse(samme_buffer_span(&bytes), &note, &error), &error);
        FUZZ_MUST(samme_span_equal(note.text, text) && note.count == 1);
        FUZZ_MUST_OK(samme_note_verify(&note, keys, KEYS, &valid, &error), &error);
        FUZZ_MUST(valid == 1);
    } else {
        FUZZ_MUST(bytes.length == 0);
    }
    samme_buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_vkey keys[KEYS];
    make_keys(keys);
    check_note(SAMME_SPAN(data, size), keys);
    check_sign(SAMME_SPAN(data, size), keys);
    return 0;
}
