/* samme-hub --config FILE [--recover] */
#include <argp.h>

#include "daemon/program.h"
#include "hub/shell.h"

const char *argp_program_version = "samme-hub 0.1.0";

int main(int argc, char **argv) {
    static const samme_program program = {.name = "samme-hub",
                                          .who = "hub",
                                          .summary = "Runs the hub of a chain.",
                                          .config = &samme__hub_config__descriptor,
                                          .check = samme_hub_check_config,
                                          .examine = samme_hub_examine_config,
                                          .run = samme_hub_run,
                                          .renew = samme_hub_renew_machine_key,
                                          .recover = samme_hub_recover,
                                          .recover_help =
                                              "the data folder was lost or put back from a backup: "
                                              "wait for every branch before going into service"};
    return samme_program_main(&program, argc, argv);
}
