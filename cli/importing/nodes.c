#include "cli/importing/nodes.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "wire/mapping.h"

enum { ANSWER_MAX_BYTES = 4 * 1024 * 1024, ANSWER_MEMORY = 16 * 1024 * 1024 };

void samme_import_pause(unsigned ms) {
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

void samme_import_nodes_close(samme_import_nodes *nodes) {
    for (size_t i = 0; i < nodes->count; i++)
        samme_http_client_free(nodes->nodes[i].client);
    samme_buffer_free(&nodes->body);
    samme_arena_free(&nodes->answer);
    nodes->count = 0;
}

/* The node is there but wants us to come again. */
static bool puts_off(unsigned http) {
    return http >= 500 || http == 408 || http == 429;
}

/* What the node says about a refusal; its own words when it is one of ours. */
static void describe(samme_import_nodes *nodes, unsigned http, char *out, size_t size) {
    const Samme__Problem *problem = SAMME_FROM_JSON(
        Problem, problem, samme_buffer_span(&nodes->body), "answer", &nodes->answer, NULL);
    if (problem != NULL && problem->detail[0] != 0)
        snprintf(out, size, "%s", problem->detail);
    else
        snprintf(out, size, "HTTP %u", http);
}

/* One call, repeated until there is an answer that is not "later". */
static samme_status call_patiently(samme_import_nodes *nodes, size_t node, const char *path,
                                   const char *key, samme_span body, unsigned *out_http,
                                   samme_error *error) {
    samme_import_node *to = &nodes->nodes[node];
    const uint64_t waits_ms = (uint64_t)nodes->patience.tries * nodes->patience.pause_ms;
    char last[240] = "";
    for (uint64_t waited_ms = 0;;) {
        samme_error failed = {0};
        samme_status status =
            samme_http_call(to->client, path, key, body, out_http, &nodes->body, &failed);
        if (status != SAMME_OK && status != SAMME_IO)
            return samme_fail(error, status, "%s", failed.text);
        if (status == SAMME_OK && !puts_off(*out_http))
            return SAMME_OK;
        if (status == SAMME_OK)
            describe(nodes, *out_http, last, sizeof last);
        else
            snprintf(last, sizeof last, "%.200s", failed.text);
        samme_arena_reset(&nodes->answer);
        if (waited_ms >= waits_ms)
            return samme_fail(
                error, SAMME_LATER,
                "%.80s gave no answer in %llu s (%s); running the command again goes on", to->url,
                (unsigned long long)(waits_ms / 1000), last);
        unsigned pause_ms =
            status == SAMME_OK ? nodes->patience.pause_ms / 10 + 1 : nodes->patience.pause_ms + 1;
        samme_import_pause(pause_ms);
        waited_ms += pause_ms;
    }
}

samme_status samme_import_call(samme_import_nodes *nodes, size_t node, const char *path,
                               const char *key, samme_span body, samme_import_answer *out,
                               samme_error *error) {
    const char *url = nodes->nodes[node].url;
    *out = (samme_import_answer){.http = 0};
    samme_arena_reset(&nodes->answer);
    samme_status status = call_patiently(nodes, node, path, key, body, &out->http, error);
    if (status != SAMME_OK)
        return status;
    if (out->http >= 200 && out->http < 300) {
        out->answer = SAMME_FROM_JSON(ApiAnswer, api_answer, samme_buffer_span(&nodes->body),
                                      "answer", &nodes->answer, error);
        return out->answer != NULL ? SAMME_OK : samme_fail_in(error, SAMME_MALFORMED, "%s", url);
    }
    describe(nodes, out->http, out->problem, sizeof out->problem);
    if (out->http == 401 || out->http == 403)
        return samme_fail(error, SAMME_DENIED, "%s%s: %s", url, path, out->problem);
    if (out->http == 405 || out->http < 400)
        return samme_fail(error, SAMME_UNSUPPORTED, "%s%s: expected a node, found HTTP %u", url,
                          path, out->http);
    return SAMME_OK;
}

static samme_status ask_who(samme_import_nodes *nodes, size_t node, samme_error *error) {
    samme_import_answer answer;
    samme_status status =
        samme_import_call(nodes, node, "/v1/status", NULL, SAMME_SPAN(NULL, 0), &answer, error);
    if (status != SAMME_OK)
        return status;
    const Samme__NodeStatus *who = NULL;
    if (answer.answer != NULL && answer.answer->what_case == SAMME__API_ANSWER__WHAT_STATUS)
        who = answer.answer->status;
    if (who == NULL || who->branch == 0)
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "%s/v1/status: expected a node that says its branch, found HTTP %u",
                          nodes->nodes[node].url, answer.http);
    nodes->nodes[node].branch = who->branch;
    nodes->nodes[node].own_size = who->own_size;
    return SAMME_OK;
}

static int by_branch(const void *a, const void *b) {
    const samme_import_node *left = a, *right = b;
    return left->branch < right->branch ? -1 : left->branch > right->branch;
}

static samme_status put_in_order(samme_import_nodes *nodes, samme_error *error) {
    qsort(nodes->nodes, nodes->count, sizeof nodes->nodes[0], by_branch);
    for (size_t i = 0; i < nodes->count; i++) {
        nodes->branches[i] = nodes->nodes[i].branch;
        if (i > 0 && nodes->branches[i] == nodes->branches[i - 1])
            return samme_fail(error, SAMME_CONFLICT, "%s and %s are both branch %u: name each once",
                              nodes->nodes[i - 1].url, nodes->nodes[i].url, nodes->branches[i]);
    }
    return SAMME_OK;
}

samme_status samme_import_nodes_open(samme_import_nodes *out, const char *const *urls, size_t count,
                                     samme_patience patience, samme_error *error) {
    *out = (samme_import_nodes){.patience = patience};
    samme_buffer_init(&out->body, ANSWER_MAX_BYTES);
    samme_arena_init(&out->answer, ANSWER_MEMORY);
    samme_status status = SAMME_OK;
    if (count == 0 || count > SAMME_IMPORT_NODES_MAX)
        status = samme_fail(error, SAMME_TOO_LARGE, "expected 1 to %u nodes, found %zu",
                            SAMME_IMPORT_NODES_MAX, count);
    for (size_t i = 0; i < count && status == SAMME_OK; i++) {
        out->nodes[i].url = urls[i];
        status = samme_http_client_new(urls[i], &out->nodes[i].client, error);
        if (status != SAMME_OK)
            break;
        out->count++;
        status = ask_who(out, i, error);
    }
    if (status == SAMME_OK)
        status = put_in_order(out, error);
    if (status != SAMME_OK)
        samme_import_nodes_close(out);
    return status;
}
