#include "sync/follow.h"

#include <assert.h>

#include "sync/heads.h"

enum { FOLLOW_ARENA_BYTES = 64 * 1024 * 1024 };

/* A hub's own log: all of its journal counts as held. While it fills itself up from others, what
 * those have shown is more. */
static samme_status load_hub_copy(samme_follow *follow, samme_error *error) {
    samme_span stored;
    samme_range journal;
    samme_status status =
        samme_space_get(follow->setup.log, SAMME_TABLE_STATE, SAMME_LITERAL("hub"), &stored);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK; /* a new store, or a node's */
    samme_arena_reset(&follow->arena);
    Samme__HubState *state = status == SAMME_OK
                                 ? SAMME_UNPACK(HubState, hub_state, stored, &follow->arena, error)
                                 : NULL;
    if (state == NULL ||
        samme_range_decode(samme_span_of_bytes(state->range), &journal) != SAMME_OK)
        return samme_fail(error, SAMME_CORRUPT,
                          "log store: the hub's journal state does not decode");
    if (journal.size > follow->held.size)
        follow->held = journal;
    return SAMME_OK;
}

static samme_status load_held(samme_follow *follow, samme_error *error) {
    samme_range_init(&follow->held);
    samme_span stored;
    samme_status status =
        samme_space_get(follow->setup.log, SAMME_TABLE_STATE, SAMME_LITERAL("held"), &stored);
    if (status == SAMME_NOT_FOUND)
        return load_hub_copy(follow, error);
    if (status != SAMME_OK)
        return samme_fail(error, status, "log store: cannot read the journal's state");
    samme_arena_reset(&follow->arena);
    Samme__HeldState *state = SAMME_UNPACK(HeldState, held_state, stored, &follow->arena, error);
    if (state == NULL ||
        samme_range_decode(samme_span_of_bytes(state->range), &follow->held) != SAMME_OK)
        return samme_fail(error, SAMME_CORRUPT, "log store: the journal's state does not decode");
    return load_hub_copy(follow, error);
}

