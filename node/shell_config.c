/* The node's configuration: what it may say, and what of it may change while the node runs. */
#include "enrol/enrol.h"
#include "node/shell.h"
#include "node/shell_access.h"
#include "os/log.h"
#include "wire/pack.h"

enum { HOUR_MS = 3600000, POLL_LEAST_MS = 10, CLAIM_WAIT_MOST_MS = 10000 };

const Samme__NodeConfig *samme_node_config(const samme_config *config) {
    return (const Samme__NodeConfig *)(const void *)config->message;
}

int64_t samme_node_push_after_ms(const Samme__NodeConfig *config) {
    return config->push_after_ms > 0 ? config->push_after_ms : 5000;
}

int64_t samme_node_poll_every_ms(const Samme__NodeConfig *config) {
    return config->poll_every_ms > 0 ? config->poll_every_ms : 30000;
}

int64_t samme_node_claim_wait_ms(const Samme__NodeConfig *config) {
    return config->claim_wait_ms > 0 ? config->claim_wait_ms : 800;
}

static samme_status check_http(const samme_config *config, const Samme__HttpConfig *http,
                               samme_error *error) {
    if (http == NULL)
        return SAMME_OK;
    samme_status status =
        samme_config_numeric_address(config, "http.address", http->address, error);
    if (status == SAMME_OK && (http->tls_certificate[0] == 0) != (http->tls_key[0] == 0))
        return samme_config_wrong(config, http, error,
                                  "http: tls_certificate and tls_key go together; %s is missing",
                                  http->tls_key[0] == 0 ? "tls_key" : "tls_certificate");
    return status == SAMME_OK
               ? samme_config_between(config, "http.port", &http->port, 1, UINT16_MAX, error)
               : status;
}

samme_status samme_node_check_config(const samme_config *config, samme_error *error) {
    const Samme__NodeConfig *node = samme_node_config(config);
    samme_status status = samme_config_needs(config, "enrolment", node->enrolment, error);
    if (status == SAMME_OK)
        status = samme_config_needs(config, "data", node->data, error);
    if (status == SAMME_OK)
        status = samme_config_tcp(config, "hub", node->hub, false, error);
    if (status == SAMME_OK)
        status = check_http(config, node->http, error);
    if (status == SAMME_OK)
        status =
            samme_config_between(config, "push_after_ms", &node->push_after_ms, 1, HOUR_MS, error);
    if (status == SAMME_OK)
        status = samme_config_between(config, "poll_every_ms", &node->poll_every_ms, POLL_LEAST_MS,
                                      HOUR_MS, error);
    if (status == SAMME_OK)
        status = samme_config_between(config, "claim_wait_ms", &node->claim_wait_ms, 1,
                                      CLAIM_WAIT_MOST_MS, error);
    return status;
}

static samme_status examine_enrolment(const samme_config *config, const char *path,
                                      samme_error *error) {
    const Samme__NodeConfig *node = samme_node_config(config);
    samme_enrolment enrolment;
    samme_error why = {.text = ""};
    if (samme_enrol_load(path, &enrolment, &why) != SAMME_OK)
        return samme_config_wrong(config, node->enrolment, error, "enrolment: %s", why.text);
    samme_status status = SAMME_OK;
    if (enrolment.role != SAMME_ENROL_BRANCH)
        status = samme_config_wrong(config, node->enrolment, error,
                                    "enrolment: expected a branch's, found the role %s in %.200s",
                                    samme_enrol_role_name(enrolment.role), path);
    else if (node->hub[0] == 0 && enrolment.hub[0] == 0)
        status = samme_config_wrong(config, node->hub, error,
                                    "expected hub: tcp://HOST:PORT, for the enrolment names none");
    samme_enrol_free(&enrolment);
    return status;
}

/* By listening for a moment, at a port that is free: certificate, key and address are those that
 * serve, or the node does not start. */
static samme_status examine_http(const samme_config *config, samme_error *error) {
    const Samme__HttpConfig *http = samme_node_config(config)->http;
    Samme__HttpConfig tried = SAMME__HTTP_CONFIG__INIT;
    samme_http_server *server = NULL;
    samme_error why = {.text = ""};
    if (http != NULL)
        tried = *http;
    tried.port = 0;
    if (samme_access_listen(config, &tried, &server, &why) != SAMME_OK)
        return samme_config_wrong(config, http, error, "http: %s", why.text);
    samme_http_close(server);
    return SAMME_OK;
}

samme_status samme_node_examine_config(const samme_config *config, samme_error *error) {
    const Samme__NodeConfig *node = samme_node_config(config);
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024);
    const char *path = samme_config_path(config, node->enrolment, &arena);
    samme_status status =
        path == NULL ? samme_fail(error, SAMME_NO_MEMORY, "no memory for a path") : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_crypto_init(error);
    if (status == SAMME_OK)
        status = examine_enrolment(config, path, error);
    if (status == SAMME_OK)
        status = samme_config_folder(config, "data", node->data, error);
    if (status == SAMME_OK)
        status = examine_http(config, error);
    samme_arena_free(&arena);
    return status;
}

static bool same_http(const Samme__HttpConfig *a, const Samme__HttpConfig *b) {
    static const Samme__HttpConfig none = SAMME__HTTP_CONFIG__INIT;
    samme_buffer x, y;
    samme_buffer_init(&x, 64 * 1024);
    samme_buffer_init(&y, 64 * 1024);
    samme_pack(a == NULL ? &none : a, &x);
    samme_pack(b == NULL ? &none : b, &y);
    const bool same = samme_span_equal(samme_buffer_span(&x), samme_buffer_span(&y));
    samme_buffer_free(&x);
    samme_buffer_free(&y);
    return same;
}

void samme_node_say_fixed(const Samme__NodeConfig *started, const Samme__NodeConfig *now) {
    const struct {
        const char *name;
        bool same;
    } fields[] = {
        {"enrolment", strcmp(started->enrolment, now->enrolment) == 0},
        {"data", strcmp(started->data, now->data) == 0},
        {"http", same_http(started->http, now->http)},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!fields[i].same)
            samme_log(SAMME_LOG_WARNING, "%s: another one counts only after a restart",
                      fields[i].name);
}
