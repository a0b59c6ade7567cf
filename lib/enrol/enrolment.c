#include "enrol/enrol.h"

#include <stdio.h>

#include "base/text.h"
#include "enrol/key_file.h"
#include "os/files.h"
#include "wire/mapping.h"

#define ONE_TIME "one-time.secret"

enum { JSON_MAX_BYTES = 16 * 1024, ARENA_MAX_BYTES = 256 * 1024 };

const char *samme_enrol_role_name(samme_enrol_role role) {
    static const char *const names[] = {
        [SAMME_ENROL_BRANCH] = "branch",
        [SAMME_ENROL_AUDITOR] = "auditor",
        [SAMME_ENROL_OPERATOR] = "operator",
    };
    return (unsigned)role < sizeof names / sizeof *names ? names[role] : "?";
}

bool samme_hub_address_valid(const char *address) {
    static const char scheme[] = "tcp://";
    size_t length = strlen(address);
    if (length > SAMME_HUB_ADDRESS_MAX || strncmp(address, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *host = address + sizeof scheme - 1;
    const char *colon = strrchr(host, ':');
    if (colon == NULL || colon == host)
        return false;
    for (const char *at = host; at < colon; at++) /* names, IPv4, and IPv6 in brackets */
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]", *at) ==
            NULL)
            return false;
    uint64_t port;
    return samme_u64_parse(samme_span_of_text(colon + 1), &port) == SAMME_OK && port >= 1 &&
           port <= 65535;
}

static samme_status copy_text(const char *what, const char *text, char *out, size_t size,
                              samme_error *error) {
    size_t length = strlen(text);
    if (length >= size)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected at most %zu bytes", what, size - 1);
    memcpy(out, text, length + 1);
    return SAMME_OK;
}

static samme_status take_role(const Samme__Enrolment *message, samme_enrolment *out,
                              samme_error *error) {
    for (unsigned role = SAMME_ENROL_BRANCH; role <= SAMME_ENROL_OPERATOR; role++)
        if (strcmp(message->role, samme_enrol_role_name((samme_enrol_role)role)) == 0) {
            bool branch = role == SAMME_ENROL_BRANCH;
            if (branch != (message->branch > 0) || branch != (message->epoch > 0) ||
                branch != (message->region > 0))
                break;
            out->role = (samme_enrol_role)role;
            out->branch = message->branch;
            out->epoch = message->epoch;
            out->region = message->region;
            return SAMME_OK;
        }
    return samme_fail(error, SAMME_MALFORMED,
                      "role: expected branch (with branch, epoch and region), auditor or operator "
                      "(without)");
}

static samme_status take_hub(const Samme__Enrolment *message, samme_enrolment *out,
                             samme_error *error) {
    if (message->hub_key.len != sizeof out->hub_curve.bytes)
        return samme_fail(error, SAMME_MALFORMED, "hubKey: expected %zu bytes",
                          sizeof out->hub_curve.bytes);
    memcpy(out->hub_curve.bytes, message->hub_key.data, sizeof out->hub_curve.bytes);
    if (!samme_curve_sound(&out->hub_curve))
        return samme_fail(error, SAMME_MALFORMED, "hubKey: a key of small order");
    if (message->hub[0] != 0 && !samme_hub_address_valid(message->hub))
        return samme_fail(error, SAMME_MALFORMED, "hub: expected tcp://host:port");
    samme_status status = copy_text("hub", message->hub, out->hub, sizeof out->hub, error);
    if (status == SAMME_OK)
        status = samme_vkey_parse(samme_span_of_text(message->hub_vkey), &out->hub_log, error);
    return status;
}

static samme_status take_hash(const char *what, uint64_t number, ProtobufCBinaryData bytes,
                              samme_hash *out, samme_error *error) {
    if (number == 0 && bytes.len == 0)
        return SAMME_OK;
    if (number == 0 || bytes.len != sizeof out->bytes)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected both or none, a hash of %zu bytes",
                          what, sizeof out->bytes);
    memcpy(out->bytes, bytes.data, bytes.len);
    return SAMME_OK;
}

