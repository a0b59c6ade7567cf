/* samme log verify --vkey VKEY DIR: a log as tlog-tiles files, ours or a stranger's, checked from
 * its signed checkpoint down to every entry. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/cli.h"
#include "os/files.h"
#include "tlog/verify.h"
#include "wire/mapping.h"

enum { PATH_BYTES = 4096 };

typedef struct options {
    const char *vkey, *folder;
    bool json;
} options;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'k')
        given->vkey = value;
    else if (key == 'j')
        given->json = true;
    else if (key == ARGP_KEY_ARG && given->folder == NULL)
        given->folder = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one log at a time");
    else if (key == ARGP_KEY_END && given->folder == NULL)
        argp_error(state, "expected the folder of the log");
    else if (key == ARGP_KEY_END && given->vkey == NULL)
        argp_error(state, "expected --vkey VKEY, the key that signs the log's checkpoints");
    return 0;
}

/* The read port of the walk, over a folder. What is no regular file is not read: it may never end.
 */
static samme_status read_log_file(void *self, const char *path, samme_buffer *out,
                                  samme_error *error) {
    const char *folder = self;
    char full[PATH_BYTES];
    int length = snprintf(full, sizeof full, "%s/%s", folder, path);
    if (length < 0 || (size_t)length >= sizeof full)
        return samme_fail(error, SAMME_IO, "%s: the path is too long", folder);
    struct stat found;
    if (stat(full, &found) != 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? SAMME_NOT_FOUND
                   : samme_fail(error, SAMME_IO, "%s: %s", full, strerror(errno));
    if (!S_ISREG(found.st_mode))
        return samme_fail(error, SAMME_MALFORMED, "not a regular file");
    return samme_file_read(full, out, error);
}

/* What a stranger's checkpoint has and ours never have is named. */
static void write_good_json(const samme_vkey *key, const samme_log_head *head, bool renamed,
                            samme_buffer *out) {
    samme_buffer_append_text(out, "{\"result\":\"good\",\"origin\":");
    samme_json_string(out, samme_span_of_text(head->origin));
    if (renamed) {
        samme_buffer_append_text(out, ",\"keyName\":");
        samme_json_string(out, samme_span_of_text(key->name));
    }
    samme_buffer_printf(out, ",\"size\":%llu,\"root\":\"", (unsigned long long)head->size);
    samme_hex_append(out, samme_span_of_hash(&head->root));
    samme_buffer_u8(out, '"');
    if (head->extensions > 0)
        samme_buffer_printf(out, ",\"extensionLines\":%u", head->extensions);
    samme_buffer_append_text(out, "}\n");
}

static void write_good_text(const samme_vkey *key, const samme_log_head *head, bool renamed,
                            samme_buffer *out) {
    samme_buffer_printf(out, "log         %s\n", head->origin);
    if (renamed)
        samme_buffer_printf(out, "key         %s, which is not the log's origin\n", key->name);
    samme_buffer_printf(out, "size        %llu\nroot        ", (unsigned long long)head->size);
    samme_hex_append(out, samme_span_of_hash(&head->root));
    if (head->extensions > 0)
        samme_buffer_printf(out, "\nextensions  %u line%s behind the root, signed, not understood",
                            head->extensions, head->extensions == 1 ? "" : "s");
    samme_buffer_append_text(out, "\nresult      good\n");
}

static void print_good(const options *given, const samme_vkey *key, const samme_log_head *head) {
    const bool renamed = strcmp(head->origin, key->name) != 0;
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    (given->json ? write_good_json : write_good_text)(key, head, renamed, &out);
    fputs(samme_buffer_text(&out), stdout);
    samme_buffer_free(&out);
}

static void print_broken(const options *given, const samme_vkey *key, const char *path,
                         const char *why) {
    samme_buffer out;
    samme_buffer_init(&out, 4096);
    if (given->json) {
        samme_buffer_append_text(&out, "{\"result\":\"bad\",\"origin\":");
        samme_json_string(&out, samme_span_of_text(key->name));
        samme_buffer_append_text(&out, ",\"broken\":");
        samme_json_string(&out, samme_span_of_text(path));
        samme_buffer_append_text(&out, ",\"why\":");
        samme_json_string(&out, samme_span_of_text(why));
        samme_buffer_append_text(&out, "}\n");
    } else {
        samme_buffer_printf(&out, "log         %s\nbroken      %s: %s\nresult      BAD\n",
                            key->name, path, why);
    }
    fputs(samme_buffer_text(&out), stdout);
    samme_buffer_free(&out);
}

static int verify(const options *given) {
    samme_error error = {.text = ""};
    samme_vkey key;
    if (samme_vkey_parse(samme_span_of_text(given->vkey), &key, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    struct stat folder;
    if (stat(given->folder, &folder) != 0 || !S_ISDIR(folder.st_mode)) {
        samme_fail(&error, SAMME_IO, "%s: not a folder that can be read", given->folder);
        return samme_cli_fail(&error);
    }
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s", given->folder);
    samme_log_files files = {path, read_log_file};
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1] = "";
    samme_status status = samme_log_verify(&files, &key, &head, broken, &error);
    if (status == SAMME_OK) {
        print_good(given, &key, &head);
        return SAMME_EXIT_OK;
    }
    if (status == SAMME_IO || status == SAMME_NO_MEMORY)
        return samme_cli_fail(&error);
    print_broken(given, &key, broken, error.text);
    return SAMME_EXIT_BAD;
}

int samme_cli_log_verify(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"vkey", 'k', "VKEY", 0, "the key of the log: name+id+base64", 0},
        {"json", 'j', NULL, 0, "print the result as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "DIR",
        "Checks a log that lies in files, as C2SP tlog-tiles has them: the checkpoint's signature, "
        "every tile and every entry.\v"
        "The log may be anybody's: its origin may be another than the key's name, and extension "
        "lines may follow the root; both are said. Exit code 0: all of it agrees with the signed "
        "root; 1: it does "
        "not, and the first broken file is named; 65: VKEY is none; 74: a file cannot be read.",
        NULL,
        NULL,
        NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    return verify(&given);
}
