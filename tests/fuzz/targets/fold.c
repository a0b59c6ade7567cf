/* Target: samme_fold and the queries, on entries that are well formed: the input is a tape from
 * which their fields are drawn, so that each change of it is another history, and hardly ever
 * another quarantine of noise. */
#include <stdio.h>

#include "base/text.h"
#include "fuzz/folded.h"
#include "fuzz/fuzz.h"
#include "history/alarms.h"
#include "history/cases.h"
#include "history/query.h"
#include "history/row.h"

enum { LINES_MAX = 3, ENTRIES_MAX = 64 };

/* One entry being drawn: its parts lie here until it is packed. */
typedef struct draft {
    fuzz_input *tape;
    uint32_t branch;
    Samme__ReceiptRef receipt;
    char number[8], code[16], currency[4];
    Samme__SaleLine sale_lines[LINES_MAX];
    Samme__SaleLine *sale_pointers[LINES_MAX];
    Samme__ReturnLine return_lines[LINES_MAX];
    Samme__ReturnLine *return_pointers[LINES_MAX];
    Samme__LineDecision decisions[LINES_MAX];
    Samme__LineDecision *decision_pointers[LINES_MAX];
    Samme__Facts facts[LINES_MAX];
    Samme__Answer answers[LINES_MAX];
    Samme__ReleaseRef release;
    Samme__Basis basis;
    Samme__LentRef lent, *lent_pointer;
    Samme__Refund tender, *tender_pointer;
    Samme__Sale keyed;
    Samme__RecordedLine recorded[LINES_MAX];
    Samme__RecordedLine *recorded_pointers[LINES_MAX];
    Samme__Refund refunds[LINES_MAX], *refund_pointers[LINES_MAX];
} draft;

static uint8_t below(draft *d, uint8_t bound) {
    return (uint8_t)(fuzz_u8(d->tape) % bound);
}

/* Mostly small; now and then at an end of what the type holds. */
static int64_t amount(draft *d) {
    uint8_t drawn = fuzz_u8(d->tape);
    static const int64_t ends[] = {0, -1, 1, INT64_MAX, INT64_MIN, 1000, INT64_MAX - 1, 2000};
    return drawn < 240 ? (int64_t)(drawn % 16) * 500 : ends[drawn % 8];
}

static void draw_receipt(draft *d) {
    static char dates[3][12] = {"2026-09-01", "2026-09-02", "never"}, tills[3][2] = {"1", "2", ""};
    d->receipt = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    d->receipt.branch = below(d, 8) == 0 ? below(d, 6) : d->branch;
    d->receipt.till = tills[below(d, 3)];
    snprintf(d->number, sizeof d->number, "N%u", below(d, 4));
    d->receipt.number = d->number;
    d->receipt.business_date = dates[below(d, 16) == 0 ? 2 : below(d, 2)];
}

static void draw_sale(draft *d, Samme__Sale *sale) {
    *sale = (Samme__Sale)SAMME__SALE__INIT;
    draw_receipt(d);
    sale->receipt = below(d, 32) == 0 ? NULL : &d->receipt;
    snprintf(d->currency, sizeof d->currency, "%s", below(d, 16) == 0 ? "DKK" : "GBP");
    sale->currency = d->currency;
    sale->kind = (Samme__SaleKind)below(d, below(d, 8) == 0 ? 6 : 2);
    if (below(d, 4) == 0) {
        sale->parts = below(d, 4);
        sale->part = below(d, 4);
    }
    sale->n_lines = below(d, LINES_MAX + 1);
    sale->lines = d->sale_pointers;
    for (size_t i = 0; i < sale->n_lines; i++) {
        Samme__SaleLine *line = d->sale_pointers[i] = &d->sale_lines[i];
        *line = (Samme__SaleLine)SAMME__SALE_LINE__INIT;
        line->no = below(d, 8) == 0 ? below(d, 5) : (uint32_t)i + (sale->part > 1 ? 4 : 1);
        line->quantity = amount(d);
        line->paid = amount(d);
        line->tax = below(d, 8) == 0 ? amount(d) : 0;
    }
}

static char *draw_code(draft *d) {
    snprintf(d->code, sizeof d->code, "%s%u", below(d, 64) == 0 ? "" : "case-", below(d, 6));
    return d->code;
}

