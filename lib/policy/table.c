/* A policy's rules to the flat arrays that decide.c walks. */
#include <stdio.h>

#include "base/map.h"
#include "base/money.h"
#include "policy/compiled.h"
#include "policy/place.h"
#include "samme/limits.h"

#define RULE_ID_MAX_BYTES 64u
#define REASON_MAX_BYTES  64u
#define CELLS_MAX_BYTES   (SAMME_POLICY_RULES_MAX * SAMME_POLICY_INPUTS_MAX * sizeof(samme_cell))
/* A value takes two bytes of the document at least ("5,"). */
#define INTERVALS_MAX_BYTES                                                                        \
    ((SAMME_DOCUMENT_MAX_BYTES / 2 + CELLS_MAX_BYTES) * sizeof(samme_interval))

/* What compiling one policy needs at hand. The error is never NULL here. */
typedef struct compiling {
    const Samme__Policy *source;
    const samme_categories *categories;
    bool listed[SAMME_INPUT_COUNT]; /* in the policy's `inputs` */
    samme_table *table;
    samme_error *error;
} compiling;

static samme_status append(samme_buffer *buffer, const void *item, size_t bytes,
                           samme_error *error) {
    samme_buffer_append(buffer, SAMME_SPAN(item, bytes));
    samme_status status = samme_buffer_status(buffer);
    return status == SAMME_OK ? status
                              : samme_fail(error, status, "the rules are too many to hold");
}

static samme_status fail_input(const compiling *in, const char *name, bool known) {
    samme_buffer names;
    samme_buffer_init(&names, 4096);
    if (known) {
        for (size_t i = 0; i < in->source->n_inputs; i++)
            samme_buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", in->source->inputs[i]);
    } else {
        samme_input_names(&names);
    }
    samme_status status = samme_fail(in->error, SAMME_MALFORMED, "expected %s: %s; found \"%.60s\"",
                                     known ? "an input listed in `inputs`" : "one of the inputs",
                                     samme_buffer_text(&names), name);
    samme_buffer_free(&names);
    return status;
}

static samme_status compile_inputs(compiling *in) {
    for (size_t i = 0; i < in->source->n_inputs; i++) {
        const samme_input *input = samme_input_find(in->source->inputs[i]);
        if (input == NULL)
            return fail_input(in, in->source->inputs[i], false);
        if (in->listed[input->id])
            return samme_fail(in->error, SAMME_MALFORMED, "expected %s once, found it twice",
                              input->name);
        in->listed[input->id] = true;
    }
    return SAMME_OK;
}

static samme_status compile_cell(compiling *in, const samme_input *input, const char *text) {
    samme_table *table = in->table;
    samme_test test;
    samme_status status = samme_test_parse(input, in->categories, text, &test, in->error);
    if (status != SAMME_OK)
        return samme_fail_in(in->error, status, "%s", input->name);
    if (test.any)
        return SAMME_OK;
    const samme_cell cell = {
        .input = input->id,
        .first = (uint32_t)(table->intervals.length / sizeof(samme_interval)),
        .count = (uint32_t)test.count,
    };
    status =
        append(&table->intervals, test.intervals, test.count * sizeof *test.intervals, in->error);
    if (status == SAMME_OK)
        status = append(&table->cells, &cell, sizeof cell, in->error);
    return status;
}

static samme_status compile_when(compiling *in, const Samme__Rule *rule, samme_table_rule *out) {
    bool tested[SAMME_INPUT_COUNT] = {false};
    size_t before = in->table->cells.length / sizeof(samme_cell);
    for (size_t i = 0; i < rule->n_when; i++) {
        const char *name = rule->when[i]->key;
        const samme_input *input = samme_input_find(name);
        if (input == NULL || !in->listed[input->id])
            return samme_fail_in(in->error, fail_input(in, name, input != NULL), "when");
        if (tested[input->id])
            return samme_fail(in->error, SAMME_MALFORMED, "when: expected %s once, found it twice",
                              name);
        tested[input->id] = true;
        samme_status status = compile_cell(in, input, rule->when[i]->value);
        if (status != SAMME_OK)
            return status;
    }
    *out = (samme_table_rule){
        .first = (uint32_t)before,
        .count = (uint32_t)(in->table->cells.length / sizeof(samme_cell) - before),
    };
    return SAMME_OK;
}

