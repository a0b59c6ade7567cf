#include "node/shell.h"

#include <stdio.h>

#include "daemon/failpoint.h"
#include "daemon/loop.h"
#include "daemon/machine_key.h"
#include "daemon/stores.h"
#include "enrol/enrol.h"
#include "http/server.h"
#include "net/net.h"
#include "node/node.h"
#include "node/shell_access.h"
#include "node/shell_pins.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/log.h"
#include "os/signals.h"

enum {
    EVENTS_A_TURN = 64,  /* of each source, before the others are looked at again */
    ALARMS_A_TURN = 16,  /* said in the log; the others in the next turns */
    HAND_OVER_MS = 5000, /* a hub that does not acknowledge is not waited for any longer */
};

typedef struct shell {
    samme_enrolment enrolment;
    samme_stores stores;
    samme_net *net;
    samme_transport transport;
    samme_http_server *http;
    samme_node *node;
    samme_hash operator_token_hash;
    samme_machine_key machine_key;
    samme_pins *pins;
    const samme_config *config; /* as it was at the start */
    int signals;
    uint64_t connections; /* to the hub, that the core was told of */
    bool recover;         /* an older log is set aside, a new one begun */
    uint64_t release;     /* last said in the log */
    int64_t stopping_ms;  /* since when; 0: nobody asked */
    char last_trouble[400];
    char last_notice[400];
    char last_recovery[400];
} shell;

static void send_to_hub(void *output, samme_span bytes) {
    shell *self = output;
    /* not connected or full: the core repeats what matters */
    samme_status ignored =
        self->transport.send(self->transport.self, 0, samme_failpoint_sending(bytes));
    (void)ignored;
    samme_failpoint_sent(bytes);
}

static void answer(void *output, uint64_t request_id, const samme_response *response) {
    shell *self = output;
    samme_http_answer(self->http, request_id, response);
}

static bool make_verifier(void *output, const samme_pin_job *job) {
    return samme_pins_put(((shell *)output)->pins, job);
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
        .known = self->enrolment.known,
        .push_after_ms = samme_node_push_after_ms(config),
        .poll_every_ms = samme_node_poll_every_ms(config),
        .claim_wait_ms = samme_node_claim_wait_ms(config),
        .log = &self->stores.log,
        .views = &self->stores.views,
        .keys = &self->stores.keys,
        .beyond_loopback = samme_http_beyond_loopback(self->http),
        .operator_token_hash = self->operator_token_hash,
        .keks = self->machine_key.keks,
        .recover = self->recover,
        .older_count = self->stores.older_count,
        .random = samme_os_random(),
        .output = self,
        .send = send_to_hub,
        .answer = answer,
        .make_verifier = make_verifier,
    };
    for (size_t i = 0; i < setup.older_count; i++)
        setup.older[i] = &self->stores.older[i];
    samme_status status = samme_node_new(&setup, &self->node, error);
    if (status == SAMME_MISMATCH) {
        samme_log(SAMME_LOG_WARNING, "views are folded again from the log: %s", error->text);
        status = samme_stores_reset_views(&self->stores, error);
        if (status == SAMME_OK)
            status = samme_node_new(&setup, &self->node, error);
    }
    samme_wipe(&setup.keks, sizeof setup.keks);
    return status;
}

static const char *hub_address(const shell *self, const Samme__NodeConfig *config) {
    return config->hub[0] != 0 ? config->hub : self->enrolment.hub;
}

/* An older log is moved away when that was asked for, and opened as long as it is wanted. */
static samme_status open_older(shell *self, samme_error *error) {
    const samme_enrolment *enrolment = &self->enrolment;
    samme_log_held held;
    samme_status status = samme_node_log_held(&self->stores.log, &held, error);
    if (status == SAMME_OK && self->recover && held.branch == enrolment->branch &&
        held.epoch < enrolment->epoch) {
        samme_log(SAMME_LOG_INFO, "the log of epoch %u is set aside, that of epoch %u begins",
                  held.epoch, enrolment->epoch);
        status = samme_stores_set_log_aside(&self->stores, held.epoch, error);
        held = (samme_log_held){.branch = 0};
    }
    if (status == SAMME_OK && (held.branch == 0 || held.recovering))
        status = samme_stores_open_older(&self->stores, enrolment->epoch, error);
    return status;
}

