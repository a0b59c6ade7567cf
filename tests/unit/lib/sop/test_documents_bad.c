#include "tests/unit/lib/sop/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "samme/limits.h"

#define HEAD "procedure: p\noccasion: return\ntitle: { en: P }\nsteps:\n"

/* The only finding of the document is this line. */
static void expect(const char *path, const char *text, const char *line) {
    char wanted[600];
    snprintf(wanted, sizeof wanted, "%s:%s\n", path, line);
    cr_expect_str_eq(fixture_load_one(path, text), wanted, "wanted %sfound  %s", wanted,
                     fixture_load_one(path, text));
}

static void expect_procedure(const char *steps, const char *line) {
    char text[4000];
    snprintf(text, sizeof text, HEAD "%s", steps);
    expect("sop/p.yaml", text, line);
}

Test(documents_bad, no_such_message) {
    expect("sop/p.yaml", "procedure: p\nocasion: return\n",
           "2:1: unreadable: unknown name \"ocasion\" in Procedure, did you mean \"occasion\"?");
    expect("sop/p.yaml", "procedure: p\noccasion: returning\n",
           "2:11: unreadable: \"occasion\" wants one of greeting, checkout, phone_call, return, "
           "complaint, hold, call_back, follow_up, found \"returning\"");
    expect("closings.yaml", "lines: [\n",
           "2:1: unreadable: did not find expected node content "
           "while parsing a flow node");
    expect("closings.yaml", "", "1:1: unreadable: there is nothing in it");
    expect("reasons.yaml", "reasons:\n  - code: A\n    customer: {en: x, en: y}\n",
           "3:23: unreadable: \"en\" is given twice");
}

Test(documents_bad, characters_of_what_others_read) {
    static const char bidi[] =
        "bidi_control: found U+202E RIGHT-TO-LEFT OVERRIDE, expected none of "
        "its kind";
    char line[200];
    snprintf(line, sizeof line, "1:4: %s", bidi);
    expect("chain.yaml", "# a\u202eb\n", line);
    expect("policy/p.yaml", "# a\u202eb\n", line);
    expect("floors/p.yaml", "# a\u202eb\n", line);
    expect("probes/p.yaml", "# a\u202eb\n", line);
    snprintf(line, sizeof line, "2:2: %s", bidi);
    expect("policy/p.csv", "id\nx\u202ey\n", line);
    expect("policy/p.csv", "id\nx\u200by\n",
           "2:2: invisible_character: found U+200B ZERO WIDTH SPACE, expected none of its kind");
    expect("policy/p.csv", "id\nfine\ncafe\u0301\n",
           "3:1: not_nfc: expected Unicode normal form C (letters with their accents as one "
           "character)");
}

Test(documents_bad, paths) {
    static const char what[] =
        " unknown_kind: nothing reads it: expected chain.yaml, followups.yaml, closings.yaml, "
        "retention.yaml, reasons.yaml, NAME.yaml in policy/, floors/, probes/, sop/, conduct/, "
        "bulletins/, surveys/, scorecards/, or the CSV of a table in policy/ or floors/";
    expect("sops/p.yaml", "x", what);
    expect("sop/a/p.yaml", "x", what);
    expect("sop/p.yml", "x", what);
    expect("sop/.yaml", "x", what);
    expect("README.md", "x", what);
    expect("policy/norway.yml", "x", what);
    expect("floors/law.yml", "x", what);
    expect("floors/sub/law.yaml", "x", what);
    expect("probes/p.yml", "x", what);
    expect("probes/p.csv", "x", what);
    expect("policy/README", "x", what);
    expect("conduct/a b.yaml", "title: { en: T }\nrules:\n  - { id: a, texts: { en: A } }\n",
           " path_form: expected a file's name of 1 to 64 of a-z A-Z 0-9 _ - . before .yaml");
    const samme_document twice[] = {{"retention.yaml", SAMME_LITERAL("rules: []")},
                                    {"retention.yaml", SAMME_LITERAL("rules: []")}};
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_documents_free(fixture_load(twice, 2, &findings));
    cr_assert_not_null(
        strstr(fixture_lines(&findings), "retention.yaml: path_doubled: expected each path once"));
    samme_document_findings_free(&findings);
}

