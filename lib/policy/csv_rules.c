/* The CSV beside a policy: a header of `id`, inputs and outcome fields; a rule
 * a row. It becomes the messages that the same rules in YAML would be, with the
 * places of its cells. */
#include "base/csv.h"
#include "policy/compiled.h"
#include "wire/fields.h"
#include "wire/names.h"

enum { COLUMNS_MAX = 1 + SAMME_POLICY_INPUTS_MAX + 16 };

typedef struct column {
    const samme_input *input;              /* of a test, else NULL */
    const ProtobufCFieldDescriptor *field; /* of the outcome, else NULL; neither: id or note */
    char *name;
} column;

typedef struct sheet {
    samme_compiling *in;
    samme_places *places;
    samme_csv *csv;
    size_t column_count;
    size_t input_count;
    column columns[COLUMNS_MAX];
    samme_buffer rules; /* of Samme__Rule pointers */
} sheet;

static samme_status fail_at(sheet *in, samme_csv_spot spot, samme_status status) {
    return samme_fail_in(in->in->error, status, "%s:%llu:%llu", in->in->rules.path,
                         (unsigned long long)spot.line, (unsigned long long)spot.column);
}

#define FAIL_AT(in, spot, ...)                                                                     \
    (samme_fail((in)->in->error, SAMME_MALFORMED, __VA_ARGS__),                                    \
     fail_at((in), (spot), SAMME_MALFORMED))

static samme_status fail_memory(sheet *in) {
    return samme_fail(in->in->error, SAMME_NO_MEMORY, "%s: no memory for the rules",
                      in->in->rules.path);
}

static void keep_place(sheet *in, const void *value, samme_csv_spot spot) {
    samme_places_add(in->places, value, (unsigned)spot.line, (unsigned)spot.column);
}

/* A cell's text in the arena, with its place. */
static char *take_text(sheet *in, const samme_csv_row *row, size_t at) {
    samme_span copy = samme_arena_copy(in->in->arena, row->fields[at]);
    if (copy.data != NULL)
        keep_place(in, copy.data, row->spots[at]);
    return (char *)(uintptr_t)copy.data;
}

static samme_status next_row(sheet *in, samme_csv_row *row) {
    samme_status status = samme_csv_next(in->csv, row, in->in->error);
    if (status != SAMME_MALFORMED && status != SAMME_TOO_LARGE)
        return status;
    return fail_at(in, row->fault, status);
}

static samme_status fail_name(sheet *in, const samme_csv_row *row, size_t at) {
    const char *name = (const char *)row->fields[at].data;
    const char *near = samme_input_meant(name);
    const ProtobufCFieldDescriptor *field =
        samme_field_meant(&samme__outcome__descriptor, row->fields[at]);
    if (near == NULL && field != NULL)
        near = field->name;
    return FAIL_AT(in, row->spots[at],
                   "expected id, then inputs, then fields of an outcome; found "
                   "\"%.60s\"%s%s%s",
                   name, near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
                   near != NULL ? "\"?" : "");
}

static samme_status take_column(sheet *in, const samme_csv_row *row, size_t at) {
    const char *name = (const char *)row->fields[at].data;
    column *out = &in->columns[at];
    *out = (column){.name = take_text(in, row, at)};
    if (out->name == NULL)
        return fail_memory(in);
    for (size_t i = 0; i < at; i++)
        if (strcmp(in->columns[i].name, name) == 0)
            return FAIL_AT(in, row->spots[at], "expected each column once, found %.60s twice",
                           name);
    if (at == 0)
        return strcmp(name, "id") == 0
                   ? SAMME_OK
                   : FAIL_AT(in, row->spots[at], "expected id in the first column, found \"%.60s\"",
                             name);
    if (strcmp(name, "note") == 0)
        return SAMME_OK;
    out->input = samme_input_find(name);
    out->field =
        out->input == NULL
            ? protobuf_c_message_descriptor_get_field_by_name(&samme__outcome__descriptor, name)
            : NULL;
    if (out->input == NULL && out->field == NULL)
        return fail_name(in, row, at);
    if (out->input != NULL && in->input_count + 1 != at)
        return FAIL_AT(in, row->spots[at],
                       "expected the inputs in front of the fields of the outcome, found %s", name);
    in->input_count += out->input != NULL;
    if (in->input_count > SAMME_POLICY_INPUTS_MAX)
        return FAIL_AT(in, row->spots[at], "expected at most %u inputs", SAMME_POLICY_INPUTS_MAX);
    return SAMME_OK;
}

/* The policy's inputs are the header's, when it does not list them itself. */
static samme_status take_inputs(sheet *in) {
    Samme__Policy *source = in->in->source;
    if (source->n_inputs > 0)
        return SAMME_OK;
    char **names = samme_arena_alloc(in->in->arena, (in->input_count + 1) * sizeof *names);
    if (names == NULL)
        return fail_memory(in);
    for (size_t i = 0; i < in->input_count; i++)
        names[i] = in->columns[1 + i].name;
    source->inputs = names;
    source->n_inputs = in->input_count;
    return SAMME_OK;
}

static samme_status take_header(sheet *in) {
    samme_csv_row row;
    samme_status status = next_row(in, &row);
    if (status == SAMME_NOT_FOUND)
        return FAIL_AT(in, ((samme_csv_spot){1, 1}), "expected a header, found nothing");
    if (status != SAMME_OK)
        return status;
    if (row.count > COLUMNS_MAX)
        return FAIL_AT(in, row.spots[COLUMNS_MAX], "expected at most %d columns, found %zu",
                       COLUMNS_MAX, row.count);
    for (size_t i = 0; status == SAMME_OK && i < row.count; i++)
        status = take_column(in, &row, i);
    in->column_count = row.count;
    return status == SAMME_OK ? take_inputs(in) : status;
}

