#include "support/pair.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "wire/mapping.h"

enum {
    CALM_MS = 1000,       /* nothing due for so long is quiet */
    QUIET_MAX_MS = 60000, /* to become quiet */
    PASSES_MAX = 256,     /* of work at one instant */
};

static void must(bool good, const char *what) {
    if (good)
        return;
    fprintf(stderr, "pair: %s\n", what);
    abort();
}

/* Lines */

static void write_line(pair *p, const char *format, va_list arguments) {
    char line[300];
    vsnprintf(line, sizeof line, format, arguments);
    samme_buffer_printf(&p->trace, "[%5lld] %s\n", (long long)p->now_ms, line);
    must(samme_buffer_status(&p->trace) == SAMME_OK, "the trace is too long");
}

void pair_note(pair *p, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_line(p, format, arguments);
    va_end(arguments);
}

const char *pair_trace(pair *p) {
    return samme_buffer_text(&p->trace);
}

void pair_forget(pair *p) {
    samme_buffer_clear(&p->trace);
    for (unsigned kind = 0; kind < PAIR_KINDS; kind++)
        for (unsigned side = 0; side < 2; side++)
            samme_buffer_clear(&p->newest[side][kind]);
}

static const char *range_words(const char *what, uint64_t from, uint64_t to, char out[static 80]) {
    snprintf(out, 80, "%s %llu..%llu", what, (unsigned long long)from, (unsigned long long)to);
    return out;
}

static const char *batches_words(const Samme__EntriesPart *part, char out[static 80]) {
    int length = snprintf(out, 80, "entries of");
    for (size_t i = 0; i < part->n_batches && length < 70; i++)
        length += snprintf(out + length, 80 - (size_t)length, " %llu",
                           (unsigned long long)part->batches[i]->journal_index);
    if (part->n_batches == 0)
        snprintf(out, 80, "entries of nothing");
    return out;
}

static const char *number_words(const char *what, uint64_t number, char out[static 80]) {
    snprintf(out, 80, "%s %llu", what, (unsigned long long)number);
    return out;
}

static const char *two_numbers(const char *what, uint64_t first, const char *and_what,
                               uint64_t second, char out[static 80]) {
    snprintf(out, 80, "%s %llu %s %llu", what, (unsigned long long)first, and_what,
             (unsigned long long)second);
    return out;
}

static const char *words_of(const Samme__Message *m, char out[static 80]) {
    switch (m->what_case) {
    case SAMME__MESSAGE__WHAT_HELLO:
        return two_numbers("hello: own", m->hello->own_size, "journal", m->hello->journal_size,
                           out);
    case SAMME__MESSAGE__WHAT_WELCOME:
        return two_numbers("welcome: yours", m->welcome->branch_size, "journal",
                           m->welcome->journal_size, out);
    case SAMME__MESSAGE__WHAT_PUSH:
        return range_words("push", m->push->old_size, m->push->old_size + m->push->n_items, out);
    case SAMME__MESSAGE__WHAT_ACK:
        return two_numbers("ack", m->ack->size, "journal", m->ack->journal_size, out);
    case SAMME__MESSAGE__WHAT_PULL_JOURNAL:
        return number_words("pull journal from", m->pull_journal->from, out);
    case SAMME__MESSAGE__WHAT_JOURNAL_PART:
        return range_words("journal", m->journal_part->from,
                           m->journal_part->from + m->journal_part->n_records, out);
    case SAMME__MESSAGE__WHAT_PULL_ENTRIES:
        return number_words("pull entries of", m->pull_entries->journal_index, out);
    case SAMME__MESSAGE__WHAT_ENTRIES_PART:
        return batches_words(m->entries_part, out);
    case SAMME__MESSAGE__WHAT_PULL_DOCUMENTS:
        return number_words("pull documents:", m->pull_documents->n_hashes, out);
    case SAMME__MESSAGE__WHAT_DOCUMENTS_PART:
        return number_words("documents:", m->documents_part->n_documents, out);
    case SAMME__MESSAGE__WHAT_DOORBELL:
        return number_words("doorbell", m->doorbell->journal_size, out);
    case SAMME__MESSAGE__WHAT_PUT_DOCUMENT:
        return "put document";
    case SAMME__MESSAGE__WHAT_PUT_RELEASE:
        return "put release";
    case SAMME__MESSAGE__WHAT_PUT_DONE:
        return "done";
    case SAMME__MESSAGE__WHAT_REFUSED:
        snprintf(out, 80, "refused %s: %s", m->refused->what, m->refused->status);
        return out;
    case SAMME__MESSAGE__WHAT_CLAIM_ASK:
        if (m->claim_ask->borrower == 0)
            return number_words("claim ask: lines", m->claim_ask->n_lines, out);
        return two_numbers("claim ask: lines", m->claim_ask->n_lines, "for", m->claim_ask->borrower,
                           out);
    case SAMME__MESSAGE__WHAT_CLAIM_ANSWER:
        snprintf(out, 80, "claim answer: %s",
                 samme_enum_name(&samme__claim_outcome__descriptor, (int)m->claim_answer->outcome));
        return out;
    case SAMME__MESSAGE__WHAT_PROBE_ANSWERS:
        return two_numbers("answers of probes:", m->probe_answers->answers.len / 32, "of release",
                           m->probe_answers->release, out);
    case SAMME__MESSAGE__WHAT_PULL_KEYS:
        return number_words("pull keys behind", m->pull_keys->from, out);
    case SAMME__MESSAGE__WHAT_ASK_KEYS:
        return number_words("ask keys:", m->ask_keys->n_subjects, out);
    case SAMME__MESSAGE__WHAT_HAND_KEYS:
        return number_words("hand keys:", m->hand_keys->n_items, out);
    case SAMME__MESSAGE__WHAT_KEYS_PART:
        return two_numbers("keys:", m->keys_part->n_items, "to", m->keys_part->to, out);
    case SAMME__MESSAGE__WHAT_LATER:
        snprintf(out, 80, "later: %s", m->later->what);
        return out;
    case SAMME__MESSAGE__WHAT_ASK_HEAD:
        return number_words("ask head: has", m->ask_head->journal_size, out);
    case SAMME__MESSAGE__WHAT_HEAD:
        return number_words(m->head->note.len > 0 ? "head" : "no head", m->head->journal_size, out);
    default:
        return number_words("message", (uint64_t)m->what_case, out);
    }
}

