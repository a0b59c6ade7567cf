/* Values that change behind an open store's back: a status at every kind of read, never a wrong
 * value; and then the store is not used any more. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "image.h"
#include "store/value.h"
#include "tests/conformance/store_support.h"

enum { BIG = 9000, TABLE = 3 };

static store_folder folder;
static char data[96];
static samme_lmdb_store *store;
static samme_store port;
static unsigned reports;
static samme_error reported;
static uint8_t big[BIG];

static void report(void *context, const samme_error *error) {
    cr_assert_eq(context, &reports);
    reports++;
    reported = *error;
}

static void start(void) {
    reports = 0;
    reported = (samme_error){.text = ""};
    folder = store_folder_make();
    store_folder_data(&folder, data);
    samme_lmdb_options options = {
        .folder = folder.path, .kind = "test", .damaged = report, .context = &reports};
    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    port = samme_lmdb_port(store);
    samme_writes *writes = store_one(TABLE, "first", "");
    store_put(writes, TABLE, "middle", "a value of some length");
    for (unsigned i = 0; i < BIG; i++)
        big[i] = (uint8_t)(i * 7);
    cr_assert_eq(samme_writes_put(writes, TABLE, SAMME_LITERAL("ultimate"), SAMME_SPAN(big, BIG)),
                 SAMME_OK);
    store_queue(&port, 0, 0, writes);
    store_folder_settle(store);
    store_expect(&port, 1, SAMME_COMMIT_DONE);
}

static void stop(void) {
    samme_lmdb_close(store);
    store_folder_remove(&folder);
}

TestSuite(lmdb_reads, .init = start, .fini = stop);

/* Where in the file a value lies: its page begins with its own number. */
static off_t place_of(const samme_reader *reader, const char *key, size_t *out_length) {
    samme_span value;
    cr_assert_eq(reader->get(reader->self, TABLE, samme_span_of_text(key), &value), SAMME_OK);
    uintptr_t in_page = (uintptr_t)value.data % IMAGE_PAGE;
    *out_length = value.length + SAMME_SUM_BYTES;
    return (off_t)(samme_page_u64(value.data - in_page) * IMAGE_PAGE + in_page);
}

static void flip(off_t bit) {
    int fd = open(data, O_RDWR);
    uint8_t byte;
    cr_assert_eq(pread(fd, &byte, 1, bit / 8), 1);
    byte ^= (uint8_t)(1u << bit % 8);
    cr_assert_eq(pwrite(fd, &byte, 1, bit / 8), 1);
    close(fd);
}

static samme_status get(const samme_reader *reader, const char *key, samme_span *out) {
    return reader->get(reader->self, TABLE, samme_span_of_text(key), out);
}

static samme_status seek(const samme_reader *reader, const char *key, samme_span *out) {
    samme_span found;
    return reader->seek(reader->self, TABLE, samme_span_of_text(key), &found, out);
}

/* Flips each bit of the value and of its sum, one at a time (or one of many), and reads it by every
 * way there is. */
static void each_bit_shows(const char *key, off_t step) {
    samme_reader reader = store_snapshot(&port);
    samme_span value = {0}, last;
    size_t length = 0;
    off_t at = place_of(&reader, key, &length);
    for (off_t bit = 8 * at; bit < 8 * (at + (off_t)length); bit += step) {
        flip(bit);
        cr_assert_eq(get(&reader, key, &value), SAMME_CORRUPT, "%s, bit %ld", key,
                     (long)(bit - 8 * at));
        cr_assert_eq(seek(&reader, key, &value), SAMME_CORRUPT);
        if (strcmp(key, "ultimate") == 0)
            cr_assert_eq(reader.last(reader.self, TABLE, &last, &value), SAMME_CORRUPT);
        if (strcmp(key, "first") == 0)
            cr_assert_eq(seek(&reader, "", &value), SAMME_CORRUPT);
        flip(bit);
        cr_assert_eq(get(&reader, key, &value), SAMME_OK, "it is right again");
    }
    port.close_snapshot(port.self);
}

static void expect_nothing_more(const char *key) {
    samme_reader reader;
    cr_assert_eq(reports, 1, "told once, not %u times", reports);
    cr_assert_eq(reported.status, SAMME_CORRUPT);
    cr_assert_not_null(strstr(reported.text, data), "%s", reported.text);
    cr_assert_not_null(strstr(reported.text, "table t03, key "), "%s", reported.text);
    char digits[5];
    snprintf(digits, sizeof digits, "%02x%02x", (unsigned)key[0], (unsigned)key[1]);
    cr_assert_not_null(strstr(reported.text, digits), "%s", reported.text);
    cr_assert_eq(port.open_snapshot(port.self, &reader), SAMME_CORRUPT);
    samme_writes *writes = store_one(TABLE, "after", "the damage");
    cr_assert_eq(port.commit(port.self, (samme_commit){.expected_head = 1, .writes = writes}),
                 SAMME_CORRUPT);
    samme_writes_free(writes);
    store_expect_none(&port);
}

