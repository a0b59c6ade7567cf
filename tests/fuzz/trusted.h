/* The chain whose keys sign what the targets hand to lib/trust. */
#ifndef SAMME_FUZZ_TRUSTED_H
#define SAMME_FUZZ_TRUSTED_H

#include "support/chain.h"

/* Made once; the same in every run. */
const samme_test_chain *fuzz_chain(void);
/* The text as a note of that role; false when no note can have it. `out` is initialised here. */
bool fuzz_signed(samme_role role, samme_span text, samme_buffer *out);

#endif
