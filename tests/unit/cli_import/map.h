/* A map and rows for tests: columns number,sku,text,quantity,sold_at,price,customer. */
#ifndef SAMME_TESTS_CLI_IMPORT_MAP_H
#define SAMME_TESTS_CLI_IMPORT_MAP_H

#include "cli/importing/map.h"

#define MAP_HEADER "number,sku,text,quantity,sold_at,price,customer\n"

typedef struct test_map {
    samme_arena arena;
    samme_import_map map;
} test_map;

/* Bound to MAP_HEADER. GBP, till 1; "C" cancels, "A" is ignored; POST is postage, gift_... a
 * voucher, else "goods". */
void open_map(test_map *out);
void close_map(test_map *map);

/* A reader over a text that outlives it. */
typedef struct text_source {
    samme_span text;
    size_t at;
} text_source;
samme_csv *open_rows(text_source *source, const char *text);

#endif
