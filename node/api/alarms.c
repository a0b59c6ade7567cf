/* Alarms: lines refunded beyond what was sold, listed; taken and resolved by the PIN of a
 * supervisor of a branch that is involved. */
#include <stdio.h>

#include "base/calendar.h"
#include "base/text.h"
#include "history/approval.h"
#include "node/alarms.h"
#include "node/api/api.h"

enum { PAGE = 64, CURSOR_BYTES = 2 * SAMME_ROW_KEY_MAX_BYTES + 1 };

static samme_status view_of(samme_node *node, const Samme__AlarmRow *row, Samme__AlarmView *out) {
    char raised[32] = "";
    int64_t time_ms = 0;
    samme__alarm_view__init(out);
    samme_status status = row->raised_own_layer
                              ? SAMME_OK
                              : samme_journal_time(node, row->raised_journal_index, &time_ms);
    if (status != SAMME_OK)
        return status;
    if (!row->raised_own_layer)
        samme_time_format(time_ms, raised);
    out->alarm = (Samme__AlarmRow *)(uintptr_t)row; /* writing does not change it */
    out->raised_at = samme_arena_text(&node->arena, raised);
    out->involved = samme_alarm_involves(row, node->setup.branch);
    return out->raised_at == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

/* --- the list */
static samme_status list_pending(samme_node *node, const samme_rows *rows, const char *after,
                                 const Samme__AlarmRow **page, size_t *out_count, char *cursor,
                                 samme_error *error) {
    uint64_t from = 0, next;
    if (after[0] != 0 && samme_u64_parse(samme_span_of_text(after), &from) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED, "after: not of an answer to state=open");
    samme_status status =
        samme_pending_alarms(rows, from, &node->arena, page, PAGE, out_count, &next);
    if (status == SAMME_OK && next != 0)
        snprintf(cursor, CURSOR_BYTES, "%llu", (unsigned long long)next);
    return status;
}

static samme_status list_all(samme_node *node, const samme_rows *rows, const char *after,
                             const Samme__AlarmRow **page, size_t *out_count, char *cursor,
                             samme_error *error) {
    uint8_t key[SAMME_ROW_KEY_MAX_BYTES];
    const size_t length = strlen(after) / 2;
    samme_row_key next;
    if (length > sizeof key ||
        samme_hex_parse(samme_span_of_text(after), key, length) != SAMME_OK ||
        (length > 0 && key[0] != 'a'))
        return samme_fail(error, SAMME_MALFORMED, "after: not of an answer to state=all");
    samme_status status = samme_list_alarms(rows, SAMME_SPAN(key, length), &node->arena, page, PAGE,
                                            out_count, &next);
    if (status != SAMME_OK || next.length == 0)
        return status;
    samme_buffer hex;
    samme_buffer_init(&hex, CURSOR_BYTES);
    samme_hex_append(&hex, samme_row_key_span(&next));
    snprintf(cursor, CURSOR_BYTES, "%s", samme_buffer_text(&hex));
    status = samme_buffer_status(&hex);
    samme_buffer_free(&hex);
    return status;
}

static samme_status fill(samme_node *node, const Samme__AlarmRow **page, size_t count,
                         Samme__AlarmsView *out) {
    Samme__AlarmView *views = samme_arena_alloc(&node->arena, (count + 1) * sizeof *views);
    out->alarms = samme_arena_alloc(&node->arena, (count + 1) * sizeof(Samme__AlarmView *));
    if (views == NULL || out->alarms == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < count && status == SAMME_OK; i++) {
        status = view_of(node, page[i], &views[i]);
        out->alarms[i] = &views[i];
    }
    out->n_alarms = count;
    return status;
}

void samme_api_alarms(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_rows rows = samme_layer_rows(&node->layer);
    const char *state = samme_query_value(call, "state"), *after = samme_query_value(call, "after");
    const Samme__AlarmRow *page[PAGE];
    char cursor[CURSOR_BYTES] = "";
    samme_alarm_list list;
    size_t count = 0;
    Samme__AlarmsView view = SAMME__ALARMS_VIEW__INIT;
    const bool all = state != NULL && strcmp(state, "all") == 0;
    if (state != NULL && !all && strcmp(state, "open") != 0) {
        samme_problem(call, 400, "bad_query", "state: expected open or all");
        return;
    }
    samme_status status = (all ? list_all : list_pending)(node, &rows, after == NULL ? "" : after,
                                                          page, &count, cursor, &error);
    if (status == SAMME_OK)
        status = samme_alarm_list_read(&rows, &list);
    if (status == SAMME_OK)
        status = fill(node, page, count, &view);
    if (status == SAMME_MALFORMED) {
        samme_problem(call, 400, "bad_query", "%s", error.text);
    } else if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
    } else {
        view.pending = list.open;
        view.after = cursor;
        Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
        answer.what_case = SAMME__API_ANSWER__WHAT_ALARMS;
        answer.alarms = &view;
        samme_answer(call, 200, &answer);
    }
}

