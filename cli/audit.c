/* samme audit --as ENROLMENT [SOURCE...]: trusts nobody, checks everything again, and names what is
 * wrong. */
#include <argp.h>
#include <stdio.h>

#include "base/calendar.h"
#include "base/text.h"
#include "cli/audit_report.h"
#include "cli/cli.h"
#include "http/client.h"
#include "os/files.h"

enum { SOURCES_MAX = SAMME_COMPARED_MAX, STATUS_MS = 5000, PROOF_MODE = 0644 };

typedef struct options {
    const char *enrolment;
    const char *sources[SOURCES_MAX];
    size_t source_count;
    const char *authorities; /* PEM file; NULL: SAMME_CA's or the machine's */
    const char *proofs;      /* folder; NULL: none are written */
    samme_audit_options how;
    bool json;
} options;

typedef samme_audit_report report;

/* A journal record's index, or a day or moment in UTC. */
static bool parse_since(const char *text, samme_audit_options *how) {
    int32_t day, offset;
    if (samme_u64_parse(samme_span_of_text(text), &how->since_index) == SAMME_OK)
        return true;
    if (samme_date_parse(text, &day) == SAMME_OK) {
        how->since_ms = (int64_t)day * 86400000;
        return true;
    }
    return samme_time_parse(text, &how->since_ms, &offset) == SAMME_OK;
}

static bool parse_branch(const char *text, uint32_t *out) {
    uint64_t number;
    if (samme_u64_parse(samme_span_of_text(text), &number) != SAMME_OK || number == 0 ||
        number > UINT32_MAX)
        return false;
    *out = (uint32_t)number;
    return true;
}

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == 'j')
        given->json = true;
    else if (key == 'e')
        given->how.every_signature = true;
    else if (key == 's' && !parse_since(value, &given->how))
        argp_error(state,
                   "%s: expected the index of a journal record, YYYY-MM-DD or "
                   "YYYY-MM-DDThh:mm:ssZ",
                   value);
    else if (key == 'b' && !parse_branch(value, &given->how.only_branch))
        argp_error(state, "%s: expected the number of a branch", value);
    else if (key == 't')
        given->how.state_file = value;
    else if (key == 'p')
        given->proofs = value;
    else if (key == 'c')
        given->authorities = value;
    else if (key == ARGP_KEY_ARG && given->source_count < SOURCES_MAX)
        given->sources[given->source_count++] = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "at most %d sources", SOURCES_MAX);
    else if (key == ARGP_KEY_END && given->enrolment == NULL)
        argp_error(state, "expected --as ENROLMENT, an auditor's folder made by samme chain enrol");
    return 0;
}

static void judge(report *about, const char *who, uint64_t folded_size, samme_span digest,
                  bool heard) {
    if (about->witness_count == sizeof about->witnesses / sizeof about->witnesses[0])
        return;
    samme_witness *one = &about->witnesses[about->witness_count++];
    snprintf(one->who, sizeof one->who, "%s", who);
    one->folded_size = folded_size;
    if (digest.length == sizeof one->digest.bytes)
        memcpy(one->digest.bytes, digest.data, sizeof one->digest.bytes);
    bool same = samme_span_equal(digest, samme_span_of_hash(&about->audit.state_digest));
    one->result = !heard                                     ? "silent"
                  : folded_size != about->audit.journal_size ? "at another size"
                  : same                                     ? "agrees"
                                                             : "DIFFERS";
    if (heard && folded_size == about->audit.journal_size && !same)
        about->good = false;
}

/* The hub's own digest, and what it last heard of the branches. */
static void ask_hub(report *about, samme_peer *peer) {
    samme_arena arena;
    samme_arena_init(&arena, 8 * 1024 * 1024);
    Samme__PullStatus pull = SAMME__PULL_STATUS__INIT;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_STATUS;
    request.pull_status = &pull;
    samme_error error;
    if (samme_peer_ask(peer, &request, SAMME__MESSAGE__WHAT_STATUS_PART, STATUS_MS, &arena, &answer,
                       &error) != SAMME_OK) {
        judge(about, "hub", 0, SAMME_SPAN(NULL, 0), false);
    } else {
        const Samme__StatusPart *status = answer->status_part;
        judge(about, "hub", status->folded_size, samme_span_of_bytes(status->state_digest), true);
        for (size_t i = 0; i < status->n_peers; i++) {
            char who[160];
            snprintf(who, sizeof who, "branch %u %s, as the hub heard", status->peers[i]->branch,
                     status->peers[i]->name);
            judge(about, who, status->peers[i]->folded_size,
                  samme_span_of_bytes(status->peers[i]->state_digest),
                  status->peers[i]->heard_ms != 0);
        }
    }
    samme_arena_free(&arena);
}

