/* Several policies and floors in one release: which are sound together, and who answers. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "policy/tables.h"
#include "tests/unit/lib/policy/fixture.h"

typedef struct file {
    const char *path, *name, *countries, *rest;
} file;

static samme_status compile(const file *files, size_t count, samme_policy **out,
                            samme_error *error) {
    samme_document documents[8] = {{"chain.yaml", samme_span_of_text(fixture_chain)}};
    static char texts[8][400];
    for (size_t i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i],
                 "policy: %s\nhit: first\n%s%s%s%srules:\n"
                 "  - { id: r, then: { verdict: deny, reason: %s } }\n",
                 files[i].name, files[i].countries[0] != 0 ? "countries: " : "", files[i].countries,
                 files[i].countries[0] != 0 ? "\n" : "", files[i].rest, files[i].name);
        documents[i + 1] = (samme_document){files[i].path, samme_span_of_text(texts[i])};
    }
    return samme_policy_compile(documents, count + 1, out, error);
}

Test(countries, each_has_its_policy) {
    static const file files[] = {{"policy/b.yaml", "NORTH", "[DK, \"NO\"]", ""},
                                 {"policy/a.yaml", "REST", "", ""},
                                 {"policy/c.yaml", "SWEDEN", "[SE]", ""}};
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    cr_assert_eq(compile(files, 3, &policy, &error), SAMME_OK, "%s", error.text);
    static const struct {
        const char *facts, *policy;
    } cases[] = {{"{\"saleCountry\":\"DK\"}", "NORTH"},
                 {"{\"saleCountry\":\"NO\"}", "NORTH"},
                 {"{\"saleCountry\":\"SE\"}", "SWEDEN"},
                 {"{\"saleCountry\":\"FI\"}", "REST"},
                 {"{\"returnCountry\":\"SE\"}", "REST"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char wanted[100];
        snprintf(wanted, sizeof wanted, "\"policy\":\"%s\"", cases[i].policy);
        cr_expect_not_null(strstr(fixture_answer(policy, cases[i].facts), wanted), "%s",
                           cases[i].facts);
    }
    cr_assert_str_eq(samme_policy_table_at(policy, 0)->name, "REST", "in the order of paths");
    samme_policy_free(policy);
    cr_assert_eq(compile(files + 2, 1, &policy, &error), SAMME_OK);
    cr_assert_str_eq(fixture_answer(policy, "{\"saleCountry\":\"FI\"}"),
                     "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\"}");
    cr_assert_null(samme_policy_table_for(policy, SAMME_ABSENT));
    samme_policy_free(policy);
}

Test(countries, what_does_not_go_together_is_refused) {
    static const struct {
        file files[2];
        const char *error;
    } rows[] = {
        {{{"policy/a.yaml", "A", "[DK]", ""}, {"policy/b.yaml", "B", "[SE, DK]", ""}},
         "policy/b.yaml: countries: expected one policy for DK, policy/a.yaml is"},
        {{{"policy/a.yaml", "A", "", ""}, {"policy/b.yaml", "B", "", ""}},
         "policy/b.yaml: countries: expected one policy for all countries that no other names, "
         "policy/a.yaml is"},
        {{{"policy/a.yaml", "A", "", ""}, {"floors/a.yaml", "A", "[DK]", ""}},
         "floors/a.yaml: policy: expected a name of its own, policy/a.yaml is \"A\" too"},
        {{{"policy/a.yaml", "A", "", ""}, {"floors/a.yaml", "F", "", ""}},
         "floors/a.yaml: countries: expected the countries whose law a floor is"},
        {{{"policy/a.yaml", "A", "", ""},
          {"floors/a.yaml", "F", "[DK]", "missing: { verdict: deny, reason: M }\n"}},
         "floors/a.yaml:4:10: missing: expected it in a policy, not in a floor"},
        {{{"policy/a.yaml", "A", "", ""}, {"floors/a.yaml", "F", "[DK]", "basis: today\n"}},
         "floors/a.yaml:4:8: basis: expected it in a policy, not in a floor"},
        {{{"policy/a.yaml", "A", "", ""}, {"floors/a.yaml", "F", "[DK]", "not_held: today\n"}},
         "floors/a.yaml:4:11: not_held: expected it in a policy, not in a floor"},
        {{{"policy/a.yaml", "A", "", ""}, {"floors/a.yaml", "F", "[DK]", "tender_order: [cash]\n"}},
         "floors/a.yaml:4:16: tender_order: expected it in a policy, not in a floor"},
        {{{"policy/a.yaml", "A", "", ""}, {"policy/a.yaml", "B", "[DK]", ""}},
         "policy/a.yaml: expected it once, found it twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        samme_policy *policy = NULL;
        samme_error error = {.text = "compiled"};
        cr_expect_eq(compile(rows[i].files, 2, &policy, &error), SAMME_MALFORMED, "%zu", i);
        cr_expect_str_eq(error.text, rows[i].error, "%zu:\n   found %s\nexpected %s", i, error.text,
                         rows[i].error);
        samme_policy_free(policy);
    }
}

Test(countries, floors_may_be_many_for_one_country) {
    static const file files[] = {{"policy/a.yaml", "A", "", ""},
                                 {"floors/a.yaml", "F", "[DK]", ""},
                                 {"floors/b.yaml", "G", "[DK, SE]", ""}};
    samme_policy *policy = NULL;
    cr_assert_eq(compile(files, 3, &policy, NULL), SAMME_OK);
    cr_assert_eq(samme_policy_table_count(policy), 3);
    cr_assert(samme_policy_table_at(policy, 2)->floor);
    samme_policy_free(policy);
}
