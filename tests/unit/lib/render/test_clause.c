/* One test at a time: every input and form has words in every language, and the words are right. */
#include "tests/unit/lib/render/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/inputs.h"
#include "wire/names.h"

static char *render_test(const char *input, const char *test, const char *language,
                         samme_readers readers, const char *country) {
    char policy[1024];
    snprintf(policy, sizeof policy,
             "policy: p\nhit: first\ninputs: [%s]\nwindows: [{ id: w, days: 30 }]\nrules:\n"
             "  - { id: a, when: { %s: '%s' }, then: { verdict: deny, reason: A } }\n",
             input, input, test);
    fixture made = fixture_of(policy);
    char *text = fixture_render(&made, language, readers, country, true);
    fixture_free(&made);
    return text;
}

typedef struct expectation {
    const char *language, *input, *test, *text;
} expectation;

static void check(const expectation *list, size_t count, samme_readers readers,
                  const char *behind) {
    for (size_t i = 0; i < count; i++) {
        char *text = render_test(list[i].input, list[i].test, list[i].language, readers, "DK");
        char point[512];
        snprintf(point, sizeof point, "- **1.** %s%s", list[i].text, behind);
        cr_assert_not_null(strstr(text, point), "%s: %s: expected %s in:\n%s", list[i].input,
                           list[i].test, point, text);
        free(text);
    }
}

Test(clause, numbers_are_said_as_they_were_written) {
    static const expectation list[] = {
        {"nb", "days_since_purchase", "<= 30", "Når det er høyst 30 dager siden kjøpet"},
        {"nb", "days_since_purchase", "< 30", "Når det er mindre enn 30 dager siden kjøpet"},
        {"nb", "days_since_purchase", "> 365", "Når det er mer enn 365 dager siden kjøpet"},
        {"nb", "days_since_purchase", ">= 14", "Når det er minst 14 dager siden kjøpet"},
        {"nb", "days_since_purchase", "[14..30)", "Når det er fra 14 til 29 dager siden kjøpet"},
        {"nb", "days_since_purchase", "0", "Når varen er kjøpt samme dag"},
        {"nb", "days_since_purchase", "1", "Når det er 1 dag siden kjøpet"},
        {"nb", "days_since_purchase", "<= 0", "Når varen er kjøpt samme dag"},
        {"nb", "days_since_purchase", "not(<= 30)", "Når det er mer enn 30 dager siden kjøpet"},
        {"nb", "days_since_purchase", "3, > 2000",
         "Når det er 3 dager eller mer enn 2\u00a0000 dager siden kjøpet"},
        {"nb", "days_since_purchase", ">= 0", "Når kjøpsdagen er kjent"},
        {"nb", "days_left", ">= 0", "Når fristen ikke er ute"},
        {"nb", "days_left", "< 0", "Når fristen er ute"},
        {"nb", "days_left", "< -7", "Når fristen gikk ut for mer enn 7 dager siden"},
        {"nb", "days_left", "[-7..-1]", "Når fristen gikk ut for høyst 7 dager siden"},
        {"nb", "days_left", "[-9..-2]", "Når fristen gikk ut for fra 2 til 9 dager siden"},
        {"nb", "days_left", "> 3", "Når det er mer enn 3 dager igjen av fristen"},
        {"nb", "days_left", "[-5..10]",
         "Når fristen gikk ut for høyst 5 dager siden eller det er høyst 10 dager igjen av "
         "fristen"},
        {"da", "days_since_receipt", "> 1000",
         "Når det er mere end 1.000 dage siden, varen blev modtaget"},
        {"en", "customer_returns", "> 1", "When the customer has made more than 1 return lately"},
        {"en", "customer_returns", "0", "When the customer has made no other return lately"},
        {"en", "repair_attempts", ">= 2", "When the goods were repaired at least 2 times"},
        {"en", "quantity_asked", "> 2.5", "When the quantity returned is more than 2.5"},
        {"sv", "quantity_left", "0.5", "När antalet som inte har återbetalats är 0,5"},
        {"sv", "closed_before", "[2..3]",
         "När butiken har varit stängd från 2 till 3 dagar i rad fram till i dag"},
    };
    check(list, sizeof list / sizeof *list, SAMME_READERS_STAFF, ": ");
}

