#include "wire/places.h"

#include <criterion/criterion.h>

static const char text[] = "policy: returns\n"
                           "inputs: [claim, mode]\n"
                           "rules:\n"
                           "  - id: first\n"
                           "    when:\n"
                           "      claim: \"own\"\n"
                           "      mode: \"\"\n"
                           "    then: { verdict: deny, reason: NO }\n";

static samme_arena arena;
static samme_places places;

static const Samme__Policy *read_text(const char *yaml) {
    samme_error error = {.text = ""};
    samme_arena_init(&arena, 1 << 20);
    samme_places_init(&places);
    const void *policy = samme_from_yaml_placed(
        &samme__policy__descriptor, samme_span_of_text(yaml), "p.yaml", &arena, &places, &error);
    cr_assert_not_null(policy, "%s", error.text);
    return policy;
}

static void drop(void) {
    samme_places_free(&places);
    samme_arena_free(&arena);
}

TestSuite(places, .fini = drop);

static void expect(const void *value, unsigned line, unsigned column) {
    unsigned found_line = 0, found_column = 0;
    cr_expect(samme_places_find(&places, value, &found_line, &found_column), "%u:%u", line, column);
    cr_expect_eq(found_line, line, "%u for %u:%u", found_line, line, column);
    cr_expect_eq(found_column, column, "%u for %u:%u", found_column, line, column);
}

Test(places, of_texts_messages_and_fields) {
    const Samme__Policy *policy = read_text(text);
    expect(policy, 1, 1);
    expect(policy->policy, 1, 9);
    expect(policy->inputs[1], 2, 17);
    expect(policy->rules[0], 4, 5);
    expect(policy->rules[0]->then, 8, 11);
    expect(&policy->rules[0]->then->verdict, 8, 22);
}

Test(places, of_an_entry_its_key_and_its_value) {
    const Samme__Rule *rule = read_text(text)->rules[0];
    expect(rule->when[0], 6, 7);
    expect(rule->when[0]->key, 6, 7);
    expect(rule->when[0]->value, 6, 14);
    expect(rule->when[1]->value, 7, 13);
}

Test(places, what_was_not_written_stands_nowhere) {
    const Samme__Policy *policy = read_text(text);
    unsigned line = 7, column = 7;
    cr_expect_not(samme_places_find(&places, policy->hit, &line, &column));
    cr_expect_not(samme_places_find(&places, &policy->rules[0]->then->legal, &line, &column));
    cr_expect_not(samme_places_find(&places, NULL, &line, &column));
    cr_expect(line == 7 && column == 7);
}

Test(places, are_as_many_as_the_values) {
    samme_buffer many;
    samme_buffer_init(&many, 1 << 20);
    samme_buffer_append_text(&many, "inputs:\n");
    for (int i = 0; i < 5000; i++)
        samme_buffer_printf(&many, "  - input%d\n", i);
    const Samme__Policy *policy = read_text(samme_buffer_text(&many));
    for (unsigned i = 0; i < 5000; i++)
        expect(policy->inputs[i], i + 2, 5);
    samme_buffer_free(&many);
}

Test(places, empty_before_they_are_filled) {
    unsigned line, column;
    samme_arena_init(&arena, 1000);
    samme_places_init(&places);
    cr_expect_not(samme_places_find(&places, text, &line, &column));
}
