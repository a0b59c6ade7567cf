/* Entries: an Event around a body, built and opened in one place. Pure. */
#ifndef SAMME_HISTORY_ENTRY_H
#define SAMME_HISTORY_ENTRY_H

#include "samme/limits.h"
#include "wire/pack.h"

typedef struct samme_entry_head {
    Samme__EventKind kind;
    Samme__EventClass event_class; /* of a carried event: that of the event within */
    uint32_t region;               /* the writer's home region */
    uint8_t id[16];
    int64_t time_ms;
    samme_span key_hash;     /* empty or 32 bytes */
    samme_span request_hash; /* empty or 32 bytes */
} samme_entry_head;

/* Appends the packed Event. The class follows from the kind, but of a carried one. SAMME_TOO_LARGE
 * over SAMME_EVENT_MAX_BYTES, or of a carried one SAMME_ENTRY_MAX_BYTES. */
samme_status samme_entry_build(const samme_entry_head *head, const void *body,
                               samme_buffer *out) SAMME_CHECKED;

typedef struct samme_entry {
    const Samme__Event *event;
    union { /* by event->kind */
        const ProtobufCMessage *any;
        const Samme__Anchor *anchor;
        const Samme__ReleaseTaken *release_taken;
        const Samme__Sale *sale;
        const Samme__ReturnOpened *return_opened;
        const Samme__ReturnDecided *return_decided;
        const Samme__ReturnDone *return_done;
        const Samme__ReturnApproved *return_approved;
        const Samme__DayClosed *day_closed;
        const Samme__LineLent *line_lent;
        const Samme__GivenBack *given_back;
        const Samme__GoodsReceived *goods_received;
        const Samme__ReturnRecorded *return_recorded;
        const Samme__AlarmTaken *alarm_taken;
        const Samme__AlarmResolved *alarm_resolved;
        const Samme__Carried *carried;
    } body;
} samme_entry;

/* SAMME_MALFORMED, SAMME_TOO_LARGE, SAMME_UNSUPPORTED (a kind or version this code does not know).
 * *out->event is set whenever the head could be read. Only a carried entry may be larger than
 * SAMME_EVENT_MAX_BYTES. */
samme_status samme_entry_open(samme_span bytes, samme_arena *arena, samme_entry *out,
                              samme_error *error) SAMME_CHECKED;

/* 16 bytes: 48 bits of milliseconds, then random, marked as RFC 9562 version 7. */
void samme_event_id(uint8_t out[static 16], int64_t time_ms, const uint8_t random[static 10]);

#endif
