/* samme status --as ENROLMENT: what the hub and every branch hold. */
#include <argp.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/peer.h"
#include "wire/mapping.h"

typedef struct options {
    const char *enrolment, *hub;
    bool json;
} options;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == 'j')
        given->json = true;
    else if (key == ARGP_KEY_ARG && given->hub == NULL)
        given->hub = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one hub at a time");
    else if (key == ARGP_KEY_END && given->enrolment == NULL)
        argp_error(state, "expected --as ENROLMENT");
    return 0;
}

static void print(const Samme__StatusPart *status) {
    samme_buffer digest;
    samme_buffer_init(&digest, 200);
    samme_hex_append(&digest, samme_span_of_bytes(status->state_digest));
    printf("hub       journal %llu, folded %llu, release %llu, state %.16s\n",
           (unsigned long long)status->journal_size, (unsigned long long)status->folded_size,
           (unsigned long long)status->release, samme_buffer_text(&digest));
    for (size_t i = 0; i < status->n_peers; i++) {
        const Samme__PeerStatus *peer = status->peers[i];
        samme_buffer_clear(&digest);
        samme_hex_append(&digest, samme_span_of_bytes(peer->state_digest));
        bool agrees = peer->folded_size == status->folded_size &&
                      samme_span_equal(samme_span_of_bytes(peer->state_digest),
                                       samme_span_of_bytes(status->state_digest));
        printf("branch %-3u %-16s merged %llu, folded %llu, state %.16s %s\n", peer->branch,
               peer->name, (unsigned long long)peer->branch_size,
               (unsigned long long)peer->folded_size, samme_buffer_text(&digest),
               peer->heard_ms == 0                        ? "not heard since the hub started"
               : agrees                                   ? "agrees"
               : peer->folded_size != status->folded_size ? "behind"
                                                          : "DIFFERS");
    }
    samme_buffer_free(&digest);
}

int samme_cli_status(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "folder of an enrolled peer (auditor or operator)", 0},
        {"json", 'j', NULL, 0, "print the status as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        rows, parse, "[tcp://HUB:PORT]", "Shows what the hub and every branch hold.", NULL,
        NULL, NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_error error = {0};
    samme_peer peer;
    samme_arena arena;
    samme_arena_init(&arena, 32 * 1024 * 1024);
    Samme__Message *answer = NULL, request = SAMME__MESSAGE__INIT;
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    request.pull_status = &pull;
    samme_status status = samme_peer_open(given.enrolment, given.hub, &peer, &error);
    if (status == SAMME_OK) {
        status = samme_peer_ask(&peer, &request, SAMME__MESSAGE__WHAT_STATUS_PART, 5000, &arena,
                                &answer, &error);
        samme_peer_close(&peer);
    }
    int code = SAMME_EXIT_OK;
    if (status == SAMME_LATER) {
        fprintf(stderr, "samme: %s\n", error.text);
        code = SAMME_EXIT_UNREACHABLE;
    } else if (status != SAMME_OK) {
        code = samme_cli_fail(&error);
    } else if (given.json) {
        samme_buffer json;
        samme_buffer_init(&json, SAMME_MESSAGE_MAX_BYTES);
        samme_to_json(answer->status_part, &json);
        puts(samme_buffer_text(&json));
        samme_buffer_free(&json);
    } else {
        print(answer->status_part);
    }
    samme_arena_free(&arena);
    return code;
}
