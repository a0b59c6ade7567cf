/* The audit of single entries: facts, decisions and approvals, held against what the journal itself
 * gives. */
#include <stdio.h>

#include "base/calendar.h"
#include "history/approval.h"
#include "history/cases.h"
#include "journal/auditing.h"
#include "wire/fields.h"

/* Names of a line in texts. */
typedef struct audited_line {
    const char *case_code;
    const Samme__LineDecision *line;
} audited_line;

/* The sale entry that a basis names is a fact too. */
static void compare_sale(const samme_entry_audit *a, const audited_line *where,
                         const Samme__Basis *basis, const Samme__ReceiptRow *sale) {
    const uint32_t branch = sale != NULL ? sale->sale->receipt->branch : 0;
    const uint32_t epoch = sale != NULL ? sale->epoch : 0;
    const uint64_t index = sale != NULL ? sale->index : 0;
    if (basis->sale_branch == branch && basis->sale_epoch == epoch && basis->sale_index == index)
        return;
    /* a sale that was carried over with the decision does not stand where it stood */
    if (a->at->first_epoch != 0 && branch == a->at->branch && basis->sale_branch == branch &&
        basis->sale_epoch == a->at->first_epoch && basis->sale_index >= a->at->common)
        return;
    samme_difference difference = {.field = "sale"};
    snprintf(difference.expected, sizeof difference.expected, "entry %llu of branch %u epoch %u",
             (unsigned long long)index, branch, epoch);
    snprintf(difference.found, sizeof difference.found, "entry %llu of branch %u epoch %u",
             (unsigned long long)basis->sale_index, basis->sale_branch, basis->sale_epoch);
    samme_report_line(a->replay, SAMME_FINDING_FACT, a->at, where->case_code, where->line->no,
                      &difference, "case %s line %u: the sale is %s, the basis names %s",
                      where->case_code, where->line->no, difference.expected, difference.found);
}

static samme_horizon horizon_of(const samme_entry_audit *a, const Samme__Basis *basis) {
    return samme_horizon_at(&a->decision, basis);
}

/* One decided line with what its facts are derived from. */
typedef struct audited_facts {
    const audited_line *where;
    const Samme__ReturnDecided *decided;
    size_t at; /* of the line */
    const Samme__ReturnOpened *opened;
    const samme_sale_view *sale;
    samme_releases releases; /* today NULL: not known */
} audited_facts;

/* Without the policy what chain.yaml gives cannot be told: it is taken as the entry says. */
static void fill_chain_facts(const samme_entry_audit *a, const audited_facts *of,
                             Samme__Facts *facts) {
    const Samme__Facts *said = of->where->line->facts;
    if (of->releases.today != NULL) {
        samme_chain_facts(of->releases.today, samme_sale_branch(of->sale), a->at->branch, facts);
        return;
    }
    facts->sale_country = said->sale_country;
    facts->return_country = said->return_country;
    facts->return_currency = said->return_currency;
    facts->has_closed_before_case = said->has_closed_before_case;
    facts->closed_before = said->closed_before;
}

/* The facts of a line as the log gives them, in *out, which lives in the scratch. */
static samme_status derive_facts(const samme_entry_audit *a, const audited_facts *of,
                                 Samme__Facts **out) {
    const audited_line *where = of->where;
    const samme_horizon horizon = horizon_of(a, of->decided->basis);
    const Samme__ReturnLine *asked = samme_asked_line(of->opened, where->line->no);
    Samme__ReturnLine line = SAMME__RETURN_LINE__INIT;
    line.no = where->line->no;
    line.quantity = where->line->quantity;
    if (asked != NULL)
        line.condition = asked->condition;
    const samme_asking asking = {.opened = of->opened,
                                 .line = &line,
                                 .before = of->decided->lines,
                                 .before_count = of->at,
                                 .horizon = &horizon,
                                 .mode = where->line->facts->mode,
                                 .version = of->decided->basis->facts_version};
    samme_status status =
        samme_line_facts(&a->replay->rows, &asking, of->sale, &a->replay->scratch, out);
    if (status == SAMME_OK)
        fill_chain_facts(a, of, *out);
    return status;
}

