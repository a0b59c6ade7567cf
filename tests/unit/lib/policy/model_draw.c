/* Random releases and facts, and how they are written. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "tests/unit/lib/policy/model.h"

static const char chain[] =
    "chain: t.example\n"
    "branches: [{ number: 1, country: DK, currency: DKK }]\n"
    "member_tiers: [silver, gold]\n"
    "categories: [{ code: food }, { code: fish, under: food }, { code: dry, under: food }, "
    "{ code: tools }]\n";

typedef struct input {
    const char *name;
    const char *values[6];
} input;

static const input inputs[MODEL_INPUTS] = {
    {"claim", {"own", "lent", "unconfirmed", "taken", "no_claim"}},
    {"channel", {"store", "web", "phone"}},
    {"member_tier", {"none", "silver", "gold"}},
    {"home_branch", {"yes", "no"}},
    {"receipt_kind", {"receipt", "gift_receipt", "reprint", "nothing"}},
    {"category", {"fish", "dry", "tools"}},
    {"sale_country", {"DK", "SE", "NO", "FI"}},
    {"closed_before", {"0", "1", "2", "3", "4"}},
    {"days_left", {NULL}},
};

static const char *const tender_names[MODEL_TENDERS] = {
    "", "cash", "card", "gift_card", "store_credit", "invoice", "other"};

static int below(samme_prng *prng, int bound) {
    return (int)samme_prng_below(prng, (uint64_t)bound);
}

static int value_count(int at) {
    int count = 0;
    while (count < 6 && inputs[at].values[count] != NULL)
        count++;
    return count;
}

static void draw_test(samme_prng *prng, int at, bool used, model_test *out) {
    *out = (model_test){.any = !used || samme_prng_chance(prng, 400)};
    out->low = below(prng, 30) - 20;
    out->high = out->low + below(prng, 25);
    if (at != MODEL_DAYS_LEFT)
        while (out->allowed == 0)
            out->allowed = (unsigned)below(prng, 1 << value_count(at));
}

static void draw_outcome(samme_prng *prng, int number, model_outcome *out) {
    static const char *const verdicts[] = {"authorise", "contingent", "deny_overridable", "deny"};
    static const char *const percents[] = {"100", "50", "33.33", "0", ""};
    static const char *const fees[] = {"", "0.5", "7", "1.999"};
    static const char *const fee_percents[] = {"", "10", "0.5", "100"};
    static const char *const targets[] = {"", "original_tender", "credit"};
    static const char *const codes[] = {"", "one", "two"};
    *out = (model_outcome){.verdict = verdicts[below(prng, 4)]};
    bool denied = strcmp(out->verdict, "deny") == 0;
    bool approvable =
        strcmp(out->verdict, "contingent") == 0 || strcmp(out->verdict, "deny_overridable") == 0;
    out->percent = denied ? "" : percents[below(prng, 5)];
    out->fee = denied ? "" : fees[below(prng, 4)];
    out->fee_percent = denied ? "" : fee_percents[below(prng, 4)];
    out->refund_to = denied ? "" : targets[below(prng, 3)];
    out->legal = samme_prng_chance(prng, 300);
    out->exchange = samme_prng_chance(prng, 300);
    out->repair = samme_prng_chance(prng, 300);
    out->approval = approvable ? codes[below(prng, 3)] : "";
    out->sop = codes[below(prng, 3)];
    out->disposition = codes[below(prng, 3)];
    snprintf(out->reason, sizeof out->reason, "R%d", number);
}

static void draw_table(samme_prng *prng, bool floor, unsigned countries, model_table *out) {
    *out = (model_table){.floor = floor, .countries = countries};
    bool used[MODEL_INPUTS];
    for (int i = 0; i < MODEL_INPUTS; i++) {
        used[i] = samme_prng_chance(prng, 400);
        out->listed[i] = used[i] || samme_prng_chance(prng, 200);
    }
    out->unique = !floor && samme_prng_chance(prng, 300);
    out->has_missing = !floor && samme_prng_chance(prng, 500);
    out->reprice = samme_prng_chance(prng, 500);
    out->basis = floor ? 0 : below(prng, 3);
    out->tenders = floor ? 0 : below(prng, 4);
    int kind = 1 + below(prng, 6);
    for (int i = 0; i < out->tenders; i++, kind = 1 + kind % 6)
        out->tender_order[i] = kind;
    out->rules = 1 + below(prng, MODEL_RULES);
    for (int r = 0; r < out->rules; r++) {
        for (int i = 0; i < MODEL_INPUTS; i++)
            draw_test(prng, i, used[i], &out->rule[r].tests[i]);
        draw_outcome(prng, r, &out->rule[r].outcome);
    }
    draw_outcome(prng, 99, &out->missing);
    out->windows = below(prng, MODEL_WINDOWS + 1);
    for (int w = 0; w < out->windows; w++) {
        model_window *window = &out->window[w];
        for (int i = 0; i < MODEL_INPUTS; i++)
            draw_test(prng, i, i != MODEL_DAYS_LEFT && samme_prng_chance(prng, 150),
                      &window->tests[i]);
        window->kind = samme_prng_chance(prng, 50) ? 4 : below(prng, 4);
        window->days = below(prng, 25);
        window->roll = samme_prng_chance(prng, 500);
    }
}

void model_draw_release(samme_prng *prng, model_release *out) {
    out->ranks = below(prng, 3);
    out->tables = 0;
    unsigned left = (1u << MODEL_COUNTRIES) - 1;
    bool rest = samme_prng_chance(prng, 700);
    if (rest)
        draw_table(prng, false, 0, &out->table[out->tables++]);
    for (int n = below(prng, 3); (n > 0 || !rest) && left != 0; n--) {
        unsigned countries = (unsigned)below(prng, 1 << MODEL_COUNTRIES) & left;
        if (countries == 0)
            continue;
        left &= ~countries;
        rest = true;
        draw_table(prng, false, countries, &out->table[out->tables++]);
        if (out->tables == 3)
            break;
    }
    for (int n = below(prng, 3); n > 0; n--)
        draw_table(prng, true, 1 + (unsigned)below(prng, (1 << MODEL_COUNTRIES) - 1),
                   &out->table[out->tables++]);
}

void model_draw_facts(samme_prng *prng, model_facts *out) {
    *out = (model_facts){.today = below(prng, 40)};
    for (int i = 0; i < MODEL_DAYS_LEFT; i++)
        out->values[i] = samme_prng_chance(prng, 900) ? below(prng, value_count(i)) : MODEL_ABSENT;
    if (samme_prng_chance(prng, 50))
        out->today = MODEL_ABSENT;
    out->purchase = samme_prng_chance(prng, 900) ? below(prng, 30) : MODEL_ABSENT;
    out->receipt = samme_prng_chance(prng, 500) ? below(prng, 35) : MODEL_ABSENT;
    out->closed_before = out->values[7];
    out->paid = samme_prng_chance(prng, 900) ? below(prng, 3000) : MODEL_ABSENT;
    out->broken = samme_prng_chance(prng, 500);
    out->bundle_paid = samme_prng_chance(prng, 700) ? below(prng, 3000) : MODEL_ABSENT;
    out->bundle_rest = samme_prng_chance(prng, 700) ? below(prng, 3000) : MODEL_ABSENT;
    out->tenders = below(prng, 5);
    for (int i = 0; i < out->tenders; i++) {
        out->tender[i].kind = 1 + below(prng, 6);
        out->tender[i].paid = below(prng, 1500);
        out->tender[i].refunded = samme_prng_chance(prng, 300) ? below(prng, 1500) : 0;
    }
}

static void write_date(samme_buffer *out, int day) {
    char text[SAMME_DATE_TEXT_BYTES];
    int32_t first = 0;
    cr_assert_eq(samme_date_parse("2026-03-01", &first), SAMME_OK);
    samme_date_format(first + day, text);
    samme_buffer_append_text(out, text);
}

static void write_test(samme_buffer *out, int at, const model_test *test) {
    if (test->any)
        samme_buffer_append_text(out, "-");
    else if (at == MODEL_DAYS_LEFT)
        samme_buffer_printf(out, "[%d..%d]", test->low, test->high);
    for (int v = 0, written = 0; !test->any && v < value_count(at); v++)
        if (test->allowed & 1u << v)
            samme_buffer_printf(out, "%s%s", written++ > 0 ? ", " : "", inputs[at].values[v]);
}

static void write_when(samme_buffer *out, const model_test *tests) {
    samme_buffer_append_text(out, "{ ");
    bool some = false;
    for (int i = 0; i < MODEL_INPUTS; i++) {
        if (tests[i].any)
            continue;
        samme_buffer_printf(out, "%s%s: \"", some ? ", " : "", inputs[i].name);
        some = true;
        write_test(out, i, &tests[i]);
        samme_buffer_append_text(out, "\"");
    }
    samme_buffer_append_text(out, " }");
}

static void write_outcome(samme_buffer *out, const model_outcome *outcome) {
    samme_buffer_printf(out, "{ verdict: %s, reason: %s", outcome->verdict, outcome->reason);
    const struct {
        const char *key, *value;
    } texts[] = {{"refund_percent", outcome->percent},  {"fee", outcome->fee},
                 {"fee_percent", outcome->fee_percent}, {"refund_to", outcome->refund_to},
                 {"approval", outcome->approval},       {"sop", outcome->sop},
                 {"disposition", outcome->disposition}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value[0] != 0)
            samme_buffer_printf(out, ", %s: \"%s\"", texts[i].key, texts[i].value);
    samme_buffer_printf(out, ", legal: %s, exchange: %s, repair: %s }\n",
                        outcome->legal ? "true" : "false", outcome->exchange ? "true" : "false",
                        outcome->repair ? "true" : "false");
}

static void write_windows(samme_buffer *out, const model_table *table) {
    static const char *const from[] = {", from: purchase", ", from: receipt", ""};
    samme_buffer_append_text(out, table->windows > 0 ? "windows:\n" : "");
    for (int w = 0; w < table->windows; w++) {
        const model_window *window = &table->window[w];
        samme_buffer_printf(out, "  - { id: w%d, roll: %s, when: ", w,
                            window->roll ? "true" : "false");
        write_when(out, window->tests);
        if (window->kind < 3) {
            samme_buffer_printf(out, ", days: %d%s }\n", window->days, from[window->kind]);
        } else if (window->kind == 3) {
            samme_buffer_append_text(out, ", until: ");
            write_date(out, window->days);
            samme_buffer_append_text(out, " }\n");
        } else {
            samme_buffer_append_text(out, ", unlimited: true }\n");
        }
    }
}

/* The same rules as a CSV: every listed input has a column. */
static void write_csv(samme_buffer *out, const model_table *table) {
    samme_buffer_append_text(out, "id");
    for (int i = 0; i < MODEL_INPUTS; i++)
        if (table->listed[i])
            samme_buffer_printf(out, ",%s", inputs[i].name);
    samme_buffer_append_text(out, ",verdict,reason,refund_percent,fee,fee_percent,refund_to,"
                                  "approval,sop,disposition,legal,exchange,repair,note\r\n");
    for (int r = 0; r < table->rules; r++) {
        const model_outcome *then = &table->rule[r].outcome;
        samme_buffer_printf(out, "r%d", r);
        for (int i = 0; i < MODEL_INPUTS; i++) {
            if (!table->listed[i])
                continue;
            samme_buffer_append_text(out, ",\"");
            write_test(out, i, &table->rule[r].tests[i]);
            samme_buffer_append_text(out, "\"");
        }
        samme_buffer_printf(out, ",%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,\"so, \"\"so\"\"\"\r\n",
                            then->verdict, then->reason, then->percent, then->fee,
                            then->fee_percent, then->refund_to, then->approval, then->sop,
                            then->disposition, then->legal ? "true" : "",
                            then->exchange ? "true" : "false", then->repair ? "true" : "false");
    }
}

