#include "tests/unit/lib/sync/maker.h"

#include "tlog/checkpoint.h"

static maker *m;
static void setup(void) {
    m = calloc(1, sizeof *m);
    maker_open(m, 0);
    maker_roster(m);
    maker_release(m, 0);
    maker_sales(m, 1, 3);
    maker_sales(m, 2, 1);
}
static void teardown(void) {
    maker_close(m);
    free(m);
}
TestSuite(follow, .init = setup, .fini = teardown);

#define asks_for(KIND) (m->request != NULL && m->request->what_case == SAMME__MESSAGE__WHAT_##KIND)

Test(follow, an_honest_hub_is_followed_to_its_end) {
    maker_serve(m);
    cr_assert_eq(m->follow.held.size, 4);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert_eq(m->follow.replay.release.version, 1);
    cr_assert_eq(m->follow.replay.entries, 4);
    cr_assert(samme_follow_complete(&m->follow));
    cr_assert_eq(m->follow.refused_parts, 0);
}

Test(follow, what_it_asks_comes_in_the_order_it_is_needed) {
    static const Samme__Message__WhatCase expected[] = {
        SAMME__MESSAGE__WHAT_PULL_JOURNAL,   SAMME__MESSAGE__WHAT_PULL_DOCUMENTS, /* roster note */
        SAMME__MESSAGE__WHAT_PULL_DOCUMENTS,                                      /* release note */
        SAMME__MESSAGE__WHAT_PULL_DOCUMENTS,                                    /* its documents */
        SAMME__MESSAGE__WHAT_PULL_ENTRIES,   SAMME__MESSAGE__WHAT_PULL_JOURNAL, /* says: folded */
    };
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        cr_assert_not_null(m->request, "request %zu", i);
        cr_assert_eq(m->request->what_case, expected[i], "request %zu is of kind %d", i,
                     (int)m->request->what_case);
        if (i == 5)
            cr_assert_eq(m->request->pull_journal->folded_size, 4);
        cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK);
    }
    cr_assert_null(m->request);
}

/* Nothing of a refused part is kept, it is counted, and it is asked again after the interval. */
static void refused(const Samme__Message *part, samme_status expected) {
    uint64_t held = m->follow.held.size, folded = m->follow.replay.range.size;
    uint64_t counted = m->follow.refused_parts;
    samme_hash digest = maker_digest(m);
    samme_status status = maker_step(m, part);
    cr_assert_eq(status, expected, "%s, expected %s: %s", samme_status_name(status),
                 samme_status_name(expected), m->error.text);
    cr_assert_neq(m->follow.trouble.text[0], 0);
    cr_assert_eq(m->follow.refused_parts, counted + 1);
    cr_assert_eq(m->follow.held.size, held);
    cr_assert_eq(m->follow.replay.range.size, folded);
    cr_assert(!maker_holds_record(m, held));
    samme_hash after = maker_digest(m);
    cr_assert(samme_hash_equal(&digest, &after));
    cr_assert_null(m->request, "a hub that does not verify is not asked at the speed of the net");
    m->now_ms += SAMME_FOLLOW_RETRY_MS - 1;
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    cr_assert_null(m->request);
    m->now_ms += 1;
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    cr_assert_not_null(m->request);
}

static Samme__JournalPart *first_part(Samme__Message **out) {
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    cr_assert(asks_for(PULL_JOURNAL));
    *out = maker_journal(m, 0, 4);
    return (*out)->journal_part;
}

Test(follow, a_record_that_was_altered_leads_to_no_signed_head) {
    Samme__Message *message;
    Samme__JournalPart *part = first_part(&message);
    samme_span copy = samme_arena_copy(&m->arena, samme_span_of_bytes(part->records[2]));
    part->records[2] = samme_bytes_of_span(copy);
    part->records[2].data[copy.length - 1] ^= 1;
    refused(message, SAMME_MISMATCH);
    cr_assert_eq(m->request->pull_journal->from, 0);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4, "the truth is still taken");
}

