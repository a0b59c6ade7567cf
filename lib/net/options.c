#include "net/options.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

#include "net/zap.h"

/* In the stable header of no release, but obeyed by all since 4.3.0. Without it a CURVE server
 * whose ZAP handler is gone admits every key. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

/* The size limit is one of encrypted frames: "\7MESSAGE", nonce, MAC and flags are 33 bytes more
 * than the message. */
#define CURVE_FRAME_BYTES 33

#define Z85_KEY_BYTES 41

typedef struct number_option {
    int option;
    int value;
    const char *name;
} number_option;

/* The receive mark is what one peer may make us hold, times the message limit; beyond it TCP pushes
 * back. */
static const number_option common[] = {
    {ZMQ_SNDHWM, 64, "ZMQ_SNDHWM"},
    {ZMQ_RCVHWM, 16, "ZMQ_RCVHWM"},
    {ZMQ_LINGER, SAMME_NET_LINGER_MS, "ZMQ_LINGER"},
    {ZMQ_HEARTBEAT_IVL, 5000, "ZMQ_HEARTBEAT_IVL"},
    {ZMQ_HEARTBEAT_TIMEOUT, 15000, "ZMQ_HEARTBEAT_TIMEOUT"},
    {ZMQ_HEARTBEAT_TTL, 15000, "ZMQ_HEARTBEAT_TTL"},
    {ZMQ_HANDSHAKE_IVL, SAMME_NET_HANDSHAKE_TIMEOUT_MS, "ZMQ_HANDSHAKE_IVL"},
    {ZMQ_TCP_KEEPALIVE, 1, "ZMQ_TCP_KEEPALIVE"},
};

static const number_option listener[] = {
    {ZMQ_CURVE_SERVER, 1, "ZMQ_CURVE_SERVER"},
    {ZMQ_ZAP_ENFORCE_DOMAIN, 1, "ZMQ_ZAP_ENFORCE_DOMAIN"},
    {ZMQ_ROUTER_MANDATORY, 1, "ZMQ_ROUTER_MANDATORY"},
    {ZMQ_BACKLOG, 1024, "ZMQ_BACKLOG"},
};

static const number_option connector[] = {
    {ZMQ_IMMEDIATE, 1, "ZMQ_IMMEDIATE"},
    {ZMQ_RECONNECT_IVL, 200, "ZMQ_RECONNECT_IVL"},
    {ZMQ_RECONNECT_IVL_MAX, SAMME_NET_RECONNECT_MAX_MS, "ZMQ_RECONNECT_IVL_MAX"},
    {ZMQ_CONNECT_TIMEOUT, SAMME_NET_CONNECT_TIMEOUT_MS, "ZMQ_CONNECT_TIMEOUT"},
};

static samme_status set(void *socket, int option, const void *value, size_t size, const char *name,
                        samme_error *error) {
    if (zmq_setsockopt(socket, option, value, size) != 0)
        return samme_fail(error, SAMME_UNSUPPORTED, "libzmq refuses %s: %s", name,
                          zmq_strerror(errno));
    return SAMME_OK;
}

static samme_status set_numbers(void *socket, const number_option *options, size_t count,
                                samme_error *error) {
    for (size_t i = 0; i < count; i++) {
        samme_status status = set(socket, options[i].option, &options[i].value,
                                  sizeof options[i].value, options[i].name, error);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

static samme_status set_common(void *socket, const char *address, samme_error *error) {
    const int64_t frame_max = (int64_t)SAMME_MESSAGE_MAX_BYTES + CURVE_FRAME_BYTES;
    /* IPv6 only where it is written out: with a host name it would be preferred without a way back
     * to IPv4. */
    const int ipv6 = strchr(address, '[') != NULL;
    samme_status status =
        set(socket, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max, "ZMQ_MAXMSGSIZE", error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_IPV6, &ipv6, sizeof ipv6, "ZMQ_IPV6", error);
    if (status == SAMME_OK)
        status = set_numbers(socket, common, sizeof common / sizeof *common, error);
    return status;
}

samme_status samme_net_set_listener(void *socket, const char *address,
                                    const uint8_t secret[static SAMME_CURVE_KEY_BYTES],
                                    samme_error *error) {
    samme_status status = set_common(socket, address, error);
    if (status == SAMME_OK)
        status = set_numbers(socket, listener, sizeof listener / sizeof *listener, error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_ZAP_DOMAIN, SAMME_ZAP_DOMAIN, strlen(SAMME_ZAP_DOMAIN),
                     "ZMQ_ZAP_DOMAIN", error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_CURVE_SECRETKEY, secret, SAMME_CURVE_KEY_BYTES,
                     "ZMQ_CURVE_SECRETKEY", error);
    return status;
}

/* libzmq derives a public key from text to text only. */
static samme_status public_of(const uint8_t secret[static SAMME_CURVE_KEY_BYTES],
                              uint8_t out_public[static SAMME_CURVE_KEY_BYTES],
                              samme_error *error) {
    char secret_text[Z85_KEY_BYTES], public_text[Z85_KEY_BYTES];
    bool derived = zmq_z85_encode(secret_text, secret, SAMME_CURVE_KEY_BYTES) != NULL &&
                   zmq_curve_public(public_text, secret_text) == 0 &&
                   zmq_z85_decode(out_public, public_text) != NULL;
    explicit_bzero(secret_text, sizeof secret_text);
    if (!derived)
        return samme_fail(error, SAMME_UNSUPPORTED, "libzmq has no CURVE");
    return SAMME_OK;
}

samme_status samme_net_set_connector(void *socket, const char *address, const samme_peer_key *hub,
                                     const uint8_t secret[static SAMME_CURVE_KEY_BYTES],
                                     samme_error *error) {
    uint8_t public_key[SAMME_CURVE_KEY_BYTES];
    samme_status status = public_of(secret, public_key, error);
    if (status == SAMME_OK)
        status = set_common(socket, address, error);
    if (status == SAMME_OK)
        status = set_numbers(socket, connector, sizeof connector / sizeof *connector, error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_CURVE_SERVERKEY, hub->bytes, sizeof hub->bytes,
                     "ZMQ_CURVE_SERVERKEY", error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key,
                     "ZMQ_CURVE_PUBLICKEY", error);
    if (status == SAMME_OK)
        status = set(socket, ZMQ_CURVE_SECRETKEY, secret, SAMME_CURVE_KEY_BYTES,
                     "ZMQ_CURVE_SECRETKEY", error);
    return status;
}
