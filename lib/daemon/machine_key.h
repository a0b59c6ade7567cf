/* DATA/machine.key (0600): the keys above what the keys store holds (keymap/keks.h), outside it, so
 * that who has a copy of the store alone has nothing. Renewing is begun here, done by the key map
 * in steps, and ended here; the file holds both keys meanwhile. What a file held before is
 * overwritten in place before it is let go; of file systems and disks that write elsewhere,
 * docs/SECURITY.md. */
#ifndef SAMME_DAEMON_MACHINE_KEY_H
#define SAMME_DAEMON_MACHINE_KEY_H

#include "keymap/keymap.h"

#define SAMME_KEK_RENEWED_EVERY_MS (24 * 60 * 60 * 1000) /* at most, and after an erasure only */

typedef struct samme_machine_key {
    char path[1100];
    samme_keks keks;
    int64_t not_before_ms; /* what failed is tried again then */
} samme_machine_key;

/* Reads the file, or makes it. One of 32 bytes is of a version without other keys: they become the
 * PIN key. SAMME_CORRUPT: another content; SAMME_DENIED: others may read it. */
samme_status samme_machine_key_open(const char *data, samme_machine_key *out,
                                    samme_error *error) SAMME_CHECKED;
void samme_machine_key_close(samme_machine_key *key);
/* On disk when it returns; before and after the key map is told. */
samme_status samme_machine_key_begin(samme_machine_key *key, int64_t now_ms,
                                     samme_error *error) SAMME_CHECKED;
samme_status samme_machine_key_end(samme_machine_key *key, samme_error *error) SAMME_CHECKED;
/* What a daemon does each turn: begins a renewal that is due, ends one that is done. True: the key
 * map is to be told. What fails is logged and tried again after an hour. */
bool samme_machine_key_turn(samme_machine_key *key, bool due, bool renewed, int64_t now_ms);
/* Renews at once, while no daemon runs on the folder: SAMME_CONFLICT when one does. */
samme_status samme_machine_key_renew(const char *data, samme_error *error) SAMME_CHECKED;

#endif
