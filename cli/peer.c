#include "cli/peer.h"

#include <stdio.h>

#include "os/clock.h"
#include "wire/pack.h"

enum { ASK_AGAIN_MS = 1000 };

samme_status samme_peer_open(const char *enrolment_folder, const char *address, samme_peer *out,
                             samme_error *error) {
    *out = (samme_peer){0};
    samme_status status = samme_crypto_init(error);
    if (status == SAMME_OK)
        status = samme_enrol_load(enrolment_folder, &out->enrolment, error);
    if (status != SAMME_OK)
        return status;
    snprintf(out->address, sizeof out->address, "%s",
             address != NULL && address[0] != 0 ? address : out->enrolment.hub);
    if (out->address[0] == 0)
        status = samme_fail(error, SAMME_NOT_FOUND, "%s names no hub: say tcp://HOST:PORT",
                            enrolment_folder);
    if (status == SAMME_OK)
        status = samme_net_connect(out->address, &out->enrolment.hub_curve,
                                   out->enrolment.curve_secret, &out->net, error);
    if (status != SAMME_OK)
        samme_enrol_free(&out->enrolment);
    else
        out->transport = samme_net_port(out->net);
    return status;
}

void samme_peer_close(samme_peer *peer) {
    samme_net_close(peer->net);
    samme_enrol_free(&peer->enrolment);
    *peer = (samme_peer){0};
}

bool samme_peer_send(samme_peer *peer, samme_span bytes) {
    return peer->transport.send(peer->transport.self, 0, bytes) == SAMME_OK;
}

samme_status samme_peer_receive(samme_peer *peer, int timeout_ms, samme_arena *arena,
                                Samme__Message **out, samme_error *error) {
    samme_received received;
    if (peer->transport.receive(peer->transport.self, &received) != SAMME_OK) {
        bool ignored;
        samme_status status = samme_net_wait(peer->net, NULL, 0, &ignored, timeout_ms, error);
        if (status != SAMME_OK)
            return status;
        if (peer->transport.receive(peer->transport.self, &received) != SAMME_OK)
            return SAMME_LATER;
    }
    *out = SAMME_UNPACK(Message, message, received.bytes, arena, error);
    return *out == NULL ? samme_fail_in(error, SAMME_MALFORMED, "%s", peer->address) : SAMME_OK;
}

static samme_status refusal(const Samme__Refused *refused, samme_error *error) {
    samme_status status = SAMME_DENIED;
    for (unsigned s = 1; s < SAMME_STATUS_COUNT; s++)
        if (strcmp(refused->status, samme_status_name((samme_status)s)) == 0)
            status = (samme_status)s;
    return samme_fail(error, status, "the hub refused: %s", refused->text);
}

samme_status samme_peer_ask(samme_peer *peer, const Samme__Message *request,
                            Samme__Message__WhatCase expected, int timeout_ms, samme_arena *arena,
                            Samme__Message **out, samme_error *error) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(request, &packed);
    samme_status status = samme_buffer_status(&packed);
    int64_t end_ms = samme_clock_monotonic_ms() + timeout_ms, again_ms = 0;
    while (status == SAMME_OK) {
        int64_t now_ms = samme_clock_monotonic_ms();
        if (now_ms >= end_ms) {
            status = samme_fail(error, SAMME_LATER, "%s does not answer", peer->address);
            break;
        }
        if (now_ms >= again_ms)
            again_ms =
                now_ms + (samme_peer_send(peer, samme_buffer_span(&packed)) ? ASK_AGAIN_MS : 50);
        Samme__Message *message;
        status = samme_peer_receive(peer, (int)(again_ms - now_ms > 50 ? 50 : again_ms - now_ms),
                                    arena, &message, error);
        if (status == SAMME_LATER) {
            status = SAMME_OK;
            continue;
        }
        if (status == SAMME_OK && message->what_case == SAMME__MESSAGE__WHAT_REFUSED)
            status = refusal(message->refused, error);
        if (status == SAMME_OK && message->what_case == expected) {
            *out = message;
            break;
        }
    }
    samme_buffer_free(&packed);
    return status;
}
