#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/sop/fixture.h"

static const char *lint_all(const samme_document *documents, size_t count) {
    samme_document_findings findings;
    samme_error error = {.text = ""};
    samme_document_findings_init(&findings);
    samme_documents *loaded = fixture_load(documents, count, &findings);
    cr_assert_eq(samme_document_findings_count(&findings), 0, "%s", fixture_lines(&findings));
    cr_assert_eq(samme_lint_documents(loaded, &findings, &error), SAMME_OK, "%s", error.text);
    const char *lines = fixture_lines(&findings);
    samme_documents_free(loaded);
    samme_document_findings_free(&findings);
    return lines;
}

Test(lint_documents, a_good_folder_reads_well) {
    cr_assert_str_eq(lint_all(fixture_folder, fixture_folder_count), "");
}

Test(lint_documents, findings_stand_at_the_text_and_name_the_step) {
    const samme_document document = {
        "sop/p.yaml",
        SAMME_LITERAL("procedure: p\n"
                      "occasion: return\n"
                      "title: { en: A title that has more words in it than any title needs }\n"
                      "steps:\n"
                      "  - id: say\n"
                      "    kind: say\n"
                      "    texts: { da: Det var godt. }\n"
                      "  - id: do\n"
                      "    kind: do\n"
                      "    texts:\n"
                      "      da: Det er godt.\n"
                      "      de: Das ist gut.\n")};
    cr_assert_str_eq(
        lint_all(&document, 1),
        "sop/p.yaml:3:14: text_long: en: 12 words in a title or choice, at most 10\n"
        "sop/p.yaml:11:11: verb_not_first: da: begins with \"det\", expected the verb first: "
        "\"Det er godt.\"\n"
        "sop/p.yaml:12:11: language_not_judged: texts in de are not looked at: only en, da, nb, "
        "sv, hi\n");
}

Test(lint_documents, readability_is_of_the_whole_document) {
    char text[4000];
    size_t length = (size_t)snprintf(text, sizeof text, "title: { da: Regler }\nrules:\n");
    for (int i = 0; i < 10; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "  - { id: r%d, texts: { da: \"Medarbejderne overholder "
                                   "retningslinjerne i butikken.\" } }\n",
                                   i);
    const samme_document document = {"conduct/c.yaml", samme_span_of_text(text)};
    cr_assert_str_eq(lint_all(&document, 1),
                     "conduct/c.yaml: readability: da: LIX is 85.0, at most 34: 50 words in 10 "
                     "sentences, 40 of more than 6 letters\n");
}

Test(lint_documents, one_document_does_not_count_for_the_next) {
    char text[4000];
    size_t length = (size_t)snprintf(text, sizeof text, "title: { da: Regler }\nrules:\n");
    for (int i = 0; i < 9; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "  - { id: r%d, texts: { da: \"Medarbejderne overholder "
                                   "retningslinjerne i butikken.\" } }\n",
                                   i);
    const samme_document documents[] = {{"conduct/a.yaml", samme_span_of_text(text)},
                                        {"conduct/b.yaml", samme_span_of_text(text)}};
    cr_assert_str_eq(lint_all(documents, 2), "", "45 words each are too few to judge");
}
