/* Whose right it is to refund: lent by the branch that sold, spent, refused, given back. */
#include <stdio.h>

#include "tests/scenario/expect.h"

static pair p;
static void teardown(void) {
    all_agree(&p);
    pair_close(&p);
}
TestSuite(claims, .fini = teardown);

/* Shops that know of a sale of one thing at the first of them. */
static void open_shops(unsigned nodes) {
    pair_open(&p, nodes);
    pair_publish(&p, 30);
    pair_quiet(&p);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    pair_forget(&p);
}

static const Samme__ReturnView *the_case(void) {
    cr_assert_not_null(p.answer.answer, "the till was refused");
    return p.answer.answer->return_case;
}

static void expect_claim(Samme__Claim claim, size_t loans) {
    const Samme__ReturnDecided *decided = the_case()->decided;
    cr_assert_eq(decided->lines[0]->facts->claim, claim, "claim %d",
                 decided->lines[0]->facts->claim);
    cr_assert_eq(decided->n_lent, loans);
}

static void complete(unsigned number, const char *body) {
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/complete", the_case()->case_code);
    cr_assert_eq(pair_ask(&p, number, path, "done", body, 0), 200);
}

Test(claims, anna_buys_in_one_shop_and_returns_in_another) {
    open_shops(3);
    pair_return(&p, 2, 1, "A1", 1000, "anna");
    expect_claim(SAMME__CLAIM__lent, 1);
    complete(2, "{\"outcome\":\"paid\",\"paid\":\"500\"}");
    pair_note(&p, "-- she tries again in a third one, at once");
    pair_return(&p, 3, 1, "A1", 1000, "again");
    expect_claim(SAMME__CLAIM__taken, 0);
    cr_assert_eq(the_case()->refund, 0);
    pair_quiet(&p);
    expect(&p, "[  460] till > node 2  POST /v1/returns\n"
               "[  460] node 2 > till  201 open 0\n"
               "[  460] node 2 > hub  claim ask: lines 1\n"
               "[  460] till > node 2  POST /v1/returns/*/decide\n"
               "[  470] hub > node 1  claim ask: lines 1 for 2\n"
               "[  480] node 1 > hub  claim answer: granted\n"
               "[  480] node 1 > hub  push 4..6\n"
               "[  490] hub > node 2  claim answer: granted\n"
               "[  490] hub > node 1  ack 6 journal 7\n"
               "[  490] hub > operator  doorbell 7\n"
               "[  490] hub > node 1  doorbell 7\n"
               "[  490] hub > node 2  doorbell 7\n"
               "[  490] hub > node 3  doorbell 7\n"
               "[  500] node 1 > hub  pull journal from 6\n"
               "[  500] node 2 > hub  pull journal from 6\n"
               "[  500] node 3 > hub  pull journal from 6\n"
               "[  510] hub > node 1  journal 6..7\n"
               "[  510] hub > node 2  journal 6..7\n"
               "[  510] hub > node 3  journal 6..7\n"
               "[  520] node 1 > hub  pull journal from 7\n"
               "[  520] node 2 > hub  pull entries of 6\n"
               "[  520] node 3 > hub  pull entries of 6\n"
               "[  530] hub > node 1  journal 7..7\n"
               "[  530] hub > node 2  entries of 6\n"
               "[  530] hub > node 3  entries of 6\n"
               "[  540] node 2 > hub  pull journal from 7\n"
               "[  540] node 2 > till  200 authorised 500\n"
               "[  540] node 3 > hub  pull journal from 7\n"
               "[  540] till > node 2  POST /v1/returns/*/complete\n"
               "[  540] node 2 > till  200 paid 500\n"
               "[  540] -- she tries again in a third one, at once\n"
               "[  540] till > node 3  POST /v1/returns\n"
               "[  540] node 3 > till  201 open 0\n"
               "[  540] till > node 3  POST /v1/returns/*/decide\n"
               "[  540] node 3 > till  200 decided 0\n"
               "[  550] hub > node 2  journal 7..7\n"
               "[  550] hub > node 3  journal 7..7\n"
               "[  560] node 2 > hub  push 2..6\n"
               "[  570] hub > node 2  ack 6 journal 8\n"
               "[  570] hub > operator  doorbell 8\n"
               "[  570] hub > node 1  doorbell 8\n"
               "[  570] hub > node 2  doorbell 8\n"
               "[  570] hub > node 3  doorbell 8\n"
               "[  580] node 1 > hub  pull journal from 7\n"
               "[  580] node 2 > hub  pull journal from 7\n"
               "[  580] node 3 > hub  pull journal from 7\n"
               "[  590] hub > node 1  journal 7..8\n"
               "[  590] hub > node 2  journal 7..8\n"
               "[  590] hub > node 3  journal 7..8\n"
               "[  600] node 1 > hub  pull entries of 7\n"
               "[  600] node 2 > hub  pull journal from 8\n"
               "[  600] node 3 > hub  pull entries of 7\n"
               "[  610] hub > node 1  entries of 7\n"
               "[  610] hub > node 2  journal 8..8\n"
               "[  610] hub > node 3  entries of 7\n"
               "[  620] node 1 > hub  pull journal from 8\n"
               "[  620] node 3 > hub  pull journal from 8\n"
               "[  630] hub > node 1  journal 8..8\n"
               "[  630] hub > node 3  journal 8..8\n"
               "[  640] node 3 > hub  push 2..5\n"
               "[  650] hub > node 3  ack 5 journal 9\n"
               "[  650] hub > operator  doorbell 9\n"
               "[  650] hub > node 1  doorbell 9\n"
               "[  650] hub > node 2  doorbell 9\n"
               "[  650] hub > node 3  doorbell 9\n"
               "[  660] node 1 > hub  pull journal from 8\n"
               "[  660] node 2 > hub  pull journal from 8\n"
               "[  660] node 3 > hub  pull journal from 8\n"
               "[  670] hub > node 1  journal 8..9\n"
               "[  670] hub > node 2  journal 8..9\n"
               "[  670] hub > node 3  journal 8..9\n"
               "[  680] node 1 > hub  pull entries of 8\n"
               "[  680] node 2 > hub  pull entries of 8\n"
               "[  680] node 3 > hub  pull journal from 9\n"
               "[  690] hub > node 1  entries of 8\n"
               "[  690] hub > node 2  entries of 8\n"
               "[  690] hub > node 3  journal 9..9\n"
               "[  700] node 1 > hub  pull journal from 9\n"
               "[  700] node 2 > hub  pull journal from 9\n"
               "[  710] hub > node 1  journal 9..9\n"
               "[  710] hub > node 2  journal 9..9\n");
}

