#include "fake_node.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>

#include "wire/mapping.h"

/* One request being answered. */
typedef struct exchange {
    fake_node *node;
    const samme_request *request;
    samme_arena arena;
    Samme__ApiAnswer answer;
} exchange;

static void respond(exchange *in, unsigned status, const void *message) {
    samme_buffer body;
    samme_buffer_init(&body, 4u << 20);
    samme_to_json(message, &body);
    samme_response response = {
        .status = status, .content_type = "application/json", .body = samme_buffer_span(&body)};
    samme_http_answer(in->node->server, in->request->id, &response);
    samme_buffer_free(&body);
}

static void refuse(exchange *in, unsigned status, const char *detail) {
    Samme__Problem problem = SAMME__PROBLEM__INIT;
    char text[200];
    snprintf(text, sizeof text, "%s", detail);
    problem.status = status;
    problem.detail = text;
    respond(in, status, &problem);
}

/* Records once under a key; false when the key came with something else. */
static bool record(exchange *in, samme_span key, samme_span body, Samme__Recorded *out) {
    samme_map_entry held;
    samme__recorded__init(out);
    out->id = in->node->url;
    out->repeated = samme_map_get(in->node->keys, key, &held);
    if (out->repeated && !samme_span_equal(held.value, body))
        return false;
    out->index = out->repeated ? held.tag : in->node->size++;
    if (!out->repeated)
        (void)!samme_map_put(in->node->keys, key, body, out->index);
    return true;
}

static bool record_message(exchange *in, const char *key, const void *message,
                           Samme__Recorded *out) {
    samme_buffer body;
    samme_buffer_init(&body, 4u << 20);
    samme_to_json(message, &body);
    bool recorded = record(in, samme_span_of_text(key), samme_buffer_span(&body), out);
    samme_buffer_free(&body);
    return recorded;
}

static void take_sales(exchange *in) {
    samme_error error = {0};
    Samme__SaleBatch *batch =
        SAMME_FROM_JSON(SaleBatch, sale_batch, in->request->body, "body", &in->arena, &error);
    if (batch == NULL) {
        refuse(in, 422, error.text);
        return;
    }
    Samme__Recorded recorded[64], *pointers[64];
    cr_assert_leq(batch->n_sales, 64, "a request of more than 64 sales");
    char text[200];
    for (size_t i = 0; i < batch->n_sales; i++) {
        const Samme__Sale *sale = batch->sales[i]->sale;
        const char *fault = NULL;
        if (strstr(sale->receipt->number, "BAD") != NULL ||
            sale->receipt->branch != in->node->branch)
            fault = "no good";
        else if (!record_message(in, batch->sales[i]->idempotency_key, sale, &recorded[i]))
            fault = "came with another sale before";
        if (fault != NULL) {
            snprintf(text, sizeof text, "sales[%zu]: %s", i, fault);
            refuse(in, 422, text);
            return;
        }
        in->node->sales += !recorded[i].repeated;
        pointers[i] = &recorded[i];
    }
    if (in->node->lost > 0) {
        in->node->lost--;
        refuse(in, 503, "the answer is lost");
        return;
    }
    Samme__SalesRecorded sales = SAMME__SALES_RECORDED__INIT;
    sales.n_sales = batch->n_sales;
    sales.sales = pointers;
    in->answer.what_case = SAMME__API_ANSWER__WHAT_SALES;
    in->answer.sales = &sales;
    respond(in, 200, &in->answer);
}

/* The case's code is the receipt's number and the lines' quantities; its state follows from the
 * keys there are. */
static void answer_case(exchange *in, const char *code, Samme__Recorded *recorded) {
    char key[80], reason[16], currency[] = "GBP", name[80];
    snprintf(name, sizeof name, "%s", code);
    snprintf(key, sizeof key, "decided:%s", code);
    bool decided_there = samme_map_get(in->node->keys, samme_span_of_text(key), NULL);
    snprintf(key, sizeof key, "done:%s", code);
    bool done_there = samme_map_get(in->node->keys, samme_span_of_text(key), NULL);
    bool denied = strstr(code, "DENY") != NULL;
    snprintf(reason, sizeof reason, "%s", denied ? "TOO_LATE" : "UNOPENED");
    Samme__Answer answer = SAMME__ANSWER__INIT;
    answer.verdict = denied ? SAMME__VERDICT__deny : SAMME__VERDICT__authorise;
    answer.reason = reason;
    Samme__Facts facts = SAMME__FACTS__INIT;
    facts.currency = currency;
    Samme__LineDecision line = SAMME__LINE_DECISION__INIT, *lines = &line;
    line.answer = &answer;
    line.facts = &facts;
    Samme__ReturnDecided decided = SAMME__RETURN_DECIDED__INIT;
    decided.n_lines = 1;
    decided.lines = &lines;
    Samme__ReturnDone done = SAMME__RETURN_DONE__INIT;
    Samme__ReturnView view = SAMME__RETURN_VIEW__INIT;
    view.case_code = name;
    view.recorded = recorded;
    view.refund = denied || !decided_there ? 0 : 250;
    view.decided = decided_there ? &decided : NULL;
    view.state = !decided_there ? SAMME__RETURN_STATE__case_open
                 : denied       ? SAMME__RETURN_STATE__case_decided
                 : done_there   ? SAMME__RETURN_STATE__case_paid
                                : SAMME__RETURN_STATE__case_authorised;
    done.paid = view.refund;
    view.done = done_there ? &done : NULL;
    in->answer.what_case = SAMME__API_ANSWER__WHAT_RETURN_CASE;
    in->answer.return_case = &view;
    respond(in, 200, &in->answer);
}

