/* The heads that the hub signs, as a follower sees and keeps them. Inside lib/sync. */
#ifndef SAMME_SYNC_HEADS_H
#define SAMME_SYNC_HEADS_H

#include "sync/follow.h"

/* The head of a part, by the hub's key. */
samme_status samme_heads_open(const samme_follow *follow, const Samme__JournalPart *part,
                              samme_checkpoint *out, samme_error *error) SAMME_CHECKED;
/* Keeps it for a hub that will have lost it: it believes its own signature only. */
samme_status samme_heads_keep(samme_follow *follow, const Samme__JournalPart *part,
                              uint64_t size) SAMME_CHECKED;
/* A part with nothing new: what the hub has signed must be what we hold, as far as we have folded
 * it; SAMME_MISMATCH. */
samme_status samme_heads_compare(samme_follow *follow, const Samme__JournalPart *part,
                                 samme_error *error) SAMME_CHECKED;

#endif
