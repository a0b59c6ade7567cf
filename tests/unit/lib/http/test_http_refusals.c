#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

/* The request must be refused with this status, as a problem, without being handed on. */
static void check_refused(samme_http_server *server, int status, const char *text) {
    char reply[RAW_REPLY_MAX], member[32];
    int got = raw_exchange(samme_http_port(server), text, "}\n", reply);
    cr_assert_eq(got, status, "%.80s: %d instead of %d:\n%s", text, got, status, reply);
    snprintf(member, sizeof member, "\"status\":%d", status);
    cr_assert_not_null(strstr(reply, "Content-Type: application/problem+json"), "%s", reply);
    cr_assert_not_null(strstr(reply, member), "%s", reply);
    cr_assert_not(waits(server), "%.80s was handed on", text);
}

/* The request must be handed on. */
static void check_accepted(samme_http_server *server, const char *text) {
    char reply[RAW_REPLY_MAX];
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, text);
    answer_text(server, take(server).id, 200, "fine.");
    raw_read(fd, "fine.", 1, reply);
    cr_assert_not_null(strstr(reply, " 200 "), "%.80s: %s", text, reply);
    close(fd);
}

/* POST with so many bytes of body, announced or in chunks. */
static char *post_of(size_t length, bool chunked) {
    char *text = malloc(length + 200);
    int head = chunked ? sprintf(text,
                                 "POST /v1/x HTTP/1.1\r\nHost: localhost\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
                                 length)
                       : sprintf(text,
                                 "POST /v1/x HTTP/1.1\r\nHost: localhost\r\n"
                                 "Content-Length: %zu\r\n\r\n",
                                 length);
    memset(text + head, 'x', length);
    strcpy(text + head + length, chunked ? "\r\n0\r\n\r\n" : "");
    return text;
}

Test(http_refusals, body_of_the_maximum_passes_and_one_byte_more_does_not) {
    samme_http_server *server = open_server();
    for (int chunked = 0; chunked < 2; chunked++) {
        char *text = post_of(SAMME_REQUEST_MAX_BYTES, chunked);
        check_accepted(server, text);
        free(text);
        text = post_of(SAMME_REQUEST_MAX_BYTES + 1, chunked);
        check_refused(server, 413, text);
        free(text);
    }
    samme_http_close(server);
}

Test(http_refusals, endless_body_is_not_read_to_its_end) {
    samme_http_server *server = open_server();
    /* announced: refused before it comes */
    check_refused(server, 413,
                  "POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");
    /* not announced: hung up on */
    char *text = post_of((size_t)16 * 1024 * 1024, true), reply[RAW_REPLY_MAX];
    cr_assert_eq(raw_exchange(samme_http_port(server), text, NULL, reply), 0, "%s", reply);
    cr_assert_not(waits(server));
    free(text);
    check_accepted(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    samme_http_close(server);
}

Test(http_refusals, methods_other_than_get_and_post) {
    samme_http_server *server = open_server();
    const char *methods[] = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "POSTED"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n", methods[i]);
        check_refused(server, 405, text);
    }
    char reply[RAW_REPLY_MAX];
    cr_assert_eq(raw_exchange(samme_http_port(server), "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                              "\r\n\r\n", reply),
                 405);
    cr_assert_not_null(strstr(reply, "Allow: GET, POST\r\n"), "%s", reply);
    samme_http_close(server);
}

Test(http_refusals, host_names_of_elsewhere) {
    samme_http_server *server = open_server();
    const char *good[] = {"localhost",   "LocalHost:80",    "127.0.0.1",
                          "127.0.0.1:1", "127.8.9.10:8080", "[::1]:8080"};
    const char *bad[] = {"evil.example",
                         "localhost.evil.example",
                         "127.0.0.1.evil.example",
                         "10.0.0.1",
                         "[::2]",
                         "::1",
                         "localhost:80:80",
                         "localhost:x",
                         "[::1",
                         "[127.0.0.1]",
                         "localhost evil",
                         "2130706433"};
    char text[200];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", good[i]);
        check_accepted(server, text);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
        check_refused(server, 421, text);
    }
    check_accepted(server, "GET / HTTP/1.0\r\n\r\n");
    char reply[RAW_REPLY_MAX];
    cr_assert_eq(raw_exchange(samme_http_port(server), "GET / HTTP/1.1\r\n\r\n", "</html>", reply),
                 400);
    samme_http_close(server);
}

