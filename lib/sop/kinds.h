/* Inside of lib/sop: which path is which kind of document, and of which message. */
#ifndef SAMME_SOP_KINDS_H
#define SAMME_SOP_KINDS_H

#include "sop/documents.h"

typedef enum samme_path_verdict {
    SAMME_PATH_OURS,
    SAMME_PATH_OTHERS, /* chain.yaml, NAME.yaml in policy/, floors/, probes/, NAME.csv in the first
                          two */
    SAMME_PATH_UNKNOWN,
} samme_path_verdict;

/* Ours: *out_kind, and *out_name (the file's name without ".yaml") with its length. */
samme_path_verdict samme_path_judge(const char *path, samme_document_kind *out_kind,
                                    samme_span *out_name);
const ProtobufCMessageDescriptor *samme_document_message(samme_document_kind kind);

#endif
