#include <criterion/criterion.h>
#include <stdio.h>

#include "every.pb-c.h"
#include "wire/mapping.h"

static samme_arena arena;
static samme_error error;

static void set_up(void) {
    samme_arena_init(&arena, 4u << 20);
}
static void tear_down(void) {
    samme_arena_free(&arena);
}
TestSuite(from_yaml, .init = set_up, .fini = tear_down);

static Every__Every *every(const char *text) {
    error.text[0] = 0;
    ProtobufCMessage *message = samme_from_yaml(&every__every__descriptor, samme_span_of_text(text),
                                                "a.yaml", &arena, &error);
    return (Every__Every *)(void *)message;
}

static Every__Every *read_every(const char *text) {
    Every__Every *message = every(text);
    cr_assert_not_null(message, "%s", error.text);
    return message;
}

static void refused(const char *text, const char *expected) {
    cr_assert_null(every(text), "accepted: %s", text);
    cr_assert_str_eq(error.text, expected);
    cr_assert_eq(error.status, SAMME_MALFORMED);
}

static const char policy_text[] = "# returns\n"
                                  "policy: returns\n"
                                  "hit: first\n"
                                  "inputs: [claim_type, days_since_purchase]\n"
                                  "rules:\n"
                                  "  - id: r1\n"
                                  "    when:\n"
                                  "      claim_type: changed_mind\n"
                                  "      days_since_purchase: 0..30\n"
                                  "    then: {verdict: authorise, refund_percent: 87.5}\n"
                                  "  - id: \"2\"\n"
                                  "    then:\n"
                                  "      verdict: deny\n"
                                  "    note: |\n"
                                  "      Two\n"
                                  "      lines.\n";

static Samme__Policy *policy(const char *text) {
    return SAMME_FROM_YAML(Policy, policy, samme_span_of_text(text), "policy/returns.yaml", &arena,
                           &error);
}

Test(from_yaml, a_policy) {
    Samme__Policy *read = policy(policy_text);
    cr_assert_not_null(read, "%s", error.text);
    cr_assert_str_eq(read->policy, "returns");
    cr_assert_eq(read->n_inputs, 2);
    cr_assert_str_eq(read->inputs[1], "days_since_purchase");
    cr_assert_eq(read->n_rules, 2);
    cr_assert_eq(read->rules[0]->n_when, 2);
    cr_assert_str_eq(read->rules[0]->when[1]->key, "days_since_purchase");
    cr_assert_str_eq(read->rules[0]->when[1]->value, "0..30");
    cr_assert_eq((int)read->rules[0]->then->verdict, SAMME__VERDICT__authorise);
    cr_assert_str_eq(read->rules[0]->then->refund_percent, "87.5");
    cr_assert_str_eq(read->rules[1]->id, "2");
    cr_assert_eq(read->rules[1]->n_when, 0);
    cr_assert_str_eq(read->rules[1]->note, "Two\nlines.\n");
}

Test(from_yaml, an_unknown_name_is_where_it_stands) {
    samme_buffer text;
    samme_buffer_init(&text, 4096);
    samme_buffer_append_text(&text, policy_text);
    char *at = strstr((char *)(uintptr_t)samme_buffer_text(&text), "verdict: deny");
    memcpy(at, "verdit:  deny", 13);
    cr_assert_null(policy(samme_buffer_text(&text)));
    cr_assert_str_eq(error.text, "policy/returns.yaml:13:7: unknown name \"verdit\" in Outcome, "
                                 "did you mean \"verdict\"?");
    memcpy(at, "verdict: none", 13);
    cr_assert_null(policy(samme_buffer_text(&text)));
    cr_assert_str_eq(error.text,
                     "policy/returns.yaml:13:16: \"verdict\" wants one of authorise, contingent, "
                     "deny_overridable, deny, found \"none\"");
    samme_buffer_free(&text);
}

Test(from_yaml, a_wrong_type_is_where_the_value_stands) {
    refused("text: a\nan_int32: abc\n",
            "a.yaml:2:11: \"an_int32\" wants a whole number, found \"abc\"");
    refused("int32s:\n  - 1\n  - x\n",
            "a.yaml:3:5: \"int32s[1]\" wants a whole number, found \"x\"");
    refused("leaf: text\n", "a.yaml:1:7: \"leaf\" wants an object, found \"text\"");
    refused("leaves:\n  text: a\n", "a.yaml:2:3: \"leaves\" wants a list, found an object");
    refused("- text\n", "a.yaml:1:1: wants an object, found a list");
    refused("text\n", "a.yaml:1:1: wants an object, found \"text\"");
}

