#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

#define PROBE "GET /probe HTTP/1.1\r\nHost: localhost\r\n\r\n"

static bool is(samme_span span, const char *text) {
    return samme_span_equal(span, samme_span_of_text(text));
}

/* The server is alive when it carries a request through. */
static void check_alive(samme_http_server *server) {
    caller call;
    start_call(&call, server, "/alive", NULL, SAMME_SPAN(NULL, 0));
    samme_request request = take(server);
    cr_assert(is(request.path, "/alive"));
    answer_text(server, request.id, 200, "yes");
    finish_call(&call);
    cr_assert_eq(call.result, SAMME_OK, "%s", call.error.text);
    cr_assert_str_eq(samme_buffer_text(&call.answer), "yes");
    forget_call(&call);
}

Test(http_server, hands_on_a_get_with_its_raw_query) {
    samme_http_server *server = open_server();
    cr_assert_not(waits(server));
    caller call;
    start_call(&call, server, "/v1/caf%C3%A9/a%20b?q=a%26b&n=1+2?x", NULL, SAMME_SPAN(NULL, 0));
    samme_request request = take(server);
    cr_assert_eq(request.method, SAMME_GET);
    cr_assert(is(request.path, "/v1/caf\xc3\xa9/a b"));
    cr_assert(is(request.query, "q=a%26b&n=1+2?x"));
    cr_assert_eq(request.body.length, 0);
    cr_assert_eq(request.idempotency_key.length, 0);
    cr_assert_not(waits(server));
    answer_text(server, request.id, 404, "nothing there");
    finish_call(&call);
    cr_assert_eq(call.result, SAMME_OK);
    cr_assert_eq(call.status, 404);
    cr_assert_str_eq(samme_buffer_text(&call.answer), "nothing there");
    forget_call(&call);
    samme_http_close(server);
}

Test(http_server, hands_on_a_post_with_its_key) {
    samme_http_server *server = open_server();
    caller call;
    start_call(&call, server, "/v1/sales", "till-7:00042", SAMME_LITERAL("{\"a\":1}"));
    samme_request request = take(server);
    cr_assert_eq(request.method, SAMME_POST);
    cr_assert(is(request.path, "/v1/sales"));
    cr_assert_eq(request.query.length, 0);
    cr_assert(is(request.idempotency_key, "till-7:00042"));
    cr_assert(is(request.body, "{\"a\":1}"));
    samme_response response = {.status = 201, .content_type = "application/json"};
    samme_http_answer(server, request.id, &response);
    finish_call(&call);
    cr_assert_eq(call.status, 201);
    cr_assert_eq(call.answer.length, 0);
    forget_call(&call);
    samme_http_close(server);
}

Test(http_server, answers_with_headers_that_keep_it_private) {
    samme_http_server *server = open_server();
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, PROBE);
    answer_text(server, take(server).id, 200, "body");
    char reply[RAW_REPLY_MAX];
    raw_read(fd, "body", 1, reply);
    cr_assert_not_null(strstr(reply, "HTTP/1.1 200 OK\r\n"), "%s", reply);
    cr_assert_not_null(strstr(reply, "Content-Type: text/plain\r\n"), "%s", reply);
    cr_assert_not_null(strstr(reply, "Cache-Control: no-store\r\n"), "%s", reply);
    cr_assert_not_null(strstr(reply, "X-Content-Type-Options: nosniff\r\n"), "%s", reply);
    close(fd);
    samme_http_close(server);
}

Test(http_server, keeps_a_connection_and_answers_pipelined_requests_in_order) {
    samme_http_server *server = open_server();
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                 "POST /2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                 "GET /3 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (int i = 1; i <= 3; i++) {
        samme_request request = take(server);
        char path[32], text[32];
        snprintf(path, sizeof path, "/%d", i);
        snprintf(text, sizeof text, "answer %d.", i);
        cr_assert(is(request.path, path));
        cr_assert(is(request.body, i == 2 ? "abc" : ""));
        answer_text(server, request.id, 200, text);
    }
    char reply[RAW_REPLY_MAX];
    raw_read(fd, "answer 3.", 1, reply);
    const char *first = strstr(reply, "answer 1."), *second = strstr(reply, "answer 2.");
    cr_assert(first != NULL && second != NULL && first < second, "%s", reply);
    close(fd);
    samme_http_close(server);
}

enum { CLIENTS = 8, CALLS = 40 };

