#include "cli/importing/tally.h"

#include <stdio.h>

#include "cli/importing/print.h"
#include "wire/mapping.h"

enum { REPORT_MAX_BYTES = 64 * 1024 };

uint64_t samme_import_rejected(const samme_import_tally *tally) {
    uint64_t sum = 0;
    for (size_t i = 0; i < SAMME_FAULTS; i++)
        sum += tally->rejected[i];
    return sum;
}

static uint64_t ignored(const samme_import_tally *tally) {
    uint64_t sum = 0;
    for (size_t i = 0; i < SAMME_IMPORT_IGNORED_MAX; i++)
        sum += tally->ignored[i];
    return sum;
}

bool samme_import_adds_up(const samme_import_tally *tally) {
    return tally->rows == tally->sale_lines + tally->paired + tally->partly_paired +
                              tally->unpaired + tally->adjustments + ignored(tally) +
                              samme_import_rejected(tally);
}

static void append_json(samme_buffer *out, const samme_import_tally *tally,
                        const samme_import_map *map, int64_t elapsed_ms) {
    Samme__ImportReceiptsReport report = SAMME__IMPORT_RECEIPTS_REPORT__INIT;
    Samme__ImportCount counts[SAMME_IMPORT_IGNORED_MAX + SAMME_FAULTS];
    Samme__ImportCount *ignored_rows[SAMME_IMPORT_IGNORED_MAX], *rejected_rows[SAMME_FAULTS];
    size_t used = 0;
    for (size_t i = 0; i < map->map->n_ignored_prefixes; i++)
        if (tally->ignored[i] > 0)
            ignored_rows[report.n_ignored++] = samme_import_count(
                &counts[used++], map->map->ignored_prefixes[i]->reason, tally->ignored[i]);
    for (samme_row_fault i = 0; i < SAMME_FAULTS; i++)
        if (tally->rejected[i] > 0)
            rejected_rows[report.n_rejected++] =
                samme_import_count(&counts[used++], samme_row_fault_name(i), tally->rejected[i]);
    report.rows = tally->rows;
    report.sale_lines = tally->sale_lines;
    report.paired = tally->paired;
    report.partly_paired = tally->partly_paired;
    report.unpaired = tally->unpaired;
    report.adjustments = tally->adjustments;
    report.ignored = ignored_rows;
    report.rejected = rejected_rows;
    report.receipts = tally->receipts;
    report.repeated_receipts = tally->repeated_receipts;
    report.sold = tally->sold;
    report.currency = map->map->currency;
    report.quantity_paired = tally->quantity_paired;
    report.quantity_unpaired = tally->quantity_unpaired;
    report.returns = tally->returns;
    report.not_remembered = tally->not_remembered;
    report.largest_sale_bytes = tally->largest_sale_bytes;
    report.elapsed_ms = (uint64_t)elapsed_ms;
    report.rows_per_second = samme_progress_rate(tally->rows, elapsed_ms);
    samme_to_json(&report, out);
    samme_buffer_u8(out, '\n');
}

static void append_cancellations(samme_buffer *out, const samme_import_tally *tally) {
    samme_import_print_count(out, tally->paired + tally->partly_paired + tally->unpaired,
                             "cancellation rows: ");
    samme_progress_count(out, tally->paired);
    samme_buffer_append_text(out, " paired with purchases, ");
    samme_progress_count(out, tally->partly_paired);
    samme_buffer_append_text(out, " in part, ");
    samme_progress_count(out, tally->unpaired);
    samme_buffer_append_text(out, " not; ");
    samme_progress_count(out, tally->returns);
    samme_buffer_append_text(out, " returns\n");
    if (tally->not_remembered == 0)
        return;
    samme_buffer_append_text(out, "           (");
    samme_progress_count(out, tally->not_remembered);
    samme_buffer_append_text(out, " purchases were too many to remember for pairing)\n");
}

static void append_text(samme_buffer *out, const samme_import_tally *tally,
                        const samme_import_map *map, int64_t elapsed_ms) {
    samme_progress_count(out, tally->rows);
    samme_buffer_append_text(out, " rows read in ");
    samme_import_print_time(out, tally->rows, "rows", elapsed_ms);
    samme_import_print_count(out, tally->sale_lines, "sale lines in ");
    samme_progress_count(out, tally->receipts);
    samme_buffer_append_text(out, " receipts, ");
    samme_import_print_money(out, tally->sold, map->map->currency);
    samme_buffer_append_text(out, "; ");
    samme_progress_count(out, tally->repeated_receipts);
    samme_buffer_append_text(out, " of the receipts were recorded before\n");
    append_cancellations(out, tally);
    samme_import_print_count(out, tally->adjustments,
                             "adjustments (quantity zero or below on a sale), passed over\n");
    for (size_t i = 0; i < map->map->n_ignored_prefixes; i++) {
        samme_import_print_count(out, tally->ignored[i], "ignored: ");
        samme_buffer_printf(out, "%s\n", map->map->ignored_prefixes[i]->reason);
    }
    samme_import_print_count(out, samme_import_rejected(tally), "rejected\n");
    for (samme_row_fault i = 0; i < SAMME_FAULTS; i++)
        if (tally->rejected[i] > 0) {
            samme_import_print_count(out, tally->rejected[i], "  for: ");
            samme_buffer_printf(out, "%s\n", samme_row_fault_name(i));
        }
}

samme_status samme_import_report(const samme_import_tally *tally, const samme_import_map *map,
                                 int64_t elapsed_ms, bool json, samme_error *error) {
    samme_buffer out;
    samme_buffer_init(&out, REPORT_MAX_BYTES);
    if (json)
        append_json(&out, tally, map, elapsed_ms);
    else
        append_text(&out, tally, map, elapsed_ms);
    samme_status status = samme_import_print(&out, error);
    samme_buffer_free(&out);
    return status;
}
