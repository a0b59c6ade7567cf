#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/prng.h"

/* Gives a text in pieces of `piece` bytes, then ends, or fails after it when `fails`. */
typedef struct pieces {
    samme_span text;
    size_t at, piece;
    bool fails;
} pieces;

static samme_status read_piece(void *self, uint8_t *out, size_t room, size_t *out_length,
                               samme_error *error) {
    pieces *in = self;
    size_t length = in->text.length - in->at;
    if (length > in->piece)
        length = in->piece;
    if (length > room)
        length = room;
    if (length == 0 && in->fails)
        return samme_fail(error, SAMME_IO, "torn");
    if (length > 0)
        memcpy(out, in->text.data + in->at, length);
    in->at += length;
    *out_length = length;
    return SAMME_OK;
}

static samme_csv *open_text(pieces *in, samme_span text, size_t piece) {
    *in = (pieces){.text = text, .piece = piece};
    samme_csv *csv = samme_csv_new((samme_csv_source){.self = in, .read = read_piece});
    cr_assert_not_null(csv);
    return csv;
}

/* All rows of a text as "field|field" lines; broken rows as "!line:raw". */
static void show_rows(samme_span text, samme_buffer *out) {
    pieces in;
    samme_csv *csv = open_text(&in, text, 7);
    samme_csv_row row;
    samme_error error;
    for (;;) {
        samme_status status = samme_csv_next(csv, &row, &error);
        if (status == SAMME_NOT_FOUND)
            break;
        if (status != SAMME_OK) {
            cr_assert_eq(row.count, 0);
            samme_buffer_printf(out, "!%llu:%.*s\n", (unsigned long long)row.line,
                                (int)row.raw.length, (const char *)row.raw.data);
            continue;
        }
        for (size_t i = 0; i < row.count; i++) {
            cr_assert_eq(row.fields[i].data[row.fields[i].length], 0, "no 0 behind a field");
            samme_buffer_printf(out, "%s%s", i > 0 ? "|" : "", (const char *)row.fields[i].data);
        }
        samme_buffer_u8(out, '\n');
    }
    cr_assert_eq(samme_csv_consumed(csv), text.length);
    samme_csv_free(csv);
}

static void expect_rows(const char *text, const char *rows) {
    samme_buffer out;
    samme_buffer_init(&out, 65536);
    show_rows(samme_span_of_text(text), &out);
    cr_assert_str_eq(samme_buffer_text(&out), rows, "of \"%s\"", text);
    samme_buffer_free(&out);
}

Test(csv, reads_rows_as_the_rfc_has_them) {
    expect_rows("", "");
    expect_rows("a", "a\n");
    expect_rows("a,b\nc,d\n", "a|b\nc|d\n");
    expect_rows("a,b\r\nc,d\r\n", "a|b\nc|d\n");
    expect_rows(",\n", "|\n");
    expect_rows("a,\n,b\n", "a|\n|b\n");
    expect_rows("\"a,b\",c\n", "a,b|c\n");
    expect_rows("\"he said \"\"hi\"\"\",\"\"\n", "he said \"hi\"|\n");
    expect_rows("\"two\nlines\",x\n", "two\nlines|x\n");
    expect_rows("\"two\r\nlines\",x\r\ny,z", "two\r\nlines|x\ny|z\n");
    expect_rows("\"\"", "\n");
    expect_rows("\"\"\"\"\n", "\"\n");
    expect_rows(" a , b \n", " a | b \n");
    expect_rows("\xc3\xa6,\xe2\x82\xac\n", "\xc3\xa6|\xe2\x82\xac\n");
}

Test(csv, passes_over_blank_lines_and_the_mark) {
    expect_rows("\n\r\na\n\n\nb\n\n", "a\nb\n");
    expect_rows("\xef\xbb\xbf"
                "a,b\n",
                "a|b\n");
    expect_rows("\xef\xbb\xbf", "");
}

Test(csv, names_what_is_broken_and_goes_on_at_the_next_line) {
    expect_rows("a\nb\"c,d\ne\n", "a\n!2:b\"c,d\ne\n");
    expect_rows("\"a\"b,c\r\ne\n", "!1:\"a\"b,c\ne\n");
    expect_rows("a\rb\nc\n", "!1:a\rb\nc\n");
    expect_rows("a\n\"open,b\nc,d\ne", "a\n!2:\"open,b\nc|d\ne\n");
    expect_rows("\"a\nb\"x\nc\n", "!1:\"a\n!2:b\"x\nc\n");
    expect_rows("\"two\nlines\"\nb\"ad\n", "two\nlines\n!3:b\"ad\n");
    expect_rows("\xff\nok\n", "!1:\xff\nok\n");
    expect_rows("a\n\"", "a\n!2:\"\n");
    expect_rows("x\r", "!1:x\r\n");
}

