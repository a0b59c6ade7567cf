/* Where in an authored file a thing stands. Messages carry no positions, so this is a plain search
 * of the text for `key: value`; when the text is laid out so oddly that it fails, an error names
 * the file only. */
#ifndef SAMME_POLICY_PLACE_H
#define SAMME_POLICY_PLACE_H

#include "policy/policy.h"

/* The nth (from 0) `key: value` of the document, or, with value NULL, `key:`. Counts from 1. */
bool samme_place_find(samme_span text, const char *key, const char *value, size_t nth,
                      unsigned *out_line, unsigned *out_column);

/* Puts "path:line:column: ", or "path: ", in front of the text of the error. */
samme_status samme_place_fail(samme_error *error, samme_status status,
                              const samme_document *document, const char *key, const char *value,
                              size_t nth);

#endif
