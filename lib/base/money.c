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

#define CODE(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* ISO 4217 currencies whose minor unit is not a hundredth. */
unsigned samme_currency_digits(const char *code) {
    if (!samme_currency_valid(code))
        return 2;
    switch (CODE(code[0], code[1], code[2])) {
    case CODE('B', 'I', 'F'):
    case CODE('C', 'L', 'P'):
    case CODE('D', 'J', 'F'):
    case CODE('G', 'N', 'F'):
    case CODE('I', 'S', 'K'):
    case CODE('J', 'P', 'Y'):
    case CODE('K', 'M', 'F'):
    case CODE('K', 'R', 'W'):
    case CODE('P', 'Y', 'G'):
    case CODE('R', 'W', 'F'):
    case CODE('U', 'G', 'X'):
    case CODE('U', 'Y', 'I'):
    case CODE('V', 'N', 'D'):
    case CODE('V', 'U', 'V'):
    case CODE('X', 'A', 'F'):
    case CODE('X', 'O', 'F'):
    case CODE('X', 'P', 'F'):
        return 0;
    case CODE('B', 'H', 'D'):
    case CODE('I', 'Q', 'D'):
    case CODE('J', 'O', 'D'):
    case CODE('K', 'W', 'D'):
    case CODE('L', 'Y', 'D'):
    case CODE('O', 'M', 'R'):
    case CODE('T', 'N', 'D'):
        return 3;
    case CODE('C', 'L', 'F'):
    case CODE('U', 'Y', 'W'):
        return 4;
    default:
        return 2;
    }
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
