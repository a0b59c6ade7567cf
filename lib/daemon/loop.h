/* The control thread's loop: wait for the net, the stores and the signals; give the daemon its
 * turn; stop when asked, after what was begun is done, within ten seconds; at once when asked
 * twice.
 */
#ifndef SAMME_DAEMON_LOOP_H
#define SAMME_DAEMON_LOOP_H

#include <stdint.h>

#include "net/net.h"

typedef struct samme_loop {
    samme_net *net;
    int fds[6]; /* besides the net and the signals */
    size_t fd_count;
    int signals; /* os/signals.h */
    void *self;
    int64_t (*next_ms)(void *self); /* when the next turn is due, monotonic */
    /* One turn; a status other than SAMME_OK ends the loop with it. */
    samme_status (*turn)(void *self, samme_error *error) SAMME_CHECKED;
    void (*stop)(void *self);   /* asked to stop: turns go on until idle, nothing new is begun */
    bool (*idle)(void *self);   /* what was begun is done */
    void (*reload)(void *self); /* SIGHUP */
} samme_loop;

samme_status samme_loop_run(const samme_loop *loop, samme_error *error) SAMME_CHECKED;

#endif
