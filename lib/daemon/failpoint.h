/* Places at which a test may end a daemon as kill -9 does, or change what it is about to send. In
 * what ships there is nothing at any of them: only the test programs e2e_node and e2e_hub are built
 * with SAMME_FAILPOINTS, and tests/e2e/failpoint.c says what they do. */
#ifndef SAMME_DAEMON_FAILPOINT_H
#define SAMME_DAEMON_FAILPOINT_H

#include "samme/store.h"

#ifdef SAMME_FAILPOINTS
void samme_failpoint(const char *name);
/* Wraps the store: "before_commit", "after_commit". */
void samme_failpoint_store(samme_store *store);
/* "before_push", "after_ack"...: by the kind of message. The span is what to send instead. */
samme_span samme_failpoint_sending(samme_span message);
void samme_failpoint_sent(samme_span message);
#else
static inline void samme_failpoint(const char *name) {
    (void)name;
}
static inline void samme_failpoint_store(samme_store *store) {
    (void)store;
}
static inline samme_span samme_failpoint_sending(samme_span message) {
    return message;
}
static inline void samme_failpoint_sent(samme_span message) {
    (void)message;
}
#endif

#endif
