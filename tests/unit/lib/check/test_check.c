#include <criterion/criterion.h>
#include <stdio.h>

#include "fixture.h"

static const char sound[] = "policy: returns\n"
                            "hit: unique\n"
                            "inputs: [claim_type]\n"
                            "rules:\n"
                            "  - id: defect\n"
                            "    when: { claim_type: defect }\n"
                            "    then: { verdict: authorise, reason: DEFECT }\n"
                            "  - id: other\n"
                            "    when: { claim_type: \"not(defect)\" }\n"
                            "    then: { verdict: deny_overridable, reason: OTHER }\n";

static files folder_of(const char *policy) {
    files folder = {.count = 0};
    files_add(&folder, "chain.yaml", fixture_chain);
    files_add(&folder, "policy/returns.yaml", policy);
    return folder;
}

/* The chain with more behind it. */
static const char *chain_with(const char *more) {
    static char text[8192];
    snprintf(text, sizeof text, "%s%s", fixture_chain, more);
    return text;
}

static void expect(const samme_check_report *report, const char *line) {
    samme_buffer out;
    samme_buffer_init(&out, 1u << 20);
    samme_check_print(report, &out);
    cr_assert_not_null(strstr(samme_buffer_text(&out), line), "expected \"%s\" in:\n%s", line,
                       samme_buffer_text(&out));
    samme_buffer_free(&out);
}

static void expect_only(const files *folder, const char *line) {
    samme_check_report report = check(folder);
    expect(&report, line);
    cr_assert_eq(samme_check_blocking(&report), 1);
    samme_check_report_free(&report);
}

Test(check, a_sound_folder_is_proved) {
    files folder = folder_of(sound);
    samme_check_report report = check(&folder);
    cr_assert_eq(samme_check_finding_count(&report), 0);
    cr_assert_eq(samme_check_blocking(&report), 0);
    expect(&report,
           "proved 1 of 1 tables with 2 of 2 rules; read 0 procedures with 0 steps; decided "
           "0 probes; 0 unproved, 0 waived: sound\n");
    samme_check_report_free(&report);
}

Test(check, findings_stand_in_a_stable_order_as_text_and_json) {
    files folder =
        folder_of("policy: returns\nhit: unique\ninputs: [claim_type, condition]\nrules:\n"
                  "  - { id: a, when: { claim_type: defect }, then: { verdict: deny, "
                  "reason: A } }\n"
                  "  - { id: b, when: { condition: opened }, then: { verdict: deny, "
                  "reason: B } }\n");
    samme_buffer text[2], json;
    for (int i = 0; i < 2; i++) {
        samme_check_report report = check(&folder);
        samme_buffer_init(&text[i], 1u << 20);
        samme_check_print(&report, &text[i]);
        if (i == 1) {
            samme_buffer_init(&json, 1u << 20);
            samme_check_json(&report, &json);
        }
        samme_check_report_free(&report);
    }
    cr_assert_str_eq(samme_buffer_text(&text[0]), samme_buffer_text(&text[1]));
    cr_assert_str_eq(
        samme_buffer_text(&text[0]),
        "policy/returns.yaml:6:11: gap: no rule answers claim_type: not(defect); condition: absent "
        "or "
        "not(opened)\n"
        "{\"claimType\":\"changed_mind\",\"condition\":\"unopened\",\"saleCountry\":\"DK\"}\n"
        "policy/returns.yaml:6:11: overlap: rule \"b\" and rule \"a\" both answer claim_type: "
        "defect; "
        "condition: opened\n"
        "{\"claimType\":\"defect\",\"condition\":\"opened\",\"saleCountry\":\"DK\"}\n"
        "proved 1 of 1 tables with 2 of 2 rules; read 0 procedures with 0 steps; decided 0 probes; "
        "0 "
        "unproved, 0 waived: 2 findings to mend\n");
    cr_assert_not_null(strstr(samme_buffer_text(&json),
                              "{\"code\":\"overlap\",\"severity\":\"waivable\",\"path\":"
                              "\"policy/returns.yaml\",\"line\":6,\"column\":11,\"table\":"
                              "\"policy/returns.yaml\",\"rule\":\"b\",\"other\":\"a\","),
                       "%s", samme_buffer_text(&json));
    samme_buffer_free(&text[0]);
    samme_buffer_free(&text[1]);
    samme_buffer_free(&json);
}

