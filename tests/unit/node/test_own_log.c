/* What a node writes into its own log, and what it does not. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

static pair p;
static samme_arena arena;
static void setup(void) {
    samme_arena_init(&arena, 64 * 1024 * 1024);
    pair_open(&p, 2);
    pair_publish(&p, 365);
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
    samme_arena_free(&arena);
}
TestSuite(own_log, .init = setup, .fini = teardown);

static Samme__EventKind kind_at(uint64_t index) {
    const samme_entry *entry = own_entry(&p, 1, index, &arena);
    return entry == NULL ? SAMME__EVENT_KIND__event_kind_unset : entry->event->kind;
}

/* Kinds of all of node 1's own entries, one letter each. */
static const char *log_words(void) {
    static char words[100];
    uint64_t size = pair_look(&p, 1).own_size;
    cr_assert_lt(size, sizeof words);
    for (uint64_t i = 0; i < size; i++) {
        Samme__EventKind kind = kind_at(i);
        words[i] = kind == SAMME__EVENT_KIND__anchor           ? 'a'
                   : kind == SAMME__EVENT_KIND__release_taken  ? 't'
                   : kind == SAMME__EVENT_KIND__sale           ? 's'
                   : kind == SAMME__EVENT_KIND__return_opened  ? 'o'
                   : kind == SAMME__EVENT_KIND__return_decided ? 'd'
                                                               : '?';
    }
    words[size] = 0;
    return words;
}

Test(own_log, an_anchor_comes_first_after_a_signed_checkpoint_and_only_there) {
    cr_assert_str_eq(log_words(), "at");
    cr_assert_eq(pair_look(&p, 1).signed_size, 2);
    pair_sell(&p, 1, "1", 1000, 500);
    pair_sell(&p, 1, "2", 1000, 500);
    pair_tick_node(&p, 1);
    cr_assert_str_eq(log_words(), "atass");
    pair_quiet(&p);
    cr_assert_eq(pair_look(&p, 1).signed_size, 5);
    pair_sell(&p, 1, "3", 1000, 500);
    pair_tick_node(&p, 1);
    cr_assert_str_eq(log_words(), "atassas");
}

Test(own_log, a_tail_that_grows_while_the_hub_is_away_has_one_anchor) {
    pair_cut(&p, 1, true, true);
    char receipt[20];
    for (unsigned i = 0; i < 12; i++) {
        snprintf(receipt, sizeof receipt, "%u", i);
        pair_sell(&p, 1, receipt, 1000, 500);
        pair_run(&p, 20000);
    }
    cr_assert_str_eq(log_words(), "atas" /* signed in the session that still seemed to be */
                                  "asssssssssss");
}

Test(own_log, an_anchor_names_the_journal_as_this_branch_has_verified_it) {
    pair_sell(&p, 2, "7", 1000, 500);
    pair_quiet(&p);
    samme_node_view view = pair_look(&p, 1);
    pair_sell(&p, 1, "1", 1000, 500);
    pair_tick_node(&p, 1);
    const samme_entry *entry = own_entry(&p, 1, 2, &arena);
    cr_assert_eq(entry->event->kind, SAMME__EVENT_KIND__anchor);
    cr_assert_eq(entry->body.anchor->journal_size, view.journal_size);
    cr_assert_eq(entry->body.anchor->journal_epoch, 1);
    Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
    Samme__Message ask = SAMME__MESSAGE__INIT;
    ask.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    ask.pull_journal = &pull;
    pair_tell_hub(&p, &p.chain.operator_curve, &ask);
    const Samme__Message *part = pair_newest(&p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART);
    samme_checkpoint head;
    cr_assert_eq(samme_checkpoint_open(samme_span_of_bytes(part->journal_part->note),
                                       &p.chain.hub_log, &head, NULL),
                 SAMME_OK);
    cr_assert_eq(head.size, view.journal_size);
    cr_assert(samme_span_equal(samme_span_of_bytes(entry->body.anchor->root),
                               samme_span_of_hash(&head.root)));
}

/* A sale of so many lines, as a till posts it. */
static void sale_body(unsigned lines, samme_buffer *body) {
    samme_buffer_append_text(body, "{\"receipt\":{\"till\":\"1\",\"number\":\"L\",\"businessDate\":"
                                   "\"2026-09-01\"},\"currency\":\"GBP\",\"tenders\":[{\"kind\":"
                                   "\"card\",\"amount\":\"1200\"}],\"lines\":[");
    for (unsigned i = 1; i <= lines; i++)
        samme_buffer_printf(body,
                            "%s{\"no\":%u,\"sku\":\"S%u\",\"text\":\"an article with a long name "
                            "%05u\",\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"%u\"}",
                            i > 1 ? "," : "", i, i, i, i);
    samme_buffer_append_text(body, "]}");
}

