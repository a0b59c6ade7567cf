#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "cli/cli.h"

Test(report, every_status_has_its_exit_code) {
    static const int codes[SAMME_STATUS_COUNT] = {
        [SAMME_OK] = 0,           [SAMME_MALFORMED] = 65, [SAMME_TOO_LARGE] = 65,
        [SAMME_NOT_FOUND] = 65,   [SAMME_CONFLICT] = 65,  [SAMME_BAD_SIGNATURE] = 1,
        [SAMME_MISMATCH] = 1,     [SAMME_STALE] = 1,      [SAMME_DENIED] = 77,
        [SAMME_FULL] = 69,        [SAMME_LATER] = 69,     [SAMME_IO] = 74,
        [SAMME_CORRUPT] = 1,      [SAMME_UNKNOWN] = 69,   [SAMME_NO_MEMORY] = 74,
        [SAMME_UNSUPPORTED] = 65,
    };
    for (unsigned status = 0; status < SAMME_STATUS_COUNT; status++) {
        samme_error error = {.status = (samme_status)status, .text = "x"};
        cr_assert_eq(samme_cli_fail(&error), codes[status], "%s",
                     samme_status_name((samme_status)status));
    }
}

Test(report, says_what_is_wrong_on_stderr, .init = cr_redirect_stderr) {
    samme_error error = {.status = SAMME_MALFORMED, .text = "chain.yaml:1:2: expected a name"};
    (void)samme_cli_fail(&error);
    fflush(stderr);
    cr_assert_stderr_eq_str("samme: chain.yaml:1:2: expected a name\n");
}
