/* The audit of which releases answered a return: chosen again, by what the journal held then. */
#include <stdio.h>

#include "journal/auditing.h"
#include "journal/past.h"

/* Not to be decided again by these; why is said once, with the decision. */
static samme_status undecidable(const samme_entry_audit *a, const Samme__ReturnDecided *decided,
                                bool report, const char *why) {
    if (report)
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, decided->case_code, 0, NULL,
                          "case %s: %s", decided->case_code, why);
    return SAMME_OK;
}

/* A receipt can only name what its branch had taken; of a list that is full the middle is gone. */
static samme_status check_receipt(const samme_entry_audit *a, const samme_audited_case *of) {
    enum { TAKEN_FULL = 64 };
    const Samme__Sale *sale = of->sale == NULL ? NULL : of->sale->sale;
    const Samme__BranchRow *row;
    if (sale == NULL || sale->receipt == NULL || sale->release == NULL)
        return SAMME_OK;
    samme_status status =
        samme_find_branch(&a->replay->rows, sale->receipt->branch, &a->replay->scratch, &row);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    bool taken = row->n_taken == 0 || row->n_taken == TAKEN_FULL;
    for (size_t i = 0; i < row->n_taken && !taken; i++)
        taken = row->taken[i]->release == sale->release->version;
    if (!taken)
        samme_report_line(a->replay, SAMME_FINDING_RELEASE, a->at, of->decided->case_code, 0, NULL,
                          "case %s: its receipt names release %llu, which branch %u had not taken",
                          of->decided->case_code, (unsigned long long)sale->release->version,
                          sale->receipt->branch);
    return SAMME_OK;
}

samme_status samme_audit_past(const samme_entry_audit *a, const samme_audited_case *of, bool report,
                              samme_releases *out) {
    const Samme__ReturnDecided *decided = of->decided;
    const Samme__Basis *basis = decided->basis;
    samme_past past;
    samme_error why = {.text = ""};
    char differs[160];
    bool alone;
    *out = (samme_releases){.today = NULL};
    if (decided->decide_version != SAMME_DECIDE_VERSION) {
        snprintf(why.text, sizeof why.text,
                 "decided by version %u of the decision, this code knows %u",
                 decided->decide_version, SAMME_DECIDE_VERSION);
        return undecidable(a, decided, report, why.text);
    }
    const samme_past_asked asked = {.today = basis->release->version,
                                    .opened = of->opened,
                                    .sale = of->sale == NULL ? NULL : of->sale->sale,
                                    .rows = &a->replay->rows,
                                    .horizon = of->horizon,
                                    .journal_size = basis->journal_size};
    samme_status status = samme_choose_past(a->replay, &asked, &a->replay->scratch, &past, &why);
    if (samme_memory_or_rows(status))
        return status;
    if (status != SAMME_OK)
        return undecidable(a, decided, report, why.text);
    if (samme_past_differs(&past, basis, &alone, differs) && report)
        samme_report_line(a->replay, SAMME_FINDING_RELEASE, a->at, decided->case_code, 0, NULL,
                          "case %s: %s", decided->case_code, differs);
    if (alone)
        past.releases.past = NULL;
    *out = past.releases;
    return report && !alone ? check_receipt(a, of) : SAMME_OK;
}
