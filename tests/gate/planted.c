/* Wrong on purpose: tests/run runs this to see that its gates would notice. */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(planted, leak) {
    void *volatile kept = malloc(77);
    kept = NULL;
    cr_assert(kept == NULL);
}

/* Only valgrind sees this one. */
Test(planted, jump_on_what_was_never_set) {
    int *never_set = malloc(sizeof *never_set);
    cr_assert_not_null(never_set);
    cr_assert_neq(*(volatile int *)never_set, 77);
    free(never_set);
}
