/* e2e_alter LOG-FOLDER TEXT: changes one byte of TEXT in every row of a closed store that holds it,
 * as somebody does who may write the store: sums and all are right afterwards, the signatures over
 * it are not. Exit 1: no row holds it. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/writes.h"
#include "store/lmdb.h"

enum { AT = 3, NEW_BYTE = 1 };

static void must(samme_status status, const samme_error *error) {
    if (status == SAMME_OK)
        return;
    fprintf(stderr, "e2e_alter: %s: %s\n", samme_status_name(status), error->text);
    exit(74);
}

/* Puts the row again, changed, if its value holds the text. */
static bool alter_row(samme_writes *writes, uint8_t table, samme_span key, samme_span value,
                      samme_span text) {
    const uint8_t *found =
        value.length == 0 ? NULL : memmem(value.data, value.length, text.data, text.length);
    if (found == NULL)
        return false;
    samme_error error = {0};
    samme_buffer changed;
    samme_buffer_init(&changed, SAMME_STORE_VALUE_MAX);
    samme_buffer_append(&changed, value);
    must(samme_buffer_status(&changed), &error);
    changed.data[found - value.data + AT] = NEW_BYTE;
    must(samme_writes_put(writes, table, key, samme_buffer_span(&changed)), &error);
    samme_buffer_free(&changed);
    return true;
}

static bool alter_table(samme_reader *reader, samme_writes *writes, uint8_t table,
                        samme_span text) {
    uint8_t next[SAMME_STORE_KEY_MAX + 1];
    samme_span from = {0}, key, value;
    bool any = false;
    while (reader->seek(reader->self, table, from, &key, &value) == SAMME_OK) {
        any = alter_row(writes, table, key, value, text) || any;
        memcpy(next, key.data, key.length);
        next[key.length] = 0;
        from = SAMME_SPAN(next, key.length + 1);
    }
    return any;
}

int main(int argc, char **argv) {
    samme_error error = {0};
    samme_lmdb_store *disk = NULL;
    samme_reader reader;
    samme_writes *writes = samme_writes_new();
    bool any = false;
    if (argc != 3 || strlen(argv[2]) <= AT || writes == NULL)
        return 64;
    samme_lmdb_options options = {.folder = argv[1], .kind = "log"};
    must(samme_lmdb_open(&options, &disk, &error), &error);
    samme_store store = samme_lmdb_port(disk);
    must(store.open_snapshot(store.self, &reader), &error);
    for (uint8_t table = 0; table < SAMME_STORE_TABLES_MAX; table++)
        any = alter_table(&reader, writes, table, samme_span_of_text(argv[2])) || any;
    store.close_snapshot(store.self);
    samme_commit commit = {
        .expected_head = store.head(store.self), .term = store.term(store.self), .writes = writes};
    must(store.commit(store.self, commit), &error);
    samme_completion done;
    while (store.completions(store.self, &done, 1) == 0) {
        struct pollfd wait = {.fd = store.wake_fd(store.self), .events = POLLIN};
        poll(&wait, 1, 1000);
    }
    must(done.outcome == SAMME_COMMIT_DONE ? SAMME_OK : SAMME_IO, &done.error);
    samme_lmdb_close(disk);
    return any ? 0 : 1;
}
