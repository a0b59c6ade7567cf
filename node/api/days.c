/* What a till counted in a day: recorded beside its sales, so that what never came is missed. */
#include "base/calendar.h"
#include "node/api/api.h"

static void answer_day(samme_call *call, unsigned status_code, uint64_t index, bool repeated) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_span bytes;
    samme_entry entry;
    Samme__Recorded recorded;
    samme_status status = samme_own_entry(node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &node->arena, &entry, &error);
    if (status == SAMME_OK && entry.event->kind != SAMME__EVENT_KIND__day_closed)
        status = SAMME_CORRUPT;
    if (status == SAMME_OK)
        status = samme_recorded(node, index, repeated, &recorded);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__DayView view = SAMME__DAY_VIEW__INIT;
    view.day =
        (Samme__DayClosed *)(uintptr_t)entry.body.day_closed; /* writing does not change it */
    view.recorded = &recorded;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_DAY;
    answer.day = &view;
    samme_answer(call, status_code, &answer);
}

/* A day may be closed when it has begun here. */
static samme_status check_day(samme_node *node, const Samme__DayClosed *day, samme_error *error) {
    int64_t now = samme_node_time(node);
    int32_t offset =
        node->policy == NULL ? 0 : samme_chain_offset(node->policy, node->setup.branch, now);
    int32_t said;
    if (samme_date_parse(day->business_date, &said) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "body: businessDate: expected YYYY-MM-DD, found \"%.40s\"",
                          day->business_date);
    if (said > samme_local_day(now, offset))
        return samme_fail(error, SAMME_MALFORMED, "body: businessDate: %s lies ahead",
                          day->business_date);
    return SAMME_OK;
}

void samme_api_day_close(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    uint64_t index = 0;
    samme_status known = samme_repeated(call, &call->key_hash, &call->request_hash, &index);
    if (known == SAMME_CONFLICT) {
        samme_problem(call, 422, "idempotency_key_reused",
                      "this key came with another request before");
        return;
    }
    samme_status status = known;
    if (known == SAMME_NOT_FOUND) {
        Samme__DayClosed *day = SAMME_FROM_JSON(DayClosed, day_closed, call->request->body, "body",
                                                &node->arena, &error);
        status = day == NULL ? SAMME_MALFORMED : SAMME_OK;
        if (status == SAMME_OK && day->branch == 0)
            day->branch = node->setup.branch;
        if (status == SAMME_OK)
            status = samme_own_till(call, &day->till, &error);
        if (status == SAMME_OK)
            status = check_day(node, day, &error);
        samme_new_entry entry = {.kind = SAMME__EVENT_KIND__day_closed,
                                 .body = day,
                                 .key_hash = samme_span_of_hash(&call->key_hash),
                                 .request_hash = samme_span_of_hash(&call->request_hash)};
        if (status == SAMME_OK)
            status = samme_append_once(call, &entry, 1, &index, &error);
    }
    if (status == SAMME_OK)
        answer_day(call, known == SAMME_OK ? 200 : 201, index, known == SAMME_OK);
    else
        samme_problem_of(call, status, &error);
}
