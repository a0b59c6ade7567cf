#include <stdio.h>

#include "base/calendar.h"
#include "base/text.h"
#include "cli/audit_report.h"

static void hex(samme_buffer *out, const samme_hash *hash) {
    samme_hex_append(out, samme_span_of_hash(hash));
}

void samme_audit_json_field(samme_buffer *out, const char *name, const char *text) {
    samme_buffer_printf(out, "\"%s\":", name);
    samme_json_string(out, samme_span_of_text(text));
}

void samme_audit_json_finding(samme_buffer *out, const samme_finding *finding) {
    samme_buffer_printf(
        out, "{\"kind\":\"%s\",\"branch\":%u,\"epoch\":%u,\"entry\":%llu,\"record\":%llu,",
        samme_finding_name(finding->kind), finding->position.branch, finding->position.epoch,
        (unsigned long long)finding->position.index,
        (unsigned long long)finding->position.journal_index);
    if (finding->case_code[0] != 0) {
        samme_audit_json_field(out, "case", finding->case_code);
        samme_buffer_printf(out, ",\"line\":%u,", finding->line);
    }
    if (finding->field != NULL) {
        samme_audit_json_field(out, "field", finding->field);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "expected", finding->expected);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "found", finding->found);
        samme_buffer_append_text(out, ",");
    }
    samme_audit_json_field(out, "text", finding->text);
    samme_buffer_append_text(out, "}");
}

static void write_head(const samme_audit_report *about, samme_buffer *out) {
    const samme_audit *audit = &about->audit;
    samme_buffer_printf(out, "{\"result\":\"%s\",\"journalSize\":%llu,\"journalRoot\":\"",
                        about->good ? "good" : "bad", (unsigned long long)audit->journal_size);
    hex(out, &audit->journal_root);
    samme_buffer_printf(
        out,
        "\",\"headSigned\":%s,\"fromRecord\":%llu,\"findingsBefore\":%llu,"
        "\"notes\":%llu,\"signatures\":%llu,"
        "\"entries\":%llu,\"decisions\":%llu,\"release\":%llu,"
        "\"stateDigest\":\"",
        audit->head_signed ? "true" : "false", (unsigned long long)audit->from_record,
        (unsigned long long)audit->findings_before, (unsigned long long)audit->notes,
        (unsigned long long)audit->signatures, (unsigned long long)audit->entries,
        (unsigned long long)audit->decisions, (unsigned long long)audit->release);
    hex(out, &audit->state_digest);
    samme_buffer_append_text(out, "\",\"digests\":[");
    for (size_t i = 0; i < about->witness_count; i++) {
        samme_buffer_append_text(out, i > 0 ? ",{" : "{");
        samme_audit_json_field(out, "who", about->witnesses[i].who);
        samme_buffer_printf(out, ",\"foldedSize\":%llu,\"digest\":\"",
                            (unsigned long long)about->witnesses[i].folded_size);
        hex(out, &about->witnesses[i].digest);
        samme_buffer_append_text(out, "\",");
        samme_audit_json_field(out, "result", about->witnesses[i].result);
        samme_buffer_append_text(out, "}");
    }
    samme_buffer_append_text(out, "]");
}

static void write_findings(const samme_audit *audit, samme_buffer *out) {
    samme_buffer_printf(out, ",\"findingsTotal\":%llu,\"findings\":[",
                        (unsigned long long)audit->findings_total);
    for (size_t i = 0; i < audit->finding_count; i++) {
        samme_buffer_append_text(out, i > 0 ? "," : "");
        samme_audit_json_finding(out, &audit->findings[i]);
    }
    samme_buffer_printf(
        out, "],\"beyondSaleTotal\":%llu,\"beyondSalePending\":%llu,\"beyondSale\":[",
        (unsigned long long)audit->excess_total, (unsigned long long)audit->excess_pending);
    for (size_t i = 0; i < audit->excess_count; i++) {
        samme_buffer_append_text(out, i > 0 ? "," : "");
        samme_to_json(audit->excess[i], out);
    }
    samme_buffer_append_text(out, "]");
}

/* --- what was counted */
typedef struct counted {
    samme_buffer *out;
    uint32_t only_branch;
    bool any;
} counted;

static void separate(counted *self) {
    samme_buffer_append_text(self->out, self->any ? "," : "");
    self->any = true;
}

static void write_asserted(samme_buffer *out, const samme_branch_tally *one) {
    for (unsigned fact = 0; fact < SAMME_ASSERTED_COUNT; fact++) {
        const char *between = "";
        samme_buffer_printf(out, ",\"%s\":{", samme_asserted_name((samme_asserted)fact));
        for (unsigned value = 0; value < SAMME_ASSERTED_VALUES; value++) {
            if (one->asserted[fact][value] == 0)
                continue;
            samme_buffer_printf(out, "%s\"%s\":%llu", between,
                                samme_asserted_value((samme_asserted)fact, value),
                                (unsigned long long)one->asserted[fact][value]);
            between = ",";
        }
        samme_buffer_append_text(out, "}");
    }
}

