/* The machine's clocks and randomness: only shells call these. */
#ifndef SAMME_OS_CLOCK_H
#define SAMME_OS_CLOCK_H

#include <stdint.h>

#include "samme/random.h"

int64_t samme_clock_wall_ms(void);      /* UTC, since 1970 */
int64_t samme_clock_monotonic_ms(void); /* CLOCK_BOOTTIME: goes on in suspend */
samme_random samme_os_random(void);     /* getrandom(2) */

#endif
