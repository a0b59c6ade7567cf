/* People who have a PIN at this node: added, listed, removed, unlocked by the operator. */
#include "base/calendar.h"
#include "node/api/api.h"

/* Views of the rows, in the step's arena. */
static samme_status view_of(samme_node *node, const Samme__PersonRow *row,
                            Samme__PersonView **out) {
    char added[32], until[32] = "";
    Samme__PersonView *view = samme_arena_alloc(&node->arena, sizeof *view);
    if (view == NULL)
        return SAMME_NO_MEMORY;
    samme_time_format(row->added_ms, added);
    if (row->locked_until_ms > samme_node_time(node))
        samme_time_format(row->locked_until_ms, until);
    samme__person_view__init(view);
    view->number = row->number;
    view->name = row->name;
    view->role = row->role;
    view->subject = row->subject;
    view->added = samme_arena_text(&node->arena, added);
    view->locked_until = samme_arena_text(&node->arena, until);
    *out = view;
    return view->added == NULL || view->locked_until == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

static void answer_person(samme_call *call, unsigned status_code, const Samme__PersonRow *row) {
    Samme__PersonView *view;
    samme_error error = {0};
    samme_status status = view_of(call->node, row, &view);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_PERSON;
    answer.person = view;
    samme_answer(call, status_code, &answer);
}

static samme_status count_people(samme_node *node, size_t *out) {
    Samme__PersonRow *row;
    samme_span number = {NULL, 0};
    samme_status status;
    *out = 0;
    while ((status = samme_person_after(&node->access, number, &node->arena, &row)) == SAMME_OK) {
        number = samme_span_of_text(row->number);
        ++*out;
    }
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* The row of a new person but for the verifier. */
static void new_row(samme_node *node, const Samme__PersonRequest *request, uint8_t salt[static 16],
                    uint8_t subject[static 16], Samme__PersonRow *out) {
    samme_random random = node->setup.random;
    samme__person_row__init(out);
    random.fill(random.self, salt, SAMME_PIN_SALT_BYTES);
    random.fill(random.self, subject, 16);
    out->number = request->number;
    out->name = request->name;
    out->role = request->role;
    out->subject =
        request->subject.len > 0 ? request->subject : samme_bytes_of_span(SAMME_SPAN(subject, 16));
    out->salt = samme_bytes_of_span(SAMME_SPAN(salt, SAMME_PIN_SALT_BYTES));
    out->added_ms = samme_node_time(node);
}

void samme_api_person_add(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    size_t count = 0;
    Samme__PersonRow *held, row;
    Samme__PersonRequest *request = SAMME_FROM_JSON(
        PersonRequest, person_request, call->request->body, "body", &node->arena, &error);
    samme_status status = request == NULL ? SAMME_MALFORMED : samme_person_check(request, &error);
    if (status == SAMME_OK)
        status = count_people(node, &count);
    if (status == SAMME_OK && count >= SAMME_PEOPLE_MAX)
        status =
            samme_fail(&error, SAMME_CONFLICT, "a node has at most %u people", SAMME_PEOPLE_MAX);
    if (status == SAMME_OK)
        status = samme_person_get(&node->access, samme_span_of_text(request->number), &node->arena,
                                  &held);
    if (status == SAMME_OK)
        status = samme_fail(&error, SAMME_CONFLICT, "person %s is there already", request->number);
    if (status != SAMME_NOT_FOUND) {
        samme_problem_of(call, status, &error);
        return;
    }
    uint8_t salt[SAMME_PIN_SALT_BYTES], subject[16];
    new_row(node, request, salt, subject, &row);
    (void)samme_pin_begin(call, SAMME_PIN_NEW, &row, request->pin, NULL, &row);
    samme_wipe(request->pin, strlen(request->pin));
}

void samme_person_made(samme_call *call, const samme_pin_waiting *waiting,
                       const samme_pin_done *done) {
    samme_node *node = call->node;
    samme_error error = {0};
    call->tells_of_access = true;
    Samme__PersonRow *row = SAMME_UNPACK(
        PersonRow, person_row, samme_buffer_span(&waiting->details), &node->arena, &error);
    samme_status status = row == NULL ? SAMME_CORRUPT : SAMME_OK;
    if (status == SAMME_OK) {
        row->verifier = samme_bytes_of_span(SAMME_SPAN(done->verifier, sizeof done->verifier));
        status = samme_person_put(&node->access, row);
    }
    if (status == SAMME_OK)
        answer_person(call, 201, row);
    else
        samme_problem_of(call, status, &error);
}

void samme_api_person_list(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__PersonView **views =
        samme_arena_alloc(&node->arena, SAMME_PEOPLE_MAX * sizeof(Samme__PersonView *));
    samme_status status = views == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    Samme__PersonsView all = SAMME__PERSONS_VIEW__INIT;
    samme_span number = {NULL, 0};
    while (status == SAMME_OK && all.n_persons < SAMME_PEOPLE_MAX) {
        Samme__PersonRow *row;
        status = samme_person_after(&node->access, number, &node->arena, &row);
        if (status == SAMME_OK)
            status = view_of(node, row, &views[all.n_persons]);
        if (status != SAMME_OK)
            break;
        all.n_persons++;
        number = samme_span_of_text(row->number);
    }
    if (status != SAMME_OK && status != SAMME_NOT_FOUND) {
        samme_problem_of(call, status, &error);
        return;
    }
    all.persons = views;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_PERSONS;
    answer.persons = &all;
    samme_answer(call, 200, &answer);
}

void samme_api_person_remove(samme_call *call) {
    samme_error error = {0};
    samme_status status = samme_person_remove(&call->node->access, call->tail);
    if (status == SAMME_NOT_FOUND)
        samme_fail(&error, status, "nobody has that number");
    if (status == SAMME_OK)
        samme_api_person_list(call);
    else
        samme_problem_of(call, status, &error);
}

void samme_api_person_unlock(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__PersonRow *row;
    samme_status status = samme_person_get(&node->access, call->tail, &node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        samme_fail(&error, status, "nobody has that number");
    if (status == SAMME_OK) {
        row->wrong = row->locked_out = 0;
        row->locked_until_ms = 0;
        status = samme_person_put(&node->access, row);
    }
    if (status == SAMME_OK)
        answer_person(call, 200, row);
    else
        samme_problem_of(call, status, &error);
}
