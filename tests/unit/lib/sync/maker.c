#include "tests/unit/lib/sync/maker.h"

#include <stdio.h>

#include "history/entry.h"
#include "tlog/checkpoint.h"

static samme_span keep(maker *m, samme_buffer *bytes) {
    cr_assert_eq(samme_buffer_status(bytes), SAMME_OK);
    samme_span copy = samme_arena_copy(&m->arena, samme_buffer_span(bytes));
    cr_assert_not_null(copy.data);
    samme_buffer_free(bytes);
    return copy;
}

static void *new_message(maker *m, const ProtobufCMessageDescriptor *type) {
    void *message = samme_arena_alloc(&m->arena, type->sizeof_message);
    cr_assert_not_null(message);
    type->message_init(message);
    return message;
}
#define NEW(m, type) new_message(m, &samme__##type##__descriptor)

static void open_follower(maker *m) {
    m->log_port = samme_memory_store_port(m->log_memory);
    m->views_port = samme_memory_store_port(m->views_memory);
    cr_assert_eq(samme_space_init(&m->log, &m->log_port), SAMME_OK);
    cr_assert_eq(samme_space_init(&m->views, &m->views_port), SAMME_OK);
}

static samme_status start(maker *m) {
    cr_assert_eq(samme_space_begin(&m->log, &m->error), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->views, &m->error), SAMME_OK);
    samme_status status = samme_follow_init(&m->follow, &m->setup, &m->error);
    samme_space_abandon(&m->log);
    samme_space_abandon(&m->views);
    return status;
}

void maker_open(maker *m, uint32_t branch) {
    memset(m, 0, sizeof *m);
    samme_arena_init(&m->arena, 256u << 20);
    samme_test_chain_make(&m->chain, 7, MAKER_BRANCHES);
    samme_range_init(&m->journal);
    for (unsigned i = 0; i <= MAKER_BRANCHES; i++)
        samme_range_init(&m->logs[i]);
    m->roots[0] = samme_range_root(&m->journal);
    m->log_memory = samme_memory_store_new();
    m->views_memory = samme_memory_store_new();
    m->setup = (samme_follow_setup){.root = &m->chain.root,
                                    .hub_log = m->chain.hub_log,
                                    .branch = branch,
                                    .epoch = 1,
                                    .log = &m->log,
                                    .views = &m->views,
                                    .replay = {.check_content = true}};
    open_follower(m);
    cr_assert_eq(start(m), SAMME_OK, "%s", m->error.text);
}

static void stop(maker *m) {
    samme_follow_fini(&m->follow);
    samme_space_fini(&m->log);
    samme_space_fini(&m->views);
    samme_memory_store_crash(m->log_memory);
    samme_memory_store_crash(m->views_memory);
}

void maker_close(maker *m) {
    stop(m);
    samme_memory_store_free(m->log_memory);
    samme_memory_store_free(m->views_memory);
    samme_test_chain_free(&m->chain);
    samme_arena_free(&m->arena);
}

void maker_lose_views(maker *m) {
    stop(m);
    samme_memory_store_free(m->views_memory);
    m->views_memory = samme_memory_store_new();
    open_follower(m);
    cr_assert_eq(start(m), SAMME_OK, "%s", m->error.text);
}

samme_status maker_restart(maker *m) {
    stop(m);
    open_follower(m);
    return start(m);
}

/* Records */

void maker_raw(maker *m, samme_span record) {
    cr_assert_lt(m->record_count, MAKER_RECORDS_MAX);
    samme_hash leaf = samme_leaf_hash(record);
    cr_assert_eq(samme_range_append(&m->journal, &leaf), SAMME_OK);
    m->records[m->record_count++] = record;
    m->roots[m->record_count] = samme_range_root(&m->journal);
}

static void add_record(maker *m, samme_record *record) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    record->hub_time_ms = 1000 * (int64_t)m->record_count;
    cr_assert_eq(samme_record_build(record, &packed), SAMME_OK);
    maker_raw(m, keep(m, &packed));
}

