#include "base/layer.h"

#include "samme/store.h"

samme_status samme_layer_init(samme_layer *layer, samme_rows below) {
    samme_map *map = samme_map_new();
    if (map == NULL)
        return SAMME_NO_MEMORY;
    *layer = (samme_layer){.map = map, .below = below};
    return SAMME_OK;
}

void samme_layer_fini(samme_layer *layer) {
    samme_map_free(layer->map);
    layer->map = NULL;
}

void samme_layer_clear(samme_layer *layer) {
    samme_map_clear(layer->map);
}

static samme_status get(void *self, samme_span key, samme_span *out_value) {
    const samme_layer *layer = self;
    samme_map_entry entry;
    if (!samme_map_get(layer->map, key, &entry))
        return layer->below.get(layer->below.self, key, out_value);
    *out_value = entry.value;
    return SAMME_OK;
}

static samme_status seek(void *self, samme_span from, samme_span *out_key, samme_span *out_value) {
    const samme_layer *layer = self;
    samme_span key, value;
    samme_status status = layer->below.seek(layer->below.self, from, &key, &value);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    samme_map_entry entry;
    bool above = samme_map_at_or_after(layer->map, from, &entry) &&
                 (status == SAMME_NOT_FOUND || samme_span_compare(entry.key, key) <= 0);
    if (!above && status == SAMME_NOT_FOUND)
        return SAMME_NOT_FOUND;
    *out_key = above ? entry.key : key;
    *out_value = above ? entry.value : value;
    return SAMME_OK;
}

static samme_status put(void *self, samme_span key, samme_span value) {
    samme_layer *layer = self;
    if (key.length == 0)
        return SAMME_MALFORMED;
    if (key.length > SAMME_STORE_KEY_MAX || value.length > SAMME_STORE_VALUE_MAX)
        return SAMME_TOO_LARGE; /* as the store under a layer would say */
    return samme_map_put(layer->map, key, value, 0);
}

samme_rows samme_layer_rows(samme_layer *layer) {
    return (samme_rows){.self = layer, .get = get, .seek = seek, .put = put};
}
