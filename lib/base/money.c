#include "base/money.h"

#include <assert.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide; /* not ISO C; the product of two int64 needs it */

enum { DECIMAL_MAX_DIGITS = 18, PERCENT_MAX_HUNDREDTHS = 1000000 };

static const int64_t powers_of_ten[DECIMAL_MAX_DIGITS + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

/* ISO 4217 currencies whose minor unit is not a hundredth. */
static const struct {
    char code[4];
    unsigned char digits;
} unusual[] = {
    {"BHD", 3}, {"BIF", 0}, {"CLF", 4}, {"CLP", 0}, {"DJF", 0}, {"GNF", 0}, {"IQD", 3},
    {"ISK", 0}, {"JOD", 3}, {"JPY", 0}, {"KMF", 0}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3},
    {"OMR", 3}, {"PYG", 0}, {"RWF", 0}, {"TND", 3}, {"UGX", 0}, {"UYI", 0}, {"UYW", 4},
    {"VND", 0}, {"VUV", 0}, {"XAF", 0}, {"XOF", 0}, {"XPF", 0},
};

unsigned samme_currency_digits(const char *code) {
    for (size_t i = 0; i < sizeof unusual / sizeof unusual[0]; i++)
        if (strcmp(unusual[i].code, code) == 0)
            return unusual[i].digits;
    return 2;
}

bool samme_currency_valid(const char *code) {
    for (size_t i = 0; i < 3; i++)
        if (code[i] < 'A' || code[i] > 'Z')
            return false;
    return code[3] == 0;
}

samme_status samme_money_slice(int64_t paid, int64_t quantity, int64_t from, int64_t to,
                               int64_t *out_minor) {
    if (paid < 0 || quantity <= 0 || from < 0 || from > to || to > quantity)
        return SAMME_MALFORMED;
    wide before = (wide)paid * (wide)from / (wide)quantity;
    wide after = (wide)paid * (wide)to / (wide)quantity;
    *out_minor = (int64_t)(after - before);
    return SAMME_OK;
}

samme_status samme_money_percent(int64_t minor, int64_t percent_hundredths, int64_t *out_minor) {
    if (minor < 0 || percent_hundredths < 0 || percent_hundredths > PERCENT_MAX_HUNDREDTHS)
        return SAMME_MALFORMED;
    wide share = (wide)minor * (wide)percent_hundredths / 10000;
    if (share > INT64_MAX)
        return SAMME_TOO_LARGE;
    *out_minor = (int64_t)share;
    return SAMME_OK;
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* Counts the digits before and behind the point; false when the text is not a plain decimal. */
static bool measure(const char *text, size_t *out_whole, size_t *out_decimals) {
    size_t whole = 0, decimals = 0;
    while (is_digit(text[whole]))
        whole++;
    if (whole == 0 || (whole > 1 && text[0] == '0'))
        return false;
    text += whole;
    if (*text == '.') {
        text++;
        while (is_digit(text[decimals]))
            decimals++;
        if (decimals == 0)
            return false;
        text += decimals;
    }
    *out_whole = whole;
    *out_decimals = decimals;
    return *text == 0;
}

samme_status samme_decimal_parse(const char *text, unsigned digits, bool round,
                                 int64_t *out_units) {
    assert(digits <= DECIMAL_MAX_DIGITS);
    bool negative = text[0] == '-';
    if (negative)
        text++;
    size_t whole, decimals;
    if (!measure(text, &whole, &decimals))
        return SAMME_MALFORMED;
    if (decimals > digits && !round)
        return SAMME_MALFORMED;
    if (whole + decimals > DECIMAL_MAX_DIGITS)
        return SAMME_TOO_LARGE;
    size_t kept = decimals < digits ? decimals : digits;
    int64_t units = 0;
    for (size_t i = 0; i < whole; i++)
        units = units * 10 + (text[i] - '0');
    for (size_t i = 0; i < kept; i++)
        units = units * 10 + (text[whole + 1 + i] - '0');
    if (decimals > kept && text[whole + 1 + kept] >= '5')
        units++; /* half away from zero: the sign comes last */
    int64_t scale = powers_of_ten[digits - kept];
    if (units > INT64_MAX / scale)
        return SAMME_TOO_LARGE;
    *out_units = negative ? -(units * scale) : units * scale;
    return SAMME_OK;
}

samme_status samme_money_add(int64_t a, int64_t b, int64_t *out) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return SAMME_TOO_LARGE;
    *out = sum;
    return SAMME_OK;
}
