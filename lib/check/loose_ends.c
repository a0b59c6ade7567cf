/* What stands in the folder and leads nowhere: a CSV that no table names, categories that are not
 * in the tree. */
#include "check/parts.h"
#include "policy/categories.h"

static bool is_sheet(const char *path) {
    const size_t length = strlen(path);
    return (strncmp(path, "policy/", strlen("policy/")) == 0 ||
            strncmp(path, "floors/", strlen("floors/")) == 0) &&
           length > strlen(".csv") && strcmp(path + length - strlen(".csv"), ".csv") == 0;
}

static void check_sheets(const samme_checked *checked, samme_check_report *report) {
    for (size_t i = 0; i < checked->folder->count; i++) {
        const char *path = checked->folder->documents[i].path;
        bool named = !is_sheet(path);
        for (size_t t = 0; t < samme_policy_table_count(checked->policy) && !named; t++)
            named = strcmp(samme_policy_table_at(checked->policy, t)->rules_path, path) == 0;
        if (!named)
            samme_check_say(report, SAMME_SEVERITY_WAIVABLE, "unknown_kind", path,
                            (samme_spot){0, 0}, "",
                            "nothing reads it: expected a `table` of a policy or floor beside it "
                            "to name it");
    }
}

static void check_category(const samme_checked *checked, const samme_authored *document,
                           const char *code, const char *id, samme_check_report *report) {
    const samme_categories *tree = &samme_policy_vocabulary(checked->policy)->categories;
    const samme_span text = samme_span_of_text(code);
    samme_spot spot = {0, 0};
    if (code[0] == 0 || samme_categories_find(tree, text) != NULL)
        return;
    (void)samme_places_find(&document->places, code, &spot.line, &spot.column);
    const char *near = samme_categories_meant(tree, text);
    samme_check_say(report, SAMME_SEVERITY_WAIVABLE, "category_unknown", document->path, spot, id,
                    "expected a category of chain.yaml, found \"%.80s\"%s%s%s", code,
                    near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
}

void samme_check_loose_ends(const samme_checked *checked, samme_check_report *report) {
    check_sheets(checked, report);
    for (size_t i = 0; i < samme_documents_count(checked->documents); i++) {
        const samme_authored *document = samme_documents_at(checked->documents, i);
        const void *message = document->message;
        if (document->kind == SAMME_DOCUMENT_BULLETIN) {
            const Samme__Bulletin *bulletin = message;
            for (size_t k = 0; k < bulletin->n_categories; k++)
                check_category(checked, document, bulletin->categories[k], "", report);
        } else if (document->kind == SAMME_DOCUMENT_FOLLOW_UPS) {
            const Samme__FollowUps *rules = message;
            for (size_t k = 0; k < rules->n_rules; k++)
                check_category(checked, document, rules->rules[k]->category, rules->rules[k]->id,
                               report);
        }
    }
}
