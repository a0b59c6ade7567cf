/* A return: opened, decided by the policy, completed by the till. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/money.h"
#include "history/approval.h"
#include "node/claims.h"

enum {
    RETURN_LINES_MAX = 60
}; /* a decision of so many lines, with all texts at their longest, fits one entry */

/* Branch, random digits, two check digits (ISO 7064 MOD 97-10): speakable, and wrong digits show.
 * Of ten million lots a branch sees two alike sooner than one thinks: then it draws again. */
static samme_status new_case_code(samme_node *node, char **out, samme_error *error) {
    enum { DRAWS_MAX = 64, LOTS = 10000000 };
    samme_rows rows = samme_layer_rows(&node->layer);
    for (unsigned i = 0; i < DRAWS_MAX; i++) {
        uint32_t random;
        node->setup.random.fill(node->setup.random.self, &random, sizeof random);
        unsigned lot = random % LOTS;
        unsigned long long digits = (unsigned long long)node->setup.branch * LOTS + lot;
        unsigned check = 98u - (unsigned)(digits * 100u % 97u);
        char text[32];
        snprintf(text, sizeof text, "%04u-%07u-%02u", node->setup.branch, lot, check);
        const Samme__CaseRow *held;
        samme_status status = samme_find_case(&rows, text, &node->arena, &held);
        if (status == SAMME_NOT_FOUND) {
            *out = samme_arena_text(&node->arena, text);
            return *out == NULL ? SAMME_NO_MEMORY : SAMME_OK;
        }
        if (status != SAMME_OK)
            return status;
    }
    return samme_fail(error, SAMME_FULL, "no free case code was drawn");
}

static int64_t refund_of(const Samme__CaseRow *row) {
    int64_t sum = 0;
    for (size_t i = 0; row->decided != NULL && i < row->decided->n_lines; i++) {
        const Samme__LineDecision *line = row->decided->lines[i];
        const Samme__ApprovedLine *approved = samme_approved_line(row->approved, line->no);
        int64_t refund = approved != NULL ? approved->refund
                         : line->answer->verdict == SAMME__VERDICT__authorise ? line->answer->refund
                                                                              : 0;
        if (samme_money_add(sum, refund, &sum) != SAMME_OK)
            return INT64_MAX; /* another branch's nonsense: shown, never paid here */
    }
    return sum;
}

static Samme__ReturnState state_of(const Samme__CaseRow *row) {
    if (row->done != NULL && row->done->outcome == SAMME__RETURN_OUTCOME__paid)
        return SAMME__RETURN_STATE__case_paid;
    if (row->done != NULL && row->done->outcome == SAMME__RETURN_OUTCOME__failed)
        return SAMME__RETURN_STATE__case_failed;
    if (row->done != NULL)
        return SAMME__RETURN_STATE__case_cancelled;
    if (row->decided == NULL)
        return SAMME__RETURN_STATE__case_open;
    if (row->approved != NULL)
        return SAMME__RETURN_STATE__case_approved;
    for (size_t i = 0; i < row->decided->n_lines; i++)
        if (row->decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise)
            return SAMME__RETURN_STATE__case_authorised;
    return SAMME__RETURN_STATE__case_decided;
}

/* Answers with the case as it stands; index: the entry this request wrote or found, or UINT64_MAX.
 */
static void answer_case(samme_call *call, const char *case_code, unsigned status_code,
                        uint64_t index, bool repeated) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__CaseRow *row;
    samme_error error = {0};
    samme_status status = samme_find_case(&rows, case_code, &node->arena, &row);
    Samme__Recorded recorded;
    if (status == SAMME_OK && index != UINT64_MAX)
        status = samme_recorded(node, index, repeated, &recorded);
    if (status != SAMME_OK) {
        samme_fail(&error, status, "no case %.60s is known here", case_code);
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ReturnView view = SAMME__RETURN_VIEW__INIT;
    view.case_code = row->opened->case_code;
    view.state = state_of(row);
    view.opened = row->opened;
    view.decided = row->decided;
    view.done = row->done;
    view.approved = row->approved;
    view.refund = refund_of(row);
    view.recorded = index == UINT64_MAX ? NULL : &recorded;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RETURN_CASE;
    answer.return_case = &view;
    samme_answer(call, status_code, &answer);
}