Test(from_yaml, scalars_are_what_the_type_says) {
    Every__Every *message = read_every("text: 5\n"
                                       "texts: [yes, 1.50, 'true', no, 0x1f, 2020-01-01]\n"
                                       "an_int64: '-7'\n"
                                       "aUint64: 18446744073709551615\n"
                                       "a_bool: true\n"
                                       "perhaps: \"false\"\n"
                                       "colour: 'dark_blue'\n"
                                       "raw_bytes: +/8=\n"
                                       "words: {1: 2, true: false}\n");
    cr_assert_str_eq(message->text, "5");
    cr_assert_str_eq(message->texts[0], "yes");
    cr_assert_str_eq(message->texts[1], "1.50");
    cr_assert_str_eq(message->texts[3], "no");
    cr_assert_eq(message->an_int64, -7);
    cr_assert_eq(message->a_uint64, UINT64_MAX);
    cr_assert_eq(message->a_bool, 1);
    cr_assert_eq(message->has_perhaps_case, EVERY__EVERY__HAS_PERHAPS_PERHAPS);
    cr_assert_eq(message->perhaps, 0);
    cr_assert_eq(message->colour, EVERY__COLOUR__dark_blue);
    cr_assert_eq(message->raw_bytes.len, 2);
    cr_assert_str_eq(message->words[1]->key, "true");
}

Test(from_yaml, only_true_and_false_are_booleans) {
    const char *const others[] = {"yes", "no", "on", "True", "TRUE", "1", "t"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[40];
        snprintf(text, sizeof text, "a_bool: %s\n", others[i]);
        cr_assert_null(every(text), "%s", others[i]);
        cr_assert_not_null(strstr(error.text, "wants true or false"), "%s", error.text);
    }
}

Test(from_yaml, only_plain_digits_are_numbers) {
    const char *const others[] = {"0x10", "010", "1_000", "+5", "1e3", "5.0", "5 ", "'5 '", ".5"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[40];
        snprintf(text, sizeof text, "an_int32: %s\n", others[i]);
        bool trailing_space_is_no_part_of_it = i == 6;
        cr_assert_eq(every(text) != NULL, trailing_space_is_no_part_of_it, "%s", others[i]);
    }
}

Test(from_yaml, a_value_that_was_forgotten) {
    refused("text:\na_bool: true\n", "a.yaml:1:6: \"text\" wants a text, found nothing");
    refused("text: ~\n", "a.yaml:1:7: \"text\" wants a text, found nothing");
    refused("text: null\n", "a.yaml:1:7: \"text\" wants a text, found nothing");
    refused("texts:\n", "a.yaml:1:7: \"texts\" wants a list, found nothing");
    refused("texts:\n  -\n  - a\n", "a.yaml:2:4: \"texts[0]\" wants a text, found nothing");
    refused("leaf:\n", "a.yaml:1:6: \"leaf\" wants an object, found nothing");
    cr_assert_str_eq(read_every("text: \"\"\n")->text, "");
    cr_assert_str_eq(read_every("text: 'null'\n")->text, "null");
}

Test(from_yaml, names_are_given_once) {
    refused("text: a\ntext: b\n", "a.yaml:2:1: \"text\" is given twice");
    refused("an_int32: 1\nanInt32: 1\n", "a.yaml:2:1: \"anInt32\" is given twice");
    refused("words: {a: 1, b: 2, a: 3, b: 4}\n", "a.yaml:1:21: \"a\" is given twice");
    refused("leaf_map:\n  x: {number: 1}\n  y: {}\n  \"x\": {}\n",
            "a.yaml:4:3: \"x\" is given twice");
    refused("chosen_text: a\nchosen_number: 1\n",
            "a.yaml:2:1: \"chosen_text\" and \"chosen_number\" exclude each other");
}

