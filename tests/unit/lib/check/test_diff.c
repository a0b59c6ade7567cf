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
    cr_assert_str_eq(samme_buffer_text(&out), "{\"regions\":[],\"past\":[],\"unproved\":[]}\n");
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

/* One rule that pays everybody: what is in front of it and in it. */
static files paying(char *text, size_t room, const char *chain, const char *fields,
                    const char *terms) {
    files folder = {.count = 0};
    snprintf(text, room,
             "policy: returns\nhit: first\ninputs: [category]\n%srules:\n"
             "  - { id: all, then: { verdict: authorise, reason: IN%s } }\n",
             fields, terms);
    files_add(&folder, "chain.yaml", chain);
    files_add(&folder, "policy/returns.yaml", text);
    return folder;
}

typedef struct beside {
    char text[2][1024];
    files folders[2];
    samme_buffer out;
} beside;

static const char *diff_of(beside *both, const char *chain, const char *const *fields,
                           const char *const *terms) {
    for (int s = 0; s < 2; s++)
        both->folders[s] = paying(both->text[s], sizeof both->text[s], chain,
                                  fields != NULL ? fields[s] : "", terms != NULL ? terms[s] : "");
    print(&both->folders[0], &both->folders[1], false, &both->out);
    return samme_buffer_text(&both->out);
}

/* The first region's words. */
static void expect_where(const char *text, const char *where) {
    cr_assert(strncmp(text, "1. ", 3) == 0 && strncmp(text + 3, where, strlen(where)) == 0 &&
                  text[3 + strlen(where)] == '\n',
              "expected %s, found %s", where, text);
    cr_assert_not_null(strstr(text, "\n1 region differs\n"), "%s", text);
}

/* Both folders decide the example of the first region; the answers are not the same. */
static void expect_true_example(beside *both) {
    const char *facts = strstr(samme_buffer_text(&both->out), "\n{");
    char line[1024];
    samme_arena arena;
    samme_decision decisions[2];
    cr_assert_not_null(facts);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(facts + 1, "\n"), facts + 1);
    samme_arena_init(&arena, 1u << 20);
    Samme__Facts *read = facts_of(line, &arena);
    samme_policy *policies[2];
    for (int s = 0; s < 2; s++) {
        policies[s] = files_compile(&both->folders[s]);
        cr_assert_eq(samme_policy_decide(policies[s], read, &decisions[s], NULL), SAMME_OK);
    }
    const Samme__Answer *a = &decisions[0].answer, *b = &decisions[1].answer;
    cr_assert(a->refund != b->refund || a->fee != b->fee ||
                  a->refunds[0]->tender != b->refunds[0]->tender,
              "%s", line);
    for (int s = 0; s < 2; s++)
        samme_policy_free(policies[s]);
    samme_arena_free(&arena);
}

Test(diff, regression_example_of_another_percent_has_an_amount) {
    beside both;
    const char *text =
        diff_of(&both, fixture_chain, NULL, (const char *const[]){"", ", refund_percent: \"90\""});
    expect_where(text, "line_paid: >= 0.01");
    cr_assert_not_null(strstr(text, "\"linePaid\":\"10000\""), "%s", text);
    cr_assert_not_null(strstr(text, "\"currency\":\"DKK\""), "%s", text);
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, regression_amounts_below_both_fees_are_no_difference) {
    beside both;
    const char *text = diff_of(&both, fixture_chain, NULL,
                               (const char *const[]){", fee: \"5\"", ", fee: \"5.50\""});
    expect_where(text, "line_paid: >= 5.01");
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, regression_fee_percents_that_come_to_one_fee_are_no_difference) {
    beside both;
    const char *text = diff_of(&both, fixture_chain, NULL,
                               (const char *const[]){", fee_percent: \"10\"", ", fee: \"20\""});
    expect_where(text, "line_paid: [0.01..199.99], >= 200.1");
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, fees_that_keep_all_are_no_difference) {
    beside both;
    const char *text =
        diff_of(&both, fixture_chain, NULL,
                (const char *const[]){", refund_percent: \"50\", fee_percent: \"50\"",
                                      ", refund_percent: \"50\", fee_percent: \"60\", fee: \"7\""});
    cr_assert_str_eq(text, "no difference\n");
    samme_buffer_free(&both.out);
}

Test(diff, percents_whose_roundings_alternate_are_one_region_and_say_so) {
    beside both;
    const char *text =
        diff_of(&both, fixture_chain, NULL,
                (const char *const[]){", refund_percent: \"90\"", ", refund_percent: \"89.99\""});
    expect_where(text, "line_paid: >= 0.1; money: not the same");
    expect_true_example(&both);
    samme_buffer_free(&both.out);
    print(&both.folders[0], &both.folders[1], true, &both.out);
    cr_assert_not_null(strstr(samme_buffer_text(&both.out),
                              "\"where\":{\"line_paid\":\">= 0.1\",\"money\":\"not the same\"}"),
                       "%s", samme_buffer_text(&both.out));
    samme_buffer_free(&both.out);
}