/* What comes out for facts; *out_known is false, with the reason, when nothing does. */
static samme_status answer_of(const audited_facts *of, const Samme__Facts *facts,
                              samme_decision *out, bool *out_known, samme_error *why) {
    *out_known = false;
    if (of->releases.today == NULL)
        return SAMME_OK;
    samme_status status = samme_policy_decide_at(&of->releases, facts, out, why);
    *out_known = status == SAMME_OK;
    return samme_memory_or_rows(status) ? status : SAMME_OK;
}

/* Says which facts differ, and what the line would have been answered with the right ones. */
static void report_facts(const samme_entry_audit *a, const audited_line *where,
                         const Samme__Facts *facts, const Samme__Answer *proper) {
    samme_difference fact, answer;
    char then[300] = "";
    unsigned next = 0;
    if (proper != NULL && samme_answers_differ(proper, where->line->answer, &answer))
        snprintf(then, sizeof then, "; decided by what the log gives, %s is %s, the entry says %s",
                 answer.field, answer.expected, answer.found);
    /* A decision that was carried over may have counted what was not, and nobody can tell. */
    const samme_finding_kind kind =
        a->at->first_epoch != 0 ? SAMME_FINDING_BASIS_LOST : SAMME_FINDING_FACT;
    while (samme_facts_differ_next(facts, where->line->facts, &next, &fact))
        samme_report_line(a->replay, kind, a->at, where->case_code, where->line->no, &fact,
                          "case %s line %u: %s is %s, the entry says %s%s", where->case_code,
                          where->line->no, fact.field, fact.expected, fact.found, then);
}

static void report_answer(const samme_entry_audit *a, const audited_line *where,
                          const Samme__Answer *again) {
    samme_difference difference;
    if (samme_answers_differ(again, where->line->answer, &difference))
        samme_report_line(a->replay, SAMME_FINDING_DECISION, a->at, where->case_code,
                          where->line->no, &difference,
                          "case %s line %u: %s is %s, the entry says %s", where->case_code,
                          where->line->no, difference.field, difference.expected, difference.found);
}

/* The same return on the day on which it was decided. Whoever records it as of an earlier day, or
 * opens it long before, may have reached into a window that was over; *out is NULL for a return of
 * its day (a day beside it may be a clock's), or where nothing comes out. */
static samme_status decide_undated(const samme_entry_audit *a, const audited_facts *of,
                                   samme_decision *decision, const Samme__Answer **out) {
    Samme__Facts facts = *of->where->line->facts;
    int32_t day, today;
    bool known = false;
    samme_status status =
        of->releases.today != NULL ? samme_day_written(a, &day, &known) : SAMME_OK;
    *out = NULL;
    if (status != SAMME_OK || !known || samme_date_parse(facts.today, &today) != SAMME_OK ||
        day == today || (!of->opened->recorded_later && (int64_t)day - today == 1))
        return status;
    char *text = samme_arena_alloc(&a->replay->scratch, SAMME_DATE_TEXT_BYTES);
    if (text == NULL)
        return SAMME_NO_MEMORY;
    samme_date_format(day, text);
    facts.today = text;
    facts.days_since_purchase += (int64_t)day - today;
    facts.days_since_receipt += (int64_t)day - today;
    fill_chain_facts(a, of, &facts);
    status = answer_of(of, &facts, decision, &known, &(samme_error){0});
    *out = status == SAMME_OK && known ? &decision->answer : NULL;
    return status;
}

static samme_status show_line(const samme_entry_audit *a, const audited_facts *of,
                              const Samme__Facts *facts, const Samme__Answer *again,
                              const Samme__Answer *proper) {
    const samme_replay_options *options = &a->replay->options;
    samme_decision undated;
    samme_audited_line line = {.position = a->at,
                               .decided = of->decided,
                               .opened = of->opened,
                               .said = of->where->line,
                               .facts = facts,
                               .again = again,
                               .proper = proper};
    samme_status status = decide_undated(a, of, &undated, &line.undated);
    if (status != SAMME_OK)
        return status;
    return options->line == NULL ? SAMME_OK : options->line(options->observer, &line);
}