Test(documents_bad, steps) {
    expect_procedure("  []\n", "1:1: missing: steps: expected 1 to 256, found 0");
    expect_procedure("  - { id: a, texts: { en: A } }\n",
                     "5:5: missing: kind: expected one of say, do, ask, record, found none");
    expect_procedure("  - { id: a b, kind: do, texts: { en: A } }\n",
                     "5:11: id_form: step 1: expected an id of 1 to 64 of a-z A-Z 0-9 _ - ., found "
                     "\"a b\"");
    expect_procedure("  - { id: end, kind: do, texts: { en: A } }\n",
                     "5:11: id_form: expected another id: \"end\" is the end");
    expect_procedure(
        "  - { id: a, kind: do, texts: { en: A } }\n  - { id: a, kind: do, texts: { en: A } }\n",
        "6:11: id_doubled: expected each id once, found \"a\" at step 1 and 2");
    expect_procedure("  - { id: a, kind: do }\n", "5:5: missing: texts: expected 1 to 32, found 0");
    expect_procedure("  - { id: a, kind: do, texts: { en: A }, next: b }\n",
                     "5:48: step_unknown: next: expected the id of a step or \"end\", found \"b\"");
    expect_procedure(
        "  - { id: a, kind: ask, texts: { en: A }, choices: [{ texts: { en: B }, then: c }] }\n",
        "5:79: step_unknown: then: expected the id of a step or \"end\", found \"c\"");
}

Test(documents_bad, ways) {
    expect_procedure(
        "  - { id: a, kind: do, texts: { en: A }, next: end }\n"
        "  - { id: b, kind: do, texts: { en: B } }\n",
        "6:11: step_unreachable: expected a way from the first step to \"b\", found none");
    cr_assert_str_eq(
        fixture_load_one("sop/p.yaml", HEAD "  - { id: a, kind: do, texts: { en: A } }\n"
                                            "  - { id: b, kind: do, texts: { en: B }, next: a }\n"),
        "sop/p.yaml:5:11: step_no_end: expected a way from \"a\" to the end, found only a circle\n"
        "sop/p.yaml:6:11: step_no_end: expected a way from \"b\" to the end, found only a "
        "circle\n");
}

Test(documents_bad, a_circle_with_a_way_out_is_fine) {
    cr_assert_str_eq(fixture_load_one("sop/p.yaml",
                                      HEAD "  - id: a\n    kind: ask\n    texts: { en: A }\n"
                                           "    choices:\n"
                                           "      - { texts: { en: Again }, then: a }\n"
                                           "      - { texts: { en: Done }, then: end }\n"),
                     "");
}

Test(documents_bad, head_of_a_procedure) {
    expect("sop/q.yaml", HEAD "  - { id: a, kind: do, texts: { en: A } }\n",
           "1:12: name_differs: procedure: expected the file's name \"q\", found \"p\"");
    expect("sop/p.yaml",
           "procedure: p\noccasion: hold\nclosing: hold\ntitle: { en: P }\nsteps:\n"
           "  - { id: a, kind: do, texts: { en: A } }\n",
           "3:10: closing_unknown: closing: expected an occasion of closings.yaml, found hold");
    expect("sop/p.yaml",
           "procedure: p\ntitle: { en: P }\nsteps:\n  - { id: a, kind: do, texts: { en: A } }\n",
           "1:1: missing: occasion: expected one of greeting, checkout, phone_call, return, "
           "complaint, hold, call_back, follow_up, found none");
}

Test(documents_bad, languages) {
    expect("conduct/c.yaml", "title: { EN: T }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:10: language_form: title: expected a language as en, pt-BR or sr-Latn, found \"EN\"");
    expect("conduct/c.yaml", "title: { xq: T }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:10: language_unknown: title: expected a language of ISO 639, found \"xq\"");
    expect("conduct/c.yaml", "title: { en-UK: T }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:10: language_unknown: title: expected a country of ISO 3166 behind the language, "
           "found \"en-UK\"");
    expect("conduct/c.yaml", "title: { en: \" \" }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:14: text_empty: title: expected a text of 1 to 4096 bytes, found blanks: 1");
}

