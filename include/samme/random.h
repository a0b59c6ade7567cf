/* The randomness port: os/random.h gives the kernel's, the simulator a seeded one. */
#ifndef SAMME_RANDOM_H
#define SAMME_RANDOM_H

#include <stddef.h>

typedef struct samme_random {
    void *self;
    void (*fill)(void *self, void *out, size_t length);
} samme_random;

#endif
