/* Whether a data file is a sound store of ours, found out by reading all of it (store/walk.h) and
 * what the rows say: the tables are ours, each value matches its sum, and all rows together are
 * those of the last commit, so that a write that was lost and an old page put back show too. */
#ifndef SAMME_STORE_CHECK_H
#define SAMME_STORE_CHECK_H

#include "store/datafile.h"
#include "store/record.h"

/* SAMME_CORRUPT: damaged, foreign or of another kind; SAMME_UNSUPPORTED: another format version;
 * SAMME_IO, SAMME_NO_MEMORY. The error names the file and the place. Takes about a second a
 * gigabyte beyond what the disk takes; see docs/decisions/0012-checked-whole-at-open.md. */
samme_status samme_store_check(const samme_datafile *file, const char *kind,
                               samme_store_record *out, samme_error *error) SAMME_CHECKED;

#endif
