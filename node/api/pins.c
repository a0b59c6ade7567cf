/* Requests that wait for a PIN: begun in one step, answered in a later one. */
#include "base/calendar.h"
#include "crypto/hash.h"
#include "node/api/api.h"

static samme_pin_waiting *free_place(samme_access *access) {
    for (size_t i = 0; i < SAMME_PINS_WAITING_MAX; i++)
        if (access->waiting[i].job == 0)
            return &access->waiting[i];
    return NULL;
}

static bool waits_already(const samme_access *access, const char *number) {
    for (size_t i = 0; i < SAMME_PINS_WAITING_MAX; i++)
        if (access->waiting[i].job != 0 && strcmp(access->waiting[i].number, number) == 0)
            return true;
    return false;
}

static void set_text(char *out, size_t size, const char *text) {
    size_t length = text == NULL ? 0 : strnlen(text, size - 1);
    if (length > 0)
        memcpy(out, text, length);
    out[length] = 0;
}

static void leave(samme_access *access, samme_pin_waiting *waiting) {
    samme_buffer_free(&waiting->details);
    *waiting = (samme_pin_waiting){0};
    access->waiting_count--;
}

/* Two PINs of one person at a time would be ten tries instead of five. */
bool samme_pin_begin(samme_call *call, samme_pin_purpose purpose, const Samme__PersonRow *person,
                     const char *pin, const char *case_code, const void *details) {
    samme_node *node = call->node;
    samme_access *access = &node->access;
    samme_pin_waiting *waiting = free_place(access);
    if (waits_already(access, person->number)) {
        samme_problem(call, 429, "busy", "a PIN of this person is being checked; repeat shortly");
        return false;
    }
    samme_pin_job job = {.id = access->last_job + 1};
    memcpy(job.salt, person->salt.data, sizeof job.salt);
    set_text(job.pin, sizeof job.pin, pin);
    bool taken = waiting != NULL && node->setup.make_verifier != NULL &&
                 node->setup.make_verifier(node->setup.output, &job);
    samme_wipe(job.pin, sizeof job.pin);
    if (!taken) {
        samme_problem(call, 503, "busy", "too many PINs are being checked; repeat shortly");
        return false;
    }
    access->last_job++;
    access->waiting_count++;
    *waiting = (samme_pin_waiting){.job = job.id,
                                   .request_id = call->request->id,
                                   .purpose = purpose,
                                   .key_hash = call->key_hash,
                                   .request_hash = call->request_hash};
    set_text(waiting->number, sizeof waiting->number, person->number);
    set_text(waiting->till, sizeof waiting->till, call->caller.till);
    set_text(waiting->case_code, sizeof waiting->case_code, case_code);
    samme_buffer_init(&waiting->details, SAMME_REQUEST_MAX_BYTES);
    samme_pack(details, &waiting->details);
    return true;
}

/* The entry keeps the hash of the request: a PIN has so few digits that it must not be in it. */
samme_status samme_pin_left_out(samme_call *call, const void *request, char **pin) {
    char none[1] = "", *kept = *pin;
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_REQUEST_MAX_BYTES);
    *pin = none;
    samme_pack(request, &packed);
    *pin = kept;
    samme_status status = samme_buffer_status(&packed);
    call->request_hash = samme_request_hash(call, call->request->path, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return status;
}

static samme_status find_person(samme_call *call, const char *number, Samme__PersonRow **out,
                                samme_error *error) {
    samme_node *node = call->node;
    samme_status status =
        samme_person_get(&node->access, samme_span_of_text(number), &node->arena, out);
    if (status == SAMME_NOT_FOUND)
        return samme_refuse(call, 403, "bad_pin", error, "no such person, or not this PIN");
    if (status != SAMME_OK)
        return status;
    if ((*out)->locked_until_ms <= samme_node_time(node))
        return SAMME_OK;
    char until[32];
    samme_time_format((*out)->locked_until_ms, until);
    return samme_refuse(call, 403, "locked_out", error,
                        "too many wrong PINs: locked out until %s, or until the operator unlocks",
                        until);
}

samme_status samme_pin_person(samme_call *call, const char *number, const char *pin,
                              Samme__PersonRow **out, samme_error *error) {
    if (number[0] == 0 || pin[0] == 0 || strlen(pin) > SAMME_PIN_MAX_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "body: expected person and pin");
    return find_person(call, number, out, error);
}

void samme_pin_prove(samme_call *call, samme_pin_purpose purpose, const Samme__PersonRow *person,
                     char *pin, const char *case_code, const void *request) {
    char copy[SAMME_PIN_MAX_BYTES + 1];
    set_text(copy, sizeof copy, pin);
    samme_wipe(pin, strlen(pin));
    pin[0] = 0;
    (void)samme_pin_begin(call, purpose, person, copy, case_code, request);
    samme_wipe(copy, sizeof copy);
}

samme_status samme_pin_judged(samme_call *call, const samme_pin_waiting *waiting,
                              const samme_pin_done *done, Samme__PersonRow **out,
                              samme_error *error) {
    samme_node *node = call->node;
    samme_status status = find_person(call, waiting->number, out, error);
    if (status != SAMME_OK)
        return status;
    Samme__PersonRow *person = *out;
    const bool clean = person->wrong == 0 && person->locked_out == 0;
    const bool right = samme_person_judge(person, done->verifier, samme_node_time(node));
    if (!right || !clean)
        status = samme_person_put(&node->access, person);
    if (status != SAMME_OK || right)
        return status;
    call->tells_of_access = true;
    return samme_refuse(call, 403, "bad_pin", error, "no such person, or not this PIN");
}

static void go_on(samme_call *call, const samme_pin_waiting *waiting, const samme_pin_done *done) {
    if (done->failed || samme_buffer_status(&waiting->details) != SAMME_OK)
        samme_problem(call, 503, "busy", "no memory to check a PIN; repeat shortly");
    else if (waiting->purpose == SAMME_PIN_NEW)
        samme_person_made(call, waiting, done);
    else if (waiting->purpose == SAMME_PIN_APPROVES)
        samme_approval_checked(call, waiting, done);
    else
        samme_alarm_checked(call, waiting, done);
}

void samme_api_pin_done(samme_node *node, const samme_pin_done *done) {
    for (size_t i = 0; i < SAMME_PINS_WAITING_MAX; i++) {
        samme_pin_waiting *waiting = &node->access.waiting[i];
        if (waiting->job != done->id || waiting->job == 0)
            continue;
        const samme_request request = {.id = waiting->request_id, .method = SAMME_POST};
        samme_call call = {.node = node,
                           .request = &request,
                           .key_hash = waiting->key_hash,
                           .request_hash = waiting->request_hash};
        go_on(&call, waiting, done);
        leave(&node->access, waiting);
    }
}

void samme_api_pins_refuse(samme_node *node) {
    samme_buffer body;
    samme_buffer_init(&body, 4096);
    for (size_t i = 0; i < SAMME_PINS_WAITING_MAX; i++) {
        samme_pin_waiting *waiting = &node->access.waiting[i];
        if (waiting->job == 0)
            continue;
        samme_buffer_clear(&body);
        samme_api_problem(node, 503, "read_only", node->trouble, &body);
        const samme_response response = {.status = 503,
                                         .content_type = "application/problem+json",
                                         .body = samme_buffer_span(&body)};
        samme_node_say(node, waiting->request_id, &response);
        leave(&node->access, waiting);
    }
    samme_buffer_free(&body);
}
