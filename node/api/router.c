/* Paths and methods to handlers; what every POST needs is checked here once. */
#include "crypto/hash.h"
#include "node/api/routes.h"

/* The key's hash is what the log keeps; the request's says whether the key is used for something
 * else. */
static bool take_key(samme_call *call) {
    samme_span key = call->request->idempotency_key;
    if (key.length == 0) {
        samme_problem(call, 400, "missing_idempotency_key",
                      "every POST carries an Idempotency-Key header, so that it can be repeated");
        return false;
    }
    call->key_hash = samme_sha256(key);
    samme_span path = call->request->path;
    if (call->request->query.length > 0) { /* it says what is asked for as much as the body */
        samme_hash both = samme_sha256_of(path, SAMME_LITERAL("?"), call->request->query);
        path = samme_arena_copy(&call->node->arena, samme_span_of_hash(&both));
    }
    call->request_hash = samme_request_hash(call, path, call->request->body);
    return true;
}

static void run(samme_call *call, const samme_route *route, bool busy) {
    samme_node *node = call->node;
    call->tells_of_access = route->kind == SAMME_ROUTE_MANAGES && node->access.present;
    if (!samme_authenticate(call, route->kind == SAMME_ROUTE_MANAGES))
        return;
    const bool always = route->handle == samme_api_live || route->handle == samme_api_metrics;
    if (node->stopping && !always)
        samme_problem(call, 503, "stopping", "this node is about to end; repeat later");
    else if (node->warming && !always)
        samme_problem(call, 503, "starting", "what is held is being folded; repeat shortly");
    else if (node->recovery.active && !always && route->handle != samme_api_status)
        samme_problem(call, 503, "recovering", "%s", node->recovery.text);
    else if (route->kind != SAMME_ROUTE_READS && (busy || samme_outbox_busy(&node->outbox)))
        samme_problem(call, 503, "busy", "too much is waiting for the disk; repeat shortly");
    else if (!samme_query_good(call))
        samme_problem(call, 400, "bad_query", "the query is not UTF-8, encoded with %%XX");
    else if (route->kind != SAMME_ROUTE_WRITES || take_key(call))
        route->handle(call);
}

void samme_api_handle(samme_node *node, const samme_request *request, bool busy) {
    samme_call call = {.node = node, .request = request};
    bool known_path;
    const samme_route *route =
        samme_route_find(request->method, request->path, &call.tail, &known_path);
    if (route != NULL) {
        run(&call, route, busy);
        return;
    }
    if (!samme_authenticate(&call, false))
        return;
    if (known_path)
        samme_problem(&call, 405, "method", "this path does not take that method");
    else
        samme_problem(&call, 404, "no_such_path", "there is nothing at %.*s",
                      (int)(request->path.length < 100 ? request->path.length : 100),
                      (const char *)request->path.data);
}
