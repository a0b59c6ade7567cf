/* The side of the branch that asks and waits. */
#include "node/claims.h"

#include <stdlib.h>

#include "history/cases.h"
#include "history/loans.h"

/* What was asked for a case, and what came of it, in this run. */
typedef struct asked {
    char case_code[SAMME_CASE_CODE_MAX_BYTES + 1];
    uint32_t home;    /* who sold */
    int64_t asked_ms; /* monotonic */
    int64_t sent_ms;  /* the newest repetition */
    Samme__ClaimOutcome outcome;
    uint32_t home_epoch; /* of the answer: what it rests on */
    uint64_t home_size;
    uint64_t journal_size;
} asked;

/* A request held back. */
typedef struct waiting {
    samme_call call;
    uint64_t request_id;
    char case_code[SAMME_CASE_CODE_MAX_BYTES + 1];
} waiting;

struct samme_claims {
    asked asked[SAMME_CLAIMS_ASKED_MAX]; /* a ring */
    size_t asked_count, asked_next;
    waiting waiting[SAMME_CLAIMS_WAITING_MAX];
    size_t waiting_count;
    uint64_t waited_prefix; /* journal size at which those who wait were last looked at */
    int64_t silent_ms; /* a wait ended then in which the hub said nothing at all; 0: none did */
    bool resuming;     /* a held call is made again: it is not held twice */
    bool more;         /* there was more to do than one step does */

    samme_giving giving;
};

samme_status samme_claims_new(struct samme_claims **out) {
    *out = calloc(1, sizeof **out);
    if (*out == NULL)
        return SAMME_NO_MEMORY;
    samme_giving_begin(&(*out)->giving);
    return SAMME_OK;
}

void samme_claims_free(struct samme_claims *claims) {
    free(claims);
}

static asked *find_asked(struct samme_claims *claims, const char *case_code) {
    for (size_t i = 1; i <= claims->asked_count; i++) { /* the newest are looked for most */
        asked *one = &claims->asked[(claims->asked_next + SAMME_CLAIMS_ASKED_MAX - i) %
                                    SAMME_CLAIMS_ASKED_MAX];
        if (strcmp(one->case_code, case_code) == 0)
            return one;
    }
    return NULL;
}

/* case_code is of a row or of a key: it fits. */
static asked *remember(samme_node *node, const char *case_code, uint32_t home) {
    struct samme_claims *claims = node->claims;
    asked *one = find_asked(claims, case_code);
    if (one == NULL) {
        one = &claims->asked[claims->asked_next];
        claims->asked_next = (claims->asked_next + 1) % SAMME_CLAIMS_ASKED_MAX;
        if (claims->asked_count < SAMME_CLAIMS_ASKED_MAX)
            claims->asked_count++;
    }
    *one = (asked){.home = home, .asked_ms = node->monotonic_ms};
    memcpy(one->case_code, case_code, strlen(case_code) + 1);
    return one;
}

/* Asking */

/* The lines whose claim waits for a word of the branch that sold them. */
typedef struct wanted {
    Samme__ClaimLine items[SAMME_CLAIM_LINES_MAX], *lines[SAMME_CLAIM_LINES_MAX];
    size_t count;
} wanted;

static int by_number(const void *a, const void *b) {
    const uint32_t left = (*(Samme__ClaimLine *const *)a)->no,
                   right = (*(Samme__ClaimLine *const *)b)->no;
    return left < right ? -1 : left > right;
}

static samme_status want_line(const samme_rows *rows, const samme_loan_search *search,
                              const Samme__ReturnLine *line, wanted *out) {
    size_t all, of_case;
    samme_status status = samme_count_loans(rows, search, line->no, &all, &of_case);
    if (status != SAMME_OK)
        return status;
    Samme__ClaimLine *item = &out->items[out->count];
    *item = (Samme__ClaimLine)SAMME__CLAIM_LINE__INIT;
    item->no = line->no;
    item->quantity = line->quantity;
    item->loans = (uint32_t)of_case;
    out->lines[out->count++] = item;
    return SAMME_OK;
}

