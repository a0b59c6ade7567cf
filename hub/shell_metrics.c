#include "hub/shell_metrics.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/exposition.h"
#include "base/text.h"
#include "os/files.h"

static bool is_loopback(const char *host) {
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

samme_status samme_metrics_parse(const char *address, char host[static SAMME_METRICS_HOST_BYTES],
                                 uint16_t *out_port) {
    const bool bracketed = address[0] == '[';
    const char *colon = strrchr(address, ':'), *begin = address + bracketed;
    const char *end = colon == NULL ? begin : colon - bracketed;
    if (end <= begin || (size_t)(end - begin) >= SAMME_METRICS_HOST_BYTES ||
        (bracketed && *end != ']'))
        return SAMME_MALFORMED;
    snprintf(host, SAMME_METRICS_HOST_BYTES, "%.*s", (int)(end - begin), begin);
    uint64_t port = 0;
    if (strcmp(colon + 1, "*") != 0 &&
        (samme_u64_parse(samme_span_of_text(colon + 1), &port) != SAMME_OK || port == 0 ||
         port > UINT16_MAX))
        return SAMME_MALFORMED;
    *out_port = (uint16_t)port;
    return is_loopback(host) && (strchr(host, ':') != NULL) == bracketed ? SAMME_OK
                                                                         : SAMME_MALFORMED;
}

samme_status samme_metrics_open(const char *address, const char *data, samme_http_server **out,
                                samme_error *error) {
    char host[SAMME_METRICS_HOST_BYTES], path[1200], text[16];
    uint16_t port;
    *out = NULL;
    if (address[0] == 0)
        return SAMME_OK;
    samme_status status = samme_metrics_parse(address, host, &port);
    if (status != SAMME_OK)
        return samme_fail(error, status, "metrics: expected 127.0.0.1:PORT");
    status = samme_http_open(host, port, NULL, out, error);
    if (status != SAMME_OK)
        return status;
    snprintf(path, sizeof path, "%s/metrics.port", data);
    int length = snprintf(text, sizeof text, "%u\n", samme_http_port(*out));
    return samme_file_write(path, SAMME_SPAN(text, (size_t)length), 0644, error);
}

static bool path_is(const samme_request *request, const char *path) {
    return samme_span_equal(request->path, samme_span_of_text(path));
}

/* Whether a branch that has something to push would be served. */
static const char *not_ready(samme_hub *hub, bool stopping) {
    samme_hub_view view;
    samme_hub_look(hub, &view);
    return view.trouble[0] != 0        ? view.trouble
           : stopping                  ? "the hub is about to end"
           : !view.serves              ? view.waits_for
           : view.roster->version == 0 ? "no roster is in force"
                                       : NULL;
}

static unsigned answer(const samme_request *request, samme_hub *hub, bool stopping,
                       samme_buffer *body) {
    const char *why = NULL;
    if (request->method != SAMME_GET) {
        samme_buffer_append_text(body, "expected GET\n");
        return 405;
    }
    if (path_is(request, "/metrics")) {
        samme_hub_metrics(hub, body);
        if (samme_buffer_status(body) == SAMME_OK)
            return 200;
        samme_buffer_clear(body);
        why = "the figures are too large";
    } else if (path_is(request, "/readyz")) {
        why = not_ready(hub, stopping);
    } else if (!path_is(request, "/livez")) {
        samme_buffer_append_text(body, "expected /livez, /readyz or /metrics\n");
        return 404;
    }
    samme_buffer_printf(body, "%s\n", why == NULL ? "ok" : why);
    return why == NULL ? 200 : 503;
}

void samme_metrics_answer(samme_http_server *server, samme_hub *hub, bool stopping) {
    samme_request request;
    for (unsigned i = 0; i < SAMME_HTTP_QUEUE_MAX && samme_http_take(server, &request); i++) {
        samme_buffer body;
        samme_buffer_init(&body, SAMME_MESSAGE_MAX_BYTES);
        const unsigned status = answer(&request, hub, stopping, &body);
        const samme_response response = {.status = status,
                                         .content_type = SAMME_EXPOSITION_TYPE,
                                         .body = samme_buffer_span(&body)};
        samme_http_answer(server, request.id, &response);
        samme_buffer_free(&body);
    }
}
