#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

typedef struct program_run {
    int code;
    char text[16384]; /* of the stream asked for */
} program_run;

/* `stream` is what of stdout and stderr to look at, as a redirection of the shell. */
static program_run samme(const char *arguments, const char *stream) {
    program_run result = {.code = -1};
    char line[512];
    snprintf(line, sizeof line, "'%s' %s %s", SAMME_PROGRAM, arguments, stream);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t length = fread(result.text, 1, sizeof result.text - 1, pipe);
    result.text[length] = 0;
    int status = pclose(pipe);
    cr_assert(WIFEXITED(status));
    result.code = WEXITSTATUS(status);
    return result;
}

#define STDOUT "2>/dev/null"
#define STDERR "2>&1 >/dev/null"

static const char *const commands[] = {"chain init",    "chain add-branch", "chain enrol",
                                       "release build", "release sign",     "decide"};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void assert_lists_all(const char *text) {
    for (unsigned i = 0; i < COMMANDS; i++) {
        char row[64];
        snprintf(row, sizeof row, "\n  %s ", commands[i]);
        cr_assert_not_null(strstr(text, row), "no %s in:\n%s", commands[i], text);
    }
}

Test(program, help_lists_the_commands_on_stdout) {
    static const char *const ways[] = {"help", "--help"};
    for (unsigned i = 0; i < 2; i++) {
        program_run result = samme(ways[i], STDOUT);
        cr_assert_eq(result.code, 0);
        assert_lists_all(result.text);
    }
}

Test(program, says_its_version) {
    program_run result = samme("--version", STDOUT);
    cr_assert_eq(result.code, 0);
    unsigned major, minor, patch;
    cr_assert_eq(sscanf(result.text, "samme %u.%u.%u\n", &major, &minor, &patch), 3, "%s",
                 result.text);
}

Test(program, an_unknown_command_is_a_usage_error_with_the_list) {
    static const char *const ways[] = {"",          "nonsense", "chain",         "chain nonsense",
                                       "chai init", "init",     "help nonsense", "\"chain init\"",
                                       "''"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        program_run result = samme(ways[i], STDERR);
        cr_assert_eq(result.code, 64, "\"%s\" gave %d", ways[i], result.code);
        assert_lists_all(result.text);
    }
}

/* Whatever the list names can be asked for, so that no row of the table is forgotten here. */
Test(program, every_command_explains_itself) {
    program_run list = samme("help", STDOUT);
    unsigned asked = 0;
    for (char *row = strstr(list.text, "\n  "); row != NULL; row = strstr(row + 1, "\n  ")) {
        char name[32], arguments[64], usage[64];
        snprintf(name, sizeof name, "%.*s", (int)(strstr(row + 3, "  ") - row - 3), row + 3);
        if (strncmp(name, "help", 4) == 0)
            continue;
        asked++;
        snprintf(usage, sizeof usage, "Usage: samme %s ", name);
        for (unsigned way = 0; way < 2; way++) {
            snprintf(arguments, sizeof arguments, way == 0 ? "%s --help" : "help %s", name);
            program_run result = samme(arguments, STDOUT);
            cr_assert_eq(result.code, 0, "%s", arguments);
            cr_assert_eq(strncmp(result.text, usage, strlen(usage)), 0, "%s:\n%s", arguments,
                         result.text);
        }
    }
    cr_assert_geq(asked, COMMANDS);
}

Test(program, wrong_arguments_are_usage_errors) {
    static const char *const lines[] = {
        "chain init",
        "chain init /tmp/x",
        "chain init /tmp/x --chain 'Big Shop'",
        "chain init /tmp/x --chain a/b",
        "chain init /tmp/x --chain a --hub http://a:1",
        "chain init /tmp/x /tmp/y --chain a",
        "chain init --nonsense",
        "chain add-branch /tmp/x 1",
        "chain add-branch /tmp/x 0 Oslo",
        "chain add-branch /tmp/x one Oslo",
        "chain add-branch /tmp/x 4294967296 Oslo",
        "chain add-branch /tmp/x 1 'Oslo S'",
        "chain add-branch /tmp/x 1 ../Oslo",
        "chain add-branch /tmp/x 1 Oslo --region 0",
        "chain add-branch /tmp/x 1 Oslo more",
        "chain enrol /tmp/x branch:1",
        "chain enrol /tmp/x branch:x /tmp/y",
        "chain enrol /tmp/x branch /tmp/y",
        "chain enrol /tmp/x hub:1 /tmp/y",
        "chain enrol /tmp/x auditor: /tmp/y",
        "chain enrol /tmp/x auditor:../keys /tmp/y",
        "chain enrol /tmp/x auditor:a /tmp/y more",
        "release build /tmp/x /tmp/y",
        "release build /tmp/x --reason r",
        "release build /tmp/x /tmp/y /tmp/z --reason r",
        "release sign",
        "release sign /tmp/x --version 0",
        "release sign /tmp/x --version -1",
        "release sign /tmp/x /tmp/y",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        program_run result = samme(lines[i], STDERR);
        cr_assert_eq(result.code, 64, "\"%s\" gave %d", lines[i], result.code);
        cr_assert_neq(result.text[0], 0);
    }
}

Test(program, a_folder_that_is_no_chain_is_bad_input) {
    static const char *const lines[] = {
        "chain add-branch /nowhere 1 Oslo", "chain enrol /nowhere branch:1 /nowhere/y",
        "release build /nowhere /nowhere --reason r", "release sign /nowhere"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        program_run result = samme(lines[i], STDERR);
        cr_assert_eq(result.code, 65, "\"%s\" gave %d", lines[i], result.code);
        cr_assert_not_null(strstr(result.text, "expected a chain's folder"), "%s", result.text);
    }
}

Test(program, a_stdout_that_is_full_is_an_io_error) {
    program_run result = samme("help", "2>&1 >/dev/full");
    cr_assert_eq(result.code, 74);
}