Test(http_refusals, off_the_loopback_only_with_tls) {
    samme_http_server *server = NULL;
    samme_error error = {0};
    cr_assert_eq(samme_http_open("0.0.0.0", 0, NULL, &server, &error), SAMME_DENIED);
    cr_assert_not_null(strstr(error.text, "http.tls_certificate"), "%s", error.text);
    const samme_http_tls nonsense = {.certificate = "no certificate", .key = "no key"};
    cr_assert_eq(samme_http_open("0.0.0.0", 0, &nonsense, &server, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "PEM"), "%s", error.text);
    cr_assert_eq(samme_http_open("127.0.0.1", 0, &nonsense, &server, &error), SAMME_MALFORMED);
}

Test(http_refusals, idempotency_key_over_200_bytes) {
    samme_http_server *server = open_server();
    for (int length = 199; length <= 201; length++) {
        char key[300], text[500];
        memset(key, 'k', sizeof key);
        key[length] = 0;
        snprintf(text, sizeof text,
                 "POST / HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: %s\r\n"
                 "Content-Length: 2\r\n\r\n{}",
                 key);
        if (length <= 200)
            check_accepted(server, text);
        else
            check_refused(server, 400, text);
    }
    samme_http_close(server);
}

Test(http_refusals, paths_that_are_not_what_they_seem) {
    samme_http_server *server = open_server();
    check_refused(server, 400, "GET /v1/x%00/y HTTP/1.1\r\nHost: localhost\r\n\r\n");
    check_refused(server, 400, "GET http://localhost/v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    check_refused(server, 400, "GET v1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    check_accepted(server, "GET /v1/x?a=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    samme_http_close(server);
}

Test(http_refusals, headers_that_do_not_fit) {
    samme_http_server *server = open_server();
    enum { SIZE = 128 * 1024 };
    char *text = malloc(SIZE + 100), reply[RAW_REPLY_MAX];
    int head = sprintf(text, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    memset(text + head, 'x', SIZE);
    strcpy(text + head + SIZE, "\r\n\r\n");
    int status = raw_exchange(samme_http_port(server), text, "</html>", reply);
    cr_assert(status == 0 || status / 100 == 4, "%d", status);
    head = sprintf(text, "GET /");
    memset(text + head, 'x', SIZE);
    strcpy(text + head + SIZE, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    status = raw_exchange(samme_http_port(server), text, "</html>", reply);
    cr_assert(status == 0 || status / 100 == 4, "%d", status);
    cr_assert_not(waits(server));
    free(text);
    check_accepted(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    samme_http_close(server);
}

Test(http_refusals, what_is_not_http_at_all) {
    samme_http_server *server = open_server();
    const char *unanswered[] = {
        "\r\n\r\n\r\n",
        "garbage\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\xfc\x03\x03",
    };
    const char *answered[] = {
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "ffffffffffffffffff\r\n",
    };
    for (size_t i = 0; i < sizeof unanswered / sizeof *unanswered; i++) {
        int fd = raw_connect(samme_http_port(server));
        raw_send(fd, unanswered[i]);
        close(fd);
    }
    for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
        char reply[RAW_REPLY_MAX];
        int status = raw_exchange(samme_http_port(server), answered[i], "</html>", reply);
        cr_assert_geq(status, 400, "garbage %zu: %d", i, status);
        cr_assert_not(waits(server), "garbage %zu was handed on", i);
    }
    check_accepted(server, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    samme_http_close(server);
}
