/* Random small tables against an interpreter that knows nothing of intervals: it reads the texts of
 * the tests again for every fact, compares dates as texts and decimals digit by digit, and walks up
 * the category tree. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "tests/unit/lib/policy/fixture.h"

enum { TABLES = 3000, FACTS_PER_TABLE = 24, RULES = 8, TEXT = 120 };

typedef enum value_kind { NAME, CODE, WHOLE, THOUSANDTHS, AMOUNT, DAY } value_kind;

static const struct {
    const char *name;
    value_kind kind;
    const char *values[6]; /* of a NAME */
} inputs[] = {
    {"claim_type", NAME, {"changed_mind", "defect", "withdrawal", "wrong_item", "recall", "price"}},
    {"condition", NAME, {"unopened", "opened", "used", "damaged"}},
    {"claim", NAME, {"own", "lent", "unconfirmed", "taken", "no_claim"}},
    {"mode", NAME, {"normal", "cautious", "conservative"}},
    {"category", CODE, {NULL}},
    {"today", DAY, {NULL}},
    {"purchase_date", DAY, {NULL}},
    {"days_since_purchase", WHOLE, {NULL}},
    {"line_paid", AMOUNT, {NULL}},
    {"quantity_left", THOUSANDTHS, {NULL}},
};
enum { INPUTS = sizeof inputs / sizeof *inputs };

static const struct {
    const char *code, *under;
} tree[] = {{"fish", "fresh"}, {"food", ""}, {"fresh", "food"}, {"dry", "food"}, {"tools", ""}};

static const char *const days[] = {"1999-12-31", "2000-01-01", "2000-02-28",
                                   "2000-02-29", "2000-03-01", "2001-01-01"};

static const struct {
    const char *code;
    int digits;
} currencies[] = {{"GBP", 2}, {"JPY", 0}, {"KWD", 3}};

/* A fact as text, the way its tests are written: "12.34", "2000-02-29", "fish". */
typedef struct shown {
    bool present;
    char text[24];
} shown;

typedef struct row {
    char tests[INPUTS][TEXT]; /* "" : not in `when` */
    const char *verdict, *percent, *fee;
} row;

typedef struct sample {
    bool unique;
    int rules;
    row rows[RULES];
} sample;

/* The interpreter. */

/* A decimal text in units of 10^-4. */
static long long units(const char *text) {
    bool negative = *text == '-';
    long long value = 0;
    int decimals = -1;
    for (text += negative; *text != 0 && decimals < 4; text++) {
        if (*text == '.') {
            decimals = 0;
            continue;
        }
        value = value * 10 + (*text - '0');
        decimals += decimals >= 0;
    }
    for (decimals = decimals < 0 ? 0 : decimals; decimals < 4; decimals++)
        value *= 10;
    return negative ? -value : value;
}

static int compare(value_kind kind, const char *a, const char *b) {
    if (kind == DAY)
        return strcmp(a, b);
    return (units(a) > units(b)) - (units(a) < units(b));
}

static bool equals(value_kind kind, const char *value, const char *item) {
    if (kind == NAME)
        return strcmp(value, item) == 0;
    if (kind != CODE)
        return compare(kind, value, item) == 0;
    while (value[0] != 0) {
        if (strcmp(value, item) == 0)
            return true;
        size_t at = 0;
        while (strcmp(tree[at].code, value) != 0)
            at++;
        value = tree[at].under;
    }
    return false;
}

static bool item_holds(value_kind kind, const char *value, const char *item) {
    char low[TEXT], high[TEXT], open, closing;
    if (item[0] == '[' || item[0] == '(') {
        const char *dots = strstr(item, "..");
        sprintf(low, "%.*s", (int)(dots - item - 1), item + 1);
        sprintf(high, "%s", dots + 2);
        open = item[0];
        closing = high[strlen(high) - 1];
        high[strlen(high) - 1] = 0;
        int above = compare(kind, value, low), below = compare(kind, value, high);
        return (above > 0 || (above == 0 && open == '[')) &&
               (below < 0 || (below == 0 && closing == ']'));
    }
    if (strncmp(item, "<= ", 3) == 0)
        return compare(kind, value, item + 3) <= 0;
    if (strncmp(item, ">= ", 3) == 0)
        return compare(kind, value, item + 3) >= 0;
    if (item[0] == '<')
        return compare(kind, value, item + 2) < 0;
    if (item[0] == '>')
        return compare(kind, value, item + 2) > 0;
    return equals(kind, value, item);
}