static void draw_opened(draft *d, Samme__ReturnOpened *opened) {
    *opened = (Samme__ReturnOpened)SAMME__RETURN_OPENED__INIT;
    opened->case_code = draw_code(d);
    draw_receipt(d);
    opened->receipt = below(d, 8) == 0 ? NULL : &d->receipt;
    static char today[] = "2026-10-01", never[] = "soon";
    opened->today = below(d, 16) == 0 ? never : today;
    opened->n_lines = below(d, LINES_MAX + 1);
    opened->lines = d->return_pointers;
    for (size_t i = 0; i < opened->n_lines; i++) {
        Samme__ReturnLine *line = d->return_pointers[i] = &d->return_lines[i];
        *line = (Samme__ReturnLine)SAMME__RETURN_LINE__INIT;
        line->no = below(d, 8) == 0 ? below(d, 5) : (uint32_t)i + 1;
        line->quantity = amount(d);
        line->condition = (Samme__Condition)below(d, 4);
    }
    opened->awaiting = below(d, 6) == 0;
    opened->recorded = below(d, 6) == 0;
    if (below(d, 6) == 0) {
        const Samme__ReceiptRef receipt = d->receipt; /* the keyed sale draws one of its own */
        draw_sale(d, &d->keyed);
        if (below(d, 8) != 0)
            d->keyed.receipt = NULL;
        d->receipt = receipt;
        opened->keyed = &d->keyed;
    }
}

/* Mostly lines of the case. */
static void draw_goods(draft *d, const fuzz_folded *folded, samme_arena *arena,
                       Samme__GoodsReceived *goods) {
    *goods = (Samme__GoodsReceived)SAMME__GOODS_RECEIVED__INIT;
    goods->case_code = draw_code(d);
    const Samme__CaseRow *row = NULL;
    if (samme_find_case(&folded->journal_rows, goods->case_code, arena, &row) != SAMME_OK)
        row = NULL;
    goods->n_lines = below(d, LINES_MAX + 1);
    goods->lines = d->return_pointers;
    for (size_t i = 0; i < goods->n_lines; i++) {
        const bool as_opened = row != NULL && i < row->opened->n_lines && below(d, 8) != 0;
        Samme__ReturnLine *line = d->return_pointers[i] = &d->return_lines[i];
        *line = (Samme__ReturnLine)SAMME__RETURN_LINE__INIT;
        line->no = as_opened ? row->opened->lines[i]->no : below(d, 5);
        line->quantity =
            as_opened && below(d, 2) == 0 ? row->opened->lines[i]->quantity : amount(d);
        line->condition = (Samme__Condition)below(d, 4);
    }
}

static void draw_recorded(draft *d, const fuzz_folded *folded, samme_arena *arena,
                          Samme__ReturnRecorded *out) {
    *out = (Samme__ReturnRecorded)SAMME__RETURN_RECORDED__INIT;
    out->case_code = draw_code(d);
    const Samme__CaseRow *row = NULL;
    if (samme_find_case(&folded->journal_rows, out->case_code, arena, &row) != SAMME_OK)
        row = NULL;
    out->n_lines = row != NULL && row->opened->n_lines <= LINES_MAX && below(d, 16) != 0
                       ? row->opened->n_lines
                       : below(d, LINES_MAX + 1);
    out->lines = d->recorded_pointers;
    for (size_t i = 0; i < out->n_lines; i++) {
        const bool as_opened = row != NULL && i < row->opened->n_lines && below(d, 16) != 0;
        Samme__RecordedLine *line = d->recorded_pointers[i] = &d->recorded[i];
        *line = (Samme__RecordedLine)SAMME__RECORDED_LINE__INIT;
        line->no = as_opened ? row->opened->lines[i]->no : below(d, 5);
        line->refund = amount(d);
        d->refunds[i] = (Samme__Refund)SAMME__REFUND__INIT;
        d->refunds[i].tender = (Samme__TenderKind)below(d, 9);
        d->refunds[i].amount = below(d, 8) == 0 ? amount(d) : line->refund;
        d->refund_pointers[i] = &d->refunds[i];
        line->refunds = &d->refund_pointers[i];
        line->n_refunds = line->refund == 0 ? below(d, 2) : 1;
    }
}

