#include "cli/importing/map.h"

#include <stdio.h>

#include "base/calendar.h"
#include "base/money.h"
#include "cli/importing/place.h"
#include "history/fold.h"
#include "wire/mapping.h"

static const char *const column_keys[SAMME_COLUMNS] = {
    [SAMME_COLUMN_NUMBER] = "number",
    [SAMME_COLUMN_SKU] = "sku",
    [SAMME_COLUMN_QUANTITY] = "quantity",
    [SAMME_COLUMN_SOLD_AT] = "sold_at",
    [SAMME_COLUMN_UNIT_PRICE] = "unit_price",
    [SAMME_COLUMN_TEXT] = "text",
    [SAMME_COLUMN_CUSTOMER] = "customer",
    [SAMME_COLUMN_CATEGORY] = "category",
    [SAMME_COLUMN_GTIN] = "gtin",
};

/* The header's name of a column, "" when the map does not name it. */
static const char *column_name(const Samme__ImportColumns *columns, samme_column column) {
    const char *const names[SAMME_COLUMNS] = {
        [SAMME_COLUMN_NUMBER] = columns->number,
        [SAMME_COLUMN_SKU] = columns->sku,
        [SAMME_COLUMN_QUANTITY] = columns->quantity,
        [SAMME_COLUMN_SOLD_AT] = columns->sold_at,
        [SAMME_COLUMN_UNIT_PRICE] = columns->unit_price,
        [SAMME_COLUMN_TEXT] = columns->text,
        [SAMME_COLUMN_CUSTOMER] = columns->customer,
        [SAMME_COLUMN_CATEGORY] = columns->category,
        [SAMME_COLUMN_GTIN] = columns->gtin,
    };
    return names[column];
}

/* Puts the place of `key: value` in front of an error. */
static samme_status fail_at(const samme_import_map *map, const char *key, const char *value,
                            samme_error *error) {
    const samme_document document = {.path = map->path, .content = map->text};
    return samme_place_fail(error, SAMME_MALFORMED, &document, key, value, 0);
}

static samme_status check_columns(const samme_import_map *map, samme_error *error) {
    const Samme__ImportColumns *columns = map->map->columns;
    for (samme_column i = 0; i < SAMME_COLUMNS_NEEDED; i++)
        if (columns == NULL || column_name(columns, i)[0] == 0) {
            (void)samme_fail(error, SAMME_MALFORMED, "columns wants \"%s\"", column_keys[i]);
            return fail_at(map, "columns", NULL, error);
        }
    return SAMME_OK;
}

static samme_status check_values(const samme_import_map *map, samme_error *error) {
    const Samme__ImportMap *in = map->map;
    if (!samme_currency_valid(in->currency)) {
        (void)samme_fail(error, SAMME_MALFORMED,
                         "\"currency\" wants three capital letters, found \"%.40s\"", in->currency);
        return fail_at(map, "currency", in->currency, error);
    }
    if (in->till[0] == 0 || strlen(in->till) > SAMME_TILL_MAX_BYTES) {
        (void)samme_fail(error, SAMME_MALFORMED, "\"till\" wants 1 to %u bytes, found \"%.40s\"",
                         SAMME_TILL_MAX_BYTES, in->till);
        return fail_at(map, "till", NULL, error);
    }
    char moment[64];
    int64_t utc_ms;
    int32_t minutes;
    snprintf(moment, sizeof moment, "2000-01-01T00:00:00%.40s", map->utc_offset);
    if (samme_time_parse(moment, &utc_ms, &minutes) != SAMME_OK) {
        (void)samme_fail(error, SAMME_MALFORMED,
                         "\"utc_offset\" wants \"Z\" or \"+hh:mm\", found \"%.40s\"",
                         map->utc_offset);
        return fail_at(map, "utc_offset", NULL, error);
    }
    return SAMME_OK;
}

static samme_status check_rules(const samme_import_map *map, samme_error *error) {
    const Samme__ImportMap *in = map->map;
    for (size_t i = 0; i < in->n_not_goods; i++) {
        const Samme__ImportNotGoods *rule = in->not_goods[i];
        if ((rule->sku[0] == 0) == (rule->sku_prefix[0] == 0) || rule->category[0] == 0) {
            (void)samme_fail(error, SAMME_MALFORMED,
                             "not_goods[%zu] wants a category and either sku or sku_prefix", i);
            return fail_at(map, "not_goods", NULL, error);
        }
    }
    if (in->n_ignored_prefixes > SAMME_IMPORT_IGNORED_MAX) {
        (void)samme_fail(error, SAMME_TOO_LARGE, "ignored_prefixes wants at most %u",
                         SAMME_IMPORT_IGNORED_MAX);
        return fail_at(map, "ignored_prefixes", NULL, error);
    }
    for (size_t i = 0; i < in->n_ignored_prefixes; i++) {
        const Samme__ImportIgnored *rule = in->ignored_prefixes[i];
        if (rule->prefix[0] == 0 || rule->reason[0] == 0) {
            (void)samme_fail(error, SAMME_MALFORMED,
                             "ignored_prefixes[%zu] wants a prefix and a reason", i);
            return fail_at(map, "ignored_prefixes", NULL, error);
        }
    }
    return SAMME_OK;
}

samme_status samme_import_map_read(const char *path, samme_span text, samme_arena *arena,
                                   samme_import_map *out, samme_error *error) {
    samme_import_map map = {.path = path, .text = samme_arena_copy(arena, text)};
    if (map.text.data == NULL)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: too large", path);
    map.map = SAMME_FROM_YAML(ImportMap, import_map, map.text, path, arena, error);
    if (map.map == NULL)
        return SAMME_MALFORMED;
    map.utc_offset = map.map->utc_offset[0] != 0 ? map.map->utc_offset : "Z";
    samme_status status = check_columns(&map, error);
    if (status == SAMME_OK)
        status = check_values(&map, error);
    if (status == SAMME_OK)
        status = check_rules(&map, error);
    if (status != SAMME_OK)
        return status;
    map.minor_digits = samme_currency_digits(map.map->currency);
    *out = map;
    return SAMME_OK;
}

static samme_status find_column(const samme_import_map *map, samme_column column,
                                const samme_csv_row *header, size_t *out, samme_error *error) {
    const char *name = column_name(map->map->columns, column);
    size_t found = SAMME_COLUMN_ABSENT, times = 0;
    for (size_t i = 0; name[0] != 0 && i < header->count; i++)
        if (samme_span_equal(header->fields[i], samme_span_of_text(name))) {
            found = i;
            times++;
        }
    *out = found;
    if (name[0] == 0 || times == 1)
        return SAMME_OK;
    (void)samme_fail(error, SAMME_MALFORMED, "%s: %s column \"%.60s\" in the header \"%.*s\"",
                     column_keys[column], times == 0 ? "there is no" : "there is more than one",
                     name, (int)(header->raw.length < 200 ? header->raw.length : 200),
                     (const char *)header->raw.data);
    return fail_at(map, column_keys[column], name, error);
}

samme_status samme_import_map_bind(samme_import_map *map, const samme_csv_row *header,
                                   samme_error *error) {
    for (samme_column i = 0; i < SAMME_COLUMNS; i++) {
        samme_status status = find_column(map, i, header, &map->at[i], error);
        if (status != SAMME_OK)
            return status;
    }
    map->fields = header->count;
    return SAMME_OK;
}
