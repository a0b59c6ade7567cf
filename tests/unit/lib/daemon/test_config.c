#include "daemon/config.h"

#include "tests/unit/lib/daemon/folder.h"

static char folder[64];
static samme_arena arena;
static samme_error error;
static void setup(void) {
    make_folder(folder);
    samme_arena_init(&arena, 1024 * 1024);
    error = (samme_error){.text = ""};
}
static void teardown(void) {
    samme_arena_free(&arena);
    remove_folder(folder);
}
TestSuite(config, .init = setup, .fini = teardown);

static const Samme__NodeConfig *read_node(const char *text) {
    char path[200];
    write_file(folder, "node.yaml", samme_span_of_text(text));
    return (const Samme__NodeConfig *)(const void *)samme_config_read(
        &samme__node_config__descriptor, in_folder(folder, "node.yaml", path), &arena, &error);
}

Test(config, a_file_becomes_its_message) {
    const Samme__NodeConfig *config = read_node("enrolment: store1\n"
                                                "data: /var/lib/samme\n"
                                                "hub: tcp://hub:7000\n"
                                                "http:\n  address: 127.0.0.1\n  port: 8080\n"
                                                "push_after_ms: 200\n");
    cr_assert_not_null(config, "%s", error.text);
    cr_assert_str_eq(config->enrolment, "store1");
    cr_assert_str_eq(config->data, "/var/lib/samme");
    cr_assert_str_eq(config->hub, "tcp://hub:7000");
    cr_assert_eq(config->http->port, 8080);
    cr_assert_eq(config->push_after_ms, 200);
    cr_assert_eq(config->poll_every_ms, 0, "what is not said is nought");
}

Test(config, a_mistake_is_named_by_file_and_place) {
    static const char *const wrong[][2] = {
        {"enrolment: a\npush_afer_ms: 5\n", "node.yaml:2:1"},
        {"enrolment: a\ndata: b\ndata: c\n", "node.yaml:3:1"},
        {"enrolment: a\npush_after_ms: soon\n", "node.yaml:2:16"},
        {"enrolment: a\npush_after_ms: -1\n", "node.yaml:2:16"},
        {"enrolment: [a]\n", "node.yaml:1:12"},
        {"enrolment: &x a\n", "node.yaml:1:12"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error.text[0] = 0;
        cr_assert_null(read_node(wrong[i][0]), "%s", wrong[i][0]);
        cr_assert_eq(error.status, SAMME_MALFORMED, "%s", wrong[i][0]);
        cr_assert_not_null(strstr(error.text, wrong[i][1]), "%s: %s, expected at %s", wrong[i][0],
                           error.text, wrong[i][1]);
    }
}

Test(config, a_file_that_is_not_there_is_not_found) {
    cr_assert_null(
        samme_config_read(&samme__hub_config__descriptor, "/nowhere/hub.yaml", &arena, &error));
    cr_assert_eq(error.status, SAMME_NOT_FOUND);
    cr_assert_not_null(strstr(error.text, "/nowhere/hub.yaml"), "%s", error.text);
}

Test(config, a_file_has_its_maximum) {
    char path[200];
    samme_buffer text;
    samme_buffer_init(&text, 1024 * 1024);
    samme_buffer_append_text(&text, "chain: c\n");
    while (text.length < 64 * 1024)
        samme_buffer_append_text(&text, "#\n");
    text.length = 64 * 1024;
    write_file(folder, "hub.yaml", samme_buffer_span(&text));
    cr_assert_not_null(samme_config_read(&samme__hub_config__descriptor,
                                         in_folder(folder, "hub.yaml", path), &arena, &error),
                       "%s", error.text);
    samme_buffer_append_text(&text, "\n");
    write_file(folder, "hub.yaml", samme_buffer_span(&text));
    cr_assert_null(samme_config_read(&samme__hub_config__descriptor, path, &arena, &error));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    samme_buffer_free(&text);
}

Test(config, paths_start_at_the_files_folder) {
    cr_assert_str_eq(samme_config_path("/etc/samme/node.yaml", "store1", &arena),
                     "/etc/samme/store1");
    cr_assert_str_eq(samme_config_path("/etc/samme/node.yaml", "../data", &arena),
                     "/etc/samme/../data");
    cr_assert_str_eq(samme_config_path("demo/node.yaml", "store1", &arena), "demo/store1");
    cr_assert_str_eq(samme_config_path("/node.yaml", "store1", &arena), "/store1");
    cr_assert_str_eq(samme_config_path("node.yaml", "store1", &arena), "store1");
    cr_assert_str_eq(samme_config_path("/etc/samme/node.yaml", "/var/lib", &arena), "/var/lib");
}