static void open_return(exchange *in) {
    samme_error error = {0};
    Samme__ReturnOpened *opened =
        SAMME_FROM_JSON(ReturnOpened, return_opened, in->request->body, "body", &in->arena, &error);
    Samme__Recorded recorded;
    if (opened == NULL) {
        refuse(in, 422, error.text);
    } else if (in->node->unknown > 0 || strstr(opened->receipt->number, "GONE") != NULL) {
        in->node->unknown -= in->node->unknown > 0;
        refuse(in, 404, "no such receipt known here yet");
    } else if (!record(in, in->request->idempotency_key, in->request->body, &recorded)) {
        refuse(in, 422, "this key came with another request before");
    } else if (in->node->lost > 0) {
        in->node->lost--;
        refuse(in, 503, "the answer is lost");
    } else {
        in->node->opened += !recorded.repeated;
        answer_case(in, opened->receipt->number, &recorded);
    }
}

static void go_on(exchange *in, const char *code, const char *step, unsigned *counter) {
    char key[80];
    Samme__Recorded recorded, of_step;
    if (!record(in, in->request->idempotency_key, in->request->body, &recorded)) {
        refuse(in, 422, "this key came with another request before");
        return;
    }
    snprintf(key, sizeof key, "%s:%s", step, code);
    record(in, samme_span_of_text(key), SAMME_LITERAL(""), &of_step);
    *counter += !recorded.repeated;
    answer_case(in, code, &recorded);
}

static void complete(exchange *in, const char *code) {
    samme_error error = {0};
    Samme__ReturnDone *done =
        SAMME_FROM_JSON(ReturnDone, return_done, in->request->body, "body", &in->arena, &error);
    if (done == NULL || done->outcome != SAMME__RETURN_OUTCOME__paid || done->paid != 250 ||
        strstr(code, "CONFLICT") != NULL) {
        refuse(in, 409, "paid something else than was authorised");
        return;
    }
    unsigned before = in->node->completed;
    go_on(in, code, "done", &in->node->completed);
    in->node->paid += in->node->completed > before ? done->paid : 0;
}

static void take_return_step(exchange *in, const char *path) {
    char code[80];
    const char *start = path + strlen("/v1/returns/"), *slash = strchr(start, '/');
    if (slash == NULL) {
        refuse(in, 404, "no such path");
        return;
    }
    snprintf(code, sizeof code, "%.*s", (int)(slash - start), start);
    if (strcmp(slash, "/decide") == 0)
        go_on(in, code, "decided", &in->node->decided);
    else
        complete(in, code);
}

static void tell_status(exchange *in) {
    Samme__NodeStatus status = SAMME__NODE_STATUS__INIT;
    status.branch = in->node->branch;
    status.own_size = in->node->size;
    in->answer.what_case = SAMME__API_ANSWER__WHAT_STATUS;
    in->answer.status = &status;
    respond(in, 200, &in->answer);
}

static void handle(fake_node *node, const samme_request *request) {
    exchange in = {.node = node, .request = request, .answer = SAMME__API_ANSWER__INIT};
    samme_arena_init(&in.arena, 32u << 20);
    char path[200];
    snprintf(path, sizeof path, "%.*s", (int)request->path.length,
             (const char *)request->path.data);
    bool posts = request->method == SAMME_POST;
    node->requests++;
    if (request->body.length > node->largest_body)
        node->largest_body = (unsigned)request->body.length;
    if (posts && node->refuse_all != 0) {
        refuse(&in, node->refuse_all, "not by you");
    } else if (posts && request->idempotency_key.length == 0) {
        refuse(&in, 400, "every POST carries an Idempotency-Key");
    } else if (posts && node->busy > 0) {
        node->busy--;
        refuse(&in, 503, "too much is waiting for the disk");
    } else if (strcmp(path, "/v1/status") == 0) {
        tell_status(&in);
    } else if (strcmp(path, "/v1/sales:batch") == 0) {
        take_sales(&in);
    } else if (strcmp(path, "/v1/returns") == 0) {
        open_return(&in);
    } else if (strncmp(path, "/v1/returns/", 12) == 0) {
        take_return_step(&in, path);
    } else {
        refuse(&in, 404, "no such path");
    }
    samme_arena_free(&in.arena);
}

static void *serve(void *context) {
    fake_node *node = context;
    struct pollfd wake = {.fd = samme_http_wake_fd(node->server), .events = POLLIN};
    samme_request request;
    while (!atomic_load(&node->stopping))
        if (poll(&wake, 1, 10) == 1)
            while (samme_http_take(node->server, &request))
                handle(node, &request);
    return NULL;
}

void fake_node_restart(fake_node *node) {
    samme_error error = {0};
    cr_assert_eq(samme_http_open("127.0.0.1", 0, NULL, &node->server, &error), SAMME_OK, "%s",
                 error.text);
    snprintf(node->url, sizeof node->url, "http://127.0.0.1:%u", samme_http_port(node->server));
    atomic_store(&node->stopping, false);
    cr_assert_eq(pthread_create(&node->thread, NULL, serve, node), 0);
}

void fake_node_start(fake_node *node, uint32_t branch) {
    node->branch = branch;
    node->keys = samme_map_new();
    fake_node_restart(node);
}

void fake_node_stop(fake_node *node) {
    atomic_store(&node->stopping, true);
    pthread_join(node->thread, NULL);
    samme_http_close(node->server);
    node->server = NULL;
}

void fake_node_free(fake_node *node) {
    if (node->server != NULL)
        fake_node_stop(node);
    samme_map_free(node->keys);
}
