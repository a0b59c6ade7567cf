#include "hub/shell.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/failpoint.h"
#include "daemon/loop.h"
#include "daemon/machine_key.h"
#include "daemon/stores.h"
#include "enrol/enrol.h"
#include "hub/hub.h"
#include "hub/shell_metrics.h"
#include "net/net.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/limits.h"
#include "os/log.h"
#include "os/signals.h"

enum { EVENTS_A_TURN = 256, GATHER_MS = 3000 };

typedef struct shell {
    samme_hub_keys keys;
    samme_machine_key machine_key;
    samme_stores stores;
    samme_net *net;
    samme_transport transport;
    samme_hub *hub;
    samme_http_server *metrics; /* NULL: none */
    const samme_config *config; /* as it was at the start */
    int signals;
    bool stopping;
    const char *chain_folder;
    uint64_t allowed_roster; /* version the transport's set of keys is of */
    bool recover;
    bool served; /* at the end of the last turn */
    char last_trouble[400];
    char last_waits_for[400];
} shell;

static samme_status send_to_peer(void *output, uint64_t route, samme_span bytes) {
    shell *self = output;
    samme_status status =
        self->transport.send(self->transport.self, route, samme_failpoint_sending(bytes));
    samme_failpoint_sent(bytes);
    return status;
}

static void step(shell *self, samme_hub_event event) {
    event.wall_ms = samme_clock_wall_ms();
    event.monotonic_ms = samme_clock_monotonic_ms();
    samme_net_counters counters = samme_net_count(self->net);
    event.transport_refused = counters.refused_handshakes + counters.refused_messages;
    samme_hub_step(self->hub, &event);
}

/* The next roster, CHAIN/rosters/N.note, or root, CHAIN/roots/N.note, if there is one. */
static samme_status take_next(shell *self, bool root, bool *out_taken, samme_error *error) {
    const char *kind = root ? "root" : "roster";
    samme_hub_view view;
    samme_hub_look(self->hub, &view);
    const uint64_t next = (root ? view.newest_root : view.newest_roster) + 1;
    char path[1200];
    snprintf(path, sizeof path, "%s/%ss/%llu.note", self->chain_folder, kind,
             (unsigned long long)next);
    *out_taken = false;
    if (!samme_file_exists(path))
        return SAMME_OK;
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &note, error);
    if (status == SAMME_OK)
        step(self, (samme_hub_event){.kind = root ? SAMME_HUB_ROOT : SAMME_HUB_ROSTER,
                                     .message = samme_buffer_span(&note)});
    samme_buffer_free(&note);
    if (status != SAMME_OK)
        return status;
    samme_hub_look(self->hub, &view);
    if ((root ? view.newest_root : view.newest_roster) != next)
        return samme_fail(error, SAMME_MALFORMED, "%s: %s", path, view.trouble);
    samme_log(SAMME_LOG_INFO, "%s version=%llu%s", kind, (unsigned long long)next,
              view.serves ? "" : " waits");
    *out_taken = true;
    return SAMME_OK;
}

/* In order of their versions; a roster that the root in force does not verify may be the next
 * root's, so all that verify come before that one. */
static samme_status take_rosters(shell *self, samme_error *error) {
    for (;;) {
        bool roster, root;
        samme_status status = take_next(self, false, &roster, error);
        if (roster)
            continue;
        samme_error of_root;
        samme_status root_status = take_next(self, true, &root, &of_root);
        if (root)
            continue;
        if (status == SAMME_OK && root_status != SAMME_OK)
            return samme_fail(error, root_status, "%s", of_root.text);
        return status;
    }
}

/* A peer for whom none is left is not let in. */
static void say_descriptors(size_t peers) {
    const uint64_t have = samme_descriptors_raise();
    if (have != 0 && have < peers + SAMME_DESCRIPTORS_BESIDES)
        samme_log(SAMME_LOG_WARNING,
                  "descriptors=%llu are too few for %zu peers: raise the limit of open files to "
                  "%zu or more",
                  (unsigned long long)have, peers, peers + SAMME_DESCRIPTORS_BESIDES);
}