static void write_rules(samme_buffer *out, const model_table *table) {
    samme_buffer_append_text(out, "rules:\n");
    for (int r = 0; r < table->rules; r++) {
        samme_buffer_printf(out, "  - id: r%d\n    when: ", r);
        write_when(out, table->rule[r].tests);
        samme_buffer_append_text(out, "\n    then: ");
        write_outcome(out, &table->rule[r].outcome);
    }
}

/* What stands above the rules. */
static void write_head(samme_buffer *out, const model_table *table, int number) {
    static const char *const bases[] = {"today", "purchase_day", "better"};
    samme_buffer_printf(out, "policy: p%d\nhit: %s\nbundles: %s\ninputs: [", number,
                        table->unique ? "unique" : "first",
                        table->reprice ? "reprice_rest" : "allocated");
    for (int i = 0, written = 0; i < MODEL_INPUTS; i++)
        if (table->listed[i])
            samme_buffer_printf(out, "%s%s", written++ > 0 ? ", " : "", inputs[i].name);
    samme_buffer_append_text(out, "]\n");
    if (!table->floor)
        samme_buffer_printf(out, "basis: %s\n", bases[table->basis]);
    for (int i = 0; i < table->tenders; i++)
        samme_buffer_printf(out, "%s%s%s", i == 0 ? "tender_order: [" : ", ",
                            tender_names[table->tender_order[i]],
                            i + 1 == table->tenders ? "]\n" : "");
    for (int c = 0, written = 0; c < MODEL_COUNTRIES && table->countries != 0; c++) {
        if (table->countries & 1u << c)
            samme_buffer_printf(out, "%s\"%s\"", written++ > 0 ? ", " : "countries: [",
                                inputs[6].values[c]);
        if (c + 1 == MODEL_COUNTRIES)
            samme_buffer_append_text(out, "]\n");
    }
    write_windows(out, table);
    if (table->has_missing) {
        samme_buffer_append_text(out, "missing: ");
        write_outcome(out, &table->missing);
    }
}

