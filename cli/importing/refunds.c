#include "cli/importing/refunds.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>

#include "base/money.h"
#include "wire/mapping.h"

enum { BODY_MAX_BYTES = 256 * 1024, PATH_MAX_BYTES = 200, CODE_MAX_BYTES = 60 };

/* One return on its way. */
typedef struct refund {
    samme_import_nodes *nodes;
    size_t node;
    const Samme__ImportReturn *line;
    samme_refund_wait wait;
    samme_buffer body;
    samme_import_answer answer;
    const Samme__ReturnView *view; /* the case as last answered */
    char code[CODE_MAX_BYTES + 1];
    bool repeated; /* opened by an earlier run */
    samme_refund_fault fault;
} refund;

const char *samme_refund_fault_name(samme_refund_fault fault) {
    static const char *const names[SAMME_REFUND_FAULTS] = {
        [SAMME_REFUND_NOT_READ] = "line not read",
        [SAMME_REFUND_NO_NODE] = "no node of that branch was named",
        [SAMME_REFUND_NOT_OPENED] = "not opened",
        [SAMME_REFUND_NOT_DECIDED] = "not decided",
        [SAMME_REFUND_NOT_COMPLETED] = "not completed",
    };
    assert(fault < SAMME_REFUND_FAULTS);
    return names[fault];
}

uint64_t samme_import_refused(const samme_refund_tally *tally) {
    uint64_t sum = 0;
    for (size_t i = 0; i < SAMME_REFUND_FAULTS; i++)
        sum += tally->refused[i];
    return sum;
}

static samme_status refuse(refund *of, samme_refund_fault fault, samme_error *error,
                           const char *what) {
    of->fault = fault;
    return samme_fail(error, SAMME_CONFLICT, "%s", what);
}

/* Posts to the case and takes the answer's view; a refusal is left in of->answer.problem with view
 * NULL. */
static samme_status post(refund *of, const char *path, const char *step, samme_span body,
                         samme_error *error) {
    char key[SAMME_IMPORT_KEY_MAX_BYTES + 10];
    snprintf(key, sizeof key, "%s%s", of->line->key, step);
    of->view = NULL;
    samme_status status =
        samme_import_call(of->nodes, of->node, path, key, body, &of->answer, error);
    if (status != SAMME_OK || of->answer.answer == NULL)
        return status;
    const Samme__ApiAnswer *answer = of->answer.answer;
    if (answer->what_case != SAMME__API_ANSWER__WHAT_RETURN_CASE ||
        answer->return_case->case_code[0] == 0 ||
        strlen(answer->return_case->case_code) > CODE_MAX_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "%s%s: expected a return, found another answer",
                          of->nodes->nodes[of->node].url, path);
    of->view = answer->return_case;
    return SAMME_OK;
}

/* 404 is a receipt that has not got here yet, or never will. */
static samme_status open_case(refund *of, samme_error *error) {
    samme_buffer_clear(&of->body);
    samme_to_json(of->line->opened, &of->body);
    samme_status status = samme_buffer_status(&of->body);
    if (status != SAMME_OK)
        return refuse(of, SAMME_REFUND_NOT_READ, error, "the return is over 256 KiB");
    for (unsigned waited_ms = 0;; waited_ms += of->wait.pause_ms) {
        status = post(of, "/v1/returns", ":open", samme_buffer_span(&of->body), error);
        if (status != SAMME_OK || of->view != NULL)
            break;
        if (of->answer.http != 404 || waited_ms >= of->wait.wait_ms)
            return refuse(of, SAMME_REFUND_NOT_OPENED, error, of->answer.problem);
        samme_import_pause(of->wait.pause_ms);
    }
    if (status != SAMME_OK)
        return status;
    snprintf(of->code, sizeof of->code, "%s", of->view->case_code);
    const Samme__Recorded *recorded = of->view->recorded;
    of->repeated = recorded != NULL && recorded->repeated &&
                   recorded->index < of->nodes->nodes[of->node].own_size;
    return SAMME_OK;
}

static samme_status decide_case(refund *of, samme_error *error) {
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "/v1/returns/%s/decide", of->code);
    samme_status status = post(of, path, ":decide", SAMME_LITERAL("{}"), error);
    if (status == SAMME_OK && of->view == NULL)
        return refuse(of, SAMME_REFUND_NOT_DECIDED, error, of->answer.problem);
    return status;
}

static samme_status complete_case(refund *of, samme_error *error) {
    char path[PATH_MAX_BYTES];
    snprintf(path, sizeof path, "/v1/returns/%s/complete", of->code);
    Samme__ReturnDone done = SAMME__RETURN_DONE__INIT;
    done.outcome = SAMME__RETURN_OUTCOME__paid;
    done.paid = of->view->refund;
    samme_buffer_clear(&of->body);
    samme_to_json(&done, &of->body);
    samme_status status = post(of, path, ":done", samme_buffer_span(&of->body), error);
    if (status == SAMME_OK && of->view == NULL)
        return refuse(of, SAMME_REFUND_NOT_COMPLETED, error, of->answer.problem);
    return status;
}