/* *out->count is 0 when nothing is to be asked. */
static samme_status find_wanted(samme_node *node, const Samme__ReturnOpened *opened, wanted *out) {
    out->count = 0;
    samme_row_key receipt_key;
    if (!samme_receipt_named(opened->receipt) || opened->receipt->branch == node->setup.branch ||
        opened->n_lines > SAMME_CLAIM_LINES_MAX ||
        samme_receipt_key(opened->receipt, &receipt_key) != SAMME_OK)
        return SAMME_OK;
    samme_rows rows = samme_layer_rows(&node->layer);
    const samme_horizon present = samme_node_present(node);
    const samme_loan_search search = {.receipt_key = &receipt_key,
                                      .borrower = node->setup.branch,
                                      .case_code = opened->case_code};
    samme_sale_view sale;
    samme_status status = samme_find_sale(&rows, opened, &present, &node->arena, &sale);
    for (size_t i = 0; status == SAMME_OK && i < opened->n_lines; i++) {
        const samme_asking asking = {.opened = opened,
                                     .line = opened->lines[i],
                                     .horizon = &present,
                                     .version = SAMME_FACTS_VERSION};
        Samme__Facts *facts;
        status = samme_line_facts(&rows, &asking, &sale, &node->arena, &facts);
        if (status == SAMME_OK && facts->claim == SAMME__CLAIM__unconfirmed)
            status = want_line(&rows, &search, opened->lines[i], out);
    }
    qsort(out->lines, out->count, sizeof out->lines[0], by_number);
    return status;
}

/* The same of a case, for what is there of it: nothing is borrowed for goods that are awaited. */
static samme_status want_for(samme_node *node, const Samme__CaseRow *row, wanted *out) {
    const Samme__ReturnOpened *opened;
    out->count = 0;
    if (row->opened->awaiting && row->received == NULL)
        return SAMME_OK;
    samme_status status = samme_case_asked(row, &node->arena, &opened);
    return status == SAMME_OK ? find_wanted(node, opened, out) : status;
}

static void send_ask(samme_node *node, const Samme__ReturnOpened *opened, wanted *want,
                     asked *one) {
    Samme__ClaimAsk ask = SAMME__CLAIM_ASK__INIT;
    ask.case_code = opened->case_code;
    ask.receipt = opened->receipt;
    ask.n_lines = want->count;
    ask.lines = want->lines;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ASK;
    message.claim_ask = &ask;
    samme_node_send(node, &message);
    one->sent_ms = node->monotonic_ms;
}

static bool may_ask(const samme_node *node) {
    return node->in_session && node->trouble[0] == 0 && !node->stopping && node->policy != NULL;
}

