/* GET /metrics of the hub, as Prometheus reads it. */
#include <stdio.h>

#include "base/exposition.h"
#include "hub/core.h"

void samme_hub_commit_begun(samme_hub_counts *counts, uint64_t head, int64_t now_ms) {
    if (counts->count == SAMME_HUB_TIMED_COMMITS)
        return;
    const size_t newest = (counts->first + counts->count - 1) % SAMME_HUB_TIMED_COMMITS;
    if (counts->count > 0 && counts->under_way[newest].head >= head)
        return;
    const size_t at = (counts->first + counts->count++) % SAMME_HUB_TIMED_COMMITS;
    counts->under_way[at].head = head;
    counts->under_way[at].begun_ms = now_ms;
}

void samme_hub_commits_durable(samme_hub_counts *counts, uint64_t durable_head, int64_t now_ms) {
    while (counts->count > 0 && counts->under_way[counts->first].head <= durable_head) {
        counts->commits++;
        counts->commit_ms += now_ms - counts->under_way[counts->first].begun_ms;
        counts->first = (counts->first + 1) % SAMME_HUB_TIMED_COMMITS;
        counts->count--;
    }
}

static void put_journal(const samme_hub *hub, samme_buffer *out) {
    const struct {
        const char *name, *help;
        samme_metric_type type;
        uint64_t value;
    } figures[] = {
        {"samme_hub_journal_records", "Records of the journal.", SAMME_GAUGE, hub->journal.size},
        {"samme_hub_folded_records", "Records of the journal folded.", SAMME_GAUGE,
         hub->follow.replay.range.size},
        {"samme_hub_release", "The newest release; 0: none.", SAMME_GAUGE, hub->release_version},
        {"samme_hub_roster", "The newest roster.", SAMME_GAUGE, hub->roster_version},
        {"samme_hub_batches_total", "Batches merged.", SAMME_COUNTER, hub->counts.batches},
        {"samme_hub_entries_total", "Entries merged.", SAMME_COUNTER, hub->counts.entries},
        {"samme_hub_bytes_total", "Bytes of entries merged.", SAMME_COUNTER, hub->counts.bytes},
        {"samme_hub_later_total", "Requests told to come later.", SAMME_COUNTER, hub->counts.later},
        {"samme_hub_silent_total", "Claims answered in place of a branch that is away.",
         SAMME_COUNTER, hub->counts.silent},
        {"samme_hub_refused_messages_total", "Messages and handshakes refused.", SAMME_COUNTER,
         hub->refused_messages + hub->transport_refused},
        {"samme_hub_outbox_items", "Messages that wait for a commit.", SAMME_GAUGE,
         hub->outbox.count},
        {"samme_hub_outbox_bytes", "Bytes of them.", SAMME_GAUGE, hub->outbox.bytes},
        {"samme_hub_appending", "0 when nothing is appended until an operator has looked.",
         SAMME_GAUGE,
         hub->trouble[0] == 0 && hub->refill.stage != SAMME_HUB_FORKED &&
             hub->refill.stage != SAMME_HUB_CLOCK},
        {"samme_hub_in_service", "0 while nothing is appended, for whatever reason.", SAMME_GAUGE,
         samme_hub_serves(hub)},
        {"samme_hub_gathering", "1 while the hub waits, after a start, for branches to say hello.",
         SAMME_GAUGE, hub->refill.gathering},
        {"samme_hub_refill_records",
         "Records of its own journal that the hub knows of and does not hold.", SAMME_GAUGE,
         samme_hub_missing(hub)},
        {"samme_hub_forked", "1 when the hub has signed two journals.", SAMME_GAUGE,
         hub->refill.stage == SAMME_HUB_FORKED},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        samme_metric_one(out, figures[i].name, figures[i].type, figures[i].help,
                         (int64_t)figures[i].value);
    samme_metric(out, "samme_hub_commit_seconds", SAMME_SUMMARY,
                 "From a commit's queueing to its being on disk.");
    samme_metric_ms(out, "samme_hub_commit_seconds", "_sum", NULL, 0, hub->counts.commit_ms);
    samme_metric_value(out, "samme_hub_commit_seconds", "_count", NULL, 0,
                       (int64_t)hub->counts.commits);
}

/* How many, never which. */
static void put_keys(samme_hub *hub, samme_buffer *out) {
    const samme_hub_keys_view keys = samme_hub_look_at_keys(hub);
    if (!keys.present)
        return;
    const struct {
        const char *kind;
        uint64_t count;
    } kinds[] = {{"customer", keys.figures.customers},
                 {"clerk", keys.figures.clerks},
                 {"erased", keys.figures.erased}};
    samme_metric(out, "samme_hub_keys", SAMME_GAUGE, "Subjects of the key map, by kind.");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const samme_label label = {"kind", kinds[i].kind};
        samme_metric_value(out, "samme_hub_keys", "", &label, 1, (int64_t)kinds[i].count);
    }
    samme_metric_one(out, "samme_hub_keys_sequence", SAMME_GAUGE,
                     "The newest sequence of the key map.", (int64_t)keys.figures.size);
    samme_metric_one(out, "samme_hub_keys_set_aside_total", SAMME_COUNTER,
                     "Keys for subjects that have another one.", (int64_t)keys.figures.others);
    samme_metric_one(out, "samme_hub_keys_refused_total", SAMME_COUNTER,
                     "Keys for subjects that are erased.", (int64_t)keys.figures.refused);
}

