/* The root text: README.md. */
#include "trust/lines.h"
#include "trust/rules.h"

#include <stdio.h>

#include "base/text.h"

const char *samme_role_name(samme_role role) {
    static const char *const names[SAMME_ROLE_COUNT] = {
        [SAMME_ROLE_ROOT] = "root",
        [SAMME_ROLE_ROSTER] = "roster",
        [SAMME_ROLE_RELEASE] = "release",
    };
    return (unsigned)role < SAMME_ROLE_COUNT ? names[role] : "?";
}

/* Key lines are in the order of their texts, so the texts are compared, not the keys. */
static int compare_vkeys(const samme_vkey *a, const samme_vkey *b, samme_buffer texts[2]) {
    samme_buffer_clear(&texts[0]);
    samme_buffer_clear(&texts[1]);
    samme_vkey_format(a, &texts[0]);
    samme_vkey_format(b, &texts[1]);
    return samme_span_compare(samme_buffer_span(&texts[0]), samme_buffer_span(&texts[1]));
}

static samme_status check_key(const samme_root *root, const samme_vkey *key, const char *role,
                              samme_error *error) {
    char prefix[SAMME_CHAIN_NAME_MAX + 8];
    int length = snprintf(prefix, sizeof prefix, "%s/key/", root->chain);
    if (strncmp(key->name, prefix, (size_t)length) != 0 || key->name[length] == 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "root: key \"%s\" of role %s: expected a name that begins with \"%s\"",
                          key->name, role, prefix);
    samme_vkey made; /* also checks the name and gives the id that belongs to both */
    samme_status status = samme_vkey_make(key->name, &key->key, &made, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "root: role %s", role);
    if (!samme_vkey_equal(&made, key) || !samme_public_key_sound(&key->key))
        return samme_fail(error, SAMME_MALFORMED,
                          "root: key \"%s\" of role %s: expected a sound key and its own id",
                          key->name, role);
    return SAMME_OK;
}

static samme_status check_role(const samme_root *root, samme_role role, samme_buffer texts[2],
                               samme_error *error) {
    const struct samme_role_keys *keys = &root->roles[role];
    const char *name = samme_role_name(role);
    if (keys->count < 1 || keys->count > SAMME_ROLE_KEYS_MAX)
        return samme_fail(error, SAMME_MALFORMED, "root: role %s has %u keys: expected 1 to %u",
                          name, keys->count, SAMME_ROLE_KEYS_MAX);
    if (keys->threshold < 1 || keys->threshold > keys->count)
        return samme_fail(error, SAMME_MALFORMED,
                          "root: threshold %u of role %s: expected 1 to its %u keys",
                          keys->threshold, name, keys->count);
    for (unsigned i = 0; i < keys->count; i++) {
        samme_status status = check_key(root, &keys->keys[i], name, error);
        if (status != SAMME_OK)
            return status;
        if (i > 0 && compare_vkeys(&keys->keys[i - 1], &keys->keys[i], texts) >= 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "root: role %s: expected keys in order of their texts, each once",
                              name);
    }
    return SAMME_OK;
}

static bool keys_distinct(const samme_root *root) {
    for (unsigned a = 0; a < SAMME_ROLE_COUNT * SAMME_ROLE_KEYS_MAX; a++)
        for (unsigned b = 0; b < a; b++) {
            const struct samme_role_keys *at = &root->roles[a / SAMME_ROLE_KEYS_MAX];
            const struct samme_role_keys *bt = &root->roles[b / SAMME_ROLE_KEYS_MAX];
            unsigned ai = a % SAMME_ROLE_KEYS_MAX, bi = b % SAMME_ROLE_KEYS_MAX;
            if (ai < at->count && bi < bt->count &&
                memcmp(&at->keys[ai].key, &bt->keys[bi].key, sizeof at->keys[ai].key) == 0)
                return false;
        }
    return true;
}

static samme_status check_root(const samme_root *root, samme_error *error) {
    if (!samme_chain_name_valid(root->chain))
        return samme_fail(error, SAMME_MALFORMED,
                          "root: expected a chain name of 1 to %u lower case letters, digits, "
                          "'-' and '.'",
                          SAMME_CHAIN_NAME_MAX);
    static const samme_hash none = {{0}};
    if (root->version < 1)
        return samme_fail(error, SAMME_MALFORMED, "root: expected a version from 1");
    if (root->version == 1 && !samme_hash_equal(&root->previous, &none))
        return samme_fail(error, SAMME_MALFORMED, "root: version 1 has no previous one");
    samme_buffer texts[2];
    samme_buffer_init(&texts[0], SAMME_VKEY_TEXT_MAX);
    samme_buffer_init(&texts[1], SAMME_VKEY_TEXT_MAX);
    samme_status status = SAMME_OK;
    for (unsigned role = 0; role < SAMME_ROLE_COUNT && status == SAMME_OK; role++)
        status = check_role(root, (samme_role)role, texts, error);
    for (unsigned i = 0; i < 2; i++) {
        if (status == SAMME_OK && samme_buffer_status(&texts[i]) != SAMME_OK)
            status = samme_fail(error, SAMME_NO_MEMORY, "root: no memory");
        samme_buffer_free(&texts[i]);
    }
    if (status == SAMME_OK && !keys_distinct(root))
        status = samme_fail(error, SAMME_MALFORMED, "root: expected each public key once");
    return status;
}

