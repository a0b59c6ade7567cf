#include "tests/e2e/lies.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "history/entry.h"

typedef struct liar {
    e2e_line *line;
    samme_hash note_hash;
    Samme__ReceiptRef receipt;
    size_t count;
    samme_span *out;
} liar;

static char text_of_case[] = "0003-0000001-00", today[] = "2026-01-11", till[] = "9",
            date[] = "2026-01-01", currency[] = "GBP", empty[] = "";

/* Ten years ahead, under an id that another entry may have: neither orders anything. */
static void tell(liar *self, Samme__EventKind kind, const void *body) {
    const samme_entry_head head = {.kind = kind, .region = 1, .time_ms = 2082758400000};
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    e2e_check(samme_entry_build(&head, body, &packed), "a lie");
    self->out[self->count++] = samme_arena_copy(&self->line->arena, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
}

static void anchor(liar *self, uint64_t size, const char *root_of) {
    const samme_hash root = samme_sha256(samme_span_of_text(root_of));
    Samme__Anchor body = SAMME__ANCHOR__INIT;
    body.journal_epoch = 1;
    body.journal_size = size;
    body.root = samme_bytes_of_span(samme_span_of_hash(&root));
    tell(self, SAMME__EVENT_KIND__anchor, &body);
}

static Samme__ReleaseRef release_of(liar *self, uint64_t version) {
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = version;
    release.note_hash = samme_bytes_of_span(samme_span_of_hash(&self->note_hash));
    return release;
}

static void take(liar *self, uint64_t version) {
    Samme__ReleaseRef release = release_of(self, version);
    Samme__ReleaseTaken body = SAMME__RELEASE_TAKEN__INIT;
    body.release = &release;
    tell(self, SAMME__EVENT_KIND__release_taken, &body);
}

static void open_case(liar *self, char *code) {
    Samme__ReturnLine line = SAMME__RETURN_LINE__INIT, *lines[] = {&line};
    line.no = 1;
    line.quantity = 1000;
    Samme__ReturnOpened body = SAMME__RETURN_OPENED__INIT;
    body.case_code = code;
    body.receipt = &self->receipt;
    body.n_lines = 1;
    body.lines = lines;
    body.claim_type = SAMME__CLAIM_TYPE__changed_mind;
    body.condition = SAMME__CONDITION__unopened;
    body.receipt_source = SAMME__RECEIPT_SOURCE__node;
    body.receipt_kind = SAMME__RECEIPT_KIND__receipt;
    body.wish = SAMME__WISH__refund;
    body.today = today;
    tell(self, SAMME__EVENT_KIND__return_opened, &body);
}

/* A hundred times what was paid, as the facts say; or by no rule at all. */
static void decide(liar *self, char *code, uint64_t release_version, int64_t refund) {
    Samme__ReleaseRef release = release_of(self, release_version);
    Samme__Basis basis = SAMME__BASIS__INIT;
    basis.journal_epoch = 1;
    basis.release = &release;
    basis.sale_branch = self->receipt.branch;
    basis.sale_epoch = self->line->as.epoch;
    basis.own_size = 3; /* the sales before the lies */
    Samme__Facts facts = SAMME__FACTS__INIT;
    facts.claim_type = SAMME__CLAIM_TYPE__changed_mind;
    facts.condition = SAMME__CONDITION__unopened;
    facts.receipt_kind = SAMME__RECEIPT_KIND__receipt;
    facts.today = today;
    facts.wish = SAMME__WISH__refund;
    facts.receipt_source = SAMME__RECEIPT_SOURCE__node;
    facts.claim = SAMME__CLAIM__own;
    facts.mode = SAMME__MODE__normal;
    facts.category = empty;
    facts.currency = currency;
    facts.purchase_date = date;
    facts.has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
    facts.line_paid = refund;
    Samme__Answer answer = SAMME__ANSWER__INIT;
    answer.verdict = SAMME__VERDICT__authorise;
    answer.refund = refund;
    Samme__LineDecision line = SAMME__LINE_DECISION__INIT, *lines[] = {&line};
    line.no = 1;
    line.quantity = 1000;
    line.facts = &facts;
    line.answer = &answer;
    Samme__ReturnDecided body = SAMME__RETURN_DECIDED__INIT;
    body.case_code = code;
    body.receipt = &self->receipt;
    body.basis = &basis;
    body.decide_version = 1;
    body.n_lines = 1;
    body.lines = lines;
    tell(self, SAMME__EVENT_KIND__return_decided, &body);
}

/* More than it sold. */
static void close_day(liar *self) {
    Samme__DayClosed body = SAMME__DAY_CLOSED__INIT;
    body.branch = self->receipt.branch;
    body.till = till;
    body.business_date = date;
    body.currency = currency;
    body.sales = 99;
    tell(self, SAMME__EVENT_KIND__day_closed, &body);
}

void e2e_make_lies(e2e_line *line, const char *receipt, samme_span release_note,
                   samme_span out[static E2E_LIES]) {
    static char second[] = "0003-0000002-00";
    liar self = {.line = line, .note_hash = samme_sha256(release_note), .out = out};
    self.receipt = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    self.receipt.branch = line->as.branch;
    self.receipt.till = till;
    self.receipt.number = samme_arena_text(&line->arena, receipt);
    self.receipt.business_date = date;
    anchor(&self, 3, "a journal of my own"); /* another journal's head */
    anchor(&self, 1u << 20, "tomorrow");     /* one that is not there yet */
    anchor(&self, 2, "yesterday");           /* behind what it said before: quarantined */
    take(&self, 1);                          /* true */
    open_case(&self, text_of_case);          /* as any other */
    decide(&self, text_of_case, 1, 100000);  /* facts that are not so; the answer fits no policy */
    open_case(&self, second);
    decide(&self, second, 2, 1); /* under a release that it has not taken, and that is not there */
    take(&self, 9);              /* nor is this one */
    close_day(&self);
    if (self.count != E2E_LIES)
        e2e_die("%zu lies, expected %u", self.count, E2E_LIES);
}
