#include <criterion/criterion.h>
#include <pthread.h>

#include "base/prng.h"
#include "base/text.h"
#include "crypto/hash.h"

#define NOTHING SAMME_SPAN(NULL, 0)

static void expect(samme_hash hash, const char *hex) {
    uint8_t wanted[32];
    cr_assert_eq(samme_hex_parse(samme_span_of_text(hex), wanted, sizeof wanted), SAMME_OK);
    cr_assert_arr_eq(hash.bytes, wanted, sizeof wanted, "expected %s", hex);
}

/* FIPS 180-4's examples. */
Test(hash, known_values) {
    expect(samme_sha256(NOTHING),
           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(samme_sha256(SAMME_LITERAL("abc")),
           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(samme_sha256(SAMME_LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

Test(hash, a_million_letters) {
    static uint8_t letters[1000000];
    memset(letters, 'a', sizeof letters);
    expect(samme_sha256(SAMME_SPAN(letters, sizeof letters)),
           "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(hash, three_parts_hash_as_their_joint) {
    enum { SEED = 20, ROUNDS = 2000 };
    uint8_t bytes[400];
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)samme_prng_next(&prng);
        size_t length = samme_prng_below(&prng, sizeof bytes + 1);
        size_t first = samme_prng_below(&prng, length + 1);
        size_t second = first + samme_prng_below(&prng, length - first + 1);
        samme_hash whole = samme_sha256(SAMME_SPAN(bytes, length));
        samme_hash parts =
            samme_sha256_of(SAMME_SPAN(bytes, first), SAMME_SPAN(bytes + first, second - first),
                            SAMME_SPAN(bytes + second, length - second));
        cr_assert(samme_hash_equal(&whole, &parts), "seed %d round %d", SEED, round);
    }
}

Test(hash, empty_parts_anywhere) {
    samme_hash abc = samme_sha256(SAMME_LITERAL("abc"));
    samme_hash first = samme_sha256_of(SAMME_LITERAL("abc"), NOTHING, NOTHING);
    samme_hash middle = samme_sha256_of(NOTHING, SAMME_LITERAL("abc"), NOTHING);
    samme_hash last = samme_sha256_of(NOTHING, NOTHING, SAMME_LITERAL("abc"));
    cr_assert(samme_hash_equal(&abc, &first));
    cr_assert(samme_hash_equal(&abc, &middle));
    cr_assert(samme_hash_equal(&abc, &last));
}

enum { CHAIN_LENGTH = 3000, THREADS = 8 };

/* Each value depends on all before, so one disturbed context shows at the end. */
static void *hash_a_chain(void *out) {
    samme_hash hash = samme_sha256(NOTHING);
    for (int i = 0; i < CHAIN_LENGTH; i++)
        hash = samme_sha256_of(SAMME_LITERAL("\x01"), samme_span_of_hash(&hash),
                               samme_span_of_hash(&hash));
    *(samme_hash *)out = hash;
    return NULL;
}

Test(hash, threads_do_not_disturb_each_other) {
    pthread_t threads[THREADS];
    samme_hash results[THREADS], wanted;
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, hash_a_chain, &results[i]), 0);
    hash_a_chain(&wanted);
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        cr_assert(samme_hash_equal(&results[i], &wanted), "thread %d", i);
    }
}
