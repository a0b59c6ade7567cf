/* Leaks on purpose: tests/run runs this to see that its leak gate would notice. */
#include <criterion/criterion.h>
#include <stdlib.h>

Test(gate, leaks) {
    void *volatile kept = malloc(77);
    kept = NULL;
    cr_assert(kept == NULL);
}