const char *pair_words(const Samme__Message *message, samme_arena *arena) {
    char words[80];
    const char *text = samme_arena_text(arena, words_of(message, words));
    must(text != NULL, "no room for a line");
    return text;
}

static void note_message(pair *p, const char *from, const char *to, samme_span bytes, bool lost) {
    samme_arena_reset(&p->arena);
    const Samme__Message *message = SAMME_UNPACK(Message, message, bytes, &p->arena, NULL);
    if (message != NULL && (unsigned)message->what_case < PAIR_KINDS) {
        samme_buffer *newest = &p->newest[strcmp(from, "hub") == 0][message->what_case];
        samme_buffer_clear(newest);
        samme_buffer_append(newest, bytes);
    }
    pair_note(p, "%s > %s  %s%s", from, to,
              message == NULL ? "noise" : pair_words(message, &p->arena), lost ? " (lost)" : "");
}

const Samme__Message *pair_newest(pair *p, bool from_hub, Samme__Message__WhatCase what) {
    samme_span bytes = samme_buffer_span(&p->newest[from_hub][what]);
    samme_arena_reset(&p->arena);
    return bytes.length == 0 ? NULL : SAMME_UNPACK(Message, message, bytes, &p->arena, NULL);
}

static const char *state_words(Samme__ReturnState state) {
    const char *name = samme_enum_name(&samme__return_state__descriptor, (int)state);
    return strncmp(name, "case_", 5) == 0 ? name + 5 : name;
}

static void note_answer(pair *p, const pair_node *from) {
    const pair_answer *a = &p->answer;
    if (a->problem != NULL) {
        const char *word = strrchr(a->problem->type, '/');
        pair_note(p, "node %u > till  %u %s", from->number, a->status,
                  word == NULL ? "?" : word + 1);
    } else if (a->answer->what_case == SAMME__API_ANSWER__WHAT_RECORDED) {
        pair_note(p, "node %u > till  %u entry %llu%s", from->number, a->status,
                  (unsigned long long)a->answer->recorded->index,
                  a->answer->recorded->repeated ? ", repeated" : "");
    } else if (a->answer->what_case == SAMME__API_ANSWER__WHAT_RETURN_CASE) {
        const Samme__ReturnView *view = a->answer->return_case;
        pair_note(p, "node %u > till  %u %s %lld%s", from->number, a->status,
                  state_words(view->state), (long long)view->refund,
                  view->recorded != NULL && view->recorded->repeated ? ", repeated" : "");
    } else {
        pair_note(p, "node %u > till  %u", from->number, a->status);
    }
}

/* Ports */

