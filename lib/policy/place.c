#include "policy/place.h"

samme_spot samme_spot_of(const samme_placed *in, const void *value, const void *otherwise) {
    samme_spot spot = {0, 0};
    if (value != NULL && samme_places_find(in->places, value, &spot.line, &spot.column))
        return spot;
    if (otherwise != NULL && samme_places_find(in->places, otherwise, &spot.line, &spot.column))
        return spot;
    return (samme_spot){0, 0};
}

samme_status samme_placed_fail(const samme_placed *in, samme_error *error, samme_status status,
                               const void *value, const void *otherwise) {
    samme_spot spot = samme_spot_of(in, value, otherwise);
    if (spot.line == 0)
        return samme_fail_in(error, status, "%s", in->path);
    return samme_fail_in(error, status, "%s:%u:%u", in->path, spot.line, spot.column);
}
