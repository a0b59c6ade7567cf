/* What an audit reads from the folded state at its end: closed days, and refunds that no till has
 * said anything of since. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/auditing_run.h"
#include "history/cases.h"
#include "history/row.h"
#include "history/slices.h"
#include "journal/day_totals.h"
#include "journal/packed.h"

enum { SCRATCH_BYTES = 16 * 1024 * 1024 };

/* --- days */
samme_status samme_audit_touch_day(samme_audit_run *run, const samme_position *position,
                                   samme_span entry) {
    enum {
        KIND = 1,
        CLEAR = 9,
        RECEIPT = 1,
        RECEIPT_TILL = 2,
        RECEIPT_DATE = 4,
        TILL = 90,
        DAY = 120
    };
    const uint64_t kind = samme_packed_varint(entry, KIND);
    samme_span body = samme_packed_bytes(entry, CLEAR), till, date;
    if (kind == SAMME__EVENT_KIND__sale) {
        body = samme_packed_bytes(body, RECEIPT);
        till = samme_packed_bytes(body, RECEIPT_TILL);
        date = samme_packed_bytes(body, RECEIPT_DATE);
    } else if (kind == SAMME__EVENT_KIND__return_done) {
        till = samme_packed_bytes(body, TILL);
        date = samme_packed_bytes(body, DAY);
    } else {
        return SAMME_OK;
    }
    char names[2][SAMME_TILL_MAX_BYTES + 1];
    samme_row_key key;
    if (till.length > SAMME_TILL_MAX_BYTES || date.length > SAMME_TILL_MAX_BYTES)
        return SAMME_OK;
    snprintf(names[0], sizeof names[0], "%.*s", (int)till.length, (const char *)till.data);
    snprintf(names[1], sizeof names[1], "%.*s", (int)date.length, (const char *)date.data);
    if (samme_day_key(position->branch, names[0], names[1], &key) != SAMME_OK)
        return SAMME_OK;
    if (run->touched == NULL && (run->touched = samme_map_new()) == NULL)
        return SAMME_NO_MEMORY;
    if (samme_map_count(run->touched) >= SAMME_DAY_TILLS_MAX)
        return SAMME_OK;
    return samme_map_put(run->touched, samme_row_key_span(&key), SAMME_SPAN(NULL, 0), 0);
}

typedef struct visiting {
    samme_audit_run *run;
    samme_status status;
} visiting;

static void report_difference(visiting *self, const samme_day_check *check,
                              const samme_day_difference *difference) {
    samme_audit *audit = self->run->audit;
    const Samme__DayRow *row = check->row;
    samme_finding finding = {.kind = SAMME_FINDING_DAY_TOTAL,
                             .position = {.branch = row->day->branch,
                                          .epoch = row->epoch,
                                          .index = row->index,
                                          .journal_index = row->journal_index}};
    finding.field = samme_arena_text(&audit->arena, difference->field);
    if (finding.field == NULL)
        self->status = SAMME_NO_MEMORY;
    snprintf(finding.expected, sizeof finding.expected, "%lld", (long long)difference->held);
    snprintf(finding.found, sizeof finding.found, "%lld", (long long)difference->said);
    int length =
        snprintf(finding.text, sizeof finding.text,
                 "till %.32s, day %.10s: %s is %s by its log, the till said %s", row->day->till,
                 row->day->business_date, difference->field, finding.expected, finding.found);
    if (check->held.late_sales > 0 && length > 0 && (size_t)length < sizeof finding.text)
        snprintf(finding.text + length, sizeof finding.text - (size_t)length,
                 "; %llu sales came after it was closed",
                 (unsigned long long)check->held.late_sales);
    samme_audit_keep_finding(audit, &finding);
}

static void keep_late(visiting *self, const samme_day_check *check) {
    samme_audit_days *days = &self->run->audit->days;
    if (days->late_count++ >= SAMME_LATE_DAYS_MAX)
        return;
    samme_audit_late_day *one = &days->late[days->late_count - 1];
    one->branch = check->row->day->branch;
    one->sales = check->held.late_sales;
    snprintf(one->till, sizeof one->till, "%s", check->row->day->till);
    snprintf(one->day, sizeof one->day, "%.10s", check->row->day->business_date);
    samme_audit_clean(one->till);
}

static void visit_day(void *context, const samme_day_check *check) {
    visiting *self = context;
    samme_audit_days *days = &self->run->audit->days;
    days->closed++;
    days->agree += check->difference_count == 0;
    days->returns_not_compared += !check->held.returns_known;
    days->amounts_not_compared += !check->held.one_currency || !check->held.returned_known;
    if (check->held.late_sales > 0)
        keep_late(self, check);
    for (size_t i = 0; i < check->difference_count; i++)
        report_difference(self, check, &check->differences[i]);
}

/* --- refunds without an outcome */
typedef struct listing {
    samme_audit_run *run;
    samme_arena scratch;
} listing;

/* The record that brought the entry which lets the till pay: that of its slices, or, of a return
 * without a receipt, one not before what it was decided on. */
static samme_status find_record(listing *self, const Samme__CaseRow *row, uint64_t *out) {
    const samme_rows *rows = &self->run->follow.replay.rows;
    const bool approved = row->approved != NULL;
    samme_row_key receipt, prefix, key;
    const ProtobufCMessage *slice;
    *out = row->decided->basis != NULL ? row->decided->basis->journal_size : 0;
    if (!samme_receipt_named(row->opened->receipt) ||
        samme_receipt_key(row->opened->receipt, &receipt) != SAMME_OK)
        return SAMME_OK;
    for (size_t i = 0; i < row->decided->n_lines; i++) {
        samme_line_prefix(&receipt, row->decided->lines[i]->no, &prefix);
        samme_slice_key(&prefix, row->branch, approved ? row->approved_epoch : row->decided_epoch,
                        approved ? row->approved_index : row->decided_index, &key);
        samme_status status =
            samme_row_read(rows, samme_row_key_span(&key), &samme__refund_slice__descriptor,
                           &self->scratch, &slice);
        if (status == SAMME_OK)
            *out = SAMME_ROW(RefundSlice, slice)->journal_index;
        if (status != SAMME_NOT_FOUND)
            return status;
    }
    return SAMME_OK;
}