bool samme_case_repeated(samme_call *call) {
    uint64_t index;
    samme_status status = samme_repeated(call, &call->key_hash, &call->request_hash, &index);
    if (status == SAMME_NOT_FOUND)
        return false;
    samme_span bytes;
    samme_entry entry;
    samme_error error = {0};
    if (status == SAMME_CONFLICT) {
        samme_problem(call, 422, "idempotency_key_reused",
                      "this key came with another request before");
        return true;
    }
    if (status == SAMME_OK)
        status = samme_own_entry(call->node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &call->node->arena, &entry, &error);
    if (status != SAMME_OK)
        samme_problem_of(call, status, &error);
    else if (entry.event->kind == SAMME__EVENT_KIND__return_opened)
        answer_case(call, entry.body.return_opened->case_code, 200, index, true);
    else if (entry.event->kind == SAMME__EVENT_KIND__return_decided)
        answer_case(call, entry.body.return_decided->case_code, 200, index, true);
    else if (entry.event->kind == SAMME__EVENT_KIND__return_approved)
        answer_case(call, entry.body.return_approved->case_code, 200, index, true);
    else
        answer_case(call, entry.body.return_done->case_code, 200, index, true);
    return true;
}

bool samme_case_record(samme_call *call, Samme__EventKind kind, const void *body,
                       const char *case_code) {
    samme_new_entry entry = {.kind = kind,
                             .body = body,
                             .key_hash = samme_span_of_hash(&call->key_hash),
                             .request_hash = samme_span_of_hash(&call->request_hash)};
    samme_error error = {0};
    uint64_t index;
    samme_status status = samme_append_once(call, &entry, 1, &index, &error);
    if (status != SAMME_OK)
        samme_problem_of(call, status, &error);
    else
        answer_case(call, case_code, kind == SAMME__EVENT_KIND__return_opened ? 201 : 200, index,
                    false);
    return status == SAMME_OK;
}

/* The local day here; a return recorded later says its own day, which may not lie ahead. */
static samme_status set_today(samme_node *node, Samme__ReturnOpened *opened, samme_error *error) {
    int64_t now = samme_node_time(node);
    int32_t offset =
        node->policy == NULL ? 0 : samme_chain_offset(node->policy, node->setup.branch, now);
    int32_t today = samme_local_day(now, offset), said;
    if (opened->today[0] == 0) {
        char text[SAMME_DATE_TEXT_BYTES];
        samme_date_format(today, text);
        opened->today = samme_arena_text(&node->arena, text);
        return opened->today == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    }
    if (samme_date_parse(opened->today, &said) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "body: today: expected YYYY-MM-DD, found \"%.40s\"", opened->today);
    if (said > today)
        return samme_fail(error, SAMME_MALFORMED, "body: today: %s lies ahead", opened->today);
    opened->recorded_later = said < today;
    return SAMME_OK;
}

/* Lines asked for must stand on the receipt, when there is one; an unknown one is the till's
 * mistake. */
static samme_status check_lines(samme_node *node, const Samme__ReturnOpened *opened,
                                samme_error *error) {
    if (opened->n_lines > RETURN_LINES_MAX)
        return samme_fail(error, SAMME_MALFORMED, "body: lines: at most %d a return",
                          RETURN_LINES_MAX);
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReceiptRow *row;
    samme_status status = samme_find_receipt(&rows, opened->receipt, &present, &node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "no receipt %.60s of branch %u, till %.30s, %.20s is known here",
                          opened->receipt->number, opened->receipt->branch, opened->receipt->till,
                          opened->receipt->business_date);
    for (size_t i = 0; i < opened->n_lines && status == SAMME_OK; i++) {
        bool there = false;
        for (size_t l = 0; l < row->sale->n_lines; l++)
            there |= row->sale->lines[l]->no == opened->lines[i]->no;
        if (!there)
            status = samme_fail(error, SAMME_NOT_FOUND, "receipt %.60s has no line %u",
                                opened->receipt->number, opened->lines[i]->no);
    }
    return status;
}

/* Who opens it, as the till says: ?person=NUMBER of somebody who has a PIN here. Neither the clerk
 * nor who approves it may be the customer. */
