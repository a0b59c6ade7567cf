/* What the reports of both imports are put together from. */
#ifndef SAMME_CLI_IMPORTING_PRINT_H
#define SAMME_CLI_IMPORTING_PRINT_H

#include "cli/progress.h"
#include "wire/messages.h"

/* "   12,345 text": the count right in a column of ten. */
void samme_import_print_count(samme_buffer *out, uint64_t count, const char *text);
/* "1.2 s (8,000 rows/s)" and a line end. */
void samme_import_print_time(samme_buffer *out, uint64_t count, const char *unit,
                             int64_t elapsed_ms);
/* "1,234.50 GBP" */
void samme_import_print_money(samme_buffer *out, int64_t minor, const char *currency);
/* Fills *out, which must live as long as it is used, and returns it. */
Samme__ImportCount *samme_import_count(Samme__ImportCount *out, const char *name,
                                       uint64_t rows) SAMME_CHECKED;
/* To stdout, at once. */
samme_status samme_import_print(samme_buffer *out, samme_error *error) SAMME_CHECKED;

#endif