/* `possible`: the basis is, so that facts can be derived at it. */
static samme_status audit_line(const samme_entry_audit *a, const audited_facts *of, bool possible) {
    const audited_line *where = of->where;
    Samme__Facts *facts = NULL;
    samme_decision again, right;
    samme_error why;
    samme_difference difference;
    bool known, differ = false, right_known = false;
    samme_status status = possible ? derive_facts(a, of, &facts) : SAMME_OK;
    if (status == SAMME_OK)
        status = answer_of(of, where->line->facts, &again, &known, &why);
    if (status == SAMME_OK && facts != NULL &&
        (differ = samme_facts_differ(facts, where->line->facts, &difference)))
        status = answer_of(of, facts, &right, &right_known, &(samme_error){0});
    if (status != SAMME_OK)
        return status;
    const Samme__Answer *proper = differ          ? right_known ? &right.answer : NULL
                                  : !known        ? NULL
                                  : facts == NULL ? NULL
                                                  : &again.answer;
    if (differ)
        report_facts(a, where, facts, proper);
    else if (facts != NULL)
        compare_sale(a, where, of->decided->basis, of->sale->row);
    if (known) {
        a->step->decisions++;
        report_answer(a, where, &again.answer);
    } else if (of->releases.today != NULL) {
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, where->case_code,
                          where->line->no, NULL, "case %s line %u: %s", where->case_code,
                          where->line->no, why.text);
    }
    return show_line(a, of, facts, known ? &again.answer : NULL, proper);
}

/* A decision ends the loans to its case that its branch had seen: no other, and no fewer. */
static samme_status audit_loans(const samme_entry_audit *a, const Samme__ReturnDecided *decided,
                                const Samme__ReturnOpened *opened) {
    const samme_horizon horizon = horizon_of(a, decided->basis);
    Samme__LentRef **loans;
    size_t count;
    samme_status status =
        samme_list_loans(&a->replay->rows, opened, &horizon, &a->replay->scratch, &loans, &count);
    if (status != SAMME_OK)
        return status;
    bool same = count == decided->n_lent;
    for (size_t i = 0; same && i < count; i++)
        same = loans[i]->no == decided->lent[i]->no && loans[i]->epoch == decided->lent[i]->epoch &&
               loans[i]->index == decided->lent[i]->index;
    if (!same)
        samme_report_line(a->replay,
                          a->at->first_epoch != 0 ? SAMME_FINDING_BASIS_LOST : SAMME_FINDING_FACT,
                          a->at, decided->case_code, 0, NULL,
                          "case %s: names %zu loans, expected the %zu that its basis holds",
                          decided->case_code, decided->n_lent, count);
    return SAMME_OK;
}

/* A basis may not count what came after it, and its facts must follow rules that are known. */
static bool basis_possible(const samme_entry_audit *a, const Samme__ReturnDecided *decided) {
    const Samme__Basis *basis = decided->basis;
    if (basis->facts_version > SAMME_FACTS_VERSION) {
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, decided->case_code, 0, NULL,
                          "case %s: facts by version %u of their rules, this code knows up to %u",
                          decided->case_code, basis->facts_version, SAMME_FACTS_VERSION);
        return false;
    }
    const uint64_t index = a->at->first_epoch != 0 ? a->at->first_index : a->at->index;
    if (basis->journal_size <= a->step->index && basis->own_size <= index)
        return true;
    samme_report_line(
        a->replay, SAMME_FINDING_FACT, a->at, decided->case_code, 0, NULL,
        "case %s: basis of %llu records and %llu own entries, expected at most %llu and "
        "%llu",
        decided->case_code, (unsigned long long)basis->journal_size,
        (unsigned long long)basis->own_size, (unsigned long long)a->step->index,
        (unsigned long long)index);
    return false;
}

