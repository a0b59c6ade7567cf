/* Stands in for libcriterion when the tests run under valgrind: it runs a program's tests in turn
 * in one process. Criterion starts the program anew for each, and under valgrind starting, and
 * translating the same code again, costs more than most tests do. The loader takes it for
 * libcriterion.so.3 (LD_LIBRARY_PATH, see tests/run). It has what our tests use; of what it lacks
 * the loader says the name. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The program's lists of tests and suites; cmake/SammeModule.cmake has the linker name them. */
extern struct criterion_test *__start_cr_tst[], *__stop_cr_tst[];
extern struct criterion_suite *__start_cr_sts[] __attribute__((weak));
extern struct criterion_suite *__stop_cr_sts[] __attribute__((weak));

struct criterion_options criterion_options;

typedef struct redirection {
    FILE *reader;
    int kept; /* the stream's own descriptor meanwhile */
} redirection;

static const struct criterion_test *test; /* the one that runs */
static const struct criterion_suite *suite;
static bool failed;
static jmp_buf end_of_test;
static redirection output, errors;

static void call(void (*fixture)(void)) {
    if (fixture != NULL)
        fixture();
}

void criterion_internal_test_setup(void) {
    call(suite != NULL ? suite->data->init : NULL);
    call(test->data->init);
}

void criterion_internal_test_main(void (*body)(void)) {
    body();
}

void criterion_internal_test_teardown(void) {
    call(test->data->fini);
    call(suite != NULL ? suite->data->fini : NULL);
}

int cr_asprintf(char **out, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = vasprintf(out, format, list);
    va_end(list);
    return length;
}

void cr_asprintf_free(char *text) {
    free(text);
}

/* Of what stood in the assertion, the first: the expression. */
char *cr_translate_assert_msg(int kind, ...) {
    va_list list;
    va_start(list, kind);
    char *text = strdup(kind == CRITERION_ASSERT_MSG_FAIL ? "" : va_arg(list, const char *));
    va_end(list);
    return text;
}

void cri_asserts_passed_incr(void) {
}

void criterion_send_assert(struct criterion_assert_stats *of) {
    if (of->passed)
        return;
    failed = true;
    printf("%s:%u: %s\n", of->file, of->line, of->message);
}

void criterion_continue_test(void) {
}

void criterion_abort_test(void) {
    longjmp(end_of_test, 1);
}

void criterion_skip_test(const char *format, ...) {
    (void)format;
    longjmp(end_of_test, 1);
}

void cr_log(enum criterion_severity severity, const char *format, ...) {
    (void)severity;
    (void)format;
}

/* The stream goes into a file, which is read by a descriptor of its own. */
static void redirect(FILE *stream, redirection *as) {
    char path[] = "/tmp/samme-output-XXXXXX";
    fflush(stream);
    int fd = mkstemp(path);
    *as = (redirection){.reader = fopen(path, "re"), .kept = dup(fileno(stream))};
    if (fd < 0 || as->reader == NULL || as->kept < 0 || dup2(fd, fileno(stream)) < 0)
        abort();
    close(fd);
    unlink(path);
}

static void put_back(FILE *stream, redirection *as) {
    fflush(stream);
    if (as->reader == NULL)
        return;
    if (dup2(as->kept, fileno(stream)) < 0)
        abort();
    close(as->kept);
    fclose(as->reader);
    as->reader = NULL;
}

/* 1 when the text is all that came since the reader's place, else 0. */
static int match(FILE *stream, const redirection *as, const char *text) {
    char found[4096];
    fflush(stream);
    size_t length = fread(found, 1, sizeof found - 1, as->reader);
    found[length] = 0;
    return strcmp(found, text) == 0;
}

void cr_redirect_stdout(void) {
    redirect(stdout, &output);
}

void cr_redirect_stderr(void) {
    redirect(stderr, &errors);
}

FILE *cr_get_redirected_stdout(void) {
    return output.reader;
}

FILE *cr_get_redirected_stderr(void) {
    return errors.reader;
}

int cr_stdout_match_str(const char *text) {
    return match(stdout, &output, text);
}

int cr_stderr_match_str(const char *text) {
    return match(stderr, &errors, text);
}

/* One that is to end its process has one. */
static void run_in_child(void) {
    int status = -1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        test->test();
        exit(EXIT_SUCCESS);
    }
    bool waited = waitpid(child, &status, 0) == child;
    failed = !waited || (WIFEXITED(status) ? WEXITSTATUS(status) != test->data->exit_code
                                           : WTERMSIG(status) != test->data->signal);
}

static void run(void) {
    failed = false;
    clock_t from = clock();
    if (test->data->exit_code != 0 || test->data->signal != 0)
        run_in_child();
    else if (setjmp(end_of_test) == 0)
        test->test();
    put_back(stdout, &output);
    put_back(stderr, &errors);
    printf("%s %s/%s: %ld ms of CPU\n", failed ? "FAILED" : "passed", test->category, test->name,
           (clock() - from) / (CLOCKS_PER_SEC / 1000));
}

/* Whether the list of those that take too long names the test: a line "suite/test ...". */
static bool left_out(FILE *list) {
    char line[300];
    size_t suite_length = strlen(test->category), length = strlen(test->name);
    if (list == NULL)
        return false;
    rewind(list);
    while (fgets(line, sizeof line, list) != NULL) {
        const char *name = line + suite_length + 1;
        if (strncmp(line, test->category, suite_length) == 0 && line[suite_length] == '/' &&
            strncmp(name, test->name, length) == 0 && name[length] == ' ')
            return true;
    }
    return false;
}

static const struct criterion_suite *suite_of(const struct criterion_test *wanted) {
    for (struct criterion_suite **of = __start_cr_sts; of < __stop_cr_sts; of++) {
        if (strcmp((*of)->name, wanted->category) == 0)
            return *of;
    }
    return NULL;
}

int main(void) {
    unsigned ran = 0, wrong = 0, left = 0;
    const char *path = getenv("ONE_PROCESS_LEFT_OUT");
    FILE *list = path == NULL ? NULL : fopen(path, "re");
    for (struct criterion_test **at = __start_cr_tst; at < __stop_cr_tst; at++) {
        test = *at;
        suite = suite_of(test);
        if (test->data->disabled || left_out(list)) {
            left++;
            continue;
        }
        run();
        ran++;
        wrong += failed;
    }
    printf("%u tests, %u failed, %u left out\n", ran, wrong, left);
    if (list != NULL)
        fclose(list);
    return ran + left == 0 || wrong != 0;
}