Test(from_yaml, what_yaml_has_beyond_json_is_refused) {
    refused("text: &a x\n", "a.yaml:1:7: anchors are not read here");
    refused("leaf: &a {}\n", "a.yaml:1:7: anchors are not read here");
    refused("texts: &a []\n", "a.yaml:1:8: anchors are not read here");
    refused("text: *a\n", "a.yaml:1:7: aliases are not read here");
    refused("leaf:\n  <<: *a\n", "a.yaml:2:7: aliases are not read here");
    refused("text: !!str x\n", "a.yaml:1:7: tags are not read here");
    refused("leaf: !leaf {}\n", "a.yaml:1:7: tags are not read here");
    refused("texts: !l []\n", "a.yaml:1:8: tags are not read here");
    refused("%TAG ! tag:example.org,2000:\n---\ntext: a\n", "a.yaml:1:1: tags are not read here");
    refused("text: a\n---\ntext: b\n", "a.yaml:2:1: a second document begins");
    refused("? [a, b]\n: c\n", "a.yaml:1:3: a name is a word, not a list or an object");
    refused("{a: b}: c\n", "a.yaml:1:1: a name is a word, not a list or an object");
    cr_assert_str_eq(read_every("---\ntext: a\n...\n")->text, "a");
    cr_assert_str_eq(read_every("\xef\xbb\xbftext: a\r\n")->text, "a");
}

Test(from_yaml, syntax_errors_have_line_and_column) {
    refused("text: [a\n",
            "a.yaml:2:1: did not find expected ',' or ']' while parsing a flow sequence");
    refused("text: a\n b: c\n", "a.yaml:2:3: mapping values are not allowed in this context");
    refused("\ttext: a\n", "a.yaml:1:1: found character that cannot start any token while scanning "
                           "for the next token");
    refused("text: a\ntext: \xff\n", "a.yaml:2:7: invalid leading UTF-8 octet");
    refused("text: a\nte\x01xt: b\n", "a.yaml:2:3: control characters are not allowed");
    refused("", "a.yaml:1:1: there is nothing in it");
    refused("# only a remark\n", "a.yaml:1:1: there is nothing in it");
    refused("text: \"a\\0b\"\n",
            "a.yaml:1:7: \"text\" wants UTF-8 text without U+0000, found \"a?b\"");
    cr_assert_null(every("text: \"\\ud800\"\n"));
}

static ProtobufCMessage *repeated_text(const char *start, const char *middle, size_t times,
                                       const char *end) {
    samme_buffer text;
    samme_buffer_init(&text, 16u << 20);
    samme_buffer_append_text(&text, start);
    for (size_t i = 0; i < times; i++)
        samme_buffer_append_text(&text, middle);
    samme_buffer_append_text(&text, end);
    ProtobufCMessage *message = samme_from_yaml(&every__every__descriptor, samme_buffer_span(&text),
                                                "a.yaml", &arena, &error);
    samme_buffer_free(&text);
    return message;
}

Test(from_yaml, depth_values_and_bytes_are_bounded) {
    cr_assert_null(repeated_text("text: ", "[", 100000, ""));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "a.yaml:1:38: nested deeper than 32");
    cr_assert_null(repeated_text("text: ", "{a: ", 100000, ""));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_null(repeated_text("text: ", "- ", 100000, ""));
    cr_assert_null(repeated_text("int32s: [1", ",1", SAMME_MAPPING_NODES_MAX, "]"));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    samme_arena_free(&arena);
    samme_arena_init(&arena, 64u << 20);
    cr_assert_null(repeated_text("text: ", "0123456789abcdef", 300000, ""));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "a.yaml: larger than 4194304 bytes");
    samme_arena small;
    samme_arena_init(&small, 128);
    cr_assert_null(samme_from_yaml(&every__every__descriptor, SAMME_LITERAL("text: x"), "a.yaml",
                                   &small, &error));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    samme_arena_free(&small);
}

/* Finding doubled names is not quadratic: this takes no time at all, or minutes. */
Test(from_yaml, many_names_in_one_object) {
    samme_buffer text;
    samme_buffer_init(&text, 4u << 20);
    samme_arena large;
    samme_arena_init(&large, 64u << 20);
    samme_buffer_append_text(&text, "words:\n");
    for (unsigned i = 0; i < 100000; i++)
        samme_buffer_printf(&text, "  n%u: v\n", i);
    ProtobufCMessage *message = samme_from_yaml(&every__every__descriptor, samme_buffer_span(&text),
                                                "a.yaml", &large, &error);
    cr_assert_not_null(message, "%s", error.text);
    cr_assert_eq(((Every__Every *)(void *)message)->n_words, 100000);
    samme_arena_free(&large);
    samme_buffer_free(&text);
}
