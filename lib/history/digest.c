#include "history/digest.h"

#include "base/buffer.h"
#include "base/text.h"
#include "history/fold.h"

enum {
    ONE_REGION = 1, /* this version folds all service rows as one region */
    STATE_MAX_BYTES = 1024 * 1024
};

samme_hash samme_row_hash(samme_span key, samme_span value) {
    const uint8_t length[2] = {(uint8_t)(key.length >> 8), (uint8_t)key.length};
    return samme_sha256_of(SAMME_SPAN(length, sizeof length), key, value);
}

void samme_digest_add(samme_hash *digest, const samme_hash *row) {
    uint64_t carry = 0;
    for (size_t at = sizeof digest->bytes; at > 0;) {
        at -= sizeof(uint64_t);
        const uint64_t held = samme_get_u64(digest->bytes + at);
        const uint64_t sum = held + samme_get_u64(row->bytes + at);
        samme_put_u64(digest->bytes + at, sum + carry);
        carry = sum < held || sum + carry < sum ? 1 : 0;
    }
}

void samme_digest_subtract(samme_hash *digest, const samme_hash *row) {
    uint64_t borrow = 0;
    for (size_t at = sizeof digest->bytes; at > 0;) {
        at -= sizeof(uint64_t);
        const uint64_t held = samme_get_u64(digest->bytes + at);
        const uint64_t taken = samme_get_u64(row->bytes + at);
        samme_put_u64(digest->bytes + at, held - taken - borrow);
        borrow = held < taken || held - taken < borrow ? 1 : 0;
    }
}

static void name_group(struct samme_digest_row *group, char letter, uint32_t number) {
    group->key[0] = 'd';
    group->key[1] = (uint8_t)letter;
    samme_put_u32(group->key + 2, number);
    group->loaded = group->moved = false;
}

void samme_digests_init(samme_digests *digests, uint32_t branch) {
    name_group(&digests->groups[SAMME_DIGEST_SERVICE], 'r', ONE_REGION);
    name_group(&digests->groups[SAMME_DIGEST_SALES], 's', branch);
}

static samme_status load(struct samme_digest_row *group, const samme_rows *rows) {
    samme_span value;
    samme_status status = rows->get(rows->self, SAMME_SPAN(group->key, sizeof group->key), &value);
    if (status == SAMME_NOT_FOUND)
        group->sum = (samme_hash){{0}};
    else if (status != SAMME_OK)
        return status;
    else if (value.length != sizeof group->sum.bytes)
        return SAMME_CORRUPT;
    else
        memcpy(group->sum.bytes, value.data, value.length);
    group->loaded = true;
    return SAMME_OK;
}

samme_status samme_digests_put_new(samme_digests *digests, samme_digest_group group,
                                   const samme_rows *rows, samme_span key, samme_span value) {
    struct samme_digest_row *row = &digests->groups[group];
    samme_status status = row->loaded ? SAMME_OK : load(row, rows);
    if (status != SAMME_OK)
        return status;
    row->moved = true;
    const samme_hash hash = samme_row_hash(key, value);
    samme_digest_add(&row->sum, &hash);
    return rows->put(rows->self, key, value);
}

samme_status samme_digests_put(samme_digests *digests, samme_digest_group group,
                               const samme_rows *rows, samme_span key, samme_span value) {
    struct samme_digest_row *row = &digests->groups[group];
    samme_status status = row->loaded ? SAMME_OK : load(row, rows);
    if (status != SAMME_OK)
        return status;
    samme_span old;
    status = rows->get(rows->self, key, &old);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (status == SAMME_OK) {
        const samme_hash hash = samme_row_hash(key, old);
        samme_digest_subtract(&row->sum, &hash);
    }
    return samme_digests_put_new(digests, group, rows, key, value);
}

uint64_t samme_digests_moved(samme_digests *digests) {
    uint64_t bytes = 0;
    for (unsigned i = 0; i < SAMME_DIGEST_GROUPS; i++) {
        struct samme_digest_row *row = &digests->groups[i];
        bytes += row->moved ? sizeof row->key + sizeof row->sum.bytes : 0;
        row->moved = false;
    }
    return bytes;
}

samme_status samme_digests_flush(samme_digests *digests, const samme_rows *rows) {
    for (unsigned i = 0; i < SAMME_DIGEST_GROUPS; i++) {
        struct samme_digest_row *row = &digests->groups[i];
        if (!row->loaded)
            continue;
        samme_status status = rows->put(rows->self, SAMME_SPAN(row->key, sizeof row->key),
                                        samme_span_of_hash(&row->sum));
        if (status != SAMME_OK)
            return status;
        row->loaded = false;
    }
    return SAMME_OK;
}

static samme_status gather(const samme_rows *rows, samme_buffer *out) {
    uint8_t from[6 + 1] = {'d'};
    size_t from_length = 1;
    for (;;) {
        samme_span key, value;
        samme_status status = rows->seek(rows->self, SAMME_SPAN(from, from_length), &key, &value);
        if (status == SAMME_NOT_FOUND || (status == SAMME_OK && key.data[0] != 'd'))
            return samme_buffer_status(out);
        if (status != SAMME_OK)
            return status;
        if (key.length != sizeof from - 1)
            return SAMME_CORRUPT;
        samme_buffer_append(out, key);
        samme_buffer_append(out, value);
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        from_length = sizeof from;
    }
}

samme_status samme_state_digest(const samme_rows *rows, samme_hash *out) {
    samme_buffer all;
    samme_buffer_init(&all, STATE_MAX_BYTES);
    samme_status status = gather(rows, &all);
    if (status == SAMME_OK)
        *out = samme_sha256(samme_buffer_span(&all));
    samme_buffer_free(&all);
    return status;
}
