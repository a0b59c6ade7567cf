#include "os/files.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char root[40];

static void make_root(void) {
    snprintf(root, sizeof root, "/tmp/samme-files-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info, (void)kind, (void)place;
    return remove(path);
}

static void remove_root(void) {
    nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(files, .init = make_root, .fini = remove_root);

/* A path below the root; one of four places in turn, so that a few can be used at once. */
static const char *below(const char *name) {
    static char paths[4][PATH_MAX];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, PATH_MAX, "%s/%s", root, name);
    return path;
}

static void write_text(const char *name, const char *text) {
    samme_error error = {0};
    cr_assert_eq(samme_file_write(below(name), samme_span_of_text(text), 0644, &error), SAMME_OK,
                 "%s", error.text);
}

static unsigned mode_of(const char *name) {
    struct stat info;
    cr_assert_eq(lstat(below(name), &info), 0);
    return info.st_mode & 07777;
}

Test(files, content_comes_back) {
    enum { BYTES = 300000 };
    static uint8_t content[BYTES];
    for (size_t i = 0; i < BYTES; i++)
        content[i] = (uint8_t)(i * 7 >> 4);
    samme_buffer out;
    samme_buffer_init(&out, BYTES + 5);
    samme_buffer_append_text(&out, "kept:");
    cr_assert_eq(samme_file_write(below("a"), SAMME_SPAN(content, BYTES), 0644, NULL), SAMME_OK);
    cr_assert_eq(samme_file_read(below("a"), &out, NULL), SAMME_OK);
    cr_assert_eq(out.length, BYTES + 5);
    cr_assert_eq(memcmp(out.data, "kept:", 5), 0);
    cr_assert_eq(memcmp(out.data + 5, content, BYTES), 0);
    samme_buffer_clear(&out);
    cr_assert_eq(samme_file_write(below("a"), SAMME_SPAN(NULL, 0), 0644, NULL), SAMME_OK);
    cr_assert_eq(samme_file_read(below("a"), &out, NULL), SAMME_OK);
    cr_assert_eq(out.length, 0);
    samme_buffer_free(&out);
}

Test(files, reading_stops_at_the_maximum) {
    write_text("a", "123456");
    samme_buffer out;
    samme_error error = {0};
    samme_buffer_init(&out, 6);
    cr_assert_eq(samme_file_read(below("a"), &out, &error), SAMME_OK);
    samme_buffer_clear(&out);
    samme_buffer_append_text(&out, "x");
    cr_assert_eq(samme_file_read(below("a"), &out, &error), SAMME_TOO_LARGE);
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    cr_assert_not_null(strstr(error.text, below("a")), "%s", error.text);
    cr_assert_str_eq(samme_buffer_text(&out), "x");
    cr_assert_eq(samme_buffer_status(&out), SAMME_OK);
    samme_buffer_free(&out);
}

Test(files, what_is_not_there_or_no_file) {
    samme_buffer out;
    samme_error error = {0};
    samme_buffer_init(&out, 100);
    cr_assert_eq(samme_file_read(below("none"), &out, &error), SAMME_NOT_FOUND);
    cr_assert_not_null(strstr(error.text, "none"), "%s", error.text);
    cr_assert_eq(samme_file_read(root, &out, &error), SAMME_IO);
    cr_assert_eq(samme_file_write(below("none/a"), SAMME_LITERAL("x"), 0644, &error),
                 SAMME_NOT_FOUND);
    write_text("a", "x");
    cr_assert(samme_file_exists(below("a")));
    cr_assert_not(samme_file_exists(below("none")));
    cr_assert_not(samme_file_exists(root));
    samme_buffer_free(&out);
}

Test(files, a_secret_keeps_its_mode_and_a_stale_temporary_is_not_followed) {
    write_text("victim", "untouched");
    cr_assert_eq(symlink(below("victim"), below("secret.tmp")), 0);
    cr_assert_eq(samme_file_write(below("secret"), SAMME_LITERAL("key"), 0600, NULL), SAMME_OK);
    cr_assert_eq(mode_of("secret"), 0600);
    cr_assert_neq(access(below("secret.tmp"), F_OK), 0, "the temporary is gone");
    samme_buffer out;
    samme_buffer_init(&out, 100);
    cr_assert_eq(samme_file_read(below("victim"), &out, NULL), SAMME_OK);
    cr_assert_str_eq(samme_buffer_text(&out), "untouched");
    write_text("open.tmp", "stale and readable by all");
    cr_assert_eq(samme_file_write(below("open"), SAMME_LITERAL("key"), 0600, NULL), SAMME_OK);
    cr_assert_eq(mode_of("open"), 0600);
    samme_buffer_free(&out);
}

Test(files, a_failed_write_leaves_no_temporary) {
    cr_assert_eq(mkdir(below("taken"), 0700), 0);
    write_text("taken/inside", "x");
    samme_error error = {0};
    cr_assert_eq(samme_file_write(below("taken"), SAMME_LITERAL("y"), 0644, &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, "taken"), "%s", error.text);
    cr_assert_neq(access(below("taken.tmp"), F_OK), 0);
    cr_assert(samme_file_exists(below("taken/inside")));
}

Test(files, relative_paths_work) {
    cr_assert_eq(chdir(root), 0);
    cr_assert_eq(samme_folder_make("one/two", NULL), SAMME_OK);
    cr_assert_eq(samme_file_write("one/two/a", SAMME_LITERAL("x"), 0644, NULL), SAMME_OK);
    cr_assert_eq(samme_file_write("b", SAMME_LITERAL("x"), 0644, NULL), SAMME_OK);
    cr_assert(samme_file_exists(below("one/two/a")));
    cr_assert(samme_file_exists(below("b")));
}

Test(files, folders_are_made_with_their_parents) {
    samme_error error = {0};
    cr_assert_eq(samme_folder_make(below("a/b//c/"), &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(mode_of("a"), 0700);
    cr_assert_eq(mode_of("a/b/c"), 0700);
    cr_assert_eq(samme_folder_make(below("a/b/c"), &error), SAMME_OK);
    cr_assert_eq(samme_folder_make("/", &error), SAMME_OK);
    write_text("file", "x");
    cr_assert_eq(samme_folder_make(below("file"), &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, "a folder was expected"), "%s", error.text);
    cr_assert_eq(samme_folder_make(below("file/x"), &error), SAMME_IO);
}

static samme_status list(void *context, const char *path) {
    samme_buffer_append_text(context, path);
    samme_buffer_append_text(context, " ");
    return strcmp(path, "stop") == 0 ? SAMME_DENIED : samme_buffer_status(context);
}

Test(files, a_walk_sees_every_file_in_order_of_its_path) {
    static const char *const folders[] = {"a", "a/deep", "a.b", "empty", ".hidden", "z"};
    static const char *const files[] = {"a/x", "a/deep/1", "a/deep/10",  "a/deep/2", "a-b", "a.b/y",
                                        "b",   "a/.no",    ".hidden/no", ".no",      "z/B", "z/a"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        cr_assert_eq(samme_folder_make(below(folders[i]), NULL), SAMME_OK);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        write_text(files[i], "x");
    cr_assert_eq(symlink(root, below("loop")), 0);
    cr_assert_eq(symlink(below("b"), below("link")), 0);
    samme_buffer seen;
    samme_buffer_init(&seen, 10000);
    samme_error error = {0};
    cr_assert_eq(samme_folder_walk(root, list, &seen, &error), SAMME_OK, "%s", error.text);
    cr_assert_str_eq(samme_buffer_text(&seen),
                     "a-b a.b/y a/deep/1 a/deep/10 a/deep/2 a/x b z/B z/a ");
    samme_buffer_free(&seen);
}

Test(files, a_walk_stops_when_told_or_when_there_is_nothing) {
    write_text("first", "x");
    write_text("stop", "x");
    write_text("zlast", "x");
    samme_buffer seen;
    samme_buffer_init(&seen, 10000);
    samme_error error = {0};
    cr_assert_eq(samme_folder_walk(root, list, &seen, &error), SAMME_DENIED);
    cr_assert_str_eq(samme_buffer_text(&seen), "first stop ");
    cr_assert_eq(samme_folder_walk(below("none"), list, &seen, &error), SAMME_NOT_FOUND);
    cr_assert_not_null(strstr(error.text, "none"), "%s", error.text);
    cr_assert_eq(samme_folder_walk(below("first"), list, &seen, &error), SAMME_IO);
    samme_buffer_free(&seen);
}

Test(files, a_folder_has_one_owner) {
    int fd = -1, other = -1;
    samme_error error = {0};
    char pid[40];
    cr_assert_eq(samme_folder_own(root, &fd, &error), SAMME_OK, "%s", error.text);
    cr_assert_geq(fd, 0);
    cr_assert_eq(samme_folder_own(root, &other, &error), SAMME_CONFLICT);
    cr_assert_eq(other, -1);
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    cr_assert_not_null(strstr(error.text, pid), "%s", error.text);
    cr_assert_not_null(strstr(error.text, root), "%s", error.text);
    close(fd);
    cr_assert_eq(samme_folder_own(root, &fd, &error), SAMME_OK);
    close(fd);
    cr_assert_eq(samme_folder_own(below("none"), &fd, &error), SAMME_NOT_FOUND);
}

/* Owns the folder, says so, and waits to be killed. */
static void own_and_wait(int told) {
    int fd;
    char said = samme_folder_own(root, &fd, NULL) == SAMME_OK ? 'y' : 'n';
    if (write(told, &said, 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

Test(files, a_dead_process_owns_nothing) {
    int told[2], fd;
    char said = 0;
    cr_assert_eq(pipe(told), 0);
    pid_t child = fork();
    if (child == 0)
        own_and_wait(told[1]);
    cr_assert_eq(read(told[0], &said, 1), 1);
    cr_assert_eq(said, 'y');
    samme_error error = {0};
    char pid[40];
    snprintf(pid, sizeof pid, "process %ld", (long)child);
    samme_status while_alive = samme_folder_own(root, &fd, &error);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    cr_assert_eq(while_alive, SAMME_CONFLICT);
    cr_assert_not_null(strstr(error.text, pid), "%s", error.text);
    cr_assert_eq(samme_folder_own(root, &fd, NULL), SAMME_OK);
    close(fd);
    close(told[0]);
    close(told[1]);
}

Test(files, an_unreadable_owner_is_still_a_conflict) {
    int fd, other;
    samme_error error = {0};
    cr_assert_eq(samme_folder_own(root, &fd, NULL), SAMME_OK);
    cr_assert_eq(truncate(below("owner"), 0), 0);
    cr_assert_eq(samme_folder_own(root, &other, &error), SAMME_CONFLICT);
    cr_assert_not_null(strstr(error.text, "another process"), "%s", error.text);
    close(fd);
}
