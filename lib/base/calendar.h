/* Days and times without a time zone database: the proleptic Gregorian calendar, days counted from
 * 1970-01-01. */
#ifndef SAMME_BASE_CALENDAR_H
#define SAMME_BASE_CALENDAR_H

#include <stdint.h>

#include "samme/status.h"

#define SAMME_DATE_TEXT_BYTES 11 /* "2010-12-01" and its terminator */
#define SAMME_TIME_TEXT_BYTES 21 /* "2010-12-01T08:26:00Z" */

/* Strict "YYYY-MM-DD", years 0001..9999, the day must exist. SAMME_MALFORMED otherwise. */
samme_status samme_date_parse(const char *text, int32_t *out_days) SAMME_CHECKED;
/* Writes SAMME_DATE_TEXT_BYTES. days must be within years 0001..9999 (else an empty text). */
void samme_date_format(int32_t days, char out[static SAMME_DATE_TEXT_BYTES]);
/* Strict "YYYY-MM-DDThh:mm:ss" followed by "Z", "+hh:mm", "-hh:mm" or nothing (then offset 0). A
 * space is accepted for the T. Gives UTC milliseconds and the offset in minutes. */
samme_status samme_time_parse(const char *text, int64_t *out_utc_ms,
                              int32_t *out_offset_minutes) SAMME_CHECKED;
/* UTC, seconds. Outside of years 0001..9999 an empty text. */
void samme_time_format(int64_t utc_ms, char out[static SAMME_TIME_TEXT_BYTES]);
/* The local day of a moment at a fixed offset from UTC. Defined for all values: the days at both
 * ends of int32 stand for all beyond them. */
int32_t samme_local_day(int64_t utc_ms, int32_t offset_minutes);

#endif