Test(clause, money_is_written_as_in_the_language) {
    static const expectation list[] = {
        {"da", "line_paid", "> 500.00", "Når det betalte beløb er mere end 500\u00a0kr."},
        {"da", "line_paid", "<= 1234567.5", "Når det betalte beløb er højst 1.234.567,50\u00a0kr."},
        {"nb", "line_paid", "[10..20]", "Når det betalte beløpet er fra 10 til 20\u00a0DKK"},
        {"nb", "line_paid", "(10..20)",
         "Når det betalte beløpet er mer enn 10\u00a0DKK og mindre enn 20\u00a0DKK"},
        {"en", "line_paid", "< 1000", "When the amount paid is less than DKK\u00a01,000"},
        {"hi", "line_paid", ">= 12345678.90", "अगर चुकाई गई रक़म कम से कम 1,23,45,678.90\u00a0DKK है"},
        {"sv", "line_paid", "[0..9.99]", "När det betalda beloppet är högst 9,99\u00a0DKK"},
    };
    check(list, sizeof list / sizeof *list, SAMME_READERS_STAFF, ": ");
}

Test(clause, dates_are_written_as_in_the_language) {
    static const expectation list[] = {
        {"nb", "purchase_date", "2026-12-24", "Når varen ble kjøpt 24. desember 2026"},
        {"da", "purchase_date", "<= 2026-12-24",
         "Når varen blev købt senest den 24. december 2026"},
        {"sv", "receipt_date", "> 2026-03-01", "När varan togs emot efter den 1 mars 2026"},
        {"en", "today", "[2026-11-01..2027-01-31]",
         "When the goods are returned from 1 November 2026 to 31 January 2027"},
        {"en", "today", "< 2026-11-01", "When the goods are returned before 1 November 2026"},
        {"hi", "purchase_date", ">= 2026-12-24",
         "अगर सामान 24 दिसंबर 2026 को या उसके बाद ख़रीदा गया था"},
        {"nb", "today", "not(2026-12-24)",
         "Når varen leveres tilbake før 24. desember 2026 eller etter 24. desember 2026"},
    };
    check(list, sizeof list / sizeof *list, SAMME_READERS_STAFF, ": ");
}

Test(clause, values_are_listed_or_excluded_as_the_author_did) {
    static const expectation list[] = {
        {"nb", "condition", "opened", "Når varen er åpnet"},
        {"nb", "condition", "opened, used", "Når varen er åpnet eller brukt"},
        {"nb", "condition", "not(unopened)", "Når varen ikke lenger er uåpnet"},
        {"nb", "condition", "not(unopened, opened, used)",
         "Når varen er skadet, montert eller ufullstendig"},
        {"nb", "claim", "not(taken)", "Når kjøpet ikke er betalt tilbake fra før"},
        {"nb", "condition", "not(opened, used)", "Når varen ikke er åpnet eller brukt"},
        {"nb", "condition", "unopened, opened, used, damaged, assembled",
         "Når varen ikke er ufullstendig"},
        {"nb", "condition", "unopened, opened, used, damaged, assembled, incomplete",
         "Når det er kjent hvilken stand varen er i"},
        {"nb", "claim_type", "changed_mind", "Når kunden har ombestemt seg"},
        {"da", "claim_type", "not(defect, recall)",
         "Når returneringen ikke gælder en fejl ved varen eller en tilbagekaldt vare"},
        {"en", "receipt_kind", "not(nothing)", "When the customer has a receipt of some kind"},
        {"en", "receipt_kind", "not(nothing, reprint)",
         "When the customer shows the receipt or a gift receipt"},
        {"en", "claim", "taken", "When the purchase has already been paid back"},
        {"sv", "bundle_broken", "no", "När ingen del av ett paketerbjudande stannar hos kunden"},
        {"sv", "member_tier", "none", "När kunden inte är medlem"},
        {"sv", "member_tier", "not(none)", "När kunden är medlem"},
        {"sv", "member_tier", "gold, none", "När kundens medlemsnivå är ingen eller ”gold”"},
        {"da", "category", "lamps", "Når varen hører til »Lamps«"},
        {"da", "category", "outdoor, food", "Når varen hører til »Outdoor lamps« eller »Food«"},
        {"da", "category", "not(outdoor)", "Når varen ikke hører til »Outdoor lamps«"},
        {"en", "sale_country", "DK, DE", "When the goods were bought in Germany or Denmark"},
        {"en", "sale_country", "not(NL)", "When the goods were not bought in the Netherlands"},
        {"hi", "return_country", "IN", "अगर सामान भारत में लौटाया जाता है"},
        {"hi", "tender", "card, cash", "अगर सामान का भुगतान नक़द या कार्ड से हुआ है"},
        {"en", "return_country", "ZZ", "When the goods are returned in ZZ"},
        {"nb", "currency", "not(DKK, EUR)", "Når kjøpet ikke er betalt i DKK eller EUR"},
    };
    check(list, sizeof list / sizeof *list, SAMME_READERS_STAFF, ": ");
}

