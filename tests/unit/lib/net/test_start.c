/* A hub's transport starts with its ZAP handler bound and its domain enforced, or not at all. What
 * fails is planted: the linker leads these calls of lib/net through here (--wrap, CMakeLists.txt).
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "fixture.h"
#include "net/zap.h"

enum { OPTION_ENFORCE_DOMAIN = 93 };

static struct {
    const char *unbindable; /* an endpoint that cannot be bound */
    bool no_enforcing;      /* the option is not known */
    bool enforces_nothing;  /* it is taken and does nothing, as by a libzmq before 4.3 */
    bool no_thread;
    bool elsewhere; /* the handler serves another context */
    void *other_context;
    char first_bound[64];
} planted;

static void plant_nothing(void) {
    memset(&planted, 0, sizeof planted);
}
TestSuite(start, .init = plant_nothing);

int __real_zmq_bind(void *socket, const char *endpoint);
int __real_zmq_setsockopt(void *socket, int option, const void *value, size_t length);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);
samme_status __real_samme_zap_start(void *context, samme_zap **out, samme_error *error);
int __wrap_zmq_bind(void *socket, const char *endpoint);
int __wrap_zmq_setsockopt(void *socket, int option, const void *value, size_t length);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context);
samme_status __wrap_samme_zap_start(void *context, samme_zap **out, samme_error *error);

int __wrap_zmq_bind(void *socket, const char *endpoint) {
    if (planted.first_bound[0] == 0)
        snprintf(planted.first_bound, sizeof planted.first_bound, "%s", endpoint);
    if (planted.unbindable != NULL && strcmp(endpoint, planted.unbindable) == 0) {
        errno = EADDRINUSE;
        return -1;
    }
    return __real_zmq_bind(socket, endpoint);
}

int __wrap_zmq_setsockopt(void *socket, int option, const void *value, size_t length) {
    if (option == OPTION_ENFORCE_DOMAIN && planted.no_enforcing) {
        errno = EINVAL;
        return -1;
    }
    if (planted.enforces_nothing && (option == OPTION_ENFORCE_DOMAIN || option == ZMQ_ZAP_DOMAIN))
        return 0;
    return __real_zmq_setsockopt(socket, option, value, length);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *context) {
    return planted.no_thread ? EAGAIN : __real_pthread_create(thread, attributes, run, context);
}

samme_status __wrap_samme_zap_start(void *context, samme_zap **out, samme_error *error) {
    if (planted.elsewhere)
        context = planted.other_context = zmq_ctx_new();
    return __real_samme_zap_start(context, out, error);
}

/* An address that was free a moment ago. */
static void free_address(char out[static 64], uint16_t *out_port) {
    key_pair pair = new_pair();
    samme_net *net = open_hub("tcp://127.0.0.1:*", &pair);
    snprintf(out, 64, "%s", samme_net_address(net));
    *out_port = (uint16_t)atoi(strrchr(out, ':') + 1);
    samme_net_close(net);
    planted.first_bound[0] = 0;
}

static bool answers(uint16_t port) {
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool connected = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return connected;
}

static void expect_no_start(const char *address, uint16_t port, const char *words) {
    key_pair pair = new_pair();
    samme_net *net = NULL;
    samme_error error = {0};
    cr_assert_neq(samme_net_listen(address, pair.secret, &net, &error), SAMME_OK);
    cr_assert_null(net);
    cr_assert_not_null(strstr(error.text, words), "%s, expected %s", error.text, words);
    cr_assert(!answers(port), "it listens without its handler");
}

Test(start, the_handler_is_bound_before_anything_listens) {
    key_pair pair = new_pair();
    samme_net *net = open_hub("tcp://127.0.0.1:*", &pair);
    cr_assert_str_eq(planted.first_bound, "inproc://zeromq.zap.01");
    samme_net_close(net);
}

Test(start, fails_when_the_handler_cannot_be_bound) {
    char address[64];
    uint16_t port;
    free_address(address, &port);
    planted.unbindable = "inproc://zeromq.zap.01";
    expect_no_start(address, port, "ZAP handler: cannot bind inproc://zeromq.zap.01");
}

Test(start, fails_when_the_handler_has_no_thread) {
    char address[64];
    uint16_t port;
    free_address(address, &port);
    planted.no_thread = true;
    expect_no_start(address, port, "ZAP handler: thread");
}

Test(start, fails_when_the_domain_cannot_be_enforced) {
    char address[64];
    uint16_t port;
    free_address(address, &port);
    planted.no_enforcing = true;
    expect_no_start(address, port, "ZMQ_ZAP_ENFORCE_DOMAIN");
}

/* Whether a peer gets in at a hub whose handler is not there; the key is allowed, for what that is
 * worth. */
static bool enters_without_handler(void) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    planted.elsewhere = true;
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    raw_peer raw = open_raw(hub, &hub_pair, &pair, NULL, 0);
    static const unsigned ends[] = {
        ZMQ_EVENT_HANDSHAKE_SUCCEEDED, ZMQ_EVENT_DISCONNECTED, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL,
        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH};
    unsigned event = 0;
    cr_assert(raw_first_within(&raw, ends, sizeof ends / sizeof *ends, BOUND_MS, &event));
    close_raw(&raw);
    samme_net_close(hub);
    zmq_ctx_term(planted.other_context);
    return event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
}

Test(start, without_its_handler_nobody_enters) {
    cr_assert(!enters_without_handler());
}

Test(start, it_is_the_enforced_domain_that_keeps_them_out) {
    planted.enforces_nothing = true;
    cr_assert(enters_without_handler(), "the test above cannot fail");
}
