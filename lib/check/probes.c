/* Made-up returns with the answer that each must get. */
#include "check/parts.h"
#include "wire/fields.h"

#define ARENA_MAX_BYTES ((size_t)64 << 20)

static bool is_probes(const char *path) {
    const size_t length = strlen(path);
    return strncmp(path, "probes/", strlen("probes/")) == 0 && length > strlen("probes/.yaml") &&
           strcmp(path + length - strlen(".yaml"), ".yaml") == 0;
}

samme_status samme_probes_each(const samme_check_folder *folder, samme_check_report *report,
                               void (*visit)(void *context, const samme_probe_place *place),
                               void *context, samme_error *error) {
    for (size_t i = 0; i < folder->count; i++) {
        const samme_document *document = &folder->documents[i];
        if (!is_probes(document->path))
            continue;
        samme_arena arena;
        samme_places places;
        samme_error wrong = {.text = ""};
        samme_arena_init(&arena, ARENA_MAX_BYTES);
        samme_places_init(&places);
        const Samme__Probes *probes = (const void *)samme_from_yaml_placed(
            &samme__probes__descriptor, document->content, document->path, &arena, &places, &wrong);
        if (probes == NULL && report != NULL)
            samme_check_say_error(report, wrong.text);
        for (size_t k = 0; probes != NULL && k < probes->n_probes; k++) {
            samme_probe_place place = {.path = document->path, .probe = probes->probes[k]};
            (void)samme_places_find(&places, place.probe, &place.spot.line, &place.spot.column);
            visit(context, &place);
        }
        samme_places_free(&places);
        samme_arena_free(&arena);
        if (probes == NULL && wrong.status == SAMME_NO_MEMORY)
            return samme_fail(error, SAMME_NO_MEMORY, "%s", wrong.text);
    }
    return SAMME_OK;
}

typedef struct probing {
    const samme_checked *checked;
    samme_check_report *report;
} probing;

static void field_words(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        samme_buffer *out) {
    const void *slot = samme_field_of(message, field);
    switch (field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        samme_buffer_append_text(out, samme_enum_name(field->descriptor, *(const int *)slot));
        return;
    case PROTOBUF_C_TYPE_STRING:
        samme_buffer_printf(out, "\"%.80s\"", *(const char *const *)slot);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        samme_buffer_append_text(out, *(const protobuf_c_boolean *)slot ? "true" : "false");
        return;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
        samme_buffer_printf(out, "%lld", (long long)*(const int64_t *)slot);
        return;
    default:
        samme_buffer_append_text(out, "another");
        return;
    }
}

static bool same_packed(const ProtobufCMessage *a, const ProtobufCMessage *b) {
    samme_buffer x, y;
    samme_buffer_init(&x, 1u << 16);
    samme_buffer_init(&y, 1u << 16);
    samme_pack(a, &x);
    samme_pack(b, &y);
    const bool same = samme_buffer_status(&x) == SAMME_OK &&
                      samme_span_equal(samme_buffer_span(&x), samme_buffer_span(&y));
    samme_buffer_free(&x);
    samme_buffer_free(&y);
    return same;
}

static bool same_messages(const ProtobufCMessage *a, const ProtobufCMessage *b,
                          const ProtobufCFieldDescriptor *field) {
    if (!samme_field_repeated(field)) {
        ProtobufCMessage *const *x = samme_field_of(a, field), *const *y = samme_field_of(b, field);
        return *x == NULL ? *y == NULL : *y != NULL && same_packed(*x, *y);
    }
    const size_t count = samme_field_count(a, field);
    ProtobufCMessage *const *const *x = samme_field_of(a, field);
    ProtobufCMessage *const *const *y = samme_field_of(b, field);
    if (samme_field_count(b, field) != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!same_packed((*x)[i], (*y)[i]))
            return false;
    return true;
}

static bool same_field(const ProtobufCMessage *a, const ProtobufCMessage *b,
                       const ProtobufCFieldDescriptor *field) {
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return same_messages(a, b, field);
    const void *x = samme_field_of(a, field), *y = samme_field_of(b, field);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return strcmp(*(const char *const *)x, *(const char *const *)y) == 0;
    return memcmp(x, y, samme_field_element_bytes(field)) == 0;
}

/* Appends "verdict authorise, found deny" for each field given that is not so. */
static void compare(const Samme__Answer *expect, const Samme__Answer *found, samme_buffer *out) {
    const ProtobufCMessageDescriptor *type = &samme__answer__descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (!samme_field_is_set(&expect->base, field) ||
            same_field(&expect->base, &found->base, field))
            continue;
        samme_buffer_printf(out, "%s%s ", out->length == 0 ? "expected " : "; expected ",
                            field->name);
        field_words(&expect->base, field, out);
        samme_buffer_append_text(out, ", found ");
        field_words(&found->base, field, out);
    }
}

static void fail(const probing *self, const samme_probe_place *place, const char *text) {
    const Samme__Probe *probe = place->probe;
    samme_arena arena;
    samme_arena_init(&arena, 1u << 21);
    samme_check_finding finding = {.code = "probe_failed",
                                   .severity = SAMME_SEVERITY_WAIVABLE,
                                   .path = place->path,
                                   .line = place->spot.line,
                                   .column = place->spot.column,
                                   .table = place->path,
                                   .rule = probe->id,
                                   .text = text};
    if (probe->facts != NULL) {
        finding.facts = samme_facts_json(&arena, probe->facts);
        finding.answer = samme_answer_json(&arena, self->checked->policy, probe->facts);
    }
    samme_check_add(self->report, &finding);
    samme_arena_free(&arena);
}

static void try_probe(void *context, const samme_probe_place *place) {
    const probing *self = context;
    const Samme__Probe *probe = place->probe;
    samme_decision decision;
    samme_error error = {.text = ""};
    samme_buffer text;
    samme_buffer_init(&text, 1u << 16);
    self->report->probes++;
    if (probe->id[0] == 0)
        samme_buffer_append_text(&text, "expected an id");
    else if (probe->facts == NULL || probe->expect == NULL)
        samme_buffer_append_text(&text, "expected facts and expect");
    else if (samme_policy_decide(self->checked->policy, probe->facts, &decision, &error) !=
             SAMME_OK)
        samme_buffer_printf(&text, "facts: %s", error.text);
    else
        compare(probe->expect, &decision.answer, &text);
    if (text.length > 0)
        fail(self, place, samme_buffer_text(&text));
    samme_buffer_free(&text);
}

samme_status samme_check_probes(const samme_checked *checked, samme_check_report *report,
                                samme_error *error) {
    probing self = {checked, report};
    return samme_probes_each(checked->folder, report, try_probe, &self, error);
}
