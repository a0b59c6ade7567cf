/* What a decision costs beside one SHA-256 of a log entry: from the facts as a message to the
 * answer, explanation off. Facts are drawn so that every rule answers equally often. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "bench/bench.h"
#include "policy/index.h"

enum { ENTRY_BYTES = 300, FACTS_MAX = 2000, TRIES = 1000, CATEGORIES = 60 };

typedef struct decisions {
    unsigned rules;
    bool full; /* windows, a floor and tenders too */
    samme_policy *policy;
    samme_arena arena;
    unsigned fact_count;
    Samme__Facts *facts[FACTS_MAX];
    EVP_MD *sha256;
    EVP_MD_CTX *context;
    uint8_t entry[ENTRY_BYTES];
} decisions;

static uint64_t decide_all(void *context) {
    const decisions *self = context;
    int64_t sum = 1;
    for (unsigned i = 0; i < self->fact_count; i++) {
        samme_decision decision;
        samme_error error;
        if (samme_policy_decide(self->policy, self->facts[i], &decision, &error) != SAMME_OK)
            return 0;
        sum += decision.answer.refund;
    }
    return sum == 0 ? 0 : self->fact_count;
}

static uint64_t hash_all(void *context) {
    const decisions *self = context;
    uint8_t hash[EVP_MAX_MD_SIZE];
    for (unsigned i = 0; i < self->fact_count; i++) {
        if (EVP_DigestInit_ex2(self->context, self->sha256, NULL) != 1 ||
            EVP_DigestUpdate(self->context, self->entry, ENTRY_BYTES) != 1 ||
            EVP_DigestFinal_ex(self->context, hash, NULL) != 1)
            return 0;
    }
    return self->fact_count;
}

static int below(samme_prng *prng, int bound) {
    return (int)samme_prng_below(prng, (uint64_t)bound);
}

/* A few names of an enumeration. */
static void write_names(samme_prng *prng, const char *input, samme_buffer *out) {
    const ProtobufCEnumDescriptor *type = samme_input_find(input)->values;
    samme_buffer_printf(out, "%s: \"", input);
    int first = 1 + below(prng, (int)type->n_values - 1), count = 1 + below(prng, 3);
    for (int i = 0; i < count && first + i < (int)type->n_values; i++)
        samme_buffer_printf(out, "%s%s", i > 0 ? ", " : "", type->values[first + i].name);
    samme_buffer_append_text(out, "\", ");
}

static void write_rule(samme_prng *prng, unsigned number, samme_buffer *out) {
    static const char *const names[] = {"claim_type", "claim", "condition", "mode", "channel"};
    samme_buffer_printf(out, "  - id: r%u\n    when: { ", number);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (samme_prng_chance(prng, 700))
            write_names(prng, names[i], out);
    if (samme_prng_chance(prng, 800))
        samme_buffer_printf(out, "category: \"c%d\", ", below(prng, CATEGORIES));
    if (samme_prng_chance(prng, 800)) {
        int low = below(prng, 700);
        samme_buffer_printf(out, "days_since_purchase: \"[%d..%d]\", ", low,
                            low + 7 + below(prng, 90));
    }
    int low = below(prng, 9000);
    samme_buffer_printf(out, "line_paid: \"[%d.50..%d)\" }\n", low, low + 100 + below(prng, 900));
    samme_buffer_printf(out,
                        "    then: { verdict: authorise, refund_percent: \"87.5\", fee: \"4.95\", "
                        "reason: R%u }\n",
                        number);
}

static void write_chain(samme_buffer *out) {
    samme_buffer_append_text(out, "chain: bench.example\nmember_tiers: [silver]\ncategories:\n");
    for (int i = 0; i < CATEGORIES; i++)
        samme_buffer_printf(out, i < 6 ? "  - { code: c%d }\n" : "  - { code: c%d, under: c%d }\n",
                            i, i / 6);
}

static const char windows[] =
    "windows:\n"
    "  - { id: usual, days: 30, roll: true }\n"
    "  - { id: members, days: 100, when: { member_tier: \"not(none)\" } }\n"
    "  - { id: christmas, until: 2027-01-31, when: { purchase_date: \">= 2026-11-01\" } }\n";
static const char floor_text[] =
    "policy: law\nhit: first\ncountries: [DK]\ninputs: [claim_type, days_since_purchase]\n"
    "rules:\n  - id: defect\n    when: { claim_type: defect, days_since_purchase: \"<= 730\" }\n"
    "    then: { verdict: contingent, refund_percent: \"0\", reason: LAW }\n";

static bool make_policy(samme_prng *prng, decisions *self) {
    samme_buffer chain, table;
    samme_buffer_init(&chain, 1 << 20);
    samme_buffer_init(&table, 1 << 20);
    write_chain(&chain);
    samme_buffer_printf(&table,
                        "policy: bench\nhit: first\ninputs: [claim_type, claim, condition, mode, "
                        "channel, category, days_since_purchase, line_paid]\n%srules:\n",
                        self->full ? windows : "");
    for (unsigned i = 0; i < self->rules; i++)
        write_rule(prng, i, &table);
    const samme_document documents[] = {{"chain.yaml", samme_buffer_span(&chain)},
                                        {"policy/bench.yaml", samme_buffer_span(&table)},
                                        {"floors/law.yaml", samme_span_of_text(floor_text)}};
    samme_error error;
    bool made =
        samme_policy_compile(documents, self->full ? 3 : 2, &self->policy, &error) == SAMME_OK;
    if (!made)
        fprintf(stderr, "%s\n", error.text);
    samme_buffer_free(&chain);
    samme_buffer_free(&table);
    return made;
}