samme_status samme_root_text(const samme_root *root, samme_buffer *out, samme_error *error) {
    samme_status status = check_root(root, error);
    if (status != SAMME_OK)
        return status;
    size_t start = out->length;
    samme_buffer_printf(out, "%s/root\nversion %llu\nprevious ", root->chain,
                        (unsigned long long)root->version);
    samme_base64_append(out, samme_span_of_hash(&root->previous));
    samme_buffer_u8(out, '\n');
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        const struct samme_role_keys *keys = &root->roles[role];
        const char *name = samme_role_name((samme_role)role);
        samme_buffer_printf(out, "threshold %s %u\n", name, keys->threshold);
        for (unsigned i = 0; i < keys->count; i++) {
            samme_buffer_printf(out, "key %s ", name);
            samme_vkey_format(&keys->keys[i], out);
            samme_buffer_u8(out, '\n');
        }
    }
    return samme_text_finish("root", out, start, error);
}

static void read_role(samme_lines *lines, samme_role role, struct samme_role_keys *out) {
    samme_lines_next(lines, "threshold");
    samme_lines_word(lines, samme_role_name(role));
    out->threshold = (unsigned)samme_lines_u64(lines, 1, SAMME_ROLE_KEYS_MAX);
    out->count = (unsigned)samme_lines_count(lines, "key", SAMME_ROLE_KEYS_MAX);
    for (unsigned i = 0; i < out->count; i++) {
        samme_lines_next(lines, "key");
        samme_lines_word(lines, samme_role_name(role));
        samme_lines_vkey(lines, &out->keys[i]);
    }
}

static samme_status read_root(samme_span text, samme_root *out, samme_error *error) {
    samme_lines lines;
    samme_lines_open(&lines, "root", text, error);
    samme_span chain = samme_lines_chain(&lines);
    if (chain.length > SAMME_CHAIN_NAME_MAX)
        samme_lines_refuse(&lines, SAMME_MALFORMED, "a chain name of at most 60 bytes");
    else if (chain.length > 0)
        memcpy(out->chain, chain.data, chain.length);
    samme_lines_next(&lines, "version");
    out->version = samme_lines_u64(&lines, 1, UINT64_MAX);
    samme_lines_next(&lines, "previous");
    out->previous = samme_lines_hash(&lines);
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++)
        read_role(&lines, (samme_role)role, &out->roles[role]);
    samme_status status = samme_lines_close(&lines);
    /* A chain name with U+0000 would be shorter in the struct than in the text. */
    if (status == SAMME_OK && strlen(out->chain) != chain.length)
        status = samme_fail(error, SAMME_MALFORMED, "root line 1: expected a chain name");
    return status == SAMME_OK ? check_root(out, error) : status;
}

samme_status samme_root_read(samme_span text, samme_root *out, samme_error *error) {
    samme_root root = {.version = 0};
    samme_status status = read_root(text, &root, error);
    if (status == SAMME_OK)
        *out = root;
    return status;
}

samme_status samme_root_open(samme_span bytes, samme_root *out, samme_error *error) {
    samme_note note;
    samme_status status = samme_note_parse(bytes, &note, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "root note");
    samme_root root = {.version = 0};
    status = read_root(note.text, &root, error);
    if (status == SAMME_OK)
        status = samme_role_signed(&root, SAMME_ROLE_ROOT, &note, error);
    if (status != SAMME_OK)
        return status;
    root.note_hash = samme_sha256(bytes);
    *out = root;
    return SAMME_OK;
}

samme_status samme_root_follow(const samme_root *held, samme_span bytes, samme_root *out,
                               samme_error *error) {
    samme_span ignored;
    samme_root root;
    samme_status status = samme_root_open(bytes, &root, error);
    if (status == SAMME_OK && strcmp(root.chain, held->chain) != 0)
        status = samme_fail(error, SAMME_MISMATCH, "root note: of chain %s, expected %s",
                            root.chain, held->chain);
    if (status == SAMME_OK)
        status = samme_successor_check("root", held->version, &held->note_hash, root.version,
                                       &root.previous, error);
    if (status == SAMME_OK &&
        (status = samme_role_note(held, SAMME_ROLE_ROOT, bytes, &ignored, error)) != SAMME_OK)
        status = samme_fail_in(error, status, "by the keys of root %llu, which it replaces",
                               (unsigned long long)held->version);
    if (status == SAMME_OK)
        *out = root;
    return status;
}

samme_status samme_successor_check(const char *what, uint64_t held_version,
                                   const samme_hash *held_note_hash, uint64_t version,
                                   const samme_hash *previous, samme_error *error) {
    static const samme_hash none = {{0}};
    unsigned long long number = version, held = held_version;
    if (held_note_hash == NULL) {
        if (version != 1 || !samme_hash_equal(previous, &none))
            return samme_fail(error, SAMME_MISMATCH,
                              "%s version %llu: none is held, expected version 1 without previous",
                              what, number);
        return SAMME_OK;
    }
    if (version <= held_version)
        return samme_fail(error, SAMME_STALE, "%s version %llu is not newer than version %llu held",
                          what, number, held);
    if (version - held_version != 1)
        return samme_fail(error, SAMME_MISMATCH,
                          "%s version %llu skips: version %llu is held, expected the one after it",
                          what, number, held);
    if (!samme_hash_equal(previous, held_note_hash))
        return samme_fail(error, SAMME_MISMATCH,
                          "%s version %llu does not follow version %llu held: another history",
                          what, number, held);
    return SAMME_OK;
}
