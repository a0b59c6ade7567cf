/* The documents of the release in force: what clerks and tills may read at this branch. */
#include "node/api/api.h"

/* SAMME_NOT_FOUND: this branch has not taken a release. The release is the caller's to free. */
static samme_status open_release(samme_node *node, samme_release *out, samme_error *error) {
    samme_span note;
    if (node->release == 0)
        return samme_fail(error, SAMME_NOT_FOUND, "this branch has not taken a release yet");
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_DOCUMENT,
                                          samme_span_of_hash(&node->release_hash), &note);
    return status == SAMME_OK
               ? samme_release_reopen(&node->follow.replay.root, note, out, error)
               : samme_fail(error, SAMME_IO, "the note of the release in force cannot be read");
}

static Samme__DocumentView *view_of(samme_arena *arena, const samme_release_document *document) {
    Samme__DocumentView *view = samme_arena_alloc(arena, sizeof *view);
    samme_span hash = samme_arena_copy(arena, samme_span_of_hash(&document->hash));
    if (view == NULL || hash.data == NULL)
        return NULL;
    samme__document_view__init(view);
    view->path = samme_arena_text(arena, document->path);
    view->bytes = document->length;
    view->hash = samme_bytes_of_span(hash);
    return view->path == NULL ? NULL : view;
}

static void answer(samme_call *call, uint64_t release, Samme__DocumentView **views, size_t count) {
    Samme__DocumentsView all = SAMME__DOCUMENTS_VIEW__INIT;
    all.release = release;
    all.documents = views;
    all.n_documents = count;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_DOCUMENTS;
    answer.documents = &all;
    samme_answer(call, 200, &answer);
}

void samme_api_documents(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_release release = {.version = 0};
    samme_status status = open_release(node, &release, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    size_t count = release.document_count;
    Samme__DocumentView **views = samme_arena_alloc(&node->arena, count * sizeof *views);
    for (size_t i = 0; i < count && views != NULL; i++) {
        views[i] = view_of(&node->arena, &release.documents[i]);
        if (views[i] == NULL)
            views = NULL;
    }
    if (views == NULL)
        samme_problem_of(call, SAMME_NO_MEMORY, &error);
    else
        answer(call, release.version, views, count);
    samme_release_free(&release);
}

static samme_status read_text(samme_node *node, const samme_release_document *document,
                              Samme__DocumentView **out) {
    samme_span stored;
    Samme__DocumentView *view = view_of(&node->arena, document);
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_DOCUMENT,
                                          samme_span_of_hash(&document->hash), &stored);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    char *text = samme_arena_alloc(&node->arena, stored.length + 1);
    if (view == NULL || text == NULL)
        return SAMME_NO_MEMORY;
    if (stored.length > 0)
        memcpy(text, stored.data, stored.length);
    text[stored.length] = 0;
    view->text = text;
    *out = view;
    return SAMME_OK;
}

void samme_api_document(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    samme_release release = {.version = 0};
    samme_status status = open_release(node, &release, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__DocumentView *view = NULL;
    for (size_t i = 0; i < release.document_count && view == NULL && status == SAMME_OK; i++)
        if (samme_span_equal(samme_span_of_text(release.documents[i].path), call->tail))
            status = read_text(node, &release.documents[i], &view);
    if (status == SAMME_OK && view == NULL)
        status = samme_fail(&error, SAMME_NOT_FOUND, "release %llu has no such document",
                            (unsigned long long)release.version);
    if (status == SAMME_OK)
        answer(call, release.version, &view, 1);
    else
        samme_problem_of(call, status, &error);
    samme_release_free(&release);
}
