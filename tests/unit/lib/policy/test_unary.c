/* Unary tests: text to intervals. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

#include "policy/test.h"

/* Preorder: food 0..3 (fresh 1..2 (fish 2), dry 3), tools 4. Tiers silver 1, gold 2. */
static samme_vocabulary vocabulary;
static samme_arena arena;

static void build(void) {
    static const char *const codes[][2] = {
        {"food", ""}, {"fresh", "food"}, {"fish", "fresh"}, {"dry", "food"}, {"tools", ""}};
    static Samme__Category categories[5];
    static Samme__Category *pointers[5];
    static char silver[] = "silver", gold[] = "gold";
    static char *const tiers[] = {silver, gold};
    for (size_t i = 0; i < 5; i++) {
        categories[i] = (Samme__Category)SAMME__CATEGORY__INIT;
        categories[i].code = (char *)(uintptr_t)codes[i][0];
        categories[i].under = (char *)(uintptr_t)codes[i][1];
        pointers[i] = &categories[i];
    }
    Samme__Chain chain = SAMME__CHAIN__INIT;
    chain.n_categories = 5;
    chain.categories = pointers;
    size_t at = 0;
    samme_arena_init(&arena, 1 << 16);
    cr_assert_eq(samme_categories_build(&chain, &arena, &vocabulary.categories, &at, NULL),
                 SAMME_OK);
    vocabulary.tiers = tiers;
    vocabulary.tier_count = 2;
}

static void drop(void) {
    samme_arena_free(&arena);
}

TestSuite(unary, .init = build, .fini = drop);

/* The test's intervals as "low..high low..high", "any", or "error: text". */
static const char *read(const char *input, const char *text) {
    static char out[2048];
    samme_error error = {.text = ""};
    samme_test test;
    if (samme_test_parse(samme_input_find(input), &vocabulary, text, &test, &error) != SAMME_OK) {
        snprintf(out, sizeof out, "error: %s", error.text);
        return out;
    }
    if (test.any)
        return "any";
    size_t used = 0;
    for (size_t i = 0; i < test.count; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s%" PRId64 "..%" PRId64,
                                 i == 0 ? "" : " ", test.intervals[i].low, test.intervals[i].high);
    return out;
}

#define MIN "-9223372036854775808"
#define MAX "9223372036854775807"

Test(unary, any) {
    cr_assert_str_eq(read("claim", "-"), "any");
    cr_assert_str_eq(read("line_paid", "  -\n"), "any");
}

Test(unary, enumerations) {
    cr_assert_str_eq(read("claim", "lent"), "2..2");
    cr_assert_str_eq(read("claim", " own ,lent "), "1..2");
    cr_assert_str_eq(read("claim", "no_claim, own"), "1..1 5..5");
    cr_assert_str_eq(read("claim", "not(own)"), "2..5");
    cr_assert_str_eq(read("claim", "not ( lent, taken )"), "1..1 3..3 5..5");
    cr_assert_str_eq(read("receipt_kind", "nothing"), "4..4");
}

Test(unary, a_nought_has_no_sign) {
    cr_assert_str_eq(read("line_paid", "> 0"), "1.." MAX);
    cr_assert_eq(strncmp(read("line_paid", "> -0"), "error: ", 7), 0);
    cr_assert_eq(strncmp(read("quantity_left", "> -0.0"), "error: ", 7), 0);
    cr_assert_eq(strncmp(read("days_left", "> -0"), "error: ", 7), 0);
}

Test(unary, every_kind_takes_at_most_18_digits) {
    cr_assert_str_eq(read("days_left", "< 999999999999999999"), "-3652058..3652058");
    cr_assert_eq(strncmp(read("days_left", "< 1000000000000000000"), "error: ", 7), 0);
    cr_assert_eq(strncmp(read("quantity_left", "< 1000000000000000000"), "error: ", 7), 0);
}

Test(unary, categories_are_their_subtree) {
    cr_assert_str_eq(read("category", "food"), "0..3");
    cr_assert_str_eq(read("category", "fresh"), "1..2");
    cr_assert_str_eq(read("category", "fish, tools"), "2..2 4..4");
    cr_assert_str_eq(read("category", "not(fresh)"), "0..0 3..4");
    cr_assert_str_eq(read("category", "not(food)"), "4..4");
}

