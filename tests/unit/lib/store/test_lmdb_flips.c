/* Bits flipped, sectors zeroed, pages swapped and old pages put back, anywhere in a store's file:
 * it is refused with a name, or it holds exactly what it did, and still does after another commit.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/prng.h"
#include "image.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum { HISTORY = 21, COMMITS = 60, VERSIONS = 12, SECTOR = 512 };

static store_folder folder;
static char data[96];
static store_image image;
static store_image earlier[VERSIONS]; /* of the same file, some commits back */
static store_model model, before;     /* after the last commit, and before it */
static samme_prng prng;
static unsigned trials, refused;

static void commit_next(samme_lmdb_store *store) {
    samme_store port = samme_lmdb_port(store);
    uint64_t head = port.head(port.self);
    store_queue(&port, head, 0, store_model_writes(HISTORY, head));
    store_folder_settle(store);
    store_expect(&port, head + 1, SAMME_COMMIT_DONE);
}

/* In memory where that can be had: here it is not about syncs. */
static store_folder make_folder(void) {
    store_folder in_memory = {.path = "/dev/shm/samme-store-XXXXXX"};
    return mkdtemp(in_memory.path) != NULL ? in_memory : store_folder_make();
}

static void start(void) {
    model = before = (store_model){0};
    folder = make_folder();
    store_folder_data(&folder, data);
    samme_lmdb_store *store = store_folder_open(&folder);
    for (unsigned head = 0; head < COMMITS; head++) {
        if (head >= COMMITS - VERSIONS)
            earlier[head - (COMMITS - VERSIONS)] = store_image_load(data);
        commit_next(store);
        before = model;
        store_model_apply(&model, HISTORY);
    }
    samme_lmdb_close(store);
    image = store_image_load(data);
}

static void stop(void) {
    for (unsigned i = 0; i < VERSIONS; i++)
        store_image_free(&earlier[i]);
    store_image_free(&image);
    store_folder_remove(&folder);
}

TestSuite(lmdb_flips, .init = start, .fini = stop);

static void holds(samme_lmdb_store *store, const store_model *expected) {
    samme_store port = samme_lmdb_port(store);
    cr_assert_eq(port.head(port.self), expected->head, "head %lu, expected %lu",
                 (unsigned long)port.head(port.self), (unsigned long)expected->head);
    samme_reader reader = store_snapshot(&port);
    store_model_check(expected, &reader, HISTORY);
    port.close_snapshot(port.self);
}

static bool opens(bool read_only, const char *what, uint64_t at, samme_lmdb_store **out) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .read_only = read_only};
    samme_error error = {0};
    samme_status status = samme_lmdb_open(&options, out, &error);
    if (status == SAMME_OK)
        return true;
    cr_assert(status == SAMME_CORRUPT || status == SAMME_UNSUPPORTED, "%s at %lu: %s: %s", what,
              (unsigned long)at, samme_status_name(status), error.text);
    cr_assert_not_null(strstr(error.text, data), "%s at %lu: %s", what, (unsigned long)at,
                       error.text);
    return false;
}

/* The file is damaged at these bytes of the image; puts it right again at the end. `expected` is
 * what it holds when it is not refused. */
static void expect_refused_or(const store_model *expected, const char *what, uint64_t at,
                              size_t length) {
    samme_lmdb_store *store = NULL;
    trials++;
    if (!opens(trials % 5 == 0, what, at, &store)) {
        refused++;
        store_image_write_part(&image, data, at, length);
        return;
    }
    holds(store, expected);
    if (trials % 5 != 0) {
        static store_model next;
        next = *expected;
        commit_next(store);
        store_model_apply(&next, HISTORY);
        holds(store, &next);
        samme_lmdb_close(store);
        cr_assert(opens(false, what, at, &store), "%s at %lu: not after a commit", what,
                  (unsigned long)at);
        holds(store, &next);
    }
    samme_lmdb_close(store);
    store_image_write(&image, data);
}

