#include "os/log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 4, LINES = 60 };

/* Everything that `speak` logs, when stderr is `to` and is read at `from`. */
static void listen_to(void (*speak)(void), int from, int to, char *out, size_t room) {
    int real = dup(STDERR_FILENO);
    dup2(to, STDERR_FILENO);
    speak();
    dup2(real, STDERR_FILENO);
    close(real);
    cr_assert_eq(fcntl(from, F_SETFL, O_NONBLOCK), 0);
    size_t length = 0;
    for (ssize_t got; (got = read(from, out + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    out[length] = 0;
}

static void listen_to_pipe(void (*speak)(void), char *out, size_t room) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    listen_to(speak, ends[0], ends[1], out, room);
    close(ends[0]);
    close(ends[1]);
}

/* Compares with a text in which '0' stands for any digit. */
static bool is_like(const char *text, const char *shape) {
    for (; *text != 0 && *shape != 0; text++, shape++)
        if (*text != *shape && (*shape != '0' || *text < '0' || *text > '9'))
            return false;
    return *text == *shape;
}

static void speak_once(void) {
    samme_log_open("hub", SAMME_LOG_INFO);
    samme_log(SAMME_LOG_INFO, "branch %s is back", "oslo");
}

Test(log, a_line_has_its_fields) {
    char text[500];
    listen_to_pipe(speak_once, text, sizeof text);
    cr_assert(is_like(text,
                      "<6>ts=0000-00-00T00:00:00.000Z level=info who=hub msg=\"branch oslo is "
                      "back\"\n"),
              "%s", text);
}

Test(log, people_see_no_priority) {
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    cr_assert(controller >= 0 && grantpt(controller) == 0 && unlockpt(controller) == 0);
    int terminal = open(ptsname(controller), O_RDWR | O_NOCTTY);
    cr_assert_geq(terminal, 0);
    char text[500];
    listen_to(speak_once, controller, terminal, text, sizeof text);
    cr_assert_eq(strncmp(text, "ts=", 3), 0, "%s", text);
    close(terminal);
    close(controller);
}

static void speak_at_all_levels(void) {
    samme_log_open("node", SAMME_LOG_WARNING);
    samme_log(SAMME_LOG_INFO, "hidden");
    samme_log(SAMME_LOG_WARNING, "shown one");
    samme_log(SAMME_LOG_ERROR, "shown two");
    samme_log_show(SAMME_LOG_ERROR);
    samme_log(SAMME_LOG_WARNING, "hidden");
    samme_log_show(SAMME_LOG_INFO);
    samme_log(SAMME_LOG_INFO, "shown three");
}

Test(log, levels_below_are_not_shown) {
    char text[500];
    listen_to_pipe(speak_at_all_levels, text, sizeof text);
    cr_assert_null(strstr(text, "hidden"));
    cr_assert_eq(strncmp(text, "<4>", 3), 0);
    cr_assert_not_null(strstr(text, "level=warning who=node msg=\"shown one\"\n<3>"), "%s", text);
    cr_assert_not_null(strstr(text, "level=error who=node msg=\"shown two\"\n"), "%s", text);
    cr_assert_not_null(strstr(text, "level=info who=node msg=\"shown three\"\n"), "%s", text);
}

static void speak_of_an_attack(void) {
    samme_log_open("node", SAMME_LOG_INFO);
    samme_log(SAMME_LOG_INFO, "%s", "a\n<3>ts=now \"quoted\" back\\slash \x1b[31m\ttab Blåbær");
}

Test(log, text_from_outside_stays_in_its_field) {
    char text[500];
    listen_to_pipe(speak_of_an_attack, text, sizeof text);
    cr_assert_not_null(
        strstr(text, "msg=\"a\\n<3>ts=now \\\"quoted\\\" back\\\\slash ?[31m?tab Blåbær\"\n"), "%s",
        text);
    cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1, "one line");
}

static void speak_long(void) {
    char long_text[5000];
    memset(long_text, '"', sizeof long_text);
    long_text[sizeof long_text - 1] = 0;
    samme_log_open("a name that is longer than a name should be, by far", SAMME_LOG_INFO);
    errno = EXDEV;
    samme_log(SAMME_LOG_INFO, "%s", long_text);
    cr_assert_eq(errno, EXDEV, "a caller's errno survives");
}

Test(log, a_long_line_is_cut_and_still_a_line) {
    char text[8000];
    listen_to_pipe(speak_long, text, sizeof text);
    size_t length = strlen(text);
    cr_assert(length > 2000 && length < 4000, "%zu", length);
    cr_assert_str_eq(text + length - 4, "\\\"\"\n");
}

static void *speak_in_a_thread(void *context) {
    for (unsigned i = 0; i < LINES; i++)
        samme_log(SAMME_LOG_INFO, "thread %c says a line that must not be torn", *(char *)context);
    return NULL;
}

static void speak_together(void) {
    static char names[THREADS + 1] = "abcd";
    pthread_t threads[THREADS];
    samme_log_open("node", SAMME_LOG_INFO);
    for (unsigned i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, speak_in_a_thread, names + i), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

Test(log, lines_of_threads_are_whole) {
    static char text[65536];
    listen_to_pipe(speak_together, text, sizeof text);
    unsigned lines = 0;
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != 0; lines++) {
        char *name = strstr(line, "thread ");
        cr_assert_not_null(name, "%s", line);
        name[7] = 'x';
        cr_assert(is_like(line,
                          "<6>ts=0000-00-00T00:00:00.000Z level=info who=node msg=\"thread x says "
                          "a line that must not be torn\""),
                  "%s", line);
    }
    cr_assert_eq(lines, THREADS * LINES);
}
