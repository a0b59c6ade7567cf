#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t now_ms(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0)
        abort(); /* both clocks exist on every Linux we run on */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t samme_clock_wall_ms(void) {
    return now_ms(CLOCK_REALTIME);
}

int64_t samme_clock_monotonic_ms(void) {
    return now_ms(CLOCK_BOOTTIME);
}

/* Keys are made of this: without it nothing may go on. */
static void fill(void *self, void *out, size_t length) {
    (void)self;
    uint8_t *at = out;
    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        at += got;
        length -= (size_t)got;
    }
}

samme_random samme_os_random(void) {
    return (samme_random){.self = NULL, .fill = fill};
}