typedef struct branch_figure {
    const char *name, *help;
    /* false: there is no such figure of this branch */
    bool (*value)(samme_hub *hub, const samme_roster_branch *branch, int64_t *out);
    bool is_ms;
} branch_figure;

static bool merged(samme_hub *hub, const samme_roster_branch *branch, int64_t *out) {
    samme_range range;
    if (samme_hub_branch_range(hub, branch->number, branch->epoch, &range) != SAMME_OK)
        return false;
    *out = (int64_t)range.size;
    return true;
}

static bool behind(samme_hub *hub, const samme_roster_branch *branch, int64_t *out) {
    const samme_hub_peer *peer = samme_hub_heard_peer(hub, &branch->curve);
    *out = peer == NULL || peer->folded_size > hub->journal.size
               ? 0
               : (int64_t)(hub->journal.size - peer->folded_size);
    return peer != NULL;
}

static bool heard_age(samme_hub *hub, const samme_roster_branch *branch, int64_t *out) {
    const samme_hub_peer *peer = samme_hub_heard_peer(hub, &branch->curve);
    *out = peer == NULL ? 0 : samme_hub_time(hub) - peer->heard_ms;
    return peer != NULL;
}

static bool probes_different(samme_hub *hub, const samme_roster_branch *branch, int64_t *out) {
    const samme_hub_peer *peer = samme_hub_heard_peer(hub, &branch->curve);
    *out = peer == NULL ? 0 : (int64_t)peer->answers.different.count;
    return peer != NULL && peer->answers.compared;
}

static void put_branches(samme_hub *hub, samme_buffer *out) {
    static const branch_figure figures[] = {
        {"samme_hub_branch_merged_entries", "Entries of the branch's log merged.", merged, false},
        {"samme_hub_branch_behind_records",
         "Records of the journal that the branch has not folded; absent until it is heard.", behind,
         false},
        {"samme_hub_branch_probes_different",
         "Probes of its release that the branch answers otherwise than the hub; absent until told.",
         probes_different, false},
        {"samme_hub_branch_heard_age_seconds", "Since it was last heard; absent until it is heard.",
         heard_age, true},
    };
    const samme_roster *roster = &hub->follow.replay.roster;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        samme_metric(out, figures[i].name, SAMME_GAUGE, figures[i].help);
        for (size_t k = 0; k < roster->branch_count; k++) {
            char number[16];
            int64_t value;
            snprintf(number, sizeof number, "%u", roster->branches[k].number);
            const samme_label labels[] = {{"branch", number}, {"name", roster->branches[k].name}};
            if (!figures[i].value(hub, &roster->branches[k], &value))
                continue;
            (figures[i].is_ms ? samme_metric_ms : samme_metric_value)(out, figures[i].name, "",
                                                                      labels, 2, value);
        }
    }
}

static void put_alarms(samme_hub *hub, samme_buffer *out) {
    static const char pending[] = "samme_hub_branch_alarms_pending",
                      age[] = "samme_hub_branch_alarm_oldest_age_seconds";
    const samme_roster *roster = &hub->follow.replay.roster;
    samme_hub_alarms alarms;
    if (samme_space_begin(&hub->views, NULL) != SAMME_OK)
        return;
    if (samme_hub_alarms_read(hub, &alarms) == SAMME_OK) {
        samme_metric_one(out, "samme_hub_alarms_pending", SAMME_GAUGE,
                         "Lines refunded beyond what was sold, open or taken.",
                         (int64_t)alarms.pending);
        for (unsigned ages = 0; ages < 2; ages++) {
            samme_metric(out, ages ? age : pending, SAMME_GAUGE,
                         ages ? "Since the oldest of them was raised; absent when there is none."
                              : "Of these, those that the branch answers for.");
            for (size_t i = 0; i < roster->branch_count; i++) {
                char number[16];
                snprintf(number, sizeof number, "%u", roster->branches[i].number);
                const samme_label labels[] = {{"branch", number},
                                              {"name", roster->branches[i].name}};
                if (!ages)
                    samme_metric_value(out, pending, "", labels, 2, (int64_t)alarms.of[i].pending);
                else if (alarms.of[i].pending > 0)
                    samme_metric_ms(out, age, "", labels, 2, alarms.of[i].oldest_ms);
            }
        }
        samme_hub_alarms_free(&alarms);
    }
    samme_space_abandon(&hub->views);
}

void samme_hub_metrics(samme_hub *hub, samme_buffer *out) {
    put_journal(hub, out);
    put_keys(hub, out);
    if (hub->store_failed || samme_space_begin(&hub->log, NULL) != SAMME_OK)
        return;
    put_branches(hub, out);
    put_alarms(hub, out);
    samme_space_abandon(&hub->log);
}
