/* Pulls: everything the hub holds, to whoever is enrolled, in bounded parts. */
#include "hub/core.h"
#include "sync/giving.h"

samme_status samme_hub_pull_journal(samme_hub_call *call, const Samme__PullJournal *pull) {
    samme_hub *hub = call->hub;
    call->peer->folded_size = pull->folded_size;
    if (pull->state_digest.len == sizeof(samme_hash))
        memcpy(call->peer->state_digest.bytes, pull->state_digest.data, sizeof(samme_hash));
    const uint64_t size = hub->journal.size;
    const uint64_t left = pull->from < size ? size - pull->from : 0;
    const uint64_t to =
        pull->from + (left < SAMME_GIVE_RECORDS_MAX ? left : SAMME_GIVE_RECORDS_MAX);
    Samme__JournalPart part = SAMME__JOURNAL_PART__INIT;
    samme_status status =
        samme_give_records(&hub->log, pull->from, to, SAMME_GIVE_PART_BYTES, &hub->arena, &part);
    if (status != SAMME_OK)
        return status;
    /* Always: who is up to date sees whether it is still the journal that it holds. */
    const uint64_t end = part.from + part.n_records;
    samme_span note;
    status = samme_hub_head(hub, end < size ? end : size, &note);
    part.note = samme_bytes_of_span(note);
    part.journal_size = size;
    part.hub_time_ms = samme_hub_time(hub);
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_JOURNAL_PART;
    message.journal_part = &part;
    if (status == SAMME_OK)
        samme_hub_reply(hub, call->route, &message);
    return status;
}

samme_status samme_hub_pull_entries(samme_hub_call *call, const Samme__PullEntries *pull) {
    samme_hub *hub = call->hub;
    Samme__EntriesPart part = SAMME__ENTRIES_PART__INIT;
    samme_status status =
        samme_give_entries(&hub->log, hub->journal.size, pull->journal_index, &hub->arena, &part);
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ENTRIES_PART;
    message.entries_part = &part;
    if (status == SAMME_OK)
        samme_hub_reply(hub, call->route, &message);
    return status;
}

samme_status samme_hub_pull_documents(samme_hub_call *call, const Samme__PullDocuments *pull) {
    samme_hub *hub = call->hub;
    Samme__DocumentsPart part = SAMME__DOCUMENTS_PART__INIT;
    samme_status status = samme_give_documents(&hub->log, pull, &hub->arena, &part);
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOCUMENTS_PART;
    message.documents_part = &part;
    if (status == SAMME_OK)
        samme_hub_reply(hub, call->route, &message);
    return status;
}
