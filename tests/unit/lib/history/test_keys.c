#include <criterion/criterion.h>

#include "base/prng.h"
#include "history/keys.h"
#include "tests/unit/lib/history/fixture.h"

static samme_row_key key_of(uint32_t branch, const char *till, const char *number,
                            const char *date) {
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = branch;
    receipt.till = (char *)(uintptr_t)till;
    receipt.number = (char *)(uintptr_t)number;
    receipt.business_date = (char *)(uintptr_t)date;
    samme_row_key key;
    cr_assert_eq(samme_receipt_key(&receipt, &key), SAMME_OK);
    return key;
}

static samme_status try_key(const char *till, const char *number, const char *date) {
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.till = (char *)(uintptr_t)till;
    receipt.number = (char *)(uintptr_t)number;
    receipt.business_date = (char *)(uintptr_t)date;
    samme_row_key key;
    return samme_receipt_key(&receipt, &key);
}

Test(keys, a_receipt_key_has_the_stated_layout) {
    const samme_row_key key = key_of(0x01020304, "T1", "77", "1970-01-02");
    const uint8_t expected[] = {'r', 1, 2, 3, 4, 0x80, 0, 0, 1, 2, 'T', '1', 2, '7', '7'};
    cr_assert(samme_span_equal(samme_row_key_span(&key), SAMME_SPAN(expected, sizeof expected)));
    samme_row_key number;
    samme_number_key(&key, "77", &number);
    const uint8_t expected_number[] = {'n', '7', '7', 0, 1,   2,   3, 4,   0x80,
                                       0,   0,   1,   2, 'T', '1', 2, '7', '7'};
    cr_assert(samme_span_equal(samme_row_key_span(&number),
                               SAMME_SPAN(expected_number, sizeof expected_number)));
    samme_row_key prefix, slice;
    samme_line_prefix(&key, 5, &prefix);
    samme_slice_key(&prefix, 6, 7, 8, &slice);
    const uint8_t expected_slice[] = {'f', 1,   2,   3, 4, 0x80, 0, 0, 1, 2, 'T', '1',
                                      2,   '7', '7', 0, 0, 0,    5, 0, 0, 0, 6,   0,
                                      0,   0,   7,   0, 0, 0,    0, 0, 0, 0, 8};
    cr_assert(samme_span_equal(samme_row_key_span(&slice),
                               SAMME_SPAN(expected_slice, sizeof expected_slice)));
}

Test(keys, receipts_sort_by_branch_and_day) {
    const samme_row_key keys[] = {
        key_of(1, "T", "9", "1969-12-31"),          key_of(1, "T", "1", "1970-01-01"),
        key_of(1, "T", "1", "2010-12-01"),          key_of(2, "T", "1", "1969-12-31"),
        key_of(0x80000000, "T", "1", "1969-12-31"),
    };
    for (size_t i = 1; i < sizeof keys / sizeof *keys; i++)
        cr_assert_lt(
            samme_span_compare(samme_row_key_span(&keys[i - 1]), samme_row_key_span(&keys[i])), 0,
            "key %zu", i);
}

Test(keys, till_and_number_cannot_run_into_each_other) {
    const samme_row_key a = key_of(1, "T1", "23", "2010-12-01");
    const samme_row_key b = key_of(1, "T12", "3", "2010-12-01");
    cr_assert(!samme_span_equal(samme_row_key_span(&a), samme_row_key_span(&b)));
    const samme_row_key shorter = key_of(1, "T1", "2", "2010-12-01");
    samme_row_key prefix, other;
    samme_line_prefix(&shorter, 0x33000000, &prefix);
    samme_line_prefix(&a, 0, &other);
    cr_assert(!samme_key_starts_with(samme_row_key_span(&other), samme_row_key_span(&prefix)));
}

Test(keys, texts_have_a_maximum_and_a_number_is_needed) {
    char till[34] = {0}, number[66] = {0}, code[42] = {0};
    memset(till, 't', 32);
    memset(number, 'n', 64);
    memset(code, 'c', 40);
    cr_assert_eq(try_key(till, number, "2010-12-01"), SAMME_OK);
    cr_assert_eq(try_key("", "1", "2010-12-01"), SAMME_OK);
    cr_assert_eq(try_key("", "", "2010-12-01"), SAMME_MALFORMED);
    cr_assert_eq(try_key("", "1", "2010-02-30"), SAMME_MALFORMED);
    cr_assert_eq(try_key("", "1", ""), SAMME_MALFORMED);
    samme_row_key key;
    cr_assert_eq(samme_case_key(code, &key), SAMME_OK);
    cr_assert_eq(samme_case_key("", &key), SAMME_MALFORMED);
    till[32] = 't';
    number[64] = 'n';
    code[40] = 'c';
    cr_assert_eq(try_key(till, "1", "2010-12-01"), SAMME_MALFORMED);
    cr_assert_eq(try_key("", number, "2010-12-01"), SAMME_MALFORMED);
    cr_assert_eq(samme_case_key(code, &key), SAMME_MALFORMED);
    cr_assert_eq(samme_number_prefix(number, &key), SAMME_MALFORMED);
}

Test(keys, slices_and_numbers_lead_back_to_their_receipt) {
    samme_prng prng;
    samme_prng_seed(&prng, 11);
    for (int i = 0; i < 2000; i++) {
        char till[33] = {0}, number[65] = {0};
        memset(till, 'a' + i % 20, samme_prng_below(&prng, 33));
        memset(number, '0' + i % 9, 1 + samme_prng_below(&prng, 64));
        const uint32_t line = (uint32_t)samme_prng_next(&prng);
        const samme_row_key receipt =
            key_of((uint32_t)samme_prng_next(&prng), till, number, "2010-12-01");
        samme_row_key prefix, slice, number_key, number_prefix, back;
        samme_line_prefix(&receipt, line, &prefix);
        samme_slice_key(&prefix, (uint32_t)samme_prng_next(&prng), 1, samme_prng_next(&prng),
                        &slice);
        uint32_t found = 0;
        cr_assert_eq(samme_receipt_key_of_slice(samme_row_key_span(&slice), &back, &found),
                     SAMME_OK);
        cr_assert(samme_span_equal(samme_row_key_span(&back), samme_row_key_span(&receipt)));
        cr_assert_eq(found, line);
        slice.length--;
        cr_assert_eq(samme_receipt_key_of_slice(samme_row_key_span(&slice), &back, &found),
                     SAMME_CORRUPT);
        samme_number_key(&receipt, number, &number_key);
        cr_assert_eq(samme_number_prefix(number, &number_prefix), SAMME_OK);
        cr_assert(samme_key_starts_with(samme_row_key_span(&number_key),
                                        samme_row_key_span(&number_prefix)));
        cr_assert_eq(samme_receipt_key_of_number(samme_row_key_span(&number_key),
                                                 number_prefix.length, &back),
                     SAMME_OK);
        cr_assert(samme_span_equal(samme_row_key_span(&back), samme_row_key_span(&receipt)));
    }
}

Test(keys, the_next_key_and_the_next_prefix_are_just_behind) {
    samme_row_key key = {.bytes = {'f', 1, 0xff, 0xff}, .length = 4}, next = key;
    samme_key_after(&next);
    cr_assert(samme_span_equal(samme_row_key_span(&next), SAMME_SPAN("f\x01\xff\xff\x00", 5)));
    samme_key_after_prefix(&key, &next);
    cr_assert(samme_span_equal(samme_row_key_span(&next), SAMME_SPAN("f\x02", 2)));
}
