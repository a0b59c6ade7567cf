/* Strict reading of the line texts of this folder: "key field field", one space between, in a fixed
 * order. Errors stick, as in samme_buffer: after the first one every read gives its least value and
 * does nothing, so that a parser is straight and checks once, in samme_lines_close(). Private to
 * lib/trust. */
#ifndef SAMME_TRUST_LINES_H
#define SAMME_TRUST_LINES_H

#include "trust/trust.h"

typedef struct samme_lines {
    const char *what; /* "roster": begins every error text */
    samme_span rest;  /* the lines after the current one */
    samme_span line;  /* the fields of the current line not read yet */
    unsigned number;  /* of the current line, from 1 */
    bool between;     /* a space was read: another field must follow */
    samme_buffer scratch;
    samme_status status;
    samme_error *error;
} samme_lines;

void samme_lines_open(samme_lines *lines, const char *what, samme_span text, samme_error *error);
/* The first line, "<chain>/<what>", as the chain it names; an empty span in error. */
samme_span samme_lines_chain(samme_lines *lines);
/* Goes to the next line, which must begin with `key`; the one before must have been read to its
 * end. */
void samme_lines_next(samme_lines *lines, const char *key);
/* How many lines from the next one on begin with `key`. 0 in error; more than `maximum` is an
 * error. */
size_t samme_lines_count(samme_lines *lines, const char *key, size_t maximum);
/* Zeroed room, from malloc, for the items of the lines that follow; NULL with count 0 when there
 * are none, or in error. */
void *samme_lines_room(samme_lines *lines, const char *key, size_t maximum, size_t size,
                       size_t *out_count) SAMME_CHECKED;
/* Goes to the next line when it begins with `key`: a line that may be missing. */
bool samme_lines_optional(samme_lines *lines, const char *key);
/* SAMME_OK when everything was read and nothing was wrong. Must be called, it frees what the
 * reading needed. */
samme_status samme_lines_close(samme_lines *lines) SAMME_CHECKED;

/* The next field of the line. */
samme_span samme_lines_field(samme_lines *lines);
void samme_lines_word(samme_lines *lines, const char *word); /* must be exactly this */
uint64_t samme_lines_u64(samme_lines *lines, uint64_t least, uint64_t most);
uint32_t samme_lines_u32(samme_lines *lines, uint32_t least);
samme_hash samme_lines_hash(samme_lines *lines);
int64_t samme_lines_time(samme_lines *lines); /* ms; the least value is 0 */
samme_peer_key samme_lines_curve(samme_lines *lines);
void samme_lines_vkey(samme_lines *lines, samme_vkey *out);
void samme_lines_text(samme_lines *lines, char *out, size_t size); /* one field and a terminator */
void samme_lines_remainder(samme_lines *lines, char *out,
                           size_t size); /* all that is left of the line */
/* Sets the error, unless one is set; for what the caller finds wrong in the current line. */
void samme_lines_refuse(samme_lines *lines, samme_status status, const char *expected);

#endif
