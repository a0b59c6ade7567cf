/* The roster text:
 *
 *   <chain>/roster
 *   version <n>                       n from 1
 *   previous <base64>                 SHA-256 of the roster note before this one; of 32 zero bytes
 * in version 1 journal <epoch>                   from 1 hub <vkey> <curve>                key name
 * "<chain>/hub/j<journal epoch>"; curve: 64 lower case hex digits branch <number> <region> <epoch>
 * <name> <vkey> <curve> numbers from 1; 0..4096 lines in order of number, each number once; key
 * name
 *                                     "<chain>/b/<number, at least 4 digits>/e<epoch>"
 *   peer <auditor|operator> <name> <curve>
 *                                     0..256 lines in bytewise order of name, each name once
 *
 * A name is 1..63 bytes of UTF-8 without white space, control or invisible characters, '/' and '\',
 * and does not begin with '.'. A log key stands once in the roster and is no key of the root; a
 * CURVE key stands once. */
#include "trust/lines.h"
#include "trust/rules.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

void samme_branch_origin(const char *chain, uint32_t number, uint32_t epoch,
                         char out[static SAMME_NOTE_NAME_MAX + 1]) {
    snprintf(out, SAMME_NOTE_NAME_MAX + 1, "%s/b/%04u/e%u", chain, number, epoch);
}

void samme_hub_origin(const char *chain, uint32_t journal_epoch,
                      char out[static SAMME_NOTE_NAME_MAX + 1]) {
    snprintf(out, SAMME_NOTE_NAME_MAX + 1, "%s/hub/j%u", chain, journal_epoch);
}

static const char *peer_role_name(samme_peer_role role) {
    return role == SAMME_PEER_AUDITOR ? "auditor" : "operator";
}

/* The key must be the one that name and public key make. */
static samme_status check_log_key(const samme_vkey *key, const char *origin, samme_error *error) {
    samme_vkey made;
    samme_status status = samme_vkey_make(origin, &key->key, &made, error);
    if (status == SAMME_OK && !samme_vkey_equal(&made, key))
        status = samme_fail(error, SAMME_MALFORMED,
                            "roster: key \"%s\": expected the name \"%s\" and its id", key->name,
                            origin);
    return status;
}

static samme_status check_branch(const char *chain, const samme_roster_branch *branch,
                                 samme_error *error) {
    if (branch->number < 1 || branch->region < 1 || branch->epoch < 1)
        return samme_fail(error, SAMME_MALFORMED,
                          "roster: branch %u: expected number, region and epoch from 1",
                          branch->number);
    if (!samme_peer_name_valid(branch->name))
        return samme_fail(error, SAMME_MALFORMED,
                          "roster: branch %u: expected a name of 1 to %u bytes without spaces "
                          "and '/'",
                          branch->number, SAMME_NAME_MAX);
    if (!samme_curve_sound(&branch->curve))
        return samme_fail(error, SAMME_MALFORMED,
                          "roster: branch %u: the CURVE key is of small order", branch->number);
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(chain, branch->number, branch->epoch, origin);
    return check_log_key(&branch->log_key, origin, error);
}

static samme_status check_branches(const char *chain, const samme_roster *roster,
                                   samme_error *error) {
    for (size_t i = 0; i < roster->branch_count; i++) {
        const samme_roster_branch *branch = &roster->branches[i];
        samme_status status = check_branch(chain, branch, error);
        if (status != SAMME_OK)
            return status;
        if (i > 0 && branch[-1].number >= branch->number)
            return samme_fail(error, SAMME_MALFORMED,
                              "roster: branch %u: expected branches in order of number, each once",
                              branch->number);
    }
    return SAMME_OK;
}

static samme_status check_peers(const samme_roster *roster, samme_error *error) {
    for (size_t i = 0; i < roster->peer_count; i++) {
        const samme_roster_peer *peer = &roster->peers[i];
        if (peer->role != SAMME_PEER_AUDITOR && peer->role != SAMME_PEER_OPERATOR)
            return samme_fail(error, SAMME_MALFORMED,
                              "roster: peer %zu: expected auditor or operator", i + 1);
        if (!samme_peer_name_valid(peer->name))
            return samme_fail(error, SAMME_MALFORMED,
                              "roster: peer %zu: expected a name of 1 to %u bytes without spaces "
                              "and '/'",
                              i + 1, SAMME_NAME_MAX);
        if (!samme_curve_sound(&peer->curve))
            return samme_fail(error, SAMME_MALFORMED,
                              "roster: peer %s: the CURVE key is of small order", peer->name);
        if (i > 0 && strcmp(peer[-1].name, peer->name) >= 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "roster: peer %s: expected peers in order of name, each once",
                              peer->name);
    }
    return SAMME_OK;
}

