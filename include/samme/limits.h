/* The maxima that formats and peers rely on, in bytes where the name says so, else a count.
 * Changing one changes a format: see docs/FORMATS.md. */
#ifndef SAMME_LIMITS_H
#define SAMME_LIMITS_H

#define SAMME_ENTRY_MAX_BYTES       65535u /* an entry in a log (tlog-tiles bundles count in uint16) */
#define SAMME_EVENT_MAX_BYTES       65279u /* an event, so that it can be carried into a next epoch */
#define SAMME_DOCUMENT_MAX_BYTES    (1024u * 1024u) /* an authored document, a note */
#define SAMME_RELEASE_MAX_DOCUMENTS 4096u
#define SAMME_BATCH_MAX_ENTRIES     4096u
#define SAMME_BATCH_MAX_BYTES       (4096u * 1024u)
#define SAMME_MESSAGE_MAX_BYTES                                                                    \
    (4608u * 1024u) /* one message between node and hub: a batch and its frame */
#define SAMME_REQUEST_MAX_BYTES (256u * 1024u) /* one HTTP request body */
#define SAMME_CURVE_KEY_BYTES   32u

#endif
