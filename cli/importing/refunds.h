/* Walks returns of an import through their nodes: open, decide, and pay what was authorised. */
#ifndef SAMME_CLI_IMPORTING_REFUNDS_H
#define SAMME_CLI_IMPORTING_REFUNDS_H

#include "cli/importing/nodes.h"

#define SAMME_IMPORT_VERDICTS_MAX   256u
#define SAMME_IMPORT_CURRENCIES_MAX 16u
/* Behind these a key has ":open", ":decide" or ":done"; with them it is at most 200 bytes. */
#define SAMME_IMPORT_KEY_MAX_BYTES 190u

typedef enum samme_refund_fault {
    SAMME_REFUND_NOT_READ, /* the line is no ImportReturn */
    SAMME_REFUND_NO_NODE,  /* of the branch where it is returned */
    SAMME_REFUND_NOT_OPENED,
    SAMME_REFUND_NOT_DECIDED,
    SAMME_REFUND_NOT_COMPLETED,
    SAMME_REFUND_FAULTS
} samme_refund_fault;
const char *samme_refund_fault_name(samme_refund_fault fault);

typedef struct samme_refund_verdict {
    Samme__Verdict verdict;
    char reason[64];
    uint64_t lines;
} samme_refund_verdict;

typedef struct samme_refunded {
    char currency[4];
    int64_t minor;
} samme_refunded;

typedef struct samme_refund_tally {
    uint64_t returns, repeated, paid, not_paid;
    uint64_t refused[SAMME_REFUND_FAULTS];
    samme_refund_verdict
        verdicts[SAMME_IMPORT_VERDICTS_MAX]; /* the last stands for all that are too many */
    size_t verdict_count;
    samme_refunded refunded[SAMME_IMPORT_CURRENCIES_MAX];
    size_t currency_count;
} samme_refund_tally;

/* A receipt of another branch may take a while to be known: asked for again every pause_ms, wait_ms
 * in all. */
typedef struct samme_refund_wait {
    unsigned wait_ms, pause_ms;
} samme_refund_wait;
#define SAMME_REFUND_WAIT ((samme_refund_wait){.wait_ms = 30000, .pause_ms = 500})

/* Handles one line of the file and counts it. SAMME_CONFLICT: the line or the nodes refuse,
 * *out_fault and *error say what; go on with the next. Other statuses end the import. `arena` is
 * reset. */
samme_status samme_import_refund(samme_import_nodes *nodes, samme_refund_wait wait, samme_span line,
                                 samme_arena *arena, samme_refund_tally *tally,
                                 samme_refund_fault *out_fault, samme_error *error) SAMME_CHECKED;
uint64_t samme_import_refused(const samme_refund_tally *tally);

/* Prints the closing report to stdout: text, or one line of JSON (ImportReturnsReport). */
samme_status samme_import_refund_report(const samme_refund_tally *tally, int64_t elapsed_ms,
                                        bool json, samme_error *error) SAMME_CHECKED;

#endif
