#include "node/shell.h"

#include <stdio.h>

#include "daemon/config.h"
#include "daemon/loop.h"
#include "daemon/stores.h"
#include "enrol/enrol.h"
#include "http/server.h"
#include "net/net.h"
#include "node/node.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/log.h"
#include "os/signals.h"

enum { EVENTS_A_TURN = 64 }; /* of each source, before the others are looked at again */

typedef struct shell {
    samme_enrolment enrolment;
    samme_stores stores;
    samme_net *net;
    samme_transport transport;
    samme_http_server *http;
    samme_node *node;
    int signals;
    char last_trouble[400];
    char last_notice[400];
} shell;

static void send_to_hub(void *output, samme_span bytes) {
    shell *self = output;
    /* not connected or full: the core repeats what matters */
    samme_status ignored = self->transport.send(self->transport.self, 0, bytes);
    (void)ignored;
}

static void answer(void *output, uint64_t request_id, const samme_response *response) {
    shell *self = output;
    samme_http_answer(self->http, request_id, response);
}

static void step(shell *self, samme_node_event event) {
    event.wall_ms = samme_clock_wall_ms();
    event.monotonic_ms = samme_clock_monotonic_ms();
    samme_node_step(self->node, &event);
}

static samme_status make_node(shell *self, const Samme__NodeConfig *config, samme_error *error) {
    samme_node_setup setup = {
        .root = &self->enrolment.root,
        .branch = self->enrolment.branch,
        .epoch = self->enrolment.epoch,
        .region = self->enrolment.region,
        .name = self->enrolment.name,
        .hub_log = self->enrolment.hub_log,
        .log_seed = self->enrolment.log_seed,
        .lowest_release = self->enrolment.lowest_release,
        .push_after_ms = config->push_after_ms > 0 ? config->push_after_ms : 5000,
        .poll_every_ms = config->poll_every_ms > 0 ? config->poll_every_ms : 30000,
        .log = &self->stores.log,
        .views = &self->stores.views,
        .random = samme_os_random(),
        .output = self,
        .send = send_to_hub,
        .answer = answer,
    };
    samme_status status = samme_node_new(&setup, &self->node, error);
    if (status != SAMME_MISMATCH)
        return status;
    samme_log(SAMME_LOG_WARNING, "views are folded again from the log: %s", error->text);
    status = samme_stores_reset_views(&self->stores, error);
    return status == SAMME_OK ? samme_node_new(&setup, &self->node, error) : status;
}

static samme_status write_port(const shell *self, samme_error *error) {
    char path[sizeof self->stores.folder + 16], text[16];
    snprintf(path, sizeof path, "%s/http.port", self->stores.folder);
    int length = snprintf(text, sizeof text, "%u\n", samme_http_port(self->http));
    return samme_file_write(path, SAMME_SPAN(text, (size_t)length), 0644, error);
}

static samme_status start(shell *self, const Samme__NodeConfig *config, const char *config_file,
                          samme_arena *arena, samme_error *error) {
    const char *enrolment = samme_config_path(config_file, config->enrolment, arena);
    const char *data = samme_config_path(config_file, config->data, arena);
    samme_status status = samme_signals_open(&self->signals, error);
    if (status == SAMME_OK)
        status = samme_crypto_init(error);
    if (status == SAMME_OK)
        status = samme_enrol_load(enrolment, &self->enrolment, error);
    if (status == SAMME_OK && self->enrolment.role != SAMME_ENROL_BRANCH)
        status =
            samme_fail(error, SAMME_MALFORMED, "%s: this enrolment is not a branch's", enrolment);
    if (status == SAMME_OK)
        status = samme_stores_open(data, &self->stores, error);
    const char *hub = config->hub[0] != 0 ? config->hub : self->enrolment.hub;
    if (status == SAMME_OK)
        status = samme_net_connect(hub, &self->enrolment.hub_curve, self->enrolment.curve_secret,
                                   &self->net, error);
    const Samme__HttpConfig *http = config->http;
    const char *address = http != NULL && http->address[0] != 0 ? http->address : "127.0.0.1";
    if (status == SAMME_OK)
        status =
            samme_http_open(address, (uint16_t)(http == NULL ? 0 : http->port), &self->http, error);
    if (status == SAMME_OK) {
        self->transport = samme_net_port(self->net);
        status = make_node(self, config, error);
    }
    if (status == SAMME_OK)
        status = write_port(self, error);
    if (status == SAMME_OK)
        samme_log(SAMME_LOG_INFO, "ready branch=%u name=%s http=%s:%u hub=%s data=%s",
                  self->enrolment.branch, self->enrolment.name, address,
                  samme_http_port(self->http), hub, data);
    return status;
}

static int64_t next_ms(void *self) {
    return samme_node_next_ms(((shell *)self)->node);
}

static bool idle(void *self) {
    return samme_node_idle(((shell *)self)->node);
}

/* Says what is new in the node's state; a store that failed ends the process. */
static samme_status look(shell *self, samme_error *error) {
    samme_node_view view;
    samme_node_look(self->node, &view);
    if (strcmp(view.trouble, self->last_trouble) != 0) {
        snprintf(self->last_trouble, sizeof self->last_trouble, "%s", view.trouble);
        samme_log(SAMME_LOG_ERROR, "does not write or sign: %s", view.trouble);
    }
    if (strcmp(view.notice, self->last_notice) != 0) {
        snprintf(self->last_notice, sizeof self->last_notice, "%s", view.notice);
        samme_log(SAMME_LOG_WARNING, "%s", view.notice);
    }
    return view.store_failed ? samme_fail(error, SAMME_IO,
                                          "%s; restarting finds out what is durable", view.trouble)
                             : SAMME_OK;
}

static samme_status turn(void *context, samme_error *error) {
    shell *self = context;
    samme_received received;
    for (unsigned i = 0;
         i < EVENTS_A_TURN && self->transport.receive(self->transport.self, &received) == SAMME_OK;
         i++)
        step(self, (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = received.bytes});
    samme_request request;
    for (unsigned i = 0; i < EVENTS_A_TURN && samme_http_take(self->http, &request); i++)
        step(self, (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = &request});
    step(self, (samme_node_event){.kind = SAMME_NODE_TICK});
    return look(self, error);
}

static samme_status loop(shell *self, samme_error *error) {
    const samme_loop loop = {.net = self->net,
                             .fds = {self->stores.log.wake_fd(self->stores.log.self),
                                     self->stores.views.wake_fd(self->stores.views.self),
                                     samme_http_wake_fd(self->http)},
                             .fd_count = 3,
                             .signals = self->signals,
                             .self = self,
                             .next_ms = next_ms,
                             .turn = turn,
                             .idle = idle};
    return samme_loop_run(&loop, error);
}

samme_status samme_node_run(const Samme__NodeConfig *config, const char *config_file,
                            samme_error *error) {
    shell self = {.signals = -1, .stores = {.owner_fd = -1}};
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_status status = start(&self, config, config_file, &arena, error);
    if (status == SAMME_OK)
        status = loop(&self, error);
    if (self.http != NULL)
        samme_http_close(self.http);
    samme_node_free(self.node);
    samme_net_close(self.net);
    samme_stores_close(&self.stores);
    samme_enrol_free(&self.enrolment);
    if (self.signals >= 0)
        samme_signals_close(self.signals);
    samme_arena_free(&arena);
    return status;
}
