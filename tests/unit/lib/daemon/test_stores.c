#include "daemon/stores.h"

#include <poll.h>
#include <sys/wait.h>

#include "base/writes.h"
#include "tests/unit/lib/daemon/folder.h"

static char folder[64];
static samme_stores stores;
static samme_error error;
static void setup(void) {
    make_folder(folder);
    error = (samme_error){.text = ""};
}
static void teardown(void) {
    remove_folder(folder);
}
TestSuite(stores, .init = setup, .fini = teardown);

static void open_stores(void) {
    cr_assert_eq(samme_stores_open(folder, &stores, &error), SAMME_OK, "%s", error.text);
}

/* Commits "key" -> value and waits until it is done. */
static void put(samme_store *store, const char *value) {
    samme_writes *writes = samme_writes_new();
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_LITERAL("key"), samme_span_of_text(value)),
                 SAMME_OK);
    samme_commit commit = {.expected_head = store->head(store->self),
                           .term = store->term(store->self),
                           .writes = writes};
    cr_assert_eq(store->commit(store->self, commit), SAMME_OK);
    samme_completion done;
    for (unsigned i = 0; store->completions(store->self, &done, 1) == 0; i++) {
        struct pollfd wait = {.fd = store->wake_fd(store->self), .events = POLLIN};
        cr_assert_lt(i, 1000, "the commit never ends");
        poll(&wait, 1, 10000);
    }
    cr_assert_eq(done.outcome, SAMME_COMMIT_DONE, "%s", done.error.text);
}

static bool holds(samme_store *store, const char *value) {
    samme_reader reader;
    samme_span found;
    cr_assert_eq(store->open_snapshot(store->self, &reader), SAMME_OK);
    bool same = reader.get(reader.self, 0, SAMME_LITERAL("key"), &found) == SAMME_OK &&
                samme_span_equal(found, samme_span_of_text(value));
    store->close_snapshot(store->self);
    return same;
}

/* Both stores with something in them, closed. */
static void filled(void) {
    open_stores();
    put(&stores.log, "of the log");
    put(&stores.views, "of the views");
    samme_stores_close(&stores);
}

static void spoil(const char *name) {
    static uint8_t garbage[64 * 1024];
    memset(garbage, 0x5a, sizeof garbage);
    write_file(folder, name, SAMME_SPAN(garbage, sizeof garbage));
}

Test(stores, both_are_made_and_found_again) {
    char deep[200];
    in_folder(folder, "made/on the way", deep);
    cr_assert_eq(samme_stores_open(deep, &stores, &error), SAMME_OK, "%s", error.text);
    put(&stores.log, "1");
    put(&stores.views, "2");
    samme_stores_close(&stores);
    cr_assert_eq(samme_stores_open(deep, &stores, &error), SAMME_OK, "%s", error.text);
    cr_assert(holds(&stores.log, "1"));
    cr_assert(holds(&stores.views, "2"));
    samme_stores_close(&stores);
    samme_stores_close(&stores); /* closed is closed */
}

Test(stores, a_folder_has_one_owner) {
    open_stores();
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        samme_stores second;
        samme_error why = {.text = ""};
        char owner[40];
        snprintf(owner, sizeof owner, "%d", (int)getppid());
        samme_status status = samme_stores_open(folder, &second, &why);
        _exit(status == SAMME_CONFLICT && strstr(why.text, owner) != NULL ? 0 : 1);
    }
    int result;
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert_eq(result, 0, "the second owner is told who the first one is");
    samme_stores_close(&stores);
    open_stores();
    samme_stores_close(&stores);
}

Test(stores, damaged_views_are_thrown_away_and_the_log_is_kept) {
    filled();
    spoil("views/data.mdb");
    open_stores();
    cr_assert(holds(&stores.log, "of the log"));
    cr_assert(!holds(&stores.views, "of the views"));
    put(&stores.views, "new");
    samme_stores_close(&stores);
    open_stores();
    cr_assert(holds(&stores.views, "new"));
    samme_stores_close(&stores);
}

/* Changes one bit wherever `text` stands in the file. */
static void flip(const char *name, const char *text) {
    char path[200];
    samme_buffer content;
    samme_buffer_init(&content, 64 * 1024 * 1024);
    cr_assert_eq(samme_file_read(in_folder(folder, name, path), &content, NULL), SAMME_OK);
    bool found = false;
    for (size_t at = 0; at + strlen(text) <= content.length; at++) {
        if (memcmp(content.data + at, text, strlen(text)) == 0) {
            content.data[at] ^= 1;
            found = true;
        }
    }
    cr_assert(found, "no %s in %s", text, name);
    write_file(folder, name, samme_buffer_span(&content));
    samme_buffer_free(&content);
}

