/* The shell's part of who may ask: the files of TLS, the operator's token, and the address at which
 * this machine's own programs find the node. */
#ifndef SAMME_NODE_SHELL_ACCESS_H
#define SAMME_NODE_SHELL_ACCESS_H

#include "daemon/config.h"
#include "http/server.h"
#include "wire/messages.h"

/* Listens as configured and checked; http may be NULL. SAMME_MALFORMED: a key file that others may
 * read, or no key. */
samme_status samme_access_listen(const samme_config *config, const Samme__HttpConfig *http,
                                 samme_http_server **out, samme_error *error) SAMME_CHECKED;

/* Writes DATA/http.url, DATA/http.certificate (with TLS) and last DATA/http.port: whoever waits for
 * the latter finds all. */
samme_status samme_access_announce(const samme_config *config, const Samme__HttpConfig *http,
                                   const samme_http_server *server, const char *data,
                                   samme_error *error) SAMME_CHECKED;

/* Makes the operator's token, writes it to DATA/operator.token (0600), and gives its hash. */
samme_status samme_access_operator(const char *data, samme_hash *out_hash,
                                   samme_error *error) SAMME_CHECKED;

#endif
