/* Customers: some buy, some bring back what was bought, often at another store. */
#include <assert.h>
#include <stdio.h>

#include "base/calendar.h"
#include "base/text.h"
#include "sim/world.h"
#include "wire/mapping.h"

enum { PATIENCE_MS = 1500 };

static sim_visit *arrive(sim_world *world, sim_stage stage) {
    if (world->visit_count == SIM_VISITS_MAX)
        return NULL;
    sim_visit *visit = &world->visits[world->visit_count];
    *visit = (sim_visit){.number = world->visit_count,
                         .node = (unsigned)samme_prng_below(&world->prng, world->node_count),
                         .stage = stage};
    world->visit_count++;
    return visit;
}

static void new_customers(sim_world *world) {
    if (samme_prng_chance(&world->prng, 150))
        arrive(world, SIM_SALE);
    if (world->visit_count == 0 || !samme_prng_chance(&world->prng, 120))
        return;
    unsigned sale = (unsigned)samme_prng_below(&world->prng, world->visit_count);
    /* half of them bring what somebody brings elsewhere just now */
    const sim_visit *newest = &world->visits[world->visit_count - 1];
    if (newest->sale != 0 && samme_prng_chance(&world->prng, 500))
        sale = newest->sale - 1;
    if (world->visits[sale].stage != SIM_DONE || world->visits[sale].sale != 0 ||
        world->visits[sale].case_code[0] != 0 || !world->visits[sale].acknowledged)
        return; /* not a sale that was acknowledged */
    sim_visit *visit = arrive(world, SIM_OPEN);
    if (visit == NULL)
        return;
    visit->sale = sale + 1;
    if (visit->number % 13 == 5)
        visit->stage = SIM_RECORD;
}

static void receipt_json(const sim_world *world, const sim_visit *sale, samme_buffer *out) {
    samme_buffer_printf(
        out, "{\"branch\":%u,\"till\":\"1\",\"number\":\"N%u\",\"businessDate\":\"2026-09-21\"}",
        world->nodes[sale->node].number, sale->number);
}

static unsigned lines_of(const sim_visit *sale) {
    return 1 + sale->number % 3;
}

long long sim_sold(const sim_visit *sale) {
    return 1000LL * (1 + sale->number % 4);
}

long long sim_paid(const sim_visit *sale, unsigned line) {
    return line > lines_of(sale) ? 0 : 999 + (long long)sale->number * line;
}

bool sim_grouped(const sim_visit *sale) {
    return sale->number % 5 == 0 && lines_of(sale) > 1;
}

/* A third of it in cash, the rest by card. */
long long sim_tender(const sim_visit *sale, Samme__TenderKind kind) {
    long long all = 0;
    for (unsigned line = 1; line <= lines_of(sale); line++)
        all += sim_paid(sale, line);
    return kind == SAMME__TENDER_KIND__cash   ? all / 3
           : kind == SAMME__TENDER_KIND__card ? all - all / 3
                                              : 0;
}

static void sale_json(const sim_visit *visit, samme_buffer *body) {
    samme_buffer_printf(body,
                        ",\"channel\":\"store\",\"currency\":\"GBP\",\"kind\":\"ordinary\","
                        "\"tenders\":[{\"kind\":\"cash\",\"amount\":\"%lld\"},{\"kind\":"
                        "\"card\",\"amount\":\"%lld\"}],\"lines\":[",
                        sim_tender(visit, SAMME__TENDER_KIND__cash),
                        sim_tender(visit, SAMME__TENDER_KIND__card));
    for (unsigned line = 1; line <= lines_of(visit); line++)
        samme_buffer_printf(body,
                            "%s{\"no\":%u,\"sku\":\"S%u\",\"category\":\"goods\",\"quantity\":"
                            "\"%lld\",\"paid\":\"%lld\",\"promoGroup\":\"%s\"}",
                            line > 1 ? "," : "", line, line, sim_sold(visit), sim_paid(visit, line),
                            sim_grouped(visit) && line < 3 ? "g" : "");
    samme_subject customer;
    samme_buffer_append_text(body, "]");
    if (sim_customer(visit, &customer)) {
        samme_buffer_append_text(body, ",\"subject\":\"");
        samme_base64_append(body, SAMME_SPAN(customer.bytes, sizeof customer.bytes));
        samme_buffer_append_text(body, "\"");
    }
    samme_buffer_append_text(body, "}");
}

