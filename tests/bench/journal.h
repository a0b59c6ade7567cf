/* A journal made from a seed, as honest branches and a hub would have made it: every signature,
 * root, fact and decision in it is right. For measuring the replay. */
#ifndef BENCH_JOURNAL_H
#define BENCH_JOURNAL_H

#include "base/layer.h"
#include "journal/batch.h"
#include "journal/replay.h"
#include "support/chain.h"

typedef struct bench_shape {
    uint64_t seed;
    size_t entries;     /* about */
    size_t batch;       /* entries of a full batch */
    unsigned decisions; /* of 1,000 entries */
    unsigned lines_max; /* of a sale: 1 to this many */
} bench_shape;

typedef struct bench_record {
    samme_span record;
    samme_batch batch; /* count 0: a roster or release */
} bench_record;

typedef struct bench_journal {
    samme_test_chain chain;
    samme_map *documents; /* notes and documents by hash */
    samme_arena arena;    /* of records and entries */
    bench_record *records;
    size_t record_count;
    uint64_t entries, decisions, bytes; /* bytes of entries */
    samme_hash state_digest;
} bench_journal;

/* Ends the program when it cannot. */
void bench_journal_make(bench_journal *out, const bench_shape *shape);
void bench_journal_free(bench_journal *journal);
samme_content bench_journal_documents(bench_journal *journal);
/* As the data folder of one who follows the hub: FOLDER/log. */
void bench_journal_write(const bench_journal *journal, const char *folder);

/* Ends the program unless the status is SAMME_OK. */
void bench_must(samme_status status, const char *what, const samme_error *error);

#endif
