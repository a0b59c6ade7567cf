/* The audit of what a branch says of the journal, of its release and of the day. */
#include <stdio.h>

#include "base/calendar.h"
#include "journal/auditing.h"

bool samme_memory_or_rows(samme_status status) {
    return status == SAMME_NO_MEMORY || status == SAMME_CORRUPT || status == SAMME_IO;
}

samme_status samme_audit_anchor(const samme_entry_audit *a, const Samme__Anchor *anchor) {
    if (anchor->journal_size > a->step->index) {
        samme_report(a->replay, SAMME_FINDING_ANCHOR, a->at,
                     "anchor at journal size %llu, expected at most %llu",
                     (unsigned long long)anchor->journal_size, (unsigned long long)a->step->index);
        return SAMME_OK;
    }
    samme_hash root;
    samme_status status = samme_replay_root_at(a->replay, anchor->journal_size, &root);
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(samme_span_of_bytes(anchor->root), samme_span_of_hash(&root)))
        samme_report(a->replay, SAMME_FINDING_ANCHOR, a->at,
                     "anchor at journal size %llu: the branch saw another root there",
                     (unsigned long long)anchor->journal_size);
    return SAMME_OK;
}

/* Whether a release is named as the journal had it before this record. *out_known is false, and
 * reported, when not. */
static samme_status check_release_named(const samme_entry_audit *a,
                                        const Samme__ReleaseRef *release, bool *out_known) {
    samme_hash hash;
    samme_status status = samme_replay_release_hash(a->replay, release->version, &hash);
    *out_known = status == SAMME_OK;
    if (status == SAMME_NOT_FOUND) {
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu was not in the journal then",
                     (unsigned long long)release->version);
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(samme_span_of_bytes(release->note_hash), samme_span_of_hash(&hash))) {
        *out_known = false;
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu is named by another note than the journal's",
                     (unsigned long long)release->version);
    }
    return SAMME_OK;
}

/* No clock is believed: taken too early is what the entry says of itself, or what a record says
 * that the hub had appended before that time. */
samme_status samme_audit_release_taken(const samme_entry_audit *a,
                                       const Samme__ReleaseTaken *taken) {
    const Samme__BranchRow *row;
    bool known;
    samme_status status = check_release_named(a, taken->release, &known);
    if (status != SAMME_OK || !known || a->at->first_epoch != 0) /* what it had anchored is lost */
        return status;
    status = samme_find_branch(&a->replay->rows, a->at->branch, &a->replay->scratch, &row);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status; /* the fold has just put it */
    const int64_t hub_ms = a->step->record.hub_time_ms;
    const bool own = a->time_ms != 0 && a->time_ms < hub_ms;
    const samme_release_asked asked = {.branch = a->at->branch,
                                       .time_ms = own ? a->time_ms : hub_ms,
                                       .journal_size = row->anchored};
    samme_release_standing standing;
    int64_t due_ms = 0;
    status = samme_replay_release_standing(a->replay, taken->release->version, &asked, &standing,
                                           &due_ms);
    if (status != SAMME_OK || standing == SAMME_RELEASE_DUE)
        return status;
    char due[SAMME_TIME_TEXT_BYTES], then[SAMME_TIME_TEXT_BYTES];
    samme_time_format(due_ms, due);
    samme_time_format(asked.time_ms, then);
    if (standing == SAMME_RELEASE_HALTED)
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu was taken, though its wave was held back in the first %llu "
                     "records, which this branch had anchored",
                     (unsigned long long)taken->release->version,
                     (unsigned long long)asked.journal_size);
    else
        samme_report(a->replay, SAMME_FINDING_RELEASE, a->at,
                     "release %llu was taken before %s: %s %s",
                     (unsigned long long)taken->release->version, due,
                     own ? "the entry says it was written at" : "it was merged at", then);
    return SAMME_OK;
}

