/* The audit of single entries: what a branch said about the journal, its release, its facts and its
 * decisions, held against what the journal itself gives. */
#include <stdio.h>

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
        samme_report_line(a->replay, SAMME_FINDING_RELEASE, a->at, decided->case_code, 0, NULL,
                          "case %s: decided under release %llu, the branch had taken %llu",
                          decided->case_code, (unsigned long long)release->version,
                          (unsigned long long)taken);
        return SAMME_OK;
    }
    bool known;
    return check_release_named(a, release, &known);
}

/* The sale entry that a basis names is a fact too. */
static void compare_sale(const audit *a, const audited_line *where, const Samme__Basis *basis,
                         const Samme__ReceiptRow *sale) {
    const uint32_t branch = sale != NULL ? sale->sale->receipt->branch : 0;
    const uint32_t epoch = sale != NULL ? sale->epoch : 0;
    const uint64_t index = sale != NULL ? sale->index : 0;
    if (basis->sale_branch == branch && basis->sale_epoch == epoch && basis->sale_index == index)
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

/* The facts of a line as the log gives them, in *out, which lives in the scratch. */
static samme_status derive_facts(const audit *a, const audited_facts *of, Samme__Facts **out) {
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
    const samme_releases releases = {.today = of->policy,
                                     .today_number = of->decided->basis->release->version};
    *out_known = false;
    if (of->policy == NULL)
        return SAMME_OK;
    samme_status status = samme_policy_decide_at(&releases, facts, out, why);
    *out_known = status == SAMME_OK;
    return memory_or_rows(status) ? status : SAMME_OK;
}

/* Says which facts differ, and what the line would have been answered with the right ones. */
static void report_facts(const audit *a, const audited_line *where, const Samme__Facts *facts,
                         const Samme__Answer *proper) {
    samme_difference fact, answer;
    char then[300] = "";
    unsigned next = 0;
    if (proper != NULL && samme_answers_differ(proper, where->line->answer, &answer))
        snprintf(then, sizeof then, "; decided by what the log gives, %s is %s, the entry says %s",
                 answer.field, answer.expected, answer.found);
    while (samme_facts_differ_next(facts, where->line->facts, &next, &fact))
        samme_report_line(a->replay, SAMME_FINDING_FACT, a->at, where->case_code, where->line->no,
                          &fact, "case %s line %u: %s is %s, the entry says %s%s", where->case_code,
                          where->line->no, fact.field, fact.expected, fact.found, then);
}

static void report_answer(const audit *a, const audited_line *where, const Samme__Answer *again) {
    samme_difference difference;
    if (samme_answers_differ(again, where->line->answer, &difference))
        samme_report_line(a->replay, SAMME_FINDING_DECISION, a->at, where->case_code,
                          where->line->no, &difference,
                          "case %s line %u: %s is %s, the entry says %s", where->case_code,
                          where->line->no, difference.field, difference.expected, difference.found);
}

static samme_status show_line(const audit *a, const audited_facts *of, const Samme__Facts *facts,
                              const Samme__Answer *again, const Samme__Answer *proper) {
    const samme_replay_options *options = &a->replay->options;
    const samme_audited_line line = {.position = a->at,
                                     .decided = of->decided,
                                     .said = of->where->line,
                                     .facts = facts,
                                     .again = again,
                                     .proper = proper};
    return options->line == NULL ? SAMME_OK : options->line(options->observer, &line);
}

/* `possible`: the basis is, so that facts can be derived at it. */
static samme_status audit_line(const audit *a, const audited_facts *of, bool possible) {
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
    } else if (of->policy != NULL) {
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, where->case_code,
                          where->line->no, NULL, "case %s line %u: %s", where->case_code,
                          where->line->no, why.text);
    }
    return show_line(a, of, facts, known ? &again.answer : NULL, proper);
}

/* The policy to decide again by; NULL, and reported, when there is none. */
static samme_status find_policy(const audit *a, const Samme__ReturnDecided *decided,
                                const samme_policy **out) {
    samme_error why;
    *out = NULL;
    if (decided->decide_version != SAMME_DECIDE_VERSION) {
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, decided->case_code, 0, NULL,
                          "case %s: decided by version %u of the decision, this code knows %u",
                          decided->case_code, decided->decide_version, SAMME_DECIDE_VERSION);
        return SAMME_OK;
    }
    samme_status status =
        samme_replay_policy(a->replay, decided->basis->release->version, out, &why);
    if (status == SAMME_OK || memory_or_rows(status))
        return status;
    *out = NULL;
    samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, decided->case_code, 0, NULL,
                      "case %s: %s", decided->case_code, why.text);
    return SAMME_OK;
}

/* A decision ends the loans to its case that its branch had seen: no other, and no fewer. */
static samme_status audit_loans(const audit *a, const Samme__ReturnDecided *decided,
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
        samme_report_line(a->replay, SAMME_FINDING_FACT, a->at, decided->case_code, 0, NULL,
                          "case %s: names %zu loans, expected the %zu that its basis holds",
                          decided->case_code, decided->n_lent, count);
    return SAMME_OK;
}

/* A basis may not count what came after it, and its facts must follow rules that are known. */
static bool basis_possible(const audit *a, const Samme__ReturnDecided *decided) {
    const Samme__Basis *basis = decided->basis;
    if (basis->facts_version > SAMME_FACTS_VERSION) {
        samme_report_line(a->replay, SAMME_FINDING_UNDECIDABLE, a->at, decided->case_code, 0, NULL,
                          "case %s: facts by version %u of their rules, this code knows up to %u",
                          decided->case_code, basis->facts_version, SAMME_FACTS_VERSION);
        return false;
    }
    if (basis->journal_size <= a->step->index && basis->own_size <= a->at->index)
        return true;
    samme_report_line(
        a->replay, SAMME_FINDING_FACT, a->at, decided->case_code, 0, NULL,
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
    if (status == SAMME_OK && possible)
        status = audit_loans(a, decided, row->opened);
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lines; i++) {
        const audited_line where = {.case_code = decided->case_code, .line = decided->lines[i]};
        const audited_facts of = {.where = &where,
                                  .decided = decided,
                                  .at = i,
                                  .opened = row->opened,
                                  .sale = &sale,
                                  .policy = policy};
        status = audit_line(a, &of, possible);
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

samme_status samme_audit_entry(samme_replay *replay, samme_replay_step *step,
                               const samme_position *position, samme_span bytes) {
    const audit a = {.replay = replay, .step = step, .at = position};
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
