/* The session as one node sees it: the test is the hub. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static pair p;
static samme_hash nothing;
static void setup(void) {
    pair_open(&p, 1);
    nothing = empty_root();
    pair_tick_node(&p, 1); /* says hello */
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(session, .init = setup, .fini = teardown);

static void sell(const char *receipt) {
    cr_assert_eq(pair_sell(&p, 1, receipt, 1000, 500), 201);
}

/* Sells, lets the push go out, and acknowledges it. */
static void sell_and_ack(const char *receipt) {
    sell(receipt);
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    uint64_t size = pair_look(&p, 1).signed_size;
    samme_hash root = own_root(&p, 1, size);
    say_ack(&p, 1, size, &root);
    cr_assert_eq(pair_look(&p, 1).acked_size, size);
}

Test(session, nothing_is_signed_before_the_hub_has_been_heard) {
    sell("1");
    pass(&p, 1, 5 * MINUTE);
    cr_assert_eq(pair_look(&p, 1).own_size, 2);
    cr_assert_eq(pair_look(&p, 1).signed_size, 0);
    cr_assert_eq(lines_with(&p, "push"), 0);
    say_doorbell(&p, 1, 7); /* heard, but not welcomed */
    pass(&p, 1, 5 * MINUTE);
    cr_assert_eq(pair_look(&p, 1).signed_size, 0);
    say_welcome(&p, 1, 0, &nothing);
    cr_assert_eq(pair_look(&p, 1).signed_size, 2);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1);
}

Test(session, a_wrong_root_at_size_nought_is_trouble_too) {
    samme_hash other = nothing;
    other.bytes[31] ^= 1;
    say_welcome(&p, 1, 0, &other);
    cr_assert_neq(pair_look(&p, 1).trouble[0], 0);
}

Test(session, a_hub_with_more_entries_than_signed_here_is_trouble) {
    sell("1");
    samme_hash root = own_root(&p, 1, 2);
    say_welcome(&p, 1, 2, &root); /* they are here, but not signed: a clone has signed them */
    samme_node_view view = pair_look(&p, 1);
    cr_assert(strstr(view.trouble, "restored backup or a cloned disk") != NULL, "%s", view.trouble);
    cr_assert(!view.in_session);
    cr_assert_eq(pair_sell(&p, 1, "2", 1000, 500), 503);
    cr_assert_str_eq(strrchr(p.answer.problem->type, '/'), "/read_only");
    say_welcome(&p, 1, 0, &nothing); /* one who decides is needed, not a better answer */
    pass(&p, 1, MINUTE);
    view = pair_look(&p, 1);
    cr_assert_eq(view.own_size, 2);
    cr_assert_eq(view.signed_size, 0);
    cr_assert_eq(lines_with(&p, "push"), 0);
    cr_assert_eq(pair_ask(&p, 1, "/v1/receipts?number=1", NULL, NULL, 0), 200,
                 "what is held is still shown");
}

Test(session, a_root_of_another_log_is_trouble) {
    say_welcome(&p, 1, 0, &nothing);
    sell_and_ack("1");
    samme_hash other = nothing;
    say_welcome(&p, 1, 2, &other);
    cr_assert_neq(pair_look(&p, 1).trouble[0], 0);
}

Test(session, a_size_that_was_never_signed_is_trouble) {
    say_welcome(&p, 1, 0, &nothing);
    sell_and_ack("1");
    samme_hash root = own_root(&p, 1, 1);
    say_welcome(&p, 1, 1, &root); /* inside a batch: no checkpoint ever said that */
    cr_assert_neq(pair_look(&p, 1).trouble[0], 0);
}

Test(session, a_tail_is_pushed_when_it_is_old_enough) {
    say_welcome(&p, 1, 0, &nothing);
    sell("1");
    pass(&p, 1, PAIR_PUSH_AFTER_MS - 1);
    cr_assert_eq(lines_with(&p, "push"), 0);
    pass(&p, 1, 1);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1);
}

Test(session, a_tail_of_256_entries_is_pushed_at_once) {
    say_welcome(&p, 1, 0, &nothing);
    char receipt[20];
    for (unsigned i = 1; i < 255; i++) { /* the anchor is one more */
        snprintf(receipt, sizeof receipt, "%u", i);
        sell(receipt);
    }
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "push"), 0);
    sell("255");
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "push 0..256"), 1);
}

