/* The words behind samme release build. */
#ifndef SAMME_CLI_RELEASE_OPTIONS_H
#define SAMME_CLI_RELEASE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "samme/status.h"

#define SAMME_DROPS_MAX 64

typedef struct samme_build_options {
    const char *folder;
    const char *documents; /* NULL: those of release `from` */
    const char *reason;
    const char *author;
    const char *waves; /* a file; NULL: none */
    int64_t at_ms, expires_ms;
    uint64_t from, baseline; /* 0: not given */
    uint64_t drops[SAMME_DROPS_MAX];
    size_t drop_count;
} samme_build_options;

/* False, after saying why, when they are not to be understood. */
bool samme_build_options_parse(int argc, char **argv, samme_build_options *out) SAMME_CHECKED;

#endif