Test(claims, two_shops_ask_for_one_thing_at_once) {
    open_shops(3);
    char body[300] = "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"A1\",\"businessDate\":"
                     "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":"
                     "\"changed_mind\",\"condition\":\"unopened\",\"receiptKind\":\"receipt\"}";
    pair_ask(&p, 2, "/v1/returns", "open", body, 0);
    pair_return(&p, 3, 1, "A1", 1000, "third");
    expect_claim(SAMME__CLAIM__taken, 0);
    expect(&p, "[  460] till > node 2  POST /v1/returns\n"
               "[  460] node 2 > till  201 open 0\n"
               "[  460] node 2 > hub  claim ask: lines 1\n"
               "[  460] till > node 3  POST /v1/returns\n"
               "[  460] node 3 > till  201 open 0\n"
               "[  460] node 3 > hub  claim ask: lines 1\n"
               "[  460] till > node 3  POST /v1/returns/*/decide\n"
               "[  470] hub > node 1  claim ask: lines 1 for 2\n"
               "[  470] hub > node 1  claim ask: lines 1 for 3\n"
               "[  480] node 1 > hub  claim answer: granted\n"
               "[  480] node 1 > hub  push 4..6\n"
               "[  480] node 1 > hub  claim answer: not_left\n"
               "[  490] hub > node 2  claim answer: granted\n"
               "[  490] hub > node 1  ack 6 journal 7\n"
               "[  490] hub > operator  doorbell 7\n"
               "[  490] hub > node 1  doorbell 7\n"
               "[  490] hub > node 2  doorbell 7\n"
               "[  490] hub > node 3  doorbell 7\n"
               "[  490] hub > node 3  claim answer: not_left\n"
               "[  500] node 1 > hub  pull journal from 6\n"
               "[  500] node 2 > hub  pull journal from 6\n"
               "[  500] node 3 > hub  pull journal from 6\n"
               "[  510] hub > node 1  journal 6..7\n"
               "[  510] hub > node 2  journal 6..7\n"
               "[  510] hub > node 3  journal 6..7\n"
               "[  520] node 1 > hub  pull journal from 7\n"
               "[  520] node 2 > hub  pull entries of 6\n"
               "[  520] node 3 > hub  pull entries of 6\n"
               "[  530] hub > node 1  journal 7..7\n"
               "[  530] hub > node 2  entries of 6\n"
               "[  530] hub > node 3  entries of 6\n"
               "[  540] node 2 > hub  pull journal from 7\n"
               "[  540] node 3 > hub  pull journal from 7\n"
               "[  540] node 3 > till  200 decided 0\n");
}

