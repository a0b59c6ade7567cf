/* Keys that come with batches, and who pulls them. */
#include "tests/unit/hub/fixture.h"

static hub_test t;

static samme_subject subject(uint8_t number) {
    return (samme_subject){{number, 7}};
}

static Samme__KeyItem *key_for(uint8_t number, uint8_t key) {
    Samme__KeyItem *item = samme_arena_alloc(&t.arena, sizeof *item);
    uint8_t *bytes = samme_arena_alloc(&t.arena, 48);
    cr_assert(item != NULL && bytes != NULL);
    const samme_subject who = subject(number);
    memcpy(bytes, who.bytes, 16);
    memset(bytes + 16, key, 32);
    samme__key_item__init(item);
    item->subject = samme_bytes_of_span(SAMME_SPAN(bytes, 16));
    item->key = samme_bytes_of_span(SAMME_SPAN(bytes + 16, 32));
    return item;
}

/* Pushes one sale to each of the customers first..last, with what keys there are. */
static void push_with(uint32_t branch, uint8_t first, uint8_t last, Samme__KeyItem **keys,
                      size_t count) {
    samme_span entries[16];
    for (uint8_t i = first; i <= last; i++) {
        const samme_subject who = subject(i);
        entries[i - first] = make_sale_to(&t, branch, &who);
    }
    Samme__Message *message = make_push_of(&t, branch, entries, (size_t)(last - first) + 1,
                                           &t.p.chain.branches[branch - 1].log_seed);
    message->push->keys = keys;
    message->push->n_keys = count;
    say(&t, branch_key(&t, branch), message);
    if (refusal(&t)[0] == 0)
        for (size_t i = 0; i <= (size_t)(last - first); i++) {
            const samme_hash leaf = samme_leaf_hash(entries[i]);
            cr_assert_eq(samme_range_append(&t.logs[branch], &leaf), SAMME_OK);
        }
}

/* As whoever has pulled up to `from`, or says so. */
static const Samme__KeysPart *pull_marked(const samme_peer_key *as, uint64_t from,
                                          uint8_t mark[8]) {
    Samme__PullKeys what = SAMME__PULL_KEYS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    what.from = from;
    what.mark = samme_bytes_of_span(SAMME_SPAN(mark, from > 0 ? 8 : 0));
    message.what_case = SAMME__MESSAGE__WHAT_PULL_KEYS;
    message.pull_keys = &what;
    say(&t, as, &message);
    const Samme__Message *said = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_KEYS_PART);
    return said == NULL ? NULL : said->keys_part;
}

static const Samme__KeysPart *pull(const samme_peer_key *as) {
    return pull_marked(as, 0, NULL);
}

static samme_keymap_figures figures(void) {
    return samme_hub_look_at_keys(t.p.hub).figures;
}

Test(hub_keys, come_with_the_batch_and_are_pulled) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11), key_for(2, 22)};
    push_with(1, 1, 2, keys, 2);
    cr_assert_str_eq(refusal(&t), "");
    cr_assert_not_null(acked(&t));
    cr_assert_eq(figures().customers, 2);
    const Samme__KeysPart *part = pull(branch_key(&t, 2));
    cr_assert_not_null(part);
    cr_assert_eq(part->n_items, 2);
    cr_assert_eq(part->to, 2);
    cr_assert_eq(part->items[1]->key.data[0], 22);
    cr_assert_eq(part->items[1]->kind, SAMME__KEY_KIND__key_of_customer);
    hub_close(&t);
}

Test(hub_keys, are_durable_before_the_ack_and_before_the_entries) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11)};
    t.p.hub_stores.stuck = true;
    push_with(1, 1, 1, keys, 1);
    cr_assert_null(acked(&t));
    hub_crash(&t);
    cr_assert_eq(figures().customers, 0);
    /* the keys' commit ends, that of the log does not */
    t.logs[1] = (samme_range){.size = 0};
    samme_range_init(&t.logs[1]);
    t.p.hub_stores.stuck = true;
    push_with(1, 1, 1, keys, 1);
    const uint64_t commits = hub_commits(&t);
    cr_assert_eq(samme_memory_store_sync(t.p.hub_stores.log_memory, SIZE_MAX), 0,
                 "the log's commit waits");
    cr_assert_eq(samme_memory_store_sync(t.p.hub_stores.keys_memory, SIZE_MAX), 1);
    hub_crash(&t);
    cr_assert_eq(hub_commits(&t), commits);
    pair_tick_hub(&t.p);
    cr_assert_eq(figures().customers, 0, "a key without an entry is swept at the start");
    samme_range_init(&t.logs[1]);
    push_with(1, 1, 1, keys, 1);
    pair_tick_hub(&t.p);
    cr_assert_eq(figures().customers, 1);
    hub_close(&t);
}

Test(hub_keys, nobody_the_batch_does_not_name) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11), key_for(3, 33)};
    push_with(1, 1, 2, keys, 2);
    cr_assert_str_eq(refusal(&t), "denied");
    const Samme__Message *said = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_REFUSED);
    cr_assert_not_null(strstr(said->refused->text, "03070000"), "%s", said->refused->text);
    cr_assert_eq(figures().customers, 0, "nothing of the push is kept");
    cr_assert_null(acked(&t));
    push_with(1, 1, 2, keys, 1);
    cr_assert_str_eq(refusal(&t), "");
    cr_assert_eq(figures().customers, 1);
    hub_close(&t);
}

