#include "sop/findings.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void add(samme_document_findings *findings, samme_severity severity, const char *code,
                const char *path, unsigned line, const char *id) {
    const samme_document_place place = {.path = path, .line = line, .column = 3, .id = id};
    samme_document_findings_add(findings, severity, code, &place, "text %u", line);
}

Test(findings, are_sorted_by_place_and_printed) {
    samme_document_findings findings;
    samme_buffer out;
    samme_document_findings_init(&findings);
    samme_buffer_init(&out, 1000);
    add(&findings, SAMME_SEVERITY_ERROR, "c1", "b", 2, NULL);
    add(&findings, SAMME_SEVERITY_ERROR, "c2", "a", 9, NULL);
    add(&findings, SAMME_SEVERITY_ERROR, "c3", "b", 0, NULL);
    add(&findings, SAMME_SEVERITY_ERROR, "c4", "b", 2, NULL);
    add(&findings, SAMME_SEVERITY_ERROR, "c5", "b", 1, NULL);
    samme_document_findings_sort(&findings);
    for (size_t i = 0; i < samme_document_findings_count(&findings); i++) {
        samme_document_finding_print(samme_document_findings_at(&findings, i), &out);
        samme_buffer_append_text(&out, "\n");
    }
    cr_assert_str_eq(samme_buffer_text(&out), "a:9:3: c2: text 9\nb: c3: text 0\nb:1:3: c5: text "
                                              "1\nb:2:3: c1: text 2\nb:2:3: c4: text 2\n");
    samme_buffer_free(&out);
    samme_document_findings_free(&findings);
}

Test(findings, are_waived_by_code_document_and_id) {
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    add(&findings, SAMME_SEVERITY_WAIVABLE, "tense", "a", 1, "s1");
    add(&findings, SAMME_SEVERITY_WAIVABLE, "tense", "a", 2, "s1");
    add(&findings, SAMME_SEVERITY_WAIVABLE, "tense", "a", 3, "s2");
    add(&findings, SAMME_SEVERITY_WAIVABLE, "tense", "b", 1, "s1");
    add(&findings, SAMME_SEVERITY_ERROR, "tense", "a", 4, "s1");
    add(&findings, SAMME_SEVERITY_NOTE, "tense", "a", 5, NULL);
    cr_assert_eq(samme_document_findings_blocking(&findings), 5);
    cr_assert_eq(samme_document_findings_waive(&findings, "tense", "a", "s1"), 2);
    cr_assert_eq(samme_document_findings_waive(&findings, "tense", "a", ""), 0, "a note");
    cr_assert_eq(samme_document_findings_waive(&findings, "wordy", "a", "s1"), 0);
    cr_assert_eq(samme_document_findings_blocking(&findings), 3);
    samme_document_findings_free(&findings);
}

Test(findings, have_a_maximum) {
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    char path[201];
    memset(path, 'p', 200);
    path[200] = 0;
    for (unsigned i = 0; i < SAMME_DOCUMENT_FINDINGS_MAX + 7; i++) {
        const samme_document_place place = {path, i, 1, "an-id-of-some-length", "en"};
        samme_document_findings_add(&findings, SAMME_SEVERITY_NOTE, "c", &place, "%0500u", i);
    }
    cr_assert_eq(samme_document_findings_count(&findings), SAMME_DOCUMENT_FINDINGS_MAX);
    cr_assert_eq(findings.left_out, 7);
    cr_assert_eq(samme_document_findings_blocking(&findings), 7, "nobody knows what they were");
    samme_document_findings_free(&findings);
}
