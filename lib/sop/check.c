/* What the checks of all kinds have in common. */
#include <stdarg.h>
#include <stdio.h>

#include "sop/characters.h"
#include "sop/checking.h"
#include "sop/language.h"

samme_document_place samme_place_of(const samme_authored *document, const void *value,
                                    const void *holder, const char *id) {
    samme_document_place place = {.path = document->path, .id = id};
    if (value == NULL || !samme_places_find(&document->places, value, &place.line, &place.column))
        (void)samme_places_find(&document->places, holder, &place.line, &place.column);
    return place;
}

samme_document_place samme_said_place(const samme_authored *document, const samme_said *said,
                                      const Samme__Text *text) {
    const void *first = text != NULL ? (const void *)text->value : NULL;
    if (text == NULL && said->count > 0)
        first = said->texts[0];
    samme_document_place place = samme_place_of(document, first, said->holder, said->id);
    place.language = text != NULL ? text->key : "";
    return place;
}

void samme_wrong(const samme_checking *in, const char *code, const samme_document_place *place,
                 const char *format, ...) {
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    in->document->sound = false;
    samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR, code, place, "%s", text);
}

bool samme_id_valid(const char *id) {
    size_t length = strlen(id);
    return length > 0 && length <= SAMME_SOP_ID_MAX_BYTES &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
               length;
}

void samme_check_ids(const samme_checking *in, const void *elements, size_t count,
                     samme_id_of *id_of, const char *what) {
    const void *const *holders = elements;
    for (size_t i = 0; i < count; i++) {
        const char *id = id_of(elements, i);
        samme_document_place place = samme_place_of(in->document, id, holders[i], id);
        if (!samme_id_valid(id))
            samme_wrong(in, "id_form", &place,
                        "%s %zu: expected an id of 1 to %u of a-z A-Z 0-9 _ - ., found \"%.80s\"",
                        what, i + 1, SAMME_SOP_ID_MAX_BYTES, id);
        for (size_t k = 0; k < i && id[0] != 0; k++)
            if (strcmp(id_of(elements, k), id) == 0) {
                samme_wrong(in, "id_doubled", &place,
                            "expected each id once, found \"%.64s\" at %s %zu and %zu", id, what,
                            k + 1, i + 1);
                break;
            }
    }
}

bool samme_check_count(const samme_checking *in, const void *holder, const char *id,
                       const char *field, size_t count, size_t maximum) {
    if (count > 0 && count <= maximum)
        return true;
    samme_document_place place = samme_place_of(in->document, NULL, holder, id);
    samme_wrong(in, count == 0 ? "missing" : "too_many", &place, "%s: expected 1 to %zu, found %zu",
                field, maximum, count);
    return false;
}

void samme_check_chosen(const samme_checking *in, int value, const void *holder, const char *id,
                        const char *field, const ProtobufCEnumDescriptor *type) {
    if (value != 0)
        return;
    char names[200] = "";
    size_t length = 0;
    for (int i = 1; i < (int)type->n_values && length < sizeof names; i++)
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i > 1 ? ", " : "",
                                   samme_enum_name(type, i));
    samme_document_place place = samme_place_of(in->document, NULL, holder, id);
    samme_wrong(in, "missing", &place, "%s: expected one of %s, found none", field, names);
}

/* One fault is enough: an author who removes one looks for its like. */
static bool characters_fine(const samme_checking *in, const samme_document_place *place,
                            const char *field, samme_span text) {
    size_t at = 0;
    samme_character_fault fault;
    if (samme_characters_next(text, &at, &fault)) {
        samme_wrong(in, fault.code, place, "%s: found %s, expected none of its kind", field,
                    fault.text);
        return false;
    }
    if (!samme_characters_nfc(text)) {
        samme_wrong(in, "not_nfc", place,
                    "%s: expected the text in Unicode normal form C (letters with their accents as "
                    "one character)",
                    field);
        return false;
    }
    return true;
}

static bool length_fine(const samme_checking *in, const samme_document_place *place,
                        const char *field, const char *text) {
    size_t length = strlen(text);
    if (length > 0 && strspn(text, " \t\r\n") < length && length <= SAMME_SOP_TEXT_MAX_BYTES)
        return true;
    samme_wrong(in, length > SAMME_SOP_TEXT_MAX_BYTES ? "too_large" : "text_empty", place,
                "%s: expected a text of 1 to %u bytes, found %s%zu", field,
                SAMME_SOP_TEXT_MAX_BYTES, length <= SAMME_SOP_TEXT_MAX_BYTES ? "blanks: " : "",
                length);
    return false;
}

void samme_check_line(const samme_checking *in, const char *text, const void *holder,
                      const char *id, const char *field) {
    samme_document_place place = samme_place_of(in->document, text, holder, id);
    if (length_fine(in, &place, field, text))
        (void)characters_fine(in, &place, field, samme_span_of_text(text));
}

static void check_tag(const samme_checking *in, const samme_said *said, const Samme__Text *text) {
    samme_document_place place = samme_place_of(in->document, text, said->holder, said->id);
    switch (samme_language_check(text->key)) {
    case SAMME_LANGUAGE_FINE:
        break;
    case SAMME_LANGUAGE_FORM:
        samme_wrong(in, "language_form", &place,
                    "%s: expected a language as en, pt-BR or sr-Latn, found \"%.40s\"", said->field,
                    text->key);
        break;
    case SAMME_LANGUAGE_UNKNOWN:
        samme_wrong(in, "language_unknown", &place,
                    "%s: expected a language of ISO 639, found \"%.40s\"", said->field, text->key);
        break;
    case SAMME_LANGUAGE_REGION_UNKNOWN:
        samme_wrong(in, "language_unknown", &place,
                    "%s: expected a country of ISO 3166 behind the language, found \"%.40s\"",
                    said->field, text->key);
        break;
    }
}

/* {name} where a name is put in; any other brace would be read out. */
static void check_placeholders(const samme_checking *in, const samme_said *said,
                               const samme_document_place *place, const char *text) {
    static const char name[] = "{name}";
    for (const char *at = strpbrk(text, "{}"); at != NULL; at = strpbrk(at, "{}")) {
        if (said->names && strncmp(at, name, sizeof name - 1) == 0) {
            at += sizeof name - 1;
            continue;
        }
        samme_wrong(in, "placeholder", place, "%s: expected %s, found \"%.20s\"", said->field,
                    said->names ? "no braces but {name}" : "no braces, nothing is put in here", at);
        return;
    }
}

static void check_text(const samme_checking *in, const samme_said *said, const Samme__Text *text) {
    check_tag(in, said, text);
    samme_document_place place = samme_said_place(in->document, said, text);
    if (!length_fine(in, &place, said->field, text->value) ||
        !characters_fine(in, &place, said->field, samme_span_of_text(text->value)))
        return;
    check_placeholders(in, said, &place, text->value);
}

void samme_check_said(const samme_checking *in, const samme_said *said) {
    if (said->optional && said->count == 0)
        return;
    if (!samme_check_count(in, said->holder, said->id, said->field, said->count,
                           SAMME_SOP_LANGUAGES_MAX))
        return;
    for (size_t i = 0; i < said->count; i++)
        check_text(in, said, said->texts[i]);
}
