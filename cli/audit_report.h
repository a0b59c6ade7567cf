/* What an audit has to say, as text or as JSON. */
#ifndef SAMME_CLI_AUDIT_REPORT_H
#define SAMME_CLI_AUDIT_REPORT_H

#include "cli/audit_compare.h"

#define SAMME_WITNESSES_MAX (SAMME_COMPARED_MAX + SAMME_ROSTER_BRANCHES_MAX)

/* What somebody else says the state is. */
typedef struct samme_witness {
    char who[160];
    uint64_t folded_size;
    samme_hash digest;
    const char *result; /* agrees, DIFFERS, at another size, silent */
} samme_witness;

typedef struct samme_audit_report {
    samme_audit audit;
    uint32_t only_branch; /* as in the options */
    samme_status status;
    samme_error error;
    samme_witness witnesses[SAMME_WITNESSES_MAX];
    size_t witness_count;
    samme_audit_comparison comparison;
    bool good;
} samme_audit_report;

/* To stdout. */
void samme_audit_print_text(const samme_audit_report *about);
void samme_audit_print_json(const samme_audit_report *about);

/* For both, and for the story of a case. */
void samme_audit_json_field(samme_buffer *out, const char *name, const char *text);
void samme_audit_json_finding(samme_buffer *out, const samme_finding *finding);
void samme_audit_text_finding(samme_buffer *out, const samme_finding *finding);

#endif
