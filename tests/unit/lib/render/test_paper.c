/* Layout: wrapping, escaping, and what an author may have written into a text. */
#include "tests/unit/lib/render/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define POLICY(text)                                                                               \
    "policy: p\nhit: first\ninputs: [claim]\nreasons:\n  - code: A\n    customer: { en: " text     \
    " }\nrules:\n  - { id: under_score, then: { verdict: deny, reason: A } }\n"

static char *of(const char *policy, bool markdown) {
    fixture made = fixture_of(policy);
    char *text = fixture_render(&made, "en", SAMME_READERS_STAFF, NULL, markdown);
    fixture_free(&made);
    return text;
}

static void says(const char *policy, bool markdown, const char *expected) {
    char *text = of(policy, markdown);
    cr_assert_not_null(strstr(text, expected), "expected %s in:\n%s", expected, text);
    free(text);
}

Test(paper, markdown_is_escaped_and_text_is_not) {
    says(POLICY("\"a *b* [c](d) <e> \\\\ #f `g` ~h & i|j\""), true,
         "a \\*b\\* \\[c\\](d) \\<e\\> \\\\ \\#f \\`g\\` \\~h \\& i\\|j\n");
    says(POLICY("\"a *b* [c](d) <e>\""), false, "Tell the customer: a *b* [c](d) <e>\n");
    says(POLICY("x"), true, "- **1.** Always: Say no. (under\\_score)\n");
}

Test(paper, line_ends_of_authors_are_spaces_and_other_controls_are_dropped) {
    says(POLICY("\"one\\n\\n# two\\r\\tthree\\x07!\""), false,
         "Tell the customer: one # two three!\n");
    says(POLICY("\"one\\n# two\""), true, "one \\# two\n");
}

Test(paper, what_begins_a_paragraph_does_not_begin_a_list) {
    static const char *const texts[][2] = {{"\"- one\"", "    \\- one\n"},
                                           {"\"+ one\"", "    \\+ one\n"},
                                           {"\"1. one\"", "    1\\. one\n"},
                                           {"\"12) one\"", "    12\\) one\n"},
                                           {"\"a - b 1. c\"", "    a - b 1. c\n"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char policy[512];
        snprintf(policy, sizeof policy, POLICY("%s"), texts[i][0]);
        fixture made = fixture_of(policy);
        char *text = fixture_render(&made, "en", SAMME_READERS_CUSTOMERS, NULL, true);
        cr_assert_not_null(strstr(text, texts[i][1]), "expected %s in:\n%s", texts[i][1], text);
        free(text);
        fixture_free(&made);
    }
}

/* Devanagari is counted by letters, not by bytes or marks; a word is not broken. */
/* clang-format off */
static const char hindi[] = POLICY("\"स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री\"");
static const char hindi_wrapped[] = "    Tell the customer: स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री स्त्री\n"
                                    "    स्त्री स्त्री स्त्री स्त्री\n";
static const char long_word[] =
    POLICY("\"a-word-of-more-than-eighty-columns-that-nothing-can-break-and-that-is-left-as-it-is-on-its-own-line then\"");
/* clang-format on */

Test(paper, text_is_wrapped_at_80_columns) {
    says(hindi, false, hindi_wrapped);
    says(long_word, false, "-on-its-own-line\n    then\n");
}
