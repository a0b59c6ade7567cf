/* Target: samme_api_handle and everything behind it, in a node core on memory stores. The input is
 * requests, a line "%%" between them: "POST /v1/sales?query", the Idempotency-Key (and behind a tab
 * a bearer token; the operator's is "operator"), the body. */
#include "fuzz/fuzz.h"
#include "fuzz/world.h"
#include "history/keys.h"
#include "wire/mapping.h"

enum { REQUESTS_MAX = 6 };

static samme_request parse_request(samme_span text, uint64_t id) {
    fuzz_input input = {.rest = text};
    samme_request request = {.id = id, .method = SAMME_OTHER_METHOD};
    fuzz_input line = {.rest = fuzz_line(&input)};
    const uint8_t *space =
        line.rest.length > 0 ? memchr(line.rest.data, ' ', line.rest.length) : NULL;
    if (space != NULL) {
        samme_span method = fuzz_take(&line, (size_t)(space - line.rest.data));
        request.method = samme_span_equal(method, SAMME_LITERAL("GET"))    ? SAMME_GET
                         : samme_span_equal(method, SAMME_LITERAL("POST")) ? SAMME_POST
                                                                           : SAMME_OTHER_METHOD;
        (void)fuzz_take(&line, 1);
    }
    samme_span target = line.rest;
    const uint8_t *mark = target.length > 0 ? memchr(target.data, '?', target.length) : NULL;
    request.path = fuzz_take(&line, mark != NULL ? (size_t)(mark - target.data) : target.length);
    (void)fuzz_take(&line, 1);
    request.query = line.rest;
    request.idempotency_key = fuzz_line(&input);
    const uint8_t *tab =
        request.idempotency_key.length > 0
            ? memchr(request.idempotency_key.data, '\t', request.idempotency_key.length)
            : NULL;
    if (tab != NULL) {
        size_t length = (size_t)(tab - request.idempotency_key.data);
        request.token = SAMME_SPAN(tab + 1, request.idempotency_key.length - length - 1);
        request.idempotency_key.length = length;
    }
    if (request.idempotency_key.length > 200)
        request.idempotency_key.length = 200;
    request.body = fuzz_rest(&input);
    return request;
}

/* One answer, of a known kind and well formed. `what` is set for answers below 400. */
static const Samme__ApiAnswer *take_answer(fuzz_world *world, uint64_t id, samme_span path,
                                           samme_arena *arena, unsigned *out_status) {
    FUZZ_MUST(world->answer_count == 1 && world->answers[0].request_id == id);
    fuzz_answer *answer = &world->answers[0];
    samme_span body = samme_buffer_span(&answer->body);
    samme_error error = {0};
    const Samme__ApiAnswer *good = NULL;
    const Samme__Problem *problem = NULL;
    *out_status = answer->status;
    const bool plain = samme_span_equal(path, SAMME_LITERAL("/v1/openapi.json")) ||
                       samme_span_equal(path, SAMME_LITERAL("/metrics"));
    if (plain && answer->status == 200) { /* other forms than an answer's */
        FUZZ_MUST(body.length > 0);
    } else if (answer->status < 400) {
        FUZZ_MUST(answer->status == 200 || answer->status == 201);
        if (body.length > 0)
            good = SAMME_FROM_JSON(ApiAnswer, api_answer, body, "answer", arena, &error);
        FUZZ_MUST_OK(body.length == 0 || good != NULL ? SAMME_OK : error.status, &error);
    } else {
        FUZZ_MUST(answer->status < 500 || answer->status == 503);
        problem = SAMME_FROM_JSON(Problem, problem, body, "problem", arena, &error);
        FUZZ_MUST_OK(problem != NULL ? SAMME_OK : error.status, &error);
        FUZZ_MUST(problem->status == answer->status && problem->type[0] != 0);
    }
    samme_buffer_free(&answer->body);
    world->answer_count = 0;
    return good;
}

