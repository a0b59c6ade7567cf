#include "journal/past.h"

#include <stdio.h>

#include "base/calendar.h"
#include "history/slices.h"
#include "journal/replaying.h"
#include "policy/tables.h"

static bool is_kept(const samme_compiled_release *today, uint64_t version) {
    size_t first = 0, last = today->keep_count;
    while (first < last) {
        const size_t middle = first + (last - first) / 2;
        if (today->keeps[middle].version == version)
            return true;
        if (today->keeps[middle].version < version)
            first = middle + 1;
        else
            last = middle;
    }
    return false;
}

/* By the policy for the country of sale, as decide finds it. */
static bool baseline_stands_in(const samme_policy *policy, uint32_t sale_branch) {
    const Samme__Branch *branch = samme_policy_branch(policy, sale_branch);
    const samme_table *table =
        samme_policy_table_for(policy, samme_country_value(branch == NULL ? "" : branch->country));
    return table != NULL && table->baseline_stands_in;
}

uint64_t samme_taken_at(const Samme__BranchRow *row, int64_t moment_ms,
                        const samme_horizon *horizon) {
    uint64_t version = row->n_taken > 0 ? 0 : row->release;
    for (size_t i = 0; i < row->n_taken; i++) {
        const Samme__BranchTaken *taken = row->taken[i];
        const samme_standing standing = {.branch = row->branch,
                                         .epoch = taken->epoch,
                                         .index = taken->index,
                                         .journal_index = taken->journal_index,
                                         .own_layer = taken->own_layer};
        if (taken->time_ms <= moment_ms && samme_within(horizon, &standing))
            version = taken->release;
    }
    return version;
}

/* What the release in force where a receipt was sold is called, as far as anybody knows. */
typedef struct sold_under {
    bool known; /* there is a receipt; version 0: it is older than Samme */
    uint64_t version;
    ProtobufCBinaryData note_hash; /* data NULL: the journal's */
    uint32_t branch;
} sold_under;

/* Of paper nobody knows more than branch and day: to the end of it, by the branch's clock. */
static samme_status of_paper(const samme_past_asked *asked, const samme_policy *today,
                             samme_arena *scratch, sold_under *out) {
    const Samme__ReceiptRef *receipt = asked->opened->receipt;
    const int64_t day_ms = 24 * 3600 * 1000, minute_ms = 60 * 1000;
    const Samme__BranchRow *row;
    int32_t day;
    if (receipt == NULL || receipt->branch == 0 ||
        samme_date_parse(receipt->business_date, &day) != SAMME_OK)
        return SAMME_OK;
    const int64_t end_ms = ((int64_t)day + 1) * day_ms - 1;
    samme_status status = samme_find_branch(asked->rows, receipt->branch, scratch, &row);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    *out = (sold_under){.known = true, .branch = receipt->branch};
    if (status == SAMME_OK)
        out->version = samme_taken_at(
            row, end_ms - samme_chain_offset(today, receipt->branch, end_ms) * minute_ms,
            asked->horizon);
    return SAMME_OK;
}

static samme_status find_sold_under(const samme_past_asked *asked, const samme_policy *today,
                                    samme_arena *scratch, sold_under *out) {
    const Samme__Sale *sale = asked->sale;
    *out = (sold_under){.known = false};
    if (sale == NULL || asked->opened->receipt_source == SAMME__RECEIPT_SOURCE__keyed)
        return of_paper(asked, today, scratch, out);
    out->known = true;
    out->branch = sale->receipt->branch;
    if (sale->release != NULL) {
        out->version = sale->release->version;
        out->note_hash = sale->release->note_hash;
    }
    return SAMME_OK;
}

static bool same_note(const sold_under *sold, const samme_hash *hash) {
    return sold->note_hash.data == NULL ||
           samme_span_equal(samme_span_of_bytes(sold->note_hash), samme_span_of_hash(hash));
}

/* Whether the release that a receipt names counts as held by who decides under `today`. */
static samme_status check_held(const samme_replay *replay, const samme_compiled_release *today,
                               const sold_under *sold, uint64_t journal_size, bool *out_held) {
    samme_hash hash;
    uint64_t record;
    *out_held = false;
    if (sold->version < today->version && !is_kept(today, sold->version))
        return SAMME_OK;
    samme_status status = samme_replay_release_hash(replay, sold->version, &hash);
    if (status == SAMME_OK)
        status = samme_replay_release_record(replay, sold->version, &record);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    *out_held = record < journal_size && same_note(sold, &hash);
    return SAMME_OK;
}

