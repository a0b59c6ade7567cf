#include "crypto/sign.h"

#include <sodium.h>

_Static_assert(sizeof(samme_public_key) == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(sizeof(samme_seed) == crypto_sign_SEEDBYTES, "Ed25519 seed");
_Static_assert(sizeof(samme_signature) == crypto_sign_BYTES, "Ed25519 signature");
_Static_assert(SAMME_CURVE_KEY_BYTES == crypto_scalarmult_curve25519_BYTES, "X25519 key");

samme_status samme_crypto_init(samme_error *error) {
    if (sodium_init() < 0)
        return samme_fail(error, SAMME_IO, "libsodium does not start: it found no random source");
    return SAMME_OK;
}

samme_public_key samme_sign_public(const samme_seed *seed) {
    samme_public_key key;
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(key.bytes, secret, seed->bytes);
    sodium_memzero(secret, sizeof secret);
    return key;
}

samme_signature samme_sign(const samme_seed *seed, samme_span message) {
    samme_signature signature;
    uint8_t public[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public, secret, seed->bytes);
    crypto_sign_detached(signature.bytes, NULL, message.data, message.length, secret);
    sodium_memzero(secret, sizeof secret);
    return signature;
}

bool samme_sign_verify(const samme_public_key *key, samme_span message,
                       const samme_signature *signature) {
    return crypto_sign_verify_detached(signature->bytes, message.data, message.length,
                                       key->bytes) == 0;
}

/* Whether (L-1)P = -P, L being the order of the main subgroup. libsodium up to 1.0.20 lets P plus
 * the point of order 2 pass as a member of the main subgroup (CVE-2025-69277), so the valid_point
 * check alone is not enough. */
static bool order_divides_group_order(const samme_public_key *key) {
    static const uint8_t group_order_less_one[crypto_core_ed25519_SCALARBYTES] = {
        0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
        0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    uint8_t product[crypto_core_ed25519_BYTES];
    if (crypto_scalarmult_ed25519_noclamp(product, group_order_less_one, key->bytes) != 0)
        return false;
    product[31] ^= 0x80; /* the sign of x: negates */
    return memcmp(product, key->bytes, sizeof product) == 0;
}

bool samme_public_key_sound(const samme_public_key *key) {
    /* The first also refuses points of small order and those not written the one canonical way. */
    return crypto_core_ed25519_is_valid_point(key->bytes) == 1 && order_divides_group_order(key);
}

void samme_seed_new(samme_seed *out, samme_random random) {
    random.fill(random.self, out->bytes, sizeof out->bytes);
}

samme_peer_key samme_curve_public(const uint8_t secret[static 32]) {
    samme_peer_key key;
    crypto_scalarmult_curve25519_base(key.bytes, secret);
    return key;
}

void samme_curve_pair_new(uint8_t out_secret[static 32], samme_peer_key *out_public,
                          samme_random random) {
    random.fill(random.self, out_secret, SAMME_CURVE_KEY_BYTES);
    *out_public = samme_curve_public(out_secret);
}

void samme_wipe(void *secret, size_t length) {
    sodium_memzero(secret, length);
}
