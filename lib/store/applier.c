#include "store/applier.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/queue.h"
#include "store/record.h"
#include "store/row.h"

enum {
    FILE_STEP_BYTES = 1 << 20,
    /* The most pages a transaction can take from the file's end, see make_room(). */
    PAGES_OF_OVERHEAD = 256,
    PAGES_PER_WRITE = 12,
    PAGES_PER_PAGE = 2,
    PAGES_PER_PAGE_OF_BYTES = 8,
};

void samme_applier_init(samme_applier *applier, const samme_env *env) {
    *applier = (samme_applier){.env = env};
}

static void forget_ends(samme_applier *applier) {
    for (unsigned i = 0; i < SAMME_STORE_TABLES_MAX; i++)
        applier->ends[i].known = false;
}

static void remember_end(samme_table_end *end, samme_span key) {
    end->known = true;
    end->length = key.length;
    if (key.length > 0)
        memcpy(end->key, key.data, key.length);
}

static int find_end(MDB_txn *txn, MDB_dbi table, samme_table_end *end) {
    MDB_cursor *cursor = NULL;
    int code = mdb_cursor_open(txn, table, &cursor);
    if (code != 0)
        return code;
    MDB_val key = {0}, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    mdb_cursor_close(cursor);
    if (code != 0 && code != MDB_NOTFOUND)
        return code;
    remember_end(end, samme_env_span(key));
    return 0;
}

/* An append skips the search and fills pages to the brim, where a plain put would leave them half
 * full. */
static int put_row(samme_applier *applier, MDB_txn *txn, const samme_write *write, uint64_t *rows) {
    samme_table_end *end = &applier->ends[write->table];
    int code = end->known ? 0 : find_end(txn, applier->env->tables[write->table], end);
    if (code != 0)
        return code;
    bool last = samme_span_compare(write->key, SAMME_SPAN(end->key, end->length)) > 0;
    uint64_t old = 0, sum = 0;
    if (!last)
        code = samme_row_sum(applier->env, txn, write->table, write->key, &old);
    if (code == 0)
        code = samme_row_put(applier->env, txn, write->table, write->key, write->value,
                             last ? MDB_APPEND : 0, &sum);
    if (code == 0 && last)
        remember_end(end, write->key);
    *rows += sum - old;
    return code;
}

