/* Sealed parts and wrapped keys, beside vectors that tests/oracle/seal.py makes without our code.
 */
#include <criterion/criterion.h>
#include <jansson.h>

#include "base/prng.h"
#include "base/text.h"
#include "crypto/seal.h"
#include "crypto/sign.h"

/* What a vector's field holds; lives until the program ends or is cleared. */
typedef struct bytes {
    uint8_t data[2048];
    size_t length;
} bytes;

static bytes field(const json_t *vector, const char *name) {
    bytes out = {.length = 0};
    const char *text = json_string_value(json_object_get(vector, name));
    cr_assert_not_null(text, "%s", name);
    out.length = strlen(text) / 2;
    cr_assert_leq(out.length, sizeof out.data);
    if (out.length > 0)
        cr_assert_eq(samme_hex_parse(samme_span_of_text(text), out.data, out.length), SAMME_OK);
    return out;
}

static samme_span span(const bytes *of) {
    return SAMME_SPAN(of->data, of->length);
}

static json_t *load(const char *list) {
    json_error_t error;
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    json_t *all = json_load_file(SAMME_TEST_DATA "/vectors/sealed_parts.json", 0, &error);
    cr_assert_not_null(all, "line %d: %s", error.line, error.text);
    json_t *found = json_incref(json_object_get(all, list));
    json_decref(all);
    cr_assert_gt(json_array_size(found), 0);
    return found;
}

/* Gives the nonce of a vector where randomness is asked for. */
static void give_nonce(void *self, void *out, size_t length) {
    const bytes *nonce = self;
    cr_assert_eq(length, nonce->length);
    memcpy(out, nonce->data, length);
}

static samme_secret_key key_of(const bytes *of) {
    samme_secret_key key;
    cr_assert_eq(of->length, sizeof key.bytes);
    memcpy(key.bytes, of->data, sizeof key.bytes);
    return key;
}

static samme_subject subject_of(const bytes *of) {
    samme_subject subject;
    cr_assert_eq(of->length, sizeof subject.bytes);
    memcpy(subject.bytes, of->data, sizeof subject.bytes);
    return subject;
}

Test(seal, parts_are_those_of_the_vectors) {
    json_t *parts = load("parts"), *vector;
    size_t i;
    json_array_foreach(parts, i, vector) {
        bytes key_bytes = field(vector, "key"), subject_bytes = field(vector, "subject"),
              nonce = field(vector, "nonce"), clear = field(vector, "clear"),
              content = field(vector, "content"), commitment = field(vector, "commitment"),
              ciphertext = field(vector, "ciphertext");
        const samme_secret_key key = key_of(&key_bytes);
        const samme_subject subject = subject_of(&subject_bytes);
        samme_buffer made, opened;
        samme_buffer_init(&made, 4096);
        samme_buffer_init(&opened, 4096);
        samme_part part;
        const samme_random random = {.self = &nonce, .fill = give_nonce};
        cr_assert_eq(
            samme_part_seal(&key, &subject, span(&clear), span(&content), random, &made, &part),
            SAMME_OK);
        cr_assert_eq(memcmp(part.nonce, nonce.data, nonce.length), 0);
        cr_assert_eq(memcmp(part.commitment, commitment.data, commitment.length), 0, "%zu", i);
        cr_assert(samme_span_equal(part.ciphertext, span(&ciphertext)), "%zu", i);
        cr_assert_eq(samme_part_open(&key, &subject, span(&clear), &part, &opened), SAMME_OK);
        cr_assert(samme_span_equal(samme_buffer_span(&opened), span(&content)));
        samme_buffer_free(&made);
        samme_buffer_free(&opened);
    }
    json_decref(parts);
}

Test(seal, wraps_are_those_of_the_vectors) {
    json_t *wraps = load("wraps"), *vector;
    size_t i;
    json_array_foreach(wraps, i, vector) {
        bytes under_bytes = field(vector, "under"), about = field(vector, "about"),
              key_bytes = field(vector, "key"), nonce = field(vector, "nonce"),
              box = field(vector, "box"), check = field(vector, "check");
        const samme_secret_key under = key_of(&under_bytes), key = key_of(&key_bytes);
        const samme_random random = {.self = &nonce, .fill = give_nonce};
        samme_wrapped wrapped;
        samme_secret_key opened;
        samme_key_wrap(&under, span(&about), &key, random, &wrapped);
        cr_assert_eq(memcmp(wrapped.box, box.data, sizeof wrapped.box), 0, "%zu", i);
        cr_assert_eq(samme_key_unwrap(&under, span(&about), &wrapped, &opened), SAMME_OK);
        cr_assert_eq(memcmp(opened.bytes, key.bytes, sizeof key.bytes), 0);
        const samme_hash told = samme_key_check(&under);
        cr_assert_eq(memcmp(told.bytes, check.data, sizeof told.bytes), 0);
    }
    json_decref(wraps);
}

