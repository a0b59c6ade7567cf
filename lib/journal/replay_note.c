/* Root, roster, release and halt records: adopted when their note verifies and follows the one
 * held, else put into quarantine. */
#include "history/row.h"
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

/* Takes the roster over. */
static samme_status adopt_roster(samme_replay *replay, samme_replay_step *step,
                                 samme_roster *roster, samme_error *error) {
    const samme_roster_branch *back;
    samme_status status = samme_replay_epochs_follow(replay, roster, &back);
    if (status == SAMME_OK && back != NULL) {
        samme_error why;
        samme_fail(&why, SAMME_STALE, "branch %u: epoch %u", back->number, back->epoch);
        status = quarantine(replay, step, "roster takes an epoch back", &why);
        samme_roster_free(roster);
        return status;
    }
    step->roster = *roster; /* the step's to free from here on */
    if (status == SAMME_OK)
        status = samme_replay_epochs(replay, step);
    step->new_roster = status == SAMME_OK;
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail(error, status, "record %llu: rows of branches: %s",
                            (unsigned long long)step->index, samme_status_name(status));
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
    else
        return adopt_roster(replay, step, &roster, error);
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
    status = samme_put_release(replay, step, release);
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

/* Which release is meant is named twice, by version and by hash: it must be this journal's. */
static const char *halt_fault(const samme_replay *replay, const samme_replay_step *step,
                              const samme_halt *halt, samme_status *out_status) {
    samme_hash held;
    *out_status = SAMME_OK;
    if (halt->version != step->record.version)
        return "halt note is of another release";
    samme_status status = samme_replay_release_hash(replay, halt->version, &held);
    if (status == SAMME_NOT_FOUND ||
        (status == SAMME_OK && !samme_hash_equal(&held, &halt->release_hash)))
        return "halt of a release that is not in the journal";
    *out_status = status;
    return NULL;
}

samme_status samme_replay_halt(samme_replay *replay, samme_replay_step *step, samme_error *error) {
    samme_span note;
    samme_status status = samme_replay_fetch(replay, &step->record.note_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    samme_halt halt;
    status = samme_halt_open(&replay->root, note, &halt, &why);
    if (status == SAMME_NO_MEMORY)
        return samme_fail(error, status, "%s", why.text);
    if (status != SAMME_OK)
        return quarantine(replay, step, "halt note does not verify", &why);
    const char *fault = halt_fault(replay, step, &halt, &status);
    if (fault != NULL)
        return quarantine(replay, step, fault, NULL);
    if (status == SAMME_OK)
        status = samme_put_halt(replay, step, &halt);
    if (status == SAMME_STALE)
        return quarantine(replay, step, "halt holds nothing more back", NULL);
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail(error, status, "rows of releases: %s", samme_status_name(status));
}