Test(own_log, a_large_sale_is_cut_into_parts_and_found_whole_elsewhere) {
    samme_buffer body;
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    sale_body(1200, &body);
    cr_assert_eq(samme_buffer_status(&body), SAMME_OK);
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "large", samme_buffer_text(&body), 0), 201);
    samme_buffer_free(&body);
    pair_quiet(&p);
    cr_assert_str_eq(log_words(), "atass", "an anchor and two parts");
    for (unsigned part = 1; part <= 2; part++) {
        const Samme__Sale *sale = own_entry(&p, 1, 2 + part, &arena)->body.sale;
        cr_assert_eq(sale->part, part);
        cr_assert_eq(sale->parts, 2);
        cr_assert_eq(sale->n_tenders, part == 1 ? 1 : 0, "a tender is said once");
    }
    cr_assert_eq(pair_ask(&p, 2, "/v1/receipts?number=L", NULL, NULL, 0), 200);
    const Samme__ReceiptsFound *found = p.answer.answer->receipts;
    cr_assert_eq(found->n_receipts, 1);
    cr_assert_eq(found->receipts[0]->sale->n_lines, 1200);
    cr_assert_eq(found->receipts[0]->n_lines, 1200);
    cr_assert_eq(found->receipts[0]->sale->n_tenders, 1);
    for (unsigned i = 0; i < 1200; i++) {
        cr_assert_eq(found->receipts[0]->sale->lines[i]->no, i + 1);
        cr_assert_eq(found->receipts[0]->sale->lines[i]->paid, i + 1);
        cr_assert_eq(found->receipts[0]->lines[i]->quantity_left, 1000);
    }
}

Test(own_log, a_large_sale_repeated_is_the_same_sale) {
    samme_buffer body;
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    sale_body(1000, &body);
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "large", samme_buffer_text(&body), 0), 201);
    uint64_t size = pair_look(&p, 1).own_size, index = p.answer.answer->recorded->index;
    pair_crash_node(&p, 1);
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "large", samme_buffer_text(&body), 0), 200);
    cr_assert(p.answer.answer->recorded->repeated);
    cr_assert_eq(p.answer.answer->recorded->index, index);
    cr_assert_eq(pair_look(&p, 1).own_size, size);
    samme_buffer_free(&body);
}

/* A line no entry can hold. */
Test(own_log, a_line_too_large_for_an_entry_is_refused) {
    samme_buffer body;
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    samme_buffer_append_text(&body,
                             "{\"receipt\":{\"till\":\"1\",\"number\":\"L\",\"businessDate\":"
                             "\"2026-09-01\"},\"currency\":\"GBP\",\"lines\":[{\"no\":1,"
                             "\"quantity\":\"1000\",\"text\":\"");
    for (unsigned i = 0; i < 7000; i++)
        samme_buffer_append_text(&body, "ten bytes.");
    samme_buffer_append_text(&body, "\"}]}");
    uint64_t before = pair_look(&p, 1).own_size;
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "k", samme_buffer_text(&body), 0), 413);
    cr_assert_eq(pair_look(&p, 1).own_size, before);
    samme_buffer_free(&body);
}

typedef struct attempt {
    const char *path, *key, *body;
    unsigned status;
} attempt;

#define RECEIPT(number)                                                                            \
    "{\"receipt\":{\"till\":\"1\",\"number\":\"" number "\",\"businessDate\":\"2026-09-01\"},"
#define LINES(no, quantity, paid)                                                                  \
    "\"currency\":\"GBP\",\"lines\":[{\"no\":" no ",\"quantity\":\"" quantity                      \
    "\",\"paid\":\"" paid "\"}]}"

