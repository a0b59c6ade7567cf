#include "shell.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

shell shell_make(void) {
    shell made = {.folder = "/tmp/samme-shell-XXXXXX"};
    cr_assert_not_null(mkdtemp(made.folder));
    cr_assert_eq(setenv("SAMME", SAMME_PROGRAM, 1), 0);
    return made;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void shell_remove(const shell *in) {
    cr_assert_eq(nftw(in->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static const shell_run *run(const shell *in, const char *format, va_list list) {
    static shell_run result;
    char line[4096];
    int length = snprintf(line, sizeof line, "cd '%s' && { ", in->folder);
    length += vsnprintf(line + length, sizeof line - (size_t)length, format, list);
    cr_assert_lt(length, (int)sizeof line - 16);
    snprintf(line + length, sizeof line - (size_t)length, "; } 2>&1");
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t read = fread(result.text, 1, sizeof result.text - 1, pipe);
    cr_assert_lt(read, sizeof result.text - 1);
    result.text[read] = 0;
    int status = pclose(pipe);
    cr_assert(WIFEXITED(status));
    result.code = WEXITSTATUS(status);
    return &result;
}

const shell_run *shell_do(const shell *in, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const shell_run *result = run(in, format, list);
    va_end(list);
    return result;
}

const char *shell_text(const shell *in, int code, const char *format, ...) {
    va_list list;
    va_start(list, format);
    const shell_run *result = run(in, format, list);
    va_end(list);
    cr_assert_eq(result->code, code, "%s gave %d:\n%s", format, result->code, result->text);
    return result->text;
}
