#include "journal/day_totals.h"

#include <stdio.h>

#include "base/calendar.h"
#include "base/map.h"
#include "base/text.h"
#include "history/row.h"
#include "history/slices.h"
#include "wire/mapping.h"

/* What was paid back at a till on a day; the value in the map of these. */
typedef struct paid_back {
    uint64_t returns;
    int64_t returned;
    char currency[4]; /* of the first; "?" when there are several */
} paid_back;

typedef struct checking {
    const samme_rows *rows;
    const samme_days_asked *asked;
    samme_map *closed;   /* key of a day -> paid_back */
    samme_map *unplaced; /* branch u32 -> tag: the first day on which one may have been paid */
    samme_arena scratch;
    void (*visit)(void *context, const samme_day_check *check);
    void *context;
} checking;

/* Calls for each row of a letter; the row lives in the scratch until the next. */
static samme_status each(checking *self, char letter, const ProtobufCMessageDescriptor *type,
                         samme_status (*one)(checking *self, const ProtobufCMessage *row)) {
    const uint8_t prefix[1] = {(uint8_t)letter};
    samme_row_key key = {.bytes = {(uint8_t)letter}, .length = 1};
    for (;;) {
        samme_span value;
        const ProtobufCMessage *row;
        samme_arena_reset(&self->scratch);
        samme_status status = samme_row_next(self->rows, SAMME_SPAN(prefix, 1), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status = samme_row_parse(value, type, &self->scratch, &row);
        if (status == SAMME_OK)
            status = one(self, row);
        if (status != SAMME_OK)
            return status;
        samme_key_after(&key);
    }
}

static bool wanted(const checking *self, const Samme__DayRow *row, const samme_row_key *key) {
    const samme_days_asked *asked = self->asked;
    return (row->journal_index >= asked->since_index ||
            (asked->touched != NULL &&
             samme_map_get(asked->touched, samme_row_key_span(key), NULL))) &&
           (asked->only_branch == 0 || row->day->branch == asked->only_branch);
}

static samme_status note_day(checking *self, const ProtobufCMessage *message) {
    const Samme__DayRow *row = SAMME_ROW(DayRow, message);
    const paid_back none = {.returns = 0};
    samme_row_key key;
    if (row->day == NULL ||
        samme_day_key(row->day->branch, row->day->till, row->day->business_date, &key) != SAMME_OK)
        return SAMME_CORRUPT;
    if (!wanted(self, row, &key) || samme_map_count(self->closed) == SAMME_DAY_TILLS_MAX)
        return SAMME_OK;
    return samme_map_put(self->closed, samme_row_key_span(&key), SAMME_SPAN(&none, sizeof none), 0);
}

/* --- returns */
static samme_status note_unplaced(checking *self, const Samme__CaseRow *row) {
    uint8_t branch[4];
    samme_map_entry held;
    int32_t day;
    if (samme_date_parse(row->opened->today, &day) != SAMME_OK)
        day = INT32_MIN;
    const uint64_t from = (uint64_t)((int64_t)day - INT32_MIN);
    samme_put_u32(branch, row->branch);
    const samme_span key = SAMME_SPAN(branch, sizeof branch);
    if (samme_map_get(self->unplaced, key, &held) && held.tag <= from)
        return SAMME_OK;
    return samme_map_put(self->unplaced, key, SAMME_SPAN(NULL, 0), from);
}

static bool may_be_of(const checking *self, uint32_t branch, int32_t day) {
    uint8_t bytes[4];
    samme_map_entry held;
    samme_put_u32(bytes, branch);
    return samme_map_get(self->unplaced, SAMME_SPAN(bytes, sizeof bytes), &held) &&
           held.tag <= (uint64_t)((int64_t)day - INT32_MIN);
}

/* What a case was paid, where and when. */
typedef struct payment {
    const char *till;
    char day[SAMME_DATE_TEXT_BYTES];
    int64_t amount;
} payment;

/* False: nothing was paid. */
static bool paid_for(const Samme__CaseRow *row, payment *out) {
    *out = (payment){.till = ""};
    if (row->recorded != NULL) {
        out->till = row->recorded->till;
        snprintf(out->day, sizeof out->day, "%.10s", row->recorded->paid_at);
        for (size_t i = 0; i < row->recorded->n_lines; i++)
            out->amount = samme_add_up(out->amount, row->recorded->lines[i]->refund);
        return true;
    }
    if (row->done == NULL || row->done->outcome != SAMME__RETURN_OUTCOME__paid)
        return false;
    out->till = row->done->till;
    snprintf(out->day, sizeof out->day, "%.10s", row->done->paid_on);
    out->amount = row->done->paid;
    return true;
}

static const char *currency_of(const Samme__CaseRow *row) {
    return row->decided != NULL && row->decided->n_lines > 0 &&
                   row->decided->lines[0]->facts != NULL
               ? row->decided->lines[0]->facts->currency
               : "";
}

static samme_status note_case(checking *self, const ProtobufCMessage *message) {
    const Samme__CaseRow *row = SAMME_ROW(CaseRow, message);
    payment what;
    samme_row_key key;
    samme_map_entry held;
    paid_back sum;
    if (row->opened == NULL)
        return SAMME_CORRUPT;
    if (!paid_for(row, &what))
        return SAMME_OK;
    if (samme_day_key(row->branch, what.till, what.day, &key) != SAMME_OK)
        return note_unplaced(self, row);
    if (!samme_map_get(self->closed, samme_row_key_span(&key), &held))
        return SAMME_OK;
    memcpy(&sum, held.value.data, sizeof sum);
    sum.returned = samme_add_up(sum.returned, what.amount);
    if (sum.returns++ == 0)
        snprintf(sum.currency, sizeof sum.currency, "%.3s", currency_of(row));
    else if (strncmp(sum.currency, currency_of(row), 3) != 0)
        snprintf(sum.currency, sizeof sum.currency, "?");
    return samme_map_put(self->closed, samme_row_key_span(&key), SAMME_SPAN(&sum, sizeof sum), 0);
}

/* --- sales */
static bool is_behind(const Samme__ReceiptRow *sale, const Samme__DayRow *day) {
    return sale->epoch != day->epoch ? sale->epoch > day->epoch : sale->index > day->index;
}

static void add_sale(const Samme__ReceiptRow *row, const Samme__DayRow *day,
                     samme_day_totals *totals) {
    const Samme__Sale *sale = row->sale;
    if (sale->part != sale->parts)
        return; /* not all of it has come */
    totals->late_sales += is_behind(row, day);
    if (sale->till_seq != 0 && (totals->first_seq == 0 || sale->till_seq < totals->first_seq))
        totals->first_seq = sale->till_seq;
    if (sale->till_seq > totals->last_seq)
        totals->last_seq = sale->till_seq;
    if (sale->kind == SAMME__SALE_KIND__void) {
        totals->voids++;
        return;
    }
    totals->sales++;
    if (strcmp(sale->currency, day->day->currency) != 0)
        totals->one_currency = false;
    for (size_t i = 0; i < sale->n_tenders; i++) {
        const unsigned kind = (unsigned)sale->tenders[i]->kind;
        const unsigned known = kind < SAMME_TENDER_KINDS ? kind : SAMME__TENDER_KIND__other;
        totals->counts[known]++;
        totals->amounts[known] = samme_add_up(totals->amounts[known], sale->tenders[i]->amount);
    }
}

/* All receipts of a till and day lie behind each other. */
static samme_status add_sales(checking *self, const Samme__DayRow *day, samme_day_totals *totals) {
    char number[] = "0";
    Samme__ReceiptRef any = SAMME__RECEIPT_REF__INIT;
    any.branch = day->day->branch;
    any.till = day->day->till;
    any.number = number;
    any.business_date = day->day->business_date;
    samme_row_key prefix, key;
    samme_arena arena;
    if (samme_receipt_key(&any, &prefix) != SAMME_OK)
        return SAMME_CORRUPT;
    prefix.length -= 1 + strlen(number);
    key = prefix;
    samme_arena_init(&arena, SAMME_FOLD_SCRATCH_BYTES);
    samme_status status;
    for (;;) {
        samme_span value;
        const ProtobufCMessage *row;
        samme_arena_reset(&arena);
        status = samme_row_next(self->rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__receipt_row__descriptor, &arena, &row);
        if (status == SAMME_OK && SAMME_ROW(ReceiptRow, row)->sale == NULL)
            status = SAMME_CORRUPT;
        if (status != SAMME_OK)
            break;
        add_sale(SAMME_ROW(ReceiptRow, row), day, totals);
        samme_key_after(&key);
    }
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* --- what differs */
static void compare(samme_day_check *check, int64_t said, int64_t held, const char *name) {
    if (said == held || check->difference_count == SAMME_DAY_DIFFERENCES)
        return;
    samme_day_difference *one = &check->differences[check->difference_count++];
    *one = (samme_day_difference){.said = said, .held = held};
    snprintf(one->field, sizeof one->field, "%s", name);
}

static void compare_tenders(samme_day_check *check) {
    const Samme__DayClosed *day = check->row->day;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++) {
        int64_t count = 0, amount = 0;
        char name[48];
        for (size_t i = 0; i < day->n_tenders; i++)
            if ((unsigned)day->tenders[i]->kind == kind) {
                count = day->tenders[i]->count;
                amount = day->tenders[i]->amount;
            }
        const char *tender = samme_enum_name(&samme__tender_kind__descriptor, (int)kind);
        snprintf(name, sizeof name, "tenders.%.20s.count", tender);
        compare(check, count, (int64_t)check->held.counts[kind], name);
        snprintf(name, sizeof name, "tenders.%.20s.amount", tender);
        compare(check, amount, check->held.amounts[kind], name);
    }
}

static void compare_all(samme_day_check *check) {
    const Samme__DayClosed *day = check->row->day;
    const samme_day_totals *held = &check->held;
    compare(check, day->sales, (int64_t)held->sales, "sales");
    compare(check, day->voids, (int64_t)held->voids, "voids");
    if (day->last_till_seq != 0 && held->first_seq != 0 && held->first_seq < day->first_till_seq)
        compare(check, (int64_t)day->first_till_seq, (int64_t)held->first_seq, "first_till_seq");
    if (day->last_till_seq != 0 && held->last_seq > day->last_till_seq)
        compare(check, (int64_t)day->last_till_seq, (int64_t)held->last_seq, "last_till_seq");
    if (held->one_currency)
        compare_tenders(check);
    if (held->returns_known)
        compare(check, day->returns, (int64_t)held->returns, "returns");
    if (held->returned_known)
        compare(check, day->returned, held->returned, "returned");
}

static samme_status check_day(checking *self, const ProtobufCMessage *message) {
    const Samme__DayRow *row = SAMME_ROW(DayRow, message);
    samme_day_check check = {.row = row, .held = {.one_currency = true}};
    samme_row_key key;
    samme_map_entry entry;
    paid_back sum;
    int32_t day;
    if (samme_day_key(row->day->branch, row->day->till, row->day->business_date, &key) !=
            SAMME_OK ||
        samme_date_parse(row->day->business_date, &day) != SAMME_OK)
        return SAMME_CORRUPT;
    if (!samme_map_get(self->closed, samme_row_key_span(&key), &entry))
        return SAMME_OK; /* not looked at, or one too many */
    memcpy(&sum, entry.value.data, sizeof sum);
    check.held.returns = sum.returns;
    check.held.returned = sum.returned;
    check.held.returns_known = !may_be_of(self, row->day->branch, day);
    check.held.returned_known = check.held.returns_known &&
                                (sum.returns == 0 || strcmp(sum.currency, row->day->currency) == 0);
    samme_status status = add_sales(self, row, &check.held);
    if (status != SAMME_OK)
        return status;
    compare_all(&check);
    self->visit(self->context, &check);
    return SAMME_OK;
}

samme_status samme_check_days(const samme_rows *rows, const samme_days_asked *asked,
                              void (*visit)(void *context, const samme_day_check *check),
                              void *context) {
    checking self = {.rows = rows,
                     .asked = asked,
                     .closed = samme_map_new(),
                     .unplaced = samme_map_new(),
                     .visit = visit,
                     .context = context};
    samme_arena_init(&self.scratch, SAMME_FOLD_SCRATCH_BYTES);
    samme_status status = self.closed == NULL || self.unplaced == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    if (status == SAMME_OK)
        status = each(&self, 'z', &samme__day_row__descriptor, note_day);
    const bool any = status == SAMME_OK && samme_map_count(self.closed) > 0;
    if (any)
        status = each(&self, 'c', &samme__case_row__descriptor, note_case);
    if (any && status == SAMME_OK)
        status = each(&self, 'z', &samme__day_row__descriptor, check_day);
    samme_map_free(self.closed);
    samme_map_free(self.unplaced);
    samme_arena_free(&self.scratch);
    return status;
}
