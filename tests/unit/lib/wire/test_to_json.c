#include <criterion/criterion.h>

#include "every.pb-c.h"
#include "wire/mapping.h"
#include "wire/names.h"

static void check(const void *message, const char *expected) {
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    samme_to_json(message, &out);
    cr_assert_eq(samme_buffer_status(&out), SAMME_OK);
    cr_assert_str_eq(samme_buffer_text(&out), expected);
    samme_buffer_free(&out);
}

static void check_string(samme_span text, const char *expected) {
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    samme_json_string(&out, text);
    cr_assert_str_eq(samme_buffer_text(&out), expected);
    samme_buffer_free(&out);
}

Test(to_json, names_are_lower_camel_case) {
    char out[SAMME_NAME_BYTES];
    samme_camel("case_code", out);
    cr_assert_str_eq(out, "caseCode");
    samme_camel("note_a_hash", out);
    cr_assert_str_eq(out, "noteAHash");
    samme_camel("an_int32", out);
    cr_assert_str_eq(out, "anInt32");
    samme_camel("x_2y_", out);
    cr_assert_str_eq(out, "x2y");
    samme_camel("sku", out);
    cr_assert_str_eq(out, "sku");
}

static const char *meant(const ProtobufCMessageDescriptor *type, const char *written) {
    const ProtobufCFieldDescriptor *field = samme_field_meant(type, samme_span_of_text(written));
    return field != NULL ? field->name : "none";
}

Test(to_json, guesses_are_near_and_the_nearest) {
    cr_assert_str_eq(meant(&every__every__descriptor, "textx"), "text"); /* "texts" is as near */
    cr_assert_str_eq(meant(&every__every__descriptor, "textss"), "texts");
    cr_assert_str_eq(meant(&every__every__descriptor, "aBol"), "a_bool");
    cr_assert_str_eq(meant(&every__every__descriptor, "textxyz"), "none");
    cr_assert_str_eq(meant(&every__every__descriptor, ""), "none");
    cr_assert_str_eq(meant(&samme__recorded__descriptor, "xy"), "none"); /* two edits from "id" */
    cr_assert_str_eq(meant(&samme__recorded__descriptor, "Id"), "id");
    char unlike[200] = {0};
    memset(unlike, 'x', sizeof unlike - 1);
    cr_assert_str_eq(meant(&samme__recorded__descriptor, unlike), "none");
}

Test(to_json, defaults_are_left_out) {
    Every__Every every = EVERY__EVERY__INIT;
    check(&every, "{}");
    Samme__Facts facts = SAMME__FACTS__INIT;
    check(&facts, "{}");
}

Test(to_json, numbers_by_their_width) {
    Every__Every every = EVERY__EVERY__INIT;
    every.an_int32 = INT32_MIN;
    every.a_sint32 = -1;
    every.a_sfixed32 = 1;
    every.a_uint32 = UINT32_MAX;
    every.a_fixed32 = 2;
    every.an_int64 = INT64_MIN;
    every.a_sint64 = INT64_MAX;
    every.a_sfixed64 = -3;
    every.a_uint64 = UINT64_MAX;
    every.a_fixed64 = 4;
    every.a_bool = 1;
    every.colour = EVERY__COLOUR__dark_blue;
    check(&every, "{\"anInt32\":-2147483648,\"aSint32\":-1,\"aSfixed32\":1,"
                  "\"aUint32\":4294967295,\"aFixed32\":2,\"anInt64\":\"-9223372036854775808\","
                  "\"aSint64\":\"9223372036854775807\",\"aSfixed64\":\"-3\","
                  "\"aUint64\":\"18446744073709551615\",\"aFixed64\":\"4\",\"aBool\":true,"
                  "\"colour\":\"dark_blue\"}");
}

Test(to_json, a_chosen_member_is_written_even_at_its_default) {
    Every__Every every = EVERY__EVERY__INIT;
    every.has_maybe_case = EVERY__EVERY__HAS_MAYBE_MAYBE;
    every.has_perhaps_case = EVERY__EVERY__HAS_PERHAPS_PERHAPS;
    every.choice_case = EVERY__EVERY__CHOICE_CHOSEN_COLOUR;
    check(&every, "{\"maybe\":\"0\",\"perhaps\":false,\"chosenColour\":\"colour_unset\"}");
}

