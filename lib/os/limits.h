/* How many descriptors this process may have open; each connection of a peer is one. */
#ifndef SAMME_OS_LIMITS_H
#define SAMME_OS_LIMITS_H

#include <stdint.h>

/* Beyond stores, sockets' own and files: what a daemon needs besides one a peer. */
#define SAMME_DESCRIPTORS_BESIDES 128u

/* Raises the limit to what the machine allows this process by itself; what it is now, 0 when it
 * cannot be told. Children inherit it. */
uint64_t samme_descriptors_raise(void);

#endif
