#include "boxes/options.h"

void samme_box_options_narrow(samme_box_options *options, uint32_t d, samme_box_set side) {
    const uint32_t bit = UINT32_C(1) << d;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < options->count; i++) {
        samme_box_option option = options->list[i];
        if ((option.missing & bit) != 0) {
            const samme_box_meeting meeting = samme_box_set_meet(option.shape->sides[d], side);
            if (meeting == SAMME_BOX_APART)
                continue;
            if (meeting == SAMME_BOX_COVERS)
                option.missing &= ~bit;
        }
        options->list[kept++] = option;
        if (option.missing == 0 && !options->unique)
            break;
    }
    options->count = kept;
}

/* How many rules cover the region, up to 2; *out_rule: the first. */
static uint32_t covering(const samme_box_options *options, uint32_t *out_rule) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < options->count && count < 2; i++) {
        const samme_box_option *option = &options->list[i];
        if (option->missing != 0 || (count > 0 && option->shape->rule == *out_rule))
            continue;
        if (count++ == 0)
            *out_rule = option->shape->rule;
    }
    return count;
}

static bool one_rule(const samme_box_options *options) {
    return options->count > 0 &&
           options->list[0].shape->rule == options->list[options->count - 1].shape->rule;
}

bool samme_box_options_decided(const samme_box_options *options, uint32_t *out_winner) {
    if (options->count == 0) {
        *out_winner = SAMME_BOX_NONE;
        return true;
    }
    uint32_t rule = 0;
    const uint32_t covers = covering(options, &rule);
    if (options->unique && covers == 2) {
        *out_winner = SAMME_BOX_OVERLAP;
        return true;
    }
    *out_winner = rule;
    return covers > 0 && one_rule(options);
}

const samme_box_option *samme_box_options_partial(const samme_box_options *options) {
    for (uint32_t i = 0; i < options->count; i++)
        if (options->list[i].missing != 0)
            return &options->list[i];
    return NULL;
}

samme_box_choices samme_box_options_choices(const samme_box_options *options) {
    uint32_t rule = 0;
    const uint32_t covers = covering(options, &rule);
    return (samme_box_choices){.rules = options->count,
                               .none = covers == 0,
                               .overlap =
                                   options->unique && !one_rule(options) && options->count > 0};
}

uint32_t samme_box_options_winner(const samme_box_options *options, samme_box_choices choices,
                                  uint32_t at) {
    if (at < choices.rules)
        return options->list[at].shape->rule;
    return at == choices.rules && choices.none ? SAMME_BOX_NONE : SAMME_BOX_OVERLAP;
}

static bool holds(const samme_box_options *options, uint32_t name) {
    for (uint32_t i = 0; i < options->count; i++)
        if (options->list[i].name == name)
            return true;
    return false;
}

static const samme_box_option *odd_one(const samme_box_options *a, const samme_box_options *b,
                                       uint32_t from) {
    for (uint32_t i = from; i < a->count; i++)
        if (a->list[i].missing != 0 && !holds(b, a->list[i].name))
            return &a->list[i];
    return NULL;
}

bool samme_box_options_alike(const samme_box_options *a, const samme_box_options *b,
                             const samme_box_option **out_odd) {
    uint32_t i = 0;
    *out_odd = NULL;
    for (; a->unique == b->unique && i < a->count && i < b->count; i++) {
        if (a->list[i].name != b->list[i].name)
            break;
        if (i > 0 && (a->list[i].shape->rule == a->list[i - 1].shape->rule) !=
                         (b->list[i].shape->rule == b->list[i - 1].shape->rule))
            break;
    }
    if (a->unique == b->unique && i == a->count && i == b->count)
        return true;
    *out_odd = odd_one(a, b, i);
    if (*out_odd == NULL)
        *out_odd = odd_one(b, a, i);
    return false;
}