Test(clause, customers_are_spoken_to_and_ordinary_states_are_one_clause) {
    static const expectation list[] = {
        {"nb", "claim_type", "changed_mind", "Når du har ombestemt deg"},
        {"nb", "wish", "refund, repair", "Når du ønsker pengene tilbake eller reparasjon"},
        {"nb", "claim", "own, lent, unconfirmed", "Når vi kan kontrollere kjøpet"},
        {"nb", "claim", "own", "Når vi kan kontrollere kjøpet"},
        {"nb", "claim", "no_claim", "Når kjøpet ikke er funnet"},
        {"nb", "claim", "own, no_claim", "Når kjøpet er gjort i denne butikken eller ikke funnet"},
        {"nb", "mode", "normal, cautious", "Når vi kan kontrollere kjøpet"},
        {"nb", "mode", "conservative", "Når butikkens opplysninger er gamle"},
        {"en", "customer_returns", ">= 0", "When it is known how many returns you have made"},
        {"en", "member_tier", "not(none)", "When you are a member"},
        {"en", "bundle_broken", "yes", "When you keep part of a package offer"},
        {"en", "sale_country", "DK", "Always"},
        {"en", "sale_country", "DK, SE", "Always"},
    };
    check(list, sizeof list / sizeof *list, SAMME_READERS_CUSTOMERS, ".");
}

/* Appends a test of each form that the kind has. */
static size_t forms_of(const samme_input *input, char forms[static 16][64]) {
    static const char *const numbers[] = {"0",         "1",      "7",           "< 5",    "<= 5",
                                          "> 5",       ">= 5",   "[2..8]",      "(2..8)", "[2..8)",
                                          "1, 3, > 9", "not(4)", "not([2..8])", ">= 0"};
    static const char *const dates[] = {"2026-02-01",
                                        "< 2026-02-01",
                                        "<= 2026-02-01",
                                        "> 2026-02-01",
                                        ">= 2026-02-01",
                                        "[2026-02-01..2026-03-01]",
                                        "(2026-02-01..2026-03-01)",
                                        "not(2026-02-01)",
                                        ">= 0001-01-01"};
    static const char *const categories[] = {"lamps",        "outdoor",    "outdoor, food",
                                             "not(outdoor)", "not(lamps)", "lamps, food"};
    static const char *const tiers[] = {
        "none",      "gold",         "silver, gold",      "not(none)",
        "not(gold)", "none, silver", "none, silver, gold"};
    static const char *const countries[] = {"DK", "DK, SE, ZZ", "not(DK)", "not(DK, SE)"};
    static const char *const currencies[] = {"DKK", "DKK, XTS", "not(DKK)", "not(DKK, SEK)"};
#define FORMS(list)                                                                                \
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)                                        \
        snprintf(forms[count++], 64, "%s", list[i]);                                               \
    return count
    size_t count = 0;
    switch (input->kind) {
    case SAMME_KIND_COUNT:
    case SAMME_KIND_QUANTITY:
    case SAMME_KIND_MONEY:
        FORMS(numbers);
    case SAMME_KIND_DATE:
        FORMS(dates);
    case SAMME_KIND_CATEGORY:
        FORMS(categories);
    case SAMME_KIND_TIER:
        FORMS(tiers);
    case SAMME_KIND_COUNTRY:
        FORMS(countries);
    case SAMME_KIND_CURRENCY:
        FORMS(currencies);
    case SAMME_KIND_ENUMERATION:
        break;
    }