static void node_sends(void *output, samme_span bytes) {
    pair_node *self = output;
    char name[20];
    snprintf(name, sizeof name, "node %u", self->number);
    note_message(self->pair, name, "hub", bytes, self->cut_up || self->pair->hub == NULL);
    samme_status ignored = self->transport.send(self->transport.self, 0, bytes);
    (void)ignored;
}

static void node_answers(void *output, uint64_t request_id, const samme_response *response) {
    pair_node *self = output;
    pair_answer *a = &self->pair->answer;
    if (request_id != a->request_id) {
        pair_note(self->pair, "node %u > till  %u, too late", self->number, response->status);
        return;
    }
    must(a->status == 0, "a request was answered twice");
    a->status = response->status;
    samme_error error = {0};
    samme_arena_reset(&a->arena);
    a->answer = NULL;
    a->problem = NULL;
    if (response->status < 400)
        a->answer =
            SAMME_FROM_JSON(ApiAnswer, api_answer, response->body, "answer", &a->arena, &error);
    else
        a->problem =
            SAMME_FROM_JSON(Problem, problem, response->body, "problem", &a->arena, &error);
    must(a->answer != NULL || a->problem != NULL, error.text);
    note_answer(self->pair, self);
}

/* Of who speaks past the network, pair_tell_hub. */
static uint64_t told_route(const samme_peer_key *peer) {
    return samme_get_u64(peer->bytes); /* any number that is this peer's */
}

static samme_status hub_sends(void *output, uint64_t route, samme_span bytes) {
    pair *p = output;
    bool told = route == told_route(&p->chain.operator_curve);
    char name[20] = "nobody";
    bool lost = false;
    for (unsigned i = 0; i < p->node_count; i++)
        if (p->routes[i] == route) {
            snprintf(name, sizeof name, "node %u", i + 1);
            lost = p->nodes[i].cut_down;
            told = told || route == told_route(&p->chain.branches[i].curve);
        }
    if (p->routes[PAIR_NODES_MAX] == route)
        snprintf(name, sizeof name, "operator");
    note_message(p, "hub", name, bytes, lost);
    return told ? SAMME_OK : p->hub_transport.send(p->hub_transport.self, route, bytes);
}

/* Starting and ending */

static void make_stores(pair_stores *stores) {
    stores->log_memory = samme_memory_store_new();
    stores->views_memory = samme_memory_store_new();
    stores->keys_memory = samme_memory_store_new();
    must(stores->log_memory != NULL && stores->views_memory != NULL && stores->keys_memory != NULL,
         "no memory");
    stores->keys = samme_memory_store_port(stores->keys_memory);
    stores->log = samme_memory_store_port(stores->log_memory);
    stores->views = samme_memory_store_port(stores->views_memory);
}

/* The file of the machine's keys; drawn apart, so that it changes nothing else. */
static samme_keks keks_of(unsigned number) {
    samme_prng prng;
    samme_keks keks;
    samme_prng_seed(&prng, 1000 + number);
    samme_keks_new(&keks, NULL, PAIR_WALL_MS, samme_prng_as_random(&prng));
    return keks;
}

static void empty_views(pair_stores *stores) {
    samme_memory_store_free(stores->views_memory);
    stores->views_memory = samme_memory_store_new();
    must(stores->views_memory != NULL, "no memory");
    stores->views = samme_memory_store_port(stores->views_memory);
}

static void free_stores(pair_stores *stores) {
    samme_memory_store_free(stores->keys_memory);
    samme_memory_store_free(stores->log_memory);
    samme_memory_store_free(stores->views_memory);
}

static bool node_has_pin(void *output, const samme_pin_job *job) {
    pair_node *self = output;
    if (self->pin_count == SAMME_PIN_JOBS_MAX)
        return false;
    self->pins[self->pin_count++] = *job;
    return true;
}

