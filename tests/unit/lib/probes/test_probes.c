/* How lists of answers are compared; how they are made is shown with a hub and its nodes
 * (tests/unit/hub/test_probes.c). */
#include "probes/probes.h"

#include <criterion/criterion.h>

#include "base/text.h"
#include "crypto/hash.h"

enum { COUNT = 40 };

static samme_probes probes;
static samme_hash answers[COUNT + 1];
static void setup(void) {
    samme_probes_init(&probes);
    for (unsigned i = 0; i <= COUNT; i++)
        answers[i] = samme_sha256(SAMME_SPAN(&i, sizeof i));
    samme_buffer_append(&probes.answers, SAMME_SPAN(answers, COUNT * sizeof *answers));
    probes.count = COUNT;
    probes.complete = true;
}
static void teardown(void) {
    samme_probes_free(&probes);
}
TestSuite(probes, .init = setup, .fini = teardown);

static samme_probes_different compare(size_t count) {
    samme_probes_different different;
    samme_probes_compare(&probes, SAMME_SPAN(answers, count * sizeof *answers), &different);
    return different;
}

Test(probes, equal_answers_do_not_differ) {
    cr_assert_eq(compare(COUNT).count, 0);
}

Test(probes, each_that_differs_is_counted_and_the_first_are_named) {
    answers[7].bytes[31] ^= 1;
    answers[39].bytes[0] ^= 1;
    samme_probes_different different = compare(COUNT);
    cr_assert_eq(different.count, 2);
    cr_assert_eq(different.first[0], 7);
    cr_assert_eq(different.first[1], 39);
    for (size_t i = 0; i < COUNT; i++)
        answers[i].bytes[5] ^= 1;
    different = compare(COUNT);
    cr_assert_eq(different.count, COUNT);
    cr_assert_eq(different.first[SAMME_PROBES_DIFFERENT_MAX - 1], SAMME_PROBES_DIFFERENT_MAX - 1);
}

Test(probes, answers_too_few_or_too_many_differ) {
    cr_assert_eq(compare(COUNT - 1).count, 1);
    cr_assert_eq(compare(COUNT - 1).first[0], COUNT - 1);
    cr_assert_eq(compare(COUNT + 1).count, 1);
    cr_assert_eq(compare(COUNT + 1).first[0], COUNT);
    cr_assert_eq(compare(0).count, COUNT);
}

Test(probes, the_digest_is_of_release_and_answers) {
    const samme_span all = SAMME_SPAN(answers, COUNT * sizeof *answers);
    const samme_hash first = samme_probes_digest(1, all), again = samme_probes_digest(1, all);
    const samme_hash other = samme_probes_digest(2, all);
    const samme_hash fewer = samme_probes_digest(1, SAMME_SPAN(answers, sizeof *answers));
    cr_assert(memcmp(&first, &again, sizeof first) == 0);
    cr_assert(memcmp(&first, &other, sizeof first) != 0);
    cr_assert(memcmp(&first, &fewer, sizeof first) != 0);
}