Test(follow, a_part_with_a_record_left_out_is_refused) {
    Samme__Message *message;
    Samme__JournalPart *part = first_part(&message);
    part->records[1] = part->records[2];
    part->records[2] = part->records[3];
    part->n_records = 3;
    refused(message, SAMME_MISMATCH);
}

Test(follow, records_in_another_order_are_refused) {
    Samme__Message *message;
    Samme__JournalPart *part = first_part(&message);
    ProtobufCBinaryData kept = part->records[2];
    part->records[2] = part->records[3];
    part->records[3] = kept;
    refused(message, SAMME_MISMATCH);
}

Test(follow, a_head_by_another_key_is_refused) {
    Samme__Message *message;
    Samme__JournalPart *part = first_part(&message);
    samme_checkpoint head = {.size = 4, .root = m->roots[4]};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(
        samme_checkpoint_sign(m->chain.hub_log.name, &m->chain.branches[0].log_seed, &head, &note),
        SAMME_OK);
    part->note = samme_bytes_of_span(samme_arena_copy(&m->arena, samme_buffer_span(&note)));
    samme_buffer_free(&note);
    refused(message, SAMME_BAD_SIGNATURE);
}

Test(follow, a_part_without_a_head_is_refused) {
    Samme__Message *message;
    first_part(&message)->note = (ProtobufCBinaryData){0};
    refused(message, SAMME_MALFORMED);
}

Test(follow, late_and_doubled_parts_change_nothing) {
    Samme__Message *message;
    first_part(&message);
    cr_assert_eq(maker_step(m, maker_journal(m, 2, 4)), SAMME_OK, "ahead of what is held");
    cr_assert_eq(m->follow.held.size, 0);
    cr_assert_eq(maker_step(m, maker_journal(m, 0, 2)), SAMME_OK);
    cr_assert_eq(m->follow.held.size, 2);
    cr_assert_eq(maker_step(m, maker_journal(m, 0, 2)), SAMME_OK, "doubled");
    cr_assert_eq(maker_step(m, message), SAMME_OK, "late");
    cr_assert_eq(m->follow.held.size, 2);
    m->now_ms += SAMME_FOLLOW_RETRY_MS;
    maker_step(m, NULL);
    while (!asks_for(PULL_ENTRIES))
        cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK);
    cr_assert_eq(maker_step(m, maker_entries(m, 2, 1)), SAMME_OK);
    cr_assert_eq(m->follow.replay.range.size, 3);
    cr_assert_eq(maker_step(m, maker_entries(m, 2, 1)), SAMME_OK, "doubled, while 3 is wanted");
    cr_assert_eq(m->follow.replay.range.size, 3);
    maker_serve(m);
    samme_hash digest = maker_digest(m);
    cr_assert_eq(maker_step(m, maker_entries(m, 2, 2)), SAMME_OK, "entries folded already");
    samme_hash after = maker_digest(m);
    cr_assert(samme_hash_equal(&digest, &after));
    cr_assert_eq(m->follow.replay.entries, 4, "%llu", (unsigned long long)m->follow.replay.entries);
    cr_assert_eq(m->follow.refused_parts, 0);
}

/* Served until entries are asked for. */
static Samme__Message *entries_asked(void) {
    maker_step(m, NULL);
    while (!asks_for(PULL_ENTRIES))
        cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK);
    cr_assert_eq(m->request->pull_entries->journal_index, 2);
    return maker_entries(m, 2, 2);
}

Test(follow, an_entry_that_was_altered_does_not_match_the_record) {
    Samme__Message *message = entries_asked();
    Samme__Item *item = message->entries_part->batches[0]->items[1];
    item->entry = samme_bytes_of_span(maker_entry(m, 99, 1));
    refused(message, SAMME_MISMATCH);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
}

Test(follow, a_batch_with_an_entry_missing_is_refused) {
    Samme__Message *message = entries_asked();
    message->entries_part->batches[0]->n_items = 2;
    refused(message, SAMME_MISMATCH);
}

