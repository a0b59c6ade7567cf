#include "daemon/config.h"

#include <sys/stat.h>

#include "tests/unit/lib/daemon/folder.h"

static char folder[64];
static samme_config config;
static samme_error error;
static void setup(void) {
    make_folder(folder);
    config = (samme_config){0};
    error = (samme_error){.text = ""};
}
static void teardown(void) {
    samme_config_close(&config);
    remove_folder(folder);
}
TestSuite(config, .init = setup, .fini = teardown);

static samme_status open_text(const ProtobufCMessageDescriptor *type, const char *text) {
    static char path[200];
    samme_config_close(&config);
    error.text[0] = 0;
    write_file(folder, "node.yaml", samme_span_of_text(text));
    return samme_config_open(type, in_folder(folder, "node.yaml", path), &config, &error);
}

static const Samme__NodeConfig *read_node(const char *text) {
    if (open_text(&samme__node_config__descriptor, text) != SAMME_OK)
        return NULL;
    return (const Samme__NodeConfig *)(const void *)config.message;
}

Test(config, a_file_becomes_its_message) {
    const Samme__NodeConfig *node = read_node("enrolment: store1\n"
                                              "data: /var/lib/samme\n"
                                              "hub: tcp://hub:7000\n"
                                              "http:\n  address: 127.0.0.1\n  port: 8080\n"
                                              "push_after_ms: 200\nlog_level: warning\n");
    cr_assert_not_null(node, "%s", error.text);
    cr_assert_str_eq(node->enrolment, "store1");
    cr_assert_str_eq(node->data, "/var/lib/samme");
    cr_assert_str_eq(node->hub, "tcp://hub:7000");
    cr_assert_eq(node->http->port, 8080);
    cr_assert_eq(node->push_after_ms, 200);
    cr_assert_eq(node->poll_every_ms, 0, "what is not said is nought");
    cr_assert_eq(node->log_level, SAMME__LOG_LEVEL__warning);
}

