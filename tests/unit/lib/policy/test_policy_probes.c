/* Whole folders of authored files against returns whose answers were worked out by hand:
 * tests/data/bestbuy, and the probes of deploy/example. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"
#include "policy/policy.h"
#include "samme/limits.h"

#define BESTBUY SAMME_TEST_DATA "/bestbuy/"
#define EXAMPLE SAMME_TEST_DATA "/../../deploy/example"

enum { FILES_MAX = 100, ARENA_BYTES = 16 * 1024 * 1024 };

/* The files of a folder. */
typedef struct folder {
    const char *root;
    samme_document files[FILES_MAX];
    size_t count;
} folder;

static samme_buffer read_file(const char *path) {
    samme_error error = {.text = ""};
    samme_buffer out;
    samme_buffer_init(&out, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_file_read(path, &out, &error), SAMME_OK, "%s", error.text);
    return out;
}

static samme_status take_file(void *context, const char *relative_path) {
    folder *in = context;
    char path[512];
    cr_assert_lt(in->count, (size_t)FILES_MAX);
    snprintf(path, sizeof path, "%s/%s", in->root, relative_path);
    samme_buffer content = read_file(path);
    in->files[in->count++] = (samme_document){strdup(relative_path), samme_buffer_span(&content)};
    return SAMME_OK;
}

static folder open_folder(const char *root) {
    folder in = {.root = root};
    cr_assert_eq(samme_folder_walk(root, take_file, &in, NULL), SAMME_OK);
    return in;
}

static void close_folder(folder *in) {
    for (size_t i = 0; i < in->count; i++) {
        free((char *)(uintptr_t)in->files[i].path);
        free((uint8_t *)(uintptr_t)in->files[i].content.data);
    }
}

static samme_policy *compile(const folder *in) {
    samme_error error = {.text = ""};
    samme_policy *policy = NULL;
    cr_assert_eq(samme_policy_compile(in->files, in->count, &policy, &error), SAMME_OK, "%s: %s",
                 in->root, error.text);
    return policy;
}

/* What is given must be so; sums are always given, as 0 is not told from nothing. */
static void agrees(const samme_policy *policy, const Samme__Probe *probe) {
    samme_error error = {.text = ""};
    samme_decision decision;
    const Samme__Answer *wanted = probe->expect, *got = &decision.answer;
    cr_assert_eq(samme_policy_decide(policy, probe->facts, &decision, &error), SAMME_OK, "%s: %s",
                 probe->id, error.text);
    cr_expect_eq(got->verdict, wanted->verdict, "%s: rule %s", probe->id, got->rule);
    cr_expect_str_eq(got->reason, wanted->reason, "%s: rule %s", probe->id, got->rule);
    cr_expect_eq(got->refund, wanted->refund, "%s: rule %s: %lld", probe->id, got->rule,
                 (long long)got->refund);
    cr_expect_eq(got->fee, wanted->fee, "%s: rule %s: %lld", probe->id, got->rule,
                 (long long)got->fee);
    if (wanted->refund_to != SAMME__REFUND_TO__refund_to_unset)
        cr_expect_eq(got->refund_to, wanted->refund_to, "%s: rule %s", probe->id, got->rule);
    if (wanted->deadline[0] != 0)
        cr_expect_str_eq(got->deadline, wanted->deadline, "%s: rule %s", probe->id, got->rule);
}

/* A probe a line. */
static size_t agree_lines(const char *root, const char *path) {
    folder in = open_folder(root);
    samme_policy *policy = compile(&in);
    samme_buffer lines = read_file(path);
    size_t count = 0;
    for (const char *line = samme_buffer_text(&lines); line[0] != 0;) {
        size_t length = strcspn(line, "\n");
        samme_error error = {.text = ""};
        samme_arena arena;
        samme_arena_init(&arena, ARENA_BYTES);
        const Samme__Probe *probe =
            SAMME_FROM_JSON(Probe, probe, SAMME_SPAN(line, length), path, &arena, &error);
        cr_assert_not_null(probe, "%s", error.text);
        agrees(policy, probe);
        samme_arena_free(&arena);
        count++;
        line += length + (line[length] != 0);
    }
    samme_buffer_free(&lines);
    samme_policy_free(policy);
    close_folder(&in);
    return count;
}

Test(probes, bestbuy_with_seasons_and_member_tiers) {
    cr_assert_geq(agree_lines(BESTBUY "2023", BESTBUY "expect.jsonl"), 60);
}

Test(probes, bestbuy_of_2017) {
    cr_assert_geq(agree_lines(BESTBUY "2017", BESTBUY "expect-2017.jsonl"), 5);
}

Test(probes, those_of_the_example) {
    folder in = open_folder(EXAMPLE);
    samme_policy *policy = compile(&in);
    size_t count = 0;
    for (size_t i = 0; i < in.count; i++) {
        samme_error error = {.text = ""};
        samme_arena arena;
        if (strncmp(in.files[i].path, "probes/", 7) != 0)
            continue;
        samme_arena_init(&arena, ARENA_BYTES);
        const Samme__Probes *list =
            SAMME_FROM_YAML(Probes, probes, in.files[i].content, in.files[i].path, &arena, &error);
        cr_assert_not_null(list, "%s", error.text);
        for (size_t k = 0; k < list->n_probes; k++)
            agrees(policy, list->probes[k]);
        count += list->n_probes;
        samme_arena_free(&arena);
    }
    cr_assert_geq(count, (size_t)40);
    samme_policy_free(policy);
    close_folder(&in);
}
