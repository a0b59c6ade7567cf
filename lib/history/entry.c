#include "history/entry.h"

#include <assert.h>

/* The kinds this version knows; samme_entry_open refuses all others. */
typedef struct entry_kind {
    Samme__EventKind kind;
    Samme__EventClass event_class;
    const ProtobufCMessageDescriptor *body;
} entry_kind;

static const entry_kind KINDS[] = {
    {SAMME__EVENT_KIND__anchor, SAMME__EVENT_CLASS__service, &samme__anchor__descriptor},
    {SAMME__EVENT_KIND__release_taken, SAMME__EVENT_CLASS__service,
     &samme__release_taken__descriptor},
    {SAMME__EVENT_KIND__sale, SAMME__EVENT_CLASS__sales, &samme__sale__descriptor},
    {SAMME__EVENT_KIND__return_opened, SAMME__EVENT_CLASS__service,
     &samme__return_opened__descriptor},
    {SAMME__EVENT_KIND__return_decided, SAMME__EVENT_CLASS__service,
     &samme__return_decided__descriptor},
    {SAMME__EVENT_KIND__return_done, SAMME__EVENT_CLASS__service, &samme__return_done__descriptor},
    {SAMME__EVENT_KIND__return_approved, SAMME__EVENT_CLASS__service,
     &samme__return_approved__descriptor},
    {SAMME__EVENT_KIND__day_closed, SAMME__EVENT_CLASS__sales, &samme__day_closed__descriptor},
    {SAMME__EVENT_KIND__line_lent, SAMME__EVENT_CLASS__service, &samme__line_lent__descriptor},
    {SAMME__EVENT_KIND__given_back, SAMME__EVENT_CLASS__service, &samme__given_back__descriptor},
    {SAMME__EVENT_KIND__goods_received, SAMME__EVENT_CLASS__service,
     &samme__goods_received__descriptor},
    {SAMME__EVENT_KIND__return_recorded, SAMME__EVENT_CLASS__service,
     &samme__return_recorded__descriptor},
    {SAMME__EVENT_KIND__alarm_taken, SAMME__EVENT_CLASS__service, &samme__alarm_taken__descriptor},
    {SAMME__EVENT_KIND__alarm_resolved, SAMME__EVENT_CLASS__service,
     &samme__alarm_resolved__descriptor},
    {SAMME__EVENT_KIND__carried, SAMME__EVENT_CLASS__event_class_unset, /* as the event within */
     &samme__carried__descriptor},
};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS, ENTRY_VERSION = 1, ID_BYTES = 16 };

static const entry_kind *find_kind(Samme__EventKind kind) {
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (KINDS[i].kind == kind)
            return &KINDS[i];
    }
    return NULL;
}

static size_t most_bytes(const entry_kind *kind) {
    return kind->kind == SAMME__EVENT_KIND__carried ? SAMME_ENTRY_MAX_BYTES : SAMME_EVENT_MAX_BYTES;
}

static samme_status pack_event(const samme_entry_head *head, const entry_kind *kind,
                               const void *body, samme_buffer *clear, samme_buffer *packed) {
    samme_pack(body, clear);
    samme_status status = samme_buffer_status(clear);
    if (status != SAMME_OK)
        return status;
    uint32_t region = head->region;
    Samme__Event event = SAMME__EVENT__INIT;
    event.kind = kind->kind;
    event.version = ENTRY_VERSION;
    event.event_class = kind->event_class != SAMME__EVENT_CLASS__event_class_unset
                            ? kind->event_class
                            : head->event_class;
    event.n_regions = 1;
    event.regions = &region;
    event.id = samme_bytes_of_span(SAMME_SPAN(head->id, ID_BYTES));
    event.time_ms = head->time_ms;
    event.key_hash = samme_bytes_of_span(head->key_hash);
    event.request_hash = samme_bytes_of_span(head->request_hash);
    event.clear = samme_bytes_of_span(samme_buffer_span(clear));
    samme_pack(&event, packed);
    return samme_buffer_status(packed);
}

