/* What the check of a whole file finds: one thing at a time is changed in a sound file, with
 * everything around it left right. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "image.h"
#include "store/check.h"
#include "store/value.h"
#include "tests/conformance/store_support.h"

enum { ROWS = 400, VALUE_BYTES = 100, COMMITS = 12, BIG = 30000, HUGE = 4000000 };

static store_folder folder;
static char data[96];
static store_image image;

static void put_number(samme_writes *writes, uint8_t table, unsigned number, size_t length) {
    static uint8_t value[HUGE];
    char key[16];
    snprintf(key, sizeof key, "key %06u", number);
    cr_assert_eq(
        samme_writes_put(writes, table, samme_span_of_text(key), SAMME_SPAN(value, length)),
        SAMME_OK);
}

/* t01: a branch over leaves; t02: values on overflow pages; a free list of several records, one of
 * them on overflow pages. */
static void start(void) {
    folder = store_folder_make();
    store_folder_data(&folder, data);
    samme_lmdb_store *store = store_folder_open(&folder);
    samme_store port = samme_lmdb_port(store);
    samme_reader reader = store_snapshot(&port); /* keeps freed pages from being used again */
    for (unsigned head = 0; head < COMMITS; head++) {
        samme_writes *writes = store_writes();
        for (unsigned i = 0; i < ROWS; i++)
            put_number(writes, 1, i * COMMITS + head, VALUE_BYTES);
        put_number(writes, 2, head, BIG);
        if (head == 0)
            put_number(writes, 3, 0, HUGE);
        if (head > 0)
            store_remove(writes, 2, "key 000000");
        if (head == 1)
            store_remove(writes, 3, "key 000000");
        store_queue(&port, head, 0, writes);
        store_folder_settle(store);
        store_expect(&port, head + 1, SAMME_COMMIT_DONE);
    }
    (void)reader;
    port.close_snapshot(port.self);
    samme_lmdb_close(store);
    image = store_image_load(data);
}

static void stop(void) {
    store_image_free(&image);
    store_folder_remove(&folder);
}

TestSuite(walk, .init = start, .fini = stop);

static samme_status check(samme_error *error) {
    samme_datafile file;
    samme_store_record record;
    samme_status status = samme_datafile_open(data, &file, error);
    if (status != SAMME_OK)
        return status;
    status = samme_store_check(&file, "test", &record, error);
    samme_datafile_close(&file);
    return status;
}

static void found(const char *words) {
    samme_error error = {0};
    store_image_write(&image, data);
    samme_status status = check(&error);
    cr_assert_eq(status, SAMME_CORRUPT, "%s: %s", samme_status_name(status), error.text);
    cr_assert_not_null(strstr(error.text, words), "no '%s' in: %s", words, error.text);
    cr_assert_not_null(strstr(error.text, data), "the file is not named: %s", error.text);
}

static void put_u16(uint8_t *at, uint16_t value) {
    memcpy(at, &value, sizeof value);
}
static void put_u32(uint8_t *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}
static void put_u64(uint8_t *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}
static void add_u64(uint8_t *at, uint64_t more) {
    put_u64(at, samme_page_u64(at) + more);
}

static uint8_t *free_list(void) {
    return store_image_meta(&image) + IMAGE_FREE_LIST_AT;
}

/* A record of the free list: how many, and the page numbers, falling. */
static uint8_t *free_record(bool big) {
    uint8_t *leaf = store_image_leaf(&image, free_list());
    samme_lmdb_page page;
    cr_assert_null(samme_page_check(leaf, IMAGE_PAGE, samme_page_u64(leaf), false, &page));
    for (unsigned i = page.nodes; i-- > 0;) {
        samme_lmdb_node node = samme_page_node(&page, i);
        bool is_big = (node.flags & SAMME_NODE_BIG) != 0;
        uint8_t *at = is_big ? store_image_page(&image, node.overflow) + SAMME_PAGE_HEAD
                             : leaf + (node.value.data - page.bytes);
        if (is_big == big && samme_page_u64(at) > 2)
            return at;
    }
    cr_assert_fail("no such record with pages in the free list");
    return NULL;
}

Test(walk, the_file_is_sound_and_has_all_that_can_break) {
    samme_error error = {0};
    store_image_write(&image, data);
    cr_assert_eq(check(&error), SAMME_OK, "%s", error.text);
    cr_assert_geq(samme_tree_at(store_image_table(&image, "t01")).depth, 2);
    cr_assert_geq(samme_tree_at(store_image_table(&image, "t02")).overflow_pages, 8);
    cr_assert_geq(samme_page_u64(free_record(false)), 2);
    cr_assert_geq(samme_page_u64(free_record(true)), 600);
}

