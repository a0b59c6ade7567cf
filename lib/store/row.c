#include "store/row.h"

#include "store/page.h"

static MDB_dbi table_of(const samme_env *env, uint8_t table) {
    return table == SAMME_META_TABLE ? env->meta : env->tables[table];
}

int samme_row_put(const samme_env *env, MDB_txn *txn, uint8_t table, samme_span key,
                  samme_span value, unsigned flags, uint64_t *out_sum) {
    MDB_val name = samme_env_value(key);
    MDB_val room = {.mv_size = value.length + SAMME_SUM_BYTES};
    int code = mdb_put(txn, table_of(env, table), &name, &room, flags | MDB_RESERVE);
    if (code == 0)
        *out_sum = samme_value_seal(table, key, value, room.mv_data);
    return code;
}

/* The map starts at a page, so addresses tell where in its page a value lies. In a leaf nothing can
 * begin right behind the head: there are the nodes' offsets. What begins there is on overflow
 * pages. */
static bool lies_in_page(const samme_env *env, MDB_val stored) {
    const uint8_t *at = stored.mv_data;
    size_t offset = (uintptr_t)at & (env->page_size - 1);
    if (stored.mv_size > SAMME_STORE_VALUE_MAX + SAMME_SUM_BYTES)
        return false;
    if (offset != SAMME_PAGE_HEAD)
        return stored.mv_size <= env->page_size - offset;
    const uint8_t *head = at - SAMME_PAGE_HEAD;
    uint32_t pages;
    return samme_overflow_check(head, env->page_size, samme_page_u64(head),
                                (uint32_t)stored.mv_size, &pages) == NULL;
}

bool samme_row_open(const samme_env *env, uint8_t table, samme_span key, MDB_val stored,
                    samme_span *out_value) {
    uint64_t sum;
    return lies_in_page(env, stored) &&
           samme_value_open(table, key, samme_env_span(stored), out_value, &sum);
}

int samme_row_sum(const samme_env *env, MDB_txn *txn, uint8_t table, samme_span key,
                  uint64_t *out_sum) {
    MDB_val name = samme_env_value(key);
    MDB_val stored = {0};
    int code = mdb_get(txn, table_of(env, table), &name, &stored);
    *out_sum = 0;
    if (code == MDB_NOTFOUND)
        return 0;
    /* pages that this transaction has changed lie anywhere, so addresses tell nothing here */
    samme_span value;
    if (code == 0 && (stored.mv_size > SAMME_STORE_VALUE_MAX + SAMME_SUM_BYTES ||
                      !samme_value_open(table, key, samme_env_span(stored), &value, out_sum)))
        return MDB_CORRUPTED;
    return code;
}
