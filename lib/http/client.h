/* A small HTTP client for the command line and the tests, on libcurl: one connection kept open, one
 * request at a time. */
#ifndef SAMME_HTTP_CLIENT_H
#define SAMME_HTTP_CLIENT_H

#include "base/buffer.h"

typedef struct samme_http_client samme_http_client;

/* base_url "http://127.0.0.1:8080", no trailing slash. The environment's SAMME_TOKEN goes along as
 * bearer token; SAMME_CA names a file of certificates (PEM) that vouch for an https server. */
samme_status samme_http_client_new(const char *base_url, samme_http_client **out,
                                   samme_error *error) SAMME_CHECKED;
/* Another token; and a server known by this very certificate, whatever the name it is called by
 * (the node of this machine). NULL leaves either as it is. Both are copied. SAMME_NO_MEMORY. */
samme_status samme_http_client_identify(samme_http_client *client, const char *token,
                                        const char *certificate_file,
                                        samme_error *error) SAMME_CHECKED;
/* Who vouches for an https server, instead of SAMME_CA's; the server's name must be in its
 * certificate. NULL leaves it as it is. SAMME_NO_MEMORY. */
samme_status samme_http_client_trust(samme_http_client *client, const char *certificates_file,
                                     samme_error *error) SAMME_CHECKED;
void samme_http_client_free(samme_http_client *client);
/* Sends POST when body.data is not NULL, else GET. path begins with "/". idempotency_key may be
 * NULL. The answer's body replaces *out_body. SAMME_IO when there was no answer (nothing is known
 * of the outcome). */
samme_status samme_http_call(samme_http_client *client, const char *path,
                             const char *idempotency_key, samme_span body, unsigned *out_status,
                             samme_buffer *out_body, samme_error *error) SAMME_CHECKED;

#endif
