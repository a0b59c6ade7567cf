#include "tests/unit/lib/sop/fixture.h"

#include <criterion/criterion.h>

static samme_document_findings findings;
static samme_documents *documents;

static void load(void) {
    samme_document_findings_init(&findings);
    documents = fixture_load(fixture_folder, fixture_folder_count, &findings);
}

static void drop(void) {
    samme_documents_free(documents);
    samme_document_findings_free(&findings);
}

TestSuite(documents, .init = load, .fini = drop);

Test(documents, a_sound_folder_has_no_findings) {
    cr_assert_str_eq(fixture_lines(&findings), "");
    cr_assert_eq(samme_document_findings_blocking(&findings), 0);
    cr_assert_eq(samme_documents_count(documents), SAMME_DOCUMENT_KIND_COUNT);
    for (size_t i = 0; i < samme_documents_count(documents); i++) {
        cr_assert_eq((size_t)samme_documents_at(documents, i)->kind, i);
        cr_assert(samme_documents_at(documents, i)->sound);
    }
}

Test(documents, are_found_by_kind_and_name) {
    const samme_authored *lamps = samme_documents_find(documents, SAMME_DOCUMENT_BULLETIN, "lamps");
    cr_assert_not_null(lamps);
    cr_assert_str_eq(lamps->path, "bulletins/lamps.yaml");
    const Samme__Bulletin *bulletin = (const void *)lamps->message;
    cr_assert_str_eq(bulletin->skus[0], "84029E");
    cr_assert_null(samme_documents_find(documents, SAMME_DOCUMENT_CONDUCT, "lamps"));
    cr_assert_not_null(samme_documents_procedure(documents, "return"));
    cr_assert_null(samme_documents_procedure(documents, "checkout"));
    cr_assert_str_eq(samme_documents_reason(documents, "LATE")->clerk[1]->value, "Vis datoen.");
    cr_assert_null(samme_documents_reason(documents, "late"));
}

Test(documents, closing_lines_are_found_by_occasion) {
    const Samme__Procedure__Occasion returns = SAMME__PROCEDURE__OCCASION__return;
    cr_assert_str_eq(samme_documents_closing(documents, returns, 1)->texts[0]->value, "Thank you.");
    cr_assert_null(samme_documents_closing(documents, returns, 2));
    cr_assert_null(samme_documents_closing(documents, SAMME__PROCEDURE__OCCASION__hold, 0));
}

Test(documents, what_there_is_can_be_listed) {
    samme_buffer names;
    samme_buffer_init(&names, 1000);
    samme_documents_reason_codes(documents, &names);
    cr_assert_str_eq(samme_buffer_text(&names), "LATE, FINE");
    samme_buffer_clear(&names);
    samme_documents_names(documents, SAMME_DOCUMENT_SURVEY, &names);
    cr_assert_str_eq(samme_buffer_text(&names), "visit");
    samme_buffer_free(&names);
}

Test(documents, values_know_where_they_stand) {
    const samme_authored *authored =
        samme_documents_find(documents, SAMME_DOCUMENT_PROCEDURE, "return");
    const Samme__Procedure *procedure = (const void *)authored->message;
    unsigned line = 0, column = 0;
    cr_assert(samme_places_find(&authored->places, procedure->steps[1]->id, &line, &column));
    cr_assert_eq(line, 10);
    cr_assert_eq(column, 9);
    cr_assert(samme_places_find(&authored->places, &procedure->closing, &line, &column));
    cr_assert_eq(line, 5);
    cr_assert(samme_places_find(&authored->places, procedure->title[1], &line, &column));
    cr_assert_eq(line, 3);
    cr_assert_eq(column, 22);
    cr_assert_not(samme_places_find(&authored->places, procedure->steps[1]->next, &line, &column));
}

Test(documents, a_procedure_is_walked) {
    const Samme__Procedure *procedure = samme_documents_procedure(documents, "return");
    cr_assert_eq(samme_procedure_step(procedure, "boss"), 3);
    cr_assert_eq(samme_procedure_step(procedure, "end"), SAMME_STEP_END);
    cr_assert_eq(samme_procedure_next(procedure, 0, SAMME_NO_CHOICE), 1, "the next in the file");
    cr_assert_eq(samme_procedure_next(procedure, 1, 0), 2);
    cr_assert_eq(samme_procedure_next(procedure, 1, 1), 3);
    cr_assert_eq(samme_procedure_next(procedure, 1, 7), 2, "a choice that is not there");
    cr_assert_eq(samme_procedure_next(procedure, 2, SAMME_NO_CHOICE), SAMME_STEP_END);
    cr_assert_eq(samme_procedure_next(procedure, 3, SAMME_NO_CHOICE), SAMME_STEP_END, "the last");
    cr_assert_eq(samme_procedure_next(procedure, 9, 0), SAMME_STEP_END);
}

Test(documents, nothing_is_a_folder_too) {
    samme_documents *none = fixture_load(NULL, 0, &findings);
    cr_assert_eq(samme_documents_count(none), 0);
    cr_assert_null(samme_documents_reason(none, "LATE"));
    samme_documents_free(none);
}
