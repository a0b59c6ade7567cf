/* On which days a branch is open, and what its clock says. */
#include <stdlib.h>

#include "policy/chain.h"
#include "policy/compiled.h"

enum { WEEK = 7 };

static const char weekdays[WEEK][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* Monday is 0; 1970-01-01 was a Thursday. */
static unsigned weekday_of(int32_t day) {
    return (unsigned)((((int64_t)day + 3) % WEEK + WEEK) % WEEK);
}

/* Takes a day's name off the front; WEEK when there is none. */
static unsigned take_day(const char **text) {
    unsigned day = 0;
    while (day < WEEK && strncmp(*text, weekdays[day], 3) != 0)
        day++;
    *text += day < WEEK ? 3 : 0;
    return day;
}

/* "mon-fri", "sat", "mon,wed" as bits; 0 when it is none of these. */
static unsigned read_days(const char *text) {
    unsigned days = 0;
    for (;;) {
        unsigned first = take_day(&text);
        unsigned last = first;
        if (text[0] == '-') {
            text++;
            last = take_day(&text);
        }
        if (first == WEEK || last == WEEK || last < first)
            return 0;
        for (unsigned day = first; day <= last; day++)
            days |= 1u << day;
        if (text[0] == 0)
            return days;
        if (*text++ != ',')
            return 0;
        while (text[0] == ' ')
            text++;
    }
}

/* "hh:mm", 00:00 to 24:00, as minutes; -1 otherwise. */
static int read_clock(const char *text) {
    static const char digits[] = "0123456789";
    if (strlen(text) != 5 || strspn(text, digits) != 2 || text[2] != ':' ||
        strspn(text + 3, digits) != 2)
        return -1;
    int hours = (text[0] - '0') * 10 + (text[1] - '0');
    int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    if (minutes > 59 || hours * 60 + minutes > 24 * 60)
        return -1;
    return hours * 60 + minutes;
}

samme_status samme_hours_read(const Samme__Branch *branch, const samme_placed *placed,
                              unsigned *out_open_days, samme_error *error) {
    unsigned open_days = branch->n_hours == 0 ? SAMME_ALL_DAYS : 0;
    for (size_t i = 0; i < branch->n_hours; i++) {
        const Samme__Hours *hours = branch->hours[i];
        unsigned days = read_days(hours->days);
        int open = read_clock(hours->open), close = read_clock(hours->close);
        open_days |= days;
        if (days != 0 && open >= 0 && close > open)
            continue;
        samme_fail(error, SAMME_MALFORMED,
                   "branch %u: hours: expected days as mon-fri, sat or mon,wed and "
                   "open before "
                   "close as hh:mm, found \"%.40s\" \"%.20s\" \"%.20s\"",
                   branch->number, hours->days, hours->open, hours->close);
        return samme_placed_fail(placed, error, SAMME_MALFORMED, hours->days, hours);
    }
    *out_open_days = open_days;
    return SAMME_OK;
}

static int by_number(const void *a, const void *b) {
    const uint32_t *number = a;
    const samme_branch_days *days = b;
    return (*number > days->branch->number) - (*number < days->branch->number);
}

static const samme_branch_days *find(const samme_policy *policy, uint32_t number) {
    return bsearch(&number, policy->form.branches, policy->form.chain->n_branches,
                   sizeof *policy->form.branches, by_number);
}

const Samme__Branch *samme_policy_branch(const samme_policy *policy, uint32_t number) {
    const samme_branch_days *found = find(policy, number);
    return found != NULL ? found->branch : NULL;
}

static bool concerns(const Samme__Closed *closed, const Samme__Branch *branch) {
    bool country = closed->n_countries == 0;
    bool number = closed->n_branches == 0;
    for (size_t i = 0; i < closed->n_countries; i++)
        country = country || strcmp(closed->countries[i], branch->country) == 0;
    for (size_t i = 0; i < closed->n_branches; i++)
        number = number || closed->branches[i] == branch->number;
    return country && number;
}

static bool closed_on(const samme_chain_form *form, const samme_branch_days *branch, int32_t day) {
    if ((branch->open_days & 1u << weekday_of(day)) == 0)
        return true;
    for (size_t i = 0; i < form->chain->n_closed; i++)
        if (form->closed[i] == day && concerns(form->chain->closed[i], branch->branch))
            return true;
    return false;
}

unsigned samme_chain_closed_before(const samme_policy *policy, uint32_t branch, int32_t day) {
    const samme_branch_days *found = find(policy, branch);
    unsigned count = 0;
    while (found != NULL && count < SAMME_CLOSED_DAYS_MAX && day > SAMME_FIRST_DAY &&
           closed_on(&policy->form, found, --day))
        count++;
    return count;
}

int32_t samme_chain_offset(const samme_policy *policy, uint32_t branch, int64_t utc_ms) {
    const samme_branch_days *found = find(policy, branch);
    if (found == NULL)
        return 0;
    for (size_t i = found->branch->n_offset_changes; i-- > 0;)
        if (found->changes[i] <= utc_ms)
            return found->branch->offset_changes[i]->utc_offset_minutes;
    return found->branch->utc_offset_minutes;
}

void samme_chain_facts(const samme_policy *policy, uint32_t sale_branch, uint32_t return_branch,
                       Samme__Facts *facts) {
    const samme_branch_days *sold = find(policy, sale_branch), *here = find(policy, return_branch);
    int32_t today = 0;
    if (sold != NULL)
        facts->sale_country = sold->branch->country;
    if (here == NULL)
        return;
    facts->return_country = here->branch->country;
    facts->return_currency = here->branch->currency;
    if (samme_date_parse(facts->today, &today) != SAMME_OK)
        return;
    facts->has_closed_before_case = SAMME__FACTS__HAS_CLOSED_BEFORE_CLOSED_BEFORE;
    facts->closed_before = samme_chain_closed_before(policy, return_branch, today);
}

const Samme__Chain *samme_policy_chain(const samme_policy *policy) {
    return policy->form.chain;
}

bool samme_policy_has_category(const samme_policy *policy, const char *code) {
    return samme_categories_find(&policy->form.vocabulary.categories, samme_span_of_text(code)) !=
           NULL;
}

const samme_vocabulary *samme_policy_vocabulary(const samme_policy *policy) {
    return &policy->form.vocabulary;
}
