/* The key map between a hub and two branches, a rule at a time. */
#include "tests/unit/lib/keymap/fixture.h"

typedef struct chain {
    machine hub, one, two;
} chain;

static void open_chain(chain *c) {
    machine_make(&c->hub, 1);
    machine_make(&c->one, 2);
    machine_make(&c->two, 3);
}
static void close_chain(chain *c) {
    machine_free(&c->hub);
    machine_free(&c->one);
    machine_free(&c->two);
}
static void all_pull(chain *c) {
    must_be(pulls(&c->one, &c->hub, 1, NULL), SAMME_OK, "pull");
    must_be(pulls(&c->two, &c->hub, 2, NULL), SAMME_OK, "pull");
}

Test(keymap, a_key_travels) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CUSTOMER);
    names(&c.one, 1, CUSTOMER); /* the second time it is there */
    cr_assert_eq(figures(&c.one).made, 1);
    cr_assert_eq(pushes(&c.one, &c.hub, 1, CUSTOMER, 1), SAMME_KEY_TAKEN);
    cr_assert_eq(pushes(&c.one, &c.hub, 1, CUSTOMER, 1), SAMME_KEY_HELD); /* doubled */
    cr_assert_eq(figures(&c.hub).size, 1);
    cr_assert_not(known(&c.one, 1).settled);
    all_pull(&c);
    cr_assert(known(&c.one, 1).settled);
    cr_assert(same_key(&c.one, &c.hub, 1));
    cr_assert(same_key(&c.two, &c.hub, 1));
    const samme_subject who = subject(1);
    samme_secret_key key;
    must_be(samme_keymap_unsettled(&c.one.map, &who, &key), SAMME_NOT_FOUND, "not pushed again");
    names(&c.two, 1, CUSTOMER);
    cr_assert_eq(figures(&c.two).made, 0);
    close_chain(&c);
}

Test(keymap, a_second_key_is_set_aside_and_gives_way) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CUSTOMER);
    names(&c.two, 1, CUSTOMER);
    cr_assert_not(same_key(&c.one, &c.two, 1));
    cr_assert_eq(pushes(&c.one, &c.hub, 1, CUSTOMER, 1), SAMME_KEY_TAKEN);
    cr_assert_eq(pushes(&c.two, &c.hub, 1, CUSTOMER, 2), SAMME_KEY_SET_ASIDE);
    cr_assert_eq(pushes(&c.two, &c.hub, 1, CUSTOMER, 2), SAMME_KEY_SET_ASIDE);
    cr_assert_eq(figures(&c.hub).others, 1);
    cr_assert_eq(figures(&c.hub).customers, 1);
    all_pull(&c);
    cr_assert(same_key(&c.one, &c.hub, 1));
    cr_assert(same_key(&c.two, &c.hub, 1));
    cr_assert_eq(figures(&c.two).others, 1);
    cr_assert_eq(pushes(&c.two, &c.hub, 1, CUSTOMER, 2), SAMME_KEY_HELD);
    close_chain(&c);
}

/* Though its sequence was passed when the second one came. */
Test(keymap, who_was_set_aside_learns_it_when_it_has_pulled_before) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CLERK);
    cr_assert_eq(pushes(&c.one, &c.hub, 1, CLERK, 1), SAMME_KEY_TAKEN);
    all_pull(&c);
    cr_assert_not(knows(&c.two, 1));
    cr_assert_eq(figures(&c.two).size, 1);
    names(&c.two, 1, CLERK);
    cr_assert_eq(pushes(&c.two, &c.hub, 1, CLERK, 2), SAMME_KEY_SET_ASIDE);
    all_pull(&c);
    cr_assert(same_key(&c.two, &c.hub, 1));
    close_chain(&c);
}

Test(keymap, a_clerks_key_goes_to_the_hub_and_the_branch_alone) {
    chain c;
    open_chain(&c);
    for (unsigned i = 0; i < 10; i++) {
        names(&c.one, i, i % 2 == 0 ? CLERK : CUSTOMER);
        pushes(&c.one, &c.hub, i, i % 2 == 0 ? CLERK : CUSTOMER, 1);
    }
    all_pull(&c);
    for (unsigned i = 0; i < 10; i++) {
        cr_assert(knows(&c.hub, i));
        cr_assert(known(&c.one, i).settled);
        cr_assert_eq(knows(&c.two, i), i % 2 == 1);
    }
    cr_assert_eq(figures(&c.two).size, 10);
    cr_assert_eq(figures(&c.hub).clerks, 5);
    close_chain(&c);
}

