/* Taking a release: whole, newer, usable, or not at all. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

enum { SECOND = 1000 };

static pair p;
static samme_arena arena;
static void setup(void) {
    samme_arena_init(&arena, 64 * 1024 * 1024);
    pair_open(&p, 1);
}
static void teardown(void) {
    pair_close(&p);
    samme_arena_free(&arena);
}
TestSuite(taking, .init = setup, .fini = teardown);

static void publish(unsigned days) {
    pair_publish(&p, days);
    pair_quiet(&p);
}

/* The versions this node has taken, in order, as its log says them. */
static const char *taken(void) {
    static char words[100];
    size_t length = 0;
    words[0] = 0;
    uint64_t size = pair_look(&p, 1).own_size;
    for (uint64_t i = 0; i < size; i++) {
        const samme_entry *entry = own_entry(&p, 1, i, &arena);
        if (entry->event->kind == SAMME__EVENT_KIND__release_taken)
            length += (size_t)snprintf(
                words + length, sizeof words - length, "%s%llu", length > 0 ? " " : "",
                (unsigned long long)entry->body.release_taken->release->version);
    }
    return words;
}

static void hand_in(Samme__Message__WhatCase what, samme_span bytes) {
    Samme__PutDocument document = SAMME__PUT_DOCUMENT__INIT;
    Samme__PutRelease release = SAMME__PUT_RELEASE__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    document.document = release.note = samme_bytes_of_span(bytes);
    message.what_case = what;
    if (what == SAMME__MESSAGE__WHAT_PUT_DOCUMENT)
        message.put_document = &document;
    else
        message.put_release = &release;
    pair_send_as_operator(&p, &message);
}

/* The next release, in force from then, and until then thought through (0: not said). */
static void publish_between(unsigned days, int64_t at_ms, int64_t expires_ms) {
    samme_buffer contents[2], text, note;
    samme_release_document documents[2] = {{.path = "chain.yaml"}, {.path = "policy/returns.yaml"}};
    for (unsigned i = 0; i < 2; i++)
        samme_buffer_init(&contents[i], SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_chain_yaml(&p.chain, &contents[0]);
    samme_test_policy_yaml(days, &contents[1]);
    for (unsigned i = 0; i < 2; i++) {
        documents[i].length = (uint32_t)contents[i].length;
        documents[i].hash = samme_sha256(samme_buffer_span(&contents[i]));
        hand_in(SAMME__MESSAGE__WHAT_PUT_DOCUMENT, samme_buffer_span(&contents[i]));
    }
    samme_release_kept kept = {.version = p.releases, .note_hash = p.release_hash};
    const samme_release release = {.version = p.releases + 1,
                                   .decide_version = SAMME_DECIDE_VERSION,
                                   .at_ms = at_ms,
                                   .expires_ms = expires_ms,
                                   .previous = p.release_hash,
                                   .author = "tests",
                                   .reason = "later",
                                   .keep_count = 1,
                                   .keeps = &kept,
                                   .document_count = 2,
                                   .documents = documents};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_release_text(&p.chain.root, &release, &text, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text),
                                 p.chain.root.roles[SAMME_ROLE_RELEASE].keys[0].name,
                                 &p.chain.role_seeds[SAMME_ROLE_RELEASE], &note),
                 SAMME_OK);
    hand_in(SAMME__MESSAGE__WHAT_PUT_RELEASE, samme_buffer_span(&note));
    p.releases++;
    p.release_hash = samme_sha256(samme_buffer_span(&note));
    pair_quiet(&p);
    for (unsigned i = 0; i < 2; i++)
        samme_buffer_free(&contents[i]);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

static void publish_at(unsigned days, int64_t at_ms) {
    publish_between(days, at_ms, 0);
}

static Samme__ReturnState decide(const char *receipt) {
    cr_assert_eq(pair_sell(&p, 1, receipt, 1000, 500), 201);
    cr_assert_eq(pair_return(&p, 1, 1, receipt, 1000, receipt), 200);
    return p.answer.answer->return_case->state;
}

