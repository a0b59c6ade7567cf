#include "os/clock.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

Test(clock, wall_time_is_the_systems) {
    int64_t before = (int64_t)time(NULL);
    int64_t ms = samme_clock_wall_ms();
    int64_t after = (int64_t)time(NULL);
    /* time(2) may read a coarser clock that is a tick behind. */
    cr_assert(ms / 1000 >= before && ms / 1000 <= after + 1, "%lld", (long long)ms);
}

Test(clock, monotonic_time_passes_and_never_goes_back) {
    int64_t first = samme_clock_monotonic_ms(), last = first;
    for (unsigned i = 0; i < 100000000 && last < first + 3; i++) {
        int64_t now = samme_clock_monotonic_ms();
        cr_assert_geq(now, last);
        last = now;
    }
    cr_assert_geq(last, first + 3);
    struct timespec boot;
    cr_assert_eq(clock_gettime(CLOCK_BOOTTIME, &boot), 0);
    cr_assert_lt((int64_t)boot.tv_sec * 1000 - last, 60000,
                 "it is the clock that goes on in suspend");
}

Test(random, fills_exactly_and_never_the_same) {
    enum { BYTES = 70000 };
    static unsigned char a[BYTES + 1], b[BYTES];
    samme_random random = samme_os_random();
    a[BYTES] = 0xee;
    random.fill(random.self, a, BYTES);
    random.fill(random.self, b, BYTES);
    cr_assert_eq(a[BYTES], 0xee);
    cr_assert_neq(memcmp(a, b, BYTES), 0);
    unsigned counts[256] = {0};
    for (unsigned i = 0; i < BYTES; i++)
        counts[a[i]]++;
    for (unsigned i = 0; i < 256; i++) /* 273 expected; 100 off is six standard deviations */
        cr_assert(counts[i] > 173 && counts[i] < 373, "byte %u came %u times", i, counts[i]);
    random.fill(random.self, a, 0);
}
