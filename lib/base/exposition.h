/* Figures as Prometheus reads them: text format 0.0.4. A metric is begun once, then come its
 * values. Names are ours (samme_...), in base units, and once published stay. */
#ifndef SAMME_BASE_EXPOSITION_H
#define SAMME_BASE_EXPOSITION_H

#include "base/buffer.h"

#define SAMME_EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

typedef enum samme_metric_type { SAMME_GAUGE, SAMME_COUNTER, SAMME_SUMMARY } samme_metric_type;

typedef struct samme_label {
    const char *name;
    const char *value; /* any text */
} samme_label;

/* The HELP and TYPE lines. */
void samme_metric(samme_buffer *out, const char *name, samme_metric_type type, const char *help);
/* `suffix` is "" or, of a summary, "_count". */
void samme_metric_value(samme_buffer *out, const char *name, const char *suffix,
                        const samme_label *labels, size_t count, int64_t value);
/* The same of milliseconds, written in seconds. */
void samme_metric_ms(samme_buffer *out, const char *name, const char *suffix,
                     const samme_label *labels, size_t count, int64_t ms);
/* A metric of one value without labels. */
void samme_metric_one(samme_buffer *out, const char *name, samme_metric_type type, const char *help,
                      int64_t value);

#endif
