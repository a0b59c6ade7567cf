/* Compiled policies by release version. A release's content never changes, so a compiled one is
 * kept, until others were asked for since. */
#include <stdlib.h>

#include "journal/replaying.h"

/* One more than are kept: that of `in_force` has a place of its own. */
struct samme_policy_cache {
    uint64_t asked; /* how often */
    size_t count;
    samme_compiled_release items[SAMME_POLICIES_KEPT + 1];
};

static void free_compiled(samme_compiled_release *item) {
    samme_policy_free(item->policy);
    free(item->keeps);
    *item = (samme_compiled_release){.version = 0};
}

void samme_policy_cache_free(struct samme_policy_cache *cache) {
    if (cache == NULL)
        return;
    for (size_t i = 0; i < cache->count; i++)
        free_compiled(&cache->items[i]);
    free(cache);
}

static samme_compiled_release *find_compiled(struct samme_policy_cache *cache, uint64_t version) {
    for (size_t i = 0; i < cache->count; i++)
        if (cache->items[i].version == version)
            return &cache->items[i];
    return NULL;
}

/* A free place, or that of the one nobody has asked for the longest. */
static samme_compiled_release *make_place(struct samme_policy_cache *cache, uint64_t in_force) {
    if (cache->count < sizeof cache->items / sizeof *cache->items)
        return &cache->items[cache->count++];
    samme_compiled_release *oldest = NULL;
    for (size_t i = 0; i < cache->count; i++)
        if (cache->items[i].version != in_force &&
            (oldest == NULL || cache->items[i].used < oldest->used))
            oldest = &cache->items[i];
    free_compiled(oldest);
    return oldest;
}

static samme_status gather(const samme_replay *replay, const samme_release *release,
                           samme_arena *arena, samme_document *documents, size_t *out_count,
                           samme_error *error) {
    size_t count = 0;
    for (size_t i = 0; i < release->document_count; i++) {
        if (!samme_policy_reads(release->documents[i].path))
            continue;
        samme_span content;
        samme_status status =
            samme_replay_fetch(replay, &release->documents[i].hash, &content, error);
        if (status != SAMME_OK)
            return status;
        content = samme_arena_copy(arena, content); /* an answer lives until the next call */
        if (content.data == NULL)
            return samme_fail(error, SAMME_TOO_LARGE, "policy of release %llu is too large",
                              (unsigned long long)release->version);
        documents[count].path = release->documents[i].path;
        documents[count].content = content;
        count++;
    }
    *out_count = count;
    return SAMME_OK;
}

static samme_status compile(const samme_replay *replay, const samme_release *release,
                            samme_policy **out, samme_error *error) {
    enum { CONTENT_MAX_BYTES = 64 * 1024 * 1024 };
    samme_arena arena;
    samme_arena_init(&arena, CONTENT_MAX_BYTES);
    samme_document *documents =
        samme_arena_alloc(&arena, (release->document_count + 1) * sizeof *documents);
    size_t count = 0;
    samme_status status =
        documents != NULL ? gather(replay, release, &arena, documents, &count, error)
                          : samme_fail(error, SAMME_NO_MEMORY, "policy of release %llu: no memory",
                                       (unsigned long long)release->version);
    if (status == SAMME_OK)
        status = samme_policy_compile(documents, count, out, error);
    samme_arena_free(&arena);
    return status;
}

/* What its note says of the past, and its policy. */
static samme_status compile_opened(const samme_replay *replay, samme_release *release,
                                   samme_compiled_release *out, samme_error *error) {
    if (release->decide_version == 0 || release->decide_version > SAMME_DECIDE_VERSION)
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "release %llu asks for decide version %u, this code knows up to %u",
                          (unsigned long long)release->version, release->decide_version,
                          SAMME_DECIDE_VERSION);
    samme_status status = compile(replay, release, &out->policy, error);
    if (status != SAMME_OK)
        return status;
    out->baseline = release->baseline;
    out->keep_count = release->keep_count;
    out->keeps = release->keeps;
    release->keeps = NULL; /* taken over */
    release->keep_count = 0;
    return SAMME_OK;
}

static samme_status load(const samme_replay *replay, uint64_t version, samme_compiled_release *out,
                         samme_error *error) {
    *out = (samme_compiled_release){.version = version};
    samme_status status = samme_replay_release_hash(replay, version, &out->note_hash);
    if (status != SAMME_OK)
        return samme_fail(error, status, "release %llu is not in the journal",
                          (unsigned long long)version);
    samme_span note;
    status = samme_replay_fetch(replay, &out->note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_release release;
    status = samme_release_reopen(&replay->root, note, &release, error);
    if (status != SAMME_OK)
        return status;
    status = compile_opened(replay, &release, out, error);
    samme_release_free(&release);
    return status;
}

samme_status samme_replay_compiled(samme_replay *replay, uint64_t version,
                                   const samme_compiled_release **out, samme_error *error) {
    if (replay->policies == NULL)
        replay->policies = calloc(1, sizeof *replay->policies);
    struct samme_policy_cache *cache = replay->policies;
    if (cache == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "policy of release %llu: no memory",
                          (unsigned long long)version);
    samme_compiled_release *held = find_compiled(cache, version);
    if (held == NULL) {
        samme_compiled_release loaded;
        samme_status status = load(replay, version, &loaded, error);
        if (status != SAMME_OK)
            return status;
        held = make_place(cache, replay->in_force);
        *held = loaded;
    }
    held->used = ++cache->asked;
    *out = held;
    return SAMME_OK;
}

samme_status samme_replay_policy(samme_replay *replay, uint64_t release_version,
                                 const samme_policy **out, samme_error *error) {
    const samme_compiled_release *compiled;
    samme_status status = samme_replay_compiled(replay, release_version, &compiled, error);
    if (status == SAMME_OK)
        *out = compiled->policy;
    return status;
}