Test(keymap, a_clerk_who_buys_is_a_customer) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CLERK);
    pushes(&c.one, &c.hub, 1, CLERK, 1);
    all_pull(&c);
    names(&c.one, 1, CUSTOMER);
    cr_assert_eq(known(&c.one, 1).kind, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    all_pull(&c);
    cr_assert(same_key(&c.two, &c.hub, 1));
    cr_assert_eq(known(&c.hub, 1).kind, CUSTOMER);
    cr_assert(known(&c.one, 1).settled);
    cr_assert_eq(figures(&c.hub).clerks, 0);
    names(&c.one, 1, CLERK); /* and does not stop being one */
    cr_assert_eq(known(&c.one, 1).kind, CUSTOMER);
    close_chain(&c);
}

/* The branch has named the clerk as a customer, and pulls before it has pushed that. */
Test(keymap, a_clerk_who_buys_stays_unsettled_until_the_hub_knows) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CLERK);
    pushes(&c.one, &c.hub, 1, CLERK, 1);
    names(&c.one, 1, CUSTOMER);
    all_pull(&c);
    cr_assert_eq(known(&c.one, 1).kind, CUSTOMER);
    cr_assert_not(known(&c.one, 1).settled);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    all_pull(&c);
    cr_assert(known(&c.one, 1).settled);
    cr_assert(same_key(&c.two, &c.hub, 1));
    close_chain(&c);
}

Test(keymap, erased_wins_whatever_comes_when) {
    chain c;
    open_chain(&c);
    const samme_subject one = subject(1), two = subject(2);
    names(&c.one, 1, CUSTOMER);
    names(&c.one, 2, CUSTOMER);
    names(&c.two, 2, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    pushes(&c.one, &c.hub, 2, CUSTOMER, 1);
    pushes(&c.two, &c.hub, 2, CUSTOMER, 2);
    all_pull(&c);
    must_be(samme_keymap_erase(&c.hub.map, &one), SAMME_OK, "erase");
    must_be(samme_keymap_erase(&c.hub.map, &one), SAMME_OK, "erase again");
    must_be(samme_keymap_erase(&c.hub.map, &two), SAMME_OK, "erase");
    cr_assert_eq(figures(&c.hub).erased, 2);
    cr_assert(figures(&c.hub).renewal_due);
    samme_span at, ignored;
    must_be(samme_space_seek(&c.hub.space, SAMME_KEYMAP_OTHER, SAMME_SPAN(NULL, 0), &at, &ignored),
            SAMME_NOT_FOUND, "what was set aside is gone as well");
    must_be(pulls(&c.one, &c.hub, 1, &all_ordered), SAMME_OK, "pull");
    must_be(pulls(&c.two, &c.hub, 2, &all_ordered), SAMME_OK, "pull");
    cr_assert(known(&c.one, 1).erased && known(&c.two, 2).erased);
    cr_assert_not(knows(&c.one, 1) || knows(&c.two, 2) || knows(&c.hub, 1));
    cr_assert_eq(figures(&c.one).customers, 0);
    must_be(samme_space_seek(&c.two.space, SAMME_KEYMAP_OTHER, SAMME_SPAN(NULL, 0), &at, &ignored),
            SAMME_NOT_FOUND, "at the branch as well");
    /* a key for it is refused, and none is made */
    samme_key_outcome outcome;
    const samme_secret_key key = secret(9);
    must_be(samme_keymap_take(&c.hub.map, &one, CUSTOMER, &key, 1, &outcome), SAMME_OK, "take");
    cr_assert_eq(outcome, SAMME_KEY_REFUSED);
    cr_assert_eq(figures(&c.hub).refused, 1);
    const uint64_t made = figures(&c.one).made;
    names(&c.one, 1, CUSTOMER);
    cr_assert_eq(figures(&c.one).made, made);
    close_chain(&c);
}

Test(keymap, erased_before_it_was_known) {
    chain c;
    open_chain(&c);
    const samme_subject one = subject(1);
    must_be(samme_keymap_erase(&c.hub.map, &one), SAMME_OK, "erase");
    names(&c.one, 1, CUSTOMER);
    cr_assert_eq(pushes(&c.one, &c.hub, 1, CUSTOMER, 1), SAMME_KEY_REFUSED);
    must_be(pulls(&c.one, &c.hub, 1, &all_ordered), SAMME_OK, "pull");
    cr_assert(known(&c.one, 1).erased);
    close_chain(&c);
}

Test(keymap, an_erasure_that_nobody_ordered_is_refused_and_counted) {
    chain c;
    open_chain(&c);
    const samme_subject one = subject(1);
    names(&c.one, 1, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    all_pull(&c);
    must_be(samme_keymap_erase(&c.hub.map, &one), SAMME_OK, "erase");
    all_pull(&c);
    cr_assert(knows(&c.one, 1) && knows(&c.two, 1));
    cr_assert_eq(figures(&c.one).refused, 1);
    cr_assert_eq(figures(&c.one).size, 2, "it is not asked for again");
    close_chain(&c);
}

static ProtobufCBinaryData a_mark(void) {
    static uint8_t mark[8] = {1};
    return (ProtobufCBinaryData){.len = sizeof mark, .data = mark};
}

static Samme__KeyItem item_of(samme_subject *who, samme_secret_key *key, uint64_t sequence) {
    Samme__KeyItem item = SAMME__KEY_ITEM__INIT;
    item.subject = samme_bytes_of_span(SAMME_SPAN(who->bytes, sizeof who->bytes));
    item.key = samme_bytes_of_span(SAMME_SPAN(key->bytes, sizeof key->bytes));
    item.kind = CUSTOMER;
    item.sequence = sequence;
    return item;
}

Test(keymap, a_hub_does_not_change_what_it_gave) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    all_pull(&c);
    samme_subject who = subject(1);
    samme_secret_key key = secret(7);
    Samme__KeyItem item = item_of(&who, &key, 2), *items[] = {&item};
    Samme__KeysPart part = SAMME__KEYS_PART__INIT;
    part.mark = a_mark();
    part.from = 1;
    part.to = part.size = 2;
    part.n_items = 1;
    part.items = items;
    must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_OK, "receive");
    cr_assert(same_key(&c.one, &c.hub, 1));
    cr_assert_eq(figures(&c.one).refused, 1);
    close_chain(&c);
}

