#include "cli/importing/pairing.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/map.h"

enum { NUMBERS_MAX_BYTES = 128 * 1024 * 1024, KEY_MAX_BYTES = 256 * 1024 };
#define NONE UINT32_MAX

/* On the stack of one customer and item; a slot that is free is on the stack of free ones. */
struct purchase {
    samme_taken_back bought;
    uint32_t below;
};

/* Both grow by doubling; `map` leads from customer and item to the newest purchase (its tag). */
struct samme_pairing {
    samme_map *map;
    samme_buffer key;
    samme_arena numbers;
    struct purchase *purchases;
    size_t used, room, maximum;
    uint32_t free;
    samme_sold *sold;
    size_t sold_count, sold_room;
};

samme_pairing *samme_pairing_new(size_t purchases_max) {
    assert(purchases_max < NONE);
    samme_pairing *pairing = calloc(1, sizeof *pairing);
    if (pairing == NULL)
        return NULL;
    pairing->map = samme_map_new();
    pairing->maximum = purchases_max;
    pairing->free = NONE;
    samme_buffer_init(&pairing->key, KEY_MAX_BYTES);
    samme_arena_init(&pairing->numbers, NUMBERS_MAX_BYTES);
    if (pairing->map != NULL)
        return pairing;
    free(pairing);
    return NULL;
}

void samme_pairing_free(samme_pairing *pairing) {
    if (pairing == NULL)
        return;
    samme_map_free(pairing->map);
    samme_buffer_free(&pairing->key);
    samme_arena_free(&pairing->numbers);
    free(pairing->purchases);
    free(pairing->sold);
    free(pairing);
}

/* Room for one more; `*elements` has `count` elements in `*room` places, of at most `maximum`. */
static samme_status grow(void **elements, size_t element_bytes, size_t count, size_t *room,
                         size_t maximum) {
    if (count == maximum)
        return SAMME_FULL;
    if (count < *room)
        return SAMME_OK;
    size_t more = *room == 0 ? 1024 : *room * 2;
    if (more > maximum)
        more = maximum;
    void *moved = reallocarray(*elements, more, element_bytes);
    if (moved == NULL)
        return SAMME_NO_MEMORY;
    *elements = moved;
    *room = more;
    return SAMME_OK;
}

samme_status samme_pairing_receipt(samme_pairing *pairing, const char *number, const char *date,
                                   uint32_t node, uint32_t *out_receipt) {
    void *elements = pairing->sold;
    samme_status status = grow(&elements, sizeof *pairing->sold, pairing->sold_count,
                               &pairing->sold_room, pairing->maximum);
    pairing->sold = elements;
    if (status != SAMME_OK)
        return status;
    samme_sold *sold = &pairing->sold[pairing->sold_count];
    *sold = (samme_sold){.number = samme_arena_text(&pairing->numbers, number), .node = node};
    if (sold->number == NULL)
        return SAMME_FULL;
    snprintf(sold->date, sizeof sold->date, "%s", date);
    *out_receipt = (uint32_t)pairing->sold_count++;
    return SAMME_OK;
}

const samme_sold *samme_pairing_sold(const samme_pairing *pairing, uint32_t receipt) {
    assert(receipt < pairing->sold_count);
    return &pairing->sold[receipt];
}

/* Fields of CSV hold no 0 byte, so one between them keeps the pairs apart. */
static samme_span key_of(samme_pairing *pairing, const char *customer, const char *sku) {
    samme_buffer_clear(&pairing->key);
    samme_buffer_append_text(&pairing->key, customer);
    samme_buffer_u8(&pairing->key, 0);
    samme_buffer_append_text(&pairing->key, sku);
    return samme_buffer_span(&pairing->key);
}

static samme_status take_slot(samme_pairing *pairing, uint32_t *out) {
    if (pairing->free != NONE) {
        *out = pairing->free;
        pairing->free = pairing->purchases[*out].below;
        return SAMME_OK;
    }
    void *elements = pairing->purchases;
    samme_status status = grow(&elements, sizeof *pairing->purchases, pairing->used, &pairing->room,
                               pairing->maximum);
    pairing->purchases = elements;
    if (status == SAMME_OK)
        *out = (uint32_t)pairing->used++;
    return status;
}

static void give_slot_back(samme_pairing *pairing, uint32_t slot) {
    pairing->purchases[slot].below = pairing->free;
    pairing->free = slot;
}

samme_status samme_pairing_buy(samme_pairing *pairing, const char *customer, const char *sku,
                               samme_taken_back bought) {
    assert(bought.quantity > 0);
    samme_span key = key_of(pairing, customer, sku);
    if (samme_buffer_status(&pairing->key) != SAMME_OK)
        return samme_buffer_status(&pairing->key);
    uint32_t slot;
    samme_status status = take_slot(pairing, &slot);
    if (status != SAMME_OK)
        return status;
    samme_map_entry newest;
    bool has = samme_map_get(pairing->map, key, &newest);
    pairing->purchases[slot] =
        (struct purchase){.bought = bought, .below = has ? (uint32_t)newest.tag : NONE};
    status = samme_map_put(pairing->map, key, SAMME_SPAN(NULL, 0), slot);
    if (status != SAMME_OK)
        give_slot_back(pairing, slot);
    return status;
}

bool samme_pairing_take(samme_pairing *pairing, const char *customer, const char *sku,
                        int64_t quantity, samme_taken_back *out) {
    assert(quantity > 0);
    samme_span key = key_of(pairing, customer, sku);
    samme_map_entry newest;
    if (samme_buffer_status(&pairing->key) != SAMME_OK ||
        !samme_map_get(pairing->map, key, &newest))
        return false;
    uint32_t slot = (uint32_t)newest.tag;
    struct purchase *purchase = &pairing->purchases[slot];
    *out = purchase->bought;
    if (quantity < purchase->bought.quantity) {
        out->quantity = quantity;
        purchase->bought.quantity -= quantity;
        return true;
    }
    uint32_t below = purchase->below;
    /* putting a value of no bytes under a key that is there takes no memory: it cannot fail */
    if (below == NONE || samme_map_put(pairing->map, key, SAMME_SPAN(NULL, 0), below) != SAMME_OK)
        samme_map_remove(pairing->map, key);
    give_slot_back(pairing, slot);
    return true;
}
