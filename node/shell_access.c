#include "node/shell_access.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "os/clock.h"
#include "os/files.h"

enum { PEM_MAX_BYTES = 256 * 1024, TOKEN_RANDOM_BYTES = 32, PATHS_MAX_BYTES = 16 * 1024 };

static const char *address_of(const Samme__HttpConfig *config) {
    return config != NULL && config->address[0] != 0 ? config->address : "127.0.0.1";
}

/* A key that others on this machine may read is no secret any more. */
static samme_status check_private(const char *path, samme_error *error) {
    struct stat about;
    if (stat(path, &about) != 0)
        return samme_fail(error, SAMME_NOT_FOUND, "http.tls_key: %s cannot be read", path);
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "http.tls_key: %s may be used by others than its owner (mode %03o): "
                          "expected 0600",
                          path, (unsigned)(about.st_mode & 0777));
    return SAMME_OK;
}

static bool has_tls(const Samme__HttpConfig *http) {
    return http != NULL && http->tls_certificate[0] != 0;
}

static samme_status listen_with(const Samme__HttpConfig *http, const char *certificate_file,
                                const char *key_file, samme_http_server **out, samme_error *error) {
    samme_buffer certificate, key;
    samme_buffer_init(&certificate, PEM_MAX_BYTES);
    samme_buffer_init(&key, PEM_MAX_BYTES);
    samme_status status = check_private(key_file, error);
    if (status == SAMME_OK)
        status = samme_file_read(key_file, &key, error);
    if (status == SAMME_OK)
        status = samme_file_read(certificate_file, &certificate, error);
    if (status == SAMME_OK) {
        const samme_http_tls tls = {.certificate = samme_buffer_text(&certificate),
                                    .key = samme_buffer_text(&key)};
        status = samme_http_open(address_of(http), (uint16_t)http->port, &tls, out, error);
    }
    if (key.data != NULL)
        samme_wipe(key.data, key.length);
    samme_buffer_free(&key);
    samme_buffer_free(&certificate);
    return status;
}

samme_status samme_access_listen(const samme_config *config, const Samme__HttpConfig *http,
                                 samme_http_server **out, samme_error *error) {
    if (!has_tls(http))
        return samme_http_open(address_of(http), (uint16_t)(http == NULL ? 0 : http->port), NULL,
                               out, error);
    samme_arena arena;
    samme_arena_init(&arena, PATHS_MAX_BYTES);
    const char *certificate = samme_config_path(config, http->tls_certificate, &arena);
    const char *key = samme_config_path(config, http->tls_key, &arena);
    samme_status status = certificate == NULL || key == NULL
                              ? samme_fail(error, SAMME_TOO_LARGE, "http: a path is too long")
                              : listen_with(http, certificate, key, out, error);
    samme_arena_free(&arena);
    return status;
}

static samme_status write_text(const char *data, const char *name, samme_span text, unsigned mode,
                               samme_error *error) {
    char path[1100];
    int length = snprintf(path, sizeof path, "%s/%s", data, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: the path is too long", data);
    return samme_file_write(path, text, mode, error);
}

/* An address of every interface is reached by that of this machine alone. */
static const char *reached_at(const char *address) {
    if (strcmp(address, "0.0.0.0") == 0)
        return "127.0.0.1";
    return strcmp(address, "::") == 0 ? "::1" : address;
}

static samme_status copy_certificate(const samme_config *config, const Samme__HttpConfig *http,
                                     const char *data, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, PATHS_MAX_BYTES);
    const char *file = samme_config_path(config, http->tls_certificate, &arena);
    samme_buffer certificate;
    samme_buffer_init(&certificate, PEM_MAX_BYTES);
    samme_status status =
        file == NULL ? SAMME_NO_MEMORY : samme_file_read(file, &certificate, error);
    if (status == SAMME_OK)
        status = write_text(data, "http.certificate", samme_buffer_span(&certificate), 0644, error);
    samme_buffer_free(&certificate);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_access_announce(const samme_config *config, const Samme__HttpConfig *http,
                                   const samme_http_server *server, const char *data,
                                   samme_error *error) {
    char url[128], port[16];
    const char *address = reached_at(address_of(http));
    bool v6 = strchr(address, ':') != NULL;
    int length = snprintf(url, sizeof url, "%s://%s%s%s:%u\n", has_tls(http) ? "https" : "http",
                          v6 ? "[" : "", address, v6 ? "]" : "", samme_http_port(server));
    samme_status status =
        write_text(data, "http.url", SAMME_SPAN(url, (size_t)length), 0644, error);
    if (status == SAMME_OK && has_tls(http))
        status = copy_certificate(config, http, data, error);
    length = snprintf(port, sizeof port, "%u\n", samme_http_port(server));
    return status == SAMME_OK
               ? write_text(data, "http.port", SAMME_SPAN(port, (size_t)length), 0644, error)
               : status;
}

samme_status samme_access_operator(const char *data, samme_hash *out_hash, samme_error *error) {
    uint8_t random[TOKEN_RANDOM_BYTES];
    samme_random source = samme_os_random();
    source.fill(source.self, random, sizeof random);
    samme_buffer token;
    samme_buffer_init(&token, 128);
    samme_buffer_append_text(&token, "operator_");
    samme_hex_append(&token, SAMME_SPAN(random, sizeof random));
    *out_hash = samme_sha256(samme_buffer_span(&token));
    samme_status status =
        write_text(data, "operator.token", samme_buffer_span(&token), 0600, error);
    samme_wipe(token.data, token.length);
    samme_wipe(random, sizeof random);
    samme_buffer_free(&token);
    return status;
}
