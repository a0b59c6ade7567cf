/* The first field in which two facts or two answers differ, named with both values. Pure. */
#ifndef SAMME_JOURNAL_DIFFERENCE_H
#define SAMME_JOURNAL_DIFFERENCE_H

#include "wire/mapping.h"

typedef struct samme_difference {
    const char *field;
    char expected[80];
    char found[80];
} samme_difference;

/* True when they differ; *out is written then only. */
bool samme_facts_differ(const Samme__Facts *expected, const Samme__Facts *found,
                        samme_difference *out);
/* One after the other: *next is 0 at first. */
bool samme_facts_differ_next(const Samme__Facts *expected, const Samme__Facts *found,
                             unsigned *next, samme_difference *out) SAMME_CHECKED;
bool samme_answers_differ(const Samme__Answer *expected, const Samme__Answer *found,
                          samme_difference *out);

#endif
