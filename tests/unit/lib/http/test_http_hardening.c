/* What clients may try: headers twice, other kinds of bodies, tokens of other forms, connections
 * that stay. */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"
#include "http/watch.h"

enum { REQUEST_MAX = 2000 };

static void check_refused(samme_http_server *server, int status, const char *text) {
    char reply[RAW_REPLY_MAX], member[32];
    int got = raw_exchange(samme_http_port(server), text, "}\n", reply);
    cr_assert_eq(got, status, "%.300s: %d instead of %d:\n%s", text, got, status, reply);
    snprintf(member, sizeof member, "\"status\":%d", status);
    cr_assert_not_null(strstr(reply, member), "%s", reply);
    cr_assert_not(waits(server), "%.300s was handed on", text);
}

/* It is handed on with this token. */
static void check_accepted(samme_http_server *server, const char *token, const char *text) {
    char reply[RAW_REPLY_MAX];
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, text);
    samme_request request = take(server);
    cr_assert(samme_span_equal(request.token, samme_span_of_text(token)), "%.*s instead of %s",
              (int)request.token.length, (const char *)request.token.data, token);
    answer_text(server, request.id, 200, "fine.");
    raw_read(fd, "fine.", 1, reply);
    cr_assert_not_null(strstr(reply, " 200 "), "%.300s: %s", text, reply);
    close(fd);
}

/* A POST of {} with these header lines. */
static const char *post_with(const char *lines) {
    static char text[2 * REQUEST_MAX];
    snprintf(text, sizeof text, "POST /v1/x HTTP/1.1\r\nHost: localhost\r\n%s\r\n{}", lines);
    return text;
}

Test(http_hardening, headers_that_count_may_come_once) {
    samme_http_server *server = open_server();
    const char *const doubled[] = {
        "Content-Length: 2\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n",
        "Content-Length: 2\r\nIdempotency-Key: a\r\nidempotency-key: a\r\n",
        "Content-Length: 2\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n",
        "Content-Length: 2\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\n",
        "Content-Length: 2\r\nHost: localhost\r\n",
    };
    for (size_t i = 0; i < sizeof doubled / sizeof *doubled; i++)
        check_refused(server, 400, post_with(doubled[i]));
    check_accepted(server, "", post_with("Content-Length: 2\r\nX: 1\r\nX: 2\r\n"));
    samme_http_close(server);
}

/* Two lengths, or a length and chunks: who believes which is how a second request is hidden. */
Test(http_hardening, a_body_has_one_length) {
    samme_http_server *server = open_server();
    const char *const lengths[] = {
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\nContent-Length: 0\r\n",
        "Content-Length: 2, 2\r\n",
    };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char reply[RAW_REPLY_MAX];
        int status =
            raw_exchange(samme_http_port(server), post_with(lengths[i]), "\r\n\r\n", reply);
        cr_assert(status == 0 || status == 400, "%s: %d", lengths[i], status);
        cr_assert_not(waits(server));
    }
    samme_http_close(server);
}

Test(http_hardening, bodies_are_json) {
    samme_http_server *server = open_server();
    const char *const other[] = {"text/plain",
                                 "application/x-www-form-urlencoded",
                                 "multipart/form-data; boundary=x",
                                 "application/jsonp",
                                 "application/json2",
                                 "json",
                                 ""};
    const char *const fine[] = {"application/json", "Application/JSON",
                                "application/json; charset=utf-8", "application/json;x"};
    char lines[200];
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        snprintf(lines, sizeof lines, "Content-Length: 2\r\nContent-Type: %s\r\n", other[i]);
        check_refused(server, 415, post_with(lines));
    }
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        snprintf(lines, sizeof lines, "Content-Length: 2\r\nContent-Type: %s\r\n", fine[i]);
        check_accepted(server, "", post_with(lines));
    }
    check_accepted(server, "",
                   "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n");
    samme_http_close(server);
}

Test(http_hardening, tokens_have_one_form) {
    samme_http_server *server = open_server();
    char lines[REQUEST_MAX], token[300];
    const char *const bad[] = {"Basic dGlsbDp0aWxs", "Bearer", "Bearer ", "Bearer a b",
                               "Bearer a,Bearer b",  "bearer", "Token a", "a"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(lines, sizeof lines, "Content-Length: 2\r\nAuthorization: %s\r\n", bad[i]);
        check_refused(server, 400, post_with(lines));
    }
    check_accepted(server, "abc", post_with("Content-Length: 2\r\nAuthorization: Bearer abc\r\n"));
    check_accepted(server, "abc", post_with("Content-Length: 2\r\nauthorization: bearer  abc\r\n"));
    for (int length = 199; length <= 201; length++) {
        memset(token, 't', sizeof token);
        token[length] = 0;
        snprintf(lines, sizeof lines, "Content-Length: 2\r\nAuthorization: Bearer %s\r\n", token);
        if (length <= 200)
            check_accepted(server, token, post_with(lines));
        else
            check_refused(server, 400, post_with(lines));
    }
    samme_http_close(server);
}

