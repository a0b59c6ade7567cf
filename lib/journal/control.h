/* Keys of the control rows; layouts in lib/history/README.md beside the others. */
#ifndef SAMME_JOURNAL_CONTROL_H
#define SAMME_JOURNAL_CONTROL_H

#include "base/text.h"
#include "samme/span.h"

#define SAMME_CURSOR_KEY SAMME_LITERAL("j")

/* A letter and a number. */
typedef struct samme_control_key {
    uint8_t bytes[9];
} samme_control_key;

static inline samme_control_key samme_control_key_of(char letter, uint64_t number) {
    samme_control_key key;
    key.bytes[0] = (uint8_t)letter;
    samme_put_u64(key.bytes + 1, number);
    return key;
}
static inline samme_control_key samme_root_key(uint64_t size) {
    return samme_control_key_of('J', size);
}
static inline samme_control_key samme_release_key(uint64_t version) {
    return samme_control_key_of('t', version);
}
static inline samme_control_key samme_halt_key(uint64_t version) {
    return samme_control_key_of('T', version);
}
/* Value of a release's row: hash, at, expires; then (rows of older code end here) the record, how
 * many waves and the time of each, how many early branches and branch and wave of each. And of a
 * halt in its row: the first wave held back, and the record. */
#define SAMME_RELEASE_ROW_BYTES (32u + 8u + 8u)
#define SAMME_HALT_ROW_BYTES    (4u + 8u)
static inline samme_span samme_control_span(const samme_control_key *key) {
    return SAMME_SPAN(key->bytes, sizeof key->bytes);
}

#endif
