#include <stdio.h>

#include "base/text.h"
#include "cli/audit_report.h"
#include "history/alarms.h"
#include "wire/mapping.h"

static void hex(samme_buffer *out, const samme_hash *hash) {
    samme_hex_append(out, samme_span_of_hash(hash));
}

void samme_audit_text_finding(samme_buffer *out, const samme_finding *finding) {
    samme_buffer_printf(out,
                        "finding     %s: branch %u epoch %u entry %llu (journal record %llu): %s\n",
                        samme_finding_name(finding->kind), finding->position.branch,
                        finding->position.epoch, (unsigned long long)finding->position.index,
                        (unsigned long long)finding->position.journal_index, finding->text);
}

static void print_head(const samme_audit *audit, samme_buffer *out) {
    samme_buffer_printf(out, "journal     %llu records, root ",
                        (unsigned long long)audit->journal_size);
    hex(out, &audit->journal_root);
    samme_buffer_printf(out, "\n            %s\n",
                        audit->head_signed
                            ? "head signed by the hub; every record, root and entry checked"
                            : "a copy on disk: nobody signed its head; all else checked");
    if (audit->from_record > 0)
        samme_buffer_printf(
            out, "            what follows is of records %llu on; %llu findings before\n",
            (unsigned long long)audit->from_record, (unsigned long long)audit->findings_before);
    samme_buffer_printf(
        out,
        "notes       %llu of the branches, %llu signatures verified\nentries     %llu\n"
        "decisions   %llu decided again\nrelease     %llu newest\nstate       ",
        (unsigned long long)audit->notes, (unsigned long long)audit->signatures,
        (unsigned long long)audit->entries, (unsigned long long)audit->decisions,
        (unsigned long long)audit->release);
    hex(out, &audit->state_digest);
    samme_buffer_append_text(out, "\n");
}

static void print_findings(const samme_audit *audit, samme_buffer *out) {
    for (size_t i = 0; i < audit->finding_count; i++)
        samme_audit_text_finding(out, &audit->findings[i]);
    if (audit->findings_total > audit->finding_count)
        samme_buffer_printf(out, "            and %llu more findings\n",
                            (unsigned long long)(audit->findings_total - audit->finding_count));
}

/* What somebody made of it: those that wait are told from those that are through. */
static void print_alarm(const Samme__AlarmRow *row, samme_buffer *out) {
    if (row->state == SAMME__ALARM_STATE__excess_resolved)
        samme_buffer_printf(out, "; resolved: %s\n",
                            samme_enum_name(&samme__alarm_code__descriptor, (int)row->code));
    else
        samme_buffer_printf(out, "; %s with branch %u\n",
                            row->state == SAMME__ALARM_STATE__excess_taken ? "taken" : "OPEN",
                            row->owner);
}

/* Those that somebody must look into first. */
static void print_excess(const samme_audit *audit, bool pending, samme_buffer *out) {
    for (size_t i = 0; i < audit->excess_count; i++) {
        const Samme__AlarmRow *row = audit->excess[i];
        if (samme_alarm_pending(row) != pending)
            continue;
        samme_buffer_printf(out,
                            "beyond sale branch %u receipt %s (till %s, %s) line %u: sold "
                            "%lld/1000 for %lld, refunded "
                            "%lld/1000 and %lld, by branches",
                            row->receipt->branch, row->receipt->number, row->receipt->till,
                            row->receipt->business_date, row->no, (long long)row->sold,
                            (long long)row->paid, (long long)row->refunded,
                            (long long)row->refunded_amount);
        for (size_t b = 0; b < row->n_branches; b++)
            samme_buffer_printf(out, " %u", row->branches[b]);
        print_alarm(row, out);
    }
    if (!pending && audit->excess_total > audit->excess_count)
        samme_buffer_printf(out, "            and %llu more lines beyond sale\n",
                            (unsigned long long)(audit->excess_total - audit->excess_count));
}

/* --- what was counted */
typedef struct counted {
    samme_buffer *out;
    uint32_t only_branch;
    samme_asserted fact;
    samme_branch_tally all;
} counted;

