#include "folder.h"

#define CHAIN "shop.example"

static samme_seed seed_of(unsigned number) {
    samme_seed seed;
    memset(seed.bytes, (int)number, sizeof seed.bytes);
    return seed;
}

static samme_vkey vkey_of(const char *name, unsigned number) {
    samme_seed seed = seed_of(number);
    samme_public_key key = samme_sign_public(&seed);
    samme_vkey vkey;
    cr_assert_eq(samme_vkey_make(name, &key, &vkey, NULL), SAMME_OK);
    return vkey;
}

/* Key of role r has seed 10 + r. */
static samme_root make_root(void) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_root root = {.chain = CHAIN, .version = 1};
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        char name[SAMME_NOTE_NAME_MAX + 1];
        snprintf(name, sizeof name, CHAIN "/key/%s-1", samme_role_name((samme_role)role));
        root.roles[role].threshold = root.roles[role].count = 1;
        root.roles[role].keys[0] = vkey_of(name, 10 + role);
    }
    return root;
}

static samme_buffer root_note(const samme_root *root) {
    samme_buffer text, note;
    samme_seed seed = seed_of(10);
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_root_text(root, &text, NULL), SAMME_OK);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text), CHAIN "/key/root-1", &seed, &note),
                 SAMME_OK);
    samme_buffer_free(&text);
    return note;
}

static samme_enrolment make_enrolment(samme_enrol_role role) {
    samme_enrolment enrolment = {
        .chain = CHAIN, .role = role, .name = "Troms\xc3\xb8-1", .lowest_release = 12};
    enrolment.root = make_root();
    enrolment.root_note = root_note(&enrolment.root);
    enrolment.hub_log = vkey_of(CHAIN "/hub/j1", 20);
    samme_seed hub = seed_of(21), own = seed_of(22);
    enrolment.hub_curve = samme_curve_public(hub.bytes);
    strcpy(enrolment.hub, "tcp://hub.shop.example:4500");
    memcpy(enrolment.curve_secret, own.bytes, sizeof own.bytes);
    if (role == SAMME_ENROL_BRANCH) {
        enrolment.branch = 42;
        enrolment.epoch = 3;
        enrolment.region = 2;
        enrolment.log_seed = seed_of(23);
    }
    return enrolment;
}

/* The token: what a machine asks of the journal it follows. */
Test(enrolment, says_what_was_known) {
    char parent[64], folder[128];
    make_folder(parent);
    snprintf(folder, sizeof folder, "%s/token", parent);
    samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH), loaded;
    written.known = (samme_known){.root_version = 4,
                                  .root_hash = samme_sha256(SAMME_LITERAL("root 4")),
                                  .journal_size = 1234,
                                  .journal_root = samme_sha256(SAMME_LITERAL("1234 records"))};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_write(folder, &written, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(memcmp(&loaded.known, &written.known, sizeof loaded.known), 0);
    samme_enrol_free(&loaded);
    static const char *const spoiled[][2] = {
        {"\"rootVersion\":\"4\",", ""},
        {"\"journalSize\":\"1234\",", ""},
        {"\"journalRoot\":\"", "\"journalRoot\":\"AAAA"},
    };
    samme_buffer text = read_text(folder, "enrolment.json");
    for (size_t i = 0; i < sizeof spoiled / sizeof *spoiled; i++) {
        char changed[8192];
        const char *whole = samme_buffer_text(&text), *at = strstr(whole, spoiled[i][0]);
        cr_assert_not_null(at, "%s in %s", spoiled[i][0], whole);
        snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - whole), whole, spoiled[i][1],
                 at + strlen(spoiled[i][0]));
        write_text(folder, "enrolment.json", changed);
        cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_MALFORMED, "%s", changed);
    }
    samme_buffer_free(&text);
    samme_enrol_free(&written);
    remove_folder(parent);
}