Test(session, a_push_is_repeated_until_it_is_acknowledged) {
    say_welcome(&p, 1, 0, &nothing);
    pass(&p, 1, SECOND);
    sell("1");
    pair_forget(&p);
    pass(&p, 1, 11 * SECOND);
    samme_hash root = own_root(&p, 1, 2);
    say_ack(&p, 1, 2, &root);
    pass(&p, 1, 20 * SECOND);
    cr_assert_eq(lines_with(&p, "push 0..2"), 3);
    cr_assert_eq(lines_with(&p, "[ 1100] node 1 > hub  push 0..2"), 1);
    cr_assert_eq(lines_with(&p, "[ 6100] node 1 > hub  push 0..2"), 1);
    cr_assert_eq(lines_with(&p, "[11100] node 1 > hub  push 0..2"), 1);
}

Test(session, an_acknowledgement_counts_once) {
    say_welcome(&p, 1, 0, &nothing);
    sell_and_ack("1");
    sell("2");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    samme_hash two = own_root(&p, 1, 2);
    uint64_t before = commits(&p, 1);
    say_ack(&p, 1, 2, &two); /* late */
    samme_node_view view = pair_look(&p, 1);
    cr_assert_eq(view.acked_size, 2);
    cr_assert_eq(view.signed_size, 4);
    cr_assert(view.in_session);
    cr_assert_eq(commits(&p, 1), before, "nothing to write down");
}

Test(session, an_acknowledgement_of_something_else_ends_the_session) {
    say_welcome(&p, 1, 0, &nothing);
    sell("1");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    pair_forget(&p);
    say_ack(&p, 1, 2, &nothing);
    cr_assert_eq(pair_look(&p, 1).acked_size, 0);
    cr_assert_eq(lines_with(&p, "hello: own 2"), 1, "the welcome will show where it stands");
    say_ack(&p, 1, 3, &nothing);
    cr_assert_eq(pair_look(&p, 1).acked_size, 0, "outside a session nothing is acknowledged");
}

Test(session, what_the_hub_has_lost_is_pushed_again_as_it_was_signed) {
    say_welcome(&p, 1, 0, &nothing);
    sell_and_ack("1");
    pair_forget(&p);
    sell("2");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    uint8_t note[400];
    const Samme__Message *first = pair_newest(&p, false, SAMME__MESSAGE__WHAT_PUSH);
    size_t length = first->push->note.len;
    cr_assert_lt(length, sizeof note);
    memcpy(note, first->push->note.data, length);
    samme_hash root = own_root(&p, 1, 4);
    say_ack(&p, 1, 4, &root);
    pair_forget(&p);
    root = own_root(&p, 1, 2);
    say_welcome(&p, 1, 2, &root);
    cr_assert_eq(pair_look(&p, 1).trouble[0], 0);
    const Samme__Message *again = pair_newest(&p, false, SAMME__MESSAGE__WHAT_PUSH);
    cr_assert_not_null(again);
    cr_assert_eq(again->push->old_size, 2);
    cr_assert_eq(again->push->n_items, 2);
    cr_assert(samme_span_equal(samme_span_of_bytes(again->push->note), SAMME_SPAN(note, length)),
              "another checkpoint of the same size would be a fork");
    cr_assert_eq(pair_look(&p, 1).acked_size, 2);
}

Test(session, a_restarted_node_pushes_what_it_had_signed) {
    say_welcome(&p, 1, 0, &nothing);
    sell("1");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    cr_assert_eq(pair_look(&p, 1).signed_size, 2);
    pair_crash_node(&p, 1);
    pair_forget(&p);
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "hello: own 2 journal 0"), 1);
    say_welcome(&p, 1, 0, &nothing);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1);
    cr_assert_eq(pair_look(&p, 1).signed_size, 2);
}

Test(session, a_checkpoint_leaves_when_it_is_durable) {
    say_welcome(&p, 1, 0, &nothing);
    sell("1");
    p.nodes[0].stores.stuck = true;
    pass(&p, 1, SECOND);
    cr_assert_eq(lines_with(&p, "push"), 0, "sent first, it would be a fork after a crash");
    p.nodes[0].stores.stuck = false;
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1);
}

