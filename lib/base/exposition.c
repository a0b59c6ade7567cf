#include "base/exposition.h"

#include <inttypes.h>

/* In quotes: no line ends within, no quote ends early. */
static void append_escaped(samme_buffer *out, const char *text) {
    for (; *text != 0; text++) {
        if (*text == '\n')
            samme_buffer_append_text(out, "\\n");
        else if (*text == '\\' || *text == '"')
            samme_buffer_printf(out, "\\%c", *text);
        else
            samme_buffer_u8(out, (uint8_t)*text);
    }
}

void samme_metric(samme_buffer *out, const char *name, samme_metric_type type, const char *help) {
    static const char *const types[] = {"gauge", "counter", "summary"};
    samme_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

static void begin(samme_buffer *out, const char *name, const char *suffix,
                  const samme_label *labels, size_t count) {
    samme_buffer_printf(out, "%s%s", name, suffix);
    for (size_t i = 0; i < count; i++) {
        samme_buffer_printf(out, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
        append_escaped(out, labels[i].value);
        samme_buffer_u8(out, '"');
    }
    samme_buffer_append_text(out, count > 0 ? "} " : " ");
}

void samme_metric_value(samme_buffer *out, const char *name, const char *suffix,
                        const samme_label *labels, size_t count, int64_t value) {
    begin(out, name, suffix, labels, count);
    samme_buffer_printf(out, "%" PRId64 "\n", value);
}

void samme_metric_ms(samme_buffer *out, const char *name, const char *suffix,
                     const samme_label *labels, size_t count, int64_t ms) {
    const uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;
    begin(out, name, suffix, labels, count);
    samme_buffer_printf(out, "%s%" PRIu64 ".%03u\n", ms < 0 ? "-" : "", size / 1000,
                        (unsigned)(size % 1000));
}

void samme_metric_one(samme_buffer *out, const char *name, samme_metric_type type, const char *help,
                      int64_t value) {
    samme_metric(out, name, type, help);
    samme_metric_value(out, name, "", NULL, 0, value);
}
