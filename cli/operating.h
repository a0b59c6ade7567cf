/* The node of this machine, asked as its operator: whoever may read its data folder is that. */
#ifndef SAMME_CLI_OPERATING_H
#define SAMME_CLI_OPERATING_H

#include "base/arena.h"
#include "http/client.h"
#include "wire/messages.h"

typedef struct samme_operating {
    samme_http_client *client;
    samme_arena arena; /* of answers */
} samme_operating;

/* Reads http.url, operator.token and, for https, http.certificate below the data folder.
 * SAMME_NOT_FOUND: no node has run there; SAMME_IO: the files may not be read. */
samme_status samme_operating_open(const char *data_folder, samme_operating *out,
                                  samme_error *error) SAMME_CHECKED;
void samme_operating_close(samme_operating *operating);
/* GET, or POST when `message` is not NULL. The answer lives in the arena. A problem is its detail,
 * with SAMME_DENIED (401, 403), SAMME_NOT_FOUND (404), SAMME_CONFLICT (409), SAMME_MALFORMED (other
 * 4xx), SAMME_LATER (429, 5xx). */
samme_status samme_operating_ask(samme_operating *operating, const char *path, const void *message,
                                 Samme__ApiAnswer **out, samme_error *error) SAMME_CHECKED;

#endif
