/* GET /v1/openapi.json: the routes, and schemas made of the descriptors that bodies are read and
 * written by, so that neither can be forgotten here. */
#include "node/api/routes.h"
#include "wire/names.h"

enum { SCHEMAS_MAX = 128, DESCRIPTION_MAX_BYTES = 1024 * 1024 };

/* Message types to describe, each once, in the order in which they were met. */
typedef struct schemas {
    const ProtobufCMessageDescriptor *types[SCHEMAS_MAX];
    size_t count;
} schemas;

static void meet(schemas *all, const ProtobufCMessageDescriptor *type) {
    for (size_t i = 0; i < all->count; i++)
        if (all->types[i] == type)
            return;
    if (all->count < SCHEMAS_MAX)
        all->types[all->count++] = type;
}

static void text(samme_buffer *out, const char *value) {
    samme_json_string(out, samme_span_of_text(value));
}

static void put_enum(samme_buffer *out, const ProtobufCEnumDescriptor *type) {
    bool first = true;
    samme_buffer_append_text(out, "{\"type\":\"string\",\"enum\":[");
    for (unsigned i = 0; i < type->n_values; i++) {
        if (type->values[i].value == 0 && strstr(type->values[i].name, "unset") != NULL)
            continue; /* never written, refused when read */
        samme_buffer_append_text(out, first ? "" : ",");
        text(out, type->values[i].name);
        first = false;
    }
    samme_buffer_append_text(out, "]}");
}

static void put_reference(samme_buffer *out, const ProtobufCMessageDescriptor *type, schemas *all) {
    meet(all, type);
    samme_buffer_printf(out, "{\"$ref\":\"#/components/schemas/%s\"}", type->short_name);
}

static void put_type(samme_buffer *out, const ProtobufCFieldDescriptor *field, schemas *all) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        samme_buffer_append_text(out, "{\"type\":\"string\"}");
        break;
    case PROTOBUF_C_TYPE_BOOL:
        samme_buffer_append_text(out, "{\"type\":\"boolean\"}");
        break;
    case PROTOBUF_C_TYPE_BYTES:
        samme_buffer_append_text(out, "{\"type\":\"string\",\"contentEncoding\":\"base64\"}");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        put_enum(out, field->descriptor);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        put_reference(out, field->descriptor, all);
        break;
    case PROTOBUF_C_TYPE_INT64:
        samme_buffer_append_text(out, "{\"type\":\"string\",\"pattern\":\"^-?[0-9]+$\"}");
        break;
    case PROTOBUF_C_TYPE_UINT64:
        samme_buffer_append_text(out, "{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}");
        break;
    default: /* 32 bits; proto/ has no others */
        samme_buffer_append_text(out, "{\"type\":\"integer\"}");
    }
}

static void put_schema(samme_buffer *out, const ProtobufCMessageDescriptor *type, schemas *all) {
    text(out, type->short_name);
    samme_buffer_append_text(
        out, ":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{");
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        char name[SAMME_NAME_BYTES];
        samme_camel(field->name, name);
        samme_buffer_append_text(out, i == 0 ? "" : ",");
        text(out, name);
        bool many = field->label == PROTOBUF_C_LABEL_REPEATED;
        samme_buffer_append_text(out, many ? ":{\"type\":\"array\",\"items\":" : ":");
        put_type(out, field, all);
        samme_buffer_append_text(out, many ? "}" : "");
    }
    samme_buffer_append_text(out, "}}");
}

static void put_parameter(samme_buffer *out, const char *name, const char *in, bool required,
                          const char *about, bool *first) {
    samme_buffer_append_text(out, *first ? "" : ",");
    *first = false;
    samme_buffer_append_text(out, "{\"name\":");
    text(out, name);
    samme_buffer_printf(out, ",\"in\":\"%s\",\"required\":%s,\"description\":", in,
                        required ? "true" : "false");
    text(out, about);
    samme_buffer_append_text(out, ",\"schema\":{\"type\":\"string\"}}");
}

static void put_parameters(samme_buffer *out, const samme_route *route) {
    bool first = true;
    samme_buffer_append_text(out, ",\"parameters\":[");
    if (route->segment != NULL)
        put_parameter(out, route->segment, "path", true,
                      route->rest ? "with its slashes" : "out of an earlier answer", &first);
    if (route->kind == SAMME_ROUTE_WRITES)
        put_parameter(out, "Idempotency-Key", "header", true,
                      "1 to 200 bytes; the same key with the same request writes nothing twice",
                      &first);
    for (const samme_route_query *query = route->queries; query != NULL && query->name != NULL;
         query++)
        put_parameter(out, query->name, "query", false, query->text, &first);
    samme_buffer_append_text(out, "]");
}

/* The member of ApiAnswer, beside fresh, that the answer holds. */
static void put_answer(samme_buffer *out, const samme_route *route, schemas *all) {
    if (route->answer == NULL) {
        samme_buffer_append_text(out,
                                 route->handle == samme_api_metrics
                                     ? "\"text/plain\":{\"schema\":{\"type\":\"string\"}}"
                                     : "\"application/json\":{\"schema\":{\"type\":\"object\"}}");
        return;
    }
    samme_buffer_append_text(out, "\"application/json\":{\"schema\":{\"allOf\":[");
    put_reference(out, &samme__api_answer__descriptor, all);
    samme_buffer_append_text(out, "],\"required\":[\"fresh\"");
    if (route->answer[0] != 0) {
        char name[SAMME_NAME_BYTES];
        samme_camel(route->answer, name);
        samme_buffer_append_text(out, ",");
        text(out, name);
    }
    samme_buffer_append_text(out, "]}}");
}

