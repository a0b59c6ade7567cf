/* What a fact can be in a real return. */
#include "boxes/set.h"
#include "check/frame.h"

static const samme_box_range absent = {SAMME_BOX_ABSENT, SAMME_BOX_ABSENT};

/* Differences of days have all values that dates can give. */
static samme_interval days_apart(void) {
    return (samme_interval){SAMME_FIRST_DAY - SAMME_LAST_DAY, SAMME_LAST_DAY - SAMME_FIRST_DAY};
}

/* A window that ends after the last day of the calendar ends on it; goods bought so late that this
 * could be are not looked at. */
static samme_interval bought(samme_interval domain) {
    return (samme_interval){domain.low, domain.high - SAMME_DAYS_MAX};
}

static samme_interval present_values(const samme_frame *frame, uint32_t measure) {
    if (measure >= SAMME_PAIR)
        return (samme_interval){SAMME_PAIR_SAME, SAMME_PAIR_OTHER};
    if (measure == SAMME_AGE_OF_PURCHASE || measure == SAMME_AGE_OF_RECEIPT)
        return (samme_interval){0, SAMME_DAYS_MAX};
    if (measure >= SAMME_INPUT_COUNT)
        return days_apart();
    const samme_input *input = samme_input_at((samme_input_id)measure);
    samme_interval domain = samme_input_domain(input, samme_policy_vocabulary(frame->policies[0]));
    if (measure == SAMME_INPUT_PURCHASE_DATE || measure == SAMME_INPUT_RECEIPT_DATE)
        return bought(domain);
    if (input->kind == SAMME_KIND_MONEY)
        return (samme_interval){0, domain.high / frame->grain};
    if (input->kind == SAMME_KIND_CATEGORY)
        return (samme_interval){0, (int64_t)frame->categories.count - 1};
    if (input->kind == SAMME_KIND_TIER)
        return (samme_interval){0, (int64_t)frame->tiers.count - 1};
    return domain;
}

samme_status samme_frame_domain(const samme_frame *frame, uint32_t measure, samme_box_set *out) {
    if (measure == SAMME_INPUT_SALE_COUNTRY && frame->countries.count > 0) {
        *out = frame->countries;
        return SAMME_OK;
    }
    if (measure == SAMME_INPUT_CURRENCY && frame->currencies.count > 0) {
        *out = frame->currencies;
        return SAMME_OK;
    }
    const samme_interval values = present_values(frame, measure);
    bool optional = measure >= SAMME_CLOCK && measure < SAMME_PAIR;
    if (measure < SAMME_INPUT_COUNT)
        optional = !samme_input_at((samme_input_id)measure)->always;
    samme_box_range *ranges = samme_arena_alloc(frame->arena, 2 * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    size_t count = 0;
    if (optional || values.low > values.high)
        ranges[count++] = absent;
    if (values.low <= values.high)
        ranges[count++] = (samme_box_range){values.low, values.high};
    *out = (samme_box_set){ranges, count};
    return SAMME_OK;
}
