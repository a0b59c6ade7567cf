/* The worker that makes verifiers of PINs: one thread, so that the control thread never waits for
 * argon2id, and no more than one pays its memory at a time. The key of PINs lies in
 * DATA/machine.key (daemon/machine_key.h), not in the store that holds the verifiers. */
#ifndef SAMME_NODE_SHELL_PINS_H
#define SAMME_NODE_SHELL_PINS_H

#include "keymap/keks.h"
#include "node/node.h"

typedef struct samme_pins samme_pins;

/* Copies the key. */
samme_status samme_pins_open(const samme_secret_key *key, samme_pins **out,
                             samme_error *error) SAMME_CHECKED;
/* Stops after the job at hand; accepts NULL. */
void samme_pins_close(samme_pins *pins);
/* False when SAMME_PIN_JOBS_MAX are not taken yet. */
bool samme_pins_put(samme_pins *pins, const samme_pin_job *job) SAMME_CHECKED;
bool samme_pins_take(samme_pins *pins, samme_pin_done *out) SAMME_CHECKED;
/* Readable when a verifier is made. */
int samme_pins_wake_fd(const samme_pins *pins);

#endif
