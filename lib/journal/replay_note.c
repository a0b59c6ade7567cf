/* Root, roster and release records: adopted when their note verifies and follows the one held, else
 * put into quarantine. */
#include "history/row.h"
#include "journal/control.h"
#include "journal/replaying.h"

static samme_status quarantine(const samme_replay *replay, const samme_replay_step *step,
                               const char *reason, const samme_error *why) {
    const samme_position position = {.index = step->index, .journal_index = step->index};
    samme_status status = samme_quarantine(&replay->rows, &position, reason);
    if (status == SAMME_OK)
        samme_report(replay, SAMME_FINDING_QUARANTINED, &position, "record %llu: %s%s%s",
                     (unsigned long long)step->index, reason, why != NULL ? ": " : "",
                     why != NULL ? why->text : "");
    return status;
}

samme_status samme_replay_root(samme_replay *replay, samme_replay_step *step, samme_error *error) {
    const samme_known *known = &replay->options.known;
    samme_span note;
    if (step->record.version == known->root_version &&
        !samme_hash_equal(&step->record.note_hash, &known->root_hash))
        return samme_fail(
            error, SAMME_MISMATCH,
            "record %llu: root %llu is not the one that this machine was enrolled with",
            (unsigned long long)step->index, (unsigned long long)step->record.version);
    samme_status status = samme_replay_fetch(replay, &step->record.note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    status = samme_root_follow(&replay->root, note, &step->root, &why);
    if (status == SAMME_NO_MEMORY)
        return samme_fail(error, status, "%s", why.text);
    if (status == SAMME_STALE || status == SAMME_MISMATCH)
        return quarantine(replay, step, "root does not follow the one in force", &why);
    if (status != SAMME_OK)
        return quarantine(replay, step, "root note does not verify", &why);
    if (step->root.version != step->record.version)
        return quarantine(replay, step, "root note is of another version", NULL);
    step->new_root = true;
    return SAMME_OK;
}

samme_status samme_replay_roster(samme_replay *replay, samme_replay_step *step,
                                 samme_error *error) {
    samme_span note;
    samme_status status = samme_replay_fetch(replay, &step->record.note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    samme_roster roster;
    status = samme_roster_open(&replay->root, note, &roster, &why);
    if (status == SAMME_NO_MEMORY)
        return samme_fail(error, status, "%s", why.text);
    if (status != SAMME_OK)
        return quarantine(replay, step, "roster note does not verify", &why);
    const samme_hash *held = replay->roster.version != 0 ? &replay->roster_hash : NULL;
    if (roster.version != step->record.version)
        status = quarantine(replay, step, "roster note is of another version", NULL);
    else if (samme_successor_check("roster", replay->roster.version, held, roster.version,
                                   &roster.previous, &why) != SAMME_OK)
        status = quarantine(replay, step, "roster does not follow the one held", &why);
    else {
        step->roster = roster;
        step->new_roster = true;
        return SAMME_OK;
    }
    samme_roster_free(&roster);
    return status;
}

/* Every document must be here before the release can be adopted: it takes effect whole or not at
 * all. *out_sound is false when one has another length than the note says, which no later content
 * can heal. */
static samme_status check_documents(const samme_replay *replay, const samme_release *release,
                                    bool *out_sound, samme_error *error) {
    *out_sound = true;
    for (size_t i = 0; i < release->document_count; i++) {
        samme_span content;
        samme_status status =
            samme_replay_fetch(replay, &release->documents[i].hash, &content, error);
        if (status != SAMME_OK)
            return status;
        if (content.length != release->documents[i].length)
            *out_sound = false;
    }
    return SAMME_OK;
}

static samme_status put_release(const samme_replay *replay, const samme_replay_step *step,
                                const samme_release *release) {
    uint8_t value[SAMME_RELEASE_ROW_BYTES];
    samme_control_key key = samme_release_key(release->version);
    memcpy(value, step->record.note_hash.bytes, 32);
    samme_put_u64(value + 32, (uint64_t)release->at_ms);
    samme_put_u64(value + 40, (uint64_t)release->expires_ms);
    return replay->rows.put(replay->rows.self, samme_control_span(&key),
                            SAMME_SPAN(value, sizeof value));
}

/* What is kept must be of this journal: then it was adopted with all its documents. */
static samme_status check_keeps(const samme_replay *replay, const samme_release *release,
                                bool *out_sound) {
    *out_sound = true;
    for (size_t i = 0; i < release->keep_count && *out_sound; i++) {
        samme_hash held;
        samme_status status = samme_replay_release_hash(replay, release->keeps[i].version, &held);
        if (status != SAMME_OK && status != SAMME_NOT_FOUND)
            return status;
        *out_sound = status == SAMME_OK && samme_hash_equal(&held, &release->keeps[i].note_hash);
    }
    return SAMME_OK;
}

/* Follows the note's verification: the rest of what a release must satisfy. */
static samme_status adopt_release(samme_replay *replay, samme_replay_step *step,
                                  const samme_release *release, samme_error *error) {
    samme_error why;
    const samme_hash *held = replay->release.version != 0 ? &replay->release_hash : NULL;
    if (release->version != step->record.version)
        return quarantine(replay, step, "release note is of another version", NULL);
    if (samme_successor_check("release", replay->release.version, held, release->version,
                              &release->previous, &why) != SAMME_OK)
        return quarantine(replay, step, "release does not follow the one held", &why);
    bool sound;
    samme_status status = check_keeps(replay, release, &sound);
    if (status != SAMME_OK)
        return samme_fail(error, status, "rows of releases: %s", samme_status_name(status));
    if (!sound)
        return quarantine(replay, step, "release keeps one that is not in the journal", NULL);
    status = check_documents(replay, release, &sound, error);
    if (status != SAMME_OK)
        return status;
    if (!sound)
        return quarantine(replay, step, "release states another length of a document", NULL);
    status = put_release(replay, step, release);
    step->new_release = status == SAMME_OK;
    return status;
}

samme_status samme_replay_release(samme_replay *replay, samme_replay_step *step,
                                  samme_error *error) {
    samme_span note;
    samme_status status = samme_replay_fetch(replay, &step->record.note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    samme_release release;
    status = samme_release_open(&replay->root, note, &release, &why);
    if (status == SAMME_NO_MEMORY)
        return samme_fail(error, status, "%s", why.text);
    if (status != SAMME_OK)
        return quarantine(replay, step, "release note does not verify", &why);
    status = adopt_release(replay, step, &release, error);
    if (step->new_release)
        step->release = release;
    else
        samme_release_free(&release);
    return status;
}
