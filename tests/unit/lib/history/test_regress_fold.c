/* Bugs that a hostile review found; each test is named after its bug. */
#include <criterion/criterion.h>

#include "tests/unit/lib/history/fixture.h"

/* Rows of a commit that is full. */
static samme_status full_put(void *self, samme_span key, samme_span value) {
    (void)self, (void)key, (void)value;
    return SAMME_TOO_LARGE; /* as base/writes.h says it */
}

/* A sale that met a full commit was quarantined as too large, on this machine only: its digest
 * parted from everybody else's. */
Test(regress, a_full_commit_refuses_no_sale) {
    fixture f;
    fixture_init(&f);
    samme_rows rows = f.rows;
    rows.put = full_put;
    Samme__Sale *sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 1000, 500);
    samme_span entry = fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale);
    const samme_position at = {.branch = 1, .epoch = 1};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_fold(&rows, &at, entry, &f.scratch, NULL, &error), SAMME_FULL, "%s",
                 error.text);
    fixture_free(&f);
}
