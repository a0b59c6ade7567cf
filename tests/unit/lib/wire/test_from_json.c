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
TestSuite(from_json, .init = set_up, .fini = tear_down);

static Every__Every *every(const char *text) {
    ProtobufCMessage *message = samme_from_json(&every__every__descriptor, samme_span_of_text(text),
                                                "body", &arena, &error);
    return (Every__Every *)(void *)message;
}

static Every__Every *read_every(const char *text) {
    Every__Every *message = every(text);
    cr_assert_not_null(message, "%s", error.text);
    return message;
}

static void refused_at(const char *text, const char *expected) {
    error.text[0] = 0;
    cr_assert_null(every(text), "accepted: %s", text);
    cr_assert_str_eq(error.text, expected);
    cr_assert_eq(error.status, SAMME_MALFORMED);
}

/* A text of one line, wherever on it: `expected` says "body: ...". */
static void refused(const char *text, const char *expected) {
    unsigned column;
    int length = 0;
    cr_assert_null(every(text), "accepted: %s", text);
    cr_assert_eq(sscanf(error.text, "body:1:%u%n", &column, &length), 1, "%s", error.text);
    cr_assert(column >= 1 && column <= strlen(text), "%s", error.text);
    cr_assert_str_eq(error.text + length, expected + strlen("body"));
    cr_assert_eq(error.status, SAMME_MALFORMED);
}

Test(from_json, names_in_both_spellings) {
    Every__Every *message = read_every("{\"anInt32\": 5, \"a_uint32\": 6}");
    cr_assert_eq(message->an_int32, 5);
    cr_assert_eq(message->a_uint32, 6);
    refused("{\"anInt32\": 5, \"an_int32\": 6}", "body: \"an_int32\" is given twice");
    refused("{\"AnInt32\": 5}",
            "body: unknown name \"AnInt32\" in Every, did you mean \"anInt32\"?");
}

Test(from_json, what_is_not_given_is_at_its_default) {
    Every__Every *message = read_every("{}");
    cr_assert_eq((const char *)message->text, protobuf_c_empty_string);
    cr_assert_null(message->leaf);
    cr_assert_null(message->texts);
    cr_assert_eq(message->has_maybe_case, 0);
    message = read_every("{\"texts\": [], \"words\": {}, \"leaf\": {}, \"maybe\": 0}");
    cr_assert_eq(message->n_texts, 0);
    cr_assert_eq(message->n_words, 0);
    cr_assert_not_null(message->leaf);
    cr_assert_eq((const char *)message->leaf->text, protobuf_c_empty_string);
    cr_assert_eq(message->has_maybe_case, EVERY__EVERY__HAS_MAYBE_MAYBE);
}

Test(from_json, both_ends_of_every_integer) {
    Every__Every *low =
        read_every("{\"anInt32\":-2147483648,\"aSint32\":\"-2147483648\",\"aSfixed32\":-2147483648,"
                   "\"anInt64\":-9223372036854775808,\"aSint64\":\"-9223372036854775808\","
                   "\"aSfixed64\":\"-9223372036854775808\",\"aUint64\":0}");
    cr_assert_eq(low->an_int32, INT32_MIN);
    cr_assert_eq(low->a_sint32, INT32_MIN);
    cr_assert_eq(low->a_sfixed32, INT32_MIN);
    cr_assert_eq(low->an_int64, INT64_MIN);
    cr_assert_eq(low->a_sint64, INT64_MIN);
    cr_assert_eq(low->a_sfixed64, INT64_MIN);
    Every__Every *high =
        read_every("{\"anInt32\":2147483647,\"aUint32\":4294967295,\"aFixed32\":\"4294967295\","
                   "\"anInt64\":9223372036854775807,\"aUint64\":\"18446744073709551615\","
                   "\"aFixed64\":\"18446744073709551615\"}");
    cr_assert_eq(high->an_int32, INT32_MAX);
    cr_assert_eq(high->a_uint32, UINT32_MAX);
    cr_assert_eq(high->a_fixed32, UINT32_MAX);
    cr_assert_eq(high->an_int64, INT64_MAX);
    cr_assert_eq(high->a_uint64, UINT64_MAX);
    cr_assert_eq(high->a_fixed64, UINT64_MAX);
}

