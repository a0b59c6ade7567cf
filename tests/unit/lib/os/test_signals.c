#include "os/signals.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* What arrives within five seconds. */
static samme_signal wait_for_one(int fd) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    cr_assert_eq(poll(&waiting, 1, 5000), 1, "no signal came");
    return samme_signals_take(fd);
}

Test(signals, arrive_at_the_descriptor) {
    int fd = -1;
    samme_error error = {0};
    cr_assert_eq(samme_signals_open(&fd, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_signals_take(fd), SAMME_SIGNAL_NONE);
    kill(getpid(), SIGHUP);
    cr_assert_eq(wait_for_one(fd), SAMME_SIGNAL_RELOAD);
    kill(getpid(), SIGTERM);
    cr_assert_eq(wait_for_one(fd), SAMME_SIGNAL_STOP);
    kill(getpid(), SIGINT);
    cr_assert_eq(wait_for_one(fd), SAMME_SIGNAL_STOP);
    cr_assert_eq(samme_signals_take(fd), SAMME_SIGNAL_NONE);
    samme_signals_close(fd);
    samme_signals_close(-1);
}

Test(signals, a_closed_pipe_is_an_error_and_no_death) {
    int fd, ends[2];
    cr_assert_eq(samme_signals_open(&fd, NULL), SAMME_OK);
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(write(ends[1], "x", 1), -1);
    cr_assert_eq(errno, EPIPE);
    close(ends[1]);
    samme_signals_close(fd);
}