Test(stores, one_bit_of_a_row_is_enough) {
    filled();
    flip("views/data.mdb", "of the views");
    open_stores();
    cr_assert(!holds(&stores.views, "of the views"));
    cr_assert(!holds(&stores.views, "nf the views"), "'o' ^ 1");
    cr_assert(holds(&stores.log, "of the log"));
    samme_stores_close(&stores);
    flip("log/data.mdb", "of the log");
    cr_assert_eq(samme_stores_open(folder, &stores, &error), SAMME_CORRUPT);
    cr_assert_not_null(strstr(error.text, "table t00, key 6b6579"), "the place is named: %s",
                       error.text);
    flip("log/data.mdb", "nf the log");
    open_stores();
    cr_assert(holds(&stores.log, "of the log"), "it was left as it is");
    samme_stores_close(&stores);
}

Test(stores, another_stores_file_in_the_views_place_is_thrown_away) {
    filled();
    char from[200], to[200];
    in_folder(folder, "log/data.mdb", from);
    in_folder(folder, "views/data.mdb", to);
    cr_assert_eq(unlink(to), 0);
    cr_assert_eq(link(from, to), 0);
    open_stores();
    cr_assert(holds(&stores.log, "of the log"), "only the name in views/ goes");
    cr_assert(!holds(&stores.views, "of the log"));
    samme_stores_close(&stores);
}

Test(stores, a_damaged_log_is_reported_and_left_as_it_is) {
    filled();
    spoil("log/data.mdb");
    cr_assert_eq(samme_stores_open(folder, &stores, &error), SAMME_CORRUPT);
    cr_assert_not_null(strstr(error.text, "log/data.mdb"), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "docs/SECURITY.md"), "it is said what to do: %s",
                       error.text);
    char path[200];
    samme_buffer content;
    samme_buffer_init(&content, 1024 * 1024);
    cr_assert_eq(samme_file_read(in_folder(folder, "log/data.mdb", path), &content, NULL),
                 SAMME_OK);
    cr_assert_eq(content.length, 64 * 1024);
    cr_assert_eq(content.data[1000], 0x5a);
    samme_buffer_free(&content);
    cr_assert_eq(samme_stores_open(folder, &stores, &error), SAMME_CORRUPT,
                 "and the folder has no owner left behind");
}

Test(stores, views_can_be_started_again_while_the_log_stays_open) {
    filled();
    open_stores();
    cr_assert(holds(&stores.views, "of the views"));
    cr_assert_eq(samme_stores_reset_views(&stores, &error), SAMME_OK, "%s", error.text);
    cr_assert(!holds(&stores.views, "of the views"));
    cr_assert_eq(stores.views.head(stores.views.self), 0);
    cr_assert(holds(&stores.log, "of the log"));
    put(&stores.views, "again");
    put(&stores.log, "on and on");
    samme_stores_close(&stores);
    open_stores();
    cr_assert(holds(&stores.views, "again"));
    cr_assert(holds(&stores.log, "on and on"));
    samme_stores_close(&stores);
}

Test(stores, a_folder_that_cannot_be_made_is_said) {
    char path[200];
    write_file(folder, "file", SAMME_LITERAL("in the way"));
    in_folder(folder, "file/data", path);
    cr_assert_neq(samme_stores_open(path, &stores, &error), SAMME_OK);
    cr_assert_neq(error.text[0], 0);
    samme_stores_close(&stores);
}

Test(stores, a_path_has_its_maximum) {
    char path[1100];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = 0;
    cr_assert_eq(samme_stores_open(path, &stores, &error), SAMME_TOO_LARGE);
    samme_stores_close(&stores);
}

Test(stores, a_log_is_set_aside_and_another_begins) {
    filled();
    open_stores();
    cr_assert_eq(samme_stores_set_log_aside(&stores, 3, &error), SAMME_OK, "%s", error.text);
    cr_assert_not(holds(&stores.log, "of the log"));
    cr_assert_not(holds(&stores.views, "of the views"), "they were of that log");
    put(&stores.log, "of the next");
    cr_assert_eq(samme_stores_set_log_aside(&stores, 3, &error), SAMME_CONFLICT);
    cr_assert_not_null(strstr(error.text, "log.e3: there is one already"), "%s", error.text);
    cr_assert(holds(&stores.log, "of the next"), "nothing was changed");
    cr_assert_eq(samme_stores_set_log_aside(&stores, 12, &error), SAMME_OK, "%s", error.text);
    samme_stores_close(&stores);
    open_stores();
    cr_assert_eq(samme_stores_open_older(&stores, 12, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(stores.older_count, 1, "those before 12");
    cr_assert(holds(&stores.older[0], "of the log"));
    samme_stores_close(&stores);
    open_stores();
    cr_assert_eq(samme_stores_open_older(&stores, 13, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(stores.older_count, 2);
    cr_assert(holds(&stores.older[0], "of the next"), "newest first");
    cr_assert(holds(&stores.older[1], "of the log"));
    samme_writes *writes = samme_writes_new();
    const samme_commit commit = {.writes = writes};
    cr_assert_eq(stores.older[1].commit(stores.older[1].self, commit), SAMME_DENIED,
                 "they are only read");
    samme_writes_free(writes);
    samme_stores_close(&stores);
}
