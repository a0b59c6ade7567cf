#include "http/headers.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

typedef struct known_header {
    const char *name;
    size_t place; /* of the text in samme_headers */
} known_header;

static const known_header known[] = {
    {MHD_HTTP_HEADER_HOST, offsetof(samme_headers, host)},
    {MHD_HTTP_HEADER_CONTENT_LENGTH, offsetof(samme_headers, content_length)},
    {MHD_HTTP_HEADER_CONTENT_TYPE, offsetof(samme_headers, content_type)},
    {"Idempotency-Key", offsetof(samme_headers, idempotency_key)},
    {MHD_HTTP_HEADER_AUTHORIZATION, offsetof(samme_headers, authorization)},
};

/* libmicrohttpd's callback, once a header. */
static enum MHD_Result take(void *context, enum MHD_ValueKind kind, const char *name,
                            const char *value) {
    (void)kind;
    samme_headers *headers = context;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcasecmp(name, known[i].name) != 0)
            continue;
        const char **text = (const char **)(void *)((char *)headers + known[i].place);
        headers->doubled |= *text != NULL;
        *text = value == NULL ? "" : value;
    }
    return MHD_YES;
}

void samme_headers_read(struct MHD_Connection *connection, samme_headers *out) {
    *out = (samme_headers){0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, take, out);
}

bool samme_headers_idempotency_key(const samme_headers *headers,
                                   char out[static SAMME_HTTP_IDEMPOTENCY_KEY_MAX + 1]) {
    const char *key = headers->idempotency_key == NULL ? "" : headers->idempotency_key;
    size_t length = strlen(key);
    if (length > SAMME_HTTP_IDEMPOTENCY_KEY_MAX)
        return false;
    memcpy(out, key, length + 1);
    return true;
}

bool samme_headers_token(const samme_headers *headers, char out[static SAMME_HTTP_TOKEN_MAX + 1]) {
    static const char scheme[] = "Bearer ";
    const char *text = headers->authorization;
    out[0] = 0;
    if (text == NULL)
        return true;
    if (strncasecmp(text, scheme, sizeof scheme - 1) != 0)
        return false;
    text += sizeof scheme - 1;
    text += strspn(text, " ");
    size_t length = strlen(text);
    if (length == 0 || length > SAMME_HTTP_TOKEN_MAX || strcspn(text, " \t,") != length)
        return false;
    memcpy(out, text, length + 1);
    return true;
}

bool samme_headers_json(const samme_headers *headers) {
    static const char json[] = "application/json";
    const char *type = headers->content_type;
    if (type == NULL)
        return true;
    size_t length = strcspn(type, "; \t");
    return length == sizeof json - 1 && strncasecmp(type, json, length) == 0;
}