Test(from_json, integers_out_of_range) {
    refused("{\"anInt32\":2147483648}", "body: anInt32: wants a whole number from -2147483648 to "
                                        "2147483647, found 2147483648");
    refused("{\"anInt32\":-2147483649}", "body: anInt32: wants a whole number from -2147483648 to "
                                         "2147483647, found -2147483649");
    refused("{\"aUint32\":4294967296}",
            "body: aUint32: wants a whole number from 0 to 4294967295, found 4294967296");
    refused("{\"aUint32\":-1}",
            "body: aUint32: wants a whole number from 0 to 4294967295, found -1");
    refused("{\"anInt64\":\"9223372036854775808\"}",
            "body: anInt64: wants a whole number from -9223372036854775808 to "
            "9223372036854775807, found \"9223372036854775808\"");
    refused("{\"aUint64\":\"18446744073709551616\"}",
            "body: aUint64: wants a whole number from 0 to 18446744073709551615, found "
            "\"18446744073709551616\"");
}

Test(from_json, what_is_no_integer) {
    refused("{\"anInt64\":\"x\"}", "body: anInt64: wants a whole number, found \"x\"");
    refused("{\"anInt64\":\"\"}", "body: anInt64: wants a whole number, found \"\"");
    refused("{\"anInt64\":\" 1\"}", "body: anInt64: wants a whole number, found \" 1\"");
    refused("{\"anInt64\":\"01\"}", "body: anInt64: wants a whole number, found \"01\"");
    refused("{\"anInt64\":1.5}",
            "body: anInt64: wants a whole number, found the decimal number 1.5");
    refused("{\"anInt64\":1e3}",
            "body: anInt64: wants a whole number, found the decimal number 1000");
    refused("{\"aUint64\":true}", "body: aUint64: wants a whole number, found true");
    refused("{\"aUint64\":null}", "body: aUint64: wants a whole number, found nothing");
    refused("{\"aUint64\":{}}", "body: aUint64: wants a whole number, found an object");
}

Test(from_json, wrong_types) {
    refused("{\"text\":5}", "body: text: wants a text, found 5");
    refused("{\"text\":null}", "body: text: wants a text, found nothing");
    refused("{\"aBool\":\"true\"}", "body: aBool: wants true or false, found \"true\"");
    refused("{\"aBool\":1}", "body: aBool: wants true or false, found 1");
    refused("{\"leaf\":[]}", "body: leaf: wants an object, found a list");
    refused("{\"leaf\":null}", "body: leaf: wants an object, found nothing");
    refused("{\"texts\":\"a\"}", "body: texts: wants a list, found \"a\"");
    refused("{\"texts\":[\"a\",[]]}", "body: texts[1]: wants a text, found a list");
    refused("{\"texts\":null}", "body: texts: wants a list, found nothing");
    refused("{\"words\":[]}", "body: words: wants an object, found a list");
    refused("{\"words\":{\"a\":1}}", "body: words.a: wants a text, found 1");
    refused("[]", "body: wants an object, found a list");
}

Test(from_json, enumerations_by_name) {
    cr_assert_eq(read_every("{\"colour\":\"dark_blue\"}")->colour, EVERY__COLOUR__dark_blue);
    cr_assert_eq(read_every("{\"colour\":\"colour_unset\"}")->colour, 0);
    refused("{\"colour\":\"blue\"}", "body: colour: wants one of red, dark_blue, found \"blue\"");
    refused("{\"colour\":\"darkblue\"}", "body: colour: wants one of red, dark_blue, found "
                                         "\"darkblue\", did you mean \"dark_blue\"?");
    refused("{\"colour\":1}", "body: colour: wants one of red, dark_blue, found 1");
    refused("{\"colour\":\"\"}", "body: colour: wants one of red, dark_blue, found \"\"");
}

