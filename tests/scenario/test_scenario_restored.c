/* The hub's disk is lost or comes back from an old copy: it fills itself up from the nodes. */

#include "tests/scenario/expect.h"

static pair p;
static void teardown(void) {
    all_agree(&p);
    pair_close(&p);
}
TestSuite(restored, .fini = teardown);

static void open_shops(unsigned nodes) {
    pair_open(&p, nodes);
    pair_publish(&p, 30);
    pair_quiet(&p);
    p.hub_gather_ms = 3000;
    pair_forget(&p);
}

/* Everything that was pushed is in the journal, and everybody holds it. */
static void all_is_there(uint64_t records) {
    const samme_hub_view hub = pair_look_hub(&p);
    cr_assert(hub.serves, "%s", hub.waits_for);
    cr_assert_eq(hub.journal_size, records);
    for (unsigned number = 1; number <= p.node_count; number++) {
        const samme_node_view node = pair_look(&p, number);
        cr_assert_eq(node.acked_size, node.own_size);
        cr_assert_eq(node.folded_size, records);
    }
}

Test(restored, an_old_copy_is_put_back) {
    open_shops(2);
    pair_back_up_hub(&p);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_sell(&p, 2, "B1", 1000, 500);
    pair_quiet(&p);
    pair_restore_hub(&p);
    pair_forget(&p);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_sell(&p, 2, "B2", 1000, 500);
    pair_run(&p, 6000);
    pair_quiet(&p);
    expect(&p, "[  460] till > node 1  POST /v1/sales\n"
               "[  460] node 1 > till  201 entry 5\n"
               "[  460] till > node 2  POST /v1/sales\n"
               "[  460] node 2 > till  201 entry 5\n"
               "[  560] node 1 > hub  push 4..6\n"
               "[  560] node 2 > hub  push 4..6\n"
               "[  570] hub > node 1  refused push: denied\n"
               "[  570] hub > node 2  refused push: denied\n"
               "[ 1636] node 2 > hub  hello: own 6 journal 6\n"
               "[ 1646] hub > node 2  ask head: has 4\n"
               "[ 1646] hub > node 2  later: hello\n"
               "[ 1656] node 2 > hub  head 6\n"
               "[ 1666] hub > node 2  pull journal from 4\n"
               "[ 1676] node 2 > hub  journal 4..6\n"
               "[ 1686] hub > node 2  pull entries of 4\n"
               "[ 1696] node 2 > hub  entries of 4 5\n"
               "[ 1770] node 1 > hub  hello: own 6 journal 6\n"
               "[ 1780] hub > node 1  later: hello\n"
               "[ 1780] hub > node 1  welcome: yours 4 journal 6\n"
               "[ 1780] hub > node 2  welcome: yours 4 journal 6\n"
               "[ 1780] hub > node 1  doorbell 6\n"
               "[ 1780] hub > node 2  doorbell 6\n"
               "[ 1790] node 1 > hub  push 4..6\n"
               "[ 1790] node 1 > hub  pull journal from 6\n"
               "[ 1790] node 2 > hub  push 4..6\n"
               "[ 1790] node 2 > hub  pull journal from 6\n"
               "[ 1800] hub > node 1  ack 6 journal 7\n"
               "[ 1800] hub > node 1  doorbell 7\n"
               "[ 1800] hub > node 2  doorbell 7\n"
               "[ 1800] hub > node 1  journal 6..7\n"
               "[ 1800] hub > node 2  ack 6 journal 8\n"
               "[ 1800] hub > node 1  doorbell 8\n"
               "[ 1800] hub > node 2  doorbell 8\n"
               "[ 1800] hub > node 2  journal 6..8\n"
               "[ 1810] node 1 > hub  pull journal from 7\n"
               "[ 1810] node 2 > hub  pull entries of 6\n"
               "[ 1820] hub > node 1  journal 7..8\n"
               "[ 1820] hub > node 2  entries of 6 7\n"
               "[ 1830] node 1 > hub  pull entries of 7\n"
               "[ 1830] node 2 > hub  pull journal from 8\n"
               "[ 1840] hub > node 1  entries of 7\n"
               "[ 1840] hub > node 2  journal 8..8\n"
               "[ 1850] node 1 > hub  pull journal from 8\n"
               "[ 1860] hub > node 1  journal 8..8\n");
    all_is_there(8);
}

