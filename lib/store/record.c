#include "store/record.h"

#include <inttypes.h>

#include "base/text.h"
#include "store/row.h"

enum { NUMBER_BYTES = 8, POSITION_BYTES = 4 * NUMBER_BYTES };

static int put(const samme_env *env, MDB_txn *txn, const char *name, samme_span bytes) {
    uint64_t sum;
    return samme_row_put(env, txn, SAMME_META_TABLE, samme_span_of_text(name), bytes, 0, &sum);
}

int samme_record_set_position(const samme_env *env, MDB_txn *txn,
                              const samme_store_position *position) {
    uint8_t bytes[POSITION_BYTES];
    samme_put_u64(bytes, position->head);
    samme_put_u64(bytes + 8, position->term);
    samme_put_u64(bytes + 16, position->rows);
    samme_put_u64(bytes + 24, mdb_txn_id(txn));
    return put(env, txn, "position", SAMME_SPAN(bytes, sizeof bytes));
}

int samme_record_write(const samme_env *env, MDB_txn *txn, const char *kind) {
    uint8_t version[NUMBER_BYTES];
    samme_put_u64(version, SAMME_FORMAT_VERSION);
    int code = put(env, txn, "version", SAMME_SPAN(version, sizeof version));
    if (code == 0)
        code = put(env, txn, "kind", samme_span_of_text(kind));
    if (code == 0)
        code = put(env, txn, "id", SAMME_SPAN(env->id, sizeof env->id));
    return code != 0 ? code : samme_record_set_position(env, txn, &(samme_store_position){0});
}

static samme_store_position position_of(const uint8_t bytes[static POSITION_BYTES]) {
    return (samme_store_position){.head = samme_get_u64(bytes),
                                  .term = samme_get_u64(bytes + 8),
                                  .rows = samme_get_u64(bytes + 16),
                                  .transaction = samme_get_u64(bytes + 24)};
}

samme_status samme_record_position(const samme_env *env, MDB_txn *txn, samme_store_position *out,
                                   samme_error *error) {
    samme_span name = SAMME_LITERAL("position"), value = {0};
    MDB_val key = samme_env_value(name);
    MDB_val stored = {0};
    int code = mdb_get(txn, env->meta, &key, &stored);
    if (code != 0)
        return samme_env_fail(env, error, code, "its position");
    if (!samme_row_open(env, SAMME_META_TABLE, name, stored, &value) ||
        value.length != POSITION_BYTES)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s/" SAMME_DATA_NAME ": damaged: its position does not match its sum",
                          env->folder);
    *out = position_of(value.data);
    return SAMME_OK;
}

void samme_record_take(samme_store_record *record, samme_span key, samme_span stored) {
    samme_span value = {0};
    uint64_t sum;
    bool is_version = samme_span_equal(key, SAMME_LITERAL("version"));
    if (is_version && stored.length == NUMBER_BYTES && samme_get_u64(stored.data) == 1) {
        record->has_version = true; /* the first version had no sums */
        record->version = 1;
        return;
    }
    if (!samme_value_open(SAMME_META_TABLE, key, stored, &value, &sum))
        return;
    if (is_version && value.length == NUMBER_BYTES) {
        record->has_version = true;
        record->version = samme_get_u64(value.data);
    } else if (samme_span_equal(key, SAMME_LITERAL("kind")) && value.length <= SAMME_KIND_MAX) {
        record->has_kind = true;
        if (value.length > 0)
            memcpy(record->kind, value.data, value.length);
        record->kind[value.length] = 0;
    } else if (samme_span_equal(key, SAMME_LITERAL("id")) && value.length == sizeof record->id) {
        record->has_id = true;
        memcpy(record->id, value.data, sizeof record->id);
    } else if (samme_span_equal(key, SAMME_LITERAL("position")) && value.length == POSITION_BYTES) {
        record->has_position = true;
        record->position = position_of(value.data);
    }
}

samme_status samme_record_check(const samme_store_record *record, const char *path,
                                const char *kind, samme_error *error) {
    if (record->has_version && record->version != SAMME_FORMAT_VERSION)
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "%s: is of store format version %" PRIu64 ", this program knows %d: %s",
                          path, record->version, SAMME_FORMAT_VERSION,
                          record->version > SAMME_FORMAT_VERSION
                              ? "a newer Samme wrote it, start that one"
                              : "start the Samme that wrote it, or begin with an empty folder");
    const char *missing = !record->has_version    ? "version"
                          : !record->has_kind     ? "kind"
                          : !record->has_id       ? "id"
                          : !record->has_position ? "position"
                                                  : NULL;
    if (missing != NULL)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: its %s is missing or damaged: not a sound store of ours", path,
                          missing);
    if (strcmp(record->kind, kind) != 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: is a store of kind \"%s\", expected \"%s\"",
                          path, record->kind, kind);
    return SAMME_OK;
}