/* What was done once is not done again: the same request has the same answer, marked so. */
static void check_repeat(fuzz_world *world, const samme_request *request, samme_arena *arena) {
    samme_node_view before, after;
    unsigned status;
    samme_node_look(world->nodes[1].node, &before);
    fuzz_ask(world, 1, request);
    const Samme__ApiAnswer *again = take_answer(world, request->id, request->path, arena, &status);
    samme_node_look(world->nodes[1].node, &after);
    FUZZ_MUST(status == 200 && after.own_size == before.own_size);
    if (again->what_case == SAMME__API_ANSWER__WHAT_RECORDED)
        FUZZ_MUST(again->recorded->repeated);
    else if (again->what_case == SAMME__API_ANSWER__WHAT_DAY)
        FUZZ_MUST(again->day->recorded->repeated);
    else if (again->what_case == SAMME__API_ANSWER__WHAT_RETURN_CASE)
        FUZZ_MUST(again->return_case->recorded->repeated);
    else if (again->what_case == SAMME__API_ANSWER__WHAT_RETURNS)
        for (size_t i = 0; i < again->returns->n_returns; i++)
            FUZZ_MUST(again->returns->returns[i]->recorded->repeated);
    else
        for (size_t i = 0; i < again->sales->n_sales; i++)
            FUZZ_MUST(again->sales->sales[i]->repeated);
}

/* The same key with another body is a mistake of the till's. In a batch each sale has its own key.
 */
static void check_other_body(fuzz_world *world, const samme_request *request, samme_arena *arena) {
    samme_request other = *request;
    samme_buffer body;
    unsigned status;
    if (samme_span_equal(request->path, SAMME_LITERAL("/v1/sales:batch")) ||
        samme_span_equal(request->path, SAMME_LITERAL("/v1/returns:recorded")) ||
        (request->path.length > 8 &&
         memcmp(request->path.data + request->path.length - 8, "/approve", 8) == 0))
        return; /* an approval is compared without its PIN, as a message: a space more is the same
                 */
    samme_buffer_init(&body, SAMME_REQUEST_MAX_BYTES);
    samme_buffer_append(&body, request->body);
    samme_buffer_u8(&body, ' ');
    other.body = samme_buffer_span(&body);
    fuzz_ask(world, 1, &other);
    (void)take_answer(world, request->id, request->path, arena, &status);
    FUZZ_MUST(status == 422);
    samme_buffer_free(&body);
}

/* Who may ask is managed without keys: doing it again is another thing. */
static bool manages(samme_span path) {
    return samme_key_starts_with(path, SAMME_LITERAL("/v1/tills")) ||
           samme_key_starts_with(path, SAMME_LITERAL("/v1/persons"));
}

static void ask(fuzz_world *world, const samme_request *request) {
    samme_arena arena;
    unsigned status;
    samme_arena_init(&arena, 64 * 1024 * 1024);
    fuzz_ask(world, 1, request);
    if (world->answer_count == 0) /* ?wait=: nothing changes, so it is answered when time is up */
        fuzz_pass(world, 1, 31000);
    (void)take_answer(world, request->id, request->path, &arena, &status);
    if (status < 400 && request->method == SAMME_POST && !manages(request->path)) {
        check_repeat(world, request, &arena);
        check_other_body(world, request, &arena);
    }
    samme_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_world *world = fuzz_world_open();
    fuzz_start_node(world, 1);
    fuzz_input input = fuzz_open(data, size);
    samme_span part;
    for (unsigned i = 0; i < REQUESTS_MAX && fuzz_part(&input, &part); i++) {
        samme_request request = parse_request(part, i + 1);
        ask(world, &request);
    }
    samme_node_view before, after;
    samme_node_look(world->nodes[1].node, &before);
    FUZZ_MUST(!before.store_failed && before.trouble[0] == 0);
    fuzz_restart_node(world, 1);
    samme_node_look(world->nodes[1].node, &after);
    FUZZ_MUST(after.own_size == before.own_size && after.release == before.release);
    fuzz_world_close(world);
    return 0;
}
