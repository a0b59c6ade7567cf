/* The file of the keys above the keys: made, read, renewed, and what is left of the old one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "daemon/machine_key.h"
#include "tests/unit/lib/daemon/folder.h"

enum { DAY_MS = SAMME_KEK_RENEWED_EVERY_MS };

static samme_status open_key(const char *folder, samme_machine_key *key) {
    samme_error error = {.text = ""};
    cr_assert_eq(samme_crypto_init(&error), SAMME_OK);
    return samme_machine_key_open(folder, key, &error);
}

static bool equal(const samme_kek *a, const samme_kek *b) {
    return a->number == b->number && memcmp(a->key.bytes, b->key.bytes, sizeof a->key.bytes) == 0;
}

Test(machine_key, is_made_once_and_nobody_else_reads_it) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key, again;
    struct stat about;
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    cr_assert_eq(stat(key.path, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0600);
    cr_assert_eq(open_key(folder, &again), SAMME_OK);
    cr_assert(equal(&key.keks.current, &again.keks.current));
    cr_assert_eq(memcmp(key.keks.pin.bytes, again.keks.pin.bytes, 32), 0);
    cr_assert_eq(chmod(key.path, 0640), 0);
    cr_assert_eq(open_key(folder, &again), SAMME_DENIED);
    remove_folder(folder);
}

/* Verifiers of PINs made before stay good. */
Test(machine_key, of_an_earlier_version_stays_the_pins) {
    char folder[64];
    make_folder(folder);
    uint8_t pin[32];
    samme_machine_key key, again;
    memset(pin, 'p', sizeof pin);
    write_file(folder, "machine.key", SAMME_SPAN(pin, sizeof pin));
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    cr_assert_eq(memcmp(key.keks.pin.bytes, pin, sizeof pin), 0);
    cr_assert_eq(open_key(folder, &again), SAMME_OK);
    cr_assert(equal(&key.keks.current, &again.keks.current));
    remove_folder(folder);
}

Test(machine_key, that_is_none_is_left_as_it_is) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key;
    const samme_span bad[] = {SAMME_LITERAL(""), SAMME_LITERAL("samme machine key 1\n"),
                              SAMME_LITERAL("123456789012345678901234567890123")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(folder, "machine.key", bad[i]);
        cr_assert_eq(open_key(folder, &key), SAMME_CORRUPT, "%zu", i);
        samme_buffer left;
        samme_buffer_init(&left, 1000);
        cr_assert_eq(samme_file_read(key.path, &left, NULL), SAMME_OK);
        cr_assert(samme_span_equal(samme_buffer_span(&left), bad[i]));
        samme_buffer_free(&left);
    }
    remove_folder(folder);
}

/* As long as the 32 bytes that an earlier version wrote, and read as those: the PIN key was lost,
 * the file written over. */
Test(machine_key, regress_one_cut_off_at_32_bytes_is_not_of_an_earlier_version) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key;
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    cr_assert_eq(truncate(key.path, 32), 0);
    cr_assert_eq(open_key(folder, &key), SAMME_CORRUPT);
    struct stat about;
    cr_assert_eq(stat(key.path, &about), 0);
    cr_assert_eq(about.st_size, 32, "it is left as it is");
    remove_folder(folder);
}

Test(machine_key, regress_a_pipe_is_refused_and_not_waited_for) {
    char folder[64], path[1200];
    make_folder(folder);
    samme_machine_key key;
    snprintf(path, sizeof path, "%s/machine.key", folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    cr_assert_eq(open_key(folder, &key), SAMME_CORRUPT);
    remove_folder(folder);
}

/* A second name of the file shows what becomes of its bytes. */
Test(machine_key, the_old_one_is_overwritten_in_place) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key, again;
    char second[1200];
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    snprintf(second, sizeof second, "%s/second", folder);
    cr_assert_eq(link(key.path, second), 0);
    const samme_kek old = key.keks.current;
    cr_assert_eq(samme_machine_key_begin(&key, 5, NULL), SAMME_OK);
    samme_buffer left;
    samme_buffer_init(&left, 1000);
    cr_assert_eq(samme_file_read(second, &left, NULL), SAMME_OK);
    for (size_t i = 0; i < left.length; i++)
        cr_assert_eq(left.data[i], 0);
    samme_buffer_free(&left);
    cr_assert_eq(open_key(folder, &again), SAMME_OK);
    cr_assert(equal(&again.keks.current, &old));
    cr_assert(equal(&again.keks.next, &key.keks.next), "both are there meanwhile");
    cr_assert_eq(samme_machine_key_end(&key, NULL), SAMME_OK);
    cr_assert_eq(open_key(folder, &again), SAMME_OK);
    cr_assert(equal(&again.keks.current, &key.keks.current));
    cr_assert_eq(again.keks.next.number, 0);
    remove_folder(folder);
}

Test(machine_key, what_a_crash_left_half_written_goes) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key;
    char path[1200];
    write_file(folder, "machine.key.tmp", SAMME_LITERAL("kek 1 .."));
    snprintf(path, sizeof path, "%s/machine.key.tmp", folder);
    cr_assert(samme_file_exists(path));
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    cr_assert_not(samme_file_exists(path));
    remove_folder(folder);
}

Test(machine_key, is_renewed_daily_at_most_and_after_an_erasure_only) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key;
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    const int64_t made = key.keks.current.made_ms;
    cr_assert_not(samme_machine_key_turn(&key, false, false, made + 10 * DAY_MS));
    cr_assert_not(samme_machine_key_turn(&key, true, false, made + DAY_MS - 1));
    cr_assert(samme_machine_key_turn(&key, true, false, made + DAY_MS));
    cr_assert_eq(key.keks.next.number, 2);
    cr_assert_not(samme_machine_key_turn(&key, true, false, made + 3 * DAY_MS), "one at a time");
    cr_assert(samme_machine_key_turn(&key, true, true, made + DAY_MS));
    cr_assert_eq(key.keks.current.number, 2);
    cr_assert_not(samme_machine_key_turn(&key, true, true, made + DAY_MS + 1));
    cr_assert(samme_machine_key_turn(&key, true, false, made + 2 * DAY_MS));
    remove_folder(folder);
}

/* What cannot be written is not tried at every turn, and ends no daemon. */
Test(machine_key, a_disk_that_refuses_is_asked_again_later) {
    char folder[64];
    make_folder(folder);
    samme_machine_key key;
    cr_assert_eq(open_key(folder, &key), SAMME_OK);
    const int64_t made = key.keks.current.made_ms;
    char path[sizeof key.path];
    memcpy(path, key.path, sizeof path);
    snprintf(key.path, sizeof key.path, "%s/gone/machine.key", folder);
    cr_assert_not(samme_machine_key_turn(&key, true, false, made + DAY_MS));
    cr_assert_eq(key.keks.next.number, 0);
    memcpy(key.path, path, sizeof path);
    cr_assert_not(samme_machine_key_turn(&key, true, false, made + DAY_MS + 1));
    cr_assert(samme_machine_key_turn(&key, true, false, made + 2 * DAY_MS));
    remove_folder(folder);
}
