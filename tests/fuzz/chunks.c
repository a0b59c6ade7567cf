#include "fuzz/chunks.h"

static samme_status read_piece(void *self, uint8_t *out, size_t room, size_t *out_length,
                               samme_error *error) {
    fuzz_chunks *chunks = self;
    (void)error;
    size_t length = chunks->rest.length < chunks->piece ? chunks->rest.length : chunks->piece;
    length = length < room ? length : room;
    if (length > 0) {
        memcpy(out, chunks->rest.data, length);
        chunks->rest = SAMME_SPAN(chunks->rest.data + length, chunks->rest.length - length);
    }
    *out_length = length;
    return SAMME_OK;
}

samme_csv_source fuzz_chunks_source(fuzz_chunks *chunks) {
    return (samme_csv_source){.self = chunks, .read = read_piece};
}