Test(follow, another_batch_under_the_index_asked_for_is_refused) {
    Samme__Message *message = entries_asked();
    message->entries_part->batches[0] = message->entries_part->batches[1];
    message->entries_part->batches[0]->journal_index = 2;
    refused(message, SAMME_MISMATCH);
}

Test(follow, a_note_that_is_not_the_records_is_refused) {
    Samme__Message *message = entries_asked();
    message->entries_part->batches[0]->note = message->entries_part->batches[1]->note;
    refused(message, SAMME_MISMATCH);
}

Test(follow, an_item_that_is_a_hash_is_not_known_yet) {
    Samme__Message *message = entries_asked();
    Samme__Subtree subtree = SAMME__SUBTREE__INIT;
    message->entries_part->batches[0]->items[0]->what_case = SAMME__ITEM__WHAT_SUBTREE;
    message->entries_part->batches[0]->items[0]->subtree = &subtree;
    refused(message, SAMME_UNSUPPORTED);
}

Test(follow, a_good_batch_before_a_bad_one_is_not_kept_alone) {
    Samme__Message *message = entries_asked();
    message->entries_part->batches[1]->items[0]->entry = samme_bytes_of_span(maker_entry(m, 99, 2));
    refused(message, SAMME_MISMATCH);
    cr_assert_eq(m->request->pull_entries->journal_index, 2);
}

Test(follow, documents_nobody_asked_for_are_not_kept) {
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK);
    cr_assert(asks_for(PULL_DOCUMENTS));
    Samme__Message *message = maker_documents(m, m->request->pull_documents);
    samme_span gift = SAMME_LITERAL("a document nobody asked for");
    message->documents_part->documents[0] = samme_bytes_of_span(gift);
    cr_assert_eq(maker_step(m, message), SAMME_OK);
    cr_assert(!maker_holds_document(m, gift));
    cr_assert_eq(m->follow.replay.range.size, 0);
    cr_assert_null(m->request, "what was asked for has not come: wait");
    m->now_ms += SAMME_FOLLOW_RETRY_MS;
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_DOCUMENTS));
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert_eq(maker_step(m, message), SAMME_OK, "and none when nothing is wanted");
    cr_assert(!maker_holds_document(m, gift));
}

Test(follow, what_arrives_of_many_documents_is_kept) {
    maker_release(m, 100);
    maker_step(m, NULL);
    unsigned asked = 0;
    size_t most = 0;
    while (m->request != NULL) {
        Samme__Message *answer = maker_answer(m, m->request);
        if (asks_for(PULL_DOCUMENTS) && m->follow.replay.range.size == 4) {
            asked++;
            most = m->request->pull_documents->n_hashes > most
                       ? m->request->pull_documents->n_hashes
                       : most;
            if (answer->documents_part->n_documents > 10) /* a part is bounded */
                answer->documents_part->n_documents = 10;
        }
        cr_assert_eq(maker_step(m, answer), SAMME_OK, "%s", m->error.text);
    }
    cr_assert_eq(most, SAMME_FOLLOW_DOCUMENTS_MAX);
    cr_assert_geq(asked, 10);
    cr_assert_eq(m->follow.replay.release.version, 2);
}

Test(follow, a_doorbell_makes_it_ask) {
    maker_serve(m);
    maker_sales(m, 2, 2);
    cr_assert_eq(maker_step(m, NULL), SAMME_OK);
    cr_assert_null(m->request, "it cannot know");
    cr_assert_eq(maker_step(m, maker_doorbell(m, 4)), SAMME_OK);
    cr_assert_null(m->request, "that is held");
    cr_assert_eq(maker_step(m, maker_doorbell(m, 3)), SAMME_OK);
    cr_assert_null(m->request, "late");
    cr_assert_eq(maker_step(m, maker_doorbell(m, 5)), SAMME_OK);
    cr_assert(asks_for(PULL_JOURNAL));
    cr_assert_eq(m->request->pull_journal->from, 4);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 5);
}