static samme_hash add_document(maker *m, samme_span document) {
    cr_assert_lt(m->document_count, MAKER_DOCUMENTS_MAX);
    m->documents[m->document_count++] = document;
    return samme_sha256(document);
}

void maker_roster(maker *m) {
    samme_record record = {.kind = SAMME_RECORD_ROSTER, .version = 1};
    record.note_hash = add_document(m, samme_buffer_span(&m->chain.roster_note));
    add_record(m, &record);
}

/* chain.yaml, extra pages, and the policy, in the order of their paths. */
void maker_release(maker *m, size_t extra_documents) {
    samme_buffer text, note;
    samme_release_document *listed =
        samme_arena_alloc(&m->arena, (extra_documents + 2) * sizeof *listed);
    cr_assert_not_null(listed);
    memset(listed, 0, (extra_documents + 2) * sizeof *listed);
    for (size_t i = 0; i < extra_documents + 2; i++) {
        samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
        if (i == 0)
            samme_test_chain_yaml(&m->chain, &text);
        else if (i <= extra_documents)
            samme_buffer_printf(&text, "page %zu of release %llu", i,
                                (unsigned long long)m->release_version + 1);
        else
            samme_test_policy_yaml(10 + (unsigned)m->release_version, &text);
        samme_span document = keep(m, &text);
        snprintf(listed[i].path, sizeof listed[i].path,
                 i == 0                 ? "chain.yaml"
                 : i <= extra_documents ? "page/%04zu"
                                        : "policy/returns.yaml",
                 i);
        listed[i].length = (uint32_t)document.length;
        listed[i].hash = add_document(m, document);
    }
    samme_release release = {.version = ++m->release_version,
                             .decide_version = SAMME_DECIDE_VERSION,
                             .author = "tests",
                             .reason = "test",
                             .previous = m->release_hash,
                             .document_count = extra_documents + 2,
                             .documents = listed};
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_release_text(&m->chain.root, &release, &text, &m->error), SAMME_OK, "%s",
                 m->error.text);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 m->chain.root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                 &m->chain.role_seeds[SAMME_ROLE_RELEASE], &note),
                 SAMME_OK);
    samme_buffer_free(&text);
    samme_record record = {.kind = SAMME_RECORD_RELEASE, .version = release.version};
    record.note_hash = m->release_hash = add_document(m, keep(m, &note));
    add_record(m, &record);
}

samme_span maker_entry(maker *m, unsigned number, uint32_t branch) {
    char text[2][20] = {"1", ""};
    snprintf(text[1], sizeof text[1], "%u", number);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    char date[] = "2026-09-01", currency[] = "GBP";
    receipt.branch = branch;
    receipt.till = text[0];
    receipt.number = text[1];
    receipt.business_date = date;
    Samme__SaleLine line = SAMME__SALE_LINE__INIT, *lines[1] = {&line};
    line.no = 1;
    line.quantity = 1000;
    line.paid = 500;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.currency = currency;
    sale.n_lines = 1;
    sale.lines = lines;
    samme_entry_head head = {.kind = SAMME__EVENT_KIND__sale, .region = 1, .id = {1}};
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_entry_build(&head, &sale, &packed), SAMME_OK);
    return keep(m, &packed);
}

void maker_sales(maker *m, uint32_t branch, unsigned count) {
    samme_range *log = &m->logs[branch];
    uint64_t old_size = log->size;
    samme_span *entries = samme_arena_alloc(&m->arena, count * sizeof *entries);
    cr_assert_not_null(entries);
    for (unsigned i = 0; i < count; i++) {
        entries[i] = maker_entry(m, (unsigned)log->size + 1, branch);
        samme_hash leaf = samme_leaf_hash(entries[i]);
        cr_assert_eq(samme_range_append(log, &leaf), SAMME_OK);
    }
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(m->chain.root.chain, branch, 1, origin);
    samme_checkpoint checkpoint = {.size = log->size, .root = samme_range_root(log)};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(
        samme_checkpoint_sign(origin, &m->chain.branches[branch - 1].log_seed, &checkpoint, &note),
        SAMME_OK);
    samme_batch batch = {.entries = entries, .count = count, .note = keep(m, &note)};
    m->batches[m->record_count] = batch;
    samme_record record = {.kind = SAMME_RECORD_BATCH,
                           .batch = {.branch = branch,
                                     .epoch = 1,
                                     .old_size = old_size,
                                     .new_size = log->size,
                                     .root = checkpoint.root},
                           .note_hash = samme_sha256(batch.note)};
    add_record(m, &record);
}