static samme_status set_opener(samme_call *call, Samme__ReturnOpened *opened, samme_error *error) {
    samme_node *node = call->node;
    const char *number = samme_query_value(call, "person");
    opened->opened_by = (ProtobufCBinaryData){0};
    opened->till = (char *)(uintptr_t)(call->caller.till == NULL ? "" : call->caller.till);
    if (number == NULL)
        return SAMME_OK;
    Samme__PersonRow *person;
    samme_status status =
        samme_person_get(&node->access, samme_span_of_text(number), &node->arena, &person);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, status, "person %.20s is not known at this node", number);
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReceiptRow *row;
    if (status == SAMME_OK)
        status = samme_find_receipt(&rows, opened->receipt, &present, &node->arena, &row);
    if (status != SAMME_OK)
        return status;
    opened->opened_by = person->subject;
    if (samme_span_equal(samme_span_of_bytes(row->sale->subject),
                         samme_span_of_bytes(person->subject)))
        return samme_refuse(call, 403, "same_person", error,
                            "the customer does not open the return");
    return SAMME_OK;
}

void samme_api_return_open(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    Samme__ReturnOpened *opened = SAMME_FROM_JSON(ReturnOpened, return_opened, call->request->body,
                                                  "body", &node->arena, &error);
    samme_status status = opened == NULL ? SAMME_MALFORMED : SAMME_OK;
    if (status == SAMME_OK && opened->receipt == NULL)
        status = samme_fail(&error, SAMME_MALFORMED, "body: receipt is missing");
    if (status == SAMME_OK && opened->claim_type == SAMME__CLAIM_TYPE__claim_type_unset)
        status = samme_fail(&error, SAMME_MALFORMED, "body: claimType is missing");
    if (status == SAMME_OK)
        status = set_today(node, opened, &error);
    if (status == SAMME_OK)
        status = check_lines(node, opened, &error);
    if (status == SAMME_OK)
        status = set_opener(call, opened, &error);
    if (status == SAMME_OK) {
        opened->receipt_source = SAMME__RECEIPT_SOURCE__node;
        status = new_case_code(node, &opened->case_code, &error);
    }
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    /* While the clerk looks at the goods the branch that sold them can lend the right. What is not
     * asked now is asked when it is decided. */
    if (samme_case_record(call, SAMME__EVENT_KIND__return_opened, opened, opened->case_code) &&
        samme_claims_opened(node, opened) != SAMME_OK)
        node->refused_messages++;
}

const char *samme_case_code(samme_call *call) {
    samme_span copy = samme_arena_copy(&call->node->arena, call->tail);
    return copy.data == NULL ? "" : (const char *)copy.data;
}

void samme_api_return_get(samme_call *call) {
    answer_case(call, samme_case_code(call), 200, UINT64_MAX, false);
}

/* Facts from the rows as they are, the answer from the policy: the next line of the decision. */
static samme_status decide_line(samme_node *node, const Samme__CaseRow *row,
                                const samme_sale_view *sale, Samme__ReturnDecided *decided,
                                samme_error *error) {
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReturnLine *line = row->opened->lines[decided->n_lines];
    const samme_asking asking = {.opened = row->opened,
                                 .line = line,
                                 .before = decided->lines,
                                 .before_count = decided->n_lines,
                                 .horizon = &present,
                                 .mode = samme_node_mode(node),
                                 .version = SAMME_FACTS_VERSION};
    Samme__LineDecision *out = samme_arena_alloc(&node->arena, sizeof *out);
    samme_decision *decision = samme_arena_alloc(&node->arena, sizeof *decision);
    if (out == NULL || decision == NULL)
        return SAMME_NO_MEMORY;
    samme__line_decision__init(out);
    samme_status status = samme_line_facts(&rows, &asking, sale, &node->arena, &out->facts);
    if (status != SAMME_OK)
        return status;
    samme_chain_facts(node->policy, sale->row == NULL ? 0 : sale->row->sale->receipt->branch,
                      node->setup.branch, out->facts);
    out->no = line->no;
    out->quantity = line->quantity;
    out->answer = &decision->answer;
    const samme_releases releases = {.today = node->policy, .today_number = node->release};
    decided->lines[decided->n_lines++] = out;
    return samme_policy_decide_at(&releases, out->facts, decision, error);
}

