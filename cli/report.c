#include <stdio.h>

#include "cli/cli.h"

static int exit_code(samme_status status) {
    switch (status) {
    case SAMME_OK:
        return SAMME_EXIT_OK;
    case SAMME_BAD_SIGNATURE:
    case SAMME_MISMATCH:
    case SAMME_STALE:
    case SAMME_CORRUPT:
        return SAMME_EXIT_BAD;
    case SAMME_FULL:
    case SAMME_LATER:
    case SAMME_UNKNOWN:
        return SAMME_EXIT_UNREACHABLE;
    case SAMME_DENIED:
        return SAMME_EXIT_DENIED;
    case SAMME_IO:
    case SAMME_NO_MEMORY:
        return SAMME_EXIT_IO;
    case SAMME_MALFORMED:
    case SAMME_TOO_LARGE:
    case SAMME_NOT_FOUND:
    case SAMME_CONFLICT:
    case SAMME_UNSUPPORTED:
    case SAMME_STATUS_COUNT:
        break;
    }
    return SAMME_EXIT_INPUT;
}

int samme_cli_fail(const samme_error *error) {
    fprintf(stderr, "samme: %s\n", error->text);
    return exit_code(error->status);
}
