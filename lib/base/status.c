#include "samme/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *samme_status_name(samme_status status) {
    static const char *const names[SAMME_STATUS_COUNT] = {
        [SAMME_OK] = "ok",
        [SAMME_MALFORMED] = "malformed",
        [SAMME_TOO_LARGE] = "too large",
        [SAMME_NOT_FOUND] = "not found",
        [SAMME_CONFLICT] = "conflict",
        [SAMME_BAD_SIGNATURE] = "bad signature",
        [SAMME_MISMATCH] = "mismatch",
        [SAMME_STALE] = "stale",
        [SAMME_DENIED] = "denied",
        [SAMME_FULL] = "full",
        [SAMME_LATER] = "later",
        [SAMME_IO] = "i/o error",
        [SAMME_CORRUPT] = "corrupt",
        [SAMME_UNKNOWN] = "outcome unknown",
        [SAMME_NO_MEMORY] = "no memory",
        [SAMME_UNSUPPORTED] = "unsupported",
    };
    unsigned index = (unsigned)status;
    return index < SAMME_STATUS_COUNT ? names[index] : "unknown status";
}

samme_status samme_fail(samme_error *error, samme_status status, const char *format, ...) {
    if (error == NULL)
        return status;
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return status;
}

samme_status samme_fail_in(samme_error *error, samme_status status, const char *format, ...) {
    if (error == NULL)
        return status;
    char inner[sizeof error->text];
    memcpy(inner, error->text, sizeof inner);
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    int used = vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    if (used < 0 || (size_t)used >= sizeof error->text)
        return status;
    size_t left = sizeof error->text - (size_t)used;
    if (snprintf(error->text + used, left, ": %s", inner) < 0)
        error->text[used] = 0;
    return status;
}