static samme_status start(shell *self, samme_arena *arena, samme_error *error) {
    const Samme__NodeConfig *config = samme_node_config(self->config);
    const char *enrolment = samme_config_path(self->config, config->enrolment, arena);
    const char *data = samme_config_path(self->config, config->data, arena);
    samme_config_log_level(config->log_level);
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
    if (status == SAMME_OK)
        status = open_older(self, error);
    if (status == SAMME_OK)
        status = samme_stores_open_keys(&self->stores, error);
    if (status == SAMME_OK)
        status = samme_access_operator(data, &self->operator_token_hash, error);
    if (status == SAMME_OK)
        status = samme_machine_key_open(data, &self->machine_key, error);
    if (status == SAMME_OK)
        status = samme_pins_open(&self->machine_key.keks.pin, &self->pins, error);
    const char *hub = hub_address(self, config);
    if (status == SAMME_OK)
        status = samme_net_connect(hub, &self->enrolment.hub_curve, self->enrolment.curve_secret,
                                   &self->net, error);
    if (status == SAMME_OK)
        status = samme_access_listen(self->config, config->http, &self->http, error);
    if (status == SAMME_OK) {
        self->transport = samme_net_port(self->net);
        samme_failpoint_store(&self->stores.log);
        status = make_node(self, config, error);
    }
    if (status == SAMME_OK)
        status = samme_access_announce(self->config, config->http, self->http, data, error);
    if (status == SAMME_OK)
        samme_log(SAMME_LOG_INFO, "ready branch=%u name=%s http_port=%u hub=%s data=%s",
                  self->enrolment.branch, self->enrolment.name, samme_http_port(self->http), hub,
                  data);
    return status;
}

static int64_t next_ms(void *self) {
    return samme_node_next_ms(((shell *)self)->node);
}

/* What tills have asked already is answered before the core is told to end. */
static void stop(void *context) {
    shell *self = context;
    samme_request request;
    for (unsigned i = 0; i < SAMME_HTTP_QUEUE_MAX && samme_http_take(self->http, &request); i++)
        step(self, (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = &request});
    step(self, (samme_node_event){.kind = SAMME_NODE_STOP});
    self->stopping_ms = samme_clock_monotonic_ms();
}

static bool idle(void *context) {
    const shell *self = context;
    return samme_node_idle(self->node) && samme_node_at_rest(self->node) &&
           (samme_node_merged(self->node) || !samme_net_connected(self->net) ||
            samme_clock_monotonic_ms() - self->stopping_ms > HAND_OVER_MS);
}

static samme_status apply(shell *self, const Samme__NodeConfig *config, samme_error *error) {
    const char *hub = hub_address(self, config);
    if (strcmp(hub, samme_net_address(self->net)) != 0) {
        samme_status status = samme_net_move(self->net, hub, error);
        if (status != SAMME_OK)
            return status;
    }
    samme_node_set_times(self->node, samme_node_push_after_ms(config),
                         samme_node_poll_every_ms(config), samme_node_claim_wait_ms(config));
    samme_config_log_level(config->log_level);
    return SAMME_OK;
}