Test(documents_bad, lists) {
    expect("conduct/c.yaml", "title: { en: T }\n",
           "1:1: missing: rules: expected 1 to 512, found 0");
    expect("surveys/s.yaml",
           "title: { en: T }\nwhen: [return]\nafter_days: 400\nquestions:\n"
           "  - { id: a, kind: nps, texts: { en: A } }\n",
           "3:13: number_range: after_days: expected 0 to 366, found 400");
    expect("scorecards/s.yaml", "title: { en: T }\nitems:\n  - { id: a, texts: { en: A } }\n",
           "3:5: number_range: weight: expected 1 to 100, found 0");
    expect("retention.yaml", "rules:\n  - { what: a, days: 1 }\n",
           "2:5: text_empty: why: expected a text of 1 to 4096 bytes, found blanks: 0");
    expect("reasons.yaml", "reasons:\n  - { code: late, customer: { en: A } }\n",
           "2:13: id_form: code: expected 1 to 64 of A-Z 0-9 _, found \"late\"");
    expect("reasons.yaml",
           "reasons:\n  - { code: A, customer: { en: A } }\n  - { code: A, customer: { en: A } }\n",
           "3:13: id_doubled: expected each id once, found \"A\" at reason 1 and 2");
}

Test(documents_bad, bulletins) {
    expect("bulletins/b.yaml",
           "title: { en: T }\ntexts: { en: T }\nkind: repair\nfrom: 2026-02-30\n",
           "4:7: date_form: from: expected a date as 2026-11-01, found \"2026-02-30\"");
    expect("bulletins/b.yaml",
           "title: { en: T }\ntexts: { en: T }\nkind: repair\nfrom: 2026-03-02\nuntil: "
           "2026-03-01\n",
           "5:8: dates_order: until: expected 2026-03-02 or a later day, found 2026-03-01");
    expect("bulletins/b.yaml", "title: { en: T }\ntexts: { en: T }\nkind: repair\nskus: [\"\"]\n",
           "4:8: id_form: skus: expected 1 to 64 bytes, found \"\"");
}

Test(documents_bad, follow_ups) {
#define RULE "rules:\n  - { id: a, after_months: 3, channel: phone, texts: { en: A }, min_paid: "
    expect("followups.yaml", RULE "{ DKK: \"1.234\" } }\n",
           "2:77: amount_form: min_paid: expected an amount of DKK of at least 0 with at most 2 "
           "decimals, found \"1.234\"");
    expect("followups.yaml", RULE "{ kr: \"1\" } }\n",
           "2:77: currency_form: min_paid: expected a currency as DKK, found \"kr\"");
    expect("followups.yaml", RULE "{} }\n", "2:5: missing: min_paid: expected 1 to 32, found 0");
}

Test(documents_bad, closings) {
    expect("closings.yaml",
           "lines:\n  - { occasion: hold, texts: { en: \"Bye {nmae}, {name}\" } }\n"
           "  - { occasion: hold, texts: { en: Bye } }\n",
           "2:36: placeholder: texts: expected no braces but {name}, found \"{nmae}, {name}\"");
    expect("closings.yaml", "lines:\n  - { occasion: hold, texts: { en: Bye } }\n",
           "2:5: closing_name_unused: expected a line of hold with {name}, found none");
    expect("closings.yaml", "lines:\n  - { occasion: hold, texts: { en: \"Bye {name}\" } }\n",
           "2:5: closing_needs_name: no line of hold does without {name}: customers whose name is "
           "not known hear none");
    expect("closings.yaml",
           "lines:\n  - { occasion: hold, texts: { en: \"Bye {name}\", da: Hej } }\n"
           "  - { occasion: hold, texts: { en: Bye } }\n",
           "2:5: closing_name_uneven: expected {name} in every language of the line or in none, "
           "found it in 1 of 2");
    expect("conduct/c.yaml",
           "title: { en: \"Dear {name}\" }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:14: placeholder: title: expected no braces, nothing is put in here, found "
           "\"{name}\"");
}

Test(documents_bad, characters_in_the_bytes) {
    expect("closings.yaml", "lines:\n  # \xe2\x80\xae evil\n",
           "2:5: bidi_control: found U+202E RIGHT-TO-LEFT OVERRIDE, expected none of its kind");
    expect("closings.yaml", "a: \xff\n",
           "1:4: invalid_utf8: found byte 0xFF is no UTF-8 here, "
           "expected none of its kind");
    expect("closings.yaml", "\xc3\xa5\xc3\xa5: \xe2\x80\x8b\n",
           "1:5: invisible_character: found U+200B ZERO WIDTH SPACE, expected none of its kind");
    const samme_document with_nul = {"closings.yaml", SAMME_LITERAL("a\0b")};
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_documents_free(fixture_load(&with_nul, 1, &findings));
    cr_assert_str_eq(fixture_lines(&findings),
                     "closings.yaml:1:2: control_character: found U+0000 <control-0000>, expected "
                     "none of its kind\n");
    samme_document_findings_free(&findings);
}

