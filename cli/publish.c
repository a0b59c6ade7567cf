/* samme release publish CHAIN: hands a signed release, whole, to the hub. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/chain_folder.h"
#include "cli/cli.h"
#include "cli/peer.h"
#include "cli/pending.h"
#include "cli/release_folder.h"
#include "enrol/key_file.h"
#include "os/files.h"
#include "tlog/checkpoint.h"

enum { ASK_MS = 10000, OPTION_HUB = 1000, OPTION_HALT };

typedef struct options {
    const char *chain, *hub;
    uint64_t version; /* 0: the newest */
    bool halt;        /* its halt.note, not the release */
} options;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'v' && (samme_u64_parse(samme_span_of_text(value), &given->version) != SAMME_OK ||
                       given->version == 0))
        argp_error(state, "--version: expected a number from 1, found \"%s\"", value);
    else if (key == OPTION_HUB)
        given->hub = value;
    else if (key == OPTION_HALT)
        given->halt = true;
    else if (key == ARGP_KEY_ARG && given->chain == NULL)
        given->chain = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one chain at a time");
    else if (key == ARGP_KEY_END && given->chain == NULL)
        argp_error(state, "expected CHAIN, the folder made by samme chain init");
    return 0;
}

static bool has_file(const char *folder, const char *name) {
    char path[SAMME_FILE_PATH_MAX];
    return samme_path_in(folder, name, path, NULL) == SAMME_OK && samme_file_exists(path);
}

static samme_status put_document(samme_peer *peer, const char *path, samme_arena *arena,
                                 samme_error *error) {
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &content, error);
    Samme__PutDocument put = SAMME__PUT_DOCUMENT__INIT;
    put.document = samme_bytes_of_span(samme_buffer_span(&content));
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    request.what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    request.put_document = &put;
    samme_hash hash = samme_sha256(samme_buffer_span(&content));
    for (bool done = false; status == SAMME_OK && !done;) {
        status = samme_peer_ask(peer, &request, SAMME__MESSAGE__WHAT_PUT_DONE, ASK_MS, arena,
                                &answer, error);
        /* an answer to an earlier, repeated request is not this one's */
        done = status == SAMME_OK && samme_span_equal(samme_span_of_bytes(answer->put_done->hash),
                                                      samme_span_of_hash(&hash));
    }
    samme_buffer_free(&content);
    return status;
}

/* Hands a note over and gives its record's index. An answer to an earlier, repeated request is not
 * this one's. */
static samme_status put_note(samme_peer *peer, const Samme__Message *request, samme_span note,
                             samme_arena *arena, uint64_t *out_index, samme_error *error) {
    Samme__Message *answer;
    const samme_hash hash = samme_sha256(note);
    for (;;) {
        samme_status status = samme_peer_ask(peer, request, SAMME__MESSAGE__WHAT_PUT_DONE, ASK_MS,
                                             arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        if (!samme_span_equal(samme_span_of_bytes(answer->put_done->hash),
                              samme_span_of_hash(&hash)))
            continue;
        *out_index = answer->put_done->journal_index;
        return SAMME_OK;
    }
}

static samme_status publish(samme_peer *peer, const samme_chain_folder *chain, const char *folder,
                            samme_arena *arena, uint64_t *out_index, samme_release *out_release,
                            samme_buffer *note, samme_error *error) {
    char path[1400];
    snprintf(path, sizeof path, "%s/release.note", folder);
    samme_status status = samme_file_read(path, note, error);
    if (status == SAMME_OK)
        status = samme_release_open(&chain->root, samme_buffer_span(note), out_release, error);
    for (size_t i = 0; status == SAMME_OK && i < out_release->document_count; i++) {
        snprintf(path, sizeof path, "%s/docs/%s", folder, out_release->documents[i].path);
        status = put_document(peer, path, arena, error);
        samme_arena_reset(arena);
    }
    Samme__PutRelease put = SAMME__PUT_RELEASE__INIT;
    put.note = samme_bytes_of_span(samme_buffer_span(note));
    Samme__Message request = SAMME__MESSAGE__INIT;
    request.what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    request.put_release = &put;
    if (status == SAMME_OK)
        status = put_note(peer, &request, samme_buffer_span(note), arena, out_index, error);
    return status;
}

/* The same for the halt that lies beside a release. */
static samme_status publish_halt(samme_peer *peer, const char *folder, samme_arena *arena,
                                 uint64_t *out_index, samme_error *error) {
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_note_file_read(folder, "halt.note", &note, error);
    Samme__PutHalt put = SAMME__PUT_HALT__INIT;
    put.note = samme_bytes_of_span(samme_buffer_span(&note));
    Samme__Message request = SAMME__MESSAGE__INIT;
    request.what_case = SAMME__MESSAGE__WHAT_PUT_HALT;
    request.put_halt = &put;
    if (status == SAMME_OK)
        status = put_note(peer, &request, samme_buffer_span(&note), arena, out_index, error);
    samme_buffer_free(&note);
    return status;
}

/* Keeps the head that the journal has now: what is enrolled from now on asks for no less. Without
 * it enrolments ask for the one before, so a hub that does not answer is no failure. */
static void keep_head(samme_peer *peer, const samme_chain_folder *chain, uint64_t index,
                      samme_arena *arena) {
    Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    samme_checkpoint head;
    pull.from = index;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
    request.pull_journal = &pull;
    if (samme_peer_ask(peer, &request, SAMME__MESSAGE__WHAT_JOURNAL_PART, ASK_MS, arena, &answer,
                       NULL) != SAMME_OK)
        return;
    samme_span note = samme_span_of_bytes(answer->journal_part->note);
    if (samme_checkpoint_open(note, &chain->roster.hub_log, &head, NULL) != SAMME_OK ||
        head.size <= index)
        return;
    samme_error error;
    if (samme_note_file_write(chain->path, "journal.head", note, &error) != SAMME_OK)
        fprintf(stderr, "samme: warning: %s\n", error.text);
}

/* The newest one that somebody has signed; only with all signatures is it handed over. */
static samme_status find_version(const samme_chain_folder *chain, uint64_t *version,
                                 samme_error *error) {
    uint64_t whole = *version, part = 0;
    char folder[SAMME_FILE_PATH_MAX];
    samme_pending pending;
    unsigned valid = 0;
    samme_status status = SAMME_OK;
    if (*version == 0) {
        status = samme_release_highest(chain, "release.note", &whole, error);
        if (status == SAMME_OK)
            status = samme_release_highest(chain, "release.part", &part, error);
        *version = part > whole ? part : whole;
    }
    if (status == SAMME_OK && *version == 0)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "%s has no signed release: samme release build, then sign", chain->path);
    if (status == SAMME_OK)
        status = samme_release_path(chain, *version, folder, error);
    if (status != SAMME_OK || has_file(folder, "release.note") || !has_file(folder, "release.part"))
        return status;
    status = samme_pending_load(folder, "release", &pending, error);
    if (status != SAMME_OK)
        return status;
    status = samme_role_signatures(&chain->root, SAMME_ROLE_RELEASE,
                                   samme_buffer_span(&pending.note), &valid, error);
    samme_pending_free(&pending);
    return status != SAMME_OK
               ? status
               : samme_fail(
                     error, SAMME_BAD_SIGNATURE,
                     "release %llu has %u of the %u signatures it needs: another holder runs "
                     "samme release sign",
                     (unsigned long long)*version, valid,
                     chain->root.roles[SAMME_ROLE_RELEASE].threshold);
}

