/* Money is minor units (int64) with an ISO 4217 code beside it; quantities are thousandths. No
 * floats. */
#ifndef SAMME_BASE_MONEY_H
#define SAMME_BASE_MONEY_H

#include <stdbool.h>
#include <stdint.h>

#include "samme/status.h"

/* Minor digits of a currency as ISO 4217 has them (EUR 2, JPY 0, KWD 3); 2 for codes it does not
 * list. */
unsigned samme_currency_digits(const char *code);
/* Three capital letters. */
bool samme_currency_valid(const char *code) SAMME_CHECKED;

/* What of `paid` minor units belongs to the quantity slice (from, to] of `quantity`, all in
 * thousandths: floor(paid*to/quantity) - floor(paid*from/quantity). Slices that meet sum to the
 * whole. The product is taken in 128 bits. Needs 0 <= from <= to <= quantity, quantity > 0, paid >=
 * 0: else SAMME_MALFORMED. */
samme_status samme_money_slice(int64_t paid, int64_t quantity, int64_t from, int64_t to,
                               int64_t *out_minor) SAMME_CHECKED;

/* floor(minor * percent_hundredths / 10000): 100 % is 10000. Needs both >= 0, at most 1000000
 * hundredths: else SAMME_MALFORMED. SAMME_TOO_LARGE when it does not fit. */
samme_status samme_money_percent(int64_t minor, int64_t percent_hundredths,
                                 int64_t *out_minor) SAMME_CHECKED;

/* Parses a plain decimal ("2.55", "-3", "0.001", no exponent, no leading zeros, at most 18 digits)
 * into units of 10^-digits, digits 0..18. More decimals than `digits` are rounded half away from
 * zero when `round` is set, else SAMME_MALFORMED. SAMME_TOO_LARGE when it has more digits or does
 * not fit. */
samme_status samme_decimal_parse(const char *text, unsigned digits, bool round,
                                 int64_t *out_units) SAMME_CHECKED;

/* a + b; SAMME_TOO_LARGE on overflow. */
samme_status samme_money_add(int64_t a, int64_t b, int64_t *out) SAMME_CHECKED;

#endif