/* Mostly a decision of the case as it was opened, else of anything. */
static void draw_decided(draft *d, const fuzz_folded *folded, samme_arena *arena,
                         Samme__ReturnDecided *decided) {
    *decided = (Samme__ReturnDecided)SAMME__RETURN_DECIDED__INIT;
    decided->case_code = draw_code(d);
    const Samme__CaseRow *row = NULL;
    if (samme_find_case(&folded->journal_rows, decided->case_code, arena, &row) != SAMME_OK)
        row = NULL;
    const Samme__ReturnOpened *opened = row != NULL ? row->opened : NULL;
    draw_receipt(d);
    decided->receipt = below(d, 8) == 0 ? &d->receipt : opened != NULL ? opened->receipt : NULL;
    d->release = (Samme__ReleaseRef)SAMME__RELEASE_REF__INIT;
    d->release.version = 1;
    d->basis = (Samme__Basis)SAMME__BASIS__INIT;
    d->basis.release = below(d, 16) == 0 ? NULL : &d->release;
    decided->basis = below(d, 16) == 0 ? NULL : &d->basis;
    size_t lines = opened != NULL && opened->n_lines <= LINES_MAX ? opened->n_lines : 1;
    decided->n_lines = below(d, 16) == 0 ? below(d, LINES_MAX + 1) : lines;
    decided->lines = d->decision_pointers;
    for (size_t i = 0; i < decided->n_lines; i++) {
        bool as_opened = opened != NULL && i < opened->n_lines && below(d, 16) != 0;
        Samme__LineDecision *line = d->decision_pointers[i] = &d->decisions[i];
        *line = (Samme__LineDecision)SAMME__LINE_DECISION__INIT;
        line->no = as_opened ? opened->lines[i]->no : below(d, 5);
        line->quantity = as_opened ? opened->lines[i]->quantity : amount(d);
        d->facts[i] = (Samme__Facts)SAMME__FACTS__INIT;
        d->facts[i].claim = (Samme__Claim)below(d, 6);
        d->answers[i] = (Samme__Answer)SAMME__ANSWER__INIT;
        d->answers[i].verdict = (Samme__Verdict)below(d, 5);
        d->answers[i].refund = amount(d);
        line->facts = below(d, 32) == 0 ? NULL : &d->facts[i];
        line->answer = below(d, 32) == 0 ? NULL : &d->answers[i];
    }
}

/* Mostly a loan that is there, if there is any of the receipt. */
static Samme__LentRef *draw_loan(draft *d, const fuzz_folded *folded,
                                 const Samme__ReceiptRef *receipt) {
    samme_row_key receipt_key, key;
    samme_span value;
    d->lent = (Samme__LentRef)SAMME__LENT_REF__INIT;
    d->lent.no = below(d, 5);
    d->lent.epoch = 1;
    d->lent.index = below(d, ENTRIES_MAX);
    if (receipt == NULL || samme_receipt_key(receipt, &receipt_key) != SAMME_OK)
        return &d->lent;
    samme_loan_prefix(&receipt_key, 0, &key);
    key.length -= sizeof(uint32_t);
    const samme_row_key prefix = key;
    for (unsigned skip = below(d, 3) + 1u; skip > 0; skip--) {
        if (samme_row_next(&folded->journal_rows, samme_row_key_span(&prefix), &key, &value) !=
            SAMME_OK)
            break;
        d->lent.no = samme_get_u32(key.bytes + prefix.length);
        d->lent.index = samme_get_u64(key.bytes + key.length - 8);
        samme_key_after(&key);
    }
    return &d->lent;
}

static void draw_lent(draft *d, Samme__LineLent *lent) {
    *lent = (Samme__LineLent)SAMME__LINE_LENT__INIT;
    lent->case_code = draw_code(d);
    lent->borrower = below(d, FUZZ_BRANCHES + 2);
    draw_receipt(d);
    lent->receipt = below(d, 16) == 0 ? NULL : &d->receipt;
    lent->no = below(d, 8) == 0 ? below(d, 5) : 1;
    lent->from = below(d, 4) == 0 ? amount(d) : 0;
    lent->to = amount(d);
    lent->amount = below(d, 4) == 0 ? amount(d) : 0;
    d->tender = (Samme__Refund)SAMME__REFUND__INIT;
    d->tender.tender = (Samme__TenderKind)below(d, 9);
    d->tender.amount = amount(d);
    d->tender_pointer = &d->tender;
    lent->tenders = &d->tender_pointer;
    lent->n_tenders = below(d, 2);
}