Test(config, a_mistake_is_named_by_file_and_place) {
    static const char *const wrong[][2] = {
        {"enrolment: a\npush_afer_ms: 5\n", "node.yaml:2:1"},
        {"enrolment: a\npush_afer_ms: 5\n", "did you mean \"push_after_ms\"?"},
        {"enrolment: a\ndata: b\ndata: c\n", "node.yaml:3:1"},
        {"enrolment: a\npush_after_ms: soon\n", "node.yaml:2:16"},
        {"enrolment: a\npush_after_ms: -1\n", "node.yaml:2:16"},
        {"enrolment: [a]\n", "node.yaml:1:12"},
        {"enrolment: &x a\n", "node.yaml:1:12"},
        {"log_level: waning\n", "node.yaml:1:12"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_assert_null(read_node(wrong[i][0]), "%s", wrong[i][0]);
        cr_assert_eq(error.status, SAMME_MALFORMED, "%s", wrong[i][0]);
        cr_assert_not_null(strstr(error.text, wrong[i][1]), "%s: %s, expected %s", wrong[i][0],
                           error.text, wrong[i][1]);
    }
}

#define EXPECT_WRONG(status, words)                                                                \
    do {                                                                                           \
        cr_assert_eq((status), SAMME_MALFORMED);                                                   \
        cr_assert_not_null(strstr(error.text, (words)), "%s, expected %s", error.text, (words));   \
    } while (0)

Test(config, a_value_that_its_form_allows_is_named_by_its_place_too) {
    const Samme__NodeConfig *node =
        read_node("data: d\nhub: hub:7000\npush_after_ms: 99\nhttp: { address: shop.example }\n");
    cr_assert_not_null(node, "%s", error.text);
    EXPECT_WRONG(samme_config_needs(&config, "enrolment", node->enrolment, &error),
                 "node.yaml: expected enrolment");
    EXPECT_WRONG(samme_config_tcp(&config, "hub", node->hub, false, &error),
                 "node.yaml:2:6: hub: expected tcp://HOST:PORT, found \"hub:7000\"");
    EXPECT_WRONG(
        samme_config_between(&config, "push_after_ms", &node->push_after_ms, 100, 200, &error),
        "node.yaml:3:16: push_after_ms: expected 100 to 200, found 99");
    EXPECT_WRONG(
        samme_config_numeric_address(&config, "http.address", node->http->address, &error),
        "node.yaml:4:18: http.address: expected a numeric address, found \"shop.example\"");
    cr_assert_eq(samme_config_needs(&config, "data", node->data, &error), SAMME_OK);
    cr_assert_eq(
        samme_config_between(&config, "push_after_ms", &node->push_after_ms, 1, 99, &error),
        SAMME_OK);
}

Test(config, an_address_is_scheme_host_and_port) {
    static const char *const good[] = {"", "tcp://hub:7000", "tcp://[::1]:1",
                                       "tcp://10.0.0.1:65535"};
    static const char *const bad[] = {"tcp://hub",    "tcp://:7000", "tcp://hub:0",
                                      "ipc://x:7000", "tcp://hub:*", "tcp://hub:65536",
                                      "tcp:/hub:1",   "tcp://hub:7x"};
    cr_assert_not_null(read_node("data: d\n"), "%s", error.text);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert_eq(samme_config_tcp(&config, "hub", good[i], false, &error), SAMME_OK, "%s",
                     good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(samme_config_tcp(&config, "hub", bad[i], false, &error), SAMME_MALFORMED, "%s",
                     bad[i]);
    cr_assert_eq(samme_config_tcp(&config, "listen", "tcp://127.0.0.1:*", true, &error), SAMME_OK);
}

Test(config, a_data_folder_is_looked_at_and_not_made) {
    char path[200];
    cr_assert_not_null(read_node("data: x\n"), "%s", error.text);
    cr_assert_eq(samme_config_folder(&config, "data", "new/deep", &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_neq(access(in_folder(folder, "new", path), F_OK), 0, "it was made");
    cr_assert_eq(samme_config_folder(&config, "data", ".", &error), SAMME_OK, "%s", error.text);
    EXPECT_WRONG(samme_config_folder(&config, "data", "node.yaml", &error),
                 "data: expected a folder to write in");
    EXPECT_WRONG(samme_config_folder(&config, "data", "node.yaml/below", &error),
                 "data: expected a folder to write in");
}

Test(config, a_file_that_is_not_there_is_not_found) {
    cr_assert_eq(
        samme_config_open(&samme__hub_config__descriptor, "/nowhere/hub.yaml", &config, &error),
        SAMME_NOT_FOUND);
    cr_assert_not_null(strstr(error.text, "/nowhere/hub.yaml"), "%s", error.text);
}

Test(config, a_file_has_its_maximum) {
    samme_buffer text;
    samme_buffer_init(&text, 1024 * 1024);
    samme_buffer_append_text(&text, "chain: c\n");
    while (text.length < 64 * 1024)
        samme_buffer_append_text(&text, "#\n");
    text.length = 64 * 1024;
    samme_buffer_u8(&text, 0);
    text.length--;
    cr_assert_eq(open_text(&samme__hub_config__descriptor, samme_buffer_text(&text)), SAMME_OK,
                 "%s", error.text);
    samme_buffer_append_text(&text, "\n");
    cr_assert_eq(open_text(&samme__hub_config__descriptor, samme_buffer_text(&text)),
                 SAMME_TOO_LARGE);
    samme_buffer_free(&text);
}

static const char *path_from(const char *file, const char *path) {
    config.file = file;
    return samme_config_path(&config, path, &config.arena);
}

Test(config, paths_start_at_the_files_folder) {
    cr_assert_not_null(read_node("data: d\n"), "%s", error.text);
    cr_assert_str_eq(path_from("/etc/samme/node.yaml", "store1"), "/etc/samme/store1");
    cr_assert_str_eq(path_from("/etc/samme/node.yaml", "../data"), "/etc/samme/../data");
    cr_assert_str_eq(path_from("demo/node.yaml", "store1"), "demo/store1");
    cr_assert_str_eq(path_from("/node.yaml", "store1"), "/store1");
    cr_assert_str_eq(path_from("node.yaml", "store1"), "store1");
    cr_assert_str_eq(path_from("/etc/samme/node.yaml", "/var/lib"), "/var/lib");
}