static bool holds(value_kind kind, const shown *fact, const char *test) {
    if (test[0] == 0 || strcmp(test, "-") == 0)
        return true;
    if (!fact->present)
        return false;
    char list[TEXT];
    bool negated = strncmp(test, "not(", 4) == 0;
    sprintf(list, "%s", negated ? test + 4 : test);
    if (negated)
        list[strlen(list) - 1] = 0;
    char *rest = NULL;
    bool any = false;
    for (char *item = strtok_r(list, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest))
        any = any || item_holds(kind, fact->text, item + strspn(item, " "));
    return any != negated;
}

/* The number of the rule that answers; -1 none, -2 more than one under unique. */
static int interpret(const sample *table, const shown *facts) {
    int found = -1;
    for (int r = 0; r < table->rules; r++) {
        bool matches = true;
        for (int i = 0; i < INPUTS; i++)
            matches = matches && holds(inputs[i].kind, &facts[i], table->rows[r].tests[i]);
        if (!matches)
            continue;
        if (!table->unique)
            return r;
        if (found >= 0)
            return -2;
        found = r;
    }
    return found;
}

/* Random values, tests, tables and facts. */

static int below(samme_prng *prng, int bound) {
    return (int)samme_prng_below(prng, (uint64_t)bound);
}

static int value_count(int input) {
    int count = 0;
    while (count < 6 && inputs[input].values[count] != NULL)
        count++;
    return count;
}

static void number_text(char *out, long long value, int digits) {
    long long power = 1;
    for (int i = 0; i < digits; i++)
        power *= 10;
    if (digits == 0)
        sprintf(out, "%lld", value);
    else
        sprintf(out, "%s%lld.%0*lld", value < 0 ? "-" : "", llabs(value) / power, digits,
                llabs(value) % power);
}

/* A value of the input from a small range; rank orders those that have an order. */
static void value_text(samme_prng *prng, int input, int rank, char *out) {
    switch (inputs[input].kind) {
    case NAME:
        strcpy(out, inputs[input].values[below(prng, value_count(input))]);
        break;
    case CODE:
        strcpy(out, tree[below(prng, 5)].code);
        break;
    case WHOLE:
        number_text(out, rank * 3 + below(prng, 3), 0);
        break;
    case THOUSANDTHS:
        number_text(out, rank * 250 + below(prng, 2), 3);
        break;
    case AMOUNT:
        if (samme_prng_chance(prng, 500))
            number_text(out, rank + 1, 0);
        else
            number_text(out, rank * 10000 + below(prng, 3) * 5000 + below(prng, 2), 4);
        break;
    case DAY:
        strcpy(out, days[rank]);
        break;
    }
}

static void item_text(samme_prng *prng, int input, char *out) {
    char low[24], high[24];
    int rank = below(prng, 4);
    value_text(prng, input, rank, low);
    value_text(prng, input, rank + 1 + below(prng, 2), high);
    int shape = inputs[input].kind == NAME || inputs[input].kind == CODE ? 0 : below(prng, 6);
    static const char *const signs[] = {"", "<= ", ">= ", "< ", "> "};
    if (shape < 5)
        sprintf(out, "%s%s", signs[shape], low);
    else
        sprintf(out, "%c%s..%s%c", "[("[below(prng, 2)], low, high, "])"[below(prng, 2)]);
}

static void test_text(samme_prng *prng, int input, char *out) {
    if (samme_prng_chance(prng, 100)) {
        strcpy(out, "-");
        return;
    }
    bool negated = samme_prng_chance(prng, 200);
    strcpy(out, negated ? "not(" : "");
    for (int items = 1 + below(prng, 3), i = 0; i < items; i++) {
        char item[TEXT];
        item_text(prng, input, item);
        sprintf(out + strlen(out), "%s%s", i == 0 ? "" : ", ", item);
    }
    strcat(out, negated ? ")" : "");
}

