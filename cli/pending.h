/* Texts on their way to enough signatures, one holder after the other: FOLDER/NAME.txt, and until
 * it is complete FOLDER/NAME.part with the signatures there are, then FOLDER/NAME.note. */
#ifndef SAMME_CLI_PENDING_H
#define SAMME_CLI_PENDING_H

#include "base/buffer.h"

typedef struct samme_pending {
    samme_buffer text;
    samme_buffer note; /* of this text; empty when nobody has signed */
} samme_pending;

/* SAMME_NOT_FOUND: nothing waits. To be freed on SAMME_OK. */
samme_status samme_pending_load(const char *folder, const char *name, samme_pending *out,
                                samme_error *error) SAMME_CHECKED;
void samme_pending_free(samme_pending *pending);
bool samme_pending_there(const char *folder, const char *name);
/* Begins one: SAMME_CONFLICT when one of this name waits already. */
samme_status samme_pending_begin(const char *folder, const char *name, samme_span text,
                                 samme_error *error) SAMME_CHECKED;
/* Keeps the signatures: NAME.note when complete, else NAME.part. */
samme_status samme_pending_store(const char *folder, const char *name, samme_span note,
                                 bool complete, samme_error *error) SAMME_CHECKED;
/* Nothing waits any more: removes text and part. */
void samme_pending_end(const char *folder, const char *name);

#endif