/* Answers */

Samme__Message *maker_journal(maker *m, uint64_t from, uint64_t to) {
    Samme__JournalPart *part = NEW(m, journal_part);
    Samme__Message *message = NEW(m, message);
    part->from = from;
    part->n_records = (size_t)(to - from);
    part->records = samme_arena_alloc(&m->arena, (part->n_records + 1) * sizeof *part->records);
    for (size_t i = 0; i < part->n_records; i++)
        part->records[i] = samme_bytes_of_span(m->records[from + i]);
    samme_checkpoint head = {.size = to, .root = m->roots[to]};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(m->chain.hub_log.name, &m->chain.hub_seed, &head, &note),
                 SAMME_OK);
    part->note = samme_bytes_of_span(keep(m, &note));
    part->journal_size = m->record_count;
    message->what_case = SAMME__MESSAGE__WHAT_JOURNAL_PART;
    message->journal_part = part;
    return message;
}

static Samme__Batch *batch_message(maker *m, uint64_t index) {
    const samme_batch *from = &m->batches[index];
    Samme__Batch *batch = NEW(m, batch);
    batch->journal_index = index;
    batch->note = samme_bytes_of_span(from->note);
    batch->n_items = from->count;
    batch->items = samme_arena_alloc(&m->arena, (from->count + 1) * sizeof *batch->items);
    for (size_t i = 0; i < from->count; i++) {
        batch->items[i] = NEW(m, item);
        batch->items[i]->what_case = SAMME__ITEM__WHAT_ENTRY;
        batch->items[i]->entry = samme_bytes_of_span(from->entries[i]);
    }
    return batch;
}

Samme__Message *maker_entries(maker *m, uint64_t index, size_t count) {
    Samme__EntriesPart *part = NEW(m, entries_part);
    Samme__Message *message = NEW(m, message);
    part->batches = samme_arena_alloc(&m->arena, (count + 1) * sizeof *part->batches);
    for (; part->n_batches < count && m->batches[index + part->n_batches].count > 0;
         part->n_batches++)
        part->batches[part->n_batches] = batch_message(m, index + part->n_batches);
    message->what_case = SAMME__MESSAGE__WHAT_ENTRIES_PART;
    message->entries_part = part;
    return message;
}

Samme__Message *maker_documents(maker *m, const Samme__PullDocuments *pull) {
    Samme__DocumentsPart *part = NEW(m, documents_part);
    Samme__Message *message = NEW(m, message);
    part->documents = samme_arena_alloc(&m->arena, (pull->n_hashes + 1) * sizeof *part->documents);
    for (size_t i = 0; i < pull->n_hashes; i++)
        for (size_t d = 0; d < m->document_count; d++) {
            samme_hash hash = samme_sha256(m->documents[d]);
            if (samme_span_equal(samme_span_of_hash(&hash), samme_span_of_bytes(pull->hashes[i])))
                part->documents[part->n_documents++] = samme_bytes_of_span(m->documents[d]);
        }
    message->what_case = SAMME__MESSAGE__WHAT_DOCUMENTS_PART;
    message->documents_part = part;
    return message;
}

Samme__Message *maker_doorbell(maker *m, uint64_t journal_size) {
    Samme__Doorbell *doorbell = NEW(m, doorbell);
    Samme__Message *message = NEW(m, message);
    doorbell->journal_size = journal_size;
    message->what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    message->doorbell = doorbell;
    return message;
}