/* --- taking and resolving */
static void answer_alarm(samme_call *call, const Samme__ReceiptRef *receipt, uint32_t no,
                         uint64_t index, bool repeated) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__AlarmRow *row;
    Samme__AlarmView view;
    Samme__Recorded recorded;
    samme_status status = samme_find_alarm(&rows, receipt, no, &node->arena, &row);
    if (status == SAMME_OK)
        status = view_of(node, row, &view);
    if (status == SAMME_OK)
        status = samme_recorded(node, index, repeated, &recorded);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    view.recorded = &recorded;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_ALARM;
    answer.alarm = &view;
    samme_answer(call, 200, &answer);
}

/* True when the key has been here before and the call is answered. */
static bool answered_before(samme_call *call) {
    uint64_t index;
    samme_span bytes;
    samme_entry entry;
    samme_error error = {0};
    samme_status status = samme_repeated(call, &call->key_hash, &call->request_hash, &index);
    if (status == SAMME_NOT_FOUND)
        return false;
    if (status == SAMME_CONFLICT) {
        samme_problem(call, 422, "idempotency_key_reused",
                      "this key came with another request before");
        return true;
    }
    if (status == SAMME_OK)
        status = samme_own_entry(call->node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &call->node->arena, &entry, &error);
    if (status == SAMME_OK && entry.event->kind == SAMME__EVENT_KIND__alarm_taken)
        answer_alarm(call, entry.body.alarm_taken->receipt, entry.body.alarm_taken->no, index,
                     true);
    else if (status == SAMME_OK && entry.event->kind == SAMME__EVENT_KIND__alarm_resolved)
        answer_alarm(call, entry.body.alarm_resolved->receipt, entry.body.alarm_resolved->no, index,
                     true);
    else
        samme_problem_of(call, status == SAMME_OK ? SAMME_CORRUPT : status, &error);
    return true;
}

/* The alarm that is asked for, which must be one that this branch may answer now. What the branch
 * itself wrote about the line must be merged: the number of a raise is the journal's to give. */
static samme_status find_alarm(samme_call *call, const Samme__AlarmRequest *request,
                               const Samme__AlarmRow **out, samme_error *error) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__AlarmRow *row, *merged;
    samme_status status =
        samme_find_alarm(&rows, request->receipt, request->no, &node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, status, "line %u of receipt %.60s has no alarm", request->no,
                          request->receipt->number);
    if (status != SAMME_OK)
        return status;
    status = samme_find_alarm(&node->follow.replay.rows, request->receipt, request->no,
                              &node->arena, &merged);
    if (status == SAMME_NOT_FOUND ||
        (status == SAMME_OK &&
         (merged->raised != row->raised || merged->refunded != row->refunded ||
          merged->refunded_amount != row->refunded_amount)))
        return samme_refuse(call, 409, "not_merged", error,
                            "what this branch wrote about the line is not in the journal yet");
    if (status != SAMME_OK)
        return status;
    if (!samme_alarm_involves(row, node->setup.branch))
        return samme_refuse(call, 403, "other_branches", error,
                            "this branch neither sold nor refunded it");
    if (!samme_alarm_pending(row))
        return samme_refuse(call, 409, "alarm_over", error, "nobody waits for an answer to it");
    if (request->raised != 0 && request->raised != row->raised)
        return samme_refuse(call, 409, "alarm_over", error, "it was raised again since: %u times",
                            row->raised);
    *out = row;
    return SAMME_OK;
}

static samme_status check_request(const Samme__AlarmRequest *request, bool resolves,
                                  samme_error *error) {
    if (request->receipt == NULL)
        return samme_fail(error, SAMME_MALFORMED, "body: receipt is missing");
    if (!resolves &&
        (request->code != SAMME__ALARM_CODE__alarm_code_unset || request->note_hash.len > 0))
        return samme_fail(error, SAMME_MALFORMED, "body: code and noteHash are for /resolve");
    if (resolves && request->code == SAMME__ALARM_CODE__alarm_code_unset)
        return samme_fail(error, SAMME_MALFORMED, "body: code is missing");
    if (request->note_hash.len != 0 && request->note_hash.len != sizeof(samme_hash))
        return samme_fail(error, SAMME_MALFORMED, "body: noteHash: expected 32 bytes");
    return SAMME_OK;
}