samme_status samme_claims_opened(samme_node *node, const Samme__ReturnOpened *opened) {
    wanted *want = samme_arena_alloc(&node->arena, sizeof *want);
    if (want == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = may_ask(node) ? find_wanted(node, opened, want) : SAMME_OK;
    if (status == SAMME_OK && may_ask(node) && want->count > 0)
        send_ask(node, opened, want, remember(node, opened->case_code, opened->receipt->branch));
    return status;
}

/* Waiting */

/* Whether all that an answer rests on is folded here: then the facts show it, or it was not so. */
static samme_status shown(samme_node *node, const asked *one, bool *out) {
    *out = false;
    if (node->follow.replay.range.size < one->journal_size)
        return SAMME_OK;
    const Samme__BranchRow *row;
    samme_status status =
        samme_find_branch(&node->follow.replay.rows, one->home, &node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    *out = status == SAMME_OK && (row->epoch > one->home_epoch ||
                                  (row->epoch == one->home_epoch && row->size >= one->home_size));
    return status;
}

static bool due(const samme_node *node, const asked *one) {
    return node->monotonic_ms - one->asked_ms >= node->setup.claim_wait_ms;
}

/* Whether nothing came from the hub in the last wait, nor since: then the next customer need not
 * wait for the same silence. */
static bool hub_is_silent(const samme_node *node) {
    return node->claims->silent_ms != 0 && node->heard_ms < node->claims->silent_ms;
}

static samme_status worth_waiting(samme_node *node, const asked *one, bool *out) {
    bool seen = false;
    samme_status status = SAMME_OK;
    if (one->outcome != SAMME__CLAIM_OUTCOME__claim_outcome_unset &&
        one->outcome != SAMME__CLAIM_OUTCOME__silent)
        status = shown(node, one, &seen);
    if (due(node, one) && node->heard_ms <= one->asked_ms)
        node->claims->silent_ms = node->monotonic_ms;
    *out = status == SAMME_OK && !seen && may_ask(node) && !due(node, one) &&
           !hub_is_silent(node) && one->outcome != SAMME__CLAIM_OUTCOME__silent;
    return status;
}

samme_status samme_claims_hold(samme_call *call, const Samme__CaseRow *row, bool *out_held) {
    samme_node *node = call->node;
    struct samme_claims *claims = node->claims;
    const Samme__ReturnOpened *opened = row->opened;
    *out_held = false;
    if (claims->resuming || !may_ask(node) || row->branch != node->setup.branch ||
        row->done != NULL)
        return SAMME_OK;
    wanted *want = samme_arena_alloc(&node->arena, sizeof *want);
    if (want == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = want_for(node, row, want);
    if (status != SAMME_OK || want->count == 0)
        return status;
    asked *one = find_asked(claims, opened->case_code);
    if (one == NULL || due(node, one)) { /* what was said then may be otherwise now */
        one = remember(node, opened->case_code, opened->receipt->branch);
        send_ask(node, opened, want, one);
    }
    bool worth;
    status = worth_waiting(node, one, &worth);
    if (status != SAMME_OK || !worth || claims->waiting_count == SAMME_CLAIMS_WAITING_MAX)
        return status;
    waiting *held = &claims->waiting[claims->waiting_count++];
    *held = (waiting){.call = *call, .request_id = call->request->id};
    held->call.caller.till = NULL; /* it need not live so long, and deciding does not ask */
    memcpy(held->case_code, opened->case_code, strlen(opened->case_code) + 1);
    *out_held = true;
    return SAMME_OK;
}

size_t samme_claims_waiting(const samme_node *node) {
    return node->claims->waiting_count;
}

static waiting take(struct samme_claims *claims, size_t at) {
    waiting one = claims->waiting[at];
    claims->waiting_count--;
    memmove(&claims->waiting[at], &claims->waiting[at + 1],
            (claims->waiting_count - at) * sizeof claims->waiting[0]);
    return one;
}

bool samme_claims_take_waiting(samme_node *node, uint64_t *out_request) {
    if (node->claims->waiting_count == 0)
        return false;
    *out_request = take(node->claims, 0).request_id;
    return true;
}

/* Makes the call again; it answers. What the request pointed at is gone, what is needed of it was
 * kept. */
static void resume(samme_node *node, size_t at) {
    waiting one = take(node->claims, at);
    const samme_request request = {.id = one.request_id, .method = SAMME_POST};
    one.call.request = &request;
    one.call.tail = samme_span_of_text(one.case_code);
    node->claims->resuming = true;
    samme_api_return_decide(&one.call);
    node->claims->resuming = false;
}

static samme_status case_wants(samme_node *node, const char *case_code,
                               const Samme__CaseRow **out_row, wanted *want) {
    samme_rows rows = samme_layer_rows(&node->layer);
    want->count = 0;
    samme_status status = samme_find_case(&rows, case_code, &node->arena, out_row);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    return status == SAMME_OK ? want_for(node, *out_row, want) : status;
}

/* Whether the waiting is over; asks again when no answer came. */
static samme_status look_at(samme_node *node, const waiting *held, bool grown, wanted *want,
                            bool *out_over) {
    asked *one = find_asked(node->claims, held->case_code);
    bool worth = false;
    *out_over = true;
    samme_status status = one == NULL ? SAMME_OK : worth_waiting(node, one, &worth);
    if (status != SAMME_OK || !worth)
        return status;
    const bool repeat = one->outcome == SAMME__CLAIM_OUTCOME__claim_outcome_unset &&
                        node->monotonic_ms - one->sent_ms >= SAMME_CLAIM_REPEAT_MS;
    if (!grown && !repeat) {
        *out_over = false;
        return SAMME_OK;
    }
    const Samme__CaseRow *row;
    status = case_wants(node, held->case_code, &row, want);
    *out_over = want->count == 0;
    if (status == SAMME_OK && repeat && want->count > 0)
        send_ask(node, row->opened, want, one);
    return status;
}

static samme_status look_at_waiting(samme_node *node, wanted *want) {
    struct samme_claims *claims = node->claims;
    const bool grown = claims->waited_prefix != node->follow.replay.range.size;
    for (size_t i = 0; i < claims->waiting_count; i++) {
        bool over;
        samme_status status = look_at(node, &claims->waiting[i], grown, want, &over);
        if (status != SAMME_OK)
            return status;
        if (!over)
            continue;
        claims->more = claims->waiting_count > 1; /* one a step: each is a commit of its own */
        resume(node, i);
        return SAMME_OK;
    }
    claims->waited_prefix = node->follow.replay.range.size;
    return SAMME_OK;
}

bool samme_claims_hold_case(const samme_node *node, const char *case_code) {
    const struct samme_claims *claims = node->claims;
    for (size_t i = 0; i < claims->waiting_count; i++)
        if (strcmp(claims->waiting[i].case_code, case_code) == 0)
            return true;
    return false;
}

int64_t samme_claims_asked_ms(samme_node *node, const Samme__BorrowedRow *loan) {
    asked *one = find_asked(node->claims, loan->case_code);
    if (one == NULL) /* it was asked for before this start */
        one = remember(node, loan->case_code, loan->receipt->branch);
    return one->asked_ms;
}

samme_status samme_claims_work(samme_node *node, samme_error *error) {
    struct samme_claims *claims = node->claims;
    claims->more = false;
    if (node->warming || node->trouble[0] != 0)
        return SAMME_OK;
    wanted *want = samme_arena_alloc(&node->arena, sizeof *want);
    samme_status status =
        want == NULL ? SAMME_NO_MEMORY : samme_give_back(node, &claims->giving, error);
    if (status == SAMME_OK)
        status = look_at_waiting(node, want);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "claims cannot be looked at: %s",
                                           samme_status_name(status));
}

int64_t samme_claims_next_ms(const samme_node *node) {
    const struct samme_claims *claims = node->claims;
    int64_t next = claims->giving.idle_ms;
    if (claims->more || claims->giving.at.length > 0)
        return node->monotonic_ms;
    for (size_t i = 0; i < claims->waiting_count; i++) {
        const asked *one = find_asked(node->claims, claims->waiting[i].case_code);
        if (one == NULL)
            return node->monotonic_ms;
        int64_t due_ms = one->asked_ms + node->setup.claim_wait_ms;
        if (one->outcome == SAMME__CLAIM_OUTCOME__claim_outcome_unset &&
            one->sent_ms + SAMME_CLAIM_REPEAT_MS < due_ms)
            due_ms = one->sent_ms + SAMME_CLAIM_REPEAT_MS;
        next = due_ms < next ? due_ms : next;
    }
    return next;
}

/* The hub's words */

static void answered(samme_node *node, const Samme__ClaimAnswer *answer) {
    asked *one = find_asked(node->claims, answer->case_code);
    if (one == NULL ||
        (answer->outcome != SAMME__CLAIM_OUTCOME__silent && answer->home != one->home))
        return; /* to another run, or not of the branch that was asked */
    one->outcome = answer->outcome;
    one->home_epoch = answer->home_epoch;
    one->home_size = answer->home_size;
    one->journal_size = answer->journal_size;
}

samme_status samme_claims_message(samme_node *node, const Samme__Message *message) {
    if (message->what_case == SAMME__MESSAGE__WHAT_CLAIM_ASK)
        return samme_lend(node, message->claim_ask);
    if (message->what_case == SAMME__MESSAGE__WHAT_CLAIM_ANSWER)
        answered(node, message->claim_answer);
    return SAMME_OK;
}
