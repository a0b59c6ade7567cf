/* Configuration files: YAML mapped onto a message of proto/config.proto. What its form cannot say
 * (a field that must be there, an address, a time's bounds) is checked by these. Errors begin with
 * "file:line:col: ". */
#ifndef SAMME_DAEMON_CONFIG_H
#define SAMME_DAEMON_CONFIG_H

#include "wire/messages.h"
#include "wire/places.h"

typedef struct samme_config {
    const char *file; /* the caller's, outlives this */
    ProtobufCMessage *message;
    samme_arena arena; /* the message lives here */
    samme_places places;
} samme_config;

/* SAMME_NOT_FOUND, SAMME_MALFORMED, SAMME_TOO_LARGE (64 KiB). *out is to be closed on SAMME_OK. */
samme_status samme_config_open(const ProtobufCMessageDescriptor *type, const char *file,
                               samme_config *out, samme_error *error) SAMME_CHECKED;
void samme_config_close(samme_config *config); /* accepts one of zeroes */

/* A path as written in the file, relative to the file's folder unless absolute; in the arena. */
const char *samme_config_path(const samme_config *config, const char *path, samme_arena *arena);

/* SAMME_MALFORMED about a value of the message (a text, or the address of another field), at its
 * place, or at the file when it is not in it. */
samme_status samme_config_wrong(const samme_config *config, const void *value, samme_error *error,
                                const char *format, ...) SAMME_CHECKED SAMME_PRINTF(4, 5);

/* Each says SAMME_OK or what was expected of the field of that name. "" and 0 mean that the field
 * is not there, which the last three allow. */
samme_status samme_config_needs(const samme_config *config, const char *name, const char *value,
                                samme_error *error) SAMME_CHECKED;
/* tcp://HOST:PORT; where one listens the port may be "*". */
samme_status samme_config_tcp(const samme_config *config, const char *name, const char *value,
                              bool listens, samme_error *error) SAMME_CHECKED;
samme_status samme_config_between(const samme_config *config, const char *name,
                                  const uint32_t *value, uint32_t least, uint32_t most,
                                  samme_error *error) SAMME_CHECKED;
samme_status samme_config_numeric_address(const samme_config *config, const char *name,
                                          const char *value, samme_error *error) SAMME_CHECKED;
/* The data folder is there and may be written, or the one it would be made in; changes nothing. */
samme_status samme_config_folder(const samme_config *config, const char *name, const char *value,
                                 samme_error *error) SAMME_CHECKED;

/* Sets what is logged from now on. */
void samme_config_log_level(Samme__LogLevel level);

#endif
