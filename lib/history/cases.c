#include "history/cases.h"

#include "base/text.h"
#include "history/approval.h"
#include "history/query.h"

enum {
    DAY_SHIFT = 26,   /* of milliseconds: buckets of 18.6 hours */
    INDEX_SHIFT = 10, /* of entries */
    EPOCH_SHIFT = 40,
};

bool samme_case_pays(const Samme__CaseRow *row) {
    return row->decided != NULL && !row->promise;
}

static bool payable(const Samme__CaseRow *row) {
    if (!samme_case_pays(row))
        return false;
    for (size_t i = 0; i < row->decided->n_lines; i++)
        if (row->decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise)
            return true;
    return row->approved != NULL;
}

static bool approvable(const Samme__CaseRow *row) {
    for (size_t i = 0; i < row->decided->n_lines; i++)
        if (samme_line_approvable(row->decided->lines[i]))
            return true;
    return false;
}

samme_stage samme_case_stage(const Samme__CaseRow *row) {
    if (row->done != NULL)
        return SAMME_STAGE_NONE;
    if (row->opened->awaiting && row->received == NULL)
        return SAMME_STAGE_AWAITS;
    if (payable(row))
        return SAMME_STAGE_PAYABLE;
    if (row->received != NULL && !samme_case_pays(row))
        return SAMME_STAGE_CAME;
    if (row->decided == NULL)
        return SAMME_STAGE_OPEN;
    return approvable(row) ? SAMME_STAGE_ASKS : SAMME_STAGE_NONE;
}

/* An approval lets the till pay from then on, and it pays all of the case at once. */
int64_t samme_case_valid_until(const Samme__CaseRow *row) {
    const int64_t until = row->approved != NULL  ? row->approved->valid_until_ms
                          : row->decided != NULL ? row->decided->valid_until_ms
                                                 : 0;
    return until > 0 ? until : 0;
}

const Samme__ReturnLine *samme_asked_line(const Samme__ReturnOpened *opened, uint32_t no) {
    for (size_t i = 0; i < opened->n_lines; i++)
        if (opened->lines[i]->no == no)
            return opened->lines[i];
    return NULL;
}

samme_status samme_case_asked(const Samme__CaseRow *row, samme_arena *arena,
                              const Samme__ReturnOpened **out) {
    const Samme__GoodsReceived *received = row->received;
    *out = row->opened;
    if (received == NULL)
        return SAMME_OK;
    Samme__ReturnOpened *asked = samme_arena_alloc(arena, sizeof *asked);
    Samme__ReturnLine *lines = samme_arena_alloc(arena, received->n_lines * sizeof *lines);
    Samme__ReturnLine **list = samme_arena_alloc(arena, received->n_lines * sizeof *list);
    if (asked == NULL || lines == NULL || list == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < received->n_lines; i++) {
        const Samme__ReturnLine *said = samme_asked_line(row->opened, received->lines[i]->no);
        lines[i] = *received->lines[i];
        if (lines[i].condition == SAMME__CONDITION__condition_unset && said != NULL)
            lines[i].condition = said->condition;
        list[i] = &lines[i];
    }
    *asked = *row->opened;
    asked->n_lines = received->n_lines;
    asked->lines = list;
    *out = asked;
    return SAMME_OK;
}

/* Keys */

static void put_byte(samme_row_key *key, uint8_t byte) {
    key->bytes[key->length++] = byte;
}

static void put_u64(samme_row_key *key, uint64_t value) {
    samme_put_u64(key->bytes + key->length, value);
    key->length += sizeof value;
}

static void put_text(samme_row_key *key, const char *text) {
    const size_t length = strlen(text);
    memcpy(key->bytes + key->length, text, length);
    key->length += length;
}

static void stage_prefix(char kind, uint32_t branch, samme_stage stage, samme_row_key *out) {
    out->length = 0;
    put_byte(out, 'u');
    put_byte(out, (uint8_t)kind);
    samme_put_u32(out->bytes + out->length, branch);
    out->length += sizeof branch;
    put_byte(out, (uint8_t)stage);
}

static void case_key(uint32_t branch, samme_stage stage, uint64_t order, const char *code,
                     samme_row_key *out) {
    stage_prefix('s', branch, stage, out);
    put_u64(out, order);
    put_text(out, code);
}

static unsigned shift_of(samme_stage stage) {
    return stage == SAMME_STAGE_PAYABLE ? DAY_SHIFT : INDEX_SHIFT;
}

static void bucket_key(uint32_t branch, samme_stage stage, uint64_t bucket, samme_row_key *out) {
    stage_prefix('n', branch, stage, out);
    put_u64(out, bucket);
}

