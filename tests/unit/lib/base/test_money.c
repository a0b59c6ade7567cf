#include "base/money.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/prng.h"

__extension__ typedef __int128 wide;

Test(currency, digits_follow_iso_4217) {
    static const struct {
        const char *code;
        unsigned digits;
    } cases[] = {{"EUR", 2}, {"NOK", 2}, {"DKK", 2}, {"SEK", 2}, {"USD", 2}, {"JPY", 0}, {"ISK", 0},
                 {"KRW", 0}, {"VND", 0}, {"CLP", 0}, {"BHD", 3}, {"KWD", 3}, {"JOD", 3}, {"OMR", 3},
                 {"TND", 3}, {"IQD", 3}, {"LYD", 3}, {"XXY", 2}, {"", 2},    {"JPYX", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(samme_currency_digits(cases[i].code), cases[i].digits, "%s", cases[i].code);
}

Test(currency, is_three_capitals) {
    cr_assert(samme_currency_valid("EUR"));
    cr_assert(samme_currency_valid("AAZ"));
    static const char *const bad[] = {"",    "E",   "EU",  "EURO", "eur",
                                      "EuR", "E R", "E1R", "[UR",  "@UR"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_not(samme_currency_valid(bad[i]), "'%s'", bad[i]);
}

/* Of every size, so that small and large both come. */
static int64_t random_amount(samme_prng *prng) {
    return (int64_t)(samme_prng_next(prng) >> (1 + samme_prng_below(prng, 62)));
}

Test(slice, slices_sum_to_the_whole_and_are_the_exact_share) {
    samme_prng prng;
    samme_prng_seed(&prng, 31);
    for (unsigned round = 0; round < 20000; round++) {
        int64_t paid = random_amount(&prng), quantity = random_amount(&prng) | 1, at = 0;
        wide sum = 0;
        for (unsigned parts = 1; at < quantity; parts++) {
            int64_t left = quantity - at;
            int64_t to =
                parts == 6 ? quantity : at + (int64_t)samme_prng_below(&prng, (uint64_t)left + 1);
            int64_t slice = -1;
            cr_assert_eq(samme_money_slice(paid, quantity, at, to, &slice), SAMME_OK);
            cr_assert_geq(slice, 0);
            /* floor of both ends: 0 <= paid*at - q*floor < q */
            wide expected = (wide)paid * to / quantity - (wide)paid * at / quantity;
            cr_assert(slice == expected, "seed 31 round %u", round);
            sum += slice;
            at = to;
        }
        cr_assert(sum == paid, "seed 31 round %u: the parts are not the whole", round);
    }
}

Test(slice, known_values_and_extremes) {
    int64_t minor = -1;
    cr_assert_eq(samme_money_slice(1000, 3000, 0, 1000, &minor), SAMME_OK);
    cr_assert_eq(minor, 333);
    cr_assert_eq(samme_money_slice(1000, 3000, 2000, 3000, &minor), SAMME_OK);
    cr_assert_eq(minor, 334);
    cr_assert_eq(samme_money_slice(INT64_MAX, INT64_MAX, 0, INT64_MAX, &minor), SAMME_OK);
    cr_assert_eq(minor, INT64_MAX);
    cr_assert_eq(samme_money_slice(INT64_MAX, INT64_MAX, INT64_MAX - 1, INT64_MAX, &minor),
                 SAMME_OK);
    cr_assert_eq(minor, 1);
    cr_assert_eq(samme_money_slice(0, 1, 0, 1, &minor), SAMME_OK);
    cr_assert_eq(minor, 0);
}

Test(slice, impossible_slices_are_refused) {
    int64_t minor = 77;
    cr_assert_eq(samme_money_slice(-1, 1000, 0, 1000, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_slice(1, 0, 0, 0, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_slice(1, -5, 0, 0, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_slice(1, 1000, -1, 5, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_slice(1, 1000, 6, 5, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_slice(1, 1000, 0, 1001, &minor), SAMME_MALFORMED);
    cr_assert_eq(minor, 77);
}

Test(percent, is_rounded_down) {
    int64_t minor = 77;
    cr_assert_eq(samme_money_percent(999, 1500, &minor), SAMME_OK);
    cr_assert_eq(minor, 149);
    cr_assert_eq(samme_money_percent(INT64_MAX, 10000, &minor), SAMME_OK);
    cr_assert_eq(minor, INT64_MAX);
    cr_assert_eq(samme_money_percent(100, 1000000, &minor), SAMME_OK);
    cr_assert_eq(minor, 10000);
    cr_assert_eq(samme_money_percent(INT64_MAX, 10001, &minor), SAMME_TOO_LARGE);
    cr_assert_eq(samme_money_percent(100, 1000001, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_percent(-1, 100, &minor), SAMME_MALFORMED);
    cr_assert_eq(samme_money_percent(1, -100, &minor), SAMME_MALFORMED);
    cr_assert_eq(minor, 10000);
}

Test(decimal, known_values) {
    static const struct {
        const char *text;
        unsigned digits;
        bool round;
        samme_status status;
        int64_t units;
    } cases[] = {
        {"2.55", 2, false, SAMME_OK, 255},
        {"2.5", 2, false, SAMME_OK, 250},
        {"2", 2, false, SAMME_OK, 200},
        {"-3", 0, false, SAMME_OK, -3},
        {"-3.25", 3, false, SAMME_OK, -3250},
        {"0.001", 2, false, SAMME_MALFORMED, 0},
        {"2.550", 2, false, SAMME_MALFORMED, 0},
        {"0.001", 2, true, SAMME_OK, 0},
        {"0.005", 2, true, SAMME_OK, 1},
        {"-0.005", 2, true, SAMME_OK, -1},
        {"0.0049999", 2, true, SAMME_OK, 0},
        {"-0.0049999", 2, true, SAMME_OK, 0},
        {"1.995", 2, true, SAMME_OK, 200},
        {"0.5", 0, true, SAMME_OK, 1},
        {"-1.5", 0, true, SAMME_OK, -2},
        {"9.99", 0, true, SAMME_OK, 10},
        {"0", 2, false, SAMME_OK, 0},
        {"-0", 2, false, SAMME_OK, 0},
        {"0.001", 3, false, SAMME_OK, 1},
        {"999999999999999999", 0, false, SAMME_OK, 999999999999999999},
        {"9.223372036854775", 18, false, SAMME_OK, 9223372036854775000},
        {"9.223372036854776", 18, false, SAMME_TOO_LARGE, 0},
        {"-9.223372036854776", 18, false, SAMME_TOO_LARGE, 0},
        {"999999999999999999", 2, false, SAMME_TOO_LARGE, 0},
        {"1000000000000000000", 0, false, SAMME_TOO_LARGE, 0},
        {"0.1234567890123456789", 2, true, SAMME_TOO_LARGE, 0},
        {"", 2, true, SAMME_MALFORMED, 0},
        {".", 2, true, SAMME_MALFORMED, 0},
        {"1.", 2, true, SAMME_MALFORMED, 0},
        {".5", 2, true, SAMME_MALFORMED, 0},
        {"+1", 2, true, SAMME_MALFORMED, 0},
        {"-", 2, true, SAMME_MALFORMED, 0},
        {"--1", 2, true, SAMME_MALFORMED, 0},
        {"-.5", 2, true, SAMME_MALFORMED, 0},
        {"1e3", 2, true, SAMME_MALFORMED, 0},
        {"1,5", 2, true, SAMME_MALFORMED, 0},
        {"1.2.3", 2, true, SAMME_MALFORMED, 0},
        {" 1", 2, true, SAMME_MALFORMED, 0},
        {"1 ", 2, true, SAMME_MALFORMED, 0},
        {"01", 2, true, SAMME_MALFORMED, 0},
        {"00", 2, true, SAMME_MALFORMED, 0},
        {"99999999999999999999x", 2, true, SAMME_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t units = 0;
        cr_assert_eq(samme_decimal_parse(cases[i].text, cases[i].digits, cases[i].round, &units),
                     cases[i].status, "'%s'", cases[i].text);
        cr_assert_eq(units, cases[i].units, "'%s'", cases[i].text);
    }
}

/* A number of thousandths is printed and read back at every precision. */
Test(decimal, agrees_with_integer_arithmetic) {
    samme_prng prng;
    samme_prng_seed(&prng, 32);
    for (unsigned round = 0; round < 20000; round++) {
        int64_t thousandths = random_amount(&prng) % 1000000000000;
        bool negative = samme_prng_chance(&prng, 500);
        char text[40];
        snprintf(text, sizeof text, "%s%lld.%03lld", negative ? "-" : "",
                 (long long)(thousandths / 1000), (long long)(thousandths % 1000));
        int64_t sign = negative ? -1 : 1, units;
        for (unsigned digits = 0; digits <= 5; digits++) {
            int64_t expected = thousandths;
            for (unsigned i = digits; i > 3; i--)
                expected *= 10;
            int64_t step = digits == 0 ? 1000 : digits == 1 ? 100 : digits == 2 ? 10 : 1;
            expected = (expected + step / 2) / step * sign;
            cr_assert_eq(samme_decimal_parse(text, digits, true, &units), SAMME_OK, "'%s'", text);
            cr_assert_eq(units, expected, "'%s' at %u digits", text, digits);
        }
    }
}

Test(add, overflow_is_refused) {
    int64_t sum = 77;
    cr_assert_eq(samme_money_add(INT64_MAX, 1, &sum), SAMME_TOO_LARGE);
    cr_assert_eq(samme_money_add(INT64_MIN, -1, &sum), SAMME_TOO_LARGE);
    cr_assert_eq(sum, 77);
    cr_assert_eq(samme_money_add(INT64_MAX, INT64_MIN, &sum), SAMME_OK);
    cr_assert_eq(sum, -1);
}
