/* What a daemon's main does: options, configuration, exit codes. */
#ifndef SAMME_DAEMON_PROGRAM_H
#define SAMME_DAEMON_PROGRAM_H

#include "daemon/config.h"

typedef struct samme_program {
    const char *name; /* "samme-node" */
    const char *who;  /* in log lines: "node" */
    const char *summary;
    const ProtobufCMessageDescriptor *config;
    /* What the form cannot say; looks at the values alone. */
    samme_status (*check)(const samme_config *config, samme_error *error) SAMME_CHECKED;
    /* --check-config, after check: reads what the file names (keys, folders) and changes nothing.
     */
    samme_status (*examine)(const samme_config *config, samme_error *error) SAMME_CHECKED;
    /* Until it is asked to stop (SAMME_OK) or cannot go on. */
    samme_status (*run)(const samme_config *config, samme_error *error) SAMME_CHECKED;
    /* The same with --recover; NULL: there is no such option. */
    samme_status (*recover)(const samme_config *config, samme_error *error) SAMME_CHECKED;
    const char *recover_help;
    /* --renew-machine-key (daemon/machine_key.h). */
    samme_status (*renew)(const samme_config *config, samme_error *error) SAMME_CHECKED;
} samme_program;

/* NAME --config FILE [--check-config] [--renew-machine-key] [--recover]. Exit codes: 0 stopped, or
 * "config good"; 64 usage, 74 cannot go on, 77 the data folder has another owner, 78 configuration.
 */
int samme_program_main(const samme_program *program, int argc, char **argv);

#endif