static void count_verdict(samme_refund_tally *tally, const Samme__Answer *answer) {
    size_t at = 0;
    while (at < tally->verdict_count && (tally->verdicts[at].verdict != answer->verdict ||
                                         strncmp(tally->verdicts[at].reason, answer->reason,
                                                 sizeof tally->verdicts[at].reason - 1) != 0))
        at++;
    if (at == SAMME_IMPORT_VERDICTS_MAX)
        at--;
    samme_refund_verdict *verdict = &tally->verdicts[at];
    if (at == tally->verdict_count) {
        tally->verdict_count++;
        verdict->verdict = answer->verdict;
        snprintf(verdict->reason, sizeof verdict->reason, "%s", answer->reason);
    }
    verdict->lines++;
}

static void count_refund(samme_refund_tally *tally, const char *currency, int64_t minor) {
    size_t at = 0;
    while (at < tally->currency_count && strncmp(tally->refunded[at].currency, currency,
                                                 sizeof tally->refunded[at].currency) != 0)
        at++;
    if (at == SAMME_IMPORT_CURRENCIES_MAX)
        return; /* a chain with more currencies than that sees the verdicts, and no sum */
    samme_refunded *sum = &tally->refunded[at];
    if (at == tally->currency_count) {
        tally->currency_count++;
        snprintf(sum->currency, sizeof sum->currency, "%s", currency);
    }
    if (samme_money_add(sum->minor, minor, &sum->minor) != SAMME_OK)
        sum->minor = INT64_MAX;
}

static void count_case(const refund *of, samme_refund_tally *tally) {
    const Samme__ReturnDecided *decided = of->view->decided;
    const char *currency = "";
    for (size_t i = 0; decided != NULL && i < decided->n_lines; i++) {
        const Samme__LineDecision *line = decided->lines[i];
        if (line->answer != NULL)
            count_verdict(tally, line->answer);
        if (line->facts != NULL)
            currency = line->facts->currency;
    }
    tally->repeated += of->repeated;
    if (of->view->state != SAMME__RETURN_STATE__case_paid) {
        tally->not_paid++;
        return;
    }
    tally->paid++;
    count_refund(tally, currency, of->view->done != NULL ? of->view->done->paid : of->view->refund);
}

/* From wherever an earlier run left the case. */
static samme_status walk(refund *of, samme_refund_tally *tally, samme_error *error) {
    samme_status status = open_case(of, error);
    if (status == SAMME_OK && of->view->state == SAMME__RETURN_STATE__case_open)
        status = decide_case(of, error);
    if (status == SAMME_OK && of->view->state == SAMME__RETURN_STATE__case_authorised)
        status = complete_case(of, error);
    if (status == SAMME_OK)
        count_case(of, tally);
    return status;
}

static samme_status read_line(refund *of, samme_span text, samme_arena *arena, samme_error *error) {
    of->line = SAMME_FROM_JSON(ImportReturn, import_return, text, "return", arena, error);
    if (of->line == NULL) {
        of->fault = SAMME_REFUND_NOT_READ;
        if (error != NULL)
            error->status = SAMME_CONFLICT;
        return SAMME_CONFLICT;
    }
    size_t length = strlen(of->line->key);
    bool visible = length > 0 && length <= SAMME_IMPORT_KEY_MAX_BYTES;
    for (size_t i = 0; visible && i < length; i++)
        visible = isgraph((unsigned char)of->line->key[i]) != 0;
    if (!visible)
        return refuse(of, SAMME_REFUND_NOT_READ, error,
                      "return: \"key\" wants 1 to 190 visible ASCII characters");
    if (of->line->opened == NULL)
        return refuse(of, SAMME_REFUND_NOT_READ, error, "return: \"opened\" is missing");
    for (of->node = 0; of->node < of->nodes->count; of->node++)
        if (of->nodes->branches[of->node] == of->line->branch)
            return SAMME_OK;
    char what[80];
    snprintf(what, sizeof what, "branch %u: no --node is of this branch", of->line->branch);
    return refuse(of, SAMME_REFUND_NO_NODE, error, what);
}

samme_status samme_import_refund(samme_import_nodes *nodes, samme_refund_wait wait, samme_span line,
                                 samme_arena *arena, samme_refund_tally *tally,
                                 samme_refund_fault *out_fault, samme_error *error) {
    refund of = {.nodes = nodes, .wait = wait};
    samme_buffer_init(&of.body, BODY_MAX_BYTES);
    samme_arena_reset(arena);
    samme_status status = read_line(&of, line, arena, error);
    if (status == SAMME_OK)
        status = walk(&of, tally, error);
    samme_buffer_free(&of.body);
    if (status == SAMME_CONFLICT) {
        tally->refused[of.fault]++;
        *out_fault = of.fault;
    }
    tally->returns += status == SAMME_OK || status == SAMME_CONFLICT;
    return status;
}
