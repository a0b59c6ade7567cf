/* Every text of a document, kind by kind. */
#include "sop/texts.h"

typedef struct telling {
    const samme_authored *document;
    samme_said_visit *visit;
    void *context;
} telling;

static void tell(const telling *to, samme_said said) {
    to->visit(to->context, to->document, &said);
}

static void tell_title(const telling *to, Samme__Text *const *texts, size_t count) {
    tell(to, (samme_said){.role = SAMME_TEXT_LABEL,
                          .id = "",
                          .field = "title",
                          .holder = to->document->message,
                          .texts = texts,
                          .count = count});
}

static void tell_texts(const telling *to, samme_text_role role, const char *id, const void *holder,
                       Samme__Text *const *texts, size_t count) {
    tell(to, (samme_said){.role = role,
                          .id = id,
                          .field = "texts",
                          .holder = holder,
                          .texts = texts,
                          .count = count});
}

static void tell_named(const telling *to, const char *id, const void *holder,
                       Samme__Text *const *texts, size_t count) {
    tell(to, (samme_said){.role = SAMME_TEXT_SPOKEN,
                          .id = id,
                          .field = "texts",
                          .holder = holder,
                          .texts = texts,
                          .count = count,
                          .names = true});
}

static void procedure(const telling *to, const Samme__Procedure *document) {
    tell_title(to, document->title, document->n_title);
    for (size_t i = 0; i < document->n_steps; i++) {
        const Samme__Step *step = document->steps[i];
        bool spoken = step->kind == SAMME__STEP__KIND__say;
        tell_texts(to, spoken ? SAMME_TEXT_SPOKEN : SAMME_TEXT_INSTRUCTION, step->id, step,
                   step->texts, step->n_texts);
        for (size_t k = 0; k < step->n_choices; k++)
            tell_texts(to, SAMME_TEXT_LABEL, step->id, step->choices[k], step->choices[k]->texts,
                       step->choices[k]->n_texts);
    }
}

static void conduct(const telling *to, const Samme__Conduct *document) {
    tell_title(to, document->title, document->n_title);
    for (size_t i = 0; i < document->n_rules; i++)
        tell_texts(to, SAMME_TEXT_RULE, document->rules[i]->id, document->rules[i],
                   document->rules[i]->texts, document->rules[i]->n_texts);
}

static void bulletin(const telling *to, const Samme__Bulletin *document) {
    tell_title(to, document->title, document->n_title);
    tell_texts(to, SAMME_TEXT_PLAIN, "", document, document->texts, document->n_texts);
}

static void follow_ups(const telling *to, const Samme__FollowUps *document) {
    for (size_t i = 0; i < document->n_rules; i++)
        tell_named(to, document->rules[i]->id, document->rules[i], document->rules[i]->texts,
                   document->rules[i]->n_texts);
}

static void survey(const telling *to, const Samme__Survey *document) {
    tell_title(to, document->title, document->n_title);
    for (size_t i = 0; i < document->n_questions; i++)
        tell_texts(to, SAMME_TEXT_SPOKEN, document->questions[i]->id, document->questions[i],
                   document->questions[i]->texts, document->questions[i]->n_texts);
}

static void scorecard(const telling *to, const Samme__Scorecard *document) {
    tell_title(to, document->title, document->n_title);
    for (size_t i = 0; i < document->n_items; i++)
        tell_texts(to, SAMME_TEXT_PLAIN, document->items[i]->id, document->items[i],
                   document->items[i]->texts, document->items[i]->n_texts);
}

static void closings(const telling *to, const Samme__Closings *document) {
    for (size_t i = 0; i < document->n_lines; i++)
        tell_named(
            to,
            samme_enum_name(&samme__procedure__occasion__descriptor, document->lines[i]->occasion),
            document->lines[i], document->lines[i]->texts, document->lines[i]->n_texts);
}

void samme_said_of_reason(const Samme__Reason *reason, samme_said out[static 3]) {
    out[0] = (samme_said){.role = SAMME_TEXT_SPOKEN,
                          .id = reason->code,
                          .field = "customer",
                          .holder = reason,
                          .texts = reason->customer,
                          .count = reason->n_customer};
    out[1] = (samme_said){.role = SAMME_TEXT_PLAIN,
                          .id = reason->code,
                          .field = "clerk",
                          .holder = reason,
                          .texts = reason->clerk,
                          .count = reason->n_clerk,
                          .optional = true};
    out[2] = (samme_said){.role = SAMME_TEXT_SPOKEN,
                          .id = reason->code,
                          .field = "instead",
                          .holder = reason,
                          .texts = reason->instead,
                          .count = reason->n_instead,
                          .optional = true};
}

static void reasons(const telling *to, const Samme__Reasons *document) {
    for (size_t i = 0; i < document->n_reasons; i++) {
        samme_said said[3];
        samme_said_of_reason(document->reasons[i], said);
        for (size_t k = 0; k < 3; k++)
            tell(to, said[k]);
    }
}

void samme_said_each(const samme_authored *document, samme_said_visit *visit, void *context) {
    const telling to = {document, visit, context};
    const void *message = document->message;
    switch (document->kind) {
    case SAMME_DOCUMENT_PROCEDURE:
        procedure(&to, message);
        break;
    case SAMME_DOCUMENT_CONDUCT:
        conduct(&to, message);
        break;
    case SAMME_DOCUMENT_BULLETIN:
        bulletin(&to, message);
        break;
    case SAMME_DOCUMENT_FOLLOW_UPS:
        follow_ups(&to, message);
        break;
    case SAMME_DOCUMENT_SURVEY:
        survey(&to, message);
        break;
    case SAMME_DOCUMENT_SCORECARD:
        scorecard(&to, message);
        break;
    case SAMME_DOCUMENT_CLOSINGS:
        closings(&to, message);
        break;
    case SAMME_DOCUMENT_REASONS:
        reasons(&to, message);
        break;
    case SAMME_DOCUMENT_RETENTION:
    case SAMME_DOCUMENT_KIND_COUNT:
        break;
    }
}