static void add_branch(void *context, const samme_branch_tally *one) {
    counted *self = context;
    self->all.cases += one->cases;
    for (unsigned fact = 0; fact < SAMME_ASSERTED_COUNT; fact++)
        for (unsigned value = 0; value < SAMME_ASSERTED_VALUES; value++)
            self->all.asserted[fact][value] += one->asserted[fact][value];
}

/* Shares in tenths of a percent, rounded to the nearest. */
static void print_shares(samme_buffer *out, samme_asserted fact, const samme_branch_tally *one) {
    const char *between = " ";
    for (unsigned value = 0; value < SAMME_ASSERTED_VALUES; value++) {
        const uint64_t count = one->asserted[fact][value];
        if (count == 0)
            continue;
        const uint64_t share = (count * 1000 + one->cases / 2) / one->cases;
        samme_buffer_printf(out, "%s%s %llu.%llu %%", between, samme_asserted_value(fact, value),
                            (unsigned long long)(share / 10), (unsigned long long)(share % 10));
        between = ", ";
    }
    samme_buffer_append_text(out, "\n");
}

static void print_branch_shares(void *context, const samme_branch_tally *one) {
    counted *self = context;
    if (one->cases == 0 || (self->only_branch != 0 && one->branch != self->only_branch))
        return;
    samme_buffer_printf(self->out, "            branch %u, %llu cases:", one->branch,
                        (unsigned long long)one->cases);
    print_shares(self->out, self->fact, one);
}

static void print_rule(void *context, const samme_rule_tally *one) {
    counted *self = context;
    if (one->differing == 0)
        return;
    samme_buffer_printf(self->out,
                        "divergence  branch %u, rule %s: %llu of %llu lines answered otherwise, "
                        "refunds of %lld instead of %lld %s, cases %s%s\n",
                        one->branch, one->rule, (unsigned long long)one->differing,
                        (unsigned long long)one->lines, (long long)one->refund_said,
                        (long long)one->refund_due, one->currency, one->cases,
                        one->differing > 4 ? " .." : "");
}

static void print_till(void *context, const samme_till_tally *one) {
    counted *self = context;
    if ((one->gaps == 0 && one->twice == 0) ||
        (self->only_branch != 0 && one->branch != self->only_branch))
        return;
    samme_buffer_printf(self->out, "till        branch %u till %s: numbers %llu to %llu",
                        one->branch, one->till, (unsigned long long)one->first,
                        (unsigned long long)one->last);
    if (one->gaps > 0)
        samme_buffer_printf(self->out, ", %llu missing in %llu gaps, the first %llu to %llu",
                            (unsigned long long)one->missing, (unsigned long long)one->gaps,
                            (unsigned long long)one->gap_from, (unsigned long long)one->gap_to);
    if (one->twice > 0)
        samme_buffer_printf(self->out, ", %llu sales with a number given before",
                            (unsigned long long)one->twice);
    samme_buffer_append_text(self->out, "\n");
}

static void print_later(void *context, const samme_branch_tally *one) {
    counted *self = context;
    if (one->undated == 0 || (self->only_branch != 0 && one->branch != self->only_branch))
        return;
    samme_buffer_printf(
        self->out,
        "later       branch %u: of %llu lines decided as of an earlier day, %llu would "
        "be answered otherwise on the day of the decision\n",
        one->branch, (unsigned long long)one->later, (unsigned long long)one->undated);
}

static void print_tally(const samme_audit_report *about, samme_buffer *out) {
    const samme_tally *tally = about->audit.tally;
    counted self = {.out = out, .only_branch = about->only_branch};
    samme_tally_branches(tally, add_branch, &self);
    for (unsigned fact = 0; fact < SAMME_ASSERTED_COUNT && self.all.cases > 0; fact++) {
        self.fact = (samme_asserted)fact;
        samme_buffer_printf(out, "asserted    %s, %llu cases:", samme_asserted_name(self.fact),
                            (unsigned long long)self.all.cases);
        print_shares(out, self.fact, &self.all);
        samme_tally_branches(tally, print_branch_shares, &self);
    }
    samme_tally_branches(tally, print_later, &self);
    samme_tally_rules(tally, print_rule, &self);
    samme_tally_tills(tally, print_till, &self);
    if (samme_tally_full(tally))
        samme_buffer_append_text(out, "            and more, not counted: too many different\n");
}