/* What the bytes do not show, YAML's escapes may bring. */
Test(documents_bad, characters_in_the_texts) {
    static const char *const cases[][2] = {
        {"\\u202e",
         "bidi_control: title: found U+202E RIGHT-TO-LEFT OVERRIDE, expected none of its kind"},
        {"\\x07", "control_character: title: found U+0007 <control-0007>, expected none of its "
                  "kind"},
        {"\\uE000", "unassigned_character: title: found U+E000 <private use area-E000>, expected "
                    "none of its kind"},
        {"\\u0378", "unassigned_character: title: found U+0378 <unassigned-0378>, expected none "
                    "of its kind"},
        {"e\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301\\u0301",
         "mark_flood: title: found U+0301 COMBINING ACUTE ACCENT, expected none of its kind"},
        {"e\\u0301", "not_nfc: title: expected the text in Unicode normal form C (letters with "
                     "their accents as one character)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400], line[400];
        snprintf(text, sizeof text,
                 "title: { en: \"a%s\" }\nrules:\n  - { id: a, texts: { en: A } }\n", cases[i][0]);
        snprintf(line, sizeof line, "1:14: %s", cases[i][1]);
        expect("conduct/c.yaml", text, line);
    }
    expect("conduct/c.yaml", "title: { en: \"a\\0\" }\nrules:\n  - { id: a, texts: { en: A } }\n",
           "1:14: unreadable: \"en\" wants UTF-8 text without U+0000, found \"a?\"");
}

Test(documents_bad, one_bad_document_hides_no_other) {
    const samme_document documents[] = {
        {"closings.yaml", SAMME_LITERAL("lines: 3")},
        {"retention.yaml", SAMME_LITERAL("rules:\n  - { what: a, days: 0, why: b }\n")},
    };
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_documents *loaded = fixture_load(documents, 2, &findings);
    cr_assert_str_eq(fixture_lines(&findings),
                     "closings.yaml:1:8: unreadable: \"lines\" wants a list, found \"3\"\n"
                     "retention.yaml:2:22: number_range: days: expected 1 to 36525, found 0\n");
    cr_assert_eq(samme_documents_count(loaded), 1, "what cannot be read is not there");
    cr_assert_not(samme_documents_at(loaded, 0)->sound);
    samme_documents_free(loaded);
    samme_document_findings_free(&findings);
}

Test(documents_bad, limits) {
    char *text = malloc(SAMME_DOCUMENT_MAX_BYTES + 2);
    cr_assert_not_null(text);
    memset(text, '#', SAMME_DOCUMENT_MAX_BYTES + 1);
    text[SAMME_DOCUMENT_MAX_BYTES + 1] = 0;
    expect("closings.yaml", text, " too_large: expected at most 1048576 bytes, found 1048577");
    int head = snprintf(text, 100, "title: { en: \"");
    memset(text + head, 'a', SAMME_SOP_TEXT_MAX_BYTES + 1);
    snprintf(text + head + SAMME_SOP_TEXT_MAX_BYTES + 1, 100,
             "\" }\nrules:\n  - { id: a, texts: { en: A } }\n");
    expect("conduct/c.yaml", text,
           "1:14: too_large: title: expected a text of 1 to 4096 bytes, found 4097");
    size_t length = (size_t)sprintf(text, HEAD);
    for (int i = 0; i < 257; i++)
        length +=
            (size_t)sprintf(text + length, "  - { id: s%d, kind: do, texts: { en: A } }\n", i);
    expect("sop/p.yaml", text, "1:1: too_many: steps: expected 1 to 256, found 257");
    free(text);
    samme_documents *loaded = NULL;
    samme_error error = {.text = ""};
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    cr_assert_eq(
        samme_documents_load(NULL, SAMME_RELEASE_MAX_DOCUMENTS + 1, &loaded, &findings, &error),
        SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text, "expected at most 4096 documents, found 4097");
}