Test(enrolment, loads_as_it_was_written) {
    for (unsigned role = SAMME_ENROL_BRANCH; role <= SAMME_ENROL_OPERATOR; role++) {
        char parent[64], folder[128];
        make_folder(parent);
        snprintf(folder, sizeof folder, "%s/a/new/folder", parent);
        samme_enrolment written = make_enrolment((samme_enrol_role)role), loaded;
        samme_error error = {.text = ""};
        cr_assert_eq(samme_enrol_write(folder, &written, &error), SAMME_OK, "%s", error.text);
        cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_OK, "%s", error.text);
        cr_assert_str_eq(loaded.chain, CHAIN);
        cr_assert_eq(loaded.role, (samme_enrol_role)role);
        cr_assert_eq(loaded.branch, written.branch);
        cr_assert_eq(loaded.epoch, written.epoch);
        cr_assert_eq(loaded.region, written.region);
        cr_assert_str_eq(loaded.name, written.name);
        cr_assert_str_eq(loaded.hub, written.hub);
        cr_assert_eq(loaded.lowest_release, 12);
        cr_assert(samme_span_equal(samme_buffer_span(&loaded.root_note),
                                   samme_buffer_span(&written.root_note)));
        cr_assert_str_eq(loaded.root.chain, CHAIN);
        cr_assert_eq(loaded.root.roles[SAMME_ROLE_RELEASE].count, 1);
        cr_assert(samme_vkey_equal(&loaded.hub_log, &written.hub_log));
        cr_assert_eq(memcmp(&loaded.hub_curve, &written.hub_curve, sizeof loaded.hub_curve), 0);
        cr_assert_eq(memcmp(&loaded.log_seed, &written.log_seed, sizeof loaded.log_seed), 0);
        cr_assert_eq(memcmp(loaded.curve_secret, written.curve_secret, sizeof loaded.curve_secret),
                     0);
        cr_assert_eq(mode_of(folder, "curve.secret"), 0600);
        char log[160];
        snprintf(log, sizeof log, "%s/log.seed", folder);
        cr_assert_eq(access(log, F_OK) == 0, role == SAMME_ENROL_BRANCH);
        samme_enrol_free(&loaded);
        samme_enrol_free(&written);
        remove_folder(parent);
    }
}

Test(enrolment, is_the_json_of_its_message) {
    char folder[64];
    make_folder(folder);
    samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH);
    cr_assert_eq(samme_enrol_write(folder, &written, NULL), SAMME_OK);
    samme_buffer json = read_text(folder, "enrolment.json");
    const char *start =
        "{\"chain\":\"" CHAIN "\",\"role\":\"branch\",\"branch\":42,\"name\":\"Troms\xc3\xb8-1\","
        "\"epoch\":3,\"rootHash\":\"";
    cr_assert_eq(strncmp(samme_buffer_text(&json), start, strlen(start)), 0, "%s",
                 samme_buffer_text(&json));
    cr_assert_eq(json.data[json.length - 1], '\n');
    samme_buffer_free(&json);
    samme_enrol_free(&written);
    remove_folder(folder);
}

Test(enrolment, a_missing_file_is_named) {
    static const char *const files[] = {"enrolment.json", "root.note", "curve.secret", "log.seed"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char folder[64], path[128];
        make_folder(folder);
        samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH), loaded;
        samme_error error = {.text = ""};
        cr_assert_eq(samme_enrol_write(folder, &written, NULL), SAMME_OK);
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        cr_assert_eq(unlink(path), 0);
        cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_NOT_FOUND);
        cr_assert_not_null(strstr(error.text, files[i]), "%s", error.text);
        samme_enrol_free(&written);
        remove_folder(folder);
    }
}

