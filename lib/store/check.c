#include "store/check.h"

#include <inttypes.h>
#include <stdio.h>

#include "store/value.h"
#include "store/walk.h"

/* A table whose rows are visited now. */
struct visit {
    const samme_datafile *file;
    uint8_t table;
    samme_store_record *record;
    uint64_t rows; /* the sum of the rows' sums */
};

static samme_status record_row(void *self, uint64_t page, samme_span key, samme_span value,
                               samme_error *error) {
    struct visit *visit = self;
    (void)page;
    (void)error;
    samme_record_take(visit->record, key, value);
    return SAMME_OK;
}

static samme_status table_row(void *self, uint64_t page, samme_span key, samme_span stored,
                              samme_error *error) {
    struct visit *visit = self;
    samme_span value;
    uint64_t sum;
    if (!samme_value_open(visit->table, key, stored, &value, &sum)) {
        char place[SAMME_PLACE_MAX];
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: damaged: %s, page %" PRIu64 ": the value does not match its sum",
                          visit->file->path, samme_value_place(visit->table, key, place), page);
    }
    visit->rows += sum;
    return SAMME_OK;
}

/* The record before the tables: another version may have others. */
static samme_status check_record(samme_walk *walk, const samme_datafile *file,
                                 const samme_walk_table *tables, size_t count, const char *kind,
                                 samme_store_record *record, samme_error *error) {
    struct visit visit = {.file = file, .record = record};
    if (count == 0 || strcmp(tables[0].name, SAMME_META_NAME) != 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: a table is missing: not a store of ours",
                          file->path);
    samme_status status = samme_walk_rows(
        walk, &tables[0], &(samme_walk_visitor){.self = &visit, .row = record_row}, error);
    if (status == SAMME_OK)
        status = samme_record_check(record, file->path, kind, error);
    return status;
}

/* The tables after "meta", which is the first of all in order of their names. */
static samme_status check_tables(samme_walk *walk, const samme_datafile *file,
                                 const samme_walk_table *tables, size_t count, uint64_t *out_rows,
                                 samme_error *error) {
    struct visit visit = {.file = file};
    samme_status status = SAMME_OK;
    for (unsigned i = 0; status == SAMME_OK && i < SAMME_STORE_TABLES_MAX; i++) {
        char name[SAMME_TABLE_NAME_MAX];
        if (count != SAMME_STORE_TABLES_MAX + 1 ||
            strcmp(tables[i + 1].name, samme_env_table_name(i, name)) != 0)
            return samme_fail(error, SAMME_CORRUPT,
                              "%s: its tables are not those of a store of ours", file->path);
        visit.table = (uint8_t)i;
        status = samme_walk_rows(walk, &tables[i + 1],
                                 &(samme_walk_visitor){.self = &visit, .row = table_row}, error);
    }
    *out_rows = visit.rows;
    return status;
}

/* Whether the record was written by the file's transaction. A compacted copy (mdb_copy -c) begins
 * again with transaction 1. */
static bool is_of(const samme_store_record *record, const samme_datafile *file) {
    return record->position.transaction == file->transaction || file->transaction == 1;
}

static samme_status check_all(samme_walk *walk, const samme_datafile *file, const char *kind,
                              samme_store_record *record, samme_error *error) {
    samme_walk_table tables[SAMME_WALK_TABLES_MAX];
    size_t count = 0;
    uint64_t rows = 0;
    samme_status status = samme_walk_tables(walk, tables, &count, error);
    if (status == SAMME_OK)
        status = check_record(walk, file, tables, count, kind, record, error);
    if (status == SAMME_OK)
        status = check_tables(walk, file, tables, count, &rows, error);
    if (status == SAMME_OK)
        status = samme_walk_rest(walk, error);
    if (status != SAMME_OK)
        return status;
    if (!is_of(record, file) || record->position.rows != rows)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: damaged: its rows are not those of its last commit: a write was "
                          "lost, or an old page was put back",
                          file->path);
    return SAMME_OK;
}

static samme_status read_before(const samme_datafile *before, samme_store_record *out,
                                samme_error *error) {
    samme_walk *walk = NULL;
    samme_walk_table tables[SAMME_WALK_TABLES_MAX];
    struct visit visit = {.file = before, .record = out};
    size_t count = 0;
    samme_status status = samme_walk_new(before, &walk, error);
    if (status == SAMME_OK)
        status = samme_walk_tables(walk, tables, &count, error);
    if (status == SAMME_OK && count > 0)
        status = samme_walk_rows(walk, &tables[0],
                                 &(samme_walk_visitor){.self = &visit, .row = record_row}, error);
    samme_walk_free(walk);
    return status;
}

/* What the other meta page leads to must be the transaction before: nothing yet, or an earlier
 * commit. When it is not, the page may be the newer one with a number that went wrong, and the last
 * commit not the last. */
static samme_status check_before(const samme_datafile *file, const samme_store_record *record,
                                 samme_error *error) {
    samme_datafile before;
    samme_store_record earlier = {0};
    bool there = false;
    samme_status status = samme_datafile_before(file, &before, &there, error);
    if (status == SAMME_OK && there)
        status = read_before(&before, &earlier, error);
    if (status != SAMME_OK || !there)
        return status;
    bool right = before.transaction == 0 ? before.tables.root == SAMME_PAGE_NONE
                                         : earlier.has_position && is_of(&earlier, &before) &&
                                               earlier.position.head < record->position.head;
    return right ? SAMME_OK
                 : samme_fail(error, SAMME_CORRUPT,
                              "%s: damaged: its meta page of transaction %" PRIu64
                              " does not lead to it: the last commit may be lost",
                              file->path, before.transaction);
}

samme_status samme_store_check(const samme_datafile *file, const char *kind,
                               samme_store_record *out, samme_error *error) {
    samme_walk *walk = NULL;
    *out = (samme_store_record){0};
    samme_status status = samme_walk_new(file, &walk, error);
    if (status == SAMME_OK)
        status = check_all(walk, file, kind, out, error);
    if (status == SAMME_OK)
        status = check_before(file, out, error);
    samme_walk_free(walk);
    return status;
}