typedef struct talker {
    pthread_t thread;
    uint16_t port;
    int number;
    int good;
} talker;

static void *talk(void *context) {
    talker *self = context;
    char url[64], body[64], key[64];
    unsigned status = 0;
    samme_http_client *client = NULL;
    samme_buffer answer;
    samme_buffer_init(&answer, 1000);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", self->port);
    if (samme_http_client_new(url, &client, NULL) != SAMME_OK)
        return NULL;
    for (int i = 0; i < CALLS; i++) {
        snprintf(body, sizeof body, "client %d call %d", self->number, i);
        snprintf(key, sizeof key, "%d-%d", self->number, i);
        if (samme_http_call(client, "/echo", key, samme_span_of_text(body), &status, &answer,
                            NULL) == SAMME_OK)
            self->good += status == 200 && strcmp(samme_buffer_text(&answer), body) == 0;
    }
    samme_http_client_free(client);
    samme_buffer_free(&answer);
    return NULL;
}

Test(http_server, gives_each_of_many_clients_its_own_answer) {
    samme_http_server *server = open_server();
    talker talkers[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        talkers[i] = (talker){.port = samme_http_port(server), .number = i};
        cr_assert_eq(pthread_create(&talkers[i].thread, NULL, talk, &talkers[i]), 0);
    }
    for (int i = 0; i < CLIENTS * CALLS; i++) {
        samme_request request = take(server);
        samme_response echo = {.status = 200, .content_type = "text/plain", .body = request.body};
        samme_http_answer(server, request.id, &echo);
    }
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(talkers[i].thread, NULL);
        cr_assert_eq(talkers[i].good, CALLS, "client %d: %d of %d", i, talkers[i].good, CALLS);
    }
    samme_http_close(server);
}

Test(http_server, answers_in_any_order) {
    samme_http_server *server = open_server();
    caller calls[5];
    uint64_t ids[5];
    const char *paths[5] = {"/0", "/1", "/2", "/3", "/4"};
    for (int i = 0; i < 5; i++) {
        start_call(&calls[i], server, paths[i], NULL, SAMME_SPAN(NULL, 0));
        samme_request request = take(server);
        cr_assert(is(request.path, paths[i]));
        ids[i] = request.id;
    }
    for (int i = 5; i-- > 0;)
        answer_text(server, ids[i], 200, paths[i]);
    for (int i = 0; i < 5; i++) {
        finish_call(&calls[i]);
        cr_assert_str_eq(samme_buffer_text(&calls[i].answer), paths[i]);
        forget_call(&calls[i]);
    }
    samme_http_close(server);
}

Test(http_server, ignores_answers_to_nobody) {
    samme_http_server *server = open_server();
    answer_text(server, 0, 200, "x");
    answer_text(server, 12345678, 200, "x");
    caller call;
    start_call(&call, server, "/", NULL, SAMME_SPAN(NULL, 0));
    uint64_t id = take(server).id;
    answer_text(server, id, 200, "first");
    answer_text(server, id, 200, "second");
    finish_call(&call);
    cr_assert_str_eq(samme_buffer_text(&call.answer), "first");
    forget_call(&call);
    for (int i = 0; i < 3; i++) { /* the place is used again, the id is not */
        start_call(&call, server, "/", NULL, SAMME_SPAN(NULL, 0));
        uint64_t next = take(server).id;
        cr_assert_neq(next, id);
        answer_text(server, id, 200, "for somebody before");
        answer_text(server, next, 200, "for you");
        finish_call(&call);
        cr_assert_str_eq(samme_buffer_text(&call.answer), "for you");
        forget_call(&call);
    }
    samme_http_close(server);
}

/* More than the sockets hold, so that most of it is sent after the caller has reused its memory. */
Test(http_server, copies_what_it_answers) {
    samme_http_server *server = open_server();
    enum { SIZE = 32 * 1024 * 1024 };
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, "GET /big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    uint64_t id = take(server).id;
    uint8_t *bytes = malloc(SIZE);
    memset(bytes, 'a', SIZE);
    samme_response response = {
        .status = 200, .content_type = "x/y", .body = SAMME_SPAN(bytes, SIZE)};
    samme_http_answer(server, id, &response);
    memset(bytes, 'b', SIZE);
    size_t arrived = 0;
    bool changed = false;
    for (ssize_t part; (part = recv(fd, bytes, SIZE, 0)) > 0; arrived += (size_t)part)
        changed = changed || memchr(bytes, 'b', (size_t)part) != NULL;
    cr_assert_gt(arrived, SIZE);
    cr_assert_not(changed);
    free(bytes);
    close(fd);
    samme_http_close(server);
}

