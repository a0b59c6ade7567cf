/* samme audit --as ENROLMENT [SOURCE...]: trusts nobody, checks everything again, and names what is
 * wrong. */
#include <argp.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/auditing.h"
#include "cli/cli.h"
#include "http/client.h"
#include "wire/mapping.h"

enum { SOURCES_MAX = 64, STATUS_MS = 5000 };

typedef struct options {
    const char *enrolment;
    const char *sources[SOURCES_MAX];
    size_t source_count;
    bool json;
} options;

/* What somebody else says the state is. */
typedef struct witness {
    char who[160];
    uint64_t folded_size;
    samme_hash digest;
    const char *result; /* agrees, DIFFERS, at another size, silent */
} witness;

typedef struct report {
    samme_audit audit;
    samme_status status;
    samme_error error;
    witness witnesses[SOURCES_MAX + SAMME_ROSTER_BRANCHES_MAX];
    size_t witness_count;
    bool good;
} report;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'a')
        given->enrolment = value;
    else if (key == 'j')
        given->json = true;
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
    witness *one = &about->witnesses[about->witness_count++];
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

static void ask_node(report *about, const char *url) {
    samme_error error;
    samme_http_client *client;
    samme_buffer body;
    samme_buffer_init(&body, 1024 * 1024);
    samme_arena arena;
    samme_arena_init(&arena, 4 * 1024 * 1024);
    unsigned code = 0;
    Samme__ApiAnswer *answer = NULL;
    if (samme_http_client_new(url, &client, &error) == SAMME_OK) {
        if (samme_http_call(client, "/v1/status", NULL, SAMME_SPAN(NULL, 0), &code, &body,
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
    return strncmp(source, "http://", 7) == 0;
}
static bool is_hub(const char *source) {
    return strncmp(source, "tcp://", 6) == 0;
}

/* The journal comes from the first source that is no node's address; without one, from the hub the
 * enrolment names. */
static void run_audit(const options *given, report *about) {
    const char *journal = NULL;
    for (size_t i = 0; i < given->source_count && journal == NULL; i++)
        journal = is_node(given->sources[i]) ? NULL : given->sources[i];
    samme_peer peer = {0};
    about->good = true;
    if (journal != NULL && !is_hub(journal)) {
        samme_enrolment as;
        about->status = samme_crypto_init(&about->error);
        if (about->status == SAMME_OK)
            about->status = samme_enrol_load(given->enrolment, &as, &about->error);
        if (about->status == SAMME_OK) {
            about->status = samme_audit_folder(&as, journal, &about->audit, &about->error);
            samme_enrol_free(&as);
        }
    } else {
        about->status = samme_peer_open(given->enrolment, journal, &peer, &about->error);
        if (about->status == SAMME_OK) {
            about->status = samme_audit_hub(&peer, &about->audit, &about->error);
            if (about->status == SAMME_OK)
                ask_hub(about, &peer);
            samme_peer_close(&peer);
        }
    }
    for (size_t i = 0; about->status == SAMME_OK && i < given->source_count; i++)
        if (is_node(given->sources[i]))
            ask_node(about, given->sources[i]);
    if (about->status != SAMME_OK || about->audit.findings_total > 0 ||
        about->audit.excess_total > 0)
        about->good = false;
}

static void hex(samme_buffer *out, const samme_hash *hash) {
    samme_hex_append(out, samme_span_of_hash(hash));
}

static void print_text(const report *about) {
    const samme_audit *audit = &about->audit;
    samme_buffer out;
    samme_buffer_init(&out, 64 * 1024 * 1024);
    samme_buffer_printf(&out, "journal     %llu records, root ",
                        (unsigned long long)audit->journal_size);
    hex(&out, &audit->journal_root);
    samme_buffer_printf(&out, "\n            %s\n",
                        audit->head_signed
                            ? "head signed by the hub; every record, note, root and entry checked"
                            : "a copy on disk: nobody signed its head; all else checked");
    samme_buffer_printf(
        &out,
        "entries     %llu\ndecisions   %llu decided again\nrelease     %llu newest\nstate       ",
        (unsigned long long)audit->entries, (unsigned long long)audit->decisions,
        (unsigned long long)audit->release);
    hex(&out, &audit->state_digest);
    samme_buffer_append_text(&out, "\n");
    for (size_t i = 0; i < about->witness_count; i++)
        samme_buffer_printf(&out, "digest      %-15s %s (at %llu)\n", about->witnesses[i].result,
                            about->witnesses[i].who,
                            (unsigned long long)about->witnesses[i].folded_size);
    for (size_t i = 0; i < audit->finding_count; i++) {
        const samme_finding *finding = &audit->findings[i];
        samme_buffer_printf(
            &out, "finding     %s: branch %u epoch %u entry %llu (journal record %llu): %s\n",
            samme_finding_name(finding->kind), finding->position.branch, finding->position.epoch,
            (unsigned long long)finding->position.index,
            (unsigned long long)finding->position.journal_index, finding->text);
    }
    if (audit->findings_total > audit->finding_count)
        samme_buffer_printf(&out, "            and %llu more findings\n",
                            (unsigned long long)(audit->findings_total - audit->finding_count));
    for (size_t i = 0; i < audit->excess_count; i++) {
        const Samme__ExcessRow *row = audit->excess[i];
        samme_buffer_printf(&out,
                            "beyond sale branch %u receipt %s (till %s, %s) line %u: sold "
                            "%lld/1000 for %lld, refunded "
                            "%lld/1000 and %lld, by branches",
                            row->receipt->branch, row->receipt->number, row->receipt->till,
                            row->receipt->business_date, row->no, (long long)row->sold,
                            (long long)row->paid, (long long)row->refunded,
                            (long long)row->refunded_amount);
        for (size_t b = 0; b < row->n_branches; b++)
            samme_buffer_printf(&out, " %u", row->branches[b]);
        samme_buffer_append_text(&out, "\n");
    }
    if (audit->excess_total > audit->excess_count)
        samme_buffer_printf(&out, "            and %llu more lines beyond sale\n",
                            (unsigned long long)(audit->excess_total - audit->excess_count));
    if (about->status != SAMME_OK)
        samme_buffer_printf(&out, "STOPPED     %s: %s\n", samme_status_name(about->status),
                            about->error.text);
    samme_buffer_printf(&out, "result      %s\n", about->good ? "good" : "BAD");
    fputs(samme_buffer_text(&out), stdout);
    samme_buffer_free(&out);
}

static void json_field(samme_buffer *out, const char *name, const char *text) {
    samme_buffer_printf(out, "\"%s\":", name);
    samme_json_string(out, samme_span_of_text(text));
}

static void print_json(const report *about) {
    const samme_audit *audit = &about->audit;
    samme_buffer out;
    samme_buffer_init(&out, 64 * 1024 * 1024);
    samme_buffer_printf(&out, "{\"result\":\"%s\",\"journalSize\":%llu,\"journalRoot\":\"",
                        about->good ? "good" : "bad", (unsigned long long)audit->journal_size);
    hex(&out, &audit->journal_root);
    samme_buffer_printf(&out,
                        "\",\"headSigned\":%s,\"entries\":%llu,\"decisions\":%llu,\"release\":%llu,"
                        "\"stateDigest\":\"",
                        audit->head_signed ? "true" : "false", (unsigned long long)audit->entries,
                        (unsigned long long)audit->decisions, (unsigned long long)audit->release);
    hex(&out, &audit->state_digest);
    samme_buffer_append_text(&out, "\",\"digests\":[");
    for (size_t i = 0; i < about->witness_count; i++) {
        samme_buffer_append_text(&out, i > 0 ? ",{" : "{");
        json_field(&out, "who", about->witnesses[i].who);
        samme_buffer_printf(&out, ",\"foldedSize\":%llu,\"digest\":\"",
                            (unsigned long long)about->witnesses[i].folded_size);
        hex(&out, &about->witnesses[i].digest);
        samme_buffer_append_text(&out, "\",");
        json_field(&out, "result", about->witnesses[i].result);
        samme_buffer_append_text(&out, "}");
    }
    samme_buffer_printf(&out, "],\"findingsTotal\":%llu,\"findings\":[",
                        (unsigned long long)audit->findings_total);
    for (size_t i = 0; i < audit->finding_count; i++) {
        const samme_finding *finding = &audit->findings[i];
        samme_buffer_printf(
            &out, "%s{\"kind\":\"%s\",\"branch\":%u,\"epoch\":%u,\"entry\":%llu,\"record\":%llu,",
            i > 0 ? "," : "", samme_finding_name(finding->kind), finding->position.branch,
            finding->position.epoch, (unsigned long long)finding->position.index,
            (unsigned long long)finding->position.journal_index);
        json_field(&out, "text", finding->text);
        samme_buffer_append_text(&out, "}");
    }
    samme_buffer_printf(&out, "],\"beyondSaleTotal\":%llu,\"beyondSale\":[",
                        (unsigned long long)audit->excess_total);
    for (size_t i = 0; i < audit->excess_count; i++) {
        samme_buffer_append_text(&out, i > 0 ? "," : "");
        samme_to_json(audit->excess[i], &out);
    }
    samme_buffer_append_text(&out, "],");
    json_field(&out, "stopped", about->status == SAMME_OK ? "" : about->error.text);
    samme_buffer_append_text(&out, "}");
    puts(samme_buffer_text(&out));
    samme_buffer_free(&out);
}

int samme_cli_audit(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"as", 'a', "ENROLMENT", 0, "the auditor's folder, made by samme chain enrol", 0},
        {"json", 'j', NULL, 0, "print the report as JSON", 0},
        {0},
    };
    static const struct argp argp = {rows,
                                     parse,
                                     "[SOURCE...]",
                                     "Replays the journal and decides every return again.\v"
                                     "A SOURCE is tcp://HUB:PORT, the data folder of a hub or "
                                     "node, or a node's http://HOST:PORT, whose state digest "
                                     "is compared. Without one the hub named in the enrolment is "
                                     "asked. Exit code 0: all is as it should be; 1: "
                                     "something is not, and is named; 69: the hub does not answer.",
                                     NULL,
                                     NULL,
                                     NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    static report about; /* large; one audit a process */
    run_audit(&given, &about);
    int code = about.good ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    if (about.audit.findings == NULL ||
        about.status == SAMME_LATER) { /* it never began, or could not go on */
        code = about.status == SAMME_LATER ? SAMME_EXIT_UNREACHABLE : samme_cli_fail(&about.error);
        if (about.status == SAMME_LATER)
            fprintf(stderr, "samme: %s\n", about.error.text);
    } else if (given.json) {
        print_json(&about);
    } else {
        print_text(&about);
    }
    samme_audit_free(&about.audit);
    return code;
}