samme_status samme_entry_build(const samme_entry_head *head, const void *body, samme_buffer *out) {
    const entry_kind *kind = find_kind(head->kind);
    assert(kind != NULL);
    assert(((const ProtobufCMessage *)body)->descriptor == kind->body);
    assert(head->key_hash.length == 0 || head->key_hash.length == 32);
    assert(head->request_hash.length == 0 || head->request_hash.length == 32);
    /* Packed aside, so that a body too large leaves *out as it was. */
    samme_buffer clear, packed;
    samme_buffer_init(&clear, most_bytes(kind));
    samme_buffer_init(&packed, most_bytes(kind));
    samme_status status = pack_event(head, kind, body, &clear, &packed);
    if (status == SAMME_OK) {
        samme_buffer_append(out, samme_buffer_span(&packed));
        status = samme_buffer_status(out);
    }
    samme_buffer_free(&clear);
    samme_buffer_free(&packed);
    return status;
}

static bool empty_or_hash(ProtobufCBinaryData bytes) {
    return bytes.len == 0 || bytes.len == 32;
}

static samme_status check_head(const Samme__Event *event, const entry_kind *kind,
                               samme_error *error) {
    const bool any = kind->event_class == SAMME__EVENT_CLASS__event_class_unset;
    if (any ? event->event_class != SAMME__EVENT_CLASS__sales &&
                  event->event_class != SAMME__EVENT_CLASS__service
            : event->event_class != kind->event_class)
        return samme_fail(error, SAMME_MALFORMED, "entry of kind %d: class is %d, expected %d",
                          (int)event->kind, (int)event->event_class, (int)kind->event_class);
    if (event->n_regions == 0)
        return samme_fail(error, SAMME_MALFORMED, "entry of kind %d names no region",
                          (int)event->kind);
    if (event->id.len != ID_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "entry of kind %d: id has %zu bytes, expected 16",
                          (int)event->kind, event->id.len);
    if (!empty_or_hash(event->key_hash) || !empty_or_hash(event->request_hash))
        return samme_fail(error, SAMME_MALFORMED,
                          "entry of kind %d: a request hash has neither 0 nor 32 bytes",
                          (int)event->kind);
    return SAMME_OK;
}

samme_status samme_entry_open(samme_span bytes, samme_arena *arena, samme_entry *out,
                              samme_error *error) {
    samme_error local;
    samme_error *why = error != NULL ? error : &local;
    *out = (samme_entry){.event = NULL};
    if (bytes.length > SAMME_ENTRY_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "entry has %zu bytes, at most %u are allowed",
                          bytes.length, SAMME_ENTRY_MAX_BYTES);
    const Samme__Event *event = SAMME_UNPACK(Event, event, bytes, arena, why);
    if (event == NULL && bytes.length > SAMME_EVENT_MAX_BYTES && why->status == SAMME_MALFORMED)
        return samme_fail(error, SAMME_TOO_LARGE, "entry has %zu bytes, at most %u are allowed",
                          bytes.length, SAMME_EVENT_MAX_BYTES);
    if (event == NULL)
        return why->status;
    out->event = event;
    const entry_kind *kind = find_kind(event->kind);
    if (kind == NULL || event->version != ENTRY_VERSION)
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "entry of kind %d version %u is not known to this version",
                          (int)event->kind, event->version);
    if (bytes.length > most_bytes(kind))
        return samme_fail(error, SAMME_TOO_LARGE, "event has %zu bytes, at most %u are allowed",
                          bytes.length, SAMME_EVENT_MAX_BYTES);
    samme_status status = check_head(event, kind, error);
    if (status != SAMME_OK)
        return status;
    out->body.any = samme_unpack(kind->body, samme_span_of_bytes(event->clear), arena, why);
    return out->body.any != NULL ? SAMME_OK : why->status;
}

void samme_event_id(uint8_t out[static 16], int64_t time_ms, const uint8_t random[static 10]) {
    uint64_t time = (uint64_t)time_ms;
    for (unsigned i = 6; i-- > 0; time >>= 8)
        out[i] = (uint8_t)time;
    memcpy(out + 6, random, 10);
    out[6] = (uint8_t)(0x70 | (out[6] & 0x0f)); /* version 7 */
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3f)); /* the variant of RFC 9562 */
}
