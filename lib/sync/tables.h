/* Tables of the log environment of a node, a hub or an auditor. Keys are big-endian, so that new
 * ones land at the right edge. docs/FORMATS.md has the layout. */
#ifndef SAMME_SYNC_TABLES_H
#define SAMME_SYNC_TABLES_H

#include <stdint.h>

#include "base/text.h"

enum samme_log_table {
    SAMME_TABLE_STATE = 0,  /* singleton messages of proto/state.proto: "own", "held", "hub" */
    SAMME_TABLE_OWN = 1,    /* u64 index -> entry, of this node's own log */
    SAMME_TABLE_SIGNED = 2, /* u64 size -> signed checkpoint of the own log */
    SAMME_TABLE_KEY =
        3, /* SHA-256 of an Idempotency-Key -> u64 place of the first entry written under it: its
              index, or samme_held_place (follow.h) of one of an older epoch */
    SAMME_TABLE_JOURNAL = 4, /* u64 index -> record */
    SAMME_TABLE_ENTRY = 5,   /* u64 journal index || u32 offset -> entry of another branch */
    SAMME_TABLE_NOTE =
        6, /* u64 journal index -> the branch's checkpoint that came with the batch */
    SAMME_TABLE_DOCUMENT = 7, /* SHA-256 -> note or document */
    SAMME_TABLE_ROOT = 8,     /* hub: u64 journal size -> root */
    SAMME_TABLE_BRANCH = 9,   /* hub: u32 branch || u32 epoch -> HubBranchState */
    SAMME_TABLE_HEAD = 14,    /* u64 journal size / 1024 -> newest head of such a size that the hub
                               * signed */
    SAMME_TABLE_QUOTA = 15,   /* hub: u32 branch -> u32 day of the hub || u64 bytes taken in it */
};

/* The views environment has one table of rows (lib/history/README.md). */
enum samme_view_table { SAMME_TABLE_ROWS = 0 };

typedef struct samme_key8 {
    uint8_t bytes[8];
} samme_key8;
typedef struct samme_key12 {
    uint8_t bytes[12];
} samme_key12;

static inline samme_key8 samme_key_u64(uint64_t index) {
    samme_key8 key;
    samme_put_u64(key.bytes, index);
    return key;
}
static inline samme_key8 samme_key_u32_u32(uint32_t a, uint32_t b) {
    samme_key8 key;
    samme_put_u32(key.bytes, a);
    samme_put_u32(key.bytes + 4, b);
    return key;
}
static inline samme_key12 samme_key_u64_u32(uint64_t index, uint32_t offset) {
    samme_key12 key;
    samme_put_u64(key.bytes, index);
    samme_put_u32(key.bytes + 8, offset);
    return key;
}

#endif
