/* Facts for random folders: what every cell of their tables, and every window, can turn on. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "random_policy.h"

enum { CLAIM, DISCOUNT, CATEGORY, AGE, PAID, TIER, LEFT, KIND };
enum { FIRST_DAY = 10, DAYS = 8 };

static const char *const categories[] = {"", "food", "fresh", "dry", "tools"};
static const char *const countries[] = {"DK", "SE", "NO", ""};
static const char *const tiers[] = {"", "silver", "gold"};
static const long long amounts[] = {-1, 0, 9999, 10000, 10001, 25049, 25050, 25051, 400000};
static const int closed[] = {-1, 0, 1, 2, 3, 5, 14};

/* How many values each input takes, then country, today, purchase_date, receipt_date, closed. */
enum { COUNTRY = INPUTS, TODAY, PURCHASE, RECEIPT, CLOSED, TENDERS, BUNDLE, CURRENCY, DIGITS };
static const unsigned radix[DIGITS] = {4, 3,    5,        7,        9, 3, 1, 4,
                                       4, DAYS, DAYS + 3, DAYS + 3, 7, 4, 4, 2};

static unsigned radix_of(const grid *self, int digit) {
    return digit == PAID && self->money ? AMOUNTS : radix[digit];
}

static bool counts(const grid *self, int digit) {
    if (digit < INPUTS)
        return self->used[digit];
    if (digit == TENDERS || digit == BUNDLE)
        return self->money;
    if (digit == CURRENCY)
        return self->yen;
    return digit == COUNTRY || self->windows;
}

grid grid_of(const random_folder *a, const random_folder *b, unsigned long long most,
             samme_prng *prng) {
    grid self = {.most = most, .prng = prng, .size = 1};
    const random_folder *folders[2] = {a, b};
    for (int f = 0; f < 2; f++)
        for (int t = 0; folders[f] != NULL && t < folders[f]->tables; t++) {
            const random_table *table = &folders[f]->table[t];
            self.windows = self.windows || table->windows > 0;
            for (int i = 0; i < INPUTS; i++)
                self.used[i] = self.used[i] || table->listed[i];
        }
    self.money = b != NULL && b->money;
    self.yen = b != NULL && b->yen;
    self.used[CLAIM] = true;
    self.used[PAID] = self.used[PAID] || self.money;
    self.used[KIND] = self.used[KIND] || self.money;
    for (unsigned i = 0; i < AMOUNTS; i++)
        self.amounts[i] = i < radix[PAID] ? amounts[i] : (long long)samme_prng_below(prng, 2500);
    for (int d = 0; d < DIGITS; d++)
        self.size *= counts(&self, d) ? radix_of(&self, d) : 1;
    return self;
}

static char *text(const char *constant) {
    return (char *)(uintptr_t)constant;
}

/* A day of March; digit 0 is absent, then from two days before the first. */
static void set_date(char *out, int day) {
    out[0] = 0;
    if (day != 0)
        sprintf(out, "2026-03-%02d", day);
}

/* False: nobody returns like that. */
static bool set_dates(grid *self, const unsigned *digits) {
    self->day = FIRST_DAY + (int)digits[TODAY];
    self->bought = digits[PURCHASE] == 0 ? 0 : FIRST_DAY - 3 + (int)digits[PURCHASE];
    self->got = digits[RECEIPT] == 0 ? 0 : FIRST_DAY - 3 + (int)digits[RECEIPT];
    set_date(self->today, self->day);
    set_date(self->purchase, self->bought);
    set_date(self->receipt, self->got);
    Samme__Facts *facts = &self->facts;
    facts->today = self->today;
    facts->purchase_date = self->purchase;
    facts->receipt_date = self->receipt;
    facts->closed_before = closed[digits[CLOSED]];
    facts->has_closed_before_case = closed[digits[CLOSED]] < 0 ? 0 : 38;
    if (self->bought != 0 && facts->has_days_since_purchase_case != 0 &&
        facts->days_since_purchase != self->day - self->bought)
        return false;
    return self->bought <= self->day && self->got <= self->day;
}

/* Nothing is said of tenders, one gave all, or two or three some. */
static void set_tenders(grid *self, unsigned digit) {
    static const int kinds[3] = {SAMME__TENDER_KIND__card, SAMME__TENDER_KIND__cash,
                                 SAMME__TENDER_KIND__gift_card};
    self->facts.tenders = self->tenders;
    self->facts.n_tenders = digit;
    for (unsigned i = 0; i < digit; i++) {
        self->tenders[i] = &self->tender[i];
        self->tender[i] = (Samme__TenderFact)SAMME__TENDER_FACT__INIT;
        self->tender[i].kind = (Samme__TenderKind)kinds[i];
        self->tender[i].paid = digit == 1 ? 900000 : 300 * (i + 1);
    }
}

