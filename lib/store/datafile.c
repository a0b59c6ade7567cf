#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages 0 and 1 are meta pages: a page head, then the fields below. Transactions write them in
 * turn, transaction T page T mod 2; the one with the higher transaction is in force. */
enum {
    FLAGS_AT = 10,
    MAGIC_AT = 16,   /* u32 */
    VERSION_AT = 20, /* u32 */
    MAP_BYTES_AT = 32,
    FREE_LIST_AT = 40, /* a tree; its first u32 is the page size */
    TABLES_AT = FREE_LIST_AT + SAMME_TREE_BYTES,
    LAST_PAGE_AT = 136,
    TRANSACTION_AT = 144,
    META_END = 152,
    META_PAGES = 2,
    TREE_FLAGS = 0x7f, /* those that say how a tree is ordered */
    INTEGER_KEYS = 8,
    META_TRIES = 5,
};
static const uint32_t lmdb_magic = 0xBEEFC0DE;
static const uint32_t lmdb_version = 1;

struct meta {
    uint32_t page_size;
    uint64_t map_bytes;
    uint64_t last_page;
    uint64_t transaction;
    samme_lmdb_tree free_list;
    samme_lmdb_tree tables;
};

samme_status samme_datafile_read(const samme_datafile *file, uint64_t offset, void *out,
                                 size_t length, samme_error *error) {
    uint8_t *to = out;
    while (length > 0) {
        ssize_t got = pread(file->fd, to, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return samme_fail(error, SAMME_IO, "%s: cannot be read at byte %" PRIu64 ": %s",
                              file->path, offset, strerror(errno));
        if (got == 0)
            return samme_fail(error, SAMME_CORRUPT, "%s: truncated: it ends at byte %" PRIu64,
                              file->path, offset);
        to += got;
        offset += (uint64_t)got;
        length -= (size_t)got;
    }
    return SAMME_OK;
}

void samme_datafile_announce(const samme_datafile *file, uint64_t first, uint64_t count) {
    if (count > 0 && first < file->pages && count <= file->pages - first) /* else it is damage */
        (void)posix_fadvise(file->fd, (off_t)(first * file->page_size),
                            (off_t)(count * file->page_size), POSIX_FADV_WILLNEED);
}

static uint32_t machine_page_size(void) {
    long size = sysconf(_SC_PAGESIZE);
    return size > SAMME_PAGE_BYTES_MAX ? SAMME_PAGE_BYTES_MAX : (uint32_t)size;
}

/* What makes it a meta page of LMDB's at all, before sizes are believed. */
static samme_status identify(const samme_datafile *file, const uint8_t *page, uint64_t number,
                             samme_error *error) {
    if (samme_page_u64(page) != number || samme_page_u16(page + FLAGS_AT) != SAMME_PAGE_META ||
        samme_page_u32(page + MAGIC_AT) != lmdb_magic)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: no LMDB meta page at page %" PRIu64 ": a foreign or damaged file",
                          file->path, number);
    if (samme_page_u32(page + VERSION_AT) != lmdb_version)
        return samme_fail(error, SAMME_UNSUPPORTED, "%s: LMDB data version %" PRIu32 ", expected 1",
                          file->path, samme_page_u32(page + VERSION_AT));
    uint32_t size = samme_page_u32(page + FREE_LIST_AT);
    if (size == machine_page_size())
        return SAMME_OK;
    if (size < SAMME_PAGE_BYTES_MIN || size > SAMME_PAGE_BYTES_MAX || (size & (size - 1)) != 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: impossible page size %" PRIu32, file->path,
                          size);
    return samme_fail(error, SAMME_UNSUPPORTED,
                      "%s: made on a machine with pages of %" PRIu32 " bytes, this one's have "
                      "%" PRIu32,
                      file->path, size, machine_page_size());
}

static samme_status read_meta(const samme_datafile *file, uint64_t number, struct meta *out,
                              samme_error *error) {
    uint8_t page[META_END];
    ssize_t got = pread(file->fd, page, sizeof page, (off_t)(number * machine_page_size()));
    if (got < 0)
        return samme_fail(error, SAMME_IO, "%s: cannot be read: %s", file->path, strerror(errno));
    if ((size_t)got < sizeof page)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: ends within its first pages, expected two meta pages", file->path);
    samme_status status = identify(file, page, number, error);
    if (status != SAMME_OK)
        return status;
    *out = (struct meta){.page_size = samme_page_u32(page + FREE_LIST_AT),
                         .map_bytes = samme_page_u64(page + MAP_BYTES_AT),
                         .last_page = samme_page_u64(page + LAST_PAGE_AT),
                         .transaction = samme_page_u64(page + TRANSACTION_AT),
                         .free_list = samme_tree_at(page + FREE_LIST_AT),
                         .tables = samme_tree_at(page + TABLES_AT)};
    return SAMME_OK;
}