static int remove_row(samme_applier *applier, MDB_txn *txn, const samme_write *write,
                      uint64_t *rows) {
    samme_table_end *end = &applier->ends[write->table];
    if (samme_span_equal(write->key, SAMME_SPAN(end->key, end->length)))
        end->known = false;
    uint64_t old = 0;
    int code = samme_row_sum(applier->env, txn, write->table, write->key, &old);
    MDB_val key = samme_env_value(write->key);
    if (code == 0)
        code = mdb_del(txn, applier->env->tables[write->table], &key, NULL);
    *rows -= old;
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Keeps *rows the sum of the rows' sums. The error says at which write it failed. */
static int apply(samme_applier *applier, MDB_txn *txn, const samme_writes *writes, uint64_t *rows,
                 samme_error *error) {
    size_t offset = 0;
    samme_write write = {0};
    int code = 0;
    while (code == 0 && samme_writes_next(writes, &offset, &write))
        code = write.removes ? remove_row(applier, txn, &write, rows)
                             : put_row(applier, txn, &write, rows);
    if (code != 0) {
        char place[SAMME_PLACE_MAX];
        samme_env_fail(applier->env, error, code, samme_value_place(write.table, write.key, place));
    }
    return code;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Lengthens the file (as a hole) past every page this transaction can take from its end. LMDB does
 * not write a page that the same transaction frees again, so by itself it may leave a sound file
 * shorter than its page count says; with this, a file that is too short is a truncated one, and
 * datafile.c can say so. At most: each page in use is copied once and split once, but only along
 * the paths written; what is written splits pages further. */
static int make_room(const samme_applier *applier, const samme_commit *commits, size_t count) {
    uint64_t bytes = 0, writes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += commits[i].writes->bytes.length + commits[i].writes->count * SAMME_SUM_BYTES;
        writes += commits[i].writes->count;
    }
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    int fd = -1;
    int code = mdb_env_info(applier->env->env, &info);
    if (code != 0 || (code = mdb_env_stat(applier->env->env, &stat)) != 0 ||
        (code = mdb_env_get_fd(applier->env->env, &fd)) != 0)
        return code;
    uint64_t used = info.me_last_pgno + 1;
    uint64_t pages = used + PAGES_OF_OVERHEAD +
                     least(writes * PAGES_PER_WRITE, used * PAGES_PER_PAGE) +
                     bytes / stat.ms_psize * PAGES_PER_PAGE_OF_BYTES;
    uint64_t wanted = (pages * stat.ms_psize / FILE_STEP_BYTES + 1) * FILE_STEP_BYTES;
    wanted = least(wanted, info.me_mapsize);
    if (fstat(fd, &file) != 0)
        return errno;
    if ((uint64_t)file.st_size >= wanted)
        return 0;
    return ftruncate(fd, (off_t)wanted) == 0 ? 0 : errno;
}

/* Whether the failed commit of a transaction got as far as the meta page: LMDB then refuses all
 * transactions. */
static bool meta_page_touched(const samme_applier *applier) {
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(applier->env->env, NULL, 0, &txn);
    if (code == 0)
        mdb_txn_abort(txn);
    return code != 0;
}

/* Keeps the meta page that the commit of this transaction will write over. */
static int keep_meta(samme_applier *applier, MDB_txn *txn) {
    int fd = -1;
    int code = mdb_env_get_fd(applier->env->env, &fd);
    applier->meta_at = mdb_txn_id(txn) % 2 * applier->env->page_size;
    if (code != 0)
        return code;
    ssize_t got = pread(fd, applier->meta, sizeof applier->meta, (off_t)applier->meta_at);
    return got == (ssize_t)sizeof applier->meta ? 0 : got < 0 ? errno : EIO;
}

/* After a write of the meta page failed LMDB puts the old transaction's number back into it, but
 * leaves the new one's trees, which the next start could not tell from damage. If this fails too,
 * the disk is what it is. */
static void put_meta_back(const samme_applier *applier) {
    int fd = -1;
    if (mdb_env_get_fd(applier->env->env, &fd) == 0)
        (void)!pwrite(fd, applier->meta, sizeof applier->meta, (off_t)applier->meta_at);
}

/* The commit of a transaction of `count` commits failed. Until the meta page is written nothing
 * refers to the new pages, and the next transaction writes its own anew: what failed before that is
 * certainly not there, a failed sync included. No room may be a matter of size: fewer commits are
 * tried. */
static samme_applied commit_failed(samme_applier *applier, size_t count, int code,
                                   size_t *out_retry) {
    samme_applied applied = {0};
    if (code == MDB_MAP_FULL || code == MDB_TXN_FULL) {
        *out_retry = count / 2;
        samme_env_fail(applier->env, &applied.error, code, "a commit has no room");
    } else if (meta_page_touched(applier)) {
        applier->broken = true;
        put_meta_back(applier);
        applied.unknown = count;
        samme_env_fail(applier->env, &applied.error, code, "a commit failed at its last write");
        applied.error.status = SAMME_UNKNOWN;
    } else {
        samme_env_fail(applier->env, &applied.error, code, "a commit cannot be written");
    }
    return applied;
}

/* Begins a transaction with room in the file; NULL when it cannot. */
static MDB_txn *begin(samme_applier *applier, const samme_commit *commits, size_t count,
                      samme_store_position *out, samme_error *error) {
    MDB_txn *txn = NULL;
    applier->transactions++;
    int code = mdb_txn_begin(applier->env->env, NULL, 0, &txn);
    if (code != 0) {
        samme_env_fail(applier->env, error, code, "no transaction");
        return NULL;
    }
    if ((code = keep_meta(applier, txn)) != 0)
        samme_env_fail(applier->env, error, code, "its meta page cannot be read");
    else if ((code = make_room(applier, commits, count)) != 0)
        samme_env_fail(applier->env, error, code, "the file cannot grow");
    else if (samme_record_position(applier->env, txn, out, error) == SAMME_OK)
        return txn;
    mdb_txn_abort(txn);
    return NULL;
}

/* One transaction. When a commit in it cannot be applied, nothing is, and *out_retry says how many
 * of them might. */
static samme_applied attempt(samme_applier *applier, const samme_commit *commits, size_t count,
                             size_t *out_retry) {
    samme_applied applied = {0};
    samme_store_position at = {0};
    MDB_txn *txn = begin(applier, commits, count, &at, &applied.error);
    if (txn == NULL)
        return applied;
    size_t good = 0;
    int code = 0;
    while (good < count && samme_commit_follows(&commits[good], at.head, at.term, &applied.error)) {
        code = apply(applier, txn, commits[good].writes, &at.rows, &applied.error);
        if (code != 0)
            break;
        at.head++;
        at.term = commits[good++].term;
    }
    if (code == 0 && good > 0) {
        code = samme_record_set_position(applier->env, txn, &at);
        if (code != 0)
            samme_env_fail(applier->env, &applied.error, code, "its position cannot be set");
    }
    if (code != 0 || good == 0) {
        mdb_txn_abort(txn);
        forget_ends(applier);
        *out_retry = good < count ? good : count / 2;
        return applied;
    }
    code = mdb_txn_commit(txn);
    if (code == 0) {
        applied.done = good;
        return applied;
    }
    forget_ends(applier);
    return commit_failed(applier, good, code, out_retry);
}

/* For want of room a commit fails only when it was the first of its transaction. */
samme_applied samme_applier_run(samme_applier *applier, const samme_commit *commits, size_t count) {
    samme_applied all = {0};
    if (applier->broken)
        samme_fail(&all.error, SAMME_IO,
                   "%s: nothing more is written: the outcome of a commit is unknown",
                   applier->env->folder);
    size_t together = applier->broken ? 0 : count;
    while (together > 0 && all.done < count) {
        size_t left = count - all.done;
        size_t retry = 0;
        samme_applied part =
            attempt(applier, commits + all.done, together < left ? together : left, &retry);
        all.done += part.done;
        all.unknown = part.unknown;
        all.error = part.error;
        if (part.error.status != SAMME_OK)
            together = retry;
    }
    return all;
}

unsigned samme_applier_clear_readers(const samme_applier *applier) {
    int dead = 0;
    int code = mdb_reader_check(applier->env->env, &dead);
    return code == 0 && dead > 0 ? (unsigned)dead : 0; /* it only frees room: next time then */
}