static samme_status check_log_keys_distinct(const samme_root *root, const samme_roster *roster,
                                            samme_error *error) {
    samme_key_list list;
    size_t capacity = roster->branch_count + 1 + SAMME_ROLE_COUNT * SAMME_ROLE_KEYS_MAX;
    if (samme_key_list_init(&list, capacity) != SAMME_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "roster: no memory");
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++)
        for (unsigned i = 0; i < root->roles[role].count; i++)
            samme_key_list_add(&list, root->roles[role].keys[i].key.bytes);
    samme_key_list_add(&list, roster->hub_log.key.bytes);
    for (size_t i = 0; i < roster->branch_count; i++)
        samme_key_list_add(&list, roster->branches[i].log_key.key.bytes);
    bool distinct = samme_key_list_distinct(&list);
    samme_key_list_free(&list);
    if (distinct)
        return SAMME_OK;
    return samme_fail(error, SAMME_MALFORMED,
                      "roster: expected each log key once, and none that is a key of the root");
}

static samme_status check_curves_distinct(const samme_roster *roster, samme_error *error) {
    samme_key_list list;
    if (samme_key_list_init(&list, roster->branch_count + roster->peer_count + 1) != SAMME_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "roster: no memory");
    samme_key_list_add(&list, roster->hub_curve.bytes);
    for (size_t i = 0; i < roster->branch_count; i++)
        samme_key_list_add(&list, roster->branches[i].curve.bytes);
    for (size_t i = 0; i < roster->peer_count; i++)
        samme_key_list_add(&list, roster->peers[i].curve.bytes);
    bool distinct = samme_key_list_distinct(&list);
    samme_key_list_free(&list);
    if (distinct)
        return SAMME_OK;
    return samme_fail(error, SAMME_MALFORMED, "roster: expected each CURVE key once");
}

static samme_status check_head(const samme_root *root, const samme_roster *roster,
                               samme_error *error) {
    static const samme_hash none = {{0}};
    if (roster->version < 1 || roster->journal_epoch < 1)
        return samme_fail(error, SAMME_MALFORMED,
                          "roster: expected version and journal epoch from 1");
    if (roster->version == 1 && !samme_hash_equal(&roster->previous, &none))
        return samme_fail(error, SAMME_MALFORMED, "roster: version 1 has no previous one");
    if (roster->branch_count > SAMME_ROSTER_BRANCHES_MAX ||
        roster->peer_count > SAMME_ROSTER_PEERS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "roster: more than %u branches or %u peers",
                          SAMME_ROSTER_BRANCHES_MAX, SAMME_ROSTER_PEERS_MAX);
    if (!samme_curve_sound(&roster->hub_curve))
        return samme_fail(error, SAMME_MALFORMED, "roster: the hub's CURVE key is of small order");
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(root->chain, roster->journal_epoch, origin);
    return check_log_key(&roster->hub_log, origin, error);
}

/* All but the keys of the root, which may have changed since. */
static samme_status check_roster_alone(const samme_root *root, const samme_roster *roster,
                                       samme_error *error) {
    samme_status status = check_head(root, roster, error);
    if (status == SAMME_OK)
        status = check_branches(root->chain, roster, error);
    if (status == SAMME_OK)
        status = check_peers(roster, error);
    return status == SAMME_OK ? check_curves_distinct(roster, error) : status;
}

static samme_status check_roster(const samme_root *root, const samme_roster *roster,
                                 samme_error *error) {
    samme_status status = check_roster_alone(root, roster, error);
    return status == SAMME_OK ? check_log_keys_distinct(root, roster, error) : status;
}

/* Apart from check_roster, because reading a vkey has done it already and it is the dear part. */
static samme_status check_keys_sound(const samme_roster *roster, samme_error *error) {
    bool sound = samme_public_key_sound(&roster->hub_log.key);
    for (size_t i = 0; i < roster->branch_count && sound; i++)
        sound = samme_public_key_sound(&roster->branches[i].log_key.key);
    return sound ? SAMME_OK
                 : samme_fail(error, SAMME_MALFORMED, "roster: a log key is not a sound key");
}

static void append_curve(samme_buffer *out, const samme_peer_key *key) {
    samme_buffer_u8(out, ' ');
    samme_hex_append(out, SAMME_SPAN(key->bytes, sizeof key->bytes));
    samme_buffer_u8(out, '\n');
}

samme_status samme_roster_text(const samme_root *root, const samme_roster *roster,
                               samme_buffer *out, samme_error *error) {
    samme_status status = check_roster(root, roster, error);
    if (status == SAMME_OK)
        status = check_keys_sound(roster, error);
    if (status != SAMME_OK)
        return status;
    size_t start = out->length;
    samme_buffer_printf(out, "%s/roster\nversion %llu\nprevious ", root->chain,
                        (unsigned long long)roster->version);
    samme_base64_append(out, samme_span_of_hash(&roster->previous));
    samme_buffer_printf(out, "\njournal %u\nhub ", roster->journal_epoch);
    samme_vkey_format(&roster->hub_log, out);
    append_curve(out, &roster->hub_curve);
    for (size_t i = 0; i < roster->branch_count; i++) {
        const samme_roster_branch *branch = &roster->branches[i];
        samme_buffer_printf(out, "branch %u %u %u %s ", branch->number, branch->region,
                            branch->epoch, branch->name);
        samme_vkey_format(&branch->log_key, out);
        append_curve(out, &branch->curve);
    }
    for (size_t i = 0; i < roster->peer_count; i++) {
        const samme_roster_peer *peer = &roster->peers[i];
        samme_buffer_printf(out, "peer %s %s", peer_role_name(peer->role), peer->name);
        append_curve(out, &peer->curve);
    }
    return samme_text_finish("roster", out, start, error);
}