static int64_t draw_value(samme_prng *prng, const samme_table *table, samme_when when,
                          samme_input_id id, int64_t low, int64_t high) {
    for (uint32_t i = 0; i < when.count; i++) {
        const samme_cell *cell = &table->cells[when.first + i];
        if (cell->input == id) {
            const samme_interval *some =
                &table->intervals[cell->first + samme_prng_below(prng, cell->count)];
            low = some->low;
            high = some->high;
        }
    }
    return low + (int64_t)samme_prng_below(prng, (uint64_t)(high - low + 1));
}

/* Facts within the tests of a rule; of the rest as a return has them. */
static void draw_facts(samme_prng *prng, decisions *self, unsigned rule, Samme__Facts *out) {
    const samme_table *table = samme_policy_table_at(self->policy, 0);
    samme_when when = table->rules[rule].when;
    const samme_vocabulary *words = samme_policy_vocabulary(self->policy);
#define DRAW(id, low, high) draw_value(prng, table, when, SAMME_INPUT_##id, low, high)
    out->claim_type = (Samme__ClaimType)DRAW(CLAIM_TYPE, 1, 6);
    out->claim = (Samme__Claim)DRAW(CLAIM, 1, 5);
    out->condition = (Samme__Condition)DRAW(CONDITION, 1, 6);
    out->mode = (Samme__Mode)DRAW(MODE, 1, 3);
    out->channel = (Samme__Channel)DRAW(CHANNEL, 1, 3);
    uint32_t place = (uint32_t)DRAW(CATEGORY, 0, CATEGORIES - 1);
    out->category = (char *)(uintptr_t)samme_categories_at(&words->categories, place)->code.data;
    out->days_since_purchase = DRAW(DAYS_SINCE_PURCHASE, 0, 730);
    out->line_paid = DRAW(LINE_PAID, 0, 100000000) / 100;
#undef DRAW
}

static Samme__Facts *new_facts(decisions *self) {
    static Samme__TenderFact card = SAMME__TENDER_FACT__INIT, cash = SAMME__TENDER_FACT__INIT;
    static Samme__TenderFact *tenders[] = {&card, &cash};
    card.kind = SAMME__TENDER_KIND__card;
    cash.kind = SAMME__TENDER_KIND__cash;
    card.paid = cash.paid = 100000;
    Samme__Facts *out = samme_arena_alloc(&self->arena, sizeof *out);
    if (out == NULL)
        return NULL;
    *out = (Samme__Facts)SAMME__FACTS__INIT;
    out->has_days_since_purchase_case = SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE_DAYS_SINCE_PURCHASE;
    out->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
    out->receipt_kind = SAMME__RECEIPT_KIND__receipt;
    out->receipt_source = SAMME__RECEIPT_SOURCE__node;
    out->today = samme_arena_text(&self->arena, "2026-11-22");
    out->purchase_date = samme_arena_text(&self->arena, "2026-11-01");
    out->receipt_date = samme_arena_text(&self->arena, "2026-11-03");
    out->currency = out->return_currency = samme_arena_text(&self->arena, "DKK");
    out->sale_country = out->return_country = samme_arena_text(&self->arena, "DK");
    out->n_tenders = self->full ? 2 : 0;
    out->tenders = tenders;
    return out;
}

/* Facts that this rule answers; false when none are drawn: earlier rules may hide it. */
static bool facts_for(samme_prng *prng, decisions *self, unsigned rule, Samme__Facts *out) {
    char wanted[16];
    snprintf(wanted, sizeof wanted, "r%u", rule);
    for (unsigned n = 0; n < TRIES; n++) {
        samme_decision decision;
        draw_facts(prng, self, rule, out);
        if (samme_policy_decide(self->policy, out, &decision, NULL) == SAMME_OK &&
            strcmp(decision.answer.rule, wanted) == 0)
            return true;
    }
    return false;
}

/* The same number for each rule that can answer, in no order; false when these are few. */
static bool make_facts(samme_prng *prng, decisions *self) {
    unsigned made = 0, hidden = 0;
    for (unsigned rule = 0; made < self->fact_count && hidden < self->rules / 20; rule++) {
        Samme__Facts *facts = new_facts(self);
        if (facts == NULL || !facts_for(prng, self, rule % self->rules, facts)) {
            hidden++;
            continue;
        }
        unsigned place = (unsigned)samme_prng_below(prng, made + 1);
        self->facts[made++] = self->facts[place];
        self->facts[place] = facts;
    }
    return made == self->fact_count;
}

static void measure(unsigned rules, bool full, double wanted) {
    static decisions self;
    char name[64];
    self = (decisions){.rules = rules, .full = full, .fact_count = rules < 1000 ? 1000 : FACTS_MAX};
    samme_arena_init(&self.arena, 16u << 20);
    self.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    self.context = EVP_MD_CTX_new();
    memset(self.entry, 7, sizeof self.entry);
    samme_prng prng;
    samme_prng_seed(&prng, 1);
    bool made = self.context != NULL && make_policy(&prng, &self) && make_facts(&prng, &self);
    snprintf(name, sizeof name, "decide, %u rules, 8 inputs%s", rules,
             full ? ", windows, floor, tenders" : "");
    if (made)
        bench_run(&(bench_case){.name = name,
                                .unit = "decision",
                                .work = decide_all,
                                .limit_name = "a SHA-256 of 300 B",
                                .limit = hash_all,
                                .context = &self,
                                .wanted = wanted});
    else
        fprintf(stderr, "%s: rules hide each other\n", name);
    samme_policy_free(self.policy);
    samme_arena_free(&self.arena);
    EVP_MD_CTX_free(self.context);
    EVP_MD_free(self.sha256);
}

void bench_decide(void) {
    measure(200, false, 1.0);
    measure(2000, false, 0.5);
    measure(200, true, 0);
}
