/* Passphrases of sealed key files: the first line of the file that SAMME_PASSPHRASE_FILE names,
 * else typed at the terminal, without an echo. */
#ifndef SAMME_CLI_PASSPHRASE_H
#define SAMME_CLI_PASSPHRASE_H

#include "enrol/sealed_key.h"

/* SAMME_DENIED: there is no terminal to ask at. */
samme_passphrase_source samme_cli_passphrase(void);
/* One for a new key, asked for twice at a terminal; at least 8 bytes. Appends it to *out, which is
 * the caller's to wipe. */
samme_status samme_cli_new_passphrase(const char *path, samme_buffer *out,
                                      samme_error *error) SAMME_CHECKED;

#endif