Test(unary, counts) {
    cr_assert_str_eq(read("days_since_purchase", "5"), "5..5");
    cr_assert_str_eq(read("days_left", "-5"), "-5..-5");
    cr_assert_str_eq(read("days_left", "<= 30"), "-3652058..30");
    cr_assert_str_eq(read("days_left", "> 30"), "31..3652058");
    cr_assert_str_eq(read("days_since_purchase", "<= 30"), "0..30");
    cr_assert_str_eq(read("days_since_purchase", "<30"), "0..29");
    cr_assert_str_eq(read("days_since_purchase", ">= 5"), "5..36524");
    cr_assert_str_eq(read("days_since_purchase", ">5"), "6..36524");
    cr_assert_str_eq(read("closed_before", "> 5"), "6..14");
    cr_assert_str_eq(read("repair_attempts", "> 5"), "6..9999");
    cr_assert_str_eq(read("days_since_purchase", "[1..30]"), "1..30");
    cr_assert_str_eq(read("days_since_purchase", "(1..30]"), "2..30");
    cr_assert_str_eq(read("days_since_purchase", "[ 1 .. 30 )"), "1..29");
    cr_assert_str_eq(read("days_left", "(-3..-1)"), "-2..-2");
    cr_assert_str_eq(read("days_since_purchase", "> 90, [1..3], 4, 7"), "1..4 7..7 91..36524");
    cr_assert_str_eq(read("days_since_purchase", "[1..9], [3..4], 5"), "1..9");
    cr_assert_str_eq(read("days_since_purchase", "not([1..9], > 20)"), "0..0 10..20");
    cr_assert_str_eq(read("days_since_purchase", "not((1..3))"), "0..1 3..36524");
    cr_assert_str_eq(read("line_paid", ">= 99999999999999.9999"), "999999999999999999.." MAX);
}

Test(unary, letters) {
    cr_assert_str_eq(read("sale_country", "AA"), "0..0");
    cr_assert_str_eq(read("return_country", "NO, DK"), "88..88 352..352");
    cr_assert_str_eq(read("sale_country", "not(ZZ)"), "0..674");
    cr_assert_str_eq(read("currency", "AAB, ZZZ"), "1..1 17575..17575");
    cr_assert_str_eq(read("return_currency", "ABA"), "26..26");
}

Test(unary, tiers) {
    cr_assert_str_eq(read("member_tier", "none"), "0..0");
    cr_assert_str_eq(read("member_tier", "gold"), "2..2");
    cr_assert_str_eq(read("member_tier", "not(none)"), "1..2");
    cr_assert_str_eq(read("member_tier", "none, silver"), "0..1");
}

Test(unary, says_what_was_probably_meant) {
    cr_assert_not_null(
        strstr(read("condition", "opned"), "found \"opned\", did you mean \"opened\"?"));
    cr_assert_not_null(strstr(read("category", "fsh"), ", did you mean \"fish\"?"));
    cr_assert_not_null(strstr(read("member_tier", "golds"), ", did you mean \"gold\"?"));
    cr_assert_null(strstr(read("condition", "bicycle"), "did you mean"));
    cr_assert_null(strstr(read("days_left", "ten"), "did you mean"));
}

Test(unary, amounts_and_quantities_are_scaled) {
    cr_assert_str_eq(read("line_paid", "<= 500.00"), "0..5000000");
    cr_assert_str_eq(read("line_paid", "< 0.0001"), "0..0");
    cr_assert_str_eq(read("line_paid", "[1.5..2)"), "15000..19999");
    cr_assert_str_eq(read("line_paid", "not(> 10)"), "0..100000");
    cr_assert_str_eq(read("quantity_asked", "0.5, 2"), "500..500 2000..2000");
    cr_assert_str_eq(read("quantity_left", "> 1.25"), "1251..999999999999999999");
}

Test(unary, dates) {
    cr_assert_str_eq(read("today", "1970-01-02"), "1..1");
    cr_assert_str_eq(read("today", "[1970-01-01..1970-02-01)"), "0..30");
    cr_assert_str_eq(read("today", "<= 0001-01-01"), "-719162..-719162");
    cr_assert_str_eq(read("purchase_date", ">= 9999-12-31"), "2932896..2932896");
    cr_assert_str_eq(read("purchase_date", "< 1970-01-01"), "-719162..-1");
}

/* The text must be refused, with what was found in the message. */
static void refused(const char *input, const char *text, const char *found) {
    const char *answer = read(input, text);
    char quoted[200];
    snprintf(quoted, sizeof quoted, "found \"%s\"", found);
    cr_assert(strncmp(answer, "error: expected ", 16) == 0 && strstr(answer, quoted) != NULL,
              "%s: \"%s\" gave %s", input, text, answer);
}

