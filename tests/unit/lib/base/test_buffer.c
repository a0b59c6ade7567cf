#include "base/buffer.h"

#include <criterion/criterion.h>
#include <stdint.h>

#include "base/prng.h"

Test(buffer, appends_in_order_and_ends_as_a_string) {
    samme_buffer buffer;
    samme_buffer_init(&buffer, 100);
    cr_assert_str_eq(samme_buffer_text(&buffer), "");
    samme_buffer_append_text(&buffer, "one");
    samme_buffer_append(&buffer, SAMME_LITERAL(" two"));
    samme_buffer_append(&buffer, SAMME_SPAN(NULL, 0));
    samme_buffer_printf(&buffer, " %d %s", 3, "four");
    cr_assert_str_eq(samme_buffer_text(&buffer), "one two 3 four");
    cr_assert_eq(samme_buffer_span(&buffer).length, strlen("one two 3 four"));
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_OK);
    samme_buffer_free(&buffer);
    cr_assert_eq(buffer.length, 0);
    cr_assert_eq(buffer.maximum, 100);
}

Test(buffer, integers_are_big_endian) {
    static const uint8_t expected[] = {0xab, 1, 2, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8};
    samme_buffer buffer;
    samme_buffer_init(&buffer, 100);
    samme_buffer_u8(&buffer, 0xab);
    samme_buffer_u16(&buffer, 0x0102);
    samme_buffer_u32(&buffer, 0x01020304);
    samme_buffer_u64(&buffer, 0x0102030405060708);
    cr_assert(samme_span_equal(samme_buffer_span(&buffer), SAMME_SPAN(expected, sizeof expected)));
    samme_buffer_free(&buffer);
}

Test(buffer, the_maximum_holds_and_its_error_sticks) {
    samme_buffer buffer;
    samme_buffer_init(&buffer, 5);
    samme_buffer_append_text(&buffer, "12345");
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_OK);
    samme_buffer_u8(&buffer, '6');
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_TOO_LARGE);
    samme_buffer_append(&buffer, SAMME_SPAN(NULL, 0));
    cr_assert_null(samme_buffer_extend(&buffer, 0));
    cr_assert_str_eq(samme_buffer_text(&buffer), "12345");
    samme_buffer_clear(&buffer);
    samme_buffer_append_text(&buffer, "abc");
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_OK);
    cr_assert_null(samme_buffer_extend(&buffer, SIZE_MAX));
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_TOO_LARGE);
    samme_buffer_clear(&buffer);
    samme_buffer_printf(&buffer, "%s", "123456");
    cr_assert_eq(samme_buffer_status(&buffer), SAMME_TOO_LARGE);
    cr_assert_eq(buffer.length, 0);
    samme_buffer_free(&buffer);
}

Test(buffer, content_survives_growth) {
    enum { BYTES = 100000 };
    samme_buffer buffer;
    samme_buffer_init(&buffer, BYTES);
    samme_prng prng;
    samme_prng_seed(&prng, 11);
    while (buffer.length < BYTES) {
        size_t left = BYTES - buffer.length;
        size_t length = (size_t)samme_prng_below(&prng, 300) + 1;
        if (length > left)
            length = left;
        size_t at = buffer.length;
        uint8_t *room = samme_buffer_extend(&buffer, length);
        cr_assert_not_null(room);
        for (size_t i = 0; i < length; i++)
            room[i] = (uint8_t)((at + i) * 31 >> 3);
    }
    for (size_t i = 0; i < BYTES; i++)
        cr_assert_eq(buffer.data[i], (uint8_t)(i * 31 >> 3), "byte %zu", i);
    cr_assert_leq(buffer.capacity, BYTES + 1);
    samme_buffer_free(&buffer);
}
