/* samme-node --config FILE */
#include <argp.h>
#include <stdio.h>

#include "daemon/config.h"
#include "node/shell.h"
#include "os/log.h"

const char *argp_program_version = "samme-node 0.1.0";

typedef struct arguments {
    const char *config;
    bool check;
} arguments;

static error_t parse(int key, char *value, struct argp_state *state) {
    arguments *given = state->input;
    if (key == 'c')
        given->config = value;
    else if (key == 'k')
        given->check = true;
    else if (key == ARGP_KEY_END && given->config == NULL)
        argp_error(state, "expected --config FILE");
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "no argument expected, found \"%s\"", value);
    return 0;
}

int main(int argc, char **argv) {
    static const struct argp_option options[] = {
        {"config", 'c', "FILE", 0, "the node's configuration", 0},
        {"check-config", 'k', NULL, 0, "read the configuration, say what is wrong, and stop", 0},
        {0},
    };
    static const struct argp argp = {options, parse, NULL, "Runs one branch of a chain.",
                                     NULL,    NULL,  NULL};
    arguments given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_log_open("node", SAMME_LOG_INFO);
    samme_error error = {0};
    samme_arena arena;
    samme_arena_init(&arena, 1024 * 1024);
    const Samme__NodeConfig *config = (const Samme__NodeConfig *)(const void *)samme_config_read(
        &samme__node_config__descriptor, given.config, &arena, &error);
    int code = 0;
    if (config != NULL && (config->enrolment[0] == 0 || config->data[0] == 0)) {
        samme_fail(&error, SAMME_MALFORMED, "%s: expected enrolment and data", given.config);
        config = NULL;
    }
    if (config == NULL) {
        fprintf(stderr, "samme-node: %s\n", error.text);
        code = 78;
    } else if (!given.check && samme_node_run(config, given.config, &error) != SAMME_OK) {
        samme_log(SAMME_LOG_ERROR, "%s", error.text);
        code = error.status == SAMME_CONFLICT ? 77 : 74;
    }
    samme_arena_free(&arena);
    return code;
}
