/* Where in a column map a thing stands: a plain search of the text for `key: value`, because most
 * of what is wrong with a map shows when the map itself is long read and the header comes. */
#ifndef SAMME_CLI_IMPORTING_PLACE_H
#define SAMME_CLI_IMPORTING_PLACE_H

#include "samme/document.h"
#include "samme/status.h"

/* Puts "path:line:column: ", or "path: ", in front of the text of the error: the place of the nth
 * (from 0) `key: value` of the document, or, with value NULL, `key:`; none with key NULL. */
samme_status samme_place_fail(samme_error *error, samme_status status,
                              const samme_document *document, const char *key, const char *value,
                              size_t nth);

#endif
