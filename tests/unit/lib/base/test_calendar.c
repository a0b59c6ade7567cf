#include "base/calendar.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/prng.h"

enum { FIRST = -719162, LAST = 2932896 };

Test(date, every_day_agrees_with_the_c_library) {
    for (int32_t days = FIRST; days <= LAST; days++) {
        time_t moment = (time_t)days * 86400;
        struct tm parts;
        char expected[60], text[SAMME_DATE_TEXT_BYTES];
        gmtime_r(&moment, &parts);
        snprintf(expected, sizeof expected, "%04d-%02d-%02d", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday);
        samme_date_format(days, text);
        int32_t back = 0;
        if (strcmp(text, expected) != 0 || samme_date_parse(text, &back) != SAMME_OK ||
            back != days)
            cr_assert_fail("day %d is %s, came as '%s' and back as %d", days, expected, text, back);
    }
}

/* All months 00..13 and days 00..32 of years of each kind: exactly the days that exist are read. */
Test(date, only_days_that_exist) {
    static const int years[] = {0, 1, 4, 1900, 2000, 2023, 2024, 2100, 2400, 9999};
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++)
        for (int month = 0; month <= 13; month++)
            for (int day = 0; day <= 32; day++) {
                char text[40];
                snprintf(text, sizeof text, "%04d-%02d-%02d", years[i], month, day);
                struct tm parts = {.tm_year = years[i] - 1900, .tm_mon = month - 1, .tm_mday = day};
                time_t moment = timegm(&parts);
                bool exists = years[i] > 0 && parts.tm_mday == day && parts.tm_mon == month - 1 &&
                              parts.tm_year == years[i] - 1900;
                int32_t days = 77;
                cr_assert_eq(samme_date_parse(text, &days), exists ? SAMME_OK : SAMME_MALFORMED,
                             "%s", text);
                cr_assert_eq(days, exists ? moment / 86400 : 77, "%s", text);
            }
}

Test(date, nothing_but_the_one_form) {
    static const char *const bad[] = {"",
                                      "2010",
                                      "2010-12",
                                      "2010-12-1",
                                      "2010-1-01",
                                      "10-12-01",
                                      "2010-12-011",
                                      "2010-12-01 ",
                                      " 2010-12-01",
                                      "2010/12/01",
                                      "2010-12-01T",
                                      "20101201",
                                      "2010-12--1",
                                      "+010-12-01",
                                      "-010-12-01",
                                      "2010-12-0x"};
    int32_t days = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(samme_date_parse(bad[i], &days), SAMME_MALFORMED, "'%s'", bad[i]);
    cr_assert_eq(days, 77);
}

Test(date, outside_of_the_calendar_is_an_empty_text) {
    static const int32_t outside[] = {FIRST - 1, LAST + 1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        char text[SAMME_DATE_TEXT_BYTES] = "x";
        samme_date_format(outside[i], text);
        cr_assert_str_eq(text, "");
    }
}

Test(time, agrees_with_the_c_library) {
    samme_prng prng;
    samme_prng_seed(&prng, 41);
    for (unsigned round = 0; round < 50000; round++) {
        int64_t seconds = (int64_t)FIRST * 86400 + 86400 +
                          (int64_t)samme_prng_below(&prng, (uint64_t)(LAST - FIRST - 1) * 86400);
        int offset = (int)samme_prng_below(&prng, 2 * 1439 + 1) - 1439;
        int size = offset < 0 ? -offset : offset;
        time_t local = (time_t)(seconds + offset * 60);
        struct tm parts;
        gmtime_r(&local, &parts);
        char text[60], printed[SAMME_TIME_TEXT_BYTES], expected[60];
        snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d%c%02d:%02d",
                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, round % 2 ? 'T' : ' ',
                 parts.tm_hour, parts.tm_min, parts.tm_sec, offset < 0 ? '-' : '+', size / 60,
                 size % 60);
        int64_t utc_ms;
        int32_t minutes;
        cr_assert_eq(samme_time_parse(text, &utc_ms, &minutes), SAMME_OK, "%s", text);
        cr_assert_eq(utc_ms, seconds * 1000, "%s", text);
        cr_assert_eq(minutes, offset, "%s", text);
        time_t moment = (time_t)seconds;
        gmtime_r(&moment, &parts);
        snprintf(expected, sizeof expected, "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900,
                 parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
        samme_time_format(utc_ms + (int64_t)samme_prng_below(&prng, 1000), printed);
        cr_assert_str_eq(printed, expected);
    }
}

