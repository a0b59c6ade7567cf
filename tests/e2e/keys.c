/* e2e_keys DATA [MACHINE-KEY]: the key map of a stopped daemon, a line a subject, sorted:
 * SUBJECT customer|clerk|erased SHA-256-OF-THE-KEY. Exit 1: a key's own bytes, or those of a key
 * above them, lie in a file of the data folder that is not machine.key. MACHINE-KEY: another file
 * than the folder's. */
#include <stdio.h>
#include <stdlib.h>

#include "base/space.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "os/clock.h"
#include "os/files.h"
#include "store/lmdb.h"

enum { FILE_MAX_BYTES = 256 * 1024 * 1024, FILES_MAX = 64 };

typedef struct folder {
    const char *root;
    samme_buffer files[FILES_MAX];
    char names[FILES_MAX][256];
    size_t count;
} folder;

static void must(samme_status status, const samme_error *error) {
    if (status == SAMME_OK)
        return;
    fprintf(stderr, "e2e_keys: %s: %s\n", samme_status_name(status), error->text);
    exit(74);
}

static samme_status read_file(void *context, const char *name) {
    folder *all = context;
    char path[1400];
    samme_error error = {0};
    snprintf(path, sizeof path, "%s/%s", all->root, name);
    if (strcmp(name, "machine.key") == 0)
        return SAMME_OK;
    if (all->count == FILES_MAX)
        return SAMME_FULL;
    snprintf(all->names[all->count], sizeof all->names[0], "%s", name);
    samme_buffer_init(&all->files[all->count], FILE_MAX_BYTES);
    return samme_file_read(path, &all->files[all->count++], &error);
}

/* The bytes themselves, and as the file of keys writes them. */
static bool lies_open(folder *all, const samme_secret_key *key) {
    bool found = false;
    samme_buffer hex;
    samme_buffer_init(&hex, 100);
    samme_hex_append(&hex, SAMME_SPAN(key->bytes, sizeof key->bytes));
    for (size_t i = 0; i < all->count; i++)
        if (all->files[i].length > 0 &&
            (memmem(all->files[i].data, all->files[i].length, key->bytes, sizeof key->bytes) ||
             memmem(all->files[i].data, all->files[i].length, hex.data, hex.length))) {
            fprintf(stderr, "e2e_keys: a key lies open in %s\n", all->names[i]);
            found = true;
        }
    samme_buffer_free(&hex);
    return found;
}

static void print(const samme_subject *subject, const samme_key_known *known,
                  const samme_secret_key *key) {
    samme_buffer line;
    samme_buffer_init(&line, 400);
    samme_hex_append(&line, SAMME_SPAN(subject->bytes, sizeof subject->bytes));
    samme_buffer_append_text(&line, known->erased                                  ? " erased"
                                    : known->kind == SAMME__KEY_KIND__key_of_clerk ? " clerk "
                                                                                   : " customer ");
    if (!known->erased) {
        const samme_hash hash = samme_sha256(SAMME_SPAN(key->bytes, sizeof key->bytes));
        samme_hex_append(&line, samme_span_of_hash(&hash));
    }
    printf("%s\n", samme_buffer_text(&line));
    samme_buffer_free(&line);
}

static bool list(samme_keymap *map, folder *all, samme_error *error) {
    samme_subject subject;
    samme_status status = samme_keymap_after(map, NULL, &subject);
    bool open = false;
    for (; status == SAMME_OK; status = samme_keymap_after(map, &subject, &subject)) {
        samme_key_known known;
        samme_secret_key key = {{0}};
        must(samme_keymap_find(map, &subject, &known), error);
        if (!known.erased) {
            must(samme_keymap_key(map, &subject, &key), error);
            open = lies_open(all, &key) || open;
        }
        print(&subject, &known, &key);
    }
    must(status == SAMME_NOT_FOUND ? SAMME_OK : status, error);
    return open;
}

int main(int argc, char **argv) {
    static folder all;
    samme_error error = {0};
    char path[1200];
    if (argc < 2 || argc > 3)
        return 64;
    must(samme_crypto_init(&error), &error);
    samme_buffer text;
    samme_keks keks;
    samme_buffer_init(&text, SAMME_KEKS_MAX_BYTES);
    snprintf(path, sizeof path, "%s/machine.key", argv[1]);
    must(samme_file_read(argc == 3 ? argv[2] : path, &text, &error), &error);
    must(samme_keks_parse(samme_buffer_span(&text), &keks), &error);
    samme_buffer_free(&text);
    all.root = argv[1];
    must(samme_folder_walk(argv[1], read_file, &all, &error), &error);
    snprintf(path, sizeof path, "%s/keys", argv[1]);
    const samme_lmdb_options options = {.folder = path, .kind = "keys", .read_only = true};
    samme_lmdb_store *disk;
    must(samme_lmdb_open(&options, &disk, &error), &error);
    samme_store store = samme_lmdb_port(disk);
    samme_space space;
    samme_keymap map;
    must(samme_space_init(&space, &store), &error);
    must(samme_space_begin(&space, &error), &error);
    samme_keymap_init(&map, &space, &keks, samme_os_random());
    must(samme_keymap_check(&map, &error), &error);
    const bool open = list(&map, &all, &error) || lies_open(&all, &keks.current.key) ||
                      lies_open(&all, &keks.pin);
    samme_keymap_fini(&map);
    samme_space_fini(&space);
    samme_lmdb_close(disk);
    for (size_t i = 0; i < all.count; i++)
        samme_buffer_free(&all.files[i]);
    return open ? 1 : 0;
}
