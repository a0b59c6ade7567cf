/* Random histories of three branches that sell, refund each other's sales, are out of touch for a
 * while and merge in any order. Each branch keeps what a node keeps: the rows of the journal it has
 * seen, and a layer of its own entries above. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "history/alarms.h"
#include "tests/unit/lib/history/brute_alarms.h"
#include "tests/unit/lib/history/fixture.h"

enum { BRANCHES = 3, STEPS = 260, RECEIPTS = 8, CASES = 400, SEEDS = 40 };

typedef struct log_of_branch {
    samme_span entries[STEPS * 2 + 1];
    size_t size;
    size_t merged; /* in the journal */
} log_of_branch;

typedef struct record {
    uint32_t branch;
    size_t from, to;
} record;

typedef struct node {
    fixture prefix; /* rows of the journal seen */
    samme_layer own;
    samme_rows view;
    size_t seen;     /* records */
    size_t seen_own; /* own entries within them */
} node;

typedef struct known_case {
    uint32_t branch;
    const Samme__ReturnOpened *opened;
    const Samme__ReturnDecided *decided; /* the last one written */
    size_t decided_at;
    Samme__ReturnOutcome outcome;
} known_case;

typedef struct world {
    samme_prng prng;
    bool chaos; /* branches that break rules, too */
    samme_arena arena;
    log_of_branch logs[BRANCHES + 1];
    node nodes[BRANCHES + 1];
    fixture hub;
    record journal[STEPS + BRANCHES];
    samme_hash digests[STEPS + BRANCHES + 1]; /* of the hub's state after so many records */
    size_t records;
    known_case cases[CASES];
    size_t case_count;
} world;

static void fold_into(samme_rows rows, samme_arena *scratch, samme_position at, samme_span entry) {
    samme_error error = {.text = ""};
    cr_assert_eq(samme_fold(&rows, &at, entry, scratch, NULL, &error), SAMME_OK, "%s", error.text);
}

/* Appends an entry of a branch to its log and its own layer. */
static void append(world *w, uint32_t branch, samme_span entry) {
    log_of_branch *log = &w->logs[branch];
    const samme_position at = {.branch = branch, .epoch = 1, .index = log->size, .own_layer = true};
    fold_into(w->nodes[branch].view, &w->hub.scratch, at, entry);
    log->entries[log->size++] = entry;
}

static void append_event(world *w, uint32_t branch, Samme__EventKind kind, const void *body) {
    append(w, branch, fixture_entry(&w->arena, kind, body));
}

static void fold_record(const world *w, fixture *into, size_t index) {
    const record *r = &w->journal[index];
    for (size_t i = r->from; i < r->to; i++) {
        const samme_position at = {
            .branch = r->branch, .epoch = 1, .index = i, .journal_index = index};
        fold_into(into->rows, &into->scratch, at, w->logs[r->branch].entries[i]);
    }
}

/* The first `count` entries of a record as one run. */
static void run_record(const world *w, samme_rows rows, samme_arena *scratch, size_t index,
                       size_t count, samme_status ends_as) {
    const record *r = &w->journal[index];
    samme_error error = {.text = ""};
    samme_fold_run run;
    samme_fold_begin(&run, &rows, r->branch, scratch);
    for (size_t i = r->from; i < r->from + count; i++) {
        const samme_position at = {
            .branch = r->branch, .epoch = 1, .index = i, .journal_index = index};
        cr_assert_eq(samme_fold_next(&run, &at, w->logs[r->branch].entries[i], NULL, &error),
                     SAMME_OK, "%s", error.text);
    }
    cr_assert_eq(samme_fold_end(&run, ends_as), ends_as);
}

/* The hub folds a record as one run, the branches entry by entry: it comes to the same. Now and
 * then the hub loses a step, and folds the record again. */
static void fold_at_hub(world *w, size_t index) {
    const size_t count = w->journal[index].to - w->journal[index].from;
    if (samme_prng_chance(&w->prng, 200)) {
        samme_layer lost;
        cr_assert_eq(samme_layer_init(&lost, w->hub.rows), SAMME_OK);
        run_record(w, samme_layer_rows(&lost), &w->hub.scratch, index,
                   samme_prng_below(&w->prng, count + 1), SAMME_IO);
        samme_layer_fini(&lost);
    }
    run_record(w, w->hub.rows, &w->hub.scratch, index, count, SAMME_OK);
    const samme_hash counted = fixture_recount(&w->hub.rows);
    const samme_hash held = fixture_digest_sum(&w->hub.rows);
    cr_assert(samme_hash_equal(&counted, &held), "record %zu", index);
}

