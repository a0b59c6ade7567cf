/* Where the values of a message stood in the text it was read from, by their addresses: for errors
 * that are found after reading. */
#ifndef SAMME_WIRE_PLACES_H
#define SAMME_WIRE_PLACES_H

#include "wire/mapping.h"

typedef struct samme_places {
    samme_buffer items;
} samme_places;

void samme_places_init(samme_places *places);
void samme_places_free(samme_places *places); /* then as after init */

/* samme_from_yaml that also fills `places`, which was just initialised. */
ProtobufCMessage *samme_from_yaml_placed(const ProtobufCMessageDescriptor *type, samme_span text,
                                         const char *place, samme_arena *arena,
                                         samme_places *places, samme_error *error) SAMME_CHECKED;

/* `value` is a message, a text (step->id), or the address of any other field (&step->kind). Line
 * and column from 1; of a map's entry it is that of its key. False for what was not written. */
bool samme_places_find(const samme_places *places, const void *value, unsigned *out_line,
                       unsigned *out_column);

/* For those who fill them: takes one more value (NULL places take none); sorts when all are there.
 */
void samme_places_add(samme_places *places, const void *value, unsigned line, unsigned column);
samme_status samme_places_sort(samme_places *places) SAMME_CHECKED;

#endif
