/* Days on which something goes wrong. */

#include "tests/scenario/expect.h"

static pair p;
static void teardown(void) {
    all_agree(&p);
    pair_close(&p);
}
TestSuite(trouble, .fini = teardown);

static void open_shops(unsigned nodes) {
    pair_open(&p, nodes);
    pair_publish(&p, 30);
    pair_quiet(&p);
    pair_forget(&p);
}

Test(trouble, the_hub_is_away) {
    open_shops(1);
    pair_stop_hub(&p);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_return(&p, 1, 1, "A1", 1000, "r");
    pair_run(&p, 7000);
    pair_start_hub(&p);
    pair_quiet(&p);
    pair_run(&p, 5000);
    pair_quiet(&p);
    expect(&p, "[  260] the hub stops\n"
               "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  260] till > node 1  POST /v1/returns\n"
               "[  260] node 1 > till  201 open 0\n"
               "[  260] till > node 1  POST /v1/returns/*/decide\n"
               "[  260] node 1 > till  200 authorised 500\n"
               "[  360] node 1 > hub  push 2..6 (lost)\n"
               "[ 5360] node 1 > hub  push 2..6 (lost)\n"
               "[ 7260] the hub starts\n"
               "[10360] node 1 > hub  push 2..6\n"
               "[10370] hub > node 1  refused push: denied\n"
               "[11570] node 1 > hub  hello: own 6 journal 3\n"
               "[11580] hub > node 1  welcome: yours 2 journal 3\n"
               "[11590] node 1 > hub  push 2..6\n"
               "[11590] node 1 > hub  pull journal from 3\n"
               "[11600] hub > node 1  ack 6 journal 4\n"
               "[11600] hub > node 1  doorbell 4\n"
               "[11600] hub > node 1  journal 3..4\n"
               "[11610] node 1 > hub  pull journal from 4\n"
               "[11620] hub > node 1  journal 4..4\n");
}

Test(trouble, an_acknowledgement_is_lost) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_cut(&p, 1, false, true);
    pair_run(&p, 1000);
    pair_cut(&p, 1, false, false);
    pair_run(&p, 4000);
    pair_quiet(&p);
    expect(&p, "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  260] node 1 does not hear\n"
               "[  360] node 1 > hub  push 2..4\n"
               "[  370] hub > node 1  ack 4 journal 4 (lost)\n"
               "[  370] hub > operator  doorbell 4\n"
               "[  370] hub > node 1  doorbell 4 (lost)\n"
               "[ 1260] node 1 is connected\n"
               "[ 5360] node 1 > hub  push 2..4\n"
               "[ 5370] hub > node 1  ack 4 journal 4\n"
               "[ 5380] node 1 > hub  pull journal from 3\n"
               "[ 5390] hub > node 1  journal 3..4\n"
               "[ 5400] node 1 > hub  pull journal from 4\n"
               "[ 5410] hub > node 1  journal 4..4\n");
    cr_assert_eq(pair_look_hub(&p).journal_size, 4, "one record, not two");
}

Test(trouble, the_hub_crashes_before_its_disk_has_written) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    p.hub_stores.stuck = true;
    pair_run(&p, 1000);
    pair_stop_hub(&p);
    pair_start_hub(&p);
    pair_run(&p, 5000);
    pair_quiet(&p);
    expect(&p, "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  360] node 1 > hub  push 2..4\n"
               "[ 1260] the hub stops\n"
               "[ 1260] the hub starts\n"
               "[ 5360] node 1 > hub  push 2..4\n"
               "[ 5370] hub > node 1  refused push: denied\n"
               "[ 6570] node 1 > hub  hello: own 4 journal 3\n"
               "[ 6580] hub > node 1  welcome: yours 2 journal 3\n"
               "[ 6590] node 1 > hub  push 2..4\n"
               "[ 6590] node 1 > hub  pull journal from 3\n"
               "[ 6600] hub > node 1  ack 4 journal 4\n"
               "[ 6600] hub > node 1  doorbell 4\n"
               "[ 6600] hub > node 1  journal 3..4\n"
               "[ 6610] node 1 > hub  pull journal from 4\n"
               "[ 6620] hub > node 1  journal 4..4\n");
}

Test(trouble, the_branch_crashes_before_its_disk_has_written) {
    open_shops(1);
    p.nodes[0].stores.stuck = true;
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_run(&p, 1000);
    pair_crash_node(&p, 1);
    pair_note(&p, "-- the till had no answer and asks again");
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    expect(&p, "[  260] till > node 1  POST /v1/sales\n"
               "[ 1260] node 1 crashes\n"
               "[ 1260] -- the till had no answer and asks again\n"
               "[ 1260] node 1 > hub  hello: own 2 journal 3\n"
               "[ 1260] till > node 1  POST /v1/sales\n"
               "[ 1260] node 1 > till  201 entry 3\n"
               "[ 1270] hub > node 1  welcome: yours 2 journal 3\n"
               "[ 1280] node 1 > hub  pull journal from 3\n"
               "[ 1290] hub > node 1  journal 3..3\n"
               "[ 1360] node 1 > hub  push 2..4\n"
               "[ 1370] hub > node 1  ack 4 journal 4\n"
               "[ 1370] hub > operator  doorbell 4\n"
               "[ 1370] hub > node 1  doorbell 4\n"
               "[ 1380] node 1 > hub  pull journal from 3\n"
               "[ 1390] hub > node 1  journal 3..4\n"
               "[ 1400] node 1 > hub  pull journal from 4\n"
               "[ 1410] hub > node 1  journal 4..4\n");
}

