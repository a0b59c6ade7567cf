#include "crypto/secret.h"

#include <sodium.h>

bool samme_secret_equal(samme_span a, samme_span b) {
    return a.length == b.length && (a.length == 0 || sodium_memcmp(a.data, b.data, a.length) == 0);
}
