#include "sop/lint.h"

#include "base/text.h"
#include "sop/checking.h"
#include "sop/linting.h"

/* Fewer say nothing: LIX of one short sentence jumps with a word. */
#define LIX_WORDS_MIN 50u

/* In tenths: the upper end of "easy" in the Danish and the Swedish table. Norwegian and English
 * have none of their own and take the Swedish one; LIX does not fit Hindi. */
static const size_t lix_tenths_max[SAMME_TONGUE_COUNT] = {
    [SAMME_TONGUE_EN] = 400,
    [SAMME_TONGUE_DA] = 340,
    [SAMME_TONGUE_NB] = 400,
    [SAMME_TONGUE_SV] = 400,
};

void samme_linter_init(samme_linter *linter, samme_document_findings *findings,
                       samme_error *error) {
    *linter = (samme_linter){.findings = findings, .error = error};
    samme_reading_init(&linter->reading);
}

void samme_linter_free(samme_linter *linter) {
    for (int i = 0; i < SAMME_TONGUE_COUNT; i++)
        samme_segmenter_close(linter->segmenters[i]);
    samme_reading_free(&linter->reading);
}

/* LIX = words / sentences + 100 x long words / words. */
void samme_linter_readability(samme_linter *linter, const samme_document_place *place) {
    for (int i = 0; i < SAMME_TONGUE_COUNT; i++) {
        const samme_lix lix = linter->lix[i];
        linter->lix[i] = (samme_lix){0};
        if (lix_tenths_max[i] == 0 || lix.words < LIX_WORDS_MIN)
            continue;
        size_t tenths = 10 * lix.words / lix.parts + 1000 * lix.long_words / lix.words;
        if (tenths <= lix_tenths_max[i])
            continue;
        samme_document_place at = *place;
        at.language = samme_tongue_tag((samme_tongue)i);
        samme_document_findings_add(
            linter->findings, SAMME_SEVERITY_WAIVABLE, "readability", &at,
            "%s: LIX is %zu.%zu, at most %zu: %zu words in %zu sentences, %zu of more than 6 "
            "letters",
            at.language, tenths / 10, tenths % 10, lix_tenths_max[i] / 10, lix.words, lix.parts,
            lix.long_words);
    }
}

samme_status samme_linter_said(samme_linter *linter, const samme_authored *document,
                               const samme_said *said) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < said->count && status == SAMME_OK; i++) {
        const Samme__Text *text = said->texts[i];
        samme_tongue tongue = samme_language_tongue(text->key);
        samme_document_place place = samme_said_place(document, said, text);
        samme_span bytes = samme_span_of_text(text->value);
        /* Longer ones are refused by load. */
        if (tongue != SAMME_TONGUE_OTHER && bytes.length <= SAMME_SOP_TEXT_MAX_BYTES)
            status = samme_linter_text(linter, said->role, tongue, bytes, &place);
    }
    return status;
}

typedef struct document_lint {
    samme_linter *linter;
    const char *unjudged[SAMME_SOP_LANGUAGES_MAX]; /* languages of which a note was made */
    size_t unjudged_count;
    samme_status status;
} document_lint;

static void note_unjudged(document_lint *in, const samme_authored *document, const samme_said *said,
                          const Samme__Text *text) {
    if (samme_language_tongue(text->key) != SAMME_TONGUE_OTHER)
        return;
    for (size_t i = 0; i < in->unjudged_count; i++)
        if (strcmp(in->unjudged[i], text->key) == 0)
            return;
    if (in->unjudged_count == SAMME_SOP_LANGUAGES_MAX)
        return;
    in->unjudged[in->unjudged_count++] = text->key;
    samme_document_place place = samme_said_place(document, said, text);
    place.id = "";
    samme_document_findings_add(in->linter->findings, SAMME_SEVERITY_NOTE, "language_not_judged",
                                &place, "texts in %.40s are not looked at: only en, da, nb, sv, hi",
                                text->key);
}

static void lint_said(void *context, const samme_authored *document, const samme_said *said) {
    document_lint *in = context;
    for (size_t i = 0; i < said->count; i++)
        note_unjudged(in, document, said, said->texts[i]);
    if (in->status == SAMME_OK)
        in->status = samme_linter_said(in->linter, document, said);
}

samme_status samme_lint_documents(const samme_documents *documents,
                                  samme_document_findings *findings, samme_error *error) {
    samme_linter linter;
    samme_linter_init(&linter, findings, error);
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < samme_documents_count(documents) && status == SAMME_OK; i++) {
        const samme_authored *document = samme_documents_at(documents, i);
        document_lint in = {.linter = &linter};
        const samme_document_place place = {.path = document->path};
        samme_said_each(document, lint_said, &in);
        samme_linter_readability(&linter, &place);
        status = in.status;
    }
    samme_linter_free(&linter);
    return status;
}

samme_status samme_lint_text(samme_text_role role, const char *language, const char *text,
                             const samme_document_place *place, samme_document_findings *findings,
                             samme_error *error) {
    samme_tongue tongue = samme_language_tongue(language);
    samme_span bytes = samme_span_of_text(text);
    if (tongue == SAMME_TONGUE_OTHER || !samme_utf8_valid(bytes) ||
        bytes.length > SAMME_SOP_TEXT_MAX_BYTES)
        return SAMME_OK;
    samme_linter linter;
    samme_document_place at = *place;
    at.language = language;
    samme_linter_init(&linter, findings, error);
    samme_status status = samme_linter_text(&linter, role, tongue, bytes, &at);
    samme_linter_readability(&linter, &at);
    samme_linter_free(&linter);
    return status;
}
