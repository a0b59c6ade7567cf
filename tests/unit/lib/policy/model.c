/* What a release means. */
#include "tests/unit/lib/policy/model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* 2026-03-01, and 9999-12-31 from there. */
static int first_day(void) {
    int32_t day = 0;
    cr_assert_eq(samme_date_parse("2026-03-01", &day), SAMME_OK);
    return day;
}

static int last_day(void) {
    int32_t day = 0;
    cr_assert_eq(samme_date_parse("9999-12-31", &day), SAMME_OK);
    return day - first_day();
}

static bool passes(const model_test *test, int at, int value) {
    if (test->any)
        return true;
    if (value == MODEL_ABSENT)
        return false;
    if (at == MODEL_DAYS_LEFT)
        return value >= test->low && value <= test->high;
    return (test->allowed & 1u << value) != 0;
}

static bool all_pass(const model_test *tests, const int *values) {
    for (int i = 0; i < MODEL_INPUTS; i++)
        if (!passes(&tests[i], i, values[i]))
            return false;
    return true;
}

static int window_day(const model_window *window, const model_facts *facts) {
    if (window->kind == 4)
        return last_day();
    if (window->kind == 3)
        return window->days;
    int base =
        window->kind != 0 && facts->receipt != MODEL_ABSENT ? facts->receipt : facts->purchase;
    return base == MODEL_ABSENT ? MODEL_ABSENT : base + window->days;
}

/* Every day from the window's last to yesterday was closed. */
static bool closed_since(const model_facts *facts, int day) {
    for (int at = day; at < facts->today; at++)
        if (facts->closed_before == MODEL_ABSENT || facts->today - at > facts->closed_before)
            return false;
    return true;
}

static void apply_windows(const model_table *table, const model_facts *facts, int *values,
                          int *out_deadline) {
    int deadline = MODEL_ABSENT, left = MODEL_ABSENT;
    for (int w = 0; w < table->windows; w++) {
        if (!all_pass(table->window[w].tests, values))
            continue;
        int day = window_day(&table->window[w], facts);
        if (day == MODEL_ABSENT)
            continue;
        deadline = day > deadline ? day : deadline;
        if (facts->today == MODEL_ABSENT)
            continue;
        int own = day - facts->today;
        if (own < 0 && table->window[w].roll && closed_since(facts, day))
            own = 0;
        left = own > left ? own : left;
    }
    values[MODEL_DAYS_LEFT] = left;
    *out_deadline = deadline;
}

/* "12.34" in units of 10^-4. */
static long long units(const char *text) {
    long long whole = 0, rest = 0;
    int decimals = 0;
    while (*text >= '0' && *text <= '9')
        whole = whole * 10 + *text++ - '0';
    if (*text == '.')
        for (text++; *text != 0; text++, decimals++)
            rest = rest * 10 + *text - '0';
    for (; decimals < 4; decimals++)
        rest *= 10;
    return whole * 10000 + rest;
}

/* Amounts are øre: two digits. */
static void pay(const model_table *table, const model_outcome *outcome, const model_facts *facts,
                model_answer *out) {
    long long base = facts->paid == MODEL_ABSENT ? 0 : facts->paid;
    if (table->reprice && facts->broken && facts->bundle_paid != MODEL_ABSENT &&
        facts->bundle_rest != MODEL_ABSENT) {
        base = facts->bundle_paid - facts->bundle_rest;
        if (base < 0)
            base = 0;
    }
    const char *percent = outcome->percent[0] == 0 ? "100" : outcome->percent;
    long long part = base * units(percent) / 1000000;
    long long fee = units(outcome->fee) / 100 + base * units(outcome->fee_percent) / 1000000;
    out->fee = (int)(fee < part ? fee : part);
    out->refund = (int)(part - out->fee);
}

static void take_outcome(const model_table *table, const model_outcome *outcome,
                         const model_facts *facts, model_answer *out) {
    bool denied = strcmp(outcome->verdict, "deny") == 0;
    snprintf(out->verdict, sizeof out->verdict, "%s", outcome->verdict);
    snprintf(out->reason, sizeof out->reason, "%s", outcome->reason);
    snprintf(out->approval, sizeof out->approval, "%s", outcome->approval);
    snprintf(out->sop, sizeof out->sop, "%s", outcome->sop);
    snprintf(out->disposition, sizeof out->disposition, "%s", outcome->disposition);
    const char *to = outcome->refund_to[0] == 0 ? "original_tender" : outcome->refund_to;
    if (facts->values[4] == 1) /* a gift receipt */
        to = "credit";
    snprintf(out->refund_to, sizeof out->refund_to, "%s", denied ? "" : to);
    out->legal = outcome->legal;
    out->exchange = outcome->exchange;
    out->repair = outcome->repair;
    if (strcmp(outcome->verdict, "authorise") == 0 || strcmp(outcome->verdict, "contingent") == 0)
        pay(table, outcome, facts, out);
}

