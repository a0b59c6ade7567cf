/* Log lines to stderr, one per call, for journald and people: "<6>ts=... level=info who=hub
 * msg=..." The <N> prefix only when stderr is not a terminal. Any thread may call it; a line is one
 * write(2). Only shells and mains log. */
#ifndef SAMME_OS_LOG_H
#define SAMME_OS_LOG_H

#include "samme/status.h"

typedef enum samme_log_level {
    SAMME_LOG_ERROR = 3,
    SAMME_LOG_WARNING = 4,
    SAMME_LOG_INFO = 6,
} samme_log_level;

void samme_log_open(const char *who, samme_log_level lowest_shown);
void samme_log_show(samme_log_level lowest_shown); /* from now on; any thread, at any time */
void samme_log(samme_log_level level, const char *format, ...) SAMME_PRINTF(2, 3);

#endif