Test(follow, a_poke_makes_it_ask_once) {
    maker_serve(m);
    samme_follow_poke(&m->follow);
    cr_assert(!samme_follow_complete(&m->follow));
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL));
    maker_step(m, maker_answer(m, m->request));
    cr_assert_null(m->request);
    cr_assert(samme_follow_complete(&m->follow));
}

Test(follow, a_request_is_repeated_after_three_seconds) {
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL));
    maker_step(m, maker_doorbell(m, 4));
    cr_assert_null(m->request, "one request is under way at a time");
    m->now_ms += SAMME_FOLLOW_RETRY_MS - 1;
    maker_step(m, NULL);
    cr_assert_null(m->request);
    m->now_ms += 1;
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL));
}

/* An audit whose first request found no connection yet never asked again, and gave up on a hub that
 * was well. */
Test(follow, regress_a_first_request_that_was_lost_is_repeated_though_nothing_was_heard_of) {
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL));
    m->now_ms += SAMME_FOLLOW_RETRY_MS;
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL), "no answer came");
    m->follow.requested = false; /* it could not be sent at all */
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL), "not connected yet");
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
    m->now_ms += SAMME_FOLLOW_RETRY_MS;
    maker_step(m, NULL);
    cr_assert_null(m->request, "what was answered is not asked again");
}

/* A hub restored from a backup holds less than it once rang for. */
Test(follow, a_hub_that_promised_more_than_it_gives_is_not_asked_at_the_speed_of_the_net) {
    maker_serve(m);
    maker_step(m, maker_doorbell(m, 9));
    cr_assert(asks_for(PULL_JOURNAL));
    maker_step(m, maker_answer(m, m->request));
    cr_assert_null(m->request);
    m->now_ms += SAMME_FOLLOW_RETRY_MS;
    maker_step(m, NULL);
    cr_assert(asks_for(PULL_JOURNAL));
    maker_sales(m, 1, 1);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 5);
}

static void later_version(void) {
    Samme__RulesRecord rules = SAMME__RULES_RECORD__INIT;
    Samme__Record record = SAMME__RECORD__INIT;
    rules.version = 2;
    record.hub_time_ms = 1000000;
    record.what_case = SAMME__RECORD__WHAT_RULES;
    record.rules = &rules;
    samme_buffer packed;
    samme_buffer_init(&packed, 1000);
    samme_pack(&record, &packed);
    maker_raw(m, samme_arena_copy(&m->arena, samme_buffer_span(&packed)));
    samme_buffer_free(&packed);
}

Test(follow, a_record_of_a_later_version_stops_folding_and_not_holding) {
    later_version();
    maker_serve(m);
    cr_assert_eq(m->follow.held.size, 5);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert(m->follow.stopped);
    cr_assert_neq(m->follow.trouble.text[0], 0);
    cr_assert(!samme_follow_complete(&m->follow));
    maker_sales(m, 1, 1);
    maker_step(m, maker_doorbell(m, 6));
    maker_serve(m);
    cr_assert_eq(m->follow.held.size, 6);
    cr_assert_eq(m->follow.replay.range.size, 4, "rules may change what the next ones mean");
    cr_assert(maker_holds_record(m, 5));
    cr_assert_eq(maker_restart(m), SAMME_OK);
    maker_serve(m);
    cr_assert_eq(m->follow.held.size, 6);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert(m->follow.stopped);
}

/* Its leaf is in the tree the hub signed, and it is nonsense. */
Test(follow, a_record_that_does_not_verify_stops_folding_and_not_what_lies_before_it) {
    maker_raw(m, SAMME_LITERAL("\xff\xff"));
    maker_step(m, NULL);
    unsigned failed = 0;
    for (unsigned i = 0; i < 50; i++) {
        failed +=
            maker_step(m, m->request == NULL ? NULL : maker_answer(m, m->request)) != SAMME_OK;
        m->now_ms += SAMME_FOLLOW_RETRY_MS;
    }
    cr_assert_eq(m->follow.held.size, 5);
    cr_assert_eq(m->follow.replay.range.size, 4, "%llu: %s",
                 (unsigned long long)m->follow.replay.range.size, m->follow.trouble.text);
    cr_assert(m->follow.stopped);
    cr_assert_neq(m->follow.trouble.text[0], 0);
    cr_assert_leq(failed, 3, "it is not tried over and over");
    maker_sales(m, 1, 1);
    maker_step(m, maker_doorbell(m, 6));
    for (unsigned i = 0; i < 5 && m->request != NULL; i++)
        maker_step(m, maker_answer(m, m->request));
    cr_assert_eq(m->follow.held.size, 6, "what comes after it is held");
}

