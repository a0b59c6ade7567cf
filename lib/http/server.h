/* An HTTP/1.1 server that hands requests to one thread and takes the answers back: libmicrohttpd in
 * front of a bounded queue. Only this folder includes <microhttpd.h>. Requests have a maximum size
 * (413) and number (503), and must not stall or take longer than 30 s (the connection is closed).
 * Only GET and POST are handed on, a POST's body only as JSON (415), headers that matter only once
 * (400); a server on a loopback address serves local Host names only (421). Beyond loopback it
 * speaks TLS 1.2 or 1.3. A connection that has brought no whole request for a minute is closed,
 * however often it sends a byte. */
#ifndef SAMME_HTTP_SERVER_H
#define SAMME_HTTP_SERVER_H

#include "samme/limits.h"
#include "samme/request.h"
#include "samme/status.h"

#define SAMME_HTTP_QUEUE_MAX       256u /* requests waiting or being answered */
#define SAMME_HTTP_CONNECTIONS_MAX 512u
/* Beyond loopback: one machine does not take every place. */
#define SAMME_HTTP_CONNECTIONS_AN_ADDRESS 128u

typedef struct samme_http_server samme_http_server;

/* PEM texts with a zero byte behind them: the server's certificate and those that vouch for it, and
 * its key. */
typedef struct samme_http_tls {
    const char *certificate;
    const char *key;
} samme_http_tls;

/* port 0 takes a free one; tls NULL: none. SAMME_DENIED: an address that other machines reach wants
 * TLS; SAMME_MALFORMED: no numeric address, or certificate and key that do not serve; SAMME_IO. */
samme_status samme_http_open(const char *address, uint16_t port, const samme_http_tls *tls,
                             samme_http_server **out, samme_error *error) SAMME_CHECKED;
/* Whether other machines reach it. */
bool samme_http_beyond_loopback(const samme_http_server *server);
/* Unanswered requests get 503. */
void samme_http_close(samme_http_server *server);
uint16_t samme_http_port(const samme_http_server *server);
/* Readable when a request waits. */
int samme_http_wake_fd(const samme_http_server *server);
/* Takes one request; false when none waits. To be called about once a second at least: connections
 * over their time are cut here. Its spans are valid until it is answered. */
bool samme_http_take(samme_http_server *server, samme_request *out) SAMME_CHECKED;
/* Copies the answer. An id that is gone (the client left) is fine. */
void samme_http_answer(samme_http_server *server, uint64_t id, const samme_response *response);

#endif