static void draw_given(draft *d, const fuzz_folded *folded, Samme__GivenBack *given) {
    *given = (Samme__GivenBack)SAMME__GIVEN_BACK__INIT;
    given->case_code = draw_code(d);
    draw_receipt(d);
    given->receipt = below(d, 16) == 0 ? NULL : &d->receipt;
    given->lent = below(d, 16) == 0 ? NULL : draw_loan(d, folded, given->receipt);
}

static void draw_done(draft *d, Samme__ReturnDone *done) {
    *done = (Samme__ReturnDone)SAMME__RETURN_DONE__INIT;
    done->case_code = draw_code(d);
    done->outcome = (Samme__ReturnOutcome)below(d, 5);
    done->paid = amount(d);
}

/* Mostly an alarm that waits, if there is any. */
static void draw_alarm(draft *d, const fuzz_folded *folded, samme_arena *arena,
                       Samme__AlarmResolved *out) {
    static uint8_t subject[2][16] = {{1}, {2}}, hash[32];
    const Samme__AlarmRow *row;
    size_t count = 0;
    uint64_t next = 0;
    *out = (Samme__AlarmResolved)SAMME__ALARM_RESOLVED__INIT;
    draw_receipt(d);
    out->receipt = below(d, 16) == 0 ? NULL : &d->receipt;
    out->no = below(d, 5);
    out->raised = below(d, 3);
    FUZZ_MUST(samme_pending_alarms(&folded->journal_rows, below(d, 4), arena, &row, 1, &count,
                                   &next) == SAMME_OK);
    if (count == 1 && below(d, 8) != 0) {
        out->receipt = row->receipt;
        out->no = row->no;
        out->raised = row->raised - (below(d, 8) == 0 ? 1 : 0);
    }
    out->by = samme_bytes_of_span(SAMME_SPAN(subject[below(d, 2)], below(d, 16) == 0 ? 15 : 16));
    out->role = (Samme__PersonRole)(below(d, 16) == 0 ? below(d, 5) : 2);
    out->code = (Samme__AlarmCode)below(d, 9);
    out->note_hash = samme_bytes_of_span(SAMME_SPAN(hash, below(d, 4) == 0 ? 32 : 0));
}

/* Mostly of an epoch that has ended, from beyond what is common, under the class it has. */
static void carry(draft *d, samme_entry_head *head, samme_buffer *entry) {
    Samme__Carried carried = SAMME__CARRIED__INIT;
    carried.epoch = below(d, 8) == 0 ? below(d, 4) : 1;
    carried.common = below(d, 4);
    carried.index = below(d, 8) == 0 ? below(d, 4) : 4u + below(d, 8);
    carried.event = samme_bytes_of_span(samme_buffer_span(entry));
    const bool sales = head->kind == SAMME__EVENT_KIND__sale;
    samme_buffer out;
    samme_buffer_init(&out, SAMME_ENTRY_MAX_BYTES);
    head->kind = SAMME__EVENT_KIND__carried;
    head->event_class =
        sales != (below(d, 16) == 0) ? SAMME__EVENT_CLASS__sales : SAMME__EVENT_CLASS__service;
    FUZZ_MUST(samme_entry_build(head, &carried, &out) == SAMME_OK);
    samme_buffer_free(entry);
    *entry = out;
}