static void start_node(pair_node *self) {
    pair *p = self->pair;
    samme_node_setup setup = {
        .root = &p->chain.root,
        .branch = self->number,
        .epoch = p->chain.branches[self->number - 1].epoch,
        .recover = self->recovers,
        .older_count = self->older_count,
        .region = 1,
        .name = "paired",
        .hub_log = p->chain.hub_log,
        .log_seed = p->chain.branches[self->number - 1].log_seed,
        .lowest_release = self->lowest_release,
        .push_after_ms = PAIR_PUSH_AFTER_MS,
        .poll_every_ms = PAIR_POLL_EVERY_MS,
        .claim_wait_ms = PAIR_CLAIM_WAIT_MS,
        .log = &self->stores.log,
        .views = &self->stores.views,
        .keys = &self->stores.keys,
        .keks = keks_of(self->number),
        .beyond_loopback = self->beyond_loopback,
        .operator_token_hash = samme_sha256(SAMME_LITERAL("operator")),
        .make_verifier = node_has_pin,
        .random = self->random.fill != NULL ? self->random : samme_prng_as_random(&p->random),
        .output = self,
        .send = node_sends,
        .answer = node_answers};
    for (size_t i = 0; i < self->older_count; i++)
        setup.older[i] = &self->older[i];
    samme_error error = {0};
    samme_status status = samme_node_new(&setup, &self->node, &error);
    if (status == SAMME_MISMATCH) {
        pair_note(p, "node %u throws its views away", self->number);
        empty_views(&self->stores);
        status = samme_node_new(&setup, &self->node, &error);
    }
    must(status == SAMME_OK, error.text);
}

static void step_hub(pair *p, samme_hub_event event) {
    event.wall_ms = PAIR_WALL_MS + p->now_ms + p->hub_clock_offset_ms;
    event.monotonic_ms = p->now_ms;
    samme_hub_step(p->hub, &event);
}

static void bring_roster(pair *p) {
    step_hub(p, (samme_hub_event){.kind = SAMME_HUB_ROSTER,
                                  .message = samme_buffer_span(&p->chain.roster_note)});
}

/* As its shell does: what waited is brought again when it goes into service. */
static void watch_service(pair *p) {
    const bool serves = pair_look_hub(p).serves;
    if (serves && !p->hub_served)
        bring_roster(p);
    p->hub_served = serves;
}

static void make_hub(pair *p) {
    samme_hub_setup setup = {.root = &p->chain.root,
                             .log_seed = p->chain.hub_seed,
                             .log = &p->hub_stores.log,
                             .views = &p->hub_stores.views,
                             .keys = &p->hub_stores.keys,
                             .keks = keks_of(0),
                             .random = samme_prng_as_random(&p->hub_random),
                             .gather_ms = p->hub_gather_ms,
                             .recover = p->hub_recovers,
                             .clock_confirmed = p->hub_clock_confirmed,
                             .branch_quota_bytes = p->hub_quota_bytes,
                             .output = p,
                             .send = hub_sends};
    samme_error error = {0};
    samme_status status = samme_hub_new(&setup, &p->hub, &error);
    if (status == SAMME_MISMATCH) {
        pair_note(p, "the hub throws its views away");
        empty_views(&p->hub_stores);
        status = samme_hub_new(&setup, &p->hub, &error);
    }
    must(status == SAMME_OK, error.text);
    bring_roster(p);
    p->hub_served = pair_look_hub(p).serves;
}

void pair_open(pair *p, unsigned node_count) {
    must(node_count <= PAIR_NODES_MAX, "too many nodes");
    *p = (pair){.node_count = node_count};
    samme_buffer_init(&p->trace, 1024 * 1024);
    samme_arena_init(&p->arena, 64 * 1024 * 1024);
    for (unsigned kind = 0; kind < PAIR_KINDS; kind++)
        for (unsigned side = 0; side < 2; side++)
            samme_buffer_init(&p->newest[side][kind], SAMME_MESSAGE_MAX_BYTES);
    samme_arena_init(&p->answer.arena, 16 * 1024 * 1024);
    samme_prng_seed(&p->random, 1);
    samme_prng_seed(&p->hub_random, 2);
    samme_test_chain_make(&p->chain, 1, node_count);
    p->network = samme_network_new(1);
    samme_network_set_faults(p->network, (samme_network_faults){.delay_min_ms = PAIR_WAY_MS,
                                                                .delay_max_ms = PAIR_WAY_MS});
    p->hub_transport = samme_network_hub(p->network);
    make_stores(&p->hub_stores);
    make_hub(p);
    for (unsigned i = 0; i < node_count; i++) {
        pair_node *self = &p->nodes[i];
        self->pair = p;
        self->number = i + 1;
        self->transport = samme_network_peer(p->network, &p->chain.branches[i].curve);
        make_stores(&self->stores);
        start_node(self);
    }
    p->operator_transport = samme_network_peer(p->network, &p->chain.operator_curve);
}