static void set_bundle(grid *self, unsigned digit) {
    Samme__Facts *facts = &self->facts;
    facts->bundle_broken = digit == 0   ? SAMME__YES_NO__yes_no_unset
                           : digit == 1 ? SAMME__YES_NO__no
                                        : SAMME__YES_NO__yes;
    facts->bundle_paid = 20000;
    facts->bundle_rest = 18950;
    facts->has_bundle_rest_case = digit == 0 ? 0 : SAMME__FACTS__HAS_BUNDLE_REST_BUNDLE_REST;
    facts->has_bundle_paid_case = digit < 3 ? 0 : SAMME__FACTS__HAS_BUNDLE_PAID_BUNDLE_PAID;
}

static bool set_facts(grid *self, unsigned long long number) {
    unsigned digits[DIGITS] = {0};
    for (int d = 0; d < DIGITS; d++) {
        if (!counts(self, d))
            continue;
        digits[d] = (unsigned)(number % radix_of(self, d));
        number /= radix_of(self, d);
    }
    self->facts = (Samme__Facts)SAMME__FACTS__INIT;
    Samme__Facts *facts = &self->facts;
    static const int claims[] = {1, 2, 5, 6};
    facts->claim_type = (Samme__ClaimType)claims[digits[CLAIM]];
    facts->employee_discount = (Samme__YesNo)digits[DISCOUNT];
    facts->category = text(categories[digits[CATEGORY]]);
    facts->days_since_purchase = (int)digits[AGE] - 1;
    facts->has_days_since_purchase_case = digits[AGE] == 0 ? 0 : 22;
    facts->line_paid = self->amounts[digits[PAID]];
    facts->has_line_paid_case = digits[PAID] == 0 ? 0 : 23;
    if (!self->used[PAID]) {
        facts->line_paid = 30000;
        facts->has_line_paid_case = 23;
    }
    facts->currency = text(digits[CURRENCY] == 0 ? "DKK" : "JPY");
    if (self->money) {
        set_tenders(self, digits[TENDERS]);
        set_bundle(self, digits[BUNDLE]);
    }
    facts->member_tier = text(tiers[digits[TIER]]);
    facts->receipt_kind = (Samme__ReceiptKind)digits[KIND];
    facts->sale_country = text(countries[digits[COUNTRY]]);
    return !self->windows || set_dates(self, digits);
}

bool grid_next(grid *self) {
    const bool all = self->size <= self->most;
    while (self->at < (all ? self->size : self->most)) {
        const unsigned long long number = all ? self->at : samme_prng_below(self->prng, self->size);
        self->at++;
        if (set_facts(self, number))
            return true;
    }
    return false;
}

static bool window_holds(const random_window *window, const grid *at) {
    const int claim = (int)at->facts.claim_type;
    if (strcmp(window->claim, "defect") == 0 && claim != SAMME__CLAIM_TYPE__defect)
        return false;
    if (window->claim[0] == 'n' &&
        (claim == SAMME__CLAIM_TYPE__defect || claim == SAMME__CLAIM_TYPE__recall))
        return false;
    if (window->bought[0] == 0)
        return true;
    return at->bought != 0 && (window->bought[0] == '<' ? at->bought <= 11 : at->bought > 11);
}

/* The policy that speaks for the country of the facts. */
static const random_table *speaker(const random_folder *folder, const char *country) {
    for (int t = 0; t < folder->tables; t++)
        if (!folder->table[t].floor && folder->table[t].countries[0] != 0 && country[0] != 0 &&
            strstr(folder->table[t].countries, country) != NULL)
            return &folder->table[t];
    return &folder->table[0];
}

void reckon(const random_folder *folder, const grid *at, bool *given, long *days, long *deadline) {
    const random_table *table = speaker(folder, at->facts.sale_country);
    *given = false;
    *days = *deadline = -1000;
    for (int w = 0; w < table->windows; w++) {
        const random_window *window = &table->window[w];
        int base = window->base == 1 && at->got != 0 ? at->got : at->bought;
        if (!window_holds(window, at) || (window->base != 2 && base == 0))
            continue;
        long last = window->base == 2 ? window->days : base + window->days;
        long left = last - at->day;
        if (left < 0 && window->roll && at->facts.has_closed_before_case != 0 &&
            at->facts.closed_before >= -left)
            left = 0;
        *given = true;
        *days = left > *days ? left : *days;
        *deadline = last > *deadline ? last : *deadline;
    }
}

bool same_money(const Samme__Answer *a, const Samme__Answer *b) {
    bool same = a->refund == b->refund && a->fee == b->fee && a->n_refunds == b->n_refunds;
    for (size_t i = 0; same && i < a->n_refunds; i++)
        same = a->refunds[i]->tender == b->refunds[i]->tender &&
               a->refunds[i]->amount == b->refunds[i]->amount;
    return same;
}

bool same_answer(const Samme__Answer *a, const Samme__Answer *b) {
    Samme__Answer copies[2] = {*a, *b};
    uint8_t bytes[2][4096];
    for (int s = 0; s < 2; s++) {
        copies[s].rule = copies[s].policy = text("");
        cr_assert_lt(samme__answer__get_packed_size(&copies[s]), sizeof bytes[s]);
        memset(bytes[s], 0, sizeof bytes[s]);
        (void)samme__answer__pack(&copies[s], bytes[s]);
    }
    return memcmp(bytes[0], bytes[1], sizeof bytes[0]) == 0;
}