/* --- times, days, refunds without an outcome */
enum { MS_AN_HOUR = 3600000 };

static void print_times(const samme_audit_report *about, samme_buffer *out) {
    const samme_times *times = &about->audit.times;
    for (size_t i = 0; i < times->count; i++) {
        const samme_branch_times *one = &times->items[i];
        if ((about->only_branch != 0 && one->branch != about->only_branch) ||
            (one->ahead == 0 && one->batches_back == 0))
            continue;
        samme_buffer_printf(out, "times       branch %u:", one->branch);
        if (one->ahead > 0)
            samme_buffer_printf(out,
                                " %llu of %llu entries more than a day ahead of the hub, at most "
                                "%lld h, the first in record %llu%s",
                                (unsigned long long)one->ahead, (unsigned long long)one->entries,
                                (long long)(one->ahead_most_ms / MS_AN_HOUR),
                                (unsigned long long)one->first_ahead.journal_index,
                                one->batches_back > 0 ? ";" : "");
        if (one->batches_back > 0)
            samme_buffer_printf(out,
                                " %llu of %llu batches go back more than a day, at most %lld h, "
                                "the first in record %llu",
                                (unsigned long long)one->batches_back,
                                (unsigned long long)one->batches,
                                (long long)(one->back_most_ms / MS_AN_HOUR),
                                (unsigned long long)one->first_back.journal_index);
        samme_buffer_append_text(out, "\n");
    }
}

static void print_days(const samme_audit_days *days, samme_buffer *out) {
    if (days->closed == 0)
        return;
    samme_buffer_printf(out,
                        "days        %llu closed by tills, %llu agree with their sales; returns of "
                        "%llu and amounts of %llu could not be compared\n",
                        (unsigned long long)days->closed, (unsigned long long)days->agree,
                        (unsigned long long)days->returns_not_compared,
                        (unsigned long long)days->amounts_not_compared);
    for (size_t i = 0; i < days->late_count && i < SAMME_LATE_DAYS_MAX; i++)
        samme_buffer_printf(
            out, "late        branch %u till %s, %s: %llu sales came after it was closed\n",
            days->late[i].branch, days->late[i].till, days->late[i].day,
            (unsigned long long)days->late[i].sales);
}

/* A line for each branch, with its oldest. */
static void print_unresolved(const samme_audit *audit, samme_buffer *out) {
    for (size_t i = 0, next; i < audit->unresolved_count; i = next) {
        const samme_unresolved *oldest = &audit->unresolved[i];
        next = i + 1;
        while (next < audit->unresolved_count && audit->unresolved[next].branch == oldest->branch)
            next++;
        samme_buffer_printf(out,
                            "unresolved  branch %u: %zu refunds that no till has said anything of, "
                            "the oldest of %lld h: case %s, %lld %s\n",
                            oldest->branch, next - i, (long long)(oldest->age_ms / MS_AN_HOUR),
                            oldest->case_code, (long long)oldest->refund, oldest->currency);
    }
    if (audit->unresolved_total > audit->unresolved_count)
        samme_buffer_printf(
            out, "            and %llu more refunds without an outcome\n",
            (unsigned long long)(audit->unresolved_total - audit->unresolved_count));
}

