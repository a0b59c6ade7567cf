#include <criterion/criterion.h>
#include <sys/resource.h>

#include "os/limits.h"

Test(limits, descriptors_go_up_to_what_the_machine_allows) {
    const struct rlimit low = {.rlim_cur = 64, .rlim_max = 512};
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &low), 0);
    cr_assert_eq(samme_descriptors_raise(), 512);
    struct rlimit now;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &now), 0);
    cr_assert_eq(now.rlim_cur, 512);
    cr_assert_eq(samme_descriptors_raise(), 512);
}