Test(to_json, a_chosen_text_that_packing_leaves_out_is_left_out) {
    Every__Every every = EVERY__EVERY__INIT;
    every.choice_case = EVERY__EVERY__CHOICE_CHOSEN_TEXT;
    every.chosen_text = (char *)(uintptr_t)protobuf_c_empty_string;
    cr_assert_eq(every__every__get_packed_size(&every), 0);
    check(&every, "{}");
    char empty[] = "";
    every.chosen_text = empty;
    cr_assert_eq(every__every__get_packed_size(&every), 3);
    check(&every, "{\"chosenText\":\"\"}");
}

Test(to_json, lists_objects_and_bytes) {
    char empty[] = "", key[] = "a\"b", value[] = "æ";
    char *texts[] = {empty, value};
    int32_t numbers[] = {0, -5};
    uint8_t raw[] = {0xfb, 0xff};
    Every__Leaf leaf = EVERY__LEAF__INIT, second = EVERY__LEAF__INIT;
    second.number = 7;
    Every__Leaf *leaves[] = {&leaf, &second};
    Every__Every__WordsEntry word = EVERY__EVERY__WORDS_ENTRY__INIT;
    word.key = key;
    word.value = value;
    Every__Every__WordsEntry *words[] = {&word};
    Every__Every__CountsEntry count = EVERY__EVERY__COUNTS_ENTRY__INIT;
    Every__Every__CountsEntry *counts[] = {&count};
    Every__Every__LeafMapEntry entry = EVERY__EVERY__LEAF_MAP_ENTRY__INIT; /* without its value */
    Every__Every__LeafMapEntry *entries[] = {&entry};
    Every__Every every = EVERY__EVERY__INIT;
    every.raw_bytes = (ProtobufCBinaryData){.len = 2, .data = raw};
    every.leaf = &leaf;
    every.n_int32s = 2;
    every.int32s = numbers;
    every.n_texts = 2;
    every.texts = texts;
    every.n_leaves = 2;
    every.leaves = leaves;
    every.n_words = 1;
    every.words = words;
    every.n_leaf_map = 1;
    every.leaf_map = entries;
    every.n_counts = 1;
    every.counts = counts;
    check(&every, "{\"rawBytes\":\"+/8=\",\"leaf\":{},\"int32s\":[0,-5],\"texts\":[\"\",\"æ\"],"
                  "\"leaves\":[{},{\"number\":\"7\"}],\"words\":{\"a\\\"b\":\"æ\"},"
                  "\"leafMap\":{\"\":{}},\"counts\":{\"\":\"0\"}}");
}

Test(to_json, numbers_without_a_name_stay_numbers) {
    Every__Every every = EVERY__EVERY__INIT;
    every.colour = (Every__Colour)-4;
    check(&every, "{\"colour\":-4}");
    cr_assert_str_eq(samme_enum_name(&every__colour__descriptor, -4), "?");
    cr_assert_str_eq(samme_enum_name(&every__colour__descriptor, 7), "dark_blue");
    cr_assert_eq(samme_enum_value(&every__colour__descriptor, "dark_blue"), 7);
    cr_assert_eq(samme_enum_value(&every__colour__descriptor, "blue"), -1);
}

Test(to_json, strings_are_escaped) {
    check_string(SAMME_LITERAL(""), "\"\"");
    check_string(SAMME_LITERAL("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    check_string(SAMME_LITERAL("\n\r\t\b\x1f\x7f"), "\"\\n\\r\\t\\u0008\\u001f\\u007f\"");
    check_string(SAMME_LITERAL("a\0b"), "\"a\\u0000b\"");
    check_string(SAMME_LITERAL("æ€😀"), "\"æ€😀\"");
}

Test(to_json, bytes_that_are_no_text_become_replacement_characters) {
    check_string(SAMME_LITERAL("a\xff"
                               "b"),
                 "\"a\\ufffdb\"");
    check_string(SAMME_LITERAL("\xc3"), "\"\\ufffd\"");
    check_string(SAMME_LITERAL("\xe2\x82x"), "\"\\ufffd\\ufffdx\"");
    check_string(SAMME_LITERAL("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");
    check_string(SAMME_LITERAL("\xf0\x9f\x98\x80\x80"), "\"😀\\ufffd\"");
}