static void read_branch(samme_lines *lines, samme_roster_branch *out) {
    samme_lines_next(lines, "branch");
    out->number = samme_lines_u32(lines, 1);
    out->region = samme_lines_u32(lines, 1);
    out->epoch = samme_lines_u32(lines, 1);
    samme_lines_text(lines, out->name, sizeof out->name);
    samme_lines_vkey(lines, &out->log_key);
    out->curve = samme_lines_curve(lines);
}

static void read_peer(samme_lines *lines, samme_roster_peer *out) {
    samme_lines_next(lines, "peer");
    samme_span role = samme_lines_field(lines);
    if (samme_span_equal(role, SAMME_LITERAL("auditor")))
        out->role = SAMME_PEER_AUDITOR;
    else if (samme_span_equal(role, SAMME_LITERAL("operator")))
        out->role = SAMME_PEER_OPERATOR;
    else
        samme_lines_refuse(lines, SAMME_MALFORMED, "auditor or operator");
    samme_lines_text(lines, out->name, sizeof out->name);
    out->curve = samme_lines_curve(lines);
}

static samme_status read_roster(const samme_root *root, samme_span text, samme_roster *out,
                                samme_error *error) {
    samme_lines lines;
    samme_lines_open(&lines, "roster", text, error);
    if (!samme_span_equal(samme_lines_chain(&lines), samme_span_of_text(root->chain)))
        samme_lines_refuse(&lines, SAMME_MALFORMED, "the name of this chain");
    samme_lines_next(&lines, "version");
    out->version = samme_lines_u64(&lines, 1, UINT64_MAX);
    samme_lines_next(&lines, "previous");
    out->previous = samme_lines_hash(&lines);
    samme_lines_next(&lines, "journal");
    out->journal_epoch = samme_lines_u32(&lines, 1);
    samme_lines_next(&lines, "hub");
    samme_lines_vkey(&lines, &out->hub_log);
    out->hub_curve = samme_lines_curve(&lines);
    out->branches = samme_lines_room(&lines, "branch", SAMME_ROSTER_BRANCHES_MAX,
                                     sizeof *out->branches, &out->branch_count);
    for (size_t i = 0; i < out->branch_count; i++)
        read_branch(&lines, &out->branches[i]);
    out->peers = samme_lines_room(&lines, "peer", SAMME_ROSTER_PEERS_MAX, sizeof *out->peers,
                                  &out->peer_count);
    for (size_t i = 0; i < out->peer_count; i++)
        read_peer(&lines, &out->peers[i]);
    return samme_lines_close(&lines);
}

typedef samme_status roster_check(const samme_root *root, const samme_roster *roster,
                                  samme_error *error);

static samme_status open_text(const samme_root *root, samme_span text, roster_check *check,
                              samme_roster *out, samme_error *error) {
    samme_roster roster = {.version = 0};
    samme_status status = read_roster(root, text, &roster, error);
    if (status == SAMME_OK)
        status = check(root, &roster, error);
    if (status == SAMME_OK)
        *out = roster;
    else
        samme_roster_free(&roster);
    return status;
}

samme_status samme_roster_open(const samme_root *root, samme_span note, samme_roster *out,
                               samme_error *error) {
    samme_span text;
    samme_status status = samme_role_note(root, SAMME_ROLE_ROSTER, note, &text, error);
    return status == SAMME_OK ? open_text(root, text, check_roster, out, error) : status;
}

samme_status samme_roster_reopen(const samme_root *root, samme_span note, samme_roster *out,
                                 samme_error *error) {
    samme_note parsed;
    samme_status status = samme_note_parse(note, &parsed, error);
    return status == SAMME_OK ? open_text(root, parsed.text, check_roster_alone, out, error)
                              : status;
}

void samme_roster_free(samme_roster *roster) {
    free(roster->branches);
    free(roster->peers);
    *roster = (samme_roster){0};
}

const samme_roster_branch *samme_roster_branch_by_number(const samme_roster *roster,
                                                         uint32_t number) {
    size_t low = 0, high = roster->branch_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (roster->branches[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < roster->branch_count && roster->branches[low].number == number;
    return found ? &roster->branches[low] : NULL;
}

const samme_roster_branch *samme_roster_branch_by_curve(const samme_roster *roster,
                                                        const samme_peer_key *key) {
    for (size_t i = 0; i < roster->branch_count; i++)
        if (memcmp(&roster->branches[i].curve, key, sizeof *key) == 0)
            return &roster->branches[i];
    return NULL;
}

const samme_roster_peer *samme_roster_peer_by_curve(const samme_roster *roster,
                                                    const samme_peer_key *key) {
    for (size_t i = 0; i < roster->peer_count; i++)
        if (memcmp(&roster->peers[i].curve, key, sizeof *key) == 0)
            return &roster->peers[i];
    return NULL;
}
