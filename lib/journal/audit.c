/* The audit of single entries: what a branch said about the journal, its release, its facts and its
 * decisions, held against what the journal itself gives. */
#include "journal/difference.h"
#include "journal/replaying.h"

/* One entry under audit. */
typedef struct audit {
    samme_replay *replay;
    samme_replay_step *step;
    const samme_position *at;
} audit;

/* Names of a line in texts. */
typedef struct audited_line {
    const char *case_code;
    const Samme__LineDecision *line;
} audited_line;

static bool memory_or_rows(samme_status status) {
    return status == SAMME_NO_MEMORY || status == SAMME_CORRUPT || status == SAMME_IO;
}

static samme_status audit_anchor(const audit *a, const Samme__Anchor *anchor) {
    if (anchor->journal_size > a->step->index) {
        samme_report(a->replay, SAMME_FINDING_ANCHOR, a->at,
                     "anchor at journal size %llu, expected at most %llu",
                     (unsigned long long)anchor->journal_size, (unsigned long long)a->step->index);
        return SAMME_OK;
    }
    samme_hash root;
    samme_status status = samme_replay_root_at(a->replay, anchor->journal_size, &root);
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(samme_span_of_bytes(anchor->root), samme_span_of_hash(&root)))
        samme_report(a->replay, SAMME_FINDING_ANCHOR, a->at,
                     "anchor at journal size %llu: the branch saw another root there",
                     (unsigned long long)anchor->journal_size);
    return SAMME_OK;
}

/* Whether a release is named as the journal had it before this record. *out_known is false, and
 * reported, when not. */
static samme_status check_release_named(const audit *a, const Samme__ReleaseRef *release,
                                        bool *out_known) {
    samme_hash hash;
    samme_status status = samme_replay_release_hash(a->replay, release->version, &hash);
    *out_known = status == SAMME_OK;
    if (status == SAMME_NOT_FOUND) {
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu was not in the journal then",
                     (unsigned long long)release->version);
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(samme_span_of_bytes(release->note_hash), samme_span_of_hash(&hash))) {
        *out_known = false;
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu is named by another note than the journal's",
                     (unsigned long long)release->version);
    }
    return SAMME_OK;
}

static samme_status audit_release_taken(const audit *a, const Samme__ReleaseTaken *taken) {
    bool known;
    return check_release_named(a, taken->release, &known);
}

/* The release of a decision must be the one the branch had taken. */
static samme_status audit_release(const audit *a, const Samme__ReturnDecided *decided) {
    const Samme__ReleaseRef *release = decided->basis->release;
    const Samme__BranchRow *row;
    samme_status status =
        samme_find_branch(&a->replay->rows, a->at->branch, &a->replay->scratch, &row);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    const uint64_t taken = status == SAMME_OK ? row->release : 0;
    if (release->version != taken) {
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "case %s: decided under release %llu, the branch had taken %llu",
                     decided->case_code, (unsigned long long)release->version,
                     (unsigned long long)taken);
        return SAMME_OK;
    }
    bool known;
    return check_release_named(a, release, &known);
}

static void compare_sale(const audit *a, const audited_line *where, const Samme__Basis *basis,
                         const Samme__ReceiptRow *sale) {
    const uint32_t branch = sale != NULL ? sale->sale->receipt->branch : 0;
    const uint32_t epoch = sale != NULL ? sale->epoch : 0;
    const uint64_t index = sale != NULL ? sale->index : 0;
    if (basis->sale_branch == branch && basis->sale_epoch == epoch && basis->sale_index == index)
        return;
    samme_report(a->replay, SAMME_FINDING_FACT, a->at,
                 "case %s line %u: the sale is entry %llu of branch %u epoch %u, the basis names "
                 "entry %llu of branch %u epoch %u",
                 where->case_code, where->line->no, (unsigned long long)index, branch, epoch,
                 (unsigned long long)basis->sale_index, basis->sale_branch, basis->sale_epoch);
}

static samme_horizon horizon_of(const audit *a, const Samme__Basis *basis) {
    return (samme_horizon){.branch = a->at->branch,
                           .epoch = a->at->epoch,
                           .journal_size = basis->journal_size,
                           .own_size = basis->own_size};
}

/* One decided line with what its facts are derived from. */
typedef struct audited_facts {
    const audited_line *where;
    const Samme__ReturnDecided *decided;
    size_t at; /* of the line */
    const Samme__ReturnOpened *opened;
    const samme_sale_view *sale;
    const samme_policy *policy; /* NULL: not known */
} audited_facts;

/* Without the policy what chain.yaml gives cannot be told: it is taken as the entry says. */
static void fill_chain_facts(const audit *a, const audited_facts *of, Samme__Facts *facts) {
    const Samme__Facts *said = of->where->line->facts;
    const Samme__ReceiptRow *sale = of->sale->row;
    if (of->policy != NULL) {
        samme_chain_facts(of->policy, sale == NULL ? 0 : sale->sale->receipt->branch, a->at->branch,
                          facts);
        return;
    }
    facts->sale_country = said->sale_country;
    facts->return_country = said->return_country;
    facts->return_currency = said->return_currency;
    facts->has_closed_before_case = said->has_closed_before_case;
    facts->closed_before = said->closed_before;
}