/* The hub takes up to `count` of a branch's entries. */
static void merge(world *w, uint32_t branch, size_t count) {
    log_of_branch *log = &w->logs[branch];
    if (count > log->size - log->merged)
        count = log->size - log->merged;
    if (count == 0)
        return;
    w->journal[w->records] = (record){branch, log->merged, log->merged + count};
    log->merged += count;
    fold_at_hub(w, w->records++);
    cr_assert_eq(samme_state_digest(&w->hub.rows, &w->digests[w->records]), SAMME_OK);
}

/* A branch sees the journal up to `size`; its own layer is folded again on top. */
static void catch_up(world *w, uint32_t branch, size_t size) {
    node *n = &w->nodes[branch];
    for (; n->seen < size; n->seen++) {
        fold_record(w, &n->prefix, n->seen);
        if (w->journal[n->seen].branch == branch)
            n->seen_own = w->journal[n->seen].to;
    }
    samme_layer_clear(&n->own);
    for (size_t i = n->seen_own; i < w->logs[branch].size; i++) {
        const samme_position at = {.branch = branch, .epoch = 1, .index = i, .own_layer = true};
        fold_into(n->view, &w->hub.scratch, at, w->logs[branch].entries[i]);
    }
}

static Samme__ReceiptRef *random_receipt(world *w) {
    char number[8];
    snprintf(number, sizeof number, "%u", (unsigned)samme_prng_below(&w->prng, RECEIPTS));
    return fixture_receipt(&w->arena, 1 + (uint32_t)samme_prng_below(&w->prng, BRANCHES), number);
}

static void sell(world *w, uint32_t branch) {
    Samme__ReceiptRef *receipt = random_receipt(w);
    if (!w->chaos || samme_prng_chance(&w->prng, 900))
        receipt->branch = branch;
    Samme__Sale *sale = fixture_sale(&w->arena, receipt->branch, receipt->number);
    const uint32_t lines = 1 + (uint32_t)samme_prng_below(&w->prng, 3);
    for (uint32_t no = 1; no <= lines; no++)
        fixture_line(&w->arena, sale, no, 1000 * (1 + (int64_t)samme_prng_below(&w->prng, 5)),
                     (int64_t)samme_prng_below(&w->prng, 1000));
    if (samme_prng_chance(&w->prng, 100))
        sale->kind = SAMME__SALE_KIND__void;
    else if (samme_prng_chance(&w->prng, 100))
        sale->kind = SAMME__SALE_KIND__training;
    if (samme_prng_chance(&w->prng, 200)) {
        sale->parts = 2;
        sale->part = 1;
        append_event(w, branch, SAMME__EVENT_KIND__sale, sale);
        for (uint32_t i = 0; i < lines; i++)
            sale->lines[i]->no += lines;
        sale->part = 2;
    }
    append_event(w, branch, SAMME__EVENT_KIND__sale, sale);
}

static void open_return(world *w, uint32_t branch) {
    char code[24];
    const uint32_t owner =
        w->chaos && samme_prng_chance(&w->prng, 100) ? 9 : branch; /* 9: codes that collide */
    snprintf(code, sizeof code, "%u-%zu", owner,
             owner == 9 ? (size_t)samme_prng_below(&w->prng, 5) : w->case_count);
    Samme__ReturnOpened *opened = fixture_opened(
        &w->arena, code, random_receipt(w), 1, 500 * (1 + (int64_t)samme_prng_below(&w->prng, 6)));
    if (samme_prng_chance(&w->prng, 300))
        fixture_open_line(&w->arena, opened, 2, 1000);
    append_event(w, branch, SAMME__EVENT_KIND__return_opened, opened);
    w->cases[w->case_count++] = (known_case){.branch = branch, .opened = opened};
}

static void decide(world *w, known_case *c) {
    const node *n = &w->nodes[c->branch];
    const samme_horizon present = fixture_present(c->branch);
    Samme__ReturnDecided *decided =
        fixture_decided(&w->arena, &n->view, c->opened, &present, SAMME__VERDICT__authorise);
    for (size_t i = 0; i < decided->n_lines; i++) {
        const Samme__Claim claim = decided->lines[i]->facts->claim;
        if (claim == SAMME__CLAIM__taken || claim == SAMME__CLAIM__no_claim)
            decided->lines[i]->answer->verdict = SAMME__VERDICT__deny;
    }
    decided->basis->journal_size = n->seen;
    decided->basis->own_size = w->logs[c->branch].size;
    c->decided = decided;
    c->decided_at = w->logs[c->branch].size;
    append_event(w, c->branch, SAMME__EVENT_KIND__return_decided, decided);
}