Test(hub_keys, of_other_lengths_or_twice_are_refused) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11), key_for(1, 12)};
    push_with(1, 1, 1, keys, 2);
    cr_assert_str_eq(refusal(&t), "denied");
    keys[0]->key.len = 31;
    push_with(1, 1, 1, keys, 1);
    cr_assert_str_eq(refusal(&t), "malformed");
    keys[0]->key.len = 32;
    keys[0]->subject.len = 15;
    push_with(1, 1, 1, keys, 1);
    cr_assert_str_eq(refusal(&t), "malformed");
    cr_assert_eq(figures().customers, 0);
    hub_close(&t);
}

Test(hub_keys, a_second_key_is_set_aside_and_the_batch_taken) {
    hub_open(&t);
    Samme__KeyItem *one[] = {key_for(1, 11)}, *other[] = {key_for(1, 12)};
    push_with(1, 1, 1, one, 1);
    push_with(2, 1, 1, other, 1);
    cr_assert_str_eq(refusal(&t), "");
    cr_assert_not_null(acked(&t));
    cr_assert_eq(figures().customers, 1);
    cr_assert_eq(figures().others, 1);
    const Samme__KeysPart *part = pull(branch_key(&t, 2));
    cr_assert_eq(part->n_items, 1);
    cr_assert_eq(part->items[0]->sequence, 2, "it comes again, for who has another");
    cr_assert_eq(part->items[0]->key.data[0], 11);
    hub_close(&t);
}

Test(hub_keys, are_for_branches_alone) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11)};
    push_with(1, 1, 1, keys, 1);
    const roster_change change = {.with_auditor = true};
    put_roster(&t, make_roster(&t, &change));
    pair_tick_hub(&t.p);
    const samme_peer_key auditor = auditor_key();
    cr_assert_null(pull(&auditor));
    cr_assert_str_eq(refusal(&t), "denied");
    cr_assert_null(pull(operator_key(&t)));
    cr_assert_str_eq(refusal(&t), "denied");
    cr_assert_not_null(pull(branch_key(&t, 2)));
    hub_close(&t);
}

Test(hub_keys, what_was_not_given_is_a_mismatch) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11)};
    push_with(1, 1, 1, keys, 1);
    uint8_t mark[8];
    const Samme__KeysPart *part = pull(branch_key(&t, 2));
    cr_assert_eq(part->mark.len, sizeof mark);
    memcpy(mark, part->mark.data, sizeof mark);
    part = pull_marked(branch_key(&t, 2), 1, mark);
    cr_assert_not_null(part);
    cr_assert_eq(part->n_items, 0);
    cr_assert_null(pull_marked(branch_key(&t, 2), 2, mark));
    cr_assert_str_eq(refusal(&t), "mismatch");
    mark[7] ^= 1;
    cr_assert_null(pull_marked(branch_key(&t, 2), 1, mark));
    cr_assert_str_eq(refusal(&t), "mismatch");
    hub_close(&t);
}

Test(hub_keys, an_erasure_is_told_to_all) {
    hub_open(&t);
    Samme__KeyItem *keys[] = {key_for(1, 11)};
    push_with(1, 1, 1, keys, 1);
    const samme_subject who = subject(1);
    pair_forget(&t.p);
    cr_assert(samme_hub_erase(t.p.hub, &who));
    pair_tick_hub(&t.p);
    const Samme__Message *bell = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_DOORBELL);
    cr_assert_not_null(bell);
    cr_assert_eq(bell->doorbell->keys_size, 2);
    const Samme__KeysPart *part = pull(branch_key(&t, 2));
    cr_assert_eq(part->n_items, 1);
    cr_assert(part->items[0]->erased);
    cr_assert_eq(part->items[0]->key.len, 0);
    cr_assert(figures().renewal_due);
    hub_crash(&t);
    pair_tick_hub(&t.p);
    cr_assert_eq(figures().erased, 1, "it stays erased");
    hub_close(&t);
}

/* Branch 1 has the key of an entry that the hub took without it, and is asked. */
static void want_from_branch_1(void) {
    Samme__Message *message = make_hello(&t, 1);
    message->hello->own_size = 100; /* signed before: it may have been here with its keys */
    say(&t, branch_key(&t, 1), message);
    push_with(1, 1, 1, NULL, 0);
    cr_assert_str_eq(refusal(&t), "");
    pair_tick_hub(&t.p);
    const Samme__Message *ask = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_ASK_KEYS);
    cr_assert(ask != NULL && ask->ask_keys->n_subjects == 1, "%s", pair_trace(&t.p));
}

static void hand(uint32_t branch, Samme__KeyItem *key) {
    Samme__HandKeys what = SAMME__HAND_KEYS__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    what.items = &key;
    what.n_items = 1;
    message.what_case = SAMME__MESSAGE__WHAT_HAND_KEYS;
    message.hand_keys = &what;
    say(&t, branch_key(&t, branch), &message);
}

Test(hub_keys, regress_a_key_from_a_branch_that_was_not_asked_is_dropped) {
    hub_open(&t);
    want_from_branch_1();
    hand(2, key_for(1, 66));
    cr_assert_eq(figures().customers, 0, "branch 2 was not asked");
    hand(1, key_for(1, 11));
    cr_assert_eq(figures().customers, 1);
    cr_assert_eq(pull(branch_key(&t, 2))->items[0]->key.data[0], 11);
    hub_close(&t);
}

Test(hub_keys, regress_who_hands_what_is_not_wanted_is_not_asked_again_at_once) {
    hub_open(&t);
    want_from_branch_1();
    const uint64_t commits = hub_commits(&t);
    hand(1, key_for(9, 99));
    cr_assert_null(pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_ASK_KEYS), "%s", pair_trace(&t.p));
    cr_assert_eq(hub_commits(&t), commits, "nor is anything written");
    cr_assert_eq(figures().customers, 0);
    hub_close(&t);
}
