#include "base/calendar.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    FIRST_DAY = -719162, /* 0001-01-01 */
    LAST_DAY = 2932896,  /* 9999-12-31 */
    DAYS_OF_400_YEARS = 146097,
    MINUTE_MS = 60 * 1000,
    DAY_MS = 24 * 60 * MINUTE_MS,
};

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years are counted from March, so that the leap day is the last of its year and the days before a
 * month follow from its number alone. */
static int32_t days_of(int year, int month, int day) {
    int from_march = (month + 9) % 12;
    if (month <= 2)
        year--;
    int day_of_year = (153 * from_march + 2) / 5 + day - 1;
    int days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    return days - 719468; /* 0000-03-01 to 1970-01-01 */
}

static void split_days(int32_t days, int *out_year, int *out_month, int *out_day) {
    int since = days + 719468;
    int era = since / DAYS_OF_400_YEARS;
    int day_of_era = since % DAYS_OF_400_YEARS;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153;
    *out_day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *out_month = from_march < 10 ? from_march + 3 : from_march - 9;
    *out_year = era * 400 + year_of_era + (*out_month <= 2 ? 1 : 0);
}

/* Reads `count` digits; -1 when one is missing. A terminator is no digit, so it stops in time. */
static int read_digits(const char *text, unsigned count) {
    int value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* A number of two digits up to `maximum`; -1 otherwise. */
static int read_two(const char *text, int maximum) {
    int value = read_digits(text, 2);
    return value <= maximum ? value : -1;
}

/* The ten characters of a date; what follows them is the caller's. */
static bool read_date(const char *text, int32_t *out_days) {
    int year = read_digits(text, 4);
    if (year < 1 || text[4] != '-')
        return false;
    int month = read_two(text + 5, 12);
    if (month < 1 || text[7] != '-')
        return false;
    int day = read_two(text + 8, days_of_month(year, month));
    if (day < 1)
        return false;
    *out_days = days_of(year, month, day);
    return true;
}

samme_status samme_date_parse(const char *text, int32_t *out_days) {
    int32_t days;
    if (!read_date(text, &days) || text[10] != 0)
        return SAMME_MALFORMED;
    *out_days = days;
    return SAMME_OK;
}

/* `count` digits. */
static void put_digits(char *out, int value, unsigned count) {
    for (; count > 0; count--, value /= 10)
        out[count - 1] = (char)('0' + value % 10);
}

void samme_date_format(int32_t days, char out[static SAMME_DATE_TEXT_BYTES]) {
    out[0] = 0;
    if (days < FIRST_DAY || days > LAST_DAY)
        return;
    int year, month, day;
    split_days(days, &year, &month, &day);
    put_digits(out, year, 4);
    out[4] = '-';
    put_digits(out + 5, month, 2);
    out[7] = '-';
    put_digits(out + 8, day, 2);
    out[10] = 0;
}

/* "hh:mm" as minutes; -1 otherwise. */
static int read_clock(const char *text) {
    int hours = read_two(text, 23);
    if (hours < 0 || text[2] != ':')
        return -1;
    int minutes = read_two(text + 3, 59);
    return minutes < 0 ? -1 : hours * 60 + minutes;
}

/* What may stand behind the seconds, to the end of the text. */
static bool read_offset(const char *text, int *out_minutes) {
    if (strcmp(text, "") == 0 || strcmp(text, "Z") == 0) {
        *out_minutes = 0;
        return true;
    }
    if (text[0] != '+' && text[0] != '-')
        return false;
    int minutes = read_clock(text + 1);
    if (minutes < 0 || text[6] != 0)
        return false;
    *out_minutes = text[0] == '-' ? -minutes : minutes;
    return true;
}

samme_status samme_time_parse(const char *text, int64_t *out_utc_ms, int32_t *out_offset_minutes) {
    int32_t days;
    if (!read_date(text, &days) || (text[10] != 'T' && text[10] != ' '))
        return SAMME_MALFORMED;
    int minutes = read_clock(text + 11);
    if (minutes < 0 || text[16] != ':')
        return SAMME_MALFORMED;
    int seconds = read_two(text + 17, 59);
    int offset;
    if (seconds < 0 || !read_offset(text + 19, &offset))
        return SAMME_MALFORMED;
    *out_utc_ms = (int64_t)days * DAY_MS + ((int64_t)minutes - offset) * MINUTE_MS + seconds * 1000;
    *out_offset_minutes = offset;
    return SAMME_OK;
}

/* Quotient rounded down, and what is left of the number over it. */
static int64_t divide_down(int64_t number, int64_t by, int64_t *out_rest) {
    int64_t rest = number % by;
    *out_rest = rest < 0 ? rest + by : rest;
    return number / by - (rest < 0 ? 1 : 0);
}

void samme_time_format(int64_t utc_ms, char out[static SAMME_TIME_TEXT_BYTES]) {
    int64_t rest;
    int64_t days = divide_down(utc_ms, DAY_MS, &rest);
    out[0] = 0;
    if (days < FIRST_DAY || days > LAST_DAY)
        return;
    unsigned seconds = (unsigned)(rest / 1000);
    samme_date_format((int32_t)days, out);
    snprintf(out + 10, SAMME_TIME_TEXT_BYTES - 10, "T%02u:%02u:%02uZ", seconds / 3600 % 24,
             seconds / 60 % 60, seconds % 60);
}

int32_t samme_local_day(int64_t utc_ms, int32_t offset_minutes) {
    int64_t rest;
    int64_t days = divide_down(utc_ms, DAY_MS, &rest);
    days += divide_down(rest + (int64_t)offset_minutes * MINUTE_MS, DAY_MS, &rest);
    return days < INT32_MIN ? INT32_MIN : days > INT32_MAX ? INT32_MAX : (int32_t)days;
}
