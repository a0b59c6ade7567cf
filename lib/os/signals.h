/* Signals as a file descriptor: SIGTERM and SIGINT ask to stop, SIGHUP to reload; SIGPIPE is
 * ignored. Call before any thread is started. */
#ifndef SAMME_OS_SIGNALS_H
#define SAMME_OS_SIGNALS_H

#include "samme/status.h"

typedef enum samme_signal {
    SAMME_SIGNAL_NONE,
    SAMME_SIGNAL_STOP,
    SAMME_SIGNAL_RELOAD
} samme_signal;

samme_status samme_signals_open(int *out_fd, samme_error *error) SAMME_CHECKED;
samme_signal samme_signals_take(int fd); /* never blocks */
void samme_signals_close(int fd);

#endif
