/* Bytes that belong to somebody else: a pointer and a length in bytes. A span never owns, and is
 * valid as long as the object it was taken from says. An empty span may have a NULL pointer. All of
 * this is pure: nothing fails, any thread may call it. */
#ifndef SAMME_SPAN_H
#define SAMME_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct samme_span {
    const uint8_t *data;
    size_t length;
} samme_span;

/* SHA-256 value; one-field struct so that a key cannot be passed for a hash. */
typedef struct samme_hash {
    uint8_t bytes[32];
} samme_hash;

#define SAMME_SPAN(pointer, size)                                                                  \
    ((samme_span){.data = (const uint8_t *)(pointer), .length = (size)})
/* Span of a string literal, without its terminator. */
#define SAMME_LITERAL(text)                                                                        \
    ((samme_span){.data = (const uint8_t *)("" text), .length = sizeof(text) - 1})

/* Without the terminator; NULL is empty. */
static inline samme_span samme_span_of_text(const char *text) {
    samme_span span = {(const uint8_t *)text, text != NULL ? strlen(text) : 0};
    return span;
}
static inline samme_span samme_span_of_hash(const samme_hash *hash) {
    samme_span span = {hash->bytes, sizeof hash->bytes};
    return span;
}
/* In a time that depends on the bytes: not for secrets. */
static inline bool samme_span_equal(samme_span a, samme_span b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}
static inline bool samme_hash_equal(const samme_hash *a, const samme_hash *b) {
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
/* Byte order as memcmp gives it, a shorter prefix first: <0, 0, >0. */
static inline int samme_span_compare(samme_span a, samme_span b) {
    size_t common = a.length < b.length ? a.length : b.length;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0 || a.length == b.length)
        return order;
    return a.length < b.length ? -1 : 1;
}

#endif
