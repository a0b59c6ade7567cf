/* The program run by a shell in a temporary folder. */
#ifndef SAMME_TESTS_SHELL_H
#define SAMME_TESTS_SHELL_H

#include <criterion/criterion.h>

typedef struct shell {
    char folder[64];
} shell;

typedef struct shell_run {
    int code;
    char text[131072]; /* stdout, then stderr behind it */
} shell_run;

shell shell_make(void);
void shell_remove(const shell *in);
/* Runs a line of the shell in the folder, where $SAMME is the program. The answer is overwritten by
 * the next call. */
const shell_run *shell_do(const shell *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same; the test fails on another exit code. */
const char *shell_text(const shell *in, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