/* False: no rule of it says anything. */
static bool ask(const model_table *table, int number, const model_facts *facts, model_answer *out) {
    int values[MODEL_INPUTS], found = -1, count = 0;
    memcpy(values, facts->values, sizeof values);
    *out = (model_answer){.verdict = "deny", .reason = "POLICY_GAP"};
    snprintf(out->policy, sizeof out->policy, "p%d", number);
    apply_windows(table, facts, values, &out->deadline);
    for (int r = table->rules - 1; r >= 0; r--)
        if (all_pass(table->rule[r].tests, values)) {
            found = r;
            count++;
        }
    if (table->unique && count > 1) {
        snprintf(out->reason, sizeof out->reason, "POLICY_OVERLAP");
        return true;
    }
    if (found >= 0) {
        snprintf(out->rule, sizeof out->rule, "r%d", found);
        take_outcome(table, &table->rule[found].outcome, facts, out);
        return true;
    }
    for (int i = 0; table->has_missing && i < MODEL_INPUTS; i++)
        if (table->listed[i] && values[i] == MODEL_ABSENT) {
            snprintf(out->rule, sizeof out->rule, "missing");
            take_outcome(table, &table->missing, facts, out);
            return true;
        }
    return false;
}

static int verdict_rank(const char *verdict) {
    static const char *const order[] = {"deny", "deny_overridable", "contingent", "authorise"};
    int rank = 0;
    while (strcmp(order[rank], verdict) != 0)
        rank++;
    return rank;
}

/* Higher is better. */
static int tender_rank(const model_release *release, const char *refund_to) {
    bool credit = strcmp(refund_to, "credit") == 0,
         original = strcmp(refund_to, "original_tender") == 0;
    if (release->ranks == 1)
        return credit ? 2 : original ? 1 : 0;
    if (release->ranks == 2)
        return original ? 2 : 0;
    return original ? 2 : credit ? 1 : 0;
}

static int sign(int a, int b) {
    return (a > b) - (a < b);
}

/* The four things that count, of a against b. */
static void each(const model_release *release, const model_answer *a, const model_answer *b,
                 int *out) {
    out[0] = sign(verdict_rank(a->verdict), verdict_rank(b->verdict));
    out[1] = sign(a->refund, b->refund);
    out[2] = sign(tender_rank(release, a->refund_to), tender_rank(release, b->refund_to));
    out[3] = sign(a->deadline, b->deadline);
}

static int compare(const model_release *release, const model_answer *a, const model_answer *b) {
    int by[4];
    each(release, a, b, by);
    for (int i = 0; i < 4; i++)
        if (by[i] != 0)
            return by[i];
    return sign(a->release, b->release);
}

static int in_country(const model_table *table, const model_facts *facts) {
    return facts->values[6] != MODEL_ABSENT && (table->countries & 1u << facts->values[6]) != 0;
}

static int table_for(const model_release *release, const model_facts *facts) {
    for (int t = 0; t < release->tables; t++)
        if (!release->table[t].floor && in_country(&release->table[t], facts))
            return t;
    for (int t = 0; t < release->tables; t++)
        if (!release->table[t].floor && release->table[t].countries == 0)
            return t;
    return -1;
}

static void line(model_answer *out, int kind, int amount) {
    out->line_kind[out->lines] = kind;
    out->line_amount[out->lines++] = amount;
}

static void split(const model_table *table, const model_facts *facts, model_answer *out) {
    int order[MODEL_TENDERS], count = 0, left = out->refund;
    for (int i = 0; table != NULL && i < table->tenders; i++)
        order[count++] = table->tender_order[i];
    for (int kind = 1; kind < MODEL_TENDERS; kind++) {
        bool there = false;
        for (int i = 0; i < count; i++)
            there = there || order[i] == kind;
        if (!there)
            order[count++] = kind;
    }
    if (left > 0 && strcmp(out->refund_to, "credit") == 0) {
        line(out, 4, left);
    } else if (left > 0 && facts->tenders == 0) {
        line(out, 0, left);
    } else if (left > 0) {
        for (int i = 0; i < count; i++) {
            int room = 0;
            for (int t = 0; t < facts->tenders; t++)
                if (facts->tender[t].kind == order[i] &&
                    facts->tender[t].paid > facts->tender[t].refunded)
                    room += facts->tender[t].paid - facts->tender[t].refunded;
            int given = room < left ? room : left;
            if (given > 0)
                line(out, order[i], given);
            left -= given;
        }
        if (left > 0)
            line(out, 4, left);
    }
}

