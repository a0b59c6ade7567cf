#include "tests/unit/lib/history/fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "history/digest.h"

static samme_status no_get(void *self, samme_span key, samme_span *out) {
    (void)self, (void)key, (void)out;
    return SAMME_NOT_FOUND;
}
static samme_status no_seek(void *self, samme_span from, samme_span *key, samme_span *value) {
    (void)self, (void)from, (void)key, (void)value;
    return SAMME_NOT_FOUND;
}
static samme_status no_put(void *self, samme_span key, samme_span value) {
    (void)self, (void)key, (void)value;
    return SAMME_FULL;
}

samme_rows fixture_no_rows(void) {
    return (samme_rows){.get = no_get, .seek = no_seek, .put = no_put};
}

void fixture_init(fixture *f) {
    *f = (fixture){.journal_index = 0};
    samme_arena_init(&f->arena, 64u << 20);
    samme_arena_init(&f->scratch, SAMME_FOLD_SCRATCH_BYTES);
    cr_assert_eq(samme_layer_init(&f->table, fixture_no_rows()), SAMME_OK);
    f->rows = samme_layer_rows(&f->table);
}

void fixture_free(fixture *f) {
    samme_layer_fini(&f->table);
    samme_arena_free(&f->scratch);
    samme_arena_free(&f->arena);
}

samme_span fixture_entry(samme_arena *arena, Samme__EventKind kind, const void *body) {
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    samme_entry_head head = {.kind = kind, .region = 1, .time_ms = 1292054400000};
    cr_assert_eq(samme_entry_build(&head, body, &out), SAMME_OK);
    samme_span bytes = samme_arena_copy(arena, samme_buffer_span(&out));
    samme_buffer_free(&out);
    return bytes;
}

const char *fixture_fold_bytes(fixture *f, uint32_t branch, samme_span entry) {
    samme_position at = {.branch = branch,
                         .epoch = 1,
                         .index = f->next_index[branch]++,
                         .journal_index = f->journal_index++};
    samme_error error = {.text = ""};
    bool quarantined;
    cr_assert_eq(samme_fold(&f->rows, &at, entry, &f->scratch, &quarantined, &error), SAMME_OK,
                 "%s", error.text);
    const Samme__QuarantineRow *row;
    samme_status status =
        samme_find_quarantined(&f->rows, at.branch, at.epoch, at.index, &f->arena, &row);
    cr_assert_eq(status, quarantined ? SAMME_OK : SAMME_NOT_FOUND);
    return quarantined ? row->reason : NULL;
}

const char *fixture_fold(fixture *f, uint32_t branch, Samme__EventKind kind, const void *body) {
    return fixture_fold_bytes(f, branch, fixture_entry(&f->arena, kind, body));
}

Samme__ReceiptRef *fixture_receipt(samme_arena *arena, uint32_t branch, const char *number) {
    Samme__ReceiptRef *receipt = samme_arena_alloc(arena, sizeof *receipt);
    *receipt = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    receipt->branch = branch;
    receipt->till = samme_arena_text(arena, "T1");
    receipt->number = samme_arena_text(arena, number);
    receipt->business_date = samme_arena_text(arena, "2010-12-01");
    return receipt;
}

Samme__Sale *fixture_sale(samme_arena *arena, uint32_t branch, const char *number) {
    Samme__Sale *sale = samme_arena_alloc(arena, sizeof *sale);
    *sale = (Samme__Sale)SAMME__SALE__INIT;
    sale->receipt = fixture_receipt(arena, branch, number);
    sale->currency = samme_arena_text(arena, "EUR");
    sale->kind = SAMME__SALE_KIND__ordinary;
    return sale;
}

Samme__SaleLine *fixture_line(samme_arena *arena, Samme__Sale *sale, uint32_t no, int64_t quantity,
                              int64_t paid) {
    Samme__SaleLine **lines = samme_arena_alloc(arena, (sale->n_lines + 1) * sizeof *lines);
    if (sale->n_lines > 0)
        memcpy(lines, sale->lines, sale->n_lines * sizeof *lines);
    Samme__SaleLine *line = samme_arena_alloc(arena, sizeof *line);
    *line = (Samme__SaleLine)SAMME__SALE_LINE__INIT;
    line->no = no;
    line->quantity = quantity;
    line->paid = paid;
    line->category = samme_arena_text(arena, "books");
    lines[sale->n_lines++] = line;
    sale->lines = lines;
    return line;
}

void fixture_open_line(samme_arena *arena, Samme__ReturnOpened *opened, uint32_t no,
                       int64_t quantity) {
    Samme__ReturnLine **lines = samme_arena_alloc(arena, (opened->n_lines + 1) * sizeof *lines);
    if (opened->n_lines > 0)
        memcpy(lines, opened->lines, opened->n_lines * sizeof *lines);
    Samme__ReturnLine *line = samme_arena_alloc(arena, sizeof *line);
    *line = (Samme__ReturnLine)SAMME__RETURN_LINE__INIT;
    line->no = no;
    line->quantity = quantity;
    lines[opened->n_lines++] = line;
    opened->lines = lines;
}

