/* The socket a server listens on, and which Host names may be asked of it. */
#ifndef SAMME_HTTP_LISTEN_H
#define SAMME_HTTP_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "samme/status.h"

typedef struct samme_http_listener {
    int fd;
    uint16_t port;
    bool loopback; /* reached from this machine only */
} samme_http_listener;

/* A numeric address, IPv4 or IPv6; port 0 takes a free one. */
samme_status samme_http_listen(const char *address, uint16_t port, samme_http_listener *out,
                               samme_error *error) SAMME_CHECKED;
/* "localhost" or a numeric loopback address, with or without a port. */
bool samme_http_host_is_local(const char *host);

#endif