static void ask_node(report *about, const char *url, const char *authorities) {
    samme_error error;
    samme_http_client *client;
    samme_buffer body;
    samme_buffer_init(&body, 1024 * 1024);
    samme_arena arena;
    samme_arena_init(&arena, 4 * 1024 * 1024);
    unsigned code = 0;
    Samme__ApiAnswer *answer = NULL;
    if (samme_http_client_new(url, &client, &error) == SAMME_OK) {
        if (samme_http_client_trust(client, authorities, &error) == SAMME_OK &&
            samme_http_call(client, "/v1/status", NULL, SAMME_SPAN(NULL, 0), &code, &body,
                            &error) == SAMME_OK &&
            code == 200)
            answer = SAMME_FROM_JSON(ApiAnswer, api_answer, samme_buffer_span(&body), url, &arena,
                                     &error);
        samme_http_client_free(client);
    }
    if (answer == NULL || answer->what_case != SAMME__API_ANSWER__WHAT_STATUS)
        judge(about, url, 0, SAMME_SPAN(NULL, 0), false);
    else
        judge(about, url, answer->status->folded_size,
              samme_span_of_bytes(answer->status->state_digest), true);
    samme_arena_free(&arena);
    samme_buffer_free(&body);
}

static bool is_node(const char *source) {
    return strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0;
}
static bool is_hub(const char *source) {
    return strncmp(source, "tcp://", 6) == 0;
}

/* What is audited, and what the rest is compared with: the hub when one is named or nothing else
 * is, else the first folder. */
static const char *find_journal(const options *given) {
    const char *journal = NULL;
    for (size_t i = 0; i < given->source_count; i++)
        if (is_hub(given->sources[i]))
            return given->sources[i];
        else if (journal == NULL && !is_node(given->sources[i]))
            journal = given->sources[i];
    return journal;
}

/* One audit under way, for its observer. */
typedef struct audited {
    const options *given;
    const samme_enrolment *as;
    const char *journal;
    report *about;
} audited;

static samme_status compare(void *observer, samme_space *log, samme_replay *replay,
                            samme_span head_note) {
    const audited *self = observer;
    const options *given = self->given;
    const samme_audit_held held = {.enrolment = given->enrolment,
                                   .as = self->as,
                                   .log = log,
                                   .replay = replay,
                                   .head_note = head_note};
    samme_audit_comparison *comparison = &self->about->comparison;
    samme_status status = self->journal == NULL || is_hub(self->journal)
                              ? SAMME_OK
                              : samme_audit_compare_own(comparison, &held, self->journal);
    for (size_t i = 0; i < given->source_count && status == SAMME_OK; i++)
        if (!is_node(given->sources[i]) && given->sources[i] != self->journal)
            status = samme_audit_compare(comparison, &held, given->sources[i]);
    return status;
}

static void audit_hub(audited *self, samme_audit_options *how) {
    report *about = self->about;
    samme_peer peer = {0};
    about->status = samme_peer_open(self->given->enrolment, self->journal, &peer, &about->error);
    if (about->status != SAMME_OK)
        return;
    self->as = &peer.enrolment;
    about->status = samme_audit_hub(&peer, how, &about->audit, &about->error);
    if (about->status == SAMME_OK)
        ask_hub(about, &peer);
    samme_peer_close(&peer);
}

static void audit_folder(audited *self, samme_audit_options *how) {
    report *about = self->about;
    samme_enrolment as;
    about->status = samme_enrol_load(self->given->enrolment, &as, &about->error);
    if (about->status != SAMME_OK)
        return;
    self->as = &as;
    about->status = samme_audit_folder(&as, self->journal, how, &about->audit, &about->error);
    samme_enrol_free(&as);
}

