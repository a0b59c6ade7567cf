#include "http/exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "http/headers.h"
#include "http/listen.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

typedef struct problem {
    unsigned status;
    const char *title;
    const char *detail;
} problem;

static const problem problems[] = {
    {MHD_HTTP_BAD_REQUEST, "Bad Request",
     "The path or a header is malformed, too long or there twice."},
    {MHD_HTTP_METHOD_NOT_ALLOWED, "Method Not Allowed", "Only GET and POST are served."},
    {MHD_HTTP_CONTENT_TOO_LARGE, "Content Too Large", "The body is over the limit."},
    {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type",
     "A body is application/json, or its Content-Type is not stated."},
    {MHD_HTTP_MISDIRECTED_REQUEST, "Misdirected Request",
     "The Host header does not name this machine."},
    {MHD_HTTP_SERVICE_UNAVAILABLE, "Service Unavailable",
     "Busy or stopping: repeat with the same Idempotency-Key."},
};

static int64_t now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

samme_exchange *samme_exchange_new(struct MHD_Connection *connection, const char *uri) {
    size_t length = strlen(uri);
    samme_exchange *exchange = calloc(1, sizeof *exchange + 2 * (length + 1));
    if (exchange == NULL)
        return NULL;
    exchange->connection = connection;
    exchange->began_at = now_seconds();
    samme_buffer_init(&exchange->body, SAMME_REQUEST_MAX_BYTES);
    memcpy(exchange->uri, uri, length + 1);
    exchange->path = exchange->uri + length + 1;
    char *mark = strchr(exchange->uri, '?');
    exchange->query = mark != NULL ? mark + 1 : "";
    return exchange;
}

void samme_exchange_free(samme_exchange *exchange) {
    if (exchange == NULL)
        return;
    samme_buffer_free(&exchange->body);
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    free(exchange);
}

/* An encoded 0 byte would cut the decoded path short of what was asked for. */
static bool take_path(samme_exchange *exchange, const char *path) {
    size_t raw_length = strcspn(exchange->uri, "?");
    const char *zero = strstr(exchange->uri, "%00");
    if (path[0] != '/' || strlen(path) > raw_length ||
        (zero != NULL && (size_t)(zero - exchange->uri) < raw_length))
        return false;
    memcpy(exchange->path, path, strlen(path) + 1);
    return true;
}

/* What the client says it will send; libmicrohttpd has refused what is no number. */
static uint64_t announced_bytes(const char *text) {
    uint64_t bytes = 0;
    if (text != NULL && samme_u64_parse(samme_span_of_text(text), &bytes) != SAMME_OK)
        return UINT64_MAX;
    return bytes;
}

bool samme_exchange_begin(samme_exchange *exchange, const char *method, const char *path,
                          bool local_only) {
    exchange->begun = true;
    exchange->method = strcmp(method, MHD_HTTP_METHOD_GET) == 0    ? SAMME_GET
                       : strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? SAMME_POST
                                                                   : SAMME_OTHER_METHOD;
    samme_headers headers;
    samme_headers_read(exchange->connection, &headers);
    uint64_t announced = announced_bytes(headers.content_length);
    if (local_only && headers.host != NULL && !samme_http_host_is_local(headers.host))
        exchange->refusal = MHD_HTTP_MISDIRECTED_REQUEST;
    else if (exchange->method == SAMME_OTHER_METHOD)
        exchange->refusal = MHD_HTTP_METHOD_NOT_ALLOWED;
    else if (headers.doubled || !take_path(exchange, path) ||
             !samme_headers_idempotency_key(&headers, exchange->idempotency_key) ||
             !samme_headers_token(&headers, exchange->token))
        exchange->refusal = MHD_HTTP_BAD_REQUEST;
    else if (exchange->method == SAMME_POST && !samme_headers_json(&headers))
        exchange->refusal = MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
    else if (announced > SAMME_REQUEST_MAX_BYTES)
        exchange->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
    return exchange->refusal == 0 || announced <= SAMME_HTTP_DRAIN_MAX_BYTES;
}

bool samme_exchange_collect(samme_exchange *exchange, const char *data, size_t length) {
    exchange->arrived += length;
    if (exchange->arrived > SAMME_HTTP_DRAIN_MAX_BYTES ||
        now_seconds() - exchange->began_at > SAMME_HTTP_REQUEST_SECONDS)
        return false;
    if (exchange->refusal != 0)
        return true;
    samme_buffer_append(&exchange->body, SAMME_SPAN(data, length));
    samme_status status = samme_buffer_status(&exchange->body);
    if (status != SAMME_OK)
        exchange->refusal =
            status == SAMME_TOO_LARGE ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_SERVICE_UNAVAILABLE;
    return true;
}

samme_request samme_exchange_request(const samme_exchange *exchange, uint64_t id) {
    return (samme_request){
        .id = id,
        .method = exchange->method,
        .path = samme_span_of_text(exchange->path),
        .query = samme_span_of_text(exchange->query),
        .idempotency_key = samme_span_of_text(exchange->idempotency_key),
        .token = samme_span_of_text(exchange->token),
        .body = samme_buffer_span(&exchange->body),
    };
}

static struct MHD_Response *new_response(const char *content_type, samme_span body) {
    /* It is copied; only the declaration asks for memory that may be written. */
    union {
        const void *read;
        void *written;
    } bytes = {.read = body.length > 0 ? (const void *)body.data : ""};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.length, bytes.written, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return NULL;
    if ((content_type == NULL || MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                                                         content_type) == MHD_YES) &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") == MHD_YES &&
        MHD_add_response_header(response, "X-Content-Type-Options", "nosniff") == MHD_YES)
        return response;
    MHD_destroy_response(response);
    return NULL;
}

void samme_exchange_answer(samme_exchange *exchange, const samme_response *response) {
    exchange->response = new_response(response->content_type, response->body);
    exchange->status = response->status;
    if (exchange->response != NULL && response->status == MHD_HTTP_UNAUTHORIZED)
        (void)MHD_add_response_header(exchange->response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                      "Bearer");
    if (exchange->response == NULL)
        exchange->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
}

static struct MHD_Response *new_refusal(unsigned status) {
    const problem *about = &problems[0];
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
        if (problems[i].status == status)
            about = &problems[i];
    char body[256];
    int length =
        snprintf(body, sizeof body,
                 "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%u,\"detail\":\"%s\"}\n",
                 about->title, status, about->detail);
    struct MHD_Response *response =
        new_response("application/problem+json", SAMME_SPAN(body, (size_t)length));
    if (response != NULL && status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
    if (response != NULL && status == MHD_HTTP_SERVICE_UNAVAILABLE)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
    return response;
}

enum MHD_Result samme_exchange_send(samme_exchange *exchange) {
    if (exchange->response == NULL) {
        exchange->status = exchange->refusal;
        exchange->response = new_refusal(exchange->refusal);
    }
    if (exchange->response == NULL)
        return MHD_NO;
    return MHD_queue_response(exchange->connection, exchange->status, exchange->response);
}
