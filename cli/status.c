/* samme status --as ENROLMENT: what the hub and every branch hold, and who differs. */
#include <argp.h>
#include <stdio.h>

#include "base/calendar.h"
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

static bool is_heard(const Samme__PeerStatus *peer) {
    return peer->heard_ms != 0;
}

/* Another state after the same journal, or another answer under the same release: no delay explains
 * that. */
static bool is_state_different(const Samme__StatusPart *status, const Samme__PeerStatus *peer) {
    return is_heard(peer) && peer->folded_size == status->folded_size &&
           !samme_span_equal(samme_span_of_bytes(peer->state_digest),
                             samme_span_of_bytes(status->state_digest));
}
static bool differs(const Samme__StatusPart *status, const Samme__PeerStatus *peer) {
    return is_state_different(status, peer) || peer->probes_different > 0;
}

static void print_standing(const Samme__StatusPart *status, const Samme__PeerStatus *peer) {
    if (!is_heard(peer))
        printf("not heard since the hub started");
    else if (is_state_different(status, peer))
        printf("another STATE after the same journal");
    else if (peer->behind_entries > 0 || peer->folded_size < status->journal_size)
        printf("behind by %s%llu entries, %lld s", peer->behind_more ? "over " : "",
               (unsigned long long)peer->behind_entries, (long long)(peer->behind_ms / 1000));
    else
        printf("agrees");
    if (is_heard(peer) && status->hub_time_ms - peer->heard_ms >= 60000)
        printf(", silent for %lld s", (long long)((status->hub_time_ms - peer->heard_ms) / 1000));
}

/* What is ahead of a branch, or what it should have by now. */
static void print_rollout(const Samme__PeerStatus *peer) {
    char until[SAMME_TIME_TEXT_BYTES];
    if (peer->due_release > peer->release)
        printf(", release %llu is due", (unsigned long long)peer->due_release);
    if (peer->waiting_release == 0)
        return;
    samme_time_format(peer->waiting_until_ms, until);
    printf(", release %llu is %s%s", (unsigned long long)peer->waiting_release,
           peer->waiting_until_ms == 0 ? "halted" : "planned for ",
           peer->waiting_until_ms == 0 ? "" : until);
}

static void print_probes(const Samme__PeerStatus *peer) {
    if (peer->probes_release == 0)
        return;
    if (peer->probes_different == 0) {
        printf(peer->probes_compared ? ", %u probes alike" : ", %u probes not compared",
               peer->probes);
        if (peer->probes_release != peer->release)
            printf(" by release %llu", (unsigned long long)peer->probes_release);
        return;
    }
    printf("\n           DIFFERS on %u of %u probes of release %llu:", peer->probes_different,
           peer->probes, (unsigned long long)peer->probes_release);
    for (size_t i = 0; i < peer->n_different; i++)
        printf(" %s", peer->different[i]);
    if (peer->n_different < peer->probes_different)
        printf(" and %llu more", (unsigned long long)peer->probes_different - peer->n_different);
}

static void print_alarms(const Samme__PeerStatus *peer) {
    if (peer->alarms > 0)
        printf("\n           ALARMS to answer for: %llu, the oldest for %lld min",
               (unsigned long long)peer->alarms, (long long)(peer->alarm_oldest_ms / 60000));
}

/* Once it is worth a look. */
static void print_quota(const Samme__StatusPart *status, const Samme__PeerStatus *peer) {
    const uint64_t quota = status->branch_quota_bytes;
    if (quota > 0 && peer->day_bytes >= quota / 2)
        printf("\n           %s today %llu MiB of %llu MiB",
               peer->day_bytes >= quota ? "QUOTA USED UP:" : "quota:",
               (unsigned long long)(peer->day_bytes >> 20), (unsigned long long)(quota >> 20));
}

static void print(const Samme__StatusPart *status) {
    samme_buffer digest;
    samme_buffer_init(&digest, 200);
    samme_hex_append(&digest, samme_span_of_bytes(status->state_digest));
    printf("hub       journal %llu, folded %llu, release %llu, state %.16s\n",
           (unsigned long long)status->journal_size, (unsigned long long)status->folded_size,
           (unsigned long long)status->release, samme_buffer_text(&digest));
    samme_buffer_free(&digest);
    if (status->alarms > 0)
        printf("alarms    %llu line%s refunded beyond what was sold, to be looked into\n",
               (unsigned long long)status->alarms, status->alarms == 1 ? "" : "s");
    for (size_t i = 0; i < status->n_peers; i++) {
        const Samme__PeerStatus *peer = status->peers[i];
        printf("branch %-3u %-16s ", peer->branch, peer->name);
        if (peer->epoch > 1)
            printf("epoch %u, ", peer->epoch);
        printf("merged %llu, release %llu, ", (unsigned long long)peer->branch_size,
               (unsigned long long)peer->release);
        print_standing(status, peer);
        print_rollout(peer);
        print_probes(peer);
        print_alarms(peer);
        print_quota(status, peer);
        putchar('\n');
    }
}

static int verdict(const Samme__StatusPart *status) {
    for (size_t i = 0; i < status->n_peers; i++)
        if (differs(status, status->peers[i]))
            return SAMME_EXIT_BAD;
    return SAMME_EXIT_OK;
}

int samme_cli_status(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "folder of an enrolled peer (auditor or operator)", 0},
        {"json", 'j', NULL, 0, "print the status as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "[tcp://HUB:PORT]",
        "Shows what the hub and every branch hold, how far behind they are, and who answers which "
        "probe otherwise. Exit code 1 when somebody differs under the same release, or after the "
        "same journal.",
        NULL,
        NULL,
        NULL};
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
        code = verdict(answer->status_part);
        samme_buffer json;
        samme_buffer_init(&json, SAMME_MESSAGE_MAX_BYTES);
        samme_to_json(answer->status_part, &json);
        puts(samme_buffer_text(&json));
        samme_buffer_free(&json);
    } else {
        print(answer->status_part);
        code = verdict(answer->status_part);
    }
    samme_arena_free(&arena);
    return code;
}