static void write_branch(void *context, const samme_branch_tally *one) {
    counted *self = context;
    separate(self);
    samme_buffer_printf(self->out,
                        "{\"branch\":%u,\"lines\":%llu,\"differing\":%llu,\"laterLines\":%llu,"
                        "\"laterOtherwise\":%llu,\"cases\":%llu",
                        one->branch, (unsigned long long)one->lines,
                        (unsigned long long)one->differing, (unsigned long long)one->later,
                        (unsigned long long)one->undated, (unsigned long long)one->cases);
    write_asserted(self->out, one);
    samme_buffer_append_text(self->out, "}");
}

static void write_rule(void *context, const samme_rule_tally *one) {
    counted *self = context;
    if (one->differing == 0)
        return;
    separate(self);
    samme_buffer_printf(self->out, "{\"branch\":%u,", one->branch);
    samme_audit_json_field(self->out, "rule", one->rule);
    samme_buffer_append_text(self->out, ",");
    samme_audit_json_field(self->out, "currency", one->currency);
    samme_buffer_printf(
        self->out, ",\"lines\":%llu,\"differing\":%llu,\"refundDue\":%lld,\"refundSaid\":%lld,",
        (unsigned long long)one->lines, (unsigned long long)one->differing,
        (long long)one->refund_due, (long long)one->refund_said);
    samme_audit_json_field(self->out, "cases", one->cases);
    samme_buffer_append_text(self->out, "}");
}

static void write_till(void *context, const samme_till_tally *one) {
    counted *self = context;
    if ((one->gaps == 0 && one->twice == 0) ||
        (self->only_branch != 0 && one->branch != self->only_branch))
        return;
    separate(self);
    samme_buffer_printf(self->out, "{\"branch\":%u,", one->branch);
    samme_audit_json_field(self->out, "till", one->till);
    samme_buffer_printf(self->out,
                        ",\"first\":%llu,\"last\":%llu,\"seen\":%llu,\"twice\":%llu,"
                        "\"missing\":%llu,\"gaps\":%llu,\"gapFrom\":%llu,\"gapTo\":%llu}",
                        (unsigned long long)one->first, (unsigned long long)one->last,
                        (unsigned long long)one->seen, (unsigned long long)one->twice,
                        (unsigned long long)one->missing, (unsigned long long)one->gaps,
                        (unsigned long long)one->gap_from, (unsigned long long)one->gap_to);
}

static void write_tally(const samme_audit_report *about, samme_buffer *out) {
    const samme_tally *tally = about->audit.tally;
    counted self = {.out = out, .only_branch = about->only_branch};
    samme_buffer_append_text(out, ",\"branches\":[");
    samme_tally_branches(tally, write_branch, &self);
    samme_buffer_append_text(out, "],\"divergence\":[");
    self.any = false;
    samme_tally_rules(tally, write_rule, &self);
    samme_buffer_append_text(out, "],\"tills\":[");
    self.any = false;
    samme_tally_tills(tally, write_till, &self);
    samme_buffer_printf(out, "],\"notAllCounted\":%s", samme_tally_full(tally) ? "true" : "false");
}

/* --- times, days, refunds without an outcome */
static void write_times(const samme_audit_report *about, samme_buffer *out) {
    const samme_times *times = &about->audit.times;
    counted self = {.out = out};
    samme_buffer_append_text(out, ",\"times\":[");
    for (size_t i = 0; i < times->count; i++) {
        const samme_branch_times *one = &times->items[i];
        if (about->only_branch != 0 && one->branch != about->only_branch)
            continue;
        separate(&self);
        samme_buffer_printf(out,
                            "{\"branch\":%u,\"entries\":%llu,\"ahead\":%llu,\"aheadMostMs\":%lld,"
                            "\"batches\":%llu,\"batchesBack\":%llu,\"backMostMs\":%lld}",
                            one->branch, (unsigned long long)one->entries,
                            (unsigned long long)one->ahead, (long long)one->ahead_most_ms,
                            (unsigned long long)one->batches, (unsigned long long)one->batches_back,
                            (long long)one->back_most_ms);
    }
    samme_buffer_append_text(out, "]");
}

static void write_days(const samme_audit_days *days, samme_buffer *out) {
    samme_buffer_printf(out,
                        ",\"days\":{\"closed\":%llu,\"agree\":%llu,\"returnsNotCompared\":%llu,"
                        "\"amountsNotCompared\":%llu,\"lateTotal\":%llu,\"late\":[",
                        (unsigned long long)days->closed, (unsigned long long)days->agree,
                        (unsigned long long)days->returns_not_compared,
                        (unsigned long long)days->amounts_not_compared,
                        (unsigned long long)days->late_count);
    for (size_t i = 0; i < days->late_count && i < SAMME_LATE_DAYS_MAX; i++) {
        const samme_audit_late_day *one = &days->late[i];
        samme_buffer_printf(out, "%s{\"branch\":%u,", i > 0 ? "," : "", one->branch);
        samme_audit_json_field(out, "till", one->till);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "day", one->day);
        samme_buffer_printf(out, ",\"sales\":%llu}", (unsigned long long)one->sales);
    }
    samme_buffer_append_text(out, "]}");
}