void pair_close(pair *p) {
    for (unsigned i = 0; i < p->node_count; i++) {
        samme_node_free(p->nodes[i].node);
        free_stores(&p->nodes[i].stores);
        for (size_t k = 0; k < p->nodes[i].older_count; k++)
            samme_memory_store_free(p->nodes[i].older_memory[k]);
    }
    samme_hub_free(p->hub);
    free_stores(&p->hub_stores);
    samme_memory_store_free(p->hub_backup);
    samme_network_free(p->network);
    samme_test_chain_free(&p->chain);
    samme_buffer_free(&p->trace);
    for (unsigned kind = 0; kind < PAIR_KINDS; kind++)
        for (unsigned side = 0; side < 2; side++)
            samme_buffer_free(&p->newest[side][kind]);
    samme_arena_free(&p->arena);
    samme_arena_free(&p->answer.arena);
}

/* Time */

static bool sync_stores(pair_stores *stores) {
    if (stores->stuck)
        return false;
    size_t done = samme_memory_store_sync(stores->log_memory, SIZE_MAX);
    done += samme_memory_store_sync(stores->keys_memory, SIZE_MAX);
    return done + samme_memory_store_sync(stores->views_memory, SIZE_MAX) > 0;
}

static void remember_route(pair *p, const samme_peer_key *peer, uint64_t route) {
    for (unsigned i = 0; i < p->node_count; i++)
        if (memcmp(&p->chain.branches[i].curve, peer, sizeof *peer) == 0)
            p->routes[i] = route;
    if (memcmp(&p->chain.operator_curve, peer, sizeof *peer) == 0)
        p->routes[PAIR_NODES_MAX] = route;
}

/* Ticks as long as there is work at hand or the disk has something to say. */
void pair_tick_hub(pair *p) {
    for (unsigned i = 0; i < PASSES_MAX; i++) {
        step_hub(p, (samme_hub_event){.kind = SAMME_HUB_TICK});
        watch_service(p);
        if (!sync_stores(&p->hub_stores) && samme_hub_next_ms(p->hub) > p->now_ms)
            return;
    }
}

static void hub_turn(pair *p) {
    samme_received received;
    while (p->hub_transport.receive(p->hub_transport.self, &received) == SAMME_OK) {
        remember_route(p, &received.peer, received.route);
        step_hub(p, (samme_hub_event){.kind = SAMME_HUB_MESSAGE,
                                      .peer = received.peer,
                                      .route = received.route,
                                      .message = received.bytes});
    }
    pair_tick_hub(p);
}

static void step_node(pair_node *self, samme_node_event event) {
    event.wall_ms = PAIR_WALL_MS + self->pair->now_ms + self->clock_offset_ms;
    event.monotonic_ms = self->pair->now_ms;
    pair *p = self->pair;
    if (p->watch != NULL)
        p->watch(p->watch_context, self->number, false);
    samme_node_step(self->node, &event);
    if (p->watch != NULL)
        p->watch(p->watch_context, self->number, true);
}

/* A verifier for tests: fast. */
static void make_verifiers(pair_node *self) {
    while (self->pin_count > 0 && !self->worker_stuck) {
        const samme_pin_job job = self->pins[0];
        memmove(&self->pins[0], &self->pins[1], --self->pin_count * sizeof job);
        samme_hash hash = samme_sha256_of(samme_span_of_text(job.pin), SAMME_LITERAL("/"),
                                          SAMME_SPAN(job.salt, sizeof job.salt));
        samme_pin_done done = {.id = job.id};
        memcpy(done.verifier, hash.bytes, sizeof done.verifier);
        step_node(self, (samme_node_event){.kind = SAMME_NODE_PIN, .pin = &done});
    }
}

void pair_tick_node(pair *p, unsigned number) {
    pair_node *self = &p->nodes[number - 1];
    make_verifiers(self);
    for (unsigned i = 0; i < PASSES_MAX; i++) {
        step_node(self, (samme_node_event){.kind = SAMME_NODE_TICK});
        if (!sync_stores(&self->stores) && samme_node_next_ms(self->node) > p->now_ms)
            return;
    }
}

static void node_turn(pair_node *self) {
    samme_received received;
    while (self->transport.receive(self->transport.self, &received) == SAMME_OK)
        step_node(self, (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = received.bytes});
    pair_tick_node(self->pair, self->number);
}

static samme_span packed(const Samme__Message *message, samme_buffer *out) {
    samme_buffer_init(out, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, out);
    must(samme_buffer_status(out) == SAMME_OK, "the message is too large");
    return samme_buffer_span(out);
}