Test(taking, without_a_release_sales_are_recorded_and_nothing_is_decided) {
    pair_quiet(&p);
    cr_assert_eq(pair_ask(&p, 1, "/readyz", NULL, NULL, 0), 503);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 503);
    cr_assert_str_eq(strrchr(p.answer.problem->type, '/'), "/no_release");
}

Test(taking, a_release_is_taken_once_and_decided_under) {
    publish(365);
    cr_assert_str_eq(taken(), "1");
    cr_assert_eq(pair_ask(&p, 1, "/readyz", NULL, NULL, 0), 200);
    cr_assert_eq(p.answer.answer->fresh->release, 1);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
    const Samme__ReleaseRef *release = p.answer.answer->return_case->decided->basis->release;
    cr_assert_eq(release->version, 1);
    cr_assert(samme_span_equal(samme_span_of_bytes(release->note_hash),
                               samme_span_of_hash(&p.release_hash)));
    publish(1); /* sold 20 days ago: no longer taken */
    cr_assert_str_eq(taken(), "1 2");
    cr_assert_eq(decide("2"), SAMME__RETURN_STATE__case_decided);
    pair_run(&p, 200 * SECOND);
    cr_assert_str_eq(taken(), "1 2");
}

/* The second release's policy does not arrive: its note and record do. */
Test(taking, with_a_document_missing_the_old_release_stays) {
    publish(365);
    pair_forget(&p);
    pair_publish(&p, 1);
    while (lines_with(&p, "pull documents") < 2)
        pair_run(&p, 10);
    pair_cut(&p, 1, false, true);
    pair_run(&p, 2 * SECOND);
    samme_node_view view = pair_look(&p, 1);
    cr_assert_eq(view.journal_size, pair_look_hub(&p).journal_size - 0,
                 "the record is held and not folded");
    cr_assert_eq(view.folded_size, view.journal_size - 1);
    cr_assert_eq(view.release, 1);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
    pair_cut(&p, 1, false, false);
    pair_quiet(&p);
    cr_assert_str_eq(taken(), "1 2");
    cr_assert_eq(decide("2"), SAMME__RETURN_STATE__case_decided);
}

Test(taking, a_policy_that_does_not_compile_is_not_taken) {
    publish(365);
    pair_publish_policy(&p, SAMME_LITERAL("policy: returns\nrules: nonsense\n"));
    pair_quiet(&p);
    samme_node_view view = pair_look(&p, 1);
    cr_assert_eq(view.folded_size, view.journal_size, "it is in the journal for all to see");
    cr_assert_eq(view.release, 1);
    cr_assert_eq(view.trouble[0], 0);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
    publish(1);
    cr_assert_str_eq(taken(), "1 3", "the next good one heals it");
    cr_assert_eq(decide("2"), SAMME__RETURN_STATE__case_decided);
}

Test(taking, an_unusable_release_is_passed_over_after_a_restart_too) {
    publish(365);
    pair_publish_policy(&p, SAMME_LITERAL("not a policy"));
    pair_quiet(&p);
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(pair_look(&p, 1).release, 1);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
}

Test(taking, none_older_than_the_enrolment_asks_for_is_taken) {
    p.nodes[0].lowest_release = 2;
    pair_crash_node(&p, 1);
    publish(365);
    cr_assert_eq(pair_look(&p, 1).release, 0);
    cr_assert_eq(pair_ask(&p, 1, "/readyz", NULL, NULL, 0), 503);
    publish(1);
    cr_assert_str_eq(taken(), "2");
}

Test(taking, a_release_for_later_is_taken_when_its_time_has_come) {
    publish(365);
    const int64_t at_ms = PAIR_WALL_MS + p.now_ms + 3600 * SECOND;
    publish_at(1, at_ms);
    cr_assert_eq(pair_look(&p, 1).folded_size, pair_look(&p, 1).journal_size);
    cr_assert_str_eq(taken(), "1");
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    pair_run(&p, at_ms - PAIR_WALL_MS - p.now_ms - 10 * SECOND);
    cr_assert_str_eq(taken(), "1");
    pair_run(&p, 20 * SECOND);
    cr_assert_str_eq(taken(), "1 2");
    cr_assert_eq(decide("2"), SAMME__RETURN_STATE__case_decided);
}

