/* A look at JSON text beside its parser, byte by byte: what it would cost, before it is parsed, and
 * where a value stands, which jansson does not say. For from_json.c and place.c only. */
#ifndef SAMME_WIRE_JSON_SCAN_H
#define SAMME_WIRE_JSON_SCAN_H

#include "base/buffer.h"

/* SAMME_TOO_LARGE when the text is nested deeper than SAMME_MAPPING_DEPTH_MAX, or certainly has
 * more than SAMME_MAPPING_NODES_MAX values; *error says at which line and column. Any text. */
samme_status samme_json_bounded(samme_span text, const char *place,
                                samme_error *error) SAMME_CHECKED;

/* Line and column, from 1, of the value that stands as number `number` in the text (from 0: the
 * root), or of the name in front of it. The text has been parsed and has such a value. */
void samme_json_place(samme_span text, size_t number, bool of_name, unsigned *out_line,
                      unsigned *out_column);

#endif
