#include "map.h"

#include <criterion/criterion.h>

static const char map_text[] =
    "columns: { number: number, sku: sku, text: text, quantity: quantity, sold_at: sold_at, "
    "unit_price: price, customer: customer }\n"
    "currency: GBP\n"
    "till: \"1\"\n"
    "channel: store\n"
    "category: goods\n"
    "not_goods:\n"
    "  - { sku: POST, category: postage }\n"
    "  - { sku_prefix: gift_, category: voucher }\n"
    "cancellation_prefix: C\n"
    "ignored_prefixes:\n"
    "  - { prefix: A, reason: bad debt }\n";

static samme_status read_text(void *self, uint8_t *out, size_t room, size_t *out_length,
                              samme_error *error) {
    (void)error;
    text_source *in = self;
    size_t left = in->text.length - in->at, length = left < room ? left : room;
    if (length > 0)
        memcpy(out, in->text.data + in->at, length);
    in->at += length;
    *out_length = length;
    return SAMME_OK;
}

samme_csv *open_rows(text_source *source, const char *text) {
    *source = (text_source){.text = samme_span_of_text(text)};
    samme_csv *csv = samme_csv_new((samme_csv_source){.self = source, .read = read_text});
    cr_assert_not_null(csv);
    return csv;
}

void open_map(test_map *out) {
    samme_error error = {0};
    samme_arena_init(&out->arena, 1 << 20);
    samme_status status = samme_import_map_read("map.yaml", samme_span_of_text(map_text),
                                                &out->arena, &out->map, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    text_source source;
    samme_csv *csv = open_rows(&source, MAP_HEADER);
    samme_csv_row header;
    cr_assert_eq(samme_csv_next(csv, &header, &error), SAMME_OK);
    cr_assert_eq(samme_import_map_bind(&out->map, &header, &error), SAMME_OK, "%s", error.text);
    samme_csv_free(csv);
}

void close_map(test_map *map) {
    samme_arena_free(&map->arena);
}