Test(walk, counts_of_a_table) {
    static const struct {
        unsigned at;
        const char *words;
    } counts[] = {{8, "branch pages"}, {16, "leaf pages"}, {24, "overflow pages"}, {32, "rows"}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint8_t *tree = store_image_table(&image, "t01");
        add_u64(tree + counts[i].at, 1);
        found(counts[i].words);
        add_u64(tree + counts[i].at, UINT64_MAX);
    }
}

Test(walk, depth_and_root_of_a_table) {
    uint8_t *tree = store_image_table(&image, "t01");
    samme_lmdb_tree was = samme_tree_at(tree);
    put_u16(tree + 6, 0);
    found("table t01: impossible depth 0");
    put_u16(tree + 6, 33);
    found("impossible depth 33");
    put_u16(tree + 6, (uint16_t)(was.depth + 1));
    found("is no branch page");
    put_u16(tree + 6, (uint16_t)(was.depth - 1));
    found(was.depth == 2 ? "is no leaf page" : "is no");
    put_u16(tree + 6, was.depth);
    put_u64(tree + 40, image.pages);
    found("leads to page");
    put_u64(tree + 40, 1);
    found("leads to page 1 ");
    put_u64(tree + 40, samme_tree_at(store_image_table(&image, "t02")).root);
    found("table t01");
}

Test(walk, flags_of_tables_and_rows) {
    put_u16(store_image_table(&image, "t03") + 4, 4);
    found("a table with flags 4");
    put_u16(store_image_table(&image, "t03") + 4, 0);
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "t01"));
    put_u16(store_image_node(leaf, 3) + 4, 4);
    found("a row with flags 4");
    put_u16(store_image_node(leaf, 3) + 4, 0);
    store_image_table(&image, "t07")[-1] = '6'; /* "t07" is "t06", which is there already */
    found("its keys are out of order");
}

Test(walk, tables_of_other_names) {
    memcpy(store_image_table(&image, "t15") - 3, "t16", 3);
    found("its tables are not those of a store of ours");
    memcpy(store_image_table(&image, "meta") - 4, "beta", 4);
    found("a table is missing: not a store of ours");
}

Test(walk, keys_out_of_place) {
    uint8_t *root = store_image_root(&image, store_image_table(&image, "t01"));
    uint8_t *separator = store_image_node(root, 1) + 8;
    uint8_t was = separator[9];
    separator[9]++; /* above the first key of the page it leads to */
    found("its keys are out of order");
    separator[9] = was;
    separator[5]--; /* below the last key of the page before */
    found("a key belongs to another page");
    separator[5]++;
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "t01"));
    uint16_t first = samme_page_u16(leaf + 16);
    put_u16(leaf + 16, samme_page_u16(leaf + 18));
    put_u16(leaf + 18, first);
    found("its keys are out of order");
}

Test(walk, a_branch_that_leads_to_itself) {
    uint8_t *root = store_image_root(&image, store_image_table(&image, "t01"));
    put_u32(store_image_node(root, 1), samme_page_u32(root));
    found("is used twice");
    put_u32(store_image_node(root, 1), samme_page_u32(store_image_node(root, 0)));
    found("is used twice");
}

Test(walk, bounds_of_a_page) {
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "t01"));
    uint16_t lower = samme_page_u16(leaf + 12), upper = samme_page_u16(leaf + 14);
    static const struct {
        int lower, upper;
    } bounds[] = {{-2, 0}, {+2, 0}, {+1, 0}, {0, -2}, {0, +2}, {-4000, 0}, {+4000, 0}, {0, +4000}};
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        put_u16(leaf + 12, (uint16_t)(lower + bounds[i].lower));
        put_u16(leaf + 14, (uint16_t)(upper + bounds[i].upper));
        found("table t01, page");
    }
}

Test(walk, an_overflow_page) {
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "t02"));
    samme_lmdb_page page;
    cr_assert_null(samme_page_check(leaf, IMAGE_PAGE, samme_page_u64(leaf), false, &page));
    samme_lmdb_node node = samme_page_node(&page, 0);
    cr_assert_eq(node.flags, SAMME_NODE_BIG);
    uint8_t *first = store_image_page(&image, node.overflow);
    uint32_t pages = samme_page_u32(first + 12);
    put_u32(first + 12, pages - 1);
    found("its value has no room in it");
    put_u32(first + 12, pages + 1);
    found("damaged"); /* "is used twice", or the counts */
    put_u32(first + 12, UINT32_MAX);
    found("leads to page");
    put_u32(first + 12, pages);
    first[500] ^= 1;
    found("the value does not match its sum");
    first[500] ^= 1;
    put_u16(first + 10, SAMME_PAGE_LEAF);
    found("is no overflow page");
}

