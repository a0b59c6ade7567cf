/* How far a long work is, on stderr. On a terminal a bar: one line, rewritten at most ten times a
 * second. Elsewhere a plain line every five seconds, so that a log says where it stands. */
#ifndef SAMME_CLI_PROGRESS_H
#define SAMME_CLI_PROGRESS_H

#include "base/buffer.h"

typedef struct samme_progress {
    const char *unit; /* "rows" */
    uint64_t total;   /* of what is `done` of; 0: not known */
    int64_t started_ms, shown_ms;
    bool terminal;
} samme_progress;

void samme_progress_start(samme_progress *progress, const char *unit, uint64_t total);
/* done: of the total (bytes, say; both below 10^16); count: of units. */
void samme_progress_show(samme_progress *progress, uint64_t done, uint64_t count);
void samme_progress_clear(samme_progress *progress); /* the line is free for a message */
int64_t samme_progress_elapsed_ms(const samme_progress *progress);

/* "[#####.....] 45% 12,345 rows 8,000 rows/s 0:05 left"; without `bar` from the percentage on; with
 * a total of 0 without bar, percentage and time. */
void samme_progress_line(samme_buffer *out, bool bar, uint64_t done, uint64_t total, uint64_t count,
                         const char *unit, int64_t elapsed_ms);
/* A count for people: "12,345". */
void samme_progress_count(samme_buffer *out, uint64_t count);
/* Units in a second, also when the time was none. */
uint64_t samme_progress_rate(uint64_t count, int64_t elapsed_ms);

#endif