static samme_status receipt_prefix(const Samme__ReceiptRef *receipt, samme_row_key *out) {
    samme_row_key key;
    if (!samme_receipt_named(receipt) || samme_receipt_key(receipt, &key) != SAMME_OK)
        return SAMME_MALFORMED;
    out->length = 0;
    put_byte(out, 'u');
    put_byte(out, 'r');
    memcpy(out->bytes + out->length, key.bytes + 1, key.length - 1);
    out->length += key.length - 1;
    return SAMME_OK;
}

/* The fold */

static uint64_t order_of(const Samme__CaseRow *row, samme_stage stage) {
    if (stage == SAMME_STAGE_PAYABLE)
        return (uint64_t)samme_case_valid_until(row);
    return (uint64_t)row->epoch << EPOCH_SHIFT | row->opened_index;
}

static samme_status put_plain(samme_folding *folding, const samme_row_key *key, samme_span value) {
    samme_status status = folding->rows->put(folding->rows->self, samme_row_key_span(key), value);
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status; /* of the commit, never of the entry */
}

static samme_status count_in(samme_folding *folding, uint32_t branch, samme_stage stage,
                             uint64_t order, bool comes) {
    samme_row_key key;
    samme_span held;
    uint8_t bytes[8];
    bucket_key(branch, stage, order >> shift_of(stage), &key);
    samme_status status = folding->rows->get(folding->rows->self, samme_row_key_span(&key), &held);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (status == SAMME_OK && held.length != sizeof bytes)
        return SAMME_CORRUPT;
    const uint64_t count = status == SAMME_OK ? samme_get_u64(held.data) : 0;
    if (!comes && count == 0) /* it came by a version that had no such rows */
        return SAMME_OK;
    samme_put_u64(bytes, comes ? count + 1 : count - 1);
    return put_plain(folding, &key, SAMME_SPAN(bytes, sizeof bytes));
}

/* Rows cannot be taken away: one that left its stage is empty, and its bucket counts one less. */
static samme_status move(samme_folding *folding, const Samme__CaseRow *row, samme_stage stage,
                         bool comes) {
    static const uint8_t here = 1;
    samme_row_key key;
    if (stage == SAMME_STAGE_NONE)
        return SAMME_OK;
    const uint64_t order = order_of(row, stage);
    case_key(row->branch, stage, order, row->opened->case_code, &key);
    samme_status status = put_plain(folding, &key, SAMME_SPAN(&here, comes ? 1 : 0));
    return status == SAMME_OK ? count_in(folding, row->branch, stage, order, comes) : status;
}

samme_status samme_fold_case_index(samme_folding *folding, const Samme__CaseRow *held,
                                   const Samme__CaseRow *row) {
    const samme_stage now = samme_case_stage(row);
    samme_status status = SAMME_OK;
    if (held == NULL && samme_receipt_named(row->opened->receipt)) {
        samme_row_key key;
        if (receipt_prefix(row->opened->receipt, &key) != SAMME_OK)
            return SAMME_CORRUPT; /* it was looked at when the case was opened */
        put_text(&key, row->opened->case_code);
        status = put_plain(folding, &key, SAMME_SPAN(NULL, 0));
    }
    const samme_stage before = held == NULL ? SAMME_STAGE_NONE : samme_case_stage(held);
    if (before == now && (held == NULL || order_of(held, now) == order_of(row, now)))
        return status;
    if (status == SAMME_OK && held != NULL)
        status = move(folding, held, before, false);
    return status == SAMME_OK ? move(folding, row, now, true) : status;
}

/* Lists */

static samme_status read_case(const samme_rows *rows, const char *code, samme_arena *arena,
                              const Samme__CaseRow **out) {
    samme_status status = samme_find_case(rows, code, arena, out);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    return (*out)->opened == NULL ? SAMME_CORRUPT : SAMME_OK;
}

/* The text behind the first bytes of a key. */
static const char *code_in(const samme_row_key *key, size_t at, samme_arena *arena) {
    if (key->length <= at || key->length > at + SAMME_CASE_CODE_MAX_BYTES)
        return NULL;
    return (const char *)samme_arena_copy(arena, SAMME_SPAN(key->bytes + at, key->length - at))
        .data;
}

/* What is looked for, bucket by bucket. */
typedef struct scan {
    const samme_rows *rows;
    const samme_case_list *list;
    samme_arena *arena; /* NULL: only counted */
    samme_case_listed *out;
    size_t maximum, count;
    uint64_t counted;
} scan;

static bool full(const scan *self) {
    return self->arena != NULL && self->count == self->maximum;
}

