#include "store/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* LMDB 0.9 on a 64-bit machine, integers in its byte order. Pages 0 and 1 are meta pages: a page
 * head, then the fields below. The one with the higher transaction id is in force. */
enum {
    PAGE_FLAGS_AT = 10, /* u16 */
    PAGE_FLAG_META = 0x08,
    META_MAGIC_AT = 16,     /* u32 */
    META_VERSION_AT = 20,   /* u32 */
    META_PAGE_SIZE_AT = 40, /* u32 */
    META_LAST_PAGE_AT = 136,
    META_TRANSACTION_AT = 144,
    META_END = 152,
    META_PAGES = 2,
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 65536,
};
static const uint32_t lmdb_magic = 0xBEEFC0DE;
static const uint32_t lmdb_version = 1;

struct meta {
    uint32_t page_size;
    uint64_t last_page;
    uint64_t transaction;
};

static uint32_t u32_at(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t u64_at(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static samme_status read_meta(int fd, uint64_t offset, const char *path, struct meta *out,
                              samme_error *error) {
    uint8_t page[META_END];
    ssize_t got = pread(fd, page, sizeof page, (off_t)offset);
    if (got < 0)
        return samme_fail(error, SAMME_IO, "%s: cannot be read: %s", path, strerror(errno));
    if ((size_t)got < sizeof page)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: ends within its first pages, expected two meta pages", path);
    uint16_t flags;
    memcpy(&flags, page + PAGE_FLAGS_AT, sizeof flags);
    if ((flags & PAGE_FLAG_META) == 0 || u32_at(page + META_MAGIC_AT) != lmdb_magic)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: no LMDB meta page at byte %" PRIu64 ": a foreign or damaged file",
                          path, offset);
    if (u32_at(page + META_VERSION_AT) != lmdb_version)
        return samme_fail(error, SAMME_UNSUPPORTED, "%s: LMDB data version %" PRIu32 ", expected 1",
                          path, u32_at(page + META_VERSION_AT));
    *out = (struct meta){.page_size = u32_at(page + META_PAGE_SIZE_AT),
                         .last_page = u64_at(page + META_LAST_PAGE_AT),
                         .transaction = u64_at(page + META_TRANSACTION_AT)};
    if (out->page_size < PAGE_SIZE_MIN || out->page_size > PAGE_SIZE_MAX ||
        (out->page_size & (out->page_size - 1)) != 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: impossible page size %" PRIu32, path,
                          out->page_size);
    return SAMME_OK;
}

static samme_status check_open(int fd, const char *path, samme_error *error) {
    struct stat info;
    if (fstat(fd, &info) != 0)
        return samme_fail(error, SAMME_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return samme_fail(error, SAMME_CORRUPT, "%s: not a regular file", path);
    uint64_t size = (uint64_t)info.st_size;
    if (size == 0)
        return samme_fail(error, SAMME_CORRUPT, "%s: is empty; a store never is", path);
    struct meta first, second;
    samme_status status = read_meta(fd, 0, path, &first, error);
    if (status == SAMME_OK)
        status = read_meta(fd, first.page_size, path, &second, error);
    if (status != SAMME_OK)
        return status;
    if (second.page_size != first.page_size)
        return samme_fail(error, SAMME_CORRUPT, "%s: its two meta pages contradict each other",
                          path);
    const struct meta *newest = second.transaction > first.transaction ? &second : &first;
    if (size % newest->page_size != 0 || newest->last_page < META_PAGES - 1 ||
        newest->last_page >= size / newest->page_size)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: truncated: it has %" PRIu64 " bytes and should hold %" PRIu64
                          " pages of %" PRIu32,
                          path, size, newest->last_page + 1, newest->page_size);
    return SAMME_OK;
}

samme_status samme_datafile_check(const char *path, samme_error *error) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo must not hold us up */
    if (fd < 0)
        return samme_fail(error, errno == ENOENT ? SAMME_NOT_FOUND : SAMME_IO, "%s: %s", path,
                          strerror(errno));
    samme_status status = check_open(fd, path, error);
    close(fd);
    return status;
}