Test(restored, the_disk_is_lost_and_only_the_operators_folder_is_left) {
    open_shops(1);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_quiet(&p);
    pair_lose_disk(&p, 0);
    pair_forget(&p);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_run(&p, 6000);
    pair_quiet(&p);
    expect(&p, "[  420] till > node 1  POST /v1/sales\n"
               "[  420] node 1 > till  201 entry 5\n"
               "[  520] node 1 > hub  push 4..6\n"
               "[  530] hub > node 1  refused push: denied\n"
               "[ 1730] node 1 > hub  hello: own 6 journal 4\n"
               "[ 1740] hub > node 1  ask head: has 0\n"
               "[ 1740] hub > node 1  later: hello\n"
               "[ 1750] node 1 > hub  head 4\n"
               "[ 1760] hub > node 1  pull journal from 0\n"
               "[ 1770] node 1 > hub  journal 0..4\n"
               "[ 1780] hub > node 1  pull documents: 1\n"
               "[ 1790] node 1 > hub  documents: 1\n"
               "[ 1800] hub > node 1  pull documents: 2\n"
               "[ 1810] node 1 > hub  documents: 2\n"
               "[ 1820] hub > node 1  pull entries of 2\n"
               "[ 1830] node 1 > hub  entries of 2 3\n"
               "[ 1840] hub > node 1  welcome: yours 4 journal 4\n"
               "[ 1840] hub > node 1  doorbell 4\n"
               "[ 1850] node 1 > hub  push 4..6\n"
               "[ 1850] node 1 > hub  pull journal from 4\n"
               "[ 1860] hub > node 1  ack 6 journal 5\n"
               "[ 1860] hub > node 1  doorbell 5\n"
               "[ 1860] hub > node 1  journal 4..5\n"
               "[ 1870] node 1 > hub  pull journal from 5\n"
               "[ 1880] hub > node 1  journal 5..5\n");
    all_is_there(5);
}

/* The hub acknowledged a batch, and was lost before anybody pulled it: the branch has it. */
Test(restored, what_was_acknowledged_and_pulled_by_nobody_is_pushed_again) {
    open_shops(1);
    pair_back_up_hub(&p);
    pair_sell(&p, 1, "A1", 1000, 500);
    pair_run(&p, 120); /* pushed, acknowledged, not pulled */
    cr_assert_eq(pair_look(&p, 1).acked_size, 4);
    cr_assert_eq(pair_look(&p, 1).journal_size, 3);
    pair_restore_hub(&p);
    pair_forget(&p);
    pair_sell(&p, 1, "A2", 1000, 500);
    pair_run(&p, 6000);
    pair_quiet(&p);
    expect(&p, "[  380] till > node 1  POST /v1/sales\n"
               "[  380] node 1 > till  201 entry 5\n"
               "[  480] node 1 > hub  push 4..6\n"
               "[  490] hub > node 1  refused push: denied\n"
               "[ 1690] node 1 > hub  hello: own 6 journal 3\n"
               "[ 1700] hub > node 1  later: hello\n"
               "[ 1700] hub > node 1  welcome: yours 2 journal 3\n"
               "[ 1700] hub > node 1  doorbell 3\n"
               "[ 1710] node 1 > hub  push 2..4\n"
               "[ 1720] hub > node 1  ack 4 journal 4\n"
               "[ 1720] hub > node 1  doorbell 4\n"
               "[ 1730] node 1 > hub  push 4..6\n"
               "[ 1740] hub > node 1  ack 6 journal 5\n"
               "[ 1740] hub > node 1  doorbell 5\n"
               "[ 3380] node 1 > hub  pull journal from 3\n"
               "[ 3390] hub > node 1  journal 3..5\n"
               "[ 3400] node 1 > hub  pull journal from 5\n"
               "[ 3410] hub > node 1  journal 5..5\n");
    all_is_there(5);
}

/* Node 2 holds the record, and a head over it that the hub signed; the entries are at node 1 alone,
 * which does not hold the record. */