typedef struct sealed {
    samme_prng prng;
    samme_secret_key key;
    samme_subject subject;
    samme_buffer ciphertext, out;
    samme_part part;
} sealed;

static void seal_words(sealed *s) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_prng_seed(&s->prng, 4);
    const samme_random random = samme_prng_as_random(&s->prng);
    samme_secret_key_new(&s->key, random);
    random.fill(random.self, s->subject.bytes, sizeof s->subject.bytes);
    samme_buffer_init(&s->ciphertext, 1000);
    samme_buffer_init(&s->out, 1000);
    cr_assert_eq(samme_part_seal(&s->key, &s->subject, SAMME_LITERAL("clear"),
                                 SAMME_LITERAL("Anna Larsen"), random, &s->ciphertext, &s->part),
                 SAMME_OK);
}

static samme_status open_words(sealed *s, const char *clear) {
    samme_buffer_clear(&s->out);
    return samme_part_open(&s->key, &s->subject, samme_span_of_text(clear), &s->part, &s->out);
}

static void free_words(sealed *s) {
    samme_buffer_free(&s->ciphertext);
    samme_buffer_free(&s->out);
}

/* Every bit of what it opens by counts, and a key that is wrong is told from damage. */
Test(seal, another_key_is_denied_damage_is_corrupt) {
    sealed s;
    seal_words(&s);
    cr_assert_eq(open_words(&s, "clear"), SAMME_OK);
    cr_assert(samme_span_equal(samme_buffer_span(&s.out), SAMME_LITERAL("Anna Larsen")));
    struct {
        uint8_t *at;
        size_t length;
        samme_status status;
    } fields[] = {{s.key.bytes, sizeof s.key.bytes, SAMME_DENIED},
                  {s.subject.bytes, sizeof s.subject.bytes, SAMME_DENIED},
                  {s.part.nonce, sizeof s.part.nonce, SAMME_DENIED},
                  {s.part.commitment, sizeof s.part.commitment, SAMME_DENIED},
                  {s.ciphertext.data, s.ciphertext.length, SAMME_CORRUPT}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t bit = 0; bit < 8 * fields[i].length; bit++) {
            fields[i].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
            cr_assert_eq(open_words(&s, "clear"), fields[i].status, "field %zu bit %zu", i, bit);
            cr_assert_eq(s.out.length, 0);
            fields[i].at[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    cr_assert_eq(open_words(&s, "cleaR"), SAMME_CORRUPT);
    cr_assert_eq(open_words(&s, ""), SAMME_CORRUPT);
    free_words(&s);
}

Test(seal, cut_off_is_malformed_or_corrupt) {
    sealed s;
    seal_words(&s);
    const samme_span whole = s.part.ciphertext;
    for (size_t length = 0; length < whole.length; length++) {
        s.part.ciphertext = SAMME_SPAN(whole.data, length);
        cr_assert_eq(open_words(&s, "clear"),
                     length < SAMME_SEAL_TAG_BYTES ? SAMME_MALFORMED : SAMME_CORRUPT);
    }
    free_words(&s);
}

Test(seal, no_room_is_said) {
    sealed s;
    seal_words(&s);
    samme_buffer small;
    samme_buffer_init(&small, 10);
    samme_part part;
    cr_assert_eq(samme_part_open(&s.key, &s.subject, SAMME_LITERAL("clear"), &s.part, &small),
                 SAMME_TOO_LARGE);
    samme_buffer_clear(&small);
    cr_assert_eq(samme_part_seal(&s.key, &s.subject, SAMME_LITERAL("clear"), SAMME_LITERAL("x"),
                                 samme_prng_as_random(&s.prng), &small, &part),
                 SAMME_TOO_LARGE);
    samme_buffer_free(&small);
    free_words(&s);
}

Test(seal, a_wrapped_key_opens_for_its_subject_alone) {
    sealed s;
    seal_words(&s);
    samme_secret_key under, out;
    samme_wrapped wrapped;
    samme_secret_key_new(&under, samme_prng_as_random(&s.prng));
    samme_key_wrap(&under, SAMME_LITERAL("one"), &s.key, samme_prng_as_random(&s.prng), &wrapped);
    cr_assert_eq(samme_key_unwrap(&under, SAMME_LITERAL("two"), &wrapped, &out), SAMME_CORRUPT);
    cr_assert_eq(samme_key_unwrap(&s.key, SAMME_LITERAL("one"), &wrapped, &out), SAMME_CORRUPT);
    for (size_t bit = 0; bit < 8 * sizeof wrapped.box; bit++) {
        wrapped.box[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_eq(samme_key_unwrap(&under, SAMME_LITERAL("one"), &wrapped, &out), SAMME_CORRUPT);
        wrapped.box[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cr_assert_eq(samme_key_unwrap(&under, SAMME_LITERAL("one"), &wrapped, &out), SAMME_OK);
    cr_assert_eq(memcmp(out.bytes, s.key.bytes, sizeof out.bytes), 0);
    free_words(&s);
}
