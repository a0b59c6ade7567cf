/* What a function that can fail answers, and how it says what was wrong.
 *
 * Every fallible function returns a samme_status that must be looked at. The set is closed: a
 * caller can act on the value (retry, refuse the input, drop the peer, stop) without reading the
 * text. Text for people travels in a samme_error that the caller owns and may pass (NULL: no text);
 * libraries never print. What an out parameter holds after a failure is undefined, unless a
 * function says otherwise. Our own bugs are asserts, never statuses.
 *
 * Any thread may call what is declared here. The samme_fail family and those like it only write the
 * message and hand the status back; they cannot fail, so they alone are not SAMME_CHECKED. */
#ifndef SAMME_STATUS_H
#define SAMME_STATUS_H

#define SAMME_CHECKED             __attribute__((warn_unused_result))
#define SAMME_PRINTF(text, first) __attribute__((format(printf, text, first)))

typedef enum samme_status {
    SAMME_OK = 0,
    SAMME_MALFORMED,     /* the bytes or the text do not follow their format: refuse the input */
    SAMME_TOO_LARGE,     /* over a stated maximum: refuse the input */
    SAMME_NOT_FOUND,     /* nothing there under that name */
    SAMME_CONFLICT,      /* what is held already says something else */
    SAMME_BAD_SIGNATURE, /* no or too few valid signatures: refuse, and count */
    SAMME_MISMATCH,      /* a hash, root or size is not what was stated: refuse, keep as evidence */
    SAMME_STALE,         /* older than what is held: refuse */
    SAMME_DENIED,        /* this peer, key or role may not do that */
    SAMME_FULL,  /* a bounded queue, buffer, table, disk or quota has no room: try later or shed */
    SAMME_LATER, /* not possible now, will be: repeat */
    SAMME_IO,    /* the operating system refused: disk, file, socket */
    SAMME_CORRUPT, /* stored data is damaged or foreign: do not serve it */
    SAMME_UNKNOWN, /* it may or may not have happened: check before repeating */
    SAMME_NO_MEMORY,
    SAMME_UNSUPPORTED, /* a version or kind this code does not know */
    SAMME_STATUS_COUNT
} samme_status;

/* A message for people: names the thing, the place, and what was expected. Plain value, no
 * ownership. The text is terminated, and not for programs to read. */
typedef struct samme_error {
    samme_status status;
    char text[400];
} samme_error;

/* Short stable name of a status, e.g. "bad signature". Static; never NULL. */
const char *samme_status_name(samme_status status);

/* Writes status and text into *error (which may be NULL) and returns status, so that a guard can
 * say `return samme_fail(error, SAMME_MALFORMED, "...")`. Longer text is cut. */
samme_status samme_fail(samme_error *error, samme_status status, const char *format, ...)
    SAMME_PRINTF(3, 4);

/* Puts "place: " in front of the text of an error that is set, writes the status, and returns it;
 * for callers that know the file or the peer. NULL and longer text as above. */
samme_status samme_fail_in(samme_error *error, samme_status status, const char *format, ...)
    SAMME_PRINTF(3, 4);

#endif
