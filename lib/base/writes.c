#include "base/writes.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"

/* One write: table u8, removes u8, key length u16, value length u32, key, value. */
enum { WRITE_HEAD_BYTES = 8 };

samme_writes *samme_writes_new(void) {
    samme_writes *writes = calloc(1, sizeof *writes);
    if (writes != NULL)
        samme_buffer_init(&writes->bytes, SAMME_WRITES_MAX_BYTES);
    return writes;
}

void samme_writes_free(samme_writes *writes) {
    if (writes == NULL)
        return;
    samme_buffer_free(&writes->bytes);
    free(writes);
}

static samme_status append(samme_writes *writes, const samme_write *write) {
    assert(write->table < SAMME_STORE_TABLES_MAX);
    if (write->key.length == 0)
        return SAMME_MALFORMED;
    if (write->key.length > SAMME_STORE_KEY_MAX || write->value.length > SAMME_STORE_VALUE_MAX)
        return SAMME_TOO_LARGE;
    size_t length = WRITE_HEAD_BYTES + write->key.length + write->value.length;
    if (length > writes->bytes.maximum - writes->bytes.length)
        return SAMME_TOO_LARGE; /* before the buffer's own check, whose answer would stick */
    uint8_t *at = samme_buffer_extend(&writes->bytes, length);
    if (at == NULL) {
        writes->bytes.status = SAMME_OK; /* nothing was appended: what is there stays good */
        return SAMME_NO_MEMORY;
    }
    at[0] = write->table;
    at[1] = write->removes ? 1 : 0;
    at[2] = (uint8_t)(write->key.length >> 8);
    at[3] = (uint8_t)write->key.length;
    samme_put_u32(at + 4, (uint32_t)write->value.length);
    memcpy(at + WRITE_HEAD_BYTES, write->key.data, write->key.length);
    if (write->value.length > 0)
        memcpy(at + WRITE_HEAD_BYTES + write->key.length, write->value.data, write->value.length);
    writes->count++;
    return SAMME_OK;
}

samme_status samme_writes_put(samme_writes *writes, uint8_t table, samme_span key,
                              samme_span value) {
    return append(writes, &(samme_write){.table = table, .key = key, .value = value});
}

samme_status samme_writes_remove(samme_writes *writes, uint8_t table, samme_span key) {
    return append(writes, &(samme_write){.table = table, .removes = true, .key = key});
}

bool samme_writes_next(const samme_writes *writes, size_t *offset, samme_write *out) {
    if (*offset >= writes->bytes.length)
        return false;
    const uint8_t *at = writes->bytes.data + *offset;
    size_t key_length = samme_get_u16(at + 2);
    size_t value_length = samme_get_u32(at + 4);
    *out = (samme_write){.table = at[0],
                         .removes = at[1] != 0,
                         .key = SAMME_SPAN(at + WRITE_HEAD_BYTES, key_length),
                         .value = SAMME_SPAN(at + WRITE_HEAD_BYTES + key_length, value_length)};
    *offset += WRITE_HEAD_BYTES + key_length + value_length;
    return true;
}