void model_decide(const model_release *release, const model_facts *facts, model_answer *out) {
    int at = table_for(release, facts);
    model_answer best;
    bool some = false;
    if (at < 0)
        *out = (model_answer){.verdict = "deny", .reason = "POLICY_GAP", .deadline = MODEL_ABSENT};
    else
        (void)ask(&release->table[at], at, facts, out);
    for (int t = 0; t < release->tables; t++) {
        model_answer floor;
        if (!release->table[t].floor || !in_country(&release->table[t], facts) ||
            !ask(&release->table[t], t, facts, &floor))
            continue;
        if (!some || compare(release, &floor, &best) > 0)
            best = floor;
        some = true;
    }
    int by[4] = {0};
    if (some)
        each(release, out, &best, by);
    if (by[0] < 0 || by[1] < 0 || by[2] < 0) {
        if (best.sop[0] == 0)
            memcpy(best.sop, out->sop, sizeof best.sop);
        *out = best;
        out->legal = true;
    }
    split(at < 0 ? NULL : &release->table[at], facts, out);
}

void model_decide_at(const model_release *today, const model_release *past,
                     const model_facts *facts, model_answer *out) {
    model_answer old;
    int at = table_for(today, facts);
    int basis = at < 0 || past == NULL ? 0 : today->table[at].basis;
    model_decide(today, facts, out);
    out->release = 2;
    if (basis == 0)
        return;
    model_decide(past, facts, &old);
    old.release = 1;
    bool old_wins = basis == 1 || compare(today, &old, out) > 0;
    model_answer lost = old_wins ? *out : old;
    if (old_wins)
        *out = old;
    int by[4];
    each(today, &lost, out, by);
    if (basis == 2 && (by[0] > 0 || by[1] > 0 || by[2] > 0 || by[3] > 0))
        out->alternative = lost.release;
}

void model_show(const model_answer *answer, char *out, size_t size) {
    char date[SAMME_DATE_TEXT_BYTES] = "";
    if (answer->deadline != MODEL_ABSENT)
        samme_date_format(first_day() + answer->deadline, date);
    int used = snprintf(
        out, size, "%s %s/%s %s to %s refund %d fee %d%s%s%s until %s [%s %s %s]", answer->verdict,
        answer->policy, answer->rule, answer->reason, answer->refund_to, answer->refund,
        answer->fee, answer->legal ? " legal" : "", answer->exchange ? " exchange" : "",
        answer->repair ? " repair" : "", date, answer->approval, answer->sop, answer->disposition);
    for (int i = 0; i < answer->lines; i++)
        used += snprintf(out + used, size - (size_t)used, " %d:%d", answer->line_kind[i],
                         answer->line_amount[i]);
    snprintf(out + used, size - (size_t)used, " release %d beside %d", answer->release,
             answer->alternative);
}

void model_show_answer(const Samme__Answer *answer, char *out, size_t size) {
    const char *to = answer->refund_to == 0
                         ? ""
                         : samme_enum_name(&samme__refund_to__descriptor, (int)answer->refund_to);
    int used =
        snprintf(out, size, "%s %s/%s %s to %s refund %lld fee %lld%s%s%s until %s [%s %s %s]",
                 samme_enum_name(&samme__verdict__descriptor, (int)answer->verdict), answer->policy,
                 answer->rule, answer->reason, to, (long long)answer->refund,
                 (long long)answer->fee, answer->legal ? " legal" : "",
                 answer->exchange ? " exchange" : "", answer->repair ? " repair" : "",
                 answer->deadline, answer->approval, answer->sop, answer->disposition);
    for (size_t i = 0; i < answer->n_refunds; i++)
        used += snprintf(out + used, size - (size_t)used, " %d:%lld",
                         (int)answer->refunds[i]->tender, (long long)answer->refunds[i]->amount);
    unsigned long long other = answer->alternative == NULL ? 0 : answer->alternative->release;
    snprintf(out + used, size - (size_t)used, " release %llu beside %llu",
             (unsigned long long)answer->release, other);
}