static samme_status audit_decided(const samme_entry_audit *a, const Samme__ReturnDecided *decided) {
    const Samme__CaseRow *row;
    samme_status status =
        samme_find_case(&a->replay->rows, decided->case_code, &a->replay->scratch, &row);
    if (status != SAMME_OK ||
        row->opened == NULL) /* the fold took the entry, so the case is there */
        return status == SAMME_OK || status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    const bool possible = basis_possible(a, decided);
    const Samme__ReturnOpened *asked = NULL;
    samme_releases releases = {.today = NULL};
    samme_sale_view sale;
    const samme_horizon horizon = horizon_of(a, decided->basis);
    status = samme_find_sale(&a->replay->rows, row->opened, &horizon, &a->replay->scratch, &sale);
    if (status == SAMME_OK)
        status = samme_audit_release(a, decided, row->opened);
    if (status == SAMME_OK)
        status = samme_audit_past(
            a, &(samme_audited_case){row->opened, decided, sale.row, &horizon}, true, &releases);
    if (status == SAMME_OK && possible && !row->promise) /* one that pays nothing ends none */
        status = audit_loans(a, decided, row->opened);
    if (status == SAMME_OK)
        status = samme_case_asked(row, &a->replay->scratch, &asked);
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lines; i++) {
        const audited_line where = {.case_code = decided->case_code, .line = decided->lines[i]};
        const audited_facts of = {.where = &where,
                                  .decided = decided,
                                  .at = i,
                                  .opened = asked,
                                  .sale = &sale,
                                  .releases = releases};
        status = audit_line(a, &of, possible);
    }
    return status;
}

/* What is wrong with an approved line by the answer that the log gives; NULL: nothing. */
static const char *approval_fault(const Samme__ReturnApproved *approved,
                                  const Samme__ApprovedLine *line,
                                  const Samme__LineDecision *proper) {
    if (!samme_line_approvable(proper))
        return "the line may not be approved";
    if (!samme_role_enough(approved->role, proper->answer->approval))
        return "the role of the approver does not do";
    const int64_t most = samme_approval_most(proper);
    return line->refund > most || (samme_approval_fixed(proper) && line->refund != most)
               ? "another refund may be approved"
               : NULL;
}

static samme_status audit_approved_line(const samme_entry_audit *a, const audited_facts *of,
                                        const Samme__ReturnApproved *approved,
                                        const Samme__ApprovedLine *line) {
    Samme__Facts *facts;
    samme_decision again;
    bool known;
    samme_status status = derive_facts(a, of, &facts);
    if (status == SAMME_OK)
        status = answer_of(of, facts, &again, &known, &(samme_error){0});
    if (status != SAMME_OK || !known)
        return status; /* why not was said of the decision */
    Samme__LineDecision proper = *of->where->line;
    proper.facts = facts;
    proper.answer = &again.answer;
    const char *fault = approval_fault(approved, line, &proper);
    samme_difference difference = {.field = "refund"};
    snprintf(difference.expected, sizeof difference.expected, "%lld",
             (long long)(samme_line_approvable(&proper) ? samme_approval_most(&proper) : 0));
    snprintf(difference.found, sizeof difference.found, "%lld", (long long)line->refund);
    if (fault != NULL)
        samme_report_line(a->replay, SAMME_FINDING_APPROVAL, a->at, approved->case_code, line->no,
                          &difference,
                          "case %s line %u: approved %s, decided by what the log gives %s: verdict "
                          "%s, refund at most %s",
                          approved->case_code, line->no, difference.found, fault,
                          samme_enum_name(&samme__verdict__descriptor, (int)again.answer.verdict),
                          difference.expected);
    return SAMME_OK;
}

/* The fold has held an approval against what the decision says; here it is held against what the
 * decision should have said. */