Test(from_json, bytes_are_strict_base64) {
    Every__Every *message = read_every("{\"rawBytes\":\"+/8=\",\"blobs\":[\"\",\"AAEC\"]}");
    cr_assert_eq(message->raw_bytes.len, 2);
    cr_assert_arr_eq(message->raw_bytes.data, "\xfb\xff", 2);
    cr_assert_eq(message->blobs[0].len, 0);
    cr_assert_arr_eq(message->blobs[1].data, "\0\1\2", 3);
    refused("{\"rawBytes\":\"-_8=\"}", "body: rawBytes: wants base64, found \"-_8=\"");
    refused("{\"rawBytes\":\"+/8\"}", "body: rawBytes: wants base64, found \"+/8\"");
    refused("{\"rawBytes\":5}", "body: rawBytes: wants base64, found 5");
}

Test(from_json, one_member_of_a_oneof) {
    Every__Every *message = read_every("{\"chosenLeaf\":{\"number\":3}}");
    cr_assert_eq(message->choice_case, EVERY__EVERY__CHOICE_CHOSEN_LEAF);
    cr_assert_eq(message->chosen_leaf->number, 3);
    cr_assert_eq(read_every("{\"chosenText\":\"\"}")->choice_case,
                 EVERY__EVERY__CHOICE_CHOSEN_TEXT);
    refused("{\"chosenText\":\"\",\"chosenNumber\":1}",
            "body: \"chosen_text\" and \"chosen_number\" exclude each other");
}

Test(from_json, lists_and_maps) {
    Every__Every *message =
        read_every("{\"int32s\":[1,\"2\"],\"colours\":[\"red\"],\"leaves\":[{\"text\":\"a\"},{}],"
                   "\"words\":{\"k\":\"v\",\"\":\"\"},\"leafMap\":{\"x\":{\"number\":-1}},"
                   "\"counts\":{\"n\":7}}");
    cr_assert_eq(message->n_int32s, 2);
    cr_assert_eq(message->int32s[1], 2);
    cr_assert_eq(message->colours[0], EVERY__COLOUR__red);
    cr_assert_eq(message->n_leaves, 2);
    cr_assert_str_eq(message->leaves[0]->text, "a");
    cr_assert_eq(message->n_words, 2);
    cr_assert_str_eq(message->words[0]->key, "k");
    cr_assert_str_eq(message->words[0]->value, "v");
    cr_assert_str_eq(message->words[1]->key, "");
    cr_assert_eq(message->leaf_map[0]->value->number, -1);
    cr_assert_eq(message->counts[0]->value, 7);
}

Test(from_json, places_are_paths) {
    refused("{\"leaves\":[{},{\"number\":\"q\"}]}",
            "body: leaves[1].number: wants a whole number, found \"q\"");
    refused("{\"leaves\":[{},{\"nummer\":1}]}",
            "body: leaves[1]: unknown name \"nummer\" in Leaf, did you mean \"number\"?");
    refused("{\"leafMap\":{\"a\\nb\":{\"text\":1}}}",
            "body: leafMap.a?b.text: wants a text, found 1");
    refused("{\"something else\":1}", "body: unknown name \"something else\" in Every");
    refused("{\"text\":[\"0123456789\"],\"texts\":[]}", "body: text: wants a text, found a list");
    refused("{\"anInt32\":\"0123456789012345678901234567890123456789012\xc3\xa6xxxx\"}",
            "body: anInt32: wants a whole number, found "
            "\"0123456789012345678901234567890123456789012...\"");
}

