/* Random policies: written without fail in every language, whole, bounded, and the same each time.
 */
#include "tests/unit/lib/render/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "policy/inputs.h"
#include "wire/names.h"

/* Bytes of text for one rule or window of these policies (at most 16 tests of at most 4 values),
 * and for all else in a section. */
#define RULE_MAX_BYTES    8192u
#define SECTION_MAX_BYTES 16384u

static const char *pick(samme_prng *prng, const char *const *list, size_t count) {
    return list[samme_prng_below(prng, count)];
}
#define PICK(prng, list) pick((prng), (list), sizeof(list) / sizeof *(list))

static void random_date(samme_prng *prng, char out[static 32]) {
    snprintf(out, 32, "20%02u-%02u-%02u", (unsigned)samme_prng_below(prng, 100),
             (unsigned)samme_prng_below(prng, 12) + 1, (unsigned)samme_prng_below(prng, 28) + 1);
}

static void random_value(samme_prng *prng, const samme_input *input, char out[static 32]) {
    static const char *const categories[] = {"lamps", "outdoor", "food"};
    static const char *const tiers[] = {"none", "silver", "gold"};
    static const char *const countries[] = {"DK", "NO", "SE", "XX"};
    static const char *const currencies[] = {"DKK", "NOK", "GBP", "XXX"};
    unsigned high = input->id == SAMME_INPUT_CLOSED_BEFORE ? 13 : 300;
    switch (input->kind) {
    case SAMME_KIND_ENUMERATION:
        snprintf(out, 32, "%s",
                 samme_enum_name(input->values,
                                 (int)samme_prng_below(prng, (uint64_t)input->domain.high) + 1));
        return;
    case SAMME_KIND_CATEGORY:
        snprintf(out, 32, "%s", PICK(prng, categories));
        return;
    case SAMME_KIND_TIER:
        snprintf(out, 32, "%s", PICK(prng, tiers));
        return;
    case SAMME_KIND_COUNTRY:
        snprintf(out, 32, "%s", PICK(prng, countries));
        return;
    case SAMME_KIND_CURRENCY:
        snprintf(out, 32, "%s", PICK(prng, currencies));
        return;
    case SAMME_KIND_DATE:
        random_date(prng, out);
        return;
    case SAMME_KIND_COUNT:
        snprintf(out, 32, "%s%u",
                 input->id == SAMME_INPUT_DAYS_LEFT && samme_prng_chance(prng, 400) ? "-" : "",
                 (unsigned)samme_prng_below(prng, high) + 1);
        return;
    case SAMME_KIND_QUANTITY:
    case SAMME_KIND_MONEY:
        snprintf(out, 32, "%u.%u", (unsigned)samme_prng_below(prng, 2000000) + 1,
                 (unsigned)samme_prng_below(prng, 100) * 10 / 10 % 9 + 1);
        return;
    }
}

static void random_test(samme_prng *prng, const samme_input *input, char out[static 160]) {
    static const char *const signs[] = {"", "< ", "<= ", "> ", ">= "};
    bool ordered = input->kind == SAMME_KIND_COUNT || input->kind == SAMME_KIND_QUANTITY ||
                   input->kind == SAMME_KIND_MONEY || input->kind == SAMME_KIND_DATE;
    bool negated = samme_prng_chance(prng, 300);
    size_t items = negated ? 1 : samme_prng_below(prng, 4) + 1;
    size_t length = (size_t)snprintf(out, 160, "%s", negated ? "not(" : "");
    for (size_t i = 0; i < items; i++) {
        char value[32];
        random_value(prng, input, value);
        length += (size_t)snprintf(out + length, 160 - length, "%s%s%s", i == 0 ? "" : ", ",
                                   ordered ? PICK(prng, signs) : "", value);
    }
    snprintf(out + length, 160 - length, "%s", negated ? ")" : "");
}

static void random_when(samme_prng *prng, const samme_input_id *inputs, size_t count, bool window,
                        samme_buffer *out) {
    const char *mark = "";
    samme_buffer_append_text(out, "when: { ");
    for (size_t i = 0; i < count; i++) {
        char test[160];
        if (samme_prng_chance(prng, 600) || (window && inputs[i] == SAMME_INPUT_DAYS_LEFT))
            continue;
        random_test(prng, samme_input_at(inputs[i]), test);
        samme_buffer_printf(out, "%s%s: '%s'", mark, samme_input_at(inputs[i])->name, test);
        mark = ", ";
    }
    samme_buffer_append_text(out, " }");
}