#undef FORMS
    return 0;
}

/* All that is not empty; a bit of `set` for each value. */
static void enumeration_test(const samme_input *input, unsigned set, bool negated,
                             char out[static 128]) {
    size_t length = (size_t)snprintf(out, 128, "%s", negated ? "not(" : "");
    bool first = true;
    for (int64_t value = 1; value <= input->domain.high; value++)
        if ((set >> (value - 1) & 1u) != 0) {
            length += (size_t)snprintf(out + length, 128 - length, "%s%s", first ? "" : ", ",
                                       samme_enum_name(input->values, (int)value));
            first = false;
        }
    snprintf(out + length, 128 - length, "%s", negated ? ")" : "");
}

/* The words between the mark of the point and its colon or stop, in all languages and for both;
 * none empty or unfilled. */
static void check_words(const char *input, const char *test) {
    for (unsigned i = 0; i < FIXTURE_LANGUAGES; i++)
        for (unsigned readers = 0; readers < 2; readers++) {
            char *text =
                render_test(input, test, fixture_languages[i], (samme_readers)readers, NULL);
            char *point = strstr(text, "- **1.** ");
            cr_assert_not_null(point, "%s: %s: %s", fixture_languages[i], input, test);
            point += strlen("- **1.** ");
            point[strcspn(point, "\n")] = 0;
            cr_assert_gt(strlen(point), 4, "%s: %s: %s: %s", fixture_languages[i], input, test,
                         point);
            cr_assert(strchr(point, '{') == NULL && strstr(point, "(null)") == NULL, "%s", point);
            cr_assert(strstr(point, "  ") == NULL && strstr(point, " :") == NULL &&
                          strstr(point, " .") == NULL && strstr(point, ", ,") == NULL,
                      "%s: %s: %s", input, test, point);
            free(text);
        }
}

Test(clause, every_input_and_form_is_said_in_every_language) {
    size_t said = 0;
    for (unsigned id = 0; id < SAMME_INPUT_COUNT; id++) {
        const samme_input *input = samme_input_at((samme_input_id)id);
        char forms[16][64];
        size_t count = forms_of(input, forms);
        for (size_t i = 0; i < count; i++, said++)
            check_words(input->name, forms[i]);
        if (input->kind != SAMME_KIND_ENUMERATION)
            continue;
        unsigned all = (1u << input->domain.high) - 1;
        for (unsigned set = 1; set <= all; set++) {
            char test[128];
            enumeration_test(input, set, false, test);
            check_words(input->name, test);
            enumeration_test(input, set, true, test);
            if (set != all)
                check_words(input->name, test);
            said += 2;
        }
    }
    cr_assert_gt(said, 400);
}

/* What is said of two tests that differ is never the same. */
Test(clause, different_sets_are_said_differently) {
    for (unsigned i = 0; i < FIXTURE_LANGUAGES; i++)
        for (unsigned id = 0; id < SAMME_INPUT_COUNT; id++) {
            const samme_input *input = samme_input_at((samme_input_id)id);
            if (input->kind != SAMME_KIND_ENUMERATION)
                continue;
            unsigned all = (1u << input->domain.high) - 1;
            char *texts[64] = {NULL};
            for (unsigned set = 1; set <= all; set++) {
                char test[128];
                enumeration_test(input, set, false, test);
                texts[set] =
                    render_test(input->name, test, fixture_languages[i], SAMME_READERS_STAFF, NULL);
                for (unsigned before = 1; before < set; before++)
                    cr_assert_str_neq(texts[before], texts[set], "%s: %s", input->name, texts[set]);
            }
            for (unsigned set = 1; set <= all; set++)
                free(texts[set]);
        }
}