static void begin(samme_call *call, bool resolves) {
    samme_node *node = call->node;
    samme_error error = {0};
    const Samme__AlarmRow *row;
    Samme__PersonRow *person;
    Samme__AlarmRequest *request = SAMME_FROM_JSON(AlarmRequest, alarm_request, call->request->body,
                                                   "body", &node->arena, &error);
    samme_status status =
        request == NULL ? SAMME_MALFORMED : samme_pin_left_out(call, request, &request->pin);
    if (status == SAMME_OK && answered_before(call))
        return;
    if (status == SAMME_OK)
        status = check_request(request, resolves, &error);
    if (status == SAMME_OK)
        status = find_alarm(call, request, &row, &error);
    if (status == SAMME_OK)
        status = samme_pin_person(call, request->person, request->pin, &person, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    request->raised = row->raised; /* what is raised while the PIN is checked was not seen */
    samme_pin_prove(call, SAMME_PIN_ALARM, person, request->pin, "", request);
}

void samme_api_alarm_take(samme_call *call) {
    begin(call, false);
}

void samme_api_alarm_resolve(samme_call *call) {
    begin(call, true);
}

static samme_status check_person(samme_call *call, const Samme__AlarmRequest *request,
                                 const Samme__PersonRow *person, samme_error *error) {
    samme_rows rows = samme_layer_rows(&call->node->layer);
    bool refunded = false;
    if (!samme_role_enough(person->role, "supervisor"))
        return samme_refuse(call, 403, "role_too_low", error, "an alarm wants a supervisor");
    if (request->code == SAMME__ALARM_CODE__alarm_code_unset)
        return SAMME_OK;
    samme_status status = samme_alarm_refunded_by(&rows, request->receipt, request->no, 0,
                                                  samme_span_of_bytes(person->subject), &refunded);
    return status == SAMME_OK && refunded
               ? samme_refuse(call, 403, "same_person", error,
                              "who opened or approved a refund of the line does not resolve it")
               : status;
}

static samme_status append(samme_call *call, const samme_pin_waiting *waiting,
                           const Samme__AlarmRequest *request, const Samme__PersonRow *person,
                           uint64_t *out_index, samme_error *error) {
    char till[sizeof waiting->till];
    memcpy(till, waiting->till, sizeof till);
    Samme__AlarmTaken taken = SAMME__ALARM_TAKEN__INIT;
    taken.receipt = request->receipt;
    taken.no = request->no;
    taken.raised = request->raised;
    taken.by = person->subject;
    taken.role = person->role;
    taken.till = till;
    Samme__AlarmResolved resolved = SAMME__ALARM_RESOLVED__INIT;
    resolved.receipt = request->receipt;
    resolved.no = request->no;
    resolved.raised = request->raised;
    resolved.by = person->subject;
    resolved.role = person->role;
    resolved.till = till;
    resolved.code = request->code;
    resolved.note_hash = request->note_hash;
    const bool takes = request->code == SAMME__ALARM_CODE__alarm_code_unset;
    const samme_new_entry entry = {.kind = takes ? SAMME__EVENT_KIND__alarm_taken
                                                 : SAMME__EVENT_KIND__alarm_resolved,
                                   .body = takes ? (const void *)&taken : &resolved,
                                   .key_hash = samme_span_of_hash(&call->key_hash),
                                   .request_hash = samme_span_of_hash(&call->request_hash)};
    return samme_append_once(call, &entry, 1, out_index, error);
}

void samme_alarm_checked(samme_call *call, const samme_pin_waiting *waiting,
                         const samme_pin_done *done) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__PersonRow *person;
    const Samme__AlarmRow *row;
    uint64_t index;
    const Samme__AlarmRequest *request = SAMME_UNPACK(
        AlarmRequest, alarm_request, samme_buffer_span(&waiting->details), &node->arena, &error);
    samme_status status = request == NULL || request->receipt == NULL ? SAMME_CORRUPT : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_pin_judged(call, waiting, done, &person, &error);
    if (status == SAMME_OK)
        status = check_person(call, request, person, &error);
    if (status == SAMME_OK)
        status = find_alarm(call, request, &row, &error);
    if (status == SAMME_OK)
        status = append(call, waiting, request, person, &index, &error);
    if (status == SAMME_OK)
        answer_alarm(call, request->receipt, request->no, index, false);
    else
        samme_problem_of(call, status, &error);
}
