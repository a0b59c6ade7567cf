/* Comparing secrets. Any thread. */
#ifndef SAMME_CRYPTO_SECRET_H
#define SAMME_CRYPTO_SECRET_H

#include "samme/span.h"

/* In a time that depends on the lengths only. */
bool samme_secret_equal(samme_span a, samme_span b);

/* HMAC-SHA-256 of a then b: who holds the key said so. */
samme_hash samme_secret_proof(const uint8_t key[static 32], samme_span a, samme_span b);

#endif
