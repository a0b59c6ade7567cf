/* A return: opened, decided by the policy, completed by the till. */
#include <stdio.h>

#include "base/calendar.h"
#include "node/api/cases.h"
#include "node/claims.h"

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

/* Whose case an entry of this branch is about. */
static const char *case_of(const samme_entry *entry) {
    switch ((int)entry->event->kind) {
    case SAMME__EVENT_KIND__return_opened:
        return entry->body.return_opened->case_code;
    case SAMME__EVENT_KIND__return_decided:
        return entry->body.return_decided->case_code;
    case SAMME__EVENT_KIND__return_approved:
        return entry->body.return_approved->case_code;
    case SAMME__EVENT_KIND__goods_received:
        return entry->body.goods_received->case_code;
    case SAMME__EVENT_KIND__return_done:
        return entry->body.return_done->case_code;
    default:
        return "";
    }
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
    else
        samme_case_answer(call, case_of(&entry), 200, index, true);
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
        samme_case_answer(call, case_code, kind == SAMME__EVENT_KIND__return_opened ? 201 : 200,
                          index, false);
    return status == SAMME_OK;
}

int32_t samme_local_today(samme_node *node) {
    int64_t now = samme_node_time(node);
    int32_t offset =
        node->policy == NULL ? 0 : samme_chain_offset(node->policy, node->setup.branch, now);
    return samme_local_day(now, offset);
}

char *samme_date_in(samme_arena *arena, int32_t day) {
    char text[SAMME_DATE_TEXT_BYTES];
    samme_date_format(day, text);
    return samme_arena_text(arena, text);
}

/* The local day here; a return recorded later says its own day, which may not lie ahead. */
static samme_status set_today(samme_node *node, Samme__ReturnOpened *opened, samme_error *error) {
    int32_t today = samme_local_today(node), said;
    opened->recorded_later = opened->recorded;
    if (opened->today[0] == 0) {
        opened->today = samme_date_in(&node->arena, today);
        return opened->today == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    }
    if (samme_date_parse(opened->today, &said) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "body: today: expected YYYY-MM-DD, found \"%.40s\"", opened->today);
    if (said > today)
        return samme_fail(error, SAMME_MALFORMED, "body: today: %s lies ahead", opened->today);
    opened->recorded_later = opened->recorded || said < today;
    return SAMME_OK;
}

/* Lines asked for must stand on the receipt, on paper or not; an unknown one is the till's
 * mistake. */
static samme_status check_lines(const Samme__ReturnOpened *opened, const Samme__Sale *sale,
                                samme_error *error) {
    for (size_t i = 0; i < opened->n_lines; i++) {
        bool there = false;
        for (size_t l = 0; l < sale->n_lines; l++)
            there |= sale->lines[l]->no == opened->lines[i]->no;
        if (!there)
            return samme_fail(error, SAMME_NOT_FOUND, "receipt %.60s has no line %u",
                              opened->receipt == NULL ? "" : opened->receipt->number,
                              opened->lines[i]->no);
    }
    return SAMME_OK;
}

/* Paper of tomorrow was not printed, and the receipt's name stands beside what it says. */
static samme_status check_keyed(samme_node *node, Samme__ReturnOpened *opened, samme_error *error) {
    Samme__Sale *keyed = opened->keyed;
    int32_t day;
    keyed->receipt = NULL;
    if (opened->receipt != NULL &&
        (samme_date_parse(opened->receipt->business_date, &day) != SAMME_OK ||
         day > samme_local_today(node)))
        return samme_fail(error, SAMME_MALFORMED,
                          "body: receipt: businessDate: expected a day that has been, found "
                          "\"%.40s\"",
                          opened->receipt->business_date);
    const char *fault = samme_keyed_fault(keyed);
    return fault == NULL ? check_lines(opened, keyed, error)
                         : samme_fail(error, SAMME_MALFORMED, "body: keyed: %s", fault);
}

/* The sale is known here, or keyed from paper, or there is none. What was recorded later is taken
 * without: it happened. */
