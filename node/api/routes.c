#include "node/api/routes.h"

static const samme_route_query RECEIPT_QUERIES[] = {
    {"number", "as printed on the receipt"},
    {"barcode", "of the receipt"},
    {"serial", "of an article"},
    {"reference", "of a payment, as the till wrote it"},
    {"customer", "subject, 32 hex digits"},
    {"sku", "of an article; alone with branch, from and to, or to narrow another"},
    {"branch", "number of the branch that sold it"},
    {"from", "first business date, YYYY-MM-DD; with sku"},
    {"to", "last business date, at most a year later; with sku"},
    {"gift", "yes: without how it was paid, and by whom"},
    {NULL, NULL},
};
static const samme_route_query OPEN_QUERIES[] = {
    {"person", "number of the clerk who opens it; what needs an approval needs one"},
    {NULL, NULL},
};

static const samme_route_query PERSON_QUERIES[] = {
    {"person", "number of the clerk who says so"},
    {NULL, NULL},
};
static const samme_route_query RETURN_QUERIES[] = {
    {"wait", "seconds, at most 30: answered when the state changes, or then"},
    {"state", "with wait: the state seen last; answered at once when it is another"},
    {NULL, NULL},
};
static const samme_route_query RETURNS_QUERIES[] = {
    {"state", "of this branch: open, decided (waits for an approval), authorised, unresolved, "
              "awaiting or received; oldest first"},
    {"number", "of a receipt: its returns at every branch"},
    {"date", "business date of the receipt, YYYY-MM-DD"},
    {"till", "of the receipt"},
    {"branch", "of the receipt; left out: this one"},
    {"after", "of the answer before, for the next page"},
    {NULL, NULL},
};

static const samme_route_query ALARM_QUERIES[] = {
    {"state", "open (open or taken, oldest first; what is meant when it is left out) or all"},
    {"after", "of the answer before, for the next page"},
    {NULL, NULL},
};

#define READS                     SAMME_ROUTE_READS
#define WRITES                    SAMME_ROUTE_WRITES
#define MANAGES                   SAMME_ROUTE_MANAGES
#define BODY(type)                &samme__##type##__descriptor
#define WHOLE(path)               path, NULL, NULL, false
#define PART(before, name, after) before, name, after, false
#define REST(before, name)        before, name, "", true

static const samme_route ROUTES[] = {
    {SAMME_GET, WHOLE("/livez"), READS, samme_api_live, "whether the node runs", NULL, 200, "",
     NULL},
    {SAMME_GET, WHOLE("/readyz"), READS, samme_api_ready, "whether it records and decides", NULL,
     200, "", NULL},
    {SAMME_GET, WHOLE("/metrics"), READS, samme_api_metrics, "figures, as Prometheus reads them",
     NULL, 200, NULL, NULL},
    {SAMME_GET, WHOLE("/v1/openapi.json"), READS, samme_api_openapi, "this description", NULL, 200,
     NULL, NULL},
    {SAMME_GET, WHOLE("/v1/status"), READS, samme_api_status, "where this branch stands", NULL, 200,
     "status", NULL},
    {SAMME_POST, WHOLE("/v1/sales"), WRITES, samme_api_sale, "record a sale", BODY(sale), 201,
     "recorded", NULL},
    {SAMME_POST, WHOLE("/v1/sales:batch"), WRITES, samme_api_sale_batch,
     "record up to 256 sales, each under a key of its own", BODY(sale_batch), 200, "sales", NULL},
    {SAMME_GET, WHOLE("/v1/receipts"), READS, samme_api_receipts,
     "receipts, with what is left of each line; at most 32", NULL, 200, "receipts",
     RECEIPT_QUERIES},
    {SAMME_POST, WHOLE("/v1/returns"), WRITES, samme_api_return_open, "open a return",
     BODY(return_opened), 201, "return_case", OPEN_QUERIES},
    {SAMME_POST, WHOLE("/v1/returns:recorded"), WRITES, samme_api_returns_recorded,
     "record up to 64 returns that were paid while the node was away, each under a key of its own",
     BODY(recorded_batch), 200, "returns", PERSON_QUERIES},
    {SAMME_GET, WHOLE("/v1/returns"), READS, samme_api_returns_list,
     "returns in short, by state or by receipt; at most 32", NULL, 200, "returns", RETURNS_QUERIES},
    {SAMME_GET, PART("/v1/returns/", "case", ""), READS, samme_api_return_get, "a return", NULL,
     200, "return_case", RETURN_QUERIES},
    {SAMME_POST, PART("/v1/returns/", "case", "/decide"), WRITES, samme_api_return_decide,
     "decide it by the policy", NULL, 200, "return_case", NULL},
    {SAMME_POST, PART("/v1/returns/", "case", "/approve"), WRITES, samme_api_return_approve,
     "approve what the policy leaves to a person", BODY(approval_request), 200, "return_case",
     NULL},
    {SAMME_POST, PART("/v1/returns/", "case", "/received"), WRITES, samme_api_return_received,
     "say which of the goods awaited have come, and how", BODY(goods_received), 200, "return_case",
     PERSON_QUERIES},
    {SAMME_POST, PART("/v1/returns/", "case", "/complete"), WRITES, samme_api_return_complete,
     "say what the till did", BODY(return_done), 200, "return_case", PERSON_QUERIES},
    {SAMME_POST, WHOLE("/v1/days"), WRITES, samme_api_day_close, "record what a till counted",
     BODY(day_closed), 201, "day", NULL},
    {SAMME_GET, WHOLE("/v1/alarms"), READS, samme_api_alarms,
     "lines refunded beyond what was sold; at most 64", NULL, 200, "alarms", ALARM_QUERIES},
    {SAMME_POST, WHOLE("/v1/alarms/take"), WRITES, samme_api_alarm_take, "say who looks into one",
     BODY(alarm_request), 200, "alarm", NULL},
    {SAMME_POST, WHOLE("/v1/alarms/resolve"), WRITES, samme_api_alarm_resolve,
     "say what came of one", BODY(alarm_request), 200, "alarm", NULL},
    {SAMME_GET, WHOLE("/v1/documents"), READS, samme_api_documents,
     "the documents of the release in force", NULL, 200, "documents", NULL},
    {SAMME_GET, REST("/v1/documents/", "path"), READS, samme_api_document, "one of them", NULL, 200,
     "documents", NULL},
    {SAMME_GET, WHOLE("/v1/tills"), MANAGES, samme_api_till_list, "tills that have a token", NULL,
     200, "tills", NULL},
    {SAMME_POST, WHOLE("/v1/tills"), MANAGES, samme_api_till_add, "give a till a token",
     BODY(till_request), 201, "till", NULL},
    {SAMME_POST, PART("/v1/tills/", "name", "/remove"), MANAGES, samme_api_till_remove,
     "take a till's token away", NULL, 200, "tills", NULL},
    {SAMME_GET, WHOLE("/v1/persons"), MANAGES, samme_api_person_list, "people who have a PIN", NULL,
     200, "persons", NULL},
    {SAMME_POST, WHOLE("/v1/persons"), MANAGES, samme_api_person_add, "give a person a PIN",
     BODY(person_request), 201, "person", NULL},
    {SAMME_POST, PART("/v1/persons/", "number", "/remove"), MANAGES, samme_api_person_remove,
     "take a person's PIN away", NULL, 200, "persons", NULL},
    {SAMME_POST, PART("/v1/persons/", "number", "/unlock"), MANAGES, samme_api_person_unlock,
     "end a lock-out", NULL, 200, "person", NULL},
};

