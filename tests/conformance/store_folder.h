/* A temporary folder for a store on disk, and stores opened in it. */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include "store/lmdb.h"

typedef struct store_folder {
    char path[64];
} store_folder;

store_folder store_folder_make(void);
/* Removes it and the files in it; asserts that only data.mdb and lock.mdb were there. */
void store_folder_remove(const store_folder *folder);
/* The path of data.mdb. */
const char *store_folder_data(const store_folder *folder, char room[static 96]);

/* Opens a store of kind "test" in the folder; asserts that it opens. */
samme_lmdb_store *store_folder_open(const store_folder *folder);
/* Waits until nothing queued is left to write. */
void store_folder_settle(samme_lmdb_store *store);

#endif