Test(diff, cents_are_no_difference_in_a_currency_without_them) {
    static const char yen[] =
        "chain: shop.example\nbranches:\n"
        "  - { number: 1, name: A, country: DK, currency: DKK, utc_offset_minutes: 60 }\n"
        "  - { number: 2, name: B, country: JP, currency: JPY, utc_offset_minutes: 540 }\n";
    beside both;
    const char *text =
        diff_of(&both, yen, NULL, (const char *const[]){", fee: \"5\"", ", fee: \"5.50\""});
    expect_where(text, "line_paid: >= 5.01; currency: DKK");
    expect_true_example(&both);
    samme_buffer_free(&both.out);
    text = diff_of(&both, yen, NULL, (const char *const[]){", fee: \"5\"", ", fee: \"7\""});
    expect_where(text, "line_paid: >= 5.01");
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, regression_example_of_another_order_of_tenders_has_tenders) {
    beside both;
    const char *text = diff_of(&both, fixture_chain,
                               (const char *const[]){"tender_order: [gift_card, card]\n",
                                                     "tender_order: [gift_card, cash]\n"},
                               NULL);
    expect_where(
        text, "receipt_kind: absent or not(gift_receipt); line_paid: >= 0.01; money: not the same");
    cr_assert_not_null(strstr(text, "(gift_card, card, cash, store_credit, invoice, other)"), "%s",
                       text);
    cr_assert_not_null(strstr(text, "\"tenders\":[{\"kind\":\"card\""), "%s", text);
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, regression_an_order_of_tenders_that_is_the_usual_one_is_no_difference) {
    static const char *const orders[] = {
        "tender_order: [cash]\n", "tender_order: [cash, card]\n",
        "tender_order: [cash, card, gift_card, store_credit, invoice, other]\n"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        beside both;
        const char *text =
            diff_of(&both, fixture_chain, (const char *const[]){orders[i], ""}, NULL);
        cr_assert_str_eq(text, "no difference\n", "%s%s", orders[i], text);
        samme_buffer_free(&both.out);
    }
}

Test(diff, a_repriced_bundle_differs_by_what_it_was_paid) {
    beside both;
    const char *text =
        diff_of(&both, fixture_chain, (const char *const[]){"bundles: reprice_rest\n", ""}, NULL);
    expect_where(text, "bundle_broken: yes; money: not the same");
    cr_assert_not_null(strstr(text, "\"bundlePaid\""), "%s", text);
    expect_true_example(&both);
    samme_buffer_free(&both.out);
}

Test(diff, regression_another_basis_is_said_to_need_a_past_release) {
    beside both;
    const char *text =
        diff_of(&both, fixture_chain, (const char *const[]){"", "basis: better\n"}, NULL);
    cr_assert_str_eq(text,
                     "with a past release (--past) answers may differ: basis is today in A (policy "
                     "returns), better in B (policy returns)\n"
                     "no difference without a past release\n");
    samme_buffer_free(&both.out);
}

Test(diff, what_stands_in_for_a_past_release_is_said_where_one_is_asked) {
    beside both;
    const char *text = diff_of(
        &both, fixture_chain,
        (const char *const[]){"basis: purchase_day\n", "basis: purchase_day\nnot_held: baseline\n"},
        NULL);
    cr_assert_str_eq(text,
                     "with a past release (--past) answers may differ: not_held is today in A "
                     "(policy returns), baseline in B (policy returns)\n"
                     "no difference without a past release\n");
    samme_buffer_free(&both.out);
    text = diff_of(&both, fixture_chain, (const char *const[]){"", "not_held: baseline\n"}, NULL);
    cr_assert_str_eq(text, "no difference\n");
    samme_buffer_free(&both.out);
}

Test(diff, regression_other_ranks_of_tenders_are_said_where_the_better_answers) {
    static const char chain[] = "chain: shop.example\n";
    static const char ranked[] = "chain: shop.example\ntender_ranks: [credit, original_tender]\n";
    for (int better = 0; better < 2; better++) {
        char text[2][1024];
        samme_buffer out;
        const char *basis = better ? "basis: better\n" : "";
        const files a = paying(text[0], sizeof text[0], chain, basis, "");
        const files b = paying(text[1], sizeof text[1], ranked, basis, "");
        print(&a, &b, false, &out);
        cr_assert_str_eq(
            samme_buffer_text(&out),
            better ? "with a past release (--past) answers may differ: basis is better (policy "
                     "returns in A, returns in B), and tender_ranks are not the same\n"
                     "no difference without a past release\n"
                   : "no difference\n");
        samme_buffer_free(&out);
    }
}

/* docs/AUTHORING.md, Differences: a return always has a claim_type. */
Test(diff, regression_facts_that_a_return_always_has_are_taken_as_given) {
    static const char policy[] =
        "policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
        "  - { id: d, when: { claim_type: defect }, then: { verdict: authorise, reason: D } }\n"
        "  - { id: n, %sthen: { verdict: deny, reason: N } }\n"
        "  - { id: rest, then: { verdict: deny, reason: R } }\n";
    char text[2][1024];
    files folders[2] = {{.count = 0}, {.count = 0}};
    samme_buffer out;
    for (int s = 0; s < 2; s++) {
        snprintf(text[s], sizeof text[s], policy,
                 s == 0 ? "" : "when: { claim_type: \"not(defect)\" }, ");
        files_add(&folders[s], "chain.yaml", fixture_chain);
        files_add(&folders[s], "policy/returns.yaml", text[s]);
    }
    print(&folders[0], &folders[1], false, &out);
    cr_assert_str_eq(samme_buffer_text(&out), "no difference\n");
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