Test(trouble, one_thing_is_refunded_by_two_branches_that_do_not_hear_of_each_other) {
    open_shops(3);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    pair_cut(&p, 1, true, true);
    pair_cut(&p, 2, true, true);
    pair_return(&p, 1, 1, "A1", 1000, "here");
    pair_return(&p, 2, 1, "A1", 1000, "there");
    pair_forget(&p);
    pair_cut(&p, 1, false, false);
    pair_cut(&p, 2, false, false);
    pair_run(&p, 6000);
    pair_quiet(&p);
    pair_return(&p, 3, 1, "A1", 1000, "again");
    expect(&p, "[ 1260] node 1 is connected\n"
               "[ 1260] node 2 is connected\n"
               "[ 5560] node 1 > hub  push 4..7\n"
               "[ 5560] node 2 > hub  push 2..4\n"
               "[ 5570] hub > node 1  ack 7 journal 7\n"
               "[ 5570] hub > operator  doorbell 7\n"
               "[ 5570] hub > node 1  doorbell 7\n"
               "[ 5570] hub > node 2  doorbell 7\n"
               "[ 5570] hub > node 3  doorbell 7\n"
               "[ 5570] hub > node 2  ack 4 journal 8\n"
               "[ 5570] hub > operator  doorbell 8\n"
               "[ 5570] hub > node 1  doorbell 8\n"
               "[ 5570] hub > node 2  doorbell 8\n"
               "[ 5570] hub > node 3  doorbell 8\n"
               "[ 5580] node 1 > hub  pull journal from 6\n"
               "[ 5580] node 2 > hub  pull journal from 6\n"
               "[ 5580] node 2 > hub  push 4..6\n"
               "[ 5580] node 3 > hub  pull journal from 6\n"
               "[ 5590] hub > node 1  journal 6..8\n"
               "[ 5590] hub > node 2  journal 6..8\n"
               "[ 5590] hub > node 2  ack 6 journal 9\n"
               "[ 5590] hub > operator  doorbell 9\n"
               "[ 5590] hub > node 1  doorbell 9\n"
               "[ 5590] hub > node 2  doorbell 9\n"
               "[ 5590] hub > node 3  doorbell 9\n"
               "[ 5590] hub > node 3  journal 6..9\n"
               "[ 5600] node 1 > hub  pull entries of 7\n"
               "[ 5600] node 2 > hub  pull entries of 6\n"
               "[ 5600] node 3 > hub  pull entries of 6\n"
               "[ 5610] hub > node 1  entries of 7 8\n"
               "[ 5610] hub > node 2  entries of 6 7 8\n"
               "[ 5610] hub > node 3  entries of 6 7 8\n"
               "[ 5620] node 1 > hub  pull journal from 8\n"
               "[ 5620] node 2 > hub  pull journal from 8\n"
               "[ 5620] node 3 > hub  pull journal from 9\n"
               "[ 5630] hub > node 1  journal 8..9\n"
               "[ 5630] hub > node 2  journal 8..9\n"
               "[ 5630] hub > node 3  journal 9..9\n"
               "[ 5640] node 1 > hub  pull entries of 8\n"
               "[ 5640] node 2 > hub  pull journal from 9\n"
               "[ 5650] hub > node 1  entries of 8\n"
               "[ 5650] hub > node 2  journal 9..9\n"
               "[ 5660] node 1 > hub  pull journal from 9\n"
               "[ 5670] hub > node 1  journal 9..9\n"
               "[ 7260] till > node 3  POST /v1/returns\n"
               "[ 7260] node 3 > till  201 open 0\n"
               "[ 7260] till > node 3  POST /v1/returns/*/decide\n"
               "[ 7260] node 3 > till  200 decided 0\n");
}

