/* A folder of authored files that answers facts, alone or beside one that stands for a past
 * release. */
#ifndef SAMME_CLI_ANSWERING_H
#define SAMME_CLI_ANSWERING_H

#include "policy/policy.h"
#include "sop/texts.h"

#define SAMME_ANSWER_LANGUAGES_MAX 16u

/* One release. */
typedef struct samme_answer_folder {
    samme_policy *policy;
    samme_documents *documents; /* NULL: texts are not asked for */
} samme_answer_folder;

typedef struct samme_answering {
    samme_answer_folder today;
    samme_answer_folder past; /* its policy is NULL: there is none */
    uint64_t today_number;
    uint64_t past_number;
    bool explain;
    const char *languages[SAMME_ANSWER_LANGUAGES_MAX];
    size_t language_count;
} samme_answering;

/* Reads and compiles the folder; with_texts loads the reasons' texts too. */
samme_status samme_answer_folder_read(const char *root, bool with_texts, samme_answer_folder *out,
                                      samme_error *error) SAMME_CHECKED;
void samme_answer_folder_free(samme_answer_folder *folder);

/* Appends one line: the answer as JSON, then "skipped" (with `explain`) and "texts" (by language
 * asked for). */
samme_status samme_answer_line(const samme_answering *in, const Samme__Facts *facts,
                               samme_buffer *out, samme_error *error) SAMME_CHECKED;

#endif