static samme_policy *compile(const model_release *release, bool csv) {
    static const char *const ranks[] = {"", "tender_ranks: [credit, original_tender]\n",
                                        "tender_ranks: [original_tender]\n"};
    samme_document documents[2 * MODEL_TABLES + 1];
    samme_buffer texts[2 * MODEL_TABLES + 1];
    char paths[2 * MODEL_TABLES + 1][32];
    size_t count = 0;
    samme_buffer_init(&texts[0], 1 << 16);
    samme_buffer_printf(&texts[0], "%s%s", chain, ranks[release->ranks]);
    documents[count++] = (samme_document){"chain.yaml", samme_buffer_span(&texts[0])};
    for (int t = 0; t < release->tables; t++) {
        const model_table *table = &release->table[t];
        const char *folder = table->floor ? "floors" : "policy";
        samme_buffer *head = &texts[count];
        samme_buffer_init(head, 1 << 20);
        write_head(head, table, t);
        if (csv)
            samme_buffer_printf(head, "table: p%d.csv\n", t);
        else
            write_rules(head, table);
        snprintf(paths[count], sizeof paths[count], "%s/p%d.yaml", folder, t);
        documents[count] = (samme_document){paths[count], samme_buffer_span(head)};
        count++;
        if (!csv)
            continue;
        samme_buffer_init(&texts[count], 1 << 20);
        write_csv(&texts[count], table);
        snprintf(paths[count], sizeof paths[count], "%s/p%d.csv", folder, t);
        documents[count] = (samme_document){paths[count], samme_buffer_span(&texts[count])};
        count++;
    }
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    samme_status status = samme_policy_compile(documents, count, &policy, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    for (size_t i = 0; i < count; i++)
        samme_buffer_free(&texts[i]);
    return policy;
}

samme_policy *model_compile(const model_release *release) {
    return compile(release, false);
}

samme_policy *model_compile_csv(const model_release *release) {
    return compile(release, true);
}

static char *date_text(samme_arena *arena, int day) {
    if (day == MODEL_ABSENT)
        return samme_arena_text(arena, "");
    samme_buffer text;
    samme_buffer_init(&text, 32);
    write_date(&text, day);
    char *copy = samme_arena_text(arena, samme_buffer_text(&text));
    samme_buffer_free(&text);
    return copy;
}

static char *value_text(const model_facts *facts, int at, const char *absent) {
    return (char *)(uintptr_t)(facts->values[at] == MODEL_ABSENT
                                   ? absent
                                   : inputs[at].values[facts->values[at]]);
}

Samme__Facts *model_message(const model_facts *facts, samme_arena *arena) {
    Samme__Facts *out = samme_arena_alloc(arena, sizeof *out);
    *out = (Samme__Facts)SAMME__FACTS__INIT;
    const int *values = facts->values;
    out->claim = (Samme__Claim)(values[0] == MODEL_ABSENT ? 0 : values[0] + 1);
    out->channel = (Samme__Channel)(values[1] == MODEL_ABSENT ? 0 : values[1] + 1);
    const char *tier = value_text(facts, 2, "platinum"); /* a name that the chain does not know */
    out->member_tier = (char *)(uintptr_t)(strcmp(tier, "none") == 0 ? "" : tier);
    out->home_branch = (Samme__YesNo)(values[3] == MODEL_ABSENT ? 0 : values[3] + 1);
    out->receipt_kind = (Samme__ReceiptKind)(values[4] == MODEL_ABSENT ? 0 : values[4] + 1);
    out->category = value_text(facts, 5, "unknown");
    out->sale_country = value_text(facts, 6, "");
    out->has_closed_before_case = values[7] != MODEL_ABSENT ? 38 : 0;
    out->closed_before = values[7];
    out->currency = (char *)(uintptr_t) "DKK";
    out->today = date_text(arena, facts->today);
    out->purchase_date = date_text(arena, facts->purchase);
    out->receipt_date = date_text(arena, facts->receipt);
    out->has_line_paid_case = facts->paid != MODEL_ABSENT ? 23 : 0;
    out->line_paid = facts->paid;
    out->bundle_broken = facts->broken ? SAMME__YES_NO__yes : SAMME__YES_NO__no;
    out->has_bundle_paid_case = facts->bundle_paid != MODEL_ABSENT ? 39 : 0;
    out->bundle_paid = facts->bundle_paid;
    out->has_bundle_rest_case = facts->bundle_rest != MODEL_ABSENT ? 40 : 0;
    out->bundle_rest = facts->bundle_rest;
    out->n_tenders = (size_t)facts->tenders;
    out->tenders = samme_arena_alloc(arena, 4 * sizeof *out->tenders);
    for (int i = 0; i < facts->tenders; i++) {
        Samme__TenderFact *tender = samme_arena_alloc(arena, sizeof *tender);
        *tender = (Samme__TenderFact)SAMME__TENDER_FACT__INIT;
        tender->kind = (Samme__TenderKind)facts->tender[i].kind;
        tender->paid = facts->tender[i].paid;
        tender->refunded = facts->tender[i].refunded;
        out->tenders[i] = tender;
    }
    return out;
}
