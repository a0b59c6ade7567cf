/* Answers and problems. Each says how fresh this branch is. */
#include <stdarg.h>
#include <stdio.h>

#include "base/calendar.h"
#include "node/api/api.h"

Samme__Mode samme_node_mode(samme_node *node) {
    int64_t now = samme_node_time(node);
    if (node->policy == NULL || node->hub_heard_ms == 0)
        return SAMME__MODE__conservative;
    const Samme__Freshness *freshness = samme_policy_chain(node->policy)->freshness;
    int64_t hours = (now - node->hub_heard_ms) / 3600000;
    if (freshness != NULL && freshness->conservative_after_hours > 0 &&
        hours >= freshness->conservative_after_hours)
        return SAMME__MODE__conservative;
    bool old = freshness != NULL && freshness->cautious_after_hours > 0 &&
               hours >= freshness->cautious_after_hours;
    bool expired = true; /* also when it cannot be read, as when the store has failed */
    if (node->views.open && samme_replay_release_expired(&node->follow.replay, node->release, now,
                                                         &expired) != SAMME_OK)
        expired = true;
    return old || expired || node->clock_behind ? SAMME__MODE__cautious : SAMME__MODE__normal;
}

void samme_api_fresh(samme_node *node, Samme__Fresh *out, char time_text[static 32]) {
    int64_t now = samme_node_time(node);
    samme__fresh__init(out);
    samme_time_format(now, time_text);
    out->time = time_text;
    out->mode = samme_node_mode(node);
    out->has_release_case = SAMME__FRESH__HAS_RELEASE_RELEASE;
    out->release = node->release;
    out->has_release_age_s_case = SAMME__FRESH__HAS_RELEASE_AGE_S_RELEASE_AGE_S;
    out->release_age_s = node->release == 0 ? 0 : (now - node->release_taken_ms) / 1000;
    out->has_hub_heard_s_case = SAMME__FRESH__HAS_HUB_HEARD_S_HUB_HEARD_S;
    out->hub_heard_s = node->hub_heard_ms == 0 ? -1 : (now - node->hub_heard_ms) / 1000;
}

/* Queues the answer whose body this is, and frees the body. */
static void queue(samme_call *call, unsigned status, samme_buffer *body) {
    samme_node *node = call->node;
    if (samme_buffer_status(body) != SAMME_OK) {
        samme_buffer_clear(body);
        status = 500;
        samme_api_problem(node, status, "answer_too_large", "the answer is larger than one may be",
                          body);
    }
    samme_span text = samme_buffer_span(body);
    samme_outbox *outbox = call->tells_of_access ? &node->access.outbox : &node->outbox;
    if (samme_outbox_add(outbox, call->request->id, status, text) != SAMME_OK) {
        /* no room to remember an answer until its commit: nothing is promised then */
        samme_buffer_clear(body);
        samme_api_problem(node, 503, "busy", "too many answers wait for the disk; repeat shortly",
                          body);
        samme_response shed = {.status = 503,
                               .content_type = "application/problem+json",
                               .body = samme_buffer_span(body)};
        samme_node_say(node, call->request->id, &shed);
    }
    samme_buffer_free(body);
}

void samme_answer_with_json(samme_call *call, samme_buffer *body) {
    queue(call, 200, body);
}

void samme_answer(samme_call *call, unsigned status, Samme__ApiAnswer *answer) {
    char time_text[32];
    Samme__Fresh fresh;
    samme_api_fresh(call->node, &fresh, time_text);
    answer->fresh = &fresh;
    samme_buffer body;
    samme_buffer_init(&body, SAMME_MESSAGE_MAX_BYTES);
    samme_to_json(answer, &body);
    samme_buffer_u8(&body, '\n');
    queue(call, status, &body);
}

void samme_api_problem(samme_node *node, unsigned status, const char *word, const char *detail,
                       samme_buffer *out) {
    char time_text[32], type[100], title[60], text[500];
    snprintf(type, sizeof type, "https://samme.example/problems/%s", word);
    snprintf(text, sizeof text, "%s", detail);
    snprintf(title, sizeof title, "%s", word);
    for (char *c = title; *c != 0; c++)
        if (*c == '_')
            *c = ' ';
    Samme__Fresh fresh;
    samme_api_fresh(node, &fresh, time_text);
    Samme__Problem problem = SAMME__PROBLEM__INIT;
    problem.type = type;
    problem.title = title;
    problem.status = status;
    problem.detail = text;
    problem.fresh = &fresh;
    samme_to_json(&problem, out);
    samme_buffer_u8(out, '\n');
}

void samme_problem(samme_call *call, unsigned status, const char *word, const char *format, ...) {
    char detail[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    samme_buffer body;
    samme_buffer_init(&body, 8192);
    samme_api_problem(call->node, status, word, detail, &body);
    queue(call, status, &body);
}

samme_status samme_refuse(samme_call *call, unsigned status, const char *word, samme_error *error,
                          const char *format, ...) {
    char text[sizeof error->text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    call->refused = status;
    call->refused_word = word;
    return samme_fail(error, SAMME_DENIED, "%s", text);
}

void samme_problem_of(samme_call *call, samme_status status, const samme_error *error) {
    const char *text = error->text[0] != 0 ? error->text : samme_status_name(status);
    if (status == SAMME_DENIED && call->refused != 0)
        samme_problem(call, call->refused, call->refused_word, "%s", text);
    else if (status == SAMME_MALFORMED)
        samme_problem(call, 422, "malformed", "%s", text);
    else if (status == SAMME_CONFLICT)
        samme_problem(call, 409, "conflict", "%s", text);
    else if (status == SAMME_NOT_FOUND)
        samme_problem(call, 404, "not_found", "%s", text);
    else if (status == SAMME_TOO_LARGE)
        samme_problem(call, 413, "too_large", "%s", text);
    else if (status == SAMME_DENIED)
        samme_problem(call, 503, "read_only", "%s", text);
    else
        samme_problem(call, 503, "busy", "%s", text);
}
