/* CSV as RFC 4180 has it, row by row from a stream of any size: fields may be quoted, quotes in
 * them are doubled, line ends in them belong to them; rows end with LF or CRLF; UTF-8 without NUL,
 * a byte order mark in front is passed over. Lines with nothing on them are no rows. */
#ifndef SAMME_BASE_CSV_H
#define SAMME_BASE_CSV_H

#include "base/buffer.h"

#define SAMME_CSV_ROW_MAX_BYTES (64u * 1024u) /* without its line end */
#define SAMME_CSV_FIELDS_MAX    256u

/* Where the bytes come from. read gives 1 to `room` bytes, or 0 at the end. */
typedef struct samme_csv_source {
    void *self;
    samme_status (*read)(void *self, uint8_t *out, size_t room, size_t *out_length,
                         samme_error *error) SAMME_CHECKED;
} samme_csv_source;

typedef struct samme_csv samme_csv;

/* From 1; columns count characters. */
typedef struct samme_csv_spot {
    uint64_t line;
    uint64_t column;
} samme_csv_spot;

/* Spans are valid until the next row is asked for. */
typedef struct samme_csv_row {
    uint64_t line; /* on which it begins, from 1 */
    size_t count;
    const samme_span *fields;    /* without quotes; there is a 0 byte behind each */
    const samme_csv_spot *spots; /* where each field begins, a quote in front counted */
    samme_csv_spot fault;        /* where it went wrong, of a row that did */
    samme_span raw;              /* as it stands in the file, without its line end */
} samme_csv_row;

samme_csv *samme_csv_new(samme_csv_source source) SAMME_CHECKED; /* NULL: no memory */
void samme_csv_free(samme_csv *csv);                             /* accepts NULL */

/* A source of bytes that lie in memory; read takes them off the front of *rest. */
samme_csv_source samme_csv_of_span(samme_span *rest);

/* SAMME_NOT_FOUND at the end. SAMME_MALFORMED and SAMME_TOO_LARGE: *error says what is wrong with
 * the row, *out has its line and, as raw, its first line (at most SAMME_CSV_ROW_MAX_BYTES of it);
 * reading goes on at the line after that, so that a quote left open costs one line and not the rest
 * of the file. Other statuses are the source's. */
samme_status samme_csv_next(samme_csv *csv, samme_csv_row *out, samme_error *error) SAMME_CHECKED;
/* Bytes of the source that rows given so far took. */
uint64_t samme_csv_consumed(const samme_csv *csv);

/* Appends a field, quoted where it has to be; the caller puts commas and line ends between. */
void samme_csv_append(samme_buffer *out, samme_span field);

#endif
