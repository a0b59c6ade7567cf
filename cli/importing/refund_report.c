#include <stdlib.h>

#include "cli/importing/print.h"
#include "cli/importing/refunds.h"
#include "wire/mapping.h"

enum { REPORT_MAX_BYTES = 256 * 1024 };

/* Most lines first. */
static int by_lines(const void *a, const void *b) {
    const samme_refund_verdict *left = a, *right = b;
    if (left->lines != right->lines)
        return left->lines > right->lines ? -1 : 1;
    return strcmp(left->reason, right->reason);
}

static void append_json(samme_buffer *out, const samme_refund_tally *tally,
                        samme_refund_verdict *verdicts, int64_t elapsed_ms) {
    Samme__ImportReturnsReport report = SAMME__IMPORT_RETURNS_REPORT__INIT;
    Samme__ImportCount counts[SAMME_REFUND_FAULTS], *refused[SAMME_REFUND_FAULTS];
    Samme__ImportVerdict found[SAMME_IMPORT_VERDICTS_MAX], *found_at[SAMME_IMPORT_VERDICTS_MAX];
    Samme__ImportRefund sums[SAMME_IMPORT_CURRENCIES_MAX], *sums_at[SAMME_IMPORT_CURRENCIES_MAX];
    char currencies[SAMME_IMPORT_CURRENCIES_MAX][4];
    for (samme_refund_fault i = 0; i < SAMME_REFUND_FAULTS; i++)
        if (tally->refused[i] > 0) {
            refused[report.n_refused] = samme_import_count(
                &counts[report.n_refused], samme_refund_fault_name(i), tally->refused[i]);
            report.n_refused++;
        }
    for (size_t i = 0; i < tally->verdict_count; i++) {
        samme__import_verdict__init(&found[i]);
        found[i].verdict = verdicts[i].verdict;
        found[i].reason = verdicts[i].reason;
        found[i].lines = verdicts[i].lines;
        found_at[i] = &found[i];
    }
    for (size_t i = 0; i < tally->currency_count; i++) {
        samme__import_refund__init(&sums[i]);
        memcpy(currencies[i], tally->refunded[i].currency, sizeof currencies[i]);
        sums[i].currency = currencies[i];
        sums[i].minor = tally->refunded[i].minor;
        sums_at[i] = &sums[i];
    }
    report.returns = tally->returns;
    report.repeated_returns = tally->repeated;
    report.paid = tally->paid;
    report.not_paid = tally->not_paid;
    report.refused = refused;
    report.n_verdicts = tally->verdict_count;
    report.verdicts = found_at;
    report.n_refunded = tally->currency_count;
    report.refunded = sums_at;
    report.elapsed_ms = (uint64_t)elapsed_ms;
    report.returns_per_second = samme_progress_rate(tally->returns, elapsed_ms);
    samme_to_json(&report, out);
    samme_buffer_u8(out, '\n');
}

static void append_text(samme_buffer *out, const samme_refund_tally *tally,
                        const samme_refund_verdict *verdicts, int64_t elapsed_ms) {
    samme_progress_count(out, tally->returns);
    samme_buffer_append_text(out, " returns in ");
    samme_import_print_time(out, tally->returns, "returns", elapsed_ms);
    samme_import_print_count(out, tally->paid, "paid");
    for (size_t i = 0; i < tally->currency_count; i++) {
        samme_buffer_append_text(out, ", ");
        samme_import_print_money(out, tally->refunded[i].minor, tally->refunded[i].currency);
    }
    samme_buffer_u8(out, '\n');
    samme_import_print_count(out, tally->not_paid, "decided and not paid\n");
    for (samme_refund_fault i = 0; i < SAMME_REFUND_FAULTS; i++)
        if (tally->refused[i] > 0) {
            samme_import_print_count(out, tally->refused[i], "refused: ");
            samme_buffer_printf(out, "%s\n", samme_refund_fault_name(i));
        }
    samme_import_print_count(out, tally->repeated, "of all were opened before\n");
    samme_buffer_append_text(out, "lines by verdict and reason:\n");
    for (size_t i = 0; i < tally->verdict_count; i++) {
        samme_import_print_count(out, verdicts[i].lines, "");
        samme_buffer_printf(out, "%-16s %s\n",
                            samme_enum_name(&samme__verdict__descriptor, (int)verdicts[i].verdict),
                            verdicts[i].reason);
    }
}

samme_status samme_import_refund_report(const samme_refund_tally *tally, int64_t elapsed_ms,
                                        bool json, samme_error *error) {
    samme_refund_verdict verdicts[SAMME_IMPORT_VERDICTS_MAX];
    memcpy(verdicts, tally->verdicts, sizeof verdicts);
    qsort(verdicts, tally->verdict_count, sizeof verdicts[0], by_lines);
    samme_buffer out;
    samme_buffer_init(&out, REPORT_MAX_BYTES);
    if (json)
        append_json(&out, tally, verdicts, elapsed_ms);
    else
        append_text(&out, tally, verdicts, elapsed_ms);
    samme_status status = samme_import_print(&out, error);
    samme_buffer_free(&out);
    return status;
}
