#include "random_policy.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { CLAIM, DISCOUNT, CATEGORY, AGE, PAID, TIER, LEFT, KIND };

static const struct {
    const char *name;
    const char *values[5];
    bool ordered;
} inputs[INPUTS] = {
    {"claim_type", {"changed_mind", "defect", "recall"}, false},
    {"employee_discount", {"yes", "no"}, false},
    {"category", {"food", "fresh", "dry", "tools"}, false},
    {"days_since_purchase", {"0", "1", "2", "4"}, true},
    {"line_paid", {"100", "100.01", "250.50"}, true},
    {"member_tier", {"none", "silver", "gold"}, false},
    {"days_left", {"-2", "-1", "0", "2"}, true},
    {"receipt_kind", {"receipt", "gift_receipt"}, false},
};
static const char *const verdicts[] = {"authorise", "contingent", "deny_overridable", "deny"};
static const char *const percents[] = {"100", "90", "50", "0", "89.99", "87.5"};
static const char *const fees[] = {"0", "4.95", "20", "5", "0.009"};
static const char *const fee_percents[] = {"0", "10", "0.5", "100"};
static const char *const orders[] = {"", "cash", "cash, card, gift_card", "card",
                                     "gift_card, cash"};
static const char yen_branch[] = "  - { number: 3, name: C, country: JP, currency: JPY, "
                                 "utc_offset_minutes: 540, region: 1 }\n";

static int below(samme_prng *prng, int bound) {
    return (int)samme_prng_below(prng, (uint64_t)bound);
}

static int values_of(int input) {
    int count = 0;
    while (count < 5 && inputs[input].values[count] != NULL)
        count++;
    return count;
}

static void item_text(samme_prng *prng, int input, char *out) {
    const int count = values_of(input), first = below(prng, count);
    const char *low = inputs[input].values[first];
    const char *high = inputs[input].values[first + below(prng, count - first)];
    static const char *const signs[] = {"", "<= ", ">= ", "< ", "> "};
    int shape = inputs[input].ordered ? below(prng, 7) : 0;
    if ((input == AGE || input == PAID) && shape == 3)
        shape = 1; /* "< 0" is no test */
    if (shape < 5)
        sprintf(out, "%s%s", signs[shape], low);
    else
        sprintf(out, "[%s..%s]", low, high);
}

static void test_text(samme_prng *prng, int input, char *out) {
    char first[TEXT / 3], second[TEXT / 3];
    item_text(prng, input, first);
    item_text(prng, input, second);
    if (samme_prng_chance(prng, 250))
        sprintf(out, "not(%s)", first);
    else if (samme_prng_chance(prng, 250))
        sprintf(out, "%s, %s", first, second);
    else
        sprintf(out, "%s", first);
}

static random_outcome make_outcome(samme_prng *prng, bool floor) {
    random_outcome out = {.verdict = floor ? below(prng, 2) : below(prng, 4),
                          .reason = below(prng, 3),
                          .exchange = samme_prng_chance(prng, 100)};
    if (out.verdict == 3)
        return out;
    out.percent = below(prng, 4);
    out.fee = below(prng, 3);
    out.fee_percent = below(prng, 2);
    out.credit = samme_prng_chance(prng, 300);
    return out;
}

static void make_rule(samme_prng *prng, const random_table *table, random_rule *out) {
    for (int i = 0; i < INPUTS; i++) {
        out->tests[i][0] = 0;
        if (table->listed[i] && samme_prng_chance(prng, 600))
            test_text(prng, i, out->tests[i]);
    }
    out->then = make_outcome(prng, table->floor);
}

static void make_window(samme_prng *prng, random_window *out) {
    *out = (random_window){.base = below(prng, 3), .roll = samme_prng_chance(prng, 400)};
    out->days = out->base == 2 ? 11 + below(prng, 5) : below(prng, 4);
    if (samme_prng_chance(prng, 400))
        sprintf(out->claim, "%s", samme_prng_chance(prng, 500) ? "defect" : "not(defect, recall)");
    if (samme_prng_chance(prng, 250))
        sprintf(out->bought, "%s 2026-03-11", samme_prng_chance(prng, 500) ? "<=" : ">");
}

