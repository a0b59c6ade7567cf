/* What a daemon's main does: options, configuration, exit codes. */
#ifndef SAMME_DAEMON_PROGRAM_H
#define SAMME_DAEMON_PROGRAM_H

#include "wire/mapping.h"

typedef struct samme_program {
    const char *name; /* "samme-node" */
    const char *who;  /* in log lines: "node" */
    const char *summary;
    const ProtobufCMessageDescriptor *config;
    /* What the form cannot say, such as fields that must be there. */
    samme_status (*check)(const ProtobufCMessage *config, samme_error *error) SAMME_CHECKED;
    /* Until it is asked to stop (SAMME_OK) or cannot go on. Relative paths start at config_file's
     * folder. */
    samme_status (*run)(const ProtobufCMessage *config, const char *config_file,
                        samme_error *error) SAMME_CHECKED;
} samme_program;

/* NAME --config FILE [--check-config]. Exit codes: 0 stopped, 64 usage, 74 cannot go on, 77 the
 * data folder has another owner, 78 configuration. */
int samme_program_main(const samme_program *program, int argc, char **argv);

#endif
