#include "check/clock.h"

#include "boxes/set.h"

samme_status samme_clock_sets_of(const samme_frame *frame, const samme_clock *clock,
                                 samme_clock_sets *out) {
    const samme_table *table = clock->table;
    size_t count = 0;
    for (size_t w = 0; w < table->window_count; w++) {
        const samme_when when = table->windows[w].when;
        if (count < when.first + when.count)
            count = when.first + when.count;
    }
    *out = (samme_clock_sets){.table = table};
    out->cells = samme_arena_alloc(frame->arena, (count + 1) * sizeof *out->cells);
    if (out->cells == NULL)
        return SAMME_NO_MEMORY;
    for (size_t w = 0; w < table->window_count; w++) {
        const samme_when when = table->windows[w].when;
        for (uint32_t c = when.first; c < when.first + when.count; c++) {
            samme_status status =
                samme_frame_cell(frame, clock->side, table, &table->cells[c], &out->cells[c]);
            if (status != SAMME_OK)
                return status;
        }
    }
    return SAMME_OK;
}

/* A cell that never holds settles it, so those are looked for before anything is split. */
static samme_told ask_when(samme_ask *ask, const samme_clock_sets *clock, samme_when when) {
    samme_told told = SAMME_TOLD_YES;
    for (uint32_t c = when.first; c < when.first + when.count; c++) {
        samme_ask one = *ask;
        samme_told cell = samme_ask_set(&one, clock->table->cells[c].input, clock->cells[c]);
        if (cell == SAMME_TOLD_NO)
            return SAMME_TOLD_NO;
        if (cell == SAMME_TOLD_SPLIT && told == SAMME_TOLD_YES) {
            told = cell;
            *ask = one;
        }
    }
    return told;
}

samme_told samme_ask_window(samme_ask *ask, const samme_clock_sets *clock,
                            const samme_window *window, samme_last_day *out) {
    *out = (samme_last_day){SAMME_LAST_DAY_NONE, 0};
    samme_told holds_now = ask_when(ask, clock, window->when);
    if (holds_now != SAMME_TOLD_YES)
        return holds_now == SAMME_TOLD_NO ? SAMME_TOLD_YES : holds_now;
    if (window->base == SAMME_WINDOW_UNTIL) {
        *out = (samme_last_day){SAMME_LAST_DAY_FIXED, window->until};
        return SAMME_TOLD_YES;
    }
    samme_told given = SAMME_TOLD_NO;
    if (window->base == SAMME_WINDOW_RECEIPT) {
        given = samme_ask_given(ask, SAMME_INPUT_RECEIPT_DATE);
        if (given == SAMME_TOLD_YES)
            *out = (samme_last_day){SAMME_LAST_DAY_OF_RECEIPT, window->days};
        if (given != SAMME_TOLD_NO)
            return given;
    }
    given = samme_ask_given(ask, SAMME_INPUT_PURCHASE_DATE);
    if (given == SAMME_TOLD_YES)
        *out = (samme_last_day){SAMME_LAST_DAY_OF_PURCHASE, window->days};
    return given == SAMME_TOLD_SPLIT ? given : SAMME_TOLD_YES;
}

static samme_told opposite(samme_told told) {
    return told == SAMME_TOLD_SPLIT ? told
           : told == SAMME_TOLD_YES ? SAMME_TOLD_NO
                                    : SAMME_TOLD_YES;
}

static uint32_t date_of(samme_last_day_of of) {
    return of == SAMME_LAST_DAY_OF_PURCHASE ? SAMME_INPUT_PURCHASE_DATE : SAMME_INPUT_RECEIPT_DATE;
}

/* Whether a's day is at least `more` days after b's. */
static samme_told ask_after(samme_ask *ask, samme_last_day a, samme_last_day b, int64_t more) {
    if (a.of == SAMME_LAST_DAY_NONE)
        return SAMME_TOLD_NO;
    if (b.of == SAMME_LAST_DAY_NONE)
        return SAMME_TOLD_YES;
    if (a.of == b.of)
        return a.days >= b.days + more ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    if (b.of == SAMME_LAST_DAY_FIXED)
        return samme_ask_from(ask, date_of(a.of), b.days + more - a.days);
    if (a.of == SAMME_LAST_DAY_FIXED)
        return opposite(samme_ask_from(ask, date_of(b.of), a.days - more - b.days + 1));
    if (a.of == SAMME_LAST_DAY_OF_RECEIPT)
        return samme_ask_from(ask, SAMME_DELIVERY, b.days + more - a.days);
    return opposite(samme_ask_from(ask, SAMME_DELIVERY, a.days - more - b.days + 1));
}

static samme_told ask_deadline(samme_ask *ask, const samme_clock_sets *clock, samme_last_day *out) {
    *out = (samme_last_day){SAMME_LAST_DAY_NONE, 0};
    for (size_t w = 0; w < clock->table->window_count; w++) {
        samme_last_day day;
        samme_told told = samme_ask_window(ask, clock, &clock->table->windows[w], &day);
        if (told == SAMME_TOLD_YES)
            told = ask_after(ask, day, *out, 1);
        if (told == SAMME_TOLD_SPLIT)
            return told;
        if (told == SAMME_TOLD_YES)
            *out = day;
    }
    return SAMME_TOLD_YES;
}

samme_told samme_ask_same_deadline(samme_ask *ask, const samme_clock_sets *a,
                                   const samme_clock_sets *b) {
    samme_last_day first, second;
    samme_told told = ask_deadline(ask, a, &first);
    if (told == SAMME_TOLD_YES)
        told = ask_deadline(ask, b, &second);
    if (told != SAMME_TOLD_YES)
        return told;
    if (first.of == SAMME_LAST_DAY_NONE || second.of == SAMME_LAST_DAY_NONE)
        return first.of == second.of ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    told = ask_after(ask, first, second, 0);
    return told == SAMME_TOLD_YES ? opposite(ask_after(ask, first, second, 1)) : told;
}
