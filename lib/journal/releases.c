/* Releases that the journal holds, by version. */
#include "journal/control.h"
#include "journal/replaying.h"

/* The row's parts; spans point into it and live as the rows say. */
typedef struct release_row {
    samme_hash note_hash;
    int64_t at_ms, expires_ms; /* 0: none */
    uint64_t index;            /* of its record */
    samme_span waves;          /* of u64 ms */
    samme_span early;          /* of u32 branch, u32 wave */
} release_row;

enum { WAVE_BYTES = 8, EARLY_BYTES = 8 };

/* A count and so many items of that size, taken off the front; false when they are not there. */
static bool take_items(samme_span *rest, size_t size, samme_span *out) {
    if (rest->length < 4)
        return false;
    const size_t bytes = samme_get_u32(rest->data) * size;
    if (bytes > rest->length - 4)
        return false;
    *out = SAMME_SPAN(rest->data + 4, bytes);
    *rest = SAMME_SPAN(rest->data + 4 + bytes, rest->length - 4 - bytes);
    return true;
}

static samme_status read_row(const samme_replay *replay, uint64_t version, release_row *out) {
    samme_control_key key = samme_release_key(version);
    samme_span value;
    samme_status status = replay->rows.get(replay->rows.self, samme_control_span(&key), &value);
    if (status != SAMME_OK)
        return status;
    if (value.length < SAMME_RELEASE_ROW_BYTES)
        return SAMME_CORRUPT;
    *out = (release_row){.index = 0};
    memcpy(out->note_hash.bytes, value.data, 32);
    out->at_ms = (int64_t)samme_get_u64(value.data + 32);
    out->expires_ms = (int64_t)samme_get_u64(value.data + 40);
    if (value.length == SAMME_RELEASE_ROW_BYTES)
        return SAMME_OK;
    samme_span rest =
        SAMME_SPAN(value.data + SAMME_RELEASE_ROW_BYTES, value.length - SAMME_RELEASE_ROW_BYTES);
    if (rest.length < 8)
        return SAMME_CORRUPT;
    out->index = samme_get_u64(rest.data);
    rest = SAMME_SPAN(rest.data + 8, rest.length - 8);
    if (!take_items(&rest, WAVE_BYTES, &out->waves) ||
        !take_items(&rest, EARLY_BYTES, &out->early) || rest.length != 0)
        return SAMME_CORRUPT;
    return SAMME_OK;
}

samme_status samme_put_release(const samme_replay *replay, const samme_replay_step *step,
                               const samme_release *release) {
    enum {
        ROW_MAX_BYTES = SAMME_RELEASE_ROW_BYTES + 8 + 4 + SAMME_RELEASE_WAVES_MAX * WAVE_BYTES + 4 +
                        SAMME_ROSTER_BRANCHES_MAX * EARLY_BYTES
    };
    samme_control_key key = samme_release_key(release->version);
    samme_buffer row;
    samme_buffer_init(&row, ROW_MAX_BYTES);
    samme_buffer_append(&row, samme_span_of_hash(&step->record.note_hash));
    samme_buffer_u64(&row, (uint64_t)release->at_ms);
    samme_buffer_u64(&row, (uint64_t)release->expires_ms);
    samme_buffer_u64(&row, step->index);
    samme_buffer_u32(&row, (uint32_t)release->wave_count);
    for (size_t i = 0; i < release->wave_count; i++)
        samme_buffer_u64(&row, (uint64_t)release->waves[i].at_ms);
    samme_buffer_u32(&row, (uint32_t)release->early_count);
    for (size_t i = 0; i < release->early_count; i++) {
        samme_buffer_u32(&row, release->early[i].branch);
        samme_buffer_u32(&row, release->early[i].wave);
    }
    samme_status status = samme_buffer_status(&row);
    if (status == SAMME_OK)
        status =
            replay->rows.put(replay->rows.self, samme_control_span(&key), samme_buffer_span(&row));
    samme_buffer_free(&row);
    return status;
}

/* The wave of a branch and its time; as samme_release_wave_of and samme_release_due_ms. */
static uint32_t wave_in_row(const release_row *row, uint32_t branch, int64_t *out_due_ms) {
    const uint32_t waves = (uint32_t)(row->waves.length / WAVE_BYTES);
    uint32_t wave = waves > 0 ? waves : 1;
    for (size_t at = 0; at < row->early.length; at += EARLY_BYTES)
        if (samme_get_u32(row->early.data + at) == branch)
            wave = samme_get_u32(row->early.data + at + 4);
    *out_due_ms = wave <= waves && wave > 0
                      ? (int64_t)samme_get_u64(row->waves.data + (size_t)(wave - 1) * WAVE_BYTES)
                      : row->at_ms;
    return wave;
}

