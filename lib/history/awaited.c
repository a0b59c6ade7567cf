/* Receipts that were refunded before their sale was complete: what was refunded is weighed when it
 * is. Hardly a sale is awaited, so that how many are is read once a run, and a look is due only
 * where there are some. Rows outside the digest: 'w' RECEIPT -> 1 byte, 1 while it is awaited; 'w'
 * branch u32 -> how many of the branch are, u64. */
#include "base/text.h"
#include "history/folding.h"

enum { COUNT_BYTES = 8 };

static samme_status of_rows(samme_status status) {
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status;
}

static samme_status read_count(const samme_folding *folding, const samme_row_key *key,
                               uint64_t *out) {
    samme_span value;
    samme_status status = folding->rows->get(folding->rows->self, samme_row_key_span(key), &value);
    *out = 0;
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    if (value.length != COUNT_BYTES)
        return SAMME_CORRUPT;
    *out = samme_get_u64(value.data);
    return SAMME_OK;
}

static samme_status read_mark(const samme_folding *folding, const samme_row_key *key, bool *out) {
    samme_span value;
    samme_status status = folding->rows->get(folding->rows->self, samme_row_key_span(key), &value);
    *out = status == SAMME_OK && value.length == 1 && value.data[0] == 1;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status change(samme_folding *folding, const samme_row_key *key, bool awaited) {
    const uint8_t mark = awaited;
    uint8_t bytes[COUNT_BYTES];
    samme_row_key count_key;
    uint64_t count;
    samme_awaited_count_key(samme_get_u32(key->bytes + 1), &count_key);
    folding->run->awaited_read = false;
    samme_status status = read_count(folding, &count_key, &count);
    if (status == SAMME_OK)
        status = of_rows(
            folding->rows->put(folding->rows->self, samme_row_key_span(key), SAMME_SPAN(&mark, 1)));
    if (status != SAMME_OK)
        return status;
    samme_put_u64(bytes, awaited ? count + 1 : count - (count > 0 ? 1 : 0));
    return of_rows(folding->rows->put(folding->rows->self, samme_row_key_span(&count_key),
                                      SAMME_SPAN(bytes, sizeof bytes)));
}

samme_status samme_fold_await(samme_folding *folding, const samme_row_key *receipt_key) {
    samme_row_key key;
    bool awaited;
    samme_awaited_key(receipt_key, &key);
    samme_status status = read_mark(folding, &key, &awaited);
    return status != SAMME_OK || awaited ? status : change(folding, &key, true);
}

samme_status samme_fold_awaited(samme_folding *folding, const samme_row_key *receipt_key,
                                bool *out) {
    samme_fold_run *run = folding->run;
    samme_row_key key;
    samme_status status = SAMME_OK;
    *out = false;
    if (!run->awaited_read) { /* a sale is of its writer's branch, as all of the run are */
        samme_awaited_count_key(samme_receipt_key_branch(receipt_key), &key);
        status = read_count(folding, &key, &run->awaited);
        run->awaited_read = status == SAMME_OK;
    }
    if (status != SAMME_OK || run->awaited == 0)
        return status;
    samme_awaited_key(receipt_key, &key);
    status = read_mark(folding, &key, out);
    return status == SAMME_OK && *out ? change(folding, &key, false) : status;
}