static samme_status first_of(const char *text, samme_error *error) {
    pieces in;
    samme_csv *csv = open_text(&in, samme_span_of_text(text), 100);
    samme_csv_row row;
    samme_status status = samme_csv_next(csv, &row, error);
    samme_csv_free(csv);
    return status;
}

Test(csv, says_what_is_wrong) {
    const struct {
        const char *text, *says;
    } cases[] = {
        {"a\"b\n", "quote within"}, {"\"a\"b\n", "behind a closing quote"},
        {"\"a\n", "not closed"},    {"a\rb\n", "carriage return"},
        {"\xc3\n", "UTF-8"},        {"\"a\" ,b\n", "behind a closing quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        samme_error error = {0};
        cr_assert_eq(first_of(cases[i].text, &error), SAMME_MALFORMED, "%s", cases[i].text);
        cr_assert_not_null(strstr(error.text, cases[i].says), "\"%s\": %s", cases[i].text,
                           error.text);
    }
    samme_error error = {0};
    pieces in;
    samme_csv *csv = open_text(&in, SAMME_LITERAL("a,b\0b\nc\n\"d\0\"\n"), 3);
    samme_csv_row row;
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_MALFORMED);
    cr_assert_str_eq(error.text, "a NUL character");
    cr_assert_eq(row.fault.line, 1);
    cr_assert_eq(row.fault.column, 4, "where it stands");
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_OK);
    cr_assert_eq(row.line, 2);
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_MALFORMED);
    cr_assert_str_eq(error.text, "a NUL character");
    cr_assert_eq(row.fault.column, 3, "in quotes too");
    samme_csv_free(csv);
}

Test(csv, hands_the_sources_failure_on) {
    pieces in;
    samme_csv *csv = open_text(&in, SAMME_LITERAL("a,b\n"), 2);
    in.fails = true;
    samme_csv_row row;
    samme_error error = {0};
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_IO);
    cr_assert_str_eq(error.text, "torn");
    samme_csv_free(csv);
}

static char *repeated(char byte, size_t count, const char *behind) {
    char *text = malloc(count + strlen(behind) + 1);
    memset(text, byte, count);
    memcpy(text + count, behind, strlen(behind) + 1);
    return text;
}

Test(csv, takes_rows_up_to_the_maximum_and_no_longer) {
    const char *ends[] = {"\nnext\n", "\r\nnext\n", ""};
    for (size_t extra = 0; extra < 3; extra++)
        for (size_t e = 0; e < 3; e++) {
            char *text = repeated('x', SAMME_CSV_ROW_MAX_BYTES + extra, ends[e]);
            pieces in;
            samme_csv *csv = open_text(&in, samme_span_of_text(text), 5000);
            samme_csv_row row;
            samme_error error = {0};
            samme_status status = samme_csv_next(csv, &row, &error);
            cr_assert_eq(status, extra == 0 ? SAMME_OK : SAMME_TOO_LARGE, "+%zu: %s", extra,
                         error.text);
            cr_assert_eq(row.raw.length, SAMME_CSV_ROW_MAX_BYTES);
            cr_assert_eq(row.count, extra == 0 ? 1 : 0);
            status = samme_csv_next(csv, &row, &error);
            cr_assert_eq(status, e < 2 ? SAMME_OK : SAMME_NOT_FOUND);
            if (e < 2)
                cr_assert(row.line == 2 && samme_span_equal(row.raw, SAMME_LITERAL("next")));
            samme_csv_free(csv);
            free(text);
        }
}

Test(csv, an_open_quote_costs_one_line_of_a_long_file) {
    samme_buffer text;
    samme_buffer_init(&text, 1 << 20);
    samme_buffer_append_text(&text, "\"open,1\n");
    for (int i = 0; i < 20000; i++)
        samme_buffer_printf(&text, "row %d,1\n", i);
    pieces in;
    samme_csv *csv = open_text(&in, samme_buffer_span(&text), 4096);
    samme_csv_row row;
    samme_error error = {0};
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_TOO_LARGE);
    cr_assert_not_null(strstr(error.text, "quote that is not closed"));
    int count = 0;
    while (samme_csv_next(csv, &row, &error) == SAMME_OK)
        count++;
    cr_assert_eq(count, 20000);
    samme_csv_free(csv);
    samme_buffer_free(&text);
}

Test(csv, has_a_maximum_of_fields) {
    char *most = repeated(',', SAMME_CSV_FIELDS_MAX - 1, "\n"),
         *more = repeated(',', SAMME_CSV_FIELDS_MAX, "\n");
    samme_error error = {0};
    cr_assert_eq(first_of(most, &error), SAMME_OK);
    cr_assert_eq(first_of(more, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "fields"));
    free(most);
    free(more);
}