static const attempt wrong[] = {
    {"/v1/sales", "k1", "{", 422},
    {"/v1/sales", "k2", "{}", 422},
    {"/v1/sales", "k3", "{\"surprise\":1}", 422},
    {"/v1/sales", "k4", RECEIPT("1") "\"currency\":\"GBP\",\"lines\":[]}", 422},
    {"/v1/sales", "k5", RECEIPT("2") LINES("1", "0", "5"), 409},
    {"/v1/sales", "k6", RECEIPT("2") LINES("0", "1000", "5"), 409},
    {"/v1/sales", "k7", RECEIPT("2") LINES("1", "1000", "-5"), 409},
    {"/v1/sales", "k8",
     "{\"receipt\":{\"branch\":2,\"till\":\"1\",\"number\":\"9\",\"businessDate\":"
     "\"2026-09-01\"}," LINES("1", "1000", "5"),
     409},
    {"/v1/sales", "k9", RECEIPT("1") LINES("1", "1000", "500"), 409}, /* sold already */
    {"/v1/sales", NULL, RECEIPT("2") LINES("1", "1000", "5"), 400},
    {"/v1/sales", "", RECEIPT("2") LINES("1", "1000", "5"), 400},
    {"/v1/sales", "sale-1", RECEIPT("2") LINES("1", "1000", "5"), 422}, /* the key is used */
    {"/v1/sales:batch", "k10", "{\"sales\":[]}", 422},
    {"/v1/sales:batch", "k11", "{\"sales\":[{\"sale\":" RECEIPT("2") LINES("1", "1000", "5") "}]}",
     422},
    {"/v1/returns", "k12", "{}", 422},
    {"/v1/returns", "k13",
     RECEIPT("nowhere") "\"claimType\":\"defect\",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]}",
     404},
    {"/v1/returns", "k18", RECEIPT("nowhere") "\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]}", 422},
    {"/v1/returns", "k14",
     "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"1\",\"businessDate\":\"2026-09-01\"},"
     "\"claimType\":\"defect\",\"lines\":[{\"no\":2,\"quantity\":\"1000\"}]}",
     404},
    {"/v1/returns", "k15",
     "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"1\",\"businessDate\":\"2026-09-01\"},"
     "\"claimType\":\"defect\",\"lines\":[{\"no\":1,\"quantity\":\"0\"}]}",
     409},
    {"/v1/returns/0001-0000000-00/decide", "k16", "", 404},
    {"/v1/returns/0001-0000000-00/complete", "k17", "{\"outcome\":\"paid\"}", 404},
    {"/v1/nothing", "k18", "", 404},
    {"/livez", "k19", "", 405},
};

Test(own_log, a_request_that_fails_writes_nothing) {
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    pair_quiet(&p);
    uint64_t size = pair_look(&p, 1).own_size, head = commits(&p, 1);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        unsigned status = pair_ask(&p, 1, wrong[i].path, wrong[i].key, wrong[i].body, 0);
        cr_assert_eq(status, wrong[i].status, "%s %s: %u, expected %u: %s", wrong[i].path,
                     wrong[i].body, status, wrong[i].status,
                     p.answer.problem == NULL ? "" : p.answer.problem->detail);
        cr_assert_eq(pair_look(&p, 1).own_size, size, "%s %s", wrong[i].path, wrong[i].body);
        cr_assert_eq(commits(&p, 1), head, "%s %s", wrong[i].path, wrong[i].body);
    }
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "good"), 200, "and nothing is in the way");
}

Test(own_log, of_a_batch_the_sales_before_the_bad_one_are_recorded_and_found_by_their_keys) {
    static const char body[] = "{\"sales\":[{\"idempotencyKey\":\"a\",\"sale\":" RECEIPT("A")
        LINES("1", "1000", "5") "},{\"idempotencyKey\":\"b\",\"sale\":" RECEIPT("B")
            LINES("1", "-1", "5") "},{\"idempotencyKey\":\"c\",\"sale\":" RECEIPT("C")
                LINES("1", "1000", "5") "}]}";
    static const char again[] = "{\"sales\":[{\"idempotencyKey\":\"a\",\"sale\":" RECEIPT("A")
        LINES("1", "1000", "5") "},{\"idempotencyKey\":\"c\",\"sale\":" RECEIPT("C")
            LINES("1", "1000", "5") "}]}";
    uint64_t size = pair_look(&p, 1).own_size;
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales:batch", "k", body, 0), 409);
    cr_assert(strstr(p.answer.problem->detail, "sales[1]: ") == p.answer.problem->detail, "%s",
              p.answer.problem->detail);
    cr_assert_eq(pair_look(&p, 1).own_size, size + 2, "an anchor and the first");
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales:batch", "k", again, 0), 200);
    cr_assert_eq(pair_look(&p, 1).own_size, size + 3);
    const Samme__SalesRecorded *sales = p.answer.answer->sales;
    cr_assert_eq(sales->n_sales, 2);
    cr_assert(sales->sales[0]->repeated);
    cr_assert(!sales->sales[1]->repeated);
    cr_assert_eq(sales->sales[1]->index, size + 2);
}

Test(own_log, entries_are_folded_again_after_a_restart) {
    pair_cut(&p, 1, true, true);
    pair_sell(&p, 1, "1", 2000, 500);
    pair_return(&p, 1, 1, "1", 1000, "r");
    pair_crash_node(&p, 1);
    cr_assert_eq(pair_ask(&p, 1, "/v1/receipts?number=1", NULL, NULL, 0), 200);
    const Samme__ReceiptFound *found = p.answer.answer->receipts->receipts[0];
    cr_assert_eq(found->lines[0]->quantity_left, 1000);
    cr_assert_eq(found->lines[0]->refunded, 250);
}

