/* A procedure is a graph: every step can be reached, and from every step the end. */
#include "sop/checking.h"

static const char end_word[] = "end";

size_t samme_procedure_step(const Samme__Procedure *procedure, const char *id) {
    for (size_t i = 0; i < procedure->n_steps; i++)
        if (strcmp(procedure->steps[i]->id, id) == 0)
            return i;
    return SAMME_STEP_END;
}

size_t samme_procedure_next(const Samme__Procedure *procedure, size_t step, size_t choice) {
    if (step >= procedure->n_steps)
        return SAMME_STEP_END;
    const Samme__Step *from = procedure->steps[step];
    const char *to = from->next;
    if (choice < from->n_choices && from->choices[choice]->then[0] != 0)
        to = from->choices[choice]->then;
    if (strcmp(to, end_word) == 0)
        return SAMME_STEP_END;
    if (to[0] != 0)
        return samme_procedure_step(procedure, to);
    return step + 1 < procedure->n_steps ? step + 1 : SAMME_STEP_END;
}

static void check_target(const samme_checking *in, const Samme__Procedure *procedure,
                         const Samme__Step *step, const char *field, const char *to) {
    if (to[0] == 0 || strcmp(to, end_word) == 0 ||
        samme_procedure_step(procedure, to) != SAMME_STEP_END)
        return;
    samme_document_place place = samme_place_of(in->document, to, step, step->id);
    samme_wrong(in, "step_unknown", &place,
                "%s: expected the id of a step or \"end\", found \"%.64s\"", field, to);
}

static bool check_step(const samme_checking *in, const Samme__Procedure *procedure,
                       const Samme__Step *step) {
    samme_check_chosen(in, step->kind, step, step->id, "kind", &samme__step__kind__descriptor);
    check_target(in, procedure, step, "next", step->next);
    if (strcmp(step->id, end_word) == 0) {
        samme_document_place place = samme_place_of(in->document, step->id, step, step->id);
        samme_wrong(in, "id_form", &place, "expected another id: \"end\" is the end");
    }
    if (step->n_choices > SAMME_SOP_CHOICES_MAX)
        return samme_check_count(in, step, step->id, "choices", step->n_choices,
                                 SAMME_SOP_CHOICES_MAX);
    for (size_t i = 0; i < step->n_choices; i++)
        check_target(in, procedure, step, "then", step->choices[i]->then);
    return true;
}

/* Where each choice of each step leads; a step without choices has one way. */
typedef struct procedure_ways {
    size_t steps;
    size_t count[SAMME_SOP_STEPS_MAX];
    size_t to[SAMME_SOP_STEPS_MAX][SAMME_SOP_CHOICES_MAX];
} procedure_ways;

static void find_ways(const Samme__Procedure *procedure, procedure_ways *out) {
    out->steps = procedure->n_steps;
    for (size_t i = 0; i < out->steps; i++) {
        size_t choices = procedure->steps[i]->n_choices;
        out->count[i] = choices > 0 ? choices : 1;
        for (size_t way = 0; way < out->count[i]; way++)
            out->to[i][way] = samme_procedure_next(procedure, i, way);
    }
}

/* Spreads a mark until nothing changes; at most as many rounds as there are steps. */
static void mark_reached(const procedure_ways *ways, bool reached[SAMME_SOP_STEPS_MAX]) {
    bool grows = true;
    reached[0] = true;
    while (grows) {
        grows = false;
        for (size_t i = 0; i < ways->steps; i++)
            for (size_t way = 0; reached[i] && way < ways->count[i]; way++) {
                size_t to = ways->to[i][way];
                if (to == SAMME_STEP_END || reached[to])
                    continue;
                reached[to] = true;
                grows = true;
            }
    }
}

static void mark_ending(const procedure_ways *ways, bool ends[SAMME_SOP_STEPS_MAX]) {
    bool grows = true;
    while (grows) {
        grows = false;
        for (size_t i = 0; i < ways->steps; i++)
            for (size_t way = 0; !ends[i] && way < ways->count[i]; way++) {
                size_t to = ways->to[i][way];
                if (to != SAMME_STEP_END && !ends[to])
                    continue;
                ends[i] = true;
                grows = true;
            }
    }
}

static void check_ways(const samme_checking *in, const Samme__Procedure *procedure) {
    procedure_ways ways;
    bool reached[SAMME_SOP_STEPS_MAX] = {false};
    bool ends[SAMME_SOP_STEPS_MAX] = {false};
    find_ways(procedure, &ways);
    mark_reached(&ways, reached);
    mark_ending(&ways, ends);
    for (size_t i = 0; i < procedure->n_steps; i++) {
        const Samme__Step *step = procedure->steps[i];
        samme_document_place place = samme_place_of(in->document, step->id, step, step->id);
        if (!reached[i])
            samme_wrong(in, "step_unreachable", &place,
                        "expected a way from the first step to \"%.64s\", found none", step->id);
        if (!ends[i])
            samme_wrong(in, "step_no_end", &place,
                        "expected a way from \"%.64s\" to the end, found only a circle", step->id);
    }
}

static const char *step_id(const void *elements, size_t at) {
    Samme__Step *const *steps = elements;
    return steps[at]->id;
}

void samme_check_procedure(const samme_checking *in) {
    const Samme__Procedure *procedure = (const void *)in->document->message;
    if (strcmp(procedure->procedure, in->document->name) != 0) {
        samme_document_place place =
            samme_place_of(in->document, procedure->procedure, procedure, NULL);
        samme_wrong(in, "name_differs", &place,
                    "procedure: expected the file's name \"%.64s\", found \"%.64s\"",
                    in->document->name, procedure->procedure);
    }
    samme_check_chosen(in, procedure->occasion, procedure, NULL, "occasion",
                       &samme__procedure__occasion__descriptor);
    if (!samme_check_count(in, procedure, NULL, "steps", procedure->n_steps, SAMME_SOP_STEPS_MAX))
        return;
    samme_check_ids(in, procedure->steps, procedure->n_steps, step_id, "step");
    bool sound = true;
    for (size_t i = 0; i < procedure->n_steps; i++)
        sound = check_step(in, procedure, procedure->steps[i]) && sound;
    if (sound)
        check_ways(in, procedure);
}