Test(follow, views_thrown_away_are_folded_again_from_what_is_held) {
    maker_serve(m);
    samme_hash digest = maker_digest(m);
    maker_lose_views(m);
    cr_assert_eq(m->follow.held.size, 4);
    cr_assert_eq(m->follow.replay.range.size, 0);
    maker_step(m, NULL);
    cr_assert_eq(m->follow.replay.range.size, 4, "nothing had to be pulled");
    samme_hash again = maker_digest(m);
    cr_assert(samme_hash_equal(&digest, &again));
}

Test(follow, a_restart_goes_on_where_it_was) {
    maker_step(m, NULL);
    while (!asks_for(PULL_ENTRIES))
        maker_step(m, maker_answer(m, m->request));
    cr_assert_eq(maker_restart(m), SAMME_OK);
    cr_assert_eq(m->follow.held.size, 4);
    cr_assert_eq(m->follow.replay.range.size, 2);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
}

/* The disk lost the newest log commits and kept those of the views. */
Test(follow, views_ahead_of_the_log_are_a_mismatch) {
    maker_serve(m);
    samme_memory_store *behind = samme_memory_store_new();
    samme_memory_store_free(m->log_memory);
    m->log_memory = behind;
    samme_follow_fini(&m->follow);
    samme_space_fini(&m->log);
    samme_space_fini(&m->views);
    m->log_port = samme_memory_store_port(m->log_memory);
    cr_assert_eq(samme_space_init(&m->log, &m->log_port), SAMME_OK);
    cr_assert_eq(samme_space_init(&m->views, &m->views_port), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->views, NULL), SAMME_OK);
    cr_assert_eq(samme_follow_init(&m->follow, &m->setup, &m->error), SAMME_MISMATCH, "%s",
                 m->error.text);
    samme_space_abandon(&m->log);
    samme_space_abandon(&m->views);
    maker_lose_views(m); /* what its owner does */
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
}

/* The journal is durable, the entries of a record in it are not, and the views have folded them. */
Test(follow, views_that_rest_on_entries_the_log_lost_are_a_mismatch) {
    maker_step(m, NULL);
    while (!asks_for(PULL_ENTRIES))
        maker_step(m, maker_answer(m, m->request));
    m->log_stuck = true;
    cr_assert_eq(maker_step(m, maker_answer(m, m->request)), SAMME_OK);
    cr_assert_eq(m->follow.replay.range.size, 4);
    m->log_stuck = false;
    cr_assert_eq(maker_restart(m), SAMME_MISMATCH, "%s", m->error.text);
    cr_assert_not_null(strstr(m->error.text, "the log lost"), "%s", m->error.text);
    maker_lose_views(m);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert_eq(maker_restart(m), SAMME_OK, "%s", m->error.text);
}

/* As the node of branch 1: its own batch is in its own log. */
static void own_log(uint64_t count) {
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
    for (uint64_t i = 0; i < count; i++) {
        samme_key8 key = samme_key_u64(i);
        cr_assert_eq(samme_space_put(&m->log, SAMME_TABLE_OWN, SAMME_SPAN(key.bytes, 8),
                                     m->batches[2].entries[i]),
                     SAMME_OK);
    }
    samme_key8 size = samme_key_u64(3);
    cr_assert_eq(
        samme_space_put(&m->log, SAMME_TABLE_SIGNED, SAMME_SPAN(size.bytes, 8), m->batches[2].note),
        SAMME_OK);
    uint64_t ignored;
    cr_assert_eq(samme_space_end(&m->log, &ignored, NULL), SAMME_OK);
    samme_memory_store_sync(m->log_memory, SIZE_MAX);
    cr_assert_eq(samme_space_collect(&m->log, NULL), SAMME_OK);
}

