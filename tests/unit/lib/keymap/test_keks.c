/* The text of machine.key. */
#include <criterion/criterion.h>

#include "base/prng.h"
#include "crypto/sign.h"
#include "keymap/keks.h"

typedef struct fixture {
    samme_prng prng;
    samme_keks keks;
    samme_buffer text;
} fixture;

static void make(fixture *f) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_prng_seed(&f->prng, 1);
    samme_buffer_init(&f->text, SAMME_KEKS_MAX_BYTES);
    samme_keks_new(&f->keks, NULL, 1790000000000, samme_prng_as_random(&f->prng));
}

static samme_status again(fixture *f, samme_keks *out) {
    samme_buffer_clear(&f->text);
    samme_keks_format(&f->keks, &f->text);
    cr_assert_eq(samme_buffer_status(&f->text), SAMME_OK);
    return samme_keks_parse(samme_buffer_span(&f->text), out);
}

static bool equal(const samme_kek *a, const samme_kek *b) {
    return a->number == b->number && a->made_ms == b->made_ms &&
           memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

Test(keks, written_and_read_again) {
    fixture f;
    samme_keks read;
    make(&f);
    cr_assert_eq(again(&f, &read), SAMME_OK);
    cr_assert(equal(&read.current, &f.keks.current));
    cr_assert_eq(read.current.number, 1);
    cr_assert_eq(read.next.number, 0);
    cr_assert_eq(memcmp(read.pin.bytes, f.keks.pin.bytes, sizeof read.pin.bytes), 0);
    samme_keks_begin(&f.keks, 1790000001000, samme_prng_as_random(&f.prng));
    cr_assert_eq(again(&f, &read), SAMME_OK);
    cr_assert(equal(&read.current, &f.keks.current));
    cr_assert(equal(&read.next, &f.keks.next));
    cr_assert_eq(read.next.number, 2);
    samme_buffer_free(&f.text);
}

Test(keks, a_renewal_leaves_nothing_of_the_old_key_and_keeps_that_of_pins) {
    fixture f;
    make(&f);
    const samme_keks before = f.keks;
    samme_keks_begin(&f.keks, 5, samme_prng_as_random(&f.prng));
    const samme_kek next = f.keks.next;
    samme_keks_begin(&f.keks, 6, samme_prng_as_random(&f.prng));
    cr_assert(equal(&f.keks.next, &next), "one renewal at a time");
    samme_keks_end(&f.keks);
    cr_assert(equal(&f.keks.current, &next));
    cr_assert_eq(f.keks.next.number, 0);
    cr_assert_eq(memcmp(f.keks.pin.bytes, before.pin.bytes, sizeof before.pin.bytes), 0);
    samme_keks_end(&f.keks);
    cr_assert(equal(&f.keks.current, &next), "nothing to end");
    samme_buffer_free(&f.text);
}

Test(keks, no_other_text_is_read) {
    fixture f;
    samme_keks read;
    make(&f);
    samme_keks_begin(&f.keks, 7, samme_prng_as_random(&f.prng));
    cr_assert_eq(again(&f, &read), SAMME_OK);
    const samme_span whole = samme_buffer_span(&f.text);
    uint8_t text[SAMME_KEKS_MAX_BYTES];
    memcpy(text, whole.data, whole.length);
    size_t one_key = 0; /* where the text without a next key ends */
    for (size_t i = 0, lines = 0; i < whole.length; i++)
        if (text[i] == '\n' && ++lines == 3)
            one_key = i + 1;
    for (size_t length = 0; length < whole.length; length++)
        cr_assert_eq(samme_keks_parse(SAMME_SPAN(text, length), &read) == SAMME_OK,
                     length == one_key, "cut at %zu", length);
    for (size_t i = 0; i < whole.length; i++) {
        const uint8_t was = text[i];
        for (const char *bad = "\nG \x80"; *bad != 0; bad++) {
            text[i] = (uint8_t)*bad;
            cr_assert(text[i] == was ||
                          samme_keks_parse(SAMME_SPAN(text, whole.length), &read) != SAMME_OK,
                      "byte %zu", i);
        }
        text[i] = was;
    }
    text[whole.length] = '\n';
    cr_assert_eq(samme_keks_parse(SAMME_SPAN(text, whole.length + 1), &read), SAMME_MALFORMED);
    samme_buffer_free(&f.text);
}