void pair_tell_hub(pair *p, const samme_peer_key *as, const Samme__Message *message) {
    samme_buffer bytes;
    uint64_t route = told_route(as);
    remember_route(p, as, route);
    step_hub(p, (samme_hub_event){.kind = SAMME_HUB_MESSAGE,
                                  .peer = *as,
                                  .route = route,
                                  .message = packed(message, &bytes)});
    samme_buffer_free(&bytes);
    pair_tick_hub(p);
}

void pair_tell_node(pair *p, unsigned number, const Samme__Message *message) {
    samme_buffer bytes;
    step_node(&p->nodes[number - 1],
              (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = packed(message, &bytes)});
    samme_buffer_free(&bytes);
    pair_tick_node(p, number);
}

static void turn(pair *p) {
    samme_received ignored;
    if (p->hub != NULL)
        hub_turn(p);
    for (unsigned i = 0; i < p->node_count; i++)
        node_turn(&p->nodes[i]);
    while (p->operator_transport.receive(p->operator_transport.self, &ignored) == SAMME_OK)
        continue;
}

/* When something is due next, of the network's and the nodes' own accord. */
static int64_t next_due(const pair *p) {
    int64_t next = samme_network_next_due(p->network);
    for (unsigned i = 0; i < p->node_count; i++) {
        int64_t due = samme_node_next_ms(p->nodes[i].node);
        next = due < next ? due : next;
    }
    if (p->hub != NULL && !p->hub_served) { /* it waits, and stops waiting, by itself */
        const int64_t due = samme_hub_next_ms(p->hub);
        next = due < next ? due : next;
    }
    return next > p->now_ms ? next : p->now_ms + 1;
}

static void move_to(pair *p, int64_t now_ms) {
    p->now_ms = now_ms;
    samme_network_advance(p->network, now_ms);
    turn(p);
}

void pair_run(pair *p, int64_t ms) {
    int64_t end = p->now_ms + ms;
    turn(p);
    while (p->now_ms < end) {
        int64_t next = next_due(p);
        move_to(p, next < end ? next : end);
    }
}

void pair_quiet(pair *p) {
    int64_t start = p->now_ms;
    turn(p);
    while (samme_network_next_due(p->network) != INT64_MAX || next_due(p) - p->now_ms < CALM_MS) {
        must(p->now_ms - start < QUIET_MAX_MS, "no quiet within a minute");
        move_to(p, next_due(p));
    }
}

/* Requests */

/* A case code is drawn by lot: it stands as '*' in a line. */
static void note_request(pair *p, unsigned number, const char *method, samme_span path) {
    static const char cases[] = "/v1/returns/";
    const char *text = (const char *)path.data;
    size_t start = sizeof cases - 1;
    if (path.length <= start || memcmp(text, cases, start) != 0) {
        pair_note(p, "till > node %u  %s %.*s", number, method, (int)path.length, text);
        return;
    }
    size_t end = start;
    while (end < path.length && text[end] != '/')
        end++;
    pair_note(p, "till > node %u  %s %s*%.*s", number, method, cases, (int)(path.length - end),
              text + end);
}

unsigned pair_ask(pair *p, unsigned number, const char *path, const char *key, const char *body,
                  int64_t patience_ms) {
    const char *query = strchr(path, '?');
    size_t length = query == NULL ? strlen(path) : (size_t)(query - path);
    samme_request request = {.id = ++p->requests,
                             .method = body == NULL ? SAMME_GET : SAMME_POST,
                             .path = SAMME_SPAN(path, length),
                             .query = samme_span_of_text(query == NULL ? "" : query + 1),
                             .idempotency_key = samme_span_of_text(key),
                             .token = samme_span_of_text(p->token),
                             .body = samme_span_of_text(body)};
    pair_tick_node(p, number); /* a node that has just started folds first */
    p->answer.request_id = request.id;
    p->answer.status = 0;
    note_request(p, number, body == NULL ? "GET" : "POST", SAMME_SPAN(path, length));
    step_node(&p->nodes[number - 1],
              (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = &request});
    int64_t end = p->now_ms + patience_ms;
    turn(p);
    while (p->answer.status == 0 && p->now_ms < end) {
        int64_t next = next_due(p);
        move_to(p, next < end ? next : end);
    }
    if (p->answer.status == 0)
        p->answer.request_id = 0; /* nobody waits for it any longer */
    return p->answer.status;
}

unsigned pair_sell(pair *p, unsigned number, const char *receipt, unsigned thousandths,
                   unsigned paid) {
    char body[500], key[100];
    snprintf(key, sizeof key, "sale-%s", receipt);
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":%u,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"channel\":\"store\",\"currency\":\"GBP\",\"kind\":\"ordinary\","
             "\"lines\":[{\"no\":1,\"sku\":\"S\",\"category\":\"goods\",\"quantity\":\"%u\","
             "\"paid\":\"%u\"}]}",
             number, receipt, thousandths, paid);
    return pair_ask(p, number, "/v1/sales", key, body, 0);
}

