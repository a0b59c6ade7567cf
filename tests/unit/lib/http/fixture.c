#include "fixture.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

samme_http_server *open_server(void) {
    samme_http_server *server = NULL;
    samme_error error = {0};
    samme_status status = samme_http_open("127.0.0.1", 0, NULL, &server, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    return server;
}

static bool readable(int fd, int timeout_ms) {
    struct pollfd item = {.fd = fd, .events = POLLIN};
    return poll(&item, 1, timeout_ms) == 1;
}

bool waits(const samme_http_server *server) {
    return readable(samme_http_wake_fd(server), 0);
}

void wait_for_request(const samme_http_server *server) {
    cr_assert(readable(samme_http_wake_fd(server), BOUND_MS), "no request within %d ms", BOUND_MS);
}

samme_request take(samme_http_server *server) {
    samme_request request = {0};
    wait_for_request(server);
    cr_assert(samme_http_take(server, &request));
    return request;
}

void answer_text(samme_http_server *server, uint64_t id, unsigned status, const char *text) {
    samme_response response = {
        .status = status, .content_type = "text/plain", .body = samme_span_of_text(text)};
    samme_http_answer(server, id, &response);
}

static void *run_call(void *context) {
    caller *call = context;
    call->result = samme_http_call(call->client, call->path, call->key, call->body, &call->status,
                                   &call->answer, &call->error);
    return NULL;
}

void start_call(caller *call, const samme_http_server *server, const char *path, const char *key,
                samme_span body) {
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u", samme_http_port(server));
    *call = (caller){.path = path, .key = key, .body = body};
    samme_buffer_init(&call->answer, ANSWER_MAX);
    cr_assert_eq(samme_http_client_new(url, &call->client, NULL), SAMME_OK);
    cr_assert_eq(pthread_create(&call->thread, NULL, run_call, call), 0);
}

void finish_call(caller *call) {
    pthread_join(call->thread, NULL);
}

void forget_call(caller *call) {
    samme_http_client_free(call->client);
    samme_buffer_free(&call->answer);
}

int raw_connect(uint16_t port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval bound = {.tv_sec = BOUND_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void raw_send(int fd, const char *text) {
    size_t length = strlen(text), sent = 0;
    while (sent < length) {
        ssize_t part = send(fd, text + sent, length - sent, MSG_NOSIGNAL);
        if (part <= 0)
            return; /* the other end hung up */
        sent += (size_t)part;
    }
}

static int count_of(const char *text, const char *what) {
    int count = 0;
    for (const char *at = strstr(text, what); at != NULL; at = strstr(at + strlen(what), what))
        count++;
    return count;
}

void raw_read(int fd, const char *until, int times, char out[static RAW_REPLY_MAX]) {
    size_t length = 0;
    out[0] = 0;
    while (length < RAW_REPLY_MAX - 1 && (until == NULL || count_of(out, until) < times)) {
        ssize_t part = recv(fd, out + length, RAW_REPLY_MAX - 1 - length, 0);
        if (part <= 0)
            return;
        length += (size_t)part;
        out[length] = 0;
    }
}

int raw_exchange(uint16_t port, const char *text, const char *until,
                 char out[static RAW_REPLY_MAX]) {
    int fd = raw_connect(port);
    raw_send(fd, text);
    raw_read(fd, until, 1, out);
    close(fd);
    int status = 0;
    return sscanf(out, "HTTP/1.%*d %d", &status) == 1 ? status : 0;
}