Test(check, a_rule_that_dates_keep_from_firing_is_found) {
    files folder = folder_of(
        "policy: returns\nhit: first\ninputs: [days_left]\nwindows:\n"
        "  - { id: w, days: 30, from: purchase }\nrules:\n"
        "  - { id: in, when: { days_left: \"[0..30]\" }, then: { verdict: authorise, "
        "reason: IN } }\n"
        "  - { id: early, when: { days_left: \"> 30\" }, then: { verdict: deny, reason: E } "
        "}\n"
        "  - { id: rest, then: { verdict: deny, reason: R } }\n");
    expect_only(&folder, "policy/returns.yaml:8:11: unreachable: rule \"early\" can never fire: no "
                         "facts reach it\n");
}

Test(check, without_windows_days_left_is_never_given) {
    files folder = folder_of("policy: returns\nhit: first\ninputs: [days_left]\nrules:\n"
                             "  - { id: in, when: { days_left: \">= 0\" }, then: { verdict: "
                             "authorise, reason: IN } }\n"
                             "  - { id: rest, then: { verdict: deny, reason: R } }\n");
    expect_only(&folder,
                "policy/returns.yaml:5:11: unreachable: rule \"in\" can never fire: no facts "
                "reach it\n");
}

Test(check, an_answer_for_missing_facts_leaves_no_gap_where_one_is_missing) {
    static const char table[] =
        "policy: returns\nhit: first\ninputs: [condition, line_paid]\n%srules:\n"
        "  - { id: a, when: { condition: \"not(used)\", line_paid: \">= 0\" }, then: { verdict: "
        "deny, "
        "reason: A } }\n"
        "  - { id: b, when: { condition: used, line_paid: \"[0..99.99]\" }, then: { verdict: deny, "
        "reason: B } }\n"
        "  - { id: c, when: { condition: used, line_paid: \">= 100\" }, then: { verdict: deny, "
        "reason: C } }\n";
    char text[1024];
    snprintf(text, sizeof text, table, "missing: { verdict: deny, reason: M }\n");
    files folder = folder_of(text);
    samme_check_report report = check(&folder);
    /* nothing lies between 99.99 and 100 of the chain's currencies */
    cr_assert_eq(samme_check_finding_count(&report), 0);
    samme_check_report_free(&report);
    snprintf(text, sizeof text, table, "");
    folder = folder_of(text);
    report = check(&folder);
    cr_assert_eq(count_findings(&report, "gap", NULL), 2);
    expect(&report, "gap: no rule answers condition: absent\n");
    expect(&report, "gap: no rule answers line_paid: absent\n");
    samme_check_report_free(&report);
}

Test(check, what_does_not_compile_is_a_finding_with_its_place) {
    files folder = folder_of("policy: returns\nhit: first\ninputs: [claim_tipe]\nrules:\n"
                             "  - { id: a, then: { verdict: deny, reason: A } }\n");
    samme_check_report report = check(&folder);
    const samme_check_finding *finding = find_finding(&report, "schema");
    cr_assert_not_null(finding);
    cr_assert_str_eq(finding->path, "policy/returns.yaml");
    cr_assert_eq(finding->line, 3);
    cr_assert_not_null(strstr(finding->text, "did you mean \"claim_type\"?"), "%s", finding->text);
    cr_assert_eq(finding->severity, SAMME_SEVERITY_ERROR);
    samme_check_report_free(&report);
}

Test(check, a_mistake_in_one_table_does_not_hide_that_in_another) {
    static const char other[] = "policy: %s\nhit: first\ncountries: [%s]\ninputs: [%s]\nrules:\n"
                                "  - { id: a, then: { verdict: deny, reason: %s } }\n";
    char danish[512], swedish[512], law[512];
    snprintf(danish, sizeof danish, other, "danish", "DK", "claim_tipe", "A");
    snprintf(swedish, sizeof swedish, other, "swedish", "SE", "claim_type", "a");
    snprintf(law, sizeof law, other, "law", "DK", "conditio", "A");
    files folder = folder_of(sound);
    files_add(&folder, "policy/danish.yaml", danish);
    files_add(&folder, "policy/swedish.yaml", swedish);
    files_add(&folder, "floors/law.yaml", law);
    samme_check_report report = check(&folder);
    cr_assert_eq(count_findings(&report, "schema", NULL), 3);
    expect(&report, "floors/law.yaml:4:");
    expect(&report, "policy/danish.yaml:4:");
    expect(&report, "policy/swedish.yaml:6:");
    samme_check_report_free(&report);
}