static samme_status audit_approved(samme_entry_audit *a, const Samme__ReturnApproved *approved) {
    const Samme__CaseRow *row;
    samme_status status =
        samme_find_case(&a->replay->rows, approved->case_code, &a->replay->scratch, &row);
    if (status != SAMME_OK || row->opened == NULL || row->decided == NULL)
        return status == SAMME_OK || status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    const Samme__ReturnDecided *decided = row->decided;
    samme_releases releases = {.today = NULL};
    samme_sale_view sale;
    a->decision.epoch = row->decided_epoch;
    a->decision.index = row->decided_index;
    a->decision.first_epoch = row->decided_first_epoch;
    a->decision.first_index = row->decided_first_index;
    a->decision.common = row->decided_common;
    if (decided->basis->facts_version > SAMME_FACTS_VERSION)
        return SAMME_OK; /* why not was said of the decision */
    const samme_horizon horizon = horizon_of(a, decided->basis);
    status = samme_find_sale(&a->replay->rows, row->opened, &horizon, &a->replay->scratch, &sale);
    if (status == SAMME_OK)
        status = samme_audit_past(
            a, &(samme_audited_case){row->opened, decided, sale.row, &horizon}, false, &releases);
    const Samme__ReturnOpened *asked = NULL;
    if (status == SAMME_OK)
        status = samme_case_asked(row, &a->replay->scratch, &asked);
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lines; i++) {
        const audited_line where = {.case_code = decided->case_code, .line = decided->lines[i]};
        const audited_facts of = {.where = &where,
                                  .decided = decided,
                                  .at = i,
                                  .opened = asked,
                                  .sale = &sale,
                                  .releases = releases};
        const Samme__ApprovedLine *line = samme_approved_line(approved, where.line->no);
        if (line != NULL)
            status = audit_approved_line(a, &of, approved, line);
    }
    return status;
}

/* Most entries are sales, and the fold has just opened them: the kind, which is the first field of
 * an event as we write it, is enough to pass them over. */
static bool says_nothing_to_check(samme_span bytes) {
    enum { TAG_OF_KIND = 0x08 };
    return bytes.length > 2 && bytes.data[0] == TAG_OF_KIND &&
           bytes.data[1] == SAMME__EVENT_KIND__sale;
}

static samme_status audit_event(samme_replay *replay, samme_replay_step *step,
                                const samme_position *position, samme_span bytes) {
    samme_entry_audit a = {.replay = replay, .step = step, .at = position, .decision = *position};
    const samme_replay_options *options = &replay->options;
    samme_entry entry;
    samme_status status =
        options->entry == NULL ? SAMME_OK : options->entry(options->observer, position, bytes);
    const bool theirs = options->only_branch != 0 && position->branch != options->only_branch;
    if (status != SAMME_OK || theirs || says_nothing_to_check(bytes))
        return status;
    samme_arena_reset(&replay->scratch);
    status = samme_entry_open(bytes, &replay->scratch, &entry, NULL);
    if (status != SAMME_OK)
        return SAMME_NO_MEMORY; /* the fold has just opened the same bytes */
    a.time_ms = entry.event->time_ms;
    switch ((int)entry.event->kind) {
    case SAMME__EVENT_KIND__anchor:
        return samme_audit_anchor(&a, entry.body.anchor);
    case SAMME__EVENT_KIND__release_taken:
        return samme_audit_release_taken(&a, entry.body.release_taken);
    case SAMME__EVENT_KIND__return_opened:
        return samme_audit_opened(&a, entry.body.return_opened);
    case SAMME__EVENT_KIND__return_decided:
        return audit_decided(&a, entry.body.return_decided);
    case SAMME__EVENT_KIND__return_approved:
        return audit_approved(&a, entry.body.return_approved);
    default:
        return SAMME_OK;
    }
}

/* What was carried over is looked at as what it is, at the place it has come to. */
samme_status samme_audit_entry(samme_replay *replay, samme_replay_step *step,
                               const samme_position *position, samme_span bytes) {
    samme_position place;
    bool carried;
    samme_arena arena; /* the event must outlive the audit's scratch */
    samme_arena_init(&arena, 8 * SAMME_ENTRY_MAX_BYTES);
    samme_status status = samme_carried_event(position, bytes, &arena, &place, &bytes, &carried);
    if (status == SAMME_OK)
        status = audit_event(replay, step, carried ? &place : position, bytes);
    samme_arena_free(&arena);
    return status;
}
