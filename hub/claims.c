/* Claims pass through: a branch asks, the one that sold answers. The hub keeps nothing of it; what
 * counts are the entries of the two. */
#include "hub/core.h"

enum { HEARD_WITHIN_MS = 90000 }; /* else a branch counts as away */

/* The peer of a branch that is in session, or NULL. Whose connection is gone is not, from the first
 * message on that did not go out (core.c). */
static const samme_hub_peer *present_branch(const samme_hub *hub, uint32_t number) {
    const samme_roster_branch *branch =
        samme_roster_branch_by_number(&hub->follow.replay.roster, number);
    if (branch == NULL)
        return NULL;
    for (size_t i = 0; i < hub->peer_count; i++) {
        const samme_hub_peer *peer = &hub->peers[i];
        if (memcmp(peer->key.bytes, branch->curve.bytes, sizeof peer->key.bytes) == 0)
            return peer->welcomed && peer->welcomed_route == peer->route &&
                           samme_hub_time(hub) - peer->heard_ms < HEARD_WITHIN_MS
                       ? peer
                       : NULL;
    }
    return NULL;
}

static bool may_speak(samme_hub_call *call) {
    if (call->branch != NULL && call->peer->welcomed && call->peer->welcomed_route == call->route)
        return true;
    call->hub->refused_messages++;
    samme_hub_refuse(call, "claim", SAMME_DENIED,
                     call->branch == NULL ? "only branches lend and borrow" : "say hello first",
                     NULL);
    return false;
}

static void say_silent(samme_hub *hub, uint64_t route, uint32_t borrower,
                       const Samme__ClaimAsk *ask) {
    hub->counts.silent++;
    Samme__ClaimAnswer answer = SAMME__CLAIM_ANSWER__INIT;
    answer.case_code = ask->case_code;
    answer.outcome = SAMME__CLAIM_OUTCOME__silent;
    answer.borrower = borrower;
    answer.home = ask->receipt->branch;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &answer;
    samme_hub_reply(hub, route, &message);
}

void samme_hub_claim_ask(samme_hub_call *call, const Samme__ClaimAsk *ask) {
    if (!may_speak(call))
        return;
    if (ask->receipt == NULL || ask->receipt->branch == call->branch->number) {
        call->hub->refused_messages++;
        return;
    }
    const samme_hub_peer *home = present_branch(call->hub, ask->receipt->branch);
    if (home == NULL) {
        say_silent(call->hub, call->route, call->branch->number, ask);
        return;
    }
    Samme__ClaimAsk passed = *ask;
    passed.borrower = call->branch->number;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ASK;
    message.claim_ask = &passed;
    samme_hub_reply(call->hub, home->route, &message);
}

void samme_hub_claim_undelivered(samme_hub *hub, samme_span message) {
    const Samme__Message *ask = SAMME_UNPACK(Message, message, message, &hub->arena, NULL);
    if (ask == NULL || ask->what_case != SAMME__MESSAGE__WHAT_CLAIM_ASK)
        return; /* no memory: who asked repeats */
    const uint32_t number = ask->claim_ask->borrower;
    const samme_hub_peer *borrower = present_branch(hub, number);
    if (borrower != NULL)
        say_silent(hub, borrower->route, number, ask->claim_ask);
}

void samme_hub_claim_answer(samme_hub_call *call, const Samme__ClaimAnswer *answer) {
    if (!may_speak(call))
        return;
    const samme_hub_peer *borrower = present_branch(call->hub, answer->borrower);
    if (borrower == NULL) /* it asks again when it is back */
        return;
    Samme__ClaimAnswer passed = *answer;
    passed.home = call->branch->number;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &passed;
    samme_hub_reply(call->hub, borrower->route, &message);
}