Test(restored, the_entries_of_the_newest_record_are_in_the_log_of_their_branch_only) {
    open_shops(2);
    pair_back_up_hub(&p);
    pair_cut(&p, 1, false, true);
    pair_sell(&p, 1, "A1", 1000, 500);
    while (pair_look(&p, 2).journal_size == pair_look(&p, 1).journal_size)
        pair_run(&p, 1);
    p.hub_recovers = true;
    pair_restore_hub(&p);
    pair_cut(&p, 1, false, false);
    cr_assert_lt(pair_look(&p, 2).folded_size, pair_look(&p, 2).journal_size);
    pair_forget(&p);
    pair_sell(&p, 2, "B1", 1000, 500); /* makes node 2 say hello */
    pair_run(&p, 8000);
    pair_quiet(&p);
    expect(&p, "[  420] till > node 2  POST /v1/sales\n"
               "[  420] node 2 > till  201 entry 3\n"
               "[  520] node 2 > hub  push 2..4\n"
               "[  530] hub > node 2  refused push: denied\n"
               "[ 1596] node 2 > hub  hello: own 4 journal 5\n"
               "[ 1606] hub > node 2  ask head: has 4\n"
               "[ 1606] hub > node 2  later: hello\n"
               "[ 1616] node 2 > hub  head 5\n"
               "[ 1626] hub > node 2  pull journal from 4\n"
               "[ 1636] node 2 > hub  journal 4..5\n"
               "[ 1646] hub > node 2  pull entries of 4\n"
               "[ 1656] node 2 > hub  entries of nothing\n"
               "[ 1666] hub > node 2  pull entries of 4\n"
               "[ 1676] node 2 > hub  entries of nothing\n"
               "[ 1686] hub > node 2  pull entries of 4\n"
               "[ 1696] node 2 > hub  entries of nothing\n"
               "[ 3652] node 2 > hub  hello: own 4 journal 5\n"
               "[ 3662] hub > node 2  ask head: has 4\n"
               "[ 3662] hub > node 2  later: hello\n"
               "[ 3662] hub > node 2  pull entries of 4\n"
               "[ 3672] node 2 > hub  head 5\n"
               "[ 3672] node 2 > hub  entries of nothing\n"
               "[ 3682] hub > node 2  pull entries of 4\n"
               "[ 3692] node 2 > hub  entries of nothing\n"
               "[ 3702] hub > node 2  pull entries of 4\n"
               "[ 3712] node 2 > hub  entries of nothing\n"
               "[ 5380] node 1 > hub  push 2..4\n"
               "[ 5390] hub > node 1  refused push: denied\n"
               "[ 6590] node 1 > hub  hello: own 4 journal 4\n"
               "[ 6600] hub > node 1  later: hello\n"
               "[ 6600] hub > node 1  pull entries of 4\n"
               "[ 6610] node 1 > hub  entries of 4\n"
               "[ 6620] hub > node 2  welcome: yours 2 journal 5\n"
               "[ 6620] hub > node 1  welcome: yours 4 journal 5\n"
               "[ 6620] hub > node 2  doorbell 5\n"
               "[ 6620] hub > node 1  doorbell 5\n"
               "[ 6630] node 1 > hub  pull journal from 4\n"
               "[ 6630] node 2 > hub  push 2..4\n"
               "[ 6630] node 2 > hub  pull entries of 4\n"
               "[ 6640] hub > node 1  journal 4..5\n"
               "[ 6640] hub > node 2  ack 4 journal 6\n"
               "[ 6640] hub > node 2  doorbell 6\n"
               "[ 6640] hub > node 1  doorbell 6\n"
               "[ 6640] hub > node 2  entries of 4 5\n"
               "[ 6650] node 1 > hub  pull journal from 5\n"
               "[ 6650] node 2 > hub  pull journal from 5\n"
               "[ 6660] hub > node 1  journal 5..6\n"
               "[ 6660] hub > node 2  journal 5..6\n"
               "[ 6670] node 1 > hub  pull entries of 5\n"
               "[ 6670] node 2 > hub  pull journal from 6\n"
               "[ 6680] hub > node 1  entries of 5\n"
               "[ 6680] hub > node 2  journal 6..6\n"
               "[ 6690] node 1 > hub  pull journal from 6\n"
               "[ 6700] hub > node 1  journal 6..6\n");
    all_is_there(6);
}

Test(restored, a_hub_whose_clock_is_not_the_nodes_waits_for_an_operator) {
    open_shops(3);
    pair_stop_hub(&p);
    p.hub_clock_offset_ms = 301000;
    pair_start_hub(&p);
    for (unsigned number = 1; number <= 3; number++)
        pair_sell(&p, number, "A1", 1000, 500);
    pair_run(&p, 8000);
    cr_assert_not_null(strstr(pair_look_hub(&p).trouble, "ahead of this one by -301 s"), "%s",
                       pair_look_hub(&p).trouble);
    cr_assert_eq(pair_look_hub(&p).journal_size, 5);
    pair_stop_hub(&p);
    p.hub_clock_confirmed = true;
    pair_start_hub(&p);
    pair_run(&p, 15000);
    pair_quiet(&p);
    all_is_there(8);
}
