/* Waivers of chain.yaml: findings that head office lives with, by name and with a reason. */
#include "check/parts.h"

/* The table may be named by its document or by its own name. */
static const char *document_of(const samme_checked *checked, const char *table) {
    for (size_t i = 0; i < samme_policy_table_count(checked->policy); i++) {
        const samme_table *found = samme_policy_table_at(checked->policy, i);
        if (strcmp(found->name, table) == 0)
            return found->path;
    }
    return table;
}

static void refuse(samme_check_report *report, const Samme__Waiver *waiver, samme_spot spot,
                   const char *text) {
    samme_check_say(report, SAMME_SEVERITY_ERROR, "waiver_unused", "chain.yaml", spot,
                    waiver->finding, "waiver of %s in \"%s\"%s%s: %s", waiver->finding,
                    waiver->table, waiver->rule[0] != 0 ? " rule " : "", waiver->rule, text);
}

static bool said_before(const samme_checked *checked, const Samme__Chain *chain, size_t at) {
    const Samme__Waiver *waiver = chain->waivers[at];
    const char *document = document_of(checked, waiver->table);
    for (size_t i = 0; i < at; i++)
        if (strcmp(chain->waivers[i]->finding, waiver->finding) == 0 &&
            strcmp(chain->waivers[i]->rule, waiver->rule) == 0 &&
            strcmp(document_of(checked, chain->waivers[i]->table), document) == 0)
            return true;
    return false;
}

samme_status samme_check_waivers(const samme_checked *checked, samme_check_report *report,
                                 samme_error *error) {
    const samme_document *document = samme_folder_find(checked->folder, "chain.yaml");
    samme_arena arena;
    samme_places places;
    samme_arena_init(&arena, (size_t)64 << 20);
    samme_places_init(&places);
    const Samme__Chain *chain = (const void *)samme_from_yaml_placed(
        &samme__chain__descriptor, document->content, document->path, &arena, &places, error);
    for (size_t i = 0; chain != NULL && i < chain->n_waivers; i++) {
        const Samme__Waiver *waiver = chain->waivers[i];
        samme_spot spot = {0, 0};
        (void)samme_places_find(&places, waiver, &spot.line, &spot.column);
        if (waiver->why[0] == 0) {
            refuse(report, waiver, spot, "expected why");
            continue;
        }
        if (said_before(checked, chain, i)) {
            refuse(report, waiver, spot, "expected each waiver once, one above says the same");
            continue;
        }
        const size_t waived =
            samme_check_waive(report, waiver->finding, document_of(checked, waiver->table),
                              waiver->rule, waiver->why);
        report->waived += waived;
        if (waived == 0)
            refuse(report, waiver, spot, "expected a finding of this name, found none");
    }
    samme_places_free(&places);
    samme_arena_free(&arena);
    return chain != NULL ? SAMME_OK : error->status;
}
