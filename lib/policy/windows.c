/* `windows`: compiled here; what they give for facts is in decide.c. */
#include "policy/compiled.h"

static samme_status compile_length(samme_compiling *in, const Samme__Window *source,
                                   samme_window *out) {
    bool has_days = source->has_days_case != SAMME__WINDOW__HAS_DAYS__NOT_SET;
    bool has_until = source->until[0] != 0;
    if (has_days + has_until + source->unlimited != 1)
        return SAMME_WRONG(in, source, "expected one of days, until and unlimited");
    if (!has_days && source->from[0] != 0)
        return SAMME_WRONG(in, source->from, "from: expected it only with days");
    if (has_until) {
        out->base = SAMME_WINDOW_UNTIL;
        if (samme_date_parse(source->until, &out->until) != SAMME_OK)
            return SAMME_WRONG(in, source->until,
                               "until: expected a date as YYYY-MM-DD, found \"%.40s\"",
                               source->until);
        return SAMME_OK;
    }
    if (source->unlimited) {
        out->base = SAMME_WINDOW_UNTIL;
        out->until = SAMME_LAST_DAY;
        return SAMME_OK;
    }
    if (source->days > SAMME_DAYS_MAX)
        return SAMME_WRONG(in, &source->days, "days: expected 0 to %d, found %u", SAMME_DAYS_MAX,
                           source->days);
    out->days = (int32_t)source->days;
    out->base = SAMME_WINDOW_RECEIPT;
    if (strcmp(source->from, "purchase") == 0)
        out->base = SAMME_WINDOW_PURCHASE;
    else if (source->from[0] != 0 && strcmp(source->from, "receipt") != 0)
        return SAMME_WRONG(in, source->from, "from: expected purchase or receipt, found \"%.40s\"",
                           source->from);
    return SAMME_OK;
}

static samme_status compile_window(samme_compiling *in, size_t at, samme_window *out) {
    const Samme__Window *source = in->source->windows[at];
    samme_tested tests[SAMME_INPUT_COUNT];
    if (!samme_code_valid(source->id))
        return SAMME_WRONG(in, source->id,
                           "id: expected 1 to 64 of a-z A-Z 0-9 _ - ., found \"%.80s\"",
                           source->id);
    for (size_t i = 0; i < at; i++)
        if (strcmp(in->source->windows[i]->id, source->id) == 0)
            return SAMME_WRONG(in, source->id, "id: expected each id once, found it twice");
    if (source->n_when > SAMME_INPUT_COUNT)
        return SAMME_WRONG(in, source, "when: expected each input once");
    for (size_t i = 0; i < source->n_when; i++)
        tests[i] = (samme_tested){source->when[i]->key, source->when[i]->value};
    out->id = source->id;
    out->roll = source->roll;
    out->spot = samme_spot_of(&in->head, source->id, source);
    samme_status status = compile_length(in, source, out);
    if (status == SAMME_OK)
        status = samme_when_compile(in, tests, source->n_when, true, &in->head, &out->when);
    return status;
}

samme_status samme_windows_compile(samme_compiling *in) {
    size_t count = in->source->n_windows;
    if (count > SAMME_POLICY_WINDOWS_MAX)
        return samme_fail(in->error, SAMME_TOO_LARGE, "%s: windows: expected at most %u, found %zu",
                          in->head.path, SAMME_POLICY_WINDOWS_MAX, count);
    samme_window *windows = samme_arena_alloc(in->arena, (count + 1) * sizeof *windows);
    if (windows == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for the windows");
    for (size_t i = 0; i < count; i++) {
        windows[i] = (samme_window){.id = ""};
        samme_status status = compile_window(in, i, &windows[i]);
        if (status != SAMME_OK) {
            samme_fail_in(in->error, status, "window \"%.64s\"", in->source->windows[i]->id);
            return samme_placed_fail(&in->head, in->error, status, in->wrong,
                                     in->source->windows[i]);
        }
    }
    in->table->windows = windows;
    in->table->window_count = count;
    return SAMME_OK;
}
