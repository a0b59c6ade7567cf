/* The digest of a group of rows: the sum modulo 2^256 of the hashes of its rows. It does not depend
 * on the order in which they came, and a changed row costs two hashes. Rows: key 'd' 's'
 * branch(u32) for the sales of a home branch, 'd' 'r' region(u32) for the service rows of a region;
 * 32 bytes, big-endian; no row is zero. Pure. */
#ifndef SAMME_HISTORY_DIGEST_H
#define SAMME_HISTORY_DIGEST_H

#include "crypto/hash.h"
#include "samme/rows.h"

/* SHA-256(u16 key length || key || value). */
samme_hash samme_row_hash(samme_span key, samme_span value);
void samme_digest_add(samme_hash *digest, const samme_hash *row);
void samme_digest_subtract(samme_hash *digest, const samme_hash *row);

/* Digest rows changed by a run of entries: read once, written once. */
typedef enum samme_digest_group {
    SAMME_DIGEST_SERVICE,
    SAMME_DIGEST_SALES,
    SAMME_DIGEST_GROUPS
} samme_digest_group;
typedef struct samme_digests {
    struct samme_digest_row {
        uint8_t key[6];
        samme_hash sum;
        bool loaded;
        bool moved; /* since samme_digests_moved() was asked */
    } groups[SAMME_DIGEST_GROUPS];
} samme_digests;

/* Of entries of this branch. */
void samme_digests_init(samme_digests *digests, uint32_t branch);
/* Puts the row and moves its group's sum. */
samme_status samme_digests_put(samme_digests *digests, samme_digest_group group,
                               const samme_rows *rows, samme_span key,
                               samme_span value) SAMME_CHECKED;
/* The same of a row that is known not to be there. */
samme_status samme_digests_put_new(samme_digests *digests, samme_digest_group group,
                                   const samme_rows *rows, samme_span key,
                                   samme_span value) SAMME_CHECKED;
/* Bytes of the digest rows that moved since this was last asked, keys and values together. */
uint64_t samme_digests_moved(samme_digests *digests);
/* Until then no digest row is right. */
samme_status samme_digests_flush(samme_digests *digests, const samme_rows *rows) SAMME_CHECKED;

#endif