/* A root that signs itself is not enough: it must be the very one that was enrolled with. */
Test(enrolment, another_root_is_a_mismatch) {
    char folder[64];
    make_folder(folder);
    samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH), loaded;
    cr_assert_eq(samme_enrol_write(folder, &written, NULL), SAMME_OK);
    written.root.version = 2;
    samme_buffer other = root_note(&written.root);
    write_text(folder, "root.note", samme_buffer_text(&other));
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_MISMATCH);
    cr_assert_not_null(strstr(error.text, "root.note"), "%s", error.text);
    samme_buffer_free(&other);
    samme_enrol_free(&written);
    remove_folder(folder);
}

Test(enrolment, refuses_other_texts) {
    static const char *const changes[][2] = {
        {"\"role\":\"branch\"", "\"role\":\"hub\""},
        {"\"role\":\"branch\"", "\"role\":\"auditor\""},
        {"\"branch\":42,", ""},
        {"\"epoch\":3,", ""},
        {",\"region\":2", ""},
        {"\"epoch\":3,", "\"epoch\":-3,"},
        {"\"epoch\":3,", "\"epoch\":3,\"epochs\":3,"},
        {"\"chain\":\"" CHAIN "\"", "\"chain\":\"other.example\""},
        {"Troms\xc3\xb8-1", "a b"},
        {"Troms\xc3\xb8-1", ""},
        {"tcp://hub", "http://hub"},
        {"\"hubKey\":\"", "\"hubKey\":\"AAAA"},
        {"/hub/j1+", "/hub/j2+"},
        {"{", "{{"},
    };
    char folder[64];
    make_folder(folder);
    samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH), loaded;
    cr_assert_eq(samme_enrol_write(folder, &written, NULL), SAMME_OK);
    samme_buffer json = read_text(folder, "enrolment.json");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const char *at = strstr(samme_buffer_text(&json), changes[i][0]);
        cr_assert_not_null(at, "no %s in %s", changes[i][0], samme_buffer_text(&json));
        char *changed = NULL;
        cr_assert_gt(asprintf(&changed, "%.*s%s%s", (int)(at - samme_buffer_text(&json)),
                              samme_buffer_text(&json), changes[i][1], at + strlen(changes[i][0])),
                     0);
        write_text(folder, "enrolment.json", changed);
        samme_error error = {.text = ""};
        samme_status status = samme_enrol_load(folder, &loaded, &error);
        bool refused = status == SAMME_MALFORMED || status == SAMME_MISMATCH;
        cr_assert(refused, "\"%s\" gave %s", changes[i][1], samme_status_name(status));
        cr_assert_eq(strncmp(error.text, folder, strlen(folder)), 0, "%s", error.text);
        free(changed);
    }
    samme_buffer_free(&json);
    samme_enrol_free(&written);
    remove_folder(folder);
}

