/* A folder that does not compile: each of its tables is compiled alone, so that one mistake does
 * not hide those in other files. */
#include <stdlib.h>

#include "check/parts.h"

typedef struct trying {
    samme_check_report *report;
    samme_document *documents; /* what is not a table, then the tables of one trial */
    size_t others;
    size_t said;
} trying;

/* Compiles what is not a table with these; what is wrong is said. SAMME_NO_MEMORY, else SAMME_OK;
 * *out_sound: it compiles. */
static samme_status try_tables(trying *in, const samme_document *first,
                               const samme_document *second, bool *out_sound, samme_error *error) {
    size_t count = in->others;
    samme_policy *policy = NULL;
    in->documents[count++] = *first;
    if (second != NULL)
        in->documents[count++] = *second;
    const samme_status status = samme_policy_compile(in->documents, count, &policy, error);
    samme_policy_free(policy);
    *out_sound = status == SAMME_OK;
    if (status == SAMME_OK || status == SAMME_NO_MEMORY)
        return status;
    in->said++;
    samme_check_say_error(in->report, error->text);
    return SAMME_OK;
}

static bool of_chain(const char *text) {
    return strncmp(text, "chain.yaml", strlen("chain.yaml")) == 0;
}

/* Floors are read beside a policy that compiles; without one they wait. */
static samme_status try_all(trying *in, const samme_check_folder *folder, samme_error *error) {
    static const char *const folders[] = {"policy/", "floors/"};
    const samme_document *sound = NULL;
    for (size_t f = 0; f < 2; f++)
        for (size_t i = 0; i < folder->count; i++) {
            const samme_document *document = &folder->documents[i];
            bool compiles = false;
            if (!samme_policy_is_table(document->path, folders[f]) || (f == 1 && sound == NULL))
                continue;
            samme_status status = try_tables(in, document, f == 0 ? NULL : sound, &compiles, error);
            if (status != SAMME_OK)
                return status;
            if (f == 0 && compiles && sound == NULL)
                sound = document;
        }
    return SAMME_OK;
}

samme_status samme_check_each_table(const samme_check_folder *folder, samme_check_report *report,
                                    samme_error *error) {
    const samme_error whole = *error;
    trying in = {.report = report};
    if (of_chain(whole.text)) { /* every trial would say it again */
        samme_check_say_error(report, whole.text);
        return SAMME_OK;
    }
    in.documents = calloc(folder->count + 2, sizeof *in.documents);
    if (in.documents == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %zu documents", folder->count);
    for (size_t i = 0; i < folder->count; i++)
        if (!samme_policy_is_table(folder->documents[i].path, "policy/") &&
            !samme_policy_is_table(folder->documents[i].path, "floors/"))
            in.documents[in.others++] = folder->documents[i];
    samme_status status = try_all(&in, folder, error);
    free(in.documents);
    if (status == SAMME_OK && in.said == 0) /* they are wrong together only */
        samme_check_say_error(report, whole.text);
    return status;
}
