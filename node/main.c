/* samme-node --config FILE [--recover] */
#include <argp.h>

#include "daemon/program.h"
#include "node/shell.h"

const char *argp_program_version = "samme-node 0.1.0";

int main(int argc, char **argv) {
    static const samme_program program = {.name = "samme-node",
                                          .who = "node",
                                          .summary = "Runs one branch of a chain.",
                                          .config = &samme__node_config__descriptor,
                                          .check = samme_node_check_config,
                                          .examine = samme_node_examine_config,
                                          .run = samme_node_run,
                                          .renew = samme_node_renew_machine_key,
                                          .recover = samme_node_recover,
                                          .recover_help =
                                              "come back in the epoch of the enrolment: take over "
                                              "what the log before it holds"};
    return samme_program_main(&program, argc, argv);
}
