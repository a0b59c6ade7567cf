/* Words and sentences of one language, by ICU (UAX 29) with our own abbreviations, where ICU ends a
 * sentence behind "bl.a." or "kl.". One thread. */
#ifndef SAMME_SOP_SEGMENT_H
#define SAMME_SOP_SEGMENT_H

#include "base/buffer.h"
#include "sop/language.h"

#define SAMME_SEGMENT_TEXT_MAX_BYTES (64u * 1024u)

/* Bytes [start, end) of the text. */
typedef struct samme_stretch {
    size_t start, end;
} samme_stretch;

typedef struct samme_segmenter samme_segmenter;

/* SAMME_NO_MEMORY; SAMME_IO when ICU does not find its own data. */
samme_status samme_segmenter_open(samme_tongue tongue, samme_segmenter **out,
                                  samme_error *error) SAMME_CHECKED;
void samme_segmenter_close(samme_segmenter *segmenter); /* accepts NULL */

/* Appends stretches to `out`. Any bytes are taken; what is no UTF-8 is read as one unknown
 * character. SAMME_TOO_LARGE (the text, out), SAMME_NO_MEMORY. */

/* Sentences with the blanks behind them: put together they are the text. */
samme_status samme_sentences(samme_segmenter *segmenter, samme_span text,
                             samme_buffer *out) SAMME_CHECKED;
/* Words and numbers, without what is between them. */
samme_status samme_words(samme_segmenter *segmenter, samme_span text,
                         samme_buffer *out) SAMME_CHECKED;

#endif
