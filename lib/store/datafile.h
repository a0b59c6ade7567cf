/* A look at LMDB's data file before LMDB maps it. LMDB takes an empty file for a new store, and a
 * truncated one kills the process by SIGBUS on first touch; both are found here, by reading the two
 * meta pages as plain bytes. */
#ifndef SAMME_STORE_DATAFILE_H
#define SAMME_STORE_DATAFILE_H

#include "samme/status.h"

/* SAMME_NOT_FOUND when there is no such file, SAMME_CORRUPT when it is empty, truncated or foreign,
 * SAMME_UNSUPPORTED for another version of LMDB's format, SAMME_IO. The error names the file. */
samme_status samme_datafile_check(const char *path, samme_error *error) SAMME_CHECKED;

#endif
