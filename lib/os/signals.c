#include "os/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

samme_status samme_signals_open(int *out_fd, samme_error *error) {
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGHUP);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int blocked = pthread_sigmask(SIG_BLOCK, &ours, NULL);
    if (blocked != 0)
        return samme_fail(error, SAMME_IO, "signals cannot be blocked: %s", strerror(blocked));
    if (sigaction(SIGPIPE, &ignore, NULL) != 0)
        return samme_fail(error, SAMME_IO, "SIGPIPE cannot be ignored: %s", strerror(errno));
    int fd = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return samme_fail(error, SAMME_IO, "no descriptor for signals: %s", strerror(errno));
    *out_fd = fd;
    return SAMME_OK;
}

samme_signal samme_signals_take(int fd) {
    struct signalfd_siginfo taken;
    ssize_t got;
    do
        got = read(fd, &taken, sizeof taken);
    while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof taken)
        return SAMME_SIGNAL_NONE;
    return taken.ssi_signo == SIGHUP ? SAMME_SIGNAL_RELOAD : SAMME_SIGNAL_STOP;
}

void samme_signals_close(int fd) {
    if (fd >= 0)
        close(fd);
}
