/* Where in a text something was wrong, as people look for it: "file:12:9: ..." of YAML, which is
 * written by hand; of JSON, often one long line, the path too: "body:1:96: lines[2].quantity: ...".
 */
#ifndef SAMME_WIRE_PLACE_H
#define SAMME_WIRE_PLACE_H

#include "wire/tree.h"

#define SAMME_SHOWN_BYTES 48 /* text of the input, made fit for a message */

/* One step from the root to a node; the steps of a path lie on the stack of the functions that walk
 * it. */
typedef struct samme_step {
    const struct samme_step *up; /* NULL at the root, which is no step itself */
    samme_span name;             /* of a member; data is NULL when this is an element */
    size_t index;
} samme_step;

/* Copies the text, cut to fit and with control characters replaced. */
void samme_show(samme_span text, char out[static SAMME_SHOWN_BYTES]);

/* What the value at the end of the path should have been: "refund" wants `wanted`, found ... */
samme_status samme_fail_wants(const samme_tree *tree, const samme_step *path,
                              const samme_node *node, samme_error *error, const char *wanted);
/* Something about the value, or about the name in front of it when `of_name`. */
samme_status samme_fail_at(const samme_tree *tree, const samme_step *path, const samme_node *node,
                           bool of_name, samme_error *error, const char *format, ...)
    SAMME_PRINTF(6, 7);

#endif
