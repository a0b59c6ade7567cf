/* The hub's configuration: what it may say, and what of it may change while the hub runs. */
#include "enrol/enrol.h"
#include "hub/shell.h"
#include "hub/shell_metrics.h"
#include "os/log.h"

enum { GATHER_LEAST_MS = 100, GATHER_MOST_MS = 600000 };
/* a batch of 4 MiB is little of the least */
enum { QUOTA_MIB = 1024, QUOTA_LEAST_MIB = 16, QUOTA_MOST_MIB = 1024 * 1024 };

const Samme__HubConfig *samme_hub_config(const samme_config *config) {
    return (const Samme__HubConfig *)(const void *)config->message;
}

uint64_t samme_hub_quota_of(const Samme__HubConfig *config) {
    return (uint64_t)(config->branch_quota_mib != 0 ? config->branch_quota_mib : QUOTA_MIB) << 20;
}

samme_status samme_hub_check_config(const samme_config *config, samme_error *error) {
    const Samme__HubConfig *hub = samme_hub_config(config);
    samme_status status = samme_config_needs(config, "chain", hub->chain, error);
    if (status == SAMME_OK)
        status = samme_config_needs(config, "data", hub->data, error);
    if (status == SAMME_OK)
        status = samme_config_needs(config, "listen", hub->listen, error);
    if (status == SAMME_OK)
        status = samme_config_tcp(config, "listen", hub->listen, true, error);
    if (status == SAMME_OK)
        status = samme_config_between(config, "gather_ms", &hub->gather_ms, GATHER_LEAST_MS,
                                      GATHER_MOST_MS, error);
    if (status == SAMME_OK)
        status = samme_config_between(config, "branch_quota_mib", &hub->branch_quota_mib,
                                      QUOTA_LEAST_MIB, QUOTA_MOST_MIB, error);
    char host[SAMME_METRICS_HOST_BYTES];
    uint16_t port;
    if (status == SAMME_OK && hub->metrics[0] != 0 &&
        samme_metrics_parse(hub->metrics, host, &port) != SAMME_OK)
        status = samme_config_wrong(
            config, hub->metrics, error,
            "metrics: expected 127.0.0.1:PORT or [::1]:PORT, found \"%.80s\"", hub->metrics);
    return status;
}

samme_status samme_hub_examine_config(const samme_config *config, samme_error *error) {
    const Samme__HubConfig *hub = samme_hub_config(config);
    samme_hub_keys keys;
    samme_error why = {.text = ""};
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024);
    const char *path = samme_config_path(config, hub->chain, &arena);
    samme_status status =
        path == NULL ? samme_fail(error, SAMME_NO_MEMORY, "no memory for a path") : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_crypto_init(error);
    if (status == SAMME_OK && samme_enrol_load_hub(path, &keys, &why) != SAMME_OK)
        status = samme_config_wrong(config, hub->chain, error, "chain: %s", why.text);
    else if (status == SAMME_OK)
        samme_enrol_free_hub(&keys);
    if (status == SAMME_OK)
        status = samme_config_folder(config, "data", hub->data, error);
    samme_arena_free(&arena);
    return status;
}

void samme_hub_say_fixed(const Samme__HubConfig *started, const Samme__HubConfig *now) {
    const char *const fields[][3] = {
        {"chain", started->chain, now->chain},
        {"data", started->data, now->data},
        {"listen", started->listen, now->listen},
        {"metrics", started->metrics, now->metrics},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i][1], fields[i][2]) != 0)
            samme_log(SAMME_LOG_WARNING, "%s: another one counts only after a restart",
                      fields[i][0]);
}
