#include "sop/kinds.h"

typedef struct kind_of {
    const char *path; /* ends in "/" when it is a folder of files NAME.yaml */
    const ProtobufCMessageDescriptor *message;
} kind_of;

static const kind_of kinds[SAMME_DOCUMENT_KIND_COUNT] = {
    [SAMME_DOCUMENT_PROCEDURE] = {"sop/", &samme__procedure__descriptor},
    [SAMME_DOCUMENT_CONDUCT] = {"conduct/", &samme__conduct__descriptor},
    [SAMME_DOCUMENT_BULLETIN] = {"bulletins/", &samme__bulletin__descriptor},
    [SAMME_DOCUMENT_FOLLOW_UPS] = {"followups.yaml", &samme__follow_ups__descriptor},
    [SAMME_DOCUMENT_SURVEY] = {"surveys/", &samme__survey__descriptor},
    [SAMME_DOCUMENT_SCORECARD] = {"scorecards/", &samme__scorecard__descriptor},
    [SAMME_DOCUMENT_CLOSINGS] = {"closings.yaml", &samme__closings__descriptor},
    [SAMME_DOCUMENT_RETENTION] = {"retention.yaml", &samme__retention__descriptor},
    [SAMME_DOCUMENT_REASONS] = {"reasons.yaml", &samme__reasons__descriptor},
};

static const char ending[] = ".yaml";

/* The length of NAME where `file` is NAME.yaml, not deeper, not hidden; else 0. */
static size_t name_length(const char *file) {
    size_t length = strlen(file);
    bool named = length > sizeof ending - 1 && file[0] != '.' && strchr(file, '/') == NULL &&
                 strcmp(file + length - (sizeof ending - 1), ending) == 0;
    return named ? length - (sizeof ending - 1) : 0;
}

static bool is_kind(const kind_of *kind, const char *path, samme_span *out_name) {
    size_t length = strlen(kind->path);
    const char *file = path;
    if (kind->path[length - 1] == '/') {
        if (strncmp(path, kind->path, length) != 0)
            return false;
        file = path + length;
    } else if (strcmp(path, kind->path) != 0) {
        return false;
    }
    *out_name = SAMME_SPAN(file, name_length(file));
    return out_name->length > 0;
}

/* A CSV is one of a table's, or of none: whoever reads tables says so. */
static bool is_sheet(const char *file) {
    static const char sheet[] = ".csv";
    size_t length = strlen(file);
    return length > sizeof sheet - 1 && file[0] != '.' && strchr(file, '/') == NULL &&
           strcmp(file + length - (sizeof sheet - 1), sheet) == 0;
}

static bool is_others(const char *path) {
    static const struct {
        const char *folder;
        bool sheets;
    } folders[] = {{"policy/", true}, {"floors/", true}, {"probes/", false}};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const size_t length = strlen(folders[i].folder);
        if (strncmp(path, folders[i].folder, length) == 0)
            return name_length(path + length) > 0 || (folders[i].sheets && is_sheet(path + length));
    }
    return strcmp(path, "chain.yaml") == 0;
}

samme_path_verdict samme_path_judge(const char *path, samme_document_kind *out_kind,
                                    samme_span *out_name) {
    for (int i = 0; i < SAMME_DOCUMENT_KIND_COUNT; i++)
        if (is_kind(&kinds[i], path, out_name)) {
            *out_kind = (samme_document_kind)i;
            return SAMME_PATH_OURS;
        }
    return is_others(path) ? SAMME_PATH_OTHERS : SAMME_PATH_UNKNOWN;
}

const ProtobufCMessageDescriptor *samme_document_message(samme_document_kind kind) {
    return kinds[kind].message;
}
