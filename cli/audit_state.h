/* What an audit keeps for the next one: a text of a few lines. Its grammar: docs/FORMATS.md. */
#ifndef SAMME_CLI_AUDIT_STATE_H
#define SAMME_CLI_AUDIT_STATE_H

#include "samme/span.h"
#include "samme/status.h"
#include "trust/trust.h"

typedef struct samme_audit_state {
    char chain[SAMME_CHAIN_NAME_MAX + 1];
    uint64_t size; /* of the journal, all of it verified */
    samme_hash root;
    samme_hash state_digest; /* at that size */
    uint64_t findings;       /* until there, of all audits since record 0 */
} samme_audit_state;

/* SAMME_NOT_FOUND: no such file. SAMME_MALFORMED, SAMME_IO. */
samme_status samme_audit_state_read(const char *path, samme_audit_state *out,
                                    samme_error *error) SAMME_CHECKED;
samme_status samme_audit_state_write(const char *path, const samme_audit_state *state,
                                     samme_error *error) SAMME_CHECKED;

#endif
