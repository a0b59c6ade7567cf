/* Inside of lib/sop: what the checks of one document share. */
#ifndef SAMME_SOP_CHECKING_H
#define SAMME_SOP_CHECKING_H

#include "sop/texts.h"

typedef struct samme_checking {
    samme_authored *document;
    samme_document_findings *findings;
} samme_checking;

/* Where a value stands, or, when it was not written, what holds it (both by address, either may be
 * NULL); else the document. */
samme_document_place samme_place_of(const samme_authored *document, const void *value,
                                    const void *holder, const char *id);
/* Of one of its texts, or with NULL of the whole. */
samme_document_place samme_said_place(const samme_authored *document, const samme_said *said,
                                      const Samme__Text *text);

/* An error finding; the document is not sound. */
void samme_wrong(const samme_checking *in, const char *code, const samme_document_place *place,
                 const char *format, ...) SAMME_PRINTF(4, 5);

/* id_form, id_doubled: `id` is that of the element at `at` of `count`. */
typedef const char *samme_id_of(const void *elements, size_t at);
void samme_check_ids(const samme_checking *in, const void *elements, size_t count,
                     samme_id_of *id_of, const char *what);
bool samme_id_valid(const char *id) SAMME_CHECKED;
/* id_form: 1 to 64 of A-Z, 0-9, "_", as the reasons of a policy. */
void samme_check_reason_code(const samme_checking *in, const Samme__Reason *reason);

/* empty, too_many: `field` of `holder` has 1 to `maximum` elements. */
bool samme_check_count(const samme_checking *in, const void *holder, const char *id,
                       const char *field, size_t count, size_t maximum);
/* missing: an enumeration that is not set. */
void samme_check_chosen(const samme_checking *in, int value, const void *holder, const char *id,
                        const char *field, const ProtobufCEnumDescriptor *type);
/* A text that is no map of languages: characters, length, whether it is there. */
void samme_check_line(const samme_checking *in, const char *text, const void *holder,
                      const char *id, const char *field);
/* All languages of one said: tags, emptiness, length, characters, normal form, placeholders. */
void samme_check_said(const samme_checking *in, const samme_said *said);

void samme_check_procedure(const samme_checking *in);
void samme_check_bulletin(const samme_checking *in);
void samme_check_follow_ups(const samme_checking *in);
void samme_check_closings(const samme_checking *in);
/* The rest: conduct, survey, scorecard, retention, reasons. */
void samme_check_listing(const samme_checking *in);

#endif
