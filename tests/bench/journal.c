#include "bench/journal.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/space.h"
#include "history/entry.h"
#include "history/query.h"
#include "journal/record.h"
#include "store/lmdb.h"
#include "sync/follow.h"

enum { BRANCHES = 4, CASES = 4096, COMMIT_RECORDS = 16 };

/* 2026-11-22T10:00:00Z, the day that returns are opened and decided on. */
static const int64_t BEGIN_MS = 1795341600000;

/* A return on its way at a branch: opened in one batch, decided in the next, done in the one after.
 */
typedef struct bench_case {
    char code[24];
    uint64_t receipt; /* which of the seller's */
    uint32_t seller;
} bench_case;

typedef struct branch {
    samme_range log;
    uint64_t sales;    /* receipts so far */
    uint64_t returned; /* of its receipts, by whomever */
    bench_case opened[CASES], decided[CASES];
    size_t opened_count, decided_count;
    uint64_t cases;
} branch;

typedef struct maker {
    bench_journal *out;
    const bench_shape *shape;
    samme_prng prng;
    samme_layer table;
    samme_replay replay; /* for what decisions stand on */
    samme_hash release;
    branch *branches;
    samme_arena scratch;
    samme_buffer text;
    samme_span *entries; /* of the batch being made */
    size_t count;
} maker;

void bench_must(samme_status status, const char *what, const samme_error *error) {
    if (status == SAMME_OK)
        return;
    fprintf(stderr, "bench: %s: %s%s%s\n", what, samme_status_name(status),
            error != NULL ? ": " : "", error != NULL ? error->text : "");
    exit(74);
}

static void *need(void *memory) {
    if (memory == NULL)
        bench_must(SAMME_NO_MEMORY, "a journal", NULL);
    return memory;
}

static samme_status nothing_get(void *self, samme_span key, samme_span *out) {
    (void)self, (void)key, (void)out;
    return SAMME_NOT_FOUND;
}
static samme_status nothing_seek(void *self, samme_span from, samme_span *key, samme_span *value) {
    (void)self, (void)from, (void)key, (void)value;
    return SAMME_NOT_FOUND;
}

static samme_status find_document(void *self, const samme_hash *hash, samme_span *out) {
    samme_map_entry entry;
    if (!samme_map_get(self, samme_span_of_hash(hash), &entry))
        return SAMME_NOT_FOUND;
    *out = entry.value;
    return SAMME_OK;
}

samme_content bench_journal_documents(bench_journal *journal) {
    return (samme_content){.self = journal->documents, .document = find_document};
}

static samme_hash keep_document(maker *self, samme_span document) {
    samme_hash hash = samme_sha256(document);
    bench_must(samme_map_put(self->out->documents, samme_span_of_hash(&hash), document, 0),
               "a document", NULL);
    return hash;
}

/* Makes a record, keeps it and folds it. */
static void add_record(maker *self, samme_record *record, const samme_batch *batch) {
    bench_journal *out = self->out;
    record->hub_time_ms = BEGIN_MS + (int64_t)out->record_count;
    samme_buffer_clear(&self->text);
    bench_must(samme_record_build(record, &self->text), "a record", NULL);
    bench_record *kept = &out->records[out->record_count++];
    *kept = (bench_record){.record = samme_arena_copy(&out->arena, samme_buffer_span(&self->text))};
    need((void *)(uintptr_t)kept->record.data);
    if (batch != NULL)
        kept->batch = *batch;
    samme_error error = {.text = ""};
    bench_must(samme_replay_record(&self->replay, kept->record, batch, &error), "the replay",
               &error);
}

static void add_note(maker *self, samme_record_kind kind, const samme_hash *note) {
    samme_record record = {.kind = kind, .version = 1, .note_hash = *note};
    add_record(self, &record, NULL);
}

