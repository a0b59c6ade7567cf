/* The hub's shell: clock, stores, the peers' connections and signals around the pure core. */
#ifndef SAMME_HUB_SHELL_H
#define SAMME_HUB_SHELL_H

#include "samme/status.h"
#include "wire/messages.h"

/* Runs until it is asked to stop (SAMME_OK) or cannot go on. `config_file` is where relative paths
 * start. */
samme_status samme_hub_run(const Samme__HubConfig *config, const char *config_file,
                           samme_error *error) SAMME_CHECKED;

#endif
