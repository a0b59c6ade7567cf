/* Another key above the keys, in steps, with crashes. */
#include "tests/unit/lib/keymap/fixture.h"

enum { KEYS = 60 };

static void fill(machine *m) {
    for (unsigned i = 0; i < KEYS; i++)
        names(m, i, CUSTOMER);
    /* one that was set aside: it is wrapped again too */
    samme_subject who = subject(0);
    samme_secret_key key = secret(0);
    Samme__KeyItem item = SAMME__KEY_ITEM__INIT, *items[] = {&item};
    item.subject = samme_bytes_of_span(SAMME_SPAN(who.bytes, sizeof who.bytes));
    item.key = samme_bytes_of_span(SAMME_SPAN(key.bytes, sizeof key.bytes));
    item.kind = CUSTOMER;
    item.sequence = 1;
    Samme__KeysPart part = SAMME__KEYS_PART__INIT;
    part.to = part.size = part.n_items = 1;
    part.items = items;
    uint8_t mark[8] = {1};
    part.mark = samme_bytes_of_span(SAMME_SPAN(mark, sizeof mark));
    must_be(samme_keymap_receive(&m->map, &part, 1, NULL, NULL), SAMME_OK, "receive");
    cr_assert_eq(figures(m).others, 1);
    leave(m, true);
    enter(m);
}

static void all_readable(machine *m) {
    for (unsigned i = 0; i < KEYS; i++)
        cr_assert(knows(m, i), "key %u", i);
}

/* How many rows lie under this key, by their bytes. */
static unsigned rows_under(machine *m, uint32_t number) {
    unsigned count = 0;
    for (uint8_t table = SAMME_KEYMAP_SUBJECT; table <= SAMME_KEYMAP_OTHER;
         table = (uint8_t)(table + SAMME_KEYMAP_OTHER - SAMME_KEYMAP_SUBJECT)) {
        uint8_t from[40];
        size_t length = 0;
        samme_span key, value;
        while (samme_space_seek(&m->space, table, SAMME_SPAN(from, length), &key, &value) ==
               SAMME_OK) {
            samme_arena_reset(&m->arena);
            if (table == SAMME_KEYMAP_SUBJECT) {
                const Samme__KeyRow *row = SAMME_UNPACK(KeyRow, key_row, value, &m->arena, NULL);
                cr_assert_not_null(row);
                count += !row->erased && row->wrapped_by == number;
            } else {
                const Samme__OtherKeyRow *row =
                    SAMME_UNPACK(OtherKeyRow, other_key_row, value, &m->arena, NULL);
                cr_assert_not_null(row);
                count += row->wrapped_by == number;
            }
            memcpy(from, key.data, key.length);
            from[key.length] = 0;
            length = key.length + 1;
        }
    }
    return count;
}

Test(renew, everything_is_wrapped_again_then_the_old_key_goes) {
    machine m;
    machine_make(&m, 1);
    fill(&m);
    const samme_keks old = m.keks;
    samme_keks_begin(&m.keks, 2, samme_prng_as_random(&m.prng));
    samme_keymap_set_keks(&m.map, &m.keks);
    unsigned steps = 0;
    while (!samme_keymap_renewed(&m.map)) {
        bool more;
        must_be(samme_keymap_renew(&m.map, 7, &more), SAMME_OK, "renew");
        all_readable(&m);
        leave(&m, true);
        enter(&m);
        cr_assert_lt(++steps, 100);
    }
    cr_assert_gt(steps, KEYS / 7);
    cr_assert_eq(rows_under(&m, old.current.number), 0);
    cr_assert_eq(rows_under(&m, m.keks.next.number), KEYS + 1);
    samme_keks_end(&m.keks);
    samme_keymap_set_keks(&m.map, &m.keks);
    must_be(samme_keymap_check(&m.map, NULL), SAMME_OK, "check");
    all_readable(&m);
    samme_keymap_set_keks(&m.map, &old);
    must_be(samme_keymap_check(&m.map, NULL), SAMME_CORRUPT, "the old key is worth nothing");
    machine_free(&m);
}

Test(renew, it_is_not_done_before_it_is_on_disk) {
    machine m;
    machine_make(&m, 1);
    fill(&m);
    samme_keks_begin(&m.keks, 2, samme_prng_as_random(&m.prng));
    samme_keymap_set_keks(&m.map, &m.keks);
    for (unsigned i = 0; i < 10; i++) {
        bool more;
        must_be(samme_keymap_renew(&m.map, 1000, &more), SAMME_OK, "renew");
        leave(&m, false);
        enter(&m);
        cr_assert_not(samme_keymap_renewed(&m.map));
    }
    samme_memory_store_sync(m.memory, SIZE_MAX);
    leave(&m, true);
    enter(&m);
    cr_assert(samme_keymap_renewed(&m.map));
    machine_free(&m);
}