static void reload(void *context) {
    shell *self = context;
    samme_config config;
    samme_error error = {0};
    samme_status status =
        samme_config_open(&samme__node_config__descriptor, self->config->file, &config, &error);
    if (status == SAMME_OK) {
        status = samme_node_check_config(&config, &error);
        if (status == SAMME_OK)
            status = apply(self, samme_node_config(&config), &error);
        if (status == SAMME_OK) {
            samme_node_say_fixed(samme_node_config(self->config), samme_node_config(&config));
            samme_log(SAMME_LOG_INFO, "reloaded hub=%s push_after_ms=%lld poll_every_ms=%lld",
                      samme_net_address(self->net),
                      (long long)samme_node_push_after_ms(samme_node_config(&config)),
                      (long long)samme_node_poll_every_ms(samme_node_config(&config)));
        }
        samme_config_close(&config);
    }
    if (status != SAMME_OK)
        samme_log(SAMME_LOG_ERROR, "%s; the configuration in force stays", error.text);
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
    if (strcmp(view.recovery, self->last_recovery) != 0) {
        snprintf(self->last_recovery, sizeof self->last_recovery, "%s", view.recovery);
        samme_log(SAMME_LOG_INFO, "%s", view.recovery);
    }
    if (view.release != self->release) {
        samme_failpoint("release");
        self->release = view.release;
        samme_log(SAMME_LOG_INFO, "release version=%llu", (unsigned long long)view.release);
    }
    char alarm[400];
    for (unsigned i = 0; i < ALARMS_A_TURN && !view.store_failed &&
                         samme_node_next_alarm(self->node, alarm, sizeof alarm);
         i++)
        samme_log(SAMME_LOG_WARNING, "%s", alarm);
    return view.store_failed ? samme_fail(error, SAMME_IO,
                                          "%s; restarting finds out what is durable", view.trouble)
                             : SAMME_OK;
}

/* Begins and ends renewals of the key above the subjects' keys. */
static void watch_keys(shell *self) {
    const samme_node_keys keys = samme_node_look_at_keys(self->node);
    if (samme_machine_key_turn(&self->machine_key, keys.figures.renewal_due, keys.renewed,
                               samme_clock_wall_ms()))
        samme_node_set_keks(self->node, &self->machine_key.keks);
}

static samme_status turn(void *context, samme_error *error) {
    shell *self = context;
    if (samme_net_connections(self->net) != self->connections) {
        self->connections = samme_net_connections(self->net);
        step(self, (samme_node_event){.kind = SAMME_NODE_CONNECTED});
    }
    samme_received received;
    for (unsigned i = 0;
         i < EVENTS_A_TURN && self->transport.receive(self->transport.self, &received) == SAMME_OK;
         i++)
        step(self, (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = received.bytes});
    samme_request request;
    for (unsigned i = 0; i < EVENTS_A_TURN && samme_http_take(self->http, &request); i++)
        step(self, (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = &request});
    samme_pin_done done;
    while (samme_pins_take(self->pins, &done))
        step(self, (samme_node_event){.kind = SAMME_NODE_PIN, .pin = &done});
    step(self, (samme_node_event){.kind = SAMME_NODE_TICK});
    watch_keys(self);
    return look(self, error);
}

static samme_status loop(shell *self, samme_error *error) {
    const samme_loop loop = {
        .net = self->net,
        .fds = {self->stores.log.wake_fd(self->stores.log.self),
                self->stores.views.wake_fd(self->stores.views.self), samme_http_wake_fd(self->http),
                self->stores.keys.wake_fd(self->stores.keys.self), samme_pins_wake_fd(self->pins)},
        .fd_count = 5,
        .signals = self->signals,
        .self = self,
        .next_ms = next_ms,
        .turn = turn,
        .stop = stop,
        .idle = idle,
        .reload = reload};
    return samme_loop_run(&loop, error);
}

static samme_status run(const samme_config *config, bool recover, samme_error *error) {
    shell self = {.config = config, .recover = recover, .signals = -1, .stores = {.owner_fd = -1}};
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_status status = start(&self, &arena, error);
    if (status == SAMME_OK)
        status = loop(&self, error);
    if (self.http != NULL)
        samme_http_close(self.http);
    samme_node_free(self.node);
    samme_pins_close(self.pins);
    samme_machine_key_close(&self.machine_key);
    samme_net_close(self.net);
    samme_stores_close(&self.stores);
    samme_enrol_free(&self.enrolment);
    if (self.signals >= 0)
        samme_signals_close(self.signals);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_node_run(const samme_config *config, samme_error *error) {
    return run(config, false, error);
}

samme_status samme_node_recover(const samme_config *config, samme_error *error) {
    return run(config, true, error);
}

samme_status samme_node_renew_machine_key(const samme_config *config, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_status status = samme_machine_key_renew(
        samme_config_path(config, samme_node_config(config)->data, &arena), error);
    samme_arena_free(&arena);
    return status;
}
