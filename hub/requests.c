/* Which of the requests is answered now, and by whom. */
#include "hub/core.h"

static bool is_part(const Samme__Message *message) {
    return message->what_case == SAMME__MESSAGE__WHAT_JOURNAL_PART ||
           message->what_case == SAMME__MESSAGE__WHAT_ENTRIES_PART ||
           message->what_case == SAMME__MESSAGE__WHAT_DOCUMENTS_PART;
}

const char *samme_hub_request_name(const Samme__Message *message) {
    return message->what_case == SAMME__MESSAGE__WHAT_PUSH            ? "push"
           : message->what_case == SAMME__MESSAGE__WHAT_HELLO         ? "hello"
           : message->what_case == SAMME__MESSAGE__WHAT_PROBE_ANSWERS ? "probe_answers"
           : message->what_case == SAMME__MESSAGE__WHAT_PULL_KEYS     ? "pull_keys"
           : message->what_case == SAMME__MESSAGE__WHAT_PUT_RELEASE   ? "put_release"
           : message->what_case == SAMME__MESSAGE__WHAT_PUT_HALT      ? "put_halt"
           : message->what_case == SAMME__MESSAGE__WHAT_PUT_DOCUMENT  ? "put_document"
           : message->what_case == SAMME__MESSAGE__WHAT_HEAD          ? "head"
           : is_part(message)                                         ? "part"
                                                                      : "pull";
}

static bool writes(const Samme__Message *message) {
    return message->what_case == SAMME__MESSAGE__WHAT_PUSH ||
           message->what_case == SAMME__MESSAGE__WHAT_PUT_DOCUMENT ||
           message->what_case == SAMME__MESSAGE__WHAT_PUT_HALT ||
           message->what_case == SAMME__MESSAGE__WHAT_PUT_RELEASE;
}

/* Out of service nothing is appended, and nothing more is signed. Whoever pushes without having
 * said hello is told so all the same. */
static bool must_wait(const samme_hub_call *call, const Samme__Message *message, bool busy) {
    const samme_hub *hub = call->hub;
    const bool away = !samme_hub_serves(hub);
    if (message->what_case == SAMME__MESSAGE__WHAT_PULL_JOURNAL)
        return away;
    if (!writes(message))
        return false;
    if (message->what_case == SAMME__MESSAGE__WHAT_PUSH && !call->peer->said.hello)
        return busy;
    /* an operator may bring again what no node holds any more */
    if (message->what_case != SAMME__MESSAGE__WHAT_PUSH && hub->refill.stage == SAMME_HUB_FILLING)
        return busy;
    return busy || away || samme_hub_roster(hub) != &hub->follow.replay.roster ||
           hub->follow.replay.roster.version < hub->roster_version;
}

samme_status samme_hub_answer(samme_hub_call *call, const Samme__Message *message, bool busy,
                              samme_error *error) {
    /* who may write is the roster's word, so the newest one must have been folded */
    if (must_wait(call, message, busy)) {
        samme_hub_later(call, samme_hub_request_name(message));
        return SAMME_OK;
    }
    switch (message->what_case) {
    case SAMME__MESSAGE__WHAT_HELLO:
        return samme_hub_hello(call, message->hello, error);
    case SAMME__MESSAGE__WHAT_PUSH:
        return samme_hub_push(call, message->push, error);
    case SAMME__MESSAGE__WHAT_PULL_JOURNAL:
        return samme_hub_pull_journal(call, message->pull_journal);
    case SAMME__MESSAGE__WHAT_PULL_ENTRIES:
        return samme_hub_pull_entries(call, message->pull_entries);
    case SAMME__MESSAGE__WHAT_PULL_DOCUMENTS:
        return samme_hub_pull_documents(call, message->pull_documents);
    case SAMME__MESSAGE__WHAT_HAND_KEYS:
        return samme_hub_hand_keys(call, message->hand_keys, error);
    case SAMME__MESSAGE__WHAT_PULL_KEYS:
        return samme_hub_pull_keys(call, message->pull_keys, error);
    case SAMME__MESSAGE__WHAT_PROBE_ANSWERS:
        return samme_hub_probe_answers(call, message->probe_answers, error);
    case SAMME__MESSAGE__WHAT_PULL_STATUS:
        return samme_hub_pull_status(call);
    case SAMME__MESSAGE__WHAT_CLAIM_ASK:
        samme_hub_claim_ask(call, message->claim_ask);
        return SAMME_OK;
    case SAMME__MESSAGE__WHAT_CLAIM_ANSWER:
        samme_hub_claim_answer(call, message->claim_answer);
        return SAMME_OK;
    case SAMME__MESSAGE__WHAT_PUT_DOCUMENT:
        return samme_hub_put_document(call, message->put_document, error);
    case SAMME__MESSAGE__WHAT_PUT_RELEASE:
        return samme_hub_put_release(call, message->put_release, error);
    case SAMME__MESSAGE__WHAT_PUT_HALT:
        return samme_hub_put_halt(call, message->put_halt, error);
    case SAMME__MESSAGE__WHAT_HEAD:
        return samme_hub_take_head(call, message->head, error);
    case SAMME__MESSAGE__WHAT_JOURNAL_PART:
    case SAMME__MESSAGE__WHAT_ENTRIES_PART:
    case SAMME__MESSAGE__WHAT_DOCUMENTS_PART:
        return samme_hub_take_part(call, message, error);
    default:
        call->hub->refused_messages++; /* a hub's own words, or none: not of the protocol */
        return SAMME_OK;
    }
}
