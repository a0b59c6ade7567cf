/* What the tests of notes share: keys from numbers, and the example of golang.org/x/mod/sumdb/note.
 */
#ifndef SAMME_TESTS_TLOG_NOTES_H
#define SAMME_TESTS_TLOG_NOTES_H

#include <criterion/criterion.h>
#include <stdio.h>

#include "samme/limits.h"
#include "tlog/note.h"

#define PETER_VKEY "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define ENOCH_VKEY "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"

#define TEXT                                                                                       \
    "If you think cryptography is the answer to your problem,\n"                                   \
    "then you don't know what your problem is.\n"
#define PETER_BASE64                                                                               \
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
#define PETER_LINE "— PeterNeumann " PETER_BASE64 "\n"
#define ENOCH_LINE                                                                                 \
    "— EnochRoot "                                                                               \
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=" \
    "\n"

/* For the .init of a suite. */
static inline void start_crypto(void) {
    samme_error error = {.text = ""};
    cr_assert_eq(samme_crypto_init(&error), SAMME_OK, "%s", error.text);
}

static inline samme_vkey vkey_of_text(const char *text) {
    samme_vkey vkey;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_vkey_parse(samme_span_of_text(text), &vkey, &error), SAMME_OK, "%s: %s",
                 text, error.text);
    return vkey;
}

static inline samme_seed seed_of(uint8_t number) {
    samme_seed seed;
    memset(seed.bytes, number, sizeof seed.bytes);
    return seed;
}

static inline samme_vkey vkey_of(const char *name, uint8_t number) {
    samme_seed seed = seed_of(number);
    samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_vkey_make(name, &key, &vkey, &error), SAMME_OK, "%s: %s", name, error.text);
    return vkey;
}

/* A new note by one key. */
static inline void sign(samme_buffer *note, const char *text, const char *name, uint8_t number) {
    samme_seed seed = seed_of(number);
    samme_buffer_init(note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_note_sign(samme_span_of_text(text), name, &seed, note), SAMME_OK);
}

static inline void cosign(samme_buffer *note, const char *name, uint8_t number) {
    samme_seed seed = seed_of(number);
    samme_error error = {.text = ""};
    cr_assert_eq(samme_note_cosign(note, name, &seed, &error), SAMME_OK, "%s", error.text);
}

static inline samme_status verify(samme_span bytes, const samme_vkey *keys, size_t count,
                                  unsigned *out_valid) {
    samme_note note;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_note_parse(bytes, &note, &error), SAMME_OK, "%s", error.text);
    samme_status status = samme_note_verify(&note, keys, count, out_valid, &error);
    cr_assert(status == SAMME_OK || error.text[0] != 0, "no text for %s",
              samme_status_name(status));
    return status;
}

#endif