Test(time, known_forms) {
    int64_t utc_ms;
    int32_t minutes;
    cr_assert_eq(samme_time_parse("1970-01-01T00:00:00Z", &utc_ms, &minutes), SAMME_OK);
    cr_assert(utc_ms == 0 && minutes == 0);
    cr_assert_eq(samme_time_parse("1970-01-02 00:00:01", &utc_ms, &minutes), SAMME_OK);
    cr_assert(utc_ms == 86401000 && minutes == 0);
    cr_assert_eq(samme_time_parse("2010-12-01T08:26:00+01:00", &utc_ms, &minutes), SAMME_OK);
    cr_assert(utc_ms == 1291188360000 && minutes == 60);
    cr_assert_eq(samme_time_parse("2010-12-01T08:26:00-03:30", &utc_ms, &minutes), SAMME_OK);
    cr_assert(utc_ms == 1291204560000 && minutes == -210);
    cr_assert_eq(samme_time_parse("0001-01-01T00:00:00+01:00", &utc_ms, &minutes), SAMME_OK);
    char text[SAMME_TIME_TEXT_BYTES] = "x";
    samme_time_format(utc_ms, text);
    cr_assert_str_eq(text, "", "the moment is in year 0");
    samme_time_format(-1, text);
    cr_assert_str_eq(text, "1969-12-31T23:59:59Z");
    samme_time_format(INT64_MIN, text);
    cr_assert_str_eq(text, "");
    samme_time_format(INT64_MAX, text);
    cr_assert_str_eq(text, "");
}

Test(time, nothing_but_its_forms) {
    static const char *const bad[] = {
        "",
        "2010-12-01",
        "2010-12-01T",
        "2010-12-01T08",
        "2010-12-01T08:26",
        "2010-12-01T08:26:",
        "2010-12-01T08:26:0",
        "2010-12-01t08:26:00Z",
        "2010-12-01T08:26:00z",
        "2010-12-01T24:00:00Z",
        "2010-12-01T08:60:00Z",
        "2010-12-01T08:26:60Z",
        "2010-12-01T08:26:00.5Z",
        "2010-12-01T08:26:00ZZ",
        "2010-12-01T08:26:00 ",
        "2010-12-01T08:26:00+1:00",
        "2010-12-01T08:26:00+0100",
        "2010-12-01T08:26:00+01",
        "2010-12-01T08:26:00+01:",
        "2010-12-01T08:26:00+24:00",
        "2010-12-01T08:26:00+01:60",
        "2010-12-01T08:26:00+01:00Z",
        "2010-12-01T08-26-00Z",
        "2010-02-29T08:26:00Z",
        "2010-12-01T 8:26:00Z",
        "2010-12-01T-1:26:00Z",
    };
    int64_t utc_ms = 77;
    int32_t minutes = 78;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_assert_eq(samme_time_parse(bad[i], &utc_ms, &minutes), SAMME_MALFORMED, "'%s'", bad[i]);
    cr_assert(utc_ms == 77 && minutes == 78);
}

Test(local_day, changes_at_local_midnight) {
    enum { HOUR = 3600000, DAY = 24 * HOUR };
    cr_assert_eq(samme_local_day(0, 0), 0);
    cr_assert_eq(samme_local_day(-1, 0), -1);
    cr_assert_eq(samme_local_day(DAY - 1, 0), 0);
    cr_assert_eq(samme_local_day(DAY, 0), 1);
    cr_assert_eq(samme_local_day(22 * (int64_t)HOUR - 1, 120), 0);
    cr_assert_eq(samme_local_day(22 * (int64_t)HOUR, 120), 1);
    cr_assert_eq(samme_local_day(0, -1), -1);
    cr_assert_eq(samme_local_day(60000, -1), 0);
    cr_assert_eq(samme_local_day(-(int64_t)DAY, 0), -1);
    cr_assert_eq(samme_local_day(-(int64_t)DAY - 1, 0), -2);
}

Test(local_day, is_defined_for_all_values) {
    cr_assert_eq(samme_local_day(INT64_MAX, INT32_MAX), INT32_MAX);
    cr_assert_eq(samme_local_day(INT64_MIN, INT32_MIN), INT32_MIN);
    cr_assert_eq(samme_local_day(0, INT32_MIN), -1491309);
}
