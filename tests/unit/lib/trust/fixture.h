/* A chain with three root keys (2 of 3), two roster keys (1 of 2) and three release keys (2 of 3),
 * all from fixed seeds, and the strictness check that the three texts share. */
#ifndef TRUST_FIXTURE_H
#define TRUST_FIXTURE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "crypto/hash.h"
#include "trust/trust.h"

#define CHAIN "shop.example"

static inline samme_seed seed_of(unsigned number) {
    samme_seed seed;
    memset(seed.bytes, (int)number, sizeof seed.bytes);
    return seed;
}

static inline samme_vkey vkey_of(const char *name, unsigned seed_number) {
    samme_seed seed = seed_of(seed_number);
    samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    cr_assert_eq(samme_vkey_make(name, &key, &vkey, NULL), SAMME_OK);
    return vkey;
}

static inline void key_name(char out[SAMME_NOTE_NAME_MAX + 1], samme_role role, unsigned number) {
    snprintf(out, SAMME_NOTE_NAME_MAX + 1, CHAIN "/key/%s-%u", samme_role_name(role), number);
}

/* The seed of key `number` (from 1) of a role. */
static inline unsigned role_seed(samme_role role, unsigned number) {
    return 16u * ((unsigned)role + 1) + number;
}

static inline samme_root make_root(void) {
    static const unsigned counts[] = {3, 2, 3}, thresholds[] = {2, 1, 2};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_root root = {.chain = CHAIN, .version = 1};
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        root.roles[role].threshold = thresholds[role];
        root.roles[role].count = counts[role];
        for (unsigned i = 0; i < counts[role]; i++) {
            char name[SAMME_NOTE_NAME_MAX + 1];
            key_name(name, (samme_role)role, i + 1); /* the numbers give the order */
            root.roles[role].keys[i] = vkey_of(name, role_seed((samme_role)role, i + 1));
        }
    }
    return root;
}

/* A note of `text`, signed by the keys of `role` whose numbers stand in `numbers` ("13": the first
 * and third).
 * Empty, which no opening takes, when the text cannot be the text of a note at all. */
static inline samme_buffer signed_note(samme_span text, samme_role role, const char *numbers) {
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    for (size_t i = 0; numbers[i] != 0; i++) {
        unsigned number = (unsigned)(numbers[i] - '0');
        char name[SAMME_NOTE_NAME_MAX + 1];
        key_name(name, role, number);
        samme_seed seed = seed_of(role_seed(role, number));
        samme_status status = i == 0 ? samme_note_sign(text, name, &seed, &note)
                                     : samme_note_cosign(&note, name, &seed, NULL);
        if (status != SAMME_OK)
            samme_buffer_clear(&note);
    }
    return note;
}

/* Opens a note and writes its text again; false when it does not open. */
typedef bool rewrite_function(samme_span note, samme_buffer *out_text);

/* Changes the text in every way one byte can go wrong (and some lines), signs it rightly, and asks:
 * either it does not open, or it is exactly the one way to write what was read. Returns how many
 * changed texts did open. */
static inline unsigned check_one_form(samme_span text, samme_role role, const char *signers,
                                      rewrite_function *rewrite, uint64_t prng_seed,
                                      unsigned rounds) {
    static const char alphabet[] = " \n0123456789abcxyzABCF+/=.-_\\";
    samme_prng prng;
    samme_prng_seed(&prng, prng_seed);
    unsigned opened = 0;
    for (unsigned round = 0; round < rounds; round++) {
        uint8_t *changed = malloc(text.length + 1);
        size_t at = samme_prng_below(&prng, text.length), length = text.length;
        uint8_t byte = (uint8_t)alphabet[samme_prng_below(&prng, sizeof alphabet - 1)];
        memcpy(changed, text.data, text.length);
        unsigned way = (unsigned)samme_prng_below(&prng, 3);
        if (way == 0) { /* another byte */
            changed[at] = byte;
        } else if (way == 1) { /* one more */
            memmove(changed + at + 1, changed + at, length - at);
            changed[at] = byte;
            length++;
        } else { /* one less */
            memmove(changed + at, changed + at + 1, length - at - 1);
            length--;
        }
        samme_buffer note, again;
        samme_buffer_init(&again, SAMME_DOCUMENT_MAX_BYTES);
        samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
        if (length > 1 && changed[length - 1] == '\n' && changed[length - 2] != '\n') {
            samme_buffer_free(&note);
            note = signed_note(SAMME_SPAN(changed, length), role, signers);
            if (rewrite(samme_buffer_span(&note), &again)) {
                opened++;
                cr_assert_eq(
                    samme_span_compare(samme_buffer_span(&again), SAMME_SPAN(changed, length)), 0,
                    "seed %llu round %u: opened as another text:\n%.*s",
                    (unsigned long long)prng_seed, round, (int)length, (char *)changed);
            }
        }
        samme_buffer_free(&note);
        samme_buffer_free(&again);
        free(changed);
    }
    return opened;
}

/* Replaces the first `from` of a text by `to`. */
static inline samme_buffer replaced(const char *text, const char *from, const char *to) {
    samme_buffer out;
    samme_buffer_init(&out, 2 * SAMME_DOCUMENT_MAX_BYTES);
    const char *at = strstr(text, from);
    cr_assert_not_null(at, "no \"%s\" in:\n%s", from, text);
    samme_buffer_append(&out, SAMME_SPAN(text, (size_t)(at - text)));
    samme_buffer_append_text(&out, to);
    samme_buffer_append_text(&out, at + strlen(from));
    return out;
}

#endif
