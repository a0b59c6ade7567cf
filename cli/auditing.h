/* An audit: the journal from its first record, from the hub or from a copy on disk, every byte,
 * note, root, release and decision checked again by the one replay. */
#ifndef SAMME_CLI_AUDITING_H
#define SAMME_CLI_AUDITING_H

#include "cli/peer.h"
#include "daemon/stores.h"
#include "sync/follow.h"

#define SAMME_FINDINGS_MAX 10000u /* kept; more are counted */

typedef struct samme_audit {
    samme_finding *findings;
    size_t finding_count; /* kept */
    uint64_t findings_total;
    const Samme__ExcessRow **excess; /* in the arena */
    size_t excess_count;             /* kept */
    uint64_t excess_total;
    uint64_t journal_size;
    samme_hash journal_root;
    samme_hash state_digest;
    uint64_t release;
    uint64_t entries, decisions;
    bool head_signed; /* false: a copy on disk, whose head nobody signed */
    samme_arena arena;
} samme_audit;

/* Pulls from the hub as the peer and audits. SAMME_LATER when the hub stops answering;
 * SAMME_MISMATCH, SAMME_BAD_SIGNATURE and others when a record or its content does not verify:
 * *error says which. */
samme_status samme_audit_hub(samme_peer *peer, samme_audit *out, samme_error *error) SAMME_CHECKED;
/* Audits the data folder of a hub or node (read only). */
samme_status samme_audit_folder(const samme_enrolment *as, const char *folder, samme_audit *out,
                                samme_error *error) SAMME_CHECKED;
void samme_audit_free(samme_audit *audit);

#endif
