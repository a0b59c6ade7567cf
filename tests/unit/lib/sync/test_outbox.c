#include <criterion/criterion.h>

#include "base/prng.h"
#include "sync/outbox.h"

static samme_outbox outbox;
static void setup(void) {
    cr_assert_eq(samme_outbox_init(&outbox), SAMME_OK);
}
static void teardown(void) {
    samme_outbox_fini(&outbox);
}
TestSuite(outbox, .init = setup, .fini = teardown);

static void add(uint64_t to, const char *text) {
    cr_assert_eq(samme_outbox_add(&outbox, to, 200, samme_span_of_text(text)), SAMME_OK);
}

/* Takes what is durable at `head`, as its owner does; how many. */
static unsigned flush(uint64_t head, uint64_t *next) {
    samme_outgoing item;
    unsigned count = 0;
    for (; samme_outbox_peek(&outbox, head, &item); samme_outbox_drop(&outbox), count++)
        cr_assert_eq(item.to, (*next)++, "first in, first out");
    return count;
}

Test(outbox, an_item_waits_for_its_commit) {
    samme_outgoing item;
    uint64_t next = 1;
    cr_assert(!samme_outbox_peek(&outbox, UINT64_MAX - 1, &item));
    add(1, "one");
    cr_assert(!samme_outbox_peek(&outbox, UINT64_MAX - 1, &item), "the step has not ended");
    samme_outbox_seal(&outbox, 5);
    cr_assert(!samme_outbox_peek(&outbox, 4, &item));
    cr_assert(samme_outbox_peek(&outbox, 5, &item));
    cr_assert_eq(item.to, 1);
    cr_assert_eq(item.code, 200);
    cr_assert(samme_span_equal(SAMME_SPAN(item.bytes, item.length), SAMME_LITERAL("one")));
    cr_assert(samme_outbox_peek(&outbox, 5, &item), "peeking takes nothing");
    cr_assert_eq(flush(5, &next), 1);
    cr_assert_eq(outbox.count, 0);
    cr_assert_eq(outbox.bytes, 0);
}

Test(outbox, sealing_touches_this_steps_items_only) {
    uint64_t next = 1;
    add(1, "a");
    add(2, "b");
    samme_outbox_seal(&outbox, 3);
    samme_outbox_seal(&outbox, 4); /* a step that added nothing */
    add(3, "c");
    cr_assert_eq(flush(3, &next), 2);
    cr_assert_eq(flush(100, &next), 0);
    samme_outbox_seal(&outbox, 7);
    cr_assert_eq(flush(6, &next), 0);
    cr_assert_eq(flush(7, &next), 1);
}

Test(outbox, an_abandoned_step_has_said_nothing) {
    uint64_t next = 1;
    add(1, "a");
    samme_outbox_seal(&outbox, 1);
    add(8, "of the step");
    add(9, "that was abandoned");
    samme_outbox_abandon(&outbox);
    cr_assert_eq(outbox.count, 1);
    cr_assert_eq(outbox.bytes, 1);
    add(2, "b");
    samme_outbox_seal(&outbox, 2);
    cr_assert_eq(flush(2, &next), 2);
}

Test(outbox, what_was_added_is_a_copy) {
    char text[] = "before";
    samme_outgoing item;
    add(1, text);
    text[0] = 'X';
    samme_outbox_seal(&outbox, 1);
    cr_assert(samme_outbox_peek(&outbox, 1, &item));
    cr_assert_eq(memcmp(item.bytes, "before", 6), 0);
}

Test(outbox, an_empty_message_is_a_message) {
    samme_outgoing item;
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_SPAN(NULL, 0)), SAMME_OK);
    samme_outbox_seal(&outbox, 1);
    cr_assert(samme_outbox_peek(&outbox, 1, &item));
    cr_assert_eq(item.length, 0);
}

Test(outbox, the_number_of_items_is_bounded) {
    for (unsigned i = 0; i < SAMME_OUTBOX_MAX_ITEMS; i++) {
        cr_assert_eq(samme_outbox_busy(&outbox), i >= SAMME_OUTBOX_MAX_ITEMS / 2, "%u", i);
        add(i, "x");
    }
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_LITERAL("x")), SAMME_FULL);
    samme_outbox_seal(&outbox, 1);
    samme_outbox_drop(&outbox);
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_LITERAL("x")), SAMME_OK);
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_LITERAL("x")), SAMME_FULL);
}

Test(outbox, its_bytes_are_bounded) {
    enum { PIECE = 8 << 20 };
    uint8_t *piece = calloc(1, PIECE + 1);
    cr_assert_not_null(piece);
    for (unsigned i = 0; i < SAMME_OUTBOX_MAX_BYTES / PIECE; i++) {
        cr_assert_eq(samme_outbox_busy(&outbox), i * PIECE >= SAMME_OUTBOX_MAX_BYTES / 2, "%u", i);
        cr_assert_eq(samme_outbox_add(&outbox, i, 0, SAMME_SPAN(piece, PIECE)), SAMME_OK);
    }
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_LITERAL("x")), SAMME_FULL);
    samme_outbox_drop(&outbox);
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_SPAN(piece, PIECE + 1)), SAMME_FULL);
    cr_assert_eq(samme_outbox_add(&outbox, 1, 0, SAMME_SPAN(piece, PIECE)), SAMME_OK);
    free(piece);
}

Test(outbox, the_first_is_taken_durable_or_not) {
    samme_outgoing item;
    cr_assert(!samme_outbox_take_first(&outbox, &item));
    add(1, "a");
    add(2, "b");
    cr_assert(samme_outbox_take_first(&outbox, &item));
    cr_assert_eq(item.to, 1);
    free(item.bytes);
    cr_assert(samme_outbox_take_first(&outbox, &item));
    cr_assert_eq(item.to, 2);
    free(item.bytes);
    cr_assert_eq(outbox.bytes, 0);
}

/* Against counters alone: steps of random sizes, commits that become durable at random. */
Test(outbox, order_and_durability_hold_under_random_use) {
    enum { SEED = 42 };
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    uint64_t added = 0, next = 0, head = 0, durable = 0;
    uint64_t items_at[5000] = {0}; /* how many were added up to each commit */
    while (head < 4000) {
        unsigned count = (unsigned)samme_prng_below(&prng, 4);
        for (unsigned i = 0; i < count; i++)
            add(added++, "some bytes");
        items_at[++head] = added;
        samme_outbox_seal(&outbox, head);
        if (samme_prng_chance(&prng, 400) || head - durable > 500)
            durable += samme_prng_below(&prng, head - durable + 1);
        flush(durable, &next);
        cr_assert_eq(next, items_at[durable], "seed %d: at commit %llu", SEED,
                     (unsigned long long)head);
        cr_assert_eq(outbox.count, added - next);
        cr_assert_eq(outbox.bytes, (added - next) * 10);
    }
}
