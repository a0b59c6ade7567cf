/* Releases that the journal holds, by version. */
#include "journal/control.h"
#include "journal/replaying.h"

typedef struct release_row {
    samme_hash note_hash;
    int64_t at_ms, expires_ms; /* 0: none */
} release_row;

static samme_status read_row(const samme_replay *replay, uint64_t version, release_row *out) {
    samme_control_key key = samme_release_key(version);
    samme_span value;
    samme_status status = replay->rows.get(replay->rows.self, samme_control_span(&key), &value);
    if (status != SAMME_OK)
        return status;
    if (value.length != SAMME_RELEASE_ROW_BYTES)
        return SAMME_CORRUPT;
    memcpy(out->note_hash.bytes, value.data, 32);
    out->at_ms = (int64_t)samme_get_u64(value.data + 32);
    out->expires_ms = (int64_t)samme_get_u64(value.data + 40);
    return SAMME_OK;
}

samme_status samme_replay_release_hash(const samme_replay *replay, uint64_t version,
                                       samme_hash *out) {
    release_row row;
    samme_status status = read_row(replay, version, &row);
    if (status == SAMME_OK)
        *out = row.note_hash;
    return status;
}

/* Downwards, past those that wait: rarely more than one. */
samme_status samme_replay_release_due(const samme_replay *replay, uint64_t above, int64_t time_ms,
                                      uint64_t *out_version, samme_hash *out_hash) {
    for (uint64_t version = replay->release.version; version > above; version--) {
        release_row row;
        samme_status status = read_row(replay, version, &row);
        if (status != SAMME_OK) /* versions follow each other by one */
            return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
        if (row.at_ms > time_ms)
            continue;
        *out_version = version;
        *out_hash = row.note_hash;
        return SAMME_OK;
    }
    return SAMME_NOT_FOUND;
}

samme_status samme_replay_release_expired(const samme_replay *replay, uint64_t version,
                                          int64_t time_ms, bool *out) {
    release_row row;
    samme_status status = read_row(replay, version, &row);
    if (status == SAMME_OK)
        *out = row.expires_ms != 0 && time_ms >= row.expires_ms;
    return status;
}

static samme_status open_by_hash(const samme_replay *replay, const samme_hash *hash,
                                 samme_release *out, samme_error *error) {
    samme_span note;
    samme_status status = samme_replay_fetch(replay, hash, &note, error);
    return status == SAMME_OK ? samme_release_reopen(&replay->root, note, out, error) : status;
}

static samme_status documents_held(const samme_replay *replay, const samme_release_kept *kept,
                                   samme_error *error) {
    samme_release release;
    samme_status status = open_by_hash(replay, &kept->note_hash, &release, error);
    if (status != SAMME_OK)
        return status;
    for (size_t i = 0; i < release.document_count && status == SAMME_OK; i++) {
        samme_span ignored;
        status = samme_replay_fetch(replay, &release.documents[i].hash, &ignored, error);
    }
    samme_release_free(&release);
    return status;
}

samme_status samme_replay_keeps_held(const samme_replay *replay, uint64_t version,
                                     samme_error *error) {
    samme_hash hash;
    samme_release release;
    samme_status status = samme_replay_release_hash(replay, version, &hash);
    if (status != SAMME_OK)
        return samme_fail(error, status, "release %llu is not in the journal",
                          (unsigned long long)version);
    status = open_by_hash(replay, &hash, &release, error);
    if (status != SAMME_OK)
        return status;
    for (size_t i = 0; i < release.keep_count && status == SAMME_OK; i++)
        if ((status = documents_held(replay, &release.keeps[i], error)) != SAMME_OK)
            status = samme_fail_in(error, status, "release %llu, which release %llu keeps",
                                   (unsigned long long)release.keeps[i].version,
                                   (unsigned long long)version);
    samme_release_free(&release);
    return status;
}