Test(keymap, a_part_that_is_none_is_refused_whole) {
    chain c;
    open_chain(&c);
    samme_subject who = subject(1);
    samme_secret_key key = secret(1);
    const struct {
        uint64_t sequence, to;
        size_t subject_bytes, key_bytes;
        bool erased;
        int kind;
    } wrongs[] = {{0, 3, 16, 32, false, CUSTOMER}, {4, 3, 16, 32, false, CUSTOMER},
                  {1, 3, 15, 32, false, CUSTOMER}, {1, 3, 16, 31, false, CUSTOMER},
                  {1, 3, 16, 32, true, CUSTOMER},  {1, 3, 16, 32, false, 0},
                  {1, 3, 16, 32, false, 3},        {1, 3, 16, 0, false, CUSTOMER}};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        Samme__KeyItem item = item_of(&who, &key, wrongs[i].sequence), *items[] = {&item, &item};
        item.subject.len = wrongs[i].subject_bytes;
        item.key.len = wrongs[i].key_bytes;
        item.erased = wrongs[i].erased;
        item.kind = (Samme__KeyKind)wrongs[i].kind;
        Samme__KeysPart part = SAMME__KEYS_PART__INIT;
        part.mark = a_mark();
        part.to = part.size = wrongs[i].to;
        part.n_items = 1;
        part.items = items;
        must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_MALFORMED, "part");
    }
    Samme__KeyItem item = item_of(&who, &key, 1), *items[] = {&item, &item};
    Samme__KeysPart part = SAMME__KEYS_PART__INIT;
    part.mark = a_mark();
    part.to = part.size = 2;
    part.n_items = 2;
    part.items = items;
    must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_MALFORMED, "twice");
    cr_assert_eq(figures(&c.one).size, 0);
    part.n_items = 1;
    must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_OK, "part");
    cr_assert(knows(&c.one, 1));
    part.to = 3; /* doubled: from where it is no more */
    must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_OK, "part");
    cr_assert_eq(figures(&c.one).size, 2);
    close_chain(&c);
}

Test(keymap, parts_are_bounded_and_lead_to_the_end) {
    chain c;
    open_chain(&c);
    for (unsigned i = 0; i < 2 * SAMME_KEYS_IN_PART_MAX + 100; i++) {
        const samme_subject who = subject(i);
        const samme_secret_key key = secret(i);
        samme_key_outcome outcome;
        must_be(
            samme_keymap_take(&c.hub.map, &who, i % 100 == 0 ? CUSTOMER : CLERK, &key, 2, &outcome),
            SAMME_OK, "take");
    }
    Samme__KeysPart part;
    must_be(samme_keymap_part(&c.hub.map, 0, 2, &c.one.arena, &part), SAMME_OK, "part");
    cr_assert_eq(part.n_items, SAMME_KEYS_IN_PART_MAX);
    cr_assert_lt(part.to, part.size);
    all_pull(&c);
    cr_assert_eq(figures(&c.one).customers, 42);
    cr_assert_eq(figures(&c.one).size, figures(&c.hub).size);
    cr_assert_eq(figures(&c.two).clerks + figures(&c.two).customers,
                 2 * SAMME_KEYS_IN_PART_MAX + 100);
    close_chain(&c);
}

