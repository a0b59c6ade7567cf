#include "daemon/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "os/files.h"
#include "os/log.h"

enum { CONFIG_MAX_BYTES = 64 * 1024, ARENA_MAX_BYTES = 1024 * 1024 };

samme_status samme_config_open(const ProtobufCMessageDescriptor *type, const char *file,
                               samme_config *out, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, CONFIG_MAX_BYTES);
    *out = (samme_config){.file = file};
    samme_arena_init(&out->arena, ARENA_MAX_BYTES);
    samme_places_init(&out->places);
    samme_status status = samme_file_read(file, &text, error);
    if (status == SAMME_OK) {
        samme_error wrong = {.text = ""};
        out->message = samme_from_yaml_placed(type, samme_buffer_span(&text), file, &out->arena,
                                              &out->places, &wrong);
        if (out->message == NULL)
            status = samme_fail(error, wrong.status, "%s", wrong.text);
    }
    samme_buffer_free(&text);
    if (status != SAMME_OK)
        samme_config_close(out);
    return status;
}

void samme_config_close(samme_config *config) {
    samme_places_free(&config->places);
    samme_arena_free(&config->arena);
    *config = (samme_config){0};
}

const char *samme_config_path(const samme_config *config, const char *path, samme_arena *arena) {
    const char *slash = strrchr(config->file, '/');
    if (path[0] == '/' || slash == NULL)
        return samme_arena_text(arena, path);
    samme_buffer joined;
    samme_buffer_init(&joined, 4096);
    samme_buffer_append(&joined, SAMME_SPAN(config->file, (size_t)(slash - config->file) + 1));
    samme_buffer_append_text(&joined, path);
    const char *text = samme_buffer_status(&joined) == SAMME_OK
                           ? samme_arena_text(arena, samme_buffer_text(&joined))
                           : NULL;
    samme_buffer_free(&joined);
    return text;
}

samme_status samme_config_wrong(const samme_config *config, const void *value, samme_error *error,
                                const char *format, ...) {
    char text[300];
    unsigned line, column;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (samme_places_find(&config->places, value, &line, &column))
        return samme_fail(error, SAMME_MALFORMED, "%s:%u:%u: %s", config->file, line, column, text);
    return samme_fail(error, SAMME_MALFORMED, "%s: %s", config->file, text);
}

samme_status samme_config_needs(const samme_config *config, const char *name, const char *value,
                                samme_error *error) {
    return value[0] != 0 ? SAMME_OK : samme_config_wrong(config, value, error, "expected %s", name);
}

static bool is_port(const char *text) {
    uint64_t port = 0;
    return samme_u64_parse(samme_span_of_text(text), &port) == SAMME_OK && port > 0 &&
           port <= UINT16_MAX;
}

samme_status samme_config_tcp(const samme_config *config, const char *name, const char *value,
                              bool listens, samme_error *error) {
    static const char scheme[] = "tcp://";
    const char *host = value + sizeof scheme - 1, *colon = strrchr(value, ':');
    if (value[0] == 0 || (strncmp(value, scheme, sizeof scheme - 1) == 0 && colon > host &&
                          (is_port(colon + 1) || (listens && strcmp(colon + 1, "*") == 0))))
        return SAMME_OK;
    return samme_config_wrong(config, value, error, "%s: expected tcp://HOST:PORT, found \"%.80s\"",
                              name, value);
}

samme_status samme_config_between(const samme_config *config, const char *name,
                                  const uint32_t *value, uint32_t least, uint32_t most,
                                  samme_error *error) {
    if (*value == 0 || (*value >= least && *value <= most))
        return SAMME_OK;
    return samme_config_wrong(config, value, error, "%s: expected %u to %u, found %u", name, least,
                              most, *value);
}

samme_status samme_config_numeric_address(const samme_config *config, const char *name,
                                          const char *value, samme_error *error) {
    uint8_t ignored[sizeof(struct in6_addr)];
    if (value[0] == 0 || inet_pton(AF_INET, value, ignored) == 1 ||
        inet_pton(AF_INET6, value, ignored) == 1)
        return SAMME_OK;
    return samme_config_wrong(config, value, error,
                              "%s: expected a numeric address, found \"%.80s\"", name, value);
}

samme_status samme_config_folder(const samme_config *config, const char *name, const char *value,
                                 samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 16 * 1024);
    const char *path = samme_config_path(config, value, &arena);
    char *at = path == NULL ? NULL : samme_arena_text(&arena, path);
    samme_status status = at == NULL ? samme_fail(error, SAMME_NO_MEMORY, "no memory") : SAMME_OK;
    struct stat info;
    /* what is absent is made at the start, in the nearest folder that is there */
    while (status == SAMME_OK && stat(at, &info) != 0) {
        char *slash = strrchr(at, '/');
        if (errno != ENOENT || slash == at || slash == NULL) {
            at = slash == NULL ? samme_arena_text(&arena, ".") : at;
            break;
        }
        *slash = 0;
    }
    if (status == SAMME_OK && (at == NULL || stat(at, &info) != 0 || !S_ISDIR(info.st_mode) ||
                               access(at, W_OK | X_OK) != 0))
        status = samme_config_wrong(config, value, error,
                                    "%s: expected a folder to write in, found %.200s", name, path);
    samme_arena_free(&arena);
    return status;
}

void samme_config_log_level(Samme__LogLevel level) {
    samme_log_show(level == SAMME__LOG_LEVEL__error     ? SAMME_LOG_ERROR
                   : level == SAMME__LOG_LEVEL__warning ? SAMME_LOG_WARNING
                                                        : SAMME_LOG_INFO);
}
