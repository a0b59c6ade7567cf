/* SHA-256, by libcrypto (five times faster than libsodium's here). Any thread. Aborts only when
 * libcrypto cannot give a context, which is out of memory at start. */
#ifndef SAMME_CRYPTO_HASH_H
#define SAMME_CRYPTO_HASH_H

#include "samme/span.h"

samme_hash samme_sha256(samme_span bytes);
/* SHA-256 of a then b then c, without joining them; for domain prefixes. Empty spans are fine. */
samme_hash samme_sha256_of(samme_span a, samme_span b, samme_span c);

#endif
