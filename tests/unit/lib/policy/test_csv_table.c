/* Rules as CSV: the same as in YAML, and errors that name the cell. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "policy/tables.h"
#include "tests/unit/lib/policy/fixture.h"
#include "tests/unit/lib/policy/model.h"

static void same_when(const samme_table *a, samme_when in_a, const samme_table *b,
                      samme_when in_b) {
    cr_assert_eq(in_a.count, in_b.count);
    for (uint32_t i = 0; i < in_a.count; i++) {
        const samme_cell *x = &a->cells[in_a.first + i], *y = &b->cells[in_b.first + i];
        cr_assert(x->input == y->input && x->count == y->count);
        cr_assert_str_eq(x->text, y->text);
        cr_assert_arr_eq(a->intervals + x->first, b->intervals + y->first,
                         x->count * sizeof(samme_interval));
    }
}

static void same_outcome(const samme_outcome *a, const samme_outcome *b) {
    cr_assert(a->verdict == b->verdict && a->refund_to == b->refund_to &&
              a->percent == b->percent && a->fee_percent == b->fee_percent && a->fee == b->fee &&
              a->legal == b->legal && a->exchange == b->exchange && a->repair == b->repair);
    cr_assert_str_eq(a->reason, b->reason);
    cr_assert_str_eq(a->disposition, b->disposition);
    cr_assert_str_eq(a->approval, b->approval);
    cr_assert_str_eq(a->sop, b->sop);
}

Test(csv_table, rules_are_the_same_in_yaml_and_csv) {
    size_t rules = 0;
    for (unsigned seed = 1; seed <= 400; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        static model_release release;
        model_draw_release(&prng, &release);
        samme_policy *yaml = model_compile(&release), *csv = model_compile_csv(&release);
        cr_assert_eq(samme_policy_table_count(yaml), samme_policy_table_count(csv));
        for (size_t t = 0; t < samme_policy_table_count(yaml); t++) {
            const samme_table *a = samme_policy_table_at(yaml, t);
            const samme_table *b = samme_policy_table_at(csv, t);
            cr_assert(a->rule_count == b->rule_count && a->input_count == b->input_count);
            cr_assert_not_null(strstr(b->rules_path, ".csv"));
            for (size_t r = 0; r < a->rule_count; r++, rules++) {
                cr_assert_str_eq(a->rules[r].id, b->rules[r].id);
                cr_assert_eq(b->rules[r].spot.line, r + 2);
                same_when(a, a->rules[r].when, b, b->rules[r].when);
                same_outcome(&a->rules[r].outcome, &b->rules[r].outcome);
            }
        }
        samme_policy_free(yaml);
        samme_policy_free(csv);
    }
    cr_assert_gt(rules, 1000);
}

static samme_status compile(const char *head, const char *csv, samme_policy **out,
                            samme_error *error) {
    const samme_document documents[] = {
        {"chain.yaml", samme_span_of_text(fixture_chain)},
        {"policy/returns.yaml", samme_span_of_text(head)},
        {"policy/returns.csv", samme_span_of_text(csv)},
    };
    return samme_policy_compile(documents, 3, out, error);
}

static const char head[] = "policy: p\nhit: first\ntable: returns.csv\n";

/* Inputs stand in the header alone; a mark in front, blank lines and LF are fine. */
Test(csv_table, as_a_person_writes_it) {
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    const char *csv = "\xef\xbb\xbfid,claim,days_since_purchase,verdict,reason,fee\n"
                      "taken,taken,-,deny,TAKEN,\n"
                      "\n"
                      "late,\"own, lent\",> 30,deny_overridable,LATE,\n"
                      "fine,-,\"[0..30]\",authorise,FINE,1.50\n";
    cr_assert_eq(compile(head, csv, &policy, &error), SAMME_OK, "%s", error.text);
    cr_assert_str_eq(
        fixture_answer(policy, "{\"claim\":\"lent\",\"daysSincePurchase\":\"31\"}"),
        "{\"verdict\":\"deny_overridable\",\"refundTo\":\"original_tender\",\"rule\":\"late\","
        "\"reason\":\"LATE\",\"policy\":\"p\"}");
    const samme_table *table = samme_policy_table_at(policy, 0);
    cr_assert(table->input_count == 2 && table->inputs[1] == SAMME_INPUT_DAYS_SINCE_PURCHASE);
    const samme_cell *cell = &table->cells[table->rules[1].when.first + 1];
    cr_assert(cell->spot.line == 4 && cell->spot.column == 18, "%u:%u", cell->spot.line,
              cell->spot.column);
    samme_policy_free(policy);
}