/* The release that the branch had taken before this entry; 0: none. */
static samme_status find_taken(const samme_entry_audit *a, uint64_t *out) {
    const Samme__BranchRow *row;
    samme_status status =
        samme_find_branch(&a->replay->rows, a->at->branch, &a->replay->scratch, &row);
    *out = status == SAMME_OK ? row->release : 0;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

samme_status samme_day_written(const samme_entry_audit *a, int32_t *out, bool *out_known) {
    const samme_policy *policy = NULL;
    uint64_t taken;
    samme_status status = find_taken(a, &taken);
    if (status == SAMME_OK && taken != 0)
        status = samme_replay_policy(a->replay, taken, &policy, &(samme_error){0});
    if (samme_memory_or_rows(status))
        return status;
    *out_known = status == SAMME_OK && a->time_ms != 0;
    if (*out_known)
        *out = samme_local_day(
            a->time_ms, policy == NULL ? 0 : samme_chain_offset(policy, a->at->branch, a->time_ms));
    return SAMME_OK;
}

/* A node says the local day, and of an earlier one that the return is recorded later. */
static samme_status check_today(const samme_entry_audit *a, const Samme__ReturnOpened *opened) {
    int32_t day, today;
    bool known;
    samme_status status = samme_day_written(a, &day, &known);
    if (status != SAMME_OK || !known || samme_date_parse(opened->today, &today) != SAMME_OK)
        return status;
    const int64_t ahead = (int64_t)today - day;
    if (ahead > 1 || (ahead < -1 && !opened->recorded_later)) {
        char text[SAMME_DATE_TEXT_BYTES];
        samme_date_format(day, text);
        samme_report_line(a->replay, SAMME_FINDING_TIME, a->at, opened->case_code, 0, NULL,
                          "case %s: today is %.10s, the entry was written on %s there%s",
                          opened->case_code, opened->today, text,
                          ahead > 1 ? "" : " and does not say that it is recorded later");
    }
    return SAMME_OK;
}

/* What the branch had taken, of which a case or decision must be. */
static samme_status check_taken(const samme_entry_audit *a, const char *case_code, const char *what,
                                const Samme__ReleaseRef *release) {
    uint64_t taken;
    bool known;
    samme_status status = find_taken(a, &taken);
    if (status != SAMME_OK)
        return status;
    const bool carried = a->at->first_epoch != 0; /* and may stand behind a later one here */
    if (release->version == taken || (carried && release->version < taken))
        return check_release_named(a, release, &known);
    samme_report_line(a->replay, SAMME_FINDING_RELEASE, a->at, case_code, 0, NULL,
                      "case %s: %s under release %llu, the branch had taken %llu", case_code, what,
                      (unsigned long long)release->version, (unsigned long long)taken);
    return SAMME_OK;
}

samme_status samme_audit_release(const samme_entry_audit *a, const Samme__ReturnDecided *decided,
                                 const Samme__ReturnOpened *opened) {
    const Samme__ReleaseRef *release = decided->basis->release;
    if (opened->release == NULL)
        return check_taken(a, decided->case_code, "decided", release);
    /* what it was opened under was looked at then */
    if (release->version != opened->release->version ||
        !samme_span_equal(samme_span_of_bytes(release->note_hash),
                          samme_span_of_bytes(opened->release->note_hash)))
        samme_report_line(a->replay, SAMME_FINDING_RELEASE, a->at, decided->case_code, 0, NULL,
                          "case %s: decided under release %llu, it was opened under %llu",
                          decided->case_code, (unsigned long long)release->version,
                          (unsigned long long)opened->release->version);
    return SAMME_OK;
}

samme_status samme_audit_opened(const samme_entry_audit *a, const Samme__ReturnOpened *opened) {
    samme_status status = check_today(a, opened);
    if (status == SAMME_OK && opened->release != NULL)
        status = check_taken(a, opened->case_code, "opened", opened->release);
    return status;
}
