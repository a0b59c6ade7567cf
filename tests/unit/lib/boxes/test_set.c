#include "boxes/set.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/prng.h"

enum { VALUES = 12, PAIRS = 20000 };

/* The values of a set are the lowest six, and the highest six, of int64. */
static int64_t value_at(unsigned i) {
    return i < VALUES / 2 ? INT64_MIN + (int64_t)i : INT64_MAX - (int64_t)(VALUES - 1 - i);
}

static uint32_t bits_of(samme_box_set set) {
    uint32_t bits = 0;
    for (size_t r = 0; r < set.count; r++)
        for (unsigned i = 0; i < VALUES; i++)
            if (set.ranges[r].low <= value_at(i) && value_at(i) <= set.ranges[r].high)
                bits |= UINT32_C(1) << i;
    return bits;
}

/* Ranges of one value or more; some meet. */
static samme_box_set random_set(samme_prng *prng, samme_box_range *ranges) {
    size_t count = 0;
    for (unsigned i = 0; i < VALUES; i++) {
        if (samme_prng_chance(prng, 500))
            continue;
        const bool beside =
            i != VALUES / 2 && count > 0 && ranges[count - 1].high == value_at(i) - 1;
        if (beside && samme_prng_chance(prng, 600))
            ranges[count - 1].high = value_at(i);
        else
            ranges[count++] = (samme_box_range){value_at(i), value_at(i)};
    }
    return (samme_box_set){ranges, count};
}

static void check_normal(samme_box_set set, uint64_t turn) {
    for (size_t i = 0; i < set.count; i++)
        cr_assert(set.ranges[i].low <= set.ranges[i].high &&
                      (i == 0 || set.ranges[i - 1].high < set.ranges[i].low - 1),
                  "turn %" PRIu64, turn);
}

Test(set, operations_are_those_of_bits) {
    samme_prng prng;
    samme_prng_seed(&prng, 5);
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    for (uint64_t turn = 0; turn < PAIRS; turn++) {
        samme_box_range of_a[VALUES], of_b[VALUES];
        const samme_box_set a = random_set(&prng, of_a), b = random_set(&prng, of_b);
        const uint32_t x = bits_of(a), y = bits_of(b);
        const uint32_t wanted[] = {x & y, x & ~y, x | y};
        for (int op = SAMME_BOX_SET_AND; op <= SAMME_BOX_SET_OR; op++) {
            samme_box_set out;
            cr_assert_eq(samme_box_set_combine(&arena, (samme_box_set_operation)op, a, b, &out),
                         SAMME_OK);
            check_normal(out, turn);
            cr_assert_eq(bits_of(out), wanted[op], "turn %" PRIu64 ", operation %d", turn, op);
        }
        if (y != 0) {
            const samme_box_meeting meeting = (x & y) == 0    ? SAMME_BOX_APART
                                              : (y & ~x) == 0 ? SAMME_BOX_COVERS
                                                              : SAMME_BOX_MEETS;
            cr_assert_eq(samme_box_set_meet(a, b), meeting, "turn %" PRIu64, turn);
        }
        const unsigned from = (unsigned)samme_prng_below(&prng, VALUES);
        int64_t next = 0;
        const uint32_t rest = x >> from << from;
        cr_assert_eq(samme_box_set_next(a, value_at(from), &next), rest != 0, "turn %" PRIu64,
                     turn);
        if (rest != 0)
            cr_assert_eq(next, value_at((unsigned)__builtin_ctz(rest)), "turn %" PRIu64, turn);
        samme_arena_reset(&arena);
    }
    samme_arena_free(&arena);
}