Test(follow, a_branch_does_not_pull_its_own_batches) {
    m->setup.branch = 1;
    cr_assert_eq(maker_restart(m), SAMME_OK);
    own_log(3);
    maker_step(m, NULL);
    while (!asks_for(PULL_ENTRIES))
        maker_step(m, maker_answer(m, m->request));
    cr_assert_eq(m->request->pull_entries->journal_index, 3);
    cr_assert_eq(m->follow.replay.range.size, 3);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
}

Test(follow, own_entries_that_the_own_log_does_not_hold_stop_folding) {
    m->setup.branch = 1;
    cr_assert_eq(maker_restart(m), SAMME_OK);
    maker_step(m, NULL);
    samme_status status = SAMME_OK;
    for (unsigned i = 0; i < 20 && status == SAMME_OK; i++)
        status = maker_step(m, m->request == NULL ? NULL : maker_answer(m, m->request));
    cr_assert_eq(status, SAMME_MISMATCH, "%s", m->error.text);
    cr_assert_not_null(strstr(m->error.text, "its own log does not"));
    unsigned failed = 0;
    for (unsigned i = 0; i < 20; i++) {
        failed +=
            maker_step(m, m->request == NULL ? NULL : maker_answer(m, m->request)) != SAMME_OK;
        m->now_ms += SAMME_FOLLOW_RETRY_MS;
    }
    cr_assert_leq(failed, 2, "it is not tried over and over");
    cr_assert(m->follow.stopped);
    cr_assert_eq(m->follow.replay.range.size, 2);
    cr_assert_eq(m->follow.held.size, 4);
}

Test(follow, a_long_journal_is_folded_in_bounded_steps) {
    for (unsigned i = 0; i < 1500; i++)
        maker_sales(m, 2, 1);
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 1504);
    maker_lose_views(m);
    bool more = false;
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->views, NULL), SAMME_OK);
    cr_assert_eq(samme_follow_fold(&m->follow, &more, NULL), SAMME_OK);
    cr_assert(more);
    cr_assert_leq(m->follow.replay.range.size, 1024);
    cr_assert_gt(m->follow.replay.range.size, 100);
    uint64_t ignored;
    cr_assert_eq(samme_space_end(&m->log, &ignored, NULL), SAMME_OK);
    cr_assert_eq(samme_space_end(&m->views, &ignored, NULL), SAMME_OK);
    samme_memory_store_sync(m->views_memory, SIZE_MAX);
    maker_step(m, NULL);
    cr_assert_eq(m->follow.replay.range.size, 1504);
}

Test(follow, messages_for_others_are_passed_over) {
    Samme__Message message = SAMME__MESSAGE__INIT;
    Samme__Refused refusal = SAMME__REFUSED__INIT;
    Samme__Later later = SAMME__LATER__INIT;
    Samme__Ack ack = SAMME__ACK__INIT;
    maker_serve(m);
    cr_assert_eq(maker_step(m, &message), SAMME_OK);
    message.what_case = SAMME__MESSAGE__WHAT_REFUSED;
    message.refused = &refusal;
    cr_assert_eq(maker_step(m, &message), SAMME_OK);
    message.what_case = SAMME__MESSAGE__WHAT_LATER;
    message.later = &later;
    cr_assert_eq(maker_step(m, &message), SAMME_OK);
    message.what_case = SAMME__MESSAGE__WHAT_ACK;
    message.ack = &ack;
    cr_assert_eq(maker_step(m, &message), SAMME_OK);
    cr_assert_null(m->request);
    cr_assert_eq(m->follow.refused_parts, 0);
}