static void begin_chain(maker *self) {
    bench_journal *out = self->out;
    samme_test_chain_make(&out->chain, self->shape->seed, BRANCHES);
    samme_buffer chain, policy, note;
    samme_buffer_init(&chain, 1 << 20);
    samme_buffer_init(&policy, 1 << 20);
    samme_buffer_init(&note, 1 << 20);
    samme_test_chain_yaml(&out->chain, &chain);
    samme_test_policy_yaml(30, &policy);
    const samme_document documents[] = {{"chain.yaml", samme_buffer_span(&chain)},
                                        {"policy/returns.yaml", samme_buffer_span(&policy)}};
    samme_test_release_note(&out->chain, 1, NULL, documents, 2, &note);
    for (size_t i = 0; i < 2; i++)
        (void)keep_document(self, documents[i].content);
    self->release = keep_document(self, samme_buffer_span(&note));
    samme_hash roster = keep_document(self, samme_buffer_span(&out->chain.roster_note));
    const samme_replay_options options = {.check_content = false};
    samme_error error = {.text = ""};
    bench_must(samme_replay_init(&self->replay, &out->chain.root, samme_layer_rows(&self->table),
                                 bench_journal_documents(out), &options, &error),
               "the replay", &error);
    add_note(self, SAMME_RECORD_ROSTER, &roster);
    add_note(self, SAMME_RECORD_RELEASE, &self->release);
    samme_buffer_free(&chain);
    samme_buffer_free(&policy);
    samme_buffer_free(&note);
}

/* Appends an entry to the batch being made. */
static void add_entry(maker *self, Samme__EventKind kind, const void *body) {
    samme_entry_head head = {.kind = kind, .region = 1};
    uint8_t random[10];
    uint8_t key[32];
    samme_random source = samme_prng_as_random(&self->prng);
    source.fill(source.self, random, sizeof random);
    source.fill(source.self, key, sizeof key);
    head.time_ms = BEGIN_MS + (int64_t)self->out->entries;
    samme_event_id(head.id, head.time_ms, random);
    head.key_hash = head.request_hash = SAMME_SPAN(key, sizeof key);
    samme_buffer_clear(&self->text);
    bench_must(samme_entry_build(&head, body, &self->text), "an entry", NULL);
    samme_span entry = samme_arena_copy(&self->out->arena, samme_buffer_span(&self->text));
    need((void *)(uintptr_t)entry.data);
    self->entries[self->count++] = entry;
    self->out->entries++;
    self->out->bytes += entry.length;
}

static char *text_of(maker *self, const char *text) {
    return need(samme_arena_text(&self->scratch, text));
}

static char *number_of(maker *self, const char *before, int digits, uint64_t number) {
    char text[60];
    snprintf(text, sizeof text, "%s%0*llu", before, digits, (unsigned long long)number);
    return text_of(self, text);
}

static Samme__ReceiptRef *receipt_of(maker *self, uint32_t seller, uint64_t number) {
    Samme__ReceiptRef *receipt = need(samme_arena_alloc(&self->scratch, sizeof *receipt));
    *receipt = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    receipt->branch = seller;
    receipt->till = text_of(self, "1");
    receipt->number = number_of(self, "", 8, number);
    receipt->business_date = number_of(self, "2026-11-", 2, 1 + number % 20);
    return receipt;
}

static void add_sale(maker *self, uint32_t seller) {
    branch *at = &self->branches[seller];
    Samme__SaleLine lines[16], *pointers[16];
    unsigned count = 1 + (unsigned)samme_prng_below(&self->prng, self->shape->lines_max);
    int64_t total = 0;
    for (unsigned i = 0; i < count; i++) {
        samme__sale_line__init(&lines[i]);
        lines[i].no = i + 1;
        lines[i].sku = number_of(self, "", 5, samme_prng_below(&self->prng, 90000));
        lines[i].text = number_of(self, "CREAM HANGING HEART LANTERN ", 1, i);
        lines[i].category = text_of(self, "goods");
        lines[i].quantity = 1000 * (1 + (int64_t)samme_prng_below(&self->prng, 5));
        lines[i].paid = 100 + (int64_t)samme_prng_below(&self->prng, 9000);
        total += lines[i].paid;
        pointers[i] = &lines[i];
    }
    Samme__Tender tender = SAMME__TENDER__INIT, *tenders = &tender;
    tender.kind = SAMME__TENDER_KIND__card;
    tender.amount = total;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = receipt_of(self, seller, at->sales++);
    sale.channel = SAMME__CHANNEL__store;
    sale.sold_at = text_of(self, "2026-11-20T10:00:00Z");
    sale.currency = text_of(self, "GBP");
    sale.kind = SAMME__SALE_KIND__ordinary;
    sale.n_tenders = 1;
    sale.tenders = &tenders;
    sale.n_lines = count;
    sale.lines = pointers;
    add_entry(self, SAMME__EVENT_KIND__sale, &sale);
}

