/* GET /metrics: what of this branch is worth watching, as Prometheus reads it. Answered at once,
 * also while the disk is behind: that is when one looks. */
#include <stdio.h>

#include "base/exposition.h"
#include "node/alarms.h"
#include "node/api/cases.h"
#include "node/claims.h"
#include "node/waits.h"

typedef struct figure {
    const char *name, *help;
    samme_metric_type type;
    int64_t value;
} figure;

static void put_all(samme_buffer *out, const figure *figures, size_t count) {
    for (size_t i = 0; i < count; i++)
        samme_metric_one(out, figures[i].name, figures[i].type, figures[i].help, figures[i].value);
}

static void put_logs(samme_node *node, samme_buffer *out) {
    const samme_follow *follow = &node->follow;
    const figure figures[] = {
        {"samme_node_own_entries", "Entries of the branch's own log.", SAMME_GAUGE,
         (int64_t)node->own.size},
        {"samme_node_signed_entries", "Own entries under the newest checkpoint signed.",
         SAMME_GAUGE, (int64_t)node->signed_range.size},
        {"samme_node_acked_entries", "Own entries that the hub has merged.", SAMME_GAUGE,
         (int64_t)node->acked_size},
        {"samme_node_journal_records", "Records of the journal verified and held.", SAMME_GAUGE,
         (int64_t)follow->held.size},
        {"samme_node_journal_heard_records", "Records the hub has told of.", SAMME_GAUGE,
         (int64_t)follow->hub_size},
        {"samme_node_folded_records", "Records of the journal folded.", SAMME_GAUGE,
         (int64_t)follow->replay.range.size},
        {"samme_node_folding_stopped", "1 when the next record cannot be folded by this version.",
         SAMME_GAUGE, follow->stopped},
        {"samme_node_quarantined_entries", "Entries and records that no version may accept.",
         SAMME_GAUGE, (int64_t)samme_quarantine_count(&follow->replay.rows)},
        {"samme_node_refused_messages_total", "Messages from the hub that were refused.",
         SAMME_COUNTER, (int64_t)node->refused_messages},
    };
    put_all(out, figures, sizeof figures / sizeof *figures);
}

static void put_alarms(samme_node *node, samme_buffer *out) {
    samme_alarm_figures alarms;
    if (samme_alarm_figures_read(node, &alarms) != SAMME_OK)
        return; /* the rows cannot be read: other figures say why */
    samme_metric_one(out, "samme_node_alarms_pending", SAMME_GAUGE,
                     "Lines refunded beyond what was sold, open or taken, of all branches.",
                     (int64_t)alarms.pending);
    samme_metric_one(out, "samme_node_alarms_owned", SAMME_GAUGE,
                     "Of these, those that this branch answers for.", (int64_t)alarms.owned);
    samme_metric(out, "samme_node_alarm_oldest_age_seconds", SAMME_GAUGE,
                 "Since the oldest of its own was raised, by the hub's time.");
    if (alarms.oldest_ms != 0)
        samme_metric_ms(out, "samme_node_alarm_oldest_age_seconds", "", NULL, 0,
                        samme_node_time(node) - alarms.oldest_ms);
}

/* Of those that wait for somebody; unresolved money counts as refunded until a till says. */
static void put_returns(samme_node *node, samme_buffer *out) {
    static const char *const states[] = {"open",       "decided",  "authorised",
                                         "unresolved", "awaiting", "received"};
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_metric(out, "samme_node_returns", SAMME_GAUGE,
                 "Returns of this branch that wait for something, by state.");
    for (size_t i = 0; node->views.open && i < sizeof states / sizeof *states; i++) {
        samme_case_list list;
        uint64_t count;
        const samme_label label = {"state", states[i]};
        if (samme_cases_in(node, states[i], &list) == SAMME_OK &&
            samme_count_cases(&rows, &list, &count) == SAMME_OK)
            samme_metric_value(out, "samme_node_returns", "", &label, 1, (int64_t)count);
    }
    samme_metric_one(out, "samme_node_waits", SAMME_GAUGE,
                     "Questions about a return that wait for it to change.",
                     (int64_t)samme_waits_count(node));
}

