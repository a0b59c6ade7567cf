#include "chain_fixture.h"

#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "os/files.h"

const char *place_path(const chain_place *place, const char *name) {
    static char paths[4][256];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", place->root, name);
    return path;
}

int run(command *run_command, ...) {
    char *arguments[16] = {(char *)(uintptr_t) "samme test"};
    int count = 1;
    va_list list;
    va_start(list, run_command);
    for (const char *word; (word = va_arg(list, const char *)) != NULL;)
        arguments[count++] = (char *)(uintptr_t)word;
    va_end(list);
    return run_command(count, arguments);
}

chain_place place_make(void) {
    chain_place place = {.root = "/tmp/samme-cli-XXXXXX"};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    cr_assert_not_null(mkdtemp(place.root));
    snprintf(place.chain, sizeof place.chain, "%s/chain", place.root);
    cr_assert_eq(
        run(samme_cli_chain_init, place.chain, "--chain", CHAIN, "--hub", "tcp://hub:4500", NULL),
        SAMME_EXIT_OK);
    return place;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

void place_remove(const chain_place *place) {
    cr_assert_eq(nftw(place->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void write_text(const char *folder, const char *name, const char *text) {
    char path[SAMME_FILE_PATH_MAX];
    cr_assert_eq(samme_path_in(folder, name, path, NULL), SAMME_OK);
    char *slash = strrchr(path, '/');
    *slash = 0;
    cr_assert_eq(samme_folder_make(path, NULL), SAMME_OK);
    *slash = '/';
    cr_assert_eq(samme_file_write(path, samme_span_of_text(text), 0644, NULL), SAMME_OK);
}

samme_buffer read_text(const char *folder, const char *name) {
    samme_buffer text;
    samme_error error = {.text = ""};
    samme_buffer_init(&text, 2 * SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_note_file_read(folder, name, &text, &error), SAMME_OK, "%s", error.text);
    return text;
}

bool exists(const char *folder, const char *name) {
    char path[SAMME_FILE_PATH_MAX];
    cr_assert_eq(samme_path_in(folder, name, path, NULL), SAMME_OK);
    return access(path, F_OK) == 0;
}

samme_chain_folder open_chain(const chain_place *place) {
    samme_chain_folder folder;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_chain_open(place->chain, &folder, &error), SAMME_OK, "%s", error.text);
    return folder;
}