static void write_unresolved(const samme_audit *audit, samme_buffer *out) {
    samme_buffer_printf(out, ",\"unresolvedTotal\":%llu,\"unresolved\":[",
                        (unsigned long long)audit->unresolved_total);
    for (size_t i = 0; i < audit->unresolved_count; i++) {
        const samme_unresolved *one = &audit->unresolved[i];
        char since[SAMME_TIME_TEXT_BYTES];
        samme_time_format(one->since_ms, since);
        samme_buffer_printf(out, "%s{\"branch\":%u,", i > 0 ? "," : "", one->branch);
        samme_audit_json_field(out, "case", one->case_code);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "currency", one->currency);
        samme_buffer_printf(out, ",\"refund\":%lld,\"since\":\"%s\",\"ageMs\":%lld}",
                            (long long)one->refund, since, (long long)one->age_ms);
    }
    samme_buffer_append_text(out, "]");
}

/* --- other sources */
static void write_tail(const samme_audit_source *source, samme_buffer *out) {
    const samme_audit_tail *tail = &source->tail;
    samme_buffer_printf(out,
                        ",\"tail\":{\"notMerged\":%llu,\"unsigned\":%llu,\"entries\":%llu,"
                        "\"decisions\":%llu,",
                        (unsigned long long)(source->own_signed > source->own_merged
                                                 ? source->own_signed - source->own_merged
                                                 : 0),
                        (unsigned long long)(source->own_size - source->own_signed),
                        (unsigned long long)tail->entries, (unsigned long long)tail->decisions);
    samme_audit_json_field(out, "leftOut", tail->left_out != NULL ? tail->left_out : "");
    samme_buffer_printf(out, ",\"findingsTotal\":%llu,\"findings\":[",
                        (unsigned long long)tail->findings_total);
    for (size_t i = 0; i < tail->finding_count; i++) {
        samme_buffer_printf(out, "%s{\"where\":\"%s\",\"finding\":", i > 0 ? "," : "",
                            tail->findings[i].is_signed ? "not merged" : "unsigned tail");
        samme_audit_json_finding(out, &tail->findings[i].finding);
        samme_buffer_append_text(out, "}");
    }
    samme_buffer_append_text(out, "]}");
}

static void write_source(const samme_audit_source *source, samme_buffer *out) {
    samme_buffer_append_text(out, "{");
    samme_audit_json_field(out, "who", source->who);
    if (source->status != SAMME_OK) {
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "unreadable", source->text);
    } else {
        samme_buffer_printf(out, ",\"journalSize\":%llu,\"forked\":%s",
                            (unsigned long long)source->journal_size,
                            source->forked ? "true" : "false");
    }
    if (source->own_branch != 0)
        samme_buffer_printf(
            out,
            ",\"branch\":%u,\"epoch\":%u,\"ownSize\":%llu,\"ownSigned\":%llu,"
            "\"ownMerged\":%llu",
            source->own_branch, source->own_epoch, (unsigned long long)source->own_size,
            (unsigned long long)source->own_signed, (unsigned long long)source->own_merged);
    if (source->own_branch != 0)
        write_tail(source, out);
    samme_buffer_append_text(out, "}");
}

static void write_comparison(const samme_audit_comparison *comparison, samme_buffer *out) {
    samme_buffer_append_text(out, ",\"sources\":[");
    for (size_t i = 0; i < comparison->source_count; i++) {
        samme_buffer_append_text(out, i > 0 ? "," : "");
        write_source(&comparison->sources[i], out);
    }
    samme_buffer_append_text(out, "],\"forks\":[");
    for (size_t i = 0; i < comparison->fork_count; i++) {
        const samme_audit_fork *fork = &comparison->forks[i];
        samme_buffer_append_text(out, i > 0 ? ",{" : "{");
        samme_audit_json_field(out, "log", fork->log);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "other", fork->other);
        samme_buffer_printf(out, ",\"from\":%llu,\"proved\":%s,", (unsigned long long)fork->from,
                            fork->proof.length > 0 ? "true" : "false");
        samme_audit_json_field(out, "vkey", fork->vkey);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "ours", fork->notes[0]);
        samme_buffer_append_text(out, ",");
        samme_audit_json_field(out, "theirs", fork->notes[1]);
        samme_buffer_append_text(out, "}");
    }
    samme_buffer_append_text(out, "]");
}

void samme_audit_print_json(const samme_audit_report *about) {
    enum { TEXT_MAX_BYTES = 64 * 1024 * 1024 };
    samme_buffer out;
    samme_buffer_init(&out, TEXT_MAX_BYTES);
    write_head(about, &out);
    write_findings(&about->audit, &out);
    write_tally(about, &out);
    write_times(about, &out);
    write_days(&about->audit.days, &out);
    write_unresolved(&about->audit, &out);
    write_comparison(&about->comparison, &out);
    samme_buffer_append_text(&out, ",");
    samme_audit_json_field(&out, "stopped", about->status == SAMME_OK ? "" : about->error.text);
    samme_buffer_append_text(&out, "}");
    puts(samme_buffer_text(&out));
    samme_buffer_free(&out);
}
