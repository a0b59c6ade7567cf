/* The samme command: one file per subcommand, one row per subcommand in main.c's table. Data goes
 * to stdout, messages to stderr; with --json the data is JSON. */
#ifndef SAMME_CLI_CLI_H
#define SAMME_CLI_CLI_H

#include "samme/status.h"

/* Exit codes (sysexits where they fit). */
enum {
    SAMME_EXIT_OK = 0,
    SAMME_EXIT_BAD = 1, /* the thing examined is bad */
    SAMME_EXIT_USAGE = 64,
    SAMME_EXIT_INPUT = 65,       /* bad input */
    SAMME_EXIT_UNREACHABLE = 69, /* hub or node does not answer */
    SAMME_EXIT_IO = 74,
    SAMME_EXIT_DENIED = 77,
    SAMME_EXIT_CONFIG = 78,
};

/* A subcommand: argv[0] is "samme NAME" for messages; returns the exit code. Each parses its own
 * options with argp. */
typedef struct samme_command {
    const char *name; /* "chain init": one or two words */
    const char *summary;
    int (*run)(int argc, char **argv);
} samme_command;

int samme_cli_chain_init(int argc, char **argv);       /* cli/chain_init.c */
int samme_cli_chain_add_branch(int argc, char **argv); /* cli/chain.c */
int samme_cli_chain_enrol(int argc, char **argv);
int samme_cli_chain_invite(int argc, char **argv); /* cli/chain_invite.c */
int samme_cli_chain_admit(int argc, char **argv);
int samme_cli_enrol(int argc, char **argv);        /* cli/enrol.c */
int samme_cli_chain_rotate(int argc, char **argv); /* cli/chain_rotate.c */
int samme_cli_chain_sign(int argc, char **argv);   /* cli/chain_sign.c */
int samme_cli_chain_key(int argc, char **argv);
int samme_cli_release_build(int argc, char **argv);   /* cli/release.c */
int samme_cli_release_sign(int argc, char **argv);    /* cli/release_sign.c */
int samme_cli_release_halt(int argc, char **argv);
int samme_cli_release_publish(int argc, char **argv); /* cli/publish.c */
int samme_cli_decide(int argc, char **argv);          /* cli/decide.c */
int samme_cli_new(int argc, char **argv);             /* cli/new.c */
int samme_cli_render(int argc, char **argv);          /* cli/render.c */
int samme_cli_check(int argc, char **argv);           /* cli/check.c */
int samme_cli_diff(int argc, char **argv);            /* cli/diff.c */
int samme_cli_import_receipts(int argc, char **argv); /* cli/import.c */
int samme_cli_import_returns(int argc, char **argv);  /* cli/import_returns.c */
int samme_cli_audit(int argc, char **argv);           /* cli/audit.c */
int samme_cli_audit_case(int argc, char **argv);      /* cli/audit_case.c */
int samme_cli_audit_fork(int argc, char **argv);      /* cli/audit_fork.c */
int samme_cli_status(int argc, char **argv);          /* cli/status.c */
int samme_cli_alarms(int argc, char **argv);          /* cli/alarms.c */
int samme_cli_log_export(int argc, char **argv);      /* cli/log_export.c */
int samme_cli_log_verify(int argc, char **argv);      /* cli/log.c */
int samme_cli_till_add(int argc, char **argv);        /* cli/till.c */
int samme_cli_till_list(int argc, char **argv);
int samme_cli_till_remove(int argc, char **argv);
int samme_cli_person_add(int argc, char **argv); /* cli/person.c */
int samme_cli_person_list(int argc, char **argv);
int samme_cli_person_remove(int argc, char **argv);
int samme_cli_person_unlock(int argc, char **argv);

/* Prints "samme: text" and returns the exit code that belongs to the status. */
int samme_cli_fail(const samme_error *error);

#endif