Test(http_server, says_503_to_the_unanswered_when_it_closes) {
    samme_http_server *server = open_server();
    enum { MANY = 200, TAKEN = 100 };
    int fds[MANY];
    for (int i = 0; i < TAKEN; i++) {
        fds[i] = raw_connect(samme_http_port(server));
        raw_send(fds[i], PROBE);
        take(server);
    }
    for (int i = TAKEN; i < MANY; i++) {
        fds[i] = raw_connect(samme_http_port(server));
        raw_send(fds[i], PROBE);
    }
    caller last;
    start_call(&last, server, "/last", "k", SAMME_LITERAL("{}"));
    for (int i = TAKEN; i < MANY; i++)
        take(server);
    wait_for_request(server); /* one of the last waits, all others are taken */
    samme_http_close(server);
    finish_call(&last);
    cr_assert_eq(last.result, SAMME_OK, "%s", last.error.text);
    cr_assert_eq(last.status, 503);
    forget_call(&last);
    for (int i = 0; i < MANY; i++) {
        char reply[RAW_REPLY_MAX];
        raw_read(fds[i], "}\n", 1, reply);
        cr_assert_not_null(strstr(reply, "HTTP/1.1 503 "), "connection %d: \"%s\"", i, reply);
        cr_assert_not_null(strstr(reply, "\"status\":503"), "connection %d: \"%s\"", i, reply);
        close(fds[i]);
    }
    samme_http_close(NULL);
}

Test(http_server, survives_clients_that_leave) {
    samme_http_server *server = open_server();
    uint16_t port = samme_http_port(server);
    const char *beginnings[] = {
        "", "G", "GET /x HTTP/1.1\r\n", "GET /x HTTP/1.1\r\nHost: local",
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
        int fd = raw_connect(port);
        raw_send(fd, beginnings[i]);
        close(fd);
    }
    for (int i = 0; i < 20; i++) { /* before the answer, politely and with a reset */
        int fd = raw_connect(port);
        raw_send(fd, PROBE);
        samme_request request = take(server);
        const struct linger reset = {.l_onoff = 1, .l_linger = 0};
        if (i % 2 == 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
        answer_text(server, request.id, 200, "too late");
    }
    check_alive(server);
    samme_http_close(server);
}

Test(http_server, says_503_when_its_queue_is_full) {
    samme_http_server *server = open_server();
    int fds[SAMME_HTTP_QUEUE_MAX];
    uint64_t ids[SAMME_HTTP_QUEUE_MAX];
    for (size_t i = 0; i < SAMME_HTTP_QUEUE_MAX; i++) {
        fds[i] = raw_connect(samme_http_port(server));
        raw_send(fds[i], PROBE);
        samme_request request = take(server);
        cr_assert(is(request.path, "/probe"));
        ids[i] = request.id;
    }
    char reply[RAW_REPLY_MAX];
    cr_assert_eq(raw_exchange(samme_http_port(server), PROBE, "}\n", reply), 503, "%s", reply);
    cr_assert_not_null(strstr(reply, "Retry-After: 1\r\n"), "%s", reply);
    cr_assert_not(waits(server));
    for (size_t i = 0; i < SAMME_HTTP_QUEUE_MAX; i++) {
        answer_text(server, ids[i], 200, "done.");
        raw_read(fds[i], "done.", 1, reply);
        cr_assert_not_null(strstr(reply, " 200 "));
        close(fds[i]);
    }
    check_alive(server);
    samme_http_close(server);
}

Test(http_server, says_what_is_wrong_with_an_address) {
    samme_http_server *server = open_server(), *second = NULL;
    samme_error error = {0};
    char port[16];
    snprintf(port, sizeof port, "%u", samme_http_port(server));
    cr_assert_eq(samme_http_open("127.0.0.1", samme_http_port(server), NULL, &second, &error),
                 SAMME_IO);
    cr_assert_not_null(strstr(error.text, port), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "in use"), "%s", error.text);
    cr_assert_eq(samme_http_open("localhost", 0, NULL, &second, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "\"localhost\""), "%s", error.text);
    cr_assert_null(second);
    samme_http_close(server);
}
