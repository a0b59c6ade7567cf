/* What the hub says over HTTP, to its own machine only: GET /livez, /readyz, /metrics. */
#ifndef SAMME_HUB_SHELL_METRICS_H
#define SAMME_HUB_SHELL_METRICS_H

#include "daemon/config.h"
#include "http/server.h"
#include "hub/hub.h"

#define SAMME_METRICS_HOST_BYTES 64u

/* "127.0.0.1:9100", "[::1]:*" into its parts; port 0 for "*". SAMME_MALFORMED unless the host is a
 * numeric loopback address. */
samme_status samme_metrics_parse(const char *address, char host[static SAMME_METRICS_HOST_BYTES],
                                 uint16_t *out_port) SAMME_CHECKED;
/* Opens it and writes the port to DATA/metrics.port; *out is NULL when none is configured. */
samme_status samme_metrics_open(const char *address, const char *data, samme_http_server **out,
                                samme_error *error) SAMME_CHECKED;
/* Answers what waits, at most a queue full. */
void samme_metrics_answer(samme_http_server *server, samme_hub *hub, bool stopping);

#endif
