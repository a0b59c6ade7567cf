#include "daemon/program.h"

#include <argp.h>
#include <stdio.h>

#include "os/log.h"

enum { EXIT_IO = 74, EXIT_DENIED = 77, EXIT_CONFIG = 78 };

typedef struct arguments {
    const char *config;
    bool check, recover, renew;
} arguments;

static error_t parse(int key, char *value, struct argp_state *state) {
    arguments *given = state->input;
    if (key == 'c')
        given->config = value;
    else if (key == 'k')
        given->check = true;
    else if (key == 'r')
        given->recover = true;
    else if (key == 'm')
        given->renew = true;
    else if (key == ARGP_KEY_END && given->config == NULL)
        argp_error(state, "expected --config FILE");
    else if (key == ARGP_KEY_END && given->recover && given->renew)
        argp_error(state, "expected --recover or --renew-machine-key, not both");
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "no argument expected, found \"%s\"", value);
    return 0;
}

int samme_program_main(const samme_program *program, int argc, char **argv) {
    struct argp_option options[] = {
        {"config", 'c', "FILE", 0, "the configuration, YAML", 0},
        {"check-config", 'k', NULL, 0,
         "read the configuration and what it names, say what is wrong, and stop", 0},
        {"renew-machine-key", 'm', NULL, 0,
         "while it does not run: wrap all keys under another one, forget the old one, and stop", 0},
        {"recover", 'r', NULL, 0, program->recover_help, 0},
        {0},
    };
    if (program->recover == NULL)
        options[3] = (struct argp_option){0};
    const struct argp argp = {options, parse, NULL, program->summary, NULL, NULL, NULL};
    arguments given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_log_open(program->who, SAMME_LOG_INFO);
    samme_error error = {0};
    samme_config config;
    samme_status status = samme_config_open(program->config, given.config, &config, &error);
    if (status == SAMME_OK)
        status = program->check(&config, &error);
    if (status == SAMME_OK && given.check)
        status = program->examine(&config, &error);
    int code = 0;
    if (status != SAMME_OK) {
        fprintf(stderr, "%s: %s\n", program->name, error.text);
        code = EXIT_CONFIG;
    } else if (given.check) {
        printf("%s: %s: config good\n", program->name, given.config);
    } else if ((given.renew     ? program->renew
                : given.recover ? program->recover
                                : program->run)(&config, &error) != SAMME_OK) {
        samme_log(SAMME_LOG_ERROR, "%s", error.text);
        code = error.status == SAMME_CONFLICT ? EXIT_DENIED : EXIT_IO;
    }
    samme_config_close(&config);
    return code;
}
