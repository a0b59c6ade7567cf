#include "daemon/machine_key.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "daemon/stores.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/log.h"

enum { SECRET_MODE = 0600, ROWS_A_STEP = 512, COMMIT_WAIT_MS = 60000, TRY_AGAIN_MS = 3600000 };

/* Zeros over all of an open file, on disk. */
static void overwrite(int fd) {
    static const uint8_t zeros[SAMME_KEKS_MAX_BYTES];
    struct stat about;
    if (fstat(fd, &about) != 0 || about.st_size > (off_t)sizeof zeros)
        return;
    const ssize_t written = pwrite(fd, zeros, (size_t)about.st_size, 0);
    if (written != about.st_size || fsync(fd) != 0)
        samme_log(SAMME_LOG_WARNING, "an old machine key could not be overwritten: %s",
                  strerror(errno));
}

/* What a crash left of a file that was being written. */
static void remove_unfinished(const char *path) {
    char unfinished[1200];
    snprintf(unfinished, sizeof unfinished, "%s.tmp", path);
    const int fd = open(unfinished, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    overwrite(fd);
    close(fd);
    unlink(unfinished);
}

static samme_status write_file(const samme_machine_key *key, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_KEKS_MAX_BYTES);
    samme_buffer_extend(&text, SAMME_KEKS_MAX_BYTES); /* at once, so that no copy is left behind */
    samme_buffer_clear(&text);
    samme_keks_format(&key->keks, &text);
    samme_status status = samme_buffer_status(&text);
    const int before = open(key->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (status == SAMME_OK)
        status = samme_file_write(key->path, samme_buffer_span(&text), SECRET_MODE, error);
    else
        samme_fail(error, status, "%s: no memory for a key", key->path);
    if (before >= 0) {
        if (status == SAMME_OK)
            overwrite(before);
        close(before);
    }
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}

static samme_status make_file(samme_machine_key *key, const samme_secret_key *pin,
                              samme_error *error) {
    samme_keks_new(&key->keks, pin, samme_clock_wall_ms(), samme_os_random());
    return write_file(key, error);
}

static samme_status read_file(samme_machine_key *key, samme_error *error) {
    samme_buffer text;
    samme_secret_key pin;
    samme_buffer_init(&text, SAMME_KEKS_MAX_BYTES);
    samme_buffer_extend(&text, SAMME_KEKS_MAX_BYTES);
    samme_buffer_clear(&text);
    samme_status status = samme_file_read(key->path, &text, error);
    const samme_span begins = SAMME_LITERAL("samme machine key ");
    const bool torn =
        text.length >= begins.length && memcmp(text.data, begins.data, begins.length) == 0;
    if (status == SAMME_OK && text.length == sizeof pin.bytes && !torn) {
        memcpy(pin.bytes, text.data, sizeof pin.bytes);
        status = make_file(key, &pin, error);
        samme_wipe(&pin, sizeof pin);
    } else if (status == SAMME_TOO_LARGE ||
               (status == SAMME_OK &&
                samme_keks_parse(samme_buffer_span(&text), &key->keks) != SAMME_OK)) {
        status = samme_fail(error, SAMME_CORRUPT,
                            "%s: expected the keys that this machine wrote there", key->path);
    }
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_machine_key_open(const char *data, samme_machine_key *out, samme_error *error) {
    *out = (samme_machine_key){.path = ""};
    const int length = snprintf(out->path, sizeof out->path, "%s/machine.key", data);
    if (length < 0 || (size_t)length >= sizeof out->path)
        return samme_fail(error, SAMME_TOO_LARGE, "data folder: the path is too long");
    remove_unfinished(out->path);
    struct stat about;
    if (stat(out->path, &about) != 0)
        return errno == ENOENT ? make_file(out, NULL, error)
                               : samme_fail(error, SAMME_IO, "%s: %s", out->path, strerror(errno));
    if (!S_ISREG(about.st_mode)) /* a pipe would be waited for */
        return samme_fail(error, SAMME_CORRUPT, "%s: expected a file", out->path);
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return samme_fail(error, SAMME_DENIED,
                          "%s may be used by others than its owner (mode %03o): expected 0600",
                          out->path, (unsigned)(about.st_mode & 0777));
    return read_file(out, error);
}

void samme_machine_key_close(samme_machine_key *key) {
    samme_wipe(&key->keks, sizeof key->keks);
}

samme_status samme_machine_key_begin(samme_machine_key *key, int64_t now_ms, samme_error *error) {
    if (key->keks.next.number != 0)
        return SAMME_OK;
    samme_keks_begin(&key->keks, now_ms, samme_os_random());
    samme_status status = write_file(key, error);
    if (status != SAMME_OK) /* nothing is wrapped under it yet */
        samme_wipe(&key->keks.next, sizeof key->keks.next);
    return status;
}

samme_status samme_machine_key_end(samme_machine_key *key, samme_error *error) {
    samme_machine_key ended = *key;
    samme_keks_end(&ended.keks);
    samme_status status = write_file(&ended, error);
    if (status == SAMME_OK)
        key->keks = ended.keks;
    samme_wipe(&ended.keks, sizeof ended.keks);
    return status;
}

bool samme_machine_key_turn(samme_machine_key *key, bool due, bool renewed, int64_t now_ms) {
    const bool under_way = key->keks.next.number != 0;
    const bool begins =
        !under_way && due && now_ms - key->keks.current.made_ms >= SAMME_KEK_RENEWED_EVERY_MS;
    if (!(begins || (under_way && renewed)) || now_ms < key->not_before_ms)
        return false;
    samme_error error;
    samme_status status =
        begins ? samme_machine_key_begin(key, now_ms, &error) : samme_machine_key_end(key, &error);
    if (status != SAMME_OK) {
        key->not_before_ms = now_ms + TRY_AGAIN_MS;
        samme_log(SAMME_LOG_ERROR, "%s; the machine key is not renewed yet", error.text);
        return false;
    }
    samme_log(SAMME_LOG_INFO, "machine key %s number=%u", begins ? "being renewed" : "renewed",
              samme_keks_newest(&key->keks)->number);
    return true;
}

/* A step of the key map with nobody else at the store; it is on disk when it returns. */
static samme_status step(samme_stores *stores, samme_space *space, samme_keymap *map,
                         samme_error *error) {
    uint64_t head;
    bool more;
    samme_status status = samme_space_begin(space, error);
    if (status != SAMME_OK)
        return status;
    status = samme_keymap_renew(map, ROWS_A_STEP, &more);
    if (status != SAMME_OK) {
        samme_space_abandon(space);
        return samme_fail(error, status, "keys store: its rows cannot be wrapped again: %s",
                          samme_status_name(status));
    }
    status = samme_space_end(space, &head, error);
    while (status == SAMME_OK && space->durable_head < head) {
        struct pollfd wake = {.fd = stores->keys.wake_fd(stores->keys.self), .events = POLLIN};
        if (poll(&wake, 1, COMMIT_WAIT_MS) == 0)
            return samme_fail(error, SAMME_IO, "keys store: a commit does not end");
        status = samme_space_collect(space, error);
    }
    return status;
}

static samme_status renew_all(samme_stores *stores, samme_machine_key *key, samme_error *error) {
    samme_space space;
    samme_keymap map;
    samme_status status = samme_space_init(&space, &stores->keys);
    if (status != SAMME_OK)
        return samme_fail(error, status, "no memory for the key map");
    samme_keymap_init(&map, &space, &key->keks, samme_os_random());
    status = samme_space_begin(&space, error);
    if (status == SAMME_OK) {
        status = samme_keymap_check(&map, error);
        samme_space_abandon(&space);
    }
    if (status == SAMME_OK)
        status = samme_machine_key_begin(key, samme_clock_wall_ms(), error);
    samme_keymap_set_keks(&map, &key->keks);
    while (status == SAMME_OK && !samme_keymap_renewed(&map))
        status = step(stores, &space, &map, error);
    samme_keymap_fini(&map);
    samme_space_fini(&space);
    return status == SAMME_OK ? samme_machine_key_end(key, error) : status;
}

samme_status samme_machine_key_renew(const char *data, samme_error *error) {
    samme_stores stores;
    samme_machine_key key = {.path = ""};
    samme_status status = samme_crypto_init(error);
    if (status == SAMME_OK)
        status = samme_stores_open(data, &stores, error);
    if (status != SAMME_OK)
        return status;
    status = samme_stores_open_keys(&stores, error);
    if (status == SAMME_OK)
        status = samme_machine_key_open(data, &key, error);
    if (status == SAMME_OK)
        status = renew_all(&stores, &key, error);
    if (status == SAMME_OK)
        samme_log(SAMME_LOG_INFO, "machine key renewed number=%u", key.keks.current.number);
    samme_machine_key_close(&key);
    samme_stores_close(&stores);
    return status;
}