static bool any_authorised(const Samme__ReturnDecided *decided) {
    for (size_t i = 0; decided != NULL && i < decided->n_lines; i++) {
        if (decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise)
            return true;
    }
    return false;
}

/* Decides a case, decides it again, or ends it. */
static void go_on(world *w, uint32_t branch) {
    if (w->case_count == 0)
        return;
    known_case *c = &w->cases[samme_prng_below(&w->prng, w->case_count)];
    if (!w->chaos && (c->branch != branch || c->outcome != 0))
        return;
    if (!any_authorised(c->decided)) {
        decide(w, c);
    } else if (samme_prng_chance(&w->prng, 500)) {
        c->outcome = (Samme__ReturnOutcome)(1 + samme_prng_below(&w->prng, 3));
        append_event(w, branch, SAMME__EVENT_KIND__return_done,
                     fixture_done(&w->arena, c->opened->case_code, c->outcome));
    }
}

static void step(world *w) {
    const uint32_t branch = 1 + (uint32_t)samme_prng_below(&w->prng, BRANCHES);
    switch (samme_prng_below(&w->prng, 9)) {
    case 0:
    case 1:
        sell(w, branch);
        return;
    case 2:
    case 3:
        open_return(w, branch);
        return;
    case 4:
    case 5:
    case 6:
        go_on(w, branch);
        return;
    case 7:
        merge(w, branch, 1 + samme_prng_below(&w->prng, 20));
        return;
    default:
        if (w->chaos && samme_prng_chance(&w->prng, 300))
            append(w, branch, SAMME_LITERAL("\x08\x10\x10\x01"));
        catch_up(w, branch,
                 w->nodes[branch].seen +
                     samme_prng_below(&w->prng, w->records - w->nodes[branch].seen + 1));
    }
}

static world *make_world(uint64_t seed, bool chaos) {
    world *w = calloc(1, sizeof *w);
    cr_assert_not_null(w);
    w->chaos = chaos;
    samme_prng_seed(&w->prng, seed);
    samme_arena_init(&w->arena, 256u << 20);
    fixture_init(&w->hub);
    cr_assert_eq(samme_state_digest(&w->hub.rows, &w->digests[0]), SAMME_OK);
    for (uint32_t b = 1; b <= BRANCHES; b++) {
        node *n = &w->nodes[b];
        fixture_init(&n->prefix);
        cr_assert_eq(samme_layer_init(&n->own, n->prefix.rows), SAMME_OK);
        n->view = samme_layer_rows(&n->own);
    }
    return w;
}

static void free_world(world *w) {
    for (uint32_t b = 1; b <= BRANCHES; b++) {
        samme_layer_fini(&w->nodes[b].own);
        fixture_free(&w->nodes[b].prefix);
    }
    fixture_free(&w->hub);
    samme_arena_free(&w->arena);
    free(w);
}

static void same_rows(const samme_rows *a, const samme_rows *b, uint64_t seed) {
    uint8_t from[512] = {0};
    size_t length = 1;
    for (;;) {
        samme_span key_a, value_a, key_b, value_b;
        samme_status status_a = a->seek(a->self, SAMME_SPAN(from, length), &key_a, &value_a);
        samme_status status_b = b->seek(b->self, SAMME_SPAN(from, length), &key_b, &value_b);
        cr_assert_eq(status_a, status_b, "seed %llu", (unsigned long long)seed);
        if (status_a != SAMME_OK)
            return;
        cr_assert(samme_span_equal(key_a, key_b), "seed %llu", (unsigned long long)seed);
        cr_assert(samme_span_equal(value_a, value_b), "seed %llu", (unsigned long long)seed);
        memcpy(from, key_a.data, key_a.length);
        from[key_a.length] = 0;
        length = key_a.length + 1;
    }
}

static void same_message(const void *a, const void *b, const char *what, uint64_t seed) {
    samme_buffer one, other;
    samme_buffer_init(&one, 1u << 20);
    samme_buffer_init(&other, 1u << 20);
    samme_pack(a, &one);
    samme_pack(b, &other);
    cr_assert(samme_span_equal(samme_buffer_span(&one), samme_buffer_span(&other)), "%s, seed %llu",
              what, (unsigned long long)seed);
    samme_buffer_free(&one);
    samme_buffer_free(&other);
}

