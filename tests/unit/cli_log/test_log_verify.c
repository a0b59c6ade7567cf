/* samme log verify on folders as it finds them. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "os/files.h"
#include "tlog/checkpoint.h"
#include "tlog/writer.h"

#define ORIGIN "log.example"

enum { SIZE = 300 };

typedef struct place {
    char folder[64];
    char vkey[SAMME_VKEY_TEXT_MAX + 1];
    char root[65];
} place;

static samme_status put(void *self, const char *path, samme_span content, samme_error *error) {
    const place *at = self;
    char full[256];
    snprintf(full, sizeof full, "%s/%s", at->folder, path);
    char *slash = strrchr(full, '/');
    *slash = 0;
    cr_assert_eq(samme_folder_make(full, error), SAMME_OK);
    *slash = '/';
    return samme_file_write(full, content, 0644, error);
}

static void write_log(place *at, const samme_seed *seed) {
    samme_log_writer writer;
    samme_error error = {.text = ""};
    samme_log_writer_init(&writer, (samme_log_sink){at, put});
    for (unsigned i = 0; i < SIZE; i++) {
        char text[16];
        snprintf(text, sizeof text, "entry %u", i);
        cr_assert_eq(samme_log_writer_append(&writer, samme_span_of_text(text), &error), SAMME_OK);
    }
    const samme_checkpoint head = {.size = SIZE, .root = samme_range_root(&writer.range)};
    samme_buffer note, hex;
    samme_buffer_init(&note, 4096);
    samme_buffer_init(&hex, 64);
    cr_assert_eq(samme_checkpoint_sign(ORIGIN, seed, &head, &note), SAMME_OK);
    cr_assert_eq(samme_log_writer_finish(&writer, samme_buffer_span(&note), &error), SAMME_OK, "%s",
                 error.text);
    samme_hex_append(&hex, samme_span_of_hash(&head.root));
    snprintf(at->root, sizeof at->root, "%s", samme_buffer_text(&hex));
    samme_buffer_free(&hex);
    samme_buffer_free(&note);
    samme_log_writer_free(&writer);
}

static place make_place(void) {
    place at = {.folder = "/tmp/samme-log-XXXXXX"};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    cr_assert_not_null(mkdtemp(at.folder));
    const samme_seed seed = {{5}};
    const samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    samme_buffer text;
    samme_buffer_init(&text, SAMME_VKEY_TEXT_MAX);
    cr_assert_eq(samme_vkey_make(ORIGIN, &key, &vkey, NULL), SAMME_OK);
    samme_vkey_format(&vkey, &text);
    snprintf(at.vkey, sizeof at.vkey, "%s", samme_buffer_text(&text));
    samme_buffer_free(&text);
    write_log(&at, &seed);
    return at;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at) {
    (void)info;
    (void)kind;
    (void)at;
    return remove(path);
}

static void remove_place(const place *at) {
    cr_assert_eq(nftw(at->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static int verify(const char *vkey, const char *folder, const char *option) {
    char *arguments[] = {(char *)(uintptr_t) "samme log verify",
                         (char *)(uintptr_t) "--vkey",
                         (char *)(uintptr_t)vkey,
                         (char *)(uintptr_t)folder,
                         (char *)(uintptr_t)option,
                         NULL};
    int code = samme_cli_log_verify(option == NULL ? 4 : 5, arguments);
    fflush(stdout);
    fflush(stderr);
    return code;
}

static const char *path_in(const place *at, const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", at->folder, name);
    return path;
}

/* Changes one byte of a file. */
static void change(const place *at, const char *name, long offset) {
    FILE *file = fopen(path_in(at, name), "r+b");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    cr_assert_neq(byte, EOF);
    cr_assert_eq(fseek(file, offset, SEEK_SET), 0);
    fputc(byte ^ 1, file);
    cr_assert_eq(fclose(file), 0);
}

