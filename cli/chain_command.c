#include "cli/chain_command.h"

#include "cli/cli.h"

int samme_chain_command(const struct argp *argp, int argc, char **argv,
                        const samme_chain_work *own) {
    if (argp_parse(argp, argc, argv, 0, NULL, own->options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_chain_folder chain;
    if (samme_chain_open(*own->folder, &chain, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    const samme_status status = own->work(&chain, own->options, &error);
    samme_chain_close(&chain);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