/* Random fields of nasty characters, written and read back. */
enum { ROWS = 60, FIELDS = 8, FIELD_BYTES = 40 };

static size_t random_field(samme_prng *prng, char *out) {
    static const char *const parts[] = {
        "a", "\"", ",", "\n", "\r\n", "\r", " ", "\xc3\xb8", "\xf0\x9f\x9b\x92", "0"};
    size_t length = 0, wanted = samme_prng_below(prng, 9);
    for (size_t i = 0; i < wanted; i++) {
        const char *part = parts[samme_prng_below(prng, 10)];
        memcpy(out + length, part, strlen(part));
        length += strlen(part);
    }
    return length;
}

Test(csv, what_is_written_is_read_back) {
    for (uint64_t seed = 1; seed <= 300; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        static char fields[ROWS][FIELDS][FIELD_BYTES];
        size_t lengths[ROWS][FIELDS];
        size_t columns = 1 + samme_prng_below(&prng, FIELDS);
        samme_buffer text;
        samme_buffer_init(&text, 1 << 20);
        const char *end = samme_prng_chance(&prng, 500) ? "\n" : "\r\n";
        for (size_t r = 0; r < ROWS; r++)
            for (size_t f = 0; f < columns; f++) {
                lengths[r][f] = random_field(&prng, fields[r][f]);
                samme_csv_append(&text, SAMME_SPAN(fields[r][f], lengths[r][f]));
                samme_buffer_append_text(&text, f + 1 < columns ? "," : end);
            }
        pieces in;
        samme_csv *csv = open_text(&in, samme_buffer_span(&text), 1 + samme_prng_below(&prng, 300));
        samme_csv_row row;
        samme_error error = {0};
        for (size_t r = 0; r < ROWS; r++) {
            cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_OK, "seed %d: %s", (int)seed,
                         error.text);
            cr_assert_eq(row.count, columns, "seed %d", (int)seed);
            for (size_t f = 0; f < columns; f++)
                cr_assert(samme_span_equal(row.fields[f], SAMME_SPAN(fields[r][f], lengths[r][f])),
                          "seed %d, row %zu, field %zu", (int)seed, r, f);
        }
        cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_NOT_FOUND, "seed %d", (int)seed);
        samme_csv_free(csv);
        samme_buffer_free(&text);
    }
}

/* Whatever the bytes are: it ends, rows begin on rising lines, and every byte is accounted for. */
Test(csv, ends_on_any_bytes) {
    for (uint64_t seed = 1; seed <= 500; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        uint8_t bytes[400];
        size_t length = samme_prng_below(&prng, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t) "\"\",,\n\r\na\xc3\xa6"[samme_prng_below(&prng, 10)];
        pieces in;
        samme_csv *csv = open_text(&in, SAMME_SPAN(bytes, length), 1 + samme_prng_below(&prng, 50));
        samme_csv_row row;
        uint64_t line = 0;
        samme_error error = {0};
        for (size_t i = 0; samme_csv_next(csv, &row, &error) != SAMME_NOT_FOUND; i++) {
            cr_assert_lt(i, sizeof bytes, "seed %d does not end", (int)seed);
            cr_assert_gt(row.line, line, "seed %d", (int)seed);
            line = row.line;
        }
        cr_assert_eq(samme_csv_consumed(csv), length, "seed %d", (int)seed);
        samme_csv_free(csv);
    }
}

Test(csv, says_where_fields_and_faults_stand) {
    static const char text[] = "\xef\xbb\xbf"
                               "a,\"b\nc\",d\r\n"
                               "\n"
                               "\xc3\xb8,x\n"
                               "p,q\"r\n";
    samme_span rest = SAMME_SPAN(text, sizeof text - 1);
    samme_csv *csv = samme_csv_new(samme_csv_of_span(&rest));
    samme_csv_row row;
    cr_assert_eq(samme_csv_next(csv, &row, NULL), SAMME_OK);
    cr_assert_eq(row.count, 3);
    static const samme_csv_spot first[] = {{1, 1}, {1, 3}, {2, 4}};
    for (size_t i = 0; i < 3; i++)
        cr_assert(row.spots[i].line == first[i].line && row.spots[i].column == first[i].column,
                  "field %zu at %llu:%llu", i, (unsigned long long)row.spots[i].line,
                  (unsigned long long)row.spots[i].column);
    cr_assert_eq(samme_csv_next(csv, &row, NULL), SAMME_OK);
    cr_assert(row.spots[1].line == 4 && row.spots[1].column == 3);
    cr_assert_eq(samme_csv_next(csv, &row, NULL), SAMME_MALFORMED);
    cr_assert(row.fault.line == 5 && row.fault.column == 4);
    cr_assert_eq(samme_csv_next(csv, &row, NULL), SAMME_NOT_FOUND);
    samme_csv_free(csv);
}