Test(check, regression_a_file_deeper_down_is_no_table_of_a_broken_folder) {
    files folder = folder_of("policy: returns\nhit: frist\ninputs: [claim_type]\nrules: []\n");
    files_add(&folder, "policy/deeper/law.yaml", sound);
    samme_check_report report = check(&folder);
    cr_assert_eq(count_findings(&report, "schema", NULL), 1);
    expect(&report, "policy/returns.yaml:2:6: schema: hit: expected first or unique");
    samme_check_report_free(&report);
}

Test(check, what_nobody_reads_is_a_finding) {
    files folder = folder_of(sound);
    files_add(&folder, "policy/orphan.csv", "id,verdict,reason\na,deny,A\n");
    files_add(&folder, "bulletins/news.yaml",
              "title: { en: News }\ntexts: { en: Look. }\nkind: guidance\ncategories: [zzz]\n");
    samme_check_report report = check(&folder);
    expect(&report, "policy/orphan.csv: unknown_kind: nothing reads it: expected a `table`");
    expect(&report,
           "bulletins/news.yaml:4:14: category_unknown: expected a category of chain.yaml, "
           "found \"zzz\"");
    cr_assert_eq(samme_check_finding_count(&report), 2);
    samme_check_report_free(&report);
}

Test(check, a_name_that_means_nothing_is_found_where_it_stands) {
    files folder = folder_of("policy: returns\nhit: first\ninputs: [claim_type]\n"
                             "table: returns.csv\n");
    files_add(&folder, "policy/returns.csv",
              "id,claim_type,verdict,approval,reason,sop\n"
              "all,-,contingent,superviser,A,nothing\n");
    samme_check_report report = check(&folder);
    expect(&report, "policy/returns.csv:2:18: role_unknown: rule \"all\"");
    expect(&report, "policy/returns.csv:2:31: sop_missing: rule \"all\"");
    samme_check_report_free(&report);
}

Test(check, tables_that_are_wrong_together_only_are_a_finding) {
    files folder = folder_of(sound);
    files_add(&folder, "policy/second.yaml", sound);
    samme_check_report report = check(&folder);
    cr_assert_eq(count_findings(&report, "schema", NULL), 1);
    expect(&report, "expected a name of its own");
    samme_check_report_free(&report);
}

Test(check, without_a_chain_there_is_nothing_to_check) {
    files folder = {.count = 0};
    samme_check_report report;
    samme_error error = {.text = ""};
    files_add(&folder, "policy/returns.yaml", sound);
    const samme_check_folder now = files_folder(&folder);
    cr_assert_eq(samme_check(&now, NULL, &report, &error), SAMME_NOT_FOUND);
    cr_assert_str_eq(error.text, "expected a document chain.yaml, found none");
}

static const char paying[] = "policy: returns\nhit: first\ninputs: [claim_type]\n%srules:\n"
                             "  - { id: all, then: { verdict: authorise, reason: A%s } }\n";

/* One rule for all, beside a floor for Denmark with these terms. */
static samme_check_report beside_floor(const char *head, const char *terms, const char *law) {
    static char policy[1024], floor[1024];
    snprintf(policy, sizeof policy, paying, head, terms);
    snprintf(
        floor, sizeof floor,
        "policy: dk\nhit: first\ncountries: [DK]\ninputs: [claim_type]\nrules:\n"
        "  - { id: law, when: { claim_type: defect }, then: { verdict: authorise, reason: L%s } "
        "}\n",
        law);
    files folder = folder_of(policy);
    files_add(&folder, "floors/dk.yaml", floor);
    return check(&folder);
}

Test(check, an_answer_under_a_floor_is_found_by_what_is_worse) {
    samme_check_report report = beside_floor("", ", fee: \"5\"", ", refund_percent: \"90\"");
    /* 5 is more than a tenth of what costs less than 50 */
    const samme_check_finding *finding = find_finding(&report, "under_floor");
    cr_assert_not_null(finding);
    cr_assert_str_eq(finding->rule, "all");
    cr_assert_str_eq(finding->other, "law");
    cr_assert_not_null(strstr(finding->text, "in refund, they meet in claim_type: defect"), "%s",
                       finding->text);
    cr_assert_not_null(strstr(finding->floor, "\"legal\":true"), "%s", finding->floor);
    cr_assert_null(strstr(finding->answer, "\"legal\":true"), "%s", finding->answer);
    samme_check_report_free(&report);
    report = beside_floor("", ", refund_percent: \"90\"", ", fee: \"5\", fee_percent: \"10\"");
    cr_assert_eq(samme_check_finding_count(&report), 0);
    samme_check_report_free(&report);
    report = beside_floor("", ", refund_to: credit", "");
    expect(&report, "is under rule \"law\" of floor dk in tender,");
    samme_check_report_free(&report);
    report = beside_floor("bundles: reprice_rest\n", "", "");
    finding = find_finding(&report, "under_floor");
    cr_assert_not_null(finding);
    cr_assert_not_null(strstr(finding->facts, "\"bundleBroken\":\"yes\""), "%s", finding->facts);
    samme_check_report_free(&report);
}

