#include "os/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/calendar.h"
#include "os/clock.h"

enum { TEXT_MAX_BYTES = 1024, LINE_MAX_BYTES = 3 * TEXT_MAX_BYTES };

/* A process has one stderr, so it has one log: set by main before it starts a thread. */
static struct {
    char who[32];
    atomic_int lowest_shown; /* changes while others log */
    int priorities;          /* journald reads the <N>, people do not */
} log_state = {.who = "samme", .lowest_shown = SAMME_LOG_INFO};

void samme_log_open(const char *who, samme_log_level lowest_shown) {
    snprintf(log_state.who, sizeof log_state.who, "%s", who);
    log_state.priorities = !isatty(STDERR_FILENO);
    samme_log_show(lowest_shown);
}

void samme_log_show(samme_log_level lowest_shown) {
    atomic_store(&log_state.lowest_shown, (int)lowest_shown);
}

static const char *name_of(samme_log_level level) {
    switch (level) {
    case SAMME_LOG_ERROR:
        return "error";
    case SAMME_LOG_WARNING:
        return "warning";
    case SAMME_LOG_INFO:
        return "info";
    }
    return "unknown";
}

/* Quotes the text, so that one from outside can neither begin a line nor end the field. Writes at
 * most two bytes a byte and no terminator; returns how many. */
static size_t quote(const char *text, char *out) {
    char *at = out;
    *at++ = '"';
    for (; *text != 0; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\' || byte == '\n')
            *at++ = '\\';
        *at++ = byte == '\n' ? 'n' : byte < 0x20 || byte == 0x7f ? '?' : *text;
    }
    *at++ = '"';
    return (size_t)(at - out);
}

static void write_line(const char *line, size_t length) {
    ssize_t written;
    do
        written = write(STDERR_FILENO, line, length);
    while (written < 0 && errno == EINTR);
}

void samme_log(samme_log_level level, const char *format, ...) {
    if ((int)level > atomic_load(&log_state.lowest_shown))
        return;
    int errno_before = errno; /* a log line between a failure and its handling must not change it */
    char text[TEXT_MAX_BYTES], line[LINE_MAX_BYTES], priority[8] = "";
    char time[SAMME_TIME_TEXT_BYTES];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(text, sizeof text, format, arguments) < 0)
        text[0] = 0;
    va_end(arguments);
    int64_t now = samme_clock_wall_ms();
    samme_time_format(now, time);
    if (log_state.priorities)
        snprintf(priority, sizeof priority, "<%d>", (int)level);
    int head = snprintf(line, sizeof line - 2 * sizeof text - 3,
                        "%sts=%.19s.%03dZ level=%s who=%s msg=", priority, time, (int)(now % 1000),
                        name_of(level), log_state.who);
    size_t length = (size_t)head;
    length += quote(text, line + length);
    line[length++] = '\n';
    write_line(line, length);
    errno = errno_before;
}