Samme__Message *maker_answer(maker *m, const Samme__Message *request) {
    if (request->what_case == SAMME__MESSAGE__WHAT_PULL_JOURNAL)
        return maker_journal(m, request->pull_journal->from, m->record_count);
    if (request->what_case == SAMME__MESSAGE__WHAT_PULL_ENTRIES)
        return maker_entries(m, request->pull_entries->journal_index, 64);
    return maker_documents(m, request->pull_documents);
}

/* The follower's steps */

static void ask(maker *m) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    m->request = NULL;
    if (samme_follow_request(&m->follow, m->now_ms, &packed))
        m->request = SAMME_UNPACK(Message, message, keep(m, &packed), &m->arena, &m->error);
    else
        samme_buffer_free(&packed);
}

static void begin(maker *m) {
    cr_assert_eq(samme_space_begin(&m->log, &m->error), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->views, &m->error), SAMME_OK);
}

static void start_over(maker *m) {
    samme_error error;
    samme_space_abandon(&m->log);
    samme_space_abandon(&m->views);
    cr_assert_eq(samme_space_begin(&m->log, &error), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->views, &error), SAMME_OK);
    cr_assert_eq(samme_follow_reload(&m->follow, &error), SAMME_OK, "%s", error.text);
}

static void end(maker *m) {
    uint64_t head, ignored;
    cr_assert_eq(samme_space_end(&m->log, &head, NULL), SAMME_OK);
    cr_assert_eq(samme_follow_stamp(&m->follow, head), SAMME_OK);
    cr_assert_eq(samme_space_end(&m->views, &ignored, NULL), SAMME_OK);
    if (!m->log_stuck)
        samme_memory_store_sync(m->log_memory, SIZE_MAX);
    samme_memory_store_sync(m->views_memory, SIZE_MAX);
    cr_assert_eq(samme_space_collect(&m->log, NULL), SAMME_OK);
    cr_assert_eq(samme_space_collect(&m->views, NULL), SAMME_OK);
}

samme_status maker_step(maker *m, const Samme__Message *message) {
    samme_status status = SAMME_OK;
    bool more = true;
    m->error.text[0] = 0;
    for (unsigned steps = 0; more; steps++) {
        cr_assert_lt(steps, 100, "it never stops folding");
        begin(m);
        if (message != NULL)
            status = samme_follow_receive(&m->follow, message, m->now_ms, &m->error);
        message = NULL;
        more = false;
        if (status == SAMME_OK)
            status = samme_follow_fold(&m->follow, &more, &m->error);
        if (status != SAMME_OK)
            start_over(m);
        ask(m);
        end(m);
    }
    return status;
}

void maker_serve(maker *m) {
    m->now_ms += SAMME_FOLLOW_RETRY_MS; /* what is under way is lost */
    cr_assert_eq(maker_step(m, NULL), SAMME_OK, "%s", m->error.text);
    for (unsigned rounds = 0; m->request != NULL; rounds++) {
        cr_assert_lt(rounds, 1000, "it never stops asking");
        cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK, "%s", m->error.text);
    }
}

static bool holds(maker *m, uint8_t table, samme_span key) {
    samme_span ignored;
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
    samme_status status = samme_space_get(&m->log, table, key, &ignored);
    samme_space_abandon(&m->log);
    return status == SAMME_OK;
}

bool maker_holds_record(maker *m, uint64_t index) {
    samme_key8 key = samme_key_u64(index);
    return holds(m, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes));
}

bool maker_holds_document(maker *m, samme_span document) {
    samme_hash hash = samme_sha256(document);
    return holds(m, SAMME_TABLE_DOCUMENT, samme_span_of_hash(&hash));
}

samme_hash maker_digest(maker *m) {
    samme_hash digest;
    cr_assert_eq(samme_space_begin(&m->views, NULL), SAMME_OK);
    cr_assert_eq(samme_state_digest(&m->follow.replay.rows, &digest), SAMME_OK);
    samme_space_abandon(&m->views);
    return digest;
}
