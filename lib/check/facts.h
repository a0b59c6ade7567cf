/* A point of a frame as facts that can be decided. */
#ifndef SAMME_CHECK_FACTS_H
#define SAMME_CHECK_FACTS_H

#include "check/frame.h"

/* Moves the point within the box, in what stands in no relation: to a branch's country and currency
 * where it can, and until its amount is one that its currency has; false: the box has no such
 * point.
 */
bool samme_point_settle(const samme_frame *frame, const samme_box_set *sides,
                        int64_t *values) SAMME_CHECKED;

/* In the frame's arena. What is no dimension is left out, but for the country, one that the frame
 * is about, and the currency of an amount, one that fits. NULL: no memory. */
Samme__Facts *samme_point_facts(const samme_frame *frame, const int64_t *values) SAMME_CHECKED;

/* A currency as a value of the input, SAMME_BOX_ABSENT for none, and the minor digits of one. */
int64_t samme_currency_value(const char *code);
unsigned samme_currency_value_digits(int64_t currency);

/* Minor digits of the currency of the point. */
unsigned samme_point_digits(const samme_frame *frame, const int64_t *values);

#endif