static void make_table(samme_prng *prng, random_table *out, bool windows) {
    out->unique = !out->floor && samme_prng_chance(prng, 500);
    out->missing = !out->floor && samme_prng_chance(prng, 400);
    out->rules = 1 + below(prng, RULES);
    out->windows = windows ? 1 + below(prng, WINDOWS) : 0;
    for (int tries = 0; tries < 3; tries++) {
        int input = below(prng, INPUTS);
        out->listed[input] = input != LEFT || windows;
    }
    out->listed[LEFT] = out->listed[LEFT] || (windows && samme_prng_chance(prng, 800));
    for (int i = 0; i < out->rules; i++)
        make_rule(prng, out, &out->list[i]);
    for (int i = 0; i < out->windows; i++)
        make_window(prng, &out->window[i]);
    out->otherwise = make_outcome(prng, false);
}

void random_folder_make(samme_prng *prng, random_folder *out) {
    memset(out, 0, sizeof *out);
    const bool windows = samme_prng_chance(prng, 500);
    out->table[out->tables++] = (random_table){.name = "p", .path = "policy/p.yaml"};
    make_table(prng, &out->table[0], windows);
    if (samme_prng_chance(prng, 300)) {
        random_table *table = &out->table[out->tables++];
        *table = (random_table){.name = "se", .path = "policy/se.yaml", .countries = "SE"};
        make_table(prng, table, false);
    }
    if (samme_prng_chance(prng, 500)) {
        random_table *table = &out->table[out->tables++];
        *table = (random_table){.name = "law", .path = "floors/law.yaml", .floor = true};
        table->countries = samme_prng_chance(prng, 500) ? "DK" : "DK, SE";
        make_table(prng, table, false);
    }
    for (int t = 0; t < out->tables; t++)
        if (out->table[t].countries == NULL)
            out->table[t].countries = "";
}

static void pay_outcome(samme_prng *prng, random_outcome *then) {
    if (then->verdict == 3)
        return;
    then->percent = below(prng, 6);
    then->fee = below(prng, 5);
    then->fee_percent = samme_prng_chance(prng, 600) ? 0 : below(prng, 4);
}

void random_folder_pay(samme_prng *prng, random_folder *folder) {
    folder->money = true;
    folder->yen = samme_prng_chance(prng, 200);
    for (int t = 0; t < folder->tables; t++) {
        random_table *table = &folder->table[t];
        for (int r = 0; r < table->rules; r++)
            pay_outcome(prng, &table->list[r].then);
        table->reprice = samme_prng_chance(prng, 100);
        table->order = table->floor || samme_prng_chance(prng, 500) ? 0 : below(prng, 5);
    }
}

/* Of money alone. */
static void change_money(samme_prng *prng, random_table *table, random_rule *rule) {
    random_outcome *then = &rule->then;
    switch (below(prng, 5)) {
    case 0:
        table->order = table->floor ? 0 : below(prng, 5);
        return;
    case 1:
        table->reprice ^= samme_prng_chance(prng, 400);
        return;
    case 2:
        then->fee = below(prng, 5);
        return;
    case 3:
        then->fee_percent = below(prng, 4);
        return;
    default:
        then->percent = below(prng, 6);
        return;
    }
}

/* A rule as two that share its facts, or a unique table's rules the other way round. */
static bool write_otherwise(samme_prng *prng, random_table *table) {
    const int at = below(prng, table->rules);
    if (table->unique) {
        random_rule first = table->list[0];
        table->list[0] = table->list[table->rules - 1];
        table->list[table->rules - 1] = first;
        return true;
    }
    if (table->rules == RULES)
        return true;
    memmove(&table->list[at + 1], &table->list[at],
            (size_t)(table->rules - at) * sizeof *table->list);
    table->rules++;
    if (table->list[at].tests[CLAIM][0] == 0 && table->listed[CLAIM])
        sprintf(table->list[at].tests[CLAIM], "defect");
    return true;
}

bool random_folder_change(samme_prng *prng, random_folder *folder) {
    random_table *table = &folder->table[below(prng, folder->tables)];
    random_rule *rule = &table->list[below(prng, table->rules)];
    if (folder->money && samme_prng_chance(prng, 600)) {
        change_money(prng, table, rule);
        return false;
    }
    switch (below(prng, 6)) {
    case 0:
    case 1:
        return write_otherwise(prng, table);
    case 2:
        rule->then = make_outcome(prng, table->floor);
        return false;
    case 3:
        if (table->windows > 0 && samme_prng_chance(prng, 500))
            table->window[below(prng, table->windows)].roll ^= true;
        else if (table->windows > 0)
            make_window(prng, &table->window[below(prng, table->windows)]);
        return false;
    case 4:
        table->missing = !table->floor && !table->missing;
        return false;
    default:
        make_rule(prng, table, rule);
        return false;
    }
}