static void random_table(samme_prng *prng, sample *out) {
    static const char *const verdicts[] = {"authorise", "contingent", "deny_overridable", "deny"};
    static const char *const percents[] = {"100", "50", "33.33", "0.01", "0"};
    static const char *const fees[] = {"0", "0.5", "1.005", "7"};
    out->unique = samme_prng_chance(prng, 500);
    out->rules = 1 + below(prng, RULES);
    bool used[INPUTS];
    for (int i = 0; i < INPUTS; i++)
        used[i] = samme_prng_chance(prng, 300);
    for (int r = 0; r < out->rules; r++) {
        row *rule = &out->rows[r];
        rule->verdict = verdicts[below(prng, 4)];
        bool denied = strcmp(rule->verdict, "deny") == 0;
        rule->percent = denied ? "0" : percents[below(prng, 5)];
        rule->fee = denied ? "0" : fees[below(prng, 4)];
        for (int i = 0; i < INPUTS; i++) {
            rule->tests[i][0] = 0;
            if (used[i] && samme_prng_chance(prng, 600))
                test_text(prng, i, rule->tests[i]);
        }
    }
}

static void write_table(const sample *table, samme_buffer *out) {
    samme_buffer_printf(out, "policy: random\nhit: %s\ninputs: [",
                        table->unique ? "unique" : "first");
    for (int i = 0; i < INPUTS; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", inputs[i].name);
    samme_buffer_append_text(out, "]\nrules:\n");
    for (int r = 0; r < table->rules; r++) {
        const row *rule = &table->rows[r];
        samme_buffer_printf(out, "  - id: r%d\n    when:\n", r);
        bool empty = true;
        for (int i = 0; i < INPUTS; i++) {
            if (rule->tests[i][0] == 0)
                continue;
            samme_buffer_printf(out, "      %s: \"%s\"\n", inputs[i].name, rule->tests[i]);
            empty = false;
        }
        if (empty)
            samme_buffer_append_text(out, "      {}\n");
        samme_buffer_printf(
            out, "    then: { verdict: %s, refund_percent: \"%s\", fee: \"%s\", reason: R%d }\n",
            rule->verdict, rule->percent, rule->fee, r);
    }
}

/* Facts as texts and as the message. */
static void random_facts(samme_prng *prng, shown *texts, Samme__Facts *out, int *out_currency) {
    *out = (Samme__Facts)SAMME__FACTS__INIT;
    int currency = below(prng, 3);
    *out_currency = currency;
    out->currency = fixture_text(currencies[currency].code);
    for (int i = 0; i < INPUTS; i++) {
        texts[i].present = samme_prng_chance(prng, 850);
        value_text(prng, i, below(prng, 6), texts[i].text);
    }
    long long paid = below(prng, 9) * 500 + below(prng, 3);
    static const long long scale[] = {10, 1000,
                                      1}; /* so that about 0 to 4.5 units are paid in each */
    paid = paid / scale[currency];
    number_text(texts[8].text, paid, currencies[currency].digits);
    if (texts[0].present)
        out->claim_type = samme_enum_value(&samme__claim_type__descriptor, texts[0].text);
    if (texts[1].present)
        out->condition = samme_enum_value(&samme__condition__descriptor, texts[1].text);
    if (texts[2].present)
        out->claim = samme_enum_value(&samme__claim__descriptor, texts[2].text);
    if (texts[3].present)
        out->mode = samme_enum_value(&samme__mode__descriptor, texts[3].text);
    out->category = texts[4].present ? texts[4].text : fixture_text("no such code");
    out->today = texts[5].present ? texts[5].text : fixture_text("");
    out->purchase_date = texts[6].present ? texts[6].text : fixture_text("");
    out->days_since_purchase = atoll(texts[7].text);
    out->has_days_since_purchase_case = texts[7].present ? 22 : 0;
    out->line_paid = paid;
    out->has_line_paid_case = texts[8].present ? 23 : 0;
    out->quantity_left = units(texts[9].text) / 10;
    out->has_quantity_left_case = texts[9].present ? 24 : 0;
}

static void expected_money(const row *rule, const shown *paid, int currency,
                           const Samme__Facts *facts, long long *out_refund, long long *out_fee) {
    *out_refund = *out_fee = 0;
    if (!paid->present || rule->verdict[0] == 'd')
        return;
    long long part = facts->line_paid * (units(rule->percent) / 100) / 10000;
    long long fee = units(rule->fee);
    for (int i = currencies[currency].digits; i < 4; i++)
        fee /= 10;
    *out_fee = fee < part ? fee : part;
    *out_refund = part - *out_fee;
}

static void check_answers(const sample *table, const samme_policy *policy, samme_prng *prng,
                          const char *text, unsigned long long seed, size_t *counts) {
    for (int n = 0; n < FACTS_PER_TABLE; n++) {
        shown texts[INPUTS];
        Samme__Facts facts;
        int currency = 0;
        random_facts(prng, texts, &facts, &currency);
        int wanted = interpret(table, texts);
        samme_decision decision;
        samme_error error = {.text = ""};
        cr_assert_eq(samme_policy_decide(policy, &facts, &decision, &error), SAMME_OK,
                     "seed %llu: %s", seed, error.text);
        const Samme__Answer answer = decision.answer;
        char reason[24] = "POLICY_GAP", id[24] = "";
        if (wanted >= 0) {
            sprintf(reason, "R%d", wanted);
            sprintf(id, "r%d", wanted);
        } else if (wanted == -2) {
            strcpy(reason, "POLICY_OVERLAP");
        }
        cr_assert(strcmp(answer.reason, reason) == 0 && strcmp(answer.rule, id) == 0,
                  "seed %llu, facts %d: %s by %s, expected %s by %s\n%s", seed, n, answer.reason,
                  answer.rule, reason, id, text);
        long long refund = 0, fee = 0;
        if (wanted >= 0)
            expected_money(&table->rows[wanted], &texts[8], currency, &facts, &refund, &fee);
        cr_assert(answer.refund == refund && answer.fee == fee,
                  "seed %llu, facts %d: %lld and %lld, expected %lld and %lld", seed, n,
                  (long long)answer.refund, (long long)answer.fee, refund, fee);
        counts[wanted >= 0 ? 0 : wanted == -1 ? 1 : 2]++;
    }
}

static bool some_value_passes(int input, const char *test, samme_prng *prng) {
    for (int n = 0; n < 2000; n++) {
        shown fact = {.present = true};
        value_text(prng, input, below(prng, 6), fact.text);
        if (holds(inputs[input].kind, &fact, test))
            return true;
    }
    return false;
}

/* Whether the interpreter, too, finds a test, or an item of one, that no value it tries passes. */
static bool is_empty(int input, const char *test, samme_prng *prng) {
    if (!some_value_passes(input, test, prng))
        return true;
    char list[TEXT];
    bool negated = strncmp(test, "not(", 4) == 0;
    sprintf(list, "%s", negated ? test + 4 : test);
    if (negated)
        list[strlen(list) - 1] = 0;
    char *rest = NULL;
    for (char *item = strtok_r(list, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest))
        if (!some_value_passes(input, item + strspn(item, " "), prng))
            return true;
    return false;
}

static bool some_test_is_empty(const sample *table, samme_prng *prng) {
    for (int r = 0; r < table->rules; r++)
        for (int i = 0; i < INPUTS; i++)
            if (table->rows[r].tests[i][0] != 0 && is_empty(i, table->rows[r].tests[i], prng))
                return true;
    return false;
}

Test(policy_property, tables_answer_as_their_texts_say) {
    size_t counts[3] = {0};
    size_t compiled = 0;
    for (unsigned long long seed = 1; seed <= TABLES; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        static sample table;
        random_table(&prng, &table);
        samme_buffer text;
        samme_buffer_init(&text, 1 << 20);
        write_table(&table, &text);
        samme_policy *policy = NULL;
        samme_error error = {.text = ""};
        if (fixture_compile(fixture_chain, samme_buffer_text(&text), &policy, &error) == SAMME_OK) {
            check_answers(&table, policy, &prng, samme_buffer_text(&text), seed, counts);
            compiled++;
        } else {
            cr_assert_not_null(strstr(error.text, "some value passes"), "seed %llu: %s", seed,
                               error.text);
            cr_assert(some_test_is_empty(&table, &prng), "seed %llu: %s", seed, error.text);
        }
        samme_policy_free(policy);
        samme_buffer_free(&text);
    }
    /* The generator is worth nothing if one outcome is hardly ever seen. */
    cr_assert_geq(compiled, TABLES * 3 / 4, "%zu compiled", compiled);
    for (int i = 0; i < 3; i++)
        cr_assert_geq(counts[i], 2000, "outcome %d: %zu", i, counts[i]);
}
