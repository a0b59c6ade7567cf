#include "daemon/loop.h"

#include "os/clock.h"
#include "os/log.h"
#include "os/signals.h"

enum { DRAIN_MS = 10000, TURN_MAX_MS = 1000, LOOP_FDS = 7 };

static samme_status wait_for_work(const samme_loop *loop, int64_t now_ms, samme_error *error) {
    int fds[LOOP_FDS];
    bool ready[LOOP_FDS];
    for (size_t i = 0; i < loop->fd_count; i++)
        fds[i] = loop->fds[i];
    fds[loop->fd_count] = loop->signals;
    int64_t wait = loop->next_ms(loop->self) - now_ms;
    wait = wait < 0 ? 0 : wait > TURN_MAX_MS ? TURN_MAX_MS : wait;
    return samme_net_wait(loop->net, fds, loop->fd_count + 1, ready, (int)wait, error);
}

samme_status samme_loop_run(const samme_loop *loop, samme_error *error) {
    int64_t stop_ms = 0; /* 0: nobody asked */
    for (;;) {
        int64_t now_ms = samme_clock_monotonic_ms();
        if (stop_ms != 0 && (loop->idle(loop->self) || now_ms > stop_ms))
            return SAMME_OK;
        samme_status status = wait_for_work(loop, now_ms, error);
        if (status == SAMME_OK)
            status = loop->turn(loop->self, error);
        if (status != SAMME_OK)
            return status;
        samme_signal asked = samme_signals_take(loop->signals);
        if (asked == SAMME_SIGNAL_RELOAD && stop_ms == 0)
            loop->reload(loop->self);
        if (asked == SAMME_SIGNAL_STOP) {
            if (stop_ms != 0)
                return SAMME_OK; /* asked twice */
            samme_log(SAMME_LOG_INFO, "stopping");
            loop->stop(loop->self);
            stop_ms = now_ms + DRAIN_MS;
        }
    }
}