/* A value's errors stand where it begins, those of a name where that does. */
Test(from_json, type_errors_have_line_and_column) {
    refused_at("{\"text\":5}", "body:1:9: text: wants a text, found 5");
    refused_at("{\"text\" :\t5}", "body:1:11: text: wants a text, found 5");
    refused_at("{\n  \"text\": \"a\",\r\n  \"aBool\":\n1}",
               "body:4:1: aBool: wants true or false, found 1");
    refused_at(" [] ", "body:1:2: wants an object, found a list");
    refused_at("{\"texts\":[\"a\", \"b\" , [\"c\"]]}",
               "body:1:22: texts[2]: wants a text, found a list");
    refused_at("{\"texts\":[\"\",\"\\\"\",\"\\\\\",null]}",
               "body:1:24: texts[3]: wants a text, found nothing");
    refused_at("{\"texts\":[\"{[,:]}\",true]}", "body:1:20: texts[1]: wants a text, found true");
    refused_at("{\"text\":\"\xc3\xa6\xe2\x82\xac\",\"leaf\":-1.5e3}",
               "body:1:21: leaf: wants an object, found the decimal number -1500");
    refused_at("{\"leaf\":{},\"leaves\":[{\"number\":1,\"text\":\"a\"},{\"number\":[]}]}",
               "body:1:56: leaves[1].number: wants a whole number, found a list");
    refused_at("{\"leafMap\":{\"a\":{\"number\":1},\n\"b\":{\"number\":\"q\"}}}",
               "body:2:15: leafMap.b.number: wants a whole number, found \"q\"");
}

Test(from_json, errors_of_names_stand_at_the_name) {
    refused_at("{\"leaf\":{\"text\":\"a\",\n \"nummer\" : 1}}",
               "body:2:2: leaf: unknown name \"nummer\" in Leaf, did you mean \"number\"?");
    refused_at("{\"chosenText\":\"\",\"chosenNumber\":1}",
               "body:1:18: \"chosen_text\" and \"chosen_number\" exclude each other");
    refused_at("{\"anInt32\":[{\"text\":1}],\"nought\":5}",
               "body:1:12: anInt32: wants a whole number, found a list");
    refused_at("{\"leaves\":[{},{}],\"anInt32\":5,\"an_int32\":6}",
               "body:1:31: \"an_int32\" is given twice");
}

/* The place is that of the value, however many stand in front of it. */
Test(from_json, the_place_of_each_of_many) {
    for (unsigned wrong = 0; wrong < 200; wrong++) {
        samme_buffer text;
        char expected[100];
        samme_buffer_init(&text, 16384);
        samme_buffer_append_text(&text, "{\"leaves\":[");
        for (unsigned i = 0; i < 200; i++)
            samme_buffer_printf(&text, "%s\n%*s{\"text\":\"\",\"number\":%s}", i > 0 ? "," : "",
                                (int)(i % 7), "", i == wrong ? "true" : "7");
        samme_buffer_append_text(&text, "]}");
        snprintf(expected, sizeof expected,
                 "body:%u:%u: leaves[%u].number: wants a whole number, found true", wrong + 2,
                 21 + wrong % 7, wrong);
        refused_at(samme_buffer_text(&text), expected);
        samme_buffer_free(&text);
    }
}

Test(from_json, a_long_path_keeps_its_end) {
    samme_buffer text, path;
    samme_buffer_init(&text, 4096);
    samme_buffer_init(&path, 4096);
    for (unsigned i = 0; i < 25; i++) {
        samme_buffer_append_text(&text, "{\"deeper\":");
        samme_buffer_append_text(&path, ".deeper");
    }
    samme_buffer_append_text(&text, "{\"many\":[{},5]}");
    for (unsigned i = 0; i < 25; i++)
        samme_buffer_append_text(&text, "}");
    samme_buffer_append_text(&path, ".many[1]: wants an object, found 5");
    cr_assert_null(samme_from_json(&every__deep__descriptor, samme_buffer_span(&text), "body",
                                   &arena, &error));
    /* 159 bytes of path at most: 21 steps of 7 bytes before the last 8 */
    const char *end = samme_buffer_text(&path) + 4 * 7;
    cr_assert(strncmp(error.text, "body:1:263: ", 12) == 0, "%s", error.text);
    cr_assert_str_eq(error.text + 12, end);
    samme_buffer_free(&text);
    samme_buffer_free(&path);
}

