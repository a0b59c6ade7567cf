#include "folder.h"

Test(key_file, keeps_a_key_for_its_owner) {
    char folder[64];
    make_folder(folder);
    uint8_t key[32], again[32];
    for (unsigned i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(7 * i + 200);
    cr_assert_eq(samme_key_file_write(folder, "log.seed", key, NULL), SAMME_OK);
    cr_assert_eq(mode_of(folder, "log.seed"), 0600);
    samme_buffer text = read_text(folder, "log.seed");
    cr_assert_eq(text.length, 65);
    cr_assert_eq(strncmp(samme_buffer_text(&text), "c8cfd6dd", 8), 0);
    samme_buffer_free(&text);
    cr_assert_eq(samme_key_file_read(folder, "log.seed", again, NULL), SAMME_OK);
    cr_assert_eq(memcmp(key, again, sizeof key), 0);
    remove_folder(folder);
}

Test(key_file, refuses_what_is_no_key) {
    static const char *const texts[] = {
        "",
        "\n",
        "00",
        "000000000000000000000000000000000000000000000000000000000000000g\n",
        "0000000000000000000000000000000000000000000000000000000000000000\n\n",
        "0000000000000000000000000000000000000000000000000000000000000000 ",
        "00000000000000000000000000000000000000000000000000000000000000000\n",
        " 000000000000000000000000000000000000000000000000000000000000000\n",
    };
    char folder[64];
    make_folder(folder);
    uint8_t key[32] = {42};
    samme_error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_text(folder, "k", texts[i]);
        cr_assert_eq(samme_key_file_read(folder, "k", key, &error), SAMME_MALFORMED, "case %zu", i);
        cr_assert_not_null(strstr(error.text, "/k: expected a key of 64 hex digits"), "%s",
                           error.text);
        cr_assert_eq(key[0], 42, "written although refused");
    }
    cr_assert_eq(samme_key_file_read(folder, "none", key, NULL), SAMME_NOT_FOUND);
    remove_folder(folder);
}

Test(key_file, a_line_is_one_line) {
    char folder[64], line[9];
    make_folder(folder);
    cr_assert_eq(samme_line_file_write(folder, "chain", "12345678", NULL), SAMME_OK);
    cr_assert_eq(samme_line_file_read(folder, "chain", line, sizeof line, NULL), SAMME_OK);
    cr_assert_str_eq(line, "12345678");
    static const char *const texts[] = {"", "\n", "123456789", "1\n2\n", "1\n\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_text(folder, "chain", texts[i]);
        cr_assert_eq(samme_line_file_read(folder, "chain", line, sizeof line, NULL),
                     SAMME_MALFORMED, "case %zu", i);
    }
    write_text(folder, "chain", "12345678901");
    cr_assert_eq(samme_line_file_read(folder, "chain", line, sizeof line, NULL), SAMME_TOO_LARGE);
    remove_folder(folder);
}

Test(key_file, a_path_has_a_maximum) {
    char longest[SAMME_FILE_PATH_MAX + 1], path[SAMME_FILE_PATH_MAX];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    cr_assert_eq(samme_path_in(longest, "a", path, NULL), SAMME_TOO_LARGE);
    longest[SAMME_FILE_PATH_MAX - 3] = 0;
    cr_assert_eq(samme_path_in(longest, "a", path, NULL), SAMME_OK);
    cr_assert_eq(strlen(path), SAMME_FILE_PATH_MAX - 1);
}
