/* The hub's shell: clock, stores, the peers' connections and signals around the pure core. */
#ifndef SAMME_HUB_SHELL_H
#define SAMME_HUB_SHELL_H

#include "daemon/config.h"

/* Runs until it is asked to stop (SAMME_OK) or cannot go on. Asked to stop, it takes no more
 * messages, and ends when what was taken is on disk and acknowledged, within ten seconds. */
samme_status samme_hub_run(const samme_config *config, samme_error *error) SAMME_CHECKED;
/* The same after the data folder was lost or put back from a backup: before it goes into service it
 * waits for every branch of the roster, however long that takes. */
samme_status samme_hub_recover(const samme_config *config, samme_error *error) SAMME_CHECKED;

/* Another key above the keys of subjects, while nobody runs on the data folder (SAMME_CONFLICT). */
samme_status samme_hub_renew_machine_key(const samme_config *config,
                                         samme_error *error) SAMME_CHECKED;

/* shell_config.c: daemon/program.h */
samme_status samme_hub_check_config(const samme_config *config, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_examine_config(const samme_config *config, samme_error *error) SAMME_CHECKED;
const Samme__HubConfig *samme_hub_config(const samme_config *config);
uint64_t samme_hub_quota_of(const Samme__HubConfig *config); /* bytes of a branch and day */
/* Says in the log what differs from the configuration the hub was started with and counts only
 * after a restart. */
void samme_hub_say_fixed(const Samme__HubConfig *started, const Samme__HubConfig *now);

#endif
