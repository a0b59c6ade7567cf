#include "enrol/sealed_key.h"

#include "folder.h"
#include "os/clock.h"

static const samme_seal_cost cheap = {.passes = 1, .kib = 8};

typedef struct asked {
    const char *answer;
    unsigned times;
} asked;

static samme_status ask(void *self, const char *path, samme_buffer *out, samme_error *error) {
    asked *a = self;
    (void)path;
    a->times++;
    if (a->answer == NULL)
        return samme_fail(error, SAMME_DENIED, "nobody is here");
    samme_buffer_append_text(out, a->answer);
    return SAMME_OK;
}

static samme_status read_with(const char *path, asked *a, uint8_t out[32], samme_error *error) {
    const samme_passphrase_source source = {.self = a, .ask = ask};
    return samme_signing_key_read(path, &source, out, error);
}

static const char *path_in(const char *folder, const char *name) {
    static char path[SAMME_FILE_PATH_MAX];
    cr_assert_eq(samme_path_in(folder, name, path, NULL), SAMME_OK);
    return path;
}

static void write_key(const char *path, const uint8_t key[32], const char *passphrase) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    cr_assert_eq(samme_signing_key_write(path, key, samme_span_of_text(passphrase), cheap,
                                         samme_os_random(), NULL),
                 SAMME_OK);
}

Test(sealed_key, a_plain_one_asks_nobody) {
    char folder[64];
    uint8_t key[32] = {7, 8}, out[32];
    asked a = {.answer = NULL};
    make_folder(folder);
    const char *path = path_in(folder, "k");
    write_key(path, key, "");
    cr_assert_eq(mode_of(folder, "k"), 0600);
    cr_assert_eq(read_with(path, &a, out, NULL), SAMME_OK);
    cr_assert_eq(memcmp(key, out, 32), 0);
    cr_assert_eq(a.times, 0);
    cr_assert_eq(samme_key_file_read(folder, "k", out, NULL), SAMME_OK, "the same form");
    remove_folder(folder);
}

Test(sealed_key, a_sealed_one_asks_for_its_passphrase) {
    char folder[64];
    uint8_t key[32] = {7, 8}, out[32] = {1};
    samme_error error = {.text = ""};
    asked right = {.answer = "correct horse"}, wrong = {.answer = "correct"},
          none = {.answer = NULL};
    make_folder(folder);
    const char *path = path_in(folder, "k");
    write_key(path, key, "correct horse");
    cr_assert_eq(mode_of(folder, "k"), 0600);
    samme_buffer text = read_text(folder, "k");
    cr_assert_eq(strncmp(samme_buffer_text(&text), "samme-sealed-key-1 argon2id 1 8 ", 32), 0);
    samme_buffer_free(&text);
    cr_assert_eq(read_with(path, &wrong, out, &error), SAMME_DENIED);
    cr_assert_not_null(strstr(error.text, "not its passphrase"), "%s", error.text);
    cr_assert_eq(read_with(path, &none, out, &error), SAMME_DENIED);
    cr_assert_not_null(strstr(error.text, "nobody is here"), "%s", error.text);
    cr_assert_eq(out[0], 1);
    cr_assert_eq(read_with(path, &right, out, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(memcmp(key, out, 32), 0);
    cr_assert_eq(right.times, 1);
    cr_assert_eq(samme_key_file_read(folder, "k", out, NULL), SAMME_MALFORMED,
                 "a machine that starts unattended cannot use it");
    remove_folder(folder);
}

Test(sealed_key, others_may_not_read_it) {
    char folder[64];
    uint8_t key[32] = {7}, out[32];
    asked a = {.answer = NULL};
    make_folder(folder);
    const char *path = path_in(folder, "k");
    write_key(path, key, "");
    cr_assert_eq(chmod(path, 0640), 0);
    cr_assert_eq(read_with(path, &a, out, NULL), SAMME_DENIED);
    cr_assert_eq(read_with(path_in(folder, "nowhere"), &a, out, NULL), SAMME_NOT_FOUND);
    write_text(folder, "noise", "not a key\n");
    cr_assert_eq(chmod(path_in(folder, "noise"), 0600), 0);
    cr_assert_eq(read_with(path_in(folder, "noise"), &a, out, NULL), SAMME_MALFORMED);
    remove_folder(folder);
}

Test(sealed_key, the_line_has_one_form) {
    samme_sealed sealed = {.cost = {3, 262144}}, again;
    memset(sealed.salt, 0xAB, sizeof sealed.salt);
    memset(sealed.nonce, 0x0C, sizeof sealed.nonce);
    memset(sealed.box, 0xFF, sizeof sealed.box);
    samme_buffer line;
    samme_buffer_init(&line, 1024);
    samme_sealed_format(&sealed, &line);
    cr_assert_eq(samme_sealed_parse(samme_buffer_span(&line), &again), SAMME_OK);
    cr_assert_eq(memcmp(&sealed, &again, sizeof sealed), 0);
    for (size_t at = 0; at < line.length; at++) {
        static const char others[] = " \n0A/x";
        uint8_t kept = line.data[at];
        for (size_t i = 0; i < sizeof others - 1; i++) {
            line.data[at] = (uint8_t)others[i];
            if (samme_sealed_parse(samme_buffer_span(&line), &again) != SAMME_OK)
                continue;
            samme_buffer text;
            samme_buffer_init(&text, 1024);
            samme_sealed_format(&again, &text);
            cr_assert(samme_span_equal(samme_buffer_span(&text), samme_buffer_span(&line)),
                      "byte %zu as '%c'", at, others[i]);
            samme_buffer_free(&text);
        }
        line.data[at] = kept;
    }
    for (size_t length = 0; length < line.length; length++)
        cr_assert_eq(samme_sealed_parse(SAMME_SPAN(line.data, length), &again), SAMME_MALFORMED);
    samme_buffer_u8(&line, '\n');
    cr_assert_eq(samme_sealed_parse(samme_buffer_span(&line), &again), SAMME_MALFORMED);
    samme_buffer_free(&line);
}