/* 5,120 sales in 20 requests. */
static void sell_many(void) {
    samme_buffer body;
    char key[20];
    samme_buffer_init(&body, 256 * 1024);
    for (unsigned request = 0; request < 20; request++) {
        samme_buffer_clear(&body);
        samme_buffer_append_text(&body, "{\"sales\":[");
        for (unsigned i = 0; i < 256; i++)
            samme_buffer_printf(
                &body,
                "%s{\"idempotencyKey\":\"%u-%u\",\"sale\":{\"receipt\":{\"till\":\"1\","
                "\"number\":\"%u-%u\",\"businessDate\":\"2026-09-01\"},\"currency\":\"GBP\","
                "\"lines\":[{\"no\":1,"
                "\"quantity\":\"1000\",\"paid\":\"1\"}]}}",
                i > 0 ? "," : "", request, i, request, i);
        samme_buffer_append_text(&body, "]}");
        snprintf(key, sizeof key, "batch-%u", request);
        cr_assert_eq(pair_ask(&p, 1, "/v1/sales:batch", key, samme_buffer_text(&body), 0), 200,
                     "%s", p.answer.problem == NULL ? "no answer" : p.answer.problem->detail);
    }
    samme_buffer_free(&body);
}

Test(session, a_long_tail_is_pushed_in_batches) {
    sell_many();
    cr_assert_eq(pair_look(&p, 1).own_size, 5121, "and one anchor");
    pair_forget(&p);
    say_welcome(&p, 1, 0, &nothing);
    samme_hash root = own_root(&p, 1, 4096);
    say_ack(&p, 1, 4096, &root);
    root = own_root(&p, 1, 5121);
    say_ack(&p, 1, 5121, &root);
    cr_assert_eq(lines_with(&p, "push 0..4096"), 1, "%s", pair_trace(&p));
    cr_assert_eq(lines_with(&p, "push 4096..5121"), 1, "%s", pair_trace(&p));
    cr_assert_eq(lines_with(&p, "push"), 2);
    cr_assert_eq(pair_look(&p, 1).acked_size, 5121);
}

Test(session, silence_ends_it) {
    say_welcome(&p, 1, 0, &nothing);
    cr_assert(pair_look(&p, 1).in_session);
    pass(&p, 1, 90 * SECOND);
    cr_assert(pair_look(&p, 1).in_session);
    pass(&p, 1, 10);
    cr_assert(!pair_look(&p, 1).in_session);
}

/* Times of the hellos that a silent hub hears. */
Test(session, a_silent_hub_is_greeted_ever_more_seldom) {
    int64_t last = 0, gap = 0;
    pair_forget(&p);
    for (unsigned i = 0; i < 20; i++) {
        while (lines_with(&p, "hello") == i)
            pass(&p, 1, 1 + (samme_node_next_ms(p.nodes[0].node) - p.now_ms) / 2);
        cr_assert_geq(p.now_ms - last, gap,
                      "hello %u came after %lld ms, the one before after %lld", i,
                      (long long)(p.now_ms - last), (long long)gap);
        gap = p.now_ms - last - 2; /* as far as the steps of the search tell */
        last = p.now_ms;
        cr_assert_leq(gap, 38 * SECOND);
    }
    cr_assert_geq(gap, 30 * SECOND);
}

/* A hub that answers and does not agree must not be asked again at the speed of the network. */
Test(session, trouble_does_not_become_a_storm) {
    say_welcome(&p, 1, 5, &nothing);
    pair_forget(&p);
    for (unsigned i = 0; i < 1000; i++) {
        say_welcome(&p, 1, 5, &nothing);
        pass(&p, 1, 60);
    }
    cr_assert_leq(lines_with(&p, "hello"), 10, "%u in a minute", lines_with(&p, "hello"));
    cr_assert_geq(lines_with(&p, "hello"), 2);
}

Test(session, a_refused_hello_does_not_become_a_storm) {
    pair_forget(&p);
    for (unsigned i = 0; i < 1000; i++) {
        say_refused(&p, 1, "hello");
        pass(&p, 1, 60);
    }
    cr_assert_leq(lines_with(&p, "hello"), 10, "%u in a minute", lines_with(&p, "hello"));
    cr_assert_geq(lines_with(&p, "hello"), 2);
}

Test(session, a_refused_push_does_not_become_a_storm) {
    sell("1");
    pair_forget(&p);
    for (unsigned i = 0; i < 1000; i++) {
        unsigned hellos = lines_with(&p, "hello"), pushes = lines_with(&p, "push");
        pass(&p, 1, 60);
        if (lines_with(&p, "hello") > hellos)
            say_welcome(&p, 1, 0, &nothing);
        if (lines_with(&p, "push") > pushes)
            say_refused(&p, 1, "push");
    }
    cr_assert_leq(lines_with(&p, "push"), 61, "%u in a minute", lines_with(&p, "push"));
    cr_assert_geq(lines_with(&p, "push"), 3, "and it is not given up");
}