/* Hub time of a record; of one not there yet, that of the newest. */
static samme_status time_of(listing *self, uint64_t record, int64_t *out) {
    samme_audit_run *run = self->run;
    const samme_key8 key = samme_key_u64(record);
    samme_span stored;
    samme_record opened;
    *out = run->follow.replay.hub_time_ms;
    if (record >= run->follow.replay.range.size)
        return SAMME_OK;
    samme_status status = samme_space_get(&run->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status == SAMME_OK)
        status = samme_record_open(stored, &self->scratch, &opened, NULL);
    if (status == SAMME_OK)
        *out = opened.hub_time_ms;
    return status;
}

static int64_t refund_of(const Samme__CaseRow *row) {
    int64_t sum = 0;
    for (size_t i = 0; i < row->decided->n_lines; i++) {
        const Samme__LineDecision *line = row->decided->lines[i];
        if (line->answer->verdict == SAMME__VERDICT__authorise)
            sum = samme_add_up(sum, line->answer->refund);
    }
    for (size_t i = 0; row->approved != NULL && i < row->approved->n_lines; i++)
        sum = samme_add_up(sum, row->approved->lines[i]->refund);
    return sum;
}

static samme_status keep_unresolved(listing *self, const Samme__CaseRow *row) {
    samme_audit *audit = self->run->audit;
    const uint32_t only = self->run->options->only_branch;
    uint64_t record;
    if (row->opened == NULL || samme_case_stage(row) != SAMME_STAGE_PAYABLE ||
        (only != 0 && row->branch != only))
        return SAMME_OK;
    audit->unresolved_total++;
    if (audit->unresolved_count == SAMME_UNRESOLVED_MAX)
        return SAMME_OK;
    samme_unresolved *one = &audit->unresolved[audit->unresolved_count];
    *one = (samme_unresolved){.branch = row->branch, .refund = refund_of(row)};
    snprintf(one->case_code, sizeof one->case_code, "%s", row->opened->case_code);
    samme_audit_clean(one->case_code);
    if (row->decided->n_lines > 0 && row->decided->lines[0]->facts != NULL)
        snprintf(one->currency, sizeof one->currency, "%.3s",
                 row->decided->lines[0]->facts->currency);
    samme_status status = find_record(self, row, &record);
    if (status == SAMME_OK)
        status = time_of(self, record, &one->since_ms);
    one->age_ms = self->run->follow.replay.hub_time_ms - one->since_ms;
    audit->unresolved_count += status == SAMME_OK;
    return status;
}

static int by_branch_and_age(const void *left, const void *right) {
    const samme_unresolved *a = left, *b = right;
    if (a->branch != b->branch)
        return a->branch < b->branch ? -1 : 1;
    if (a->since_ms != b->since_ms)
        return a->since_ms < b->since_ms ? -1 : 1;
    return strcmp(a->case_code, b->case_code);
}

static samme_status list_unresolved(listing *self) {
    samme_audit *audit = self->run->audit;
    samme_row_key key = {.bytes = {'c'}, .length = 1};
    for (;;) {
        samme_span value;
        const ProtobufCMessage *row;
        samme_arena_reset(&self->scratch);
        samme_status status =
            samme_row_next(&self->run->follow.replay.rows, SAMME_LITERAL("c"), &key, &value);
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__case_row__descriptor, &self->scratch, &row);
        if (status == SAMME_OK)
            status = keep_unresolved(self, SAMME_ROW(CaseRow, row));
        if (status != SAMME_OK) {
            qsort(audit->unresolved, audit->unresolved_count, sizeof *audit->unresolved,
                  by_branch_and_age);
            return status == SAMME_NOT_FOUND ? SAMME_OK : status;
        }
        samme_key_after(&key);
    }
}

/* The first record of that hub time or later, which never goes back. */
static samme_status first_since(listing *self, int64_t since_ms, uint64_t *out) {
    uint64_t from = 0, to = self->run->follow.replay.range.size;
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && from < to) {
        const uint64_t middle = from + (to - from) / 2;
        int64_t time_ms = 0;
        samme_arena_reset(&self->scratch);
        status = time_of(self, middle, &time_ms);
        if (time_ms < since_ms)
            from = middle + 1;
        else
            to = middle;
    }
    *out = from;
    return status;
}

samme_status samme_audit_sum_rows(samme_audit_run *run) {
    const samme_audit_options *options = run->options;
    visiting days = {.run = run, .status = SAMME_OK};
    listing cases = {.run = run};
    samme_days_asked asked = {.touched = run->touched, .only_branch = options->only_branch};
    samme_arena_init(&cases.scratch, SCRATCH_BYTES);
    samme_status status = first_since(&cases, options->since_ms, &asked.since_index);
    if (asked.since_index < options->since_index)
        asked.since_index = options->since_index;
    if (asked.since_index < run->before.size)
        asked.since_index = run->before.size;
    if (status == SAMME_OK)
        status = samme_check_days(&run->follow.replay.rows, &asked, visit_day, &days);
    if (status == SAMME_OK)
        status = days.status;
    if (status == SAMME_OK)
        status = list_unresolved(&cases);
    samme_arena_free(&cases.scratch);
    return status;
}
