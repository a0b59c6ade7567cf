#include "cli/importing/print.h"

#include <stdio.h>

#include "base/money.h"

enum { COLUMN = 10 };

void samme_import_print_count(samme_buffer *out, uint64_t count, const char *text) {
    samme_buffer number;
    samme_buffer_init(&number, 64);
    samme_progress_count(&number, count);
    samme_buffer_printf(out, "%*s %s", COLUMN, samme_buffer_text(&number), text);
    samme_buffer_free(&number);
}

void samme_import_print_time(samme_buffer *out, uint64_t count, const char *unit,
                             int64_t elapsed_ms) {
    samme_buffer_printf(out, "%lld.%01lld s (", (long long)(elapsed_ms / 1000),
                        (long long)(elapsed_ms % 1000 / 100));
    samme_progress_count(out, samme_progress_rate(count, elapsed_ms));
    samme_buffer_printf(out, " %s/s)\n", unit);
}

void samme_import_print_money(samme_buffer *out, int64_t minor, const char *currency) {
    unsigned digits = samme_currency_digits(currency);
    uint64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    uint64_t amount = minor < 0 ? (uint64_t)0 - (uint64_t)minor : (uint64_t)minor;
    if (minor < 0)
        samme_buffer_u8(out, '-');
    samme_progress_count(out, amount / unit);
    if (digits > 0)
        samme_buffer_printf(out, ".%0*llu", (int)digits, (unsigned long long)(amount % unit));
    samme_buffer_printf(out, " %s", currency);
}

Samme__ImportCount *samme_import_count(Samme__ImportCount *out, const char *name, uint64_t rows) {
    samme__import_count__init(out);
    out->name = (char *)(uintptr_t)name; /* writing it does not change it */
    out->rows = rows;
    return out;
}

samme_status samme_import_print(samme_buffer *out, samme_error *error) {
    samme_status status = samme_buffer_status(out);
    if (status != SAMME_OK)
        return samme_fail(error, status, "no room for the report");
    if (fwrite(samme_buffer_text(out), 1, out->length, stdout) != out->length ||
        fflush(stdout) != 0)
        return samme_fail(error, SAMME_IO, "stdout: cannot write the report");
    return SAMME_OK;
}