Test(check, more_floors_than_can_be_looked_at_are_unproved) {
    static char texts[18][256], paths[18][32];
    files folder = folder_of(sound);
    for (int i = 0; i < 18; i++) {
        snprintf(paths[i], sizeof paths[i], "floors/f%d.yaml", i);
        snprintf(texts[i], sizeof texts[i],
                 "policy: f%d\nhit: first\ncountries: [DK]\ninputs: []\nrules:\n"
                 "  - { id: a, then: { verdict: deny, reason: A } }\n",
                 i);
        files_add(&folder, paths[i], texts[i]);
    }
    expect_only(&folder, "policy/returns.yaml: unproved: floors: a country has too many\n");
}

Test(check, names_in_rules_must_be_there) {
    files folder = folder_of("policy: returns\nhit: first\ninputs: []\nrules:\n"
                             "  - { id: a, then: { verdict: contingent, reason: A, approval: "
                             "superviser, sop: retrun } }\n");
    files_add(&folder, "sop/return.yaml",
              "procedure: return\noccasion: return\ntitle: { en: \"Take a return\" }\nsteps:\n"
              "  - { id: look, kind: do, texts: { en: \"Check the item.\" } }\n");
    samme_check_report report = check(&folder);
    expect(&report, "policy/returns.yaml:5:64: role_unknown: rule \"a\": expected a role that "
                    "approves, supervisor or manager, found \"superviser\", did you mean "
                    "\"supervisor\"?\n");
    expect(&report,
           "policy/returns.yaml:5:81: sop_missing: rule \"a\": expected a procedure of sop/, "
           "found \"retrun\", did you mean \"return\"?\n");
    expect(&report, "read 1 procedures with 1 steps");
    cr_assert_eq(samme_check_blocking(&report), 2);
    samme_check_report_free(&report);
}

Test(check, texts_are_wanted_in_the_languages_of_the_branches) {
    files folder = folder_of(sound);
    folder.documents[0].content = samme_span_of_text(
        "chain: shop.example\nbranches:\n"
        "  - { number: 1, name: A, country: DK, currency: DKK, languages: [da, en] }\n");
    files_add(&folder, "reasons.yaml",
              "reasons:\n  - code: DEFECT\n    customer: { en: \"It is broken.\" }\n");
    samme_check_report report = check(&folder);
    cr_assert_eq(count_findings(&report, "text_missing", "DEFECT"), 1);
    cr_assert_str_eq(find_finding(&report, "text_missing")->language, "da");
    cr_assert_eq(count_findings(&report, "reason_missing", "other"), 1);
    samme_check_report_free(&report);
}

Test(check, probes_are_decided) {
    files folder = folder_of(sound);
    files_add(&folder, "probes/basic.yaml",
              "probes:\n"
              "  - id: good\n    facts: { claim_type: defect, line_paid: 100 }\n"
              "    expect: { verdict: authorise, refund: 100, rule: defect }\n"
              "  - id: bad\n    facts: { claim_type: price }\n"
              "    expect: { verdict: authorise, reason: OTHER, rule: defect }\n");
    samme_check_report report = check(&folder);
    expect(&report, "probes/basic.yaml:5:5: probe_failed: expected verdict authorise, found "
                    "deny_overridable; expected rule \"defect\", found \"other\"\n");
    expect(&report, "decided 2 probes");
    cr_assert_eq(samme_check_blocking(&report), 1);
    samme_check_report_free(&report);
}

