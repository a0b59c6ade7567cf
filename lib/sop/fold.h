/* Inside of lib/sop: words in lower case, by Unicode's simple folding; no locale. */
#ifndef SAMME_SOP_FOLD_H
#define SAMME_SOP_FOLD_H

#include "samme/span.h"

#define SAMME_FOLDED_BYTES 96

/* False when it does not fit: no word of our lists is that long. */
bool samme_text_fold(samme_span word, char out[static SAMME_FOLDED_BYTES]);
/* Letters in it; marks and digits are none. */
unsigned samme_letters(samme_span word);

#endif