/* With the chain's folder locked, so that what was published last is what its release.note says. */
static samme_status publish_version(const options *given, uint64_t *out_version,
                                    samme_release *out_release, uint64_t *out_index,
                                    samme_error *error) {
    samme_chain_folder chain;
    samme_status status = samme_chain_open(given->chain, &chain, error);
    if (status != SAMME_OK)
        return status;
    *out_version = given->version;
    if (given->halt && given->version == 0)
        status = samme_release_highest(&chain, "halt.note", out_version, error);
    else if (!given->halt)
        status = find_version(&chain, out_version, error);
    char folder[1100], operator_folder[1100];
    snprintf(folder, sizeof folder, "%s/releases/%llu", given->chain,
             (unsigned long long)*out_version);
    snprintf(operator_folder, sizeof operator_folder, "%s/operator", given->chain);
    samme_peer peer;
    if (status == SAMME_OK)
        status = samme_peer_open(operator_folder, given->hub, &peer, error);
    if (status == SAMME_OK) {
        samme_arena arena;
        samme_buffer note;
        samme_arena_init(&arena, 32 * 1024 * 1024);
        samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
        status = given->halt
                     ? publish_halt(&peer, folder, &arena, out_index, error)
                     : publish(&peer, &chain, folder, &arena, out_index, out_release, &note, error);
        if (status == SAMME_OK && !given->halt) /* enrolments from now on ask for no older one */
            status = samme_note_file_write(given->chain, "release.note", samme_buffer_span(&note),
                                           error);
        samme_arena_reset(&arena);
        if (status == SAMME_OK)
            keep_head(&peer, &chain, *out_index, &arena);
        samme_buffer_free(&note);
        samme_arena_free(&arena);
        samme_peer_close(&peer);
    }
    samme_chain_close(&chain);
    return status;
}

int samme_cli_release_publish(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"version", 'v', "N", 0, "the release to publish (default: the newest signed one)", 0},
        {"hub", OPTION_HUB, "tcp://HOST:PORT", 0,
         "the hub (default: the one the operator's enrolment names)", 0},
        {"halt", OPTION_HALT, NULL, 0, "hand over its halt instead: see samme release halt", 0},
        {0},
    };
    static const struct argp argp = {
        rows, parse, "CHAIN", "Hands a signed release to the hub, documents first.",
        NULL, NULL,  NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_error error = {0};
    uint64_t version = 0, index = 0;
    samme_release release = {0};
    samme_status status = publish_version(&given, &version, &release, &index, &error);
    int code = SAMME_EXIT_OK;
    if (status == SAMME_LATER) {
        fprintf(stderr, "samme: %s\n", error.text);
        code = SAMME_EXIT_UNREACHABLE;
    } else if (status != SAMME_OK) {
        code = samme_cli_fail(&error);
    } else if (given.halt) {
        printf("halt of release %llu published: journal record %llu\n", (unsigned long long)version,
               (unsigned long long)index);
    } else {
        printf("release %llu published: %zu documents, journal record %llu\n",
               (unsigned long long)version, release.document_count, (unsigned long long)index);
    }
    samme_release_free(&release);
    return code;
}