/* A key with which everybody knows the secret, or under which everything is signed. */
Test(enrolment, hub_keys_of_small_order_are_refused) {
    char folder[64];
    samme_error error = {.text = ""};
    samme_enrolment written = make_enrolment(SAMME_ENROL_BRANCH), loaded;
    make_folder(folder);
    written.hub_curve = (samme_peer_key){{1}};
    cr_assert_eq(samme_enrol_write(folder, &written, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "small order"), "%s", error.text);
    samme_seed hub = seed_of(21);
    written.hub_curve = samme_curve_public(hub.bytes);
    const samme_public_key neutral = {{1}};
    cr_assert_eq(samme_vkey_make(CHAIN "/hub/j1", &neutral, &written.hub_log, NULL), SAMME_OK);
    cr_assert_eq(samme_enrol_write(folder, &written, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_enrol_load(folder, &loaded, &error), SAMME_MALFORMED);
    samme_enrol_free(&written);
    remove_folder(folder);
}

Test(enrolment, hub_addresses) {
    const char *good[] = {"tcp://a:1", "tcp://hub.example:65535", "tcp://[::1]:4500",
                          "tcp://10.0.0.1:4500"};
    const char *bad[] = {"",           "tcp://",    "tcp://a",       "tcp://a:",
                         "tcp://:1",   "tcp://a:0", "tcp://a:65536", "tcp://a:01",
                         "tcp://a:1 ", "ipc://a:1", "tcp://a b:1",   "tcp://a:*"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(samme_hub_address_valid(good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(samme_hub_address_valid(bad[i]), "%s", bad[i]);
}

static samme_hub_keys make_hub(void) {
    samme_hub_keys keys = {.root = make_root(), .log_seed = seed_of(30)};
    keys.root_note = root_note(&keys.root);
    samme_seed curve = seed_of(31), signer = seed_of(10 + SAMME_ROLE_ROSTER);
    memcpy(keys.curve_secret, curve.bytes, sizeof curve.bytes);
    samme_roster roster = {.version = 1, .journal_epoch = 1};
    roster.hub_log = vkey_of(CHAIN "/hub/j1", 30);
    roster.hub_curve = samme_curve_public(curve.bytes);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&keys.roster_note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_roster_text(&keys.root, &roster, &text, NULL), SAMME_OK);
    cr_assert_eq(samme_note_sign(samme_buffer_span(&text), CHAIN "/key/roster-1", &signer,
                                 &keys.roster_note),
                 SAMME_OK);
    samme_buffer_free(&text);
    return keys;
}

Test(hub, loads_as_it_was_written) {
    char folder[64];
    make_folder(folder);
    samme_hub_keys written = make_hub(), loaded;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_enrol_write_hub(folder, &written, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_enrol_load_hub(folder, &loaded, &error), SAMME_OK, "%s", error.text);
    cr_assert_str_eq(loaded.root.chain, CHAIN);
    cr_assert(samme_span_equal(samme_buffer_span(&loaded.root_note),
                               samme_buffer_span(&written.root_note)));
    cr_assert(samme_span_equal(samme_buffer_span(&loaded.roster_note),
                               samme_buffer_span(&written.roster_note)));
    cr_assert_eq(memcmp(&loaded.log_seed, &written.log_seed, sizeof loaded.log_seed), 0);
    cr_assert_eq(memcmp(loaded.curve_secret, written.curve_secret, sizeof loaded.curve_secret), 0);
    cr_assert_eq(mode_of(folder, "hub.log.seed"), 0600);
    cr_assert_eq(mode_of(folder, "hub.curve.seed"), 0600);
    samme_enrol_free_hub(&loaded);
    samme_enrol_free_hub(&written);
    remove_folder(folder);
}

Test(hub, keys_must_belong_to_the_roster) {
    static const char *const files[] = {"hub.log.seed", "hub.curve.seed"};
    char folder[64];
    make_folder(folder);
    samme_hub_keys written = make_hub(), loaded;
    samme_seed other = seed_of(99);
    samme_error error = {.text = ""};
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(samme_enrol_write_hub(folder, &written, NULL), SAMME_OK);
        cr_assert_eq(samme_key_file_write(folder, files[i], other.bytes, NULL), SAMME_OK);
        cr_assert_eq(samme_enrol_load_hub(folder, &loaded, &error), SAMME_MISMATCH);
        cr_assert_not_null(strstr(error.text, files[i]), "%s", error.text);
    }
    cr_assert_eq(samme_enrol_write_hub(folder, &written, NULL), SAMME_OK);
    write_text(folder, "chain", "other.example\n");
    cr_assert_eq(samme_enrol_load_hub(folder, &loaded, &error), SAMME_MISMATCH);
    cr_assert_eq(samme_enrol_write_hub(folder, &written, NULL), SAMME_OK);
    write_text(folder, "roster.note", samme_buffer_text(&written.root_note));
    cr_assert_eq(samme_enrol_load_hub(folder, &loaded, &error), SAMME_BAD_SIGNATURE);
    cr_assert_not_null(strstr(error.text, "roster.note"), "%s", error.text);
    samme_enrol_free_hub(&written);
    remove_folder(folder);
}
