/* Roster and release records: adopted when their note verifies and follows the one held, else put
 * into quarantine. */
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

samme_status samme_replay_roster(samme_replay *replay, samme_replay_step *step,
                                 samme_error *error) {
    samme_span note;
    samme_status status = samme_replay_fetch(replay, &step->record.note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    samme_roster roster;
    status = samme_roster_open(replay->root, note, &roster, &why);
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

static samme_status put_release(const samme_replay *replay, const samme_replay_step *step) {
    samme_control_key key = samme_release_key(step->record.version);
    return replay->rows.put(replay->rows.self, samme_control_span(&key),
                            samme_span_of_hash(&step->record.note_hash));
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
    samme_status status = check_documents(replay, release, &sound, error);
    if (status != SAMME_OK)
        return status;
    if (!sound)
        return quarantine(replay, step, "release states another length of a document", NULL);
    status = put_release(replay, step);
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
    status = samme_release_open(replay->root, note, &release, &why);
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