static bool reason_valid(const char *reason) {
    size_t length = strlen(reason);
    return length > 0 && length <= REASON_MAX_BYTES &&
           strspn(reason, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

/* A deny pays nothing, so terms of payment there are a slip of the pen. */
static samme_status check_deny(const Samme__Outcome *then, const samme_outcome *out,
                               samme_error *error) {
    if (out->percent == 0 && out->fee == 0 && then->refund_to == SAMME__REFUND_TO__refund_to_unset)
        return SAMME_OK;
    return samme_fail(error, SAMME_MALFORMED,
                      "then: expected no refund_percent, fee or refund_to with verdict deny");
}

static samme_status compile_terms(const Samme__Outcome *then, samme_outcome *out,
                                  samme_error *error) {
    bool denied = then->verdict == SAMME__VERDICT__deny;
    out->percent = denied ? 0 : 10000;
    if (then->refund_percent[0] != 0 &&
        (samme_decimal_parse(then->refund_percent, 2, false, &out->percent) != SAMME_OK ||
         out->percent < 0 || out->percent > 10000))
        return samme_fail(error, SAMME_MALFORMED,
                          "then: refund_percent: expected 0 to 100 with at most 2 decimals, found "
                          "\"%.40s\"",
                          then->refund_percent);
    if (then->fee[0] != 0 &&
        (samme_decimal_parse(then->fee, SAMME_MONEY_DIGITS, false, &out->fee) != SAMME_OK ||
         out->fee < 0))
        return samme_fail(
            error, SAMME_MALFORMED,
            "then: fee: expected an amount of at least 0 with at most %u decimals, found "
            "\"%.40s\"",
            SAMME_MONEY_DIGITS, then->fee);
    if (denied)
        return check_deny(then, out, error);
    out->refund_to = then->refund_to == SAMME__REFUND_TO__refund_to_unset
                         ? SAMME__REFUND_TO__original_tender
                         : then->refund_to;
    return SAMME_OK;
}

static samme_status compile_outcome(const compiling *in, const Samme__Rule *rule,
                                    samme_outcome *out) {
    const Samme__Outcome *then = rule->then;
    if (then == NULL || then->verdict == SAMME__VERDICT__verdict_unset)
        return samme_fail(in->error, SAMME_MALFORMED,
                          "then: verdict: expected one of authorise, contingent, deny_overridable, "
                          "deny; found none");
    if (!reason_valid(then->reason))
        return samme_fail(in->error, SAMME_MALFORMED,
                          "then: reason: expected 1 to %u of A-Z 0-9 _, found \"%.80s\"",
                          REASON_MAX_BYTES, then->reason);
    samme_outcome outcome = {.rule = rule->id, .reason = then->reason, .verdict = then->verdict};
    samme_status status = compile_terms(then, &outcome, in->error);
    if (status == SAMME_OK)
        *out = outcome;
    return status;
}

static samme_status check_id(const compiling *in, samme_map *ids, size_t at) {
    const char *id = in->source->rules[at]->id;
    if (id[0] == 0 || strlen(id) > RULE_ID_MAX_BYTES)
        return samme_fail(in->error, SAMME_MALFORMED,
                          "id: expected 1 to %u characters, found \"%.80s\"", RULE_ID_MAX_BYTES,
                          id);
    samme_map_entry earlier;
    if (samme_map_get(ids, samme_span_of_text(id), &earlier))
        return samme_fail(in->error, SAMME_MALFORMED,
                          "id: expected each id once, found it in rules %llu and %zu",
                          (unsigned long long)earlier.tag + 1, at + 1);
    samme_status status = samme_map_put(ids, samme_span_of_text(id), SAMME_SPAN(NULL, 0), at);
    return status == SAMME_OK ? status : samme_fail(in->error, status, "no memory for the rules");
}

static samme_status compile_rule(compiling *in, samme_map *ids, size_t at) {
    const Samme__Rule *rule = in->source->rules[at];
    samme_status status = check_id(in, ids, at);
    if (status == SAMME_OK)
        status = compile_when(in, rule, &in->table->rules[at]);
    if (status == SAMME_OK)
        status = compile_outcome(in, rule, &in->table->outcomes[at]);
    return status;
}

/* "path:line:column: rule "id": ..."; a doubled id is found at its second place. */
static samme_status fail_rule(const compiling *in, const samme_document *document, size_t at,
                              samme_status status) {
    const char *id = in->source->rules[at]->id;
    if (id[0] == 0) {
        samme_fail_in(in->error, status, "rule %zu", at + 1);
        return samme_place_fail(in->error, status, document, NULL, NULL, 0);
    }
    size_t earlier = 0;
    for (size_t i = 0; i < at; i++)
        if (strcmp(in->source->rules[i]->id, id) == 0)
            earlier++;
    samme_fail_in(in->error, status, "rule \"%.64s\"", id);
    return samme_place_fail(in->error, status, document, "id", id, earlier);
}

static samme_status compile_rules(compiling *in, const samme_document *document) {
    samme_map *ids = samme_map_new();
    if (ids == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for the rules");
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < in->source->n_rules && status == SAMME_OK; i++) {
        status = compile_rule(in, ids, i);
        if (status != SAMME_OK)
            status = fail_rule(in, document, i, status);
    }
    samme_map_free(ids);
    return status;
}

/* What stands above the rules. The key that is wrong is left in *out_key, for its place. */
static samme_status compile_head(compiling *in, const char **out_key) {
    const Samme__Policy *source = in->source;
    *out_key = "policy";
    if (source->policy[0] == 0)
        return samme_fail(in->error, SAMME_MALFORMED, "policy: expected the name of the policy");
    *out_key = "hit";
    bool unique = strcmp(source->hit, "unique") == 0;
    if (!unique && strcmp(source->hit, "first") != 0)
        return samme_fail(in->error, SAMME_MALFORMED,
                          "hit: expected first or unique, found \"%.40s\"", source->hit);
    in->table->unique = unique;
    *out_key = "inputs";
    samme_status status = compile_inputs(in);
    if (status != SAMME_OK)
        return samme_fail_in(in->error, status, "inputs");
    *out_key = "rules";
    if (source->n_rules == 0)
        return samme_fail(in->error, SAMME_MALFORMED, "rules: expected at least one rule");
    if (source->n_rules > SAMME_POLICY_RULES_MAX)
        return samme_fail(in->error, SAMME_TOO_LARGE, "rules: expected at most %u, found %zu",
                          SAMME_POLICY_RULES_MAX, source->n_rules);
    return SAMME_OK;
}

samme_status samme_table_compile(samme_policy *policy, const samme_document *document,
                                 samme_error *error) {
    samme_table *table = &policy->table;
    const Samme__Policy *source =
        SAMME_FROM_YAML(Policy, policy, document->content, document->path, &policy->arena, error);
    if (source == NULL)
        return error->status;
    compiling in = {
        .source = source, .categories = &policy->categories, .table = table, .error = error};
    const char *key = NULL;
    samme_status status = compile_head(&in, &key);
    if (status != SAMME_OK)
        return samme_place_fail(error, status, document, key, NULL, 0);
    table->rule_count = source->n_rules;
    table->rules = samme_arena_alloc(&policy->arena, source->n_rules * sizeof *table->rules);
    table->outcomes = samme_arena_alloc(&policy->arena, source->n_rules * sizeof *table->outcomes);
    if (table->rules == NULL || table->outcomes == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the rules");
    samme_buffer_init(&table->cells, CELLS_MAX_BYTES);
    samme_buffer_init(&table->intervals, INTERVALS_MAX_BYTES);
    return compile_rules(&in, document);
}
