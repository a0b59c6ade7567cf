/* A hub that has lost something of its journal asks the nodes for it: what was verified here is
 * handed up, in bounded parts, as the hub gives it. There is one connection, so whoever asks is the
 * hub. */
#include "crypto/hash.h"
#include "node/core.h"
#include "sync/giving.h"

static void say(samme_node *node, Samme__Message__WhatCase what, void *answer) {
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = what;
    message.head = answer; /* all of a oneof's members lie in one place */
    samme_node_send(node, &message);
}

static samme_status hand_head(samme_node *node, const Samme__AskHead *ask) {
    const uint32_t epoch = ask->journal_epoch != 0 ? ask->journal_epoch : 1;
    samme_span note = {0};
    Samme__Head head = SAMME__HEAD__INIT;
    head.journal_epoch = samme_replay_journal_epoch(&node->follow.replay);
    head.journal_size = node->follow.held.size;
    samme_status status = samme_follow_head(&node->follow, &node->arena, &note);
    if (status == SAMME_OK && epoch == head.journal_epoch)
        head.note = samme_bytes_of_span(note);
    say(node, SAMME__MESSAGE__WHAT_HEAD, &head);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* The head that a part from `from` on ends at: the largest that is kept and near enough, else the
 * next one. SAMME_NOT_FOUND: there is none behind `from`. */
static samme_status find_head(samme_node *node, uint64_t from, samme_checkpoint *out_head,
                              samme_span *out_note) {
    samme_key8 at = samme_key_u64((from + 1) / SAMME_HEADS_APART);
    bool found = false;
    for (;;) {
        samme_span key, stored;
        samme_checkpoint head;
        samme_status status = samme_space_seek(
            &node->log, SAMME_TABLE_HEAD, SAMME_SPAN(at.bytes, sizeof at.bytes), &key, &stored);
        if (status == SAMME_NOT_FOUND)
            return found ? SAMME_OK : SAMME_NOT_FOUND;
        if (status != SAMME_OK)
            return status;
        at = samme_key_u64(samme_get_u64(key.data) + 1);
        const samme_span note = samme_arena_copy(&node->arena, stored);
        status =
            note.data == NULL
                ? SAMME_NO_MEMORY
                : samme_checkpoint_read(note, samme_follow_hub_key(&node->follow), &head, NULL);
        if (status != SAMME_OK)
            return status;
        if (head.size <= from)
            continue;
        if (found && head.size > from + SAMME_GIVE_RECORDS_MAX)
            return SAMME_OK;
        found = true;
        *out_head = head;
        *out_note = note;
    }
}

static samme_status hand_records(samme_node *node, const Samme__PullJournal *pull) {
    samme_checkpoint head = {.size = pull->from};
    samme_span note = {0};
    Samme__JournalPart part = SAMME__JOURNAL_PART__INIT;
    samme_status status = find_head(node, pull->from, &head, &note);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    /* all of them, or they do not lead to the head: between two heads kept they are few enough */
    status = samme_give_records(&node->log, pull->from, head.size, SAMME_MESSAGE_MAX_BYTES,
                                &node->arena, &part);
    if (status != SAMME_OK)
        return status;
    part.note = samme_bytes_of_span(note);
    part.journal_size = node->follow.held.size;
    say(node, SAMME__MESSAGE__WHAT_JOURNAL_PART, &part);
    return SAMME_OK;
}

/* A batch of this branch, of a record that it does not hold yet: it is in its own log all the
 * same. */
static samme_status own_batch(samme_node *node, const Samme__PullEntries *pull,
                              Samme__Batch **out) {
    if (pull->branch != node->setup.branch || pull->epoch != node->setup.epoch ||
        pull->new_size <= pull->old_size ||
        pull->new_size - pull->old_size > SAMME_BATCH_MAX_ENTRIES ||
        pull->new_size > node->signed_range.size)
        return SAMME_NOT_FOUND;
    const samme_key8 key = samme_key_u64(pull->new_size);
    samme_span note;
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_SIGNED,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &note);
    if (status != SAMME_OK)
        return status;
    const samme_record record = {.kind = SAMME_RECORD_BATCH,
                                 .batch = {.old_size = pull->old_size, .new_size = pull->new_size},
                                 .note_hash = samme_sha256(note)};
    size_t ignored;
    return samme_give_batch(&node->log, pull->journal_index, &record, &node->arena, out, &ignored);
}

static samme_status hand_entries(samme_node *node, const Samme__PullEntries *pull) {
    Samme__Batch *own;
    Samme__EntriesPart part = SAMME__ENTRIES_PART__INIT;
    samme_status status = samme_give_entries(&node->log, node->follow.held.size,
                                             pull->journal_index, &node->arena, &part);
    if (status == SAMME_OK && part.n_batches == 0) {
        status = own_batch(node, pull, &own);
        part.n_batches = status == SAMME_OK;
        part.batches = &own;
    }
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    say(node, SAMME__MESSAGE__WHAT_ENTRIES_PART, &part);
    return SAMME_OK;
}

static samme_status hand_documents(samme_node *node, const Samme__PullDocuments *pull) {
    Samme__DocumentsPart part = SAMME__DOCUMENTS_PART__INIT;
    samme_status status = samme_give_documents(&node->log, pull, &node->arena, &part);
    if (status == SAMME_OK)
        say(node, SAMME__MESSAGE__WHAT_DOCUMENTS_PART, &part);
    return status;
}

samme_status samme_hand_up(samme_node *node, const Samme__Message *message) {
    switch (message->what_case) {
    case SAMME__MESSAGE__WHAT_ASK_HEAD:
        return hand_head(node, message->ask_head);
    case SAMME__MESSAGE__WHAT_PULL_JOURNAL:
        return hand_records(node, message->pull_journal);
    case SAMME__MESSAGE__WHAT_PULL_ENTRIES:
        return hand_entries(node, message->pull_entries);
    case SAMME__MESSAGE__WHAT_PULL_DOCUMENTS:
        return hand_documents(node, message->pull_documents);
    default:
        return SAMME_OK;
    }
}
