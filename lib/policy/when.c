/* `inputs` and `when` to cells. */
#include "policy/compiled.h"
#include "policy/test.h"

static samme_status fail_input(samme_compiling *in, const char *name) {
    const char *near = samme_input_meant(name);
    return SAMME_WRONG(in, name, "expected the name of an input, found \"%.60s\"%s%s%s", name,
                       near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
                       near != NULL ? "\"?" : "");
}

static samme_status fail_listed(samme_compiling *in, const char *name) {
    samme_buffer names;
    samme_buffer_init(&names, 4096);
    for (size_t i = 0; i < in->source->n_inputs; i++)
        samme_buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", in->source->inputs[i]);
    samme_status status =
        SAMME_WRONG(in, name, "expected an input listed in `inputs`: %s; found \"%.60s\"",
                    samme_buffer_text(&names), name);
    samme_buffer_free(&names);
    return status;
}

samme_status samme_inputs_compile(samme_compiling *in) {
    const Samme__Policy *source = in->source;
    size_t count = 0;
    if (source->n_inputs > SAMME_POLICY_INPUTS_MAX)
        return samme_fail(in->error, SAMME_TOO_LARGE, "expected at most %u, found %zu",
                          SAMME_POLICY_INPUTS_MAX, source->n_inputs);
    for (; count < source->n_inputs; count++) {
        const samme_input *input = samme_input_find(source->inputs[count]);
        if (input == NULL)
            return fail_input(in, source->inputs[count]);
        if (in->listed[input->id])
            return SAMME_WRONG(in, source->inputs[count], "expected %s once, found it twice",
                               input->name);
        in->listed[input->id] = true;
        in->order[count] = input->id;
        in->table->inputs[count] = input->id;
    }
    in->table->input_count = count;
    for (unsigned id = 0; id < SAMME_INPUT_COUNT; id++)
        if (!in->listed[id])
            in->order[count++] = (samme_input_id)id;
    return SAMME_OK;
}

static samme_status append(samme_compiling *in, samme_buffer *buffer, const void *item,
                           size_t bytes) {
    samme_buffer_append(buffer, SAMME_SPAN(item, bytes));
    samme_status status = samme_buffer_status(buffer);
    return status == SAMME_OK ? status
                              : samme_fail(in->error, status, "the rules are too many to hold");
}

static samme_status compile_cell(samme_compiling *in, const samme_input *input, const char *text,
                                 const samme_placed *placed) {
    samme_test test;
    samme_status status = samme_test_parse(input, in->vocabulary, text, &test, in->error);
    if (status != SAMME_OK) {
        in->wrong = text;
        return samme_fail_in(in->error, status, "%s", input->name);
    }
    if (test.any)
        return SAMME_OK;
    const samme_cell cell = {
        .input = input->id,
        .first = (uint32_t)(in->intervals.length / sizeof(samme_interval)),
        .count = (uint32_t)test.count,
        .spot = samme_spot_of(placed, text, NULL),
        .text = text,
    };
    status = append(in, &in->intervals, test.intervals, test.count * sizeof *test.intervals);
    if (status == SAMME_OK)
        status = append(in, &in->cells, &cell, sizeof cell);
    return status;
}

static samme_status sort_tests(samme_compiling *in, const samme_tested *tests, size_t count,
                               bool window, const char **out) {
    for (size_t i = 0; i < count; i++) {
        const samme_input *input = samme_input_find(tests[i].name);
        samme_status status = SAMME_OK;
        if (input == NULL)
            status = fail_input(in, tests[i].name);
        else if (window && input->id == SAMME_INPUT_DAYS_LEFT)
            status = SAMME_WRONG(in, tests[i].name,
                                 "days_left comes from the windows, so they cannot test it");
        else if (!window && !in->listed[input->id])
            status = fail_listed(in, tests[i].name);
        else if (out[input->id] != NULL)
            status =
                SAMME_WRONG(in, tests[i].name, "expected %s once, found it twice", tests[i].name);
        if (status != SAMME_OK)
            return samme_fail_in(in->error, status, "when");
        out[input->id] = tests[i].test;
    }
    return SAMME_OK;
}

samme_status samme_when_compile(samme_compiling *in, const samme_tested *tests, size_t count,
                                bool window, const samme_placed *placed, samme_when *out) {
    const char *by_input[SAMME_INPUT_COUNT] = {NULL};
    size_t before = in->cells.length / sizeof(samme_cell);
    samme_status status = sort_tests(in, tests, count, window, by_input);
    for (size_t i = 0; status == SAMME_OK && i < SAMME_INPUT_COUNT; i++)
        if (by_input[in->order[i]] != NULL)
            status = compile_cell(in, samme_input_at(in->order[i]), by_input[in->order[i]], placed);
    *out = (samme_when){
        .first = (uint32_t)before,
        .count = (uint32_t)(in->cells.length / sizeof(samme_cell) - before),
    };
    return status;
}
