/* The same tables as a person would write them. */
#include "base/calendar.h"
#include "bench/tables.h"

static void write_value(const table_input *input, int64_t value, samme_buffer *out) {
    char date[SAMME_DATE_TEXT_BYTES];
    switch (input->kind) {
    case KIND_DATE:
        samme_date_format((int32_t)value, date);
        samme_buffer_append_text(out, date);
        break;
    case KIND_MONEY:
        samme_buffer_printf(out, "%lld.%04lld", (long long)value / 10000, (long long)value % 10000);
        break;
    case KIND_QUANTITY:
        samme_buffer_printf(out, "%lld.%03lld", (long long)value / 1000, (long long)value % 1000);
        break;
    default:
        samme_buffer_printf(out, "%lld", (long long)value);
    }
}

static void write_names(const table_input *input, uint32_t names, samme_buffer *out) {
    bool first = true;
    for (int64_t value = 1; value <= input->high; value++) {
        if ((names >> value & 1) == 0)
            continue;
        samme_buffer_printf(out, "%s%s", first ? "" : ", ", input->names[value - 1]);
        first = false;
    }
}

static void write_code(const table_case *self, uint32_t place, samme_buffer *out) {
    if (self->category_above[place] != UINT32_MAX) {
        write_code(self, self->category_above[place], out);
        samme_buffer_append_text(out, ".");
    }
    samme_buffer_printf(out, "c%u", place);
}

static void write_categories(const table_case *self, const table_cell *cell, samme_buffer *out) {
    if (cell->negated)
        samme_buffer_append_text(out, "not(");
    for (uint32_t i = 0; i < cell->item_count; i++) {
        samme_buffer_append_text(out, i == 0 ? "" : ", ");
        write_code(self, cell->items[i], out);
    }
    if (cell->negated)
        samme_buffer_append_text(out, ")");
}

static void write_range(const table_input *input, const table_cell *cell, samme_buffer *out) {
    if (cell->low == cell->high) {
        write_value(input, cell->low, out);
        return;
    }
    samme_buffer_append_text(out, "[");
    write_value(input, cell->low, out);
    samme_buffer_append_text(out, "..");
    write_value(input, cell->high, out);
    samme_buffer_append_text(out, "]");
}

void table_cell_text(const table_case *self, uint32_t input, const table_cell *cell,
                     samme_buffer *out) {
    const table_input *about = &table_inputs[input];
    if (cell->any || (about->kind == KIND_CATEGORY && cell->negated && cell->item_count == 0))
        samme_buffer_append_text(out, "-");
    else if (about->kind == KIND_NAMES)
        write_names(about, cell->names, out);
    else if (about->kind == KIND_CATEGORY)
        write_categories(self, cell, out);
    else
        write_range(about, cell, out);
}

void table_policy_yaml(const table_case *self, samme_buffer *out) {
    static const char *const then[] = {
        "{ verdict: authorise, reason: PAID }",
        "{ verdict: contingent, reason: ASK }",
        "{ verdict: deny_overridable, reason: LATE }",
        "{ verdict: deny, reason: NO }",
        "{ verdict: authorise, refund_percent: \"80\", refund_to: credit, reason: OPENED }",
    };
    samme_buffer_printf(out, "policy: bench\nhit: %s\ninputs: [",
                        self->table.unique ? "unique" : "first");
    for (uint32_t i = 0; i < TABLE_INPUTS; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", table_inputs[i].name);
    samme_buffer_append_text(out, "]\nrules:\n");
    for (uint32_t r = 0; r < self->rule_count; r++) {
        samme_buffer_printf(out, "  - id: r%u\n    when: {", r);
        bool first = true;
        for (uint32_t i = 0; i < TABLE_INPUTS; i++) {
            if (self->rules[r].cells[i].any)
                continue;
            samme_buffer_printf(out, "%s%s: \"", first ? " " : ", ", table_inputs[i].name);
            table_cell_text(self, i, &self->rules[r].cells[i], out);
            samme_buffer_append_text(out, "\"");
            first = false;
        }
        samme_buffer_printf(out, " }\n    then: %s\n", then[r % 5]);
    }
}

void table_chain_yaml(const table_case *self, samme_buffer *out) {
    samme_buffer_append_text(out, "chain: bench.example\nbranches:\n  - { number: 1, name: One, "
                                  "country: GB, currency: GBP }\ncategories:\n");
    for (uint32_t place = 0; place < self->category_count; place++) {
        samme_buffer_append_text(out, "  - { code: ");
        write_code(self, place, out);
        if (self->category_above[place] != UINT32_MAX) {
            samme_buffer_append_text(out, ", under: ");
            write_code(self, self->category_above[place], out);
        }
        samme_buffer_append_text(out, " }\n");
    }
}
