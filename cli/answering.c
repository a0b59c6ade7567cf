#include "cli/answering.h"

#include "cli/authored_folder.h"
#include "policy/tables.h"

static samme_status load_texts(const samme_authored_folder *folder, samme_answer_folder *out,
                               samme_error *error) {
    samme_document_findings findings; /* are `samme check`'s to list */
    samme_document_findings_init(&findings);
    samme_status status =
        samme_documents_load(folder->documents, folder->count, &out->documents, &findings, error);
    samme_document_findings_free(&findings);
    return status;
}

samme_status samme_answer_folder_read(const char *root, bool with_texts, samme_answer_folder *out,
                                      samme_error *error) {
    samme_authored_folder folder;
    samme_answer_folder read = {.policy = NULL};
    samme_status status = samme_authored_folder_read(root, &folder, error);
    if (status != SAMME_OK)
        return status;
    status = samme_policy_compile(folder.documents, folder.count, &read.policy, error);
    if (status == SAMME_OK && with_texts)
        status = load_texts(&folder, &read, error);
    samme_authored_folder_free(&folder);
    if (status == SAMME_OK)
        *out = read;
    else
        samme_answer_folder_free(&read);
    return status;
}

void samme_answer_folder_free(samme_answer_folder *folder) {
    samme_documents_free(folder->documents);
    samme_policy_free(folder->policy);
    *folder = (samme_answer_folder){.policy = NULL};
}

static const samme_answer_folder *folder_of(const samme_answering *in,
                                            const Samme__Answer *answer) {
    bool past = in->past.policy != NULL && answer->release == in->past_number;
    return past ? &in->past : &in->today;
}

/* A reason's texts stand in the policy that uses it, else in reasons.yaml. */
static const Samme__Reason *reason_of(const samme_answer_folder *folder,
                                      const Samme__Answer *answer) {
    for (size_t t = 0; t < samme_policy_table_count(folder->policy); t++) {
        const samme_table *table = samme_policy_table_at(folder->policy, t);
        for (size_t i = 0; strcmp(table->name, answer->policy) == 0 && i < table->source->n_reasons;
             i++)
            if (strcmp(table->source->reasons[i]->code, answer->reason) == 0)
                return table->source->reasons[i];
    }
    return folder->documents == NULL ? NULL
                                     : samme_documents_reason(folder->documents, answer->reason);
}

static void add_text(Samme__Text *const *texts, size_t count, const char *name,
                     const char *language, const samme_languages *languages, bool *some,
                     samme_buffer *out) {
    const char *text = samme_text_pick(texts, count, language, languages, NULL);
    if (text == NULL)
        return;
    samme_buffer_printf(out, "%s\"%s\":", *some ? "," : "", name);
    samme_json_string(out, samme_span_of_text(text));
    *some = true;
}

static void add_texts(const samme_answering *in, const Samme__Answer *answer, samme_buffer *out) {
    const samme_answer_folder *folder = folder_of(in, answer);
    const Samme__Chain *chain = samme_policy_chain(folder->policy);
    const samme_languages languages = {.fallbacks = chain->fallbacks,
                                       .fallback_count = chain->n_fallbacks};
    const Samme__Reason *reason = reason_of(folder, answer);
    samme_buffer_append_text(out, ",\"texts\":{");
    for (size_t i = 0; i < in->language_count; i++) {
        const char *language = in->languages[i];
        bool some = false;
        samme_buffer_append_text(out, i > 0 ? "," : "");
        samme_json_string(out, samme_span_of_text(language));
        samme_buffer_append_text(out, ":{");
        if (reason != NULL) {
            add_text(reason->customer, reason->n_customer, "customer", language, &languages, &some,
                     out);
            add_text(reason->clerk, reason->n_clerk, "clerk", language, &languages, &some, out);
            add_text(reason->instead, reason->n_instead, "instead", language, &languages, &some,
                     out);
        }
        samme_buffer_append_text(out, "}");
    }
    samme_buffer_append_text(out, "}");
}

typedef struct skipped_list {
    samme_buffer *out;
    bool some;
} skipped_list;

static void add_skipped(void *context, const Samme__Skipped *rule) {
    skipped_list *list = context;
    samme_buffer_append_text(list->out, list->some ? "," : "");
    samme_to_json(rule, list->out);
    list->some = true;
}

static samme_status explain(const samme_answering *in, const Samme__Facts *facts,
                            const Samme__Answer *answer, samme_buffer *out, samme_error *error) {
    skipped_list list = {.out = out};
    samme_buffer_append_text(out, ",\"skipped\":[");
    samme_status status = samme_policy_explain(folder_of(in, answer)->policy, facts, answer,
                                               add_skipped, &list, error);
    samme_buffer_append_text(out, "]");
    return status;
}

samme_status samme_answer_line(const samme_answering *in, const Samme__Facts *facts,
                               samme_buffer *out, samme_error *error) {
    const samme_releases releases = {.today = in->today.policy,
                                     .today_number = in->today_number,
                                     .past = in->past.policy,
                                     .past_number = in->past_number};
    samme_decision decision;
    samme_status status = samme_policy_decide_at(&releases, facts, &decision, error);
    if (status != SAMME_OK)
        return status;
    samme_to_json(&decision.answer, out);
    if (samme_buffer_status(out) == SAMME_OK)
        out->length--; /* the closing brace: an answer has a verdict, so a comma may follow */
    if (in->explain)
        status = explain(in, facts, &decision.answer, out, error);
    if (in->language_count > 0)
        add_texts(in, &decision.answer, out);
    samme_buffer_append_text(out, "}\n");
    if (status == SAMME_OK && samme_buffer_status(out) != SAMME_OK)
        status = samme_fail(error, samme_buffer_status(out), "no room for the answer");
    return status;
}