TestSuite(log_verify, .init = cr_redirect_stdout);

Test(log_verify, a_good_log) {
    place at = make_place();
    char wanted[256];
    snprintf(wanted, sizeof wanted,
             "log         " ORIGIN "\nsize        300\nroot        %s\nresult      good\n",
             at.root);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_OK);
    cr_assert_stdout_eq_str(wanted);
    remove_place(&at);
}

Test(log_verify, a_good_log_as_json) {
    place at = make_place();
    char wanted[256];
    snprintf(wanted, sizeof wanted,
             "{\"result\":\"good\",\"origin\":\"" ORIGIN "\",\"size\":300,\"root\":\"%s\"}\n",
             at.root);
    cr_assert_eq(verify(at.vkey, at.folder, "--json"), SAMME_EXIT_OK);
    cr_assert_stdout_eq_str(wanted);
    remove_place(&at);
}

Test(log_verify, a_changed_entry) {
    place at = make_place();
    change(&at, "tile/entries/001.p/44", 10);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    cr_assert_stdout_eq_str("log         " ORIGIN
                            "\nbroken      tile/entries/001.p/44: hash 0 of tile/0/001.p/44 is not "
                            "that of entry 256 in tile/entries/001.p/44\nresult      BAD\n");
    remove_place(&at);
}

Test(log_verify, a_missing_tile_as_json) {
    place at = make_place();
    cr_assert_eq(remove(path_in(&at, "tile/0/000")), 0);
    cr_assert_eq(verify(at.vkey, at.folder, "--json"), SAMME_EXIT_BAD);
    cr_assert_stdout_eq_str("{\"result\":\"bad\",\"origin\":\"" ORIGIN
                            "\",\"broken\":\"tile/0/000\",\"why\":\"missing: a log of 300 entries "
                            "has it\"}\n");
    remove_place(&at);
}

Test(log_verify, a_longer_tile) {
    place at = make_place();
    FILE *file = fopen(path_in(&at, "tile/0/000"), "ab");
    cr_assert_not_null(file);
    fputc('x', file);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    cr_assert_stdout_eq_str("log         " ORIGIN "\nbroken      tile/0/000: longer than the 8192 "
                            "bytes it can have\nresult      BAD\n");
    remove_place(&at);
}

/* Opening these would wait for ever, or read what is no file of the log. */
Test(log_verify, a_pipe_and_a_folder_in_place_of_files) {
    place at = make_place();
    cr_assert_eq(remove(path_in(&at, "tile/0/000")), 0);
    cr_assert_eq(mkfifo(path_in(&at, "tile/0/000"), 0600), 0);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    remove_place(&at);
    at = make_place();
    cr_assert_eq(remove(path_in(&at, "checkpoint")), 0);
    cr_assert_eq(mkdir(path_in(&at, "checkpoint"), 0700), 0);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    remove_place(&at);
}

Test(log_verify, an_empty_folder_holds_no_log) {
    place at = make_place();
    remove_place(&at);
    cr_assert_eq(mkdir(at.folder, 0700), 0);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    cr_assert_stdout_eq_str("log         " ORIGIN
                            "\nbroken      checkpoint: missing: every log has it\nresult      "
                            "BAD\n");
    remove_place(&at);
}

/* Signs another checkpoint of the log, by its key; the root stands where `format` has an @. */
static void sign_again(const place *at, const char *format) {
    const samme_seed seed = {{5}};
    uint8_t root[32];
    samme_buffer base64, text, note;
    samme_error error = {.text = ""};
    samme_buffer_init(&base64, 64);
    samme_buffer_init(&text, 4096);
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_hex_parse(samme_span_of_text(at->root), root, sizeof root), SAMME_OK);
    samme_base64_append(&base64, SAMME_SPAN(root, sizeof root));
    for (; *format != 0; format++)
        if (*format == '@')
            samme_buffer_append(&text, samme_buffer_span(&base64));
        else
            samme_buffer_u8(&text, (uint8_t)*format);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text), ORIGIN, &seed, &note), SAMME_OK);
    cr_assert_eq(
        samme_file_write(path_in(at, "checkpoint"), samme_buffer_span(&note), 0644, &error),
        SAMME_OK, "%s", error.text);
    samme_buffer_free(&base64);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
}

