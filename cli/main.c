/* The samme command: finds the subcommand in the table and hands it the rest of the line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "crypto/sign.h"

static const samme_command commands[] = {
    {"chain init", "make a chain's keys, root, first roster and hub folder", samme_cli_chain_init},
    {"chain add-branch", "add a branch to the roster", samme_cli_chain_add_branch},
    {"chain enrol", "write the folder that a branch, auditor or operator is set up with",
     samme_cli_chain_enrol},
    {"chain invite", "write the folder for a machine that makes its own keys",
     samme_cli_chain_invite},
    {"chain admit", "take an invited machine into the roster", samme_cli_chain_admit},
    {"enrol", "make an invited machine's keys, and its request", samme_cli_enrol},
    {"chain key", "make the signing key of a holder", samme_cli_chain_key},
    {"chain rotate", "begin the next root, or a branch's next epoch: other keys",
     samme_cli_chain_rotate},
    {"chain sign", "add a signature to the root or roster that waits", samme_cli_chain_sign},
    {"release build", "make an unsigned release of a folder of documents", samme_cli_release_build},
    {"release sign", "add a signature to a release that was built", samme_cli_release_sign},
    {"release halt", "hold waves of a release back", samme_cli_release_halt},
    {"release publish", "hand a signed release to the hub", samme_cli_release_publish},
    {"status", "what the hub and every branch hold", samme_cli_status},
    {"alarms", "lines refunded beyond what was sold, at a node", samme_cli_alarms},
    {"audit case", "tell the story of one case, all of it checked", samme_cli_audit_case},
    {"audit fork", "check the proof that a key signed two histories", samme_cli_audit_fork},
    {"audit", "replay everything and decide every return again", samme_cli_audit},
    {"log export", "write the journal and the branch logs as tlog-tiles files",
     samme_cli_log_export},
    {"log verify", "check a log that lies in tlog-tiles files", samme_cli_log_verify},
    {"till add", "give a till of a node a token", samme_cli_till_add},
    {"till list", "the tills of a node", samme_cli_till_list},
    {"till remove", "take a till's token away", samme_cli_till_remove},
    {"person add", "give a person a PIN at a node", samme_cli_person_add},
    {"person list", "who has a PIN at a node", samme_cli_person_list},
    {"person remove", "take a person's PIN away", samme_cli_person_remove},
    {"person unlock", "end a lock-out", samme_cli_person_unlock},
    {"new", "write a sound start of two files", samme_cli_new},
    {"render", "print a policy as prose for customers or staff", samme_cli_render},
    {"check", "prove a folder of documents sound", samme_cli_check},
    {"diff", "where two folders answer differently", samme_cli_diff},
    {"decide", "answer facts by the policy in a folder", samme_cli_decide},
    {"import receipts", "record the receipts of a till's export", samme_cli_import_receipts},
    {"import returns", "decide and pay the returns found in an export", samme_cli_import_returns},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void list_commands(FILE *out) {
    fprintf(out, "usage: samme COMMAND [OPTION...]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-18s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "  %-18s %s\n", "help [COMMAND]", "this list, or how a command is used");
    fprintf(out, "\nsamme COMMAND --help says more; samme --version gives the version.\n");
}

/* The command that the words begin with, and how many words its name is. */
static const samme_command *find_command(int count, char **words, int *out_words) {
    for (size_t i = 0; i < COMMANDS; i++) {
        const char *second = strchr(commands[i].name, ' ');
        size_t first =
            second == NULL ? strlen(commands[i].name) : (size_t)(second - commands[i].name);
        *out_words = second == NULL ? 1 : 2;
        if (count >= *out_words && strlen(words[0]) == first &&
            memcmp(words[0], commands[i].name, first) == 0 &&
            (second == NULL || strcmp(words[1], second + 1) == 0))
            return &commands[i];
    }
    return NULL;
}

static int run_command(const samme_command *command, int argc, char **argv) {
    char name[64];
    snprintf(name, sizeof name, "samme %s", command->name);
    argv[0] = name;
    samme_error error;
    if (samme_crypto_init(&error) != SAMME_OK)
        return samme_cli_fail(&error);
    return command->run(argc, argv);
}

static int unknown(int count, char **words) {
    fprintf(stderr, "samme: unknown command \"%s%s%s\"\n", words[0], count > 1 ? " " : "",
            count > 1 ? words[1] : "");
    list_commands(stderr);
    return SAMME_EXIT_USAGE;
}

static int help(int count, char **words) {
    if (count == 0) {
        list_commands(stdout);
        return SAMME_EXIT_OK;
    }
    int used;
    const samme_command *command = find_command(count, words, &used);
    if (command == NULL)
        return unknown(count, words);
    char option[] = "--help";
    char *arguments[] = {NULL, option, NULL};
    return run_command(command, 2, arguments);
}

static int dispatch(int argc, char **argv) {
    if (argc < 2) {
        list_commands(stderr);
        return SAMME_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("samme %s\n", SAMME_VERSION);
        return SAMME_EXIT_OK;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
        return help(argc - 2, argv + 2);
    int words;
    const samme_command *command = find_command(argc - 1, argv + 1, &words);
    if (command == NULL)
        return unknown(argc - 1, argv + 1);
    return run_command(command, argc - words, argv + words);
}

int main(int argc, char **argv) {
    int code = dispatch(argc, argv);
    if (fflush(stdout) != 0 && code == SAMME_EXIT_OK) {
        perror("samme: stdout");
        code = SAMME_EXIT_IO;
    }
    return code;
}
