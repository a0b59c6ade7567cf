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
    return old || node->clock_behind ? SAMME__MODE__cautious : SAMME__MODE__normal;
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

static void queue(samme_call *call, unsigned status, const void *message) {
    samme_buffer body;
    samme_buffer_init(&body, SAMME_MESSAGE_MAX_BYTES);
    samme_to_json(message, &body);
    samme_buffer_u8(&body, '\n');
    samme_span text =
        samme_buffer_status(&body) == SAMME_OK ? samme_buffer_span(&body) : SAMME_LITERAL("{}\n");
    samme_node *node = call->node;
    if (samme_outbox_add(&node->outbox, call->request->id, status, text) != SAMME_OK) {
        /* no room to remember an answer until its commit: nothing is promised then */
        samme_response shed = {.status = 503,
                               .content_type = "application/problem+json",
                               .body = SAMME_LITERAL("{\"status\":503,\"title\":\"busy\"}\n")};
        node->setup.answer(node->setup.output, call->request->id, &shed);
    }
    samme_buffer_free(&body);
}

void samme_answer(samme_call *call, unsigned status, Samme__ApiAnswer *answer) {
    char time_text[32];
    Samme__Fresh fresh;
    samme_api_fresh(call->node, &fresh, time_text);
    answer->fresh = &fresh;
    queue(call, status, answer);
}

void samme_problem(samme_call *call, unsigned status, const char *word, const char *format, ...) {
    char time_text[32], type[100], detail[500];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    snprintf(type, sizeof type, "https://samme.example/problems/%s", word);
    Samme__Fresh fresh;
    samme_api_fresh(call->node, &fresh, time_text);
    Samme__Problem problem = SAMME__PROBLEM__INIT;
    char title[60];
    snprintf(title, sizeof title, "%s", word);
    for (char *c = title; *c != 0; c++)
        if (*c == '_')
            *c = ' ';
    problem.type = type;
    problem.title = title;
    problem.status = status;
    problem.detail = detail;
    problem.fresh = &fresh;
    queue(call, status, &problem);
}

void samme_problem_of(samme_call *call, samme_status status, const samme_error *error) {
    const char *text = error->text[0] != 0 ? error->text : samme_status_name(status);
    if (status == SAMME_MALFORMED)
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
