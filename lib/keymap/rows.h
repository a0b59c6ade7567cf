/* Inside lib/keymap: rows as plain values. */
#ifndef SAMME_KEYMAP_ROWS_H
#define SAMME_KEYMAP_ROWS_H

#include "base/text.h"
#include "keymap/keymap.h"

typedef struct samme_boxed { /* a key under the key-encrypting key of that number */
    uint32_t by;
    samme_wrapped wrapped;
} samme_boxed;

typedef struct samme_key_row {
    Samme__KeyKind kind;
    uint64_t sequence, first, made, generation;
    uint32_t branch;
    bool erased;
    samme_boxed boxed; /* unless erased */
} samme_key_row;

typedef struct samme_map_state {
    uint64_t size, made, generation, customers, clerks, erased, others, refused;
    uint32_t kek, renewing;
    samme_hash kek_check;
    uint64_t renewing_erased, renewed_erased;
    samme_key_mark mark;
} samme_map_state;

/* A subject, and a branch behind it for those set aside. */
typedef struct samme_other_key {
    uint8_t bytes[SAMME_SUBJECT_BYTES + 4];
} samme_other_key;

static inline samme_span samme_span_of_subject(const samme_subject *subject) {
    return SAMME_SPAN(subject->bytes, sizeof subject->bytes);
}

/* Also settles what follows from the keys above the keys: a renewal that began or ended. */
samme_status samme_state_read(samme_keymap *map, samme_map_state *out) SAMME_CHECKED;
samme_status samme_state_write(samme_keymap *map, const samme_map_state *state) SAMME_CHECKED;
samme_status samme_key_row_read(samme_keymap *map, const samme_subject *subject,
                                samme_key_row *out) SAMME_CHECKED;
samme_status samme_key_row_write(samme_keymap *map, const samme_subject *subject,
                                 const samme_key_row *row) SAMME_CHECKED;
samme_other_key samme_other_key_of(const samme_subject *subject, uint32_t branch);
samme_status samme_other_read(samme_keymap *map, const samme_other_key *key,
                              samme_boxed *out) SAMME_CHECKED;
/* SAMME_CONFLICT: there is one already, and it stays. */
samme_status samme_other_add(samme_keymap *map, const samme_subject *subject, uint32_t branch,
                             const samme_secret_key *key, samme_map_state *state) SAMME_CHECKED;
samme_status samme_other_write(samme_keymap *map, const samme_other_key *key,
                               const samme_boxed *boxed) SAMME_CHECKED;

/* Under the newest of the keys above. The subject is bound to it. */
samme_boxed samme_box(samme_keymap *map, const samme_subject *subject, const samme_secret_key *key);
samme_status samme_unbox(const samme_keymap *map, const samme_subject *subject,
                         const samme_boxed *boxed, samme_secret_key *out) SAMME_CHECKED;

/* Count `row` in or, with -1, out. */
void samme_state_count(samme_map_state *state, const samme_key_row *row, int by);
/* Makes the row an erased one: its key, and those set aside, are gone. Not written. */
samme_status samme_row_erase(samme_keymap *map, const samme_subject *subject, samme_key_row *row,
                             samme_map_state *state) SAMME_CHECKED;
samme_status samme_sequence_empty(samme_keymap *map, uint64_t sequence) SAMME_CHECKED;
/* hub: the row moves to the end of the sequence. Not written. */
samme_status samme_row_bump(samme_keymap *map, const samme_subject *subject, samme_key_row *row,
                            samme_map_state *state) SAMME_CHECKED;

#endif
