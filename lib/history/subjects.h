/* Whom an entry names: the subjects in its clear part, whose keys go with it. Pure. */
#ifndef SAMME_HISTORY_SUBJECTS_H
#define SAMME_HISTORY_SUBJECTS_H

#include "crypto/seal.h"
#include "history/entry.h"

#define SAMME_NAMED_MAX         2u                    /* by one entry */
#define SAMME_NAMES_ARENA_BYTES (16u * 1024u * 1024u) /* more than any entry unpacks to */

typedef struct samme_named {
    samme_subject subject;
    bool clerk; /* named as one who works there; else as a customer */
} samme_named;

/* How many it names, of a body of this kind; a field that is no subject names nobody. */
size_t samme_body_names(Samme__EventKind kind, const void *body, samme_named out[SAMME_NAMED_MAX]);
/* The same of an entry's bytes, of one that is carried: of the event within. 0 when this code
 * cannot read it. The arena holds what is read. */
size_t samme_entry_names(samme_span entry, samme_arena *arena, samme_named out[SAMME_NAMED_MAX]);

#endif