/* Some send it by post, and all or a part of it comes. */
static bool awaits(const sim_visit *visit) {
    return visit->number % 7 == 3;
}

static unsigned asked_of(const sim_visit *visit) {
    return 1000 * (1 + visit->number % 2);
}

static bool asks_line_2(const sim_visit *visit, const sim_visit *sale) {
    return lines_of(sale) > 1 && visit->number % 3 == 0;
}

static void return_json(const sim_visit *visit, const sim_visit *sale, samme_buffer *body) {
    const unsigned quantity = asked_of(visit);
    samme_buffer_printf(body, ",\"lines\":[{\"no\":1,\"quantity\":\"%u\"}", quantity);
    if (asks_line_2(visit, sale))
        samme_buffer_printf(body, ",{\"no\":2,\"quantity\":\"%u\"}", quantity);
    samme_buffer_printf(body,
                        "],\"claimType\":\"%s\",\"condition\":\"%s\",\"receiptKind\":\"receipt\","
                        "\"wish\":\"refund\"%s}",
                        visit->number % 5 == 0 ? "defect" : "changed_mind",
                        visit->number % 3 == 0 ? "opened" : "unopened",
                        visit->stage == SIM_OPEN && awaits(visit) ? ",\"awaiting\":true" : "");
}

/* What a till paid without asking: now and then more than was paid for it. */
static unsigned paid_unasked(const sim_visit *visit) {
    return 100 + 40 * (visit->number % 60);
}

static void recorded_json(const sim_world *world, const sim_visit *visit, samme_buffer *body) {
    const sim_visit *sale = &world->visits[visit->sale - 1];
    samme_buffer_printf(
        body,
        "{\"returns\":[{\"idempotencyKey\":\"paid-%u\",\"opened\":{\"receipt\":", visit->number);
    receipt_json(world, sale, body);
    return_json(visit, sale, body);
    samme_buffer_append_text(body, ",\"paid\":{\"paidAt\":\"2026-09-20T10:00:00Z\",\"lines\":[");
    for (unsigned line = 1; line <= (asks_line_2(visit, sale) ? 2u : 1u); line++)
        samme_buffer_printf(body,
                            "%s{\"no\":%u,\"refund\":\"%u\",\"refunds\":[{\"tender\":\"cash\","
                            "\"amount\":\"%u\"}]}",
                            line > 1 ? "," : "", line, paid_unasked(visit), paid_unasked(visit));
    samme_buffer_append_text(body, "]}}]}");
}

/* What the decision says of each line, as the till hears it. */
static void note_decision(sim_visit *visit, const Samme__ReturnDecided *decided) {
    memset(visit->parts, 0, sizeof visit->parts);
    memset(visit->tenders, 0, sizeof visit->tenders);
    for (size_t i = 0; i < decided->n_lines; i++) {
        const Samme__LineDecision *line = decided->lines[i];
        assert(line->no >= 1 && line->no <= SIM_LINES_MAX);
        struct sim_part *part = &visit->parts[line->no - 1];
        part->claim = line->facts->claim;
        if (line->answer->verdict != SAMME__VERDICT__authorise)
            continue;
        part->quantity = line->quantity;
        part->refund = line->answer->refund;
        for (size_t k = 0; k < line->answer->n_refunds; k++)
            visit->tenders[line->answer->refunds[k]->tender] += line->answer->refunds[k]->amount;
    }
}

