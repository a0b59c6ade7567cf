/* Rows on top of rows: puts stay in the layer, reads see the layer first. For entries of our own
 * that the journal does not hold yet: another layer takes its place when the journal has grown.
 */
#ifndef SAMME_BASE_LAYER_H
#define SAMME_BASE_LAYER_H

#include "base/map.h"
#include "samme/rows.h"

typedef struct samme_layer {
    samme_map *map;
    samme_rows below;
} samme_layer;

samme_status samme_layer_init(samme_layer *layer, samme_rows below) SAMME_CHECKED;
void samme_layer_fini(samme_layer *layer);
void samme_layer_clear(samme_layer *layer);
samme_rows samme_layer_rows(samme_layer *layer); /* valid as long as the layer */

#endif
