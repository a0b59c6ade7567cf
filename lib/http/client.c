#include "http/client.h"

#include <assert.h>
#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#define CONNECT_TIMEOUT_MS 2000L
#define TOTAL_TIMEOUT_MS   30000L
#define URL_MAX_BYTES      ((size_t)8192)
#define KEY_MAX_BYTES      ((size_t)200)

struct samme_http_client {
    CURL *curl;
    char curl_text[CURL_ERROR_SIZE];
    char *token; /* NULL: none */
    char *certificates;
    bool any_name; /* the certificate alone says who it is */
    char base_url[];
};

/* NULL leaves it as it is. */
static samme_status replace(char **text, const char *by, samme_error *error) {
    if (by == NULL)
        return SAMME_OK;
    char *copy = strdup(by);
    if (copy == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for an HTTP client");
    free(*text);
    *text = copy;
    return SAMME_OK;
}

samme_status samme_http_client_new(const char *base_url, samme_http_client **out,
                                   samme_error *error) {
    size_t length = strlen(base_url);
    if ((strncmp(base_url, "http://", 7) != 0 && strncmp(base_url, "https://", 8) != 0) ||
        base_url[length - 1] == '/')
        return samme_fail(error, SAMME_MALFORMED,
                          "\"%s\": expected http://host:port without a slash at its end", base_url);
    samme_http_client *client = calloc(1, sizeof *client + length + 1);
    if (client == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for an HTTP client");
    memcpy(client->base_url, base_url, length + 1);
    client->curl = curl_easy_init();
    if (client->curl == NULL) {
        free(client);
        return samme_fail(error, SAMME_NO_MEMORY, "libcurl does not start");
    }
    samme_status status = samme_http_client_identify(client, getenv("SAMME_TOKEN"), NULL, error);
    if (status == SAMME_OK)
        status = replace(&client->certificates, getenv("SAMME_CA"), error);
    if (status != SAMME_OK) {
        samme_http_client_free(client);
        return status;
    }
    *out = client;
    return SAMME_OK;
}

samme_status samme_http_client_identify(samme_http_client *client, const char *token,
                                        const char *certificate_file, samme_error *error) {
    samme_status status = replace(&client->token, token, error);
    if (status == SAMME_OK)
        status = replace(&client->certificates, certificate_file, error);
    client->any_name |= certificate_file != NULL;
    return status;
}

samme_status samme_http_client_trust(samme_http_client *client, const char *certificates_file,
                                     samme_error *error) {
    return replace(&client->certificates, certificates_file, error);
}

void samme_http_client_free(samme_http_client *client) {
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client->token);
    free(client->certificates);
    free(client);
}

/* libcurl's callback; taking less than it gives ends the call. */
static size_t keep_body(char *data, size_t size, size_t count, void *context) {
    samme_buffer *body = context;
    samme_buffer_append(body, SAMME_SPAN(data, size * count));
    return samme_buffer_status(body) == SAMME_OK ? size * count : 0;
}

static bool add_header(struct curl_slist **headers, const char *line) {
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer == NULL)
        return false;
    *headers = longer;
    return true;
}

static samme_status make_headers(const char *token, const char *idempotency_key, bool posts,
                                 struct curl_slist **headers, samme_error *error) {
    char line[KEY_MAX_BYTES + 32];
    bool made = add_header(headers, "Expect:"); /* a server may let us wait for its 100 */
    if (token != NULL) {
        int length = snprintf(line, sizeof line, "Authorization: Bearer %s", token);
        if (length < 0 || (size_t)length >= sizeof line || token[strcspn(token, " \r\n\t")] != 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "token: expected at most %zu characters without spaces",
                              KEY_MAX_BYTES);
        made = made && add_header(headers, line);
    }
    if (posts)
        made = made && add_header(headers, "Content-Type: application/json");
    if (idempotency_key != NULL) {
        for (const char *at = idempotency_key; *at != 0; at++)
            if (!isgraph((unsigned char)*at))
                return samme_fail(error, SAMME_MALFORMED,
                                  "idempotency key: expected visible ASCII characters");
        if (strlen(idempotency_key) > KEY_MAX_BYTES)
            return samme_fail(error, SAMME_TOO_LARGE, "idempotency key over %zu bytes",
                              KEY_MAX_BYTES);
        snprintf(line, sizeof line, "Idempotency-Key: %s", idempotency_key);
        made = made && add_header(headers, line);
    }
    return made ? SAMME_OK : samme_fail(error, SAMME_NO_MEMORY, "no memory for HTTP headers");
}

static CURLcode set_up(samme_http_client *client, const char *url, struct curl_slist *headers,
                       samme_span body, samme_buffer *out_body) {
    CURL *curl = client->curl;
    curl_easy_reset(curl); /* keeps the connection */
    CURLcode code = curl_easy_setopt(curl, CURLOPT_URL, url);
#define SET(option, value)                                                                         \
    if (code == CURLE_OK)                                                                          \
    code = curl_easy_setopt(curl, option, value)
    SET(CURLOPT_ERRORBUFFER, client->curl_text);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    SET(CURLOPT_TIMEOUT_MS, TOTAL_TIMEOUT_MS);
    SET(CURLOPT_HTTPHEADER, headers);
    if (client->certificates != NULL) {
        SET(CURLOPT_CAINFO, client->certificates);
        SET(CURLOPT_SSL_VERIFYHOST, client->any_name ? 0L : 2L);
    }
    SET(CURLOPT_WRITEFUNCTION, keep_body);
    SET(CURLOPT_WRITEDATA, out_body);
    if (body.data != NULL) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.length);
        SET(CURLOPT_POSTFIELDS, (const char *)body.data);
    }
#undef SET
    return code;
}

static samme_status perform(samme_http_client *client, const char *url, struct curl_slist *headers,
                            samme_span body, unsigned *out_status, samme_buffer *out_body,
                            samme_error *error) {
    CURLcode code = set_up(client, url, headers, body, out_body);
    if (code != CURLE_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "%s: %s", url, curl_easy_strerror(code));
    client->curl_text[0] = 0;
    code = curl_easy_perform(client->curl);
    samme_status body_status = samme_buffer_status(out_body);
    if (body_status != SAMME_OK)
        return samme_fail(error, body_status, "%s: the answer is over %zu bytes", url,
                          out_body->maximum);
    if (code != CURLE_OK)
        return samme_fail(error, SAMME_IO, "%s: no answer: %s", url,
                          client->curl_text[0] != 0 ? client->curl_text : curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
    *out_status = (unsigned)status;
    return SAMME_OK;
}

samme_status samme_http_call(samme_http_client *client, const char *path,
                             const char *idempotency_key, samme_span body, unsigned *out_status,
                             samme_buffer *out_body, samme_error *error) {
    assert(path[0] == '/');
    char url[URL_MAX_BYTES];
    int length = snprintf(url, sizeof url, "%s%s", client->base_url, path);
    if (length < 0 || (size_t)length >= sizeof url)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: an address over %zu bytes", client->base_url,
                          URL_MAX_BYTES - 1);
    samme_buffer_clear(out_body);
    struct curl_slist *headers = NULL;
    samme_status status =
        make_headers(client->token, idempotency_key, body.data != NULL, &headers, error);
    if (status == SAMME_OK)
        status = perform(client, url, headers, body, out_status, out_body, error);
    if (status != SAMME_OK)
        samme_buffer_clear(out_body);
    curl_slist_free_all(headers);
    return status;
}
