/* An enrolled peer's connection to the hub, for commands: ask and wait, with repeats and a bound.
 */
#ifndef SAMME_CLI_PEER_H
#define SAMME_CLI_PEER_H

#include "base/arena.h"
#include "enrol/enrol.h"
#include "net/net.h"
#include "wire/messages.h"

typedef struct samme_peer {
    samme_enrolment enrolment;
    samme_net *net;
    samme_transport transport;
    char address[SAMME_HUB_ADDRESS_MAX + 1];
} samme_peer;

/* Loads the enrolment and connects; `address` NULL or "": the enrolment's. */
samme_status samme_peer_open(const char *enrolment_folder, const char *address, samme_peer *out,
                             samme_error *error) SAMME_CHECKED;
void samme_peer_close(samme_peer *peer);
/* Sends until an answer of kind `expected`, or a refusal, comes: SAMME_LATER after timeout_ms
 * without one. A refusal is the status and text the hub gave. The answer lives in the arena. */
samme_status samme_peer_ask(samme_peer *peer, const Samme__Message *request,
                            Samme__Message__WhatCase expected, int timeout_ms, samme_arena *arena,
                            Samme__Message **out, samme_error *error) SAMME_CHECKED;
/* Sends one message; false when it could not be queued. */
bool samme_peer_send(samme_peer *peer, samme_span bytes) SAMME_CHECKED;
/* Waits for one message up to timeout_ms: SAMME_LATER when none came. */
samme_status samme_peer_receive(samme_peer *peer, int timeout_ms, samme_arena *arena,
                                Samme__Message **out, samme_error *error) SAMME_CHECKED;

#endif