/* A node's layer does not touch the digest: it is that of the journal seen, always. */
static void check_digests(const world *w, uint64_t seed) {
    for (uint32_t b = 1; b <= BRANCHES; b++) {
        samme_hash state;
        cr_assert_eq(samme_state_digest(&w->nodes[b].view, &state), SAMME_OK);
        cr_assert(samme_hash_equal(&state, &w->digests[w->nodes[b].seen]), "branch %u, seed %llu",
                  b, (unsigned long long)seed);
    }
}

static void merge_all(world *w) {
    for (uint32_t b = 1; b <= BRANCHES; b++)
        merge(w, b, SIZE_MAX);
    for (uint32_t b = 1; b <= BRANCHES; b++)
        catch_up(w, b, w->records);
}

Test(history_property, all_who_hold_the_same_prefix_hold_the_same_rows, .timeout = 300) {
    size_t quarantined = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        world *w = make_world(seed, seed % 2 == 1);
        for (int i = 0; i < STEPS; i++) {
            step(w);
            if (i % 20 == 0)
                check_digests(w, seed);
        }
        merge_all(w);
        check_digests(w, seed);
        for (uint32_t b = 1; b <= BRANCHES; b++)
            same_rows(&w->hub.rows, &w->nodes[b].view, seed);
        samme_hash kept = fixture_digest_sum(&w->hub.rows);
        samme_hash counted = fixture_recount(&w->hub.rows);
        cr_assert(samme_hash_equal(&kept, &counted), "seed %llu", (unsigned long long)seed);
        quarantined += samme_quarantine_count(&w->hub.rows);
        free_world(w);
    }
    cr_assert_gt(quarantined, 100, "the worlds hold rows of every kind");
}

/* What a decision stood on can be told from the whole journal, however it was merged since. */
Test(history_property, facts_at_a_past_basis_are_what_they_were, .timeout = 300) {
    size_t compared = 0, used_own_layer = 0, taken = 0;
    for (uint64_t seed = 1000; seed < 1000 + SEEDS; seed++) {
        world *w = make_world(seed, false);
        for (int i = 0; i < STEPS; i++)
            step(w);
        merge_all(w);
        for (size_t i = 0; i < w->case_count; i++) {
            const Samme__ReturnDecided *decided = w->cases[i].decided;
            if (decided == NULL)
                continue;
            const samme_horizon then = {.branch = w->cases[i].branch,
                                        .epoch = 1,
                                        .journal_size = decided->basis->journal_size,
                                        .own_size = decided->basis->own_size};
            Samme__ReturnDecided *again = fixture_decided(
                &w->arena, &w->hub.rows, w->cases[i].opened, &then, SAMME__VERDICT__authorise);
            same_message(again->basis, decided->basis, "basis", seed);
            for (size_t j = 0; j < decided->n_lines; j++) {
                same_message(again->lines[j]->facts, decided->lines[j]->facts, "facts", seed);
                taken += decided->lines[j]->facts->claim == SAMME__CLAIM__taken;
                compared++;
            }
            used_own_layer += decided->basis->sale_branch == w->cases[i].branch;
        }
        free_world(w);
    }
    cr_assert_gt(compared, 500);
    cr_assert_gt(used_own_layer, 50);
    cr_assert_gt(taken, 20);
}

/* The fold is total: whatever bytes stand in a log, it ends well, and the digest is that of the
 * rows. */
Test(history_property, any_bytes_have_an_outcome, .timeout = 300) {
    size_t accepted = 0, quarantined = 0;
    for (uint64_t seed = 3000; seed < 3000 + SEEDS; seed++) {
        world *w = make_world(seed, true);
        for (int i = 0; i < STEPS; i++)
            step(w);
        fixture spoiled;
        fixture_init(&spoiled);
        for (uint32_t b = 1; b <= BRANCHES; b++) {
            for (size_t i = 0; i < w->logs[b].size; i++) {
                samme_span entry = samme_arena_copy(&w->arena, w->logs[b].entries[i]);
                uint8_t *bytes = (uint8_t *)(uintptr_t)entry.data;
                for (size_t n = samme_prng_below(&w->prng, 3); entry.length > 0 && n > 0; n--)
                    bytes[samme_prng_below(&w->prng, entry.length)] =
                        (uint8_t)samme_prng_next(&w->prng);
                entry.length -= samme_prng_chance(&w->prng, 50) && entry.length > 0;
                const char *why = fixture_fold_bytes(&spoiled, b, entry);
                accepted += why == NULL;
                quarantined += why != NULL;
            }
        }
        samme_hash kept = fixture_digest_sum(&spoiled.rows);
        samme_hash counted = fixture_recount(&spoiled.rows);
        cr_assert(samme_hash_equal(&kept, &counted), "seed %llu", (unsigned long long)seed);
        fixture_free(&spoiled);
        free_world(w);
    }
    cr_assert_gt(accepted, 1000);
    cr_assert_gt(quarantined, 1000);
}

