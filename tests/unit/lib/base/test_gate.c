/* Commits that wait for another store's. */
#include <criterion/criterion.h>

#include "base/gate.h"
#include "base/space.h"
#include "store/memory.h"

typedef struct fixture {
    samme_memory_store *memory;
    samme_store store;
    samme_gate gate;
    samme_space space;
} fixture;

static void open_fixture(fixture *f) {
    f->memory = samme_memory_store_new();
    cr_assert_not_null(f->memory);
    f->store = samme_memory_store_port(f->memory);
    cr_assert_eq(samme_gate_init(&f->gate, &f->store), SAMME_OK);
    cr_assert_eq(samme_space_init(&f->space, &f->gate.port), SAMME_OK);
}

static void close_fixture(fixture *f) {
    samme_space_fini(&f->space);
    samme_gate_fini(&f->gate);
    samme_memory_store_free(f->memory);
}

/* A step that writes one row. */
static void step(fixture *f, uint8_t row) {
    uint64_t head;
    cr_assert_eq(samme_space_begin(&f->space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&f->space, 0, SAMME_SPAN(&row, 1), SAMME_LITERAL("x")), SAMME_OK);
    cr_assert_eq(samme_space_end(&f->space, &head, NULL), SAMME_OK);
}

static uint64_t durable(fixture *f) {
    samme_memory_store_sync(f->memory, SIZE_MAX);
    cr_assert_eq(samme_space_collect(&f->space, NULL), SAMME_OK);
    return f->space.durable_head;
}

static bool on_disk(fixture *f, uint8_t row) {
    samme_reader reader;
    samme_span value;
    cr_assert_eq(f->store.open_snapshot(f->store.self, &reader), SAMME_OK);
    const bool there = reader.get(reader.self, 0, SAMME_SPAN(&row, 1), &value) == SAMME_OK;
    f->store.close_snapshot(f->store.self);
    return there;
}

Test(gate, what_needs_nothing_passes) {
    fixture f;
    open_fixture(&f);
    step(&f, 1);
    cr_assert_eq(durable(&f), 1);
    cr_assert(on_disk(&f, 1));
    close_fixture(&f);
}

Test(gate, a_commit_waits_and_those_behind_it_too) {
    fixture f;
    open_fixture(&f);
    step(&f, 1);
    samme_gate_need(&f.gate, 5);
    step(&f, 2);
    step(&f, 3);
    cr_assert_eq(durable(&f), 1);
    cr_assert_not(on_disk(&f, 2) || on_disk(&f, 3));
    samme_gate_open(&f.gate, 4);
    cr_assert_eq(durable(&f), 1);
    samme_gate_need(&f.gate, 2); /* never less than before */
    samme_gate_open(&f.gate, 5);
    cr_assert_eq(durable(&f), 3);
    cr_assert(on_disk(&f, 2) && on_disk(&f, 3));
    step(&f, 4);
    cr_assert_eq(durable(&f), 4);
    close_fixture(&f);
}

/* What is read meanwhile is as if it were there. */
Test(gate, what_waits_is_seen) {
    fixture f;
    samme_span value;
    const uint8_t row = 9;
    open_fixture(&f);
    samme_gate_need(&f.gate, 1);
    step(&f, row);
    cr_assert_eq(samme_space_begin(&f.space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_get(&f.space, 0, SAMME_SPAN(&row, 1), &value), SAMME_OK);
    samme_space_abandon(&f.space);
    close_fixture(&f);
}

Test(gate, it_holds_as_many_as_a_store_and_no_more) {
    fixture f;
    uint64_t head;
    open_fixture(&f);
    samme_gate_need(&f.gate, 1);
    for (unsigned i = 0; i < SAMME_STORE_QUEUE_MAX; i++)
        step(&f, (uint8_t)i);
    cr_assert_eq(samme_space_begin(&f.space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&f.space, 0, SAMME_LITERAL("y"), SAMME_LITERAL("x")), SAMME_OK);
    cr_assert_eq(samme_space_end(&f.space, &head, NULL), SAMME_FULL);
    samme_gate_open(&f.gate, 1);
    cr_assert_eq(durable(&f), SAMME_STORE_QUEUE_MAX);
    step(&f, 1);
    cr_assert_eq(durable(&f), SAMME_STORE_QUEUE_MAX + 1);
    close_fixture(&f);
}

static samme_status refuse(void *self, samme_commit what) {
    (void)self;
    (void)what;
    return SAMME_CORRUPT;
}

Test(gate, what_the_store_refuses_later_has_failed) {
    fixture f;
    samme_error error;
    uint64_t head;
    open_fixture(&f);
    samme_gate_need(&f.gate, 1);
    step(&f, 1);
    step(&f, 2);
    f.store.commit = refuse;
    samme_gate_open(&f.gate, 1);
    cr_assert_eq(samme_space_collect(&f.space, &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, "commit 1"), "%s", error.text);
    cr_assert_eq(samme_space_begin(&f.space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&f.space, 0, SAMME_LITERAL("y"), SAMME_LITERAL("x")), SAMME_IO);
    cr_assert_eq(samme_space_end(&f.space, &head, NULL), SAMME_OK);
    close_fixture(&f);
}
