#include "wire/places.h"

#include <stdlib.h>

typedef struct place_of {
    uintptr_t value;
    unsigned line, column;
} place_of;

/* An entry of a map is three: itself, its key, its value. */
void samme_places_init(samme_places *places) {
    samme_buffer_init(&places->items, 3 * SAMME_MAPPING_NODES_MAX * sizeof(place_of));
}

void samme_places_free(samme_places *places) {
    samme_buffer_free(&places->items);
}

void samme_places_add(samme_places *places, const void *value, unsigned line, unsigned column) {
    if (places == NULL)
        return;
    const place_of item = {(uintptr_t)value, line, column};
    samme_buffer_append(&places->items, SAMME_SPAN(&item, sizeof item));
}

static int by_value(const void *a, const void *b) {
    const place_of *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

samme_status samme_places_sort(samme_places *places) {
    samme_status status = samme_buffer_status(&places->items);
    if (status == SAMME_OK && places->items.length > 0)
        qsort(places->items.data, places->items.length / sizeof(place_of), sizeof(place_of),
              by_value);
    return status;
}

bool samme_places_find(const samme_places *places, const void *value, unsigned *out_line,
                       unsigned *out_column) {
    const place_of wanted = {.value = (uintptr_t)value};
    size_t count = places->items.length / sizeof wanted;
    const place_of *found =
        count == 0 ? NULL : bsearch(&wanted, places->items.data, count, sizeof wanted, by_value);
    if (found == NULL)
        return false;
    *out_line = found->line;
    *out_column = found->column;
    return true;
}