typedef struct excess_check {
    const world *w;
    int64_t refunded[BRANCHES + 1][RECEIPTS][3]; /* by counting the cases themselves */
    size_t visited;
} excess_check;

static void check_excess(void *context, const Samme__AlarmRow *row) {
    excess_check *check = context;
    const unsigned number = (unsigned)row->receipt->number[0] - '0';
    cr_assert_eq(row->refunded, check->refunded[row->receipt->branch][number][row->no]);
    cr_assert_gt(row->refunded, row->sold, "honest branches never pay too much for what they take");
    bool foreign = false;
    for (size_t i = 0; i < row->n_branches; i++)
        foreign |= row->branches[i] != row->receipt->branch;
    cr_assert(foreign, "under own claims alone nothing exceeds what was sold");
    check->visited++;
}

/* How many lines exceed what was sold, counted over cases and receipts. */
static size_t count_excess(excess_check *check) {
    const world *w = check->w;
    for (size_t i = 0; i < w->case_count; i++) {
        const known_case *c = &w->cases[i];
        if (c->outcome == SAMME__RETURN_OUTCOME__failed ||
            c->outcome == SAMME__RETURN_OUTCOME__cancelled)
            continue;
        for (size_t j = 0; c->decided != NULL && j < c->decided->n_lines; j++) {
            const Samme__LineDecision *line = c->decided->lines[j];
            if (line->answer->verdict == SAMME__VERDICT__authorise)
                check->refunded[c->opened->receipt->branch][c->opened->receipt->number[0] - '0']
                               [line->no] += line->quantity;
        }
    }
    size_t count = 0;
    const samme_horizon present = fixture_present(1);
    for (uint32_t b = 1; b <= BRANCHES; b++) {
        for (unsigned n = 0; n < RECEIPTS; n++) {
            char number[2] = {(char)('0' + n), 0};
            samme_arena arena;
            samme_arena_init(&arena, 1u << 20);
            const Samme__ReceiptRow *row;
            if (samme_find_receipt(&w->hub.rows, fixture_receipt(&arena, b, number), &present,
                                   &arena, &row) == SAMME_OK) {
                for (size_t i = 0; i < row->sale->n_lines; i++) {
                    const Samme__SaleLine *line = row->sale->lines[i];
                    if (line->no <= 2 && row->sale->kind != SAMME__SALE_KIND__void)
                        count += check->refunded[b][n][line->no] > line->quantity;
                }
            }
            samme_arena_free(&arena);
        }
    }
    return count;
}

Test(history_property, every_excess_is_found_and_involves_another_branch, .timeout = 300) {
    size_t found = 0;
    for (uint64_t seed = 2000; seed < 2000 + 4 * SEEDS; seed++) {
        world *w = make_world(seed, false);
        for (int i = 0; i < STEPS; i++) {
            step(w);
            if (i % 20 == 0)
                (void)brute_check_alarms(&w->nodes[1 + i / 20 % BRANCHES].view, seed);
        }
        merge_all(w);
        excess_check check = {.w = w};
        const size_t expected = count_excess(&check);
        for (uint32_t b = 1; b <= BRANCHES; b++) {
            cr_assert_eq(brute_check_alarms(&w->nodes[b].prefix.rows, seed), expected);
            (void)brute_check_alarms(&w->nodes[b].view, seed);
        }
        cr_assert_eq(samme_visit_alarms(&w->hub.rows, &w->arena, check_excess, &check), SAMME_OK);
        cr_assert_eq(check.visited, expected, "seed %llu: %zu, expected %zu",
                     (unsigned long long)seed, check.visited, expected);
        found += check.visited;
        free_world(w);
    }
    cr_assert_gt(found, 10, "the worlds hold excess, found %zu", found);
}
