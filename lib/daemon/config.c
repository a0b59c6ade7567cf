#include "daemon/config.h"

#include "os/files.h"

enum { CONFIG_MAX_BYTES = 64 * 1024 };

ProtobufCMessage *samme_config_read(const ProtobufCMessageDescriptor *type, const char *path,
                                    samme_arena *arena, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, CONFIG_MAX_BYTES);
    ProtobufCMessage *message = NULL;
    if (samme_file_read(path, &text, error) == SAMME_OK)
        message = samme_from_yaml(type, samme_buffer_span(&text), path, arena, error);
    samme_buffer_free(&text);
    return message;
}

const char *samme_config_path(const char *config_file, const char *path, samme_arena *arena) {
    const char *slash = strrchr(config_file, '/');
    if (path[0] == '/' || slash == NULL)
        return samme_arena_text(arena, path);
    samme_buffer joined;
    samme_buffer_init(&joined, 4096);
    samme_buffer_append(&joined, SAMME_SPAN(config_file, (size_t)(slash - config_file) + 1));
    samme_buffer_append_text(&joined, path);
    const char *text = samme_buffer_status(&joined) == SAMME_OK
                           ? samme_arena_text(arena, samme_buffer_text(&joined))
                           : NULL;
    samme_buffer_free(&joined);
    return text;
}