static void run_audit(const options *given, report *about) {
    audited self = {.given = given, .journal = find_journal(given), .about = about};
    samme_audit_options how = given->how;
    how.held = compare;
    how.observer = &self;
    about->good = true;
    about->only_branch = how.only_branch;
    if (self.journal == NULL || is_hub(self.journal))
        audit_hub(&self, &how);
    else
        audit_folder(&self, &how);
    for (size_t i = 0; about->status == SAMME_OK && i < given->source_count; i++)
        if (is_node(given->sources[i]))
            ask_node(about, given->sources[i], given->authorities);
    if (about->status != SAMME_OK || about->audit.findings_total > 0 ||
        about->audit.excess_pending > 0 || about->comparison.fork_count > 0)
        about->good = false;
    for (size_t i = 0; i < about->comparison.source_count; i++)
        about->good = about->good && about->comparison.sources[i].status == SAMME_OK &&
                      about->comparison.sources[i].tail.findings_total == 0;
}

/* DIR/fork-1 and so on, as tlog/fork.h has them. */
static samme_status write_proofs(const char *folder, const report *about, samme_error *error) {
    samme_status status = samme_folder_make(folder, error);
    for (size_t i = 0; i < about->comparison.fork_count && status == SAMME_OK; i++) {
        const samme_audit_fork *fork = &about->comparison.forks[i];
        char path[4200];
        snprintf(path, sizeof path, "%.4000s/fork-%zu", folder, i + 1);
        if (fork->proof.length > 0)
            status = samme_file_write(path, samme_buffer_span(&fork->proof), PROOF_MODE, error);
    }
    return status;
}

int samme_cli_audit(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "the auditor's folder, made by samme chain enrol", 0},
        {"every-signature", 'e', NULL, 0,
         "verify all notes of the branches, not only the newest of each log, which covers them", 0},
        {"branch", 'b', "N", 0, "only what branch N did, compared with all", 0},
        {"since", 's', "INDEX|DATE", 0,
         "only what journal records from INDEX on, or from DATE on, brought", 0},
        {"state", 't', "FILE", 0,
         "go on where the audit that kept FILE ended, and keep how far this one came", 0},
        {"proofs", 'p', "DIR", 0, "write proofs of forks into DIR, for samme audit fork", 0},
        {"ca", 'c', "FILE", 0,
         "certificates (PEM) that vouch for https:// nodes, instead of those of SAMME_CA", 0},
        {"json", 'j', NULL, 0, "print the report as JSON (docs/FORMATS.md)", 0},
        {0},
    };
    static const struct argp argp = {rows,
                                     parse,
                                     "[SOURCE...]",
                                     "Replays the journal and decides every return again.\v"
                                     "A SOURCE is tcp://HUB:PORT, the data folder of a hub or "
                                     "node, a folder that samme log export wrote, or a node's "
                                     "http(s)://HOST:PORT, whose state digest is compared. The "
                                     "first hub, or else the first folder, is audited; other hubs "
                                     "and folders are compared with it, record by record, and what "
                                     "a node's folder holds behind it is decided again too and "
                                     "counted apart. Without any the hub named in the "
                                     "enrolment is asked. Exit code 0: all is as it should be; 1: "
                                     "something is not, and is named; 69: the hub does not answer.",
                                     NULL,
                                     NULL,
                                     NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    static report about; /* large; one audit a process */
    run_audit(&given, &about);
    int code = about.good ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    if (!about.audit.began ||
        about.status == SAMME_LATER) { /* it never began, or could not go on */
        code = about.status == SAMME_LATER ? SAMME_EXIT_UNREACHABLE : samme_cli_fail(&about.error);
        if (about.status == SAMME_LATER)
            fprintf(stderr, "samme: %s\n", about.error.text);
    } else {
        if (given.proofs != NULL && write_proofs(given.proofs, &about, &about.error) != SAMME_OK)
            code = samme_cli_fail(&about.error);
        if (given.json)
            samme_audit_print_json(&about);
        else
            samme_audit_print_text(&about);
    }
    samme_audit_comparison_free(&about.comparison);
    samme_audit_free(&about.audit);
    return code;
}
