/* Inside of lib/render: phrases filled, lists joined, numbers, money and dates as a language writes
 * them. Texts live until the writer's pieces are reset; "" when there is no room. */
#ifndef SAMME_RENDER_FORMAT_H
#define SAMME_RENDER_FORMAT_H

#include "render/writer.h"

/* {1} and {2} of the pattern; `second` may be NULL where the pattern has no {2}. */
const char *samme_fill(samme_writer *in, const char *pattern, const char *first,
                       const char *second);
const char *samme_phrase_of(const samme_writer *in, samme_say say);
const char *samme_say_with(samme_writer *in, samme_say say, const char *first, const char *second);
/* "a, b or c": `last` is SAMME_SAY_OR, _AND or _COMMA. */
const char *samme_join(samme_writer *in, const char *const *items, size_t count, samme_say last);
/* a, then b behind a space; either may be "". */
const char *samme_then(samme_writer *in, const char *a, const char *b);

/* `value` in units of 10^-digits, with at least `least` decimals when it has any. */
const char *samme_number(samme_writer *in, int64_t value, unsigned digits, unsigned least);
const char *samme_percent(samme_writer *in, int64_t hundredths);
/* In the currency of the section; `value` in units of 10^-SAMME_MONEY_DIGITS. A bare amount goes in
 * front of another one ("10 to 20 kr"): without the currency where that stands behind. */
const char *samme_money(samme_writer *in, int64_t value, bool bare);
const char *samme_count(samme_writer *in, const samme_prose_input *input, int64_t value);
const char *samme_date(samme_writer *in, int64_t day);
const char *samme_quoted(samme_writer *in, const char *text);
const char *samme_country(samme_writer *in, int64_t value);

#endif
