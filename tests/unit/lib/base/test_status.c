#include <criterion/criterion.h>
#include <string.h>

#include "samme/status.h"

Test(status, every_status_has_its_own_name) {
    for (unsigned i = 0; i < SAMME_STATUS_COUNT; i++) {
        const char *name = samme_status_name((samme_status)i);
        cr_assert_not_null(name, "status %u", i);
        cr_assert_str_neq(name, "unknown status");
        for (unsigned j = 0; j < i; j++)
            cr_assert_str_neq(name, samme_status_name((samme_status)j));
    }
    cr_assert_str_eq(samme_status_name(SAMME_STATUS_COUNT), "unknown status");
    cr_assert_str_eq(samme_status_name((samme_status)-1), "unknown status");
}

Test(status, fail_says_what_and_returns_the_status) {
    samme_error error = {0};
    cr_assert_eq(samme_fail(&error, SAMME_STALE, "release %d is older than %d", 4, 7), SAMME_STALE);
    cr_assert_eq(error.status, SAMME_STALE);
    cr_assert_str_eq(error.text, "release 4 is older than 7");
    cr_assert_eq(samme_fail(NULL, SAMME_FULL, "nobody reads this"), SAMME_FULL);
}

Test(status, fail_in_puts_the_place_in_front) {
    samme_error error = {0};
    samme_fail(&error, SAMME_MALFORMED, "a date was expected");
    cr_assert_eq(samme_fail_in(&error, SAMME_MALFORMED, "%s:%d", "chain.yaml", 12),
                 SAMME_MALFORMED);
    cr_assert_str_eq(error.text, "chain.yaml:12: a date was expected");
    cr_assert_eq(samme_fail_in(NULL, SAMME_IO, "x"), SAMME_IO);
}

Test(status, long_text_is_cut_and_ends) {
    char text[1000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    samme_error error = {0};
    samme_fail(&error, SAMME_MALFORMED, "%s", text);
    cr_assert_eq(strlen(error.text), sizeof error.text - 1);
    samme_fail_in(&error, SAMME_MALFORMED, "place");
    cr_assert_eq(strlen(error.text), sizeof error.text - 1);
    cr_assert_eq(strncmp(error.text, "place: xxx", 10), 0);
    samme_fail_in(&error, SAMME_MALFORMED, "%s", text);
    cr_assert_eq(strlen(error.text), sizeof error.text - 1);
}
