/* The main of a fuzz target where there is no libFuzzer:
 *
 *   fuzz_NAME [--random N] [--seed S] [--from I] PATH...
 *
 * Runs every file given, those of folders too; then N inputs made of them by fuzz_mutate(). Input I
 * depends on the files, the seed and I only. What breaks is written to crash-NAME in the current
 * folder, to be given as a PATH; exit 77. Exit 66: there was nothing to run. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"

enum { FILES_MAX = 4096, INPUT_MAX = 64 * 1024, NAME_MAX_BYTES = 512, EXIT_BROKEN = 77 };

typedef struct corpus {
    samme_buffer inputs[FILES_MAX];
    char *names[FILES_MAX];
    size_t count;
} corpus;

/* For the handler alone: what runs now. */
static struct {
    const uint8_t *data;
    size_t size;
    char name[NAME_MAX_BYTES];      /* of the program, for the file */
    char what[NAME_MAX_BYTES + 64]; /* for people */
} running;

static void say(const char *text) {
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
    (void)ignored;
}

/* Only calls that a signal handler may make. */
static void keep_input(void) {
    int fd = open(running.name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ssize_t written = fd < 0 ? -1 : write(fd, running.data, running.size);
    say("broken by ");
    say(running.what);
    say(written == (ssize_t)running.size ? ", kept in " : ", could not be kept in ");
    say(running.name);
    say("\n");
}

static void broken(int signal_number) {
    (void)signal_number;
    keep_input();
    _exit(EXIT_BROKEN);
}

/* The sanitizers end the process themselves. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch(const char *program) {
    const char *name = strrchr(program, '/');
    snprintf(running.name, sizeof running.name, "crash-%s", name != NULL ? name + 1 : program);
    signal(SIGABRT, broken);
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(keep_input);
        return;
    }
    signal(SIGSEGV, broken);
    signal(SIGBUS, broken);
    signal(SIGFPE, broken);
    signal(SIGILL, broken);
}

/* Runs the input from memory of its size, so that a sanitizer sees a read beyond it. */
static void run(samme_span input) {
    uint8_t *copy = malloc(input.length > 0 ? input.length : 1);
    if (copy == NULL)
        exit(EXIT_FAILURE);
    if (input.length > 0)
        memcpy(copy, input.data, input.length);
    running.data = copy;
    running.size = input.length;
    (void)LLVMFuzzerTestOneInput(copy, input.length);
    free(copy);
}

static void fail(const char *path) {
    perror(path);
    exit(EXIT_FAILURE);
}

static void add_file(corpus *all, const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || all->count == FILES_MAX)
        fail(path);
    samme_buffer *input = &all->inputs[all->count];
    samme_buffer_init(input, INPUT_MAX);
    uint8_t chunk[4096];
    for (size_t length; (length = fread(chunk, 1, sizeof chunk, file)) > 0;)
        samme_buffer_append(input, SAMME_SPAN(chunk, length));
    if (ferror(file) != 0 || samme_buffer_status(input) != SAMME_OK)
        fail(path);
    fclose(file);
    all->names[all->count] = strdup(path);
    all->count++;
}

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void add_path(corpus *all, const char *path) {
    struct stat about;
    if (stat(path, &about) != 0)
        fail(path);
    if (!S_ISDIR(about.st_mode)) {
        add_file(all, path);
        return;
    }
    struct dirent **entries;
    int count =
        scandir(path, &entries, visible, alphasort); /* in order, so that I means the same */
    if (count < 0)
        fail(path);
    for (int i = 0; i < count; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        add_file(all, name);
        free(entries[i]);
    }
    free(entries);
}

static void replay(const corpus *all) {
    for (size_t i = 0; i < all->count; i++) {
        snprintf(running.what, sizeof running.what, "%s",
                 all->names[i] != NULL ? all->names[i] : "?");
        run(samme_buffer_span(&all->inputs[i]));
    }
}

static void run_random(const corpus *all, uint64_t seed, uint64_t from, uint64_t count) {
    samme_buffer input;
    samme_buffer_init(&input, INPUT_MAX);
    for (uint64_t i = from; i < from + count; i++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed * 1000003u + i);
        const samme_buffer *first = &all->inputs[samme_prng_below(&prng, all->count)];
        const samme_buffer *second = &all->inputs[samme_prng_below(&prng, all->count)];
        fuzz_mutate(&prng, samme_buffer_span(first), samme_buffer_span(second), &input);
        snprintf(running.what, sizeof running.what, "--seed %llu --from %llu --random 1",
                 (unsigned long long)seed, (unsigned long long)i);
        run(samme_buffer_span(&input));
    }
    samme_buffer_free(&input);
}

static uint64_t number(const char *text) {
    uint64_t value = 0;
    if (text == NULL || samme_u64_parse(samme_span_of_text(text), &value) != SAMME_OK) {
        fprintf(stderr, "expected a number, found %s\n", text != NULL ? text : "nothing");
        exit(64);
    }
    return value;
}

int main(int argc, char **argv) {
    static corpus all;
    uint64_t count = 0, seed = 1, from = 0;
    watch(argv[0]);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--random") == 0)
            count = number(argv[++i]);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = number(argv[++i]);
        else if (strcmp(argv[i], "--from") == 0)
            from = number(argv[++i]);
        else
            add_path(&all, argv[i]);
    }
    if (all.count == 0) {
        fprintf(stderr, "%s: no input to run\n", argv[0]);
        return 66;
    }
    replay(&all);
    run_random(&all, seed, from, count);
    printf("%zu files, %llu made of them\n", all.count, (unsigned long long)count);
    for (size_t i = 0; i < all.count; i++) {
        samme_buffer_free(&all.inputs[i]);
        free(all.names[i]);
    }
    return 0;
}
