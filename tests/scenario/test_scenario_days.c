/* Days on which nothing goes wrong. */
#include <stdio.h>

#include "tests/scenario/expect.h"

static pair p;
static void teardown(void) {
    all_agree(&p);
    pair_close(&p);
}
TestSuite(days, .fini = teardown);

/* Branches that have taken release 1 and said all they had to say. */
static void open_shops(unsigned nodes) {
    pair_open(&p, nodes);
    pair_publish(&p, 30);
    pair_quiet(&p);
    pair_forget(&p);
}

Test(days, the_first_morning) {
    pair_open(&p, 1);
    pair_quiet(&p);
    pair_note(&p, "-- head office publishes");
    pair_publish(&p, 30);
    pair_quiet(&p);
    expect(&p, "[    0] node 1 > hub  hello: own 0 journal 0\n"
               "[   10] hub > node 1  welcome: yours 0 journal 1\n"
               "[   20] node 1 > hub  pull journal from 0\n"
               "[   30] hub > node 1  journal 0..1\n"
               "[   40] node 1 > hub  pull documents: 1\n"
               "[   50] hub > node 1  documents: 1\n"
               "[   60] node 1 > hub  pull journal from 1\n"
               "[   70] hub > node 1  journal 1..1\n"
               "[   80] -- head office publishes\n"
               "[   80] operator > hub  put document\n"
               "[   80] operator > hub  put document\n"
               "[   80] operator > hub  put release\n"
               "[   90] hub > operator  done\n"
               "[   90] hub > operator  done\n"
               "[   90] hub > operator  done\n"
               "[   90] hub > node 1  doorbell 2\n"
               "[   90] hub > operator  doorbell 2\n"
               "[  100] node 1 > hub  pull journal from 1\n"
               "[  110] hub > node 1  journal 1..2\n"
               "[  120] node 1 > hub  pull documents: 1\n"
               "[  130] hub > node 1  documents: 1\n"
               "[  140] node 1 > hub  pull documents: 2\n"
               "[  150] hub > node 1  documents: 2\n"
               "[  160] node 1 > hub  pull journal from 2\n"
               "[  170] hub > node 1  journal 2..2\n"
               "[  260] node 1 > hub  push 0..2\n"
               "[  270] hub > node 1  ack 2 journal 3\n"
               "[  270] hub > node 1  doorbell 3\n"
               "[  270] hub > operator  doorbell 3\n"
               "[  280] node 1 > hub  pull journal from 2\n"
               "[  290] hub > node 1  journal 2..3\n"
               "[  300] node 1 > hub  pull journal from 3\n"
               "[  310] hub > node 1  journal 3..3\n");
}

