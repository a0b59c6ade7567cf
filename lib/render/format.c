#include "render/format.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/money.h"

/* Over this a sentence fails as too large. */
#define SENTENCE_MAX_BYTES (32u * 1024u * 1024u)

static const char *keep(samme_writer *in, samme_buffer *made) {
    const char *text = samme_buffer_status(made) == SAMME_OK
                           ? samme_arena_text(&in->pieces, samme_buffer_text(made))
                           : NULL;
    samme_buffer_free(made);
    in->no_room = in->no_room || text == NULL;
    return text == NULL ? "" : text;
}

const char *samme_fill(samme_writer *in, const char *pattern, const char *first,
                       const char *second) {
    samme_buffer made;
    samme_buffer_init(&made, SENTENCE_MAX_BYTES);
    for (const char *at = pattern; *at != 0; at++) {
        if (strncmp(at, "{1}", 3) == 0 || strncmp(at, "{2}", 3) == 0) {
            const char *text = at[1] == '1' ? first : second;
            samme_buffer_append_text(&made, text != NULL ? text : "");
            at += 2;
        } else {
            samme_buffer_u8(&made, (uint8_t)*at);
        }
    }
    return keep(in, &made);
}

const char *samme_phrase_of(const samme_writer *in, samme_say say) {
    return in->words->phrases[say];
}

const char *samme_say_with(samme_writer *in, samme_say say, const char *first, const char *second) {
    return samme_fill(in, samme_phrase_of(in, say), first, second);
}

const char *samme_join(samme_writer *in, const char *const *items, size_t count, samme_say last) {
    samme_buffer made;
    samme_buffer_init(&made, SENTENCE_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            samme_buffer_append_text(&made,
                                     samme_phrase_of(in, i + 1 == count ? last : SAMME_SAY_COMMA));
        samme_buffer_append_text(&made, items[i]);
    }
    return keep(in, &made);
}

const char *samme_then(samme_writer *in, const char *a, const char *b) {
    if (a[0] == 0 || b[0] == 0)
        return a[0] == 0 ? b : a;
    return samme_fill(in, "{1} {2}", a, b);
}

/* Where in a whole number of so many digits a group ends, counted from its right end. */
static bool group_ends(const samme_prose *words, size_t right) {
    if (words->lakhs)
        return right == 3 || (right > 3 && right % 2 == 1);
    return right > 0 && right % 3 == 0;
}

const char *samme_number(samme_writer *in, int64_t value, unsigned digits, unsigned least) {
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    char whole[24];
    char decimals[24];
    size_t length =
        (size_t)snprintf(whole, sizeof whole, "%llu", (unsigned long long)(rest / unit));
    rest %= unit;
    samme_buffer made;
    samme_buffer_init(&made, 128);
    if (value < 0)
        samme_buffer_append_text(&made, "\u2212");
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && group_ends(in->words, length - i))
            samme_buffer_append_text(&made, in->words->group);
        samme_buffer_u8(&made, (uint8_t)whole[i]);
    }
    if (rest > 0) {
        snprintf(decimals, sizeof decimals, "%0*llu", (int)digits, (unsigned long long)rest);
        while (digits > least && decimals[digits - 1] == '0')
            decimals[--digits] = 0;
        samme_buffer_append_text(&made, in->words->decimal);
        samme_buffer_append_text(&made, decimals);
    }
    return keep(in, &made);
}

const char *samme_percent(samme_writer *in, int64_t hundredths) {
    return samme_say_with(in, SAMME_SAY_PERCENT, samme_number(in, hundredths, 2, 0), NULL);
}

const char *samme_money(samme_writer *in, int64_t value, bool bare) {
    const char *code = in->section->currency;
    const char *number = samme_number(in, value, SAMME_MONEY_DIGITS, samme_currency_digits(code));
    const char *pattern = samme_phrase_of(in, SAMME_SAY_MONEY_OF_SALE);
    if (code[0] != 0) {
        const samme_prose_code *named = in->words->currencies;
        while (named->code != NULL && strcmp(named->code, code) != 0)
            named++;
        pattern = named->code != NULL ? named->text : in->words->amount;
    }
    if (bare && strncmp(pattern, "{1}", 3) == 0)
        return number;
    return samme_fill(in, pattern, number, code);
}

const char *samme_count(samme_writer *in, const samme_prose_input *input, int64_t value) {
    return samme_fill(in, value == 1 ? input->one : input->many, samme_number(in, value, 0, 0),
                      NULL);
}

/* The two numbers in "YYYY-MM-DD" are plain digits, so that they are taken as they stand. */
const char *samme_date(samme_writer *in, int64_t day) {
    char text[SAMME_DATE_TEXT_BYTES];
    samme_date_format((int32_t)day, text);
    unsigned month = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0');
    const char *year = text;
    while (*year == '0')
        year++;
    text[4] = 0;
    const char *of = samme_fill(in, "{1} {2}", in->words->months[month - 1], year);
    return samme_say_with(in, SAMME_SAY_DATE, text[8] == '0' ? text + 9 : text + 8, of);
}

const char *samme_quoted(samme_writer *in, const char *text) {
    return samme_say_with(in, SAMME_SAY_QUOTED, text, NULL);
}

const char *samme_country(samme_writer *in, int64_t value) {
    const char code[] = {(char)('A' + value / 26), (char)('A' + value % 26), 0};
    for (const samme_prose_code *named = in->words->countries; named->code != NULL; named++)
        if (strcmp(named->code, code) == 0)
            return named->text;
    return samme_fill(in, "{1}", code, NULL);
}