static samme_status set_sale(samme_node *node, Samme__ReturnOpened *opened, samme_error *error) {
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReceiptRow *row;
    opened->receipt_source = SAMME__RECEIPT_SOURCE__no_receipt;
    if (opened->receipt == NULL) {
        if (opened->receipt_kind != SAMME__RECEIPT_KIND__nothing)
            return samme_fail(error, SAMME_MALFORMED,
                              "body: receipt is missing; without one receiptKind is nothing");
        return opened->keyed == NULL ? SAMME_OK : check_keyed(node, opened, error);
    }
    samme_status status = samme_find_receipt(&rows, opened->receipt, &present, &node->arena, &row);
    if (status == SAMME_OK) {
        opened->receipt_source = SAMME__RECEIPT_SOURCE__node;
        opened->keyed = NULL; /* paper is not asked where the sale is known */
        return check_lines(opened, row->sale, error);
    }
    if (status != SAMME_NOT_FOUND)
        return status;
    if (opened->keyed != NULL) {
        opened->receipt_source = SAMME__RECEIPT_SOURCE__keyed;
        return check_keyed(node, opened, error);
    }
    return opened->recorded
               ? SAMME_OK
               : samme_fail(error, SAMME_NOT_FOUND,
                            "no receipt %.60s of branch %u, till %.30s, %.20s is known here",
                            opened->receipt->number, opened->receipt->branch, opened->receipt->till,
                            opened->receipt->business_date);
}

samme_status samme_person_named(samme_call *call, ProtobufCBinaryData *out, samme_error *error) {
    samme_node *node = call->node;
    const char *number = samme_query_value(call, "person");
    *out = (ProtobufCBinaryData){0};
    if (number == NULL)
        return SAMME_OK;
    Samme__PersonRow *person;
    samme_status status =
        samme_person_get(&node->access, samme_span_of_text(number), &node->arena, &person);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, status, "person %.20s is not known at this node", number);
    if (status == SAMME_OK)
        *out = person->subject;
    return status;
}

/* Who opens it, as the till says: ?person=NUMBER of somebody who has a PIN here. Neither the clerk
 * nor who approves it may be the customer. */
static samme_status set_opener(samme_call *call, Samme__ReturnOpened *opened, samme_error *error) {
    samme_node *node = call->node;
    opened->till = (char *)(uintptr_t)(call->caller.till == NULL ? "" : call->caller.till);
    samme_status status = samme_person_named(call, &opened->opened_by, error);
    if (status != SAMME_OK || opened->opened_by.len == 0 || opened->receipt == NULL)
        return status;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReceiptRow *row;
    status = samme_find_receipt(&rows, opened->receipt, &present, &node->arena, &row);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    if (samme_span_equal(samme_span_of_bytes(row->sale->subject),
                         samme_span_of_bytes(opened->opened_by)))
        return samme_refuse(call, 403, "same_person", error,
                            "the customer does not open the return");
    return SAMME_OK;
}

/* As in a sale, branch and till that are left out are those of who asks: else what is refunded of
 * paper, or recorded, would hang on a receipt that no sale ever has. */
