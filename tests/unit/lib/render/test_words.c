/* The tables of phrases are whole, and alike over languages where they must be. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "policy/inputs.h"
#include "render/words.h"
#include "wire/names.h"

static const samme_prose *language(unsigned number) {
    return samme_prose_of((samme_tongue)number);
}

static bool has(const char *text, const char *part) {
    return text != NULL && strstr(text, part) != NULL;
}

static bool is_devanagari(const char *text) {
    return has(text, "\u0915") || has(text, "\xe0\xa4") || has(text, "\xe0\xa5");
}

Test(words, every_tongue_has_words_and_no_other) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++) {
        cr_assert_not_null(language(i));
        cr_assert_eq(language(i)->tongue, (samme_tongue)i);
    }
    cr_assert_null(samme_prose_of(SAMME_TONGUE_OTHER));
}

Test(words, every_phrase_is_there_with_the_same_places_to_fill) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++)
        for (unsigned say = 0; say < SAMME_SAY_COUNT; say++) {
            const char *text = language(i)->phrases[say];
            const char *english = samme_prose_en.phrases[say];
            const char *tag = samme_tongue_tag((samme_tongue)i);
            cr_assert(text != NULL && text[0] != 0, "%s: phrase %u", tag, say);
            cr_assert_eq(has(text, "{1}"), has(english, "{1}"), "%s: %s", tag, text);
            cr_assert_eq(has(text, "{2}"), has(english, "{2}"), "%s: %s", tag, text);
            cr_assert(!has(text, "{3}") && !has(text, "{}") && !has(text, "  "), "%s: %s", tag,
                      text);
        }
}

Test(words, no_language_speaks_another) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++)
        for (unsigned say = 0; say < SAMME_SAY_COUNT; say++) {
            const char *text = language(i)->phrases[say];
            if (strlen(text) < 12) /* marks and patterns */
                continue;
            bool hindi = i == SAMME_TONGUE_HI;
            cr_assert_eq(is_devanagari(text), hindi, "%s", text);
            cr_assert(i == SAMME_TONGUE_EN || strcmp(text, samme_prose_en.phrases[say]) != 0, "%s",
                      text);
        }
}

static void check_input(const samme_prose *words, const samme_input *input) {
    const samme_prose_input *found = samme_prose_input_of(words, input->name);
    const char *tag = samme_tongue_tag(words->tongue);
    cr_assert_not_null(found, "%s: %s", tag, input->name);
    cr_assert(has(found->is, "{1}"), "%s: %s", tag, input->name);
    cr_assert(found->known != NULL && !has(found->known, "{"), "%s: %s", tag, input->name);
    cr_assert(found->is_not == NULL || has(found->is_not, "{1}"), "%s: %s", tag, input->name);
    if (input->kind == SAMME_KIND_COUNT)
        cr_assert(has(found->one, "{1}") && has(found->many, "{1}"), "%s: %s", tag, input->name);
    bool excludes = input->kind == SAMME_KIND_CATEGORY || input->kind == SAMME_KIND_TIER ||
                    input->kind == SAMME_KIND_COUNTRY || input->kind == SAMME_KIND_CURRENCY ||
                    (input->kind == SAMME_KIND_ENUMERATION && input->domain.high > 2);
    cr_assert_eq(found->is_not != NULL, excludes, "%s: %s", tag, input->name);
    if (input->kind == SAMME_KIND_TIER)
        cr_assert_str_eq(found->values[0].name, "none");
    if (input->kind != SAMME_KIND_ENUMERATION)
        return;
    for (int64_t value = input->domain.low; value <= input->domain.high; value++) {
        const char *name = samme_enum_name(input->values, (int)value);
        const samme_prose_value *said = samme_prose_value_of(found, name);
        cr_assert(said != NULL && said->is != NULL && !has(said->is, "{"), "%s: %s: %s", tag,
                  input->name, name);
    }
}

Test(words, every_input_and_every_value_has_words_in_every_language) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++) {
        for (unsigned id = 0; id < SAMME_INPUT_COUNT; id++)
            check_input(language(i), samme_input_at((samme_input_id)id));
        cr_assert_eq(language(i)->input_count, (size_t)SAMME_INPUT_COUNT,
                     "words for what is no input");
    }
}

Test(words, no_value_has_words_that_proto_does_not_know) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++)
        for (size_t k = 0; k < language(i)->input_count; k++) {
            const samme_prose_input *words = &language(i)->inputs[k];
            const samme_input *input = samme_input_find(words->name);
            cr_assert_not_null(input, "%s", words->name);
            for (const samme_prose_value *value = words->values; value->name != NULL; value++)
                if (input->values != NULL)
                    cr_assert_gt(samme_enum_value(input->values, value->name), 0, "%s: %s",
                                 words->name, value->name);
        }
}

Test(words, countries_and_months_are_the_same_in_all_languages) {
    for (unsigned i = 0; i < SAMME_TONGUE_COUNT; i++) {
        const samme_prose_code *country = language(i)->countries;
        const samme_prose_code *english = samme_prose_en.countries;
        for (; english->code != NULL; english++, country++) {
            cr_assert(country->code != NULL && strcmp(country->code, english->code) == 0, "%s",
                      english->code);
            cr_assert_eq(is_devanagari(country->text), i == SAMME_TONGUE_HI, "%s", country->text);
        }
        cr_assert_null(country->code);
        for (unsigned month = 0; month < 12; month++)
            cr_assert(language(i)->months[month] != NULL && language(i)->months[month][0] != 0);
    }
}
