/* The writer of an LMDB store: the one thread that has write transactions. Commits go in at one
 * end, completions come out at the other; all that wait when a transaction begins share it and its
 * sync. */
#ifndef SAMME_STORE_WRITER_H
#define SAMME_STORE_WRITER_H

#include "store/lmdb.h"

struct samme_env;
typedef struct samme_writer samme_writer;

/* Starts the thread. env must outlive the writer. */
samme_status samme_writer_start(struct samme_env *env, const samme_lmdb_options *options,
                                samme_writer **out, samme_error *error) SAMME_CHECKED;
/* Finishes what is queued, ends the thread, frees. Accepts NULL. */
void samme_writer_stop(samme_writer *writer);

samme_status samme_writer_commit(samme_writer *writer, samme_commit commit) SAMME_CHECKED;
size_t samme_writer_completions(samme_writer *writer, samme_completion *out, size_t maximum);
uint64_t samme_writer_head(samme_writer *writer); /* as of the last collected completion */
uint64_t samme_writer_term(samme_writer *writer);
int samme_writer_wake_fd(const samme_writer *writer);
samme_lmdb_counters samme_writer_count(samme_writer *writer);

/* For tests, which must see a full queue and a lost one. A paused writer begins no transaction; how
 * many commits wait for one; and stop as a crash would stop it: what is queued is lost. */
void samme_writer_pause(samme_writer *writer, bool paused);
size_t samme_writer_waiting(samme_writer *writer);
void samme_writer_abandon(samme_writer *writer);
samme_writer *
samme_lmdb_writer(samme_lmdb_store *store) SAMME_CHECKED; /* NULL when it is read-only */

#endif