static samme_status set_receipt(samme_call *call, Samme__ReturnOpened *opened) {
    samme_node *node = call->node;
    Samme__ReceiptRef *receipt = opened->receipt;
    const Samme__ReceiptRow *row;
    if (receipt == NULL || !samme_receipt_named(receipt)) {
        opened->receipt = NULL;
        return SAMME_OK;
    }
    if (receipt->branch == 0)
        receipt->branch = node->setup.branch;
    if (receipt->branch != node->setup.branch || receipt->till[0] != 0 || call->caller.till == NULL)
        return SAMME_OK;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    samme_status status = samme_find_receipt(&rows, receipt, &present, &node->arena, &row);
    if (status != SAMME_NOT_FOUND)
        return status; /* one without a till's name: of the time before tokens */
    receipt->till = samme_arena_text(&node->arena, call->caller.till);
    return receipt->till == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

samme_status samme_opening_fill(samme_call *call, Samme__ReturnOpened *opened, samme_error *error) {
    samme_node *node = call->node;
    samme_status status = set_receipt(call, opened);
    if (status != SAMME_OK)
        return status;
    if (opened->claim_type == SAMME__CLAIM_TYPE__claim_type_unset)
        status = samme_fail(error, SAMME_MALFORMED, "body: claimType is missing");
    else if (opened->n_lines > SAMME_CASE_LINES_MAX)
        status = samme_fail(error, SAMME_MALFORMED, "body: lines: at most %u a return",
                            SAMME_CASE_LINES_MAX);
    if (status == SAMME_OK)
        status = set_today(node, opened, error);
    if (status == SAMME_OK)
        status = set_sale(node, opened, error);
    if (status == SAMME_OK)
        status = set_opener(call, opened, error);
    if (status == SAMME_OK)
        status = new_case_code(node, &opened->case_code, error);
    return status == SAMME_OK ? samme_case_release(node, opened) : status;
}

void samme_api_return_open(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    Samme__ReturnOpened *opened = SAMME_FROM_JSON(ReturnOpened, return_opened, call->request->body,
                                                  "body", &node->arena, &error);
    samme_status status = opened == NULL ? SAMME_MALFORMED : SAMME_OK;
    if (status == SAMME_OK) {
        opened->recorded = false;
        status = samme_opening_fill(call, opened, &error);
    }
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    /* While the clerk looks at the goods the branch that sold them can lend the right. What is not
     * asked now is asked when it is decided; of goods that are not here, when they have come. */
    if (samme_case_record(call, SAMME__EVENT_KIND__return_opened, opened, opened->case_code) &&
        !opened->awaiting && samme_claims_opened(node, opened) != SAMME_OK)
        node->refused_messages++;
}

const char *samme_case_code(samme_call *call) {
    samme_span copy = samme_arena_copy(&call->node->arena, call->tail);
    return copy.data == NULL ? "" : (const char *)copy.data;
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
    const Samme__CaseRow *row;
    const Samme__ReturnOpened *asked;
    const char *case_code = samme_case_code(call);
    samme_deciding deciding;
    bool held = false;
    samme_status status = samme_case_find(call, case_code, &row, &error);
    if (status == SAMME_OK)
        status = samme_claims_hold(call, row, &held);
    if (status == SAMME_OK && held)
        return;
    if (status == SAMME_OK)
        status = samme_case_asked(row, &node->arena, &asked);
    if (status == SAMME_OK)
        status = samme_decide_return(node, asked, !row->opened->awaiting || row->received != NULL,
                                     &deciding, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    (void)samme_case_record(call, SAMME__EVENT_KIND__return_decided, &deciding.decided, case_code);
}

/* The till's day that the payment belongs to: today, where the till does not say another. */
static samme_status set_paid_on(samme_node *node, Samme__ReturnDone *done, samme_error *error) {
    const int32_t today = samme_local_today(node);
    int32_t said = today;
    if (done->outcome != SAMME__RETURN_OUTCOME__paid) {
        done->paid_on = samme_arena_text(&node->arena, "");
        return done->paid_on == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    }
    if (done->paid_on[0] != 0 && samme_date_parse(done->paid_on, &said) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "body: paidOn: expected YYYY-MM-DD, found \"%.40s\"", done->paid_on);
    if (said > today)
        return samme_fail(error, SAMME_MALFORMED, "body: paidOn: %s lies ahead", done->paid_on);
    done->paid_on = samme_date_in(&node->arena, said);
    return done->paid_on == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_api_return_complete(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    Samme__ReturnDone *done =
        SAMME_FROM_JSON(ReturnDone, return_done, call->request->body, "body", &node->arena, &error);
    const Samme__CaseRow *row;
    const char *case_code = samme_case_code(call);
    samme_status status = done == NULL ? SAMME_MALFORMED : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_case_find(call, case_code, &row, &error);
    if (status == SAMME_OK)
        status = samme_person_named(call, &done->said_by, &error);
    if (status == SAMME_OK && done->outcome != SAMME__RETURN_OUTCOME__paid && done->paid != 0)
        status =
            samme_fail(&error, SAMME_MALFORMED,
                       "body: paid: nothing was paid in a return that failed or was cancelled");
    if (status == SAMME_OK && done->outcome == SAMME__RETURN_OUTCOME__paid &&
        done->paid != samme_case_refund(row))
        status = samme_fail(&error, SAMME_CONFLICT, "paid %lld, but %lld was authorised",
                            (long long)done->paid, (long long)samme_case_refund(row));
    if (status == SAMME_OK)
        status = set_paid_on(node, done, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    done->case_code = row->opened->case_code;
    done->till = (char *)(uintptr_t)(call->caller.till == NULL ? "" : call->caller.till);
    (void)samme_case_record(call, SAMME__EVENT_KIND__return_done, done, case_code);
}