/* What the opening of a case says; the same each time it is asked. */
static void fill_opened(maker *self, const bench_case *of, Samme__ReturnOpened *out,
                        Samme__ReturnLine *line, Samme__ReturnLine **lines) {
    samme__return_line__init(line);
    line->no = 1;
    line->quantity = 1000;
    *lines = line;
    samme__return_opened__init(out);
    out->case_code = need(samme_arena_text(&self->scratch, of->code));
    out->receipt = receipt_of(self, of->seller, of->receipt);
    out->n_lines = 1;
    out->lines = lines;
    out->claim_type = SAMME__CLAIM_TYPE__changed_mind;
    out->condition = SAMME__CONDITION__unopened;
    out->receipt_kind = SAMME__RECEIPT_KIND__receipt;
    out->wish = SAMME__WISH__refund;
    out->today = text_of(self, "2026-11-22");
}

static void add_opened(maker *self, uint32_t number) {
    branch *at = &self->branches[number];
    uint32_t seller = 1 + (uint32_t)samme_prng_below(&self->prng, BRANCHES);
    branch *sold = &self->branches[seller];
    if (at->opened_count == CASES || sold->returned + 2 * self->shape->batch >= sold->sales)
        return; /* what was sold lately may not be merged yet */
    bench_case *of = &at->opened[at->opened_count++];
    *of = (bench_case){.seller = seller, .receipt = sold->returned++};
    snprintf(of->code, sizeof of->code, "%04u-%09llu", number, (unsigned long long)at->cases++);
    Samme__ReturnOpened opened;
    Samme__ReturnLine line, *lines;
    fill_opened(self, of, &opened, &line, &lines);
    add_entry(self, SAMME__EVENT_KIND__return_opened, &opened);
}

static void add_decided(maker *self, uint32_t number, const bench_case *of, uint64_t own_size) {
    Samme__ReturnOpened opened;
    Samme__ReturnLine asked, *lines;
    fill_opened(self, of, &opened, &asked, &lines);
    const samme_horizon horizon = {.branch = number,
                                   .epoch = 1,
                                   .journal_size = self->out->record_count,
                                   .own_size = own_size};
    const samme_policy *policy;
    samme_error error = {.text = ""};
    bench_must(samme_replay_policy(&self->replay, 1, &policy, &error), "the policy", &error);
    Samme__LineDecision line = SAMME__LINE_DECISION__INIT, *decided_lines = &line;
    const Samme__ReceiptRow *sale;
    bench_must(samme_derive_facts(&self->replay.rows, &opened, &asked, &horizon,
                                  SAMME__MODE__normal, &self->scratch, &line.facts, &sale),
               "facts", NULL);
    samme_chain_facts(policy, of->seller, number, line.facts);
    const samme_releases releases = {.today = policy, .today_number = 1};
    samme_decision decision;
    bench_must(samme_policy_decide_at(&releases, line.facts, &decision, &error), "a decision",
               &error);
    line.no = 1;
    line.quantity = asked.quantity;
    line.answer = &decision.answer;
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = 1;
    release.note_hash = samme_bytes_of_span(samme_span_of_hash(&self->release));
    Samme__Basis basis = SAMME__BASIS__INIT;
    basis.journal_epoch = 1;
    basis.journal_size = horizon.journal_size;
    basis.own_size = own_size;
    basis.release = &release;
    basis.sale_branch = sale != NULL ? of->seller : 0;
    basis.sale_epoch = sale != NULL ? sale->epoch : 0;
    basis.sale_index = sale != NULL ? sale->index : 0;
    Samme__ReturnDecided decided = SAMME__RETURN_DECIDED__INIT;
    decided.case_code = opened.case_code;
    decided.receipt = opened.receipt;
    decided.decide_version = SAMME_DECIDE_VERSION;
    decided.n_lines = 1;
    decided.lines = &decided_lines;
    decided.basis = &basis;
    add_entry(self, SAMME__EVENT_KIND__return_decided, &decided);
    self->out->decisions++;
}