Test(unary, what_is_no_test_is_refused) {
    refused("claim", "", "");
    refused("claim", "own,", "");
    refused("claim", "own,,lent", "");
    refused("claim", "Own", "Own");
    refused("claim", "claim_unset", "claim_unset");
    refused("claim", "1", "1");
    refused("claim", "own lent", "own lent");
    refused("claim", "not(own", "not(own");
    refused("claim", "not own", "not own");
    refused("claim", "not()", "");
    refused("claim", "not(not(own))", "not(own)");
    refused("claim", "-, own", "-");
    refused("claim", "> own", "> own");
    refused("category", "meat", "meat");
    refused("category", "[fish..food]", "[fish..food]");
    refused("days_since_purchase", "<= abc", "<= abc");
    refused("days_since_purchase", "5.0", "5.0");
    refused("days_since_purchase", "+5", "+5");
    refused("days_since_purchase", "05", "05");
    refused("days_since_purchase", "= 5", "= 5");
    refused("days_since_purchase", "=> 5", "=> 5");
    refused("days_since_purchase", "[1..30", "[1..30");
    refused("days_since_purchase", "1..30", "1..30");
    refused("days_since_purchase", "[1.30]", "[1.30]");
    refused("days_since_purchase", "[..30]", "[..30]");
    refused("days_since_purchase", "[", "[");
    refused("days_since_purchase", "(", "(");
    refused("days_since_purchase", "<", "<");
    refused("days_since_purchase", "9223372036854775808", "9223372036854775808");
    refused("line_paid", "1.00001", "1.00001");
    refused("line_paid", "500 GBP", "500 GBP");
    refused("line_paid", "1e3", "1e3");
    refused("quantity_left", "1.0001", "1.0001");
    refused("today", "2026-02-29", "2026-02-29");
    refused("sale_country", "dk", "dk");
    refused("sale_country", "DKK", "DKK");
    refused("currency", "DK", "DK");
    refused("member_tier", "> silver", "> silver");
    refused("home_branch", "true", "true");
    refused("today", "1 November 2026", "1 November 2026");
}

Test(unary, what_nothing_passes_is_refused) {
    refused("days_since_purchase", "[5..3]", "[5..3]");
    refused("days_since_purchase", "(4..5)", "(4..5)");
    refused("days_since_purchase", "7, [5..3]", "[5..3]");
    refused("days_since_purchase", "< " MIN, "< " MIN);
    refused("days_since_purchase", "> " MAX, "> " MAX);
    refused("days_since_purchase", "(" MAX ".." MAX "]", "(" MAX ".." MAX "]");
    refused("days_since_purchase", "< 0", "< 0");
    refused("days_since_purchase", "> 36524", "> 36524");
    refused("closed_before", "15", "15");
    refused("member_tier", "not(none, silver, gold)", "not(none, silver, gold)");
    refused("days_since_purchase", "[" MIN ".." MIN ")", "[" MIN ".." MIN ")");
    refused("days_since_purchase", "not(<= 5, > 5)", "not(<= 5, > 5)");
    refused("line_paid", "< 0", "< 0");
    refused("line_paid", "-1", "-1");
    refused("today", "< 0001-01-01", "< 0001-01-01");
    refused("mode", "not(normal, cautious, conservative)", "not(normal, cautious, conservative)");
    refused("category", "not(food, tools)", "not(food, tools)");
}

Test(unary, values_have_a_maximum) {
    char text[4 * (SAMME_TEST_VALUES_MAX + 1) + 16] = "";
    for (unsigned i = 0; i < SAMME_TEST_VALUES_MAX; i++)
        snprintf(text + strlen(text), 8, "%s%u", i == 0 ? "" : ",", 2 * i);
    char negated[sizeof text + 8];
    snprintf(negated, sizeof negated, "not(%s)", text);
    samme_test test;
    const samme_input *days = samme_input_find("days_left");
    cr_assert_eq(samme_test_parse(days, &vocabulary, negated, &test, NULL), SAMME_OK);
    cr_assert_eq(test.count, SAMME_TEST_VALUES_MAX + 1);
    strcat(text, ",9");
    cr_assert_eq(samme_test_parse(days, &vocabulary, text, &test, NULL), SAMME_TOO_LARGE);
}

Test(unary, long_text_is_cut_in_the_message) {
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    const char *answer = read("days_since_purchase", text);
    cr_assert(strncmp(answer, "error: expected a whole number", 30) == 0, "%s", answer);
    answer = read("claim", text);
    cr_assert(strstr(answer, "one of own lent unconfirmed taken no_claim, found \"xxx") != NULL,
              "%s", answer);
}
