#include "base/csv.h"

#include <stdlib.h>

#include "base/text.h"

enum {
    ROW_MAX = SAMME_CSV_ROW_MAX_BYTES,
    LINE_END_MAX = 2,
    WINDOW_BYTES = 4 * ROW_MAX, /* so that moving its rest to the front is rare */
};

static const uint8_t MARK[] = {0xef, 0xbb, 0xbf}; /* U+FEFF, the byte order mark */
static const char A_NUL[] = "a NUL character";

struct samme_csv {
    samme_csv_source source;
    uint64_t line;     /* of the byte at `start`, from 1 */
    uint64_t consumed; /* bytes of the source in front of `start` */
    size_t start, end; /* what of the window is not given yet */
    size_t count;
    bool ended; /* the source has no more than what is in the window */
    bool begun;
    samme_span fields[SAMME_CSV_FIELDS_MAX];
    samme_csv_spot spots[SAMME_CSV_FIELDS_MAX];
    uint8_t text[ROW_MAX + SAMME_CSV_FIELDS_MAX]; /* the fields, each with a 0 behind it */
    uint8_t window[WINDOW_BYTES];
};

samme_csv *samme_csv_new(samme_csv_source source) {
    samme_csv *csv = malloc(sizeof *csv);
    if (csv == NULL)
        return NULL;
    csv->source = source;
    csv->line = 1;
    csv->consumed = 0;
    csv->start = csv->end = csv->count = 0;
    csv->ended = csv->begun = false;
    return csv;
}

static samme_status read_span(void *self, uint8_t *out, size_t room, size_t *out_length,
                              samme_error *error) {
    (void)error;
    samme_span *rest = self;
    size_t length = rest->length < room ? rest->length : room;
    if (length > 0)
        memcpy(out, rest->data, length);
    *rest = SAMME_SPAN(rest->data + length, rest->length - length);
    *out_length = length;
    return SAMME_OK;
}

samme_csv_source samme_csv_of_span(samme_span *rest) {
    return (samme_csv_source){.self = rest, .read = read_span};
}

void samme_csv_free(samme_csv *csv) {
    free(csv);
}

uint64_t samme_csv_consumed(const samme_csv *csv) {
    return csv->consumed;
}

static samme_span rest(const samme_csv *csv) {
    return SAMME_SPAN(csv->window + csv->start, csv->end - csv->start);
}

/* Reads until the longest row and its line end would be in the window, or the source ends. */
static samme_status fill(samme_csv *csv, samme_error *error) {
    if (csv->ended || csv->end - csv->start >= ROW_MAX + LINE_END_MAX)
        return SAMME_OK;
    memmove(csv->window, csv->window + csv->start, csv->end - csv->start);
    csv->end -= csv->start;
    csv->start = 0;
    while (!csv->ended && csv->end < ROW_MAX + LINE_END_MAX) {
        size_t length = 0;
        samme_status status = csv->source.read(csv->source.self, csv->window + csv->end,
                                               WINDOW_BYTES - csv->end, &length, error);
        if (status != SAMME_OK)
            return status;
        csv->ended = length == 0;
        csv->end += length;
    }
    return SAMME_OK;
}

static void consume(samme_csv *csv, size_t length) {
    csv->start += length;
    csv->consumed += length;
}

static bool starts_with_mark(samme_span text) {
    return text.length >= sizeof MARK && memcmp(text.data, MARK, sizeof MARK) == 0;
}

static samme_status skip_mark(samme_csv *csv, samme_error *error) {
    samme_status status = fill(csv, error);
    if (status == SAMME_OK && starts_with_mark(rest(csv)))
        consume(csv, sizeof MARK);
    csv->begun = status == SAMME_OK;
    return status;
}

/* Bytes of the line end that stands at `at`, 0 when none does. */
static size_t line_end_at(samme_span text, size_t at) {
    if (at < text.length && text.data[at] == '\n')
        return 1;
    bool both = at + 1 < text.length && text.data[at] == '\r' && text.data[at + 1] == '\n';
    return both ? 2 : 0;
}

static samme_status skip_blank_lines(samme_csv *csv, samme_error *error) {
    samme_status status = fill(csv, error);
    for (size_t end; status == SAMME_OK && (end = line_end_at(rest(csv), 0)) > 0;) {
        consume(csv, end);
        csv->line++;
        status = fill(csv, error);
    }
    return status;
}

/* A row being taken apart: where we are in the window's rest, and where the next field's text goes.
 */
typedef struct cursor {
    samme_span in;
    size_t at;
    uint8_t *out;
    size_t counted; /* bytes in front of `spot` */
    samme_csv_spot spot;
} cursor;

/* Where `at` is, counted on from the last time. */
static samme_csv_spot spot_at(cursor *in) {
    for (; in->counted < in->at && in->counted < in->in.length; in->counted++) {
        uint8_t byte = in->in.data[in->counted];
        bool line_ends = byte == '\n';
        in->spot.line += line_ends;
        in->spot.column = line_ends ? 1 : in->spot.column + ((byte & 0xc0) != 0x80);
    }
    return in->spot;
}