static samme_status store_state(samme_follow *follow) {
    uint8_t room[8 + 64 * 32];
    samme_buffer range, packed;
    samme_buffer_init(&range, sizeof room);
    samme_buffer_init(&packed, 4096);
    samme_range_encode(&follow->held, &range);
    Samme__HeldState state = SAMME__HELD_STATE__INIT;
    state.range = samme_bytes_of_span(samme_buffer_span(&range));
    samme_pack(&state, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(follow->setup.log, SAMME_TABLE_STATE, SAMME_LITERAL("held"),
                                 samme_buffer_span(&packed));
    samme_buffer_free(&range);
    samme_buffer_free(&packed);
    return status;
}

static const samme_span views_stamp = {(const uint8_t *)"h", 1};

samme_status samme_follow_stamp(samme_follow *follow, uint64_t log_head) {
    if (follow->setup.views->writes == NULL)
        return SAMME_OK;
    samme_key8 head = samme_key_u64(log_head);
    return samme_space_put(follow->setup.views, SAMME_TABLE_ROWS, views_stamp,
                           SAMME_SPAN(head.bytes, sizeof head.bytes));
}

static samme_status check_stamp(samme_follow *follow, samme_error *error) {
    samme_span stored;
    samme_status status =
        samme_space_get(follow->setup.views, SAMME_TABLE_ROWS, views_stamp, &stored);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    uint64_t head = follow->setup.log->next_head - 1;
    if (status == SAMME_OK && (stored.length != 8 || samme_get_u64(stored.data) > head))
        return samme_fail(error, SAMME_MISMATCH, "views rest on a commit that the log lost");
    return status;
}

static samme_status load(samme_follow *follow, samme_error *error) {
    samme_status status = load_held(follow, error);
    if (status == SAMME_OK)
        status = check_stamp(follow, error);
    if (status != SAMME_OK)
        return status;
    const samme_follow_setup *setup = &follow->setup;
    follow->rows_binding = (samme_space_table){.space = setup->views, .table = SAMME_TABLE_ROWS};
    status =
        samme_replay_init(&follow->replay, setup->root, samme_space_rows(&follow->rows_binding),
                          samme_held_documents(setup->log), &setup->replay, error);
    if (status ==
        SAMME_CORRUPT) /* views are only a fold: whatever is wrong with them, they are made again */
        return samme_fail_in(error, SAMME_MISMATCH, "views do not fit the log");
    if (status != SAMME_OK)
        return status;
    if (follow->replay.range.size > follow->held.size) {
        samme_replay_fini(&follow->replay);
        return samme_fail(
            error, SAMME_MISMATCH, "views are at journal size %llu, the log holds %llu records",
            (unsigned long long)follow->replay.range.size, (unsigned long long)follow->held.size);
    }
    follow->wants_entries = false;
    follow->wanted_count = 0;
    return SAMME_OK;
}

samme_status samme_follow_init(samme_follow *follow, const samme_follow_setup *setup,
                               samme_error *error) {
    *follow = (samme_follow){.setup = *setup, .poked = true, .failed_at = UINT64_MAX};
    samme_arena_init(&follow->arena, FOLLOW_ARENA_BYTES);
    samme_status status = load(follow, error);
    if (status != SAMME_OK)
        samme_arena_free(&follow->arena);
    else
        follow->hub_size = follow->held.size;
    return status;
}

void samme_follow_fini(samme_follow *follow) {
    samme_replay_fini(&follow->replay);
    samme_arena_free(&follow->arena);
}

samme_status samme_follow_reload(samme_follow *follow, samme_error *error) {
    samme_replay_fini(&follow->replay);
    return load(follow, error);
}

/* The journal must go through the head that was known when this machine was enrolled. */
static samme_status check_known(const samme_follow *follow, const samme_range *range,
                                samme_error *error) {
    samme_hash root = samme_range_root(range);
    if (samme_hash_equal(&root, &follow->setup.replay.known.journal_root))
        return SAMME_OK;
    return samme_fail(error, SAMME_MISMATCH,
                      "the hub's journal is not the one this machine was enrolled with: another "
                      "root at size %llu",
                      (unsigned long long)range->size);
}

/* Records are taken up to a signed head that they must lead to, or not at all. */
static samme_status take_journal(samme_follow *follow, const Samme__JournalPart *part,
                                 samme_error *error) {
    if (part->from != follow->held.size)
        return SAMME_OK; /* a late or doubled answer */
    if (part->journal_size > follow->hub_size)
        follow->hub_size = part->journal_size;
    if (part->journal_size < follow->setup.replay.known.journal_size)
        return samme_fail(
            error, SAMME_MISMATCH,
            "the hub's journal has %llu records, this machine was enrolled when it had "
            "%llu",
            (unsigned long long)part->journal_size,
            (unsigned long long)follow->setup.replay.known.journal_size);
    /* a hub that promises more than it gives (a restored one) is not asked again at once */
    follow->requested = part->n_records == 0 && follow->hub_size > follow->held.size;
    follow->unanswered = false;
    if (part->n_records == 0)
        return samme_heads_compare(follow, part, error);
    const samme_known *known = &follow->setup.replay.known;
    samme_range range = follow->held;
    for (size_t i = 0; i < part->n_records; i++) {
        samme_span record = samme_span_of_bytes(part->records[i]);
        samme_hash leaf = samme_leaf_hash(record);
        samme_key8 key = samme_key_u64(range.size);
        samme_status status = samme_range_append(&range, &leaf);
        if (status == SAMME_OK)
            status = samme_space_put(follow->setup.log, SAMME_TABLE_JOURNAL,
                                     SAMME_SPAN(key.bytes, sizeof key.bytes), record);
        if (status != SAMME_OK)
            return samme_fail(error, status, "journal record %llu cannot be stored",
                              (unsigned long long)range.size);
        if (range.size == known->journal_size &&
            (status = check_known(follow, &range, error)) != SAMME_OK)
            return status;
    }
    samme_checkpoint head;
    samme_status status = samme_heads_open(follow, part, &head, error);
    if (status != SAMME_OK)
        return status;
    samme_hash root = samme_range_root(&range);
    if (head.size != range.size || !samme_hash_equal(&head.root, &root))
        return samme_fail(error, SAMME_MISMATCH,
                          "the hub's journal does not continue ours: records %llu..%llu do not "
                          "lead to the head it signed (size %llu)",
                          (unsigned long long)part->from, (unsigned long long)range.size,
                          (unsigned long long)head.size);
    follow->held = range;
    status = samme_heads_keep(follow, part, range.size);
    return status == SAMME_OK ? store_state(follow) : status;
}

static samme_status record_at(samme_follow *follow, uint64_t index, samme_span *out,
                              samme_error *error) {
    samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_status status = samme_space_get(follow->setup.log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return samme_fail(error, status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status,
                          "log store: journal record %llu cannot be read",
                          (unsigned long long)index);
    *out = samme_arena_copy(&follow->arena, stored);
    return out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

bool samme_views_full(const samme_space *views) {
    return views->writes != NULL && views->writes->bytes.length > SAMME_FOLLOW_PUTS_A_STEP;
}

/* What this branch wrote in an epoch before this one: tills may still repeat it. */
static samme_status remember_own(samme_follow *follow, uint64_t index, samme_span bytes,
                                 const samme_batch *batch) {
    samme_record record;
    if (follow->setup.branch == 0 || follow->setup.epoch < 2)
        return SAMME_OK;
    samme_status status = samme_record_open(bytes, &follow->arena, &record, NULL);
    if (status != SAMME_OK || record.kind != SAMME_RECORD_BATCH ||
        record.batch.branch != follow->setup.branch)
        return status;
    return samme_store_keys(follow->setup.log, index, batch, &follow->arena);
}

static samme_status take_entries(samme_follow *follow, const Samme__EntriesPart *part,
                                 samme_error *error) {
    /* what a step has no room for is asked for again */
    for (size_t i = 0; i < part->n_batches && !samme_views_full(follow->setup.views); i++) {
        const Samme__Batch *offered = part->batches[i];
        uint64_t index = follow->replay.range.size;
        if (offered->journal_index != index || index >= follow->held.size)
            continue; /* late, doubled, or ahead of what we hold */
        samme_arena_reset(&follow->arena);
        samme_span record;
        samme_status status = record_at(follow, index, &record, error);
        samme_batch batch;
        if (status == SAMME_OK)
            status = samme_batch_from_items(offered->items, offered->n_items,
                                            samme_span_of_bytes(offered->note), &follow->arena,
                                            &batch, error);
        if (status == SAMME_OK)
            status = samme_replay_record(&follow->replay, record, &batch, error);
        if (status == SAMME_OK)
            status = samme_store_batch(follow->setup.log, index, &batch);
        if (status == SAMME_OK)
            status = remember_own(follow, index, record, &batch);
        if (status != SAMME_OK)
            return samme_fail_in(error, status, "content of journal record %llu",
                                 (unsigned long long)index);
        follow->requested = false;
        follow->wants_entries = false;
    }
    return SAMME_OK;
}

static samme_status take_documents(samme_follow *follow, const Samme__DocumentsPart *part) {
    for (size_t i = 0; i < part->n_documents; i++) {
        samme_span document = samme_span_of_bytes(part->documents[i]);
        samme_hash hash = samme_sha256(document);
        for (size_t w = 0; w < follow->wanted_count; w++) {
            if (!samme_hash_equal(&follow->wanted[w], &hash))
                continue;
            samme_status status = samme_space_put(follow->setup.log, SAMME_TABLE_DOCUMENT,
                                                  samme_span_of_hash(&hash), document);
            if (status != SAMME_OK)
                return status;
            follow->wanted[w] = follow->wanted[--follow->wanted_count];
            follow->documents_taken++;
            follow->requested = false;
            break;
        }
    }
    return SAMME_OK;
}

samme_status samme_follow_receive(samme_follow *follow, const Samme__Message *message,
                                  int64_t now_ms, samme_error *error) {
    samme_status status = SAMME_OK;
    switch (message->what_case) {
    case SAMME__MESSAGE__WHAT_JOURNAL_PART:
        status = take_journal(follow, message->journal_part, error);
        break;
    case SAMME__MESSAGE__WHAT_ENTRIES_PART:
        status = take_entries(follow, message->entries_part, error);
        break;
    case SAMME__MESSAGE__WHAT_DOCUMENTS_PART:
        status = take_documents(follow, message->documents_part);
        break;
    case SAMME__MESSAGE__WHAT_DOORBELL:
        if (message->doorbell->journal_size > follow->hub_size)
            follow->hub_size = message->doorbell->journal_size;
        break;
    default:
        break; /* not for a follower */
    }
    if (status != SAMME_OK) {
        follow->refused_parts++;
        follow->requested = true; /* not again before the retry interval is over */
        follow->requested_ms = now_ms;
        if (error != NULL)
            follow->trouble = *error;
    }
    return status;
}

/* Which documents a roster or release record still needs: its note first, then what the note lists.
 */
static samme_status want_documents(samme_follow *follow, const samme_record *record) {
    follow->wanted_count = 0;
    samme_content documents = samme_held_documents(follow->setup.log);
    samme_span note;
    samme_status status = documents.document(documents.self, &record->note_hash, &note);
    if (status == SAMME_NOT_FOUND) {
        follow->wanted[follow->wanted_count++] = record->note_hash;
        return SAMME_OK;
    }
    samme_release release;
    if (status != SAMME_OK || record->kind != SAMME_RECORD_RELEASE)
        return status;
    if (samme_release_open(&follow->replay.root, note, &release, NULL) != SAMME_OK)
        return SAMME_OK; /* the replay quarantines it */
    for (size_t i = 0; i < release.document_count && status == SAMME_OK &&
                       follow->wanted_count < SAMME_FOLLOW_DOCUMENTS_MAX;
         i++) {
        samme_span ignored;
        status = documents.document(documents.self, &release.documents[i].hash, &ignored);
        if (status == SAMME_NOT_FOUND) {
            follow->wanted[follow->wanted_count++] = release.documents[i].hash;
            status = SAMME_OK;
        }
    }
    samme_release_free(&release);
    return status;
}

/* A record of a later version: it and what follows are stored and served, not folded. */
static samme_status stop_folding(samme_follow *follow, const samme_error *error, bool *out_stop) {
    follow->stopped = *out_stop = true;
    follow->trouble = *error;
    return SAMME_OK;
}

/* Folds the next record if all it points at is held. *out_entries grows by what it folded;
 * *out_stop: cannot go on. */
static samme_status fold_one(samme_follow *follow, size_t *out_entries, bool *out_stop,
                             samme_error *error) {
    samme_arena_reset(&follow->arena);
    uint64_t index = follow->replay.range.size;
    samme_span bytes;
    samme_status status = record_at(follow, index, &bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_record record;
    status = samme_record_open(bytes, &follow->arena, &record, error);
    if (status == SAMME_UNSUPPORTED)
        return stop_folding(follow, error, out_stop);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "journal record %llu", (unsigned long long)index);
    samme_batch batch, *content = NULL;
    if (record.kind == SAMME_RECORD_BATCH) {
        const struct samme_batch_record *what = &record.batch;
        bool own = what->branch == follow->setup.branch && what->epoch == follow->setup.epoch;
        status = samme_held_batch(follow->setup.log, index, &record, &follow->arena, &batch);
        if (status == SAMME_NOT_FOUND && !own) {
            follow->wants_entries = true;
            follow->wanted_batch = record.batch;
            *out_stop = true;
            return SAMME_OK;
        }
        if (status != SAMME_OK)
            return samme_fail(error, status == SAMME_NOT_FOUND ? SAMME_MISMATCH : status,
                              "the journal holds entries %llu..%llu of this branch that its own "
                              "log does not",
                              (unsigned long long)what->old_size,
                              (unsigned long long)what->new_size);
        content = &batch;
        *out_entries += batch.count;
    }
    status = samme_replay_record(&follow->replay, bytes, content, error);
    *out_stop = status != SAMME_OK;
    if (status == SAMME_LATER)
        return want_documents(follow, &record);
    if (status == SAMME_UNSUPPORTED)
        return stop_folding(follow, error, out_stop);
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail_in(error, status, "journal record %llu", (unsigned long long)index);
}

samme_status samme_follow_fold(samme_follow *follow, bool *out_more, samme_error *error) {
    samme_error local;
    error = error == NULL ? &local : error;
    size_t entries = 0;
    bool stop = follow->stopped;
    samme_status status = SAMME_OK;
    const uint64_t from = follow->replay.range.size;
    const bool alone = follow->setup.views->writes == NULL; /* this step has taken nothing yet */
    if (from == follow->failed_at && !alone) {
        *out_more = !stop; /* what went wrong is tried in a step of its own */
        return SAMME_OK;
    }
    const uint64_t end = from < follow->failed_at && follow->failed_at < follow->held.size
                             ? follow->failed_at
                             : follow->held.size;
    for (unsigned records = 0;
         status == SAMME_OK && !stop && records < 1024 && entries < SAMME_FOLLOW_ENTRIES_A_STEP &&
         follow->replay.range.size < end && !samme_views_full(follow->setup.views);
         records++)
        status = fold_one(follow, &entries, &stop, error);
    *out_more = status == SAMME_OK && !stop && follow->replay.range.size < follow->held.size;
    if (status != SAMME_OK) {
        follow->trouble = *error;
        /* The step is lost. What the disk refuses may pass; what does not verify will not by trying
         * again, but the records before it are folded first. */
        follow->failed_at = follow->replay.range.size;
        follow->stopped = from == follow->failed_at && alone && status != SAMME_IO &&
                          status != SAMME_FULL && status != SAMME_NO_MEMORY;
    }
    return status;
}

static void ask_journal(samme_follow *follow, Samme__Message *message, Samme__PullJournal *pull,
                        samme_hash *digest) {
    pull->from = follow->held.size;
    pull->folded_size = follow->replay.range.size;
    if (samme_state_digest(&follow->replay.rows, digest) == SAMME_OK)
        pull->state_digest = samme_bytes_of_span(samme_span_of_hash(digest));
    message->what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    message->pull_journal = pull;
    follow->poked = false;
    follow->unanswered = true;
    follow->reported_size = pull->folded_size;
}

bool samme_follow_request(samme_follow *follow, int64_t now_ms, samme_buffer *out) {
    if (follow->requested && now_ms - follow->requested_ms < SAMME_FOLLOW_RETRY_MS)
        return false;
    Samme__Message message = SAMME__MESSAGE__INIT;
    Samme__PullJournal pull_journal = SAMME__PULL_JOURNAL__INIT;
    Samme__PullEntries pull_entries = SAMME__PULL_ENTRIES__INIT;
    Samme__PullDocuments pull_documents = SAMME__PULL_DOCUMENTS__INIT;
    ProtobufCBinaryData hashes[SAMME_FOLLOW_DOCUMENTS_MAX];
    samme_hash digest;
    if (follow->wants_entries) {
        pull_entries.journal_index = follow->replay.range.size;
        pull_entries.branch = follow->wanted_batch.branch;
        pull_entries.epoch = follow->wanted_batch.epoch;
        pull_entries.old_size = follow->wanted_batch.old_size;
        pull_entries.new_size = follow->wanted_batch.new_size;
        message.what_case = SAMME__MESSAGE__WHAT_PULL_ENTRIES;
        message.pull_entries = &pull_entries;
    } else if (follow->wanted_count > 0) {
        for (size_t i = 0; i < follow->wanted_count; i++)
            hashes[i] = samme_bytes_of_span(samme_span_of_hash(&follow->wanted[i]));
        pull_documents.n_hashes = follow->wanted_count;
        pull_documents.hashes = hashes;
        message.what_case = SAMME__MESSAGE__WHAT_PULL_DOCUMENTS;
        message.pull_documents = &pull_documents;
    } else if (follow->poked || follow->unanswered || follow->held.size < follow->hub_size ||
               (follow->replay.range.size == follow->held.size &&
                follow->reported_size != follow->held.size)) {
        ask_journal(follow, &message, &pull_journal, &digest);
    } else {
        return false;
    }
    samme_buffer_clear(out);
    samme_pack(&message, out);
    if (samme_buffer_status(out) != SAMME_OK)
        return false;
    follow->requested = true;
    follow->requested_ms = now_ms;
    return true;
}

void samme_follow_poke(samme_follow *follow) {
    follow->poked = true;
}

bool samme_follow_complete(const samme_follow *follow) {
    return !follow->poked && follow->held.size >= follow->hub_size &&
           follow->replay.range.size == follow->held.size;
}
