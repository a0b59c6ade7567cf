/* Who asks, by bearer token; and the tills that have one. */
#include "base/calendar.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "node/api/api.h"

bool samme_tokens_wanted(const samme_node *node) {
    return node->access.present && (node->setup.beyond_loopback || node->access.till_count > 0);
}

static bool is_operator(const samme_node *node, samme_span token) {
    samme_hash hash = samme_sha256(token);
    return samme_secret_equal(samme_span_of_hash(&hash),
                              samme_span_of_hash(&node->setup.operator_token_hash));
}

static bool starts_with(samme_span text, samme_span start) {
    return text.length >= start.length && memcmp(text.data, start.data, start.length) == 0;
}

bool samme_authenticate(samme_call *call, bool operator_only) {
    samme_node *node = call->node;
    samme_span token = call->request->token;
    if (!node->access.present || !starts_with(call->request->path, SAMME_LITERAL("/v1/"))) {
        if (operator_only)
            samme_problem(call, 403, "operator_only", "this node keeps no tills");
        return !operator_only;
    }
    const samme_till_known *till =
        token.length == 0 ? NULL : samme_access_till(&node->access, token);
    if (till != NULL) {
        call->caller = (samme_caller){.kind = SAMME_CALLER_TILL, .till = till->name};
    } else if (token.length > 0 && is_operator(node, token)) {
        call->caller.kind = SAMME_CALLER_OPERATOR;
    } else if (token.length > 0) {
        samme_problem(call, 401, "bad_token", "no till has this token");
        return false;
    } else if (samme_tokens_wanted(node)) {
        samme_problem(call, 401, "no_token", "expected Authorization: Bearer and a till's token");
        return false;
    }
    if (operator_only && call->caller.kind != SAMME_CALLER_OPERATOR) {
        samme_problem(call, 403, "operator_only",
                      "this wants the token in operator.token of the node's data folder");
        return false;
    }
    return true;
}

samme_status samme_own_till(samme_call *call, char **till, samme_error *error) {
    if (call->caller.kind != SAMME_CALLER_TILL)
        return SAMME_OK;
    if ((*till)[0] == 0) {
        *till = samme_arena_text(&call->node->arena, call->caller.till);
        return *till == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    }
    if (strcmp(*till, call->caller.till) == 0)
        return SAMME_OK;
    return samme_refuse(call, 403, "other_till", error,
                        "till %.40s speaks with the token of till %s", *till, call->caller.till);
}

static void describe(const samme_till_known *known, char added[static 32], Samme__TillView *out) {
    samme__till_view__init(out);
    samme_time_format(known->added_ms, added);
    out->name = (char *)(uintptr_t)known->name; /* writing it does not change it */
    out->added = added;
}

/* A token is shown once: who repeats the request is told that the name is taken. */
void samme_api_till_add(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__TillRequest *request = SAMME_FROM_JSON(TillRequest, till_request, call->request->body,
                                                  "body", &node->arena, &error);
    if (request == NULL) {
        samme_problem_of(call, SAMME_MALFORMED, &error);
        return;
    }
    uint8_t random[32];
    node->setup.random.fill(node->setup.random.self, random, sizeof random);
    samme_buffer token;
    samme_buffer_init(&token, SAMME_TILL_TOKEN_BYTES + 1);
    samme_buffer_append_text(&token, "till_");
    samme_hex_append(&token, SAMME_SPAN(random, sizeof random));
    samme_status status = samme_access_add_till(
        &node->access, request->name, samme_buffer_span(&token), samme_node_time(node), &error);
    const samme_till_known *known =
        status == SAMME_OK ? samme_access_till(&node->access, samme_buffer_span(&token)) : NULL;
    if (known == NULL) {
        samme_problem_of(call, status == SAMME_OK ? SAMME_CORRUPT : status, &error);
    } else {
        char added[32];
        Samme__TillView view;
        describe(known, added, &view);
        view.token = (char *)(uintptr_t)samme_buffer_text(&token);
        Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
        answer.what_case = SAMME__API_ANSWER__WHAT_TILL;
        answer.till = &view;
        samme_answer(call, 201, &answer);
    }
    samme_buffer_free(&token);
    samme_wipe(random, sizeof random);
}

void samme_api_till_list(samme_call *call) {
    samme_node *node = call->node;
    size_t count = node->access.till_count;
    Samme__TillView *views = samme_arena_alloc(&node->arena, (count + 1) * sizeof *views);
    Samme__TillView **pointers = samme_arena_alloc(&node->arena, (count + 1) * sizeof *pointers);
    char(*added)[32] = samme_arena_alloc(&node->arena, (count + 1) * sizeof *added);
    samme_error error = {0};
    if (views == NULL || pointers == NULL || added == NULL) {
        samme_problem_of(call, SAMME_NO_MEMORY, &error);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        describe(&node->access.tills[i], added[i], &views[i]);
        pointers[i] = &views[i];
    }
    Samme__TillsView all = SAMME__TILLS_VIEW__INIT;
    all.n_tills = count;
    all.tills = pointers;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_TILLS;
    answer.tills = &all;
    samme_answer(call, 200, &answer);
}

void samme_api_till_remove(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_status status = samme_access_remove_till(&node->access, call->tail, &error);
    if (status == SAMME_OK)
        samme_api_till_list(call);
    else
        samme_problem_of(call, status, &error);
}