unsigned pair_return(pair *p, unsigned number, uint32_t sold_at, const char *receipt,
                     unsigned thousandths, const char *key) {
    char body[500], path[100];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":%u,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"%u\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"unopened\",\"receiptKind\":\"receipt\",\"wish\":"
             "\"refund\"}",
             sold_at, receipt, thousandths);
    snprintf(path, sizeof path, "open-%s", key);
    unsigned status = pair_ask(p, number, "/v1/returns", path, body, 0);
    if (status != 201 && status != 200)
        return status;
    snprintf(path, sizeof path, "/v1/returns/%s/decide", p->answer.answer->return_case->case_code);
    return pair_ask(p, number, path, key, "", PAIR_CLAIM_WAIT_MS + 1);
}

/* Head office */

void pair_send_as_operator(pair *p, const Samme__Message *message) {
    samme_buffer buffer;
    samme_span bytes = packed(message, &buffer);
    note_message(p, "operator", "hub", bytes, p->hub == NULL);
    samme_status ignored = p->operator_transport.send(p->operator_transport.self, 0, bytes);
    (void)ignored;
    samme_buffer_free(&buffer);
}

static void put_document(pair *p, samme_span document) {
    Samme__PutDocument put = SAMME__PUT_DOCUMENT__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    put.document = samme_bytes_of_span(document);
    message.what_case = SAMME__MESSAGE__WHAT_PUT_DOCUMENT;
    message.put_document = &put;
    pair_send_as_operator(p, &message);
}

void pair_publish_policy(pair *p, samme_span policy_yaml) {
    pair_publish_documents(p, &(samme_document){"policy/returns.yaml", policy_yaml}, 1);
}

