/* Comparing secrets. Any thread. */
#ifndef SAMME_CRYPTO_SECRET_H
#define SAMME_CRYPTO_SECRET_H

#include "samme/span.h"

/* In a time that depends on the lengths only. */
bool samme_secret_equal(samme_span a, samme_span b);

#endif
