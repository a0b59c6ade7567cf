#include "tests/unit/node/fixture.h"

#include <stdio.h>

#include "sync/tables.h"

void say_welcome(pair *p, unsigned number, uint64_t size, const samme_hash *root) {
    Samme__Welcome welcome = SAMME__WELCOME__INIT;
    welcome.protocol = 1;
    welcome.hub_time_ms = PAIR_WALL_MS + p->now_ms;
    welcome.branch_size = size;
    welcome.branch_root = samme_bytes_of_span(samme_span_of_hash(root));
    welcome.credit_bytes = 4 * 1024 * 1024;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_WELCOME;
    message.welcome = &welcome;
    pair_tell_node(p, number, &message);
}

void say_ack(pair *p, unsigned number, uint64_t size, const samme_hash *root) {
    Samme__Ack ack = SAMME__ACK__INIT;
    ack.size = size;
    ack.root = samme_bytes_of_span(samme_span_of_hash(root));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ACK;
    message.ack = &ack;
    pair_tell_node(p, number, &message);
}

void say_refused(pair *p, unsigned number, const char *what) {
    char words[3][20] = {"", "later", "not now"};
    snprintf(words[0], sizeof words[0], "%s", what);
    Samme__Refused refused = SAMME__REFUSED__INIT;
    refused.what = words[0];
    refused.status = words[1];
    refused.text = words[2];
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_REFUSED;
    message.refused = &refused;
    pair_tell_node(p, number, &message);
}

void say_doorbell(pair *p, unsigned number, uint64_t journal_size) {
    Samme__Doorbell doorbell = SAMME__DOORBELL__INIT;
    doorbell.journal_size = journal_size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    message.doorbell = &doorbell;
    pair_tell_node(p, number, &message);
}

void pass(pair *p, unsigned number, int64_t ms) {
    int64_t end = p->now_ms + ms;
    while (p->now_ms < end) {
        int64_t next = samme_node_next_ms(p->nodes[number - 1].node);
        p->now_ms = next <= p->now_ms ? p->now_ms + 1 : next < end ? next : end;
        pair_tick_node(p, number);
    }
}

static samme_span read_own(pair *p, unsigned number, uint64_t index, samme_arena *arena) {
    samme_store *store = &p->nodes[number - 1].stores.log;
    samme_reader reader;
    samme_span stored, copy = {NULL, 0};
    samme_key8 key = samme_key_u64(index);
    cr_assert_eq(store->open_snapshot(store->self, &reader), SAMME_OK);
    if (reader.get(reader.self, SAMME_TABLE_OWN, SAMME_SPAN(key.bytes, 8), &stored) == SAMME_OK)
        copy = samme_arena_copy(arena, stored);
    store->close_snapshot(store->self);
    return copy;
}

const samme_entry *own_entry(pair *p, unsigned number, uint64_t index, samme_arena *arena) {
    samme_span bytes = read_own(p, number, index, arena);
    samme_entry *entry = samme_arena_alloc(arena, sizeof *entry);
    samme_error error = {.text = ""};
    cr_assert_not_null(entry);
    if (bytes.data == NULL)
        return NULL;
    cr_assert_eq(samme_entry_open(bytes, arena, entry, &error), SAMME_OK, "%s", error.text);
    return entry;
}

samme_hash own_root(pair *p, unsigned number, uint64_t size) {
    samme_arena arena;
    samme_range range;
    samme_arena_init(&arena, 64 * 1024 * 1024);
    samme_range_init(&range);
    for (uint64_t i = 0; i < size; i++) {
        samme_span bytes = read_own(p, number, i, &arena);
        cr_assert_not_null(bytes.data, "node %u has no entry %llu", number, (unsigned long long)i);
        samme_hash leaf = samme_leaf_hash(bytes);
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
    }
    samme_arena_free(&arena);
    return samme_range_root(&range);
}

samme_hash empty_root(void) {
    samme_range range;
    samme_range_init(&range);
    return samme_range_root(&range);
}

uint64_t commits(pair *p, unsigned number) {
    samme_store *store = &p->nodes[number - 1].stores.log;
    return store->head(store->self);
}

unsigned lines_with(pair *p, const char *words) {
    unsigned count = 0;
    for (const char *at = pair_trace(p); (at = strstr(at, words)) != NULL; at++)
        count++;
    return count;
}