static void body_of(sim_world *world, const sim_visit *visit, samme_buffer *path,
                    samme_buffer *body) {
    switch (visit->stage) {
    case SIM_SALE:
        samme_buffer_append_text(path, "/v1/sales");
        samme_buffer_append_text(body, "{\"receipt\":");
        receipt_json(world, visit, body);
        sale_json(visit, body);
        break;
    case SIM_OPEN:
        samme_buffer_append_text(path, "/v1/returns");
        samme_buffer_append_text(body, "{\"receipt\":");
        receipt_json(world, &world->visits[visit->sale - 1], body);
        return_json(visit, &world->visits[visit->sale - 1], body);
        break;
    case SIM_DECIDE:
    case SIM_DECIDE_AGAIN:
        samme_buffer_printf(path, "/v1/returns/%s/decide", visit->case_code);
        break;
    case SIM_RECEIVE:
        samme_buffer_printf(path, "/v1/returns/%s/received", visit->case_code);
        if (visit->number % 2 == 0)
            samme_buffer_append_text(body, "{\"lines\":[{\"no\":1,\"quantity\":\"500\","
                                           "\"condition\":\"opened\"}]}");
        break;
    case SIM_RECORD:
        samme_buffer_append_text(path, "/v1/returns:recorded");
        recorded_json(world, visit, body);
        break;
    case SIM_COMPLETE:
    case SIM_DONE:
        samme_buffer_printf(path, "/v1/returns/%s/complete", visit->case_code);
        if (visit->number % 4 == 0)
            samme_buffer_append_text(body, "{\"outcome\":\"cancelled\"}");
        else
            samme_buffer_printf(body, "{\"outcome\":\"paid\",\"paid\":\"%lld\"}", visit->refund);
        break;
    }
}

static void ask(sim_world *world, sim_visit *visit) {
    samme_buffer path, body, key;
    samme_buffer_init(&path, 200);
    samme_buffer_init(&body, 4096);
    samme_buffer_init(&key, 100);
    body_of(world, visit, &path, &body);
    samme_buffer_printf(&key, "visit-%u-%d", visit->number, (int)visit->stage);
    visit->request_id = ++world->next_request_id;
    visit->asked_ms = world->now_ms;
    samme_request request = {.id = visit->request_id,
                             .method = SAMME_POST,
                             .path = samme_buffer_span(&path),
                             .idempotency_key = samme_buffer_span(&key),
                             .body = samme_buffer_span(&body)};
    sim_node *node = &world->nodes[visit->node];
    samme_node_event event = {.kind = SAMME_NODE_REQUEST,
                              .wall_ms = SIM_WALL_MS + world->now_ms + node->clock_offset_ms,
                              .monotonic_ms = world->now_ms,
                              .request = &request};
    samme_node_step(node->node, &event);
    samme_buffer_free(&path);
    samme_buffer_free(&body);
    samme_buffer_free(&key);
}

void sim_tills(sim_world *world) {
    if (!world->healing)
        new_customers(world);
    for (unsigned i = 0; i < world->visit_count; i++) {
        sim_visit *visit = &world->visits[i];
        if (visit->stage != SIM_DONE && world->now_ms >= visit->not_before_ms &&
            (visit->asked_ms == 0 || world->now_ms - visit->asked_ms >= PATIENCE_MS))
            ask(world, visit);
    }
}

bool sim_tills_idle(const sim_world *world) {
    for (unsigned i = 0; i < world->visit_count; i++)
        if (world->visits[i].stage != SIM_DONE)
            return false;
    return true;
}

static sim_stage after_decision(const sim_visit *visit, const Samme__ReturnView *view) {
    if (visit->stage == SIM_DECIDE && view->state == SAMME__RETURN_STATE__case_awaiting)
        return SIM_RECEIVE;
    return view->state == SAMME__RETURN_STATE__case_authorised ? SIM_COMPLETE : SIM_DONE;
}

