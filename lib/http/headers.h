/* The headers of a request that mean something here, each read once and checked. */
#ifndef SAMME_HTTP_HEADERS_H
#define SAMME_HTTP_HEADERS_H

#include <microhttpd.h>
#include <stdbool.h>

#include "http/exchange.h"

/* Texts are libmicrohttpd's, as long as the request; NULL: absent. */
typedef struct samme_headers {
    const char *host;
    const char *content_length;
    const char *content_type;
    const char *idempotency_key;
    const char *authorization;
    bool doubled; /* one of them came twice: who reads which is how requests are smuggled */
} samme_headers;

void samme_headers_read(struct MHD_Connection *connection, samme_headers *out);
/* Each of the following gives false when the header does not follow its form; absent is "". */
bool samme_headers_idempotency_key(const samme_headers *headers,
                                   char out[static SAMME_HTTP_IDEMPOTENCY_KEY_MAX + 1]);
/* "Bearer" and the token (RFC 6750); no other scheme is known. */
bool samme_headers_token(const samme_headers *headers, char out[static SAMME_HTTP_TOKEN_MAX + 1]);
/* Not stated, or application/json, with whatever parameters. */
bool samme_headers_json(const samme_headers *headers);

#endif