static samme_status take_known(const Samme__Enrolment *message, samme_known *out,
                               samme_error *error) {
    out->root_version = message->root_version;
    out->journal_size = message->journal_size;
    samme_status status = take_hash("rootVersion and newestRootHash", message->root_version,
                                    message->newest_root_hash, &out->root_hash, error);
    return status == SAMME_OK ? take_hash("journalSize and journalRoot", message->journal_size,
                                          message->journal_root, &out->journal_root, error)
                              : status;
}

/* Everything the message says, besides the hash of the root note. */
static samme_status take_message(const Samme__Enrolment *message, samme_enrolment *out,
                                 samme_error *error) {
    samme_status status = copy_text("chain", message->chain, out->chain, sizeof out->chain, error);
    if (status == SAMME_OK)
        status = copy_text("name", message->name, out->name, sizeof out->name, error);
    if (status == SAMME_OK && !samme_peer_name_valid(out->name))
        status = samme_fail(error, SAMME_MALFORMED, "name: expected one without spaces and '/'");
    if (status == SAMME_OK)
        status = take_role(message, out, error);
    if (status == SAMME_OK)
        status = take_hub(message, out, error);
    if (status == SAMME_OK)
        status = take_known(message, &out->known, error);
    out->lowest_release = message->lowest_release;
    return status;
}

