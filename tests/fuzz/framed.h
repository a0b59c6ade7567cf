/* Messages in an input: a byte that says how, two for the length, the bytes of a Message. What a
 * signature would stop is signed here when the byte says so, so that the code behind it is reached.
 */
#ifndef SAMME_FUZZ_FRAMED_H
#define SAMME_FUZZ_FRAMED_H

#include "fuzz/world.h"

enum {
    FUZZ_SIGN = 0x80, /* sign what the message holds */
    FUZZ_FIT = 0x40,  /* and let it begin where the receiver stands */
};

/* *range becomes what it is when the receiver accepts. The message's own bytes come out when there
 * is nothing to sign. `out` is initialised here. */
void fuzz_sign_push(const samme_test_chain *chain, unsigned branch, bool fit, samme_span message,
                    samme_range *range, samme_buffer *out);
void fuzz_sign_journal(const samme_test_chain *chain, bool fit, samme_span message,
                       samme_range *range, samme_buffer *out);
/* Of PutRelease: the note's bytes are the text that is signed. */
void fuzz_sign_release(const samme_test_chain *chain, samme_span message, samme_buffer *out);

#endif