static void damage(uint64_t at, const void *bytes, size_t length) {
    int fd = open(data, O_WRONLY);
    cr_assert_eq(pwrite(fd, bytes, length, (off_t)at), (ssize_t)length);
    close(fd);
}

static void flip(const char *what, uint64_t bit) {
    uint8_t byte = image.bytes[bit / 8] ^ (uint8_t)(1u << bit % 8);
    damage(bit / 8, &byte, 1);
    expect_refused_or(&model, what, bit / 8, 1);
}

static void say(const char *what) {
    cr_log_info("%s: %u of %u refused, the others as before\n", what, refused, trials);
}

static uint64_t any_page(void) {
    return samme_prng_below(&prng, image.pages);
}

Test(lmdb_flips, bits_anywhere) {
    samme_prng_seed(&prng, 1);
    for (unsigned i = 0; i < 2000; i++)
        flip("bit", samme_prng_below(&prng, image.pages * IMAGE_PAGE * 8));
    say("bits anywhere");
    cr_assert_gt(refused, trials / 4);
}

Test(lmdb_flips, bits_of_page_heads) {
    samme_prng_seed(&prng, 2);
    for (unsigned i = 0; i < 1000; i++)
        flip("head", any_page() * IMAGE_PAGE * 8 + samme_prng_below(&prng, 64 * 8));
    say("bits of page heads");
}

Test(lmdb_flips, bits_of_meta_pages) {
    samme_prng_seed(&prng, 3);
    for (unsigned i = 0; i < 800; i++)
        flip("meta", i % 2 * IMAGE_PAGE * 8 + samme_prng_below(&prng, 160 * 8));
    say("bits of meta pages");
}

Test(lmdb_flips, sectors_zeroed) {
    static const uint8_t zero[SECTOR];
    samme_prng_seed(&prng, 4);
    for (unsigned i = 0; i < 400; i++) {
        uint64_t at = samme_prng_below(&prng, image.pages * IMAGE_PAGE / SECTOR) * SECTOR;
        damage(at, zero, SECTOR);
        expect_refused_or(&model, "sector", at, SECTOR);
    }
    say("sectors zeroed");
}

Test(lmdb_flips, pages_swapped) {
    samme_prng_seed(&prng, 5);
    for (unsigned i = 0; i < 400; i++) {
        uint64_t a = any_page(), b = any_page();
        damage(a * IMAGE_PAGE, store_image_page(&image, b), IMAGE_PAGE);
        damage(b * IMAGE_PAGE, store_image_page(&image, a), IMAGE_PAGE);
        expect_refused_or(&model, "swap", 0, image.pages * IMAGE_PAGE);
    }
    say("pages swapped");
}

/* A write that never reached the disk: the page is sound, and of another time. Of the meta page in
 * force that cannot be told from a power cut before the last commit's end, and the store is as it
 * was before that commit. */
Test(lmdb_flips, old_pages_put_back) {
    samme_prng_seed(&prng, 6);
    unsigned differed = 0;
    for (unsigned version = 0; version < VERSIONS; version++) {
        for (uint64_t page = 0; page < earlier[version].pages; page++) {
            const uint8_t *old = store_image_page(&earlier[version], page);
            if (page >= image.pages || memcmp(old, store_image_page(&image, page), IMAGE_PAGE) == 0)
                continue;
            differed++;
            damage(page * IMAGE_PAGE, old, IMAGE_PAGE);
            expect_refused_or(page < 2 ? &before : &model, "old page", page * IMAGE_PAGE,
                              IMAGE_PAGE);
        }
    }
    say("old pages put back");
    cr_assert_gt(differed, 50);
    cr_assert_gt(refused, differed / 4);
}

/* A few rows that every commit overwrites, so that pages take turns and an old one looks like the
 * one in its place: same table, same keys, same sizes. */
enum { TURNS = 40, TURN_ROWS = 20 };

