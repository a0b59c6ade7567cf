#include <criterion/criterion.h>

#include "tests/unit/lib/sop/fixture.h"

static char *text(const char *text) {
    return (char *)(uintptr_t)text;
}

static Samme__Text entries[] = {
    {.key = (char *)(uintptr_t) "en", .value = (char *)(uintptr_t) "hello"},
    {.key = (char *)(uintptr_t) "da", .value = (char *)(uintptr_t) "hej"},
    {.key = (char *)(uintptr_t) "pt-BR", .value = (char *)(uintptr_t) "oi"},
};
static Samme__Text *const texts[] = {&entries[0], &entries[1], &entries[2]};

static const char *pick(const char *language) {
    char *norwegian[] = {text("sv"), text("da-DK"), text("en")};
    char *portuguese[] = {text("pt-BR")};
    Samme__Fallback nb = SAMME__FALLBACK__INIT, pt = SAMME__FALLBACK__INIT;
    nb.language = text("nb");
    nb.n_then = 3;
    nb.then = norwegian;
    pt.language = text("pt");
    pt.n_then = 1;
    pt.then = portuguese;
    Samme__Fallback *const fallbacks[] = {&nb, &pt};
    const samme_languages languages = {.fallbacks = fallbacks, .fallback_count = 2};
    const char *found = NULL;
    (void)samme_text_pick(texts, 3, language, &languages, &found);
    return found == NULL ? "none" : found;
}

Test(texts, the_readers_language_then_its_fallbacks) {
    cr_assert_str_eq(pick("da"), "da");
    cr_assert_str_eq(pick("da-DK"), "da", "without its last subtag");
    cr_assert_str_eq(pick("nb"), "da", "sv is not there, da is");
    cr_assert_str_eq(pick("nb-NO"), "da", "the fallbacks of nb");
    cr_assert_str_eq(pick("pt-PT"), "pt-BR");
    cr_assert_str_eq(pick("pt-BR"), "pt-BR");
    cr_assert_str_eq(pick("hi"), "none");
    cr_assert_str_eq(pick("d"), "none", "half a tag is no tag");
    cr_assert_str_eq(pick(""), "none");
}

Test(texts, norwegian_goes_by_two_tags) {
    static Samme__Text nb = {.key = (char *)(uintptr_t) "nb", .value = (char *)(uintptr_t) "hei"};
    static Samme__Text no = {.key = (char *)(uintptr_t) "no", .value = (char *)(uintptr_t) "hei"};
    Samme__Text *const as_nb[] = {&nb}, *const as_no[] = {&no};
    const samme_languages languages = {.fallback_count = 0};
    cr_assert_not_null(samme_text_pick(as_nb, 1, "no", &languages, NULL));
    cr_assert_not_null(samme_text_pick(as_nb, 1, "no-NO", &languages, NULL));
    cr_assert_not_null(samme_text_pick(as_no, 1, "nb-NO", &languages, NULL));
    cr_assert_null(samme_text_pick(as_nb, 1, "nn", &languages, NULL));
}

Test(texts, what_is_missing) {
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    const samme_document document = {"reasons.yaml",
                                     SAMME_LITERAL("reasons:\n"
                                                   "  - code: A\n"
                                                   "    customer: { en: One., da: En. }\n"
                                                   "    clerk: { en: One. }\n"
                                                   "  - code: B\n"
                                                   "    customer: { da: To. }\n")};
    samme_documents *documents = fixture_load(&document, 1, &findings);
    char *then[] = {text("en")};
    Samme__Fallback fallback = SAMME__FALLBACK__INIT;
    fallback.language = text("da");
    fallback.n_then = 1;
    fallback.then = then;
    Samme__Fallback *const fallbacks[] = {&fallback};
    const char *const needed[] = {"en", "da-DK"};
    const samme_languages languages = {needed, 2, fallbacks, 1};
    samme_texts_missing(documents, &languages, &findings);
    cr_assert_str_eq(fixture_lines(&findings),
                     "reasons.yaml:4:14: text_fallback: clerk: there is no text in da-DK, its "
                     "readers get en\n"
                     "reasons.yaml:6:17: text_missing: customer: expected a text in en or one of "
                     "its fallbacks, found none\n");
    cr_assert_eq(samme_document_findings_blocking(&findings), 1, "a fallback is a note");
    cr_assert_str_eq(samme_document_findings_at(&findings, 1)->id, "B");
    cr_assert_str_eq(samme_document_findings_at(&findings, 1)->language, "en");
    samme_documents_free(documents);
    samme_document_findings_free(&findings);
}
