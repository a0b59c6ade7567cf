/* Why rules did not fire. */
#include "policy/index.h"
#include "policy/ruling.h"

static const samme_table *named(const samme_policy *policy, const char *name) {
    for (size_t i = 0; i < policy->table_count; i++)
        if (strcmp(policy->tables[i].name, name) == 0)
            return &policy->tables[i];
    return NULL;
}

samme_status samme_policy_explain(const samme_policy *policy, const Samme__Facts *facts,
                                  const Samme__Answer *answer,
                                  void (*skipped)(void *context, const Samme__Skipped *rule),
                                  void *context, samme_error *error) {
    const samme_table *table = named(policy, answer->policy);
    samme_input_values values;
    samme_status status = samme_input_read(facts, &policy->form.vocabulary, &values, error);
    if (status != SAMME_OK || table == NULL)
        return status;
    (void)samme_windows_apply(table, &values);
    samme_buffer fact;
    samme_buffer_init(&fact, 256);
    for (size_t i = 0; i < table->rule_count; i++) {
        const samme_rule *rule = &table->rules[i];
        if (strcmp(rule->id, answer->rule) == 0)
            break;
        uint32_t fails = samme_when_fails(table, rule->when, &values);
        if (fails == rule->when.count)
            continue;
        const samme_cell *cell = &table->cells[rule->when.first + fails];
        const samme_input *input = samme_input_at(cell->input);
        samme_buffer_clear(&fact);
        samme_input_show(input, &policy->form.vocabulary, values.value[cell->input], &fact);
        Samme__Skipped message = SAMME__SKIPPED__INIT;
        message.rule = (char *)(uintptr_t)rule->id;
        message.input = (char *)(uintptr_t)input->name;
        message.test = (char *)(uintptr_t)cell->text;
        message.fact = (char *)(uintptr_t)samme_buffer_text(&fact);
        skipped(context, &message);
    }
    samme_buffer_free(&fact);
    return SAMME_OK;
}
