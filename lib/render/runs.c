#include "render/runs.h"

#include "base/calendar.h"
#include "base/money.h"

/* What is said of one run: its ends as they are said, and which of them the author wrote. */
typedef struct run {
    const samme_input *input;
    const samme_prose_input *words;
    const char *written; /* the test's text */
    samme_interval domain;
    int64_t sign; /* -1: the author wrote the negative of what is said */
} run;

static unsigned digits_of(samme_input_kind kind) {
    return kind == SAMME_KIND_MONEY ? SAMME_MONEY_DIGITS : kind == SAMME_KIND_QUANTITY ? 3 : 0;
}

static bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

/* The value that a number or date at `at` has; moves *at behind it. */
static bool value_at(const run *of, const char **at, int64_t *out) {
    char token[24];
    const char *end = *at + (**at == '-' ? 1 : 0);
    while (is_digit(*end) || (*end == '.' && is_digit(end[1])) ||
           (*end == '-' && of->input->kind == SAMME_KIND_DATE))
        end++;
    size_t length = (size_t)(end - *at);
    bool fits = length < sizeof token;
    if (fits) {
        memcpy(token, *at, length);
        token[length] = 0;
    }
    *at = end;
    if (!fits)
        return false;
    if (of->input->kind != SAMME_KIND_DATE)
        return samme_decimal_parse(token, digits_of(of->input->kind), false, out) == SAMME_OK;
    int32_t day = 0;
    bool good = samme_date_parse(token, &day) == SAMME_OK;
    *out = day;
    return good;
}

/* Whether the author wrote this number or date in the test. */
static bool wrote(const run *of, int64_t value) {
    for (const char *at = of->written; *at != 0;) {
        int64_t found = 0;
        if (!is_digit(*at) && !(*at == '-' && is_digit(at[1])))
            at++;
        else if (value_at(of, &at, &found) && found == of->sign * value)
            return true;
    }
    return false;
}

static const char *shown(samme_writer *in, const run *of, int64_t value, bool bare) {
    switch (of->input->kind) {
    case SAMME_KIND_MONEY:
        return samme_money(in, value, bare);
    case SAMME_KIND_DATE:
        return samme_date(in, value);
    case SAMME_KIND_COUNT:
        return bare ? samme_number(in, value, 0, 0) : samme_count(in, of->words, value);
    default:
        return samme_number(in, value, digits_of(of->input->kind), 0);
    }
}

/* What lies beyond a low or high end is said by the number that the author wrote. */
static const char *low_end(samme_writer *in, const run *of, int64_t low) {
    bool dates = of->input->kind == SAMME_KIND_DATE;
    if (!wrote(of, low) && wrote(of, low - 1))
        return samme_say_with(in, dates ? SAMME_SAY_DATE_AFTER : SAMME_SAY_MORE,
                              shown(in, of, low - 1, false), NULL);
    return samme_say_with(in, dates ? SAMME_SAY_DATE_FROM : SAMME_SAY_AT_LEAST,
                          shown(in, of, low, false), NULL);
}

static const char *high_end(samme_writer *in, const run *of, int64_t high) {
    bool dates = of->input->kind == SAMME_KIND_DATE;
    if (!wrote(of, high) && wrote(of, high + 1))
        return samme_say_with(in, dates ? SAMME_SAY_DATE_BEFORE : SAMME_SAY_LESS,
                              shown(in, of, high + 1, false), NULL);
    return samme_say_with(in, dates ? SAMME_SAY_DATE_UNTIL : SAMME_SAY_AT_MOST,
                          shown(in, of, high, false), NULL);
}

static const char *between(samme_writer *in, const run *of, int64_t low, int64_t high) {
    bool grains = digits_of(of->input->kind) > 0; /* no whole number is next to another */
    if (grains && !(wrote(of, low) && wrote(of, high))) {
        const char *ends[] = {low_end(in, of, low), high_end(in, of, high)};
        return samme_join(in, ends, 2, SAMME_SAY_AND);
    }
    return samme_say_with(
        in, of->input->kind == SAMME_KIND_DATE ? SAMME_SAY_DATE_BETWEEN : SAMME_SAY_BETWEEN,
        shown(in, of, low, true), shown(in, of, high, false));
}

static const char *run_text(samme_writer *in, const run *of, int64_t low, int64_t high) {
    if (low == high)
        return of->input->kind == SAMME_KIND_DATE
                   ? samme_say_with(in, SAMME_SAY_DATE_ON, shown(in, of, low, false), NULL)
                   : shown(in, of, low, false);
    if (low <= of->domain.low)
        return high_end(in, of, high);
    if (high >= of->domain.high)
        return low_end(in, of, low);
    return between(in, of, low, high);
}

/* days_left below 0 is said as days gone by. */
static const char *days_past(samme_writer *in, run of, samme_interval past) {
    if (past.low <= of.domain.low && past.high == -1)
        return samme_phrase_of(in, SAMME_SAY_DEADLINE_OVER);
    of.sign = -1;
    of.domain = (samme_interval){1, -of.domain.low};
    return samme_say_with(in, SAMME_SAY_DEADLINE_PAST, run_text(in, &of, -past.high, -past.low),
                          NULL);
}

static const char *days_ahead(samme_writer *in, run of, samme_interval ahead) {
    if (ahead.low == 0 && ahead.high >= of.domain.high)
        return samme_phrase_of(in, SAMME_SAY_DEADLINE_OPEN);
    of.domain.low = 0;
    return samme_say_with(in, SAMME_SAY_DEADLINE_LEFT, run_text(in, &of, ahead.low, ahead.high),
                          NULL);
}

/* Appends to `items`; gives how many there are then. */
static size_t say_interval(samme_writer *in, const run *of, samme_interval interval,
                           const char **items, size_t count) {
    if (of->input->id != SAMME_INPUT_DAYS_LEFT) {
        items[count++] = run_text(in, of, interval.low, interval.high);
        return count;
    }
    if (interval.low < 0)
        items[count++] = days_past(
            in, *of, (samme_interval){interval.low, interval.high < 0 ? interval.high : -1});
    if (interval.high >= 0)
        items[count++] = days_ahead(
            in, *of, (samme_interval){interval.low > 0 ? interval.low : 0, interval.high});
    return count;
}

const char *samme_runs_clause(samme_writer *in, const samme_table *table, const samme_cell *cell) {
    const samme_input *input = samme_input_at(cell->input);
    const run of = {.input = input,
                    .words = samme_prose_input_of(in->words, input->name),
                    .written = cell->text,
                    .domain = samme_input_domain(input, in->vocabulary),
                    .sign = 1};
    bool staff = samme_writes_for_staff(in);
    const samme_interval *intervals = table->intervals + cell->first;
    if (intervals[0].low <= of.domain.low && intervals[0].high >= of.domain.high)
        return !staff && of.words->known_you != NULL ? of.words->known_you : of.words->known;
    if (of.words->zero != NULL && cell->count == 1 && intervals[0].low == 0 &&
        intervals[0].high == 0)
        return !staff && of.words->zero_you != NULL ? of.words->zero_you : of.words->zero;
    const char **items = samme_arena_alloc(&in->pieces, (cell->count + 1) * sizeof *items);
    if (items == NULL) {
        in->no_room = true;
        return "";
    }
    size_t count = 0;
    for (size_t i = 0; i < cell->count; i++)
        count = say_interval(in, &of, intervals[i], items, count);
    const char *list = samme_join(in, items, count, SAMME_SAY_OR);
    return samme_fill(in, !staff && of.words->is_you != NULL ? of.words->is_you : of.words->is,
                      list, NULL);
}
