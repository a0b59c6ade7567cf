/* Target: samme_log_writer_append, _finish, samme_log_verify. The input gives the number of
 * entries, which file is damaged and how, and the entries: the log as written is good, and damage
 * is found in the file where it was done. */
#include <stdio.h>

#include "base/map.h"
#include "fuzz/fuzz.h"
#include "samme/limits.h"
#include "tlog/verify.h"
#include "tlog/writer.h"

enum { ENTRIES_MAX = 700, FILE_MAX = 1024 * 1024 };

static const char origin[] = "fuzz.example/log";
static const samme_seed seed = {.bytes = {7}};

static samme_status write_file(void *self, const char *path, samme_span content,
                               samme_error *error) {
    (void)error;
    FUZZ_MUST(samme_map_put(self, samme_span_of_text(path), content, 0) == SAMME_OK);
    return SAMME_OK;
}

static samme_status read_file(void *self, const char *path, samme_buffer *out, samme_error *error) {
    samme_map_entry entry;
    if (!samme_map_get(self, samme_span_of_text(path), &entry))
        return samme_fail(error, SAMME_NOT_FOUND, "%s: there is no such file", path);
    samme_buffer_append(out, entry.value);
    return samme_buffer_status(out);
}

static void write_log(fuzz_input *input, uint64_t count, samme_map *files) {
    samme_log_writer writer;
    samme_error error = {0};
    samme_buffer note;
    samme_log_writer_init(&writer, (samme_log_sink){.self = files, .write = write_file});
    for (uint64_t i = 0; i < count; i++) {
        samme_span entry = fuzz_take(input, fuzz_u8(input) % 8);
        FUZZ_MUST_OK(samme_log_writer_append(&writer, entry, &error), &error);
    }
    samme_checkpoint head = {.size = writer.range.size, .root = samme_range_root(&writer.range)};
    samme_buffer_init(&note, 4096);
    FUZZ_MUST(samme_checkpoint_sign(origin, &seed, &head, &note) == SAMME_OK);
    FUZZ_MUST_OK(samme_log_writer_finish(&writer, samme_buffer_span(&note), &error), &error);
    samme_buffer_free(&note);
    samme_log_writer_free(&writer);
}

/* Changes, cuts, lengthens or removes a file; `path` is its name. */
static void damage(samme_map *files, uint16_t which, uint8_t how, uint16_t where,
                   char path[static SAMME_TILE_PATH_MAX + 1]) {
    samme_map_entry entry = {0};
    samme_buffer content;
    samme_span from = SAMME_LITERAL("");
    FUZZ_MUST(samme_map_at_or_after(files, from, &entry));
    for (size_t i = which % samme_map_count(files); i > 0; i--)
        FUZZ_MUST(samme_map_after(files, entry.key, &entry));
    snprintf(path, SAMME_TILE_PATH_MAX + 1, "%.*s", (int)entry.key.length,
             (const char *)entry.key.data);
    samme_buffer_init(&content, FILE_MAX);
    samme_buffer_append(&content, entry.value);
    if (how % 4 == 1 && content.length > 0)
        content.data[where % content.length] ^= (uint8_t)(1u << (how / 4 % 8));
    else if (how % 4 == 2 && content.length > 0)
        content.length = where % content.length;
    else
        samme_buffer_u8(&content, how);
    samme_map_remove(files, samme_span_of_text(path));
    if (how % 4 != 0)
        FUZZ_MUST(samme_map_put(files, samme_span_of_text(path), samme_buffer_span(&content), 0) ==
                  SAMME_OK);
    samme_buffer_free(&content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    samme_error error = {0};
    FUZZ_MUST_OK(samme_crypto_init(&error), &error);
    fuzz_input input = fuzz_open(data, size);
    uint64_t count = fuzz_u16(&input) % ENTRIES_MAX;
    uint16_t which = fuzz_u16(&input), where = fuzz_u16(&input);
    uint8_t how = fuzz_u8(&input);
    samme_map *files = samme_map_new();
    FUZZ_MUST(files != NULL);
    write_log(&input, count, files);
    samme_public_key public_key = samme_sign_public(&seed);
    samme_vkey key;
    FUZZ_MUST_OK(samme_vkey_make(origin, &public_key, &key, &error), &error);
    samme_log_files port = {.self = files, .read = read_file};
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1] = "", damaged[SAMME_TILE_PATH_MAX + 1];
    FUZZ_MUST_OK(samme_log_verify(&port, &key, &head, broken, &error), &error);
    FUZZ_MUST(head.size == count);
    damage(files, which, how, where, damaged);
    FUZZ_MUST(samme_log_verify(&port, &key, &head, broken, &error) != SAMME_OK);
    FUZZ_MUST(strcmp(broken, damaged) == 0);
    samme_map_free(files);
    return 0;
}