static uint64_t highest_used_page(void) {
    uint64_t highest = samme_page_u64(store_image_leaf(&image, free_list()));
    static const char *const names[] = {"meta", "t01", "t02"};
    for (unsigned i = 0; i < 3; i++) {
        const uint8_t *tree = store_image_table(&image, names[i]);
        uint64_t pages[2] = {samme_tree_at(tree).root,
                             samme_page_u64(store_image_leaf(&image, tree))};
        for (unsigned j = 0; j < 2; j++)
            highest = pages[j] > highest ? pages[j] : highest;
    }
    return highest;
}

Test(walk, the_free_list) {
    uint8_t *record = free_record(false);
    uint64_t count = samme_page_u64(record), last = samme_page_u64(record + 8 * count);
    put_u64(record, count - 1);
    found("pages are neither in use nor in the free list");
    put_u64(record, count + 1000);
    found("a record of");
    put_u64(record, count);
    put_u64(record + 8 * count, samme_page_u64(record + 8 * (count - 1)));
    found("its numbers do not fall");
    put_u64(record + 8 * count, 1);
    found("leads to page 1 ");
    put_u64(record + 8 * count, last);
    uint64_t first = samme_page_u64(record + 8);
    put_u64(record + 8, highest_used_page());
    found("is used twice");
    put_u64(record + 8, first);
    put_u64(record - 8, UINT64_MAX / 4); /* the key */
    found("free list");
    put_u64(free_list() + 40, SAMME_PAGE_NONE);
    put_u16(free_list() + 6, 0);
    put_u64(free_list() + 8, 0);
    put_u64(free_list() + 16, 0);
    put_u64(free_list() + 24, 0);
    put_u64(free_list() + 32, 0);
    found("pages are neither in use nor in the free list");
}

Test(walk, a_record_of_the_free_list_on_overflow_pages) {
    uint8_t *record = free_record(true);
    uint64_t count = samme_page_u64(record), last = samme_page_u64(record + 8 * count);
    put_u64(record, UINT64_MAX);
    found("a record of 18446744073709551615 pages");
    put_u64(record, count - 1);
    found("pages are neither in use nor in the free list");
    put_u64(record, count);
    put_u64(record + 8 * count, samme_page_u64(record + 8 * (count - 1)) + 1);
    found("its numbers do not fall");
    put_u64(record + 8 * count, 0);
    found("leads to page 0 ");
    put_u64(record + 8 * count, last);
    put_u64(record + 8, image.pages);
    found("its numbers do not fall");
}

/* The meta table's position, as it is stored: four numbers and a sum. */
static void change_position(unsigned number) {
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "meta"));
    samme_lmdb_page page;
    cr_assert_null(samme_page_check(leaf, IMAGE_PAGE, samme_page_u64(leaf), false, &page));
    for (unsigned i = 0; i < page.nodes; i++) {
        samme_lmdb_node node = samme_page_node(&page, i);
        if (!samme_span_equal(node.key, SAMME_LITERAL("position")))
            continue;
        uint8_t *at = leaf + (node.value.data - page.bytes), value[32];
        memcpy(value, at, sizeof value);
        value[8 * number + 7] ^= 1;
        samme_value_seal(SAMME_META_TABLE, node.key, SAMME_SPAN(value, sizeof value), at);
        return;
    }
    cr_assert_fail("no position");
}

Test(walk, rows_that_are_not_those_of_the_last_commit) {
    for (unsigned number = 2; number < 4; number++) { /* the rows' sum, the transaction */
        change_position(number);
        found("a write was lost, or an old page was put back");
        change_position(number);
    }
}

Test(walk, meta_pages_that_do_not_follow_each_other) {
    uint8_t *newest = store_image_meta(&image);
    uint8_t *older = newest == image.bytes ? image.bytes + IMAGE_PAGE : image.bytes;
    uint64_t transaction = samme_page_u64(newest + IMAGE_TRANSACTION_AT);
    put_u64(older + IMAGE_TRANSACTION_AT, transaction - 3);
    found("do not follow each other");
    put_u64(older + IMAGE_TRANSACTION_AT, transaction + 1);
    found("damaged"); /* the older one in force */
    put_u64(older + IMAGE_TRANSACTION_AT, transaction);
    found("do not follow each other");
    put_u64(older + IMAGE_TRANSACTION_AT, transaction - 1);
    put_u64(newest + 32, 0);
    found("impossible map size");
    put_u64(newest + 32, UINT64_C(1) << 50);
    found("impossible map size");
    put_u64(newest + 32, UINT64_C(1) << 30);
    put_u16(newest + IMAGE_TABLES_AT + 4, 4);
    found("impossible flags");
}
