/* Boxes in the words of unary tests. "absent" and "absent or TEST" stand for facts that are not
 * given; a category code means it and everything under it, "CODE alone" means just it. */
#ifndef SAMME_CHECK_WORDS_H
#define SAMME_CHECK_WORDS_H

#include "check/frame.h"

#define SAMME_MEASURE_BYTES 96

/* "line_paid", "days_left"; `room` has SAMME_MEASURE_BYTES. */
const char *samme_measure_name(const samme_frame *frame, uint32_t measure, char *room);
/* Appends the values of one side. */
void samme_side_words(const samme_frame *frame, uint32_t dimension, samme_box_set side,
                      samme_buffer *out);
/* Appends "condition: opened, used; line_paid: > 100.00" of the sides that are not any; "all facts"
 * when all are. */
void samme_box_words(const samme_frame *frame, const samme_box_set *sides, samme_buffer *out);
/* The same as a JSON object. */
void samme_box_json(const samme_frame *frame, const samme_box_set *sides, samme_buffer *out);

/* Appends the shortest list of codes for values of the frame's categories. */
void samme_category_words(const samme_frame *frame, samme_box_set values, samme_buffer *out);

#endif