void pair_publish_documents(pair *p, const samme_document *others, size_t count) {
    samme_document documents[8];
    assert(count < sizeof documents / sizeof *documents);
    samme_buffer chain_yaml, note;
    samme_buffer_init(&chain_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_chain_yaml(&p->chain, &chain_yaml);
    documents[0] = (samme_document){"chain.yaml", samme_buffer_span(&chain_yaml)};
    memcpy(documents + 1, others, count * sizeof *others);
    samme_test_release_note(&p->chain, p->releases + 1, p->releases == 0 ? NULL : &p->release_hash,
                            documents, count + 1, &note);
    p->releases++;
    p->release_hash = samme_sha256(samme_buffer_span(&note));
    for (size_t i = 0; i <= count; i++)
        put_document(p, documents[i].content);
    Samme__PutRelease put = SAMME__PUT_RELEASE__INIT;
    Samme__Message message = SAMME__MESSAGE__INIT;
    put.note = samme_bytes_of_span(samme_buffer_span(&note));
    message.what_case = SAMME__MESSAGE__WHAT_PUT_RELEASE;
    message.put_release = &put;
    pair_send_as_operator(p, &message);
    samme_buffer_free(&chain_yaml);
    samme_buffer_free(&note);
}

void pair_publish(pair *p, unsigned days) {
    samme_buffer policy_yaml;
    samme_buffer_init(&policy_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_policy_yaml(days, &policy_yaml);
    pair_publish_policy(p, samme_buffer_span(&policy_yaml));
    samme_buffer_free(&policy_yaml);
}

/* Trouble */

static void lose_unsynced(pair_stores *stores) {
    samme_memory_store_crash(stores->log_memory);
    samme_memory_store_crash(stores->keys_memory);
    samme_memory_store_crash(stores->views_memory);
    stores->stuck = false;
}

void pair_crash_node(pair *p, unsigned number) {
    pair_node *self = &p->nodes[number - 1];
    pair_note(p, "node %u crashes", number);
    samme_node_free(self->node);
    self->pin_count = 0;
    lose_unsynced(&self->stores);
    samme_network_reconnect(p->network, &p->chain.branches[number - 1].curve);
    start_node(self);
}

static void apply_cuts(pair *p) {
    for (unsigned i = 0; i < p->node_count; i++)
        samme_network_partition(p->network, &p->chain.branches[i].curve,
                                p->nodes[i].cut_up || p->hub == NULL, p->nodes[i].cut_down);
    samme_network_partition(p->network, &p->chain.operator_curve, p->hub == NULL, false);
}

/* The log so far is the newest of the older ones. */
static void set_aside(pair_node *self) {
    must(self->older_count < SAMME_OLDER_LOGS_MAX, "more older logs than a node takes");
    for (size_t i = self->older_count++; i > 0; i--)
        self->older_memory[i] = self->older_memory[i - 1];
    self->older_memory[0] = self->stores.log_memory;
    for (size_t i = 0; i < self->older_count; i++)
        self->older[i] = samme_memory_store_port(self->older_memory[i]);
    self->stores.log_memory = samme_memory_store_new();
    must(self->stores.log_memory != NULL, "no memory");
    self->stores.log = samme_memory_store_port(self->stores.log_memory);
}

void pair_new_epoch(pair *p, unsigned number, bool disk_lost) {
    pair_node *self = &p->nodes[number - 1];
    samme_node_free(self->node);
    lose_unsynced(&self->stores);
    samme_prng keys; /* drawn apart, and not as the chain's own were */
    samme_prng_seed(&keys, 7000 + number + 100 * p->chain.roster_version);
    samme_test_chain_rotate(&p->chain, number, samme_prng_as_random(&keys));
    self->transport = samme_network_peer(p->network, &p->chain.branches[number - 1].curve);
    pair_note(p, "node %u comes back in epoch %u%s", number, p->chain.branches[number - 1].epoch,
              disk_lost ? ", without its disk" : "");
    if (disk_lost) {
        free_stores(&self->stores);
        make_stores(&self->stores);
    } else {
        set_aside(self);
        empty_views(&self->stores);
    }
    self->recovers = true;
    start_node(self);
    if (p->hub != NULL)
        bring_roster(p);
}

void pair_stop_hub(pair *p) {
    pair_note(p, "the hub stops");
    samme_hub_free(p->hub);
    p->hub = NULL;
    lose_unsynced(&p->hub_stores);
    samme_network_restart_hub(p->network);
    memset(p->routes, 0, sizeof p->routes);
    apply_cuts(p);
}

void pair_start_hub(pair *p) {
    pair_note(p, "the hub starts");
    make_hub(p);
    apply_cuts(p);
}

static void lose(pair *p, unsigned number, bool whole_disk) {
    pair_stores *stores = number == 0 ? &p->hub_stores : &p->nodes[number - 1].stores;
    if (number == 0) {
        pair_stop_hub(p);
    } else {
        samme_node_free(p->nodes[number - 1].node);
        p->nodes[number - 1].node = NULL;
    }
    if (whole_disk) {
        free_stores(stores);
        make_stores(stores);
    } else {
        empty_views(stores);
    }
    if (number == 0)
        pair_start_hub(p);
    else
        pair_crash_node(p, number);
}

void pair_lose_views(pair *p, unsigned number) {
    lose(p, number, false);
}

void pair_lose_disk(pair *p, unsigned number) {
    pair_note(p, number == 0 ? "the hub's disk is lost" : "the disk of node %u is lost", number);
    lose(p, number, true);
}

void pair_back_up_hub(pair *p) {
    samme_memory_store_free(p->hub_backup);
    p->hub_backup = samme_memory_store_copy(p->hub_stores.log_memory);
    must(p->hub_backup != NULL, "no memory");
    pair_note(p, "the hub's disk is copied");
}

void pair_restore_hub(pair *p) {
    pair_stop_hub(p);
    pair_note(p, "the copy of the hub's disk is put back");
    free_stores(&p->hub_stores);
    make_stores(&p->hub_stores);
    samme_memory_store_free(p->hub_stores.log_memory);
    p->hub_stores.log_memory = samme_memory_store_copy(p->hub_backup);
    must(p->hub_stores.log_memory != NULL, "no memory");
    p->hub_stores.log = samme_memory_store_port(p->hub_stores.log_memory);
    pair_start_hub(p);
}

void pair_cut(pair *p, unsigned number, bool up, bool down) {
    pair_note(p,
              up && down ? "node %u is cut off"
              : up       ? "node %u is not heard"
              : down     ? "node %u does not hear"
                         : "node %u is connected",
              number);
    p->nodes[number - 1].cut_up = up;
    p->nodes[number - 1].cut_down = down;
    apply_cuts(p);
}

samme_node_view pair_look(pair *p, unsigned number) {
    samme_node_view view;
    samme_node_look(p->nodes[number - 1].node, &view);
    return view;
}

samme_hub_view pair_look_hub(pair *p) {
    samme_hub_view view;
    samme_hub_look(p->hub, &view);
    return view;
}
