#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

static samme_http_client *new_client(uint16_t port) {
    char url[64];
    samme_http_client *client = NULL;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", port);
    cr_assert_eq(samme_http_client_new(url, &client, NULL), SAMME_OK);
    return client;
}

Test(http_client, refuses_what_is_no_base_url) {
    const char *bad[] = {"", "127.0.0.1:80", "ftp://h", "file:///etc/passwd", "http://h/"};
    samme_http_client *client = NULL;
    samme_error error = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(samme_http_client_new(bad[i], &client, &error), SAMME_MALFORMED, "%s", bad[i]);
        cr_assert_not_null(strstr(error.text, "http://"), "%s", error.text);
    }
    cr_assert_null(client);
    samme_http_client_free(NULL);
}

Test(http_client, says_when_nobody_answers) {
    samme_http_server *server = open_server();
    uint16_t port = samme_http_port(server);
    samme_http_close(server);
    samme_http_client *client = new_client(port);
    samme_buffer answer;
    samme_buffer_init(&answer, 100);
    samme_buffer_append_text(&answer, "old");
    unsigned status = 77;
    samme_error error = {0};
    cr_assert_eq(samme_http_call(client, "/x", NULL, SAMME_SPAN(NULL, 0), &status, &answer, &error),
                 SAMME_IO);
    cr_assert_not_null(strstr(error.text, "/x"), "%s", error.text);
    cr_assert_eq(status, 77);
    cr_assert_eq(answer.length, 0);
    samme_buffer_free(&answer);
    samme_http_client_free(client);
}

Test(http_client, refuses_keys_that_would_be_headers) {
    samme_http_client *client = new_client(9);
    samme_buffer answer;
    samme_buffer_init(&answer, 100);
    unsigned status;
    char long_key[300];
    memset(long_key, 'k', sizeof long_key);
    long_key[201] = 0;
    cr_assert_eq(
        samme_http_call(client, "/", "a\r\nX: y", SAMME_LITERAL("{}"), &status, &answer, NULL),
        SAMME_MALFORMED);
    cr_assert_eq(
        samme_http_call(client, "/", long_key, SAMME_LITERAL("{}"), &status, &answer, NULL),
        SAMME_TOO_LARGE);
    samme_buffer_free(&answer);
    samme_http_client_free(client);
}

/* One connection that is answered with `reply` once its headers are there, as often as they come.
 */
typedef struct fake_server {
    int listener;
    uint16_t port;
    pthread_t thread;
    const char *reply;
    int rounds;
    char heard[RAW_REPLY_MAX];
} fake_server;

static void *serve(void *context) {
    fake_server *self = context;
    int fd = accept(self->listener, NULL, NULL);
    for (int i = 1; i <= self->rounds && fd >= 0; i++) {
        raw_read(fd, "\r\n\r\n", 1, self->heard);
        raw_send(fd, self->reply);
    }
    shutdown(fd, SHUT_WR);
    char rest[RAW_REPLY_MAX];
    while (fd >= 0 && recv(fd, rest, sizeof rest, 0) > 0)
        ;
    close(fd);
    return NULL;
}

static void start_fake(fake_server *fake, const char *reply, int rounds) {
    *fake = (fake_server){.reply = reply, .rounds = rounds};
    fake->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    cr_assert_eq(bind(fake->listener, (struct sockaddr *)&address, length), 0);
    cr_assert_eq(listen(fake->listener, 1), 0);
    cr_assert_eq(getsockname(fake->listener, (struct sockaddr *)&address, &length), 0);
    fake->port = ntohs(address.sin_port);
    cr_assert_eq(pthread_create(&fake->thread, NULL, serve, fake), 0);
}

static void stop_fake(fake_server *fake) {
    pthread_join(fake->thread, NULL);
    close(fake->listener);
}