static samme_status take(scan *self, const samme_row_key *key, size_t head) {
    self->counted++;
    if (self->arena == NULL)
        return SAMME_OK;
    const char *code = code_in(key, head, self->arena);
    samme_case_listed *item = &self->out[self->count];
    if (code == NULL)
        return SAMME_CORRUPT;
    item->order = samme_get_u64(key->bytes + head - 8);
    samme_status status = read_case(self->rows, code, self->arena, &item->row);
    self->count += status == SAMME_OK ? 1 : 0;
    return status;
}

/* Those in rows from `key` on, below the end. */
static samme_status scan_rows(scan *self, samme_row_key *key, uint64_t end) {
    samme_row_key prefix;
    stage_prefix('s', self->list->branch, self->list->stage, &prefix);
    const size_t head = prefix.length + 8;
    while (!full(self)) {
        samme_span value;
        samme_status status = samme_row_next(self->rows, samme_row_key_span(&prefix), key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK && key->length <= head)
            status = SAMME_CORRUPT;
        if (status == SAMME_OK && samme_get_u64(key->bytes + prefix.length) >= end)
            return SAMME_OK;
        if (status == SAMME_OK && value.length > 0)
            status = take(self, key, head);
        if (status != SAMME_OK)
            return status;
        samme_key_after(key);
    }
    return SAMME_OK;
}

static samme_status scan_bucket(scan *self, uint64_t bucket) {
    const samme_case_list *list = self->list;
    const unsigned shift = shift_of(list->stage);
    const uint64_t first = bucket << shift;
    const uint64_t last = first + ((1ULL << shift) - 1);
    const uint64_t end = last < list->below ? last + 1 : list->below;
    const bool from_here = list->after_case != NULL && list->after >= first;
    samme_row_key key;
    case_key(list->branch, list->stage, from_here ? list->after : first,
             from_here ? list->after_case : "", &key);
    if (from_here)
        samme_key_after(&key);
    return scan_rows(self, &key, end);
}

static samme_status scan_buckets(scan *self) {
    const samme_case_list *list = self->list;
    const unsigned shift = shift_of(list->stage);
    samme_row_key prefix, key;
    stage_prefix('n', list->branch, list->stage, &prefix);
    bucket_key(list->branch, list->stage, list->after_case == NULL ? 0 : list->after >> shift,
               &key);
    while (!full(self)) {
        samme_span value;
        samme_status status = samme_row_next(self->rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK && (key.length != prefix.length + 8 || value.length != 8))
            status = SAMME_CORRUPT;
        if (status != SAMME_OK)
            return status;
        const uint64_t bucket = samme_get_u64(key.bytes + prefix.length);
        if (bucket << shift >= list->below)
            return SAMME_OK;
        const uint64_t living = samme_get_u64(value.data);
        const bool whole = self->arena == NULL && list->after_case == NULL &&
                           (bucket << shift) + ((1ULL << shift) - 1) < list->below;
        if (whole)
            self->counted += living;
        else if (living > 0)
            status = scan_bucket(self, bucket);
        if (status != SAMME_OK)
            return status;
        samme_key_after(&key);
    }
    return SAMME_OK;
}

samme_status samme_list_cases(const samme_rows *rows, const samme_case_list *list,
                              samme_arena *arena, samme_case_listed *out, size_t maximum,
                              size_t *out_count) {
    scan self = {.rows = rows, .list = list, .arena = arena, .out = out, .maximum = maximum};
    samme_status status = scan_buckets(&self);
    *out_count = self.count;
    return status;
}

samme_status samme_count_cases(const samme_rows *rows, const samme_case_list *list, uint64_t *out) {
    scan self = {.rows = rows, .list = list};
    samme_status status = scan_buckets(&self);
    *out = self.counted;
    return status;
}

samme_status samme_list_cases_of_receipt(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                         const char *after_case, samme_arena *arena,
                                         const Samme__CaseRow **out, size_t maximum,
                                         size_t *out_count) {
    samme_row_key prefix, key;
    *out_count = 0;
    samme_status status = receipt_prefix(receipt, &prefix);
    if (status != SAMME_OK || strlen(after_case) > SAMME_CASE_CODE_MAX_BYTES)
        return SAMME_MALFORMED;
    key = prefix;
    put_text(&key, after_case);
    if (after_case[0] != 0)
        samme_key_after(&key);
    while (*out_count < maximum) {
        samme_span value;
        status = samme_row_next(rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        const char *code = status == SAMME_OK ? code_in(&key, prefix.length, arena) : NULL;
        if (status == SAMME_OK)
            status = code == NULL ? SAMME_CORRUPT : read_case(rows, code, arena, &out[*out_count]);
        if (status != SAMME_OK)
            return status;
        ++*out_count;
        samme_key_after(&key);
    }
    return SAMME_OK;
}
