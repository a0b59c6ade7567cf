/* What every command on a chain's folder does around its own work. */
#ifndef SAMME_CLI_CHAIN_COMMAND_H
#define SAMME_CLI_CHAIN_COMMAND_H

#include <argp.h>

#include "cli/chain_folder.h"

/* Reads the command line into `options`, which says in *folder where the chain's folder is, opens
 * that, does the command's own work on it, closes it. What failed is said; the exit code. */
typedef struct samme_chain_work {
    samme_status (*work)(samme_chain_folder *folder, void *options,
                         samme_error *error) SAMME_CHECKED;
    void *options;
    const char *const *folder;
} samme_chain_work;
int samme_chain_command(const struct argp *argp, int argc, char **argv,
                        const samme_chain_work *own) SAMME_CHECKED;

#endif
