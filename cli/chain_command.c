#include "cli/chain_command.h"

#include "cli/cli.h"

int samme_chain_command(const struct argp *argp, int argc, char **argv, void *options,
                        const char *const *folder,
                        samme_status (*work)(samme_chain_folder *folder, void *options,
                                             samme_error *error)) {
    if (argp_parse(argp, argc, argv, 0, NULL, options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_chain_folder chain;
    if (samme_chain_open(*folder, &chain, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    const samme_status status = work(&chain, options, &error);
    samme_chain_close(&chain);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
