#include <stdlib.h>

#include "base/text.h"
#include "samme/limits.h"
#include "sop/characters.h"
#include "sop/checking.h"
#include "sop/kinds.h"

#define PATH_MAX_BYTES        200u
#define FAULTS_A_DOCUMENT_MAX 10u /* characters that are shown; one is enough to refuse it */

struct samme_documents {
    samme_arena arena;
    samme_authored *list;
    size_t count;
};

typedef struct loading {
    samme_documents *documents;
    samme_document_findings *findings;
    samme_error *error;
} loading;

static void refuse(const loading *in, samme_severity severity, const char *code, const char *path,
                   const char *text) {
    const samme_document_place place = {.path = path};
    samme_document_findings_add(in->findings, severity, code, &place, "%s", text);
}

/* Looks over the bytes before YAML does: it would show a character out of its place, or not at all.
 */
static bool bytes_fine(const loading *in, const samme_document *document) {
    samme_character_fault fault;
    samme_document_place place = {.path = document->path, .line = 1, .column = 1};
    unsigned faults = 0;
    for (size_t at = 0, counted = 0; faults < FAULTS_A_DOCUMENT_MAX; faults++) {
        if (!samme_characters_next(document->content, &at, &fault))
            break;
        for (; counted < fault.offset; counted++) {
            uint8_t byte = document->content.data[counted];
            place.line += byte == '\n';
            place.column = byte == '\n' ? 1 : place.column + ((byte & 0xc0) != 0x80);
        }
        /* The column is that of the character that begins here. */
        samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR, fault.code, &place,
                                    "found %s, expected none of its kind", fault.text);
    }
    return faults == 0;
}

/* Of a document that others read, line by line: its texts are known to them alone. */
static void normal_form_fine(const loading *in, const samme_document *document) {
    samme_document_place place = {.path = document->path, .line = 1, .column = 1};
    samme_span rest = document->content;
    for (; rest.length > 0; place.line++) {
        const uint8_t *end = memchr(rest.data, '\n', rest.length);
        const size_t length = end == NULL ? rest.length : (size_t)(end - rest.data);
        if (length <= SAMME_SOP_TEXT_MAX_BYTES &&
            !samme_characters_nfc(SAMME_SPAN(rest.data, length))) {
            samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR, "not_nfc", &place,
                                        "expected Unicode normal form C (letters with their "
                                        "accents as one character)");
            return; /* an author who mends one looks for its like */
        }
        const size_t taken = end == NULL ? length : length + 1;
        rest = SAMME_SPAN(rest.data + taken, rest.length - taken);
    }
}

/* The error's text begins with "path:line:col: ". */
static void refuse_error(const loading *in, const char *path, const samme_error *error) {
    samme_document_place place = {.path = path};
    const char *text = error->text;
    size_t length = strlen(path);
    uint64_t numbers[2] = {0};
    if (strncmp(text, path, length) == 0 && text[length] == ':') {
        text += length + 1;
        for (size_t i = 0; i < 2; i++) {
            size_t digits = strspn(text, "0123456789");
            if (text[digits] != ':' || samme_u64_parse(SAMME_SPAN(text, digits), &numbers[i]) != 0)
                break;
            text += digits + 1;
        }
        text += strspn(text, " ");
    }
    place.line = (unsigned)numbers[0];
    place.column = (unsigned)numbers[1];
    samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR,
                                error->status == SAMME_TOO_LARGE ? "too_large" : "unreadable",
                                &place, "%s", text);
}

static bool size_fine(const loading *in, const samme_document *document) {
    if (document->content.length <= SAMME_DOCUMENT_MAX_BYTES)
        return true;
    const samme_document_place place = {.path = document->path};
    samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR, "too_large", &place,
                                "expected at most %u bytes, found %zu", SAMME_DOCUMENT_MAX_BYTES,
                                document->content.length);
    return false;
}

static samme_status read_document(const loading *in, const samme_document *document,
                                  samme_document_kind kind, samme_span name) {
    samme_documents *documents = in->documents;
    samme_authored *out = &documents->list[documents->count];
    if (!size_fine(in, document) || !bytes_fine(in, document))
        return SAMME_OK;
    *out = (samme_authored){.kind = kind, .sound = true};
    out->path = samme_arena_text(&documents->arena, document->path);
    out->name = (const char *)samme_arena_copy(&documents->arena, name).data;
    if (out->path == NULL || out->name == NULL)
        return samme_fail(in->error, SAMME_TOO_LARGE, "the documents need more than %u bytes",
                          SAMME_SOP_ALL_MAX_BYTES);
    samme_error error = {0};
    samme_places_init(&out->places);
    out->message = samme_from_yaml_placed(samme_document_message(kind), document->content,
                                          document->path, &documents->arena, &out->places, &error);
    if (out->message != NULL) {
        documents->count++;
        return SAMME_OK;
    }
    samme_places_free(&out->places);
    if (error.status == SAMME_NO_MEMORY)
        return samme_fail(in->error, error.status, "%s", error.text);
    refuse_error(in, document->path, &error);
    return SAMME_OK;
}