static void add_done(maker *self, const bench_case *of) {
    Samme__ReturnDone done = SAMME__RETURN_DONE__INIT;
    done.case_code = need(samme_arena_text(&self->scratch, of->code));
    done.outcome = SAMME__RETURN_OUTCOME__paid;
    done.paid = 100;
    add_entry(self, SAMME__EVENT_KIND__return_done, &done);
}

static void add_taken(maker *self) {
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = 1;
    release.note_hash = samme_bytes_of_span(samme_span_of_hash(&self->release));
    Samme__ReleaseTaken taken = SAMME__RELEASE_TAKEN__INIT;
    taken.release = &release;
    add_entry(self, SAMME__EVENT_KIND__release_taken, &taken);
}

/* Signs the branch's log over the batch and has the hub take it. */
static void push(maker *self, uint32_t number) {
    branch *at = &self->branches[number];
    samme_record record = {.kind = SAMME_RECORD_BATCH,
                           .batch = {.branch = number, .epoch = 1, .old_size = at->log.size}};
    samme_batch batch = {.entries = self->entries, .count = self->count};
    for (size_t i = 0; i < self->count; i++) {
        samme_hash leaf = samme_leaf_hash(self->entries[i]);
        bench_must(samme_range_append(&at->log, &leaf), "a log", NULL);
    }
    const samme_checkpoint checkpoint = {.size = at->log.size, .root = samme_range_root(&at->log)};
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(self->out->chain.root.chain, number, 1, origin);
    samme_buffer_clear(&self->text);
    bench_must(samme_checkpoint_sign(origin, &self->out->chain.branches[number - 1].log_seed,
                                     &checkpoint, &self->text),
               "a checkpoint", NULL);
    batch.note = samme_arena_copy(&self->out->arena, samme_buffer_span(&self->text));
    need((void *)(uintptr_t)batch.note.data);
    record.batch.new_size = at->log.size;
    record.batch.root = checkpoint.root;
    record.note_hash = samme_sha256(batch.note);
    add_record(self, &record, &batch);
}

static void make_batch(maker *self, uint32_t number) {
    branch *at = &self->branches[number];
    const uint64_t own_size = at->log.size;
    const size_t batch = self->shape->batch;
    samme_arena_reset(&self->scratch);
    self->count = 0;
    self->entries = need(samme_arena_alloc(&self->out->arena, batch * sizeof *self->entries));
    if (own_size == 0)
        add_taken(self);
    for (size_t i = 0; i < at->decided_count && self->count < batch; i++)
        add_done(self, &at->decided[i]);
    at->decided_count = 0;
    for (size_t i = 0; i < at->opened_count && self->count < batch; i++) {
        add_decided(self, number, &at->opened[i], own_size);
        at->decided[at->decided_count++] = at->opened[i];
    }
    at->opened_count = 0;
    while (self->count < batch) {
        const unsigned share = self->shape->decisions; /* a return is three entries */
        if (samme_prng_below(&self->prng, 1000 - 3 * share) < share)
            add_opened(self, number);
        if (self->count < batch)
            add_sale(self, number);
    }
    push(self, number);
}

