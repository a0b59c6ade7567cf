/* The node's shell: clock, stores, hub connection, HTTP and signals around the pure core. */
#ifndef SAMME_NODE_SHELL_H
#define SAMME_NODE_SHELL_H

#include "samme/status.h"
#include "wire/messages.h"

/* Runs until it is asked to stop (SAMME_OK) or cannot go on. `config_file` is where relative paths
 * start. */
samme_status samme_node_run(const Samme__NodeConfig *config, const char *config_file,
                            samme_error *error) SAMME_CHECKED;

#endif
