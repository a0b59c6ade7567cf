/* The randomness port: os/clock.h gives the kernel's, the simulator a seeded one.
 *
 * Keys are made of it, so it cannot fail: where there is no randomness the process ends. One thread
 * uses a samme_random; whoever made `self` owns it. */
#ifndef SAMME_RANDOM_H
#define SAMME_RANDOM_H

#include <stddef.h>

typedef struct samme_random {
    void *self;
    void (*fill)(void *self, void *out, size_t length); /* length bytes, each of them */
} samme_random;

#endif