Test(days, bought_here_and_brought_back_there) {
    open_shops(2);
    pair_sell(&p, 1, "A1", 2000, 1000);
    pair_quiet(&p);
    pair_note(&p, "-- the customer comes to the other shop");
    pair_return(&p, 2, 1, "A1", 1000, "r");
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/complete", p.answer.answer->return_case->case_code);
    pair_ask(&p, 2, path, "c", "{\"outcome\":\"paid\",\"paid\":\"500\"}", 0);
    pair_quiet(&p);
    pair_note(&p, "-- and with all of it to the first one");
    pair_return(&p, 1, 1, "A1", 2000, "all");
    pair_return(&p, 1, 1, "A1", 1000, "rest");
    expect(&p, "[  280] till > node 1  POST /v1/sales\n"
               "[  280] node 1 > till  201 entry 3\n"
               "[  380] node 1 > hub  push 2..4\n"
               "[  390] hub > node 1  ack 4 journal 5\n"
               "[  390] hub > operator  doorbell 5\n"
               "[  390] hub > node 1  doorbell 5\n"
               "[  390] hub > node 2  doorbell 5\n"
               "[  400] node 1 > hub  pull journal from 4\n"
               "[  400] node 2 > hub  pull journal from 4\n"
               "[  410] hub > node 1  journal 4..5\n"
               "[  410] hub > node 2  journal 4..5\n"
               "[  420] node 1 > hub  pull journal from 5\n"
               "[  420] node 2 > hub  pull entries of 4\n"
               "[  430] hub > node 1  journal 5..5\n"
               "[  430] hub > node 2  entries of 4\n"
               "[  440] node 2 > hub  pull journal from 5\n"
               "[  450] hub > node 2  journal 5..5\n"
               "[  460] -- the customer comes to the other shop\n"
               "[  460] till > node 2  POST /v1/returns\n"
               "[  460] node 2 > till  201 open 0\n"
               "[  460] node 2 > hub  claim ask: lines 1\n"
               "[  460] till > node 2  POST /v1/returns/*/decide\n"
               "[  470] hub > node 1  claim ask: lines 1 for 2\n"
               "[  480] node 1 > hub  claim answer: granted\n"
               "[  480] node 1 > hub  push 4..6\n"
               "[  490] hub > node 2  claim answer: granted\n"
               "[  490] hub > node 1  ack 6 journal 6\n"
               "[  490] hub > operator  doorbell 6\n"
               "[  490] hub > node 1  doorbell 6\n"
               "[  490] hub > node 2  doorbell 6\n"
               "[  500] node 1 > hub  pull journal from 5\n"
               "[  500] node 2 > hub  pull journal from 5\n"
               "[  510] hub > node 1  journal 5..6\n"
               "[  510] hub > node 2  journal 5..6\n"
               "[  520] node 1 > hub  pull journal from 6\n"
               "[  520] node 2 > hub  pull entries of 5\n"
               "[  530] hub > node 1  journal 6..6\n"
               "[  530] hub > node 2  entries of 5\n"
               "[  540] node 2 > hub  pull journal from 6\n"
               "[  540] node 2 > till  200 authorised 500\n"
               "[  540] till > node 2  POST /v1/returns/*/complete\n"
               "[  540] node 2 > till  200 paid 500\n"
               "[  550] hub > node 2  journal 6..6\n"
               "[  560] node 2 > hub  push 2..6\n"
               "[  570] hub > node 2  ack 6 journal 7\n"
               "[  570] hub > operator  doorbell 7\n"
               "[  570] hub > node 1  doorbell 7\n"
               "[  570] hub > node 2  doorbell 7\n"
               "[  580] node 1 > hub  pull journal from 6\n"
               "[  580] node 2 > hub  pull journal from 6\n"
               "[  590] hub > node 1  journal 6..7\n"
               "[  590] hub > node 2  journal 6..7\n"
               "[  600] node 1 > hub  pull entries of 6\n"
               "[  600] node 2 > hub  pull journal from 7\n"
               "[  610] hub > node 1  entries of 6\n"
               "[  610] hub > node 2  journal 7..7\n"
               "[  620] node 1 > hub  pull journal from 7\n"
               "[  630] hub > node 1  journal 7..7\n"
               "[  640] -- and with all of it to the first one\n"
               "[  640] till > node 1  POST /v1/returns\n"
               "[  640] node 1 > till  201 open 0\n"
               "[  640] till > node 1  POST /v1/returns/*/decide\n"
               "[  640] node 1 > till  200 decided 0\n"
               "[  640] till > node 1  POST /v1/returns\n"
               "[  640] node 1 > till  201 open 0\n"
               "[  640] till > node 1  POST /v1/returns/*/decide\n"
               "[  640] node 1 > till  200 authorised 500\n");
}