static void write_outcome(const random_outcome *then, samme_buffer *out) {
    samme_buffer_printf(out, "{ verdict: %s, reason: R%d", verdicts[then->verdict], then->reason);
    if (then->exchange)
        samme_buffer_append_text(out, ", exchange: true");
    if (then->verdict != 3)
        samme_buffer_printf(out, ", refund_percent: \"%s\", fee: \"%s\", fee_percent: \"%s\"%s",
                            percents[then->percent], fees[then->fee],
                            fee_percents[then->fee_percent],
                            then->credit ? ", refund_to: credit" : "");
    samme_buffer_append_text(out, " }\n");
}

static void write_window(const random_window *window, int number, samme_buffer *out) {
    static const char *const froms[] = {"purchase", "receipt"};
    samme_buffer_printf(out, "  - { id: w%d, roll: %s, ", number, window->roll ? "true" : "false");
    if (window->base == 2)
        samme_buffer_printf(out, "until: \"2026-03-%02d\"", window->days);
    else
        samme_buffer_printf(out, "days: %d, from: %s", window->days, froms[window->base]);
    samme_buffer_append_text(out, ", when: {");
    if (window->claim[0] != 0)
        samme_buffer_printf(out, " claim_type: \"%s\"%s", window->claim,
                            window->bought[0] != 0 ? "," : "");
    if (window->bought[0] != 0)
        samme_buffer_printf(out, " purchase_date: \"%s\"", window->bought);
    samme_buffer_append_text(out, " } }\n");
}

static void write_rule(const random_rule *rule, int number, samme_buffer *out) {
    const char *comma = "";
    samme_buffer_printf(out, "  - id: r%d\n    when: {", number);
    for (int i = 0; i < INPUTS; i++)
        if (rule->tests[i][0] != 0) {
            samme_buffer_printf(out, "%s %s: \"%s\"", comma, inputs[i].name, rule->tests[i]);
            comma = ",";
        }
    samme_buffer_append_text(out, " }\n    then: ");
    write_outcome(&rule->then, out);
}

static void write_table(const random_table *table, char *text) {
    samme_buffer out;
    const char *comma = "";
    samme_buffer_init(&out, 8191);
    samme_buffer_printf(&out, "policy: %s\nhit: %s\n", table->name,
                        table->unique ? "unique" : "first");
    if (table->countries[0] != 0)
        samme_buffer_printf(&out, "countries: [%s]\n", table->countries);
    if (table->reprice)
        samme_buffer_append_text(&out, "bundles: reprice_rest\n");
    if (table->order != 0)
        samme_buffer_printf(&out, "tender_order: [%s]\n", orders[table->order]);
    samme_buffer_append_text(&out, "inputs: [");
    for (int i = 0; i < INPUTS; i++)
        if (table->listed[i]) {
            samme_buffer_printf(&out, "%s%s", comma, inputs[i].name);
            comma = ", ";
        }
    samme_buffer_append_text(&out, "]\n");
    if (table->windows > 0)
        samme_buffer_append_text(&out, "windows:\n");
    for (int i = 0; i < table->windows; i++)
        write_window(&table->window[i], i, &out);
    if (table->missing) {
        samme_buffer_append_text(&out, "missing: ");
        write_outcome(&table->otherwise, &out);
    }
    samme_buffer_append_text(&out, "rules:\n");
    for (int i = 0; i < table->rules; i++)
        write_rule(&table->list[i], i, &out);
    cr_assert_eq(samme_buffer_status(&out), SAMME_OK);
    sprintf(text, "%s", samme_buffer_text(&out));
    samme_buffer_free(&out);
}

void random_folder_write(random_folder *folder, files *out) {
    *out = (files){.count = 0};
    char *at = folder->chain;
    const char *rest = strstr(fixture_chain, "member_tiers");
    at += sprintf(at, "%.*s", (int)(rest - fixture_chain), fixture_chain);
    sprintf(at, "%s%s", folder->yen ? yen_branch : "", rest);
    files_add(out, "chain.yaml", folder->chain);
    for (int t = 0; t < folder->tables; t++) {
        write_table(&folder->table[t], folder->text[t]);
        files_add(out, folder->table[t].path, folder->text[t]);
    }
}