static void commit_turn(samme_lmdb_store *store, unsigned turn) {
    samme_store port = samme_lmdb_port(store);
    samme_writes *writes = store_writes();
    for (unsigned i = 0; i < TURN_ROWS; i++) {
        char key[8], value[16];
        snprintf(key, sizeof key, "row %02u", i);
        snprintf(value, sizeof value, "turn %06u", turn);
        store_put(writes, 2, key, value);
    }
    store_queue(&port, turn, 0, writes);
    store_folder_settle(store);
    store_expect(&port, turn + 1, SAMME_COMMIT_DONE);
}

/* The store holds the rows of one turn, which is `turn`. */
static void expect_turn(samme_lmdb_store *store, unsigned turn) {
    samme_store port = samme_lmdb_port(store);
    char value[16];
    snprintf(value, sizeof value, "turn %06u", turn);
    samme_reader reader = store_snapshot(&port);
    cr_assert_eq(port.head(port.self), turn + 1);
    for (unsigned i = 0; i < TURN_ROWS; i++) {
        char key[8];
        snprintf(key, sizeof key, "row %02u", i);
        store_expect_value(&reader, 2, key, value);
    }
    port.close_snapshot(port.self);
}

/* Puts back these pages (a bit each) as they were after another turn. */
static void put_back(const store_image *now, const store_image *then, uint64_t which,
                     unsigned turn) {
    samme_lmdb_store *store = NULL;
    bool differs = false;
    for (uint64_t page = 2; page < now->pages && page < then->pages && page < 64; page++) {
        if ((which >> page & 1) == 0)
            continue;
        differs = differs || memcmp(store_image_page(now, page), store_image_page(then, page),
                                    IMAGE_PAGE) != 0;
        damage(page * IMAGE_PAGE, store_image_page(then, page), IMAGE_PAGE);
    }
    trials += differs ? 1 : 0;
    if (opens(false, "turn", which, &store)) {
        expect_turn(store, turn);
        samme_lmdb_close(store);
    } else {
        refused++;
    }
    store_image_write(now, data);
}

Test(lmdb_turns, old_pages_that_take_turns) {
    static store_image turns[TURNS];
    folder = make_folder();
    store_folder_data(&folder, data);
    samme_lmdb_store *store = store_folder_open(&folder);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        commit_turn(store, turn);
        turns[turn] = store_image_load(data);
    }
    samme_lmdb_close(store);
    samme_prng_seed(&prng, 7);
    const store_image *now = &turns[TURNS - 1];
    for (unsigned turn = 0; turn + 1 < TURNS; turn++) {
        for (uint64_t page = 2; page < now->pages; page++)
            put_back(now, &turns[turn], UINT64_C(1) << page, TURNS - 1);
        for (unsigned i = 0; i < 20; i++)
            put_back(now, &turns[turn], samme_prng_next(&prng), TURNS - 1);
    }
    say("old pages that take turns");
    cr_assert_gt(refused, trials / 4);
    for (unsigned turn = 0; turn < TURNS; turn++)
        store_image_free(&turns[turn]);
    store_folder_remove(&folder);
}

/* One bit less makes the newest transaction the one before the last but one: the file would be as
 * if its last commit had never ended. */
Test(lmdb_turns, no_bit_of_a_transaction_number_takes_a_commit_back) {
    folder = make_folder();
    store_folder_data(&folder, data);
    for (unsigned turn = 0; turn < 10; turn++) {
        samme_lmdb_store *store = store_folder_open(&folder);
        commit_turn(store, turn);
        samme_lmdb_close(store);
        image = store_image_load(data);
        for (unsigned bit = 0; bit < 2 * 64; bit++) {
            uint64_t at = bit % 2 * IMAGE_PAGE + IMAGE_TRANSACTION_AT + bit / 2 / 8;
            uint8_t byte = image.bytes[at] ^ (uint8_t)(1u << bit / 2 % 8);
            damage(at, &byte, 1);
            cr_assert_not(opens(false, "transaction", at, &store), "turn %u, bit %u", turn, bit);
            store_image_write_part(&image, data, at, 1);
        }
        store = store_folder_open(&folder);
        expect_turn(store, turn);
        samme_lmdb_close(store);
        store_image_free(&image);
    }
    store_folder_remove(&folder);
}
