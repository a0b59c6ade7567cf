/* samme-hub --config FILE */
#include <argp.h>

#include "daemon/program.h"
#include "hub/shell.h"

const char *argp_program_version = "samme-hub 0.1.0";

static samme_status check(const ProtobufCMessage *config, samme_error *error) {
    const Samme__HubConfig *hub = (const Samme__HubConfig *)(const void *)config;
    if (hub->chain[0] == 0 || hub->data[0] == 0 || hub->listen[0] == 0)
        return samme_fail(error, SAMME_MALFORMED, "expected chain, data and listen");
    return SAMME_OK;
}

static samme_status run(const ProtobufCMessage *config, const char *config_file,
                        samme_error *error) {
    return samme_hub_run((const Samme__HubConfig *)(const void *)config, config_file, error);
}

int main(int argc, char **argv) {
    static const samme_program program = {.name = "samme-hub",
                                          .who = "hub",
                                          .summary = "Runs the hub of a chain.",
                                          .config = &samme__hub_config__descriptor,
                                          .check = check,
                                          .run = run};
    return samme_program_main(&program, argc, argv);
}
