/* The keys above the keys of one machine, and their file, DATA/machine.key (lib/daemon). Pure.
 *
 * A key-encrypting key wraps the subjects' keys in the store, and lies outside it: LMDB does not
 * shred its pages, but what they hold is worth nothing once the key above it is gone. While one is
 * renewed there are two. The PIN key goes into verifiers of PINs (crypto/pin.h) and stays: nothing
 * but the PIN could make a verifier again, and erasures are not about PINs. */
#ifndef SAMME_KEYMAP_KEKS_H
#define SAMME_KEYMAP_KEKS_H

#include "crypto/seal.h"

#define SAMME_KEKS_MAX_BYTES 512u /* as text */

typedef struct samme_kek {
    uint32_t number; /* 1.., grows with each renewal; 0: there is none */
    int64_t made_ms; /* UTC */
    samme_secret_key key;
} samme_kek;

typedef struct samme_keks {
    samme_secret_key pin;
    samme_kek current;
    samme_kek next; /* a renewal is under way: new rows are wrapped under this one */
} samme_keks;

/* All new but the PIN key when one is given (of a file from before there were others). */
void samme_keks_new(samme_keks *out, const samme_secret_key *pin, int64_t now_ms,
                    samme_random random);
/* Begins a renewal: draws the next key. Nothing when one is under way. */
void samme_keks_begin(samme_keks *keks, int64_t now_ms, samme_random random);
/* Ends it: the next is the current, and the old one is gone. */
void samme_keks_end(samme_keks *keks);

/* Under which new rows are wrapped. */
const samme_kek *samme_keks_newest(const samme_keks *keks);

/* Appends the text, and reads exactly that text: SAMME_MALFORMED. */
void samme_keks_format(const samme_keks *keks, samme_buffer *out);
samme_status samme_keks_parse(samme_span text, samme_keks *out) SAMME_CHECKED;

#endif