static void note_recorded(sim_visit *visit, const Samme__ReturnView *view) {
    assert(view->state == SAMME__RETURN_STATE__case_paid);
    for (size_t i = 0; i < view->recorded_return->n_lines; i++) {
        const Samme__RecordedLine *line = view->recorded_return->lines[i];
        struct sim_part *part = &visit->parts[line->no - 1];
        part->quantity = view->opened->lines[i]->quantity;
        part->refund = line->refund;
        part->claim = SAMME__CLAIM__unconfirmed;
        visit->tenders[SAMME__TENDER_KIND__cash] += line->refund;
    }
    snprintf(visit->case_code, sizeof visit->case_code, "%s", view->case_code);
    snprintf(visit->recorded_id, sizeof visit->recorded_id, "%s", view->recorded->id);
    visit->stage = SIM_DONE;
    visit->acknowledged = visit->paid = true;
    visit->asked_ms = 0;
}

static void next_stage(sim_visit *visit, const Samme__ApiAnswer *answer) {
    const Samme__Recorded *recorded = answer->recorded;
    if (visit->stage == SIM_RECORD) {
        note_recorded(visit, answer->returns->returns[0]);
        return;
    }
    if (visit->stage == SIM_SALE) {
        visit->stage = SIM_DONE;
    } else {
        const Samme__ReturnView *view = answer->return_case;
        recorded = view->recorded;
        snprintf(visit->case_code, sizeof visit->case_code, "%s", view->case_code);
        visit->refund = view->refund;
        if (view->decided != NULL)
            note_decision(visit, view->decided);
        visit->stage = visit->stage == SIM_OPEN      ? SIM_DECIDE
                       : visit->stage == SIM_RECEIVE ? SIM_DECIDE_AGAIN
                       : visit->stage == SIM_DECIDE || visit->stage == SIM_DECIDE_AGAIN
                           ? after_decision(visit, view)
                           : SIM_DONE;
    }
    visit->paid = answer->return_case != NULL &&
                  answer->what_case == SAMME__API_ANSWER__WHAT_RETURN_CASE &&
                  answer->return_case->state == SAMME__RETURN_STATE__case_paid;
    snprintf(visit->recorded_id, sizeof visit->recorded_id, "%s", recorded->id);
    visit->acknowledged = true;
    visit->asked_ms = 0;
}

void sim_answer(sim_world *world, uint64_t request_id, const samme_response *response) {
    sim_visit *visit = NULL;
    for (unsigned i = 0; i < world->visit_count; i++)
        if (world->visits[i].request_id == request_id && world->visits[i].stage != SIM_DONE)
            visit = &world->visits[i];
    if (visit == NULL)
        return; /* an answer to a request that was made again since */
    world->answers++;
    if (response->status >= 500)
        return; /* later: the till repeats */
    if (response->status >= 400) {
        world->refusals++;
        bool unknown_yet = response->status == 404 && visit->stage == SIM_OPEN;
        sim_note(world, "visit %u stage %d: %u", visit->number, (int)visit->stage,
                 response->status);
        if (!unknown_yet)
            visit->stage = SIM_DONE;
        else if (world->now_ms > SIM_CHAOS_MS / 2 && !world->healing)
            visit->stage = SIM_DONE; /* the customer goes home */
        return;
    }
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, 4 * 1024 * 1024);
    Samme__ApiAnswer *answer =
        SAMME_FROM_JSON(ApiAnswer, api_answer, response->body, "answer", &arena, &error);
    if (answer == NULL)
        fprintf(stderr, "%s\n", error.text);
    assert(answer != NULL);
    sim_node *node = &world->nodes[visit->node];
    if (answer->fresh != NULL && answer->fresh->release > node->newest_release)
        node->newest_release = answer->fresh->release; /* said, so it is durable */
    next_stage(visit, answer);
    if (visit->stage == SIM_DECIDE && samme_prng_chance(&world->prng, 300))
        visit->not_before_ms = world->now_ms + (int64_t)samme_prng_below(&world->prng, 3000);
    sim_note(world, "visit %u stage %d: %s", visit->number, (int)visit->stage, visit->recorded_id);
    samme_arena_free(&arena);
}