static const char *take_quoted(cursor *in) {
    in->at++;
    for (;; in->at++) {
        if (in->at > ROW_MAX)
            return "a row of more than 64 KiB, or a quote that is not closed";
        if (in->at == in->in.length)
            return "a quote that is not closed";
        if (in->in.data[in->at] == '"') {
            in->at++;
            bool doubled = in->at < in->in.length && in->in.data[in->at] == '"';
            if (!doubled)
                return NULL;
        }
        if (in->in.data[in->at] == 0)
            return A_NUL;
        *in->out++ = in->in.data[in->at];
    }
}

static const char *take_plain(cursor *in) {
    for (; in->at < in->in.length && in->at <= ROW_MAX; in->at++) {
        uint8_t byte = in->in.data[in->at];
        if (byte == ',' || line_end_at(in->in, in->at) > 0)
            return NULL;
        if (byte == '"')
            return "a quote within a field that is not quoted";
        if (byte == '\r')
            return "a carriage return without a line feed";
        if (byte == 0)
            return A_NUL;
        *in->out++ = byte;
    }
    return NULL;
}

/* Takes the row at the start of the rest apart; gives what is wrong with it, or NULL. */
static const char *split(samme_csv *csv, cursor *in) {
    csv->count = 0;
    for (;; in->at++) { /* over the comma */
        if (csv->count == SAMME_CSV_FIELDS_MAX)
            return "too many fields";
        uint8_t *text = in->out;
        csv->spots[csv->count] = spot_at(in);
        bool quoted = in->at < in->in.length && in->in.data[in->at] == '"';
        const char *fault = quoted ? take_quoted(in) : take_plain(in);
        if (fault != NULL)
            return fault;
        csv->fields[csv->count++] = SAMME_SPAN(text, (size_t)(in->out - text));
        if (in->at > ROW_MAX)
            return "a row of more than 64 KiB";
        *in->out++ = 0;
        if (in->at == in->in.length || line_end_at(in->in, in->at) > 0)
            break;
        if (in->in.data[in->at] != ',')
            return "text behind a closing quote";
    }
    return samme_utf8_valid(SAMME_SPAN(in->in.data, in->at)) ? NULL : "not UTF-8";
}

static uint64_t line_feeds(samme_span text) {
    uint64_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += text.data[i] == '\n';
    return count;
}

/* Where the first line ends, without a carriage return in front of the line feed. */
static samme_span first_line(samme_span text) {
    const uint8_t *feed = text.length > 0 ? memchr(text.data, '\n', text.length) : NULL;
    size_t length = feed != NULL ? (size_t)(feed - text.data) : text.length;
    if (feed != NULL && length > 0 && text.data[length - 1] == '\r')
        length--;
    return SAMME_SPAN(text.data, length < ROW_MAX ? length : ROW_MAX);
}

/* Goes on behind the next line feed. The fields' room keeps the raw text meanwhile. */
static samme_status skip_line(samme_csv *csv, samme_csv_row *row, samme_error *error) {
    samme_span raw = first_line(rest(csv));
    if (raw.length > 0)
        memcpy(csv->text, raw.data, raw.length);
    row->raw = SAMME_SPAN(csv->text, raw.length);
    samme_status status = SAMME_OK;
    for (bool found = false; status == SAMME_OK && !found && rest(csv).length > 0;) {
        samme_span text = rest(csv);
        const uint8_t *feed = memchr(text.data, '\n', text.length);
        found = feed != NULL;
        consume(csv, found ? (size_t)(feed - text.data) + 1 : text.length);
        status = found ? SAMME_OK : fill(csv, error);
    }
    csv->line++;
    return status;
}

samme_status samme_csv_next(samme_csv *csv, samme_csv_row *out, samme_error *error) {
    samme_status status = csv->begun ? SAMME_OK : skip_mark(csv, error);
    if (status == SAMME_OK)
        status = skip_blank_lines(csv, error);
    if (status != SAMME_OK)
        return status;
    if (rest(csv).length == 0)
        return samme_fail(error, SAMME_NOT_FOUND, "there are no more rows");
    *out = (samme_csv_row){.line = csv->line, .fields = csv->fields, .spots = csv->spots};
    cursor in = {.in = rest(csv), .out = csv->text, .spot = {csv->line, 1}};
    const char *fault = split(csv, &in);
    if (fault != NULL) {
        out->fault = spot_at(&in);
        status = skip_line(csv, out, error);
        if (status != SAMME_OK)
            return status;
        return samme_fail(error, in.at > ROW_MAX ? SAMME_TOO_LARGE : SAMME_MALFORMED, "%s", fault);
    }
    out->count = csv->count;
    out->raw = SAMME_SPAN(in.in.data, in.at);
    csv->line += line_feeds(out->raw) + 1;
    consume(csv, in.at + line_end_at(in.in, in.at));
    return SAMME_OK;
}

void samme_csv_append(samme_buffer *out, samme_span field) {
    /* A mark of the text's own, in front of a file, would be passed over. */
    bool quoted = field.length == 0 || starts_with_mark(field);
    for (size_t i = 0; i < field.length && !quoted; i++)
        quoted = memchr(",\"\r\n", field.data[i], 4) != NULL;
    if (!quoted) {
        samme_buffer_append(out, field);
        return;
    }
    samme_buffer_u8(out, '"');
    for (size_t i = 0; i < field.length; i++) {
        if (field.data[i] == '"')
            samme_buffer_u8(out, '"');
        samme_buffer_u8(out, field.data[i]);
    }
    samme_buffer_u8(out, '"');
}