static void random_outcome(samme_prng *prng, samme_buffer *out) {
    static const char *const outcomes[] = {
        "verdict: deny, reason: A",
        "verdict: deny, legal: true, sop: nowhere, reason: B",
        "verdict: deny_overridable, reason: A",
        "verdict: deny_overridable, approval: boss, reason: B",
        "verdict: contingent, approval: supervisor, refund_percent: '0', reason: A",
        "verdict: contingent, refund_to: credit, fee: '10', reason: B",
        "verdict: authorise, reason: A",
        "verdict: authorise, refund_percent: '87.5', fee_percent: '2.25', exchange: true, reason: "
        "B",
        "verdict: authorise, fee: '0.5', fee_percent: '10', repair: true, legal: true, reason: A",
        "verdict: authorise, refund_to: credit, disposition: shelf_4, reason: UNTOLD"};
    samme_buffer_printf(out, "{ %s }", PICK(prng, outcomes));
}

static size_t random_inputs(samme_prng *prng, samme_input_id inputs[static 16]) {
    samme_input_id all[SAMME_INPUT_COUNT];
    for (unsigned i = 0; i < SAMME_INPUT_COUNT; i++)
        all[i] = (samme_input_id)i;
    size_t count = samme_prng_below(prng, 16) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t from = i + samme_prng_below(prng, SAMME_INPUT_COUNT - i);
        inputs[i] = all[from];
        all[from] = all[i];
    }
    return count;
}

/* Gives how many rules and windows it has. */
static size_t random_policy(samme_prng *prng, samme_buffer *out) {
    samme_input_id inputs[16];
    size_t count = random_inputs(prng, inputs);
    size_t rules = samme_prng_below(prng, 12) + 1;
    size_t windows = samme_prng_below(prng, 4);
    samme_buffer_printf(out, "policy: p\nhit: %s\ninputs: [",
                        samme_prng_chance(prng, 300) ? "unique" : "first");
    for (size_t i = 0; i < count; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", samme_input_at(inputs[i])->name);
    samme_buffer_append_text(out, "]\nreasons:\n  - code: A\n    customer: { en: Yes., hi: हाँ। }\n"
                                  "  - code: B\n    customer: { nn: Ja. }\n    instead: { nb: Nei. "
                                  "}\nwindows:\n");
    for (size_t i = 0; i < windows; i++) {
        samme_buffer_printf(out, "  - { id: w%zu, %s, ", i,
                            samme_prng_chance(prng, 300)   ? "unlimited: true"
                            : samme_prng_chance(prng, 300) ? "until: '2026-12-24'"
                                                           : "days: 30, roll: true");
        random_when(prng, inputs, count, true, out);
        samme_buffer_append_text(out, " }\n");
    }
    if (windows == 0)
        samme_buffer_append_text(out, "  []\n");
    if (samme_prng_chance(prng, 500)) {
        samme_buffer_append_text(out, "missing: ");
        random_outcome(prng, out);
        samme_buffer_append_text(out, "\n");
    }
    samme_buffer_append_text(out, "rules:\n");
    for (size_t i = 0; i < rules; i++) {
        samme_buffer_printf(out, "  - { id: rule%zu, ", i);
        random_when(prng, inputs, count, false, out);
        samme_buffer_append_text(out, ", then: ");
        random_outcome(prng, out);
        samme_buffer_append_text(out, " }\n");
    }
    return rules + windows;
}

/* Two sections at most: one for each of DK and NO. */
static void check(const fixture *made, size_t parts, bool staff, bool markdown,
                  const char *language) {
    samme_readers readers = staff ? SAMME_READERS_STAFF : SAMME_READERS_CUSTOMERS;
    char *text = fixture_render(made, language, readers, NULL, markdown);
    char *again = fixture_render(made, language, readers, NULL, markdown);
    cr_assert_str_eq(text, again);
    cr_assert_lt(strlen(text), 2 * (SECTION_MAX_BYTES + parts * RULE_MAX_BYTES));
    cr_assert(strstr(text, "{1}") == NULL && strstr(text, "{2}") == NULL &&
                  strstr(text, "(null)") == NULL && strstr(text, "\n\n\n") == NULL,
              "%s", text);
    free(text);
    free(again);
}

Test(render_property, random_policies_are_always_written_and_stay_small) {
    samme_prng prng;
    samme_prng_seed(&prng, 20261122);
    size_t written = 0;
    for (unsigned round = 0; round < 400; round++) {
        samme_buffer text;
        samme_buffer_init(&text, 1u << 20);
        size_t parts = random_policy(&prng, &text);
        const samme_document policy = {.path = "policy/p.yaml",
                                       .content = samme_buffer_span(&text)};
        if (fixture_compiles(&policy)) {
            fixture made = fixture_of(samme_buffer_text(&text));
            for (unsigned i = 0; i < FIXTURE_LANGUAGES; i++)
                check(&made, parts, (round + i) % 2 == 0, round % 3 == 0, fixture_languages[i]);
            fixture_free(&made);
            written++;
        }
        samme_buffer_free(&text);
    }
    cr_assert_gt(written, 150, "%zu of the policies were sound in form", written);
}