/* At every point of it, with whatever of the steps before is on disk. */
Test(renew, a_crash_at_any_point_leaves_every_key_readable) {
    for (unsigned crash_at = 0; crash_at < 14; crash_at++)
        for (unsigned synced = 0; synced <= crash_at; synced++) {
            machine m;
            machine_make(&m, 1);
            fill(&m);
            samme_keks_begin(&m.keks, 2, samme_prng_as_random(&m.prng));
            samme_keymap_set_keks(&m.map, &m.keks); /* the file has both before */
            bool more;
            for (unsigned i = 0; i < crash_at; i++) {
                must_be(samme_keymap_renew(&m.map, 6, &more), SAMME_OK, "renew");
                names(&m, 1000 + i, CUSTOMER);
                leave(&m, i < synced);
                enter(&m);
            }
            machine_crash(&m);
            all_readable(&m);
            for (unsigned i = 0; !samme_keymap_renewed(&m.map); i++) {
                must_be(samme_keymap_renew(&m.map, 50, &more), SAMME_OK, "renew");
                leave(&m, true);
                enter(&m);
                cr_assert_lt(i, 50);
            }
            cr_assert_eq(rows_under(&m, m.keks.current.number), 0);
            samme_keks_end(&m.keks);
            samme_keymap_set_keks(&m.map, &m.keks);
            all_readable(&m);
            machine_free(&m);
        }
}

Test(renew, a_step_that_was_abandoned_is_done_again) {
    machine m;
    machine_make(&m, 1);
    fill(&m);
    samme_keks_begin(&m.keks, 2, samme_prng_as_random(&m.prng));
    samme_keymap_set_keks(&m.map, &m.keks);
    bool more;
    must_be(samme_keymap_renew(&m.map, 40, &more), SAMME_OK, "renew");
    samme_space_abandon(&m.space);
    samme_keymap_abandoned(&m.map);
    enter(&m);
    while (!samme_keymap_renewed(&m.map)) {
        must_be(samme_keymap_renew(&m.map, 40, &more), SAMME_OK, "renew");
        leave(&m, true);
        enter(&m);
    }
    cr_assert_eq(rows_under(&m, m.keks.current.number), 0);
    machine_free(&m);
}

static void renew_all(machine *m) {
    samme_keks_begin(&m->keks, 2, samme_prng_as_random(&m->prng));
    samme_keymap_set_keks(&m->map, &m->keks);
    while (!samme_keymap_renewed(&m->map)) {
        bool more;
        must_be(samme_keymap_renew(&m->map, 20, &more), SAMME_OK, "renew");
        leave(m, true);
        enter(m);
    }
    samme_keks_end(&m->keks);
    samme_keymap_set_keks(&m->map, &m->keks);
}

/* An erasure during a renewal may leave bytes under the new key in the store's pages. */
Test(renew, it_is_due_after_erasures_until_one_began_behind_them) {
    machine m;
    machine_make(&m, 1);
    fill(&m);
    cr_assert_not(figures(&m).renewal_due);
    const samme_subject one = subject(1), two = subject(2);
    must_be(samme_keymap_erase(&m.map, &one), SAMME_OK, "erase");
    cr_assert(figures(&m).renewal_due);
    samme_keks_begin(&m.keks, 2, samme_prng_as_random(&m.prng));
    samme_keymap_set_keks(&m.map, &m.keks);
    bool more;
    must_be(samme_keymap_renew(&m.map, 20, &more), SAMME_OK, "renew");
    must_be(samme_keymap_erase(&m.map, &two), SAMME_OK, "erase");
    renew_all(&m);
    cr_assert(figures(&m).renewal_due);
    renew_all(&m);
    cr_assert_not(figures(&m).renewal_due);
    cr_assert(known(&m, 1).erased && known(&m, 2).erased);
    machine_free(&m);
}

Test(renew, an_empty_map_is_renewed_as_well) {
    machine m;
    machine_make(&m, 1);
    renew_all(&m);
    names(&m, 1, CUSTOMER);
    leave(&m, true);
    enter(&m);
    machine_crash(&m);
    cr_assert(knows(&m, 1));
    machine_free(&m);
}