/* What a machine knew when it was enrolled. */
Test(follow, a_journal_shorter_than_the_head_enrolled_with_is_refused) {
    m->setup.replay.known = (samme_known){.journal_size = 5, .journal_root = m->roots[4]};
    cr_assert_eq(maker_restart(m), SAMME_OK);
    Samme__Message *message;
    first_part(&message);
    refused(message, SAMME_MISMATCH);
    cr_assert_not_null(strstr(m->follow.trouble.text, "enrolled when it had 5"), "%s",
                       m->follow.trouble.text);
    cr_assert_eq(m->follow.held.size, 0);
}

Test(follow, a_journal_without_the_head_enrolled_with_is_refused) {
    m->setup.replay.known = (samme_known){.journal_size = 3, .journal_root = m->roots[2]};
    cr_assert_eq(maker_restart(m), SAMME_OK);
    Samme__Message *message;
    first_part(&message);
    refused(message, SAMME_MISMATCH);
    cr_assert_eq(m->follow.held.size, 0);
}

Test(follow, a_journal_that_extends_the_head_enrolled_with_is_followed) {
    m->setup.replay.known = (samme_known){.journal_size = 3, .journal_root = m->roots[3]};
    cr_assert_eq(maker_restart(m), SAMME_OK);
    cr_assert_not(samme_replay_known_reached(&m->follow.replay));
    maker_serve(m);
    cr_assert_eq(m->follow.replay.range.size, 4);
    cr_assert(samme_replay_known_reached(&m->follow.replay));
}

/* The head that is signed with a part in which nothing is new. */
static Samme__Message *nothing_new(uint64_t size, const samme_hash *root, const samme_seed *seed) {
    Samme__Message *message = maker_journal(m, m->follow.held.size, m->follow.held.size);
    const samme_checkpoint head = {.size = size, .root = *root};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(m->chain.hub_log.name, seed, &head, &note), SAMME_OK);
    message->journal_part->note =
        samme_bytes_of_span(samme_arena_copy(&m->arena, samme_buffer_span(&note)));
    samme_buffer_free(&note);
    return message;
}

Test(follow, a_follower_that_is_up_to_date_sees_another_journal_of_the_same_size) {
    maker_serve(m);
    samme_hash other = m->roots[4];
    other.bytes[0] ^= 1;
    const uint64_t counted = m->follow.refused_parts;
    cr_assert_eq(maker_step(m, nothing_new(4, &other, &m->chain.hub_seed)), SAMME_MISMATCH);
    cr_assert_not_null(strstr(m->error.text, "signed two journals"), "%s", m->error.text);
    cr_assert_eq(m->follow.refused_parts, counted + 1);
    cr_assert_eq(maker_step(m, nothing_new(3, &other, &m->chain.hub_seed)), SAMME_MISMATCH,
                 "and one that went back, too");
    cr_assert_eq(maker_step(m, nothing_new(4, &m->roots[4], &(samme_seed){.bytes = {1}})),
                 SAMME_BAD_SIGNATURE);
    cr_assert_eq(maker_step(m, nothing_new(4, &m->roots[4], &m->chain.hub_seed)), SAMME_OK);
    cr_assert_eq(maker_step(m, nothing_new(3, &m->roots[3], &m->chain.hub_seed)), SAMME_OK);
}

/* For a hub that will have lost it. */
Test(follow, the_newest_head_is_kept) {
    samme_span note;
    samme_checkpoint head;
    maker_serve(m);
    for (unsigned more = 0; more < 3; more++) {
        maker_sales(m, 2, 1);
        maker_step(m, maker_doorbell(m, m->record_count));
        maker_serve(m);
        cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
        cr_assert_eq(samme_follow_head(&m->follow, &m->arena, &note), SAMME_OK);
        samme_space_abandon(&m->log);
        cr_assert_eq(samme_checkpoint_open(note, &m->chain.hub_log, &head, NULL), SAMME_OK);
        cr_assert_eq(head.size, m->record_count);
        cr_assert(samme_hash_equal(&head.root, &m->roots[m->record_count]));
    }
}