/* How many, never which. */
static void put_keys(samme_node *node, samme_buffer *out) {
    const samme_node_keys keys = samme_node_look_at_keys(node);
    if (!keys.present)
        return;
    const struct {
        const char *kind;
        uint64_t count;
    } kinds[] = {{"customer", keys.figures.customers},
                 {"clerk", keys.figures.clerks},
                 {"erased", keys.figures.erased}};
    samme_metric(out, "samme_node_keys", SAMME_GAUGE, "Subjects of the key map, by kind.");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const samme_label label = {"kind", kinds[i].kind};
        samme_metric_value(out, "samme_node_keys", "", &label, 1, (int64_t)kinds[i].count);
    }
    const figure figures[] = {
        {"samme_node_keys_pulled", "The sequence up to which the hub's key map is pulled.",
         SAMME_GAUGE, (int64_t)keys.figures.size},
        {"samme_node_keys_heard", "The sequence up to which the hub has said that there is one.",
         SAMME_GAUGE, (int64_t)node->keys.hub_size},
        {"samme_node_keys_set_aside_total", "Keys for subjects that have another one.",
         SAMME_COUNTER, (int64_t)keys.figures.others},
        {"samme_node_keys_refused_total", "Items of the hub's key map that were not taken.",
         SAMME_COUNTER, (int64_t)keys.figures.refused},
    };
    put_all(out, figures, sizeof figures / sizeof *figures);
}

static void put_work(samme_node *node, samme_buffer *out) {
    const struct {
        const char *name;
        const samme_space *space;
    } stores[] = {{"log", &node->log}, {"views", &node->views}};
    const figure figures[] = {
        {"samme_node_outbox_items", "Answers and messages that wait for a commit.", SAMME_GAUGE,
         (int64_t)node->outbox.count},
        {"samme_node_outbox_bytes", "Bytes of them.", SAMME_GAUGE, (int64_t)node->outbox.bytes},
        {"samme_node_decisions_held", "Decisions that wait for a loan.", SAMME_GAUGE,
         (int64_t)samme_claims_waiting(node)},
        {"samme_node_in_session", "1 while the hub knows where this branch stands.", SAMME_GAUGE,
         node->in_session},
        {"samme_node_read_only", "1 when the node neither writes nor signs.", SAMME_GAUGE,
         node->trouble[0] != 0},
    };
    put_all(out, figures, sizeof figures / sizeof *figures);
    samme_metric(out, "samme_node_commits_in_flight", SAMME_GAUGE, "Commits not yet on disk.");
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++) {
        const samme_label label = {"store", stores[i].name};
        const samme_space *space = stores[i].space;
        samme_metric_value(out, "samme_node_commits_in_flight", "", &label, 1,
                           (int64_t)(space->next_head - space->durable_head - 1));
    }
    samme_metric(out, "samme_node_responses_total", SAMME_COUNTER, "Answers by HTTP status.");
    for (size_t i = 0; i < node->said.count; i++) {
        char code[12];
        snprintf(code, sizeof code, "%u", node->said.codes[i]);
        const samme_label label = {"status", node->said.codes[i] == 0 ? "other" : code};
        samme_metric_value(out, "samme_node_responses_total", "", &label, 1,
                           (int64_t)node->said.times[i]);
    }
}

static void put_freshness(samme_node *node, samme_buffer *out) {
    static const Samme__Mode modes[] = {SAMME__MODE__normal, SAMME__MODE__cautious,
                                        SAMME__MODE__conservative};
    const int64_t now = samme_node_time(node);
    const Samme__Mode mode = samme_node_mode(node);
    samme_metric_one(out, "samme_node_release", SAMME_GAUGE, "The release taken; 0: none.",
                     (int64_t)node->release);
    samme_metric(out, "samme_node_release_age_seconds", SAMME_GAUGE, "Since it was taken.");
    if (node->release != 0)
        samme_metric_ms(out, "samme_node_release_age_seconds", "", NULL, 0,
                        now - node->release_taken_ms);
    samme_metric(out, "samme_node_hub_heard_age_seconds", SAMME_GAUGE,
                 "Since the hub was last heard; absent when it never was.");
    if (node->hub_heard_ms != 0)
        samme_metric_ms(out, "samme_node_hub_heard_age_seconds", "", NULL, 0,
                        now - node->hub_heard_ms);
    samme_metric(out, "samme_node_mode", SAMME_GAUGE, "1 for the mode the branch is in.");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const samme_label label = {"mode",
                                   samme_enum_name(&samme__mode__descriptor, (int)modes[i])};
        samme_metric_value(out, "samme_node_mode", "", &label, 1, mode == modes[i]);
    }
}

void samme_api_metrics(samme_call *call) {
    samme_node *node = call->node;
    char branch[16];
    snprintf(branch, sizeof branch, "%u", node->setup.branch);
    const samme_label who[] = {{"branch", branch}, {"name", node->setup.name}};
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_metric(&text, "samme_node_info", SAMME_GAUGE, "1; says which branch this is.");
    samme_metric_value(&text, "samme_node_info", "", who, 2, 1);
    put_logs(node, &text);
    put_keys(node, &text);
    put_alarms(node, &text);
    put_returns(node, &text);
    put_work(node, &text);
    put_freshness(node, &text);
    const samme_response response = {
        .status = 200, .content_type = SAMME_EXPOSITION_TYPE, .body = samme_buffer_span(&text)};
    samme_node_say(node, call->request->id, &response);
    samme_buffer_free(&text);
}
