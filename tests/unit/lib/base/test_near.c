/* Which name was meant. */
#include <criterion/criterion.h>

#include "base/near.h"

static const char *meant(const char *written) {
    static const char *const known[] = {"opened", "unopened", "used", "a", "damaged"};
    samme_near near = samme_near_to(samme_span_of_text(written));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        samme_near_try(&near, known[i]);
    return near.best == NULL ? "" : near.best;
}

Test(near, the_nearest_within_two_edits) {
    cr_assert_str_eq(meant("opned"), "opened");
    cr_assert_str_eq(meant("unoppened"), "unopened");
    cr_assert_str_eq(meant("opened"), "opened");
    cr_assert_str_eq(meant("noopened"), "opened"); /* both two edits away: the first stays */
    cr_assert_str_eq(meant("damged"), "damaged");
    cr_assert_str_eq(meant("uesd"), "used");
}

Test(near, what_is_far_is_not_guessed) {
    cr_assert_str_eq(meant("broken"), "");
    cr_assert_str_eq(meant("b"), ""); /* one edit from "a", which is all of it */
    cr_assert_str_eq(meant(""), "");
    char letters[SAMME_NEAR_BYTES + 1];
    memset(letters, 'o', sizeof letters);
    letters[SAMME_NEAR_BYTES] = 0;
    cr_assert_str_eq(meant(letters), "");
}
