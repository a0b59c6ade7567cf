/* Target: samme_csv_next, samme_csv_consumed, samme_csv_append. The first byte says in how large
 * pieces the reader gets the rest. */
#include <stdlib.h>

#include "fuzz/chunks.h"
#include "fuzz/fuzz.h"

enum { WRITTEN_BYTES = 4 * 1024 * 1024 };

/* Everything that the rows say, as one text: line, fields or fault. */
static void write_down(samme_span text, size_t piece, samme_buffer *out) {
    fuzz_chunks chunks = {.rest = text, .piece = piece};
    samme_csv *csv = samme_csv_new(fuzz_chunks_source(&chunks));
    FUZZ_MUST(csv != NULL);
    uint64_t consumed = 0, line = 0;
    for (;;) {
        samme_csv_row row;
        samme_error error = {0};
        samme_status status = samme_csv_next(csv, &row, &error);
        if (status == SAMME_NOT_FOUND)
            break;
        FUZZ_MUST(status == SAMME_OK || status == SAMME_MALFORMED || status == SAMME_TOO_LARGE);
        FUZZ_MUST(row.line > line && samme_csv_consumed(csv) > consumed);
        line = row.line;
        consumed = samme_csv_consumed(csv);
        samme_buffer_printf(out, "%llu %s:", (unsigned long long)row.line,
                            samme_status_name(status));
        for (size_t i = 0; status == SAMME_OK && i < row.count; i++) {
            FUZZ_MUST(row.fields[i].data[row.fields[i].length] == 0);
            samme_buffer_printf(out, " %zu:", row.fields[i].length);
            samme_buffer_append(out, row.fields[i]);
        }
        samme_buffer_append(out, row.raw);
        samme_buffer_u8(out, '\n');
    }
    FUZZ_MUST(samme_csv_consumed(csv) == text.length && chunks.rest.length == 0);
    samme_csv_free(csv);
}

/* The rows as we write them. */
static void write_again(samme_span text, samme_buffer *out) {
    fuzz_chunks chunks = {.rest = text, .piece = SIZE_MAX};
    samme_csv *csv = samme_csv_new(fuzz_chunks_source(&chunks));
    FUZZ_MUST(csv != NULL);
    samme_csv_row row;
    samme_error error = {0};
    samme_status status;
    while ((status = samme_csv_next(csv, &row, &error)) != SAMME_NOT_FOUND) {
        for (size_t i = 0; status == SAMME_OK && i < row.count; i++) {
            if (i > 0)
                samme_buffer_u8(out, ',');
            samme_csv_append(out, row.fields[i]);
        }
        if (status == SAMME_OK)
            samme_buffer_u8(out, '\n');
    }
    samme_csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    size_t piece = (size_t)fuzz_u8(&input) + 1;
    samme_span text = fuzz_rest(&input);
    samme_buffer whole, pieces, first, second;
    samme_buffer_init(&whole, WRITTEN_BYTES);
    samme_buffer_init(&pieces, WRITTEN_BYTES);
    samme_buffer_init(&first, WRITTEN_BYTES);
    samme_buffer_init(&second, WRITTEN_BYTES);
    write_down(text, SIZE_MAX, &whole);
    write_down(text, piece, &pieces);
    FUZZ_MUST(fuzz_buffers_equal(&whole, &pieces));
    write_again(text, &first); /* our own form is read as the same rows */
    write_again(samme_buffer_span(&first), &second);
    FUZZ_MUST(fuzz_buffers_equal(&first, &second));
    samme_buffer_free(&whole);
    samme_buffer_free(&pieces);
    samme_buffer_free(&first);
    samme_buffer_free(&second);
    return 0;
}