static void put_operation(samme_buffer *out, const samme_route *route, schemas *all) {
    samme_buffer_printf(out, "\"%s\":{\"summary\":", route->method == SAMME_GET ? "get" : "post");
    text(out, route->summary);
    if (strncmp(route->before, "/v1/", 4) != 0)
        samme_buffer_append_text(out, ",\"security\":[]");
    put_parameters(out, route);
    if (route->body != NULL) {
        samme_buffer_append_text(
            out, ",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":"
                 "{\"schema\":");
        put_reference(out, route->body, all);
        samme_buffer_append_text(out, "}}}");
    }
    samme_buffer_printf(out, ",\"responses\":{\"%u\":{\"description\":\"done\",\"content\":{",
                        route->status);
    put_answer(out, route, all);
    samme_buffer_append_text(out, "}}");
    if (route->kind == SAMME_ROUTE_WRITES && route->status == 201) {
        samme_buffer_append_text(
            out, ",\"200\":{\"description\":\"the key was here before\",\"content\":{");
        put_answer(out, route, all);
        samme_buffer_append_text(out, "}}");
    }
    samme_buffer_append_text(out, ",\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}");
}

static bool same_path(const samme_route *a, const samme_route *b) {
    return strcmp(a->before, b->before) == 0 && (a->segment == NULL) == (b->segment == NULL) &&
           (a->segment == NULL || strcmp(a->after, b->after) == 0);
}

static void put_paths(samme_buffer *out, schemas *all) {
    size_t count;
    const samme_route *routes = samme_routes(&count);
    for (size_t i = 0; i < count; i++) {
        bool described = false;
        for (size_t j = 0; j < i; j++)
            described |= same_path(&routes[i], &routes[j]);
        if (described)
            continue;
        samme_buffer_printf(out, "%s\"%s", i == 0 ? "" : ",", routes[i].before);
        if (routes[i].segment != NULL)
            samme_buffer_printf(out, "{%s}%s", routes[i].segment, routes[i].after);
        samme_buffer_append_text(out, "\":{");
        for (size_t j = i; j < count; j++) {
            if (!same_path(&routes[i], &routes[j]))
                continue;
            samme_buffer_append_text(out, j == i ? "" : ",");
            put_operation(out, &routes[j], all);
        }
        samme_buffer_append_text(out, "}");
    }
}

static void put_problems(samme_buffer *out, schemas *all) {
    size_t count;
    const samme_problem_word *words = samme_problem_words(&count);
    samme_buffer_append_text(out, "\"responses\":{\"Problem\":{\"description\":");
    samme_buffer text_of;
    samme_buffer_init(&text_of, 16384);
    samme_buffer_append_text(&text_of, "RFC 9457. type is https://samme.example/problems/ and one "
                                       "of these words, or about:blank where the server itself "
                                       "refuses (400, 405, 413, 415, 421, 503).\n");
    for (size_t i = 0; i < count; i++)
        samme_buffer_printf(&text_of, "- %u `%s`: %s\n", words[i].status, words[i].word,
                            words[i].text);
    text(out, samme_buffer_text(&text_of));
    samme_buffer_free(&text_of);
    samme_buffer_append_text(out, ",\"content\":{\"application/problem+json\":{\"schema\":");
    put_reference(out, &samme__problem__descriptor, all);
    samme_buffer_append_text(out, "}},\"x-problem-words\":[");
    for (size_t i = 0; i < count; i++)
        samme_buffer_printf(out, "%s{\"status\":%u,\"word\":\"%s\"}", i == 0 ? "" : ",",
                            words[i].status, words[i].word);
    samme_buffer_append_text(out, "]}}");
}

void samme_api_openapi(samme_call *call) {
    samme_buffer out;
    schemas all = {.count = 0};
    samme_buffer_init(&out, DESCRIPTION_MAX_BYTES);
    samme_buffer_append_text(
        &out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Samme node\",\"version\":\"1\","
              "\"description\":\"Money is minor units, quantities are thousandths; 64-bit integers "
              "are strings. Fields at their default are left out.\"},"
              "\"security\":[{\"till\":[]},{}],\"paths\":{");
    put_paths(&out, &all);
    samme_buffer_append_text(&out, "},\"components\":{\"securitySchemes\":{\"till\":{\"type\":"
                                   "\"http\",\"scheme\":\"bearer\"}},");
    put_problems(&out, &all);
    samme_buffer_append_text(&out, ",\"schemas\":{");
    for (size_t i = 0; i < all.count; i++) { /* grows while it is walked */
        samme_buffer_append_text(&out, i == 0 ? "" : ",");
        put_schema(&out, all.types[i], &all);
    }
    samme_buffer_append_text(&out, "}}}\n");
    samme_answer_with_json(call, &out);
}
