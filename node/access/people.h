/* People by PIN. A row of the keys store a person, by number; the PIN itself is nowhere, its
 * verifier in no log. Checking one takes a while, so that it is a job for a worker (node/node.h):
 * begun in one step, judged in a later one. At most SAMME_PIN_JOBS_MAX are under way, one a person.
 *
 * Five wrong PINs in a row lock a person out for 15 minutes, the next five for twice as long, and
 * so on up to a day; the counts are durable before the answer leaves. */
#ifndef SAMME_NODE_ACCESS_PEOPLE_H
#define SAMME_NODE_ACCESS_PEOPLE_H

#include "crypto/pin.h"
#include "node/access/access.h"

#define SAMME_PEOPLE_MAX        1024u
#define SAMME_PERSON_NUMBER_MAX 16u
#define SAMME_WRONG_PINS_MAX    5u
#define SAMME_LOCKED_OUT_MS     (15 * 60 * 1000)
#define SAMME_LOCKED_OUT_MAX_MS (24 * 60 * 60 * 1000)

/* Row in the arena. SAMME_NOT_FOUND, also when this node has no keys store. */
samme_status samme_person_get(samme_access *access, samme_span number, samme_arena *arena,
                              Samme__PersonRow **out) SAMME_CHECKED;
samme_status samme_person_put(samme_access *access, const Samme__PersonRow *row) SAMME_CHECKED;
/* SAMME_NOT_FOUND. */
samme_status samme_person_remove(samme_access *access, samme_span number) SAMME_CHECKED;
/* The person after `number` ("": the first); SAMME_NOT_FOUND behind the last. */
samme_status samme_person_after(samme_access *access, samme_span number, samme_arena *arena,
                                Samme__PersonRow **out) SAMME_CHECKED;

/* What a new person may be: number, name, role, PIN. */
samme_status samme_person_check(const Samme__PersonRequest *request,
                                samme_error *error) SAMME_CHECKED;

/* Counts this PIN in the row: right ones reset the counts, the fifth wrong one in a row locks out.
 * True when it was right. The caller puts the row. */
bool samme_person_judge(Samme__PersonRow *row,
                        const uint8_t verifier[static SAMME_PIN_VERIFIER_BYTES], int64_t now_ms);

#endif