static void fold_one(fuzz_folded *folded, draft *d) {
    union {
        Samme__Sale sale;
        Samme__ReturnOpened opened;
        Samme__ReturnDecided decided;
        Samme__ReturnDone done;
        Samme__Anchor anchor;
        Samme__ReleaseTaken taken;
        Samme__LineLent lent;
        Samme__GivenBack given;
        Samme__AlarmTaken alarm_taken;
        Samme__AlarmResolved resolved;
        Samme__GoodsReceived goods;
        Samme__ReturnRecorded recorded;
    } body;
    static uint8_t root[32];
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024 * 1024);
    d->branch = (uint32_t)below(d, FUZZ_BRANCHES) + 1;
    samme_entry_head head = {.region = 1};
    uint8_t kind = below(d, 27);
    if (kind < 5) {
        head.kind = SAMME__EVENT_KIND__sale;
        draw_sale(d, &body.sale);
    } else if (kind < 9) {
        head.kind = SAMME__EVENT_KIND__return_opened;
        draw_opened(d, &body.opened);
    } else if (kind < 12) {
        head.kind = SAMME__EVENT_KIND__return_decided;
        draw_decided(d, folded, &arena, &body.decided);
        d->lent_pointer = draw_loan(d, folded, body.decided.receipt);
        body.decided.lent = &d->lent_pointer;
        body.decided.n_lent = below(d, 2);
    } else if (kind < 14) {
        head.kind = SAMME__EVENT_KIND__return_done;
        draw_done(d, &body.done);
    } else if (kind == 14) {
        head.kind = SAMME__EVENT_KIND__anchor;
        body.anchor = (Samme__Anchor)SAMME__ANCHOR__INIT;
        body.anchor.journal_size = below(d, 16);
        body.anchor.lost_epoch = below(d, 8) == 0 ? below(d, 3) : 0;
        body.anchor.root = samme_bytes_of_span(SAMME_SPAN(root, below(d, 8) == 0 ? 31 : 32));
    } else if (kind < 18 && kind > 15) {
        head.kind = SAMME__EVENT_KIND__line_lent;
        draw_lent(d, &body.lent);
    } else if (kind > 24) {
        head.kind = SAMME__EVENT_KIND__return_recorded;
        draw_recorded(d, folded, &arena, &body.recorded);
    } else if (kind > 22) {
        head.kind = SAMME__EVENT_KIND__goods_received;
        draw_goods(d, folded, &arena, &body.goods);
    } else if (kind > 20) {
        head.kind = SAMME__EVENT_KIND__alarm_resolved;
        draw_alarm(d, folded, &arena, &body.resolved);
    } else if (kind == 20) {
        Samme__AlarmResolved drawn;
        head.kind = SAMME__EVENT_KIND__alarm_taken;
        draw_alarm(d, folded, &arena, &drawn);
        body.alarm_taken = (Samme__AlarmTaken)SAMME__ALARM_TAKEN__INIT;
        body.alarm_taken.receipt = drawn.receipt;
        body.alarm_taken.no = drawn.no;
        body.alarm_taken.raised = drawn.raised;
        body.alarm_taken.by = drawn.by;
        body.alarm_taken.role = drawn.role;
    } else if (kind > 15) {
        head.kind = SAMME__EVENT_KIND__given_back;
        draw_given(d, folded, &body.given);
    } else {
        head.kind = SAMME__EVENT_KIND__release_taken;
        body.taken = (Samme__ReleaseTaken)SAMME__RELEASE_TAKEN__INIT;
        d->release = (Samme__ReleaseRef)SAMME__RELEASE_REF__INIT;
        d->release.version = below(d, 8);
        d->release.note_hash = samme_bytes_of_span(SAMME_SPAN(root, below(d, 8) == 0 ? 0 : 32));
        body.taken.release = &d->release;
    }
    samme_buffer entry;
    samme_buffer_init(&entry, SAMME_EVENT_MAX_BYTES);
    FUZZ_MUST(samme_entry_build(&head, &body, &entry) == SAMME_OK);
    if (below(d, 16) == 0)
        fuzz_end_epoch(folded, d->branch);
    if (folded->ended[d->branch] > 0 && below(d, 4) == 0)
        carry(d, &head, &entry);
    fuzz_fold(folded, d->branch, samme_buffer_span(&entry));
    samme_buffer_free(&entry);
    samme_arena_free(&arena);
}

static void count_excess(void *context, const Samme__AlarmRow *excess) {
    size_t *count = context;
    FUZZ_MUST(excess->refunded > excess->sold || excess->refunded_amount > excess->paid);
    ++*count;
}