static samme_status audit_facts(const audit *a, const audited_facts *of) {
    const audited_line *where = of->where;
    const samme_horizon horizon = horizon_of(a, of->decided->basis);
    Samme__ReturnLine line = SAMME__RETURN_LINE__INIT;
    line.no = where->line->no;
    line.quantity = where->line->quantity;
    const samme_asking asking = {.opened = of->opened,
                                 .line = &line,
                                 .before = of->decided->lines,
                                 .before_count = of->at,
                                 .horizon = &horizon,
                                 .mode = where->line->facts->mode};
    Samme__Facts *facts;
    samme_status status =
        samme_line_facts(&a->replay->rows, &asking, of->sale, &a->replay->scratch, &facts);
    if (status != SAMME_OK)
        return status;
    fill_chain_facts(a, of, facts);
    samme_difference difference;
    if (samme_facts_differ(facts, where->line->facts, &difference))
        samme_report(a->replay, SAMME_FINDING_FACT, a->at,
                     "case %s line %u: %s is %s, the entry says %s", where->case_code,
                     where->line->no, difference.field, difference.expected, difference.found);
    else
        compare_sale(a, where, of->decided->basis, of->sale->row);
    return SAMME_OK;
}

static samme_status audit_answer(const audit *a, const audited_line *where,
                                 const samme_policy *policy, uint64_t release) {
    const samme_releases releases = {.today = policy, .today_number = release};
    samme_decision again;
    samme_error why;
    samme_status status = samme_policy_decide_at(&releases, where->line->facts, &again, &why);
    if (memory_or_rows(status))
        return status;
    if (status != SAMME_OK) {
        samme_report(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, "case %s line %u: %s",
                     where->case_code, where->line->no, why.text);
        return SAMME_OK;
    }
    a->step->decisions++;
    samme_difference difference;
    if (samme_answers_differ(&again.answer, where->line->answer, &difference))
        samme_report(a->replay, SAMME_FINDING_DECISION, a->at,
                     "case %s line %u: %s is %s, the entry says %s", where->case_code,
                     where->line->no, difference.field, difference.expected, difference.found);
    return SAMME_OK;
}

/* The policy to decide again by; NULL, and reported, when there is none. */
static samme_status find_policy(const audit *a, const Samme__ReturnDecided *decided,
                                const samme_policy **out) {
    samme_error why;
    *out = NULL;
    if (decided->decide_version != SAMME_DECIDE_VERSION) {
        samme_report(a->replay, SAMME_FINDING_UNDECIDABLE, a->at,
                     "case %s: decided by version %u of the decision, this code knows %u",
                     decided->case_code, decided->decide_version, SAMME_DECIDE_VERSION);
        return SAMME_OK;
    }
    samme_status status =
        samme_replay_policy(a->replay, decided->basis->release->version, out, &why);
    if (status == SAMME_OK || memory_or_rows(status))
        return status;
    *out = NULL;
    samme_report(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, "case %s: %s", decided->case_code,
                 why.text);
    return SAMME_OK;
}

/* A basis may not count what came after it. */
static bool basis_possible(const audit *a, const Samme__ReturnDecided *decided) {
    const Samme__Basis *basis = decided->basis;
    if (basis->journal_size <= a->step->index && basis->own_size <= a->at->index)
        return true;
    samme_report(a->replay, SAMME_FINDING_FACT, a->at,
                 "case %s: basis of %llu records and %llu own entries, expected at most %llu and "
                 "%llu",
                 decided->case_code, (unsigned long long)basis->journal_size,
                 (unsigned long long)basis->own_size, (unsigned long long)a->step->index,
                 (unsigned long long)a->at->index);
    return false;
}

static samme_status audit_decided(const audit *a, const Samme__ReturnDecided *decided) {
    const Samme__CaseRow *row;
    samme_status status =
        samme_find_case(&a->replay->rows, decided->case_code, &a->replay->scratch, &row);
    if (status != SAMME_OK ||
        row->opened == NULL) /* the fold took the entry, so the case is there */
        return status == SAMME_OK || status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    const bool possible = basis_possible(a, decided);
    const samme_policy *policy = NULL;
    samme_sale_view sale;
    const samme_horizon horizon = horizon_of(a, decided->basis);
    status = samme_find_sale(&a->replay->rows, row->opened, &horizon, &a->replay->scratch, &sale);
    if (status == SAMME_OK)
        status = audit_release(a, decided);
    if (status == SAMME_OK)
        status = find_policy(a, decided, &policy);
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lines; i++) {
        const audited_line where = {.case_code = decided->case_code, .line = decided->lines[i]};
        const audited_facts of = {.where = &where,
                                  .decided = decided,
                                  .at = i,
                                  .opened = row->opened,
                                  .sale = &sale,
                                  .policy = policy};
        if (possible)
            status = audit_facts(a, &of);
        if (status == SAMME_OK && policy != NULL)
            status = audit_answer(a, &where, policy, decided->basis->release->version);
    }
    return status;
}

samme_status samme_audit_entry(samme_replay *replay, samme_replay_step *step,
                               const samme_position *position, samme_span bytes) {
    const audit a = {.replay = replay, .step = step, .at = position};
    samme_entry entry;
    samme_arena_reset(&replay->scratch);
    samme_status status = samme_entry_open(bytes, &replay->scratch, &entry, NULL);
    if (status != SAMME_OK)
        return SAMME_NO_MEMORY; /* the fold has just opened the same bytes */
    switch ((int)entry.event->kind) {
    case SAMME__EVENT_KIND__anchor:
        return audit_anchor(&a, entry.body.anchor);
    case SAMME__EVENT_KIND__release_taken:
        return audit_release_taken(&a, entry.body.release_taken);
    case SAMME__EVENT_KIND__return_decided:
        return audit_decided(&a, entry.body.return_decided);
    default:
        return SAMME_OK;
    }
}