Test(days, a_till_that_asks_twice_is_told_twice) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_return(&p, 1, 1, "A1", 1000, "r");
    pair_return(&p, 1, 1, "A1", 1000, "r");
    pair_quiet(&p);
    expect(&p, "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  200 entry 3, repeated\n"
               "[  260] till > node 1  POST /v1/returns\n"
               "[  260] node 1 > till  201 open 0\n"
               "[  260] till > node 1  POST /v1/returns/*/decide\n"
               "[  260] node 1 > till  200 authorised 500\n"
               "[  260] till > node 1  POST /v1/returns\n"
               "[  260] node 1 > till  200 authorised 500, repeated\n"
               "[  260] till > node 1  POST /v1/returns/*/decide\n"
               "[  260] node 1 > till  200 authorised 500, repeated\n"
               "[  360] node 1 > hub  push 2..6\n"
               "[  370] hub > node 1  ack 6 journal 4\n"
               "[  370] hub > operator  doorbell 4\n"
               "[  370] hub > node 1  doorbell 4\n"
               "[  380] node 1 > hub  pull journal from 3\n"
               "[  390] hub > node 1  journal 3..4\n"
               "[  400] node 1 > hub  pull journal from 4\n"
               "[  410] hub > node 1  journal 4..4\n");
}

Test(days, a_minute_without_customers) {
    open_shops(1);
    pair_run(&p, 60000);
    pair_quiet(&p);
    expect(&p, "[60000] node 1 > hub  hello: own 2 journal 3\n"
               "[60010] hub > node 1  welcome: yours 2 journal 3\n"
               "[60020] node 1 > hub  pull journal from 3\n"
               "[60030] hub > node 1  journal 3..3\n");
}

Test(days, a_new_policy_at_noon) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_return(&p, 1, 1, "A1", 1000, "before");
    pair_quiet(&p);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_note(&p, "-- changed minds are taken for 7 days only");
    pair_publish(&p, 7);
    pair_quiet(&p);
    pair_return(&p, 1, 1, "A2", 1000, "after");
    expect(&p, "[  260] till > node 1  POST /v1/sales\n"
               "[  260] node 1 > till  201 entry 3\n"
               "[  260] till > node 1  POST /v1/returns\n"
               "[  260] node 1 > till  201 open 0\n"
               "[  260] till > node 1  POST /v1/returns/*/decide\n"
               "[  260] node 1 > till  200 authorised 500\n"
               "[  360] node 1 > hub  push 2..6\n"
               "[  370] hub > node 1  ack 6 journal 4\n"
               "[  370] hub > operator  doorbell 4\n"
               "[  370] hub > node 1  doorbell 4\n"
               "[  380] node 1 > hub  pull journal from 3\n"
               "[  390] hub > node 1  journal 3..4\n"
               "[  400] node 1 > hub  pull journal from 4\n"
               "[  410] hub > node 1  journal 4..4\n"
               "[  420] till > node 1  POST /v1/sales\n"
               "[  420] node 1 > till  201 entry 7\n"
               "[  420] -- changed minds are taken for 7 days only\n"
               "[  420] operator > hub  put document\n"
               "[  420] operator > hub  put document\n"
               "[  420] operator > hub  put release\n"
               "[  430] hub > operator  done\n"
               "[  430] hub > operator  done\n"
               "[  430] hub > operator  done\n"
               "[  430] hub > operator  doorbell 5\n"
               "[  430] hub > node 1  doorbell 5\n"
               "[  440] node 1 > hub  pull journal from 4\n"
               "[  450] hub > node 1  journal 4..5\n"
               "[  460] node 1 > hub  pull documents: 1\n"
               "[  470] hub > node 1  documents: 1\n"
               "[  480] node 1 > hub  pull documents: 1\n"
               "[  490] hub > node 1  documents: 1\n"
               "[  500] node 1 > hub  pull journal from 5\n"
               "[  510] hub > node 1  journal 5..5\n"
               "[  520] node 1 > hub  push 6..9\n"
               "[  530] hub > node 1  ack 9 journal 6\n"
               "[  530] hub > operator  doorbell 6\n"
               "[  530] hub > node 1  doorbell 6\n"
               "[  540] node 1 > hub  pull journal from 5\n"
               "[  550] hub > node 1  journal 5..6\n"
               "[  560] node 1 > hub  pull journal from 6\n"
               "[  570] hub > node 1  journal 6..6\n"
               "[  580] till > node 1  POST /v1/returns\n"
               "[  580] node 1 > till  201 open 0\n"
               "[  580] till > node 1  POST /v1/returns/*/decide\n"
               "[  580] node 1 > till  200 decided 0\n");
}