Test(taking, an_expired_release_holds_with_caution) {
    publish(365);
    const int64_t expires_ms = PAIR_WALL_MS + p.now_ms + 3600 * SECOND;
    publish_between(365, 0, expires_ms);
    cr_assert_eq(pair_ask(&p, 1, "/v1/status", NULL, NULL, 0), 200);
    cr_assert_eq(p.answer.answer->fresh->mode, SAMME__MODE__normal);
    pair_run(&p, expires_ms - PAIR_WALL_MS - p.now_ms + 10 * SECOND);
    cr_assert_eq(pair_ask(&p, 1, "/v1/status", NULL, NULL, 0), 200);
    cr_assert_eq(p.answer.answer->fresh->mode, SAMME__MODE__cautious);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_authorised);
}

/* The hub's signed time counts where the machine's clock is behind. */
Test(taking, a_clock_that_is_behind_holds_no_release_back) {
    publish(365);
    p.nodes[0].clock_offset_ms = -7200 * SECOND;
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    publish_at(1, PAIR_WALL_MS + p.now_ms + 60 * SECOND);
    pair_run(&p, 300 * SECOND);
    pair_sell(&p, 1, "1", 1000, 500); /* a record of a later hub time */
    pair_quiet(&p);
    cr_assert_str_eq(taken(), "1 2");
}

/* Of two, one of which waits, the other is taken at once, and stays the newest when it is newer. */
Test(taking, the_newest_release_whose_time_has_come_is_taken) {
    pair_cut(&p, 1, true, true);
    pair_publish(&p, 365);
    pair_run(&p, 2 * SECOND);
    publish_at(1, PAIR_WALL_MS + p.now_ms + 3600 * SECOND);
    pair_cut(&p, 1, false, false);
    pair_run(&p, 120 * SECOND);
    cr_assert_str_eq(taken(), "1", "release 2 waits and is the journal's newest");
    publish(30);
    cr_assert_str_eq(taken(), "1 3");
    pair_run(&p, 2 * 3600 * SECOND);
    cr_assert_str_eq(taken(), "1 3", "an older one is not taken when its time comes");
}

Test(taking, a_release_taken_outlives_a_restart) {
    publish(365);
    publish(1);
    pair_crash_node(&p, 1);
    cr_assert_eq(pair_look(&p, 1).release, 2);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_decided);
    pair_quiet(&p);
    cr_assert_str_eq(taken(), "1 2");
}

/* The journal is folded again from its start, through release 1 again. */
Test(taking, an_older_release_is_not_taken_while_views_are_folded_again) {
    publish(365);
    publish(1);
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_decided);
    pair_quiet(&p);
    samme_hash digest = pair_look(&p, 1).state_digest;
    pair_lose_views(&p, 1);
    cr_assert_eq(pair_look(&p, 1).folded_size, 0);
    pair_tick_node(&p, 1);
    cr_assert_eq(pair_look(&p, 1).release, 2);
    cr_assert_eq(decide("2"), SAMME__RETURN_STATE__case_decided);
    cr_assert_str_eq(taken(), "1 2");
    pair_quiet(&p);
    cr_assert_str_eq(taken(), "1 2");
    samme_hash hub = pair_look_hub(&p).state_digest;
    samme_hash own = pair_look(&p, 1).state_digest;
    cr_assert(!samme_hash_equal(&own, &digest), "one return more");
    cr_assert(samme_hash_equal(&own, &hub));
}