/* Whoever stands in the roster in force may speak, nobody else. */
static samme_status allow_peers(shell *self, samme_error *error) {
    samme_hub_view view;
    samme_hub_look(self->hub, &view);
    const samme_roster *roster = view.roster;
    if (roster->version == self->allowed_roster)
        return SAMME_OK;
    size_t count = roster->branch_count + roster->peer_count;
    samme_peer_key *keys = calloc(count + 1, sizeof *keys);
    if (keys == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the peers' keys");
    for (size_t i = 0; i < roster->branch_count; i++)
        keys[i] = roster->branches[i].curve;
    for (size_t i = 0; i < roster->peer_count; i++)
        keys[roster->branch_count + i] = roster->peers[i].curve;
    samme_status status = samme_net_allow(self->net, keys, count);
    free(keys);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the peers' keys cannot be set");
    self->allowed_roster = roster->version;
    say_descriptors(count);
    return SAMME_OK;
}

static samme_status make_hub(shell *self, samme_error *error) {
    const Samme__HubConfig *config = samme_hub_config(self->config);
    samme_hub_setup setup = {.root = &self->keys.root,
                             .log_seed = self->keys.log_seed,
                             .log = &self->stores.log,
                             .views = &self->stores.views,
                             .keys = &self->stores.keys,
                             .keks = self->machine_key.keks,
                             .random = samme_os_random(),
                             .gather_ms = config->gather_ms != 0 ? config->gather_ms : GATHER_MS,
                             .recover = self->recover,
                             .clock_confirmed = config->clock_confirmed,
                             .branch_quota_bytes = samme_hub_quota_of(config),
                             .output = self,
                             .send = send_to_peer};
    samme_status status = samme_hub_new(&setup, &self->hub, error);
    if (status != SAMME_MISMATCH)
        return status;
    samme_log(SAMME_LOG_WARNING, "views are folded again from the journal: %s", error->text);
    status = samme_stores_reset_views(&self->stores, error);
    return status == SAMME_OK ? samme_hub_new(&setup, &self->hub, error) : status;
}

static samme_status start(shell *self, samme_arena *arena, samme_error *error) {
    const Samme__HubConfig *config = samme_hub_config(self->config);
    self->chain_folder = samme_config_path(self->config, config->chain, arena);
    const char *data = samme_config_path(self->config, config->data, arena);
    samme_config_log_level(config->log_level);
    samme_status status = samme_signals_open(&self->signals, error);
    if (status == SAMME_OK)
        status = samme_crypto_init(error);
    if (status == SAMME_OK)
        status = samme_enrol_load_hub(self->chain_folder, &self->keys, error);
    if (status == SAMME_OK)
        status = samme_stores_open(data, &self->stores, error);
    if (status == SAMME_OK)
        status = samme_stores_open_keys(&self->stores, error);
    if (status == SAMME_OK)
        status = samme_machine_key_open(data, &self->machine_key, error);
    if (status == SAMME_OK)
        status = samme_net_listen(config->listen, self->keys.curve_secret, &self->net, error);
    if (status == SAMME_OK) {
        self->transport = samme_net_port(self->net);
        samme_failpoint_store(&self->stores.log);
        status = make_hub(self, error);
    }
    if (status == SAMME_OK)
        status = take_rosters(self, error);
    if (status == SAMME_OK)
        status = allow_peers(self, error);
    if (status == SAMME_OK)
        status = samme_metrics_open(config->metrics, self->stores.folder, &self->metrics, error);
    char path[sizeof self->stores.folder + 16];
    snprintf(path, sizeof path, "%s/hub.address", self->stores.folder);
    if (status == SAMME_OK)
        status =
            samme_file_write(path, samme_span_of_text(samme_net_address(self->net)), 0644, error);
    if (status == SAMME_OK)
        samme_log(SAMME_LOG_INFO, "ready listen=%s data=%s", samme_net_address(self->net), data);
    return status;
}

static int64_t next_ms(void *self) {
    return samme_hub_next_ms(((shell *)self)->hub);
}

static bool idle(void *self) {
    return samme_hub_idle(((shell *)self)->hub);
}

static void stop(void *self) {
    ((shell *)self)->stopping = true;
}

static samme_status reload_config(shell *self, samme_error *error) {
    samme_config config;
    samme_status status =
        samme_config_open(&samme__hub_config__descriptor, self->config->file, &config, error);
    if (status != SAMME_OK)
        return status;
    status = samme_hub_check_config(&config, error);
    if (status == SAMME_OK) {
        samme_config_log_level(samme_hub_config(&config)->log_level);
        samme_hub_say_fixed(samme_hub_config(self->config), samme_hub_config(&config));
        samme_log(SAMME_LOG_INFO, "reloaded");
    }
    samme_config_close(&config);
    return status;
}

static void reload(void *context) {
    shell *self = context;
    samme_error error = {0};
    if (reload_config(self, &error) != SAMME_OK)
        samme_log(SAMME_LOG_ERROR, "%s; the configuration in force stays", error.text);
    if (take_rosters(self, &error) != SAMME_OK)
        samme_log(SAMME_LOG_ERROR, "%s; the roster in force stays", error.text);
}

/* Says what it waits for; in service, what waited in the operator's folder is brought again. */
static void look_at_service(shell *self) {
    samme_hub_view view;
    samme_error error = {0};
    samme_hub_look(self->hub, &view);
    if (strcmp(view.waits_for, self->last_waits_for) != 0 && view.waits_for[0] != 0)
        samme_log(SAMME_LOG_WARNING, "not in service: %s", view.waits_for);
    snprintf(self->last_waits_for, sizeof self->last_waits_for, "%s", view.waits_for);
    if (view.serves && !self->served) {
        samme_log(SAMME_LOG_INFO, "in service journal=%llu", (unsigned long long)view.journal_size);
        if (take_rosters(self, &error) != SAMME_OK)
            samme_log(SAMME_LOG_ERROR, "%s; the roster in force stays", error.text);
    }
    self->served = view.serves;
}

static samme_status look(shell *self, samme_error *error) {
    samme_hub_view view;
    look_at_service(self);
    samme_hub_look(self->hub, &view);
    if (strcmp(view.trouble, self->last_trouble) != 0) {
        snprintf(self->last_trouble, sizeof self->last_trouble, "%s", view.trouble);
        samme_log(SAMME_LOG_ERROR, "%s", view.trouble);
    }
    return view.store_failed ? samme_fail(error, SAMME_IO,
                                          "%s; restarting finds out what is durable", view.trouble)
                             : SAMME_OK;
}

/* Begins and ends renewals of the key above the subjects' keys. */
static void watch_keys(shell *self) {
    const samme_hub_keys_view keys = samme_hub_look_at_keys(self->hub);
    if (samme_machine_key_turn(&self->machine_key, keys.figures.renewal_due, keys.renewed,
                               samme_clock_wall_ms()))
        samme_hub_set_keks(self->hub, &self->machine_key.keks);
}

static samme_status turn(void *context, samme_error *error) {
    shell *self = context;
    samme_received received;
    /* what is not taken any more is repeated to whoever runs next */
    for (unsigned i = 0; !self->stopping && i < EVENTS_A_TURN &&
                         self->transport.receive(self->transport.self, &received) == SAMME_OK;
         i++)
        step(self, (samme_hub_event){.kind = SAMME_HUB_MESSAGE,
                                     .peer = received.peer,
                                     .route = received.route,
                                     .message = received.bytes});
    step(self, (samme_hub_event){.kind = SAMME_HUB_TICK});
    if (self->metrics != NULL)
        samme_metrics_answer(self->metrics, self->hub, self->stopping);
    watch_keys(self);
    samme_status status = allow_peers(self, error);
    return status == SAMME_OK ? look(self, error) : status;
}

static samme_status loop(shell *self, samme_error *error) {
    samme_loop loop = {.net = self->net,
                       .fds = {self->stores.log.wake_fd(self->stores.log.self),
                               self->stores.views.wake_fd(self->stores.views.self),
                               self->stores.keys.wake_fd(self->stores.keys.self)},
                       .fd_count = 3,
                       .signals = self->signals,
                       .self = self,
                       .next_ms = next_ms,
                       .turn = turn,
                       .stop = stop,
                       .idle = idle,
                       .reload = reload};
    if (self->metrics != NULL)
        loop.fds[loop.fd_count++] = samme_http_wake_fd(self->metrics);
    return samme_loop_run(&loop, error);
}

static samme_status run(const samme_config *config, bool recover, samme_error *error) {
    shell self = {.config = config, .recover = recover, .signals = -1, .stores = {.owner_fd = -1}};
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_status status = start(&self, &arena, error);
    if (status == SAMME_OK)
        status = loop(&self, error);
    if (self.metrics != NULL)
        samme_http_close(self.metrics);
    samme_hub_free(self.hub);
    samme_machine_key_close(&self.machine_key);
    samme_net_close(self.net);
    samme_stores_close(&self.stores);
    samme_enrol_free_hub(&self.keys);
    if (self.signals >= 0)
        samme_signals_close(self.signals);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_hub_run(const samme_config *config, samme_error *error) {
    return run(config, false, error);
}

samme_status samme_hub_recover(const samme_config *config, samme_error *error) {
    return run(config, true, error);
}

samme_status samme_hub_renew_machine_key(const samme_config *config, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_status status = samme_machine_key_renew(
        samme_config_path(config, samme_hub_config(config)->data, &arena), error);
    samme_arena_free(&arena);
    return status;
}
