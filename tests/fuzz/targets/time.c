/* Target: samme_date_parse, samme_date_format, samme_time_parse, samme_time_format,
 * samme_local_day. */
#include <stdlib.h>

#include "base/calendar.h"
#include "fuzz/fuzz.h"

static void check_date(const char *text) {
    int32_t days;
    if (samme_date_parse(text, &days) != SAMME_OK)
        return;
    char again[SAMME_DATE_TEXT_BYTES];
    samme_date_format(days, again);
    FUZZ_MUST(strcmp(text, again) == 0);
}

/* A moment as text names the same moment again, and its own date is its local day. */
static void check_time(const char *text) {
    int64_t utc_ms, utc_again;
    int32_t offset, offset_again, day;
    if (samme_time_parse(text, &utc_ms, &offset) != SAMME_OK)
        return;
    char date[SAMME_DATE_TEXT_BYTES] = {0}, again[SAMME_TIME_TEXT_BYTES];
    memcpy(date, text, sizeof date - 1);
    FUZZ_MUST(samme_date_parse(date, &day) == SAMME_OK);
    FUZZ_MUST(samme_local_day(utc_ms, offset) == day);
    samme_time_format(utc_ms, again); /* empty when UTC has another year than 0001 to 9999 */
    FUZZ_MUST(again[0] == 0 || (samme_time_parse(again, &utc_again, &offset_again) == SAMME_OK &&
                                utc_again == utc_ms && offset_again == 0));
}

/* Any moment and offset have a day; days never go back as time goes on. */
static void check_numbers(fuzz_input input) {
    int64_t utc_ms = (int64_t)fuzz_u64(&input);
    int32_t offset = (int16_t)fuzz_u16(&input);
    int32_t day = samme_local_day(utc_ms, offset);
    char text[SAMME_TIME_TEXT_BYTES];
    samme_time_format(utc_ms, text);
    int64_t again;
    int32_t zero;
    if (text[0] != 0)
        FUZZ_MUST(samme_time_parse(text, &again, &zero) == SAMME_OK && again <= utc_ms &&
                  utc_ms - again < 1000);
    if (utc_ms < INT64_MAX)
        FUZZ_MUST(samme_local_day(utc_ms + 1, offset) >= day);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = fuzz_text(SAMME_SPAN(data, size));
    check_date(text);
    check_time(text);
    check_numbers(fuzz_open(data, size));
    free(text);
    return 0;
}