Test(claims, the_line_is_cut) {
    open_shops(2);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_quiet(&p);
    pair_forget(&p);
    pair_cut(&p, 2, true, true);
    pair_return(&p, 2, 1, "A1", 1000, "alone");
    expect_claim(SAMME__CLAIM__unconfirmed, 0);
    pair_note(&p, "-- who comes next does not wait for the same silence");
    pair_return(&p, 2, 1, "A2", 1000, "next");
    expect_claim(SAMME__CLAIM__unconfirmed, 0);
    expect(&p, "[  640] node 2 is cut off\n"
               "[  640] till > node 2  POST /v1/returns\n"
               "[  640] node 2 > till  201 open 0\n"
               "[  640] node 2 > hub  claim ask: lines 1 (lost)\n"
               "[  640] till > node 2  POST /v1/returns/*/decide\n"
               "[  740] node 2 > hub  push 2..4 (lost)\n"
               "[  890] node 2 > hub  claim ask: lines 1 (lost)\n"
               "[ 1140] node 2 > hub  claim ask: lines 1 (lost)\n"
               "[ 1390] node 2 > hub  claim ask: lines 1 (lost)\n"
               "[ 1440] node 2 > till  200 authorised 500\n"
               "[ 1440] -- who comes next does not wait for the same silence\n"
               "[ 1440] till > node 2  POST /v1/returns\n"
               "[ 1440] node 2 > till  201 open 0\n"
               "[ 1440] node 2 > hub  claim ask: lines 1 (lost)\n"
               "[ 1440] till > node 2  POST /v1/returns/*/decide\n"
               "[ 1440] node 2 > till  200 authorised 500\n");
}

Test(claims, the_shop_that_sold_is_away) {
    open_shops(2);
    pair_cut(&p, 1, true, true);
    pair_run(&p, 95000);
    pair_forget(&p);
    pair_return(&p, 2, 1, "A1", 1000, "silent");
    expect_claim(SAMME__CLAIM__unconfirmed, 0);
    expect(&p, "[95460] till > node 2  POST /v1/returns\n"
               "[95460] node 2 > till  201 open 0\n"
               "[95460] node 2 > hub  claim ask: lines 1\n"
               "[95460] till > node 2  POST /v1/returns/*/decide\n"
               "[95470] hub > node 2  claim answer: silent\n"
               "[95480] node 2 > till  200 authorised 500\n");
}

Test(claims, the_shop_that_sold_has_just_crashed) {
    open_shops(2);
    samme_network_disconnect(p.network, &p.chain.branches[0].curve);
    pair_return(&p, 2, 1, "A1", 1000, "gone");
    expect_claim(SAMME__CLAIM__unconfirmed, 0);
    expect(&p, "[  460] till > node 2  POST /v1/returns\n"
               "[  460] node 2 > till  201 open 0\n"
               "[  460] node 2 > hub  claim ask: lines 1\n"
               "[  460] till > node 2  POST /v1/returns/*/decide\n"
               "[  470] hub > node 1  claim ask: lines 1 for 2\n"
               "[  470] hub > node 2  claim answer: silent\n"
               "[  480] node 2 > till  200 authorised 500\n");
    samme_network_reconnect(p.network, &p.chain.branches[0].curve);
}

