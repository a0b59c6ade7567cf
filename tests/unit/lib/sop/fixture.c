#include "tests/unit/lib/sop/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* SAMME_LITERAL is no constant. */
#define CONTENT(text)                                                                              \
    { (const uint8_t *)("" text), sizeof(text) - 1 }

const samme_document fixture_folder[] = {
    {"chain.yaml", CONTENT("read by others")},
    {"policy/returns.yaml", CONTENT("read by others")},
    {"sop/return.yaml",
     CONTENT("procedure: return\n"
             "occasion: return\n"
             "title: { en: Return, da: Retur }\n"
             "needs_case: true\n"
             "closing: return\n"
             "steps:\n"
             "  - id: greet\n"
             "    kind: say\n"
             "    texts: { en: \"Hello, how can I help?\", da: \"Hej, hvad kan jeg hjælpe "
             "med?\" }\n"
             "  - id: receipt\n"
             "    kind: ask\n"
             "    texts: { en: Ask for the receipt., da: Spørg efter bonen. }\n"
             "    choices:\n"
             "      - { texts: { en: There is one, da: Der er en }, then: scan }\n"
             "      - { texts: { en: There is none, da: Der er ingen }, then: boss }\n"
             "  - id: scan\n"
             "    kind: do\n"
             "    texts: { en: Scan the receipt., da: Scan bonen. }\n"
             "    next: end\n"
             "  - id: boss\n"
             "    kind: record\n"
             "    supervisor: true\n"
             "    texts: { en: Write what is missing., da: Skriv hvad der mangler. }\n")},
    {"conduct/code.yaml",
     CONTENT("title: { en: Our conduct, da: Vores adfærd }\n"
             "rules:\n"
             "  - { id: honest, texts: { en: We say what is true., da: Vi siger hvad der er "
             "sandt. } }\n")},
    {"bulletins/lamps.yaml",
     CONTENT("title: { en: Lamps, da: Lamper }\n"
             "texts: { en: The green lamp is back., da: Den grønne lampe er her igen. }\n"
             "categories: [lighting]\n"
             "skus: [\"84029E\"]\n"
             "from: 2026-11-01\n"
             "until: 2026-11-30\n"
             "kind: alternative\n")},
    {"followups.yaml",
     CONTENT("rules:\n"
             "  - id: bed\n"
             "    category: beds\n"
             "    min_paid: { DKK: \"3000\", SEK: \"4500.00\" }\n"
             "    after_months: 3\n"
             "    channel: email\n"
             "    texts: { en: \"Hello {name}, how do you sleep?\", da: \"Hej {name}, sover du "
             "godt?\" }\n")},
    {"surveys/visit.yaml",
     CONTENT("title: { en: Your visit, da: Dit besøg }\n"
             "when: [return, complaint]\n"
             "after_days: 2\n"
             "questions:\n"
             "  - { id: q1, kind: nps, texts: { en: Would you recommend us?, da: Vil du "
             "anbefale os? } }\n")},
    {"scorecards/visit.yaml",
     CONTENT("title: { en: Visit, da: Besøg }\n"
             "items:\n"
             "  - { id: hello, weight: 10, texts: { en: We greet at once., da: Vi hilser "
             "straks. } }\n")},
    {"closings.yaml",
     CONTENT("lines:\n"
             "  - { occasion: return, texts: { en: \"Thank you, {name}.\", da: \"Tak, "
             "{name}.\" } }\n"
             "  - { occasion: return, texts: { en: Thank you., da: Tak. } }\n")},
    {"retention.yaml", CONTENT("rules:\n"
                               "  - { what: contact, days: 1095, why: warranty }\n")},
    {"reasons.yaml", CONTENT("reasons:\n"
                             "  - code: LATE\n"
                             "    customer: { en: The time to return it is over., da: Fristen er "
                             "overskredet. }\n"
                             "    clerk: { en: Show the date., da: Vis datoen. }\n"
                             "    instead: { en: We repair it., da: Vi reparerer den. }\n"
                             "  - code: FINE\n"
                             "    customer: { en: We take it back., da: Vi tager den retur. }\n")},
};
const size_t fixture_folder_count = sizeof fixture_folder / sizeof *fixture_folder;

samme_documents *fixture_load(const samme_document *documents, size_t count,
                              samme_document_findings *findings) {
    samme_documents *loaded = NULL;
    samme_error error = {.text = ""};
    samme_status status = samme_documents_load(documents, count, &loaded, findings, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    return loaded;
}

const char *fixture_lines(samme_document_findings *findings) {
    static char text[32768];
    samme_buffer lines;
    samme_buffer_init(&lines, sizeof text - 1);
    samme_document_findings_sort(findings);
    for (size_t i = 0; i < samme_document_findings_count(findings); i++) {
        samme_document_finding_print(samme_document_findings_at(findings, i), &lines);
        samme_buffer_append_text(&lines, "\n");
    }
    cr_assert_eq(samme_buffer_status(&lines), SAMME_OK);
    snprintf(text, sizeof text, "%s", samme_buffer_text(&lines));
    samme_buffer_free(&lines);
    return text;
}

const char *fixture_load_one(const char *path, const char *text) {
    const samme_document document = {path, samme_span_of_text(text)};
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_documents_free(fixture_load(&document, 1, &findings));
    const char *lines = fixture_lines(&findings);
    samme_document_findings_free(&findings);
    return lines;
}

const char *fixture_lint(samme_text_role role, const char *language, const char *text) {
    const samme_document_place place = {.path = "p", .line = 1, .column = 2};
    samme_document_findings findings;
    samme_error error = {.text = ""};
    samme_document_findings_init(&findings);
    samme_status status = samme_lint_text(role, language, text, &place, &findings, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    const char *lines = fixture_lines(&findings);
    samme_document_findings_free(&findings);
    return lines;
}