Test(session, what_does_not_verify_counts_once_and_changes_nothing) {
    say_welcome(&p, 1, 0, &nothing);
    uint64_t counted = pair_look(&p, 1).refused_messages;
    Samme__JournalPart part = SAMME__JOURNAL_PART__INIT;
    uint8_t byte = 1;
    ProtobufCBinaryData records[1] = {{.data = &byte, .len = 1}};
    part.n_records = 1;
    part.records = records;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_JOURNAL_PART;
    message.journal_part = &part;
    pair_tell_node(&p, 1, &message);
    cr_assert_eq(pair_look(&p, 1).refused_messages, counted + 1);
    cr_assert_eq(pair_look(&p, 1).journal_size, 0);
    samme_node_event noise = {.kind = SAMME_NODE_MESSAGE,
                              .wall_ms = PAIR_WALL_MS + p.now_ms,
                              .monotonic_ms = p.now_ms,
                              .message = SAMME_LITERAL("\xff\xff")};
    samme_node_step(p.nodes[0].node, &noise);
    cr_assert_eq(pair_look(&p, 1).refused_messages, counted + 2);
    sell("1");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1, "the session goes on");
}

/* Only what a hub says is taken from it. */
Test(session, a_nodes_own_words_said_to_it_are_passed_over) {
    say_welcome(&p, 1, 0, &nothing);
    Samme__Message message = SAMME__MESSAGE__INIT;
    Samme__Push back = SAMME__PUSH__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUSH;
    message.push = &back;
    pair_tell_node(&p, 1, &message);
    Samme__Hello hello = SAMME__HELLO__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HELLO;
    message.hello = &hello;
    pair_tell_node(&p, 1, &message);
    samme_node_view view = pair_look(&p, 1);
    cr_assert(view.in_session);
    cr_assert_eq(view.own_size, 0);
    cr_assert_eq(view.trouble[0], 0);
}

static void connect(unsigned number) {
    const samme_node_event event = {
        .kind = SAMME_NODE_CONNECTED, .wall_ms = PAIR_WALL_MS + p.now_ms, .monotonic_ms = p.now_ms};
    samme_node_step(p.nodes[number - 1].node, &event);
}

Test(session, hello_goes_out_as_soon_as_a_first_connection_stands) {
    pair_forget(&p);
    connect(1);
    cr_assert_eq(lines_with(&p, "hello"), 1, "the one before went nowhere");
    pass(&p, 1, SECOND - 1);
    cr_assert_eq(lines_with(&p, "hello"), 1, "and then as ever");
}

Test(session, over_another_connection_it_begins_anew) {
    connect(1);
    say_welcome(&p, 1, 0, &nothing);
    sell("1");
    pass(&p, 1, PAIR_PUSH_AFTER_MS);
    pair_forget(&p);
    connect(1);
    cr_assert(!pair_look(&p, 1).in_session);
    pass(&p, 1, 250);
    cr_assert_eq(lines_with(&p, "hello"), 1);
    cr_assert_eq(lines_with(&p, "push"), 0);
    say_welcome(&p, 1, 0, &nothing);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1, "what was under way is lost: not waited for");
}

/* It had backed off to 30 s by then. */
Test(session, after_a_long_cut_hello_waits_for_the_connection_only) {
    connect(1);
    pass(&p, 1, 10 * MINUTE);
    pair_forget(&p);
    connect(1);
    pass(&p, 1, 250);
    cr_assert_eq(lines_with(&p, "hello"), 1);
    pass(&p, 1, 1500);
    cr_assert_eq(lines_with(&p, "hello"), 2, "soon again: the back-off begins anew");
}

/* Those that lost the hub together would all come in the same millisecond. */
Test(session, hellos_over_another_connection_are_spread_by_branch) {
    pair_close(&p);
    pair_open(&p, PAIR_NODES_MAX);
    int64_t due[PAIR_NODES_MAX];
    for (unsigned i = 0; i < PAIR_NODES_MAX; i++) {
        pair_tick_node(&p, i + 1);
        connect(i + 1);
        connect(i + 1);
        due[i] = samme_node_next_ms(p.nodes[i].node) - p.now_ms;
        cr_assert_lt(due[i], 250);
        for (unsigned k = 0; k < i; k++)
            cr_assert_neq(due[i], due[k]);
    }
}