static samme_status take_enumeration(sheet *in, const samme_csv_row *row, size_t at, void *slot) {
    const column *to = &in->columns[at];
    const ProtobufCEnumDescriptor *type = to->field->descriptor;
    const char *name = (const char *)row->fields[at].data;
    int value = samme_enum_value(type, name);
    if (value > 0) {
        memcpy(slot, &value, sizeof value); /* protobuf-c: an enumeration is an int */
        return SAMME_OK;
    }
    const char *near = samme_enum_meant(type, row->fields[at]);
    samme_buffer names;
    samme_buffer_init(&names, 1024);
    for (unsigned i = 0; i < type->n_values; i++)
        if (type->values[i].value != 0)
            samme_buffer_printf(&names, " %s", type->values[i].name);
    samme_status status =
        FAIL_AT(in, row->spots[at], "%s: expected one of%s, found \"%.60s\"%s%s%s", to->name,
                samme_buffer_text(&names), name, near != NULL ? ", did you mean \"" : "",
                near != NULL ? near : "", near != NULL ? "\"?" : "");
    samme_buffer_free(&names);
    return status;
}

/* A field of the outcome; an empty cell leaves it out. */
static samme_status take_field(sheet *in, const samme_csv_row *row, size_t at,
                               Samme__Outcome *then) {
    const column *to = &in->columns[at];
    void *slot = samme_field_at(&then->base, to->field);
    if (row->fields[at].length == 0)
        return SAMME_OK;
    if (to->field->type == PROTOBUF_C_TYPE_STRING) {
        char *text = take_text(in, row, at);
        memcpy(slot, &text, sizeof text);
        return text != NULL ? SAMME_OK : fail_memory(in);
    }
    keep_place(in, slot, row->spots[at]);
    if (to->field->type == PROTOBUF_C_TYPE_ENUM)
        return take_enumeration(in, row, at, slot);
    bool yes = samme_span_equal(row->fields[at], SAMME_LITERAL("true"));
    if (!yes && !samme_span_equal(row->fields[at], SAMME_LITERAL("false")))
        return FAIL_AT(in, row->spots[at], "%s: expected true or false, found \"%.40s\"", to->name,
                       (const char *)row->fields[at].data);
    *(protobuf_c_boolean *)slot = yes;
    return SAMME_OK;
}

typedef struct row_room {
    Samme__Rule rule;
    Samme__Outcome then;
    Samme__Rule__WhenEntry entries[SAMME_POLICY_INPUTS_MAX];
    Samme__Rule__WhenEntry *list[SAMME_POLICY_INPUTS_MAX];
} row_room;

static samme_status take_cell(sheet *in, const samme_csv_row *row, size_t at, row_room *room) {
    const column *to = &in->columns[at];
    if (to->field != NULL)
        return take_field(in, row, at, &room->then);
    char *text = take_text(in, row, at);
    if (text == NULL)
        return fail_memory(in);
    if (at == 0) {
        room->rule.id = text;
    } else if (to->input == NULL) {
        room->rule.note = text;
    } else {
        size_t n = room->rule.n_when++;
        room->entries[n] = (Samme__Rule__WhenEntry)SAMME__RULE__WHEN_ENTRY__INIT;
        room->entries[n].key = to->name;
        room->entries[n].value = text;
        room->list[n] = &room->entries[n];
    }
    return SAMME_OK;
}

static samme_status take_rule(sheet *in, const samme_csv_row *row) {
    if (row->count != in->column_count)
        return FAIL_AT(in, row->spots[0], "expected %zu cells as in the header, found %zu",
                       in->column_count, row->count);
    row_room *room = samme_arena_alloc(in->in->arena, sizeof *room);
    if (room == NULL)
        return fail_memory(in);
    room->rule = (Samme__Rule)SAMME__RULE__INIT;
    room->then = (Samme__Outcome)SAMME__OUTCOME__INIT;
    room->rule.then = &room->then;
    room->rule.when = room->list;
    keep_place(in, &room->rule, row->spots[0]);
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < row->count; i++)
        status = take_cell(in, row, i, room);
    Samme__Rule *rule = &room->rule;
    samme_buffer_append(&in->rules, SAMME_SPAN(&rule, sizeof rule));
    return status;
}

static samme_status take_rules(sheet *in) {
    samme_status status = take_header(in);
    while (status == SAMME_OK) {
        samme_csv_row row;
        status = next_row(in, &row);
        if (status == SAMME_OK)
            status = take_rule(in, &row);
        /* One more than there may be, so that the table says how many that is. */
        if (in->rules.length / sizeof(Samme__Rule *) > SAMME_POLICY_RULES_MAX)
            break;
    }
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    samme_span rules = samme_arena_copy(in->in->arena, samme_buffer_span(&in->rules));
    if (rules.data == NULL || samme_buffer_status(&in->rules) != SAMME_OK ||
        samme_places_sort(in->places) != SAMME_OK)
        return fail_memory(in);
    in->in->source->rules = (Samme__Rule **)(uintptr_t)rules.data;
    in->in->source->n_rules = rules.length / sizeof(Samme__Rule *);
    return SAMME_OK;
}

samme_status samme_csv_rules(samme_compiling *in, const samme_document *document,
                             samme_places *places) {
    samme_span rest = document->content;
    sheet table = {.in = in, .places = places, .csv = samme_csv_new(samme_csv_of_span(&rest))};
    samme_buffer_init(&table.rules, (SAMME_POLICY_RULES_MAX + 1) * sizeof(Samme__Rule *));
    samme_status status = table.csv == NULL ? fail_memory(&table) : take_rules(&table);
    samme_buffer_free(&table.rules);
    samme_csv_free(table.csv);
    return status;
}