Test(lmdb_reads, a_small_value) {
    each_bit_shows("middle", 1);
    expect_nothing_more("middle");
}

Test(lmdb_reads, an_empty_value) {
    each_bit_shows("first", 1);
    expect_nothing_more("first");
}

Test(lmdb_reads, a_value_on_overflow_pages) {
    each_bit_shows("ultimate", 13);
    expect_nothing_more("ultimate");
}

/* The length of a small value, and the head of overflow pages: never a wrong value, and nothing
 * beyond the page is read. */
Test(lmdb_reads, the_length_of_a_value) {
    samme_reader reader = store_snapshot(&port);
    samme_span value = {0};
    size_t length = 0;
    off_t head = place_of(&reader, "middle", &length) - (off_t)strlen("middle") - 8;
    for (off_t bit = 8 * head; bit < 8 * (head + 4); bit++) {
        flip(bit);
        samme_status status = get(&reader, "middle", &value);
        bool same =
            status == SAMME_OK && samme_span_equal(value, SAMME_LITERAL("a value of some length"));
        cr_assert(status == SAMME_CORRUPT || same, "bit %ld: %s", (long)(bit - 8 * head),
                  samme_status_name(status));
        flip(bit);
    }
    head = place_of(&reader, "ultimate", &length) - 16;
    for (off_t bit = 8 * (head + 10); bit < 8 * (head + 16); bit++) {
        flip(bit); /* flags and number of overflow pages: less than the value takes is refused */
        samme_status status = get(&reader, "ultimate", &value);
        bool same = status == SAMME_OK && samme_span_equal(value, SAMME_SPAN(big, BIG));
        cr_assert(status == SAMME_CORRUPT || same, "bit %ld", (long)(bit - 8 * head));
        flip(bit);
    }
    port.close_snapshot(port.self);
}

/* A row that goes bad and is then overwritten or removed: its commit fails, for what all rows add
 * up to would be wrong for ever. */
Test(lmdb_reads, a_row_under_the_writer) {
    samme_reader reader = store_snapshot(&port);
    size_t length = 0;
    flip(8 * place_of(&reader, "middle", &length));
    port.close_snapshot(port.self);
    for (unsigned removes = 0; removes < 2; removes++) {
        samme_writes *writes = removes == 0 ? store_one(TABLE, "middle", "new") : store_writes();
        if (removes == 1)
            store_remove(writes, TABLE, "middle");
        store_queue(&port, 1, 0, writes);
        store_folder_settle(store);
        samme_completion completion = {0};
        cr_assert_eq(port.completions(port.self, &completion, 1), 1);
        cr_assert_eq(completion.outcome, SAMME_COMMIT_FAILED);
        cr_assert_eq(completion.error.status, SAMME_CORRUPT, "%s", completion.error.text);
        cr_assert_not_null(strstr(completion.error.text, "data.mdb: table t03, key 6d6964646c65"),
                           "%s", completion.error.text);
    }
}

/* The writer's own read: its commit fails and says why, and nothing of it is there. */
Test(lmdb_reads, the_position_under_the_writer) {
    store_image image = store_image_load(data);
    uint8_t *leaf = store_image_leaf(&image, store_image_table(&image, "meta"));
    samme_lmdb_page page;
    cr_assert_null(samme_page_check(leaf, IMAGE_PAGE, samme_page_u64(leaf), false, &page));
    for (unsigned i = 0; i < page.nodes; i++) {
        samme_lmdb_node node = samme_page_node(&page, i);
        if (samme_span_equal(node.key, SAMME_LITERAL("position")))
            flip(8 * (off_t)(samme_page_u64(leaf) * IMAGE_PAGE +
                             (uint64_t)(node.value.data - page.bytes) + 7));
    }
    store_image_free(&image);
    store_queue(&port, 1, 0, store_one(TABLE, "after", "the damage"));
    store_folder_settle(store);
    samme_completion completion = {0};
    cr_assert_eq(port.completions(port.self, &completion, 1), 1);
    cr_assert_eq(completion.outcome, SAMME_COMMIT_FAILED);
    cr_assert_eq(completion.error.status, SAMME_CORRUPT, "%s", completion.error.text);
    cr_assert_not_null(strstr(completion.error.text, "its position does not match its sum"), "%s",
                       completion.error.text);
}
