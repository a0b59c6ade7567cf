/* Where an export takes a journal from: a hub that answers, or a data folder that nobody writes to.
 * What is given is as it was held; whoever writes it checks it. */
#ifndef SAMME_CLI_EXPORTING_H
#define SAMME_CLI_EXPORTING_H

#include "cli/peer.h"
#include "journal/batch.h"
#include "journal/record.h"
#include "store/lmdb.h"
#include "sync/follow.h"

typedef struct samme_export_source {
    samme_peer peer;        /* its enrolment is loaded in both cases */
    const char *folder;     /* NULL: the hub */
    samme_lmdb_store *copy; /* of the folder */
    samme_store port;
    samme_space log;
    samme_arena part_arena, entries_arena;
    const Samme__EntriesPart *entries; /* newest answer of the hub: often several batches */
} samme_export_source;

/* Records in a row, and the head that the hub signed behind them; no note: nobody signed it. */
typedef struct samme_export_part {
    const samme_span *records;
    size_t count;
    samme_span note;
    bool last;
} samme_export_part;

/* `from` is tcp://..., a data folder, or NULL for the hub that the enrolment names. Close follows
 * in any case. */
samme_status samme_export_open(const char *enrolment_folder, const char *from,
                               samme_export_source *out, samme_error *error) SAMME_CHECKED;
void samme_export_close(samme_export_source *source);

/* Records from that index on, at least one; valid until the next call. */
samme_status samme_export_next(samme_export_source *source, uint64_t from, samme_export_part *out,
                               samme_error *error) SAMME_CHECKED;
/* Entries and note of a batch record; in the arena, or valid until the next call. SAMME_NOT_FOUND.
 */
samme_status samme_export_batch(samme_export_source *source, uint64_t index,
                                const samme_record *record, samme_arena *arena, samme_batch *out,
                                samme_error *error) SAMME_CHECKED;
/* A note or document, its hash checked; in the arena. SAMME_NOT_FOUND. */
samme_status samme_export_document(samme_export_source *source, const samme_hash *hash,
                                   samme_arena *arena, samme_span *out,
                                   samme_error *error) SAMME_CHECKED;

#endif