/* What stands beside the cases says how many wait for what. */
static void count_stages(const samme_rows *rows) {
    static const samme_stage stages[] = {SAMME_STAGE_OPEN, SAMME_STAGE_ASKS, SAMME_STAGE_PAYABLE,
                                         SAMME_STAGE_AWAITS, SAMME_STAGE_CAME};
    enum { STAGES = sizeof stages / sizeof *stages };
    uint64_t counted[FUZZ_BRANCHES + 1][STAGES] = {{0}}, said;
    samme_row_key key = {.bytes = {'c'}, .length = 1};
    samme_arena arena;
    samme_arena_init(&arena, SAMME_FOLD_SCRATCH_BYTES);
    for (;; samme_key_after(&key)) {
        samme_span value;
        const ProtobufCMessage *message;
        samme_arena_reset(&arena);
        if (samme_row_next(rows, SAMME_LITERAL("c"), &key, &value) != SAMME_OK)
            break;
        FUZZ_MUST(samme_row_parse(value, &samme__case_row__descriptor, &arena, &message) ==
                  SAMME_OK);
        const Samme__CaseRow *row = SAMME_ROW(CaseRow, message);
        for (size_t i = 0; i < STAGES; i++)
            counted[row->branch][i] += samme_case_stage(row) == stages[i];
    }
    for (uint32_t branch = 1; branch <= FUZZ_BRANCHES; branch++) {
        for (size_t i = 0; i < STAGES; i++) {
            const samme_case_list list = {
                .branch = branch, .stage = stages[i], .below = UINT64_MAX};
            samme_case_listed found[ENTRIES_MAX];
            size_t count = 0;
            samme_arena_reset(&arena);
            FUZZ_MUST(samme_count_cases(rows, &list, &said) == SAMME_OK);
            FUZZ_MUST(samme_list_cases(rows, &list, &arena, found, ENTRIES_MAX, &count) ==
                      SAMME_OK);
            FUZZ_MUST(said == counted[branch][i] && count == said);
        }
    }
    samme_arena_free(&arena);
}

/* Every question has an answer, whatever was folded; what is left of a line is never below 0. */
static void ask(const fuzz_folded *folded, draft *d) {
    Samme__ReturnOpened opened;
    Samme__Facts *facts;
    const Samme__ReceiptRow *found[SAMME_RECEIPTS_FOUND_MAX], *sale;
    const samme_rows *rows = &folded->journal_rows;
    samme_arena arena;
    size_t count = 0, excess = 0;
    samme_arena_init(&arena, SAMME_FOLD_SCRATCH_BYTES);
    draw_opened(d, &opened);
    if (opened.keyed != NULL && samme_keyed_fault(opened.keyed) != NULL)
        opened.keyed = NULL; /* no opening that the fold takes has it */
    samme_horizon horizon = {.branch = below(d, FUZZ_BRANCHES) + 1u,
                             .epoch = 1,
                             .journal_size = below(d, ENTRIES_MAX),
                             .own_size = below(d, 8)};
    for (size_t i = 0; i < opened.n_lines; i++) {
        FUZZ_MUST(samme_derive_facts(rows, &opened, opened.lines[i], &horizon, SAMME__MODE__normal,
                                     &arena, &facts, &sale) == SAMME_OK);
        FUZZ_MUST(facts->quantity_left >= 0 && facts->line_paid >= 0);
        FUZZ_MUST(sale != NULL || opened.keyed != NULL || facts->claim == SAMME__CLAIM__no_claim);
    }
    samme_status status = samme_find_receipts_by_number(rows, d->number, &arena, found,
                                                        SAMME_RECEIPTS_FOUND_MAX, &count);
    FUZZ_MUST(status == SAMME_OK && count <= SAMME_RECEIPTS_FOUND_MAX);
    FUZZ_MUST(samme_visit_alarms(rows, &arena, count_excess, &excess) == SAMME_OK);
    count_stages(rows);
    samme_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_folded folded;
    fuzz_folded_open(&folded);
    fuzz_input tape = fuzz_open(data, size);
    draft d = {.tape = &tape};
    for (unsigned i = 0; i < ENTRIES_MAX && tape.rest.length > 0; i++)
        fold_one(&folded, &d);
    fuzz_check_digests(&folded);
    tape = fuzz_open(data, size);
    ask(&folded, &d);
    fuzz_folded_close(&folded);
    return 0;
}
