/* LMDB's data file as plain bytes: looked at before LMDB touches it. LMDB takes an empty file for a
 * new store, a truncated one kills the process by SIGBUS on first touch, and damaged pages lead it
 * astray; here everything is read by pread, and a disk that fails is a status. */
#ifndef SAMME_STORE_DATAFILE_H
#define SAMME_STORE_DATAFILE_H

#include "samme/status.h"
#include "store/page.h"

/* 1 TiB of small pages: what is read is noted with a bit a page. */
#define SAMME_DATAFILE_PAGES_MAX (1ull << 28)

/* An open file and what its meta page in force says. */
typedef struct samme_datafile {
    int fd;
    const char *path; /* the caller's, for messages */
    uint32_t page_size;
    uint64_t transaction;
    uint64_t pages;
    samme_lmdb_tree free_list;
    samme_lmdb_tree tables; /* the tree whose rows are the tables */
} samme_datafile;

/* SAMME_NOT_FOUND when there is no such file, SAMME_CORRUPT when it is empty, truncated or foreign,
 * SAMME_UNSUPPORTED for another version of LMDB's format or another machine's, SAMME_IO. The error
 * names the file. */
samme_status samme_datafile_open(const char *path, samme_datafile *out,
                                 samme_error *error) SAMME_CHECKED;
void samme_datafile_close(samme_datafile *file);

/* Sets *file to what it was after that transaction; SAMME_LATER when its meta page has been written
 * over since. The pages it leads to are as they were only while an LMDB reader holds them. */
samme_status samme_datafile_at(samme_datafile *file, uint64_t transaction,
                               samme_error *error) SAMME_CHECKED;

/* Sets *out to what the file was one transaction earlier, by its other meta page. LMDB takes the
 * pages of the last two transactions for nothing else, so that what *out leads to is there as well.
 * *out_there is false when a writer in another process has written over the page. *out shares the
 * descriptor and is not to be closed. */
samme_status samme_datafile_before(const samme_datafile *file, samme_datafile *out, bool *out_there,
                                   samme_error *error) SAMME_CHECKED;

/* Says that these pages will be read soon; pages that are not there do no harm. */
void samme_datafile_announce(const samme_datafile *file, uint64_t first, uint64_t count);

/* Reads exactly these bytes. */
samme_status samme_datafile_read(const samme_datafile *file, uint64_t offset, void *out,
                                 size_t length, samme_error *error) SAMME_CHECKED;

#endif