Test(from_json, syntax_errors_have_line_and_column) {
    refused_at("{\n  \"text\": \"a\",\n  }", "body:3:3: string or '}' expected near '}'");
    refused_at("", "body:1:0: '[' or '{' expected near end of file");
    cr_assert_null(every("{\"text\":\"a\",\"text\":\"b\"}"));
    cr_assert_not_null(strstr(error.text, "duplicate object key"), "%s", error.text);
    cr_assert_null(every("{} x"));
    cr_assert_null(every("5"));
    cr_assert_null(every("{\"text\":\"a\\u0000b\"}"));
    cr_assert_null(every("{\"text\":\"\\ud800\"}"));
    cr_assert_null(every("{\"text\":\"\xff\"}"));
    cr_assert_null(every("{\"anInt64\":9223372036854775808}"));
    cr_assert_null(
        samme_from_json(&every__every__descriptor, SAMME_LITERAL("{}\0"), "body", &arena, &error));
}

static ProtobufCMessage *repeated_text(const char *start, const char *middle, size_t times,
                                       const char *end) {
    samme_buffer text;
    samme_buffer_init(&text, 16u << 20);
    samme_buffer_append_text(&text, start);
    for (size_t i = 0; i < times; i++)
        samme_buffer_append_text(&text, middle);
    samme_buffer_append_text(&text, end);
    ProtobufCMessage *message = samme_from_json(&every__every__descriptor, samme_buffer_span(&text),
                                                "body", &arena, &error);
    samme_buffer_free(&text);
    return message;
}

Test(from_json, depth_is_bounded_before_parsing) {
    cr_assert_null(repeated_text("{\"text\":\n", "[", SAMME_MAPPING_DEPTH_MAX, ""));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "body:2:32: nested deeper than 32");
    cr_assert_null(repeated_text("{\"\xc3\xa6\xe2\x82\xac\":", "[", SAMME_MAPPING_DEPTH_MAX, ""));
    cr_assert_str_eq(error.text, "body:1:38: nested deeper than 32"); /* characters, not bytes */
    cr_assert_null(repeated_text("", "[", 1000000, ""));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_not_null(repeated_text("{\"text\":\"", "[{,\\\"", 1000, "\"}"), "%s", error.text);
    cr_assert_null(
        repeated_text("{\"text\":", "[", 31, "")); /* as deep as may be: a syntax error */
    cr_assert_eq(error.status, SAMME_MALFORMED);
}

Test(from_json, values_and_bytes_are_bounded) {
    samme_arena_free(&arena);
    samme_arena_init(&arena, 64u << 20);
    const size_t most = SAMME_MAPPING_NODES_MAX - 2; /* and the list, and the whole */
    cr_assert_not_null(repeated_text("{\"leaves\":[{}", ",{}", most - 1, "]}"), "%s", error.text);
    cr_assert_null(repeated_text("{\"leaves\":[{}", ",{}", most, "]}"));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "body: more than 200000 values");
    /* far too many are seen before jansson takes memory for them: the error knows where */
    cr_assert_null(repeated_text("{\"leaves\":[{}", ",{}", 2 * most, "]}"));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "body:1:600009: more than 200000 values");
    cr_assert_null(repeated_text("{\"text\":\"", "0123456789abcdef", 300000, "\"}"));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "body: larger than 4194304 bytes");
    samme_arena small;
    samme_arena_init(&small, 128);
    cr_assert_null(samme_from_json(&every__every__descriptor, SAMME_LITERAL("{\"text\":\"x\"}"),
                                   "body", &small, &error));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    samme_arena_free(&small);
}

Test(from_json, the_typed_form_and_no_error_wanted) {
    samme_span text = SAMME_LITERAL("{\"caseCode\":\"A-1\",\"paid\":\"100\"}");
    Samme__ReturnDone *done = SAMME_FROM_JSON(ReturnDone, return_done, text, "body", &arena, NULL);
    cr_assert_not_null(done);
    cr_assert_str_eq(done->case_code, "A-1");
    cr_assert_eq(done->paid, 100);
    cr_assert_null(every("{\"text\":1}"));
    cr_assert_null(samme_from_json(&every__every__descriptor, SAMME_LITERAL("{\"colour\":\"rot\"}"),
                                   "body", &arena, NULL));
}
