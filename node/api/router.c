/* Paths and methods to handlers; what every POST needs is checked here once. */
#include "crypto/hash.h"
#include "node/api/api.h"

typedef struct api_route {
    samme_method method;
    const char *before, *after; /* path = before, or before + one segment + after */
    void (*handle)(samme_call *call);
    bool writes;
} api_route;

static const api_route routes[] = {
    {SAMME_GET, "/livez", NULL, samme_api_live, false},
    {SAMME_GET, "/readyz", NULL, samme_api_ready, false},
    {SAMME_GET, "/v1/status", NULL, samme_api_status, false},
    {SAMME_POST, "/v1/sales", NULL, samme_api_sale, true},
    {SAMME_POST, "/v1/sales:batch", NULL, samme_api_sale_batch, true},
    {SAMME_GET, "/v1/receipts", NULL, samme_api_receipts, false},
    {SAMME_POST, "/v1/returns", NULL, samme_api_return_open, true},
    {SAMME_GET, "/v1/returns/", "", samme_api_return_get, false},
    {SAMME_POST, "/v1/returns/", "/decide", samme_api_return_decide, true},
    {SAMME_POST, "/v1/returns/", "/complete", samme_api_return_complete, true},
};

static bool matches(const api_route *route, samme_span path, samme_span *out_segment) {
    samme_span before = samme_span_of_text(route->before);
    if (route->after == NULL)
        return samme_span_equal(path, before);
    samme_span after = samme_span_of_text(route->after);
    if (path.length <= before.length + after.length ||
        memcmp(path.data, before.data, before.length) != 0 ||
        memcmp(path.data + path.length - after.length, after.data, after.length) != 0)
        return false;
    *out_segment =
        SAMME_SPAN(path.data + before.length, path.length - before.length - after.length);
    return memchr(out_segment->data, '/', out_segment->length) == NULL;
}

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
    call->request_hash =
        samme_sha256_of(call->request->path, SAMME_LITERAL("\n"), call->request->body);
    return true;
}

void samme_api_handle(samme_node *node, const samme_request *request, bool busy) {
    samme_call call = {.node = node, .request = request};
    bool known_path = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (!matches(&routes[i], request->path, &call.tail))
            continue;
        known_path = true;
        if (routes[i].method != request->method)
            continue;
        if (node->warming && routes[i].handle != samme_api_live)
            samme_problem(&call, 503, "starting", "what is held is being folded; repeat shortly");
        else if (routes[i].writes && (busy || samme_outbox_busy(&node->outbox)))
            samme_problem(&call, 503, "busy", "too much is waiting for the disk; repeat shortly");
        else if (!routes[i].writes || take_key(&call))
            routes[i].handle(&call);
        return;
    }
    if (known_path)
        samme_problem(&call, 405, "method", "this path does not take that method");
    else
        samme_problem(&call, 404, "no_such_path", "there is nothing at %.*s",
                      (int)(request->path.length < 100 ? request->path.length : 100),
                      (const char *)request->path.data);
}
