/* Configuration files: YAML mapped onto a message of proto/config.proto. */
#ifndef SAMME_DAEMON_CONFIG_H
#define SAMME_DAEMON_CONFIG_H

#include "wire/mapping.h"

/* The message lives in the arena. SAMME_NOT_FOUND, SAMME_MALFORMED (file:line:col), SAMME_TOO_LARGE
 * (64 KiB). */
ProtobufCMessage *samme_config_read(const ProtobufCMessageDescriptor *type, const char *path,
                                    samme_arena *arena, samme_error *error) SAMME_CHECKED;
/* A path as written in the file, relative to the file's folder unless absolute; in the arena. */
const char *samme_config_path(const char *config_file, const char *path, samme_arena *arena);

#endif
