#include "check/diff.h"
#include "wire/mapping.h"

void samme_diff_report_free(samme_diff_report *report) {
    samme_buffer_free(&report->items);
    samme_buffer_free(&report->past);
    samme_buffer_free(&report->unproved);
    samme_arena_free(&report->arena);
}

size_t samme_diff_count(const samme_diff_report *report) {
    return report->items.length / sizeof(samme_diff_region);
}

const samme_diff_region *samme_diff_at(const samme_diff_report *report, size_t index) {
    const samme_diff_region *items = (const void *)report->items.data;
    return &items[index];
}

size_t samme_diff_unproved_count(const samme_diff_report *report) {
    return report->unproved.length / sizeof(const char *);
}

static const char *text_at(const samme_buffer *texts, size_t index) {
    const char *const *items = (const void *)texts->data;
    return items[index] != NULL ? items[index] : "no memory to say why";
}

const char *samme_diff_unproved_at(const samme_diff_report *report, size_t index) {
    return text_at(&report->unproved, index);
}

size_t samme_diff_past_count(const samme_diff_report *report) {
    return report->past.length / sizeof(const char *);
}

const char *samme_diff_past_at(const samme_diff_report *report, size_t index) {
    return text_at(&report->past, index);
}

void samme_diff_print(const samme_diff_report *report, samme_buffer *out) {
    const size_t count = samme_diff_count(report);
    for (size_t i = 0; i < count; i++) {
        const samme_diff_region *region = samme_diff_at(report, i);
        samme_buffer_printf(out, "%zu. ", i + 1);
        samme_buffer_append_text(out, region->where);
        for (size_t s = 0; s < 2; s++) {
            samme_buffer_printf(out, "\n   %c: %s (", s == 0 ? 'A' : 'B', region->terms[s]);
            samme_buffer_append_text(out, region->rules[s]);
            samme_buffer_u8(out, ')');
        }
        samme_buffer_append_text(out, "\n");
        samme_buffer_append_text(out, region->facts);
        samme_buffer_append_text(out, "\n");
    }
    for (size_t i = 0; i < samme_diff_past_count(report); i++)
        samme_buffer_printf(out, "with a past release (--past) answers may differ: %s\n",
                            samme_diff_past_at(report, i));
    for (size_t i = 0; i < samme_diff_unproved_count(report); i++)
        samme_buffer_printf(out, "unproved: %s\n", samme_diff_unproved_at(report, i));
    if (samme_diff_unproved_count(report) > 0)
        samme_buffer_printf(out, "%zu region%s differ%s; there may be more\n", count,
                            count == 1 ? "" : "s", count == 1 ? "s" : "");
    else if (count == 0)
        samme_buffer_append_text(out, samme_diff_past_count(report) == 0
                                          ? "no difference\n"
                                          : "no difference without a past release\n");
    else
        samme_buffer_printf(out, "%zu region%s differ%s\n", count, count == 1 ? "" : "s",
                            count == 1 ? "s" : "");
}

static void text_member(samme_buffer *out, const char *name, const char *text) {
    samme_buffer_printf(out, "\"%s\":", name);
    samme_json_string(out, samme_span_of_text(text));
    samme_buffer_u8(out, ',');
}

static void raw_member(samme_buffer *out, const char *name, const char *json) {
    samme_buffer_printf(out, "\"%s\":", name);
    samme_buffer_append_text(out, json[0] != 0 ? json : "null");
}

static void texts_member(samme_buffer *out, const char *name, const samme_buffer *texts) {
    samme_buffer_printf(out, "\"%s\":[", name);
    for (size_t i = 0; i < texts->length / sizeof(const char *); i++) {
        samme_buffer_append_text(out, i == 0 ? "" : ",");
        samme_json_string(out, samme_span_of_text(text_at(texts, i)));
    }
    samme_buffer_append_text(out, "]");
}

void samme_diff_json(const samme_diff_report *report, samme_buffer *out) {
    samme_buffer_append_text(out, "{\"regions\":[");
    for (size_t i = 0; i < samme_diff_count(report); i++) {
        const samme_diff_region *region = samme_diff_at(report, i);
        samme_buffer_append_text(out, i == 0 ? "{" : ",{");
        raw_member(out, "where", region->facts_of);
        for (size_t s = 0; s < 2; s++) {
            samme_buffer_append_text(out, s == 0 ? ",\"a\":{" : ",\"b\":{");
            text_member(out, "terms", region->terms[s]);
            text_member(out, "rule", region->rules[s]);
            raw_member(out, "answer", region->answers[s]);
            samme_buffer_u8(out, '}');
        }
        samme_buffer_u8(out, ',');
        raw_member(out, "facts", region->facts);
        samme_buffer_u8(out, '}');
    }
    samme_buffer_append_text(out, "],");
    texts_member(out, "past", &report->past);
    samme_buffer_append_text(out, ",");
    texts_member(out, "unproved", &report->unproved);
    samme_buffer_append_text(out, "}\n");
}