static samme_status take_document(const loading *in, const samme_document *document) {
    samme_document_kind kind;
    samme_span name;
    samme_path_verdict verdict = samme_path_judge(document->path, &kind, &name);
    if (strlen(document->path) > PATH_MAX_BYTES) {
        refuse(in, SAMME_SEVERITY_ERROR, "path_form", document->path,
               "expected a path of at most 200 bytes");
        return SAMME_OK;
    }
    if (verdict == SAMME_PATH_UNKNOWN)
        refuse(in, SAMME_SEVERITY_WAIVABLE, "unknown_kind", document->path,
               "nothing reads it: expected chain.yaml, followups.yaml, closings.yaml, "
               "retention.yaml, reasons.yaml, NAME.yaml in policy/, floors/, probes/, sop/, "
               "conduct/, bulletins/, surveys/, scorecards/, or the CSV of a table in policy/ or "
               "floors/");
    if (verdict == SAMME_PATH_OTHERS && bytes_fine(in, document))
        normal_form_fine(in, document);
    if (verdict != SAMME_PATH_OURS)
        return SAMME_OK;
    char text[SAMME_SOP_ID_MAX_BYTES + 1] = "";
    memcpy(text, name.data, name.length < sizeof text ? name.length : 0);
    if (!samme_id_valid(text))
        refuse(in, SAMME_SEVERITY_ERROR, "path_form", document->path,
               "expected a file's name of 1 to 64 of a-z A-Z 0-9 _ - . before .yaml");
    return read_document(in, document, kind, name);
}

static int by_kind_and_path(const void *a, const void *b) {
    const samme_authored *left = a, *right = b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    return strcmp(left->path, right->path);
}

static void check_said(void *context, const samme_authored *document, const samme_said *said) {
    (void)document;
    samme_check_said(context, said);
}

static void check_document(const samme_checking *in) {
    switch (in->document->kind) {
    case SAMME_DOCUMENT_PROCEDURE:
        samme_check_procedure(in);
        break;
    case SAMME_DOCUMENT_BULLETIN:
        samme_check_bulletin(in);
        break;
    case SAMME_DOCUMENT_FOLLOW_UPS:
        samme_check_follow_ups(in);
        break;
    case SAMME_DOCUMENT_CLOSINGS:
        samme_check_closings(in);
        break;
    case SAMME_DOCUMENT_CONDUCT:
    case SAMME_DOCUMENT_SURVEY:
    case SAMME_DOCUMENT_SCORECARD:
    case SAMME_DOCUMENT_RETENTION:
    case SAMME_DOCUMENT_REASONS:
    case SAMME_DOCUMENT_KIND_COUNT:
        samme_check_listing(in);
        break;
    }
    samme_checking checking = *in;
    samme_said_each(in->document, check_said, &checking);
}

/* What one document says of others. */
static void check_references(const samme_checking *in, const samme_documents *documents) {
    if (in->document->kind != SAMME_DOCUMENT_PROCEDURE)
        return;
    const Samme__Procedure *procedure = (const void *)in->document->message;
    if (procedure->closing == SAMME__PROCEDURE__OCCASION__occasion_unset ||
        samme_documents_closing(documents, procedure->closing, 0) != NULL)
        return;
    samme_document_place place = samme_place_of(in->document, &procedure->closing, procedure, NULL);
    samme_wrong(in, "closing_unknown", &place,
                "closing: expected an occasion of closings.yaml, found %s",
                samme_enum_name(&samme__procedure__occasion__descriptor, procedure->closing));
}

static void check_all(const loading *in) {
    samme_documents *documents = in->documents;
    qsort(documents->list, documents->count, sizeof *documents->list, by_kind_and_path);
    for (size_t i = 0; i < documents->count; i++) {
        const samme_checking checking = {&documents->list[i], in->findings};
        if (i > 0 && strcmp(documents->list[i].path, documents->list[i - 1].path) == 0)
            refuse(in, SAMME_SEVERITY_ERROR, "path_doubled", documents->list[i].path,
                   "expected each path once, found it twice");
        check_document(&checking);
        check_references(&checking, documents);
    }
}

samme_status samme_documents_load(const samme_document *documents, size_t count,
                                  samme_documents **out, samme_document_findings *findings,
                                  samme_error *error) {
    if (count > SAMME_RELEASE_MAX_DOCUMENTS)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u documents, found %zu",
                          SAMME_RELEASE_MAX_DOCUMENTS, count);
    samme_documents *loaded = calloc(1, sizeof *loaded);
    samme_authored *list = calloc(count + 1, sizeof *list);
    if (loaded == NULL || list == NULL) {
        free(loaded);
        free(list);
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the documents");
    }
    loaded->list = list;
    samme_arena_init(&loaded->arena, SAMME_SOP_ALL_MAX_BYTES);
    const loading in = {loaded, findings, error};
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < count && status == SAMME_OK; i++)
        status = take_document(&in, &documents[i]);
    if (status != SAMME_OK) {
        samme_documents_free(loaded);
        return status;
    }
    check_all(&in);
    *out = loaded;
    return SAMME_OK;
}

void samme_documents_free(samme_documents *documents) {
    if (documents == NULL)
        return;
    for (size_t i = 0; i < documents->count; i++)
        samme_places_free(&documents->list[i].places);
    samme_arena_free(&documents->arena);
    free(documents->list);
    free(documents);
}

size_t samme_documents_count(const samme_documents *documents) {
    return documents->count;
}

const samme_authored *samme_documents_at(const samme_documents *documents, size_t index) {
    return &documents->list[index];
}