/* Sales A<from>.. of one article for 500 each. */
static void sell_batch(unsigned from, unsigned count) {
    samme_buffer body;
    char key[40];
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    samme_buffer_append_text(&body, "{\"sales\":[");
    for (unsigned i = from; i < from + count; i++)
        samme_buffer_printf(
            &body,
            "%s{\"idempotencyKey\":\"k%u\",\"sale\":{\"receipt\":{\"till\":\"1\",\"number\":"
            "\"A%u\",\"businessDate\":\"2026-09-01\"},\"channel\":\"store\",\"currency\":"
            "\"GBP\",\"kind\":\"ordinary\",\"lines\":[{\"no\":1,\"sku\":\"S\",\"category\":"
            "\"goods\",\"quantity\":\"1000\",\"paid\":\"500\"}]}}",
            i > from ? "," : "", i, i);
    samme_buffer_append_text(&body, "]}");
    snprintf(key, sizeof key, "batch-%u", from);
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales:batch", key, samme_buffer_text(&body), 0), 200);
    samme_buffer_free(&body);
    pair_forget(&p);
}

static long long returned(unsigned number, unsigned receipt, const char *key) {
    char name[20], whole_key[40];
    snprintf(name, sizeof name, "A%u", receipt);
    snprintf(whole_key, sizeof whole_key, "%s-%u-%u", key, number, receipt);
    cr_assert_eq(pair_return(&p, number, 1, name, 1000, whole_key), 200, "%s: %s", whole_key,
                 p.answer.problem == NULL ? "" : p.answer.problem->detail);
    return p.answer.answer->return_case->refund;
}

/* The layer of 20,000 entries is folded again by parts while the journal grows by own pushes,
 * others' sales and what others borrow: what a till is told is right at each moment. */
Test(own_log, a_branch_that_was_offline_for_long_answers_rightly_all_the_way_back) {
    enum { TAIL = 20000, A_REQUEST = 250 };
    char number[20];
    bool borrowed = false;
    unsigned rounds = 0, by_parts = 0;
    pair_cut(&p, 1, true, true);
    for (unsigned from = 0; from < TAIL; from += A_REQUEST)
        sell_batch(from, A_REQUEST);
    cr_assert_eq(returned(1, 1, "away"), 500);
    pair_run(&p, 100 * 1000); /* the session is over */
    pair_cut(&p, 1, false, false);
    for (bool back = false; !back; rounds++) {
        cr_assert_lt(rounds, 10000, "it does not come back");
        const unsigned receipt = TAIL - 1 - rounds; /* the newest: merged last */
        snprintf(number, sizeof number, "B%u", rounds);
        cr_assert_eq(pair_sell(&p, 2, number, 1000, 500), 201);
        pair_run(&p, 20);
        const uint64_t acked = pair_look(&p, 1).acked_size;
        by_parts += acked > 2 && acked < TAIL;
        if (rounds % 10 == 0 || (acked > 2 && acked < TAIL)) {
            cr_assert_eq(returned(1, receipt, "first"), 500, "round %u", rounds);
            cr_assert_eq(returned(1, receipt, "second"), 0, "round %u", rounds);
            cr_assert_eq(returned(1, 1, number), 0, "what was returned while it was away");
        }
        if (!borrowed && pair_ask(&p, 2, "/v1/receipts?number=A0", NULL, NULL, 0) == 200) {
            cr_assert_eq(returned(2, 0, "elsewhere"), 500);
            cr_assert_eq(p.answer.answer->return_case->decided->lines[0]->facts->claim,
                         SAMME__CLAIM__lent);
            cr_assert_eq(returned(1, 0, "here"), 0, "lent is lent");
            borrowed = true;
        }
        pair_forget(&p);
        const samme_node_view view = pair_look(&p, 1);
        back = view.acked_size == view.own_size &&
               view.folded_size == pair_look_hub(&p).journal_size && borrowed;
    }
    cr_assert_gt(by_parts, 2);
    pair_quiet(&p);
    const samme_hub_view hub = pair_look_hub(&p);
    for (unsigned i = 1; i <= 2; i++) {
        const samme_node_view view = pair_look(&p, i);
        cr_assert(samme_hash_equal(&view.state_digest, &hub.state_digest), "node %u", i);
    }
    cr_assert_eq(returned(1, 0, "afterwards"), 0);
    cr_assert_eq(pair_ask(&p, 1, "/v1/alarms", NULL, NULL, 0), 200);
    cr_assert_eq(p.answer.answer->alarms->n_alarms, 0);
}
