/* A chain in a temporary folder, and commands run on it. */
#ifndef SAMME_TESTS_CHAIN_FIXTURE_H
#define SAMME_TESTS_CHAIN_FIXTURE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/chain_folder.h"
#include "cli/cli.h"
#include "enrol/key_file.h"

#define CHAIN "t.example"

typedef struct chain_place {
    char root[64];   /* temporary, removed by place_remove */
    char chain[128]; /* root/chain: after place_make a chain without branches */
} chain_place;

chain_place place_make(void);
void place_remove(const chain_place *place);
/* root/name, in a buffer that the fourth call from now uses again. */
const char *place_path(const chain_place *place, const char *name);

typedef int command(int argc, char **argv);
/* Runs a command with the arguments up to NULL; its exit code. */
int run(command *run_command, ...) __attribute__((sentinel));

void write_text(const char *folder, const char *name, const char *text);
/* To be freed with samme_buffer_free. */
samme_buffer read_text(const char *folder, const char *name);
bool exists(const char *folder, const char *name);
samme_chain_folder open_chain(const chain_place *place);

#endif
