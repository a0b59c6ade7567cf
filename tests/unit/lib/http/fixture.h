/* A server, callers in threads of their own and bare sockets for the tests of lib/http. Everything
 * fails the running test by itself, but in caller threads nothing is asserted. */
#ifndef SAMME_TESTS_HTTP_FIXTURE_H
#define SAMME_TESTS_HTTP_FIXTURE_H

#include <pthread.h>

#include "base/buffer.h"
#include "http/client.h"
#include "http/server.h"

#define BOUND_MS      20000 /* far more than anything takes */
#define ANSWER_MAX    ((size_t)2 * 1024 * 1024)
#define RAW_REPLY_MAX 65536

samme_http_server *open_server(void);
/* The next request, waited for. */
samme_request take(samme_http_server *server);
bool waits(const samme_http_server *server);
void wait_for_request(const samme_http_server *server);
void answer_text(samme_http_server *server, uint64_t id, unsigned status, const char *text);

/* One call in a thread. */
typedef struct caller {
    pthread_t thread;
    samme_http_client *client;
    const char *path;
    const char *key;
    samme_span body;
    samme_status result;
    unsigned status;
    samme_buffer answer;
    samme_error error;
} caller;
void start_call(caller *call, const samme_http_server *server, const char *path, const char *key,
                samme_span body);
void finish_call(caller *call); /* waits for it, keeps the answer */
void forget_call(caller *call);

/* A connection that is written to byte by byte. */
int raw_connect(uint16_t port);
void raw_send(int fd, const char *text);
/* Reads until the peer closes or `until` has come `times` times. Gives a string. */
void raw_read(int fd, const char *until, int times, char out[static RAW_REPLY_MAX]);
/* Sends, reads until `until` has come or the server hangs up. Gives the status, 0 for none. */
int raw_exchange(uint16_t port, const char *text, const char *until,
                 char out[static RAW_REPLY_MAX]);

#endif