Test(log_verify, a_strangers_log) {
    place at = make_place();
    char wanted[512];
    sign_again(&at, "strange.example/2026\n300\n@\none more\n2\n");
    snprintf(wanted, sizeof wanted,
             "log         strange.example/2026\nkey         " ORIGIN
             ", which is not the log's origin\nsize        300\nroot        %s\nextensions  2 "
             "lines behind the root, signed, not understood\nresult      good\n",
             at.root);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_OK);
    cr_assert_stdout_eq_str(wanted);
    remove_place(&at);
}

Test(log_verify, a_strangers_log_as_json) {
    place at = make_place();
    char wanted[512];
    sign_again(&at, "strange.example/2026\n300\n@\none\n");
    snprintf(wanted, sizeof wanted,
             "{\"result\":\"good\",\"origin\":\"strange.example/2026\",\"keyName\":\"" ORIGIN
             "\",\"size\":300,\"root\":\"%s\",\"extensionLines\":1}\n",
             at.root);
    cr_assert_eq(verify(at.vkey, at.folder, "--json"), SAMME_EXIT_OK);
    cr_assert_stdout_eq_str(wanted);
    remove_place(&at);
}

Test(log_verify, an_empty_extension_line) {
    place at = make_place();
    sign_again(&at, ORIGIN "\n300\n@\n\none\n");
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_BAD);
    cr_assert_stdout_eq_str("log         " ORIGIN
                            "\nbroken      checkpoint: checkpoint signed by \"" ORIGIN
                            "\": an extension line is empty\nresult      BAD\n");
    remove_place(&at);
}

TestSuite(log_verify_refusals, .init = cr_redirect_stderr);

Test(log_verify_refusals, what_is_no_key) {
    place at = make_place();
    static const char *const keys[] = {
        "", "log.example", "log.example+00000000+AQ==",
        /* a witness's */
        "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_assert_eq(verify(keys[i], at.folder, NULL), SAMME_EXIT_INPUT, "%s", keys[i]);
    at.vkey[sizeof ORIGIN + 2] ^= 1; /* its id */
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_INPUT);
    remove_place(&at);
}

Test(log_verify_refusals, what_cannot_be_read) {
    place at = make_place();
    cr_assert_eq(verify(at.vkey, "/nowhere/at/all", NULL), SAMME_EXIT_IO);
    char file[256];
    snprintf(file, sizeof file, "%s", path_in(&at, "checkpoint"));
    cr_assert_eq(verify(at.vkey, file, NULL), SAMME_EXIT_IO);
    /* A link to itself: the system refuses to follow it. */
    cr_assert_eq(remove(path_in(&at, "tile/0/000")), 0);
    cr_assert_eq(symlink("000", path_in(&at, "tile/0/000")), 0);
    cr_assert_eq(verify(at.vkey, at.folder, NULL), SAMME_EXIT_IO);
    remove_place(&at);
}

Test(log_verify_refusals, without_a_key, .exit_code = SAMME_EXIT_USAGE) {
    char *arguments[] = {(char *)(uintptr_t) "samme log verify", (char *)(uintptr_t) "/tmp", NULL};
    (void)samme_cli_log_verify(2, arguments);
}

Test(log_verify_refusals, without_a_folder, .exit_code = SAMME_EXIT_USAGE) {
    char *arguments[] = {(char *)(uintptr_t) "samme log verify", (char *)(uintptr_t) "--vkey",
                         (char *)(uintptr_t) "x", NULL};
    (void)samme_cli_log_verify(3, arguments);
}