Test(check, waivers_are_by_name_and_must_match) {
    files folder = folder_of("policy: returns\nhit: first\ninputs: [claim_type]\nrules:\n"
                             "  - { id: a, when: { claim_type: defect }, then: { verdict: deny, "
                             "reason: A } }\n");
    folder.documents[0].content = samme_span_of_text(chain_with(
        "waivers:\n"
        "  - { finding: gap, table: policy/returns.yaml, why: \"asked for in spring\" }\n"));
    samme_check_report report = check(&folder);
    cr_assert_eq(samme_check_blocking(&report), 0);
    expect(&report, "; waived: asked for in spring\n");
    expect(&report, "1 waived: sound\n");
    samme_check_report_free(&report);
    folder.documents[0].content = samme_span_of_text(
        chain_with("waivers:\n"
                   "  - { finding: gap, table: returns, why: \"by its name\" }\n"
                   "  - { finding: gap, table: returns, rule: a, why: \"no such\" }\n"
                   "  - { finding: gap, table: returns }\n"
                   "  - { finding: gap, table: policy/returns.yaml, why: \"again\" }\n"));
    report = check(&folder);
    cr_assert_eq(report.waived, 1);
    cr_assert_eq(count_findings(&report, "waiver_unused", NULL), 3);
    expect(&report, "; waived: by its name\n");
    expect(&report, "expected each waiver once, one above says the same\n");
    expect(&report,
           "chain.yaml:13:5: waiver_unused: waiver of gap in \"returns\" rule a: expected a "
           "finding of this name, found none\n");
    expect(&report, "chain.yaml:14:5: waiver_unused: waiver of gap in \"returns\": expected why\n");
    samme_check_report_free(&report);
}

static samme_check_report check_after(const files *now, const files *before) {
    samme_check_report report;
    samme_error error = {.text = ""};
    const samme_check_folder a = files_folder(now), b = files_folder(before);
    cr_assert_eq(samme_check(&a, &b, &report, &error), SAMME_OK, "%s", error.text);
    return report;
}

Test(check, a_code_keeps_its_meaning) {
    static const char step[] =
        "procedure: return\noccasion: return\ntitle: { en: \"Take a return\" }\nsteps:\n"
        "  - { id: look, kind: do, texts: { en: \"%s\" } }\n";
    static const char probe[] = "probes:\n  - id: one\n    facts: { claim_type: %s }\n"
                                "    expect: { policy: returns }\n";
    static char steps[2][512], probes[2][256];
    static const char *const words[2] = {"Check the item.", "Open the box."};
    static const char *const claims[2] = {"defect", "price"};
    static const char *const reasons[2] = {
        "reasons:\n  - { code: DEFECT, customer: { en: \"It is broken.\" } }\n",
        "reasons:\n  - { code: DEFECT, customer: { en: \"We sold it so.\" } }\n"};
    static const char moved[] = "chain: shop.example\ncategories:\n  - { code: food, text: Food }\n"
                                "  - { code: tools, under: food, text: Tools }\n";
    static const char renamed[] =
        "policy: returns\nhit: unique\ninputs: [claim_type]\nrules:\n"
        "  - { id: defect, when: { claim_type: defect }, then: { verdict: deny, reason: OTHER } }\n"
        "  - { id: other, when: { claim_type: \"not(defect)\" }, then: { verdict: deny, reason: "
        "OTHER } }\n";
    files folders[2];
    for (int i = 0; i < 2; i++) {
        snprintf(steps[i], sizeof steps[i], step, words[i]);
        snprintf(probes[i], sizeof probes[i], probe, claims[i]);
        folders[i] = folder_of(i == 0 ? sound : renamed);
        files_add(&folders[i], "reasons.yaml", reasons[i]);
        files_add(&folders[i], "sop/return.yaml", steps[i]);
        files_add(&folders[i], "probes/basic.yaml", probes[i]);
    }
    folders[1].documents[0].content = samme_span_of_text(moved);
    samme_check_report report = check_after(&folders[0], &folders[0]);
    cr_assert_eq(count_findings(&report, "code_changed", NULL), 0);
    samme_check_report_free(&report);
    report = check_after(&folders[1], &folders[0]);
    static const char *const codes[] = {"tools", "defect", "DEFECT", "look", "one"};
    for (size_t i = 0; i < 5; i++)
        cr_assert_eq(count_findings(&report, "code_changed", codes[i]), 1, "%s", codes[i]);
    cr_assert_eq(count_findings(&report, "code_changed", NULL), 5);
    samme_check_report_free(&report);
}

Test(check, a_country_keeps_a_policy) {
    files before = folder_of(sound), now = {.count = 0};
    static char text[1024];
    snprintf(text, sizeof text, "countries: [DK, SE]\n%s", sound);
    files_add(&now, "chain.yaml", fixture_chain);
    files_add(&now, "policy/returns.yaml", text);
    samme_check_report report = check_after(&now, &before);
    cr_assert_eq(count_findings(&report, "country_lost", NULL), 1);
    samme_check_report_free(&report);
    report = check_after(&before, &now);
    cr_assert_eq(samme_check_blocking(&report), 0);
    samme_check_report_free(&report);
}