static samme_status load_root(const char *folder, const Samme__Enrolment *message,
                              samme_enrolment *out, samme_error *error) {
    samme_status status = samme_note_file_read(folder, "root.note", &out->root_note, error);
    if (status != SAMME_OK)
        return status;
    samme_hash hash = samme_sha256(samme_buffer_span(&out->root_note));
    if (!samme_span_equal(samme_span_of_bytes(message->root_hash), samme_span_of_hash(&hash)))
        return samme_fail(error, SAMME_MISMATCH,
                          "%s/root.note: not the root note that enrolment.json was made with",
                          folder);
    status = samme_root_open(samme_buffer_span(&out->root_note), &out->root, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/root.note", folder);
    if (strcmp(out->root.chain, out->chain) != 0)
        return samme_fail(error, SAMME_MISMATCH, "%s/root.note: of chain %s, expected %s", folder,
                          out->root.chain, out->chain);
    return SAMME_OK;
}

static samme_status load_keys(const char *folder, samme_enrolment *out, samme_error *error) {
    char one_time[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, ONE_TIME, one_time, error);
    if (status == SAMME_OK && samme_file_exists(one_time))
        return samme_fail(error, SAMME_NOT_FOUND,
                          "%s: an invitation, no keys yet: samme enrol %s makes them", folder,
                          folder);
    if (status == SAMME_OK)
        status = samme_key_file_read(folder, "curve.secret", out->curve_secret, error);
    if (status == SAMME_OK && out->role == SAMME_ENROL_BRANCH)
        status = samme_key_file_read(folder, "log.seed", out->log_seed.bytes, error);
    return status;
}

static samme_status load(const char *folder, samme_buffer *json, samme_arena *arena,
                         samme_enrolment *out, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, "enrolment.json", path, error);
    if (status == SAMME_OK)
        status = samme_file_read(path, json, error);
    if (status != SAMME_OK)
        return status;
    samme_error why = {.status = SAMME_MALFORMED};
    const Samme__Enrolment *message =
        SAMME_FROM_JSON(Enrolment, enrolment, samme_buffer_span(json), path, arena, &why);
    if (message == NULL)
        return samme_fail(error, why.status, "%s", why.text);
    status = take_message(message, out, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s", path);
    return load_root(folder, message, out, error);
}

/* secret NULL: an enrolment, with the machine's keys; else an invitation, which has none. */
static samme_status load_either(const char *folder, samme_enrolment *out, uint8_t *secret,
                                samme_error *error) {
    samme_buffer json;
    samme_arena arena;
    samme_enrolment loaded = {.branch = 0};
    samme_buffer_init(&json, JSON_MAX_BYTES);
    samme_arena_init(&arena, ARENA_MAX_BYTES);
    samme_buffer_init(&loaded.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = load(folder, &json, &arena, &loaded, error);
    if (status == SAMME_OK)
        status = secret == NULL ? load_keys(folder, &loaded, error)
                                : samme_key_file_read(folder, ONE_TIME, secret, error);
    if (status == SAMME_OK)
        *out = loaded;
    else
        samme_enrol_free(&loaded);
    samme_wipe(&loaded, sizeof loaded); /* the copy on the stack; out has its own now */
    samme_arena_free(&arena);
    samme_buffer_free(&json);
    return status;
}

samme_status samme_enrol_load(const char *folder, samme_enrolment *out, samme_error *error) {
    return load_either(folder, out, NULL, error);
}

samme_status samme_enrol_load_invitation(const char *folder, samme_enrolment *out,
                                         uint8_t secret[static 32], samme_error *error) {
    return load_either(folder, out, secret, error);
}

static samme_status write_message(const char *folder, const samme_enrolment *enrolment,
                                  const char *hub_vkey, samme_error *error) {
    samme_hash hash = samme_sha256(samme_buffer_span(&enrolment->root_note));
    Samme__Enrolment message;
    samme__enrolment__init(&message);
    message.chain = (char *)(uintptr_t)enrolment->chain;
    message.role = (char *)(uintptr_t)samme_enrol_role_name(enrolment->role);
    message.branch = enrolment->branch;
    message.name = (char *)(uintptr_t)enrolment->name;
    message.epoch = enrolment->epoch;
    message.region = enrolment->region;
    message.root_hash = samme_bytes_of_span(samme_span_of_hash(&hash));
    message.hub_key = samme_bytes_of_span(
        SAMME_SPAN(enrolment->hub_curve.bytes, sizeof enrolment->hub_curve.bytes));
    message.hub_vkey = (char *)(uintptr_t)hub_vkey;
    message.lowest_release = enrolment->lowest_release;
    message.hub = (char *)(uintptr_t)enrolment->hub;
    message.root_version = enrolment->known.root_version;
    if (message.root_version != 0)
        message.newest_root_hash =
            samme_bytes_of_span(samme_span_of_hash(&enrolment->known.root_hash));
    message.journal_size = enrolment->known.journal_size;
    if (message.journal_size != 0)
        message.journal_root =
            samme_bytes_of_span(samme_span_of_hash(&enrolment->known.journal_root));
    samme_buffer json;
    samme_buffer_init(&json, JSON_MAX_BYTES);
    samme_to_json(&message, &json);
    samme_buffer_u8(&json, '\n');
    samme_status status = samme_buffer_status(&json);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "enrolment.json", samme_buffer_span(&json), error);
    else
        status = samme_fail(error, status, "%s/enrolment.json: no room for it", folder);
    samme_buffer_free(&json);
    return status;
}

samme_status samme_enrol_write_keys(const char *folder, const samme_enrolment *enrolment,
                                    samme_error *error) {
    samme_status status =
        samme_key_file_write(folder, "curve.secret", enrolment->curve_secret, error);
    if (status == SAMME_OK && enrolment->role == SAMME_ENROL_BRANCH)
        status = samme_key_file_write(folder, "log.seed", enrolment->log_seed.bytes, error);
    return status;
}

static samme_status write_either(const char *folder, const samme_enrolment *enrolment,
                                 const uint8_t *secret, samme_error *error) {
    samme_status status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "root.note",
                                       samme_buffer_span(&enrolment->root_note), error);
    if (status == SAMME_OK)
        status = secret == NULL ? samme_enrol_write_keys(folder, enrolment, error)
                                : samme_key_file_write(folder, ONE_TIME, secret, error);
    if (status != SAMME_OK)
        return status;
    samme_buffer hub_vkey;
    samme_buffer_init(&hub_vkey, SAMME_VKEY_TEXT_MAX);
    samme_vkey_format(&enrolment->hub_log, &hub_vkey);
    status = samme_buffer_status(&hub_vkey);
    if (status == SAMME_OK)
        status = write_message(folder, enrolment, samme_buffer_text(&hub_vkey), error);
    else
        status = samme_fail(error, status, "%s/enrolment.json: no memory", folder);
    samme_buffer_free(&hub_vkey);
    return status;
}

samme_status samme_enrol_write(const char *folder, const samme_enrolment *enrolment,
                               samme_error *error) {
    return write_either(folder, enrolment, NULL, error);
}

samme_status samme_enrol_write_invitation(const char *folder, const samme_enrolment *enrolment,
                                          const uint8_t secret[static 32], samme_error *error) {
    return write_either(folder, enrolment, secret, error);
}

void samme_enrol_free(samme_enrolment *enrolment) {
    samme_buffer_free(&enrolment->root_note);
    samme_wipe(enrolment, sizeof *enrolment);
}