/* What the decision will stand on; an anchor written along with it comes before it. */
static void fill_basis(samme_node *node, const Samme__ReceiptRow *sale, Samme__Basis *basis,
                       Samme__ReleaseRef *release) {
    samme__basis__init(basis);
    samme__release_ref__init(release);
    release->version = node->release;
    release->note_hash = samme_bytes_of_span(samme_span_of_hash(&node->release_hash));
    basis->journal_epoch = samme_replay_journal_epoch(&node->follow.replay);
    basis->journal_size = node->follow.replay.range.size;
    basis->own_size = node->own.size + (node->own.size == node->signed_range.size ? 1 : 0);
    basis->release = release;
    basis->facts_version = SAMME_FACTS_VERSION;
    if (sale != NULL) {
        basis->sale_branch = sale->sale->receipt->branch;
        basis->sale_epoch = sale->epoch;
        basis->sale_index = sale->index;
    }
}

void samme_api_return_decide(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    if (node->policy == NULL) {
        samme_problem(call, 503, "no_release", "this branch has not taken a release yet");
        return;
    }
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__CaseRow *row;
    const char *case_code = samme_case_code(call);
    samme_status status = samme_find_case(&rows, case_code, &node->arena, &row);
    if (status != SAMME_OK) {
        samme_fail(&error, status, "no case %.60s is known here", case_code);
        samme_problem_of(call, status, &error);
        return;
    }
    bool held;
    status = samme_claims_hold(call, row, &held);
    if (status != SAMME_OK)
        samme_problem_of(call, status, &error);
    if (status != SAMME_OK || held)
        return;
    Samme__ReturnDecided decided = SAMME__RETURN_DECIDED__INIT;
    decided.lines =
        samme_arena_alloc(&node->arena, row->opened->n_lines * sizeof(Samme__LineDecision *));
    Samme__Basis basis;
    Samme__ReleaseRef release;
    const samme_horizon present = samme_node_present(node);
    samme_sale_view sale = {.row = NULL};
    status = decided.lines == NULL
                 ? SAMME_NO_MEMORY
                 : samme_find_sale(&rows, row->opened, &present, &node->arena, &sale);
    if (status == SAMME_OK)
        status = samme_list_loans(&rows, row->opened, &present, &node->arena, &decided.lent,
                                  &decided.n_lent);
    fill_basis(node, sale.row, &basis, &release);
    while (status == SAMME_OK && decided.n_lines < row->opened->n_lines)
        status = decide_line(node, row, &sale, &decided, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    decided.case_code = row->opened->case_code;
    decided.basis = &basis;
    decided.decide_version = SAMME_DECIDE_VERSION;
    decided.receipt = row->opened->receipt;
    (void)samme_case_record(call, SAMME__EVENT_KIND__return_decided, &decided, case_code);
}

void samme_api_return_complete(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    Samme__ReturnDone *done =
        SAMME_FROM_JSON(ReturnDone, return_done, call->request->body, "body", &node->arena, &error);
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__CaseRow *row;
    const char *case_code = samme_case_code(call);
    samme_status status = done == NULL ? SAMME_MALFORMED : SAMME_OK;
    if (status == SAMME_OK) {
        status = samme_find_case(&rows, case_code, &node->arena, &row);
        if (status != SAMME_OK)
            samme_fail(&error, status, "no case %.60s is known here", case_code);
    }
    if (status == SAMME_OK && done->outcome != SAMME__RETURN_OUTCOME__paid && done->paid != 0)
        status =
            samme_fail(&error, SAMME_MALFORMED,
                       "body: paid: nothing was paid in a return that failed or was cancelled");
    if (status == SAMME_OK && done->outcome == SAMME__RETURN_OUTCOME__paid &&
        done->paid != refund_of(row))
        status = samme_fail(&error, SAMME_CONFLICT, "paid %lld, but %lld was authorised",
                            (long long)done->paid, (long long)refund_of(row));
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    done->case_code = row->opened->case_code;
    (void)samme_case_record(call, SAMME__EVENT_KIND__return_done, done, case_code);
}