/* The first wave held back by records before `journal_size`, or 0. */
static samme_status read_halts(const samme_replay *replay, uint64_t version, uint64_t journal_size,
                               uint32_t *out_wave, samme_span *out_row) {
    samme_control_key key = samme_halt_key(version);
    samme_span value;
    *out_wave = 0;
    *out_row = (samme_span){0};
    samme_status status = replay->rows.get(replay->rows.self, samme_control_span(&key), &value);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    if (value.length % SAMME_HALT_ROW_BYTES != 0)
        return SAMME_CORRUPT;
    for (size_t at = 0; at < value.length; at += SAMME_HALT_ROW_BYTES) /* each is of a lower wave */
        if (samme_get_u64(value.data + at + 4) < journal_size)
            *out_wave = samme_get_u32(value.data + at);
    *out_row = value;
    return SAMME_OK;
}

samme_status samme_put_halt(const samme_replay *replay, const samme_replay_step *step,
                            const samme_halt *halt) {
    uint32_t halted;
    samme_span held;
    samme_status status = read_halts(replay, halt->version, UINT64_MAX, &halted, &held);
    if (status == SAMME_OK && halted != 0 && halt->wave >= halted)
        status = SAMME_STALE;
    if (status != SAMME_OK)
        return status;
    samme_control_key key = samme_halt_key(halt->version);
    samme_buffer row;
    samme_buffer_init(&row, SAMME_RELEASE_WAVES_MAX * SAMME_HALT_ROW_BYTES);
    samme_buffer_append(&row, held);
    samme_buffer_u32(&row, halt->wave);
    samme_buffer_u64(&row, step->index);
    status = samme_buffer_status(&row);
    if (status == SAMME_OK)
        status =
            replay->rows.put(replay->rows.self, samme_control_span(&key), samme_buffer_span(&row));
    samme_buffer_free(&row);
    return status;
}

samme_status samme_replay_release_hash(const samme_replay *replay, uint64_t version,
                                       samme_hash *out) {
    release_row row;
    samme_status status = read_row(replay, version, &row);
    if (status == SAMME_OK)
        *out = row.note_hash;
    return status;
}

samme_status samme_replay_release_record(const samme_replay *replay, uint64_t version,
                                         uint64_t *out_index) {
    release_row row;
    samme_status status = read_row(replay, version, &row);
    if (status == SAMME_OK)
        *out_index = row.index;
    return status;
}

samme_status samme_replay_release_halted(const samme_replay *replay, uint64_t version,
                                         uint32_t *out_wave, uint64_t *out_index) {
    samme_span row;
    samme_status status = read_halts(replay, version, UINT64_MAX, out_wave, &row);
    *out_index = status == SAMME_OK && row.length > 0
                     ? samme_get_u64(row.data + row.length - SAMME_HALT_ROW_BYTES + 4)
                     : 0;
    return status;
}

samme_status samme_replay_release_standing(const samme_replay *replay, uint64_t version,
                                           const samme_release_asked *asked,
                                           samme_release_standing *out_standing,
                                           int64_t *out_due_ms) {
    release_row row;
    uint32_t halted = 0;
    samme_span ignored;
    samme_status status = read_row(replay, version, &row);
    if (status != SAMME_OK)
        return status;
    const uint32_t wave = wave_in_row(&row, asked->branch, out_due_ms); /* spans live until the
                                                                           next read */
    status = read_halts(replay, version, asked->journal_size, &halted, &ignored);
    if (status != SAMME_OK)
        return status;
    *out_standing = halted != 0 && halted <= wave  ? SAMME_RELEASE_HALTED
                    : *out_due_ms > asked->time_ms ? SAMME_RELEASE_AHEAD
                                                   : SAMME_RELEASE_DUE;
    return SAMME_OK;
}

/* Downwards, past those that wait: rarely more than one. */
samme_status samme_replay_release_due(const samme_replay *replay, uint64_t above, uint32_t branch,
                                      int64_t time_ms, uint64_t *out_version,
                                      samme_hash *out_hash) {
    const samme_release_asked asked = {
        .branch = branch, .time_ms = time_ms, .journal_size = UINT64_MAX};
    for (uint64_t version = replay->release.version; version > above; version--) {
        samme_release_standing standing;
        int64_t due_ms;
        samme_status status =
            samme_replay_release_standing(replay, version, &asked, &standing, &due_ms);
        if (status != SAMME_OK) /* versions follow each other by one */
            return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
        if (standing != SAMME_RELEASE_DUE)
            continue;
        *out_version = version;
        return samme_replay_release_hash(replay, version, out_hash);
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