Test(keymap, a_node_sweeps_keys_whose_entries_a_crash_lost) {
    machine m;
    machine_make(&m, 1);
    names(&m, 1, CUSTOMER);
    const uint64_t logged = figures(&m).made; /* with the entry that names 1 */
    leave(&m, true);
    enter(&m);
    names(&m, 2, CUSTOMER);
    names(&m, 3, CLERK);
    leave(&m, true);
    enter(&m);
    machine_crash(&m);
    must_be(samme_keymap_sweep_made(&m.map, logged), SAMME_OK, "sweep");
    cr_assert(knows(&m, 1));
    cr_assert_not(knows(&m, 2) || knows(&m, 3));
    cr_assert_eq(figures(&m).customers, 1);
    cr_assert_eq(figures(&m).clerks, 0);
    names(&m, 2, CUSTOMER);
    cr_assert_eq(figures(&m).made, 4, "numbers are given once");
    must_be(samme_keymap_sweep_made(&m.map, 4), SAMME_OK, "sweep");
    cr_assert(knows(&m, 2));
    machine_free(&m);
}

Test(keymap, a_hub_sweeps_keys_whose_batch_a_crash_lost) {
    chain c;
    open_chain(&c);
    names(&c.one, 1, CLERK);
    names(&c.one, 2, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CLERK, 1);
    const uint64_t logged = figures(&c.hub).size;
    names(&c.one, 1, CUSTOMER); /* its row moves behind what the log knows: it is no orphan */
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    pushes(&c.one, &c.hub, 2, CUSTOMER, 1);
    must_be(samme_keymap_sweep_taken(&c.hub.map, logged), SAMME_OK, "sweep");
    cr_assert(knows(&c.hub, 1));
    cr_assert_not(knows(&c.hub, 2));
    cr_assert_eq(figures(&c.hub).customers, 1);
    cr_assert_eq(pushes(&c.one, &c.hub, 2, CUSTOMER, 1), SAMME_KEY_TAKEN);
    all_pull(&c);
    cr_assert(same_key(&c.two, &c.hub, 1) && same_key(&c.two, &c.hub, 2));
    close_chain(&c);
}

