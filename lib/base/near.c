#include "base/near.h"

enum { EDITS_MAX = 2 };

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Levenshtein's distance. */
static unsigned distance(samme_span a, samme_span b) {
    if (a.length >= SAMME_NEAR_BYTES || b.length >= SAMME_NEAR_BYTES)
        return UINT32_MAX;
    unsigned row[SAMME_NEAR_BYTES];
    for (unsigned k = 0; k <= b.length; k++)
        row[k] = k;
    for (size_t i = 0; i < a.length; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < b.length; k++) {
            unsigned replaced = diagonal + (a.data[i] != b.data[k]);
            diagonal = row[k + 1];
            row[k + 1] = least(replaced, least(row[k], diagonal) + 1);
        }
    }
    return row[b.length];
}

samme_near samme_near_to(samme_span written) {
    return (samme_near){.written = written, .edits = UINT32_MAX};
}

bool samme_near_try(samme_near *near, const char *known) {
    samme_span name = samme_span_of_text(known);
    unsigned edits = distance(near->written, name);
    if (edits > EDITS_MAX || edits >= near->edits || edits >= name.length)
        return false;
    near->edits = edits;
    near->best = known;
    return true;
}