void bench_journal_make(bench_journal *out, const bench_shape *shape) {
    *out = (bench_journal){.documents = need(samme_map_new())};
    samme_arena_init(&out->arena, (size_t)4 << 30);
    const size_t batches = shape->entries / shape->batch + 1;
    out->records = need(calloc(batches + 2, sizeof *out->records));
    maker self = {
        .out = out, .shape = shape, .branches = need(calloc(BRANCHES + 1, sizeof *self.branches))};
    samme_prng_seed(&self.prng, shape->seed);
    samme_arena_init(&self.scratch, (size_t)1 << 28);
    samme_buffer_init(&self.text, 1 << 20);
    for (uint32_t i = 1; i <= BRANCHES; i++)
        samme_range_init(&self.branches[i].log);
    const samme_rows none = {.get = nothing_get, .seek = nothing_seek};
    bench_must(samme_layer_init(&self.table, none), "rows", NULL);
    begin_chain(&self);
    for (size_t i = 0; i < batches; i++)
        make_batch(&self, 1 + (uint32_t)(i % BRANCHES));
    bench_must(samme_state_digest(&self.replay.rows, &out->state_digest), "the digest", NULL);
    samme_replay_fini(&self.replay);
    samme_layer_fini(&self.table);
    samme_arena_free(&self.scratch);
    samme_buffer_free(&self.text);
    free(self.branches);
}

void bench_journal_free(bench_journal *journal) {
    samme_test_chain_free(&journal->chain);
    samme_map_free(journal->documents);
    samme_arena_free(&journal->arena);
    free(journal->records);
}

static void commit(samme_space *log) {
    samme_error error = {.text = ""};
    uint64_t head;
    bench_must(samme_space_end(log, &head, &error), "a commit", &error);
    while (log->durable_head < head)
        bench_must(samme_space_collect(log, &error), "a commit", &error);
    bench_must(samme_space_begin(log, &error), "a snapshot", &error);
}

static void put(samme_space *log, uint8_t table, samme_span key, samme_span value) {
    bench_must(samme_space_put(log, table, key, value), "a row", NULL);
}

static void put_held(samme_space *log, const samme_range *held) {
    samme_buffer range, state;
    samme_buffer_init(&range, 1 << 16);
    samme_buffer_init(&state, 1 << 16);
    samme_range_encode(held, &range);
    Samme__HeldState row = SAMME__HELD_STATE__INIT;
    row.range = samme_bytes_of_span(samme_buffer_span(&range));
    samme_pack(&row, &state);
    put(log, SAMME_TABLE_STATE, SAMME_LITERAL("held"), samme_buffer_span(&state));
    samme_buffer_free(&range);
    samme_buffer_free(&state);
}

void bench_journal_write(const bench_journal *journal, const char *folder) {
    char path[1024];
    snprintf(path, sizeof path, "%s/log", folder);
    const samme_lmdb_options options = {.folder = path, .kind = "log"};
    samme_lmdb_store *store;
    samme_space log;
    samme_error error = {.text = ""};
    bench_must(samme_lmdb_open(&options, &store, &error), path, &error);
    samme_store port = samme_lmdb_port(store);
    bench_must(samme_space_init(&log, &port), path, NULL);
    bench_must(samme_space_begin(&log, &error), path, &error);
    samme_map_entry entry;
    for (bool more = samme_map_at_or_after(journal->documents, SAMME_LITERAL(""), &entry); more;
         more = samme_map_after(journal->documents, entry.key, &entry))
        put(&log, SAMME_TABLE_DOCUMENT, entry.key, entry.value);
    samme_range held;
    samme_range_init(&held);
    for (size_t i = 0; i < journal->record_count; i++) {
        const bench_record *record = &journal->records[i];
        samme_key8 key = samme_key_u64(i);
        samme_hash leaf = samme_leaf_hash(record->record);
        bench_must(samme_range_append(&held, &leaf), "the journal", NULL);
        put(&log, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes), record->record);
        if (record->batch.count > 0)
            bench_must(samme_store_batch(&log, i, &record->batch), "a batch", NULL);
        if (i % COMMIT_RECORDS == COMMIT_RECORDS - 1)
            commit(&log);
    }
    put_held(&log, &held);
    commit(&log);
    samme_space_abandon(&log);
    samme_space_fini(&log);
    samme_lmdb_close(store);
}