Test(http_client, keeps_its_connection_and_goes_through_no_proxy) {
    setenv("http_proxy", "http://127.0.0.1:9", 1);
    setenv("all_proxy", "http://127.0.0.1:9", 1);
    fake_server fake;
    start_fake(&fake, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 3);
    samme_http_client *client = new_client(fake.port);
    samme_buffer answer;
    samme_buffer_init(&answer, 100);
    for (int i = 0; i < 3; i++) { /* the fake takes one connection only */
        unsigned status = 0;
        samme_error error = {0};
        samme_status called =
            samme_http_call(client, "/again", NULL, SAMME_SPAN(NULL, 0), &status, &answer, &error);
        cr_assert_eq(called, SAMME_OK, "%s", error.text);
        cr_assert_eq(status, 200);
        cr_assert_str_eq(samme_buffer_text(&answer), "ok");
    }
    samme_buffer_free(&answer);
    samme_http_client_free(client);
    stop_fake(&fake);
}

Test(http_client, sends_the_body_without_waiting_for_a_100) {
    fake_server fake;
    start_fake(&fake, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
    samme_http_client *client = new_client(fake.port);
    samme_buffer answer;
    samme_buffer_init(&answer, 100);
    enum { SIZE = 3 * 1024 * 1024 };
    uint8_t *body = calloc(1, SIZE);
    unsigned status = 0;
    samme_status called =
        samme_http_call(client, "/p", "key", SAMME_SPAN(body, SIZE), &status, &answer, NULL);
    cr_assert(called == SAMME_OK || called == SAMME_IO); /* the fake hangs up early */
    samme_http_client_free(client);
    stop_fake(&fake);
    cr_assert_not_null(strstr(fake.heard, "POST /p HTTP/1.1\r\n"), "%s", fake.heard);
    cr_assert_not_null(strstr(fake.heard, "Idempotency-Key: key\r\n"), "%s", fake.heard);
    cr_assert_not_null(strstr(fake.heard, "Content-Type: application/json\r\n"), "%s", fake.heard);
    cr_assert_null(strstr(fake.heard, "Expect"), "%s", fake.heard);
    free(body);
    samme_buffer_free(&answer);
}

Test(http_client, posts_an_empty_body) {
    samme_http_server *server = open_server();
    caller call;
    start_call(&call, server, "/", NULL, SAMME_LITERAL(""));
    samme_request request = take(server);
    cr_assert_eq(request.method, SAMME_POST);
    cr_assert_eq(request.body.length, 0);
    answer_text(server, request.id, 200, "");
    finish_call(&call);
    cr_assert_eq(call.result, SAMME_OK);
    forget_call(&call);
    samme_http_close(server);
}

Test(http_client, refuses_an_answer_over_the_buffers_maximum) {
    for (int over = 0; over < 2; over++) {
        fake_server fake;
        start_fake(&fake,
                   over ? "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901"
                        : "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890",
                   1);
        samme_http_client *client = new_client(fake.port);
        samme_buffer answer;
        samme_buffer_init(&answer, 10);
        unsigned status = 0;
        samme_error error = {0};
        samme_status called =
            samme_http_call(client, "/", NULL, SAMME_SPAN(NULL, 0), &status, &answer, &error);
        cr_assert_eq(called, over ? SAMME_TOO_LARGE : SAMME_OK, "%s", error.text);
        cr_assert_eq(answer.length, over ? 0 : 10);
        samme_buffer_free(&answer);
        samme_http_client_free(client);
        stop_fake(&fake);
    }
}

Test(http_client, says_when_an_answer_breaks_off) {
    fake_server fake;
    start_fake(&fake, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", 1);
    samme_http_client *client = new_client(fake.port);
    samme_buffer answer;
    samme_buffer_init(&answer, 1000);
    unsigned status = 0;
    cr_assert_eq(samme_http_call(client, "/", NULL, SAMME_SPAN(NULL, 0), &status, &answer, NULL),
                 SAMME_IO);
    cr_assert_eq(answer.length, 0);
    samme_buffer_free(&answer);
    samme_http_client_free(client);
    stop_fake(&fake);
}
