/* A branch comes back in a new epoch of its log. */

#include <stdio.h>

#include "tests/scenario/expect.h"

static pair p;
static void teardown(void) {
    all_agree(&p);
    pair_close(&p);
}
TestSuite(recovery, .fini = teardown);

static void open_shops(unsigned nodes) {
    pair_open(&p, nodes);
    pair_publish(&p, 30);
    pair_quiet(&p);
    pair_forget(&p);
}

static unsigned found_at(unsigned number, const char *receipt) {
    char path[64];
    snprintf(path, sizeof path, "/v1/receipts?number=%s", receipt);
    return pair_ask(&p, number, path, NULL, NULL, 1000);
}

Test(recovery, what_was_acknowledged_and_not_merged_follows) {
    open_shops(2);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    pair_cut(&p, 1, true, true);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_return(&p, 1, 1, "A1", 1000, "r");
    pair_run(&p, 500);
    cr_assert_eq(found_at(2, "A2"), 404);
    pair_new_epoch(&p, 1, false);
    pair_cut(&p, 1, false, false);
    pair_forget(&p);
    cr_assert(pair_look(&p, 1).recovering);
    pair_run(&p, 140);
    expect(&p, "[  960] hub > operator  doorbell 6\n"
               "[  960] hub > node 1  doorbell 6\n"
               "[  960] hub > node 2  doorbell 6\n"
               "[  960] node 1 > hub  hello: own 0 journal 0\n"
               "[  970] hub > node 1  welcome: yours 0 journal 6\n"
               "[  970] node 2 > hub  pull journal from 5\n"
               "[  980] hub > node 2  journal 5..6\n"
               "[  980] node 1 > hub  pull journal from 0\n"
               "[  990] hub > node 1  journal 0..6\n"
               "[  990] node 2 > hub  pull documents: 1\n"
               "[ 1000] hub > node 2  documents: 1\n"
               "[ 1000] node 1 > hub  pull documents: 1\n"
               "[ 1010] hub > node 1  documents: 1\n"
               "[ 1010] node 2 > hub  pull journal from 6\n"
               "[ 1020] hub > node 2  journal 6..6\n"
               "[ 1020] node 1 > hub  pull documents: 1\n"
               "[ 1030] hub > node 1  documents: 1\n"
               "[ 1040] node 1 > hub  pull documents: 2\n"
               "[ 1050] hub > node 1  documents: 2\n"
               "[ 1060] node 1 > hub  pull entries of 2\n"
               "[ 1070] hub > node 1  entries of 2 3 4\n"
               "[ 1080] node 1 > hub  pull documents: 1\n"
               "[ 1090] hub > node 1  documents: 1\n"
               "[ 1100] node 1 > hub  pull journal from 6\n"
               "[ 1100] node 1 > hub  push 0..5\n"); /* anchor, sale, case, decision, release */
    cr_assert_not(pair_look(&p, 1).recovering);
    pair_quiet(&p);
    cr_assert_eq(found_at(2, "A2"), 200);
}

Test(recovery, a_key_leads_to_what_it_did_in_an_epoch_before) {
    open_shops(1);
    cr_assert_eq(pair_sell(&p, 1, "A1", 1000, 500), 201);
    pair_quiet(&p);
    pair_stop_hub(&p);
    cr_assert_eq(pair_sell(&p, 1, "A2", 1000, 500), 201);
    char id[40];
    snprintf(id, sizeof id, "%s", p.answer.answer->recorded->id);
    const uint64_t index = p.answer.answer->recorded->index;
    pair_start_hub(&p);
    pair_new_epoch(&p, 1, false);
    pair_quiet(&p);
    cr_assert_eq(pair_sell(&p, 1, "A2", 1000, 500), 200, "carried over");
    cr_assert_str_eq(p.answer.answer->recorded->id, id);
    cr_assert_eq(p.answer.answer->recorded->index, index);
    cr_assert_eq(pair_sell(&p, 1, "A1", 1000, 500), 200, "merged before");
    cr_assert(p.answer.answer->recorded->repeated);
    pair_new_epoch(&p, 1, true);
    pair_quiet(&p);
    cr_assert_eq(pair_sell(&p, 1, "A2", 1000, 500), 200, "merged in what carried it");
    cr_assert_str_eq(p.answer.answer->recorded->id, id);
    cr_assert_eq(p.answer.answer->recorded->index, index);
}

Test(recovery, no_request_is_taken_before) {
    open_shops(1);
    pair_stop_hub(&p);
    pair_new_epoch(&p, 1, false);
    pair_run(&p, 1000);
    cr_assert(pair_look(&p, 1).recovering);
    cr_assert_eq(pair_sell(&p, 1, "A1", 1000, 500), 503);
    cr_assert_not_null(strstr(p.answer.problem->type, "recovering"), "%s", p.answer.problem->type);
    cr_assert_eq(pair_ask(&p, 1, "/v1/status", NULL, NULL, 1000), 200);
    cr_assert_eq(p.answer.answer->status->epoch, 2);
    cr_assert_not_null(strstr(p.answer.answer->status->recovery, "recovering in epoch 2"));
    cr_assert_eq(pair_look(&p, 1).own_size, 0);
    pair_start_hub(&p);
    pair_quiet(&p);
    cr_assert_eq(pair_sell(&p, 1, "A1", 1000, 500), 201);
}

Test(recovery, a_crash_on_the_way_changes_nothing) {
    open_shops(1);
    pair_stop_hub(&p);
    char number[16];
    for (unsigned i = 0; i < 300; i++) {
        snprintf(number, sizeof number, "N%u", i);
        cr_assert_eq(pair_sell(&p, 1, number, 1000, 500), 201);
    }
    pair_start_hub(&p);
    pair_new_epoch(&p, 1, false);
    unsigned crashes = 0;
    for (unsigned i = 0; i < 200 && pair_look(&p, 1).recovering; i++) {
        pair_run(&p, 10);
        if (i % 3 == 2 && pair_look(&p, 1).recovering) {
            pair_crash_node(&p, 1);
            crashes++;
        }
    }
    pair_quiet(&p);
    cr_assert_gt(crashes, 0);
    cr_assert_eq(pair_sell(&p, 1, "N0", 1000, 500), 200);
    cr_assert_eq(pair_sell(&p, 1, "N299", 1000, 500), 200);
    cr_assert_not_null(strstr(pair_look(&p, 1).recovery, "carried 300"), "%s",
                       pair_look(&p, 1).recovery);
    cr_assert_eq(pair_ask(&p, 1, "/v1/status", NULL, NULL, 1000), 200);
    cr_assert_eq(p.answer.answer->status->quarantined, 0);
}

Test(recovery, without_its_disk_it_is_sure_of_nothing_it_sold_before_and_lends_nothing_of_it) {
    open_shops(2);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_quiet(&p);
    pair_new_epoch(&p, 1, true);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 1, 1, "A1", 1000, "home"), 200);
    cr_assert_eq(p.answer.answer->return_case->decided->lines[0]->facts->claim,
                 SAMME__CLAIM__unconfirmed);
    cr_assert_eq(pair_return(&p, 2, 1, "A2", 1000, "away"), 200);
    cr_assert_eq(p.answer.answer->return_case->decided->lines[0]->facts->claim,
                 SAMME__CLAIM__unconfirmed);
    cr_assert_eq(pair_sell(&p, 1, "A3", 1000, 500), 201);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 2, 1, "A3", 1000, "new"), 200);
    cr_assert_eq(p.answer.answer->return_case->decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
}
