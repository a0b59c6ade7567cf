#include "history/subjects.h"

/* Where bodies name people; a kind of event that names another has its rows here. */
static const struct naming {
    Samme__EventKind kind;
    size_t offset; /* of the field in the body */
    bool clerk;
} NAMINGS[] = {
    {SAMME__EVENT_KIND__sale, offsetof(Samme__Sale, subject), false},
    {SAMME__EVENT_KIND__link, offsetof(Samme__Link, subject_a), false},
    {SAMME__EVENT_KIND__link, offsetof(Samme__Link, subject_b), false},
    {SAMME__EVENT_KIND__unlink, offsetof(Samme__Unlink, subject), false},
    {SAMME__EVENT_KIND__return_opened, offsetof(Samme__ReturnOpened, opened_by), true},
    {SAMME__EVENT_KIND__return_approved, offsetof(Samme__ReturnApproved, approver), true},
    {SAMME__EVENT_KIND__return_done, offsetof(Samme__ReturnDone, said_by), true},
    {SAMME__EVENT_KIND__goods_received, offsetof(Samme__GoodsReceived, received_by), true},
    {SAMME__EVENT_KIND__alarm_taken, offsetof(Samme__AlarmTaken, by), true},
    {SAMME__EVENT_KIND__alarm_resolved, offsetof(Samme__AlarmResolved, by), true},
};

static size_t add(ProtobufCBinaryData field, bool clerk, size_t count,
                  samme_named out[SAMME_NAMED_MAX]) {
    if (field.len != SAMME_SUBJECT_BYTES || count == SAMME_NAMED_MAX)
        return count;
    memcpy(out[count].subject.bytes, field.data, SAMME_SUBJECT_BYTES);
    out[count].clerk = clerk;
    return count + 1;
}

size_t samme_body_names(Samme__EventKind kind, const void *body, samme_named out[SAMME_NAMED_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < sizeof NAMINGS / sizeof *NAMINGS; i++) {
        ProtobufCBinaryData field;
        if (NAMINGS[i].kind != kind)
            continue;
        memcpy(&field, (const uint8_t *)body + NAMINGS[i].offset, sizeof field);
        count = add(field, NAMINGS[i].clerk, count, out);
    }
    if (kind == SAMME__EVENT_KIND__return_opened) {
        const Samme__ReturnOpened *opened = body;
        if (opened->keyed != NULL)
            count = add(opened->keyed->subject, false, count, out);
    }
    return count;
}

/* link and unlink are no entries yet, and have no body that could be opened. */
size_t samme_entry_names(samme_span entry, samme_arena *arena, samme_named out[SAMME_NAMED_MAX]) {
    samme_entry opened;
    samme_status status = samme_entry_open(entry, arena, &opened, NULL);
    if (opened.event != NULL && opened.event->kind == SAMME__EVENT_KIND__carried) {
        const Samme__Carried *carried =
            SAMME_UNPACK(Carried, carried, samme_span_of_bytes(opened.event->clear), arena, NULL);
        if (carried == NULL)
            return 0;
        status = samme_entry_open(samme_span_of_bytes(carried->event), arena, &opened, NULL);
    }
    return status == SAMME_OK ? samme_body_names(opened.event->kind, opened.body.any, out) : 0;
}
