/* Inside of lib/sop: one text taken apart into sentences of folded words, as the rules look at it.
 */
#ifndef SAMME_SOP_READING_H
#define SAMME_SOP_READING_H

#include "sop/fold.h"
#include "sop/segment.h"

typedef struct samme_sentence {
    samme_span text; /* without the blanks around it */
    size_t words;
    bool question;
    size_t folded;                   /* where its words begin in the reading's `folded` */
    char opener[SAMME_FOLDED_BYTES]; /* the first word, folded; "" when it is quoted */
} samme_sentence;

typedef struct samme_reading {
    samme_buffer sentences; /* of samme_sentence, those with a word in them */
    samme_buffer folded;    /* each " word word , word " and a 0; what is quoted is '"' */
    samme_buffer scratch;   /* of samme_stretch */
    size_t words;
    size_t long_words; /* of more than 6 letters */
    size_t colons;     /* that end a part of a sentence, which LIX counts as one */
} samme_reading;

void samme_reading_init(samme_reading *reading);
void samme_reading_free(samme_reading *reading);
/* Replaces what was read before. The text must stay as long as the reading is looked at. As
 * samme_sentences. */
samme_status samme_reading_take(samme_reading *reading, samme_segmenter *segmenter,
                                samme_span text) SAMME_CHECKED;

size_t samme_reading_count(const samme_reading *reading);
const samme_sentence *samme_reading_at(const samme_reading *reading, size_t index);
/* Its words: " put it back , or not ". */
const char *samme_reading_folded(const samme_reading *reading, const samme_sentence *sentence);

#endif
