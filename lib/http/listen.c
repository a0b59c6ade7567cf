#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

typedef union any_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} any_address;

static bool is_loopback(const any_address *address) {
    if (address->any.sa_family == AF_INET)
        return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

/* Gives the length of the socket address, 0 when the text is no numeric address. */
static socklen_t parse_address(const char *text, uint16_t port, any_address *out) {
    *out = (any_address){0};
    if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(port);
        return sizeof out->v4;
    }
    *out = (any_address){0};
    if (inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        return sizeof out->v6;
    }
    return 0;
}

samme_status samme_http_listen(const char *address, uint16_t port, samme_http_listener *out,
                               samme_error *error) {
    any_address where;
    socklen_t length = parse_address(address, port, &where);
    if (length == 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "cannot listen on \"%s\": expected a numeric address", address);
    const int one = 1;
    int fd = socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        bind(fd, &where.any, length) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, &where.any, &length) != 0) {
        int failure = errno;
        if (fd >= 0)
            close(fd);
        return samme_fail(error, SAMME_IO, "cannot listen on %s port %u: %s", address, port,
                          strerror(failure));
    }
    *out = (samme_http_listener){
        .fd = fd,
        .port = ntohs(where.any.sa_family == AF_INET ? where.v4.sin_port : where.v6.sin6_port),
        .loopback = is_loopback(&where),
    };
    return SAMME_OK;
}

static bool is_port_or_end(const char *text) {
    if (*text == 0)
        return true;
    size_t digits = strspn(text + 1, "0123456789");
    return *text == ':' && digits <= 5 && text[1 + digits] == 0;
}

bool samme_http_host_is_local(const char *host) {
    char name[INET6_ADDRSTRLEN];
    bool bracketed = host[0] == '[';
    size_t length = bracketed ? strcspn(++host, "]") : strcspn(host, ":");
    if (length >= sizeof name || (bracketed && host[length] != ']'))
        return false;
    memcpy(name, host, length);
    name[length] = 0;
    if (!is_port_or_end(host + length + (bracketed ? 1 : 0)))
        return false;
    if (!bracketed && strcasecmp(name, "localhost") == 0)
        return true;
    any_address address;
    socklen_t parsed = parse_address(name, 0, &address);
    return parsed != 0 && (address.any.sa_family == AF_INET6) == bracketed && is_loopback(&address);
}
