/* Random messages of any type, built through descriptors. */
#ifndef TEST_RANDOM_MESSAGE_H
#define TEST_RANDOM_MESSAGE_H

#include "base/arena.h"
#include "base/prng.h"
#include "wire/messages.h"

/* Types whose messages the property tests make: all that are not part of another, and one of every
 * shape. */
extern const ProtobufCMessageDescriptor *const test_types[];
extern const size_t test_types_count;

typedef struct test_maker {
    samme_prng prng;
    samme_arena *arena;
    bool odd_enums; /* numbers without a name too: they pack, but text has no way to spell them back
                     */
} test_maker;

ProtobufCMessage *test_random_message(test_maker *maker, const ProtobufCMessageDescriptor *type);
/* Changes, removes, doubles or puts in a few bytes; returns the new length, at most `room`. */
size_t test_mutate(samme_prng *prng, uint8_t *bytes, size_t length, size_t room);

#endif
