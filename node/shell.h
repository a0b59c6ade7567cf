/* The node's shell: clock, stores, hub connection, HTTP and signals around the pure core. */
#ifndef SAMME_NODE_SHELL_H
#define SAMME_NODE_SHELL_H

#include "daemon/config.h"

/* Runs until it is asked to stop (SAMME_OK) or cannot go on. Asked to stop, it answers what has
 * been asked, lets commits end, and in a session hands its log over to the hub, for at most ten
 * seconds. */
samme_status samme_node_run(const samme_config *config, samme_error *error) SAMME_CHECKED;

/* The same, and if the data folder has no log of the enrolment's epoch one is begun, after setting
 * the one before it aside: its entries that the journal does not hold are taken over before the
 * first request. SAMME_CONFLICT: what is there is of another branch, or of a later epoch. */
samme_status samme_node_recover(const samme_config *config, samme_error *error) SAMME_CHECKED;

/* Another key above the keys of subjects, while nobody runs on the data folder (SAMME_CONFLICT). */
samme_status samme_node_renew_machine_key(const samme_config *config,
                                          samme_error *error) SAMME_CHECKED;

/* shell_config.c: daemon/program.h */
samme_status samme_node_check_config(const samme_config *config, samme_error *error) SAMME_CHECKED;
samme_status samme_node_examine_config(const samme_config *config,
                                       samme_error *error) SAMME_CHECKED;
const Samme__NodeConfig *samme_node_config(const samme_config *config);
int64_t samme_node_push_after_ms(const Samme__NodeConfig *config);
int64_t samme_node_poll_every_ms(const Samme__NodeConfig *config);
int64_t samme_node_claim_wait_ms(const Samme__NodeConfig *config);
/* Says in the log what differs from the configuration the node was started with and counts only
 * after a restart. */
void samme_node_say_fixed(const Samme__NodeConfig *started, const Samme__NodeConfig *now);

#endif