/* So much was sold between two releases that folding again takes more than one step. */
static void sell_much(void) {
    samme_buffer body;
    char key[20];
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    for (unsigned request = 0; request < 18; request++) {
        samme_buffer_clear(&body);
        samme_buffer_append_text(&body, "{\"sales\":[");
        for (unsigned i = 0; i < 256; i++)
            samme_buffer_printf(
                &body,
                "%s{\"idempotencyKey\":\"%u-%u\",\"sale\":{\"receipt\":{\"till\":\"1\","
                "\"number\":\"%u-%u\",\"businessDate\":\"2026-09-01\"},\"currency\":\"GBP\","
                "\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"paid\":\"1\"}]}}",
                i > 0 ? "," : "", request, i, request, i);
        samme_buffer_append_text(&body, "]}");
        snprintf(key, sizeof key, "batch-%u", request);
        cr_assert_eq(pair_ask(&p, 1, "/v1/sales:batch", key, samme_buffer_text(&body), 0), 200);
    }
    samme_buffer_free(&body);
    pair_quiet(&p);
}

Test(taking, while_views_are_folded_in_steps_the_release_taken_stays) {
    publish(365);
    sell_much();
    publish(1);
    pair_quiet(&p);
    pair_lose_views(&p, 1);
    unsigned between = 0;
    for (unsigned i = 0; i < 100 && pair_look(&p, 1).folded_size < pair_look(&p, 1).journal_size;
         i++) {
        samme_node_event tick = {
            .kind = SAMME_NODE_TICK, .wall_ms = PAIR_WALL_MS + p.now_ms, .monotonic_ms = p.now_ms};
        samme_node_step(p.nodes[0].node, &tick);
        samme_memory_store_sync(p.nodes[0].stores.log_memory, SIZE_MAX);
        samme_memory_store_sync(p.nodes[0].stores.views_memory, SIZE_MAX);
        cr_assert_eq(pair_look(&p, 1).release, 2);
        uint64_t folded = pair_look(&p, 1).folded_size;
        between += folded > 2 && folded < pair_look(&p, 1).journal_size;
    }
    cr_assert_gt(between, 0, "or this test shows nothing");
    cr_assert_eq(pair_look(&p, 1).folded_size, pair_look(&p, 1).journal_size);
    cr_assert_str_eq(taken(), "1 2");
    cr_assert_eq(decide("1"), SAMME__RETURN_STATE__case_decided);
}

static void ask_at_once(const char *path, const char *key, const char *body) {
    samme_request request = {.id = 999,
                             .method = body == NULL ? SAMME_GET : SAMME_POST,
                             .path = samme_span_of_text(path),
                             .idempotency_key = samme_span_of_text(key),
                             .body = samme_span_of_text(body)};
    p.answer.request_id = 999;
    p.answer.status = 0;
    samme_node_event event = {.kind = SAMME_NODE_REQUEST,
                              .wall_ms = PAIR_WALL_MS + p.now_ms,
                              .monotonic_ms = p.now_ms,
                              .request = &request};
    samme_node_step(p.nodes[0].node, &event);
}

/* Before what is held is folded again, an answer would be of another day. */
Test(taking, nothing_is_answered_before_views_are_folded_again) {
    static const char sale[] = "{\"receipt\":{\"till\":\"1\",\"number\":\"2\",\"businessDate\":"
                               "\"2026-09-01\"},\"currency\":\"GBP\",\"lines\":[{\"no\":1,"
                               "\"quantity\":\"1000\",\"paid\":\"1\"}]}";
    publish(365);
    pair_sell(&p, 1, "1", 1000, 500);
    pair_quiet(&p);
    pair_lose_views(&p, 1);
    cr_assert_eq(pair_look(&p, 1).folded_size, 0);
    ask_at_once("/v1/sales", "k", sale);
    cr_assert_eq(p.answer.status, 503);
    cr_assert_str_eq(strrchr(p.answer.problem->type, '/'), "/starting");
    ask_at_once("/readyz", NULL, NULL);
    cr_assert_eq(p.answer.status, 503);
    ask_at_once("/livez", NULL, NULL);
    cr_assert_eq(p.answer.status, 200, "it is alive, though");
    pair_tick_node(&p, 1);
    ask_at_once("/v1/sales", "k", sale);
    pair_tick_node(&p, 1);
    cr_assert_eq(p.answer.status, 201, "%s",
                 p.answer.problem == NULL ? "no answer" : p.answer.problem->detail);
}