Test(http_hardening, who_is_not_let_in_is_told_how) {
    samme_http_server *server = open_server();
    char reply[RAW_REPLY_MAX];
    int fd = raw_connect(samme_http_port(server));
    raw_send(fd, "GET /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    answer_text(server, take(server).id, 401, "no.");
    raw_read(fd, "no.", 1, reply);
    cr_assert_not_null(strstr(reply, "WWW-Authenticate: Bearer\r\n"), "%s", reply);
    close(fd);
    samme_http_close(server);
}

/* A new client each second until one is served: those whose places are not free yet may first have
 * to be timed out, and a handshake that met a full queue is repeated by its own clock. */
static bool served_in_the_end(samme_http_server *server) {
    for (int i = 0; i < 90; i++) {
        samme_request request;
        int fd = raw_connect(samme_http_port(server));
        raw_send(fd, post_with("Content-Length: 2\r\n"));
        struct pollfd wake = {.fd = samme_http_wake_fd(server), .events = POLLIN};
        bool came = poll(&wake, 1, 1000) == 1 && samme_http_take(server, &request);
        close(fd);
        if (came)
            return true;
    }
    return false;
}

/* All places are taken by clients that say nothing; when they leave the next is served. */
Test(http_hardening, silent_clients_take_every_place_and_no_more) {
    struct rlimit files;
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_cur < 2 * SAMME_HTTP_CONNECTIONS_MAX + 100)
        cr_skip_test("too few open files are allowed here");
    samme_http_server *server = open_server();
    int silent[SAMME_HTTP_CONNECTIONS_MAX + 50];
    size_t count = sizeof silent / sizeof *silent;
    for (size_t i = 0; i < count; i++) {
        silent[i] = raw_connect(samme_http_port(server));
        raw_send(silent[i], "GET /v1/x HTTP/1.1\r\nHost: local");
    }
    cr_assert_not(waits(server));
    for (size_t i = 0; i < count; i++)
        close(silent[i]);
    cr_assert(served_in_the_end(server));
    samme_http_close(server);
}

/* The watch alone, at times of the test's own. */

static bool is_cut(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

Test(http_hardening, a_connection_that_drips_is_cut_after_its_time) {
    static samme_http_watch watch;
    int ends[2];
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    samme_http_watch_init(&watch);
    samme_http_watched *connection = samme_http_watch_add(&watch, ends[0], 1000);
    cr_assert_eq(samme_http_watch_cut(&watch, 1000 + SAMME_HTTP_WATCH_SECONDS), 0);
    cr_assert_not(is_cut(ends[1]));
    samme_http_watch_answering(&watch, connection);
    cr_assert_eq(samme_http_watch_cut(&watch, 5000), 0, "the time it takes is the server's own");
    samme_http_watch_answered(&watch, connection, 5000);
    cr_assert_eq(samme_http_watch_cut(&watch, 5000 + SAMME_HTTP_WATCH_SECONDS), 0);
    cr_assert_eq(samme_http_watch_cut(&watch, 5001 + SAMME_HTTP_WATCH_SECONDS), 1);
    cr_assert(is_cut(ends[1]));
    cr_assert_eq(samme_http_watch_cut(&watch, 5002 + SAMME_HTTP_WATCH_SECONDS), 0, "once");
    samme_http_watch_remove(&watch, connection);
    cr_assert_eq(samme_http_watch_cut(&watch, 9000), 0);
    samme_http_watch_fini(&watch);
    close(ends[0]);
    close(ends[1]);
}

Test(http_hardening, connections_beyond_the_places_are_not_watched) {
    static samme_http_watch watch;
    samme_http_watch_init(&watch);
    for (unsigned i = 0; i < SAMME_HTTP_CONNECTIONS_MAX; i++)
        cr_assert_not_null(samme_http_watch_add(&watch, 1000000 + (int)i, 0));
    cr_assert_null(samme_http_watch_add(&watch, 1, 0));
    samme_http_watch_remove(&watch, NULL);
    samme_http_watch_answering(&watch, NULL);
    samme_http_watch_answered(&watch, NULL, 0);
    samme_http_watch_remove(&watch, &watch.places[7]);
    cr_assert_eq(samme_http_watch_add(&watch, 1, 0), &watch.places[7]);
    samme_http_watch_fini(&watch);
}
