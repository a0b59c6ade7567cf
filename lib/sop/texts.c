#include "sop/texts.h"

#include "sop/checking.h"

/* Norwegian is written as nb, and many systems call that no. */
static bool is_tag(const char *of, const char *tag, size_t length) {
    const char *other = length == 2 && memcmp(tag, "no", 2) == 0   ? "nb"
                        : length == 2 && memcmp(tag, "nb", 2) == 0 ? "no"
                                                                   : NULL;
    return strlen(of) == length &&
           (memcmp(of, tag, length) == 0 || (other != NULL && memcmp(of, other, length) == 0));
}

/* The text under this tag, or under it without its last subtags. */
static const Samme__Text *look_up(Samme__Text *const *texts, size_t count, const char *tag) {
    for (size_t length = strlen(tag); length > 0;) {
        for (size_t i = 0; i < count; i++)
            if (is_tag(texts[i]->key, tag, length))
                return texts[i];
        while (length > 0 && tag[length - 1] != '-')
            length--;
        length -= length > 0;
    }
    return NULL;
}

static const Samme__Fallback *fallback_of(const samme_languages *languages, const char *language) {
    for (size_t length = strlen(language); length > 0;) {
        for (size_t i = 0; i < languages->fallback_count; i++) {
            if (is_tag(languages->fallbacks[i]->language, language, length))
                return languages->fallbacks[i];
        }
        while (length > 0 && language[length - 1] != '-')
            length--;
        length -= length > 0;
    }
    return NULL;
}

static const Samme__Text *pick(Samme__Text *const *texts, size_t count, const char *language,
                               const samme_languages *languages, bool *out_fell) {
    const Samme__Text *found = look_up(texts, count, language);
    *out_fell = found == NULL;
    const Samme__Fallback *fallback = found == NULL ? fallback_of(languages, language) : NULL;
    for (size_t i = 0; fallback != NULL && found == NULL && i < fallback->n_then; i++)
        found = look_up(texts, count, fallback->then[i]);
    return found;
}

const char *samme_text_pick(Samme__Text *const *texts, size_t count, const char *language,
                            const samme_languages *languages, const char **out_language) {
    bool fell = false;
    const Samme__Text *found = pick(texts, count, language, languages, &fell);
    if (found == NULL)
        return NULL;
    if (out_language != NULL)
        *out_language = found->key;
    return found->value;
}

typedef struct missing {
    const samme_languages *languages;
    samme_document_findings *findings;
} missing;

static void look(void *context, const samme_authored *document, const samme_said *said) {
    const missing *in = context;
    if (said->optional && said->count == 0)
        return;
    for (size_t i = 0; i < in->languages->needed_count; i++) {
        const char *language = in->languages->needed[i];
        bool fell = false;
        const Samme__Text *found = pick(said->texts, said->count, language, in->languages, &fell);
        if (found != NULL && !fell)
            continue;
        samme_document_place place = samme_said_place(document, said, NULL);
        place.language = language;
        if (found == NULL)
            samme_document_findings_add(in->findings, SAMME_SEVERITY_ERROR, "text_missing", &place,
                                        "%s: expected a text in %s or one of its fallbacks, found "
                                        "none",
                                        said->field, language);
        else
            samme_document_findings_add(in->findings, SAMME_SEVERITY_NOTE, "text_fallback", &place,
                                        "%s: there is no text in %s, its readers get %s",
                                        said->field, language, found->key);
    }
}

void samme_texts_missing(const samme_documents *documents, const samme_languages *languages,
                         samme_document_findings *findings) {
    missing in = {languages, findings};
    for (size_t i = 0; i < samme_documents_count(documents); i++)
        samme_said_each(samme_documents_at(documents, i), look, &in);
}