Test(claims, a_loan_that_comes_too_late_is_given_back) {
    open_shops(2);
    pair_cut(&p, 2, false, true);
    pair_return(&p, 2, 1, "A1", 1000, "late");
    expect_claim(SAMME__CLAIM__unconfirmed, 0);
    complete(2, "{\"outcome\":\"cancelled\"}");
    pair_note(&p, "-- and now the loan comes");
    pair_cut(&p, 2, false, false);
    pair_run(&p, 6000);
    pair_quiet(&p);
    pair_note(&p, "-- so that she gets her money where she bought");
    pair_return(&p, 1, 1, "A1", 1000, "home");
    expect_claim(SAMME__CLAIM__own, 0);
    cr_assert_eq(the_case()->refund, 500);
    expect(&p, "[  460] node 2 does not hear\n"
               "[  460] till > node 2  POST /v1/returns\n"
               "[  460] node 2 > till  201 open 0\n"
               "[  460] node 2 > hub  claim ask: lines 1\n"
               "[  460] till > node 2  POST /v1/returns/*/decide\n"
               "[  470] hub > node 1  claim ask: lines 1 for 2\n"
               "[  480] node 1 > hub  claim answer: granted\n"
               "[  480] node 1 > hub  push 4..6\n"
               "[  490] hub > node 2  claim answer: granted (lost)\n"
               "[  490] hub > node 1  ack 6 journal 6\n"
               "[  490] hub > operator  doorbell 6\n"
               "[  490] hub > node 1  doorbell 6\n"
               "[  490] hub > node 2  doorbell 6 (lost)\n"
               "[  500] node 1 > hub  pull journal from 5\n"
               "[  510] hub > node 1  journal 5..6\n"
               "[  520] node 1 > hub  pull journal from 6\n"
               "[  530] hub > node 1  journal 6..6\n"
               "[  560] node 2 > hub  push 2..4\n"
               "[  570] hub > node 2  ack 4 journal 7 (lost)\n"
               "[  570] hub > operator  doorbell 7\n"
               "[  570] hub > node 1  doorbell 7\n"
               "[  570] hub > node 2  doorbell 7 (lost)\n"
               "[  580] node 1 > hub  pull journal from 6\n"
               "[  590] hub > node 1  journal 6..7\n"
               "[  600] node 1 > hub  pull entries of 6\n"
               "[  610] hub > node 1  entries of 6\n"
               "[  620] node 1 > hub  pull journal from 7\n"
               "[  630] hub > node 1  journal 7..7\n"
               "[  710] node 2 > hub  claim ask: lines 1\n"
               "[  720] hub > node 1  claim ask: lines 1 for 2\n"
               "[  730] node 1 > hub  claim answer: granted\n"
               "[  740] hub > node 2  claim answer: granted (lost)\n"
               "[  960] node 2 > hub  claim ask: lines 1\n"
               "[  970] hub > node 1  claim ask: lines 1 for 2\n"
               "[  980] node 1 > hub  claim answer: granted\n"
               "[  990] hub > node 2  claim answer: granted (lost)\n"
               "[ 1210] node 2 > hub  claim ask: lines 1\n"
               "[ 1220] hub > node 1  claim ask: lines 1 for 2\n"
               "[ 1230] node 1 > hub  claim answer: granted\n"
               "[ 1240] hub > node 2  claim answer: granted (lost)\n"
               "[ 1260] node 2 > till  200 authorised 500\n"
               "[ 1260] till > node 2  POST /v1/returns/*/complete\n"
               "[ 1260] node 2 > till  200 cancelled 500\n"
               "[ 1260] -- and now the loan comes\n"
               "[ 1260] node 2 is connected\n"
               "[ 5560] node 2 > hub  push 2..4\n"
               "[ 5570] hub > node 2  ack 4 journal 7\n"
               "[ 5580] node 2 > hub  push 4..7\n"
               "[ 5580] node 2 > hub  pull journal from 5\n"
               "[ 5590] hub > node 2  ack 7 journal 8\n"
               "[ 5590] hub > operator  doorbell 8\n"
               "[ 5590] hub > node 1  doorbell 8\n"
               "[ 5590] hub > node 2  doorbell 8\n"
               "[ 5590] hub > node 2  journal 5..8\n"
               "[ 5600] node 1 > hub  pull journal from 7\n"
               "[ 5600] node 2 > hub  pull entries of 5\n"
               "[ 5610] hub > node 1  journal 7..8\n"
               "[ 5610] hub > node 2  entries of 5 6 7\n"
               "[ 5620] node 1 > hub  pull entries of 7\n"
               "[ 5620] node 2 > hub  pull journal from 8\n"
               "[ 5620] node 2 > hub  push 7..9\n"
               "[ 5630] hub > node 1  entries of 7\n"
               "[ 5630] hub > node 2  journal 8..8\n"
               "[ 5630] hub > node 2  ack 9 journal 9\n"
               "[ 5630] hub > operator  doorbell 9\n"
               "[ 5630] hub > node 1  doorbell 9\n"
               "[ 5630] hub > node 2  doorbell 9\n"
               "[ 5640] node 1 > hub  pull journal from 8\n"
               "[ 5640] node 2 > hub  pull journal from 8\n"
               "[ 5650] hub > node 1  journal 8..9\n"
               "[ 5650] hub > node 2  journal 8..9\n"
               "[ 5660] node 1 > hub  pull entries of 8\n"
               "[ 5660] node 2 > hub  pull journal from 9\n"
               "[ 5670] hub > node 1  entries of 8\n"
               "[ 5670] hub > node 2  journal 9..9\n"
               "[ 5680] node 1 > hub  pull journal from 9\n"
               "[ 5690] hub > node 1  journal 9..9\n"
               "[ 7260] -- so that she gets her money where she bought\n"
               "[ 7260] till > node 1  POST /v1/returns\n"
               "[ 7260] node 1 > till  201 open 0\n"
               "[ 7260] till > node 1  POST /v1/returns/*/decide\n"
               "[ 7260] node 1 > till  200 authorised 500\n");
}
