/* Compiled policies by release version. A release's content never changes, so a compiled one is
 * kept for good. */
#include <stdlib.h>

#include "journal/replaying.h"

struct samme_policy_cache {
    size_t count;
    size_t capacity;
    struct cached_policy {
        uint64_t version;
        samme_policy *policy;
    } * items;
};

void samme_policy_cache_free(struct samme_policy_cache *cache) {
    if (cache == NULL)
        return;
    for (size_t i = 0; i < cache->count; i++)
        samme_policy_free(cache->items[i].policy);
    free(cache->items);
    free(cache);
}

static samme_policy *find_cached(const struct samme_policy_cache *cache, uint64_t version) {
    for (size_t i = cache == NULL ? 0 : cache->count;
         i-- > 0;) { /* the newest are asked for most */
        if (cache->items[i].version == version)
            return cache->items[i].policy;
    }
    return NULL;
}

/* Makes room for one more, so that nothing can fail once a policy is compiled. */
static struct samme_policy_cache *with_room(struct samme_policy_cache *cache) {
    if (cache == NULL)
        cache = calloc(1, sizeof *cache);
    if (cache == NULL || cache->count < cache->capacity)
        return cache;
    size_t capacity = cache->capacity == 0 ? 8 : 2 * cache->capacity;
    struct cached_policy *items = realloc(cache->items, capacity * sizeof *items);
    if (items != NULL) {
        cache->items = items;
        cache->capacity = capacity;
    }
    return cache;
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

static samme_status load(const samme_replay *replay, uint64_t version, samme_policy **out,
                         samme_error *error) {
    samme_hash hash;
    samme_status status = samme_replay_release_hash(replay, version, &hash);
    if (status != SAMME_OK)
        return samme_fail(error, status, "release %llu is not in the journal",
                          (unsigned long long)version);
    samme_span note;
    status = samme_replay_fetch(replay, &hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_release release;
    status = samme_release_reopen(&replay->root, note, &release, error);
    if (status != SAMME_OK)
        return status;
    if (release.decide_version == 0 || release.decide_version > SAMME_DECIDE_VERSION)
        status =
            samme_fail(error, SAMME_UNSUPPORTED,
                       "release %llu asks for decide version %u, this code knows up to %u",
                       (unsigned long long)version, release.decide_version, SAMME_DECIDE_VERSION);
    else
        status = compile(replay, &release, out, error);
    samme_release_free(&release);
    return status;
}

samme_status samme_replay_policy(samme_replay *replay, uint64_t release_version,
                                 const samme_policy **out, samme_error *error) {
    samme_policy *policy = find_cached(replay->policies, release_version);
    if (policy != NULL) {
        *out = policy;
        return SAMME_OK;
    }
    struct samme_policy_cache *cache = with_room(replay->policies);
    if (cache != NULL)
        replay->policies = cache;
    if (cache == NULL || cache->count == cache->capacity)
        return samme_fail(error, SAMME_NO_MEMORY, "policy of release %llu: no memory",
                          (unsigned long long)release_version);
    samme_status status = load(replay, release_version, &policy, error);
    if (status != SAMME_OK)
        return status;
    cache->items[cache->count++] =
        (struct cached_policy){.version = release_version, .policy = policy};
    *out = policy;
    return SAMME_OK;
}