Samme__ReturnOpened *fixture_opened(samme_arena *arena, const char *code,
                                    Samme__ReceiptRef *receipt, uint32_t no, int64_t quantity) {
    Samme__ReturnOpened *opened = samme_arena_alloc(arena, sizeof *opened);
    *opened = (Samme__ReturnOpened)SAMME__RETURN_OPENED__INIT;
    opened->case_code = samme_arena_text(arena, code);
    opened->receipt = receipt;
    opened->claim_type = SAMME__CLAIM_TYPE__changed_mind;
    opened->condition = SAMME__CONDITION__unopened;
    opened->receipt_kind = SAMME__RECEIPT_KIND__receipt;
    opened->today = samme_arena_text(arena, "2010-12-11");
    fixture_open_line(arena, opened, no, quantity);
    return opened;
}

static Samme__Basis *make_basis(samme_arena *arena, const samme_horizon *horizon,
                                const Samme__ReceiptRow *sale) {
    Samme__Basis *basis = samme_arena_alloc(arena, sizeof *basis);
    *basis = (Samme__Basis)SAMME__BASIS__INIT;
    basis->journal_size = horizon->journal_size;
    basis->own_size = horizon->own_size;
    basis->facts_version = SAMME_FACTS_VERSION;
    basis->release = samme_arena_alloc(arena, sizeof *basis->release);
    *basis->release = (Samme__ReleaseRef)SAMME__RELEASE_REF__INIT;
    if (sale != NULL) {
        basis->sale_branch = sale->sale->receipt->branch;
        basis->sale_epoch = sale->epoch;
        basis->sale_index = sale->index;
    }
    return basis;
}

Samme__ReturnDecided *fixture_decided(samme_arena *arena, const samme_rows *rows,
                                      const Samme__ReturnOpened *opened,
                                      const samme_horizon *horizon, Samme__Verdict verdict) {
    Samme__ReturnDecided *decided = samme_arena_alloc(arena, sizeof *decided);
    *decided = (Samme__ReturnDecided)SAMME__RETURN_DECIDED__INIT;
    decided->case_code = opened->case_code;
    decided->receipt = opened->receipt;
    decided->decide_version = 1;
    decided->n_lines = opened->n_lines;
    decided->lines = samme_arena_alloc(arena, opened->n_lines * sizeof(Samme__LineDecision *));
    const Samme__ReceiptRow *sale = NULL;
    for (size_t i = 0; i < opened->n_lines; i++) {
        Samme__LineDecision *line = samme_arena_alloc(arena, sizeof *line);
        *line = (Samme__LineDecision)SAMME__LINE_DECISION__INIT;
        line->no = opened->lines[i]->no;
        line->quantity = opened->lines[i]->quantity;
        cr_assert_eq(samme_derive_facts(rows, opened, opened->lines[i], horizon,
                                        SAMME__MODE__normal, arena, &line->facts, &sale),
                     SAMME_OK);
        line->answer = samme_arena_alloc(arena, sizeof *line->answer);
        *line->answer = (Samme__Answer)SAMME__ANSWER__INIT;
        line->answer->verdict = verdict;
        if (verdict == SAMME__VERDICT__authorise && line->facts->has_line_paid_case != 0)
            line->answer->refund = line->facts->line_paid;
        decided->lines[i] = line;
    }
    decided->basis = make_basis(arena, horizon, sale);
    cr_assert_eq(samme_list_loans(rows, opened, horizon, arena, &decided->lent, &decided->n_lent),
                 SAMME_OK);
    return decided;
}

Samme__ReturnDone *fixture_done(samme_arena *arena, const char *code,
                                Samme__ReturnOutcome outcome) {
    Samme__ReturnDone *done = samme_arena_alloc(arena, sizeof *done);
    *done = (Samme__ReturnDone)SAMME__RETURN_DONE__INIT;
    done->case_code = samme_arena_text(arena, code);
    done->outcome = outcome;
    return done;
}

samme_horizon fixture_present(uint32_t branch) {
    return (samme_horizon){
        .branch = branch, .epoch = 1, .journal_size = UINT64_MAX, .own_size = UINT64_MAX};
}

samme_line_sum fixture_sum(const fixture *f, const Samme__ReceiptRef *receipt, uint32_t line,
                           samme_horizon horizon) {
    samme_line_sum sum;
    cr_assert_eq(samme_refunded(&f->rows, receipt, line, &horizon, &sum), SAMME_OK);
    return sum;
}

/* Calls for every row; keys are copied, as no put comes between. */
static samme_hash sum_rows(const samme_rows *rows,
                           void (*add)(samme_hash *, samme_span, samme_span)) {
    samme_hash sum = {{0}};
    uint8_t from[512] = {0};
    size_t length = 1;
    samme_span key, value;
    while (rows->seek(rows->self, SAMME_SPAN(from, length), &key, &value) == SAMME_OK) {
        add(&sum, key, value);
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        length = key.length + 1;
    }
    return sum;
}

static void add_digested(samme_hash *sum, samme_span key, samme_span value) {
    if (strchr("rzfmcqa", key.data[0]) == NULL)
        return;
    samme_hash hash = samme_row_hash(key, value);
    samme_digest_add(sum, &hash);
}

static void add_digest(samme_hash *sum, samme_span key, samme_span value) {
    if (key.data[0] == 'd')
        samme_digest_add(sum, (const samme_hash *)(const void *)value.data);
}

samme_hash fixture_recount(const samme_rows *rows) {
    return sum_rows(rows, add_digested);
}

samme_hash fixture_digest_sum(const samme_rows *rows) {
    return sum_rows(rows, add_digest);
}
