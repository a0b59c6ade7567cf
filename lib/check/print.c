#include "check/report.h"

static void place_words(const samme_check_finding *finding, samme_buffer *out) {
    samme_buffer_append_text(out, finding->path);
    if (finding->line > 0)
        samme_buffer_printf(out, ":%u:%u", finding->line, finding->column);
}

static void finding_words(const samme_check_finding *finding, samme_buffer *out) {
    place_words(finding, out);
    samme_buffer_printf(out, ": %s%s: ", finding->code,
                        finding->severity == SAMME_SEVERITY_NOTE ? " (note)" : "");
    samme_buffer_append_text(out, finding->text);
    if (finding->why != NULL) {
        samme_buffer_append_text(out, "; waived: ");
        samme_buffer_append_text(out, finding->why);
    }
    samme_buffer_u8(out, '\n');
    if (finding->facts[0] != 0) {
        samme_buffer_append_text(out, finding->facts);
        samme_buffer_u8(out, '\n');
    }
    if (finding->floor[0] != 0) {
        samme_buffer_append_text(out, "  policy: ");
        samme_buffer_append_text(out, finding->answer);
        samme_buffer_append_text(out, "\n  floor:  ");
        samme_buffer_append_text(out, finding->floor);
        samme_buffer_u8(out, '\n');
    }
}

static size_t count_code(const samme_check_report *report, const char *code) {
    size_t count = 0;
    for (size_t i = 0; i < samme_check_finding_count(report); i++)
        count += strcmp(samme_check_finding_at(report, i)->code, code) == 0;
    return count;
}

void samme_check_print(const samme_check_report *report, samme_buffer *out) {
    for (size_t i = 0; i < samme_check_finding_count(report); i++)
        finding_words(samme_check_finding_at(report, i), out);
    if (report->left_out > 0)
        samme_buffer_printf(out, "%zu more findings are left out\n", report->left_out);
    samme_buffer_printf(out,
                        "proved %zu of %zu tables with %zu of %zu rules; read %zu procedures with "
                        "%zu steps; decided %zu probes; %zu unproved, %zu waived: ",
                        report->proved_tables, report->tables, report->proved_rules, report->rules,
                        report->procedures, report->steps, report->probes,
                        count_code(report, "unproved"), report->waived);
    const size_t blocking = samme_check_blocking(report);
    if (blocking == 0)
        samme_buffer_append_text(out, "sound\n");
    else
        samme_buffer_printf(out, "%zu finding%s to mend\n", blocking, blocking == 1 ? "" : "s");
}

static void text_member(samme_buffer *out, const char *name, const char *text) {
    if (text[0] == 0)
        return;
    samme_buffer_printf(out, ",\"%s\":", name);
    samme_json_string(out, samme_span_of_text(text));
}

static void raw_member(samme_buffer *out, const char *name, const char *json) {
    if (json[0] == 0)
        return;
    samme_buffer_printf(out, ",\"%s\":", name);
    samme_buffer_append_text(out, json);
}

static void finding_json(const samme_check_finding *finding, samme_buffer *out) {
    static const char *const severities[] = {"error", "waivable", "note"};
    samme_buffer_append_text(out, "{\"code\":");
    samme_json_string(out, samme_span_of_text(finding->code));
    text_member(out, "severity", severities[finding->severity]);
    text_member(out, "path", finding->path);
    if (finding->line > 0)
        samme_buffer_printf(out, ",\"line\":%u,\"column\":%u", finding->line, finding->column);
    text_member(out, "table", finding->table);
    text_member(out, "rule", finding->rule);
    text_member(out, "other", finding->other);
    text_member(out, "language", finding->language);
    text_member(out, "text", finding->text);
    raw_member(out, "facts", finding->facts);
    raw_member(out, "answer", finding->answer);
    raw_member(out, "floor", finding->floor);
    if (finding->why != NULL) {
        samme_buffer_append_text(out, ",\"waived\":");
        samme_json_string(out, samme_span_of_text(finding->why));
    }
    samme_buffer_u8(out, '}');
}

void samme_check_json(const samme_check_report *report, samme_buffer *out) {
    samme_buffer_append_text(out, "{\"findings\":[");
    for (size_t i = 0; i < samme_check_finding_count(report); i++) {
        samme_buffer_append_text(out, i == 0 ? "\n" : ",\n");
        finding_json(samme_check_finding_at(report, i), out);
    }
    samme_buffer_printf(
        out,
        "],\n\"leftOut\":%zu,\"tables\":%zu,\"provedTables\":%zu,\"rules\":%zu,"
        "\"provedRules\":%zu,\"procedures\":%zu,\"steps\":%zu,\"probes\":%zu,\"unproved\":%zu,"
        "\"waived\":%zu,\"blocking\":%zu}\n",
        report->left_out, report->tables, report->proved_tables, report->rules,
        report->proved_rules, report->procedures, report->steps, report->probes,
        count_code(report, "unproved"), report->waived, samme_check_blocking(report));
}
