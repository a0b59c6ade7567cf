/* Characters that have no place in an authored document: what cannot be read, what hides, and what
 * changes how the rest is shown. By ICU's Unicode: code points younger than it are unassigned. */
#ifndef SAMME_SOP_CHARACTERS_H
#define SAMME_SOP_CHARACTERS_H

#include "samme/span.h"
#include "samme/status.h"

typedef struct samme_character_fault {
    const char *code; /* of the finding */
    size_t offset;    /* byte in the text */
    char text[120];   /* what it is */
} samme_character_fault;

/* The first fault at or after *at; moves *at behind it. False: none up to the end.
 *   invalid_utf8           not UTF-8; nothing after it can be read, *at is the end
 *   bidi_control           changes the order in which text is shown (U+202E and its like)
 *   control_character      U+0000 to U+001F but tab and line ends, U+007F to U+009F, U+2028, U+2029
 *   invisible_character    shows as nothing; joiners and variation selectors are allowed
 *   unassigned_character   without a meaning in Unicode, private use too
 *   mark_flood             more than SAMME_SOP_MARKS_IN_ROW_MAX combining marks in a row */
bool samme_characters_next(samme_span text, size_t *at, samme_character_fault *out) SAMME_CHECKED;

/* Normal form C; a text over SAMME_SOP_TEXT_MAX_BYTES is not. */
bool samme_characters_nfc(samme_span text);

#endif
