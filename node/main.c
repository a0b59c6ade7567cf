/* samme-node --config FILE */
#include <argp.h>

#include "daemon/program.h"
#include "node/shell.h"

const char *argp_program_version = "samme-node 0.1.0";

static samme_status check(const ProtobufCMessage *config, samme_error *error) {
    const Samme__NodeConfig *node = (const Samme__NodeConfig *)(const void *)config;
    if (node->enrolment[0] == 0 || node->data[0] == 0)
        return samme_fail(error, SAMME_MALFORMED, "expected enrolment and data");
    return SAMME_OK;
}

static samme_status run(const ProtobufCMessage *config, const char *config_file,
                        samme_error *error) {
    return samme_node_run((const Samme__NodeConfig *)(const void *)config, config_file, error);
}

int main(int argc, char **argv) {
    static const samme_program program = {.name = "samme-node",
                                          .who = "node",
                                          .summary = "Runs one branch of a chain.",
                                          .config = &samme__node_config__descriptor,
                                          .check = check,
                                          .run = run};
    return samme_program_main(&program, argc, argv);
}