/* Whether the file is as long as this meta page says, and the page says possible things. */
static samme_status adopt(samme_datafile *file, const struct meta *meta, samme_error *error) {
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return samme_fail(error, SAMME_IO, "%s: %s", file->path, strerror(errno));
    uint64_t size = (uint64_t)info.st_size;
    if (size % meta->page_size != 0 || meta->last_page < META_PAGES - 1 ||
        meta->last_page >= size / meta->page_size)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: truncated: it has %" PRIu64 " bytes and should hold %" PRIu64
                          " pages of %" PRIu32,
                          file->path, size, meta->last_page + 1, meta->page_size);
    uint64_t map_pages = meta->map_bytes / meta->page_size;
    if (meta->map_bytes % meta->page_size != 0 || map_pages <= meta->last_page ||
        map_pages > SAMME_DATAFILE_PAGES_MAX)
        return samme_fail(error, SAMME_CORRUPT, "%s: impossible map size %" PRIu64, file->path,
                          meta->map_bytes);
    if ((meta->free_list.flags & TREE_FLAGS) != INTEGER_KEYS || meta->tables.flags != 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: its trees have impossible flags", file->path);
    file->page_size = meta->page_size;
    file->transaction = meta->transaction;
    file->pages = meta->last_page + 1;
    file->free_list = meta->free_list;
    file->tables = meta->tables;
    return SAMME_OK;
}

/* Each transaction is synced before the next one begins, so whatever a crash left, the meta pages
 * are of two transactions in turn. */
static samme_status read_newest(samme_datafile *file, samme_error *error) {
    struct meta metas[META_PAGES];
    for (unsigned i = 0; i < META_PAGES; i++) {
        samme_status status = read_meta(file, i, &metas[i], error);
        if (status != SAMME_OK)
            return status;
    }
    unsigned newest = metas[1].transaction > metas[0].transaction ? 1 : 0;
    if (metas[newest].transaction % META_PAGES != newest ||
        metas[newest].transaction > UINT64_MAX / 2 ||
        metas[newest].transaction != metas[1 - newest].transaction + 1)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: its meta pages are of transactions %" PRIu64 " and %" PRIu64
                          ", which do not follow each other",
                          file->path, metas[0].transaction, metas[1].transaction);
    return adopt(file, &metas[newest], error);
}

static samme_status check_kind(const samme_datafile *file, samme_error *error) {
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return samme_fail(error, SAMME_IO, "%s: %s", file->path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return samme_fail(error, SAMME_CORRUPT, "%s: not a regular file", file->path);
    if (info.st_size == 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: is empty; a store never is", file->path);
    return SAMME_OK;
}

samme_status samme_datafile_open(const char *path, samme_datafile *out, samme_error *error) {
    /* a fifo must not hold us up */
    samme_datafile file = {.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .path = path};
    if (file.fd < 0)
        return samme_fail(error, errno == ENOENT ? SAMME_NOT_FOUND : SAMME_IO, "%s: %s", path,
                          strerror(errno));
    samme_status status = check_kind(&file, error);
    if (status == SAMME_OK) {
        /* more than once: another process may commit between reading the two meta pages */
        unsigned tries = 0;
        do
            status = read_newest(&file, error);
        while (status == SAMME_CORRUPT && ++tries < META_TRIES);
    }
    if (status == SAMME_OK)
        *out = file;
    else
        close(file.fd);
    return status;
}

samme_status samme_datafile_at(samme_datafile *file, uint64_t transaction, samme_error *error) {
    struct meta meta;
    samme_status status = read_meta(file, transaction % META_PAGES, &meta, error);
    if (status == SAMME_OK && meta.transaction != transaction)
        return samme_fail(error, SAMME_LATER,
                          "%s: transaction %" PRIu64 " is in force no more: it changes too fast",
                          file->path, transaction);
    return status == SAMME_OK ? adopt(file, &meta, error) : status;
}

samme_status samme_datafile_before(const samme_datafile *file, samme_datafile *out, bool *out_there,
                                   samme_error *error) {
    struct meta meta;
    samme_status status = read_meta(file, (file->transaction + 1) % META_PAGES, &meta, error);
    *out = *file;
    *out_there = false;
    if (status != SAMME_OK || meta.transaction + 1 != file->transaction)
        return status;
    *out_there = true;
    return adopt(out, &meta, error);
}

void samme_datafile_close(samme_datafile *file) {
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