/* --- other sources */
static void print_tail(const samme_audit_source *source, samme_buffer *out) {
    const samme_audit_tail *tail = &source->tail;
    if (source->own_size <= source->own_merged)
        return;
    samme_buffer_printf(
        out,
        "tail        branch %u epoch %u, in %s: %llu entries behind what is merged, "
        "%llu looked at, %llu decided again%s%s\n",
        source->own_branch, source->own_epoch, source->who,
        (unsigned long long)(source->own_size - source->own_merged),
        (unsigned long long)tail->entries, (unsigned long long)tail->decisions,
        tail->left_out != NULL ? ": " : "", tail->left_out != NULL ? tail->left_out : "");
    for (size_t i = 0; i < tail->finding_count; i++) {
        samme_buffer_append_text(out,
                                 tail->findings[i].is_signed ? "not merged  " : "unsigned    ");
        samme_audit_text_finding(out, &tail->findings[i].finding);
    }
    if (tail->findings_total > tail->finding_count)
        samme_buffer_printf(out, "            and %llu more findings in it\n",
                            (unsigned long long)(tail->findings_total - tail->finding_count));
}

static void print_source(const samme_audit_source *source, uint64_t size, samme_buffer *out) {
    samme_buffer_printf(out, "source      %s: ", source->who);
    if (source->status != SAMME_OK) {
        samme_buffer_printf(out, "UNREADABLE: %s\n", source->text);
        return;
    }
    samme_buffer_printf(out, "%llu records%s", (unsigned long long)source->journal_size,
                        source->forked                 ? ""
                        : source->journal_size == size ? ", the same journal"
                        : source->journal_size < size  ? ", a beginning of this journal"
                                                       : ", a continuation of this journal");
    if (source->own_branch != 0)
        samme_buffer_printf(
            out,
            "; log of branch %u epoch %u: %llu entries, %llu merged, %llu signed, "
            "%llu unsigned tail",
            source->own_branch, source->own_epoch, (unsigned long long)source->own_size,
            (unsigned long long)source->own_merged, (unsigned long long)source->own_signed,
            (unsigned long long)(source->own_size - source->own_signed));
    samme_buffer_append_text(out, "\n");
}

static void print_comparison(const samme_audit_report *about, samme_buffer *out) {
    const samme_audit_comparison *comparison = &about->comparison;
    for (size_t i = 0; i < comparison->source_count; i++) {
        print_source(&comparison->sources[i], about->audit.journal_size, out);
        print_tail(&comparison->sources[i], out);
    }
    for (size_t i = 0; i < comparison->fork_count; i++) {
        const samme_audit_fork *fork = &comparison->forks[i];
        samme_buffer_printf(out, "FORK        %s: %s holds another history from %llu on: %s\n",
                            fork->log, fork->other, (unsigned long long)fork->from,
                            fork->proof.length > 0
                                ? "its key signed both, the proof is at hand (--proofs)"
                                : "not both are signed behind it, so that nobody is proved wrong");
        for (unsigned n = 0; n < 2; n++)
            if (fork->notes[n][0] != 0)
                samme_buffer_printf(out, "%s holds:\n%s", n == 0 ? "what was audited" : "the other",
                                    fork->notes[n]);
    }
}

void samme_audit_print_text(const samme_audit_report *about) {
    enum { TEXT_MAX_BYTES = 64 * 1024 * 1024 };
    samme_buffer out;
    samme_buffer_init(&out, TEXT_MAX_BYTES);
    print_head(&about->audit, &out);
    for (size_t i = 0; i < about->witness_count; i++)
        samme_buffer_printf(&out, "digest      %-15s %s (at %llu)\n", about->witnesses[i].result,
                            about->witnesses[i].who,
                            (unsigned long long)about->witnesses[i].folded_size);
    print_comparison(about, &out);
    print_tally(about, &out);
    print_times(about, &out);
    print_days(&about->audit.days, &out);
    print_unresolved(&about->audit, &out);
    print_findings(&about->audit, &out);
    print_excess(&about->audit, true, &out);
    print_excess(&about->audit, false, &out);
    if (about->status != SAMME_OK)
        samme_buffer_printf(&out, "STOPPED     %s: %s\n", samme_status_name(about->status),
                            about->error.text);
    samme_buffer_printf(&out, "result      %s\n", about->good ? "good" : "BAD");
    fputs(samme_buffer_text(&out), stdout);
    samme_buffer_free(&out);
}
