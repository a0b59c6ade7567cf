#include "probes/probes.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "wire/mapping.h"
#include "wire/pack.h"

enum { ID_BYTES = SAMME_PROBE_ID_MAX + 1, ANSWER_MAX_BYTES = 1 << 16 };
#define DOCUMENT_ARENA_BYTES ((size_t)64 << 20)

void samme_probes_init(samme_probes *probes) {
    *probes = (samme_probes){0};
    samme_buffer_init(&probes->answers, SAMME_PROBES_MAX * sizeof(samme_hash));
    samme_buffer_init(&probes->ids, SAMME_PROBES_MAX * (size_t)ID_BYTES);
}

static void drop_note(samme_probes *probes) {
    samme_release_free(&probes->note);
    probes->note = (samme_release){0};
}

void samme_probes_free(samme_probes *probes) {
    drop_note(probes);
    samme_buffer_free(&probes->answers);
    samme_buffer_free(&probes->ids);
    samme_probes_init(probes);
}

/* A note or document of the release, whose hash is checked: what else a store says is not it. */
static samme_status fetch(const samme_replay *replay, const samme_hash *hash, samme_span *out,
                          samme_error *error) {
    samme_status status = replay->content.document(replay->content.self, hash, out);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, SAMME_LATER, "a document of the release is not held");
    if (status != SAMME_OK)
        return samme_fail(error, status, "a document of the release cannot be read");
    const samme_hash found = samme_sha256(*out);
    if (memcmp(found.bytes, hash->bytes, sizeof found.bytes) != 0)
        return samme_fail(error, SAMME_CORRUPT, "a document of the release is another than named");
    return SAMME_OK;
}

samme_status samme_probes_begin(samme_probes *probes, samme_replay *replay, uint64_t release,
                                samme_error *error) {
    samme_span note;
    samme_probes_free(probes);
    samme_status status = samme_replay_release_hash(replay, release, &probes->note_hash);
    if (status != SAMME_OK)
        return samme_fail(error, status, "release %llu is not in the journal",
                          (unsigned long long)release);
    status = fetch(replay, &probes->note_hash, &note, error);
    if (status == SAMME_OK)
        status = samme_release_reopen(&replay->root, note, &probes->note, error);
    if (status == SAMME_OK)
        probes->release = release;
    return status;
}

static bool is_probes(const char *path) {
    const size_t length = strlen(path);
    return strncmp(path, "probes/", strlen("probes/")) == 0 && length > strlen("probes/.yaml") &&
           strcmp(path + length - strlen(".yaml"), ".yaml") == 0;
}

static void add(samme_probes *probes, const char *id, const samme_hash *answer) {
    char text[ID_BYTES] = {0};
    memcpy(text, id, strnlen(id, SAMME_PROBE_ID_MAX));
    samme_buffer_append(&probes->ids, SAMME_SPAN(text, sizeof text));
    samme_buffer_append(&probes->answers, samme_span_of_hash(answer));
    probes->count++;
}

static samme_hash answer_of(const samme_policy *policy, const Samme__Facts *facts) {
    samme_decision decision;
    samme_buffer packed;
    samme_hash hash = samme_sha256(SAMME_LITERAL("malformed"));
    if (facts == NULL || samme_policy_decide(policy, facts, &decision, NULL) != SAMME_OK)
        return hash;
    samme_buffer_init(&packed, ANSWER_MAX_BYTES);
    samme_pack(&decision.answer, &packed);
    if (samme_buffer_status(&packed) == SAMME_OK)
        hash = samme_sha256(samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return hash;
}

/* The bytes are the store's own, and live until the policy is asked for: that comes first. */
static samme_status answer_document(samme_probes *probes, samme_replay *replay,
                                    const samme_release_document *document, samme_error *error) {
    const samme_policy *policy;
    samme_span content;
    samme_status status = samme_replay_policy(replay, probes->release, &policy, error);
    if (status == SAMME_OK)
        status = fetch(replay, &document->hash, &content, error);
    if (status != SAMME_OK)
        return status;
    samme_arena arena;
    samme_error wrong = {.text = ""};
    samme_arena_init(&arena, DOCUMENT_ARENA_BYTES);
    const Samme__Probes *read =
        SAMME_FROM_YAML(Probes, probes, content, document->path, &arena, &wrong);
    if (read == NULL && wrong.status == SAMME_NO_MEMORY) {
        status = samme_fail(error, SAMME_NO_MEMORY, "%s", wrong.text);
    } else if (read == NULL && probes->count < SAMME_PROBES_MAX) {
        const samme_hash hash = samme_sha256(SAMME_LITERAL("malformed"));
        add(probes, document->path, &hash);
    }
    for (size_t i = 0; read != NULL && i < read->n_probes && probes->count < SAMME_PROBES_MAX;
         i++) {
        const samme_hash hash = answer_of(policy, read->probes[i]->facts);
        add(probes, read->probes[i]->id, &hash);
    }
    samme_arena_free(&arena);
    return status;
}

samme_status samme_probes_next(samme_probes *probes, samme_replay *replay, samme_error *error) {
    const samme_release *note = &probes->note;
    while (probes->next_document < note->document_count &&
           !is_probes(note->documents[probes->next_document].path))
        probes->next_document++;
    if (probes->next_document < note->document_count) {
        samme_status status =
            answer_document(probes, replay, &note->documents[probes->next_document], error);
        if (status == SAMME_OK)
            probes->next_document++;
        return status;
    }
    if (samme_buffer_status(&probes->answers) != SAMME_OK ||
        samme_buffer_status(&probes->ids) != SAMME_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the probes' answers");
    probes->digest = samme_probes_digest(probes->release, samme_buffer_span(&probes->answers));
    probes->complete = true;
    drop_note(probes);
    return SAMME_OK;
}

const char *samme_probes_id(const samme_probes *probes, size_t index) {
    return (const char *)probes->ids.data + index * ID_BYTES;
}

samme_hash samme_probes_digest(uint64_t release, samme_span answers) {
    uint8_t number[8];
    samme_put_u64(number, release);
    return samme_sha256_of(SAMME_SPAN(number, sizeof number), answers, SAMME_LITERAL(""));
}

void samme_probes_compare(const samme_probes *probes, samme_span answers,
                          samme_probes_different *out) {
    const size_t theirs = answers.length / sizeof(samme_hash);
    const size_t most = theirs > probes->count ? theirs : probes->count;
    *out = (samme_probes_different){0};
    for (size_t i = 0; i < most; i++) {
        const size_t at = i * sizeof(samme_hash);
        if (i < theirs && i < probes->count &&
            memcmp(answers.data + at, probes->answers.data + at, sizeof(samme_hash)) == 0)
            continue;
        if (out->count < SAMME_PROBES_DIFFERENT_MAX)
            out->first[out->count] = (uint16_t)i;
        out->count++;
    }
}