static const samme_problem_word WORDS[] = {
    {"missing_idempotency_key", 400, "send the header; without it a repeat would count twice"},
    {"bad_query", 400, "see the query's parameters"},
    {"too_wide", 400, "name fewer days"},
    {"no_token", 401, "send Authorization: Bearer and the till's token"},
    {"bad_token", 401, "ask whoever runs the node for a token"},
    {"operator_only", 403, "for samme till and samme person at the node itself"},
    {"other_till", 403, "a till writes in its own name only"},
    {"same_person", 403, "opener, approver and customer are three persons"},
    {"role_too_low", 403, "ask somebody with the role that the answer names"},
    {"bad_pin", 403, "ask for the PIN again; five wrong ones lock out"},
    {"locked_out", 403, "wait, or have the operator unlock"},
    {"no_such_path", 404, "see the paths"},
    {"not_found", 404, "there is no such receipt, line, case or document here"},
    {"method", 405, "see the path's methods"},
    {"conflict", 409, "what is recorded says otherwise; the detail says what"},
    {"not_decided", 409, "decide first"},
    {"not_approvable", 409, "nothing of it waits for an approval, or not for that much"},
    {"opener_unknown", 409, "open the return with ?person=NUMBER"},
    {"decide_again", 409, "something of it was refunded since"},
    {"alarm_over", 409, "it was resolved, is gone, or was raised again; GET /v1/alarms shows it"},
    {"not_merged", 409, "repeat when the hub has what this branch wrote about the line"},
    {"other_branches", 403, "for a branch that sold or refunded the line"},
    {"too_large", 413, "send less"},
    {"malformed", 422, "the detail names the place in the body"},
    {"idempotency_key_reused", 422, "a new request has a new key"},
    {"busy", 429, "repeat with the same key after a second; 503 likewise"},
    {"answer_too_large", 500, "ask for less"},
    {"busy", 503, "repeat with the same key after a second"},
    {"starting", 503, "repeat with the same key after a second"},
    {"recovering", 503,
     "repeat with the same key later: what the branch had before is being taken over"},
    {"stopping", 503, "repeat with the same key when the node is back"},
    {"no_release", 503, "the branch has not taken a policy yet"},
    {"read_only", 503, "the node records nothing; see /v1/status"},
};

const samme_route *samme_routes(size_t *out_count) {
    *out_count = sizeof ROUTES / sizeof *ROUTES;
    return ROUTES;
}

const samme_problem_word *samme_problem_words(size_t *out_count) {
    *out_count = sizeof WORDS / sizeof *WORDS;
    return WORDS;
}

static bool matches(const samme_route *route, samme_span path, samme_span *out_segment) {
    samme_span before = samme_span_of_text(route->before);
    if (route->segment == NULL)
        return samme_span_equal(path, before);
    samme_span after = samme_span_of_text(route->after);
    if (path.length <= before.length + after.length ||
        memcmp(path.data, before.data, before.length) != 0 ||
        memcmp(path.data + path.length - after.length, after.data, after.length) != 0)
        return false;
    *out_segment =
        SAMME_SPAN(path.data + before.length, path.length - before.length - after.length);
    return route->rest || memchr(out_segment->data, '/', out_segment->length) == NULL;
}

const samme_route *samme_route_find(samme_method method, samme_span path, samme_span *out_segment,
                                    bool *out_known) {
    *out_known = false;
    for (size_t i = 0; i < sizeof ROUTES / sizeof *ROUTES; i++) {
        if (!matches(&ROUTES[i], path, out_segment))
            continue;
        *out_known = true;
        if (ROUTES[i].method == method)
            return &ROUTES[i];
    }
    return NULL;
}
