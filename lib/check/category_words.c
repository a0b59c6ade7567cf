#include "boxes/set.h"
#include "check/words.h"

/* One of two ways to write a set of categories: its codes, or those of the rest within not(). */
typedef struct wording {
    samme_box_set values;
    size_t items;
    bool alone; /* has a code without what is under it, which no unary test can say */
} wording;

/* The last value under a code. In two trees that differ a code stands for itself. */
static int64_t last_under(const samme_frame *frame, int64_t value) {
    if (!frame->categories.same)
        return value;
    const samme_categories *categories = &samme_policy_vocabulary(frame->policies[0])->categories;
    return samme_categories_at(categories, (uint32_t)value)->last;
}

static bool holds_all(samme_box_set set, int64_t low, int64_t high) {
    for (size_t i = 0; i < set.count; i++)
        if (set.ranges[i].low <= low && high <= set.ranges[i].high)
            return true;
    return false;
}

/* Walks the tree; writes the items when out is given. */
static void walk(const samme_frame *frame, wording *self, samme_buffer *out) {
    self->items = 0;
    self->alone = false;
    const int64_t count = (int64_t)frame->categories.count;
    for (int64_t value = 0; value < count;) {
        const int64_t last = last_under(frame, value);
        const bool whole = holds_all(self->values, value, last);
        const bool itself = whole || holds_all(self->values, value, value);
        if (itself && out != NULL)
            samme_buffer_printf(out, "%s%s%s", self->items == 0 ? "" : ", ",
                                frame->categories.names[value], whole ? "" : " alone");
        self->items += itself;
        self->alone |= itself && !whole;
        value = whole ? last + 1 : value + 1;
    }
}

void samme_category_words(const samme_frame *frame, samme_box_set values, samme_buffer *out) {
    const samme_box_range range = {0, (int64_t)frame->categories.count - 1};
    wording these = {.values = values}, others = {.values = {NULL, 0}};
    walk(frame, &these, NULL);
    samme_status status = samme_box_set_combine(frame->arena, SAMME_BOX_SET_MINUS,
                                                (samme_box_set){&range, 1}, values, &others.values);
    walk(frame, &others, NULL);
    const bool negated = status == SAMME_OK && !others.alone && others.items > 0 &&
                         (these.alone || others.items < these.items);
    if (negated)
        samme_buffer_append_text(out, "not(");
    walk(frame, negated ? &others : &these, out);
    if (negated)
        samme_buffer_append_text(out, ")");
}
