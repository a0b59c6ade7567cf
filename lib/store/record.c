#include "store/record.h"

#include <inttypes.h>

#include "base/text.h"

enum { FORMAT_VERSION = 1 };

static int put_bytes(MDB_txn *txn, MDB_dbi table, const char *name, samme_span bytes) {
    MDB_val key = samme_env_value(samme_span_of_text(name));
    MDB_val value = samme_env_value(bytes);
    return mdb_put(txn, table, &key, &value, 0);
}

static int put_number(MDB_txn *txn, MDB_dbi table, const char *name, uint64_t number) {
    uint8_t bytes[8];
    samme_put_u64(bytes, number);
    return put_bytes(txn, table, name, SAMME_SPAN(bytes, sizeof bytes));
}

int samme_record_set_position(const samme_env *env, MDB_txn *txn, uint64_t head, uint64_t term) {
    int code = put_number(txn, env->meta, "head", head);
    return code != 0 ? code : put_number(txn, env->meta, "term", term);
}

/* A field of the record, `length` bytes long when that is not 0. */
static samme_status get_bytes(const samme_env *env, MDB_txn *txn, const char *name, size_t length,
                              samme_span *out, samme_error *error) {
    MDB_val key = samme_env_value(samme_span_of_text(name));
    MDB_val value;
    int code = mdb_get(txn, env->meta, &key, &value);
    if (code != 0 && code != MDB_NOTFOUND)
        return samme_env_fail(env, error, code, name);
    if (code == MDB_NOTFOUND || (length != 0 && value.mv_size != length))
        return samme_fail(error, SAMME_CORRUPT,
                          "%s/" SAMME_DATA_NAME ": its %s is missing: not a store of ours",
                          env->folder, name);
    *out = samme_env_span(value);
    return SAMME_OK;
}

static samme_status get_number(const samme_env *env, MDB_txn *txn, const char *name, uint64_t *out,
                               samme_error *error) {
    samme_span value;
    samme_status status = get_bytes(env, txn, name, 8, &value, error);
    if (status == SAMME_OK)
        *out = samme_get_u64(value.data);
    return status;
}

samme_status samme_record_position(const samme_env *env, MDB_txn *txn, uint64_t *out_head,
                                   uint64_t *out_term, samme_error *error) {
    uint64_t head;
    samme_status status = get_number(env, txn, "head", &head, error);
    if (status == SAMME_OK)
        status = get_number(env, txn, "term", out_term, error);
    if (status == SAMME_OK)
        *out_head = head;
    return status;
}

int samme_record_write(const samme_env *env, MDB_txn *txn, const char *kind) {
    int code = put_number(txn, env->meta, "version", FORMAT_VERSION);
    if (code == 0)
        code = put_bytes(txn, env->meta, "kind", samme_span_of_text(kind));
    if (code == 0)
        code = put_bytes(txn, env->meta, "id", SAMME_SPAN(env->id, sizeof env->id));
    return code != 0 ? code : samme_record_set_position(env, txn, 0, 0);
}

samme_status samme_record_read(samme_env *env, MDB_txn *txn, const char *kind, samme_error *error) {
    uint64_t version = 0;
    samme_status status = get_number(env, txn, "version", &version, error);
    if (status != SAMME_OK)
        return status;
    if (version != FORMAT_VERSION)
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "%s/" SAMME_DATA_NAME ": is of format version %" PRIu64
                          ", this program knows %d",
                          env->folder, version, FORMAT_VERSION);
    samme_span value = {0};
    status = get_bytes(env, txn, "kind", 0, &value, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(value, samme_span_of_text(kind)))
        return samme_fail(error, SAMME_CORRUPT,
                          "%s/" SAMME_DATA_NAME ": is a store of kind \"%.*s\", expected \"%s\"",
                          env->folder,
                          (int)(value.length < SAMME_KIND_MAX ? value.length : SAMME_KIND_MAX),
                          (const char *)value.data, kind);
    status = get_bytes(env, txn, "id", sizeof env->id, &value, error);
    if (status != SAMME_OK)
        return status;
    memcpy(env->id, value.data, sizeof env->id);
    return samme_record_position(env, txn, &env->head, &env->term, error);
}