Test(csv_table, what_is_wrong_is_named_by_its_cell) {
    static const struct {
        const char *csv, *error;
    } rows[] = {
        {"", "policy/returns.csv:1:1: expected a header, found nothing"},
        {"rule,claim,verdict,reason\n",
         "policy/returns.csv:1:1: expected id in the first column, found \"rule\""},
        {"id,claim,verdct,reason\n",
         "policy/returns.csv:1:10: expected id, then inputs, then fields of an outcome; found "
         "\"verdct\", did you mean \"verdict\"?"},
        {"id,clam,verdict,reason\n",
         "policy/returns.csv:1:4: expected id, then inputs, then fields of an outcome; found "
         "\"clam\", did you mean \"claim\"?"},
        {"id,claim,verdict,mode,reason\n",
         "policy/returns.csv:1:18: expected the inputs in front of the fields of the outcome, "
         "found mode"},
        {"id,claim,claim,verdict,reason\n",
         "policy/returns.csv:1:10: expected each column once, found claim twice"},
        {"id,claim,verdict,reason\na,own,deny\n",
         "policy/returns.csv:2:1: expected 4 cells as in the header, found 3"},
        {"id,claim,verdict,reason\na,own,deny,R,\n",
         "policy/returns.csv:2:1: expected 4 cells as in the header, found 5"},
        {"id,claim,verdict,reason\na,\"own,deny,R\n",
         "policy/returns.csv:3:1: a quote that is not closed"},
        {"id,claim,verdict,reason\na,o\"wn,deny,R\n",
         "policy/returns.csv:2:4: a quote within a field that is not quoted"},
        {"id,claim,verdict,reason\na,\"own\",deny,R\nb,\"lent, owned\",deny,R\n",
         "policy/returns.csv:3:3: rule \"b\": claim: expected one of own lent unconfirmed taken "
         "no_claim, found \"owned\", did you mean \"own\"?"},
        {"id,claim,verdict,reason\na,,deny,R\n",
         "policy/returns.csv:2:3: rule \"a\": claim: expected one of own lent unconfirmed taken "
         "no_claim, found \"\""},
        {"id,claim,verdict,reason\na,own,denied,R\n",
         "policy/returns.csv:2:7: verdict: expected one of authorise contingent deny_overridable "
         "deny, found \"denied\""},
        {"id,claim,verdict,reason,legal\na,own,deny,R,yes\n",
         "policy/returns.csv:2:14: legal: expected true or false, found \"yes\""},
        {"id,claim,verdict,reason,fee\na,own,deny,R,\nb,own,authorise,R,kr\n",
         "policy/returns.csv:3:19: rule \"b\": then: fee: expected an amount of at least 0 with "
         "at most 4 decimals, found \"kr\""},
        {"id,claim,verdict,reason\na,own,deny,R\na,lent,deny,R\n",
         "policy/returns.csv:3:1: rule \"a\": id: expected each id once, found it in rules 1 and "
         "2"},
        {"id,claim,verdict,reason\n", "policy/returns.csv: rules: expected at least one rule"},
        {"id,claim,verdict,reason\n\xff,own,deny,R\n", "policy/returns.csv:2:13: not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        samme_policy *policy = NULL;
        samme_error error = {.text = "compiled"};
        cr_expect_neq(compile(head, rows[i].csv, &policy, &error), SAMME_OK, "%s", rows[i].csv);
        cr_expect_str_eq(error.text, rows[i].error, "%zu:\n   found %s\nexpected %s", i, error.text,
                         rows[i].error);
        samme_policy_free(policy);
    }
}

/* The policy's own `inputs` count for `missing`; the header's must be among them. */
Test(csv_table, inputs_may_be_listed_too) {
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    const char *csv = "id,claim,verdict,reason\na,taken,deny,R\n";
    cr_assert_eq(compile("policy: p\nhit: first\ninputs: [claim, mode]\ntable: returns.csv\n"
                         "missing: { verdict: contingent, reason: ASK }\n",
                         csv, &policy, &error),
                 SAMME_OK, "%s", error.text);
    cr_assert_not_null(strstr(fixture_answer(policy, "{\"claim\":\"own\"}"), "ASK"));
    samme_policy_free(policy);
    cr_assert_neq(compile("policy: p\nhit: first\ninputs: [mode]\ntable: returns.csv\n", csv,
                          &policy, &error),
                  SAMME_OK);
    cr_assert_str_eq(error.text, "policy/returns.csv:1:4: rule \"a\": when: expected an input "
                                 "listed in `inputs`: mode; found \"claim\"");
    cr_assert_eq(compile("policy: p\nhit: first\ntable: other.csv\n", csv, &policy, &error),
                 SAMME_NOT_FOUND);
    cr_assert_str_eq(error.text,
                     "policy/returns.yaml:3:8: table: found no \"other.csv\" beside it");
}