/* A hub from a backup: it gave more than it knows. */
Test(keymap, what_a_hub_lost_is_told_from_what_it_gave_and_handed_again) {
    chain c;
    machine old;
    open_chain(&c);
    machine_make(&old, 9);
    names(&c.one, 1, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    pushes(&c.one, &old, 1, CUSTOMER, 1);
    all_pull(&c);
    names(&c.one, 2, CUSTOMER);
    pushes(&c.one, &c.hub, 2, CUSTOMER, 1);
    all_pull(&c);
    /* the backup gives the second sequence to somebody else */
    names(&c.two, 3, CUSTOMER);
    cr_assert_eq(pulls(&c.one, &old, 1, NULL), SAMME_MISMATCH, "beyond its end");
    pushes(&c.two, &old, 3, CUSTOMER, 2);
    cr_assert_eq(pulls(&c.one, &old, 1, NULL), SAMME_MISMATCH, "another's");
    cr_assert_eq(pulls(&c.two, &old, 2, NULL), SAMME_MISMATCH);
    must_be(samme_keymap_start_again(&c.one.map), SAMME_OK, "start again");
    cr_assert_not(known(&c.one, 2).settled);
    cr_assert_eq(pushes(&c.one, &old, 2, CUSTOMER, 1), SAMME_KEY_TAKEN); /* with its entry */
    must_be(pulls(&c.one, &old, 1, NULL), SAMME_OK, "pull");
    for (unsigned i = 1; i <= 3; i++)
        cr_assert(same_key(&c.one, &old, i) && known(&c.one, i).settled, "%u", i);
    machine_free(&old);
    close_chain(&c);
}

Test(keymap, nothing_is_read_under_another_machines_keys) {
    machine m;
    machine_make(&m, 1);
    names(&m, 1, CUSTOMER);
    must_be(samme_keymap_check(&m.map, NULL), SAMME_OK, "check");
    samme_keks other;
    samme_keks_new(&other, NULL, 1, samme_prng_as_random(&m.prng));
    samme_keymap_set_keks(&m.map, &other);
    samme_error error = {.text = ""};
    must_be(samme_keymap_check(&m.map, &error), SAMME_CORRUPT, "check");
    cr_assert_not_null(strstr(error.text, "machine.key"), "%s", error.text);
    machine_free(&m);
}

/* A hub that lies, or a part that is late. */
Test(keymap, a_key_that_comes_after_the_erasure_is_not_taken) {
    chain c;
    open_chain(&c);
    samme_subject who = subject(1);
    samme_secret_key key = secret(1);
    must_be(samme_keymap_erase(&c.hub.map, &who), SAMME_OK, "erase");
    must_be(pulls(&c.one, &c.hub, 1, &all_ordered), SAMME_OK, "pull");
    Samme__KeyItem item = item_of(&who, &key, 2), *items[] = {&item};
    Samme__KeysPart part = SAMME__KEYS_PART__INIT;
    part.mark = a_mark();
    part.from = 1;
    part.to = part.size = 2;
    part.n_items = 1;
    part.items = items;
    must_be(samme_keymap_receive(&c.one.map, &part, 1, NULL, NULL), SAMME_OK, "receive");
    cr_assert(known(&c.one, 1).erased);
    cr_assert_not(knows(&c.one, 1));
    cr_assert_eq(figures(&c.one).customers, 0);
    close_chain(&c);
}

static size_t wanted(machine *hub) {
    samme_subject *list;
    size_t count;
    uint32_t branch;
    samme_arena_reset(&hub->arena);
    must_be(samme_keymap_wanted(&hub->map, NULL, &hub->arena, &list, &count, &branch), SAMME_OK,
            "wanted");
    return count;
}

Test(keymap, only_what_is_missed_may_be_handed) {
    chain c;
    open_chain(&c);
    const samme_subject one = subject(1), two = subject(2), three = subject(3);
    const samme_secret_key key = secret(1);
    names(&c.one, 3, CUSTOMER);
    pushes(&c.one, &c.hub, 3, CUSTOMER, 1);
    must_be(samme_keymap_hand(&c.hub.map, &one, &key), SAMME_NOT_FOUND, "nobody asked");
    must_be(samme_keymap_want(&c.hub.map, &one, CLERK, 2), SAMME_OK, "want");
    must_be(samme_keymap_want(&c.hub.map, &one, CUSTOMER, 2), SAMME_OK, "want");
    must_be(samme_keymap_want(&c.hub.map, &two, CUSTOMER, 2), SAMME_OK, "want");
    must_be(samme_keymap_want(&c.hub.map, &three, CUSTOMER, 2), SAMME_OK, "it is there");
    cr_assert_eq(wanted(&c.hub), 2);
    must_be(samme_keymap_hand(&c.hub.map, &one, &key), SAMME_OK, "hand");
    must_be(samme_keymap_hand(&c.hub.map, &one, &key), SAMME_NOT_FOUND, "once");
    cr_assert_eq(known(&c.hub, 1).kind, CUSTOMER);
    names(&c.two, 2, CUSTOMER);
    pushes(&c.two, &c.hub, 2, CUSTOMER, 2); /* it comes with a batch after all */
    cr_assert_eq(wanted(&c.hub), 0);
    all_pull(&c);
    for (unsigned i = 1; i <= 3; i++)
        cr_assert(same_key(&c.one, &c.hub, i) && same_key(&c.two, &c.hub, i));
    close_chain(&c);
}

/* A hub put back had given one key, and gives another one now. */
Test(keymap, what_a_lost_hub_gave_gives_way_and_is_kept) {
    chain c;
    machine old;
    open_chain(&c);
    machine_make(&old, 9);
    names(&c.one, 1, CUSTOMER);
    names(&c.two, 1, CUSTOMER);
    pushes(&c.one, &c.hub, 1, CUSTOMER, 1);
    must_be(pulls(&c.one, &c.hub, 1, NULL), SAMME_OK, "pull");
    pushes(&c.two, &old, 1, CUSTOMER, 2);
    cr_assert_eq(pulls(&c.one, &old, 1, NULL), SAMME_MISMATCH);
    must_be(samme_keymap_start_again(&c.one.map), SAMME_OK, "start again");
    must_be(pulls(&c.one, &old, 1, NULL), SAMME_OK, "pull");
    cr_assert(same_key(&c.one, &old, 1));
    cr_assert_eq(figures(&c.one).others, 1);
    machine_free(&old);
    close_chain(&c);
}
