#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "os/clock.h"

enum { BAR_CELLS = 20, SHOW_EVERY_MS = 100, SAY_EVERY_MS = 5000, LINE_MAX_BYTES = 200 };

void samme_progress_count(samme_buffer *out, uint64_t count) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            samme_buffer_u8(out, ',');
        samme_buffer_u8(out, (uint8_t)digits[i]);
    }
}

uint64_t samme_progress_rate(uint64_t count, int64_t elapsed_ms) {
    uint64_t ms = elapsed_ms > 0 ? (uint64_t)elapsed_ms : 1;
    return count > UINT64_MAX / 1000 ? count / ms * 1000 : count * 1000 / ms;
}

static void append_bar(samme_buffer *out, unsigned percent) {
    samme_buffer_u8(out, '[');
    for (unsigned cell = 0; cell < BAR_CELLS; cell++)
        samme_buffer_u8(out, cell < percent * BAR_CELLS / 100 ? '#' : '.');
    samme_buffer_append_text(out, "] ");
}

void samme_progress_line(samme_buffer *out, bool bar, uint64_t done, uint64_t total, uint64_t count,
                         const char *unit, int64_t elapsed_ms) {
    if (done > total)
        done = total;
    unsigned percent = total == 0 ? 0 : (unsigned)(done * 100 / total);
    if (total > 0 && bar)
        append_bar(out, percent);
    if (total > 0)
        samme_buffer_printf(out, "%u%% ", percent);
    samme_progress_count(out, count);
    samme_buffer_printf(out, " %s ", unit);
    samme_progress_count(out, samme_progress_rate(count, elapsed_ms));
    samme_buffer_printf(out, " %s/s", unit);
    if (done == 0 || elapsed_ms <= 0)
        return;
    uint64_t left_s = (uint64_t)elapsed_ms / 100 * (total - done) / done / 10;
    samme_buffer_printf(out, " %llu:%02llu left", (unsigned long long)(left_s / 60),
                        (unsigned long long)(left_s % 60));
}

void samme_progress_start(samme_progress *progress, const char *unit, uint64_t total) {
    int64_t now = samme_clock_monotonic_ms();
    bool terminal = isatty(STDERR_FILENO) == 1;
    *progress = (samme_progress){.unit = unit,
                                 .total = total,
                                 .started_ms = now,
                                 .shown_ms = terminal ? now - SHOW_EVERY_MS : now,
                                 .terminal = terminal};
}

int64_t samme_progress_elapsed_ms(const samme_progress *progress) {
    return samme_clock_monotonic_ms() - progress->started_ms;
}

void samme_progress_show(samme_progress *progress, uint64_t done, uint64_t count) {
    int64_t now = samme_clock_monotonic_ms();
    if (now - progress->shown_ms < (progress->terminal ? SHOW_EVERY_MS : SAY_EVERY_MS))
        return;
    progress->shown_ms = now;
    samme_buffer line;
    samme_buffer_init(&line, LINE_MAX_BYTES);
    samme_progress_line(&line, progress->terminal, done, progress->total, count, progress->unit,
                        now - progress->started_ms);
    if (progress->terminal) /* and nothing of a longer line before */
        fprintf(stderr, "\r%s\033[K", samme_buffer_text(&line));
    else
        fprintf(stderr, "%s\n", samme_buffer_text(&line));
    samme_buffer_free(&line);
}

void samme_progress_clear(samme_progress *progress) {
    if (progress->terminal)
        fputs("\r\033[K", stderr);
}