/* Which version takes part as the past one: 0, none. */
static samme_status choose(const samme_replay *replay, const samme_compiled_release *today,
                           const sold_under *sold, uint64_t journal_size, samme_past *out) {
    out->choice = SAMME__PAST_CHOICE__no_past;
    if (!sold->known)
        return SAMME_OK;
    if (sold->version == 0) {
        if (today->baseline != 0)
            out->choice = SAMME__PAST_CHOICE__by_baseline;
        out->version = today->baseline;
        return SAMME_OK;
    }
    if (sold->version == today->version && same_note(sold, &today->note_hash)) {
        out->choice = SAMME__PAST_CHOICE__sold_under_it;
        return SAMME_OK;
    }
    bool held;
    samme_status status = check_held(replay, today, sold, journal_size, &held);
    if (status != SAMME_OK)
        return status;
    out->choice = held ? SAMME__PAST_CHOICE__sold_under_past : SAMME__PAST_CHOICE__not_held;
    out->not_held = held ? 0 : sold->version;
    if (held)
        out->version = sold->version;
    else if (baseline_stands_in(today->policy, sold->branch))
        out->version = today->baseline;
    return SAMME_OK;
}

samme_status samme_choose_past(samme_replay *replay, const samme_past_asked *asked,
                               samme_arena *scratch, samme_past *out, samme_error *error) {
    const samme_compiled_release *today, *past;
    sold_under sold;
    *out = (samme_past){.version = 0};
    samme_status status = samme_replay_compiled(replay, asked->today, &today, error);
    if (status != SAMME_OK)
        return status;
    status = find_sold_under(asked, today->policy, scratch, &sold);
    if (status == SAMME_OK)
        status = choose(replay, today, &sold, asked->journal_size, out);
    if (status != SAMME_OK)
        return samme_fail(error, status, "rows of releases: %s", samme_status_name(status));
    if (out->version == asked->today) /* a baseline: it is no other one */
        out->version = 0;
    out->releases = (samme_releases){.today = today->policy, .today_number = asked->today};
    if (out->version == 0)
        return SAMME_OK;
    status = samme_replay_compiled(replay, out->version, &past, error);
    if (status != SAMME_OK)
        return status;
    out->releases.past = past->policy;
    out->releases.past_number = out->version;
    out->note_hash = past->note_hash;
    return SAMME_OK;
}

void samme_past_basis(const samme_past *past, Samme__Basis *basis, Samme__ReleaseRef *room) {
    basis->past_choice = past->choice;
    basis->not_held = past->not_held;
    if (past->version == 0)
        return;
    samme__release_ref__init(room);
    room->version = past->version;
    room->note_hash = samme_bytes_of_span(samme_span_of_hash(&past->note_hash));
    basis->past = room;
}

static void say(Samme__PastChoice choice, uint64_t version, uint64_t not_held, char *out,
                size_t size) {
    snprintf(out, size, "%s, release %llu, not held %llu",
             samme_enum_name(&samme__past_choice__descriptor, (int)choice),
             (unsigned long long)version, (unsigned long long)not_held);
}

bool samme_past_differs(const samme_past *past, const Samme__Basis *basis, bool *out_alone,
                        char out_why[static 160]) {
    const uint64_t said = basis->past == NULL ? 0 : basis->past->version;
    *out_alone = basis->past_choice == SAMME__PAST_CHOICE__past_choice_unset &&
                 basis->facts_version < SAMME_PAST_SINCE_FACTS && said == 0;
    const bool note_same =
        past->version == 0 ||
        (said != 0 && samme_span_equal(samme_span_of_bytes(basis->past->note_hash),
                                       samme_span_of_hash(&past->note_hash)));
    if (*out_alone || (basis->past_choice == past->choice && said == past->version &&
                       basis->not_held == past->not_held && note_same))
        return false;
    char expected[64], found[64];
    say(past->choice, past->version, past->not_held, expected, sizeof expected);
    say(basis->past_choice, said, basis->not_held, found, sizeof found);
    snprintf(out_why, 160, "past is %s; the basis says %s", expected, found);
    return true;
}