Test(trouble, a_branch_comes_back_with_an_empty_disk) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    pair_forget(&p);
    pair_lose_disk(&p, 1);
    pair_run(&p, 5000);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_ask(&p, 1, "/v1/receipts?number=A1", NULL, NULL, 0);
    expect(&p, "[  420] the disk of node 1 is lost\n"
               "[  420] node 1 crashes\n"
               "[  420] node 1 > hub  hello: own 0 journal 0\n"
               "[  430] hub > node 1  welcome: yours 4 journal 4\n"
               "[  440] node 1 > hub  pull journal from 0\n"
               "[  450] hub > node 1  journal 0..4\n"
               "[  460] node 1 > hub  pull documents: 1\n"
               "[  470] hub > node 1  documents: 1\n"
               "[  480] node 1 > hub  pull documents: 1\n"
               "[  490] hub > node 1  documents: 1\n"
               "[  500] node 1 > hub  pull documents: 2\n"
               "[  510] hub > node 1  documents: 2\n"
               "[  520] node 1 > hub  pull documents: 2\n"
               "[  530] hub > node 1  documents: 2\n"
               "[ 1610] node 1 > hub  hello: own 0 journal 4\n"
               "[ 1620] hub > node 1  welcome: yours 4 journal 4\n"
               "[ 4050] node 1 > hub  hello: own 0 journal 4\n"
               "[ 4060] hub > node 1  welcome: yours 4 journal 4\n"
               "[ 5420] till > node 1  POST /v1/sales\n"
               "[ 5420] node 1 > till  503 read_only\n"
               "[ 5420] till > node 1  GET /v1/receipts\n"
               "[ 5420] node 1 > till  404 not_found\n");
}

Test(trouble, a_document_is_lost_on_its_way) {
    open_shops(1);
    pair_publish(&p, 7);
    pair_run(&p, 50);
    pair_cut(&p, 1, false, true);
    pair_run(&p, 50);
    pair_cut(&p, 1, false, false);
    pair_run(&p, 3000);
    pair_quiet(&p);
    expect(&p, "[  260] operator > hub  put document\n"
               "[  260] operator > hub  put document\n"
               "[  260] operator > hub  put release\n"
               "[  270] hub > operator  done\n"
               "[  270] hub > operator  done\n"
               "[  270] hub > operator  done\n"
               "[  270] hub > operator  doorbell 4\n"
               "[  270] hub > node 1  doorbell 4\n"
               "[  280] node 1 > hub  pull journal from 3\n"
               "[  290] hub > node 1  journal 3..4\n"
               "[  300] node 1 > hub  pull documents: 1\n"
               "[  310] hub > node 1  documents: 1\n"
               "[  310] node 1 does not hear\n"
               "[  360] node 1 is connected\n"
               "[ 3300] node 1 > hub  pull documents: 1\n"
               "[ 3310] hub > node 1  documents: 1\n"
               "[ 3320] node 1 > hub  pull documents: 1\n"
               "[ 3330] hub > node 1  documents: 1\n"
               "[ 3340] node 1 > hub  pull journal from 4\n"
               "[ 3350] hub > node 1  journal 4..4\n"
               "[ 3440] node 1 > hub  push 2..4\n"
               "[ 3450] hub > node 1  ack 4 journal 5\n"
               "[ 3450] hub > operator  doorbell 5\n"
               "[ 3450] hub > node 1  doorbell 5\n"
               "[ 3460] node 1 > hub  pull journal from 4\n"
               "[ 3470] hub > node 1  journal 4..5\n"
               "[ 3480] node 1 > hub  pull journal from 5\n"
               "[ 3490] hub > node 1  journal 5..5\n");
}

/* It did not wait for the nodes (hub_gather_ms is 0), so its first record is another one: what the
 * node holds is no continuation, and the hub, which sees its own signature there, appends nothing. */
Test(trouble, a_hub_that_has_lost_its_journal_and_has_begun_another) {
    open_shops(1);
    pair_lose_disk(&p, 0);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_run(&p, 10000);
    expect(&p, "[  260] the hub's disk is lost\n"
               "[  260] the hub stops\n"
               "[  260] the hub starts\n"
               "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  360] node 1 > hub  push 2..4\n"
               "[  370] hub > node 1  refused push: denied\n"
               "[ 1570] node 1 > hub  hello: own 4 journal 3\n"
               "[ 1580] hub > node 1  ask head: has 1\n"
               "[ 1580] hub > node 1  later: hello\n"
               "[ 1590] node 1 > hub  head 3\n"
               "[ 1600] hub > node 1  pull journal from 1\n"
               "[ 1610] node 1 > hub  journal 1..3\n"
               "[ 1620] hub > node 1  refused part: mismatch\n"
               "[ 4010] node 1 > hub  hello: own 4 journal 3\n"
               "[ 4020] hub > node 1  ask head: has 1\n"
               "[ 4020] hub > node 1  later: hello\n"
               "[ 4030] node 1 > hub  head 3\n"
               "[ 4040] hub > node 1  pull journal from 1\n"
               "[ 4050] node 1 > hub  journal 1..3\n"
               "[ 4060] hub > node 1  refused part: mismatch\n"
               "[ 8950] node 1 > hub  hello: own 4 journal 3\n"
               "[ 8960] hub > node 1  ask head: has 1\n"
               "[ 8960] hub > node 1  later: hello\n"
               "[ 8970] node 1 > hub  head 3\n"
               "[ 8980] hub > node 1  pull journal from 1\n"
               "[ 8990] node 1 > hub  journal 1..3\n"
               "[ 9000] hub > node 1  refused part: mismatch\n");
}
