/* The lines of a text. For the files of this folder only. */
#ifndef SAMME_TLOG_LINES_H
#define SAMME_TLOG_LINES_H

#include "samme/span.h"
#include "samme/status.h"

/* Takes one line off the front of a text, without its newline; false when there is none. */
bool samme_line_take(samme_span *text, samme_span *out) SAMME_CHECKED;
/* The 32 bytes that a line gives in base64. */
bool samme_line_hash(samme_span line, samme_hash *out);

#endif
