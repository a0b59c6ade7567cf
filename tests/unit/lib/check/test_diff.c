#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

static const char table[] =
    "policy: returns\nhit: first\ninputs: [category, days_left, line_paid]\n"
    "windows:\n  - { id: w, days: %d, from: purchase, roll: true }\n"
    "rules:\n"
    "  - { id: fresh, when: { category: fresh }, then: { verdict: deny, "
    "reason: FRESH } }\n"
    "  - { id: in, when: { days_left: \">= 0\", line_paid: \"<= %s\" }, then: "
    "{ verdict: authorise, reason: IN } }\n"
    "  - { id: rest, then: { verdict: deny, reason: REST } }\n";

static files folder_of(char *text, size_t room, int days, const char *most) {
    files folder = {.count = 0};
    snprintf(text, room, table, days, most);
    files_add(&folder, "chain.yaml", fixture_chain);
    files_add(&folder, "policy/returns.yaml", text);
    return folder;
}

/* The report as text, and as JSON when asked for. */
static void print(const files *a, const files *b, bool json, samme_buffer *out) {
    samme_diff_report report;
    samme_error error = {.text = ""};
    const samme_check_folder first = files_folder(a), second = files_folder(b);
    samme_buffer_init(out, 1u << 20);
    cr_assert_eq(samme_diff(&first, &second, &report, &error), SAMME_OK, "%s", error.text);
    if (json)
        samme_diff_json(&report, out);
    else
        samme_diff_print(&report, out);
    samme_diff_report_free(&report);
}

Test(diff, a_folder_does_not_differ_from_itself) {
    char text[1024];
    files folder = folder_of(text, sizeof text, 30, "500");
    samme_buffer out;
    print(&folder, &folder, false, &out);
    cr_assert_str_eq(samme_buffer_text(&out), "no difference\n");
    samme_buffer_free(&out);
    print(&folder, &folder, true, &out);
    cr_assert_str_eq(samme_buffer_text(&out), "{\"regions\":[],\"unproved\":[]}\n");
    samme_buffer_free(&out);
}

Test(diff, a_region_has_words_both_answers_and_an_example) {
    char text[2][1024];
    files a = folder_of(text[0], sizeof text[0], 30, "500");
    files b = folder_of(text[1], sizeof text[1], 30, "400");
    samme_buffer out;
    print(&a, &b, false, &out);
    cr_assert_str_eq(
        samme_buffer_text(&out),
        "1. category: absent or not(fresh); line_paid: [400.01..500]; days_left: >= 0\n"
        "   A: authorise, 100 % to original_tender, reason IN (rule in of returns)\n"
        "   B: deny, reason REST (rule rest of returns)\n"
        "{\"receiptKind\":\"receipt\",\"today\":\"2026-01-01\",\"category\":\"food\",\"currency\":"
        "\"DKK\","
        "\"purchaseDate\":\"2025-12-02\",\"linePaid\":\"40001\",\"saleCountry\":\"DK\","
        "\"closedBefore\":\"0\"}\n"
        "1 region differs\n");
    samme_buffer_free(&out);
    print(&a, &b, true, &out);
    cr_assert_not_null(
        strstr(samme_buffer_text(&out),
               "{\"regions\":[{\"where\":{\"category\":\"absent or not(fresh)\",\"line_paid\":"
               "\"[400.01..500]\",\"days_left\":\">= 0\"},\"a\":{\"terms\":"),
        "%s", samme_buffer_text(&out));
    samme_buffer_free(&out);
}

Test(diff, other_windows_are_told_by_days_left_of_each) {
    char text[2][1024];
    files a = folder_of(text[0], sizeof text[0], 30, "500");
    files b = folder_of(text[1], sizeof text[1], 60, "500");
    samme_buffer out;
    print(&a, &b, false, &out);
    cr_assert_not_null(
        strstr(samme_buffer_text(&out),
               "category: absent or not(fresh); line_paid: <= 500; days_left of "
               "returns (A): absent or <= -1; days_left of returns (B): >= 0; deadlines: not "
               "the same\n   A: deny, reason REST, another deadline"),
        "%s", samme_buffer_text(&out));
    samme_buffer_free(&out);
}

Test(diff, trees_of_categories_may_differ) {
    static const char policy[] =
        "policy: returns\nhit: first\ninputs: [category]\nrules:\n"
        "  - { id: tools, when: { category: tools }, then: { verdict: authorise, reason: T } }\n"
        "  - { id: rest, then: { verdict: deny, reason: R } }\n";
    static const char more[] = "chain: shop.example\ncategories:\n"
                               "  - { code: tools, text: Tools }\n"
                               "  - { code: saws, under: tools, text: Saws }\n"
                               "  - { code: food, text: Food }\n"
                               "  - { code: fresh, under: food, text: Fresh }\n"
                               "  - { code: dry, under: food, text: Dry }\n";
    files a = {.count = 0}, b = {.count = 0};
    files_add(&a, "chain.yaml", fixture_chain);
    files_add(&a, "policy/returns.yaml", policy);
    files_add(&b, "chain.yaml", more);
    files_add(&b, "policy/returns.yaml", policy);
    samme_buffer out;
    print(&a, &b, false, &out);
    cr_assert_eq(strncmp(samme_buffer_text(&out), "1. category: saws\n   A: deny, reason R", 37), 0,
                 "%s", samme_buffer_text(&out));
    cr_assert_not_null(strstr(samme_buffer_text(&out), "1 region differs\n"));
    samme_buffer_free(&out);
}

Test(diff, an_error_names_the_side) {
    char text[1024];
    files a = folder_of(text, sizeof text, 30, "500"), b = {.count = 0};
    files_add(&b, "chain.yaml", fixture_chain);
    const samme_check_folder first = files_folder(&a), second = files_folder(&b);
    samme_diff_report report;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_diff(&first, &second, &report, &error), SAMME_NOT_FOUND);
    cr_assert_eq(strncmp(error.text, "B: ", 3), 0, "%s", error.text);
}
