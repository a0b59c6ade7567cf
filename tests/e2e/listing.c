#include "tests/e2e/listing.h"

#include <stdio.h>

#include "base/text.h"
#include "history/entry.h"

static void print_entry(e2e_line *line, uint64_t record, const Samme__BatchRecord *batch,
                        uint64_t index, samme_span bytes) {
    samme_entry entry = {0};
    samme_error ignored;
    if (samme_entry_open(bytes, &line->arena, &entry, &ignored) != SAMME_OK)
        entry.event = NULL;
    samme_buffer id;
    samme_buffer_init(&id, 200);
    if (entry.event != NULL)
        samme_hex_append(&id, samme_span_of_bytes(entry.event->id));
    bool sale = entry.event != NULL && entry.event->kind == SAMME__EVENT_KIND__sale;
    printf("entry %llu %u %llu %s %d %s\n", (unsigned long long)record, batch->branch,
           (unsigned long long)index, id.length > 0 ? samme_buffer_text(&id) : "-",
           entry.event != NULL ? (int)entry.event->kind : 0,
           sale && entry.body.sale->receipt != NULL ? entry.body.sale->receipt->number : "-");
    samme_buffer_free(&id);
}

static void print_batch(e2e_line *line, uint64_t record, const Samme__BatchRecord *batch) {
    Samme__PullEntries pull = SAMME__PULL_ENTRIES__INIT;
    pull.journal_index = record;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PULL_ENTRIES;
    message.pull_entries = &pull;
    e2e_send(line, &message);
    Samme__Message *answer;
    do {
        answer = e2e_receive(line, E2E_ANSWER_MS);
        if (answer == NULL)
            e2e_die("no entries of record %llu", (unsigned long long)record);
    } while (answer->what_case != SAMME__MESSAGE__WHAT_ENTRIES_PART);
    const Samme__EntriesPart *part = answer->entries_part;
    if (part->n_batches == 0 || part->batches[0]->journal_index != record ||
        part->batches[0]->n_items != batch->new_size - batch->old_size)
        e2e_die("record %llu: not the entries it stands for", (unsigned long long)record);
    for (size_t i = 0; i < part->batches[0]->n_items; i++)
        print_entry(line, record, batch, batch->old_size + i,
                    samme_span_of_bytes(part->batches[0]->items[i]->entry));
}

/* Prints what the part brings; gives the index after it. */
static uint64_t print_part(e2e_line *line, const Samme__JournalPart *part) {
    for (size_t i = 0; i < part->n_records; i++) {
        samme_error error;
        Samme__Record *record = SAMME_UNPACK(Record, record, samme_span_of_bytes(part->records[i]),
                                             &line->arena, &error);
        if (record == NULL)
            e2e_die("record %llu: %s", (unsigned long long)(part->from + i), error.text);
        if (record->what_case == SAMME__RECORD__WHAT_BATCH)
            print_batch(line, part->from + i, record->batch);
    }
    return part->from + part->n_records;
}

void e2e_list(e2e_line *line) {
    uint64_t from = 0, size = 1;
    while (from < size) {
        Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
        pull.from = from;
        Samme__Message message = SAMME__MESSAGE__INIT;
        message.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
        message.pull_journal = &pull;
        e2e_send(line, &message);
        Samme__Message *answer;
        do {
            answer = e2e_receive(line, E2E_ANSWER_MS);
            if (answer == NULL)
                e2e_die("no journal from record %llu on", (unsigned long long)from);
        } while (answer->what_case != SAMME__MESSAGE__WHAT_JOURNAL_PART ||
                 answer->journal_part->from != from);
        size = answer->journal_part->journal_size;
        from = print_part(line, answer->journal_part);
    }
}
