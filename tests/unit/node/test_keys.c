/* Keys of whom a node's entries name. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

#include "base/text.h"

static pair p;

static unsigned sell_to(unsigned number, const char *receipt, uint8_t customer) {
    char body[600], key[100];
    samme_buffer subject;
    const uint8_t id[16] = {customer, 9};
    samme_buffer_init(&subject, 100);
    samme_base64_append(&subject, SAMME_SPAN(id, sizeof id));
    snprintf(key, sizeof key, "sale-%s", receipt);
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":%u,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"channel\":\"store\",\"currency\":\"GBP\",\"kind\":\"ordinary\","
             "\"subject\":\"%s\",\"lines\":[{\"no\":1,\"sku\":\"S\",\"category\":\"goods\","
             "\"quantity\":\"1000\",\"paid\":\"500\"}]}",
             number, receipt, samme_buffer_text(&subject));
    samme_buffer_free(&subject);
    return pair_ask(&p, number, "/v1/sales", key, body, 0);
}

static samme_keymap_figures at(unsigned number) {
    return samme_node_look_at_keys(p.nodes[number - 1].node).figures;
}

static samme_keymap_figures at_hub(void) {
    return samme_hub_look_at_keys(p.hub).figures;
}

Test(node_keys, travel_with_the_sale_that_names_them) {
    pair_open(&p, 2);
    pair_quiet(&p);
    cr_assert_eq(sell_to(1, "A", 1), 201);
    cr_assert_eq(sell_to(1, "B", 1), 201);
    pair_forget(&p);
    pair_quiet(&p);
    cr_assert_eq(at(1).made, 1);
    cr_assert_eq(at_hub().customers, 1);
    cr_assert_eq(at(2).customers, 1);
    cr_assert_eq(at(1).size, 1, "pulled back");
    cr_assert_eq(lines_with(&p, "pull keys behind 0"), 2);
    /* a third sale brings no key, and nobody asks for any */
    pair_forget(&p);
    cr_assert_eq(sell_to(1, "C", 1), 201);
    pair_quiet(&p);
    const Samme__Message *pushed = pair_newest(&p, false, SAMME__MESSAGE__WHAT_PUSH);
    cr_assert_not_null(pushed);
    cr_assert_eq(pushed->push->n_keys, 0);
    cr_assert_eq(lines_with(&p, "pull keys"), 0);
    pair_close(&p);
}

Test(node_keys, are_made_alone_and_agreed_on_later) {
    pair_open(&p, 2);
    pair_quiet(&p);
    pair_cut(&p, 1, true, true);
    pair_cut(&p, 2, true, true);
    cr_assert_eq(sell_to(1, "A", 1), 201);
    cr_assert_eq(sell_to(2, "B", 1), 201);
    cr_assert_eq(at(1).made + at(2).made, 2);
    pair_cut(&p, 1, false, false);
    pair_cut(&p, 2, false, false);
    pair_run(&p, 120000);
    cr_assert_eq(at_hub().customers, 1);
    cr_assert_eq(at_hub().others, 1);
    cr_assert_eq(at(1).others + at(2).others, 1, "one of them gave way");
    cr_assert_eq(at(1).size, at_hub().size);
    cr_assert_eq(at(2).size, at_hub().size);
    pair_close(&p);
}

/* The answer waits for the log, the log's commit for the keys'. */
Test(node_keys, are_on_disk_before_the_entry_that_names_them) {
    pair_open(&p, 1);
    pair_quiet(&p);
    pair_stores *stores = &p.nodes[0].stores;
    stores->stuck = true;
    const uint64_t before = commits(&p, 1);
    cr_assert_eq(sell_to(1, "A", 1), 0, "no answer");
    cr_assert_eq(samme_memory_store_sync(stores->log_memory, SIZE_MAX), 0);
    cr_assert_eq(samme_memory_store_sync(stores->keys_memory, SIZE_MAX), 1);
    pair_crash_node(&p, 1);
    cr_assert_eq(commits(&p, 1), before);
    pair_tick_node(&p, 1);
    cr_assert_eq(at(1).customers, 0, "swept: no entry names it");
    cr_assert_eq(sell_to(1, "A", 1), 201);
    cr_assert_eq(at(1).customers, 1);
    pair_quiet(&p);
    cr_assert_eq(at_hub().customers, 1);
    pair_close(&p);
}

Test(node_keys, a_sale_that_is_refused_makes_none) {
    pair_open(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(sell_to(1, "A", 1), 201);
    char body[] =
        "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"A\",\"businessDate\":"
        "\"2026-09-01\"},\"channel\":\"store\",\"currency\":\"GBP\",\"kind\":\"ordinary\","
        "\"subject\":\"AgkAAAAAAAAAAAAAAAAAAA==\",\"lines\":[{\"no\":1,\"sku\":\"S\","
        "\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"500\"}]}";
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "other", body, 0), 409, "the receipt is there");
    cr_assert_eq(at(1).made, 1);
    pair_close(&p);
}

/* A hub put back from a backup has given more than it knows. */
Test(node_keys, what_a_hub_lost_comes_again_with_its_entries) {
    pair_open(&p, 2);
    pair_quiet(&p);
    cr_assert_eq(sell_to(1, "A", 1), 201);
    pair_quiet(&p);
    cr_assert_eq(at(2).size, 1);
    pair_stop_hub(&p);
    samme_memory_store_free(p.hub_stores.keys_memory);
    p.hub_stores.keys_memory = samme_memory_store_new();
    cr_assert_not_null(p.hub_stores.keys_memory);
    p.hub_stores.keys = samme_memory_store_port(p.hub_stores.keys_memory);
    pair_start_hub(&p);
    cr_assert_eq(sell_to(1, "B", 2), 201);
    pair_run(&p, 120000);
    cr_assert_eq(sell_to(1, "C", 1), 201); /* the next entry that names them */
    pair_run(&p, 120000);
    cr_assert_eq(at_hub().customers, 2);
    cr_assert_eq(at(1).customers, 2);
    cr_assert_eq(at(2).customers, 2);
    cr_assert_eq(at(1).others + at(2).others, 0);
    pair_close(&p);
}

static const samme_keks *next_keks(unsigned number, samme_keks *keks) {
    samme_prng prng;
    samme_prng_seed(&prng, 1000 + number);
    samme_keks_new(keks, NULL, PAIR_WALL_MS, samme_prng_as_random(&prng));
    samme_keks_begin(keks, PAIR_WALL_MS, samme_prng_as_random(&prng));
    return keks;
}

Test(node_keys, another_key_above_them_is_a_matter_of_steps) {
    samme_keks keks;
    pair_open(&p, 1);
    pair_quiet(&p);
    for (unsigned i = 0; i < 20; i++) {
        char receipt[10];
        snprintf(receipt, sizeof receipt, "R%u", i);
        cr_assert_eq(sell_to(1, receipt, (uint8_t)i), 201);
    }
    pair_quiet(&p);
    cr_assert_not(samme_node_look_at_keys(p.nodes[0].node).renewed);
    samme_node_set_keks(p.nodes[0].node, next_keks(1, &keks));
    pair_run(&p, 5000);
    pair_tick_node(&p, 1);
    cr_assert(samme_node_look_at_keys(p.nodes[0].node).renewed);
    samme_keks_end(&keks);
    samme_node_set_keks(p.nodes[0].node, &keks);
    cr_assert_eq(at(1).customers, 20);
    cr_assert_eq(sell_to(1, "S", 1), 201);
    pair_close(&p);
}
