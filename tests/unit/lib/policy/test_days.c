/* Open days, clocks, and what chain.yaml adds to facts. */
#include <criterion/criterion.h>

#include "tests/unit/lib/policy/fixture.h"

static const char chain[] =
    "chain: t.example\n"
    "branches:\n"
    "  - number: 1\n"
    "    country: DK\n"
    "    currency: DKK\n"
    "    utc_offset_minutes: 60\n"
    "    hours:\n"
    "      - { days: \"mon-thu,fri\", open: \"10:00\", close: \"12:00\" }\n"
    "      - { days: \"sat\", open: \"10:00\", close: \"24:00\" }\n"
    "    offset_changes:\n"
    "      - { at: \"2026-03-29T01:00:00Z\", utc_offset_minutes: 120 }\n"
    "      - { at: \"2026-10-25T01:00:00Z\", utc_offset_minutes: 60 }\n"
    "  - { number: 2, country: SE, currency: SEK, utc_offset_minutes: -30 }\n"
    "  - { number: 3, country: DK, hours: [{ days: wed, open: \"10:00\", close: \"11:00\" }] }\n"
    "closed:\n"
    "  - { date: 2026-12-24 }\n"
    "  - { date: 2026-12-25, countries: [DK] }\n"
    "  - { date: 2026-12-26, branches: [1] }\n"
    "  - { date: 2026-12-30, countries: [SE], branches: [1] }\n";
static const char table[] =
    "policy: p\nhit: first\nrules:\n  - { id: r, then: { verdict: deny, reason: R } }\n";

static samme_policy *policy;

static void make(void) {
    samme_error error = {.text = ""};
    cr_assert_eq(fixture_compile(chain, table, &policy, &error), SAMME_OK, "%s", error.text);
}

static void drop(void) {
    samme_policy_free(policy);
}

TestSuite(days, .init = make, .fini = drop);

static unsigned closed_before(uint32_t branch, const char *date) {
    int32_t day = 0;
    cr_assert_eq(samme_date_parse(date, &day), SAMME_OK);
    return samme_chain_closed_before(policy, branch, day);
}

Test(days, closed_days_in_a_row_before_a_day) {
    /* 2026-12-27 is a Sunday */
    cr_assert_eq(closed_before(1, "2026-12-24"), 0);
    cr_assert_eq(closed_before(1, "2026-12-25"), 1);
    cr_assert_eq(closed_before(1, "2026-12-26"), 2);
    cr_assert_eq(closed_before(1, "2026-12-28"), 4, "24th to 26th, and Sunday");
    cr_assert_eq(closed_before(1, "2026-12-29"), 0);
    cr_assert_eq(closed_before(2, "2026-12-25"), 1);
    cr_assert_eq(closed_before(2, "2026-12-26"), 0, "the 25th is Denmark's");
    cr_assert_eq(closed_before(1, "2026-12-31"), 0, "branch 1 is not in Sweden");
    cr_assert_eq(closed_before(2, "2026-12-31"), 0);
    cr_assert_eq(closed_before(3, "2026-12-03"), 0, "a Thursday");
    cr_assert_eq(closed_before(3, "2026-12-02"), 6);
    cr_assert_eq(closed_before(3, "2026-12-31"), 0);
    cr_assert_eq(closed_before(9, "2026-12-28"), 0);
    cr_assert_eq(closed_before(1, "0001-01-01"), 0);
}

Test(days, counting_stops_at_fourteen) {
    samme_policy *never = NULL;
    samme_buffer text;
    samme_buffer_init(&text, 1 << 16);
    samme_buffer_append_text(&text,
                             "chain: t.example\nbranches: [{ number: 1, country: DK }]\nclosed:\n");
    for (int day = 1; day <= 28; day++)
        samme_buffer_printf(&text, "  - { date: 2026-02-%02d }\n", day);
    cr_assert_eq(fixture_compile(samme_buffer_text(&text), table, &never, NULL), SAMME_OK);
    int32_t march = 0;
    cr_assert_eq(samme_date_parse("2026-03-01", &march), SAMME_OK);
    cr_assert_eq(samme_chain_closed_before(never, 1, march), SAMME_CLOSED_DAYS_MAX);
    cr_assert_eq(samme_chain_closed_before(never, 1, march - 28 + 13), 13);
    samme_policy_free(never);
    samme_buffer_free(&text);
}

static int32_t offset(uint32_t branch, const char *moment) {
    int64_t ms = 0;
    int32_t said = 0;
    cr_assert_eq(samme_time_parse(moment, &ms, &said), SAMME_OK);
    return samme_chain_offset(policy, branch, ms);
}

Test(days, the_clock_moves_at_its_moment) {
    cr_assert_eq(offset(1, "2026-03-29T00:59:59Z"), 60);
    cr_assert_eq(offset(1, "2026-03-29T01:00:00Z"), 120);
    cr_assert_eq(offset(1, "2026-10-25T00:59:59Z"), 120);
    cr_assert_eq(offset(1, "2026-10-25T01:00:00Z"), 60);
    cr_assert_eq(offset(2, "2026-10-25T01:00:00Z"), -30);
    cr_assert_eq(offset(9, "2026-10-25T01:00:00Z"), 0);
}

Test(days, facts_from_the_chain) {
    Samme__Facts facts = SAMME__FACTS__INIT;
    facts.today = fixture_text("2026-12-28");
    samme_chain_facts(policy, 2, 1, &facts);
    cr_assert_str_eq(facts.sale_country, "SE");
    cr_assert_str_eq(facts.return_country, "DK");
    cr_assert_str_eq(facts.return_currency, "DKK");
    cr_assert_eq(facts.has_closed_before_case, SAMME__FACTS__HAS_CLOSED_BEFORE_CLOSED_BEFORE);
    cr_assert_eq(facts.closed_before, 4);
    facts = (Samme__Facts)SAMME__FACTS__INIT;
    facts.today = fixture_text("today");
    samme_chain_facts(policy, 0, 1, &facts);
    cr_assert_str_eq(facts.sale_country, "");
    cr_assert_eq(facts.has_closed_before_case, SAMME__FACTS__HAS_CLOSED_BEFORE__NOT_SET);
    facts = (Samme__Facts)SAMME__FACTS__INIT;
    facts.today = fixture_text("2026-12-28");
    samme_chain_facts(policy, 9, 9, &facts);
    cr_assert_str_eq(facts.return_country, "");
    cr_assert_eq(facts.has_closed_before_case, SAMME__FACTS__HAS_CLOSED_BEFORE__NOT_SET);
}
